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

#endif
