/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generation file (generation.h). Written with the file layer's write and read through its mapping, which are
 * coherent between processes on Linux, on Windows, and under Wine, 32 and 64 bit (measured).
 */
#include "engine/store/generation.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define GENERATION_FILE_SIZE 4096 /* a page, so that the mapping never grows */

static sqlite3_file *handle_of(const struct drm_generation *generation)
{
    return generation->handle;
}

static bool open_handle(struct drm_generation *generation, const char *path, int flags)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_file *file = vfs ? calloc(1, (size_t)vfs->szOsFile) : NULL;
    char *full = vfs ? calloc(1, (size_t)vfs->mxPathname + 3) : NULL;
    int out_flags = 0;
    /* SQLITE_OK_SYMLINK is a success too: its primary code counts. */
    bool opened = file && full && (vfs->xFullPathname(vfs, path, vfs->mxPathname + 1, full) & 0xff) == SQLITE_OK
                  && vfs->xOpen(vfs, full, file, flags | SQLITE_OPEN_SUPER_JOURNAL, &out_flags) == SQLITE_OK;

    if (!opened)
    {
        if (file && file->pMethods)
            (void)file->pMethods->xClose(file);
        free(file);
        free(full);
        return false;
    }
    generation->handle = file;
    generation->path = full;
    generation->writable = out_flags & SQLITE_OPEN_READWRITE;
    return true;
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

void drm_generation_open(struct drm_generation *generation, const char *path)
{
    sqlite3_int64 limit = GENERATION_FILE_SIZE;
    sqlite3_file *file;
    void *map = NULL;

    memset(generation, 0, sizeof(*generation));
    if (!open_handle(generation, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE))
        return;
    file = handle_of(generation);
    if (file->pMethods->iVersion >= 3 && has_its_size(file)
        && file->pMethods->xFileControl(file, SQLITE_FCNTL_MMAP_SIZE, &limit) == SQLITE_OK
        && file->pMethods->xFetch(file, 0, sizeof(uint64_t), &map) == SQLITE_OK)
        generation->map = map;
    if (!generation->map)
        drm_generation_close(generation);
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
    memset(generation, 0, sizeof(*generation));
}

/* Two halves on a 32-bit machine may be torn: read until twice the same. */
static uint64_t read_raw(const struct drm_generation *generation)
{
    uint64_t first, second = *generation->map;

    do
    {
        first = second;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        second = *generation->map;
    } while (first != second);
    return first;
}

uint64_t drm_generation_read(const struct drm_generation *generation)
{
    uint64_t value = generation->map ? read_raw(generation) : 0;

    return value & 1 ? 0 : value;
}

static drm_result write_raw(struct drm_generation *generation, uint64_t value)
{
    sqlite3_file *file = handle_of(generation);

    if (!generation->writable)
        return DRM_E_WRITE_PROTECTED;
    switch (file->pMethods->xWrite(file, &value, sizeof(value), 0))
    {
    case SQLITE_OK:
        return DRM_S_OK;
    case SQLITE_FULL:
        return DRM_E_DISK_FULL;
    default:
        return DRM_E_IO;
    }
}

drm_result drm_generation_begin_change(struct drm_generation *generation)
{
    return generation->map ? write_raw(generation, read_raw(generation) | 1) : DRM_S_OK;
}

void drm_generation_end_change(struct drm_generation *generation)
{
    if (generation->map)
        (void)write_raw(generation, (read_raw(generation) | 1) + 1);
}
