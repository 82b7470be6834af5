/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading the identity in force, its private keys, and what its authority said.
 */
#include <stdio.h>
#include <string.h>

#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"

void drm_identity_free(struct drm_identity *identity)
{
    drm_buffer_free(&identity->chain);
    memset(identity, 0, sizeof(*identity));
}

void drm_identity_binding(const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], const struct drm_identity *identity,
                          uint8_t out[DRM_IDENTITY_BINDING_SIZE])
{
    uint8_t *end = out;

    memcpy(end, "identity", 8);
    memcpy(end += 8, anchor, DRM_SIGN_PUBLIC_SIZE);
    memcpy(end += DRM_SIGN_PUBLIC_SIZE, identity->machine_id, DRM_ID_SIZE);
    memcpy(end += DRM_ID_SIZE, identity->sign_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(end + DRM_SIGN_PUBLIC_SIZE, identity->encrypt_key, DRM_X25519_SIZE);
}

static drm_result read_identity(struct drm_statement *statement, struct drm_identity *out)
{
    struct drm_span chain = drm_statement_blob(statement, 5), component = drm_statement_blob(statement, 6);

    out->number = drm_statement_int(statement, 0);
    if (!drm_statement_fixed(statement, 1, out->machine_id, sizeof(out->machine_id))
        || !drm_statement_fixed(statement, 2, out->sign_key, sizeof(out->sign_key))
        || !drm_statement_fixed(statement, 3, out->encrypt_key, sizeof(out->encrypt_key)))
        return DRM_E_STORE_CORRUPT;
    out->version = drm_version_unpack((uint64_t)drm_statement_int(statement, 4));
    if (component.size == sizeof(out->component_hash))
        memcpy(out->component_hash, component.data, component.size);
    return drm_buffer_append(&out->chain, chain.data, chain.size);
}

drm_result drm_store_get_identity(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                  struct drm_identity *out)
{
    struct drm_statement statement;
    drm_result result, read = DRM_S_OK;

    memset(out, 0, sizeof(*out));
    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT identity.id, machine_id, sign_key, encrypt_key, identity.version, chain,"
                          " component_hash FROM anchor JOIN identity ON identity.id = anchor.identity WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement))
        read = read_identity(&statement, out);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        result = read;
    if (DRM_FAILED(result))
        drm_identity_free(out);
    return result;
}

drm_result drm_store_get_identity_by_number(struct drm_store *store, int64_t number,
                                            uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], struct drm_identity *out)
{
    struct drm_statement statement;
    drm_result result, read = DRM_E_NOT_FOUND;

    memset(out, 0, sizeof(*out));
    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT identity.id, machine_id, sign_key, encrypt_key, identity.version, chain,"
                          " component_hash, root FROM identity JOIN anchor ON anchor.id = identity.anchor"
                          " WHERE identity.id = ?1");
    drm_statement_bind_int(&statement, 1, number);
    if (drm_statement_step(&statement) && drm_statement_fixed(&statement, 7, anchor, DRM_SIGN_PUBLIC_SIZE))
        read = read_identity(&statement, out);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        result = read;
    if (DRM_FAILED(result))
        drm_identity_free(out);
    return result;
}

/* The newest, were there two. */
drm_result drm_store_find_identity_by_key(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                          const uint8_t encrypt_key[DRM_X25519_SIZE], struct drm_identity *out)
{
    struct drm_statement statement;
    drm_result result, read = DRM_S_OK;

    memset(out, 0, sizeof(*out));
    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT identity.id, machine_id, sign_key, encrypt_key, identity.version, chain,"
                          " component_hash FROM identity JOIN anchor ON anchor.id = identity.anchor"
                          " WHERE root = ?1 AND encrypt_key = ?2 ORDER BY identity.id DESC LIMIT 1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    drm_statement_bind_blob(&statement, 2, encrypt_key, DRM_X25519_SIZE);
    if (drm_statement_step(&statement))
        read = read_identity(&statement, out);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        result = read;
    if (DRM_FAILED(result))
        drm_identity_free(out);
    return result;
}

drm_result drm_store_get_identity_keys(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                       const struct drm_identity *identity, struct drm_identity_keys *out)
{
    uint8_t binding[DRM_IDENTITY_BINDING_SIZE];
    struct drm_buffer sealed = {0}, plain = {0};
    struct drm_statement statement;
    int64_t secret = 0;
    drm_result result, copied = DRM_E_STORE_CORRUPT;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database, "SELECT secret, sealed FROM identity WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, identity->number);
    if (drm_statement_step(&statement))
    {
        struct drm_span value = drm_statement_blob(&statement, 1);

        secret = drm_statement_int(&statement, 0);
        copied = drm_buffer_append(&sealed, value.data, value.size);
    }
    if (DRM_FAILED(result = drm_statement_finish(&statement)) || DRM_FAILED(result = copied)
        || DRM_FAILED(result = drm_store_secret_locked(store, secret, false, false)))
        goto done;
    drm_identity_binding(anchor, identity, binding);
    result = drm_unseal(store->secret, drm_span(binding, sizeof(binding)), drm_buffer_span(&sealed), &plain);
    if (DRM_FAILED(result) && result != DRM_E_DECRYPT_ERROR)
        goto done;
    if (DRM_FAILED(result) || plain.size != sizeof(*out))
    {
        /* The key of the store opened, so the row is not what this store wrote. */
        drm_log_write(&store->host->log, "store: the keys of identity %d were edited", (int)identity->number);
        result = DRM_E_STORE_CORRUPT;
        goto done;
    }
    memcpy(out, plain.data, sizeof(*out));

done:
    drm_store_unlock(store);
    drm_buffer_free(&plain);
    drm_buffer_free(&sealed);
    return result;
}

drm_result drm_store_get_embedded_anchor(struct drm_store *store, uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    struct drm_statement statement;
    bool found = false;
    drm_result result;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database, "SELECT root FROM anchor WHERE embedded = 1");
    if (drm_statement_step(&statement))
        found = drm_statement_fixed(&statement, 0, out, DRM_SIGN_PUBLIC_SIZE);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    return DRM_SUCCEEDED(result) && !found ? DRM_E_NOT_FOUND : result;
}

drm_result drm_store_get_policy(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                struct drm_policy *out)
{
    struct drm_statement statement;
    struct drm_policy policy = {0};
    drm_result result;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT daily_limit, renewal_url, license_url FROM anchor WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement))
    {
        policy.individualizations_per_day = (uint32_t)drm_statement_int(&statement, 0);
        snprintf(policy.renewal_url, sizeof(policy.renewal_url), "%s", drm_statement_text(&statement, 1));
        snprintf(policy.license_url, sizeof(policy.license_url), "%s", drm_statement_text(&statement, 2));
    }
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        *out = policy;
    return result;
}

drm_result drm_store_get_issuers(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 struct drm_buffer *out)
{
    const size_t before = out->size;
    struct drm_statement statement;
    drm_result result, copied = DRM_S_OK;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database, "SELECT issuers FROM anchor WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement))
    {
        const struct drm_span issuers = drm_statement_blob(&statement, 0);

        copied = drm_buffer_append(out, issuers.data, issuers.size);
    }
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, before);
    return DRM_FAILED(result) ? result : copied;
}
