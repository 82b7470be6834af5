/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request of BeginGetEvent, and its one way to the application's Invoke. */
#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>
#include <mfapi.h>

#include "shell/com/media_foundation.h"
#include "shell/com/module.h"
#include "shell/event/event_callback.h"
#include "shell/event/event_dispatch.h"
#include "shell/event/event_request.h"

static struct event_request *event_request_from_IMFAsyncCallback(IMFAsyncCallback *iface)
{
    return CONTAINING_RECORD(iface, struct event_request, IMFAsyncCallback_iface);
}

/* Moves from one phase to another; false where the request is not in the first. */
static bool event_request_move(struct event_request *request, enum event_request_phase from,
                               enum event_request_phase to)
{
    return InterlockedCompareExchange(&request->phase, to, from) == (LONG)from;
}

static HRESULT STDMETHODCALLTYPE event_request_QueryInterface(IMFAsyncCallback *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAsyncCallback))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IMFAsyncCallback_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE event_request_AddRef(IMFAsyncCallback *iface)
{
    return InterlockedIncrement(&event_request_from_IMFAsyncCallback(iface)->refcount);
}

static ULONG STDMETHODCALLTYPE event_request_Release(IMFAsyncCallback *iface)
{
    struct event_request *request = event_request_from_IMFAsyncCallback(iface);
    ULONG refcount = InterlockedDecrement(&request->refcount);

    if (!refcount)
    {
        if (request->result)
            IMFAsyncResult_Release(request->result);
        free(request);
    }
    return refcount;
}

static HRESULT STDMETHODCALLTYPE event_request_GetParameters(IMFAsyncCallback *iface, DWORD *flags, DWORD *queue)
{
    struct event_request *request = event_request_from_IMFAsyncCallback(iface);

    *flags = request->flags;
    *queue = request->queue;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_request_Invoke(IMFAsyncCallback *iface, IMFAsyncResult *item)
{
    struct event_request *request = event_request_from_IMFAsyncCallback(iface);

    (void)item; /* the work queue's own, of no interest to the application */
    if (event_request_move(request, EVENT_REQUEST_SCHEDULED, EVENT_REQUEST_INVOKED))
        event_callback_invoke(request->callback, request->result);
    return S_OK;
}

static const IMFAsyncCallbackVtbl event_request_vtbl =
{
    /* IUnknown methods */
    event_request_QueryInterface,
    event_request_AddRef,
    event_request_Release,
    /* IMFAsyncCallback methods */
    event_request_GetParameters,
    event_request_Invoke,
};

HRESULT event_request_create(IMFAsyncCallback *callback, IUnknown *state, struct event_request **out)
{
    struct event_request *request;
    HRESULT hr;

    module_pin();
    hr = media_foundation_require();
    if (FAILED(hr))
        return hr;

    request = malloc(sizeof(*request));
    if (!request)
        return E_OUTOFMEMORY;
    request->IMFAsyncCallback_iface.lpVtbl = &event_request_vtbl;
    request->refcount = 1;
    request->phase = EVENT_REQUEST_WAITING;
    request->callback = callback;
    request->state = state;
    request->flags = 0;
    request->queue = MFASYNC_CALLBACK_QUEUE_UNDEFINED;
    /* Once, and here: afterwards an event can be queued without a call into the application. */
    if (FAILED(IMFAsyncCallback_GetParameters(callback, &request->flags, &request->queue))
            || request->queue == MFASYNC_CALLBACK_QUEUE_UNDEFINED)
    {
        request->flags = 0;
        request->queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
    }
    hr = MFCreateAsyncResult(NULL, callback, state, &request->result);
    if (FAILED(hr))
    {
        free(request);
        return hr;
    }
    *out = request;
    return S_OK;
}

void event_request_add_ref(struct event_request *request)
{
    event_request_AddRef(&request->IMFAsyncCallback_iface);
}

void event_request_release(struct event_request *request)
{
    event_request_Release(&request->IMFAsyncCallback_iface);
}

bool event_request_is_waiting(struct event_request *request)
{
    return InterlockedCompareExchange(&request->phase, 0, 0) == EVENT_REQUEST_WAITING;
}

HRESULT event_request_dispatch(struct event_request *request)
{
    IMFAsyncCallback *callback = &request->IMFAsyncCallback_iface;
    HRESULT hr;

    if (!event_request_move(request, EVENT_REQUEST_WAITING, EVENT_REQUEST_SCHEDULED))
        return S_OK;

    /* BeginGetEvent has promised an Invoke, so a queue that does not take it is no end: it may not exist any more, or
     * the flags clash with it, or the application has shut Media Foundation down once too often. */
    hr = event_dispatch_to_queue(request->queue, callback);
    if (FAILED(hr))
    {
        request->flags = 0;
        request->queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
        hr = event_dispatch_to_queue(request->queue, callback);
    }
    if (FAILED(hr))
        hr = event_dispatch_to_thread_pool(callback);
    if (FAILED(hr))
        event_request_move(request, EVENT_REQUEST_SCHEDULED, EVENT_REQUEST_WAITING);
    return hr;
}

bool event_request_withdraw(struct event_request *request)
{
    return event_request_move(request, EVENT_REQUEST_WAITING, EVENT_REQUEST_ABANDONED);
}

void event_request_abandon(struct event_request *request)
{
    LONG phase = InterlockedExchange(&request->phase, EVENT_REQUEST_ABANDONED);
    IMFAsyncResult *result = NULL;

    if (phase != EVENT_REQUEST_INVOKED)
    {
        result = request->result;
        request->result = NULL;
    }
    event_request_release(request);
    if (result)
        IMFAsyncResult_Release(result);
}
