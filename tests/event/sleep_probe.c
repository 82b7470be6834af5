/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells the test that a thread waits. */
#include "event/sleep_probe.h"

typedef BOOL(WINAPI *sleep_function)(PCONDITION_VARIABLE, PCRITICAL_SECTION, DWORD);

#ifdef _WIN64
#define IMPORT_OF_SLEEP "__imp_SleepConditionVariableCS"
#else
#define IMPORT_OF_SLEEP "__imp__SleepConditionVariableCS@12"
#endif

/* The linker takes this for the entry of the import table, and the import library's stays out. */
extern sleep_function import_of_sleep __asm__(IMPORT_OF_SLEEP);

static __thread HANDLE probe_asleep;

static BOOL WINAPI probe_sleep(PCONDITION_VARIABLE variable, PCRITICAL_SECTION lock, DWORD timeout)
{
    static sleep_function original;

    if (!original)
    {
        union { FARPROC found; sleep_function sleep; } address;

        address.found = GetProcAddress(GetModuleHandleW(L"kernel32"), "SleepConditionVariableCS");
        original = address.sleep;
    }
    if (probe_asleep)
        SetEvent(probe_asleep);
    return original(variable, lock, timeout);
}

sleep_function import_of_sleep = probe_sleep;

void sleep_probe_attach(HANDLE asleep)
{
    probe_asleep = asleep;
}
