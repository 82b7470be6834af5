/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a licence of the store to its content key (content_key.h). */
#include "engine/client/content_key.h"

/* With the private key of the identity to which the response was sealed, which need not be the one in force. */
static drm_result open_response_key(struct drm_store *store, int64_t identity_number,
                                    const struct drm_license_head *response, uint8_t out[DRM_AEAD_KEY_SIZE])
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_identity identity = {0};
    struct drm_identity_keys keys;
    drm_result result = drm_store_get_identity_by_number(store, identity_number, anchor, &identity);

    if (DRM_FAILED(result))
        return result == DRM_E_NOT_FOUND ? DRM_E_STORE_CORRUPT : result;
    result = drm_store_get_identity_keys(store, anchor, &identity, &keys);
    if (DRM_SUCCEEDED(result))
    {
        result = drm_response_key_open(response, keys.encrypt_private, out);
        drm_wipe(&keys, sizeof(keys));
    }
    drm_identity_free(&identity);
    return result;
}

static drm_result get_response_key(struct drm_store *store, int64_t number, const struct drm_license_head *response,
                                   uint8_t out[DRM_AEAD_KEY_SIZE])
{
    int64_t identity;
    bool found;
    drm_result result = drm_store_get_response_key(store, number, &found, out, &identity);

    if (DRM_FAILED(result) || found)
        return result;
    if (DRM_FAILED(result = open_response_key(store, identity, response, out)))
        return result;
    /* Keeping it only saves work: a store that cannot be written to now still opens content that needs no write. */
    (void)!drm_store_keep_response_key(store, number, out);
    return DRM_S_OK;
}

drm_result drm_content_key_open(struct drm_store *store, int64_t number, const struct drm_loaded_license *loaded,
                                const uint8_t *uplink_key, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    uint8_t response_key[DRM_AEAD_KEY_SIZE];
    drm_result result = get_response_key(store, number, &loaded->response, response_key);

    if (DRM_FAILED(result))
        return result;
    result = drm_license_unwrap_key(response_key, loaded->response.machine_id, loaded->object.body, uplink_key,
                                    loaded->object.wrapped_key, out);
    drm_wipe(response_key, sizeof(response_key));
    return result;
}
