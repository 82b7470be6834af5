/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events: IMFMediaEvent objects of our own.
 *
 * An event is a snapshot: its type, extended type, status and value are copied at birth and never change. It outlives
 * the object that raised it. Its attributes, which this API does not use, come into being when somebody asks for one.
 */
#ifndef WMDRM_SHELL_EVENT_H
#define WMDRM_SHELL_EVENT_H

#include <windows.h>
#include <mfobjects.h>

/* What strings events together in a queue. An event has one inside, for the one time that who made it queues it. */
struct event_link
{
    struct event_link *next;
    IMFMediaEvent *event; /* a reference, while in a queue */
};

/* The link inside an event that the caller has just made; the caller's reference goes with it. */
struct event_link *event_link_from_new_event(IMFMediaEvent *event);

/*
 * Makes an event with one reference. The value is copied deeply (an interface gets a reference, a text is duplicated);
 * NULL stands for VT_EMPTY.
 *
 * Returns S_OK; E_POINTER for no out; E_INVALIDARG for no extended_type; E_OUTOFMEMORY; or what PropVariantCopy says of
 * a value that cannot be copied. *out is NULL on failure.
 */
HRESULT media_event_create(MediaEventType type, REFGUID extended_type, HRESULT status, const PROPVARIANT *value,
                           IMFMediaEvent **out);

/* The same with GUID_NULL and an interface for value (VT_UNKNOWN), which gets a reference; NULL gives VT_EMPTY. */
HRESULT media_event_create_unknown(MediaEventType type, HRESULT status, IUnknown *value, IMFMediaEvent **out);

/* The status of an event that was made ahead of time, and that nobody has seen yet. */
void media_event_set_status(IMFMediaEvent *event, HRESULT status);

/* The value of one that was made without any; gets a reference. Needs no memory. */
void media_event_set_value(IMFMediaEvent *event, IUnknown *value);

#endif
