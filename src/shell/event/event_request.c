/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request of BeginGetEvent, and its one way to the application's Invoke. */
#include <stdlib.h>
#include <windows.h>
#include <mfidl.h>

#include "shell/com/media_foundation.h"
#include "shell/com/module.h"
#include "shell/event/event_callback.h"
#include "shell/event/event_dispatch.h"
#include "shell/event/event_request.h"

/* --- references ------------------------------------------------------------------------------------------- */

static void event_request_release_callback(struct event_request *request)
{
    IMFAsyncCallback *callback = request->callback;
    IUnknown *state = request->state;

    request->callback = NULL;
    request->state = NULL;
    if (callback)
        IMFAsyncCallback_Release(callback);
    if (state)
        IUnknown_Release(state);
}

static ULONG event_request_change_refcount(struct event_request *request, LONG change)
{
    LONG refcount = InterlockedExchangeAdd(&request->refcount, change) + change;

    if (!refcount)
    {
        event_request_release_callback(request);
        free(request);
    }
    return refcount;
}

void event_request_add_ref(struct event_request *request)
{
    event_request_change_refcount(request, 1);
}

void event_request_release(struct event_request *request)
{
    event_request_change_refcount(request, -1);
}

/* --- the result ------------------------------------------------------------------------------------------- */

static struct event_request *event_request_from_IMFAsyncResult(IMFAsyncResult *iface)
{
    return CONTAINING_RECORD(iface, struct event_request, result.AsyncResult);
}

static HRESULT STDMETHODCALLTYPE event_result_QueryInterface(IMFAsyncResult *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAsyncResult))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IMFAsyncResult_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE event_result_AddRef(IMFAsyncResult *iface)
{
    return event_request_change_refcount(event_request_from_IMFAsyncResult(iface), 1);
}

static ULONG STDMETHODCALLTYPE event_result_Release(IMFAsyncResult *iface)
{
    return event_request_change_refcount(event_request_from_IMFAsyncResult(iface), -1);
}

static HRESULT STDMETHODCALLTYPE event_result_GetState(IMFAsyncResult *iface, IUnknown **out)
{
    IUnknown *state = event_request_from_IMFAsyncResult(iface)->state;

    if (!out)
        return E_POINTER;
    *out = state;
    if (!state)
        return E_POINTER; /* documented */
    IUnknown_AddRef(state);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_result_GetStatus(IMFAsyncResult *iface)
{
    return event_request_from_IMFAsyncResult(iface)->result.hrStatusResult;
}

static HRESULT STDMETHODCALLTYPE event_result_SetStatus(IMFAsyncResult *iface, HRESULT status)
{
    event_request_from_IMFAsyncResult(iface)->result.hrStatusResult = status;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE event_result_GetObject(IMFAsyncResult *iface, IUnknown **out)
{
    (void)iface;
    if (out)
        *out = NULL;
    return E_POINTER; /* documented, where there is none */
}

static IUnknown *STDMETHODCALLTYPE event_result_GetStateNoAddRef(IMFAsyncResult *iface)
{
    return event_request_from_IMFAsyncResult(iface)->state;
}

static const IMFAsyncResultVtbl event_result_vtbl =
{
    /* IUnknown methods */
    event_result_QueryInterface,
    event_result_AddRef,
    event_result_Release,
    /* IMFAsyncResult methods */
    event_result_GetState,
    event_result_GetStatus,
    event_result_SetStatus,
    event_result_GetObject,
    event_result_GetStateNoAddRef,
};

bool event_request_has_result(const struct event_request *request, const IMFAsyncResult *result)
{
    return &request->result.AsyncResult == result;
}

/* --- phases ----------------------------------------------------------------------------------------------- */

/* Moves from one phase to another; false where the request is not in the first. */
static bool event_request_move(struct event_request *request, enum event_request_phase from,
                               enum event_request_phase to)
{
    return InterlockedCompareExchange(&request->phase, to, from) == (LONG)from;
}

bool event_request_is_waiting(struct event_request *request)
{
    return InterlockedCompareExchange(&request->phase, 0, 0) == EVENT_REQUEST_WAITING;
}

bool event_request_withdraw(struct event_request *request)
{
    return event_request_move(request, EVENT_REQUEST_WAITING, EVENT_REQUEST_ABANDONED);
}

void event_request_abandon(struct event_request *request)
{
    /* Once Invoke has begun, callback and state are needed until it and the application are done. */
    if (InterlockedExchange(&request->phase, EVENT_REQUEST_ABANDONED) != EVENT_REQUEST_INVOKED)
        event_request_release_callback(request);
    event_request_release(request);
}

/* --- the work item ---------------------------------------------------------------------------------------- */

static struct event_request *event_request_from_work_item(IMFAsyncCallback *iface)
{
    return CONTAINING_RECORD(iface, struct event_request, work_item);
}

static HRESULT STDMETHODCALLTYPE work_item_QueryInterface(IMFAsyncCallback *iface, REFIID iid, void **out)
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

static ULONG STDMETHODCALLTYPE work_item_AddRef(IMFAsyncCallback *iface)
{
    return event_request_change_refcount(event_request_from_work_item(iface), 1);
}

/* The last one may run the destructor of the application's callback, on a thread of Media Foundation's. */
static ULONG STDMETHODCALLTYPE work_item_Release(IMFAsyncCallback *iface)
{
    bool entered = event_callback_enter();
    ULONG refcount = event_request_change_refcount(event_request_from_work_item(iface), -1);

    event_callback_leave(entered);
    return refcount;
}

static HRESULT STDMETHODCALLTYPE work_item_GetParameters(IMFAsyncCallback *iface, DWORD *flags, DWORD *queue)
{
    struct event_request *request = event_request_from_work_item(iface);

    *flags = request->flags;
    *queue = request->queue;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE work_item_Invoke(IMFAsyncCallback *iface, IMFAsyncResult *item)
{
    struct event_request *request = event_request_from_work_item(iface);

    (void)item; /* the work queue's own, of no interest to the application */
    if (event_request_move(request, EVENT_REQUEST_SCHEDULED, EVENT_REQUEST_INVOKED))
        event_callback_invoke(request->callback, &request->result.AsyncResult);
    return S_OK;
}

static const IMFAsyncCallbackVtbl work_item_vtbl =
{
    /* IUnknown methods */
    work_item_QueryInterface,
    work_item_AddRef,
    work_item_Release,
    /* IMFAsyncCallback methods */
    work_item_GetParameters,
    work_item_Invoke,
};

HRESULT event_request_dispatch(struct event_request *request)
{
    HRESULT hr;

    if (!event_request_move(request, EVENT_REQUEST_WAITING, EVENT_REQUEST_SCHEDULED))
        return S_OK;

    /* BeginGetEvent has promised an Invoke, so a queue that does not take it is no end: it may not exist any more, or
     * the flags clash with it, or the application has shut Media Foundation down once too often. */
    hr = event_dispatch_to_queue(request->queue, &request->work_item);
    if (FAILED(hr))
    {
        request->flags = 0;
        request->queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
        hr = event_dispatch_to_queue(request->queue, &request->work_item);
    }
    if (FAILED(hr))
        hr = event_dispatch_to_thread_pool(&request->work_item);
    if (FAILED(hr))
        event_request_move(request, EVENT_REQUEST_SCHEDULED, EVENT_REQUEST_WAITING);
    return hr;
}

/* --- beginning -------------------------------------------------------------------------------------------- */

HRESULT event_request_create(IMFAsyncCallback *callback, IUnknown *state, struct event_request **out)
{
    struct event_request *request = calloc(1, sizeof(*request));

    if (!request)
        return E_OUTOFMEMORY;
    module_pin(); /* a thread of a work queue will return into it */
    request->result.AsyncResult.lpVtbl = &event_result_vtbl;
    request->result.pCallback = callback;
    request->work_item.lpVtbl = &work_item_vtbl;
    request->refcount = 1;
    request->phase = EVENT_REQUEST_WAITING;
    request->callback = callback;
    request->state = state;
    IMFAsyncCallback_AddRef(callback);
    if (state)
        IUnknown_AddRef(state);
    /* Once, and here: afterwards an event can be queued without a call into the application. */
    if (FAILED(IMFAsyncCallback_GetParameters(callback, &request->flags, &request->queue))
            || request->queue == MFASYNC_CALLBACK_QUEUE_UNDEFINED)
    {
        request->flags = 0;
        request->queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
    }
    /* Now rather than when the event is there. Should it fail, event_dispatch_to_queue will say so. */
    media_foundation_require();
    *out = request;
    return S_OK;
}
