/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of licences inside a change (license_writer.h).
 */
#include "engine/store/license_writer.h"

#include <string.h>

#include "engine/store/store_internal.h"

void drm_license_writer_init(struct drm_license_writer *writer, struct drm_store *store)
{
    memset(writer, 0, sizeof(*writer));
    writer->store = store;
}

/* Failures were seen when the statements ran. */
void drm_license_writer_finish(struct drm_license_writer *writer)
{
    (void)drm_statement_finish(&writer->insert);
    (void)drm_statement_finish(&writer->update);
    (void)drm_statement_finish(&writer->find);
    (void)drm_statement_finish(&writer->load);
    (void)drm_statement_finish(&writer->write_body);
    (void)drm_statement_finish(&writer->delete_body);
}

drm_result drm_license_writer_need_secret(struct drm_license_writer *writer)
{
    drm_result result = DRM_S_OK;

    if (!writer->secret && DRM_SUCCEEDED(result = drm_store_secret_locked(writer->store, 0, true, false)))
        writer->secret = writer->store->secret_number;
    return result;
}

static void need(struct drm_license_writer *writer, struct drm_statement *statement, const char *sql)
{
    if (!statement->handle)
        drm_statement_prepare(statement, writer->store->database, sql);
}

static drm_result run(struct drm_statement *statement)
{
    drm_result result;

    (void)drm_statement_step(statement);
    result = statement->result;
    drm_statement_reset(statement);
    return result;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static drm_result copy_row(struct drm_license_writer *writer, struct drm_statement *statement,
                           struct drm_written_row *out)
{
    struct drm_license_row *row = &out->row;

    if (!drm_license_row_read(statement, row))
        return statement->result;
    out->proof = drm_license_row_prove(&writer->store->rows, row);
    if (DRM_FAILED(out->proof) && out->proof != DRM_E_STORE_CORRUPT && out->proof != DRM_E_SECURE_STORE_UNLOCK_ERROR)
        return out->proof;
    if (DRM_FAILED(drm_license_state_read(row->state, &out->state)))
    {
        out->proof = DRM_E_STORE_CORRUPT;
        out->state = (struct drm_license_state){.flags = DRM_LICENSE_DELETED};
    }
    if (row->terms.size > sizeof(out->terms))
    {
        out->proof = DRM_E_STORE_CORRUPT;
        row->terms.size = 0;
    }
    if (row->terms.size > 0)
        memcpy(out->terms, row->terms.data, row->terms.size);
    row->terms.data = out->terms;
    row->state = row->tag = drm_span(NULL, 0);
    return DRM_S_OK;
}

static drm_result read_one(struct drm_license_writer *writer, struct drm_statement *statement,
                           struct drm_written_row *out)
{
    drm_result result = DRM_S_OK;

    out->row.number = 0;
    if (drm_statement_step(statement))
        result = copy_row(writer, statement, out);
    if (DRM_FAILED(statement->result))
        result = statement->result;
    drm_statement_reset(statement);
    return result;
}

drm_result drm_license_writer_find(struct drm_license_writer *writer, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                   const uint8_t license_id[DRM_ID_SIZE], int64_t anchor, struct drm_written_row *out)
{
    need(writer, &writer->find,
         "SELECT " DRM_LICENSE_COLUMNS " FROM license WHERE key_id = ?1 AND license_id = ?2 AND anchor = ?3");
    drm_statement_bind_blob(&writer->find, 1, key_id, DRM_KEY_ID_SIZE);
    drm_statement_bind_blob(&writer->find, 2, license_id, DRM_ID_SIZE);
    drm_statement_bind_int(&writer->find, 3, anchor);
    return read_one(writer, &writer->find, out);
}

drm_result drm_license_writer_load(struct drm_license_writer *writer, int64_t number, struct drm_written_row *out)
{
    need(writer, &writer->load, "SELECT " DRM_LICENSE_COLUMNS " FROM license WHERE id = ?1");
    drm_statement_bind_int(&writer->load, 1, number);
    return read_one(writer, &writer->load, out);
}

bool drm_license_state_is_same(const struct drm_license_state *a, const struct drm_license_state *b)
{
    uint8_t first[DRM_LICENSE_STATE_MAX_SIZE], second[DRM_LICENSE_STATE_MAX_SIZE];
    size_t size = drm_license_state_write(a, first);

    return size == drm_license_state_write(b, second) && !memcmp(first, second, size);
}

/* --- writing ---------------------------------------------------------------------------------------------- */

/* What a row says once it is written; its spans point into bytes and tag. */
static drm_result make_tag(struct drm_license_writer *writer, struct drm_license_row *row,
                           const struct drm_license_state *state, uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE],
                           uint8_t tag[DRM_LICENSE_TAG_SIZE])
{
    drm_result result = DRM_S_OK;

    row->state = drm_span(bytes, drm_license_state_write(state, bytes));
    row->secret = writer->secret;
    row->tag = drm_span(NULL, 0);
    if (row->secret && DRM_SUCCEEDED(result = drm_license_row_tag(&writer->store->rows, row, tag)))
        row->tag = drm_span(tag, DRM_LICENSE_TAG_SIZE);
    return result;
}

static void bind_what_changes(struct drm_statement *statement, const struct drm_license_row *row)
{
    drm_statement_bind_int(statement, 1, row->priority);
    drm_statement_bind_int(statement, 2, row->status);
    drm_statement_bind_int(statement, 3, row->response);
    drm_statement_bind_blob(statement, 4, row->terms.data, row->terms.size);
    drm_statement_bind_blob(statement, 5, row->state.data, row->state.size);
    drm_statement_bind_int(statement, 6, row->secret);
    drm_statement_bind_blob(statement, 7, row->tag.data, row->tag.size);
}

drm_result drm_license_writer_insert(struct drm_license_writer *writer, const struct drm_license_row *row,
                                     const struct drm_license_state *state, int64_t *number)
{
    uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE], tag[DRM_LICENSE_TAG_SIZE];
    struct drm_license_row now = *row;
    sqlite3 *handle = writer->store->database->handle;
    drm_result result = make_tag(writer, &now, state, bytes, tag);

    if (DRM_FAILED(result))
        return result;
    need(writer, &writer->insert,
         "INSERT INTO license(priority, status, response, terms, state, secret, tag, key_id, license_id, anchor)"
         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING");
    bind_what_changes(&writer->insert, &now);
    drm_statement_bind_blob(&writer->insert, 8, now.key_id, sizeof(now.key_id));
    drm_statement_bind_blob(&writer->insert, 9, now.license_id, sizeof(now.license_id));
    drm_statement_bind_int(&writer->insert, 10, now.anchor);
    if (DRM_FAILED(result = run(&writer->insert)))
        return result;
    *number = sqlite3_changes(handle) > 0 ? sqlite3_last_insert_rowid(handle) : 0;
    writer->changed |= *number != 0;
    return DRM_S_OK;
}

drm_result drm_license_writer_update(struct drm_license_writer *writer, const struct drm_license_row *row,
                                     const struct drm_license_state *state)
{
    uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE], tag[DRM_LICENSE_TAG_SIZE];
    struct drm_license_row now = *row;
    drm_result result = make_tag(writer, &now, state, bytes, tag);

    if (DRM_FAILED(result))
        return result;
    need(writer, &writer->update,
         "UPDATE license SET priority = ?1, status = ?2, response = ?3, terms = ?4, state = ?5, secret = ?6, tag = ?7"
         " WHERE id = ?8");
    bind_what_changes(&writer->update, &now);
    drm_statement_bind_int(&writer->update, 8, now.number);
    writer->changed = true;
    return run(&writer->update);
}

drm_result drm_license_writer_write_body(struct drm_license_writer *writer, int64_t number, struct drm_span license)
{
    need(writer, &writer->write_body, "INSERT OR REPLACE INTO license_body(id, license) VALUES(?1, ?2)");
    drm_statement_bind_int(&writer->write_body, 1, number);
    drm_statement_bind_blob(&writer->write_body, 2, license.data, license.size);
    writer->changed = true;
    return run(&writer->write_body);
}

drm_result drm_license_writer_delete_body(struct drm_license_writer *writer, int64_t number)
{
    need(writer, &writer->delete_body, "DELETE FROM license_body WHERE id = ?1");
    drm_statement_bind_int(&writer->delete_body, 1, number);
    writer->changed = true;
    return run(&writer->delete_body);
}
