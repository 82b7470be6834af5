/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The provider (provider.h), and the exports that make one.
 */
#include "shell/object/provider.h"

#include <stdlib.h>

#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/import/create_provider.h"
#include "shell/object/license_management.h"
#include "shell/object/license_query.h"
#include "shell/object/net_receiver.h"
#include "shell/object/net_transmitter.h"
#include "shell/object/security.h"
#include "shell/platform/trace.h"

struct provider
{
    IWMDRMProvider IWMDRMProvider_iface;
    LONG references;
    struct free_threaded free_threaded;
    bool protected;
};

/* What CreateObject makes: a new object each time, since that is the documented way to see a new state. */
static const struct
{
    const IID *iid;
    HRESULT (*create)(bool protected, REFIID iid, void **out);
} object_table[] = {
    {&IID_IWMDRMSecurity, security_create},
    {&IID_IWMDRMLicenseManagement, license_management_create},
    {&IID_IWMDRMLicenseQuery, license_query_create},
    {&IID_IWMDRMNetReceiver, net_receiver_create},
    {&IID_IWMDRMNetReceiver2, net_receiver_create},
    {&IID_IWMDRMNetTransmitter, net_transmitter_create},
    {&IID_IWMDRMNetTransmitter2, net_transmitter_create},
};

static struct provider *provider_from_IWMDRMProvider(IWMDRMProvider *iface)
{
    return CONTAINING_RECORD(iface, struct provider, IWMDRMProvider_iface);
}

static HRESULT STDMETHODCALLTYPE provider_QueryInterface(IWMDRMProvider *iface, REFIID iid, void **out)
{
    struct provider *provider = provider_from_IWMDRMProvider(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&provider->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMProvider))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMProvider_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE provider_AddRef(IWMDRMProvider *iface)
{
    return InterlockedIncrement(&provider_from_IWMDRMProvider(iface)->references);
}

static ULONG STDMETHODCALLTYPE provider_Release(IWMDRMProvider *iface)
{
    struct provider *provider = provider_from_IWMDRMProvider(iface);
    ULONG references = InterlockedDecrement(&provider->references);

    if (!references)
    {
        free_threaded_cleanup(&provider->free_threaded);
        free(provider);
        module_remove_object();
    }
    return references;
}

static HRESULT STDMETHODCALLTYPE provider_CreateObject(IWMDRMProvider *iface, REFIID iid, void **out)
{
    char text[TRACE_GUID_SIZE];

    trace_line("%p: CreateObject, %s", (void *)iface, trace_guid(iid, text));
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!iid)
        return E_INVALIDARG;
    for (size_t i = 0; i < ARRAYSIZE(object_table); i++)
        if (IsEqualIID(iid, object_table[i].iid))
            return object_table[i].create(provider_from_IWMDRMProvider(iface)->protected, iid, out);
    return trace_failure("CreateObject", E_NOINTERFACE);
}

static const IWMDRMProviderVtbl provider_vtbl =
{
    /* IUnknown methods */
    provider_QueryInterface,
    provider_AddRef,
    provider_Release,
    /* IWMDRMProvider methods */
    provider_CreateObject,
};

HRESULT provider_create(bool protected, IWMDRMProvider **out)
{
    struct provider *provider = calloc(1, sizeof(*provider));

    if (!provider)
        return E_OUTOFMEMORY;
    provider->IWMDRMProvider_iface.lpVtbl = &provider_vtbl;
    provider->references = 1;
    provider->protected = protected;
    module_add_object();
    *out = &provider->IWMDRMProvider_iface;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE WMDRMCreateProvider(IWMDRMProvider **provider)
{
    if (!provider)
        return E_POINTER;
    *provider = NULL;
    return provider_create(false, provider);
}

HRESULT STDMETHODCALLTYPE _WMDRMCreateProvider(DWORD kind, void *reserved, IWMDRMProvider **provider)
{
    if (!provider)
        return E_POINTER;
    *provider = NULL;
    if (reserved || (kind != PROVIDER_ORDINARY && kind != PROVIDER_PROTECTED))
        return E_INVALIDARG;
    return provider_create(kind == PROVIDER_PROTECTED, provider);
}
