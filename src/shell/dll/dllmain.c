/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DLL's entry point. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

/*
 * Does nothing, on purpose: under the loader's lock nothing of ours may start, wait or be freed. What the process needs
 * once is made at first use, and threads that outlive their objects pin the module (shell/com/module.h). Thread
 * notifications stay on, because the C runtime uses them to free what it keeps for a thread.
 */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return TRUE;
}
