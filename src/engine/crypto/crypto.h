/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cryptography, all of it libgcrypt's (see docs/security.md for what is used where).
 *
 * Call drm_crypto_init once before anything else here. Everything is safe from any thread. Functions that return a
 * drm_result write no output on failure.
 */
#ifndef WMDRM_ENGINE_CRYPTO_H
#define WMDRM_ENGINE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#define DRM_SHA256_SIZE 32
#define DRM_SIGN_SEED_SIZE 32   /* Ed25519 private key (RFC 8032: the 32 secret bytes) */
#define DRM_SIGN_PUBLIC_SIZE 32
#define DRM_SIGNATURE_SIZE 64
#define DRM_X25519_SIZE 32      /* private key, public key, and shared secret */
#define DRM_AEAD_KEY_SIZE 32    /* AES-256 */
#define DRM_AEAD_NONCE_SIZE 12
#define DRM_AEAD_TAG_SIZE 16

/* Prepares libgcrypt: checks its version, has all of its memory wiped when freed, needs no secure memory pool. Safe
 * to call often and from several threads; each returns when the work is done. Returns DRM_E_UNEXPECTED for a
 * library too old. */
DRM_MUST_CHECK drm_result drm_crypto_init(void);

/* Fills data with random bytes of the system's, fit for keys. Cannot fail: the process ends where the system has
 * none. */
void drm_random(void *data, size_t size);

/* --- hashes (engine/crypto/hash.c) ---------------------------------------------------------------------- */

void drm_sha256(const void *data, size_t size, uint8_t out[DRM_SHA256_SIZE]);

/* SHA-256 of a stream. free accepts NULL; finish may be called once and leaves the hash to be freed. */
struct drm_hash;
DRM_MUST_CHECK drm_result drm_hash_create(struct drm_hash **out);
void drm_hash_update(struct drm_hash *hash, const void *data, size_t size);
void drm_hash_finish(struct drm_hash *hash, uint8_t out[DRM_SHA256_SIZE]);
void drm_hash_free(struct drm_hash *hash);

DRM_MUST_CHECK drm_result drm_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                                          uint8_t out[DRM_SHA256_SIZE]);

/* The same for many messages under one key: update, finish, and it is ready for the next message. One thread at a
 * time; free accepts NULL. */
struct drm_mac;
DRM_MUST_CHECK drm_result drm_mac_create(struct drm_span key, struct drm_mac **out);
void drm_mac_update(struct drm_mac *mac, const void *data, size_t size);
void drm_mac_finish(struct drm_mac *mac, uint8_t out[DRM_SHA256_SIZE]);
void drm_mac_free(struct drm_mac *mac);

/* HKDF with SHA-256 (RFC 5869). expand: size at most 255 * 32, else DRM_E_INVALID_ARGUMENT. */
DRM_MUST_CHECK drm_result drm_hkdf_extract(struct drm_span salt, struct drm_span secret, uint8_t out[DRM_SHA256_SIZE]);
DRM_MUST_CHECK drm_result drm_hkdf_expand(const uint8_t key[DRM_SHA256_SIZE], struct drm_span info, uint8_t *out,
                                          size_t size);

/* A key from a passphrase: scrypt (RFC 7914) with N = cost (a power of two), r = 8, p = 1; engine/crypto/scrypt.c.
 * Takes cost KiB of memory. DRM_E_INVALID_ARGUMENT where either span is empty. */
DRM_MUST_CHECK drm_result drm_scrypt(struct drm_span passphrase, struct drm_span salt, uint32_t cost,
                                     uint8_t out[DRM_AEAD_KEY_SIZE]);

/* --- signatures: Ed25519 (engine/crypto/sign.c, verify.c) ------------------------------------------------- */

/* The public key of a private one. */
DRM_MUST_CHECK drm_result drm_sign_public(const uint8_t seed[DRM_SIGN_SEED_SIZE], uint8_t out[DRM_SIGN_PUBLIC_SIZE]);

/*
 * Signs and verifies a message under a context: what is signed is the context's bytes, one zero byte, the message
 * (RFC 8032 Ed25519 over that), so that no kind of object passes for another. A NULL context signs the message alone;
 * that is for test vectors. verify returns DRM_E_SIGNATURE_FAILURE for whatever is wrong. A key of low order, one in
 * another than its one encoding, and an S past the group's order are wrong too.
 */
DRM_MUST_CHECK drm_result drm_sign(const uint8_t seed[DRM_SIGN_SEED_SIZE], const char *context, struct drm_span message,
                                   uint8_t out[DRM_SIGNATURE_SIZE]);
DRM_MUST_CHECK drm_result drm_verify(const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE], const char *context,
                                     struct drm_span message, const uint8_t signature[DRM_SIGNATURE_SIZE]);

/* --- key agreement: X25519, and HPKE over it (engine/crypto/x25519.c, hpke.c) ---------------------------- */

DRM_MUST_CHECK drm_result drm_x25519_public(const uint8_t private_key[DRM_X25519_SIZE], uint8_t out[DRM_X25519_SIZE]);
/* Refuses an all-zero shared secret (a peer's point of low order) with DRM_E_KEY_ERROR. */
DRM_MUST_CHECK drm_result drm_x25519(const uint8_t private_key[DRM_X25519_SIZE], const uint8_t peer[DRM_X25519_SIZE],
                                     uint8_t out[DRM_X25519_SIZE]);

/*
 * HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The sealed form
 * appended to out is the encapsulated key (32), the ciphertext, the tag (16). seal returns DRM_E_KEY_ERROR for a
 * recipient of low order. open returns DRM_E_DECRYPT_ERROR for anything that was not sealed to this key with this info
 * and aad. Both leave out as it was on failure; plaintext, sealed and aad may not lie in it.
 */
#define DRM_HPKE_OVERHEAD (DRM_X25519_SIZE + DRM_AEAD_TAG_SIZE)
DRM_MUST_CHECK drm_result drm_hpke_seal(const uint8_t recipient[DRM_X25519_SIZE], struct drm_span info,
                                        struct drm_span aad, struct drm_span plaintext, struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_hpke_open(const uint8_t private_key[DRM_X25519_SIZE], struct drm_span info,
                                        struct drm_span aad, struct drm_span sealed, struct drm_buffer *out);

/* --- sealing what rests: AES-256-GCM-SIV, RFC 8452 (engine/crypto/seal.c) --------------------------------- */

/* Appends a fresh random nonce (12), the ciphertext, the tag (16). Both leave out as it was on failure; no input
 * may lie in it. */
#define DRM_SEAL_OVERHEAD (DRM_AEAD_NONCE_SIZE + DRM_AEAD_TAG_SIZE)
DRM_MUST_CHECK drm_result drm_seal(const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span plaintext,
                                   struct drm_buffer *out);
/* Returns DRM_E_DECRYPT_ERROR for anything that was not sealed under this key with this aad. */
DRM_MUST_CHECK drm_result drm_unseal(const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span sealed,
                                     struct drm_buffer *out);

/* --- content: AES-128 in counter mode, NIST SP 800-38A (engine/crypto/ctr.c) ------------------------------- */

/* One key. free wipes it, and accepts NULL. */
#define DRM_CTR_KEY_SIZE 16
struct drm_ctr;
DRM_MUST_CHECK drm_result drm_ctr_create(const uint8_t key[DRM_CTR_KEY_SIZE], struct drm_ctr **out);
void drm_ctr_free(struct drm_ctr *ctr);

/*
 * Encrypts or decrypts data in place, which is the same. The counter block is counter_id, then the number of the
 * 16-byte block, both big-endian; offset is that of the first block of data, and counts blocks. Many threads may use
 * one cipher at once; neither memory nor a lock is taken while eight at most do. Returns DRM_E_INVALID_ARGUMENT where
 * the last block's number would not fit, DRM_E_OUT_OF_MEMORY; data is as it was then.
 */
DRM_MUST_CHECK drm_result drm_ctr_apply(struct drm_ctr *ctr, uint64_t counter_id, uint64_t offset, void *data,
                                        size_t size);

/* DRM_E_INVALID_ARGUMENT where the number of the last block of size bytes from offset on would not fit. */
DRM_MUST_CHECK drm_result drm_ctr_check(uint64_t offset, size_t size);

#endif
