/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: an immutable IMFMediaEvent over attributes that are made at first use. */
#include <stdlib.h>
#include <windows.h>
#include <mfapi.h>
#include <mfidl.h>
#include <propidl.h>

#include "shell/com/module.h"
#include "shell/event/event.h"

struct media_event
{
    IMFMediaEvent IMFMediaEvent_iface;
    LONG refcount;
    MediaEventType type;
    HRESULT status;
    GUID extended_type;
    PROPVARIANT value;
    IMFAttributes *attributes; /* NULL until somebody asks; set once, by compare and exchange */
};

static struct media_event *media_event_from_IMFMediaEvent(IMFMediaEvent *iface)
{
    return CONTAINING_RECORD(iface, struct media_event, IMFMediaEvent_iface);
}

static HRESULT STDMETHODCALLTYPE media_event_QueryInterface(IMFMediaEvent *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAttributes) && !IsEqualIID(iid, &IID_IMFMediaEvent))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
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
        if (event->value.vt != VT_EMPTY)
            PropVariantClear(&event->value);
        free(event);
        module_remove_object();
    }
    return refcount;
}

/* IMFAttributes methods */

/* The event's attributes, borrowed. Nearly no event is ever asked for any, so none is born with them. */
static HRESULT media_event_get_attributes(struct media_event *event, IMFAttributes **out)
{
    void *volatile *slot = (void *volatile *)&event->attributes;
    IMFAttributes *attributes = InterlockedCompareExchangePointer(slot, NULL, NULL);
    IMFAttributes *winner;
    HRESULT hr;

    if (!attributes)
    {
        hr = MFCreateAttributes(&attributes, 0);
        if (FAILED(hr))
            return hr;
        winner = InterlockedCompareExchangePointer(slot, attributes, NULL);
        if (winner)
        {
            IMFAttributes_Release(attributes);
            attributes = winner;
        }
    }
    *out = attributes;
    return S_OK;
}

/* Hands one method of IMFAttributes on. The arguments are judged where they are used. */
#define ATTRIBUTES_METHOD(method, parameters, arguments)                                                          \
    static HRESULT STDMETHODCALLTYPE media_event_##method parameters                                              \
    {                                                                                                             \
        IMFAttributes *attributes;                                                                                \
        HRESULT hr = media_event_get_attributes(media_event_from_IMFMediaEvent(iface), &attributes);              \
        return SUCCEEDED(hr) ? IMFAttributes_##method arguments : hr;                                             \
    }

ATTRIBUTES_METHOD(GetItem, (IMFMediaEvent *iface, REFGUID key, PROPVARIANT *value), (attributes, key, value))
ATTRIBUTES_METHOD(GetItemType, (IMFMediaEvent *iface, REFGUID key, MF_ATTRIBUTE_TYPE *type), (attributes, key, type))
ATTRIBUTES_METHOD(CompareItem, (IMFMediaEvent *iface, REFGUID key, REFPROPVARIANT value, BOOL *result),
                  (attributes, key, value, result))
ATTRIBUTES_METHOD(Compare, (IMFMediaEvent *iface, IMFAttributes *theirs, MF_ATTRIBUTES_MATCH_TYPE type, BOOL *result),
                  (attributes, theirs, type, result))
ATTRIBUTES_METHOD(GetUINT32, (IMFMediaEvent *iface, REFGUID key, UINT32 *value), (attributes, key, value))
ATTRIBUTES_METHOD(GetUINT64, (IMFMediaEvent *iface, REFGUID key, UINT64 *value), (attributes, key, value))
ATTRIBUTES_METHOD(GetDouble, (IMFMediaEvent *iface, REFGUID key, double *value), (attributes, key, value))
ATTRIBUTES_METHOD(GetGUID, (IMFMediaEvent *iface, REFGUID key, GUID *value), (attributes, key, value))
ATTRIBUTES_METHOD(GetStringLength, (IMFMediaEvent *iface, REFGUID key, UINT32 *length), (attributes, key, length))
ATTRIBUTES_METHOD(GetString, (IMFMediaEvent *iface, REFGUID key, WCHAR *value, UINT32 size, UINT32 *length),
                  (attributes, key, value, size, length))
ATTRIBUTES_METHOD(GetAllocatedString, (IMFMediaEvent *iface, REFGUID key, WCHAR **value, UINT32 *length),
                  (attributes, key, value, length))
ATTRIBUTES_METHOD(GetBlobSize, (IMFMediaEvent *iface, REFGUID key, UINT32 *size), (attributes, key, size))
ATTRIBUTES_METHOD(GetBlob, (IMFMediaEvent *iface, REFGUID key, UINT8 *value, UINT32 size, UINT32 *blob_size),
                  (attributes, key, value, size, blob_size))
ATTRIBUTES_METHOD(GetAllocatedBlob, (IMFMediaEvent *iface, REFGUID key, UINT8 **value, UINT32 *size),
                  (attributes, key, value, size))
ATTRIBUTES_METHOD(GetUnknown, (IMFMediaEvent *iface, REFGUID key, REFIID iid, void **out),
                  (attributes, key, iid, out))
ATTRIBUTES_METHOD(SetItem, (IMFMediaEvent *iface, REFGUID key, REFPROPVARIANT value), (attributes, key, value))
ATTRIBUTES_METHOD(DeleteItem, (IMFMediaEvent *iface, REFGUID key), (attributes, key))
ATTRIBUTES_METHOD(DeleteAllItems, (IMFMediaEvent *iface), (attributes))
ATTRIBUTES_METHOD(SetUINT32, (IMFMediaEvent *iface, REFGUID key, UINT32 value), (attributes, key, value))
ATTRIBUTES_METHOD(SetUINT64, (IMFMediaEvent *iface, REFGUID key, UINT64 value), (attributes, key, value))
ATTRIBUTES_METHOD(SetDouble, (IMFMediaEvent *iface, REFGUID key, double value), (attributes, key, value))
ATTRIBUTES_METHOD(SetGUID, (IMFMediaEvent *iface, REFGUID key, REFGUID value), (attributes, key, value))
ATTRIBUTES_METHOD(SetString, (IMFMediaEvent *iface, REFGUID key, const WCHAR *value), (attributes, key, value))
ATTRIBUTES_METHOD(SetBlob, (IMFMediaEvent *iface, REFGUID key, const UINT8 *value, UINT32 size),
                  (attributes, key, value, size))
ATTRIBUTES_METHOD(SetUnknown, (IMFMediaEvent *iface, REFGUID key, IUnknown *value), (attributes, key, value))
ATTRIBUTES_METHOD(LockStore, (IMFMediaEvent *iface), (attributes))
ATTRIBUTES_METHOD(UnlockStore, (IMFMediaEvent *iface), (attributes))
ATTRIBUTES_METHOD(GetCount, (IMFMediaEvent *iface, UINT32 *items), (attributes, items))
ATTRIBUTES_METHOD(GetItemByIndex, (IMFMediaEvent *iface, UINT32 index, GUID *key, PROPVARIANT *value),
                  (attributes, index, key, value))
ATTRIBUTES_METHOD(CopyAllItems, (IMFMediaEvent *iface, IMFAttributes *destination), (attributes, destination))

/* IMFMediaEvent methods */

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
    media_event_QueryInterface,
    media_event_AddRef,
    media_event_Release,
    /* IMFAttributes methods */
    media_event_GetItem,
    media_event_GetItemType,
    media_event_CompareItem,
    media_event_Compare,
    media_event_GetUINT32,
    media_event_GetUINT64,
    media_event_GetDouble,
    media_event_GetGUID,
    media_event_GetStringLength,
    media_event_GetString,
    media_event_GetAllocatedString,
    media_event_GetBlobSize,
    media_event_GetBlob,
    media_event_GetAllocatedBlob,
    media_event_GetUnknown,
    media_event_SetItem,
    media_event_DeleteItem,
    media_event_DeleteAllItems,
    media_event_SetUINT32,
    media_event_SetUINT64,
    media_event_SetDouble,
    media_event_SetGUID,
    media_event_SetString,
    media_event_SetBlob,
    media_event_SetUnknown,
    media_event_LockStore,
    media_event_UnlockStore,
    media_event_GetCount,
    media_event_GetItemByIndex,
    media_event_CopyAllItems,
    /* IMFMediaEvent methods */
    media_event_GetType,
    media_event_GetExtendedType,
    media_event_GetStatus,
    media_event_GetValue,
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

    event = malloc(sizeof(*event));
    if (!event)
        return E_OUTOFMEMORY;
    event->IMFMediaEvent_iface.lpVtbl = &media_event_vtbl;
    event->refcount = 1;
    event->type = type;
    event->status = status;
    event->extended_type = *extended_type;
    event->attributes = NULL;
    PropVariantInit(&event->value);
    if (value && FAILED(hr = value_copy(&event->value, value)))
    {
        free(event);
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
