/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes killed at every write (docs/store.md, "What the tests kill and fill"). After each, the folder holds the
 * state before or the state after, whole, and the next operations work.
 */
#include "check.h"
#include "kill_fixture.h"

static bool is_whole(struct kill_fixture *fixture)
{
    bool before, after;

    return kill_fixture_look(fixture, &before, &after) && kill_fixture_goes_on(fixture);
}

/* Returns the number of calls of an operation that nobody disturbs. */
static uint64_t kill_at_every_call(struct kill_fixture *fixture, enum kill_vfs_mode mode, const char *what)
{
    for (uint64_t call = 1;; call += KILL_STRIDE)
    {
        const struct kill_vfs_plan plan = {.mode = mode, .call = call};
        struct kill_outcome outcome = kill_fixture_attempt(fixture, &plan);

        if (outcome.end == KILL_ENDED_BETWEEN_CALLS)
            continue;
        kill_fixture_check(fixture, is_whole(fixture), what, call);
        if (outcome.end == KILL_ENDED_BY_ITSELF)
        {
            assert_int_equal(outcome.result, DRM_S_OK);
            return outcome.calls;
        }
    }
}

static void kill_scenario(void **state)
{
    struct kill_fixture fixture;
    uint64_t calls;

    kill_fixture_set_up(&fixture, *state);
    calls = kill_at_every_call(&fixture, KILL_VFS_BEFORE, "killed before");
    (void)kill_at_every_call(&fixture, KILL_VFS_HALFWAY, "killed halfway");
    print_message("%s: %llu calls\n", fixture.scenario->name, (unsigned long long)calls);
    kill_fixture_tear_down(&fixture);
}

int main(void)
{
    return kill_run_tests("test_kill", "killed_at_any_call_leaves_the_state_before_or_after", kill_scenario);
}
