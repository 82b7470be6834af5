/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "update.h"

#include <stdbool.h>
#include <stdio.h>
#include <mfapi.h>
#include <propidl.h>

#include "common/cancel.h"
#include "common/output.h"
#include "progress.h"

struct update
{
    struct report *report;
    struct update_outcome *outcome;
    struct progress progress;
    bool individualizing; /* until its completion event */
    bool refreshing;
};

/* The value of a progress event is a status object; what GetStatus gives is valid as long as that lives. */
static void handle_progress(struct update *update, HRESULT status, const PROPVARIANT *value)
{
    IWMDRMIndividualizationStatus *object;
    WM_INDIVIDUALIZE_STATUS current;

    if (value->vt != VT_UNKNOWN || !value->punkVal
        || FAILED(IUnknown_QueryInterface(value->punkVal, &IID_IWMDRMIndividualizationStatus, (void **)&object)))
        return;
    if (SUCCEEDED(IWMDRMIndividualizationStatus_GetStatus(object, &current)))
    {
        report_event(update->report, MEWMDRMIndividualizationProgress, status, &current);
        progress_show(&update->progress, &current);
        if (current.pszIndiRespUrl)
            snprintf(update->outcome->service, SERVICE_SIZE, "%s", current.pszIndiRespUrl);
    }
    IWMDRMIndividualizationStatus_Release(object);
}

static HRESULT handle_event(struct update *update, IMFMediaEvent *event)
{
    MediaEventType type;
    PROPVARIANT value;
    HRESULT hr, status;

    if (FAILED(hr = IMFMediaEvent_GetType(event, &type)) || FAILED(hr = IMFMediaEvent_GetStatus(event, &status)))
        return hr;
    if (type == MEWMDRMIndividualizationProgress)
    {
        PropVariantInit(&value);
        if (FAILED(hr = IMFMediaEvent_GetValue(event, &value)))
            return hr;
        handle_progress(update, status, &value);
        PropVariantClear(&value);
        return S_OK;
    }
    report_event(update->report, type, status, NULL);
    if (type == MEWMDRMIndividualizationCompleted)
    {
        update->outcome->individualization = status;
        update->individualizing = false;
    }
    else if (type == MEWMDRMRevocationDownloadCompleted)
    {
        update->outcome->refresh = status;
        update->refreshing = false;
    }
    return S_OK;
}

/* Every operation that was accepted ends with its completion event, also a cancelled one: no time-out is needed. */
static HRESULT handle_events(struct update *update, IWMDRMSecurity *security)
{
    IMFMediaEvent *event;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && (update->individualizing || update->refreshing))
    {
        if (FAILED(hr = IWMDRMSecurity_GetEvent(security, 0, &event)))
            return hr;
        hr = handle_event(update, event);
        IMFMediaEvent_Release(event);
    }
    return hr;
}

HRESULT update_run(IWMDRMSecurity *security, const struct options *options, struct report *report,
                   struct update_outcome *outcome)
{
    struct update update = {.report = report, .outcome = outcome, .individualizing = true};
    DWORD flags = options->force ? WMDRM_SECURITY_PERFORM_FORCE_INDIV : WMDRM_SECURITY_PERFORM_INDIV;
    IUnknown *cookie;
    HRESULT hr;

    *outcome = (struct update_outcome){S_OK, S_OK, ""};
    if (options->refresh)
    {
        flags |= WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH;
        update.refreshing = true;
    }
    if (FAILED(hr = IWMDRMSecurity_PerformSecurityUpdate(security, flags, &cookie)))
        return hr;
    cancel_begin((IWMDRMEventGenerator *)security, cookie);
    IUnknown_Release(cookie);
    hr = handle_events(&update, security);
    cancel_end();
    return hr;
}
