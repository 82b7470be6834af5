/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The status object of an individualization (individualization_status.h).
 */
#include "shell/object/individualization_status.h"

#include <stdlib.h>
#include <string.h>

#include "engine/net/exchange.h"
#include "shell/com/free_threaded.h"
#include "shell/com/module.h"

struct individualization_status
{
    IWMDRMIndividualizationStatus IWMDRMIndividualizationStatus_iface;
    LONG references;
    struct free_threaded free_threaded;
    WM_INDIVIDUALIZE_STATUS status;
    size_t url_size;
    char url[]; /* url_size bytes, where status points to */
};

static struct individualization_status *
individualization_status_from_IWMDRMIndividualizationStatus(IWMDRMIndividualizationStatus *iface)
{
    return CONTAINING_RECORD(iface, struct individualization_status, IWMDRMIndividualizationStatus_iface);
}

static HRESULT STDMETHODCALLTYPE individualization_status_QueryInterface(IWMDRMIndividualizationStatus *iface,
                                                                         REFIID iid, void **out)
{
    struct individualization_status *status = individualization_status_from_IWMDRMIndividualizationStatus(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&status->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMIndividualizationStatus))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMIndividualizationStatus_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE individualization_status_AddRef(IWMDRMIndividualizationStatus *iface)
{
    return InterlockedIncrement(&individualization_status_from_IWMDRMIndividualizationStatus(iface)->references);
}

static ULONG STDMETHODCALLTYPE individualization_status_Release(IWMDRMIndividualizationStatus *iface)
{
    struct individualization_status *status = individualization_status_from_IWMDRMIndividualizationStatus(iface);
    ULONG references = InterlockedDecrement(&status->references);

    if (!references)
    {
        free_threaded_cleanup(&status->free_threaded);
        free(status);
        module_remove_object();
    }
    return references;
}

static HRESULT STDMETHODCALLTYPE individualization_status_GetStatus(IWMDRMIndividualizationStatus *iface,
                                                                    WM_INDIVIDUALIZE_STATUS *out)
{
    if (!out)
        return E_POINTER;
    *out = individualization_status_from_IWMDRMIndividualizationStatus(iface)->status;
    return S_OK;
}

static const IWMDRMIndividualizationStatusVtbl individualization_status_vtbl =
{
    /* IUnknown methods */
    individualization_status_QueryInterface,
    individualization_status_AddRef,
    individualization_status_Release,
    /* IWMDRMIndividualizationStatus methods */
    individualization_status_GetStatus,
};

/* The structure counts in 32 bits; nothing that we send is larger, but a service may say so. */
static DWORD clamp(uint64_t bytes)
{
    return bytes > MAXDWORD ? MAXDWORD : (DWORD)bytes;
}

static HRESULT create(size_t url_size, struct individualization_status **out)
{
    struct individualization_status *status = calloc(1, sizeof(*status) + url_size);

    if (!status)
        return E_OUTOFMEMORY;
    status->IWMDRMIndividualizationStatus_iface.lpVtbl = &individualization_status_vtbl;
    status->references = 1;
    status->url_size = url_size;
    module_add_object();
    *out = status;
    return S_OK;
}

static void fill(struct individualization_status *status, const struct drm_progress *progress)
{
    size_t url_size = progress->url ? strlen(progress->url) + 1 : 0;

    status->status.hr = progress->result;
    /* The engine's enumerations have the interface's values. */
    status->status.enIndiStatus = (DRM_INDIVIDUALIZATION_STATUS)progress->state;
    status->status.enHTTPStatus = (DRM_HTTP_STATUS)progress->http;
    status->status.dwHTTPRequest = progress->round_trips;
    status->status.dwHTTPReadProgress = clamp(progress->received);
    status->status.dwHTTPReadTotal = clamp(progress->total);
    if (url_size && url_size <= status->url_size)
        status->status.pszIndiRespUrl = memcpy(status->url, progress->url, url_size);
}

HRESULT individualization_status_create(const struct drm_progress *progress, IUnknown **out)
{
    struct individualization_status *status;
    HRESULT hr = create(progress->url ? strlen(progress->url) + 1 : 0, &status);

    if (FAILED(hr))
        return hr;
    fill(status, progress);
    *out = (IUnknown *)&status->IWMDRMIndividualizationStatus_iface;
    return S_OK;
}

HRESULT individualization_status_reserve(IUnknown **out)
{
    struct individualization_status *status;
    HRESULT hr = create(DRM_EXCHANGE_MAX_URL, &status);

    if (SUCCEEDED(hr))
        *out = (IUnknown *)&status->IWMDRMIndividualizationStatus_iface;
    return hr;
}

void individualization_status_fill(IUnknown *reserved, const struct drm_progress *progress)
{
    fill(individualization_status_from_IWMDRMIndividualizationStatus((IWMDRMIndividualizationStatus *)reserved),
         progress);
}
