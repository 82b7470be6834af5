/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store that another program holds, and what waits for it: waits are counted instead of waited, so that the ten
 * seconds of the real ones take no time.
 */
#ifndef WMDRM_TESTS_HELD_STORE_H
#define WMDRM_TESTS_HELD_STORE_H

#include <stdbool.h>

/* From here on nobody else can write to the database, or, wholly, even read it; for the latter nobody may have it open
 * now. One at a time. Asserts. */
void held_store_begin(const char *path, bool wholly);
/* It is free again. Returns how often somebody waited. */
unsigned int held_store_end(void);

/* Whoever waits to the end waits more often than this. */
#define HELD_STORE_MANY 500

#endif
