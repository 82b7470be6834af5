/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "license.h"

#include <stdlib.h>
#include <string.h>
#include <bcrypt.h>
#include <oleauto.h>
#include <wincrypt.h>

#include "common/small_file.h"

/* --- whose licences, and for whom -------------------------------------------------------------------------- */

/* The machine's certificate with those above it: what a licence's secrets are encrypted to. */
static HRESULT read_machine(IWMDRMProvider *provider, struct license_maker *maker)
{
    IWMDRMSecurity *security;
    BYTE version[4];
    HRESULT hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security);

    if (FAILED(hr))
        return hr;
    hr = IWMDRMSecurity_GetMachineCertificate(security, WMDRM_CERTIFICATE_TYPE_V2, version, &maker->machine,
                                              &maker->machine_size);
    IWMDRMSecurity_Shutdown(security);
    IWMDRMSecurity_Release(security);
    return hr;
}

enum exit_code license_maker_open(IWMDRMProvider *provider, IWMDRMLicenseManagement *management,
                                  const wchar_t *key_path, const wchar_t *certificate_path,
                                  struct license_maker *out)
{
    HRESULT hr;

    memset(out, 0, sizeof(*out));
    if (FAILED(hr = IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMIssuer, (void **)&out->issuer)))
        return exit_failure(L"this wmdrmsdk.dll makes no licences", hr);
    if (FAILED(hr = issuer_key_read(key_path, out->key)))
        return exit_failure(L"cannot open the issuer's key", hr);
    if (!(out->certificate = malloc(SMALL_FILE_MAX_SIZE)))
        hr = E_OUTOFMEMORY;
    else
        hr = small_file_read(certificate_path, out->certificate, &out->certificate_size);
    if (FAILED(hr))
        return exit_failure(L"cannot open the issuer's certificate", hr);
    hr = read_machine(provider, out);
    return FAILED(hr) ? exit_failure(L"this machine has no certificate", hr) : EXIT_DONE;
}

void license_maker_close(struct license_maker *maker)
{
    SecureZeroMemory(maker->key, sizeof(maker->key));
    free(maker->certificate);
    CoTaskMemFree(maker->machine);
    if (maker->issuer)
        IWMDRMIssuer_Release(maker->issuer);
}

/* --- licences --------------------------------------------------------------------------------------------- */

static BSTR base64(const BYTE *data, DWORD size)
{
    wchar_t text[64];
    DWORD length = ARRAYSIZE(text);

    if (!CryptBinaryToStringW(data, size, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, text, &length))
        return NULL;
    return SysAllocString(text);
}

HRESULT license_content_create(struct license_content *out)
{
    BYTE key_id[16];

    memset(out, 0, sizeof(*out));
    if (BCryptGenRandom(NULL, key_id, sizeof(key_id), BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0
        || BCryptGenRandom(NULL, out->key, sizeof(out->key), BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0)
        return E_FAIL;
    return (out->key_id = base64(key_id, sizeof(key_id))) ? S_OK : E_OUTOFMEMORY;
}

void license_content_free(struct license_content *content)
{
    SecureZeroMemory(content->key, sizeof(content->key));
    SysFreeString(content->key_id);
}

HRESULT license_make(const struct license_maker *maker, const struct license_content *content, const wchar_t *rights,
                     const wchar_t *url, BSTR *out)
{
    WMDRM_ISSUED_LICENSE order = {.bstrKID = content->key_id, .bstrRights = SysAllocString(rights),
                                  .bstrURL = url ? SysAllocString(url) : NULL};
    HRESULT hr = E_OUTOFMEMORY;

    memcpy(order.rgbKey, content->key, sizeof(order.rgbKey));
    if (order.bstrRights && (!url || order.bstrURL))
        hr = IWMDRMIssuer_MakeLicenses(maker->issuer, maker->key, maker->certificate, maker->certificate_size,
                                       maker->machine, maker->machine_size, &order, 1, out);
    SecureZeroMemory(order.rgbKey, sizeof(order.rgbKey));
    SysFreeString(order.bstrRights);
    SysFreeString(order.bstrURL);
    return hr;
}
