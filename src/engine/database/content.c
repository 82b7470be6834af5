/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contents in rows and in files (content.h).
 */
#include "engine/database/content.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/crypto/crypto.h"

#define STAGED_LIFE_MS (INT64_C(24) * 60 * 60 * 1000)

enum content_state
{
    CONTENT_STAGED = 0, /* a file being written by some process, or left by one that died */
    CONTENT_LIVE = 1,
    CONTENT_RETIRED = 2, /* a file to be deleted when nobody has it open any more */
};

struct drm_staged_content
{
    struct drm_content_table *table;
    struct drm_buffer bytes; /* while it is small */
    struct drm_file *file;
    int64_t number;          /* of its row; 0: none, since it is small */
    uint64_t size;
    bool installed;          /* in a transaction that may have failed since */
    bool kept;
};

static int64_t now(const struct drm_content_table *table)
{
    return table->host->clock.now(table->host->clock.context);
}

/* Random numbers: a database that takes the place of a damaged one never meets the files of that one. */
static int64_t new_number(void)
{
    uint64_t number;

    drm_random(&number, sizeof(number));
    return (int64_t)(number >> 1) | 1;
}

static char *path_of(const struct drm_content_table *table, int64_t number)
{
    char name[80];

    snprintf(name, sizeof(name), "%s-file-%016" PRIx64 ".bin", table->prefix, (uint64_t)number);
    return drm_path_join(table->directory, name);
}

static drm_result insert_row(struct drm_content_table *table, int64_t number, enum content_state state,
                             const struct drm_buffer *bytes)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, table->database,
                          "INSERT INTO content(id, state, size, created, bytes) VALUES(?1, ?2, ?3, ?4, ?5)");
    drm_statement_bind_int(&statement, 1, number);
    drm_statement_bind_int(&statement, 2, state);
    drm_statement_bind_int(&statement, 3, bytes ? (int64_t)bytes->size : 0);
    drm_statement_bind_int(&statement, 4, now(table));
    if (bytes)
        drm_statement_bind_blob(&statement, 5, bytes->data, bytes->size);
    return drm_statement_run(&statement);
}

static drm_result delete_row(struct drm_content_table *table, int64_t number)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, table->database, "DELETE FROM content WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, number);
    return drm_statement_run(&statement);
}

/* --- staging ---------------------------------------------------------------------------------------------- */

drm_result drm_content_stage(struct drm_content_table *table, struct drm_staged_content **out)
{
    struct drm_staged_content *content = calloc(1, sizeof(*content));

    if (!content)
        return DRM_E_OUT_OF_MEMORY;
    content->table = table;
    *out = content;
    return DRM_S_OK;
}

/* It became too large for a row. */
static drm_result move_to_file(struct drm_staged_content *content)
{
    struct drm_content_table *table = content->table;
    int64_t number = new_number();
    drm_result result;
    char *path;

    sqlite3_mutex_enter(table->lock);
    result = insert_row(table, number, CONTENT_STAGED, NULL);
    sqlite3_mutex_leave(table->lock);
    if (DRM_FAILED(result))
        return result;
    content->number = number;
    path = path_of(table, number);
    result = path ? drm_file_create(path, &table->host->log, &content->file) : DRM_E_OUT_OF_MEMORY;
    free(path);
    if (DRM_SUCCEEDED(result))
        result = drm_file_append(content->file, content->bytes.data, content->bytes.size);
    drm_buffer_free(&content->bytes);
    return result;
}

drm_result drm_staged_content_append(struct drm_staged_content *content, const void *data, size_t size)
{
    drm_result result;

    if (!content->number && size > DRM_CONTENT_INLINE_MAX - content->bytes.size
        && DRM_FAILED(result = move_to_file(content)))
        return result;
    if (!content->number)
        result = drm_buffer_append(&content->bytes, data, size);
    else
        result = content->file ? drm_file_append(content->file, data, size) : DRM_E_UNEXPECTED;
    if (DRM_SUCCEEDED(result))
        content->size += size;
    return result;
}

drm_result drm_staged_content_finish(struct drm_staged_content *content)
{
    drm_result result = content->file ? drm_file_flush(content->file) : DRM_S_OK;

    drm_file_close(content->file);
    content->file = NULL;
    return result;
}

uint64_t drm_staged_content_size(const struct drm_staged_content *content)
{
    return content->size;
}

drm_result drm_staged_content_install_locked(struct drm_staged_content *content, int64_t *number)
{
    struct drm_content_table *table = content->table;
    struct drm_statement statement;
    int64_t row = content->number ? content->number : new_number();
    drm_result result;

    if (!content->number)
        result = insert_row(table, row, CONTENT_LIVE, &content->bytes);
    else
    {
        drm_statement_prepare(&statement, table->database, "UPDATE content SET state = 1, size = ?2 WHERE id = ?1");
        drm_statement_bind_int(&statement, 1, row);
        drm_statement_bind_int(&statement, 2, (int64_t)content->size);
        result = drm_statement_run(&statement);
        /* It took more than a day, and somebody swept it. */
        if (DRM_SUCCEEDED(result) && sqlite3_changes(table->database->handle) != 1)
            result = DRM_E_NOT_FOUND;
    }
    if (DRM_SUCCEEDED(result))
    {
        content->installed = true;
        *number = row;
    }
    return result;
}

void drm_staged_content_keep(struct drm_staged_content *content)
{
    content->kept = true;
}

void drm_staged_content_discard(struct drm_staged_content *content)
{
    if (!content)
        return;
    drm_file_close(content->file);
    drm_buffer_free(&content->bytes);
    if (content->number && !content->kept && !(content->installed && content->table->database->in_doubt))
    {
        struct drm_content_table *table = content->table;
        char *path = path_of(table, content->number);

        /* The file first: a row without a file is swept later, a file without a row never. */
        if (path && DRM_SUCCEEDED(drm_file_delete(path, &table->host->log)))
        {
            sqlite3_mutex_enter(table->lock);
            (void)delete_row(table, content->number);
            sqlite3_mutex_leave(table->lock);
        }
        free(path);
    }
    free(content);
}

/* --- in place --------------------------------------------------------------------------------------------- */

drm_result drm_content_retire_locked(struct drm_content_table *table, int64_t number)
{
    struct drm_statement statement;
    drm_result result;

    drm_statement_prepare(&statement, table->database, "DELETE FROM content WHERE id = ?1 AND bytes IS NOT NULL");
    drm_statement_bind_int(&statement, 1, number);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    drm_statement_prepare(&statement, table->database, "UPDATE content SET state = 2 WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, number);
    return drm_statement_run(&statement);
}

/* Files of processes that died count as retired; also what was staged tomorrow, before the clock was set back. *any:
 * there are some. */
static drm_result find_retired(struct drm_content_table *table, bool *any)
{
    int64_t time = now(table);
    struct drm_statement statement;
    drm_result result;

    drm_statement_prepare(&statement, table->database,
                          "UPDATE content SET state = 2 WHERE state = 0 AND created NOT BETWEEN ?1 AND ?2");
    drm_statement_bind_int(&statement, 1, time - STAGED_LIFE_MS);
    drm_statement_bind_int(&statement, 2, time + STAGED_LIFE_MS);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    drm_statement_prepare(&statement, table->database, "SELECT 1 FROM content WHERE state = 2 LIMIT 1");
    *any = drm_statement_step(&statement);
    return drm_statement_finish(&statement);
}

/* A process that dies in here leaves rows without files, which the next sweep takes for deleted. */
static void sweep(struct drm_content_table *table)
{
    struct drm_statement find;

    if (DRM_FAILED(drm_database_try_begin(table->database)))
        return; /* the operation is done; it does not wait for others to clear up */
    drm_statement_prepare(&find, table->database, "SELECT id FROM content WHERE state = 2");
    while (drm_statement_step(&find))
    {
        int64_t number = drm_statement_int(&find, 0);
        char *path = path_of(table, number);

        /* On Windows a file that somebody has open stays; the next sweep asks again. */
        if (path && DRM_SUCCEEDED(drm_file_delete(path, &table->host->log)))
            (void)delete_row(table, number);
        free(path);
    }
    (void)drm_statement_finish(&find);
    (void)drm_database_commit(table->database);
    drm_database_rollback(table->database);
}

drm_result drm_content_commit_locked(struct drm_content_table *table)
{
    bool any = false;
    drm_result result = find_retired(table, &any);

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = drm_database_commit(table->database)) && any)
        sweep(table);
    return result;
}

static drm_result open_row(struct drm_statement *statement, struct drm_content *content, bool *in_file)
{
    struct drm_span bytes = drm_statement_blob(statement, 1);

    content->size = (uint64_t)drm_statement_int(statement, 0);
    *in_file = sqlite3_column_type(statement->handle, 1) == SQLITE_NULL;
    if (*in_file)
        return DRM_S_OK;
    if (bytes.size != content->size)
        return DRM_E_STORE_CORRUPT;
    if (!(content->memory = malloc(bytes.size ? bytes.size : 1)))
        return DRM_E_OUT_OF_MEMORY;
    if (bytes.size)
        memcpy(content->memory, bytes.data, bytes.size);
    return DRM_S_OK;
}

static drm_result open_file(struct drm_content_table *table, int64_t number, struct drm_content *content)
{
    char *path = path_of(table, number);
    drm_result result = path ? drm_file_open(path, &table->host->log, &content->file) : DRM_E_OUT_OF_MEMORY;

    free(path);
    if (result == DRM_E_PATH_NOT_FOUND)
        return DRM_E_NOT_FOUND;
    if (DRM_SUCCEEDED(result) && drm_file_size(content->file) != content->size)
        return DRM_E_STORE_CORRUPT;
    return result;
}

drm_result drm_content_open_locked(struct drm_content_table *table, int64_t number, struct drm_content *out)
{
    struct drm_content content = {0};
    struct drm_statement statement;
    drm_result result, read = DRM_E_NOT_FOUND;
    bool in_file = false;

    drm_statement_prepare(&statement, table->database, "SELECT size, bytes FROM content WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, number);
    if (drm_statement_step(&statement))
        read = open_row(&statement, &content, &in_file);
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
        result = read;
    if (DRM_SUCCEEDED(result) && in_file)
        result = open_file(table, number, &content);
    if (DRM_FAILED(result))
        drm_content_close(&content);
    else
        *out = content;
    return result;
}

void drm_content_close(struct drm_content *content)
{
    drm_file_close(content->file);
    free(content->memory);
    memset(content, 0, sizeof(*content));
}

drm_result drm_content_read(struct drm_content *content, uint64_t offset, void *out, size_t size)
{
    if (offset > content->size || size > content->size - offset)
        return DRM_E_STORE_CORRUPT;
    if (!content->memory)
        return drm_file_read(content->file, offset, out, size);
    if (size)
        memcpy(out, content->memory + offset, size);
    return DRM_S_OK;
}

drm_result drm_content_data(struct drm_content *content, const uint8_t **out)
{
    const uint8_t *map = content->memory;
    uint8_t *copy;
    drm_result result;

    if (!map)
        map = drm_file_map(content->file);
    if (!map)
    {
        if (content->size > SIZE_MAX / 2 || !(copy = malloc(content->size ? (size_t)content->size : 1)))
            return DRM_E_OUT_OF_MEMORY;
        if (DRM_FAILED(result = drm_file_read(content->file, 0, copy, (size_t)content->size)))
        {
            free(copy);
            return result;
        }
        map = content->memory = copy;
    }
    *out = map;
    return DRM_S_OK;
}
