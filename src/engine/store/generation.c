/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generation file (generation.h). Written with the file layer's write and read through its mapping, which are
 * coherent between processes on Linux, on Windows, and under Wine, 32 and 64 bit (measured).
 */
#include "engine/store/generation.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"

#define GENERATION_FILE_SIZE 4096 /* a page, so that the mapping never grows */

static sqlite3_file *handle_of(const struct drm_generation *generation)
{
    return generation->handle;
}

static drm_result translate(int code)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    switch (code & 0xff)
    {
    case SQLITE_OK:
        return DRM_S_OK;
    case SQLITE_FULL:
        return DRM_E_DISK_FULL;
    case SQLITE_NOMEM:
        return DRM_E_OUT_OF_MEMORY;
    case SQLITE_CANTOPEN:
        return drm_result_from_system(vfs->xGetLastError ? vfs->xGetLastError(vfs, 0, NULL) : 0,
                                      DRM_E_UNABLE_TO_OPEN_STORE);
    default:
        return DRM_E_IO;
    }
}

static drm_result open_handle(struct drm_generation *generation)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
    char *full = calloc(1, (size_t)vfs->mxPathname + 3);
    int code, out_flags = 0;

    if (!file || !full)
        code = SQLITE_NOMEM;
    /* SQLITE_OK_SYMLINK is a success too: its primary code counts. */
    else if (((code = vfs->xFullPathname(vfs, generation->name, vfs->mxPathname + 1, full)) & 0xff) == SQLITE_OK)
        code = vfs->xOpen(vfs, full, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL,
                          &out_flags);
    if (code != SQLITE_OK)
    {
        drm_result result = translate(code);

        if (file && file->pMethods)
            (void)file->pMethods->xClose(file);
        free(file);
        free(full);
        return result;
    }
    generation->handle = file;
    generation->path = full;
    generation->writable = out_flags & SQLITE_OPEN_READWRITE;
    return DRM_S_OK;
}

/*
 * A new file gets its size at once, by a write and not by growing alone: a page that the disk has no room for would
 * end the process when it is looked at. The number itself is left out, and is zero: another process that made the
 * file may have changed it already.
 */
static bool has_its_size(sqlite3_file *file)
{
    static const uint8_t zeros[GENERATION_FILE_SIZE];
    const sqlite3_int64 number_size = sizeof(uint64_t);
    sqlite3_int64 size = 0;

    if (file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return false;
    return size >= GENERATION_FILE_SIZE
           || file->pMethods->xWrite(file, zeros, (int)(GENERATION_FILE_SIZE - number_size), number_size) == SQLITE_OK;
}

/* Others may read the number while this is tried again. */
static drm_result try_open(struct drm_generation *generation)
{
    sqlite3_int64 limit = GENERATION_FILE_SIZE;
    sqlite3_file *file;
    void *map = NULL;
    drm_result result = DRM_S_OK;

    if (!generation->handle && DRM_FAILED(result = open_handle(generation)))
        return result;
    file = handle_of(generation);
    if (!generation->map && file->pMethods->iVersion >= 3 && has_its_size(file)
        && file->pMethods->xFileControl(file, SQLITE_FCNTL_MMAP_SIZE, &limit) == SQLITE_OK
        && file->pMethods->xFetch(file, 0, sizeof(uint64_t), &map) == SQLITE_OK)
        __atomic_store_n(&generation->map, (volatile const uint64_t *)map, __ATOMIC_RELEASE);
    return DRM_S_OK;
}

drm_result drm_generation_open(struct drm_generation *generation, const char *path)
{
    size_t size = strlen(path) + 1;

    memset(generation, 0, sizeof(*generation));
    if (!(generation->name = malloc(size)))
        return DRM_E_OUT_OF_MEMORY;
    memcpy(generation->name, path, size);
    (void)try_open(generation);
    return DRM_S_OK;
}

void drm_generation_close(struct drm_generation *generation)
{
    sqlite3_file *file = handle_of(generation);

    if (file)
    {
        if (generation->map)
            (void)file->pMethods->xUnfetch(file, 0, (void *)(uintptr_t)generation->map);
        (void)file->pMethods->xClose(file);
        free(file);
        free(generation->path);
    }
    free(generation->name);
    memset(generation, 0, sizeof(*generation));
}

/* Two halves on a 32-bit machine may be torn: read until twice the same. */
static uint64_t read_map(volatile const uint64_t *map)
{
    uint64_t first, second = *map;

    do
    {
        first = second;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        second = *map;
    } while (first != second);
    return first;
}

uint64_t drm_generation_read(const struct drm_generation *generation)
{
    volatile const uint64_t *map = __atomic_load_n(&generation->map, __ATOMIC_ACQUIRE);
    uint64_t value = map ? read_map(map) : 0;

    return value & 1 ? 0 : value;
}

/* Also where it is not mapped: other processes may have it so. */
static drm_result read_raw(const struct drm_generation *generation, uint64_t *out)
{
    sqlite3_file *file = handle_of(generation);
    int code;

    *out = 0;
    if (generation->map)
    {
        *out = read_map(generation->map);
        return DRM_S_OK;
    }
    code = file->pMethods->xRead(file, out, sizeof(*out), 0);
    return code == SQLITE_IOERR_SHORT_READ ? DRM_S_OK : translate(code); /* the rest is zero then */
}

static drm_result write_raw(struct drm_generation *generation, uint64_t value)
{
    sqlite3_file *file = handle_of(generation);

    if (!generation->writable)
        return DRM_E_WRITE_PROTECTED;
    return translate(file->pMethods->xWrite(file, &value, sizeof(value), 0));
}

drm_result drm_generation_begin_change(struct drm_generation *generation)
{
    uint64_t value;
    drm_result result = generation->map ? DRM_S_OK : try_open(generation);

    if (DRM_FAILED(result) || DRM_FAILED(result = read_raw(generation, &value)))
        return result;
    return write_raw(generation, value | 1);
}

void drm_generation_end_change(struct drm_generation *generation)
{
    uint64_t value;

    if (generation->handle && DRM_SUCCEEDED(read_raw(generation, &value)))
        (void)write_raw(generation, (value | 1) + 1);
}
