/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* This machine as a network device. */
#include "engine/device/identity.h"

#include <string.h>

#include "engine/store/license_store.h"

drm_result drm_device_identity_load(const struct drm_question *question, struct drm_device_identity *out)
{
    struct drm_store *store = question->store;
    struct drm_store_now now;
    drm_result result;

    memset(out, 0, sizeof(*out));
    if (!question->has_anchor)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    out->anchor = question->anchor;
    if (DRM_SUCCEEDED(result = drm_store_get_identity(store, out->anchor, &out->identity)) && !out->identity.number)
        result = DRM_E_NEEDS_INDIVIDUALIZATION;
    if (DRM_SUCCEEDED(result))
        result = drm_store_get_identity_keys(store, out->anchor, &out->identity, &out->keys);
    if (DRM_SUCCEEDED(result))
        result = drm_store_list_versions(store, out->anchor, out->list_versions);
    if (DRM_SUCCEEDED(result))
        result = drm_store_now(store, out->anchor, &now);
    if (DRM_FAILED(result))
    {
        drm_device_identity_free(out);
        return result;
    }
    out->now = now.time;
    return DRM_S_OK;
}

void drm_device_identity_free(struct drm_device_identity *identity)
{
    drm_identity_free(&identity->identity);
    drm_wipe(identity, sizeof(*identity));
}

drm_result drm_device_check_revoked(const struct drm_question *question, const uint8_t (*ids)[DRM_SHA256_SIZE],
                                    size_t count)
{
    static const enum drm_revocation_type types[] = {
        DRM_REVOCATION_CARDEA, DRM_REVOCATION_DEVICE, DRM_REVOCATION_GRL};
    bool revoked;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
    {
        drm_result result = drm_store_is_revoked(question->store, question->anchor, types[i], ids, count, &revoked);

        if (DRM_FAILED(result))
            return result;
        if (revoked)
            return DRM_E_CERTIFICATE_REVOKED;
    }
    return DRM_S_OK;
}

drm_result drm_device_check_chain_revoked(const struct drm_question *question, const struct drm_chain *chain)
{
    uint8_t ids[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE];

    for (size_t i = 0; i < chain->count; i++)
        memcpy(ids[i], chain->certificates[i].id, sizeof(ids[i]));
    return drm_device_check_revoked(question, (const uint8_t(*)[DRM_SHA256_SIZE])ids, chain->count);
}
