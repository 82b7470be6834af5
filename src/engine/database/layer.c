/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file layer under our databases.
 *
 * Elsewhere it is SQLite's own. On Windows one over that which makes the shared index of a log grow by writing:
 * SQLite's just sets its length, and then writes to the mapping. Windows finds room for it at once, but Wine leaves a
 * hole, and where the disk has no room for the hole's pages, the first write to the mapping ends the program.
 *
 * It reads ahead, too, where a connection asks for it (drm_database_read_ahead): a read of a page is a call of the
 * system's that takes 20 us and more under Wine, and a 32-bit program cannot map a large file.
 */
#include "engine/database/database_internal.h"

#ifdef _WIN32
#include <stdlib.h>
#include <string.h>

#include "engine/database/file.h"

#define LAYER_NAME "wmdrm"
#define PAGE_SIZE 4096

#define AHEAD_SIZE 65536
#define AHEAD_NEAR (16 * AHEAD_SIZE) /* a read so little past the last one goes on in the same direction */

/* Behind SQLite's own part of an open file. */
struct layer_file
{
    const char *path; /* SQLite keeps it as long as the file is open */
    uint8_t *ahead;   /* AHEAD_SIZE bytes; NULL: it does not read ahead */
    sqlite3_int64 ahead_begin, ahead_end, last_read;
};

static sqlite3_vfs layer, *system_layer;
static sqlite3_io_methods methods;
/* Of every database that the system's layer opens; guarded like layer. */
static const sqlite3_io_methods *system_methods;

static struct layer_file *layer_file_of(sqlite3_file *file)
{
    return (struct layer_file *)((char *)file + system_layer->szOsFile);
}

static sqlite3_mutex *layer_lock(void)
{
    return sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1); /* one for the process; not to be freed */
}

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
    int code = system_methods->xShmMap(file, region, size, 0, out);

    if (code != SQLITE_OK || *out || !extend)
        return code;
    code = grow_index(layer_file_of(file)->path, ((sqlite3_int64)region + 1) * size);
    return code == SQLITE_OK ? system_methods->xShmMap(file, region, size, 1, out) : code;
}

/* --- reading ahead ---------------------------------------------------------------------------------------- */

static bool reads_on(const struct layer_file *layered, sqlite3_int64 offset)
{
    return offset > layered->last_read && offset - layered->last_read < AHEAD_NEAR;
}

static int read_file(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    struct layer_file *layered = layer_file_of(file);
    bool on = reads_on(layered, offset);
    int code;

    layered->last_read = offset;
    if (!layered->ahead || size > AHEAD_SIZE)
        return system_methods->xRead(file, out, size, offset);
    if (offset < layered->ahead_begin || offset + size > layered->ahead_end)
    {
        if (!on)
            return system_methods->xRead(file, out, size, offset);
        layered->ahead_begin = layered->ahead_end = 0;
        code = system_methods->xRead(file, layered->ahead, AHEAD_SIZE, offset);
        if (code != SQLITE_OK) /* the end of the file is near */
            return system_methods->xRead(file, out, size, offset);
        layered->ahead_begin = offset;
        layered->ahead_end = offset + AHEAD_SIZE;
    }
    memcpy(out, layered->ahead + (offset - layered->ahead_begin), (size_t)size);
    return SQLITE_OK;
}

static int control_file(sqlite3_file *file, int operation, void *argument)
{
    struct layer_file *layered = layer_file_of(file);

    if (operation != DRM_LAYER_READ_AHEAD)
        return system_methods->xFileControl(file, operation, argument);
    if (!layered->ahead && !(layered->ahead = malloc(AHEAD_SIZE)))
        return SQLITE_NOMEM;
    return SQLITE_OK;
}

static int close_file(sqlite3_file *file)
{
    free(layer_file_of(file)->ahead);
    return system_methods->xClose(file);
}

/* --- the layer -------------------------------------------------------------------------------------------- */

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    int code = system_layer->xOpen(system_layer, path, file, flags, out_flags);

    (void)vfs;
    if (code != SQLITE_OK || !(flags & SQLITE_OPEN_MAIN_DB) || file->pMethods->iVersion < 2)
        return code;
    sqlite3_mutex_enter(layer_lock());
    if (!system_methods)
    {
        system_methods = file->pMethods;
        methods = *system_methods;
        methods.xShmMap = map_index;
        methods.xRead = read_file;
        methods.xFileControl = control_file;
        methods.xClose = close_file;
    }
    sqlite3_mutex_leave(layer_lock());
    if (file->pMethods == system_methods)
    {
        *layer_file_of(file) = (struct layer_file){.path = path};
        file->pMethods = &methods;
    }
    return code;
}

const char *drm_database_layer(void)
{
    bool ready;

    if (sqlite3_initialize() != SQLITE_OK)
        return NULL;
    sqlite3_mutex_enter(layer_lock());
    if (!system_layer && (system_layer = sqlite3_vfs_find(NULL)))
    {
        layer = *system_layer;
        layer.zName = LAYER_NAME;
        layer.pNext = NULL;
        layer.szOsFile += (int)sizeof(struct layer_file);
        layer.xOpen = open_file;
        (void)sqlite3_vfs_register(&layer, 0);
    }
    ready = system_layer != NULL;
    sqlite3_mutex_leave(layer_lock());
    return ready ? LAYER_NAME : NULL;
}
#else
const char *drm_database_layer(void)
{
    return NULL;
}
#endif
