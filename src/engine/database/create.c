/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making a database: beside its place, then moved there whole. Whoever is killed, at any instant, leaves none or all
 * of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/database/database_internal.h"
#include "engine/database/file.h"

static char *with_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *out = malloc(size);

    if (out)
        snprintf(out, size, "%s%s", path, suffix);
    return out;
}

static drm_result open_new(const char *path, const struct drm_log *log, const struct drm_task *task,
                           struct drm_database **out)
{
    struct drm_database *database = calloc(1, sizeof(*database));
    drm_result result;

    if (!database)
        return DRM_E_OUT_OF_MEMORY;
    database->log = log;
    database->task = task;
    result = drm_database_result(
        database, sqlite3_open_v2(path, &database->handle,
                                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                  drm_database_layer()));
    if (DRM_FAILED(result))
    {
        drm_database_close(database);
        /* As in drm_file_create: the folder is there, but cannot be written. */
        return result == DRM_E_PATH_NOT_FOUND && drm_path_has_folder(path) ? DRM_E_WRITE_PROTECTED : result;
    }
    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_busy_handler(database->handle, drm_database_wait, database);
    *out = database;
    return DRM_S_OK;
}

drm_result drm_database_lock(const char *path, const struct drm_log *log, const struct drm_task *task,
                             struct drm_database **out)
{
    char *lock_path = with_suffix(path, "-lock");
    struct drm_database *lock;
    drm_result result = lock_path ? open_new(lock_path, log, task, &lock) : DRM_E_OUT_OF_MEMORY;

    free(lock_path);
    if (DRM_FAILED(result))
        return result;
    /* Nothing is ever written to it, so that it needs no journal, which would be left by a process that dies here;
     * the system drops the lock of that one. */
    if (DRM_FAILED(result = drm_database_execute(lock, "PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE")))
    {
        drm_database_close(lock);
        return result;
    }
    *out = lock;
    return DRM_S_OK;
}

/* What a process left that was killed here, or what is left of a database that somebody deleted: SQLite would take it
 * for the new one's. */
static drm_result delete_remains(const char *path, const char *new_path, const struct drm_log *log)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    drm_result result = drm_file_delete(new_path, log);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && DRM_SUCCEEDED(result); i++)
    {
        char *remains = with_suffix(path, suffixes[i]);

        result = remains ? drm_file_delete(remains, log) : DRM_E_OUT_OF_MEMORY;
        free(remains);
    }
    return result;
}

static drm_result fill(const char *path, const struct drm_database_schema *schema, const struct drm_log *log,
                       const struct drm_task *task)
{
    struct drm_database *database;
    drm_result result = open_new(path, log, task, &database);

    if (DRM_FAILED(result))
        return result;
    /* No journal: what fails here is thrown away. One flush, at the end, writes all of it. Nobody else knows the name:
     * one lock and one look for somebody's journal will do. */
    if (DRM_SUCCEEDED(result = drm_database_execute(database, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF;"
                                                              " PRAGMA synchronous=OFF"))
        && (!schema->gives_room_back
            || DRM_SUCCEEDED(result = drm_database_execute(database, "PRAGMA auto_vacuum=INCREMENTAL")))
        && DRM_SUCCEEDED(result = drm_database_begin(database))
        && DRM_SUCCEEDED(result = drm_database_apply(database, schema, 0))
        && (!schema->fill || DRM_SUCCEEDED(result = schema->fill(schema->context, database)))
        && DRM_SUCCEEDED(result = drm_database_commit(database)))
        result = drm_database_execute(database, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL");
    drm_database_close(database);
    return result;
}

drm_result drm_database_create(const char *path, const struct drm_database_schema *schema, const struct drm_log *log,
                               const struct drm_task *task)
{
    char *new_path = with_suffix(path, "-new");
    struct drm_database *lock = NULL;
    drm_result result;

    if (!new_path)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_FAILED(result = drm_database_lock(path, log, task, &lock)) || drm_path_exists(path))
        goto done;
    if (DRM_SUCCEEDED(result = delete_remains(path, new_path, log))
        && DRM_SUCCEEDED(result = fill(new_path, schema, log, task)))
        result = drm_path_rename(new_path, path);

done:
    drm_database_close(lock);
    free(new_path);
    return result;
}
