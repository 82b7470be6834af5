/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operation.h"

#include <stdbool.h>
#include <mfapi.h>
#include <propidl.h>

#include "cancel.h"

/* *ended and *status are set by the completion event. */
static HRESULT handle_event(const struct operation *operation, IMFMediaEvent *event, bool *ended, HRESULT *status,
                            PROPVARIANT *value)
{
    MediaEventType type;
    PROPVARIANT current;
    HRESULT hr, result;

    PropVariantInit(&current);
    if (FAILED(hr = IMFMediaEvent_GetType(event, &type)) || FAILED(hr = IMFMediaEvent_GetStatus(event, &result))
        || FAILED(hr = IMFMediaEvent_GetValue(event, &current)))
        return hr;
    if (type != operation->completion)
    {
        if (operation->progress)
            operation->progress(operation->context, type, result, &current);
        PropVariantClear(&current);
        return S_OK;
    }
    *ended = true;
    *status = result;
    if (value)
        *value = current;
    else
        PropVariantClear(&current);
    return S_OK;
}

HRESULT operation_wait(const struct operation *operation, IUnknown *cookie, PROPVARIANT *value)
{
    IMFMediaEvent *event;
    HRESULT hr = S_OK, status = S_OK;
    bool ended = false;

    if (value)
        PropVariantInit(value);
    cancel_begin((IWMDRMEventGenerator *)operation->management, cookie);
    IUnknown_Release(cookie);
    /* Every operation that was accepted ends with its completion event, also a cancelled one: no time-out is needed. */
    while (SUCCEEDED(hr) && !ended)
    {
        if (FAILED(hr = IWMDRMLicenseManagement_GetEvent(operation->management, 0, &event)))
            break;
        hr = handle_event(operation, event, &ended, &status, value);
        IMFMediaEvent_Release(event);
    }
    cancel_end();
    return SUCCEEDED(hr) ? status : hr;
}
