/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files through SQLite's file layer (file.h).
 */
#include "engine/database/file.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"

struct drm_file
{
    const struct drm_log *log;
    uint64_t size;
    void *map;
    char *path;           /* the file layer keeps the pointer that it was opened with, to flush the folder */
    sqlite3_file *handle; /* behind this struct, as large as the file layer says */
};

/* The file layer's type for a file of its own that is no database: it locks nothing and flushes the folder of a new
 * file. */
#define FILE_TYPE SQLITE_OPEN_SUPER_JOURNAL

static drm_result translate(const struct drm_log *log, int code, const char *what, drm_result otherwise)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int error = vfs && vfs->xGetLastError ? vfs->xGetLastError(vfs, 0, NULL) : 0;
    drm_result result;

    switch (code & 0xff)
    {
    case SQLITE_OK:
        return DRM_S_OK;
    case SQLITE_FULL:
        result = DRM_E_DISK_FULL;
        break;
    case SQLITE_NOMEM:
        result = DRM_E_OUT_OF_MEMORY;
        break;
    case SQLITE_READONLY:
        result = DRM_E_WRITE_PROTECTED;
        break;
    default:
        result = drm_result_from_system(error, otherwise);
    }
    drm_log_write(log, "file: cannot %s: SQLite %d, system %d: 0x%08x", what, code, error, (unsigned int)result);
    return result;
}

static char *full_path(sqlite3_vfs *vfs, const char *path)
{
    /* Two more: the file layer may look for parameters behind the terminator of a name. */
    char *full = calloc(1, (size_t)vfs->mxPathname + 3);

    /* SQLITE_OK_SYMLINK is a success too: its primary code counts. */
    if (full && (vfs->xFullPathname(vfs, path, vfs->mxPathname + 1, full) & 0xff) != SQLITE_OK)
    {
        free(full);
        full = NULL;
    }
    return full;
}

static drm_result open_file(const char *path, int flags, const struct drm_log *log, struct drm_file **out)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    struct drm_file *file;
    sqlite3_int64 size = 0;
    int code, out_flags = 0;

    if (!vfs)
        return DRM_E_UNABLE_TO_OPEN_STORE;
    file = calloc(1, sizeof(*file) + (size_t)vfs->szOsFile);
    if (!file || !(file->path = full_path(vfs, path)))
    {
        free(file);
        return DRM_E_OUT_OF_MEMORY;
    }
    file->log = log;
    file->handle = (sqlite3_file *)(file + 1);
    code = vfs->xOpen(vfs, file->path, file->handle, flags | FILE_TYPE, &out_flags);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_CREATE) && !(out_flags & SQLITE_OPEN_READWRITE))
    {
        /* It was there: the file layer for Unix opens such a one for reading, exclusive or not. */
        drm_file_close(file);
        return DRM_E_UNABLE_TO_OPEN_STORE;
    }
    if (code == SQLITE_OK)
        code = file->handle->pMethods->xFileSize(file->handle, &size);
    if (code != SQLITE_OK)
    {
        drm_result result = translate(log, code, "open", DRM_E_UNABLE_TO_OPEN_STORE);

        drm_file_close(file);
        return result;
    }
    file->size = (uint64_t)size;
    *out = file;
    return DRM_S_OK;
}

drm_result drm_file_create(const char *path, const struct drm_log *log, struct drm_file **out)
{
    drm_result result = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE, log, out);

    /* Where the file layer for Unix may not write it tries to read, and reports that there is nothing to be read. */
    return result == DRM_E_PATH_NOT_FOUND && drm_path_has_folder(path) ? DRM_E_WRITE_PROTECTED : result;
}

drm_result drm_file_open(const char *path, const struct drm_log *log, struct drm_file **out)
{
    return open_file(path, SQLITE_OPEN_READONLY, log, out);
}

void drm_file_close(struct drm_file *file)
{
    if (!file)
        return;
    if (file->map)
        (void)file->handle->pMethods->xUnfetch(file->handle, 0, file->map);
    if (file->handle->pMethods)
        (void)file->handle->pMethods->xClose(file->handle);
    free(file->path);
    free(file);
}

drm_result drm_file_append(struct drm_file *file, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    while (size)
    {
        int piece = size > DRM_FILE_PIECE ? DRM_FILE_PIECE : (int)size;
        int code = file->handle->pMethods->xWrite(file->handle, bytes, piece, (sqlite3_int64)file->size);

        if (code != SQLITE_OK)
            return translate(file->log, code, "write", DRM_E_IO);
        file->size += (uint64_t)piece;
        bytes += piece;
        size -= (size_t)piece;
    }
    return DRM_S_OK;
}

drm_result drm_file_flush(struct drm_file *file)
{
    return translate(file->log, file->handle->pMethods->xSync(file->handle, SQLITE_SYNC_FULL), "flush", DRM_E_IO);
}

drm_result drm_file_try_room(const char *path, size_t size, const struct drm_log *log)
{
    char *room_path = malloc(strlen(path) + sizeof("-room"));
    struct drm_file *file = NULL;
    uint8_t *zeros = calloc(1, size);
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (room_path && zeros)
    {
        sprintf(room_path, "%s-room", path);
        result = open_file(room_path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE, log,
                           &file);
        if (DRM_SUCCEEDED(result))
            result = drm_file_append(file, zeros, size);
        drm_file_close(file);
    }
    free(room_path);
    free(zeros);
    return result;
}

uint64_t drm_file_size(const struct drm_file *file)
{
    return file->size;
}

drm_result drm_file_read(struct drm_file *file, uint64_t offset, void *out, size_t size)
{
    uint8_t *bytes = out;

    if (offset > file->size || size > file->size - offset)
        return DRM_E_STORE_CORRUPT;
    while (size)
    {
        int piece = size > DRM_FILE_PIECE ? DRM_FILE_PIECE : (int)size;
        int code = file->handle->pMethods->xRead(file->handle, bytes, piece, (sqlite3_int64)offset);

        if (code == SQLITE_IOERR_SHORT_READ)
            return DRM_E_STORE_CORRUPT;
        if (code != SQLITE_OK)
            return translate(file->log, code, "read", DRM_E_IO);
        offset += (uint64_t)piece;
        bytes += piece;
        size -= (size_t)piece;
    }
    return DRM_S_OK;
}

const uint8_t *drm_file_map(struct drm_file *file)
{
    const sqlite3_io_methods *methods = file->handle->pMethods;
    sqlite3_int64 limit = (sqlite3_int64)file->size;

    if (file->map || !file->size || file->size > 0x7fff0000 || methods->iVersion < 3)
        return file->map;
    if (methods->xFileControl(file->handle, SQLITE_FCNTL_MMAP_SIZE, &limit) != SQLITE_OK
        || methods->xFetch(file->handle, 0, (int)file->size, &file->map) != SQLITE_OK)
        file->map = NULL;
    return file->map;
}

drm_result drm_file_delete(const char *path, const struct drm_log *log)
{
    /* Not the file layer's: on Windows that tries for more than a second to delete what somebody has open. */
    drm_result result = drm_path_delete(path);

    if (DRM_FAILED(result))
        drm_log_write(log, "file: cannot delete %s: 0x%08x", path, (unsigned int)result);
    return result;
}

bool drm_file_exists(const char *path)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    char *full = vfs ? full_path(vfs, path) : NULL;
    int exists = 0;

    if (full)
        (void)vfs->xAccess(vfs, full, SQLITE_ACCESS_EXISTS, &exists);
    free(full);
    return exists;
}
