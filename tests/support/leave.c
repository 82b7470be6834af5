/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a Windows test program ends: every reference to exit is this one (-Wl,--wrap=exit), that of the C runtime after
 * main too.
 *
 * Under Wine 8 a process that exits while threads of the system's work queues exist dies by a signal now and then
 * (samples/common/sample.c), which would be reported as a test's failure. Its code is what its tests said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

void __wrap_exit(int code);

void __wrap_exit(int code)
{
    fflush(NULL);
    TerminateProcess(GetCurrentProcess(), (UINT)code);
    abort();
}
