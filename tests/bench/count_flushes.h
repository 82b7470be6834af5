/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts the flushes that SQLite asks the system for.
 */
#ifndef WMDRM_TESTS_COUNT_FLUSHES_H
#define WMDRM_TESTS_COUNT_FLUSHES_H

#include <stdbool.h>

/* Before any database is opened. */
bool count_flushes_install(void);
unsigned long count_flushes(void);

#endif
