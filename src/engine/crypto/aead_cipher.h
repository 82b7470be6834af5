/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authenticated encryption with a nonce that the caller chooses: what drm_seal and HPKE are made of. Nothing else uses
 * it.
 */
#ifndef WMDRM_ENGINE_AEAD_CIPHER_H
#define WMDRM_ENGINE_AEAD_CIPHER_H

#include "engine/crypto/crypto.h"

enum drm_aead
{
    DRM_AEAD_AES_128_GCM,     /* only the published test vectors of HPKE need it */
    DRM_AEAD_AES_256_GCM,     /* HPKE: each key is used once */
    DRM_AEAD_AES_256_GCM_SIV, /* what rests: a repeated nonce reveals no more than equal plaintexts */
};

/* Bytes of a key. */
size_t drm_aead_key_size(enum drm_aead aead);

/* Appends the ciphertext and the tag (16). plaintext and aad may not lie in out. */
DRM_MUST_CHECK drm_result drm_aead_encrypt(enum drm_aead aead, const uint8_t *key,
                                           const uint8_t nonce[DRM_AEAD_NONCE_SIZE], struct drm_span aad,
                                           struct drm_span plaintext, struct drm_buffer *out);

/* Appends the plaintext. Returns DRM_E_DECRYPT_ERROR, with out as it was, for what was not encrypted so. */
DRM_MUST_CHECK drm_result drm_aead_decrypt(enum drm_aead aead, const uint8_t *key,
                                           const uint8_t nonce[DRM_AEAD_NONCE_SIZE], struct drm_span aad,
                                           struct drm_span sealed, struct drm_buffer *out);

#endif
