/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WMDRMCryptoData: where in a stream of the cipher some data stands. Shared by decryptor and encryptor.
 */
#ifndef WMDRM_SHELL_CRYPTO_DATA_H
#define WMDRM_SHELL_CRYPTO_DATA_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/crypto/crypto.h"

/*
 * Encrypts or decrypts in place. crypto_data NULL is counter id 0, offset 0. Returns DRM_E_UNSUPPORTED_ALGORITHM for
 * another type than CRYPTO_TYPE_MCE, E_POINTER for size bytes at NULL, E_INVALIDARG where the counter would overflow;
 * data is as it was then. No byte is S_OK.
 */
HRESULT crypto_data_apply(struct drm_ctr *ctr, const WMDRMCryptoData *crypto_data, BYTE *data, DWORD size);

/* The same without doing it: DRM_E_UNSUPPORTED_ALGORITHM, E_INVALIDARG, or S_OK. */
HRESULT crypto_data_check(const WMDRMCryptoData *crypto_data, DWORD size);

#endif
