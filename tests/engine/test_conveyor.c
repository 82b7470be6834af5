/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Things that one thread hands to another. */
#include "engine/base/conveyor.h"

#include "engine/base/thread.h"
#include "engine/check.h"

#define PLACES 3
#define THINGS 20000

struct line
{
    struct drm_conveyor *conveyor;
    struct drm_thread *thread;
    unsigned int places[PLACES];
    unsigned int count;          /* the giver gives so many, and ends */
    unsigned int given;
};

static void give_things(void *context)
{
    struct line *line = context;
    size_t place;

    while (line->given < line->count && drm_conveyor_claim(line->conveyor, &place))
    {
        line->places[place] = ++line->given;
        drm_conveyor_give(line->conveyor);
    }
    drm_conveyor_end(line->conveyor);
}

static void start(struct line *line, unsigned int count)
{
    *line = (struct line){.conveyor = drm_conveyor_create(PLACES), .count = count};
    assert_non_null(line->conveyor);
    line->thread = drm_thread_start(give_things, line);
    assert_non_null(line->thread);
}

static void finish(struct line *line)
{
    drm_thread_join(line->thread);
    drm_conveyor_free(line->conveyor);
}

static void things__come_in_order_and_all_of_them(void **state)
{
    struct line line;
    unsigned int taken = 0;
    size_t place;

    (void)state;
    start(&line, THINGS);
    while (drm_conveyor_take(line.conveyor, &place))
    {
        assert_in_range(place, 0, PLACES - 1);
        assert_int_equal(line.places[place], ++taken);
        line.places[place] = 0;
        drm_conveyor_return(line.conveyor);
    }
    assert_int_equal(taken, THINGS);
    assert_false(drm_conveyor_take(line.conveyor, &place));
    finish(&line);
}

static void giver__of_nothing_lets_nobody_wait(void **state)
{
    struct line line;
    size_t place;

    (void)state;
    start(&line, 0);
    assert_false(drm_conveyor_take(line.conveyor, &place));
    finish(&line);
}

/* It gives at most what there are places for, and waits until it is told. */
static void giver__learns_that_no_more_is_wanted(void **state)
{
    struct line line;
    size_t place;

    (void)state;
    start(&line, THINGS);
    assert_true(drm_conveyor_take(line.conveyor, &place));
    drm_conveyor_return(line.conveyor);
    drm_conveyor_stop(line.conveyor);
    drm_thread_join(line.thread);
    assert_in_range(line.given, 1, PLACES + 1);
    drm_conveyor_free(line.conveyor);
}

/* What was given before is there to be taken. */
static void end__takes_nothing_back(void **state)
{
    struct line line;
    size_t place;

    (void)state;
    start(&line, PLACES);
    drm_thread_join(line.thread);
    for (unsigned int i = 1; i <= PLACES; i++)
    {
        assert_true(drm_conveyor_take(line.conveyor, &place));
        assert_int_equal(line.places[place], i);
        drm_conveyor_return(line.conveyor);
    }
    assert_false(drm_conveyor_take(line.conveyor, &place));
    drm_conveyor_free(line.conveyor);
}

static void nothing__is_let_go_of(void **state)
{
    (void)state;
    drm_thread_join(NULL);
    drm_conveyor_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things__come_in_order_and_all_of_them),
        cmocka_unit_test(giver__of_nothing_lets_nobody_wait),
        cmocka_unit_test(giver__learns_that_no_more_is_wanted),
        cmocka_unit_test(end__takes_nothing_back),
        cmocka_unit_test(nothing__is_let_go_of),
    };

    return cmocka_run_group_tests_name("conveyor", tests, NULL, NULL);
}
