/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The groups of test_event_generator, a file each. Each runs, and returns the number of its tests that failed. */
#ifndef WMDRM_TESTS_EVENT_GENERATOR_H
#define WMDRM_TESTS_EVENT_GENERATOR_H

int test_generator_get_event(void);
int test_generator_begin_get_event(void);
int test_generator_shutdown(void);
int test_generator_dispatch(void);
int test_generator_reentrance(void);

#endif
