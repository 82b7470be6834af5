/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiver object: its life. */
#include "shell/object/net_receiver.h"

#include <stdlib.h>

struct net_receiver *net_receiver_from_IWMDRMNetReceiver2(IWMDRMNetReceiver2 *iface)
{
    return CONTAINING_RECORD(iface, struct net_receiver, IWMDRMNetReceiver2_iface);
}

HRESULT net_receiver_check(const struct net_receiver *receiver)
{
    if (FAILED(receiver->failure))
        return receiver->failure;
    return security_state_lacks_identity(&receiver->state) ? DRM_E_NEEDS_INDIVIDUALIZATION : S_OK;
}

static HRESULT STDMETHODCALLTYPE net_receiver_QueryInterface(IWMDRMNetReceiver2 *iface, REFIID iid, void **out)
{
    struct net_receiver *receiver = net_receiver_from_IWMDRMNetReceiver2(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&receiver->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFMediaEventGenerator)
        && !IsEqualIID(iid, &IID_IWMDRMEventGenerator) && !IsEqualIID(iid, &IID_IWMDRMNetReceiver)
        && !IsEqualIID(iid, &IID_IWMDRMNetReceiver2))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMNetReceiver2_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE net_receiver_AddRef(IWMDRMNetReceiver2 *iface)
{
    return async_object_add_ref(&net_receiver_from_IWMDRMNetReceiver2(iface)->async);
}

static ULONG STDMETHODCALLTYPE net_receiver_Release(IWMDRMNetReceiver2 *iface)
{
    return async_object_release(&net_receiver_from_IWMDRMNetReceiver2(iface)->async);
}

EVENT_GENERATOR_FORWARDERS(net_receiver, IWMDRMNetReceiver2)
ASYNC_OBJECT_FORWARDERS(net_receiver, IWMDRMNetReceiver2)

static const IWMDRMNetReceiver2Vtbl net_receiver_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = net_receiver_QueryInterface,
    .AddRef = net_receiver_AddRef,
    .Release = net_receiver_Release,
    /* IMFMediaEventGenerator methods */
    EVENT_GENERATOR_SLOTS(net_receiver),
    /* IWMDRMEventGenerator methods */
    ASYNC_OBJECT_SLOTS(net_receiver),
    /* IWMDRMNetReceiver methods */
    .GetRegistrationChallenge = net_receiver_GetRegistrationChallenge,
    .ProcessRegistrationResponse = net_receiver_ProcessRegistrationResponse,
    .GetLicenseChallenge = net_receiver_GetLicenseChallenge,
    .ProcessLicenseResponse = net_receiver_ProcessLicenseResponse,
    /* IWMDRMNetReceiver2 methods */
    .ProcessRegistrationResponseEx = net_receiver_ProcessRegistrationResponseEx,
    .ProcessLicenseUpdate = net_receiver_ProcessLicenseUpdate,
};

static void net_receiver_destroy(struct async_object *async)
{
    struct net_receiver *receiver = CONTAINING_RECORD(async, struct net_receiver, async);

    event_generator_cleanup(&receiver->events);
    free_threaded_cleanup(&receiver->free_threaded);
    drm_receiver_free(receiver->receiver);
    engine_release(receiver->engine);
    free(receiver);
}

HRESULT net_receiver_create(bool protected, REFIID iid, void **out)
{
    struct net_receiver *receiver = calloc(1, sizeof(*receiver));
    struct drm_client *client;
    HRESULT hr;

    if (!receiver)
        return E_OUTOFMEMORY;
    receiver->IWMDRMNetReceiver2_iface.lpVtbl = &net_receiver_vtbl;
    receiver->protected = protected;
    if (FAILED(hr = engine_acquire(&receiver->engine)))
    {
        free(receiver);
        return hr;
    }
    if (FAILED(hr = event_generator_init(&receiver->events)))
    {
        engine_release(receiver->engine);
        free(receiver);
        return hr;
    }
    receiver->failure = engine_get_client(receiver->engine, &client);
    if (SUCCEEDED(receiver->failure))
        receiver->failure = drm_receiver_create(client, &receiver->receiver);
    security_state_capture(receiver->engine, &receiver->state);
    async_object_init(&receiver->async, &receiver->events, net_receiver_destroy);
    hr = IWMDRMNetReceiver2_QueryInterface(&receiver->IWMDRMNetReceiver2_iface, iid, out);
    IWMDRMNetReceiver2_Release(&receiver->IWMDRMNetReceiver2_iface);
    return hr;
}
