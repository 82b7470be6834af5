/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The activation object of content enablers (content_enabler_activate.h).
 */
#include "shell/object/content_enabler_activate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <mferror.h>
#include <mfidl.h>

#include "shell/com/attributes_forwarders.h"
#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/object/content_enabler_stream.h"

struct content_enabler_activate
{
    IMFActivate IMFActivate_iface;
    IPersistStream IPersistStream_iface;
    LONG references;
    struct free_threaded free_threaded;
    IMFAttributes *attributes; /* set once, by attributes_require */

    SRWLOCK lock; /* guards: all below */
    bool loaded;
    struct content_enabler_subject subject;
    IMFContentEnabler *enabler; /* from the first ActivateObject until ShutdownObject or DetachObject */
};

static struct content_enabler_activate *content_enabler_activate_from_IMFActivate(IMFActivate *iface)
{
    return CONTAINING_RECORD(iface, struct content_enabler_activate, IMFActivate_iface);
}

static struct content_enabler_activate *content_enabler_activate_from_IPersistStream(IPersistStream *iface)
{
    return CONTAINING_RECORD(iface, struct content_enabler_activate, IPersistStream_iface);
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_QueryInterface(IMFActivate *iface, REFIID iid, void **out)
{
    struct content_enabler_activate *activate = content_enabler_activate_from_IMFActivate(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&activate->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMFAttributes) || IsEqualIID(iid, &IID_IMFActivate))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IPersist) || IsEqualIID(iid, &IID_IPersistStream))
        *out = &activate->IPersistStream_iface;
    else
        return E_NOINTERFACE;
    IMFActivate_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE content_enabler_activate_AddRef(IMFActivate *iface)
{
    return InterlockedIncrement(&content_enabler_activate_from_IMFActivate(iface)->references);
}

static ULONG STDMETHODCALLTYPE content_enabler_activate_Release(IMFActivate *iface)
{
    struct content_enabler_activate *activate = content_enabler_activate_from_IMFActivate(iface);
    ULONG references = InterlockedDecrement(&activate->references);

    if (!references)
    {
        if (activate->enabler)
            IMFContentEnabler_Release(activate->enabler);
        if (activate->attributes)
            IMFAttributes_Release(activate->attributes);
        free_threaded_cleanup(&activate->free_threaded);
        free(activate);
        module_remove_object();
    }
    return references;
}

ATTRIBUTES_FORWARDERS(content_enabler_activate, IMFActivate)

/* The same enabler until it is shut down or detached (documented). */
static HRESULT STDMETHODCALLTYPE content_enabler_activate_ActivateObject(IMFActivate *iface, REFIID iid, void **out)
{
    struct content_enabler_activate *activate = content_enabler_activate_from_IMFActivate(iface);
    IMFContentEnabler *enabler = NULL;
    HRESULT hr = S_OK;

    if (!out)
        return E_POINTER;
    *out = NULL;
    AcquireSRWLockExclusive(&activate->lock);
    if (!activate->loaded)
        hr = MF_E_NOT_INITIALIZED;
    else if (!activate->enabler)
        hr = content_enabler_create(&activate->subject, &IID_IMFContentEnabler, (void **)&activate->enabler);
    if (SUCCEEDED(hr))
    {
        enabler = activate->enabler;
        IMFContentEnabler_AddRef(enabler);
    }
    ReleaseSRWLockExclusive(&activate->lock);
    if (FAILED(hr))
        return hr;
    hr = IMFContentEnabler_QueryInterface(enabler, iid, out);
    IMFContentEnabler_Release(enabler);
    return hr;
}

static IMFContentEnabler *take_enabler(struct content_enabler_activate *activate)
{
    IMFContentEnabler *enabler;

    AcquireSRWLockExclusive(&activate->lock);
    enabler = activate->enabler;
    activate->enabler = NULL;
    ReleaseSRWLockExclusive(&activate->lock);
    return enabler;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_ShutdownObject(IMFActivate *iface)
{
    IMFContentEnabler *enabler = take_enabler(content_enabler_activate_from_IMFActivate(iface));
    IWMDRMEventGenerator *events;

    if (!enabler)
        return S_OK;
    if (SUCCEEDED(IMFContentEnabler_QueryInterface(enabler, &IID_IWMDRMEventGenerator, (void **)&events)))
    {
        IWMDRMEventGenerator_Shutdown(events);
        IWMDRMEventGenerator_Release(events);
    }
    IMFContentEnabler_Release(enabler);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_DetachObject(IMFActivate *iface)
{
    IMFContentEnabler *enabler = take_enabler(content_enabler_activate_from_IMFActivate(iface));

    if (enabler)
        IMFContentEnabler_Release(enabler);
    return S_OK;
}

static const IMFActivateVtbl content_enabler_activate_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = content_enabler_activate_QueryInterface,
    .AddRef = content_enabler_activate_AddRef,
    .Release = content_enabler_activate_Release,
    /* IMFAttributes methods */
    ATTRIBUTES_SLOTS(content_enabler_activate),
    /* IMFActivate methods */
    .ActivateObject = content_enabler_activate_ActivateObject,
    .ShutdownObject = content_enabler_activate_ShutdownObject,
    .DetachObject = content_enabler_activate_DetachObject,
};

/* --- IPersistStream --------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE content_enabler_activate_persist_QueryInterface(IPersistStream *iface, REFIID iid,
                                                                                 void **out)
{
    return IMFActivate_QueryInterface(&content_enabler_activate_from_IPersistStream(iface)->IMFActivate_iface, iid,
                                      out);
}

static ULONG STDMETHODCALLTYPE content_enabler_activate_persist_AddRef(IPersistStream *iface)
{
    return IMFActivate_AddRef(&content_enabler_activate_from_IPersistStream(iface)->IMFActivate_iface);
}

static ULONG STDMETHODCALLTYPE content_enabler_activate_persist_Release(IPersistStream *iface)
{
    return IMFActivate_Release(&content_enabler_activate_from_IPersistStream(iface)->IMFActivate_iface);
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_GetClassID(IPersistStream *iface, CLSID *out)
{
    (void)iface;
    if (!out)
        return E_POINTER;
    *out = CLSID_WMDRMContentEnablerActivate;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_IsDirty(IPersistStream *iface)
{
    (void)iface;
    return S_FALSE;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_Load(IPersistStream *iface, IStream *stream)
{
    struct content_enabler_activate *activate = content_enabler_activate_from_IPersistStream(iface);
    struct content_enabler_subject subject;
    HRESULT hr;

    if (!stream)
        return E_POINTER;
    if (FAILED(hr = content_enabler_subject_load(&subject, stream)))
        return hr;
    AcquireSRWLockExclusive(&activate->lock);
    if (activate->enabler)
        hr = HRESULT_FROM_WIN32(ERROR_ALREADY_INITIALIZED);
    else
    {
        activate->subject = subject;
        activate->loaded = true;
    }
    ReleaseSRWLockExclusive(&activate->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_Save(IPersistStream *iface, IStream *stream, BOOL clear)
{
    struct content_enabler_activate *activate = content_enabler_activate_from_IPersistStream(iface);
    struct content_enabler_subject subject;
    bool loaded;

    (void)clear;
    if (!stream)
        return E_POINTER;
    AcquireSRWLockExclusive(&activate->lock);
    loaded = activate->loaded;
    subject = activate->subject;
    ReleaseSRWLockExclusive(&activate->lock);
    return loaded ? content_enabler_subject_save(&subject, stream) : MF_E_NOT_INITIALIZED;
}

static HRESULT STDMETHODCALLTYPE content_enabler_activate_GetSizeMax(IPersistStream *iface, ULARGE_INTEGER *size)
{
    (void)iface;
    if (!size)
        return E_POINTER;
    size->QuadPart = CONTENT_ENABLER_STREAM_MAX;
    return S_OK;
}

static const IPersistStreamVtbl content_enabler_activate_persist_vtbl =
{
    /* IUnknown methods */
    content_enabler_activate_persist_QueryInterface,
    content_enabler_activate_persist_AddRef,
    content_enabler_activate_persist_Release,
    /* IPersist methods */
    content_enabler_activate_GetClassID,
    /* IPersistStream methods */
    content_enabler_activate_IsDirty,
    content_enabler_activate_Load,
    content_enabler_activate_Save,
    content_enabler_activate_GetSizeMax,
};

HRESULT content_enabler_activate_create(REFIID iid, void **out)
{
    struct content_enabler_activate *activate = calloc(1, sizeof(*activate));
    HRESULT hr;

    if (!activate)
        return E_OUTOFMEMORY;
    activate->IMFActivate_iface.lpVtbl = &content_enabler_activate_vtbl;
    activate->IPersistStream_iface.lpVtbl = &content_enabler_activate_persist_vtbl;
    activate->references = 1;
    InitializeSRWLock(&activate->lock);
    module_add_object();
    hr = IMFActivate_QueryInterface(&activate->IMFActivate_iface, iid, out);
    IMFActivate_Release(&activate->IMFActivate_iface);
    return hr;
}
