/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening a database: its schema, its settings, and folders that cannot be written (database.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/database/database_internal.h"
#include "engine/database/file.h"

#define CREATE_ATTEMPTS 3

/* --- schema ----------------------------------------------------------------------------------------------- */

/* The schema's version; DRM_E_STORE_CORRUPT for another program's database. */
static drm_result read_version(struct drm_database *database, const struct drm_database_schema *schema, int64_t *out)
{
    int64_t application, version;
    drm_result result;

    if (DRM_FAILED(result = drm_database_query_number(database, "PRAGMA application_id", &application))
        || DRM_FAILED(result = drm_database_query_number(database, "PRAGMA user_version", &version)))
        return result;
    if ((uint32_t)application != schema->application_id || version < 1)
        return DRM_E_STORE_CORRUPT;
    *out = version;
    return DRM_S_OK;
}

drm_result drm_database_apply(struct drm_database *database, const struct drm_database_schema *schema, int64_t version)
{
    drm_result result;
    char sql[80];

    for (; version < schema->version; version++)
        if (DRM_FAILED(result = drm_database_execute(database, schema->scripts[version])))
            return result;
    snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d", (int)schema->application_id,
             schema->version);
    return drm_database_execute(database, sql);
}

static drm_result upgrade(struct drm_database *database, const struct drm_database_schema *schema)
{
    int64_t version;
    drm_result result;

    if (DRM_FAILED(result = drm_database_begin(database)))
        return result;
    /* Again, now that nobody else writes: another process may have done it. */
    if (DRM_SUCCEEDED(result = read_version(database, schema, &version)) && version < schema->version
        && DRM_SUCCEEDED(result = drm_database_apply(database, schema, version)))
        result = drm_database_commit(database);
    drm_database_rollback(database);
    return result;
}

static drm_result check_schema(struct drm_database *database, const struct drm_database_schema *schema,
                               int64_t version)
{
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

/* --- settings --------------------------------------------------------------------------------------------- */

/* Two processes that switch a database to the write-ahead log at once get SQLITE_BUSY without their busy handlers
 * being asked. */
static drm_result use_write_ahead_log(struct drm_database *database)
{
    for (int count = 0;; count++)
    {
        int code = sqlite3_exec(database->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);

        if ((code & 0xff) != SQLITE_BUSY || !drm_database_wait(database, count))
            return drm_database_result(database, code);
    }
}

static drm_result uses_write_ahead_log(struct drm_database *database, bool *out)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, database, "PRAGMA journal_mode");
    *out = drm_statement_step(&statement) && !strcmp(drm_statement_text(&statement, 0), "wal");
    return drm_statement_finish(&statement);
}

static drm_result configure(struct drm_database *database, const struct drm_database_schema *schema)
{
    bool logged = false;
    int64_t version;
    drm_result result;

    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_busy_handler(database->handle, drm_database_wait, database);
    if (DRM_FAILED(result = drm_database_execute(database, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                                           "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL")))
        return result;
    /* One transaction for all questions: each of its own is a pair of locks, 190 us under Wine. */
    if (DRM_SUCCEEDED(result = drm_database_execute(database, "BEGIN"))
        && DRM_SUCCEEDED(result = read_version(database, schema, &version)))
        result = uses_write_ahead_log(database, &logged);
    drm_database_rollback(database);
    if (DRM_SUCCEEDED(result) && !logged && !database->read_only)
        result = use_write_ahead_log(database); /* somebody changed it with another program */
    return DRM_SUCCEEDED(result) ? check_schema(database, schema, version) : result;
}

/* --- opening ---------------------------------------------------------------------------------------------- */

/*
 * Opens what a folder without write access holds. A write-ahead log needs a writable folder unless SQLite is told
 * that nothing changes the file, which is so where no log is left beside it.
 *
 * That can be said in a URI alone. SQLite takes what follows "file:", decoded, for the path, relative or not, with
 * backslashes or without (a verbatim path, \\?\C:\..., must keep its own); only two slashes at the beginning would be
 * the place of a host's name, which is empty.
 */
static int open_read_only(const char *path, sqlite3 **out)
{
    static const char hexadecimal[] = "0123456789ABCDEF";
    char *uri = malloc(3 * strlen(path) + 40), *end = uri;
    int code;

    if (!uri)
        return SQLITE_NOMEM;
    end += sprintf(end, "file:%s", path[0] == '/' ? "//" : "");
    for (; *path; path++)
    {
        unsigned char c = (unsigned char)*path;

        if (strchr("%?#\\", c) || c < 0x21 || c > 0x7e)
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

static int open_read_write(const char *path, sqlite3 **out)
{
    int code = sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, drm_database_layer());

    if (code != SQLITE_OK || sqlite3_db_readonly(*out, "main") != 1)
        return code;
    /* What SQLite cannot open for writing it opens for reading, also where it was not there yet at the first attempt.
     */
    sqlite3_close_v2(*out);
    *out = NULL;
    return sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, drm_database_layer());
}

/* DRM_E_NOT_FOUND where there is no file, or no folder. */
static drm_result open_handle(struct drm_database *database, const char *path)
{
    int code = open_read_write(path, &database->handle);

    if ((code & 0xff) == SQLITE_CANTOPEN && database->handle
        && drm_result_from_system(sqlite3_system_errno(database->handle), DRM_S_OK) == DRM_E_PATH_NOT_FOUND)
        return DRM_E_NOT_FOUND;
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

static drm_result open_existing(const char *path, const struct drm_database_schema *schema, const struct drm_log *log,
                                const struct drm_task *task, struct drm_database **out)
{
    struct drm_database *database = calloc(1, sizeof(*database));
    drm_result result;

    if (!database)
        return DRM_E_OUT_OF_MEMORY;
    database->log = log;
    database->task = task;
    if (DRM_FAILED(result = open_handle(database, path)) || DRM_FAILED(result = configure(database, schema)))
    {
        if (database->read_only && result == DRM_E_UNABLE_TO_OPEN_STORE)
            result = DRM_E_WRITE_PROTECTED;
        drm_database_close(database);
        return result;
    }
    *out = database;
    return DRM_S_OK;
}

drm_result drm_database_open(const char *path, const struct drm_database_schema *schema, enum drm_database_mode mode,
                             const struct drm_log *log, const struct drm_task *task, struct drm_database **out)
{
    drm_result result = DRM_E_NOT_FOUND;

    /* To find nothing takes SQLite five looks into the folder. */
    if (mode == DRM_DATABASE_OPEN || drm_path_exists(path))
        result = open_existing(path, schema, log, task, out);
    /* More than once: one that was there a moment ago may have been set aside since. */
    for (unsigned int attempt = 0; attempt < CREATE_ATTEMPTS && result == DRM_E_NOT_FOUND; attempt++)
    {
        if (mode == DRM_DATABASE_OPEN)
            return result;
        if (DRM_FAILED(result = drm_database_create(path, schema, log, task)))
            return result;
        result = open_existing(path, schema, log, task, out);
    }
    return result;
}

void drm_database_close(struct drm_database *database)
{
    if (!database)
        return;
    sqlite3_close_v2(database->handle);
    free(database);
}
