/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: an immutable IMFMediaEvent over attributes that are made at first use. */
#include <windows.h>
#include <mfapi.h>
#include <mfidl.h>
#include <propidl.h>

#include "shell/com/attributes_forwarders.h"
#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/event/event.h"
#include "shell/event/event_pool.h"

struct media_event
{
    IMFMediaEvent IMFMediaEvent_iface;
    LONG refcount;
    MediaEventType type;
    HRESULT status;
    GUID extended_type;
    PROPVARIANT value;
    struct event_link link;
    IMFAttributes *attributes; /* set once, by attributes_require */
    struct free_threaded free_threaded;
};

static struct media_event *media_event_from_IMFMediaEvent(IMFMediaEvent *iface)
{
    return CONTAINING_RECORD(iface, struct media_event, IMFMediaEvent_iface);
}

static HRESULT STDMETHODCALLTYPE media_event_QueryInterface(IMFMediaEvent *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&media_event_from_IMFMediaEvent(iface)->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAttributes) && !IsEqualIID(iid, &IID_IMFMediaEvent))
        return E_NOINTERFACE;
    *out = iface;
    IMFMediaEvent_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE media_event_AddRef(IMFMediaEvent *iface)
{
    return InterlockedIncrement(&media_event_from_IMFMediaEvent(iface)->refcount);
}

static ULONG STDMETHODCALLTYPE media_event_Release(IMFMediaEvent *iface)
{
    struct media_event *event = media_event_from_IMFMediaEvent(iface);
    ULONG refcount = InterlockedDecrement(&event->refcount);

    if (!refcount)
    {
        if (event->attributes)
            IMFAttributes_Release(event->attributes);
        free_threaded_cleanup(&event->free_threaded);
        if (event->value.vt != VT_EMPTY)
            PropVariantClear(&event->value);
        event_pool_free(event);
        module_remove_object();
    }
    return refcount;
}

ATTRIBUTES_FORWARDERS(media_event, IMFMediaEvent)

static HRESULT STDMETHODCALLTYPE media_event_GetType(IMFMediaEvent *iface, MediaEventType *type)
{
    if (!type)
        return E_POINTER;
    *type = media_event_from_IMFMediaEvent(iface)->type;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE media_event_GetExtendedType(IMFMediaEvent *iface, GUID *extended_type)
{
    if (!extended_type)
        return E_POINTER;
    *extended_type = media_event_from_IMFMediaEvent(iface)->extended_type;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE media_event_GetStatus(IMFMediaEvent *iface, HRESULT *status)
{
    if (!status)
        return E_POINTER;
    *status = media_event_from_IMFMediaEvent(iface)->status;
    return S_OK;
}

/* Copies deeply into a PROPVARIANT of any content: what was there is neither read nor freed. A published sample calls
 * GetValue without PropVariantInit. */
static HRESULT value_copy(PROPVARIANT *out, const PROPVARIANT *value)
{
    HRESULT hr = S_OK;

    PropVariantInit(out);
    if (value->vt != VT_EMPTY)
    {
        hr = PropVariantCopy(out, value);
        if (FAILED(hr))
            PropVariantInit(out);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE media_event_GetValue(IMFMediaEvent *iface, PROPVARIANT *value)
{
    if (!value)
        return E_POINTER;
    return value_copy(value, &media_event_from_IMFMediaEvent(iface)->value);
}

static const IMFMediaEventVtbl media_event_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = media_event_QueryInterface,
    .AddRef = media_event_AddRef,
    .Release = media_event_Release,
    /* IMFAttributes methods */
    ATTRIBUTES_SLOTS(media_event),
    /* IMFMediaEvent methods */
    .GetType = media_event_GetType,
    .GetExtendedType = media_event_GetExtendedType,
    .GetStatus = media_event_GetStatus,
    .GetValue = media_event_GetValue,
};

HRESULT media_event_create(MediaEventType type, REFGUID extended_type, HRESULT status, const PROPVARIANT *value,
                           IMFMediaEvent **out)
{
    struct media_event *event;
    HRESULT hr;

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!extended_type)
        return E_INVALIDARG;

    event = event_pool_allocate(sizeof(*event));
    if (!event)
        return E_OUTOFMEMORY;
    event->IMFMediaEvent_iface.lpVtbl = &media_event_vtbl;
    event->refcount = 1;
    event->type = type;
    event->status = status;
    event->extended_type = *extended_type;
    event->link.event = &event->IMFMediaEvent_iface;
    event->attributes = NULL;
    event->free_threaded.marshaler = NULL;
    PropVariantInit(&event->value);
    if (value && FAILED(hr = value_copy(&event->value, value)))
    {
        event_pool_free(event);
        return hr;
    }
    module_add_object();
    *out = &event->IMFMediaEvent_iface;
    return S_OK;
}

HRESULT media_event_create_unknown(MediaEventType type, HRESULT status, IUnknown *value, IMFMediaEvent **out)
{
    PROPVARIANT variant;

    PropVariantInit(&variant);
    if (value)
    {
        variant.vt = VT_UNKNOWN;
        variant.punkVal = value;
    }
    return media_event_create(type, &GUID_NULL, status, &variant, out);
}

void media_event_set_status(IMFMediaEvent *event, HRESULT status)
{
    media_event_from_IMFMediaEvent(event)->status = status;
}

void media_event_set_value(IMFMediaEvent *event, IUnknown *value)
{
    PROPVARIANT *variant = &media_event_from_IMFMediaEvent(event)->value;

    variant->vt = VT_UNKNOWN;
    variant->punkVal = value;
    IUnknown_AddRef(value);
}

struct event_link *event_link_from_new_event(IMFMediaEvent *event)
{
    return &media_event_from_IMFMediaEvent(event)->link;
}
