/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all licences of a key id together allow: each category, the rules that unite licences, and, over random
 * licences, that a row which is not vague says exactly when the right can be used.
 */
#include <stdio.h>

#include "engine/rights_fixture.h"
#include "engine/rights_tests.h"

struct state_case
{
    const char *licenses;
    const char *environment;
    const char *expected;
};

static void check(const struct state_case *cases, size_t count)
{
    static struct rights_fixture fixture;
    struct drm_environment environment;
    struct drm_state_data data;
    char answer[STATE_TEXT_SIZE];
    int failures = 0;
    size_t i;

    for (i = 0; i < count; i++)
    {
        memset(&data, 0xa5, sizeof(data));
        rights_fixture_read(&fixture, cases[i].licenses);
        environment_read(cases[i].environment, &environment);
        drm_evaluate_state(fixture.candidates, fixture.count, DRM_RIGHT_PLAY, &environment, &data);
        state_write(&data, answer);
        if (strcmp(answer, cases[i].expected) != 0)
        {
            print_error("\"%s\", %s: %s, not %s\n", cases[i].licenses, cases[i].environment, answer,
                        cases[i].expected);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

static void evaluate_state__one_licence_each_category(void **state)
{
    static const struct state_case cases[] = {
        {"", "time=10", "NO_RIGHT"},
        {"Copy outputs sap", "time=10", "NO_RIGHT"},
        {"Play", "time=10", "UNLIMITED"},
        {"Play*5", "time=10", "COUNT 5"},
        {"Play*5/2", "time=10", "COUNT 2"},
        {"Play*5/0", "time=10", "NO_RIGHT"},
        {"Play[10,)", "time=10", "FROM 10"},
        {"Play[20,)", "time=10", "FROM 20"},
        {"Play[,20)", "time=10", "UNTIL 20"},
        {"Play[,20)", "time=20", "NO_RIGHT"},
        {"Play[10,20)", "time=10", "FROM_UNTIL 10 20"},
        {"Play*5[10,)", "time=10", "COUNT_FROM 5 10"},
        {"Play*5/3[,20)", "time=10", "COUNT_UNTIL 3 20"},
        {"Play*5[10,20)", "time=5", "COUNT_FROM_UNTIL 5 10 20"},
        {"<10,20) Play", "time=10", "FROM_UNTIL 10 20"},
        {"<10,) Play[,20)", "time=10", "FROM_UNTIL 10 20"},
        /* hours: until they begin, and then an end */
        {"Play+24h", "time=10", "AFTER_FIRST_USE 24"},
        {"Play+24h used=10", "time=10", "UNTIL 34"},
        {"Play+24h used=10", "time=34", "NO_RIGHT"},
        {"Play[,20)+24h used=10", "time=10", "UNTIL 20"},
        {"Play*5+24h used=10", "time=10", "COUNT_UNTIL 5 34"},
        {"Play*5+24h", "time=10", "AFTER_FIRST_USE 24 vague"},
        {"Play[,20)+24h", "time=10", "AFTER_FIRST_USE 24 vague"},
        /* not usable as things are */
        {"Play metered", "time=10", "NO_RIGHT"},
        {"Play marked", "time=10", "NO_RIGHT"},
        {"Play[,20)", "", "NO_RIGHT"},
        {"Play[10,)", "", "NO_RIGHT"},
        {"Play+24h", "", "NO_RIGHT"},
        {"Play*5", "", "COUNT 5"},
        /* what the user can remedy, or the device, takes nothing away */
        {"Play sec=2.11 app=1000", "time=10 sec=2.10 level=1 bare", "UNLIMITED"},
        /* flags */
        {"Play*5 outputs", "time=10", "COUNT 5 outputs"},
        {"Play*5 out=7", "time=10", "COUNT 5 outputs"},
        {"Play*5 in=7", "time=10", "COUNT 5 outputs"},
        {"Play*5 sap", "time=10", "COUNT 5 sap"},
        {"Play outputs sap", "time=10", "UNLIMITED outputs sap"},
        {"Play*5/0 outputs sap", "time=10", "NO_RIGHT"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void evaluate_state__two_windows_of_one_licence(void **state)
{
    static const struct state_case cases[] = {
        {"Play*5[10,20) Play*3[30,40)", "time=15", "COUNT_FROM_UNTIL 5 3 10 20 30 40"},
        {"Play*5[30,40) Play*3[10,20)", "time=15", "COUNT_FROM_UNTIL 3 5 10 20 30 40"},
        {"Play*5[10,20) Play*3[30,40)", "time=25", "COUNT_FROM_UNTIL 3 30 40"},
        {"Play*5/0[10,20) Play*3[30,40)", "time=15", "COUNT_FROM_UNTIL 3 30 40"},
        {"Play*5[10,20) Play*3[10,20)", "time=15", "COUNT_FROM_UNTIL 8 10 20"},
        {"Play*5[10,30) Play*3[20,40)", "time=15", "COUNT_FROM_UNTIL 5 3 10 30 20 40"},
        {"Play[10,20) Play[15,40)", "time=15", "FROM_UNTIL 10 40"},
        {"Play[10,20) Play[20,40)", "time=15", "FROM_UNTIL 10 40"},
        {"Play[10,20) Play[30,40)", "time=15", "FROM_UNTIL 10 20 vague"},
        {"Play[30,40) Play[10,20)", "time=15", "FROM_UNTIL 10 20 vague"},
        {"Play[30,40) Play[10,20)", "time=5", "FROM_UNTIL 10 20 vague"},
        {"Play[10,20) Play[30,40)", "time=25", "FROM_UNTIL 30 40"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void evaluate_state__several_licences(void **state)
{
    static const struct state_case cases[] = {
        /* any unlimited one wins, whatever its priority */
        {"Play*5 | Play[,20) | Play", "time=10", "UNLIMITED"},
        {"Play*5 outputs | Play", "time=10", "UNLIMITED outputs"},
        {"Play metered | Play*5", "time=10", "COUNT 5"},
        /* pure counts add up */
        {"Play*5 | Play*7/3 | Play*1/0", "time=10", "COUNT 8"},
        {"Play*4294967290 | Play*100", "time=10", "COUNT 4294967294"},
        {"Play*4294967294 | Play*4294967294 | Play*1", "time=10", "COUNT 4294967294"},
        {"Play*5 Copy*9 | Play*2", "time=10", "COUNT 7"},
        /* windows of one kind */
        {"Play[10,) | Play[5,) | Play[20,)", "time=12", "FROM 5"},
        {"Play[,20) | Play[,30) | Play[,25)", "time=12", "UNTIL 30"},
        {"Play[10,20) | Play[20,30)", "time=12", "FROM_UNTIL 10 30"},
        {"Play[10,20) | Play[15,30)", "time=12", "FROM_UNTIL 10 30"},
        {"Play[10,40) | Play[15,30)", "time=12", "FROM_UNTIL 10 40"},
        {"Play[10,20) | Play[30,40) | Play[20,30)", "time=12", "FROM_UNTIL 10 40"},
        {"Play[50,60) | Play[40,50) | Play[30,40) | Play[20,30) | Play[10,20)", "time=12", "FROM_UNTIL 10 60"},
        {"Play[10,20) | Play[21,30)", "time=12", "FROM_UNTIL 10 20 vague"},
        {"Play[21,30) | Play[10,20)", "time=12", "FROM_UNTIL 21 30 vague"},
        {"Play[1,2) | Play[21,30)", "time=12", "FROM_UNTIL 21 30"},
        {"Play*5[,20) | Play*3[,20)", "time=12", "COUNT_UNTIL 8 20"},
        {"Play*5[10,) | Play*3[10,)", "time=12", "COUNT_FROM 8 10"},
        {"Play*5[10,20) | Play*3[10,20) | Play*1[10,20)", "time=12", "COUNT_FROM_UNTIL 9 10 20"},
        {"Play*5[,20) | Play*3[,21)", "time=12", "COUNT_UNTIL 5 20 vague"},
        {"Play*5[10,20) | Play*3[30,40)", "time=12", "COUNT_FROM_UNTIL 5 3 10 20 30 40"},
        {"Play*5[10,20) | Play*3[30,40) | Play*2[50,60)", "time=12", "COUNT_FROM_UNTIL 5 10 20 vague"},
        /* unlike ones: the usable one of the highest priority speaks */
        {"Play*5 | Play[,20)", "time=12", "COUNT 5 vague"},
        {"Play[,20) | Play*5", "time=12", "UNTIL 20 vague"},
        {"Play[,10) | Play*5", "time=12", "COUNT 5"},
        {"Play[,10) | Play*5 | Play[20,)", "time=12", "COUNT 5 vague"},
        {"Play*5 outputs | Play[,20) sap", "time=12", "COUNT 5 vague outputs sap"},
        {"Play+24h | Play+24h", "time=12", "AFTER_FIRST_USE 24 vague"},
        {"Play+24h used=10 | Play+24h used=12", "time=12", "UNTIL 36"},
        {"Play[20,) | Play*5", "time=12", "FROM 20 vague"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void evaluate_state__chains(void **state)
{
    static const struct state_case cases[] = {
        {"Play uplink", "time=12", "NO_RIGHT"},
        {"Play root(Copy)", "time=12", "NO_RIGHT"},
        {"Play root(Play uplink)", "time=12", "NO_RIGHT"},
        {"Play root(Play)", "time=12", "UNLIMITED"},
        {"Play root(Play sap) outputs", "time=12", "UNLIMITED outputs sap"},
        {"Play*5 root(Play)", "time=12", "COUNT 5"},
        {"Play*5 root(Play*3)", "time=12", "COUNT 3"},
        {"Play*2 root(Play*3)", "time=12", "COUNT 2"},
        {"Play root(Play[,20))", "time=12", "UNTIL 20"},
        {"Play root(Play[,10))", "time=12", "NO_RIGHT"},
        {"Play root(Play[,10);Play[,20))", "time=12", "UNTIL 20"},
        {"Play root(Play[,20);Play[,30))", "time=12", "UNTIL 20 vague"},
        {"Play root(Play[,20);Play)", "time=12", "UNLIMITED"},
        {"Play[15,) root(Play[,20))", "time=12", "FROM_UNTIL 15 20"},
        {"Play[20,) root(Play[,20))", "time=12", "NO_RIGHT"},
        {"Play root(Play+24h)", "time=12", "AFTER_FIRST_USE 24"},
        {"Play+12h root(Play+24h)", "time=12", "AFTER_FIRST_USE 12"},
        {"Play root(Play metered)", "time=12", "NO_RIGHT"},
        /* counts that two leaves may share do not add up */
        {"Play*5 root(Play*3) | Play*5 root(Play*3)", "time=12", "COUNT 3 vague"},
        {"Play*5 root(Play) | Play*2 root(Play)", "time=12", "COUNT 7"},
        {"Play[,20) root(Play) | Play root(Play[,30))", "time=12", "UNTIL 30"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

/* --- against the actions ------------------------------------------------------------------------------------ */

#define RANDOM_TIMES 12

static void random_licenses(uint64_t *seed, char *out, size_t size)
{
    const unsigned int count = 1 + next_number(seed) % 4;
    unsigned int i, grant, from, until;
    size_t used = 0;

    for (i = 0; i < count; i++)
    {
        const unsigned int grants = 1 + next_number(seed) % 2;

        if (i)
            used += (size_t)snprintf(out + used, size - used, "|");
        for (grant = 0; grant < grants; grant++)
        {
            from = next_number(seed) % 6;
            until = next_number(seed) % 2 ? 0 : from + 1 + next_number(seed) % 6;
            used += (size_t)snprintf(out + used, size - used, "Play");
            if (from && until)
                used += (size_t)snprintf(out + used, size - used, "[%u,%u)", from, until);
            else if (from)
                used += (size_t)snprintf(out + used, size - used, "[%u,)", from);
            else if (until)
                used += (size_t)snprintf(out + used, size - used, "[,%u)", until);
            used += (size_t)snprintf(out + used, size - used, " ");
        }
        if (next_number(seed) % 8 == 0)
            used += (size_t)snprintf(out + used, size - used, "root(Play[,%u))", 1 + next_number(seed) % 9);
    }
    assert_true(used < size);
}

static bool row_allows(const struct drm_state_data *row, int64_t time)
{
    switch (row->category)
    {
    case DRM_CATEGORY_UNLIMITED:
        return true;
    case DRM_CATEGORY_FROM:
        return time >= row->dates[0];
    case DRM_CATEGORY_UNTIL:
        return time < row->dates[0];
    case DRM_CATEGORY_FROM_UNTIL:
        return time >= row->dates[0] && time < row->dates[1];
    default:
        return false;
    }
}

/* Windows without counts: now and at each later time the row and the action agree; a vague row says too little at
 * worst. */
static void evaluate_state__random_windows_agree_with_actions(void **state)
{
    static struct rights_fixture fixture;
    struct drm_environment environment;
    struct drm_state_data row;
    uint64_t seed = 0x5eed;
    char text[512];
    int round, now, time, exact = 0, vague = 0;

    (void)state;
    environment_read("time=1", &environment);
    for (round = 0; round < 20000; round++)
    {
        random_licenses(&seed, text, sizeof(text));
        rights_fixture_read(&fixture, text);
        now = 1 + (int)(next_number(&seed) % RANDOM_TIMES);
        environment.now.time = now * HOUR;
        drm_evaluate_state(fixture.candidates, fixture.count, DRM_RIGHT_PLAY, &environment, &row);
        if (row.flags & DRM_VAGUE)
            vague++;
        else
            exact++;
        for (time = now; time <= RANDOM_TIMES + 1; time++)
        {
            bool allowed, said = row_allows(&row, time * HOUR);

            environment.now.time = time * HOUR;
            allowed = drm_evaluate_action(fixture.candidates, fixture.count, DRM_RIGHT_PLAY, &environment)
                == DRM_ALLOWED;
            if (said == allowed || (row.flags & DRM_VAGUE && !said))
                continue;
            fail_msg("%s: asked at %d, the row (%d%s) %s at %d", text, now, (int)row.category,
                     row.flags & DRM_VAGUE ? ", vague" : "", said ? "says too much" : "says too little", time);
        }
    }
    /* Both kinds were tried. */
    assert_true(exact > 1000);
    assert_true(vague > 1000);
}

/* A thousand licences in the worst order: an answer all the same, and no more than is true. */
static void evaluate_state__many_windows_in_the_worst_order_are_vague(void **state)
{
    enum { LICENSES = 1000 };
    static struct drm_terms terms[LICENSES];
    static struct drm_license_state states[LICENSES];
    static struct drm_candidate candidates[LICENSES];
    struct drm_environment environment;
    struct drm_state_data row;
    char answer[STATE_TEXT_SIZE];
    int i;

    (void)state;
    for (i = 0; i < LICENSES; i++)
    {
        const int hour = 1 + (i ? LICENSES - i : 0);

        terms[i].grant_count = 1;
        terms[i].grants[0] = (struct drm_grant){
            .count = DRM_COUNT_UNLIMITED, .from = hour * HOUR, .until = (hour + 1) * HOUR};
        drm_license_state_begin(&terms[i], &states[i]);
        candidates[i] = (struct drm_candidate){.terms = &terms[i], .state = &states[i]};
    }
    environment_read("time=1", &environment);
    drm_evaluate_state(candidates, LICENSES, DRM_RIGHT_PLAY, &environment, &row);
    state_write(&row, answer);
    assert_string_equal(answer, "FROM_UNTIL 1 2 vague");

    /* The same in order. */
    for (i = 0; i < LICENSES; i++)
        candidates[i] = (struct drm_candidate){.terms = &terms[i ? LICENSES - i : 0], .state = &states[0]};
    drm_evaluate_state(candidates, LICENSES, DRM_RIGHT_PLAY, &environment, &row);
    state_write(&row, answer);
    assert_string_equal(answer, "FROM_UNTIL 1 1001");
}

/* More hours than any calendar has: the end must still be a time that a FILETIME can hold. */
static void evaluate_state__endless_hours_end_with_the_year_9999(void **test_state)
{
    const struct drm_terms terms = {
        .grant_count = 1, .grants = {{.count = DRM_COUNT_UNLIMITED, .hours = UINT32_MAX}}};
    const struct drm_license_state state = {
        .first_use = 1000 * HOUR, .count = 1, .remaining = {DRM_COUNT_UNLIMITED}};
    const struct drm_candidate candidate = {.terms = &terms, .state = &state};
    struct drm_environment environment;
    struct drm_state_data row;

    (void)test_state;
    environment_read("time=2000", &environment);
    drm_evaluate_state(&candidate, 1, DRM_RIGHT_PLAY, &environment, &row);
    assert_int_equal(row.category, DRM_CATEGORY_UNTIL);
    assert_int_equal(row.date_count, 1);
    assert_true(row.dates[0] == DRM_TERMS_TIME_MAX);
}

int run_rights_aggregation_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluate_state__one_licence_each_category),
        cmocka_unit_test(evaluate_state__two_windows_of_one_licence),
        cmocka_unit_test(evaluate_state__several_licences),
        cmocka_unit_test(evaluate_state__chains),
        cmocka_unit_test(evaluate_state__random_windows_agree_with_actions),
        cmocka_unit_test(evaluate_state__many_windows_in_the_worst_order_are_vague),
        cmocka_unit_test(evaluate_state__endless_hours_end_with_the_year_9999),
    };

    return cmocka_run_group_tests_name("rights: states of all licences", tests, NULL, NULL);
}
