/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transactions, checks, and what SQLite's codes mean (database.h).
 */
#include "engine/database/database.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/database/database_internal.h"

#define BUSY_STEP_MS 10
#define BUSY_STEPS 1000 /* ten seconds */

static bool cancelled(const struct drm_database *database)
{
    return database->task && database->task->cancelled(database->task->context);
}

int drm_database_wait(void *context, int count)
{
    struct drm_database *database = context;

    if (count >= BUSY_STEPS || cancelled(database))
        return 0;
    sqlite3_sleep(BUSY_STEP_MS);
    return 1;
}

static drm_result translate(const struct drm_database *database, int code)
{
    int system_error = database->handle ? sqlite3_system_errno(database->handle) : 0;

    switch (code & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cancelled(database) ? DRM_E_OPERATION_CANCELED : DRM_E_BUSY;
    case SQLITE_FULL:
        return DRM_E_DISK_FULL;
    case SQLITE_READONLY:
        return DRM_E_WRITE_PROTECTED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return DRM_E_STORE_CORRUPT;
    case SQLITE_NOMEM:
        return DRM_E_OUT_OF_MEMORY;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return DRM_E_ACCESS_DENIED;
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return DRM_E_OUT_OF_MEMORY;
        return drm_result_from_system(system_error, DRM_E_IO);
    case SQLITE_CANTOPEN:
        return drm_result_from_system(system_error, DRM_E_UNABLE_TO_OPEN_STORE);
    default:
        return DRM_E_UNEXPECTED;
    }
}

drm_result drm_database_result(struct drm_database *database, int code)
{
    drm_result result;

    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return DRM_S_OK;
    result = translate(database, code);
    drm_log_write(database->log, "database: %s (SQLite %d): 0x%08x",
                  database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code), code,
                  (unsigned int)result);
    return result;
}

drm_result drm_database_execute(struct drm_database *database, const char *sql)
{
    return drm_database_result(database, sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

drm_result drm_database_begin(struct drm_database *database)
{
    return drm_database_execute(database, "BEGIN IMMEDIATE");
}

drm_result drm_database_commit(struct drm_database *database)
{
    return drm_database_execute(database, "COMMIT");
}

void drm_database_rollback(struct drm_database *database)
{
    if (!sqlite3_get_autocommit(database->handle))
        (void)sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

drm_result drm_database_check(struct drm_database *database, const char *const *tables, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        struct drm_statement statement;
        char sql[80];
        bool sound = false;
        drm_result result;

        snprintf(sql, sizeof(sql), "PRAGMA quick_check('%s')", tables[i]);
        drm_statement_prepare(&statement, database, sql);
        if (drm_statement_step(&statement))
            sound = !strcmp(drm_statement_text(&statement, 0), "ok");
        if (DRM_FAILED(result = drm_statement_finish(&statement)))
            return result;
        if (!sound)
            return DRM_E_STORE_CORRUPT;
    }
    return DRM_S_OK;
}

void drm_database_set_task(struct drm_database *database, const struct drm_task *task)
{
    database->task = task;
}
