/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DLL's entry point. */
#include <windows.h>

#include "shell/com/module.h"

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

/*
 * Once loaded the DLL stays. libgpg-error takes a slot of thread-local storage when it is loaded, never gives it back,
 * and aborts the process when there is none left: a program that loads and frees the DLL for each file it plays ended
 * at the 1,088th (measured). GetModuleHandleEx only counts, so it may be called here.
 *
 * Nothing else is done, on purpose: under the loader's lock nothing of ours may start, wait or be freed. What the
 * process needs once is made at first use. Thread notifications stay on, because the C runtime uses them to free what
 * it keeps for a thread.
 */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)instance;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        module_pin();
    return TRUE;
}
