/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches, and leads, a thread through the lock and condition variable of a generator. It stands where the imports of
 * EnterCriticalSection and SleepConditionVariableCS would. So a test knows for certain that a reader waits in GetEvent:
 * it signals while it holds the lock, and whatever the test then calls finds it asleep. No time is involved.
 */
#ifndef WMDRM_TESTS_THREAD_PROBE_H
#define WMDRM_TESTS_THREAD_PROBE_H

#include <windows.h>

struct thread_probe
{
    HANDLE asleep; /* if not NULL: signalled before each sleep on a condition variable */
    /* If not NULL: slept on in place of the condition variable, as if the thread woke up by itself, which it may. */
    HANDLE wake;
    void (*before_lock)(void *context); /* if not NULL: called once, when the thread is about to take a lock */
    void *context;
};

/* For the calling thread, from now on. NULL ends it. */
void thread_probe_attach(struct thread_probe *probe);

#endif
