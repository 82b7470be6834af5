/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cancel.h"

#include <stdbool.h>

/* Windows ends a program five seconds after its window was closed. */
#define CLOSE_GRACE_MS 4000

static CRITICAL_SECTION lock; /* guards: security, cookie, requested */
static IWMDRMSecurity *security;
static IUnknown *cookie;
static bool requested;
static HANDLE ended;

/* Runs on a thread that the system makes for it. The objects are free-threaded: any thread may call them. */
static BOOL WINAPI handle_control(DWORD type)
{
    IWMDRMSecurity *object;
    IUnknown *operation;
    bool again;

    EnterCriticalSection(&lock);
    again = requested;
    requested = true;
    object = security;
    operation = cookie;
    if (object)
    {
        IWMDRMSecurity_AddRef(object);
        IUnknown_AddRef(operation);
    }
    LeaveCriticalSection(&lock);

    if (object)
    {
        IWMDRMSecurity_CancelAsyncOperation(object, operation);
        IUnknown_Release(operation);
        IWMDRMSecurity_Release(object);
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

void cancel_begin(IWMDRMSecurity *object, IUnknown *operation)
{
    bool now;

    IWMDRMSecurity_AddRef(object);
    IUnknown_AddRef(operation);
    EnterCriticalSection(&lock);
    security = object;
    cookie = operation;
    now = requested;
    LeaveCriticalSection(&lock);
    if (now)
        IWMDRMSecurity_CancelAsyncOperation(object, operation);
}

void cancel_end(void)
{
    IWMDRMSecurity *object;
    IUnknown *operation;

    EnterCriticalSection(&lock);
    object = security;
    operation = cookie;
    security = NULL;
    cookie = NULL;
    LeaveCriticalSection(&lock);
    if (object)
    {
        IUnknown_Release(operation);
        IWMDRMSecurity_Release(object);
    }
    SetEvent(ended);
}
