/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMDecrypt of CreateSecureDecryptor: what it decrypts comes out encrypted again, for another protection system.
 */
#ifndef WMDRM_SHELL_SECURE_DECRYPTOR_H
#define WMDRM_SHELL_SECURE_DECRYPTOR_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/crypto/reencrypt.h"

/* Both secrets are copied. Returns S_OK, or a failure with *out untouched. */
HRESULT secure_decryptor_create(const uint8_t content_key[DRM_CTR_KEY_SIZE],
                                const uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE], IWMDRMDecrypt **out);

#endif
