/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How often a module allocates memory and takes locks or waits, on one thread: its imports of such functions are led
 * through here. What it calls of its own, and what other modules do for themselves, is not seen.
 */
#ifndef WMDRM_TESTS_IMPORT_WATCH_H
#define WMDRM_TESTS_IMPORT_WATCH_H

#include <stdbool.h>
#include <windows.h>

struct import_watch_counts
{
    unsigned int allocations; /* and releases of memory */
    unsigned int locks;       /* and waits */
};

/* False where the module imports no function of one kind: then nothing would be counted. Again: does nothing. */
bool import_watch_install(HMODULE module);
/* Counts what this thread does until import_watch_end. */
void import_watch_begin(void);
struct import_watch_counts import_watch_end(void);

#endif
