/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cancel.h"

/* Windows ends a program five seconds after its window was closed. */
#define CLOSE_GRACE_MS 4000

static CRITICAL_SECTION lock; /* guards: generator, cookie, requested */
static IWMDRMEventGenerator *generator;
static IUnknown *cookie;
static bool requested;
static HANDLE ended;

/* Runs on a thread that the system makes for it. The objects are free-threaded: any thread may call them. */
static BOOL WINAPI handle_control(DWORD type)
{
    IWMDRMEventGenerator *object;
    IUnknown *operation;
    bool again;

    EnterCriticalSection(&lock);
    again = requested;
    requested = true;
    object = generator;
    operation = cookie;
    if (object)
    {
        IWMDRMEventGenerator_AddRef(object);
        IUnknown_AddRef(operation);
    }
    LeaveCriticalSection(&lock);

    if (object)
    {
        IWMDRMEventGenerator_CancelAsyncOperation(object, operation);
        IUnknown_Release(operation);
        IWMDRMEventGenerator_Release(object);
    }
    if (type == CTRL_CLOSE_EVENT)
        WaitForSingleObject(ended, CLOSE_GRACE_MS); /* the program is ended as soon as this returns */
    return !again;
}

void cancel_install(void)
{
    InitializeCriticalSection(&lock);
    ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(handle_control, TRUE);
}

void cancel_begin(IWMDRMEventGenerator *object, IUnknown *operation)
{
    bool now;

    IWMDRMEventGenerator_AddRef(object);
    IUnknown_AddRef(operation);
    EnterCriticalSection(&lock);
    generator = object;
    cookie = operation;
    now = requested;
    LeaveCriticalSection(&lock);
    if (now)
        IWMDRMEventGenerator_CancelAsyncOperation(object, operation);
}

void cancel_end(void)
{
    IWMDRMEventGenerator *object;
    IUnknown *operation;

    EnterCriticalSection(&lock);
    object = generator;
    operation = cookie;
    generator = NULL;
    cookie = NULL;
    LeaveCriticalSection(&lock);
    if (object)
    {
        IUnknown_Release(operation);
        IWMDRMEventGenerator_Release(object);
    }
    SetEvent(ended);
}

bool cancel_is_requested(void)
{
    bool result;

    EnterCriticalSection(&lock);
    result = requested;
    LeaveCriticalSection(&lock);
    return result;
}
