/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What test_kill.c and test_disk_failure.c disturb at every write: operations, the stores that they begin with, and a
 * process for each attempt.
 */
#ifndef WMDRM_TESTS_KILL_SCENARIO_H
#define WMDRM_TESTS_KILL_SCENARIO_H

#include "engine/client/client.h"
#include "support/kill_vfs.h"
#include "support/plain_host.h"

struct kill_scenario
{
    const char *name;
    void (*prepare)(const char *directory, struct plain_host *host); /* asserts; NULL: an empty folder */
    drm_result (*run)(const char *directory, struct plain_host *host);
    bool makes_identity;
    bool is_operators;   /* changes the authority, not the machine's store */
    bool begins_damaged; /* the store cannot be read before */
};

extern const struct kill_scenario kill_scenarios[];
extern const size_t kill_scenario_count;

/* The operation with the embedded authority, as any program would run it. */
drm_result kill_individualize(const char *directory, struct plain_host *host, bool forced);

enum kill_end
{
    KILL_ENDED_BY_ITSELF,
    KILL_ENDED_BY_PLAN,
    KILL_ENDED_BETWEEN_CALLS, /* by the plan too, but where killing before the next call ends it */
};

/* What became of an attempt. All but end is known where it ended by itself. */
struct kill_outcome
{
    enum kill_end end;
    drm_result result;
    uint64_t calls;    /* in all */
    uint64_t failures;
};

/* Runs the scenario in a process of its own with this plan. Asserts that it ends by itself or by the plan. */
struct kill_outcome kill_attempt(const struct kill_scenario *scenario, const char *directory, struct plain_host *host,
                                 const struct kill_vfs_plan *plan);

/* Bytes of the damaged store that a scenario begins with. */
#define KILL_DAMAGED_BYTES "this was a database once"

#endif
