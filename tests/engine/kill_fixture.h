/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What test_kill.c and test_disk_failure.c start from: a scenario with its state before and after, and what must hold
 * after an attempt that was cut short.
 */
#ifndef WMDRM_TESTS_KILL_FIXTURE_H
#define WMDRM_TESTS_KILL_FIXTURE_H

#include "kill_scenario.h"
#include "store_state.h"

/* Under AddressSanitizer every attempt takes many times as long: there some calls stand for all. */
#ifdef __SANITIZE_ADDRESS__
#define KILL_STRIDE 9
#else
#define KILL_STRIDE 1
#endif

struct kill_fixture
{
    const struct kill_scenario *scenario;
    struct plain_host host;
    char *begin, *work; /* folders: as the scenario begins, and of the attempt */
    struct store_state before, after;
};

void kill_fixture_set_up(struct kill_fixture *fixture, const struct kill_scenario *scenario);
void kill_fixture_tear_down(struct kill_fixture *fixture);

/* One attempt in a folder that is as the scenario begins. */
struct kill_outcome kill_fixture_attempt(struct kill_fixture *fixture, const struct kill_vfs_plan *plan);

/* The folder holds, whole, the state before the operation, or the one after it. False where it cannot be read. */
bool kill_fixture_look(struct kill_fixture *fixture, bool *before, bool *after);

/* What comes next works, with the same authority, and clears up what was left. */
bool kill_fixture_goes_on(struct kill_fixture *fixture);

/* Fails the test where good is false, and says where. */
void kill_fixture_check(const struct kill_fixture *fixture, bool good, const char *what, uint64_t call);

/* Runs test for each scenario; state is the struct kill_scenario. For main to return. */
int kill_run_tests(const char *name, const char *what, void (*test)(void **state));

#endif
