/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file layer under our databases, over SQLite's own: it makes larger pieces of what SQLite reads and writes
 * (layer_pieces.c), and on Windows makes the shared index of a log grow in another way (layer_index.c).
 */
#include "engine/database/layer_file.h"

#include "engine/database/database_internal.h"

#define LAYER_NAME "wmdrm"

static sqlite3_vfs layer, *system_layer;
static unsigned int open_files;

struct drm_layer_file *drm_layer_file_of(sqlite3_file *file)
{
    return (struct drm_layer_file *)((char *)file + system_layer->szOsFile);
}

static sqlite3_mutex *layer_lock(void)
{
    return sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1); /* one for the process; not to be freed */
}

static int close_file(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    int code;

    drm_layer_pieces_free(file);
    if (layered->other)
        drm_layer_file_of(layered->other)->other = NULL;
    code = layered->system->xClose(file);
    sqlite3_mutex_enter(layer_lock());
    open_files--;
    sqlite3_mutex_leave(layer_lock());
    return code;
}

/* A log is opened and closed while its database is open. */
static void introduce(sqlite3_file *log, const char *path)
{
    sqlite3_file *database = sqlite3_database_file_object(path);

    drm_layer_file_of(log)->other = database;
    drm_layer_file_of(database)->other = log;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    const bool is_log = flags & SQLITE_OPEN_WAL;
    int code = system_layer->xOpen(system_layer, path, file, flags, out_flags);

    (void)vfs;
    if (code != SQLITE_OK || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        return code;
    *layered = (struct drm_layer_file){.methods = *file->pMethods, .system = file->pMethods, .path = path};
    layered->methods.xClose = close_file;
    drm_layer_pieces_init(layered, is_log);
#ifdef _WIN32
    if (!is_log)
        drm_layer_index_init(layered, system_layer);
#endif
    file->pMethods = &layered->methods;
    if (is_log)
        introduce(file, path);
    sqlite3_mutex_enter(layer_lock());
    open_files++;
    sqlite3_mutex_leave(layer_lock());
    return code;
}

/* Over the default layer of the moment when the first file is opened: a program may have one of its own. */
static void wrap(sqlite3_vfs *system)
{
    if (system_layer)
        (void)sqlite3_vfs_unregister(&layer);
    system_layer = system;
    layer = *system;
    layer.zName = LAYER_NAME;
    layer.pNext = NULL;
    layer.szOsFile += (int)sizeof(struct drm_layer_file);
    layer.xOpen = open_file;
    (void)sqlite3_vfs_register(&layer, 0);
}

const char *drm_database_layer(void)
{
    sqlite3_vfs *system;

    if (sqlite3_initialize() != SQLITE_OK || !(system = sqlite3_vfs_find(NULL)))
        return NULL;
    sqlite3_mutex_enter(layer_lock());
    if (system != system_layer && !open_files)
        wrap(system);
    sqlite3_mutex_leave(layer_lock());
    return LAYER_NAME;
}
