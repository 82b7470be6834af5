/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads for tests of the engine, on Linux and on Windows.
 */
#ifndef WMDRM_TESTS_THREADS_H
#define WMDRM_TESTS_THREADS_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_THREADS 16

/* Runs function(context, index) on count threads that start at the same moment, and returns when all have ended. False
 * where a thread could not be made. No assertion may fail on them: they record, the caller judges. */
bool run_threads(size_t count, void (*function)(void *context, size_t index), void *context);

#endif
