/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of a device's session. */
#include "engine/device/session.h"

#include <string.h>

#define SESSION_INFO "wmdrmsdk device session 1"

drm_result drm_device_session_derive(struct drm_device_session *session, const uint8_t seed[DRM_DEVICE_SEED_SIZE])
{
    uint8_t salt[2 * DRM_DEVICE_ID_SIZE], extracted[DRM_SHA256_SIZE], keys[3 * DRM_DEVICE_KEY_SIZE];
    drm_result result;

    memcpy(salt, session->serial, DRM_DEVICE_ID_SIZE);
    memcpy(salt + DRM_DEVICE_ID_SIZE, session->id, DRM_DEVICE_ID_SIZE);
    result = drm_hkdf_extract(drm_span(salt, sizeof(salt)), drm_span(seed, DRM_DEVICE_SEED_SIZE), extracted);
    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(extracted, drm_span(SESSION_INFO, sizeof(SESSION_INFO) - 1), keys, sizeof(keys));
    if (DRM_SUCCEEDED(result))
    {
        memcpy(session->content_key, keys, DRM_DEVICE_KEY_SIZE);
        memcpy(session->integrity_key, keys + DRM_DEVICE_KEY_SIZE, DRM_DEVICE_KEY_SIZE);
        memcpy(session->command_key, keys + 2 * DRM_DEVICE_KEY_SIZE, DRM_DEVICE_KEY_SIZE);
    }
    drm_wipe(extracted, sizeof(extracted));
    drm_wipe(keys, sizeof(keys));
    return result;
}

drm_result drm_device_mac(const uint8_t key[DRM_DEVICE_KEY_SIZE], struct drm_span data,
                          uint8_t out[DRM_DEVICE_MAC_SIZE])
{
    uint8_t whole[DRM_SHA256_SIZE];
    drm_result result = drm_hmac_sha256(key, DRM_DEVICE_KEY_SIZE, data.data, data.size, whole);

    if (DRM_SUCCEEDED(result))
        memcpy(out, whole, DRM_DEVICE_MAC_SIZE);
    drm_wipe(whole, sizeof(whole));
    return result;
}

bool drm_device_mac_is(const uint8_t key[DRM_DEVICE_KEY_SIZE], struct drm_span data,
                       const uint8_t mac[DRM_DEVICE_MAC_SIZE])
{
    uint8_t expected[DRM_DEVICE_MAC_SIZE];
    bool same = DRM_SUCCEEDED(drm_device_mac(key, data, expected))
        && drm_equal_secret(expected, mac, DRM_DEVICE_MAC_SIZE);

    drm_wipe(expected, sizeof(expected));
    return same;
}
