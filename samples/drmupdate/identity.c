/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "identity.h"

#include <stdio.h>
#include <string.h>
#include <bcrypt.h>

#include "common/explain.h"
#include "common/output.h"

static HRESULT sha256(const BYTE *data, DWORD size, BYTE out[FINGERPRINT_SIZE])
{
    BCRYPT_ALG_HANDLE algorithm = NULL;
    BCRYPT_HASH_HANDLE hash = NULL;
    NTSTATUS status;

    status = BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0);
    if (status >= 0)
        status = BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0);
    if (status >= 0)
        status = BCryptHashData(hash, (BYTE *)data, size, 0);
    if (status >= 0)
        status = BCryptFinishHash(hash, out, FINGERPRINT_SIZE, 0);
    if (hash)
        BCryptDestroyHash(hash);
    if (algorithm)
        BCryptCloseAlgorithmProvider(algorithm, 0);
    return status >= 0 ? S_OK : HRESULT_FROM_NT(status);
}

static HRESULT read_version(IWMDRMSecurity *security, wchar_t text[VERSION_TEXT_SIZE])
{
    BSTR version;
    HRESULT hr = IWMDRMSecurity_GetSecurityVersion(security, &version);

    if (FAILED(hr))
        return hr;
    swprintf(text, VERSION_TEXT_SIZE, L"%ls", version);
    SysFreeString(version);
    return S_OK;
}

static HRESULT read_certificate(IWMDRMSecurity *security, struct identity *identity)
{
    BYTE version[4], *certificate = NULL;
    HRESULT hr;

    hr = IWMDRMSecurity_GetMachineCertificate(security, WMDRM_CERTIFICATE_TYPE_V2, version, &certificate,
                                              &identity->certificate_size);
    if (SUCCEEDED(hr))
        hr = sha256(certificate, identity->certificate_size, identity->fingerprint);
    CoTaskMemFree(certificate);
    return hr;
}

void identity_read(IWMDRMSecurity *security, struct identity *identity)
{
    memset(identity, 0, sizeof(*identity));
    identity->version_result = read_version(security, identity->version);
    identity->certificate_result = read_certificate(security, identity);
}

void identity_print(const wchar_t *heading, const struct identity *identity)
{
    wchar_t text[EXPLANATION_SIZE], fingerprint[2 * FINGERPRINT_SIZE + 1];

    if (SUCCEEDED(identity->version_result))
        output_line(L"version %ls: %ls", heading, identity->version);
    else
        output_line(L"version %ls: unknown. %ls", heading, explain(identity->version_result, text));
    if (FAILED(identity->certificate_result))
    {
        output_line(L"certificate %ls: none. %ls", heading, explain(identity->certificate_result, text));
        return;
    }
    for (int i = 0; i < FINGERPRINT_SIZE; ++i)
        swprintf(fingerprint + 2 * i, 3, L"%02x", identity->fingerprint[i]);
    output_line(L"certificate %ls: %lu bytes, SHA-256 %ls", heading, (unsigned long)identity->certificate_size,
                fingerprint);
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return SUCCEEDED(a->certificate_result) && SUCCEEDED(b->certificate_result)
        && !memcmp(a->fingerprint, b->fingerprint, FINGERPRINT_SIZE);
}

void identity_print_revocation_lists(IWMDRMSecurity *security)
{
    static const struct
    {
        const GUID *type;
        const wchar_t *name;
    } lists[] = {
        {&WMDRM_REVOCATIONTYPE_APP, L"application"},
        {&WMDRM_REVOCATIONTYPE_DEVICE, L"device"},
        {&WMDRM_REVOCATIONTYPE_CARDEA, L"network device"},
    };
    wchar_t text[EXPLANATION_SIZE];
    ULONGLONG version;
    HRESULT hr;

    for (size_t i = 0; i < ARRAYSIZE(lists); ++i)
    {
        hr = IWMDRMSecurity_GetRevocationDataVersion(security, lists[i].type, &version);
        if (SUCCEEDED(hr))
            output_line(L"%ls revocation list: version %llu", lists[i].name, version);
        else
            output_line(L"%ls revocation list: unknown. %ls", lists[i].name, explain(hr, text));
    }
}
