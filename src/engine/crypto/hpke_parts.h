/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of HPKE (RFC 9180): what crypto.h's single shots are made of, and what the published vectors are checked
 * against. The KEM is DHKEM(X25519, HKDF-SHA256), the KDF HKDF-SHA256, the mode base. Nothing else uses it.
 */
#ifndef WMDRM_ENGINE_HPKE_PARTS_H
#define WMDRM_ENGINE_HPKE_PARTS_H

#include "engine/crypto/aead_cipher.h"

/* One side's keys. A secret: wipe it. */
struct drm_hpke_context
{
    enum drm_aead aead; /* DRM_AEAD_AES_256_GCM, or DRM_AEAD_AES_128_GCM for test vectors */
    uint8_t key[DRM_AEAD_KEY_SIZE]; /* its first drm_aead_key_size bytes */
    uint8_t base_nonce[DRM_AEAD_NONCE_SIZE];
};

/* The shared secret for a recipient, from an ephemeral private key; encapsulated is that key's public half. */
DRM_MUST_CHECK drm_result drm_hpke_encapsulate(const uint8_t ephemeral[DRM_X25519_SIZE],
                                               const uint8_t recipient[DRM_X25519_SIZE],
                                               uint8_t encapsulated[DRM_X25519_SIZE], uint8_t secret[DRM_SHA256_SIZE]);
/* The same secret, from the recipient's private key. */
DRM_MUST_CHECK drm_result drm_hpke_decapsulate(const uint8_t private_key[DRM_X25519_SIZE],
                                               const uint8_t encapsulated[DRM_X25519_SIZE],
                                               uint8_t secret[DRM_SHA256_SIZE]);

/* The key schedule. */
DRM_MUST_CHECK drm_result drm_hpke_schedule(enum drm_aead aead, const uint8_t secret[DRM_SHA256_SIZE],
                                            struct drm_span info, struct drm_hpke_context *out);

/* The nonce of message number sequence (single shots have one message, number 0). */
void drm_hpke_nonce(const struct drm_hpke_context *context, uint64_t sequence, uint8_t out[DRM_AEAD_NONCE_SIZE]);

#endif
