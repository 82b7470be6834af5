/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: what the application began with BeginGetEvent and has not ended yet.
 *
 * It is the IMFAsyncResult that the application's Invoke gets, and it holds the callback and the state. It comes back
 * to the generator only through the application's EndGetEvent: it knows no generator, so it outlives any.
 *
 * The results that MFCreateAsyncResult makes are not used, because each locks Media Foundation's platform as long as it
 * lives (documented): an application that never ends a request would then block MFShutdown, and with it WMDRMShutdown.
 */
#ifndef WMDRM_SHELL_EVENT_REQUEST_H
#define WMDRM_SHELL_EVENT_REQUEST_H

#include <stdbool.h>
#include <windows.h>
#include <mfapi.h>
#include <mfobjects.h>

enum event_request_phase
{
    EVENT_REQUEST_WAITING,   /* nothing scheduled */
    EVENT_REQUEST_SCHEDULED, /* Invoke will be called */
    EVENT_REQUEST_INVOKED,   /* Invoke has been entered */
    EVENT_REQUEST_ABANDONED, /* Invoke will never be called */
};

struct event_request
{
    /* What the application sees. Whoever hands a result of their own making to the platform, as an application may do
     * with this one, has to begin it like this. */
    MFASYNCRESULT result;
    /* What the work queue sees, in place of the application's callback: another object by its looks, of one life. */
    IMFAsyncCallback work_item;
    LONG refcount;
    LONG phase;                 /* enum event_request_phase, changed by interlocked operations */
    IMFAsyncCallback *callback; /* owned, as state is; both NULL once abandoned */
    IUnknown *state;
    DWORD flags;
    DWORD queue;
};

/*
 * Makes a request with one reference. Calls application code: GetParameters, for the flags and the queue (0 and the
 * standard queue where it fails), and AddRef.
 *
 * Returns S_OK or E_OUTOFMEMORY; *out is set only on success.
 */
HRESULT event_request_create(IMFAsyncCallback *callback, IUnknown *state, struct event_request **out);

void event_request_add_ref(struct event_request *request);

/* May call application code: the Release of callback and state. */
void event_request_release(struct event_request *request);

/* Whether result is the request's; any pointer will do. */
bool event_request_has_result(const struct event_request *request, const IMFAsyncResult *result);

bool event_request_is_waiting(struct event_request *request);

/*
 * Schedules the one Invoke of a waiting request, on another thread; does nothing in another phase. Calls no
 * application code.
 *
 * Returns S_OK; or a failure, and the request is waiting as before.
 */
HRESULT event_request_dispatch(struct event_request *request);

/* Makes sure that a waiting request is never invoked; false, with nothing changed, where it is in another phase. */
bool event_request_withdraw(struct event_request *request);

/* Gives the request up, with one reference: unless it has begun, Invoke is not called any more, also where it was
 * scheduled, and callback and state are released at once. */
void event_request_abandon(struct event_request *request);

#endif
