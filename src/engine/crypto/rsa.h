/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RSA-OAEP and RC4: what the interface prescribes for decryptors that encrypt again (CreateSecureDecryptor). Nothing
 * else uses it.
 */
#ifndef WMDRM_ENGINE_RSA_H
#define WMDRM_ENGINE_RSA_H

#include "engine/crypto/crypto.h"

#define DRM_RSA_MIN_BITS 1024
#define DRM_RSA_MAX_BITS 4096
#define DRM_RSA_MODULUS_SIZE (DRM_RSA_MAX_BITS / 8)
#define DRM_RSA_EXPONENT_SIZE 8
#define DRM_SHA1_SIZE 20

/* A public key; its numbers are big-endian, without zeros in front. */
struct drm_rsa_key
{
    size_t modulus_size;
    size_t exponent_size;
    uint8_t modulus[DRM_RSA_MODULUS_SIZE];
    uint8_t exponent[DRM_RSA_EXPONENT_SIZE];
};

/* Zeros in front of the numbers are passed over. DRM_E_KEY_ERROR for what is no public key: a modulus of another size,
 * or even; an exponent of more than 64 bits, below 3, or even. */
DRM_MUST_CHECK drm_result drm_rsa_key_read(struct drm_span modulus, struct drm_span exponent, struct drm_rsa_key *out);

/* What names a key: SHA-256 over the size of the modulus (4 bytes, big-endian), the modulus, the exponent. */
DRM_MUST_CHECK drm_result drm_rsa_key_hash(const struct drm_rsa_key *key, uint8_t out[DRM_SHA256_SIZE]);

/* RSAES-OAEP (RFC 8017) with SHA-1, MGF1 and no label. Writes key->modulus_size bytes. DRM_E_INVALID_ARGUMENT for
 * no message, and for one of more than key->modulus_size - 42 bytes. */
DRM_MUST_CHECK drm_result drm_rsa_encrypt(const struct drm_rsa_key *key, struct drm_span message,
                                          uint8_t out[DRM_RSA_MODULUS_SIZE]);
/* The same with a seed that is known: for test vectors. */
DRM_MUST_CHECK drm_result drm_rsa_encrypt_seeded(const struct drm_rsa_key *key, const uint8_t seed[DRM_SHA1_SIZE],
                                                 struct drm_span message, uint8_t out[DRM_RSA_MODULUS_SIZE]);

/* SHA-1 of two pieces of data. */
void drm_sha1(struct drm_span first, struct drm_span second, uint8_t out[DRM_SHA1_SIZE]);

/* RC4, for one thread at a time. apply encrypts or decrypts in place, from the beginning of the key's stream; key is 5
 * to 32 bytes. DRM_E_OUT_OF_MEMORY; data is as it was then. */
struct drm_rc4;
DRM_MUST_CHECK drm_result drm_rc4_create(struct drm_rc4 **out);
DRM_MUST_CHECK drm_result drm_rc4_apply(struct drm_rc4 *rc4, struct drm_span key, void *data, size_t size);
void drm_rc4_free(struct drm_rc4 *rc4); /* wipes it; NULL is fine */

#endif
