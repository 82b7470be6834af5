/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the samples and the Windows test programs end.
 *
 * Under Wine 8 the signal that ends the other threads of an ending process can reach one that is just being started:
 * its segment registers are not set up, the handler dies, and the process reports SIGSEGV in place of its exit code.
 * Measured: 57 of 2,000 processes that ended right after Media Foundation had started its work queues, on a busy
 * machine. So the program ends when each thread that the system lists has told that it runs, which the system itself
 * lets it do by the notifications below. On Windows that is so at the first look.
 *
 * A process that then returns from main dies by a signal too now and then, as its work queues are torn down (2 of 400);
 * one that terminates itself does not (none of 660).
 */
#include "leave.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <tlhelp32.h>

/* A thread that somebody ended by force is never told of: no reason to stay for ever. */
#define WAIT_AT_MOST_MS 1000

/* The thread that starts the process is not notified of. */
static volatile LONG running_threads = 1;

static void NTAPI count_threads(void *module, DWORD reason, void *reserved)
{
    (void)module;
    (void)reserved;
    if (reason == DLL_THREAD_ATTACH)
        InterlockedIncrement(&running_threads);
    else if (reason == DLL_THREAD_DETACH)
        InterlockedDecrement(&running_threads);
}

/* The linker sorts the program's notification functions into a table by the name of their section. */
extern const PIMAGE_TLS_CALLBACK leave_count_threads;
__attribute__((section(".CRT$XLM"), used)) const PIMAGE_TLS_CALLBACK leave_count_threads = count_threads;

/* How many threads the system lists; 0 when it does not say. */
static LONG listed_threads(void)
{
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    LONG count = 0;

    if (snapshot == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(snapshot);
    return count;
}

noreturn void leave(int code)
{
    ULONGLONG start = GetTickCount64();

    fflush(NULL);
    while (listed_threads() > running_threads && GetTickCount64() - start < WAIT_AT_MOST_MS)
        Sleep(1);
    TerminateProcess(GetCurrentProcess(), (UINT)code);
    abort();
}
