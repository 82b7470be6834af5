/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watching the imports of a module (import_watch.h).
 */
#include "support/import_watch.h"

#include <stdlib.h>
#include <string.h>
#include <objbase.h>

/* Only the watched thread writes them while it is watched. */
static DWORD watched;
static struct import_watch_counts counts;

static void count_allocation(void)
{
    if (GetCurrentThreadId() == watched)
        counts.allocations++;
}

static void count_lock(void)
{
    if (GetCurrentThreadId() == watched)
        counts.locks++;
}

/* --- in place of the functions ------------------------------------------------------------------------------ */

static void *watch_malloc(size_t size)
{
    count_allocation();
    return malloc(size);
}

static void *watch_calloc(size_t number, size_t size)
{
    count_allocation();
    return calloc(number, size);
}

static void *watch_realloc(void *block, size_t size)
{
    count_allocation();
    return realloc(block, size);
}

static void watch_free(void *block)
{
    count_allocation();
    free(block);
}

static void *WINAPI watch_HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size)
{
    count_allocation();
    return HeapAlloc(heap, flags, size);
}

static void *WINAPI watch_HeapReAlloc(HANDLE heap, DWORD flags, void *block, SIZE_T size)
{
    count_allocation();
    return HeapReAlloc(heap, flags, block, size);
}

static BOOL WINAPI watch_HeapFree(HANDLE heap, DWORD flags, void *block)
{
    count_allocation();
    return HeapFree(heap, flags, block);
}

static void *WINAPI watch_CoTaskMemAlloc(SIZE_T size)
{
    count_allocation();
    return CoTaskMemAlloc(size);
}

static void WINAPI watch_EnterCriticalSection(CRITICAL_SECTION *section)
{
    count_lock();
    EnterCriticalSection(section);
}

static BOOL WINAPI watch_TryEnterCriticalSection(CRITICAL_SECTION *section)
{
    count_lock();
    return TryEnterCriticalSection(section);
}

static void WINAPI watch_AcquireSRWLockExclusive(SRWLOCK *lock)
{
    count_lock();
    AcquireSRWLockExclusive(lock);
}

static void WINAPI watch_AcquireSRWLockShared(SRWLOCK *lock)
{
    count_lock();
    AcquireSRWLockShared(lock);
}

static DWORD WINAPI watch_WaitForSingleObject(HANDLE handle, DWORD timeout)
{
    count_lock();
    return WaitForSingleObject(handle, timeout);
}

static DWORD WINAPI watch_WaitForSingleObjectEx(HANDLE handle, DWORD timeout, BOOL alertable)
{
    count_lock();
    return WaitForSingleObjectEx(handle, timeout, alertable);
}

static DWORD WINAPI watch_WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD timeout)
{
    count_lock();
    return WaitForMultipleObjects(count, handles, all, timeout);
}

#define ALLOCATION(name) {#name, (ULONG_PTR)watch_##name, false}
#define LOCK(name) {#name, (ULONG_PTR)watch_##name, true}

static const struct
{
    const char *name;
    ULONG_PTR function;
    bool is_lock;
} functions[] = {
    ALLOCATION(malloc),
    ALLOCATION(calloc),
    ALLOCATION(realloc),
    ALLOCATION(free),
    ALLOCATION(HeapAlloc),
    ALLOCATION(HeapReAlloc),
    ALLOCATION(HeapFree),
    ALLOCATION(CoTaskMemAlloc),
    LOCK(EnterCriticalSection),
    LOCK(TryEnterCriticalSection),
    LOCK(AcquireSRWLockExclusive),
    LOCK(AcquireSRWLockShared),
    LOCK(WaitForSingleObject),
    LOCK(WaitForSingleObjectEx),
    LOCK(WaitForMultipleObjects),
};

/* --- leading them here -------------------------------------------------------------------------------------- */

static void replace(ULONG_PTR *place, ULONG_PTR function)
{
    DWORD protection;

    VirtualProtect(place, sizeof(*place), PAGE_READWRITE, &protection);
    *place = function;
    VirtualProtect(place, sizeof(*place), protection, &protection);
}

static void replace_known(const char *name, ULONG_PTR *place, bool found[2])
{
    for (size_t i = 0; i < ARRAYSIZE(functions); i++)
    {
        if (strcmp(name, functions[i].name) != 0)
            continue;
        replace(place, functions[i].function);
        found[functions[i].is_lock] = true;
    }
}

bool import_watch_install(HMODULE module)
{
    BYTE *base = (BYTE *)module;
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)base;
    const IMAGE_NT_HEADERS *head = (const IMAGE_NT_HEADERS *)(base + dos->e_lfanew);
    const IMAGE_IMPORT_DESCRIPTOR *library = (const IMAGE_IMPORT_DESCRIPTOR *)(base
        + head->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress);
    bool found[2] = {false, false};

    for (; library->Name; library++)
    {
        const IMAGE_THUNK_DATA *names = (const IMAGE_THUNK_DATA *)(base + library->OriginalFirstThunk);
        ULONG_PTR *places = (ULONG_PTR *)(base + library->FirstThunk);

        for (; names->u1.AddressOfData; names++, places++)
        {
            if (!IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal))
                replace_known(((const IMAGE_IMPORT_BY_NAME *)(base + names->u1.AddressOfData))->Name, places, found);
        }
    }
    return found[false] && found[true];
}

void import_watch_begin(void)
{
    counts = (struct import_watch_counts){0, 0};
    watched = GetCurrentThreadId();
}

struct import_watch_counts import_watch_end(void)
{
    watched = 0;
    return counts;
}
