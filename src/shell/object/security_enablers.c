/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The security object's methods that make content enablers: one for each certificate or hash that the application
 * names, all of them or none (decided; the documents are silent).
 */
#include <string.h>

#include "shell/object/content_enabler.h"
#include "shell/object/security.h"
#include "shell/platform/trace.h"

/* A count of certificates that nobody means; keeps count times size far from overflowing. */
#define MAX_ENABLERS 4096

/* What all enablers of a call have in common. */
static HRESULT begin_subject(struct security *security, HRESULT hint, struct content_enabler_subject *out)
{
    struct drm_policy policy;
    struct drm_client *client;
    uint64_t version = 0;
    HRESULT hr;

    memset(out, 0, sizeof(*out));
    if (FAILED(hr = engine_get_client(security->engine, &client)) || FAILED(hr = drm_client_get_policy(client, &policy))
        || FAILED(hr = drm_client_get_revocation_version(client, DRM_REVOCATION_REVINFO, &version)))
        return hr;
    out->hint = hint;
    out->list_version = (DWORD)version;
    memcpy(out->url, policy.renewal_url, sizeof(out->url));
    out->url_trusted = true;
    return S_OK;
}

/* One enabler; describes it from entry number index of whatever the application gave. */
typedef HRESULT (*describe_function)(const void *context, DWORD index, struct content_enabler_subject *subject);

static void release_enablers(IMFContentEnabler **enablers, DWORD count)
{
    for (DWORD i = 0; i < count; i++)
    {
        IMFContentEnabler_Release(enablers[i]);
        enablers[i] = NULL;
    }
}

/* Without an array: how many there will be, in *enabler_count, which is 0 so far. Everything the application gave is
 * checked in both cases. */
static HRESULT make_enablers(struct security *security, DWORD count, HRESULT hint, describe_function describe,
                             const void *context, IMFContentEnabler **enablers, DWORD capacity,
                             DWORD *enabler_count)
{
    struct content_enabler_subject subject;
    HRESULT hr;

    if (count > MAX_ENABLERS)
        return E_INVALIDARG;
    if (FAILED(hr = begin_subject(security, hint, &subject)))
        return hr;
    for (DWORD i = 0; i < count; i++)
        if (FAILED(hr = describe(context, i, &subject)))
            return hr;
    if (enablers && capacity < count)
    {
        *enabler_count = count;
        return DRM_E_BUFFER_TOO_SMALL;
    }
    for (DWORD i = 0; enablers && i < count; i++)
        if (FAILED(hr = describe(context, i, &subject))
            || FAILED(hr = content_enabler_create(&subject, &IID_IMFContentEnabler, (void **)&enablers[i])))
        {
            release_enablers(enablers, i);
            return hr;
        }
    *enabler_count = count;
    return S_OK;
}

/* --- from certificates ------------------------------------------------------------------------------------ */

struct certificates
{
    BYTE **data;
    DWORD *sizes;
    GUID **types;
};

static void format_hash(const uint8_t id[DRM_SHA256_SIZE], WCHAR out[CONTENT_ENABLER_HASH_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < DRM_SHA256_SIZE; i++)
    {
        out[2 * i] = digits[id[i] >> 4];
        out[2 * i + 1] = digits[id[i] & 15];
    }
    out[2 * DRM_SHA256_SIZE] = 0;
}

static HRESULT describe_certificate(const void *context, DWORD index, struct content_enabler_subject *subject)
{
    const struct certificates *certificates = context;
    struct drm_certificate certificate;
    struct drm_span data;
    const GUID *type = certificates->types[index];
    struct drm_chain chain;
    drm_result result;

    if (!type || !certificates->data[index])
        return E_POINTER;
    if (!IsEqualGUID(type, &WMDRM_REVOCATIONTYPE_APP) && !IsEqualGUID(type, &WMDRM_REVOCATIONTYPE_DEVICE)
        && !IsEqualGUID(type, &WMDRM_REVOCATIONTYPE_CARDEA))
        return E_INVALIDARG;
    data = drm_span(certificates->data[index], certificates->sizes[index]);
    if (DRM_FAILED(drm_certificate_read(data, &certificate)))
    {
        if (DRM_FAILED(result = drm_chain_read(data, &chain)))
            return result;
        certificate = chain.certificates[0];
    }
    subject->list = *type;
    format_hash(certificate.id, subject->hash);
    return S_OK;
}

HRESULT STDMETHODCALLTYPE security_GetContentEnablersForRevocations(IWMDRMSecurity *iface, BYTE **certificates,
                                                                    DWORD *sizes, GUID **types, DWORD count,
                                                                    HRESULT hint, IMFContentEnabler **enablers,
                                                                    DWORD *enabler_count)
{
    const struct certificates context = {.data = certificates, .sizes = sizes, .types = types};
    DWORD capacity = enabler_count ? *enabler_count : 0;
    HRESULT hr;

    trace_line("%p: GetContentEnablersForRevocations, %lu certificates", (void *)iface, count);
    if (enabler_count)
        *enabler_count = 0;
    if (!enabler_count || (count && (!certificates || !sizes || !types)))
        return E_POINTER;
    hr = make_enablers(security_from_IWMDRMSecurity(iface), count, hint, describe_certificate, &context, enablers,
                       capacity, enabler_count);
    return FAILED(hr) ? trace_failure("GetContentEnablersForRevocations", hr) : S_OK;
}

/* --- from hashes ------------------------------------------------------------------------------------------ */

/* Hexadecimal, as certificate ids are shown everywhere here; other encodings are not documented. */
static HRESULT describe_hash(const void *context, DWORD index, struct content_enabler_subject *subject)
{
    const WCHAR *hash = ((const BSTR *)context)[index];
    size_t length = 0;

    if (!hash)
        return E_POINTER;
    for (; hash[length]; length++)
        if (length + 1 >= CONTENT_ENABLER_HASH_SIZE || hash[length] > 'f'
            || !strchr("0123456789abcdefABCDEF", hash[length]))
            return E_INVALIDARG;
    if (!length)
        return E_INVALIDARG;
    memcpy(subject->hash, hash, (length + 1) * sizeof(*hash));
    return S_OK;
}

HRESULT STDMETHODCALLTYPE security_GetContentEnablersFromHashes(IWMDRMSecurity *iface, BSTR *hashes, DWORD count,
                                                                HRESULT hint, IMFContentEnabler **enablers,
                                                                DWORD *enabler_count)
{
    DWORD capacity = enabler_count ? *enabler_count : 0;
    HRESULT hr;

    trace_line("%p: GetContentEnablersFromHashes, %lu hashes", (void *)iface, count);
    if (enabler_count)
        *enabler_count = 0;
    if (!enabler_count || (count && !hashes))
        return E_POINTER;
    hr = make_enablers(security_from_IWMDRMSecurity(iface), count, hint, describe_hash, hashes, enablers, capacity,
                       enabler_count);
    return FAILED(hr) ? trace_failure("GetContentEnablersFromHashes", hr) : S_OK;
}
