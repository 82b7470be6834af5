/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks that are full, or break, at every write (docs/store.md, "What the tests kill and fill"). The operation ends
 * with the result that says so and with the old state in force, or does not need the write and succeeds; later it
 * succeeds.
 */
#include <stdio.h>

#include "check.h"
#include "kill_fixture.h"

static bool is_specific(enum kill_vfs_cause cause, drm_result result)
{
    if (cause == KILL_VFS_DISK_FULL)
        return result == DRM_E_DISK_FULL;
    /* A file that a broken disk could not make was not opened. */
    return result == DRM_E_IO || result == DRM_E_UNABLE_TO_OPEN_STORE;
}

static bool ended_well(struct kill_fixture *fixture, const struct kill_vfs_plan *plan,
                       const struct kill_outcome *outcome)
{
    bool before, after;

    if (DRM_FAILED(outcome->result) && !is_specific(plan->cause, outcome->result))
    {
        fprintf(stderr, "the result was 0x%08x\n", (unsigned int)outcome->result);
        return false;
    }
    if (!kill_fixture_look(fixture, &before, &after))
        return false;
    if (DRM_SUCCEEDED(outcome->result))
        return EXPECT(after);
    /* Where a commit could not be flushed and the disk takes nothing any more, nobody can know whether it is there. */
    return EXPECT(before || plan->mode == KILL_VFS_FAIL_ON);
}

static void fail_at_every_call(struct kill_fixture *fixture, enum kill_vfs_mode mode, enum kill_vfs_cause cause,
                               const char *what)
{
    uint64_t failed = 0;

    for (uint64_t call = 1;; call += KILL_STRIDE)
    {
        const struct kill_vfs_plan plan = {.mode = mode, .cause = cause, .call = call};
        struct kill_outcome outcome = kill_fixture_attempt(fixture, &plan);

        if (outcome.calls < call)
            break;
        if (!outcome.failures)
            continue; /* what the call does needs no room */
        failed += DRM_FAILED(outcome.result);
        kill_fixture_check(fixture, ended_well(fixture, &plan, &outcome) && kill_fixture_goes_on(fixture), what, call);
    }
    assert_true(failed > 0);
}

static void fail_scenario(void **state)
{
    struct kill_fixture fixture;

    kill_fixture_set_up(&fixture, *state);
    fail_at_every_call(&fixture, KILL_VFS_FAIL_ONCE, KILL_VFS_DISK_FULL, "disk full once");
    fail_at_every_call(&fixture, KILL_VFS_FAIL_ON, KILL_VFS_DISK_FULL, "disk full from there on");
    fail_at_every_call(&fixture, KILL_VFS_FAIL_ONCE, KILL_VFS_BROKEN, "disk broken once");
    fail_at_every_call(&fixture, KILL_VFS_FAIL_ON, KILL_VFS_BROKEN, "disk broken from there on");
    kill_fixture_tear_down(&fixture);
}

int main(void)
{
    return kill_run_tests("test_disk_failure", "failing_at_any_call_leaves_the_old_state", fail_scenario);
}
