/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a Windows test program ends: every reference to exit is this one (-Wl,--wrap=exit), that of the C runtime after
 * main too. Its code is what its tests said, whatever Wine does to ending processes.
 */
#include "common/leave.h"

void __wrap_exit(int code);

void __wrap_exit(int code)
{
    leave(code);
}
