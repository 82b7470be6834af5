/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transactions, checks, and what SQLite's codes mean (database.h).
 */
#include "engine/database/database.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/database/database_internal.h"
#include "engine/database/file.h"

#define BUSY_STEP_MS 10
#define BUSY_STEPS 1000 /* ten seconds */
#define LOOK_FOR_CANCEL_STEPS 20000 /* of SQLite's machine: about a millisecond */
#define WRITE_BACK_PAGES 1000 /* SQLite's default */
#define INDEX_SIZE 32768 /* what the shared index of a log grows by */

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

/* Did the disk prove full when a file was last used? */
static bool file_met_full_disk(const struct drm_database *database)
{
    sqlite3_file *journal = NULL;
    int main_error = 0, journal_error = 0;

    (void)sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_LAST_ERRNO, &main_error);
    (void)sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    if (journal && journal->pMethods)
        (void)journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &journal_error);
    return drm_result_from_system(main_error, DRM_E_IO) == DRM_E_DISK_FULL
           || drm_result_from_system(journal_error, DRM_E_IO) == DRM_E_DISK_FULL;
}

/* The shared index of a log is neither of these files. */
static bool index_met_full_disk(const struct drm_database *database, int code)
{
    const char *path = sqlite3_db_filename(database->handle, "main");

    return (code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMMAP) && path
           && drm_file_try_room(path, INDEX_SIZE, database->log) == DRM_E_DISK_FULL;
}

/* SQLite keeps no system error of a failed commit, and on Windows that of whatever came last, such as of giving up
 * locks. So the likeliest cause is looked for where it shows. */
static drm_result translate_io_error(const struct drm_database *database, int code, int system_error)
{
    if (code == SQLITE_IOERR_NOMEM)
        return DRM_E_OUT_OF_MEMORY;
    if (file_met_full_disk(database) || index_met_full_disk(database, code))
        return DRM_E_DISK_FULL;
    return drm_result_from_system(system_error, DRM_E_IO);
}

static drm_result translate(const struct drm_database *database, int code)
{
    int system_error = database->handle ? sqlite3_system_errno(database->handle) : 0;

    switch (code & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return cancelled(database) ? DRM_E_OPERATION_CANCELED : DRM_E_BUSY;
    case SQLITE_INTERRUPT: /* see look_for_cancel */
        return DRM_E_OPERATION_CANCELED;
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
        return translate_io_error(database, code, system_error);
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

drm_result drm_database_try_begin(struct drm_database *database)
{
    drm_result result;

    sqlite3_busy_handler(database->handle, NULL, NULL);
    result = drm_database_begin(database);
    sqlite3_busy_handler(database->handle, drm_database_wait, database);
    return result;
}

void drm_database_shorten_log(struct drm_database *database)
{
    sqlite3_busy_handler(database->handle, NULL, NULL);
    (void)sqlite3_wal_checkpoint_v2(database->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_handler(database->handle, drm_database_wait, database);
}

void drm_database_hold_log(struct drm_database *database)
{
    (void)sqlite3_wal_autocheckpoint(database->handle, 0);
}

void drm_database_release_log(struct drm_database *database)
{
    (void)sqlite3_wal_autocheckpoint(database->handle, WRITE_BACK_PAGES);
    drm_database_shorten_log(database);
}

static bool log_is_long(struct drm_database *database)
{
    sqlite3_file *log = NULL;
    sqlite3_int64 size;

    return sqlite3_file_control(database->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log
        && log->pMethods && log->pMethods->xFileSize(log, &size) == SQLITE_OK && size > DRM_DATABASE_LOG_LIMIT;
}

void drm_database_trim_log(struct drm_database *database)
{
    if (log_is_long(database))
        (void)sqlite3_wal_checkpoint_v2(database->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

drm_result drm_database_query_number(struct drm_database *database, const char *sql, int64_t *out)
{
    struct drm_statement statement;
    int64_t value = 0;
    drm_result result;

    drm_statement_prepare(&statement, database, sql);
    if (drm_statement_step(&statement))
        value = drm_statement_int(&statement, 0);
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
        *out = value;
    return result;
}

static drm_result give_pages_back(struct drm_database *database, unsigned int pages, int64_t *left)
{
    char sql[48];
    drm_result result = drm_database_begin(database);

    if (DRM_FAILED(result))
        return result;
    snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%u)", pages);
    if (DRM_SUCCEEDED(result = drm_database_execute(database, sql))
        && DRM_SUCCEEDED(result = drm_database_query_number(database, "PRAGMA freelist_count", left)))
        result = drm_database_commit(database);
    drm_database_rollback(database);
    return result;
}

drm_result drm_database_give_room_back(struct drm_database *database, unsigned int pages, int64_t *left)
{
    int64_t mode;
    drm_result result = drm_database_query_number(database, "PRAGMA auto_vacuum", &mode);

    if (DRM_FAILED(result))
        return result;
    if (mode)
        return give_pages_back(database, pages, left);
    if (DRM_SUCCEEDED(result = drm_database_execute(database, "PRAGMA auto_vacuum=INCREMENTAL; VACUUM")))
        *left = 0;
    return result;
}

void drm_database_rollback(struct drm_database *database)
{
    if (!sqlite3_get_autocommit(database->handle))
        (void)sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

/*
 * A commit whose flush failed stands in the log all the same: nobody sees it, until the last process that has the
 * database open ends and the next one recovers the log. A transaction that changes nothing takes its place there.
 */
static drm_result write_over_failed_commit(struct drm_database *database)
{
    struct drm_statement statement;
    char sql[48];
    int version = 0;
    drm_result result;

    drm_database_rollback(database);
    if (DRM_FAILED(result = drm_database_begin(database)))
        return result;
    drm_statement_prepare(&statement, database, "PRAGMA user_version");
    if (drm_statement_step(&statement))
        version = (int)drm_statement_int(&statement, 0);
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
    {
        snprintf(sql, sizeof(sql), "PRAGMA user_version=%d; COMMIT", version);
        result = drm_database_execute(database, sql);
    }
    drm_database_rollback(database);
    return result;
}

drm_result drm_database_commit(struct drm_database *database)
{
    drm_result result = drm_database_execute(database, "COMMIT");

    database->in_doubt = DRM_FAILED(result) && DRM_FAILED(write_over_failed_commit(database));
    return result;
}

void drm_database_stop_mapping(struct drm_database *database)
{
    (void)drm_database_execute(database, "PRAGMA mmap_size=0");
}

/* A layer that does not know of it does without. */
void drm_database_read_ahead(struct drm_database *database)
{
    if (sqlite3_file_control(database->handle, "main", DRM_LAYER_READ_AHEAD, NULL) == SQLITE_OK)
        drm_database_stop_mapping(database);
}

static int look_for_cancel(void *context)
{
    return cancelled(context);
}

void drm_database_begin_long_work(struct drm_database *database)
{
    if (database->task)
        sqlite3_progress_handler(database->handle, LOOK_FOR_CANCEL_STEPS, look_for_cancel, database);
}

void drm_database_end_long_work(struct drm_database *database)
{
    sqlite3_progress_handler(database->handle, 0, NULL, NULL);
}

static drm_result check_tables(struct drm_database *database, const char *const *tables, size_t count)
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

drm_result drm_database_check(struct drm_database *database, const char *const *tables, size_t count)
{
    drm_result result;

    drm_database_begin_long_work(database);
    result = check_tables(database, tables, count);
    drm_database_end_long_work(database);
    return result;
}

void drm_database_set_task(struct drm_database *database, const struct drm_task *task)
{
    database->task = task;
}
