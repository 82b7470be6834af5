/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much heap the program holds at most. Programs that use it are linked with --wrap for malloc, calloc, realloc
 * and free, so that their calls go through here. Memory that shared libraries take for themselves is not seen.
 */
#ifndef WMDRM_TESTS_HEAP_WATCH_H
#define WMDRM_TESTS_HEAP_WATCH_H

#include <stddef.h>

/* From now on: what is held now counts as nothing. */
void heap_watch_begin(void);
/* The most that was held at any moment since, beyond what was held then. */
size_t heap_watch_peak(void);

#endif
