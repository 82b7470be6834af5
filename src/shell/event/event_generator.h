/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event generator: IMFMediaEventGenerator for every object that has asynchronous methods. docs/events.md has its
 * rules.
 *
 * An object embeds a struct event_generator as its member `events` and forwards the four methods with the two macros
 * below. Any thread may call any function at any time. No application code runs while the generator holds its lock;
 * where a function can call application code (Release of an event, a state, a callback) that is the last thing it
 * does, and the generator does not touch the object any more: it may be gone.
 */
#ifndef WMDRM_SHELL_EVENT_GENERATOR_H
#define WMDRM_SHELL_EVENT_GENERATOR_H

#include <windows.h>
#include <mfobjects.h>

struct event_core;

struct event_generator
{
    /* Behind a pointer, since threads that wait in GetEvent must survive the object. */
    struct event_core *core;
};

/* Returns S_OK or E_OUTOFMEMORY. */
HRESULT event_generator_init(struct event_generator *generator);

/*
 * The application's Shutdown: readers wake, a request that is pending is invoked once, queued events are released, and
 * from then on everything answers MF_E_SHUTDOWN. Waits for nothing. Returns S_OK, also again.
 */
HRESULT event_generator_shutdown(struct event_generator *generator);

/*
 * The application's last Release, while workers may still hold the object: like Shutdown, except that a pending request
 * is released without being invoked. Afterwards the object's own event_generator_queue_new returns MF_E_SHUTDOWN.
 */
void event_generator_abandon(struct event_generator *generator);

/* The end of the object: abandons, and gives up the memory. The embedded struct may be freed at once. */
void event_generator_cleanup(struct event_generator *generator);

/* The four methods of IMFMediaEventGenerator. */
HRESULT event_generator_get_event(struct event_generator *generator, DWORD flags, IMFMediaEvent **out);
HRESULT event_generator_begin_get_event(struct event_generator *generator, IMFAsyncCallback *callback,
                                        IUnknown *state);
HRESULT event_generator_end_get_event(struct event_generator *generator, IMFAsyncResult *result, IMFMediaEvent **out);
HRESULT event_generator_queue_event(struct event_generator *generator, MediaEventType type, REFGUID extended_type,
                                    HRESULT status, const PROPVARIANT *value);

/* The object's own events: queues one of media_event_create that was in no queue yet, and takes its one reference, also
 * on failure. Needs no memory: S_OK or MF_E_SHUTDOWN. */
HRESULT event_generator_queue_new(struct event_generator *generator, IMFMediaEvent *event);

/*
 * The four slots for an object, for example EVENT_GENERATOR_FORWARDERS(security, IWMDRMSecurity) beside its methods and
 * EVENT_GENERATOR_SLOTS(security) in its vtable, among designated initializers. It needs the converter
 * security_from_IWMDRMSecurity.
 */
#define EVENT_GENERATOR_FORWARDERS(object, interface_type)                                                        \
    static HRESULT STDMETHODCALLTYPE object##_GetEvent(interface_type *iface, DWORD flags, IMFMediaEvent **out)   \
    {                                                                                                             \
        return event_generator_get_event(&object##_from_##interface_type(iface)->events, flags, out);             \
    }                                                                                                             \
                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE object##_BeginGetEvent(interface_type *iface, IMFAsyncCallback *callback,    \
                                                            IUnknown *state)                                      \
    {                                                                                                             \
        return event_generator_begin_get_event(&object##_from_##interface_type(iface)->events, callback, state);  \
    }                                                                                                             \
                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE object##_EndGetEvent(interface_type *iface, IMFAsyncResult *result,          \
                                                          IMFMediaEvent **out)                                    \
    {                                                                                                             \
        return event_generator_end_get_event(&object##_from_##interface_type(iface)->events, result, out);        \
    }                                                                                                             \
                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE object##_QueueEvent(interface_type *iface, MediaEventType type,              \
                                                         REFGUID extended_type, HRESULT status,                   \
                                                         const PROPVARIANT *value)                                \
    {                                                                                                             \
        return event_generator_queue_event(&object##_from_##interface_type(iface)->events, type, extended_type,   \
                                           status, value);                                                        \
    }

#define EVENT_GENERATOR_SLOTS(object)         \
    .GetEvent = object##_GetEvent,            \
    .BeginGetEvent = object##_BeginGetEvent,  \
    .EndGetEvent = object##_EndGetEvent,      \
    .QueueEvent = object##_QueueEvent

#endif
