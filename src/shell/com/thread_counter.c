/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of each thread's own (thread_counter.h).
 */
#include "shell/com/thread_counter.h"

LONG thread_counter_get(struct thread_counter *counter)
{
    LONG slot = InterlockedCompareExchange(&counter->slot, 0, 0);
    DWORD error = GetLastError(); /* TlsGetValue clears it */
    LONG value = slot ? (LONG)(LONG_PTR)TlsGetValue((DWORD)slot - 1) : 0;

    SetLastError(error);
    return value;
}

HRESULT thread_counter_add(struct thread_counter *counter, LONG difference)
{
    LONG slot = InterlockedCompareExchange(&counter->slot, 0, 0);

    if (!slot)
    {
        DWORD index = TlsAlloc();

        if (index == TLS_OUT_OF_INDEXES)
            return E_OUTOFMEMORY;
        slot = InterlockedCompareExchange(&counter->slot, (LONG)index + 1, 0);
        if (slot)
            TlsFree(index); /* another thread was first */
        else
            slot = (LONG)index + 1;
    }
    return TlsSetValue((DWORD)slot - 1, (void *)(LONG_PTR)(thread_counter_get(counter) + difference)) ? S_OK
                                                                                                     : E_OUTOFMEMORY;
}
