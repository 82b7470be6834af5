/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-256, and HMAC and HKDF over it.
 */
#include "engine/crypto/crypto.h"

#include <stdlib.h>
#include <string.h>

#include "engine/crypto/gcrypt_types.h"

struct drm_hash
{
    gcry_md_hd_t handle;
};

void drm_sha256(const void *data, size_t size, uint8_t out[DRM_SHA256_SIZE])
{
    gcry_md_hash_buffer(GCRY_MD_SHA256, out, size > 0 ? data : "", size);
}

drm_result drm_hash_create(struct drm_hash **out)
{
    struct drm_hash *hash = malloc(sizeof(*hash));
    drm_result result;

    if (!hash)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_result_from_gcrypt(gcry_md_open(&hash->handle, GCRY_MD_SHA256, 0), DRM_E_UNEXPECTED);
    if (DRM_FAILED(result))
    {
        free(hash);
        return result;
    }
    *out = hash;
    return DRM_S_OK;
}

void drm_hash_update(struct drm_hash *hash, const void *data, size_t size)
{
    if (size > 0)
        gcry_md_write(hash->handle, data, size);
}

void drm_hash_finish(struct drm_hash *hash, uint8_t out[DRM_SHA256_SIZE])
{
    memcpy(out, gcry_md_read(hash->handle, GCRY_MD_SHA256), DRM_SHA256_SIZE);
}

void drm_hash_free(struct drm_hash *hash)
{
    if (!hash)
        return;
    gcry_md_close(hash->handle);
    free(hash);
}

/* HMAC: the first part is the key, the others are the message. */
static drm_result hmac_parts(const gcry_buffer_t *parts, int count, uint8_t out[DRM_SHA256_SIZE])
{
    return drm_result_from_gcrypt(gcry_md_hash_buffers(GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC, out, parts, count),
                                  DRM_E_UNEXPECTED);
}

drm_result drm_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                           uint8_t out[DRM_SHA256_SIZE])
{
    gcry_buffer_t parts[] = {drm_gcrypt_buffer(key, key_size), drm_gcrypt_buffer(data, size)};

    return hmac_parts(parts, 2, out);
}

drm_result drm_hkdf_extract(struct drm_span salt, struct drm_span secret, uint8_t out[DRM_SHA256_SIZE])
{
    return drm_hmac_sha256(salt.data, salt.size, secret.data, secret.size, out);
}

drm_result drm_hkdf_expand(const uint8_t key[DRM_SHA256_SIZE], struct drm_span info, uint8_t *out, size_t size)
{
    uint8_t block[DRM_SHA256_SIZE];
    uint8_t counter;
    gcry_buffer_t parts[4];
    drm_result result = DRM_S_OK;
    size_t done, part;

    if (size > 255 * sizeof(block))
        return DRM_E_INVALID_ARGUMENT;
    for (done = 0, counter = 1; done < size; done += part, counter++)
    {
        parts[0] = drm_gcrypt_buffer(key, DRM_SHA256_SIZE);
        parts[1] = drm_gcrypt_buffer(block, done > 0 ? sizeof(block) : 0);
        parts[2] = drm_gcrypt_buffer(info.data, info.size);
        parts[3] = drm_gcrypt_buffer(&counter, 1);
        result = hmac_parts(parts, 4, block);
        if (DRM_FAILED(result))
        {
            drm_wipe(out, done);
            break;
        }
        part = size - done < sizeof(block) ? size - done : sizeof(block);
        memcpy(out + done, block, part);
    }
    drm_wipe(block, sizeof(block));
    return result;
}
