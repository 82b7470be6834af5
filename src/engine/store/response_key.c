/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys of responses: kept under the store's key once somebody opened them.
 */
#include <inttypes.h>
#include <string.h>

#include "engine/crypto/crypto.h"
#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define BINDING_LABEL "response key"
#define BINDING_SIZE (sizeof(BINDING_LABEL) - 1 + DRM_SIGN_PUBLIC_SIZE + DRM_ID_SIZE + DRM_SHA256_SIZE)

/* The row of a licence's response. */
struct response_row
{
    int64_t number;
    int64_t identity;
    int64_t secret; /* 0: its key was not kept */
    struct drm_buffer sealed;
    uint8_t binding[BINDING_SIZE]; /* what its key is bound to: anchor, response id, head */
};

static void make_binding(const uint8_t root[DRM_SIGN_PUBLIC_SIZE], const uint8_t response_id[DRM_ID_SIZE],
                         struct drm_span head, uint8_t out[BINDING_SIZE])
{
    uint8_t *end = out;

    memcpy(end, BINDING_LABEL, sizeof(BINDING_LABEL) - 1);
    memcpy(end += sizeof(BINDING_LABEL) - 1, root, DRM_SIGN_PUBLIC_SIZE);
    memcpy(end += DRM_SIGN_PUBLIC_SIZE, response_id, DRM_ID_SIZE);
    drm_sha256(head.data, head.size, end + DRM_ID_SIZE);
}

static drm_result find_row(struct drm_store *store, int64_t license, struct response_row *out)
{
    uint8_t root[DRM_SIGN_PUBLIC_SIZE], response_id[DRM_ID_SIZE];
    struct drm_statement statement;
    drm_result result, copied = DRM_E_LICENSE_NOT_FOUND;

    memset(out, 0, sizeof(*out));
    drm_statement_prepare(&statement, store->database,
                          "SELECT response.id, response.identity, response.secret, sealed_key, response_id, head, root"
                          " FROM license JOIN response ON response.id = response"
                          " JOIN anchor ON anchor.id = response.anchor WHERE license.id = ?1 AND status <> 0");
    drm_statement_bind_int(&statement, 1, license);
    if (drm_statement_step(&statement) && drm_statement_fixed(&statement, 4, response_id, sizeof(response_id))
        && drm_statement_fixed(&statement, 6, root, sizeof(root)))
    {
        struct drm_span sealed = drm_statement_blob(&statement, 3);

        out->number = drm_statement_int(&statement, 0);
        out->identity = drm_statement_int(&statement, 1);
        out->secret = sealed.size ? drm_statement_int(&statement, 2) : 0;
        make_binding(root, response_id, drm_statement_blob(&statement, 5), out->binding);
        copied = drm_buffer_append(&out->sealed, sealed.data, sealed.size);
    }
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : copied;
}

/* *found is false where the store's key is lost that it rests under: the head may still open. */
static drm_result open_key(struct drm_store *store, const struct response_row *row, bool *found,
                           uint8_t key[DRM_AEAD_KEY_SIZE])
{
    struct drm_buffer plain = {0};
    drm_result result = drm_store_secret_locked(store, row->secret, false, false);

    if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        return DRM_S_OK;
    if (DRM_FAILED(result))
        return result;
    result = drm_unseal(store->secret, drm_span(row->binding, sizeof(row->binding)), drm_buffer_span(&row->sealed),
                        &plain);
    if (result == DRM_E_DECRYPT_ERROR || (DRM_SUCCEEDED(result) && plain.size != DRM_AEAD_KEY_SIZE))
    {
        drm_log_write(&store->host->log, "store: row %" PRId64 " of the responses was edited", row->number);
        result = DRM_E_STORE_CORRUPT;
    }
    if (DRM_SUCCEEDED(result))
    {
        memcpy(key, plain.data, DRM_AEAD_KEY_SIZE);
        *found = true;
    }
    drm_buffer_free(&plain);
    return result;
}

static drm_result get_temporary_key(struct drm_store *store, int64_t number, bool *found,
                                    uint8_t key[DRM_AEAD_KEY_SIZE], int64_t *identity)
{
    struct drm_temporary_license *license = drm_temporary_find(store->process, number);

    if (!license)
        return DRM_E_LICENSE_NOT_FOUND;
    *identity = license->response->identity;
    *found = drm_temporary_get_key(store->process, license->response, key);
    drm_temporary_license_release(license);
    return DRM_S_OK;
}

drm_result drm_store_get_response_key(struct drm_store *store, int64_t number, bool *found,
                                      uint8_t key[DRM_AEAD_KEY_SIZE], int64_t *identity)
{
    struct response_row row;
    bool opened = false;
    drm_result result;

    if (number < 0)
        return get_temporary_key(store, number, found, key, identity);
    drm_store_lock(store);
    if (DRM_SUCCEEDED(result = find_row(store, number, &row)) && row.secret)
        result = open_key(store, &row, &opened, key);
    drm_store_unlock(store);
    drm_buffer_free(&row.sealed);
    if (DRM_FAILED(result))
        return result;
    *identity = row.identity;
    *found = opened;
    return DRM_S_OK;
}

static drm_result keep_temporary_key(struct drm_store *store, int64_t number, const uint8_t key[DRM_AEAD_KEY_SIZE])
{
    struct drm_temporary_license *license = drm_temporary_find(store->process, number);

    if (!license)
        return DRM_E_LICENSE_NOT_FOUND;
    drm_temporary_keep_key(store->process, license->response, key);
    drm_temporary_license_release(license);
    return DRM_S_OK;
}

static drm_result seal_key(struct drm_store *store, struct response_row *row, const uint8_t key[DRM_AEAD_KEY_SIZE])
{
    struct drm_statement statement;
    drm_result result;

    drm_buffer_free(&row->sealed);
    if (DRM_FAILED(result = drm_store_secret_locked(store, 0, true, false))
        || DRM_FAILED(result = drm_seal(store->secret, drm_span(row->binding, sizeof(row->binding)),
                                        drm_span(key, DRM_AEAD_KEY_SIZE), &row->sealed)))
        return result;
    drm_statement_prepare(&statement, store->database,
                          "UPDATE response SET secret = ?2, sealed_key = ?3 WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, row->number);
    drm_statement_bind_int(&statement, 2, store->secret_number);
    drm_statement_bind_blob(&statement, 3, row->sealed.data, row->sealed.size);
    return drm_statement_run(&statement);
}

/* No query sees it, so that the generation stays and what is cached stays true. */
drm_result drm_store_keep_response_key(struct drm_store *store, int64_t number, const uint8_t key[DRM_AEAD_KEY_SIZE])
{
    struct response_row row = {0};
    drm_result result;

    if (number < 0)
        return keep_temporary_key(store, number, key);
    if (DRM_FAILED(result = drm_store_begin_change(store)))
        return result;
    if (DRM_SUCCEEDED(result = find_row(store, number, &row)) && DRM_SUCCEEDED(result = seal_key(store, &row, key)))
        result = drm_database_commit(store->database);
    drm_store_end_change(store, result);
    drm_buffer_free(&row.sealed);
    return result;
}
