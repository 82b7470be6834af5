/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * X25519 (RFC 7748).
 */
#include "engine/crypto/crypto.h"

#include <string.h>

#include "engine/crypto/gcrypt_types.h"

drm_result drm_x25519_public(const uint8_t private_key[DRM_X25519_SIZE], uint8_t out[DRM_X25519_SIZE])
{
    return drm_result_from_gcrypt(gcry_ecc_mul_point(GCRY_ECC_CURVE25519, out, private_key, NULL), DRM_E_KEY_ERROR);
}

drm_result drm_x25519(const uint8_t private_key[DRM_X25519_SIZE], const uint8_t peer[DRM_X25519_SIZE],
                      uint8_t out[DRM_X25519_SIZE])
{
    static const uint8_t zero[DRM_X25519_SIZE];
    uint8_t secret[DRM_X25519_SIZE];
    drm_result result;

    result = drm_result_from_gcrypt(gcry_ecc_mul_point(GCRY_ECC_CURVE25519, secret, private_key, peer),
                                    DRM_E_KEY_ERROR);
    if (DRM_FAILED(result))
        return result;
    /* libgcrypt returns success for points of low order; anybody knows that secret. */
    if (drm_equal_secret(secret, zero, sizeof(secret)))
        return DRM_E_KEY_ERROR;
    memcpy(out, secret, sizeof(secret));
    drm_wipe(secret, sizeof(secret));
    return DRM_S_OK;
}
