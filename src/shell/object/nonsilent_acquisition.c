/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The value of a licence acquisition that is not silent (nonsilent_acquisition.h).
 */
#include "shell/object/nonsilent_acquisition.h"

#include <stdlib.h>
#include <oleauto.h>

#include "shell/com/free_threaded.h"
#include "shell/com/module.h"

struct nonsilent_acquisition
{
    IWMDRMNonSilentLicenseAquisition IWMDRMNonSilentLicenseAquisition_iface;
    LONG references;
    struct free_threaded free_threaded;
    BSTR url, challenge;
};

static struct nonsilent_acquisition *
nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(IWMDRMNonSilentLicenseAquisition *iface)
{
    return CONTAINING_RECORD(iface, struct nonsilent_acquisition, IWMDRMNonSilentLicenseAquisition_iface);
}

static HRESULT STDMETHODCALLTYPE nonsilent_acquisition_QueryInterface(IWMDRMNonSilentLicenseAquisition *iface,
                                                                      REFIID iid, void **out)
{
    struct nonsilent_acquisition *acquisition = nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&acquisition->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMNonSilentLicenseAquisition))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMNonSilentLicenseAquisition_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE nonsilent_acquisition_AddRef(IWMDRMNonSilentLicenseAquisition *iface)
{
    return InterlockedIncrement(&nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(iface)->references);
}

static ULONG STDMETHODCALLTYPE nonsilent_acquisition_Release(IWMDRMNonSilentLicenseAquisition *iface)
{
    struct nonsilent_acquisition *acquisition = nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(iface);
    ULONG references = InterlockedDecrement(&acquisition->references);

    if (!references)
    {
        free_threaded_cleanup(&acquisition->free_threaded);
        SysFreeString(acquisition->url);
        SysFreeString(acquisition->challenge);
        free(acquisition);
        module_remove_object();
    }
    return references;
}

static HRESULT give(BSTR text, BSTR *out)
{
    if (!out)
        return E_POINTER;
    *out = SysAllocString(text);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE nonsilent_acquisition_GetURL(IWMDRMNonSilentLicenseAquisition *iface, BSTR *out)
{
    return give(nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(iface)->url, out);
}

static HRESULT STDMETHODCALLTYPE nonsilent_acquisition_GetChallenge(IWMDRMNonSilentLicenseAquisition *iface,
                                                                    BSTR *out)
{
    return give(nonsilent_acquisition_from_IWMDRMNonSilentLicenseAquisition(iface)->challenge, out);
}

static const IWMDRMNonSilentLicenseAquisitionVtbl nonsilent_acquisition_vtbl =
{
    /* IUnknown methods */
    nonsilent_acquisition_QueryInterface,
    nonsilent_acquisition_AddRef,
    nonsilent_acquisition_Release,
    /* IWMDRMNonSilentLicenseAquisition methods */
    nonsilent_acquisition_GetURL,
    nonsilent_acquisition_GetChallenge,
};

static HRESULT wide_copy(struct drm_span text, BSTR *out)
{
    const int size = (int)text.size;
    int length = 0;

    if (size && !(length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, (const char *)text.data, size, NULL, 0)))
        return E_INVALIDARG;
    if (!(*out = SysAllocStringLen(NULL, (UINT)length)))
        return E_OUTOFMEMORY;
    if (size)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, (const char *)text.data, size, *out, length);
    return S_OK;
}

HRESULT nonsilent_acquisition_create(struct drm_span url, struct drm_span challenge, IUnknown **out)
{
    struct nonsilent_acquisition *acquisition = calloc(1, sizeof(*acquisition));
    HRESULT hr;

    if (!acquisition)
        return E_OUTOFMEMORY;
    acquisition->IWMDRMNonSilentLicenseAquisition_iface.lpVtbl = &nonsilent_acquisition_vtbl;
    acquisition->references = 1;
    module_add_object();
    if (FAILED(hr = wide_copy(url, &acquisition->url)) || FAILED(hr = wide_copy(challenge, &acquisition->challenge)))
    {
        IWMDRMNonSilentLicenseAquisition_Release(&acquisition->IWMDRMNonSilentLicenseAquisition_iface);
        return hr;
    }
    *out = (IUnknown *)&acquisition->IWMDRMNonSilentLicenseAquisition_iface;
    return S_OK;
}
