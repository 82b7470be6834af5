/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HMAC-SHA256 with a key that is set once: a message costs neither an allocation nor the key's own two blocks.
 */
#include "engine/crypto/crypto.h"

#include <stdlib.h>
#include <string.h>

#include "engine/crypto/gcrypt_types.h"

struct drm_mac
{
    gcry_md_hd_t handle;
};

drm_result drm_mac_create(struct drm_span key, struct drm_mac **out)
{
    struct drm_mac *mac = malloc(sizeof(*mac));
    gcry_error_t error;

    if (!mac)
        return DRM_E_OUT_OF_MEMORY;
    if ((error = gcry_md_open(&mac->handle, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC)))
        mac->handle = NULL;
    else
        error = gcry_md_setkey(mac->handle, key.data, key.size);
    if (error)
    {
        drm_mac_free(mac);
        return drm_result_from_gcrypt(error, DRM_E_UNEXPECTED);
    }
    *out = mac;
    return DRM_S_OK;
}

void drm_mac_update(struct drm_mac *mac, const void *data, size_t size)
{
    if (size > 0)
        gcry_md_write(mac->handle, data, size);
}

void drm_mac_finish(struct drm_mac *mac, uint8_t out[DRM_SHA256_SIZE])
{
    memcpy(out, gcry_md_read(mac->handle, GCRY_MD_SHA256), DRM_SHA256_SIZE);
    gcry_md_reset(mac->handle);
}

void drm_mac_free(struct drm_mac *mac)
{
    if (!mac)
        return;
    if (mac->handle)
        gcry_md_close(mac->handle);
    free(mac);
}
