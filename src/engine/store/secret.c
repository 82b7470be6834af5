/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key of the store: what private keys rest under. The host's protector seals it, so that the protector (4 to 5 ms
 * a call with DPAPI) is asked once a process, whatever the number of keys.
 */
#include <string.h>

#include "engine/store/store_internal.h"

#define SECRET_LABEL "wmdrmsdk store key"

static drm_result find_secret(struct drm_store *store, int64_t number, int64_t *out_number, struct drm_buffer *sealed)
{
    struct drm_statement statement;
    drm_result result, copied = DRM_S_OK;

    *out_number = 0;
    drm_statement_prepare(&statement, store->database,
                          "SELECT id, sealed FROM secret WHERE ?1 = 0 OR id = ?1 ORDER BY id DESC LIMIT 1");
    drm_statement_bind_int(&statement, 1, number);
    if (drm_statement_step(&statement))
    {
        struct drm_span value = drm_statement_blob(&statement, 1);

        *out_number = drm_statement_int(&statement, 0);
        copied = drm_buffer_append(sealed, value.data, value.size);
    }
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : copied;
}

static drm_result open_secret(struct drm_store *store, int64_t number, const struct drm_buffer *sealed)
{
    const struct drm_protector *protector = &store->host->protector;
    struct drm_buffer plain = {0};
    drm_result result = protector->unseal(protector->context, SECRET_LABEL, sealed->data, sealed->size, &plain);

    if (DRM_SUCCEEDED(result) && plain.size != sizeof(store->secret))
        result = DRM_E_SECURE_STORE_UNLOCK_ERROR;
    if (DRM_SUCCEEDED(result))
    {
        memcpy(store->secret, plain.data, sizeof(store->secret));
        store->secret_number = number;
        store->has_secret = true;
    }
    drm_buffer_free(&plain);
    return result;
}

/* Part of a write transaction. */
static drm_result make_secret(struct drm_store *store)
{
    const struct drm_protector *protector = &store->host->protector;
    const struct drm_clock *clock = &store->host->clock;
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    drm_result result;

    drm_random(secret, sizeof(secret));
    if (DRM_FAILED(result = protector->seal(protector->context, SECRET_LABEL, secret, sizeof(secret), &sealed)))
        goto done;
    drm_statement_prepare(&statement, store->database, "INSERT INTO secret(sealed, created) VALUES(?1, ?2)");
    drm_statement_bind_blob(&statement, 1, sealed.data, sealed.size);
    drm_statement_bind_int(&statement, 2, clock->now(clock->context));
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        goto done;
    store->made_secret = true;
    memcpy(store->secret, secret, sizeof(secret));
    store->secret_number = sqlite3_last_insert_rowid(store->database->handle);
    store->has_secret = true;

done:
    drm_wipe(secret, sizeof(secret));
    drm_buffer_free(&sealed);
    return result;
}

drm_result drm_store_secret_locked(struct drm_store *store, int64_t number, bool make, bool fresh)
{
    struct drm_buffer sealed = {0};
    int64_t found;
    drm_result result;

    if (fresh)
        return make_secret(store);
    if (store->has_secret && number && number == store->secret_number)
        return DRM_S_OK;
    if (DRM_FAILED(result = find_secret(store, number, &found, &sealed)))
        goto done;
    if (!found)
        result = make ? make_secret(store) : DRM_E_STORE_CORRUPT;
    else if (!store->has_secret || found != store->secret_number)
        result = open_secret(store, found, &sealed);

done:
    drm_buffer_free(&sealed);
    return result;
}
