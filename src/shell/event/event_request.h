/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: what the application began with BeginGetEvent and has not ended yet.
 *
 * A request holds the application's callback and state through the result that Invoke is called with, and comes back
 * to the generator only through the application's EndGetEvent: it knows no generator, so it outlives any.
 */
#ifndef WMDRM_SHELL_EVENT_REQUEST_H
#define WMDRM_SHELL_EVENT_REQUEST_H

#include <stdbool.h>
#include <windows.h>
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
    IMFAsyncCallback IMFAsyncCallback_iface; /* what the work queue is given, in place of the application's */
    LONG refcount;
    LONG phase;                 /* enum event_request_phase, changed by interlocked operations */
    IMFAsyncResult *result;     /* owned; NULL once abandoned */
    IMFAsyncCallback *callback; /* borrowed from result, as state is */
    IUnknown *state;
    DWORD flags;
    DWORD queue;
};

/*
 * Makes a request with one reference. Calls application code: GetParameters, for the flags and the queue (0 and the
 * standard queue where it fails), and AddRef.
 *
 * Returns S_OK, E_OUTOFMEMORY, or why Media Foundation does not start; *out is set only on success.
 */
HRESULT event_request_create(IMFAsyncCallback *callback, IUnknown *state, struct event_request **out);

void event_request_add_ref(struct event_request *request);

/* May call application code: the Release of callback and state. */
void event_request_release(struct event_request *request);

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
