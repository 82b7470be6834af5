/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of the table "license" (license_row.h).
 */
#include "engine/store/license_row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/crypto/crypto.h"
#include "engine/store/store_internal.h"

#define KEY_LABEL "wmdrmsdk licence rows"

/*
 * Queries read license alone: bodies, which are most of the bytes, lie apart, and so does what a response has in
 * common. A row of license is never deleted. The key id belongs to what a licence is, so that one index serves storing
 * and asking; a second one over random ids would cost storing as much again.
 */
const char drm_license_schema[] =
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO setting(name, value) VALUES('store id', randomblob(16));"
    "ALTER TABLE anchor ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;"
    "UPDATE anchor SET floor = signed_time;"
    "CREATE TABLE response(id INTEGER PRIMARY KEY, anchor INTEGER NOT NULL, response_id BLOB NOT NULL,"
    " identity INTEGER NOT NULL, head BLOB NOT NULL, secret INTEGER NOT NULL DEFAULT 0, sealed_key BLOB) STRICT;"
    "CREATE INDEX response_place ON response(response_id);"
    "CREATE TABLE license(id INTEGER PRIMARY KEY, key_id BLOB NOT NULL, license_id BLOB NOT NULL,"
    " anchor INTEGER NOT NULL, priority INTEGER NOT NULL, status INTEGER NOT NULL, response INTEGER NOT NULL,"
    " terms BLOB NOT NULL, state BLOB NOT NULL, secret INTEGER NOT NULL, tag BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX license_place ON license(key_id, license_id, anchor);"
    "CREATE INDEX license_priority ON license(priority DESC) WHERE status <> 0 AND priority <> 0;"
    "CREATE INDEX license_to_purge ON license(status) WHERE status = 2;"
    "CREATE TABLE license_body(id INTEGER PRIMARY KEY, license BLOB NOT NULL) STRICT;"
    "CREATE TABLE removal_challenge(id INTEGER PRIMARY KEY, transaction_id BLOB NOT NULL UNIQUE,"
    " anchor INTEGER NOT NULL) STRICT;";

bool drm_license_row_read(struct drm_statement *statement, struct drm_license_row *out)
{
    int64_t priority = drm_statement_int(statement, 4), status = drm_statement_int(statement, 5);

    if (!drm_statement_fixed(statement, 1, out->key_id, sizeof(out->key_id))
        || !drm_statement_fixed(statement, 2, out->license_id, sizeof(out->license_id)))
        return false;
    out->number = drm_statement_int(statement, 0);
    out->anchor = drm_statement_int(statement, 3);
    out->priority = (uint32_t)priority;
    out->status = (enum drm_license_status)status;
    out->response = drm_statement_int(statement, 6);
    out->terms = drm_statement_blob(statement, 7);
    out->state = drm_statement_blob(statement, 8);
    out->secret = drm_statement_int(statement, 9);
    out->tag = drm_statement_blob(statement, 10);
    if (priority < 0 || priority > INT32_MAX || status < DRM_LICENSE_REMEMBERED || status > DRM_LICENSE_TO_PURGE)
    {
        statement->result = DRM_E_STORE_CORRUPT;
        return false;
    }
    return true;
}

/* --- keys and roots --------------------------------------------------------------------------------------- */

struct drm_row_key
{
    int64_t secret;
    struct drm_mac *mac; /* NULL: the store's key of that number does not open */
};

struct drm_row_anchor
{
    int64_t number;
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];
};

void drm_license_rows_init(struct drm_license_rows *rows, struct drm_store *store, struct drm_database *database,
                           bool holds_lock)
{
    *rows = (struct drm_license_rows){.store = store, .database = database, .holds_lock = holds_lock};
}

void drm_license_rows_forget(struct drm_license_rows *rows)
{
    for (size_t i = 0; i < rows->key_count; i++)
        drm_mac_free(rows->keys[i].mac);
    free(rows->keys);
    free(rows->anchors);
    rows->keys = NULL;
    rows->anchors = NULL;
    rows->key_count = rows->anchor_count = 0;
}

void drm_license_rows_retry(struct drm_license_rows *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->key_count; i++)
        if (rows->keys[i].mac)
            rows->keys[kept++] = rows->keys[i];
    rows->key_count = kept;
}

/* A key of its own for tags, so that the store's key itself seals and does nothing else. */
static drm_result derive_key(struct drm_store *store, int64_t secret, struct drm_mac **out)
{
    static const char label[] = KEY_LABEL;
    uint8_t key[DRM_SHA256_SIZE];
    drm_result result = drm_store_secret_locked(store, secret, false, false);

    if (DRM_SUCCEEDED(result)
        && DRM_SUCCEEDED(result = drm_hkdf_expand(store->secret, drm_span(label, sizeof(label) - 1), key, sizeof(key))))
        result = drm_mac_create(drm_span(key, sizeof(key)), out);
    drm_wipe(key, sizeof(key));
    return result;
}

static drm_result find_key(struct drm_license_rows *rows, int64_t secret, struct drm_mac **out)
{
    struct drm_row_key *keys, key = {.secret = secret};
    drm_result result;

    for (size_t i = 0; i < rows->key_count; i++)
        if (rows->keys[i].secret == secret)
        {
            *out = rows->keys[i].mac;
            return *out ? DRM_S_OK : DRM_E_SECURE_STORE_UNLOCK_ERROR;
        }
    if (secret <= 0)
        return DRM_E_SECURE_STORE_UNLOCK_ERROR; /* written while no key opened */
    if (!(keys = realloc(rows->keys, (rows->key_count + 1) * sizeof(*keys))))
        return DRM_E_OUT_OF_MEMORY;
    rows->keys = keys;
    if (!rows->holds_lock)
        drm_store_lock(rows->store);
    result = derive_key(rows->store, secret, &key.mac);
    if (!rows->holds_lock)
        drm_store_unlock(rows->store);
    if (DRM_SUCCEEDED(result) || result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        rows->keys[rows->key_count++] = key;
    if (DRM_SUCCEEDED(result))
        *out = key.mac;
    return result;
}

drm_result drm_license_rows_root(struct drm_license_rows *rows, int64_t anchor, const uint8_t **out)
{
    struct drm_row_anchor *anchors, found = {.number = anchor};
    struct drm_statement statement;
    bool there = false;
    drm_result result;

    for (size_t i = 0; i < rows->anchor_count; i++)
        if (rows->anchors[i].number == anchor)
        {
            *out = rows->anchors[i].root;
            return DRM_S_OK;
        }
    drm_statement_prepare(&statement, rows->database, "SELECT root FROM anchor WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    if (drm_statement_step(&statement))
        there = drm_statement_fixed(&statement, 0, found.root, sizeof(found.root));
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;
    if (!there)
        return DRM_E_STORE_CORRUPT;
    if (!(anchors = realloc(rows->anchors, (rows->anchor_count + 1) * sizeof(*anchors))))
        return DRM_E_OUT_OF_MEMORY;
    rows->anchors = anchors;
    anchors[rows->anchor_count] = found;
    *out = anchors[rows->anchor_count++].root;
    return DRM_S_OK;
}

/* --- tags ------------------------------------------------------------------------------------------------- */

drm_result drm_license_row_tag(struct drm_license_rows *rows, const struct drm_license_row *row,
                               uint8_t out[DRM_LICENSE_TAG_SIZE])
{
    uint8_t place[DRM_SIGN_PUBLIC_SIZE + DRM_ID_SIZE + DRM_KEY_ID_SIZE + 4 + 1 + 8 + 4], *end = place;
    uint8_t hash[DRM_SHA256_SIZE];
    const uint8_t *root;
    struct drm_mac *mac;
    drm_result result;

    if (DRM_FAILED(result = find_key(rows, row->secret, &mac))
        || DRM_FAILED(result = drm_license_rows_root(rows, row->anchor, &root)))
        return result;
    memcpy(end, root, DRM_SIGN_PUBLIC_SIZE);
    memcpy(end += DRM_SIGN_PUBLIC_SIZE, row->license_id, DRM_ID_SIZE);
    memcpy(end += DRM_ID_SIZE, row->key_id, DRM_KEY_ID_SIZE);
    drm_put_u32(end += DRM_KEY_ID_SIZE, row->priority);
    end[4] = (uint8_t)row->status;
    drm_put_u64(end += 5, (uint64_t)row->response);
    drm_put_u32(end + 8, (uint32_t)row->terms.size);
    drm_mac_update(mac, place, sizeof(place));
    drm_mac_update(mac, row->terms.data, row->terms.size);
    drm_mac_update(mac, row->state.data, row->state.size);
    drm_mac_finish(mac, hash);
    memcpy(out, hash, DRM_LICENSE_TAG_SIZE);
    return DRM_S_OK;
}

drm_result drm_license_row_prove(struct drm_license_rows *rows, const struct drm_license_row *row)
{
    uint8_t tag[DRM_LICENSE_TAG_SIZE];
    drm_result result = drm_license_row_tag(rows, row, tag);

    if (DRM_SUCCEEDED(result)
        && (row->tag.size != sizeof(tag) || !drm_equal_secret(row->tag.data, tag, sizeof(tag))))
        result = DRM_E_STORE_CORRUPT;
    if (result == DRM_E_STORE_CORRUPT)
        drm_log_write(&rows->store->host->log, "store: row %" PRId64 " of the licences was edited", row->number);
    return result;
}
