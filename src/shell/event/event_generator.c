/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: a queue of events, readers that wait for them, and one request. */
#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>
#include <mferror.h>
#include <mfidl.h>

#include "shell/event/event.h"
#include "shell/event/event_fifo.h"
#include "shell/event/event_generator.h"
#include "shell/event/event_request.h"

struct event_core
{
    LONG refcount; /* the object, and every call that comes back to the core after waiting or calling out */

    SRWLOCK lock; /* guards everything below */
    CONDITION_VARIABLE wake;
    unsigned int readers;          /* waiting in GetEvent */
    unsigned int woken;            /* of these, those that a wake-up is on its way to */
    bool closed;
    struct event_fifo events;
    struct event_request *request; /* begun and not ended */
    /* The oldest event, out of the list because the request's Invoke is for it: no reader gets it. Where there was no
     * memory to schedule the Invoke it stays promised, and the next event tries again. Where no request is left it is
     * simply the first to be taken. */
    IMFMediaEvent *promised;
};

/* What is left of a core that closes, to be let go outside the lock. */
struct event_remains
{
    struct event_fifo events;
    struct event_request *request;
    IMFMediaEvent *promised;
};

static void event_core_add_ref(struct event_core *core)
{
    InterlockedIncrement(&core->refcount);
}

static void event_core_release(struct event_core *core)
{
    if (!InterlockedDecrement(&core->refcount))
        free(core);
}

/* --- beginning and end ------------------------------------------------------------------------------------ */

HRESULT event_generator_init(struct event_generator *generator)
{
    struct event_core *core = calloc(1, sizeof(*core));

    if (!core)
        return E_OUTOFMEMORY;
    core->refcount = 1;
    InitializeSRWLock(&core->lock);
    InitializeConditionVariable(&core->wake);
    generator->core = core;
    return S_OK;
}

/* Closes the core, once, and wakes all readers. */
static void event_core_close(struct event_core *core, struct event_remains *remains)
{
    AcquireSRWLockExclusive(&core->lock);
    core->closed = true;
    remains->events = core->events;
    remains->request = core->request;
    remains->promised = core->promised;
    core->events = (struct event_fifo){ 0 };
    core->request = NULL;
    core->promised = NULL;
    ReleaseSRWLockExclusive(&core->lock);
    WakeAllConditionVariable(&core->wake);
}

static void event_remains_release(struct event_remains *remains)
{
    if (remains->promised)
        IMFMediaEvent_Release(remains->promised);
    event_fifo_release(&remains->events);
}

HRESULT event_generator_shutdown(struct event_generator *generator)
{
    struct event_remains remains;

    event_core_close(generator->core, &remains);
    if (remains.request)
    {
        /* Does nothing where the Invoke is on its way already. */
        if (SUCCEEDED(event_request_dispatch(remains.request)))
            event_request_release(remains.request);
        else
            event_request_abandon(remains.request);
    }
    event_remains_release(&remains);
    return S_OK;
}

static void event_core_abandon(struct event_core *core)
{
    struct event_remains remains;

    event_core_close(core, &remains);
    if (remains.request)
        event_request_abandon(remains.request);
    event_remains_release(&remains);
}

void event_generator_abandon(struct event_generator *generator)
{
    event_core_abandon(generator->core);
}

void event_generator_cleanup(struct event_generator *generator)
{
    struct event_core *core = generator->core;

    event_core_abandon(core);
    event_core_release(core);
}

/* --- what everybody does under the lock ------------------------------------------------------------------- */

/* The oldest event that a reader may have, or NULL. */
static IMFMediaEvent *event_core_take_locked(struct event_core *core)
{
    IMFMediaEvent *event;

    if (core->request || !core->promised)
        return event_fifo_pop(&core->events);
    event = core->promised;
    core->promised = NULL;
    return event;
}

/* Promises the oldest event to a request that has none, or finds a promise whose Invoke could not be scheduled. Returns
 * a reference to the request that is to be dispatched, or NULL. */
static struct event_request *event_core_promise_locked(struct event_core *core)
{
    if (!core->request)
        return NULL;
    if (!core->promised)
        core->promised = event_fifo_pop(&core->events);
    if (!core->promised || !event_request_is_waiting(core->request))
        return NULL;
    event_request_add_ref(core->request);
    return core->request;
}

/* Whether there is a reader to wake, which is to be done after the lock is left. */
static bool event_core_wake_locked(struct event_core *core)
{
    if (core->readers == core->woken)
        return false;
    if (event_fifo_is_empty(&core->events) && (core->request || !core->promised))
        return false;
    core->woken++;
    return true;
}

/* --- queueing --------------------------------------------------------------------------------------------- */

/* Queues an event and takes over the caller's reference to it, unless it fails. */
static HRESULT event_core_push(struct event_core *core, IMFMediaEvent *event)
{
    struct event_request *request = NULL;
    bool wake = false;
    HRESULT hr = MF_E_SHUTDOWN;

    AcquireSRWLockExclusive(&core->lock);
    if (!core->closed)
        hr = event_fifo_push(&core->events, event);
    if (SUCCEEDED(hr))
    {
        request = event_core_promise_locked(core);
        wake = event_core_wake_locked(core);
    }
    ReleaseSRWLockExclusive(&core->lock);

    if (wake)
        WakeConditionVariable(&core->wake);
    if (request)
    {
        event_request_dispatch(request); /* a failure leaves the promise, see struct event_core */
        event_request_release(request);
    }
    return hr;
}

HRESULT event_generator_queue(struct event_generator *generator, IMFMediaEvent *event)
{
    HRESULT hr;

    IMFMediaEvent_AddRef(event);
    hr = event_core_push(generator->core, event);
    if (FAILED(hr))
        IMFMediaEvent_Release(event);
    return hr;
}

HRESULT event_generator_queue_event(struct event_generator *generator, MediaEventType type, REFGUID extended_type,
                                    HRESULT status, const PROPVARIANT *value)
{
    IMFMediaEvent *event;
    HRESULT hr;

    hr = media_event_create(type, extended_type, status, value, &event);
    if (FAILED(hr))
        return hr;
    hr = event_core_push(generator->core, event);
    if (FAILED(hr))
        IMFMediaEvent_Release(event);
    return hr;
}

HRESULT event_generator_queue_unknown(struct event_generator *generator, MediaEventType type, HRESULT status,
                                      IUnknown *value)
{
    IMFMediaEvent *event;
    HRESULT hr;

    hr = media_event_create_unknown(type, status, value, &event);
    if (FAILED(hr))
        return hr;
    hr = event_core_push(generator->core, event);
    if (FAILED(hr))
        IMFMediaEvent_Release(event);
    return hr;
}

/* --- GetEvent --------------------------------------------------------------------------------------------- */

/* Waits for an event, or for the end. A request that begins meanwhile takes precedence: what is promised to it is not
 * in the list any more. */
static IMFMediaEvent *event_core_wait_locked(struct event_core *core)
{
    IMFMediaEvent *event;

    core->readers++;
    while (!(event = event_core_take_locked(core)) && !core->closed)
    {
        SleepConditionVariableSRW(&core->wake, &core->lock, INFINITE, 0);
        /* Also after a wake-up that nobody sent: then one too many is sent to somebody, which is harmless. */
        if (core->woken)
            core->woken--;
    }
    core->readers--;
    return event;
}

HRESULT event_generator_get_event(struct event_generator *generator, DWORD flags, IMFMediaEvent **out)
{
    struct event_core *core = generator->core;
    IMFMediaEvent *event = NULL;
    HRESULT hr = S_OK;
    bool waited = false;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (flags & ~MF_EVENT_FLAG_NO_WAIT)
        return E_INVALIDARG;

    AcquireSRWLockExclusive(&core->lock);
    if (core->closed)
        hr = MF_E_SHUTDOWN;
    else if (core->request)
        hr = MF_E_MULTIPLE_SUBSCRIBERS;
    else if (!(event = event_core_take_locked(core)))
    {
        if (flags & MF_EVENT_FLAG_NO_WAIT)
            hr = MF_E_NO_EVENTS_AVAILABLE;
        else
        {
            waited = true;
            event_core_add_ref(core);
            event = event_core_wait_locked(core);
            if (!event)
                hr = MF_E_SHUTDOWN;
        }
    }
    ReleaseSRWLockExclusive(&core->lock);
    if (waited)
        event_core_release(core);

    *out = event;
    return hr;
}

/* --- BeginGetEvent and EndGetEvent ------------------------------------------------------------------------- */

/* What stands in the way of a new request: S_OK for nothing. */
static HRESULT event_core_judge_begin_locked(const struct event_core *core, const IMFAsyncCallback *callback,
                                             const IUnknown *state)
{
    if (core->closed)
        return MF_E_SHUTDOWN;
    if (!core->request)
        return S_OK;
    if (core->request->callback != callback)
        return MF_E_MULTIPLE_SUBSCRIBERS;
    return core->request->state == state ? MF_S_MULTIPLE_BEGIN : MF_E_MULTIPLE_BEGIN;
}

/* There was no memory to schedule the Invoke of a request that has just begun: takes it back, so that BeginGetEvent
 * fails and its event is anybody's again. Somebody else's attempt may have succeeded meanwhile: then it has begun. */
static HRESULT event_core_withdraw(struct event_core *core, struct event_request *request, HRESULT failure)
{
    bool withdrawn;
    bool own = false;
    bool wake = false;

    AcquireSRWLockExclusive(&core->lock);
    withdrawn = event_request_withdraw(request);
    if (withdrawn && core->request == request)
    {
        core->request = NULL;
        own = true;
        wake = event_core_wake_locked(core);
    }
    ReleaseSRWLockExclusive(&core->lock);

    if (wake)
        WakeConditionVariable(&core->wake);
    if (own)
        event_request_release(request);
    return withdrawn ? failure : S_OK;
}

/* Makes a request the core's, with the caller's reference, or lets it go. */
static HRESULT event_core_begin(struct event_core *core, struct event_request *request)
{
    struct event_request *dispatch = NULL;
    HRESULT hr;

    AcquireSRWLockExclusive(&core->lock);
    hr = event_core_judge_begin_locked(core, request->callback, request->state);
    if (hr == S_OK)
    {
        core->request = request;
        dispatch = event_core_promise_locked(core);
    }
    ReleaseSRWLockExclusive(&core->lock);

    if (hr != S_OK)
        event_request_release(request);
    if (dispatch)
    {
        hr = event_request_dispatch(dispatch);
        if (FAILED(hr))
            hr = event_core_withdraw(core, dispatch, hr);
        event_request_release(dispatch);
    }
    return hr;
}

HRESULT event_generator_begin_get_event(struct event_generator *generator, IMFAsyncCallback *callback,
                                        IUnknown *state)
{
    struct event_core *core = generator->core;
    struct event_request *request;
    HRESULT hr;

    if (!callback)
        return E_INVALIDARG;

    AcquireSRWLockExclusive(&core->lock);
    hr = event_core_judge_begin_locked(core, callback, state);
    ReleaseSRWLockExclusive(&core->lock);
    if (hr != S_OK)
        return hr;

    /* Making a request calls the application, so it is made outside the lock and judged again. */
    event_core_add_ref(core);
    hr = event_request_create(callback, state, &request);
    if (SUCCEEDED(hr))
        hr = event_core_begin(core, request);
    event_core_release(core);
    return hr;
}

HRESULT event_generator_end_get_event(struct event_generator *generator, IMFAsyncResult *result, IMFMediaEvent **out)
{
    struct event_core *core = generator->core;
    struct event_request *request = NULL;
    HRESULT hr = E_FAIL;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (!result)
        return E_INVALIDARG;

    /* The result is only compared, never used: it may be anybody's. */
    AcquireSRWLockExclusive(&core->lock);
    if (core->closed)
        hr = MF_E_SHUTDOWN;
    else if (core->request && core->request->result == result && core->promised)
    {
        request = core->request;
        *out = core->promised;
        core->request = NULL;
        core->promised = NULL;
        hr = S_OK;
    }
    ReleaseSRWLockExclusive(&core->lock);

    if (request)
        event_request_release(request);
    return hr;
}
