/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From WMDRMCryptoData to the cipher (crypto_data.h). */
#include "shell/object/crypto_data.h"

HRESULT crypto_data_check(const WMDRMCryptoData *crypto_data, DWORD size)
{
    if (crypto_data && crypto_data->cryptoType != CRYPTO_TYPE_MCE)
        return DRM_E_UNSUPPORTED_ALGORITHM;
    return crypto_data ? drm_ctr_check(crypto_data->qwOffset, size) : S_OK;
}

HRESULT crypto_data_apply(struct drm_ctr *ctr, const WMDRMCryptoData *crypto_data, BYTE *data, DWORD size)
{
    if (crypto_data && crypto_data->cryptoType != CRYPTO_TYPE_MCE)
        return DRM_E_UNSUPPORTED_ALGORITHM;
    if (!data && size)
        return E_POINTER;
    return drm_ctr_apply(ctr, crypto_data ? crypto_data->qwCounterID : 0, crypto_data ? crypto_data->qwOffset : 0, data,
                         size);
}
