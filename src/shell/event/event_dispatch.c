/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Getting a callback onto a work queue of Media Foundation, or onto the thread pool. */
#include <windows.h>
#include <mfapi.h>

#include "shell/com/media_foundation.h"
#include "shell/event/event_dispatch.h"

HRESULT event_dispatch_to_queue(DWORD queue, IMFAsyncCallback *callback)
{
    /* The last WMDRMShutdown may have stopped the platform since the request began. */
    HRESULT hr = media_foundation_require();

    return SUCCEEDED(hr) ? MFPutWorkItem(queue, callback, NULL) : hr;
}

static void CALLBACK event_dispatch_run(PTP_CALLBACK_INSTANCE instance, void *context)
{
    IMFAsyncCallback *callback = context;
    HRESULT apartment = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    CallbackMayRunLong(instance);
    IMFAsyncCallback_Invoke(callback, NULL);
    IMFAsyncCallback_Release(callback);
    if (SUCCEEDED(apartment))
        CoUninitialize();
}

HRESULT event_dispatch_to_thread_pool(IMFAsyncCallback *callback)
{
    HRESULT hr;

    IMFAsyncCallback_AddRef(callback);
    if (TrySubmitThreadpoolCallback(event_dispatch_run, callback, NULL))
        return S_OK;
    hr = HRESULT_FROM_WIN32(GetLastError());
    IMFAsyncCallback_Release(callback);
    return hr;
}
