/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519's curve over libgcrypt's points: what sign.c and verify.c share. Nothing else uses it.
 *
 * libgcrypt's own signatures (gcry_pk_sign, gcry_pk_verify) are not used, since what they are given comes from
 * outside. 1.10.1 (measured) ends the process for a message of 64 KiB, whose length its expressions cannot hold, and
 * for a public key with a small coordinate, such as y = 3, because its check of the key multiplies numbers that are
 * not padded to the field's size. It also accepts S past the group's order.
 */
#ifndef WMDRM_ENGINE_ED25519_H
#define WMDRM_ENGINE_ED25519_H

#include "engine/crypto/crypto.h"
#include "engine/crypto/gcrypt_types.h"

#define DRM_ED25519_NUMBER_SIZE 32
#define DRM_ED25519_HASH_SIZE 64 /* SHA-512 */

struct drm_ed25519_curve
{
    gcry_ctx_t context;
    gcry_mpi_t p;          /* the prime of the field */
    gcry_mpi_t n;          /* the order of the group */
    gcry_mpi_t d;          /* of -x^2 + y^2 = 1 + d x^2 y^2 */
    gcry_mpi_point_t base; /* B */
};

/* Has libgcrypt make the constants that it makes at first use, which it does without a lock. */
DRM_MUST_CHECK drm_result drm_ed25519_prepare(void);

/* curve is zeroed by the caller. release takes whatever open has left, also after a failure. */
DRM_MUST_CHECK drm_result drm_ed25519_curve_open(struct drm_ed25519_curve *curve);
void drm_ed25519_curve_release(struct drm_ed25519_curve *curve);

/* A number of at most DRM_ED25519_HASH_SIZE bytes, little-endian as RFC 8032 has them all. */
DRM_MUST_CHECK drm_result drm_ed25519_number_read(const uint8_t *bytes, size_t size, gcry_mpi_t *out);
/* Writes a number below 2^256. */
DRM_MUST_CHECK drm_result drm_ed25519_number_write(gcry_mpi_t number, uint8_t out[DRM_ED25519_NUMBER_SIZE]);

/* The one encoding of a point. */
DRM_MUST_CHECK drm_result drm_ed25519_point_write(const struct drm_ed25519_curve *curve, gcry_mpi_point_t point,
                                              uint8_t out[DRM_ED25519_NUMBER_SIZE]);

/* SHA-512 of some bytes (of which there may be none), then of what is signed: context, a zero byte, message; the
 * message alone without a context. */
DRM_MUST_CHECK drm_result drm_ed25519_hash(struct drm_span first, struct drm_span second, const char *context,
                                       struct drm_span message, uint8_t out[DRM_ED25519_HASH_SIZE]);

#endif
