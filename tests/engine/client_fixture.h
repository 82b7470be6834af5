/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_client share: a client with the embedded authority in a folder of its own, and
 * operations that write down all that they report.
 */
#ifndef WMDRM_TESTS_CLIENT_FIXTURE_H
#define WMDRM_TESTS_CLIENT_FIXTURE_H

#include <limits.h>

#include "engine/authority/authority.h"
#include "engine/check.h"
#include "engine/client/client.h"
#include "support/test_host.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define YEAR_MS (365 * DAY_MS)

struct fixture
{
    struct test_host host;
    struct drm_client *client;
};

/* CMocka's set-up and tear-down of one test; *state is the fixture. */
int client_setup(void **state);
int client_teardown(void **state);

struct drm_client *make_client(struct fixture *fixture);
/* Closes what the client holds open, as a new process would begin. */
void client_reopen(struct fixture *fixture);
/* The embedded authority of the fixture's folder. */
struct drm_authority *open_authority(struct fixture *fixture);

/* --- operations ------------------------------------------------------------------------------------------- */

#define NEVER UINT_MAX
#define MAX_EVENTS 200

struct event
{
    enum drm_individualization_state state;
    enum drm_http_phase http;
    drm_result result;
    uint32_t round_trips;
    uint64_t received, total;
    char url[64];
};

/* One operation. It is cancelled when it asks for the cancel_at'th time (1 is the first), and stays so. */
struct run
{
    unsigned int cancel_at;
    unsigned int polls;
    size_t event_count; /* may be more than MAX_EVENTS */
    struct event events[MAX_EVENTS];
};

struct drm_task run_task(struct run *run);

/* Individualizes and checks what every individualization promises of its states. run may be NULL. */
drm_result individualize(struct drm_client *client, bool forced, unsigned int cancel_at, struct run *run);
/* Only checks: for runs of other threads. */
void check_run(const struct run *run, drm_result result);
size_t count_states(const struct run *run, enum drm_individualization_state state, enum drm_http_phase http);

/* --- what a client knows ---------------------------------------------------------------------------------- */

struct identity
{
    bool individualized;
    struct drm_version version;
    struct drm_certificate certificate; /* zeroed where there is none */
};
struct identity identity_of(struct drm_client *client);
/* The same certificate in force, or none as before. */
void assert_same_identity(struct identity a, struct identity b);
uint64_t list_version(struct drm_client *client, enum drm_revocation_type type);

/* Makes a component of size bytes and publishes it. */
void publish_component(struct fixture *fixture, uint64_t size);
/* count different certificate ids that follow from first. free it. */
uint8_t *make_entries(uint32_t first, size_t count);

int run_client_broken_tests(void);
int run_client_cancel_tests(void);
int run_client_component_tests(void);
int run_client_list_tests(void);

#endif
