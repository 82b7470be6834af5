/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_exchange share: a scripted transport, an exchange over it, and what comes out at
 * its top. Each group returns the number of tests that failed.
 */
#ifndef WMDRM_TESTS_EXCHANGE_FIXTURE_H
#define WMDRM_TESTS_EXCHANGE_FIXTURE_H

#include "engine/check.h"
#include "engine/net/exchange.h"
#include "support/scripted_transport.h"

#define ANSWER .body = (const uint8_t *)"the answer", .body_size = 10
#define MAX_ANSWER 1000

/* What came out at the top, as one line of text: C connecting, R requesting, V receiving, B begin, D data. */
struct recorder
{
    char trace[256];
    char urls[8][DRM_EXCHANGE_MAX_URL]; /* of each CONNECTING */
    size_t url_count;
    uint64_t total;
    uint8_t data[4 * MAX_ANSWER];
    size_t size;
    drm_result begin_result;
    drm_result data_result;
};

extern struct scripted_transport script;
extern struct recorder seen;
extern uint32_t round_trips;
extern struct drm_exchange asked; /* what is asked for next; but for the URL */
extern char logged[4096];         /* lines one after the other */

/* The recorder, as the sink of an exchange. */
struct drm_exchange_sink recorder_sink(void);

/* Sets script, seen and round_trips; exchange_run_prepared asks. exchange_run does both. */
void exchange_prepare(const struct scripted_hop *hops, size_t count);
drm_result exchange_run_prepared(const char *url);
drm_result exchange_run(const struct scripted_hop *hops, size_t count, const char *url);

/* cmocka's set-up and tear-down. */
int exchange_set_up(void **state);
int exchange_tear_down(void **state);
#define EXCHANGE_TEST(name) cmocka_unit_test_setup_teardown(name, exchange_set_up, exchange_tear_down)

int run_exchange_answer_tests(void);

#endif
