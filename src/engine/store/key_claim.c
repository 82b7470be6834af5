/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which content keys were handed out to encrypt with (license_store.h). A key is known here by a fingerprint alone.
 */
#include <stdio.h>
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/store_age.h"
#include "engine/store/store_internal.h"

#define CLAIM_PREFIX "claimed key "
#define CLAIM_NAME_SIZE (sizeof(CLAIM_PREFIX) + 2 * DRM_SHA256_SIZE)

static void name_of(const uint8_t fingerprint[DRM_SHA256_SIZE], char out[CLAIM_NAME_SIZE])
{
    size_t length = sizeof(CLAIM_PREFIX) - 1;

    memcpy(out, CLAIM_PREFIX, sizeof(CLAIM_PREFIX));
    for (size_t i = 0; i < DRM_SHA256_SIZE; i++, length += 2)
        snprintf(out + length, CLAIM_NAME_SIZE - length, "%02x", (unsigned int)fingerprint[i]);
}

static drm_result find(struct drm_store *store, const char *name, bool *found)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database, "SELECT 1 FROM setting WHERE name = ?1");
    drm_statement_bind_text(&statement, 1, name);
    *found = drm_statement_step(&statement);
    return drm_statement_finish(&statement);
}

static drm_result insert(struct drm_store *store, const char *name)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database, "INSERT INTO setting(name, value) VALUES(?1, x'')");
    drm_statement_bind_text(&statement, 1, name);
    return drm_statement_run(&statement);
}

drm_result drm_store_claim_key(struct drm_store *store, const uint8_t fingerprint[DRM_SHA256_SIZE], bool *first)
{
    char name[CLAIM_NAME_SIZE];
    bool found;
    drm_result result;

    name_of(fingerprint, name);
    drm_store_lock(store); /* the usual case writes nothing */
    result = find(store, name, &found);
    drm_store_unlock(store);
    if (DRM_FAILED(result) || found)
    {
        *first = false;
        return result;
    }
    if (DRM_FAILED(result = drm_store_begin_change(store)))
        return result;
    /* Of processes that come at once, one is the first. */
    if (DRM_SUCCEEDED(result = find(store, name, &found)) && !found
        && DRM_SUCCEEDED(result = insert(store, name)) && DRM_SUCCEEDED(result = drm_store_age_raise_locked(store)))
        result = drm_store_commit_change(store);
    drm_store_end_change(store, result);
    *first = DRM_SUCCEEDED(result) && !found;
    return result;
}
