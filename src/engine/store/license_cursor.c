/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Enumerating licences: one read transaction from beginning to end, on a connection of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

/* What is enumerated, one after the other: with and without an index none of them has to sort. */
static const char *const all_queries[] = {
    "SELECT " DRM_LICENSE_COLUMNS " FROM license INDEXED BY license_priority WHERE status <> 0 AND priority <> 0"
    " ORDER BY priority DESC, id",
    "SELECT " DRM_LICENSE_COLUMNS " FROM license NOT INDEXED WHERE status <> 0 AND priority = 0 ORDER BY id",
};
static const char *const key_queries[] = {
    "SELECT " DRM_LICENSE_COLUMNS " FROM license WHERE key_id = ?1 AND status <> 0 ORDER BY priority DESC, id",
};
static const char *const backup_queries[] = {
    "SELECT " DRM_LICENSE_COLUMNS " FROM license NOT INDEXED WHERE status = 1 ORDER BY id",
};

struct drm_license_cursor
{
    struct drm_store *store;
    struct drm_database *database;
    struct drm_license_rows rows;
    uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE]; /* NULL: whatever anchor */
    struct drm_license_filter filter;         /* its anchors are those above */
    const char *const *queries;
    size_t query_count, query;        /* the next one to run */
    struct drm_statement select, remembered, body;
    bool has_row;                     /* row was read and not delivered yet */
    struct drm_license_row row;
    struct drm_temporary_list temporary; /* highest priority first */
    size_t next_temporary;
    const struct drm_temporary_license *current_temporary; /* NULL: a row is current, or nothing is */
    bool has_entry;
    struct drm_license_entry entry;
};

/* --- opening ---------------------------------------------------------------------------------------------- */

static drm_result copy_filter(struct drm_license_cursor *cursor, const struct drm_license_filter *filter)
{
    size_t size = filter->anchor_count * DRM_SIGN_PUBLIC_SIZE;

    cursor->filter = *filter;
    if (filter->anchors)
    {
        if (!(cursor->anchors = malloc(size ? size : 1)))
            return DRM_E_OUT_OF_MEMORY;
        memcpy(cursor->anchors, filter->anchors, size);
        cursor->filter.anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])cursor->anchors;
    }
    if (filter->only_backup)
    {
        cursor->queries = backup_queries;
        cursor->query_count = sizeof(backup_queries) / sizeof(backup_queries[0]);
    }
    else if (filter->has_key_id)
    {
        cursor->queries = key_queries;
        cursor->query_count = sizeof(key_queries) / sizeof(key_queries[0]);
    }
    else
    {
        cursor->queries = all_queries;
        cursor->query_count = sizeof(all_queries) / sizeof(all_queries[0]);
    }
    return DRM_S_OK;
}

static int compare_priorities(const void *a, const void *b)
{
    const struct drm_temporary_license *const *first = a, *const *second = b;

    if ((*first)->priority != (*second)->priority)
        return (*first)->priority < (*second)->priority ? 1 : -1;
    return (*first)->number < (*second)->number ? 1 : -1; /* numbers go down */
}

static drm_result copy_temporary(struct drm_license_cursor *cursor)
{
    const uint8_t *key_id = cursor->filter.has_key_id ? cursor->filter.key_id : NULL;
    drm_result result;

    if (cursor->filter.only_backup)
        return DRM_S_OK;
    result = drm_temporary_list(cursor->store->process, key_id, &cursor->temporary);
    if (cursor->temporary.count)
        qsort(cursor->temporary.licenses, cursor->temporary.count, sizeof(cursor->temporary.licenses[0]),
              compare_priorities);
    return result;
}

/* Going through all of them looks at no page twice: sixteen megabytes of pages would serve nobody. */
#define CACHE_KIB 1024

static drm_result begin_looking(struct drm_license_cursor *cursor)
{
    struct drm_statement statement;
    char sql[60];
    drm_result result;

    snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%d; BEGIN", CACHE_KIB);
    if (DRM_FAILED(result = drm_database_execute(cursor->database, sql)))
        return result;
    /* The transaction's state is that of its first look. */
    drm_statement_prepare(&statement, cursor->database, "SELECT 1 FROM license LIMIT 1");
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    drm_database_read_ahead(cursor->database);
    drm_statement_prepare(&cursor->remembered, cursor->database,
                          "SELECT " DRM_LICENSE_COLUMNS " FROM license"
                          " WHERE key_id = ?1 AND license_id = ?2"
                          " AND anchor = (SELECT id FROM anchor WHERE root = ?3)");
    return cursor->remembered.result;
}

drm_result drm_license_cursor_open(struct drm_store *store, const struct drm_license_filter *filter,
                                   const struct drm_task *task, struct drm_license_cursor **out)
{
    struct drm_license_cursor *cursor = calloc(1, sizeof(*cursor));
    drm_result result;

    if (!cursor)
        return DRM_E_OUT_OF_MEMORY;
    cursor->store = store;
    /* The temporary ones first: one that moves into the permanent store meanwhile is seen, perhaps in both. */
    if (DRM_SUCCEEDED(result = copy_filter(cursor, filter)) && DRM_SUCCEEDED(result = copy_temporary(cursor))
        && DRM_SUCCEEDED(result = drm_store_connect(store, task, &cursor->database)))
    {
        drm_license_rows_init(&cursor->rows, store, cursor->database, false);
        result = begin_looking(cursor);
    }
    if (DRM_FAILED(result))
    {
        drm_license_cursor_close(cursor);
        return result;
    }
    drm_database_set_task(cursor->database, NULL); /* that of an operation ends before the cursor does */
    *out = cursor;
    return DRM_S_OK;
}

static void end_query(struct drm_license_cursor *cursor)
{
    if (cursor->select.handle)
        (void)drm_statement_finish(&cursor->select);
    cursor->has_row = false;
}

void drm_license_cursor_close(struct drm_license_cursor *cursor)
{
    if (!cursor)
        return;
    end_query(cursor);
    (void)drm_statement_finish(&cursor->remembered);
    (void)drm_statement_finish(&cursor->body);
    drm_license_rows_forget(&cursor->rows);
    drm_database_close(cursor->database);
    drm_temporary_list_free(&cursor->temporary);
    free(cursor->anchors);
    free(cursor);
}

drm_result drm_license_cursor_reset(struct drm_license_cursor *cursor)
{
    end_query(cursor);
    cursor->query = 0;
    cursor->next_temporary = 0;
    cursor->current_temporary = NULL;
    cursor->has_entry = false;
    return DRM_S_OK;
}

/* --- moving on -------------------------------------------------------------------------------------------- */

static void begin_query(struct drm_license_cursor *cursor)
{
    drm_statement_prepare(&cursor->select, cursor->database, cursor->queries[cursor->query++]);
    if (cursor->queries == key_queries)
        drm_statement_bind_blob(&cursor->select, 1, cursor->filter.key_id, sizeof(cursor->filter.key_id));
}

/* Reads ahead one row; has_row is false past the last. */
static drm_result read_row(struct drm_license_cursor *cursor)
{
    drm_result result = DRM_S_OK;

    while (!cursor->has_row && DRM_SUCCEEDED(result))
    {
        if (!cursor->select.handle)
        {
            if (cursor->query == cursor->query_count)
                return DRM_S_OK;
            begin_query(cursor);
        }
        if (drm_statement_step(&cursor->select) && drm_license_row_read(&cursor->select, &cursor->row))
            cursor->has_row = true;
        else
            result = drm_statement_finish(&cursor->select);
    }
    return result;
}

static bool is_wanted(const struct drm_license_cursor *cursor, const struct drm_license_entry *entry)
{
    const struct drm_license_filter *filter = &cursor->filter;

    if ((drm_terms_rights(&entry->terms) & filter->rights) != filter->rights)
        return false;
    if (filter->has_key_id && memcmp(filter->key_id, entry->key_id, sizeof(entry->key_id)))
        return false;
    if (!filter->anchors)
        return true;
    for (size_t i = 0; i < filter->anchor_count; i++)
        if (!memcmp(filter->anchors[i], entry->anchor, sizeof(entry->anchor)))
            return true;
    return false;
}

/* A licence can be listed, and so removed, whatever was done to its row. */
static drm_result read_judged(struct drm_license_cursor *cursor, const struct drm_license_row *row,
                              struct drm_license_entry *entry)
{
    drm_result result = drm_license_row_prove(&cursor->rows, row);

    if (DRM_FAILED(drm_terms_read(row->terms, &entry->terms)))
    {
        memset(&entry->terms, 0, sizeof(entry->terms));
        if (DRM_SUCCEEDED(result))
            result = DRM_E_STORE_CORRUPT;
    }
    if (DRM_SUCCEEDED(result))
        result = drm_license_state_read(row->state, &entry->state);
    entry->state_known = DRM_SUCCEEDED(result);
    if (!entry->state_known)
        drm_license_state_begin(&entry->terms, &entry->state);
    return result == DRM_E_STORE_CORRUPT || result == DRM_E_SECURE_STORE_UNLOCK_ERROR ? DRM_S_OK : result;
}

static drm_result take_row(struct drm_license_cursor *cursor)
{
    const struct drm_license_row *row = &cursor->row;
    struct drm_license_entry *entry = &cursor->entry;
    const uint8_t *root;
    drm_result result = drm_license_rows_root(&cursor->rows, row->anchor, &root);

    if (DRM_FAILED(result))
        return result;
    entry->number = row->number;
    entry->temporary = false;
    entry->response = row->response;
    memcpy(entry->anchor, root, sizeof(entry->anchor));
    memcpy(entry->license_id, row->license_id, sizeof(entry->license_id));
    memcpy(entry->key_id, row->key_id, sizeof(entry->key_id));
    entry->priority = row->priority;
    cursor->current_temporary = NULL;
    cursor->has_row = false;
    return read_judged(cursor, row, entry);
}

/* What another process did with this temporary licence stands in its row, if it has one. *moved: it is in the permanent
 * store since, or gone. */
static drm_result lower_by_row(struct drm_license_cursor *cursor, struct drm_license_entry *entry, bool *moved)
{
    struct drm_statement *statement = &cursor->remembered;
    struct drm_license_state state;
    struct drm_license_row row;
    drm_result result = DRM_S_OK;

    drm_statement_bind_blob(statement, 1, entry->key_id, sizeof(entry->key_id));
    drm_statement_bind_blob(statement, 2, entry->license_id, sizeof(entry->license_id));
    drm_statement_bind_blob(statement, 3, entry->anchor, sizeof(entry->anchor));
    if (drm_statement_step(statement) && drm_license_row_read(statement, &row))
    {
        result = drm_license_row_prove(&cursor->rows, &row);
        entry->state_known = result != DRM_E_STORE_CORRUPT;
        if (DRM_SUCCEEDED(drm_license_state_read(row.state, &state)))
            drm_license_state_lower(&entry->state, &state);
        *moved = row.status != DRM_LICENSE_REMEMBERED
                 || entry->state.flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED);
        if (result == DRM_E_STORE_CORRUPT || result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
            result = DRM_S_OK;
    }
    if (DRM_FAILED(statement->result))
        result = statement->result;
    drm_statement_reset(statement);
    return result;
}

static drm_result take_temporary(struct drm_license_cursor *cursor, bool *moved)
{
    const struct drm_temporary_license *license = cursor->temporary.licenses[cursor->next_temporary++];
    struct drm_license_entry *entry = &cursor->entry;
    drm_result result;

    entry->number = license->number;
    entry->temporary = true;
    entry->response = license->response->number;
    memcpy(entry->anchor, license->anchor, sizeof(entry->anchor));
    memcpy(entry->license_id, license->license_id, sizeof(entry->license_id));
    memcpy(entry->key_id, license->key_id, sizeof(entry->key_id));
    entry->priority = license->priority;
    entry->state_known = true;
    entry->state = license->state;
    cursor->current_temporary = license;
    result = drm_terms_read(license->terms, &entry->terms);
    return DRM_SUCCEEDED(result) ? lower_by_row(cursor, entry, moved) : result;
}

drm_result drm_license_cursor_next(struct drm_license_cursor *cursor, const struct drm_license_entry **entry)
{
    cursor->has_entry = false;
    for (;;)
    {
        bool left = cursor->next_temporary < cursor->temporary.count, moved = false;
        drm_result result = read_row(cursor);

        if (DRM_FAILED(result))
            return result;
        if (!cursor->has_row && !left)
        {
            *entry = NULL;
            return DRM_S_OK;
        }
        if (left
            && (!cursor->has_row
                || cursor->temporary.licenses[cursor->next_temporary]->priority > cursor->row.priority))
            result = take_temporary(cursor, &moved);
        else
            result = take_row(cursor);
        if (DRM_FAILED(result))
            return result;
        if (!moved && is_wanted(cursor, &cursor->entry))
        {
            cursor->has_entry = true;
            *entry = &cursor->entry;
            return DRM_S_OK;
        }
    }
}

/* A licence alone, with a statement that is kept: a backup reads one after the other. */
static drm_result read_body(struct drm_license_cursor *cursor, struct drm_buffer *license)
{
    drm_result result = DRM_E_LICENSE_NOT_FOUND;

    if (!cursor->body.handle)
        drm_statement_prepare(&cursor->body, cursor->database, "SELECT license FROM license_body WHERE id = ?1");
    drm_statement_bind_int(&cursor->body, 1, cursor->entry.number);
    if (drm_statement_step(&cursor->body))
    {
        const struct drm_span body = drm_statement_blob(&cursor->body, 0);

        result = drm_buffer_append(license, body.data, body.size);
    }
    if (DRM_FAILED(cursor->body.result))
        return drm_statement_finish(&cursor->body);
    drm_statement_reset(&cursor->body);
    return result;
}

drm_result drm_license_cursor_read(struct drm_license_cursor *cursor, struct drm_buffer *license,
                                   struct drm_buffer *head)
{
    if (!cursor->has_entry)
        return DRM_E_LICENSE_NOT_FOUND;
    if (cursor->current_temporary)
        return drm_license_copy_temporary(cursor->current_temporary, license, head);
    if (license && !head)
        return read_body(cursor, license);
    return drm_license_copy_row(cursor->database, cursor->entry.number, license, head);
}
