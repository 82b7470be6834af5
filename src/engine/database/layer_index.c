/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On Windows the shared index of a log grows by writing: SQLite's file layer just sets its length, and then writes to
 * the mapping. Windows finds room for it at once, but Wine leaves a hole, and where the disk has no room for the
 * hole's pages, the first write to the mapping ends the program.
 */
#include "engine/database/layer_file.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE 4096

static sqlite3_vfs *system_layer;

/* Nobody else does: who makes an index grow holds a lock of it. */
static int write_zeros(sqlite3_file *index, sqlite3_int64 size)
{
    static const uint8_t zeros[PAGE_SIZE];
    sqlite3_int64 end = 0;
    int code = index->pMethods->xFileSize(index, &end);

    while (code == SQLITE_OK && end < size)
    {
        int piece = size - end < PAGE_SIZE ? (int)(size - end) : PAGE_SIZE;

        code = index->pMethods->xWrite(index, zeros, piece, end);
        end += piece;
    }
    return code;
}

static int grow_index(const char *database_path, sqlite3_int64 size)
{
    size_t length = strlen(database_path);
    sqlite3_file *index = calloc(1, (size_t)system_layer->szOsFile);
    char *path = calloc(1, length + sizeof("-shm") + 2); /* two more, see file.c */
    int code = SQLITE_NOMEM;

    if (index && path)
    {
        memcpy(path, database_path, length);
        memcpy(path + length, "-shm", sizeof("-shm"));
        code = system_layer->xOpen(system_layer, path, index, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, NULL);
        if (code == SQLITE_OK)
            code = write_zeros(index, size);
        if (index->pMethods)
            (void)index->pMethods->xClose(index);
    }
    free(index);
    free(path);
    return code;
}

static int map_index(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    const struct drm_layer_file *layered = drm_layer_file_of(file);
    int code = layered->system->xShmMap(file, region, size, 0, out);

    if (code != SQLITE_OK || *out || !extend)
        return code;
    code = grow_index(layered->path, ((sqlite3_int64)region + 1) * size);
    return code == SQLITE_OK ? layered->system->xShmMap(file, region, size, 1, out) : code;
}

void drm_layer_index_init(struct drm_layer_file *layered, sqlite3_vfs *system)
{
    system_layer = system; /* the same for every file */
    layered->methods.xShmMap = map_index;
}
