/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RC4, and SHA-1, of which its keys are made (rsa.h). */
#include <stdlib.h>

#include "engine/crypto/gcrypt_types.h"
#include "engine/crypto/rsa.h"

struct drm_rc4
{
    gcry_cipher_hd_t handle;
};

drm_result drm_rc4_create(struct drm_rc4 **out)
{
    struct drm_rc4 *rc4 = malloc(sizeof(*rc4));
    drm_result result;

    if (!rc4)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_result_from_gcrypt(gcry_cipher_open(&rc4->handle, GCRY_CIPHER_ARCFOUR, GCRY_CIPHER_MODE_STREAM, 0),
                                    DRM_E_UNEXPECTED);
    if (DRM_FAILED(result))
    {
        free(rc4);
        return result;
    }
    *out = rc4;
    return DRM_S_OK;
}

drm_result drm_rc4_apply(struct drm_rc4 *rc4, struct drm_span key, void *data, size_t size)
{
    gcry_error_t error = gcry_cipher_setkey(rc4->handle, key.data, key.size);

    if (!error && size)
        error = gcry_cipher_encrypt(rc4->handle, data, size, NULL, 0);
    return drm_result_from_gcrypt(error, DRM_E_ENCRYPT_ERROR);
}

void drm_rc4_free(struct drm_rc4 *rc4)
{
    if (!rc4)
        return;
    gcry_cipher_close(rc4->handle); /* libgcrypt wipes its handles */
    free(rc4);
}

void drm_sha1(struct drm_span first, struct drm_span second, uint8_t out[DRM_SHA1_SIZE])
{
    const gcry_buffer_t parts[] = {drm_gcrypt_buffer(first.data, first.size),
                                   drm_gcrypt_buffer(second.data, second.size)};

    /* Fails for unknown algorithms and flags alone. */
    (void)gcry_md_hash_buffers(GCRY_MD_SHA1, 0, out, parts, 2);
}
