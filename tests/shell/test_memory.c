/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a program does not grow with what it downloads. */
#include "shell/service_child.h"
#include "shell/shell_fixture.h"

#include <psapi.h>
#include <string.h>

#define MIB (1024 * 1024)
#define LARGE_COMPONENT (40 * MIB)
/* Less than a tenth of the component; what a download really takes is in docs/benchmarks.md. */
#define ALLOWED_GROWTH (4 * MIB)

static struct service_child service;
static struct shell_events events;

static int set_up(void **state)
{
    int result = shell_fixture_set_up(state);

    if (!result)
    {
        service_child_start(&service);
        shell_fixture_renew(*state);
    }
    return result;
}

static int tear_down(void **state)
{
    service_child_stop(&service);
    return shell_fixture_tear_down(state);
}

/* What this process has in memory, and the most that it ever had. Wine does not count private memory. */
struct usage
{
    size_t now, peak;
};

static struct usage measure(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    assert_true(GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)));
    return (struct usage){.now = counters.WorkingSetSize, .peak = counters.PeakWorkingSetSize};
}

static uint64_t individualize(struct shell_fixture *fixture)
{
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    return events.items[events.count - 2].state.dwHTTPReadTotal;
}

static void individualization__streams_in_constant_memory(void **state)
{
    struct shell_fixture *fixture = *state;
    struct usage before, after;

    /* Twice: what is made once, in our libraries and in Windows', is there then. */
    individualize(fixture);
    individualize(fixture);
    before = measure();
    service_child_publish(&service, LARGE_COMPONENT);
    assert_true(individualize(fixture) > LARGE_COMPONENT);
    after = measure();
    print_message("%lu KiB, %lu KiB at most while %lu KiB came\n", (unsigned long)(before.now / 1024),
                  (unsigned long)(after.peak / 1024), (unsigned long)(LARGE_COMPONENT / 1024));
    assert_true(after.peak < before.now + ALLOWED_GROWTH);
}

/* A peak that did not show 40 MiB could not show that a download takes none. */
static void measure__shows_memory_that_is_used(void **state)
{
    struct usage before = measure(), after;
    void *block = VirtualAlloc(NULL, LARGE_COMPONENT, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    (void)state;
    assert_non_null(block);
    memset(block, 1, LARGE_COMPONENT);
    assert_true(VirtualFree(block, 0, MEM_RELEASE));
    after = measure();
    assert_true(after.peak > before.now + LARGE_COMPONENT / 2);
}

int main(int argc, char **argv)
{
    /* In this order: a peak stays. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(individualization__streams_in_constant_memory, set_up, tear_down),
        cmocka_unit_test(measure__shows_memory_that_is_used),
    };

    if (argc > 1 && !strcmp(argv[1], SERVICE_CHILD_ARGUMENT))
        return service_child_run();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
