/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches a thread through the generator's lock and condition variable. */
#include "event/thread_probe.h"

#include <stdlib.h>

typedef BOOL(WINAPI *sleep_function)(PCONDITION_VARIABLE, PCRITICAL_SECTION, DWORD);
typedef void(WINAPI *lock_function)(PCRITICAL_SECTION);

#ifdef _WIN64
#define IMPORT_OF_SLEEP "__imp_SleepConditionVariableCS"
#define IMPORT_OF_LOCK "__imp_EnterCriticalSection"
#else
#define IMPORT_OF_SLEEP "__imp__SleepConditionVariableCS@12"
#define IMPORT_OF_LOCK "__imp__EnterCriticalSection@4"
#endif

/* The linker takes these for entries of the import table, and the import library's stay out. */
extern sleep_function import_of_sleep __asm__(IMPORT_OF_SLEEP);
extern lock_function import_of_lock __asm__(IMPORT_OF_LOCK);

/* The compiler's thread-local variables take locks themselves. */
static DWORD probe_slot = TLS_OUT_OF_INDEXES;

static struct thread_probe *thread_probe_get(void)
{
    return probe_slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(probe_slot);
}

static FARPROC kernel_function(const char *name)
{
    FARPROC function = GetProcAddress(GetModuleHandleW(L"kernel32"), name);

    if (!function)
        abort();
    return function;
}

static BOOL WINAPI probe_sleep(PCONDITION_VARIABLE variable, PCRITICAL_SECTION lock, DWORD timeout)
{
    struct thread_probe *probe = thread_probe_get();
    union { FARPROC found; sleep_function sleep; } original;

    if (probe && probe->asleep)
        SetEvent(probe->asleep);
    if (probe && probe->wake)
    {
        LeaveCriticalSection(lock);
        WaitForSingleObject(probe->wake, INFINITE);
        EnterCriticalSection(lock);
        return TRUE;
    }
    original.found = kernel_function("SleepConditionVariableCS");
    return original.sleep(variable, lock, timeout);
}

static void WINAPI probe_lock(PCRITICAL_SECTION lock)
{
    struct thread_probe *probe = thread_probe_get();
    union { FARPROC found; lock_function lock; } original;

    if (probe && probe->before_lock)
    {
        void (*before_lock)(void *context) = probe->before_lock;

        probe->before_lock = NULL;
        before_lock(probe->context);
    }
    original.found = kernel_function("EnterCriticalSection");
    original.lock(lock);
}

sleep_function import_of_sleep = probe_sleep;
lock_function import_of_lock = probe_lock;

void thread_probe_attach(struct thread_probe *probe)
{
    DWORD slot;

    if (probe_slot == TLS_OUT_OF_INDEXES)
    {
        slot = TlsAlloc();
        if (InterlockedCompareExchange((LONG *)&probe_slot, slot, TLS_OUT_OF_INDEXES) != (LONG)TLS_OUT_OF_INDEXES)
            TlsFree(slot);
    }
    TlsSetValue(probe_slot, probe);
}
