/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The content enabler (content_enabler.h). Its events come from IMFMediaEventGenerator, by QueryInterface.
 */
#include "shell/object/content_enabler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mfapi.h>
#include <mferror.h>
#include <mfidl.h>
#include <nserror.h>
#include <shellapi.h>

#include "engine/net/url.h"
#include "shell/com/free_threaded.h"
#include "shell/object/content_enabler_stream.h"
#include "shell/operation/async_object.h"
#include "shell/platform/trace.h"

/* What GetEnableData gives (documented for Media Foundation; MinGW's header has the inner structure only). */
struct mfrr_components
{
    DWORD version; /* of the list */
    DWORD count;
    MFRR_COMPONENT_HASH_INFO *components;
};

struct content_enabler
{
    IMFContentEnabler IMFContentEnabler_iface;
    IWMDRMEventGenerator IWMDRMEventGenerator_iface;
    IPersistStream IPersistStream_iface;
    struct async_object async;
    struct event_generator events;
    struct free_threaded free_threaded;
    struct content_enabler_subject subject; /* constant */
};

static struct content_enabler *content_enabler_from_IMFContentEnabler(IMFContentEnabler *iface)
{
    return CONTAINING_RECORD(iface, struct content_enabler, IMFContentEnabler_iface);
}

static struct content_enabler *content_enabler_from_IWMDRMEventGenerator(IWMDRMEventGenerator *iface)
{
    return CONTAINING_RECORD(iface, struct content_enabler, IWMDRMEventGenerator_iface);
}

static struct content_enabler *content_enabler_from_IPersistStream(IPersistStream *iface)
{
    return CONTAINING_RECORD(iface, struct content_enabler, IPersistStream_iface);
}

static HRESULT STDMETHODCALLTYPE content_enabler_QueryInterface(IMFContentEnabler *iface, REFIID iid, void **out)
{
    struct content_enabler *enabler = content_enabler_from_IMFContentEnabler(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&enabler->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMFContentEnabler))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IMFMediaEventGenerator) || IsEqualIID(iid, &IID_IWMDRMEventGenerator))
        *out = &enabler->IWMDRMEventGenerator_iface;
    else if (IsEqualIID(iid, &IID_IPersist) || IsEqualIID(iid, &IID_IPersistStream))
        *out = &enabler->IPersistStream_iface;
    else
        return E_NOINTERFACE;
    IMFContentEnabler_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE content_enabler_AddRef(IMFContentEnabler *iface)
{
    return async_object_add_ref(&content_enabler_from_IMFContentEnabler(iface)->async);
}

static ULONG STDMETHODCALLTYPE content_enabler_Release(IMFContentEnabler *iface)
{
    return async_object_release(&content_enabler_from_IMFContentEnabler(iface)->async);
}

/* --- what the step is ------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE content_enabler_GetEnableType(IMFContentEnabler *iface, GUID *type)
{
    (void)iface;
    if (!type)
        return E_POINTER;
    *type = MFENABLETYPE_MF_UpdateUntrustedComponent;
    return S_OK;
}

static const char *list_name(const GUID *list)
{
    return IsEqualGUID(list, &WMDRM_REVOCATIONTYPE_APP)      ? "APP"
           : IsEqualGUID(list, &WMDRM_REVOCATIONTYPE_DEVICE) ? "DEVICE"
           : IsEqualGUID(list, &WMDRM_REVOCATIONTYPE_CARDEA) ? "CARDEA"
                                                             : "";
}

/* The operator's page, and which component it is about. Empty where there is no page. */
static void build_url(const struct content_enabler_subject *subject, char *out, size_t size)
{
    char hash[CONTENT_ENABLER_HASH_SIZE];
    int length;

    for (size_t i = 0; i < ARRAYSIZE(hash); i++)
        hash[i] = (char)subject->hash[i];
    length = snprintf(out, size, "%s%clist=%s&id=%s&reason=0x%08lx", subject->url,
                      strchr(subject->url, '?') ? '&' : '?', list_name(&subject->list), hash,
                      (unsigned long)subject->hint);
    /* From a stream it may be anybody's: nothing but a web page is ever opened. */
    if (!subject->url[0] || length < 0 || (size_t)length >= size || !drm_url_is_valid(out))
        out[0] = 0;
}

static HRESULT STDMETHODCALLTYPE content_enabler_GetEnableURL(IMFContentEnabler *iface, WCHAR **out, DWORD *length,
                                                              MF_URL_TRUST_STATUS *trust)
{
    struct content_enabler *enabler = content_enabler_from_IMFContentEnabler(iface);
    char url[DRM_EXCHANGE_MAX_URL + 256];
    WCHAR *wide;
    size_t size;

    if (out)
        *out = NULL;
    if (length)
        *length = 0;
    if (!out || !length)
        return E_POINTER;
    build_url(&enabler->subject, url, sizeof(url));
    if (!url[0])
        return MF_E_NOT_AVAILABLE;
    size = strlen(url) + 1;
    wide = CoTaskMemAlloc(size * sizeof(*wide));
    if (!wide)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < size; i++)
        wide[i] = (unsigned char)url[i];
    *out = wide;
    *length = (DWORD)size; /* the terminator counts (documented) */
    if (trust)
        *trust = enabler->subject.url_trusted ? MF_LICENSE_URL_TRUSTED : MF_LICENSE_URL_UNTRUSTED;
    return S_OK;
}

/* One block, since the caller frees one pointer. */
static HRESULT STDMETHODCALLTYPE content_enabler_GetEnableData(IMFContentEnabler *iface, BYTE **out, DWORD *size)
{
    struct content_enabler *enabler = content_enabler_from_IMFContentEnabler(iface);
    DWORD bytes = sizeof(struct mfrr_components) + sizeof(MFRR_COMPONENT_HASH_INFO);
    struct mfrr_components *data;
    WCHAR *hash;

    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (!out || !size)
        return E_POINTER;
    data = CoTaskMemAlloc(bytes);
    if (!data)
        return E_OUTOFMEMORY;
    memset(data, 0, bytes);
    data->version = enabler->subject.list_version;
    data->count = 1;
    data->components = (MFRR_COMPONENT_HASH_INFO *)(data + 1);
    data->components->ulReason = (DWORD)enabler->subject.hint;
    /* "0x", then as many digits as there is room for: 40. */
    hash = data->components->rgHeaderHash;
    hash[0] = '0';
    hash[1] = 'x';
    for (size_t i = 0; i + 3 < ARRAYSIZE(data->components->rgHeaderHash) && enabler->subject.hash[i]; i++)
        hash[i + 2] = enabler->subject.hash[i];
    *out = (BYTE *)data;
    *size = bytes;
    return S_OK;
}

/* --- taking it -------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE content_enabler_IsAutomaticSupported(IMFContentEnabler *iface, BOOL *automatic)
{
    (void)iface;
    if (!automatic)
        return E_POINTER;
    *automatic = TRUE;
    return S_OK;
}

/* Opens the operator's page in the user's browser; it is done once the browser is started (decided). */
static HRESULT run_enable(struct operation *operation)
{
    struct content_enabler *enabler = CONTAINING_RECORD(operation->object, struct content_enabler, async);
    char url[DRM_EXCHANGE_MAX_URL + 256];
    WCHAR wide[ARRAYSIZE(url)];
    bool com;
    INT_PTR code;

    if (operation_is_cancelled(operation))
        return NS_E_DRM_OPERATION_CANCELED;
    build_url(&enabler->subject, url, sizeof(url));
    if (!url[0])
        return MF_E_NOT_AVAILABLE;
    for (size_t i = 0; i < sizeof(url); i++)
        wide[i] = (unsigned char)url[i];
    /* ShellExecute may need it. */
    com = SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE));
    code = (INT_PTR)ShellExecuteW(NULL, L"open", wide, NULL, NULL, SW_SHOWNORMAL);
    if (com)
        CoUninitialize();
    if (code > 32)
        return S_OK;
    trace_line("%p: the browser cannot be started: %d", (void *)enabler, (int)code);
    return NS_E_DRM_LICENSE_NOTACQUIRED; /* documented: try the manual way, GetEnableURL */
}

static HRESULT STDMETHODCALLTYPE content_enabler_AutomaticEnable(IMFContentEnabler *iface)
{
    static const struct operation_step step = {
        .kind = OPERATION_ENABLE, .completed = MEEnablerCompleted, .run = run_enable};
    struct content_enabler *enabler = content_enabler_from_IMFContentEnabler(iface);
    IUnknown *cookie;
    HRESULT hr;

    trace_line("%p: AutomaticEnable", (void *)iface);
    hr = async_object_start(&enabler->async, &step, 1, NULL, NULL, &cookie);
    if (FAILED(hr))
        return trace_failure("AutomaticEnable", hr);
    IUnknown_Release(cookie);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE content_enabler_MonitorEnable(IMFContentEnabler *iface)
{
    (void)iface;
    /* Nobody can see from here when a component was replaced: no event will follow (documented meaning). */
    return S_FALSE;
}

static HRESULT STDMETHODCALLTYPE content_enabler_Cancel(IMFContentEnabler *iface)
{
    async_object_cancel_all(&content_enabler_from_IMFContentEnabler(iface)->async);
    return S_OK;
}

static const IMFContentEnablerVtbl content_enabler_vtbl =
{
    /* IUnknown methods */
    content_enabler_QueryInterface,
    content_enabler_AddRef,
    content_enabler_Release,
    /* IMFContentEnabler methods */
    content_enabler_GetEnableType,
    content_enabler_GetEnableURL,
    content_enabler_GetEnableData,
    content_enabler_IsAutomaticSupported,
    content_enabler_AutomaticEnable,
    content_enabler_MonitorEnable,
    content_enabler_Cancel,
};

/* --- events ----------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE content_enabler_events_QueryInterface(IWMDRMEventGenerator *iface, REFIID iid,
                                                                       void **out)
{
    return IMFContentEnabler_QueryInterface(
        &content_enabler_from_IWMDRMEventGenerator(iface)->IMFContentEnabler_iface, iid, out);
}

static ULONG STDMETHODCALLTYPE content_enabler_events_AddRef(IWMDRMEventGenerator *iface)
{
    return IMFContentEnabler_AddRef(&content_enabler_from_IWMDRMEventGenerator(iface)->IMFContentEnabler_iface);
}

static ULONG STDMETHODCALLTYPE content_enabler_events_Release(IWMDRMEventGenerator *iface)
{
    return IMFContentEnabler_Release(&content_enabler_from_IWMDRMEventGenerator(iface)->IMFContentEnabler_iface);
}

EVENT_GENERATOR_FORWARDERS(content_enabler, IWMDRMEventGenerator)
ASYNC_OBJECT_FORWARDERS(content_enabler, IWMDRMEventGenerator)

static const IWMDRMEventGeneratorVtbl content_enabler_events_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = content_enabler_events_QueryInterface,
    .AddRef = content_enabler_events_AddRef,
    .Release = content_enabler_events_Release,
    /* IMFMediaEventGenerator methods */
    EVENT_GENERATOR_SLOTS(content_enabler),
    /* IWMDRMEventGenerator methods */
    ASYNC_OBJECT_SLOTS(content_enabler),
};

/* --- going to another process ----------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE content_enabler_persist_QueryInterface(IPersistStream *iface, REFIID iid, void **out)
{
    return IMFContentEnabler_QueryInterface(&content_enabler_from_IPersistStream(iface)->IMFContentEnabler_iface, iid,
                                            out);
}

static ULONG STDMETHODCALLTYPE content_enabler_persist_AddRef(IPersistStream *iface)
{
    return IMFContentEnabler_AddRef(&content_enabler_from_IPersistStream(iface)->IMFContentEnabler_iface);
}

static ULONG STDMETHODCALLTYPE content_enabler_persist_Release(IPersistStream *iface)
{
    return IMFContentEnabler_Release(&content_enabler_from_IPersistStream(iface)->IMFContentEnabler_iface);
}

/* The class that loads what Save writes. */
static HRESULT STDMETHODCALLTYPE content_enabler_persist_GetClassID(IPersistStream *iface, CLSID *out)
{
    (void)iface;
    if (!out)
        return E_POINTER;
    *out = CLSID_WMDRMContentEnablerActivate;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE content_enabler_persist_IsDirty(IPersistStream *iface)
{
    (void)iface;
    return S_FALSE; /* an enabler never changes */
}

static HRESULT STDMETHODCALLTYPE content_enabler_persist_Load(IPersistStream *iface, IStream *stream)
{
    (void)iface;
    (void)stream;
    return HRESULT_FROM_WIN32(ERROR_ALREADY_INITIALIZED);
}

static HRESULT STDMETHODCALLTYPE content_enabler_persist_Save(IPersistStream *iface, IStream *stream, BOOL clear)
{
    (void)clear;
    if (!stream)
        return E_POINTER;
    return content_enabler_subject_save(&content_enabler_from_IPersistStream(iface)->subject, stream);
}

static HRESULT STDMETHODCALLTYPE content_enabler_persist_GetSizeMax(IPersistStream *iface, ULARGE_INTEGER *size)
{
    (void)iface;
    if (!size)
        return E_POINTER;
    size->QuadPart = CONTENT_ENABLER_STREAM_MAX;
    return S_OK;
}

static const IPersistStreamVtbl content_enabler_persist_vtbl =
{
    /* IUnknown methods */
    content_enabler_persist_QueryInterface,
    content_enabler_persist_AddRef,
    content_enabler_persist_Release,
    /* IPersist methods */
    content_enabler_persist_GetClassID,
    /* IPersistStream methods */
    content_enabler_persist_IsDirty,
    content_enabler_persist_Load,
    content_enabler_persist_Save,
    content_enabler_persist_GetSizeMax,
};

static void content_enabler_destroy(struct async_object *async)
{
    struct content_enabler *enabler = CONTAINING_RECORD(async, struct content_enabler, async);

    event_generator_cleanup(&enabler->events);
    free_threaded_cleanup(&enabler->free_threaded);
    free(enabler);
}

HRESULT content_enabler_create(const struct content_enabler_subject *subject, REFIID iid, void **out)
{
    struct content_enabler *enabler = calloc(1, sizeof(*enabler));
    HRESULT hr;

    if (!enabler)
        return E_OUTOFMEMORY;
    enabler->IMFContentEnabler_iface.lpVtbl = &content_enabler_vtbl;
    enabler->IWMDRMEventGenerator_iface.lpVtbl = &content_enabler_events_vtbl;
    enabler->IPersistStream_iface.lpVtbl = &content_enabler_persist_vtbl;
    enabler->subject = *subject;
    if (FAILED(hr = event_generator_init(&enabler->events)))
    {
        free(enabler);
        return hr;
    }
    async_object_init(&enabler->async, &enabler->events, content_enabler_destroy);
    hr = IMFContentEnabler_QueryInterface(&enabler->IMFContentEnabler_iface, iid, out);
    IMFContentEnabler_Release(&enabler->IMFContentEnabler_iface);
    return hr;
}
