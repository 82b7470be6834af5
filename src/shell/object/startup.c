/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WMDRMStartup and WMDRMShutdown: a counted pair, which also starts and stops COM on the calling thread and Media
 * Foundation in the process (documented). Neither is needed for a provider to work.
 */
#include <windows.h>
#include <objbase.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "shell/com/media_foundation.h"
#include "shell/com/module.h"
#include "shell/com/thread_counter.h"
#include "shell/event/event_callback.h"
#include "shell/object/registrar_host.h"
#include "shell/operation/async_object.h"
#include "shell/platform/trace.h"

/* How long the last WMDRMShutdown lets operations go on before it cancels them. */
#define SHUTDOWN_GRACE_MS 2000

static volatile LONG startups;
/* How often this thread's COM was started here: only that often may it be stopped here. */
static struct thread_counter com_starts;

static HRESULT start_com(void)
{
    /* Multithreaded: nothing of ours needs a message loop, and the application may have none. */
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    if (hr == RPC_E_CHANGED_MODE)
        return S_OK; /* the thread has chosen its model; that is fine, and not ours to undo */
    if (SUCCEEDED(hr) && FAILED(hr = thread_counter_add(&com_starts, 1)))
        CoUninitialize();
    return FAILED(hr) ? hr : S_OK;
}

static void stop_com(void)
{
    if (thread_counter_get(&com_starts) <= 0)
        return;
    thread_counter_add(&com_starts, -1);
    CoUninitialize();
}

HRESULT STDMETHODCALLTYPE WMDRMStartup(void)
{
    HRESULT hr = start_com();

    if (FAILED(hr))
        return trace_failure("WMDRMStartup", hr);
    if (FAILED(hr = media_foundation_require()))
    {
        stop_com();
        return trace_failure("WMDRMStartup", hr);
    }
    InterlockedIncrement(&startups);
    return S_OK;
}

/* Counts down, never below none: applications shut down unconditionally, even when their start failed (documented
 * example). */
static LONG count_down(void)
{
    LONG count = startups, seen;

    while (count > 0 && (seen = InterlockedCompareExchange(&startups, count - 1, count)) != count)
        count = seen;
    return count > 0 ? count - 1 : -1;
}

HRESULT STDMETHODCALLTYPE WMDRMShutdown(void)
{
    LONG left = count_down();

    /* Inside a callback there is nothing to wait for: Media Foundation waits for that very callback. It then stays
     * started. */
    if (!left && !event_callback_is_running())
    {
        registrar_hosts_shut_down();
        async_objects_wait(SHUTDOWN_GRACE_MS);
        media_foundation_release_all();
    }
    stop_com();
    return S_OK;
}
