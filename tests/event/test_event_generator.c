/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of the event generator (docs/events.md): each row of its table is a test in one of these groups. */
#include "event/test_event_generator.h"

#include "event/event_fixture.h"

int main(void)
{
    int failed = 0;

    end_at_first_failure();
    failed += test_generator_get_event();
    failed += test_generator_begin_get_event();
    failed += test_generator_shutdown();
    failed += test_generator_dispatch();
    failed += test_generator_reentrance();
    return failed;
}
