/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scrypt (RFC 7914): from a passphrase to a key, slowly and with much memory, so that guessing is expensive.
 */
#include "engine/crypto/crypto.h"
#include "engine/crypto/gcrypt_types.h"

drm_result drm_scrypt(struct drm_span passphrase, struct drm_span salt, uint32_t cost, uint8_t out[DRM_AEAD_KEY_SIZE])
{
    gpg_error_t error;

    if (!passphrase.size || !salt.size || cost < 2 || (cost & (cost - 1)))
        return DRM_E_INVALID_ARGUMENT;
    /* libgcrypt fixes r at 8; "iterations" is p. */
    error = gcry_kdf_derive(passphrase.data, passphrase.size, GCRY_KDF_SCRYPT, (int)cost, salt.data, salt.size, 1,
                            DRM_AEAD_KEY_SIZE, out);
    return drm_result_from_gcrypt(error, DRM_E_KEY_ERROR);
}
