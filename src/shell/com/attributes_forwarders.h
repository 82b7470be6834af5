/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IMFAttributes for objects that have it as a base, handed on to attributes of Media Foundation's.
 */
#ifndef WMDRM_SHELL_ATTRIBUTES_FORWARDERS_H
#define WMDRM_SHELL_ATTRIBUTES_FORWARDERS_H

#include <windows.h>
#include <mfobjects.h>

/*
 * The object's attributes, made at the first call: nearly no object is ever asked for any, so none is born with them.
 * slot is a member of the object, NULL at first; release it where it is not NULL when the object goes. *out is
 * borrowed.
 */
HRESULT attributes_require(IMFAttributes **slot, IMFAttributes **out);

/* Hands one method on. The arguments are judged where they are used. */
#define ATTRIBUTES_FORWARDER(object, interface_type, method, parameters, arguments)                                  \
    static HRESULT STDMETHODCALLTYPE object##_##method parameters                                                    \
    {                                                                                                                \
        IMFAttributes *attributes;                                                                                   \
        HRESULT hr = attributes_require(&object##_from_##interface_type(iface)->attributes, &attributes);            \
        return SUCCEEDED(hr) ? IMFAttributes_##method arguments : hr;                                                \
    }

/* All of them, for an object with a converter object_from_interface_type and a member attributes; and its vtable's
 * slots. */
#define ATTRIBUTES_FORWARDERS(o, I)                                                                                  \
    ATTRIBUTES_FORWARDER(o, I, GetItem, (I * iface, REFGUID key, PROPVARIANT * value), (attributes, key, value))     \
    ATTRIBUTES_FORWARDER(o, I, GetItemType, (I * iface, REFGUID key, MF_ATTRIBUTE_TYPE * type),                      \
                         (attributes, key, type))                                                                    \
    ATTRIBUTES_FORWARDER(o, I, CompareItem, (I * iface, REFGUID key, REFPROPVARIANT value, BOOL * result),           \
                         (attributes, key, value, result))                                                           \
    ATTRIBUTES_FORWARDER(o, I, Compare,                                                                              \
                         (I * iface, IMFAttributes * theirs, MF_ATTRIBUTES_MATCH_TYPE type, BOOL * result),          \
                         (attributes, theirs, type, result))                                                         \
    ATTRIBUTES_FORWARDER(o, I, GetUINT32, (I * iface, REFGUID key, UINT32 * value), (attributes, key, value))        \
    ATTRIBUTES_FORWARDER(o, I, GetUINT64, (I * iface, REFGUID key, UINT64 * value), (attributes, key, value))        \
    ATTRIBUTES_FORWARDER(o, I, GetDouble, (I * iface, REFGUID key, double *value), (attributes, key, value))         \
    ATTRIBUTES_FORWARDER(o, I, GetGUID, (I * iface, REFGUID key, GUID * value), (attributes, key, value))            \
    ATTRIBUTES_FORWARDER(o, I, GetStringLength, (I * iface, REFGUID key, UINT32 * length),                           \
                         (attributes, key, length))                                                                  \
    ATTRIBUTES_FORWARDER(o, I, GetString, (I * iface, REFGUID key, WCHAR * value, UINT32 size, UINT32 * length),     \
                         (attributes, key, value, size, length))                                                     \
    ATTRIBUTES_FORWARDER(o, I, GetAllocatedString, (I * iface, REFGUID key, WCHAR * *value, UINT32 * length),        \
                         (attributes, key, value, length))                                                           \
    ATTRIBUTES_FORWARDER(o, I, GetBlobSize, (I * iface, REFGUID key, UINT32 * size), (attributes, key, size))        \
    ATTRIBUTES_FORWARDER(o, I, GetBlob, (I * iface, REFGUID key, UINT8 * value, UINT32 size, UINT32 * blob_size),    \
                         (attributes, key, value, size, blob_size))                                                  \
    ATTRIBUTES_FORWARDER(o, I, GetAllocatedBlob, (I * iface, REFGUID key, UINT8 * *value, UINT32 * size),            \
                         (attributes, key, value, size))                                                             \
    ATTRIBUTES_FORWARDER(o, I, GetUnknown, (I * iface, REFGUID key, REFIID iid, void **out),                         \
                         (attributes, key, iid, out))                                                                \
    ATTRIBUTES_FORWARDER(o, I, SetItem, (I * iface, REFGUID key, REFPROPVARIANT value), (attributes, key, value))    \
    ATTRIBUTES_FORWARDER(o, I, DeleteItem, (I * iface, REFGUID key), (attributes, key))                              \
    ATTRIBUTES_FORWARDER(o, I, DeleteAllItems, (I * iface), (attributes))                                            \
    ATTRIBUTES_FORWARDER(o, I, SetUINT32, (I * iface, REFGUID key, UINT32 value), (attributes, key, value))          \
    ATTRIBUTES_FORWARDER(o, I, SetUINT64, (I * iface, REFGUID key, UINT64 value), (attributes, key, value))          \
    ATTRIBUTES_FORWARDER(o, I, SetDouble, (I * iface, REFGUID key, double value), (attributes, key, value))          \
    ATTRIBUTES_FORWARDER(o, I, SetGUID, (I * iface, REFGUID key, REFGUID value), (attributes, key, value))           \
    ATTRIBUTES_FORWARDER(o, I, SetString, (I * iface, REFGUID key, const WCHAR *value), (attributes, key, value))    \
    ATTRIBUTES_FORWARDER(o, I, SetBlob, (I * iface, REFGUID key, const UINT8 *value, UINT32 size),                   \
                         (attributes, key, value, size))                                                             \
    ATTRIBUTES_FORWARDER(o, I, SetUnknown, (I * iface, REFGUID key, IUnknown * value), (attributes, key, value))     \
    ATTRIBUTES_FORWARDER(o, I, LockStore, (I * iface), (attributes))                                                 \
    ATTRIBUTES_FORWARDER(o, I, UnlockStore, (I * iface), (attributes))                                               \
    ATTRIBUTES_FORWARDER(o, I, GetCount, (I * iface, UINT32 * items), (attributes, items))                           \
    ATTRIBUTES_FORWARDER(o, I, GetItemByIndex, (I * iface, UINT32 index, GUID * key, PROPVARIANT * value),           \
                         (attributes, index, key, value))                                                            \
    ATTRIBUTES_FORWARDER(o, I, CopyAllItems, (I * iface, IMFAttributes * destination), (attributes, destination))

#define ATTRIBUTES_SLOTS(object)                                                                                     \
    .GetItem = object##_GetItem, .GetItemType = object##_GetItemType, .CompareItem = object##_CompareItem,           \
    .Compare = object##_Compare, .GetUINT32 = object##_GetUINT32, .GetUINT64 = object##_GetUINT64,                   \
    .GetDouble = object##_GetDouble, .GetGUID = object##_GetGUID, .GetStringLength = object##_GetStringLength,       \
    .GetString = object##_GetString, .GetAllocatedString = object##_GetAllocatedString,                              \
    .GetBlobSize = object##_GetBlobSize, .GetBlob = object##_GetBlob, .GetAllocatedBlob = object##_GetAllocatedBlob, \
    .GetUnknown = object##_GetUnknown, .SetItem = object##_SetItem, .DeleteItem = object##_DeleteItem,               \
    .DeleteAllItems = object##_DeleteAllItems, .SetUINT32 = object##_SetUINT32, .SetUINT64 = object##_SetUINT64,     \
    .SetDouble = object##_SetDouble, .SetGUID = object##_SetGUID, .SetString = object##_SetString,                   \
    .SetBlob = object##_SetBlob, .SetUnknown = object##_SetUnknown, .LockStore = object##_LockStore,                 \
    .UnlockStore = object##_UnlockStore, .GetCount = object##_GetCount, .GetItemByIndex = object##_GetItemByIndex,   \
    .CopyAllItems = object##_CopyAllItems

#endif
