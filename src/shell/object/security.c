/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The security object: its life, its version, its certificate.
 */
#include "shell/object/security.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "shell/platform/trace.h"

struct security *security_from_IWMDRMSecurity(IWMDRMSecurity *iface)
{
    return CONTAINING_RECORD(iface, struct security, IWMDRMSecurity_iface);
}

static HRESULT STDMETHODCALLTYPE security_QueryInterface(IWMDRMSecurity *iface, REFIID iid, void **out)
{
    struct security *security = security_from_IWMDRMSecurity(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&security->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMFMediaEventGenerator)
        || IsEqualIID(iid, &IID_IWMDRMEventGenerator) || IsEqualIID(iid, &IID_IWMDRMSecurity))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IWMDRMComponent))
        *out = &security->IWMDRMComponent_iface;
    else
        return E_NOINTERFACE;
    IWMDRMSecurity_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE security_AddRef(IWMDRMSecurity *iface)
{
    return async_object_add_ref(&security_from_IWMDRMSecurity(iface)->async);
}

static ULONG STDMETHODCALLTYPE security_Release(IWMDRMSecurity *iface)
{
    return async_object_release(&security_from_IWMDRMSecurity(iface)->async);
}

EVENT_GENERATOR_FORWARDERS(security, IWMDRMSecurity)
ASYNC_OBJECT_FORWARDERS(security, IWMDRMSecurity)

/* The state of now, and of whichever process changed it last: only these objects show it without being made anew
 * (documented). */
static HRESULT get_version(struct security *security, struct drm_version *version, bool *individualized)
{
    struct drm_client *client;
    HRESULT hr = engine_get_client(security->engine, &client);

    return FAILED(hr) ? hr : drm_client_get_version(client, version, individualized);
}

static HRESULT STDMETHODCALLTYPE security_GetSecurityVersion(IWMDRMSecurity *iface, BSTR *out)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    char text[DRM_VERSION_TEXT_SIZE];
    WCHAR wide[DRM_VERSION_TEXT_SIZE];
    struct drm_version version;
    bool individualized;
    BSTR string;
    HRESULT hr;

    trace_line("%p: GetSecurityVersion", (void *)iface);
    if (!out)
        return E_POINTER;
    *out = NULL;
    hr = get_version(security, &version, &individualized);
    if (FAILED(hr))
        return trace_failure("GetSecurityVersion", hr);
    drm_version_format(version, individualized, text);
    for (size_t i = 0; i < sizeof(text); i++)
        wide[i] = (unsigned char)text[i];
    string = SysAllocString(wide);
    if (!string)
        return E_OUTOFMEMORY;
    *out = string;
    return S_OK;
}

/* Four numbers in four bytes (decided: one for each of GetSecurityVersion's). */
static void version_bytes(struct drm_version version, BYTE out[4])
{
    out[0] = (BYTE)(version.major > 255 ? 255 : version.major);
    out[1] = (BYTE)(version.minor > 255 ? 255 : version.minor);
    out[2] = 0;
    out[3] = 1; /* who has a certificate is individualized */
}

/* V2 is the whole collection, up to the root; V1, the older layout, the machine's own certificate alone (decided). */
static HRESULT pick_certificate(const struct drm_buffer *collection, DWORD type, struct drm_span *out)
{
    struct drm_chain chain;
    drm_result result;

    if (type == WMDRM_CERTIFICATE_TYPE_V2)
    {
        *out = drm_buffer_span(collection);
        return S_OK;
    }
    if (DRM_FAILED(result = drm_chain_read(drm_buffer_span(collection), &chain)))
        return result;
    *out = chain.encoded[0];
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE security_GetMachineCertificate(IWMDRMSecurity *iface, DWORD type, BYTE version[4],
                                                                BYTE **out, DWORD *out_size)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct drm_buffer collection = {0};
    struct drm_version numbers;
    struct drm_client *client;
    struct drm_span certificate;
    BYTE *copy = NULL;
    HRESULT hr;

    trace_line("%p: GetMachineCertificate, type %lu", (void *)iface, type);
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    if (!version || !out_size)
        return E_POINTER;
    memset(version, 0, 4);
    if (type != WMDRM_CERTIFICATE_TYPE_V1 && type != WMDRM_CERTIFICATE_TYPE_V2)
        return E_INVALIDARG;

    if (FAILED(hr = engine_get_client(security->engine, &client))
        || FAILED(hr = drm_client_get_machine_chain(client, &collection, &numbers))
        || FAILED(hr = pick_certificate(&collection, type, &certificate)))
        goto done;
    /* Without a place for it the caller asks for the size alone; the size that comes in is ignored, as in the
     * documented example. */
    if (out && !(copy = CoTaskMemAlloc(certificate.size)))
    {
        hr = E_OUTOFMEMORY;
        goto done;
    }
    if (copy)
        *out = memcpy(copy, certificate.data, certificate.size);
    *out_size = (DWORD)certificate.size;
    version_bytes(numbers, version);

done:
    drm_buffer_free(&collection);
    return FAILED(hr) ? trace_failure("GetMachineCertificate", hr) : S_OK;
}

static const IWMDRMSecurityVtbl security_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = security_QueryInterface,
    .AddRef = security_AddRef,
    .Release = security_Release,
    /* IMFMediaEventGenerator methods */
    EVENT_GENERATOR_SLOTS(security),
    /* IWMDRMEventGenerator methods */
    ASYNC_OBJECT_SLOTS(security),
    /* IWMDRMSecurity methods */
    .GetSecurityVersion = security_GetSecurityVersion,
    .GetMachineCertificate = security_GetMachineCertificate,
    .PerformSecurityUpdate = security_PerformSecurityUpdate,
    .SetRevocationData = security_SetRevocationData,
    .GetRevocationData = security_GetRevocationData,
    .GetRevocationDataVersion = security_GetRevocationDataVersion,
    .CheckCertForRevocation = security_CheckCertForRevocation,
    .GetContentEnablersForRevocations = security_GetContentEnablersForRevocations,
    .GetContentEnablersFromHashes = security_GetContentEnablersFromHashes,
};

static void security_destroy(struct async_object *async)
{
    struct security *security = CONTAINING_RECORD(async, struct security, async);

    event_generator_cleanup(&security->events);
    free_threaded_cleanup(&security->free_threaded);
    engine_release(security->engine);
    free(security);
}

HRESULT security_create(bool protected, REFIID iid, void **out)
{
    struct security *security = calloc(1, sizeof(*security));
    HRESULT hr;

    (void)protected;
    if (!security)
        return E_OUTOFMEMORY;
    security->IWMDRMSecurity_iface.lpVtbl = &security_vtbl;
    security->IWMDRMComponent_iface.lpVtbl = &security_component_vtbl;
    if (FAILED(hr = engine_acquire(&security->engine)))
    {
        free(security);
        return hr;
    }
    if (FAILED(hr = event_generator_init(&security->events)))
    {
        engine_release(security->engine);
        free(security);
        return hr;
    }
    async_object_init(&security->async, &security->events, security_destroy);
    hr = IWMDRMSecurity_QueryInterface(&security->IWMDRMSecurity_iface, iid, out);
    IWMDRMSecurity_Release(&security->IWMDRMSecurity_iface);
    return hr;
}
