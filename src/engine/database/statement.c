/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements: prepare, bind, step, finish (database.h).
 */
#include <string.h>

#include "engine/database/database.h"

void drm_statement_prepare(struct drm_statement *statement, struct drm_database *database, const char *sql)
{
    statement->database = database;
    statement->handle = NULL;
    statement->result =
        drm_database_result(database, sqlite3_prepare_v2(database->handle, sql, -1, &statement->handle, NULL));
}

/* Keeps the first failure. */
static void note(struct drm_statement *statement, int code)
{
    if (DRM_SUCCEEDED(statement->result))
        statement->result = drm_database_result(statement->database, code);
}

void drm_statement_bind_int(struct drm_statement *statement, int parameter, int64_t value)
{
    if (DRM_SUCCEEDED(statement->result))
        note(statement, sqlite3_bind_int64(statement->handle, parameter, value));
}

void drm_statement_bind_blob(struct drm_statement *statement, int parameter, const void *data, size_t size)
{
    if (DRM_SUCCEEDED(statement->result))
        note(statement, sqlite3_bind_blob64(statement->handle, parameter, size ? data : "", size, SQLITE_STATIC));
}

void drm_statement_bind_text(struct drm_statement *statement, int parameter, const char *text)
{
    if (DRM_SUCCEEDED(statement->result))
        note(statement, sqlite3_bind_text(statement->handle, parameter, text, -1, SQLITE_STATIC));
}

bool drm_statement_step(struct drm_statement *statement)
{
    int code;

    if (DRM_FAILED(statement->result))
        return false;
    code = sqlite3_step(statement->handle);
    if (code == SQLITE_ROW)
        return true;
    note(statement, code);
    return false;
}

void drm_statement_reset(struct drm_statement *statement)
{
    if (statement->handle)
        (void)sqlite3_reset(statement->handle); /* repeats the failure that step told */
}

int64_t drm_statement_int(struct drm_statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

struct drm_span drm_statement_blob(struct drm_statement *statement, int column)
{
    const void *data = sqlite3_column_blob(statement->handle, column);

    return drm_span(data, (size_t)sqlite3_column_bytes(statement->handle, column));
}

const char *drm_statement_text(struct drm_statement *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement->handle, column);

    return text ? (const char *)text : "";
}

bool drm_statement_fixed(struct drm_statement *statement, int column, void *out, size_t size)
{
    struct drm_span value = drm_statement_blob(statement, column);

    if (value.size != size)
    {
        if (DRM_SUCCEEDED(statement->result))
            statement->result = DRM_E_STORE_CORRUPT;
        return false;
    }
    memcpy(out, value.data, size);
    return true;
}

drm_result drm_statement_finish(struct drm_statement *statement)
{
    drm_result result = statement->result;

    (void)sqlite3_finalize(statement->handle);
    statement->handle = NULL;
    return result;
}

drm_result drm_statement_run(struct drm_statement *statement)
{
    while (drm_statement_step(statement))
        ;
    return drm_statement_finish(statement);
}
