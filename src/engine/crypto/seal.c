/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sealing what rests: a fresh nonce, then AES-256-GCM-SIV.
 */
#include "engine/crypto/aead_cipher.h"

drm_result drm_seal(const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span plaintext,
                    struct drm_buffer *out)
{
    uint8_t nonce[DRM_AEAD_NONCE_SIZE];
    size_t start = out->size;
    drm_result result;

    drm_random(nonce, sizeof(nonce));
    result = drm_buffer_append(out, nonce, sizeof(nonce));
    if (DRM_FAILED(result))
        return result;
    result = drm_aead_encrypt(DRM_AEAD_AES_256_GCM_SIV, key, nonce, aad, plaintext, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}

drm_result drm_unseal(const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span sealed,
                      struct drm_buffer *out)
{
    if (sealed.size < DRM_SEAL_OVERHEAD)
        return DRM_E_DECRYPT_ERROR;
    return drm_aead_decrypt(DRM_AEAD_AES_256_GCM_SIV, key, sealed.data, aad,
                            drm_span(sealed.data + DRM_AEAD_NONCE_SIZE, sealed.size - DRM_AEAD_NONCE_SIZE), out);
}
