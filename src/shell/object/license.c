/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licence object: its life, its list, and what uses or keeps its current licence.
 */
#include "shell/object/license.h"

#include <stdlib.h>

#include "shell/com/module.h"
#include "shell/object/decryptor.h"
#include "shell/object/encryptor.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

struct license *license_from_IWMDRMLicense(IWMDRMLicense *iface)
{
    return CONTAINING_RECORD(iface, struct license, IWMDRMLicense_iface);
}

static HRESULT STDMETHODCALLTYPE license_QueryInterface(IWMDRMLicense *iface, REFIID iid, void **out)
{
    struct license *license = license_from_IWMDRMLicense(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&license->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IWMDRMLicense))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IWMDRMLicenseDetails))
        *out = &license->IWMDRMLicenseDetails_iface;
    else
        return E_NOINTERFACE;
    IWMDRMLicense_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE license_AddRef(IWMDRMLicense *iface)
{
    return InterlockedIncrement(&license_from_IWMDRMLicense(iface)->references);
}

static ULONG STDMETHODCALLTYPE license_Release(IWMDRMLicense *iface)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    ULONG references = InterlockedDecrement(&license->references);

    if (!references)
    {
        drm_enumeration_free(license->enumeration);
        engine_rest_soon(license->engine); /* some of its steps ask */
        free_threaded_cleanup(&license->free_threaded);
        engine_release(license->engine);
        free(license);
        module_remove_object();
    }
    return references;
}

/* --- the list --------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE license_ResetEnumeration(IWMDRMLicense *iface)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    HRESULT hr;

    trace_line("%p: ResetEnumeration", (void *)iface);
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_reset(license->enumeration);
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("ResetEnumeration", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE license_GetNext(IWMDRMLicense *iface)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    HRESULT hr;

    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_next(license->enumeration);
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("GetNext", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE license_GetLicense(IWMDRMLicense *iface, BYTE **out, DWORD *size, DWORD *type)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    struct drm_span raw;
    HRESULT hr;

    trace_line("%p: GetLicense", (void *)iface);
    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (type)
        *type = 0;
    if (!out || !size || !type)
        return E_POINTER;
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get_raw(license->enumeration, &raw);
    if (SUCCEEDED(hr))
        hr = value_give_bytes(raw, out, size);
    ReleaseSRWLockExclusive(&license->lock);
    if (FAILED(hr))
        return trace_failure("GetLicense", hr);
    *type = WMDRM_LICENSE_TYPE_XMR; /* the kind that is not XML */
    return S_OK;
}

/* --- its key ---------------------------------------------------------------------------------------------- */

HRESULT license_use(struct license *license, uint8_t content_key[DRM_CONTENT_KEY_SIZE])
{
    HRESULT hr;

    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_use(license->enumeration, content_key);
    ReleaseSRWLockExclusive(&license->lock);
    engine_rest_soon(license->engine);
    return hr;
}

static HRESULT claim_key(struct license *license, const uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool *first)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_claim_key(license->enumeration, content_key, first);
    ReleaseSRWLockExclusive(&license->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE license_CreateDecryptor(IWMDRMLicense *iface, IWMDRMDecrypt **out)
{
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    HRESULT hr;

    trace_line("%p: CreateDecryptor", (void *)iface);
    if (!out)
        return E_POINTER;
    *out = NULL;
    hr = license_use(license_from_IWMDRMLicense(iface), content_key);
    if (SUCCEEDED(hr))
        hr = decryptor_create(content_key, out);
    drm_wipe(content_key, sizeof(content_key));
    return FAILED(hr) ? trace_failure("CreateDecryptor", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE license_CreateEncryptor(IWMDRMLicense *iface, IWMDRMEncrypt **out)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    bool first;
    HRESULT hr;

    trace_line("%p: CreateEncryptor", (void *)iface);
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (SUCCEEDED(hr = license_use(license, content_key)) && SUCCEEDED(hr = claim_key(license, content_key, &first)))
        hr = encryptor_create(content_key, first, out);
    drm_wipe(content_key, sizeof(content_key));
    return FAILED(hr) ? trace_failure("CreateEncryptor", hr) : S_OK;
}

/* --- its place -------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE license_PersistLicense(IWMDRMLicense *iface)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    HRESULT hr;

    trace_line("%p: PersistLicense", (void *)iface);
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_persist(license->enumeration);
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("PersistLicense", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE license_CanPersist(IWMDRMLicense *iface, BOOL *out)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    bool can = false;
    HRESULT hr;

    if (!out)
        return E_POINTER;
    *out = FALSE;
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_can_persist(license->enumeration, &can);
    ReleaseSRWLockExclusive(&license->lock);
    if (FAILED(hr))
        return trace_failure("CanPersist", hr);
    *out = can;
    return S_OK;
}

static const IWMDRMLicenseVtbl license_vtbl =
{
    /* IUnknown methods */
    license_QueryInterface,
    license_AddRef,
    license_Release,
    /* IWMDRMLicense methods */
    license_ResetEnumeration,
    license_GetNext,
    license_GetLicense,
    license_GetLicenseProperty,
    license_CreateDecryptor,
    license_CreateSecureDecryptor,
    license_CreateEncryptor,
    license_PersistLicense,
    license_CanPersist,
    license_GetAnalogVideoRestrictionLevels,
    license_GetOutputProtectionLevels,
    license_GetInclusionList,
    license_GetPolicy,
};

HRESULT license_create(struct engine *engine, bool protected, const struct drm_license_request_filter *filter,
                       IWMDRMLicense **out)
{
    static const struct drm_license_request_filter all;
    struct drm_enumeration *enumeration = NULL;
    struct license *license;
    struct drm_client *client;
    HRESULT hr;

    if (FAILED(hr = engine_get_client(engine, &client)))
        return hr;
    /* A first licence that needs a newer list leaves an enumeration behind, but what fails gives out nothing. */
    if (FAILED(hr = drm_client_enumerate(client, filter ? filter : &all, &enumeration))
        || FAILED(hr = (license = calloc(1, sizeof(*license))) ? S_OK : E_OUTOFMEMORY))
    {
        drm_enumeration_free(enumeration);
        return hr;
    }
    license->IWMDRMLicense_iface.lpVtbl = &license_vtbl;
    license->IWMDRMLicenseDetails_iface.lpVtbl = &license_details_vtbl;
    license->references = 1;
    license->protected = protected;
    license->enumeration = enumeration;
    license->engine = engine;
    engine_add_ref(engine);
    InitializeSRWLock(&license->lock);
    module_add_object();
    *out = &license->IWMDRMLicense_iface;
    return S_OK;
}
