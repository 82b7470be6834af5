/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "acquisition.h"

#include <stdlib.h>
#include <nserror.h>
#include <oleauto.h>
#include <propidl.h>
#include <shellapi.h>

#include "common/cancel.h"
#include "common/explain.h"
#include "common/operation.h"
#include "common/output.h"
#include "form.h"
#include "listener.h"
#include "web_page.h"

#define POLL_MS 200

/* --- silently --------------------------------------------------------------------------------------------- */

HRESULT acquisition_run_silently(IWMDRMLicenseManagement *management, const struct acquisition *acquisition)
{
    const struct operation operation = {.management = management, .completion = MEWMDRMLicenseAcquisitionCompleted};
    IUnknown *cookie;
    HRESULT hr;

    hr = IWMDRMLicenseManagement_AcquireLicense(management, acquisition->url, acquisition->header, acquisition->actions,
                                                WMDRM_ACQUIRE_LICENSE_SILENT, &cookie);
    if (FAILED(hr))
        return hr;
    output_transient(L"Acquiring");
    return operation_wait(&operation, cookie, NULL);
}

/* --- not silently ----------------------------------------------------------------------------------------- */

static HRESULT read_challenge(const PROPVARIANT *value, BSTR *url, BSTR *challenge)
{
    IWMDRMNonSilentLicenseAquisition *object;
    HRESULT hr;

    if (value->vt != VT_UNKNOWN || !value->punkVal)
        return E_UNEXPECTED;
    hr = IUnknown_QueryInterface(value->punkVal, &IID_IWMDRMNonSilentLicenseAquisition, (void **)&object);
    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = IWMDRMNonSilentLicenseAquisition_GetURL(object, url))
        && FAILED(hr = IWMDRMNonSilentLicenseAquisition_GetChallenge(object, challenge)))
    {
        SysFreeString(*url);
        *url = NULL;
    }
    IWMDRMNonSilentLicenseAquisition_Release(object);
    return hr;
}

HRESULT acquisition_prepare(IWMDRMLicenseManagement *management, const struct acquisition *acquisition, bool legacy,
                            BSTR *url, BSTR *challenge)
{
    const struct operation operation = {.management = management, .completion = MEWMDRMLicenseAcquisitionCompleted};
    PROPVARIANT value;
    IUnknown *cookie;
    HRESULT hr;

    *url = *challenge = NULL;
    hr = IWMDRMLicenseManagement_AcquireLicense(management, acquisition->url,
                                                legacy ? acquisition->key_id : acquisition->header,
                                                acquisition->actions,
                                                legacy ? WMDRM_ACQUIRE_LICENSE_LEGACY_NONSILENT
                                                       : WMDRM_ACQUIRE_LICENSE_NONSILENT, &cookie);
    if (FAILED(hr))
        return hr;
    hr = operation_wait(&operation, cookie, &value);
    if (SUCCEEDED(hr))
        hr = read_challenge(&value, url, challenge);
    PropVariantClear(&value);
    return hr;
}

static HRESULT start_monitor(IWMDRMLicenseManagement *management, const struct acquisition *acquisition,
                             IUnknown **cookie)
{
    return IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, acquisition->key_id, acquisition->header,
                                                             acquisition->actions, cookie);
}

HRESULT acquisition_monitor(IWMDRMLicenseManagement *management, const struct acquisition *acquisition)
{
    const struct operation operation = {.management = management, .completion = MEWMDRMLicenseAcquisitionCompleted};
    IUnknown *cookie;
    HRESULT hr = start_monitor(management, acquisition, &cookie);

    return FAILED(hr) ? hr : operation_wait(&operation, cookie, NULL);
}

/* --- by a browser ----------------------------------------------------------------------------------------- */

struct browser_way
{
    IWMDRMLicenseManagement *management;
    struct listener listener;
    BSTR url, challenge;
    bool stored;
};

static HRESULT store_response(struct browser_way *way, const struct listener_request *request)
{
    wchar_t *text;
    BSTR response;
    HRESULT hr;

    if (FAILED(hr = form_get(request->body, request->body_size, "response", &text)))
        return hr;
    response = SysAllocString(text);
    hr = response ? IWMDRMLicenseManagement_StoreLicense(way->management, response) : E_OUTOFMEMORY;
    SysFreeString(response);
    free(text);
    return hr;
}

static void answer(struct listener_request *request, char *page)
{
    listener_answer(request, page ? page : "");
    free(page);
}

/* A response that cannot be stored is said on the page and here; another one may follow. */
static void handle_request(struct browser_way *way, struct listener_request *request)
{
    wchar_t text[EXPLANATION_SIZE];
    HRESULT hr;

    if (!request->post)
    {
        answer(request, web_page_start(way->url, way->challenge, way->listener.url));
        return;
    }
    hr = store_response(way, request);
    if (SUCCEEDED(hr))
    {
        way->stored = true;
        answer(request, web_page_end(L"The licence is stored."));
        return;
    }
    output_error(L"a response came and was not stored: %ls", explain(hr, text));
    answer(request, web_page_end(text));
}

/* Whether the monitor has ended, and how. A queue without an event says so by a failure. */
static bool monitor_has_ended(IWMDRMLicenseManagement *management, HRESULT *status)
{
    MediaEventType type = MEUnknown;
    IMFMediaEvent *event;
    bool ended;

    if (FAILED(IWMDRMLicenseManagement_GetEvent(management, MF_EVENT_FLAG_NO_WAIT, &event)))
        return false;
    ended = SUCCEEDED(IMFMediaEvent_GetType(event, &type)) && type == MEWMDRMLicenseAcquisitionCompleted
        && SUCCEEDED(IMFMediaEvent_GetStatus(event, status));
    IMFMediaEvent_Release(event);
    return ended;
}

/* Serves until a response was stored, the monitor saw a licence of another way, or the user cancelled. */
static HRESULT serve(struct browser_way *way, bool monitored)
{
    struct listener_request request;
    HRESULT hr, status = S_OK;

    for (;;)
    {
        if (monitored && monitor_has_ended(way->management, &status))
            return status;
        if (!monitored && (way->stored || cancel_is_requested()))
            return way->stored ? S_OK : NS_E_DRM_OPERATION_CANCELED;
        if (FAILED(hr = listener_wait(&way->listener, POLL_MS, &request)))
            return hr;
        if (hr == S_OK)
            handle_request(way, &request);
    }
}

static void show_page(const wchar_t *url, bool open)
{
    if (open && (INT_PTR)ShellExecuteW(NULL, L"open", url, NULL, NULL, SW_SHOWNORMAL) > 32)
        output_line(L"The browser shows %ls", url);
    else
        output_line(L"Open %ls in a browser of this machine.", url);
}

static HRESULT serve_monitored(struct browser_way *way, const struct acquisition *acquisition)
{
    IUnknown *cookie;
    HRESULT hr;

    if (!acquisition->key_id) /* of a pre-delivery nobody knows the key ids before it came */
        return serve(way, false);
    if (FAILED(hr = start_monitor(way->management, acquisition, &cookie)))
        return hr;
    cancel_begin((IWMDRMEventGenerator *)way->management, cookie);
    hr = serve(way, true);
    cancel_end();
    if (FAILED(hr))
        IWMDRMLicenseManagement_CancelAsyncOperation(way->management, cookie);
    IUnknown_Release(cookie);
    return hr;
}

HRESULT acquisition_run_in_browser(IWMDRMLicenseManagement *management, const struct acquisition *acquisition,
                                   bool open)
{
    struct browser_way way = {.management = management};
    HRESULT hr;

    if (FAILED(hr = acquisition_prepare(management, acquisition, false, &way.url, &way.challenge)))
        return hr;
    if (SUCCEEDED(hr = listener_open(&way.listener)))
    {
        show_page(way.listener.url, open);
        hr = serve_monitored(&way, acquisition);
        listener_close(&way.listener);
    }
    SysFreeString(way.url);
    SysFreeString(way.challenge);
    return hr;
}
