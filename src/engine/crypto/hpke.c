/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HPKE (RFC 9180) in one call: encapsulated key, ciphertext, tag.
 */
#include "engine/crypto/hpke_parts.h"

drm_result drm_hpke_seal(const uint8_t recipient[DRM_X25519_SIZE], struct drm_span info, struct drm_span aad,
                         struct drm_span plaintext, struct drm_buffer *out)
{
    uint8_t ephemeral[DRM_X25519_SIZE], encapsulated[DRM_X25519_SIZE], secret[DRM_SHA256_SIZE];
    struct drm_hpke_context context;
    uint8_t nonce[DRM_AEAD_NONCE_SIZE];
    size_t start = out->size;
    drm_result result;

    drm_random(ephemeral, sizeof(ephemeral));
    result = drm_hpke_encapsulate(ephemeral, recipient, encapsulated, secret);
    drm_wipe(ephemeral, sizeof(ephemeral));
    if (DRM_FAILED(result))
        return result;
    result = drm_hpke_schedule(DRM_AEAD_AES_256_GCM, secret, info, &context);
    drm_wipe(secret, sizeof(secret));
    if (DRM_FAILED(result))
        return result;
    drm_hpke_nonce(&context, 0, nonce);
    result = drm_buffer_append(out, encapsulated, sizeof(encapsulated));
    if (DRM_SUCCEEDED(result))
        result = drm_aead_encrypt(context.aead, context.key, nonce, aad, plaintext, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_wipe(&context, sizeof(context));
    return result;
}

drm_result drm_hpke_open(const uint8_t private_key[DRM_X25519_SIZE], struct drm_span info, struct drm_span aad,
                         struct drm_span sealed, struct drm_buffer *out)
{
    uint8_t secret[DRM_SHA256_SIZE], nonce[DRM_AEAD_NONCE_SIZE];
    struct drm_hpke_context context;
    drm_result result;

    if (sealed.size < DRM_HPKE_OVERHEAD)
        return DRM_E_DECRYPT_ERROR;
    result = drm_hpke_decapsulate(private_key, sealed.data, secret);
    /* A point of low order: not sealed to this key either. */
    if (result == DRM_E_KEY_ERROR)
        return DRM_E_DECRYPT_ERROR;
    if (DRM_FAILED(result))
        return result;
    result = drm_hpke_schedule(DRM_AEAD_AES_256_GCM, secret, info, &context);
    drm_wipe(secret, sizeof(secret));
    if (DRM_FAILED(result))
        return result;
    drm_hpke_nonce(&context, 0, nonce);
    result = drm_aead_decrypt(context.aead, context.key, nonce, aad,
                              drm_span(sealed.data + DRM_X25519_SIZE, sealed.size - DRM_X25519_SIZE), out);
    drm_wipe(&context, sizeof(context));
    return result;
}
