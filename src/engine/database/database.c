/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening a database, its schema, its transactions, and what SQLite's codes mean (database.h).
 */
#include "engine/database/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/database/file.h"

#define BUSY_STEP_MS 10
#define BUSY_STEPS 1000 /* ten seconds */

static bool cancelled(const struct drm_database *database)
{
    return database->task && database->task->cancelled(database->task->context);
}

/* Another process writes. Waits in small steps, so that a cancel is seen at once. */
static int wait_for_others(void *context, int count)
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
                  database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code), code, (unsigned int)result);
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

/* The first column of the first row, as a number. */
static drm_result query_number(struct drm_database *database, const char *sql, int64_t *out)
{
    struct drm_statement statement;
    int64_t value = 0;
    drm_result result;

    drm_statement_prepare(&statement, database, sql);
    if (drm_statement_step(&statement))
        value = drm_statement_int(&statement, 0);
    result = drm_statement_finish(&statement);
    if (DRM_SUCCEEDED(result))
        *out = value;
    return result;
}

/* --- schema ----------------------------------------------------------------------------------------------- */

/* The schema's version; DRM_E_STORE_CORRUPT for another program's database. An empty file has version 0. */
static drm_result read_version(struct drm_database *database, const struct drm_database_schema *schema, int64_t *out)
{
    int64_t application, tables, version;
    drm_result result;

    if (DRM_FAILED(result = query_number(database, "PRAGMA application_id", &application))
        || DRM_FAILED(result = query_number(database, "SELECT count(*) FROM sqlite_schema", &tables))
        || DRM_FAILED(result = query_number(database, "PRAGMA user_version", &version)))
        return result;
    if (!application && !tables && !version)
    {
        *out = 0;
        return DRM_S_OK;
    }
    if ((uint32_t)application != schema->application_id || version < 1)
        return DRM_E_STORE_CORRUPT;
    *out = version;
    return DRM_S_OK;
}

static drm_result upgrade(struct drm_database *database, const struct drm_database_schema *schema)
{
    int64_t version;
    drm_result result;
    char sql[80];

    if (DRM_FAILED(result = drm_database_begin(database)))
        return result;
    /* Again, now that nobody else writes: another process may have done it. */
    if (DRM_FAILED(result = read_version(database, schema, &version)))
        goto done;
    for (; version < schema->version; version++)
    {
        if (DRM_FAILED(result = drm_database_execute(database, schema->scripts[version])))
            goto done;
        snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d", (int)schema->application_id,
                 (int)version + 1);
        if (DRM_FAILED(result = drm_database_execute(database, sql)))
            goto done;
    }
    result = drm_database_commit(database);

done:
    drm_database_rollback(database);
    return result;
}

static drm_result check_schema(struct drm_database *database, const struct drm_database_schema *schema)
{
    int64_t version;
    drm_result result = read_version(database, schema, &version);

    if (DRM_FAILED(result))
        return result;
    if (version > schema->version)
    {
        drm_log_write(database->log, "database: made by a newer version of this software (schema %d, known are %d)",
                      (int)version, schema->version);
        return DRM_E_STORE_TOO_NEW;
    }
    if (version == schema->version)
        return DRM_S_OK;
    return database->read_only ? DRM_E_WRITE_PROTECTED : upgrade(database, schema);
}

/* --- opening ---------------------------------------------------------------------------------------------- */

/* Two processes that switch a new database to the write-ahead log at once get SQLITE_BUSY without their busy handlers being asked. */
static drm_result use_write_ahead_log(struct drm_database *database)
{
    for (int count = 0;; count++)
    {
        int code = sqlite3_exec(database->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);

        if ((code & 0xff) != SQLITE_BUSY || !wait_for_others(database, count))
            return drm_database_result(database, code);
    }
}

static drm_result configure(struct drm_database *database)
{
    drm_result result;

    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_busy_handler(database->handle, wait_for_others, database);
    if (DRM_FAILED(result = drm_database_execute(database, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                                           "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL")))
        return result;
    return database->read_only ? DRM_S_OK : use_write_ahead_log(database);
}

/*
 * Opens what a folder without write access holds. A write-ahead log needs a writable folder unless SQLite is told that nothing
 * changes the file, which is so where no log is left beside it.
 */
static int open_read_only(const char *path, sqlite3 **out)
{
    static const char hexadecimal[] = "0123456789ABCDEF";
    char *uri = malloc(3 * strlen(path) + 40), *end = uri;
    int code;

    if (!uri)
        return SQLITE_NOMEM;
    end += sprintf(end, "file:%s", path[0] == '/' ? "//" : "///");
    for (; *path; path++)
    {
        unsigned char c = (unsigned char)*path;

        if (c == '\\')
            *end++ = '/';
        else if (strchr("%?#", c) || c < 0x21 || c > 0x7e)
        {
            *end++ = '%';
            *end++ = hexadecimal[c >> 4];
            *end++ = hexadecimal[c & 15];
        }
        else
            *end++ = (char)c;
    }
    strcpy(end, "?immutable=1");
    code = sqlite3_open_v2(uri, out, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    free(uri);
    return code;
}

static bool log_is_left(const char *path)
{
    char *log = malloc(strlen(path) + 5);
    bool left;

    if (!log)
        return true;
    sprintf(log, "%s-wal", path);
    left = drm_file_exists(log);
    free(log);
    return left;
}

static drm_result open_handle(struct drm_database *database, const char *path)
{
    int code = sqlite3_open_v2(path, &database->handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

    if (code != SQLITE_OK)
        return drm_database_result(database, code);
    if (sqlite3_db_readonly(database->handle, "main") != 1)
        return DRM_S_OK;

    database->read_only = true;
    if (log_is_left(path))
        return DRM_S_OK; /* SQLite reads it where it can, and says so where it cannot */
    sqlite3_close_v2(database->handle);
    database->handle = NULL;
    return drm_database_result(database, open_read_only(path, &database->handle));
}

drm_result drm_database_open(const char *path, const struct drm_database_schema *schema, const struct drm_log *log,
                             const struct drm_task *task, struct drm_database **out)
{
    struct drm_database *database = calloc(1, sizeof(*database));
    drm_result result;

    if (!database)
        return DRM_E_OUT_OF_MEMORY;
    database->log = log;
    database->task = task;
    if (DRM_FAILED(result = open_handle(database, path)) || DRM_FAILED(result = configure(database))
        || DRM_FAILED(result = check_schema(database, schema)))
    {
        if (database->read_only && result == DRM_E_UNABLE_TO_OPEN_STORE)
            result = DRM_E_WRITE_PROTECTED;
        drm_database_close(database);
        return result;
    }
    *out = database;
    return DRM_S_OK;
}

void drm_database_close(struct drm_database *database)
{
    if (!database)
        return;
    sqlite3_close_v2(database->handle);
    free(database);
}
