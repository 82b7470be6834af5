/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread of operations that wait (watcher.h).
 */
#include "shell/operation/watcher.h"

#include <nserror.h>

#include "shell/com/module.h"

/* How long after it came something is noticed, at most. To ask is cheap: the store's generation is a number in memory
 * that is shared with the other processes. */
#define WATCH_INTERVAL_MS 50

static SRWLOCK watcher_lock = SRWLOCK_INIT; /* guards: all below. An object's lock may be held when it is taken */
static CONDITION_VARIABLE watcher_wake = CONDITION_VARIABLE_INIT; /* something was added or completed */
static CONDITION_VARIABLE watcher_ended = CONDITION_VARIABLE_INIT;
/* The newest first. Whoever adds one puts it at the head; only the thread takes any out. */
static struct operation *watched;
static bool watcher_runs;

void watcher_complete(struct operation *operation, HRESULT hr)
{
    if (InterlockedExchange(&operation->completed, 1))
        return;
    operation_complete(operation, 0, hr);
    WakeAllConditionVariable(&watcher_wake);
}

/* One question to each. An operation stays in the list while it is asked, since only this thread removes any. */
static void ask_all(void)
{
    struct operation *operation;

    AcquireSRWLockShared(&watcher_lock);
    operation = watched;
    ReleaseSRWLockShared(&watcher_lock);
    for (; operation; operation = operation->next)
    {
        HRESULT hr;

        if (!operation->completed && (hr = operation->steps[0].run(operation)) != E_PENDING)
            watcher_complete(operation, hr);
    }
}

/* watcher_lock is held. */
static struct operation *take_completed_locked(void)
{
    struct operation *taken = NULL;

    for (struct operation **link = &watched; *link;)
    {
        struct operation *operation = *link;

        if (operation->completed)
        {
            *link = operation->next;
            operation->next = taken;
            taken = operation;
        }
        else
            link = &operation->next;
    }
    return taken;
}

static void release_all(struct operation *operation)
{
    while (operation)
    {
        struct operation *next = operation->next;

        operation_release_inner(operation);
        operation = next;
    }
}

static DWORD WINAPI watcher_run(void *parameter)
{
    struct operation *completed;
    bool runs = true;

    (void)parameter;
    while (runs)
    {
        ask_all();
        AcquireSRWLockExclusive(&watcher_lock);
        completed = take_completed_locked();
        /* Whatever holds a store open is let go of before anybody is told that the thread has ended. */
        if (!completed && watched)
            SleepConditionVariableSRW(&watcher_wake, &watcher_lock, WATCH_INTERVAL_MS, 0);
        else if (!completed)
            watcher_runs = runs = false;
        ReleaseSRWLockExclusive(&watcher_lock);
        release_all(completed);
    }
    WakeAllConditionVariable(&watcher_ended);
    return 0;
}

/* watcher_lock is held. */
static HRESULT start_locked(void)
{
    HANDLE thread;

    if (watcher_runs)
        return S_OK;
    module_pin();
    /* It finds the list as it is when it gets the lock. */
    thread = CreateThread(NULL, 0, watcher_run, NULL, 0, NULL);
    if (!thread)
        return E_OUTOFMEMORY;
    CloseHandle(thread);
    watcher_runs = true;
    return S_OK;
}

HRESULT watcher_add(struct operation *operation)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&watcher_lock);
    operation->next = watched;
    hr = start_locked();
    if (SUCCEEDED(hr))
    {
        operation_add_inner(operation);
        watched = operation;
    }
    ReleaseSRWLockExclusive(&watcher_lock);
    if (SUCCEEDED(hr))
        WakeAllConditionVariable(&watcher_wake);
    return hr;
}

/* Those of an object, or all. */
static void cancel(const struct async_object *object)
{
    struct operation *found[64];
    size_t count;

    do
    {
        count = 0;
        AcquireSRWLockShared(&watcher_lock);
        for (struct operation *operation = watched; operation && count < ARRAYSIZE(found); operation = operation->next)
            if (!operation->completed && (!object || operation->object == object))
            {
                operation_add_inner(operation);
                found[count++] = operation;
            }
        ReleaseSRWLockShared(&watcher_lock);
        for (size_t i = 0; i < count; i++)
        {
            operation_cancel(found[i]);
            watcher_complete(found[i], NS_E_DRM_OPERATION_CANCELED);
            operation_release_inner(found[i]);
        }
    } while (count == ARRAYSIZE(found));
}

void watcher_cancel_object(const struct async_object *object)
{
    cancel(object);
}

void watcher_stop(void)
{
    bool runs;

    do
    {
        cancel(NULL); /* also what was added meanwhile */
        AcquireSRWLockExclusive(&watcher_lock);
        if (watcher_runs)
            SleepConditionVariableSRW(&watcher_ended, &watcher_lock, WATCH_INTERVAL_MS, 0);
        runs = watcher_runs;
        ReleaseSRWLockExclusive(&watcher_lock);
    } while (runs);
}
