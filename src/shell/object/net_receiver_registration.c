/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A receiver registers, and shows that it is near. */
#include "shell/object/net_receiver.h"

#include <stdlib.h>

#include "engine/device/proximity_run.h"
#include "shell/object/values.h"
#include "shell/platform/datagrams_winsock.h"
#include "shell/platform/trace.h"

HRESULT STDMETHODCALLTYPE net_receiver_GetRegistrationChallenge(IWMDRMNetReceiver2 *iface, BYTE **out, DWORD *size)
{
    struct net_receiver *receiver = net_receiver_from_IWMDRMNetReceiver2(iface);
    struct drm_buffer challenge = {0};
    HRESULT hr;

    trace_line("%p: GetRegistrationChallenge", (void *)iface);
    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (!out || !size)
        return E_POINTER;
    if (SUCCEEDED(hr = net_receiver_check(receiver))
        && SUCCEEDED(hr = drm_receiver_request_registration(receiver->receiver, &challenge)))
        hr = value_give_bytes(drm_buffer_span(&challenge), out, size);
    drm_buffer_free(&challenge);
    return FAILED(hr) ? trace_failure("GetRegistrationChallenge", hr) : S_OK;
}

/* --- proximity ----------------------------------------------------------------------------------------------- */

struct proximity_arguments
{
    struct drm_receiver *receiver; /* the object's, which the operation keeps */
    struct drm_datagrams datagrams;
    struct drm_registration registration;
};

static void proximity_arguments_free(void *context)
{
    drm_wipe(context, sizeof(struct proximity_arguments));
    free(context);
}

/* It only waits, for datagrams; being the one kind of operation that a receiver has, it holds up nothing on the
 * object's worker, and answers faster there than beside it. */
static HRESULT run_proximity(struct operation *operation)
{
    const struct proximity_arguments *arguments = operation->arguments;
    const struct drm_task task = operation_task(operation);
    HRESULT hr = drm_proximity_run(&arguments->registration.session, &arguments->registration.address,
                                   &arguments->datagrams, &task);

    if (SUCCEEDED(hr))
        drm_receiver_keep_registration(arguments->receiver, &arguments->registration);
    return hr;
}

static const struct operation_step proximity_step = {
    .kind = OPERATION_PROXIMITY,
    .completed = MEWMDRMProximityCompleted,
    .run = run_proximity,
};

/* What is wrong with the message shows at once; the event is about proximity alone. */
static HRESULT process(struct net_receiver *receiver, const BYTE *response, DWORD size, DWORD scope, IUnknown **cookie)
{
    struct proximity_arguments *arguments;
    HRESULT hr = net_receiver_check(receiver);

    if (FAILED(hr))
        return hr;
    if (!(arguments = calloc(1, sizeof(*arguments))))
        return E_OUTOFMEMORY;
    arguments->receiver = receiver->receiver;
    if (FAILED(hr = async_object_check(&receiver->async, OPERATION_PROXIMITY))
        || FAILED(hr = datagrams_winsock_init(&arguments->datagrams))
        || FAILED(hr = drm_receiver_take_registration(receiver->receiver, drm_span(response, size),
                                                      &arguments->registration)))
    {
        proximity_arguments_free(arguments);
        return hr;
    }
    arguments->registration.address.scope = scope;
    return async_object_start(&receiver->async, &proximity_step, 1, arguments, proximity_arguments_free, cookie);
}

HRESULT STDMETHODCALLTYPE net_receiver_ProcessRegistrationResponseEx(IWMDRMNetReceiver2 *iface, BYTE *response,
                                                                     DWORD size, DWORD scope, IUnknown **cookie)
{
    HRESULT hr;

    trace_line("%p: ProcessRegistrationResponse, %lu bytes, scope %lu", (void *)iface, size, scope);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    if (!response)
        return E_POINTER;
    hr = process(net_receiver_from_IWMDRMNetReceiver2(iface), response, size, scope, cookie);
    return FAILED(hr) ? trace_failure("ProcessRegistrationResponse", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE net_receiver_ProcessRegistrationResponse(IWMDRMNetReceiver2 *iface, BYTE *response,
                                                                   DWORD size, IUnknown **cookie)
{
    return net_receiver_ProcessRegistrationResponseEx(iface, response, size, 0, cookie);
}
