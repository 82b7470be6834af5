/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/decrypt_fixture.h"

#include <bcrypt.h>
#include <stdlib.h>

/* --- objects ------------------------------------------------------------------------------------------------ */

IWMDRMLicense *open_license(struct license_fixture *fixture, unsigned int number, const WCHAR *rights)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number), .bstrRights = (BSTR)(LONG_PTR)rights};
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    return license;
}

IWMDRMDecrypt *create_decryptor(struct license_fixture *fixture, unsigned int number)
{
    IWMDRMLicense *license = open_license(fixture, number, NULL);
    IWMDRMDecrypt *decryptor = NULL;

    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMLicense_Release(license);
    return decryptor;
}

IWMDRMEncrypt *create_encryptor(struct license_fixture *fixture, unsigned int number)
{
    IWMDRMLicense *license = open_license(fixture, number, NULL);
    IWMDRMEncrypt *encryptor = NULL;

    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), S_OK);
    IWMDRMLicense_Release(license);
    return encryptor;
}

HRESULT decrypt(IWMDRMDecrypt *decryptor, BYTE *data, DWORD size, const WMDRMCryptoData *where)
{
    WMDRMCryptoData copy;

    if (!where)
        return IWMDRMDecrypt_Decrypt(decryptor, data, size, NULL);
    copy = *where;
    return IWMDRMDecrypt_Decrypt(decryptor, data, size, &copy);
}

HRESULT encrypt(IWMDRMEncrypt *encryptor, BYTE *data, DWORD size, const WMDRMCryptoData *where)
{
    WMDRMCryptoData copy;

    if (!where)
        return IWMDRMEncrypt_Encrypt(encryptor, data, size, NULL);
    copy = *where;
    return IWMDRMEncrypt_Encrypt(encryptor, data, size, &copy);
}

/* --- another implementation --------------------------------------------------------------------------------- */

static void put_big_endian(BYTE *out, UINT64 value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        out[i] = (BYTE)value;
}

void system_counter_mode(struct license_fixture *fixture, unsigned int number, const WMDRMCryptoData *where,
                         BYTE *data, DWORD size)
{
    uint8_t key_id[DRM_KEY_ID_SIZE], content_key[DRM_CONTENT_KEY_SIZE];
    const DWORD whole = (size + 15) / 16 * 16;
    BYTE *stream = malloc(whole + 16);
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_KEY_HANDLE key;
    ULONG done;

    assert_non_null(stream);
    license_key_id(number, key_id);
    assert_int_equal(drm_authority_get_content_key(fixture->authority, key_id, content_key), DRM_S_OK);
    assert_int_equal(BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_AES_ALGORITHM, NULL, 0), 0);
    assert_int_equal(BCryptSetProperty(algorithm, BCRYPT_CHAINING_MODE, (PUCHAR)(LONG_PTR)BCRYPT_CHAIN_MODE_ECB,
                                       sizeof(BCRYPT_CHAIN_MODE_ECB), 0), 0);
    assert_int_equal(BCryptGenerateSymmetricKey(algorithm, &key, NULL, 0, content_key, sizeof(content_key), 0), 0);
    for (DWORD i = 0; i < size; i += 16)
    {
        put_big_endian(stream + i, where->qwCounterID);
        put_big_endian(stream + i + 8, where->qwOffset + i / 16);
    }
    assert_int_equal(BCryptEncrypt(key, stream, whole, NULL, NULL, 0, stream, whole, &done, 0), 0);
    for (DWORD i = 0; i < size; i++)
        data[i] ^= stream[i];
    BCryptDestroyKey(key);
    BCryptCloseAlgorithmProvider(algorithm, 0);
    free(stream);
}

void fill(BYTE *data, DWORD size, BYTE seed)
{
    for (DWORD i = 0; i < size; i++)
        data[i] = (BYTE)(seed + i * 7 + i / 256);
}
