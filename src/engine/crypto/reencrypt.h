/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content that leaves for another protection system: decrypted and, in the same step, encrypted again with RC4 under a
 * key that follows from a secret vector and a salt (docs/compatibility.md, "Licences").
 */
#ifndef WMDRM_ENGINE_REENCRYPT_H
#define WMDRM_ENGINE_REENCRYPT_H

#include "engine/crypto/crypto.h"

#define DRM_REENCRYPT_VECTOR_SIZE 16

/* For one thread at a time. free wipes it, and accepts NULL. */
struct drm_reencrypt;
DRM_MUST_CHECK drm_result drm_reencrypt_create(const uint8_t content_key[DRM_CTR_KEY_SIZE],
                                               const uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE],
                                               struct drm_reencrypt **out);
void drm_reencrypt_free(struct drm_reencrypt *reencrypt);

/*
 * From counter mode (drm_ctr_apply) to RC4, in place; at no time do plain bytes stand in data. RC4's key is SHA-1 of
 * vector and salt; the salt is counter_id, followed by offset unless that is 0, 8 bytes each, little-endian.
 * (counter_id, offset) must be above that of the call before: two texts under one RC4 key tell their difference to
 * everybody.
 *
 * Returns DRM_E_INVALID_ARGUMENT where it is not, or where the last block's number would not fit; DRM_E_OUT_OF_MEMORY.
 * Data is as it was then, and the salt not used. No data is DRM_S_OK and uses no salt.
 */
DRM_MUST_CHECK drm_result drm_reencrypt_apply(struct drm_reencrypt *reencrypt, uint64_t counter_id, uint64_t offset,
                                              void *data, size_t size);

#endif
