/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-GCM and AES-GCM-SIV over libgcrypt, one message a handle.
 */
#include "engine/crypto/aead_cipher.h"

#include <string.h>

#include "engine/crypto/gcrypt_types.h"

static const struct
{
    int cipher;
    int mode;
    size_t key_size;
} aeads[] = {
    [DRM_AEAD_AES_128_GCM] = {GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_GCM, 16},
    [DRM_AEAD_AES_256_GCM] = {GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, 32},
    [DRM_AEAD_AES_256_GCM_SIV] = {GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM_SIV, 32},
};

size_t drm_aead_key_size(enum drm_aead aead)
{
    return aeads[aead].key_size;
}

/* A handle with key, nonce and associated data. tag is the one to decrypt with, NULL to encrypt. */
static gcry_error_t open_cipher(enum drm_aead aead, const uint8_t *key, const uint8_t nonce[DRM_AEAD_NONCE_SIZE],
                                struct drm_span aad, const uint8_t *tag, gcry_cipher_hd_t *out)
{
    gcry_cipher_hd_t handle;
    gcry_error_t error;

    error = gcry_cipher_open(&handle, aeads[aead].cipher, aeads[aead].mode, 0);
    if (error)
        return error;
    error = gcry_cipher_setkey(handle, key, aeads[aead].key_size);
    if (!error)
        error = gcry_cipher_setiv(handle, nonce, DRM_AEAD_NONCE_SIZE);
    if (!error && aad.size > 0)
        error = gcry_cipher_authenticate(handle, aad.data, aad.size);
    /* GCM-SIV derives its keystream from the tag, so it must have it before the first byte; and after the
     * associated data, which libgcrypt refuses once it knows the tag. */
    if (!error && tag && aeads[aead].mode == GCRY_CIPHER_MODE_GCM_SIV)
        error = gcry_cipher_set_decryption_tag(handle, (uint8_t *)(uintptr_t)tag, DRM_AEAD_TAG_SIZE);
    if (error)
    {
        gcry_cipher_close(handle);
        return error;
    }
    *out = handle;
    return 0;
}

drm_result drm_aead_encrypt(enum drm_aead aead, const uint8_t *key, const uint8_t nonce[DRM_AEAD_NONCE_SIZE],
                            struct drm_span aad, struct drm_span plaintext, struct drm_buffer *out)
{
    size_t start = out->size;
    gcry_cipher_hd_t handle;
    gcry_error_t error;
    drm_result result;
    uint8_t *place;

    if (plaintext.size > SIZE_MAX - DRM_AEAD_TAG_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    result = drm_buffer_extend(out, plaintext.size + DRM_AEAD_TAG_SIZE, &place);
    if (DRM_FAILED(result))
        return result;
    error = open_cipher(aead, key, nonce, aad, NULL, &handle);
    if (!error)
    {
        if (plaintext.size > 0)
            memcpy(place, plaintext.data, plaintext.size);
        error = gcry_cipher_final(handle);
        if (!error)
            error = gcry_cipher_encrypt(handle, place, plaintext.size, NULL, 0);
        if (!error)
            error = gcry_cipher_gettag(handle, place + plaintext.size, DRM_AEAD_TAG_SIZE);
        gcry_cipher_close(handle);
    }
    if (error)
        drm_buffer_truncate(out, start);
    return drm_result_from_gcrypt(error, DRM_E_ENCRYPT_ERROR);
}

drm_result drm_aead_decrypt(enum drm_aead aead, const uint8_t *key, const uint8_t nonce[DRM_AEAD_NONCE_SIZE],
                            struct drm_span aad, struct drm_span sealed, struct drm_buffer *out)
{
    size_t start = out->size;
    gcry_cipher_hd_t handle;
    gcry_error_t error;
    const uint8_t *tag;
    drm_result result;
    uint8_t *place;
    size_t size;

    if (sealed.size < DRM_AEAD_TAG_SIZE)
        return DRM_E_DECRYPT_ERROR;
    size = sealed.size - DRM_AEAD_TAG_SIZE;
    tag = sealed.data + size;
    result = drm_buffer_extend(out, size, &place);
    if (DRM_FAILED(result))
        return result;
    error = open_cipher(aead, key, nonce, aad, tag, &handle);
    if (!error)
    {
        if (size > 0)
            memcpy(place, sealed.data, size);
        error = gcry_cipher_final(handle);
        if (!error)
            error = gcry_cipher_decrypt(handle, place, size, NULL, 0);
        if (!error)
            error = gcry_cipher_checktag(handle, tag, DRM_AEAD_TAG_SIZE);
        gcry_cipher_close(handle);
    }
    if (error)
        drm_buffer_truncate(out, start);
    return drm_result_from_gcrypt(error, DRM_E_DECRYPT_ERROR);
}
