/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A number of each thread's own. (The compiler's thread-local variables would need a run-time library in a DLL that
 * is loaded late.)
 */
#ifndef WMDRM_SHELL_THREAD_COUNTER_H
#define WMDRM_SHELL_THREAD_COUNTER_H

#include <windows.h>

/* A zeroed one is ready, and stays for the life of the process. */
struct thread_counter
{
    LONG slot; /* of TlsAlloc, plus one; 0 before the first use */
};

/* This thread's number; 0 at first. */
LONG thread_counter_get(struct thread_counter *counter);
/* Returns E_OUTOFMEMORY, with the number as it was, where the process has no slot left. */
HRESULT thread_counter_add(struct thread_counter *counter, LONG difference);

#endif
