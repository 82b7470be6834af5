/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decrypting and encrypting again in one step (reencrypt.h). */
#include "engine/crypto/reencrypt.h"

#include <stdlib.h>
#include <string.h>

#include "engine/crypto/rsa.h"

#define SALT_PART 8

struct drm_reencrypt
{
    struct drm_ctr *ctr;
    struct drm_rc4 *rc4;
    uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE];
    bool used;
    uint64_t counter_id; /* of the last salt, where used */
    uint64_t offset;
};

drm_result drm_reencrypt_create(const uint8_t content_key[DRM_CTR_KEY_SIZE],
                                const uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE], struct drm_reencrypt **out)
{
    struct drm_reencrypt *reencrypt = calloc(1, sizeof(*reencrypt));
    drm_result result;

    if (!reencrypt)
        return DRM_E_OUT_OF_MEMORY;
    memcpy(reencrypt->vector, vector, sizeof(reencrypt->vector));
    if (DRM_FAILED(result = drm_ctr_create(content_key, &reencrypt->ctr))
        || DRM_FAILED(result = drm_rc4_create(&reencrypt->rc4)))
    {
        drm_reencrypt_free(reencrypt);
        return result;
    }
    *out = reencrypt;
    return DRM_S_OK;
}

void drm_reencrypt_free(struct drm_reencrypt *reencrypt)
{
    if (!reencrypt)
        return;
    drm_ctr_free(reencrypt->ctr);
    drm_rc4_free(reencrypt->rc4);
    drm_wipe(reencrypt, sizeof(*reencrypt));
    free(reencrypt);
}

static bool rises(const struct drm_reencrypt *reencrypt, uint64_t counter_id, uint64_t offset)
{
    return !reencrypt->used || counter_id > reencrypt->counter_id
        || (counter_id == reencrypt->counter_id && offset > reencrypt->offset);
}

static void put_little_endian(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < SALT_PART; i++, value >>= 8)
        out[i] = (uint8_t)value;
}

static void make_key(const struct drm_reencrypt *reencrypt, uint64_t counter_id, uint64_t offset,
                     uint8_t out[DRM_SHA1_SIZE])
{
    uint8_t salt[2 * SALT_PART];

    put_little_endian(salt, counter_id);
    put_little_endian(salt + SALT_PART, offset);
    drm_sha1(drm_span(reencrypt->vector, sizeof(reencrypt->vector)), drm_span(salt, offset ? 2 * SALT_PART : SALT_PART),
             out);
}

drm_result drm_reencrypt_apply(struct drm_reencrypt *reencrypt, uint64_t counter_id, uint64_t offset, void *data,
                               size_t size)
{
    uint8_t key[DRM_SHA1_SIZE];
    drm_result result;

    if (DRM_FAILED(result = drm_ctr_check(offset, size)))
        return result;
    if (!size)
        return DRM_S_OK;
    if (!rises(reencrypt, counter_id, offset))
        return DRM_E_INVALID_ARGUMENT;
    make_key(reencrypt, counter_id, offset, key);
    /* Both ciphers add a stream, so the order is ours: RC4's comes on before counter mode's goes off. */
    result = drm_rc4_apply(reencrypt->rc4, drm_span(key, sizeof(key)), data, size);
    if (DRM_SUCCEEDED(result) && DRM_FAILED(result = drm_ctr_apply(reencrypt->ctr, counter_id, offset, data, size)))
        (void)!drm_rc4_apply(reencrypt->rc4, drm_span(key, sizeof(key)), data, size); /* back */
    drm_wipe(key, sizeof(key));
    if (DRM_FAILED(result))
        return result;
    reencrypt->used = true;
    reencrypt->counter_id = counter_id;
    reencrypt->offset = offset;
    return DRM_S_OK;
}
