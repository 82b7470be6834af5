/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: a queue of events, readers that wait for them, and one request. */
#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>
#include <mferror.h>
#include <mfidl.h>

#include "shell/event/event.h"
#include "shell/event/event_callback.h"
#include "shell/event/event_generator.h"
#include "shell/event/event_inbox.h"
#include "shell/event/event_request.h"

struct event_core
{
    LONG refcount; /* the object, and every call that comes back to the core after waiting or calling out */

    struct event_inbox inbox; /* where events arrive; anybody pushes, the rest is under the lock */

    /* Guards everything below. A critical section: under Wine 8 its pair of calls takes 11 ns, an SRWLOCK's 37. */
    CRITICAL_SECTION lock;
    CONDITION_VARIABLE wake;
    bool closed;
    bool asleep;                   /* readers sleep that nobody has woken yet */
    struct event_chain events;     /* collected from the inbox */
    struct event_request *request; /* begun and not ended */
    /* The event that the request's Invoke is for, which no reader gets any more; NULL without a request. Where there
     * was no memory to schedule the Invoke it stays promised, and the next event to be queued tries again. */
    struct event_link *promised;
};

/* What is to be done once the lock is left. */
struct event_duties
{
    bool wake;                     /* all readers that sleep */
    struct event_request *request; /* to be dispatched, and released */
};

/* What is left of a core that closes, to be let go once the lock is left. */
struct event_remains
{
    struct event_chain collected;
    struct event_chain arrived;
    struct event_link *promised;
    struct event_request *request;
};

static void event_core_add_ref(struct event_core *core)
{
    InterlockedIncrement(&core->refcount);
}

static void event_core_release(struct event_core *core)
{
    if (!InterlockedDecrement(&core->refcount))
    {
        DeleteCriticalSection(&core->lock);
        free(core);
    }
}

/* --- beginning and end ------------------------------------------------------------------------------------ */

HRESULT event_generator_init(struct event_generator *generator)
{
    struct event_core *core = calloc(1, sizeof(*core));

    if (!core)
        return E_OUTOFMEMORY;
    core->refcount = 1;
    event_inbox_init(&core->inbox);
    InitializeCriticalSectionEx(&core->lock, 0, CRITICAL_SECTION_NO_DEBUG_INFO);
    InitializeConditionVariable(&core->wake);
    generator->core = core;
    return S_OK;
}

/* Closes the core and wakes all readers. Leaves nothing where it was closed before. */
static void event_core_close(struct event_core *core, struct event_remains *remains)
{
    EnterCriticalSection(&core->lock);
    core->closed = true;
    core->asleep = false; /* all are woken, and an event that knocks late has nobody to serve */
    remains->collected = core->events;
    remains->arrived = event_inbox_close(&core->inbox);
    remains->promised = core->promised;
    remains->request = core->request;
    core->events.oldest = NULL;
    core->promised = NULL;
    core->request = NULL;
    LeaveCriticalSection(&core->lock);
    WakeAllConditionVariable(&core->wake);
}

static void event_chain_release(struct event_chain chain)
{
    struct event_link *link = chain.oldest;

    while (link)
    {
        struct event_link *next = link->next;

        IMFMediaEvent_Release(link->event);
        link = next;
    }
}

static void event_remains_release(struct event_remains *remains)
{
    if (remains->promised)
        IMFMediaEvent_Release(remains->promised->event);
    event_chain_release(remains->collected);
    event_chain_release(remains->arrived);
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

/* --- who gets what ----------------------------------------------------------------------------------------- */

static void event_core_collect_locked(struct event_core *core)
{
    struct event_chain arrived = event_inbox_collect(&core->inbox);

    if (!arrived.oldest)
        return;
    if (core->events.oldest)
        core->events.newest->next = arrived.oldest;
    else
        core->events.oldest = arrived.oldest;
    core->events.newest = arrived.newest;
}

/* The oldest event that nobody was promised, or NULL. */
static struct event_link *event_core_take_locked(struct event_core *core)
{
    struct event_link *link;

    if (!core->events.oldest)
        event_core_collect_locked(core);
    link = core->events.oldest;
    if (link)
        core->events.oldest = link->next;
    return link;
}

/* Whether the next event is the request's. Then the inbox is watched, or whoever knocked is on the way in. */
static bool event_core_request_is_next_locked(const struct event_core *core)
{
    return core->request && !core->promised;
}

/* Has the next event that is queued knock. */
static void event_core_watch_locked(struct event_core *core)
{
    while (!event_inbox_watch(&core->inbox))
        event_core_collect_locked(core);
}

/* Gives events to those that wait for them, first to the request, and sees to it that the next event knocks where
 * somebody still waits. */
static void event_core_serve_locked(struct event_core *core, struct event_duties *duties)
{
    bool waits;

    do
    {
        if (event_core_request_is_next_locked(core))
            core->promised = event_core_take_locked(core);
        event_core_collect_locked(core);
        waits = event_core_request_is_next_locked(core) || (core->asleep && !core->events.oldest);
    } while (waits && !event_inbox_watch(&core->inbox));

    duties->request = NULL;
    if (core->promised && event_request_is_waiting(core->request))
    {
        duties->request = core->request;
        event_request_add_ref(core->request);
    }
    duties->wake = core->asleep && core->events.oldest;
    if (duties->wake)
        core->asleep = false;
}

/* --- queueing --------------------------------------------------------------------------------------------- */

/* Schedules the Invoke of a request. */
static HRESULT event_core_dispatch(struct event_core *core, struct event_request *request)
{
    HRESULT hr = event_request_dispatch(request);

    if (FAILED(hr))
    {
        EnterCriticalSection(&core->lock);
        if (core->request == request)
            event_core_watch_locked(core);
        LeaveCriticalSection(&core->lock);
    }
    return hr;
}

/* Somebody waits for the event that was just queued. The Invoke may be over before its request is let go here: then
 * this runs the destructor of the application's callback, perhaps on a worker, which WMDRMShutdown would wait for. */
static void event_core_answer_knock(struct event_core *core)
{
    struct event_duties duties;
    bool entered;

    EnterCriticalSection(&core->lock);
    event_core_serve_locked(core, &duties);
    LeaveCriticalSection(&core->lock);

    if (duties.wake)
        WakeAllConditionVariable(&core->wake);
    if (duties.request)
    {
        event_core_dispatch(core, duties.request);
        entered = event_callback_enter();
        event_request_release(duties.request);
        event_callback_leave(entered);
    }
}

/* Queues an event and takes over the reference that the link has, unless it fails. */
static HRESULT event_core_push(struct event_core *core, struct event_link *link)
{
    enum event_inbox_answer answer = event_inbox_push(&core->inbox, link);

    if (answer == EVENT_INBOX_KNOCK)
        event_core_answer_knock(core);
    return answer == EVENT_INBOX_CLOSED ? MF_E_SHUTDOWN : S_OK;
}

/* Queues what media_event_create made, with the reference. */
static HRESULT event_core_push_new(struct event_core *core, IMFMediaEvent *event)
{
    HRESULT hr = event_core_push(core, event_link_from_new_event(event));

    if (FAILED(hr))
        IMFMediaEvent_Release(event);
    return hr;
}

HRESULT event_generator_queue_new(struct event_generator *generator, IMFMediaEvent *event)
{
    return event_core_push_new(generator->core, event);
}

HRESULT event_generator_queue_event(struct event_generator *generator, MediaEventType type, REFGUID extended_type,
                                    HRESULT status, const PROPVARIANT *value)
{
    IMFMediaEvent *event;
    HRESULT hr;

    hr = media_event_create(type, extended_type, status, value, &event);
    return SUCCEEDED(hr) ? event_core_push_new(generator->core, event) : hr;
}

/* --- GetEvent --------------------------------------------------------------------------------------------- */

/* Waits for an event, or for the end, which is NULL. Where a request begins meanwhile, the next event is the request's
 * and the one after it may be the reader's. */
static struct event_link *event_core_wait_locked(struct event_core *core)
{
    struct event_link *link = NULL;

    while (!core->closed)
    {
        bool behind = event_core_request_is_next_locked(core);

        if (!behind && (link = event_core_take_locked(core)))
            break;
        if (behind || event_inbox_watch(&core->inbox))
        {
            core->asleep = true;
            SleepConditionVariableCS(&core->wake, &core->lock, INFINITE);
        }
    }
    return link;
}

HRESULT event_generator_get_event(struct event_generator *generator, DWORD flags, IMFMediaEvent **out)
{
    struct event_core *core = generator->core;
    struct event_link *link = NULL;
    bool waited = false;
    HRESULT hr = S_OK;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (flags & ~MF_EVENT_FLAG_NO_WAIT)
        return E_INVALIDARG;

    EnterCriticalSection(&core->lock);
    if (core->closed)
        hr = MF_E_SHUTDOWN;
    else if (core->request)
        hr = MF_E_MULTIPLE_SUBSCRIBERS;
    else if (!(link = event_core_take_locked(core)))
    {
        if (flags & MF_EVENT_FLAG_NO_WAIT)
            hr = MF_E_NO_EVENTS_AVAILABLE;
        else
        {
            /* The object may be gone when it returns. */
            event_core_add_ref(core);
            waited = true;
            link = event_core_wait_locked(core);
            if (!link)
                hr = MF_E_SHUTDOWN;
        }
    }
    LeaveCriticalSection(&core->lock);
    if (waited)
        event_core_release(core);

    if (link)
        *out = link->event;
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
    struct event_duties duties = { 0 };
    bool withdrawn, own;

    EnterCriticalSection(&core->lock);
    withdrawn = event_request_withdraw(request);
    own = withdrawn && core->request == request;
    if (own)
    {
        core->promised->next = core->events.oldest;
        if (!core->events.oldest)
            core->events.newest = core->promised;
        core->events.oldest = core->promised;
        core->promised = NULL;
        core->request = NULL;
        event_core_serve_locked(core, &duties);
    }
    LeaveCriticalSection(&core->lock);

    if (duties.wake)
        WakeAllConditionVariable(&core->wake);
    if (own)
        event_request_release(request);
    return withdrawn ? failure : S_OK;
}

/* Makes a request the core's, with the caller's reference, or lets it go. */
static HRESULT event_core_begin(struct event_core *core, struct event_request *request)
{
    struct event_duties duties = { 0 };
    HRESULT hr;

    EnterCriticalSection(&core->lock);
    hr = event_core_judge_begin_locked(core, request->callback, request->state);
    if (hr == S_OK)
    {
        core->request = request;
        event_core_serve_locked(core, &duties);
    }
    LeaveCriticalSection(&core->lock);

    if (hr != S_OK)
        event_request_release(request);
    if (duties.wake)
        WakeAllConditionVariable(&core->wake);
    if (duties.request)
    {
        hr = event_core_dispatch(core, duties.request);
        if (FAILED(hr))
            hr = event_core_withdraw(core, duties.request, hr);
        event_request_release(duties.request);
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

    EnterCriticalSection(&core->lock);
    hr = event_core_judge_begin_locked(core, callback, state);
    LeaveCriticalSection(&core->lock);
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
    struct event_link *link = NULL;
    HRESULT hr = E_FAIL;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (!result)
        return E_INVALIDARG;

    /* The result is only compared, never used: it may be anybody's. */
    EnterCriticalSection(&core->lock);
    if (core->closed)
        hr = MF_E_SHUTDOWN;
    else if (core->request && event_request_has_result(core->request, result) && core->promised)
    {
        request = core->request;
        link = core->promised;
        core->request = NULL;
        core->promised = NULL;
        hr = S_OK;
    }
    LeaveCriticalSection(&core->lock);

    if (link)
        *out = link->event;
    if (request)
        event_request_release(request);
    return hr;
}
