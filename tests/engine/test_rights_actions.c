/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decisions about actions: every reason alone, together, over several licences and over chains.
 */
#include "engine/rights_fixture.h"
#include "engine/rights_tests.h"

struct action_case
{
    const char *licenses;
    const char *right;
    const char *environment;
    const char *expected;
};

static void check(const struct action_case *cases, size_t count)
{
    static struct rights_fixture fixture;
    struct drm_environment environment;
    char answer[REASONS_TEXT_SIZE];
    int right, failures = 0;
    size_t i;

    for (i = 0; i < count; i++)
    {
        rights_fixture_read(&fixture, cases[i].licenses);
        environment_read(cases[i].environment, &environment);
        right = drm_right_from_name(cases[i].right);
        assert_true(right >= 0);
        reasons_write(drm_evaluate_action(fixture.candidates, fixture.count, (enum drm_right)right, &environment),
                      answer);
        if (strcmp(answer, cases[i].expected) != 0)
        {
            print_error("%s of \"%s\", %s: %s, not %s\n", cases[i].right, cases[i].licenses, cases[i].environment,
                        answer, cases[i].expected);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

static void evaluate_action__reasons_of_one_licence(void **state)
{
    static const struct action_case cases[] = {
        {"", "Play", "time=10", "no-license"},
        {"", "Play", "bare", "no-license"},
        {"Play", "Play", "time=10", "allowed"},
        {"Play", "Play", "", "allowed"},
        {"Play", "Copy", "time=10", "no-right"},
        {"Play Backup", "Backup", "time=10", "allowed"},
        {"PlaylistBurn", "Play", "time=10", "no-right"},
        /* counts */
        {"Play*5", "Play", "time=10", "allowed"},
        {"Play*5/1", "Play", "time=10", "allowed"},
        {"Play*5/0", "Play", "time=10", "exhausted"},
        {"Play*5/0 Copy", "Copy", "time=10", "allowed"},
        /* from: inclusive, until: exclusive */
        {"Play[10,20)", "Play", "time=9", "not-started"},
        {"Play[10,20)", "Play", "time=10", "allowed"},
        {"Play[10,20)", "Play", "time=19", "allowed"},
        {"Play[10,20)", "Play", "time=20", "expired"},
        {"Play[10,)", "Play", "time=9", "not-started"},
        {"Play[10,)", "Play", "time=10000", "allowed"},
        {"Play[,20)", "Play", "time=19", "allowed"},
        {"Play[,20)", "Play", "time=20", "expired"},
        {"Play*5/0[,20)", "Play", "time=20", "exhausted expired"},
        /* the whole licence's window */
        {"<10,20) Play", "Play", "time=9", "not-started"},
        {"<10,20) Play", "Play", "time=10", "allowed"},
        {"<10,20) Play", "Play", "time=20", "expired"},
        {"<10,20) Play[5,15)", "Play", "time=6", "not-started"},
        {"<10,20) Play[5,15)", "Play", "time=15", "expired"},
        {"<10,20) Play[15,30)", "Play", "time=12", "not-started"},
        {"<10,20) Play[15,30)", "Play", "time=25", "expired"},
        /* hours after the first use of any right */
        {"Play+24h", "Play", "time=100", "allowed"},
        {"Play+24h used=100", "Play", "time=123", "allowed"},
        {"Play+24h used=100", "Play", "time=124", "expired"},
        {"Play[,110)+24h used=100", "Play", "time=110", "expired"},
        {"Play Copy+24h used=100", "Copy", "time=124", "expired"},
        {"Play Copy+24h used=100", "Play", "time=124", "allowed"},
        /* two windows */
        {"Play[10,20) Play[30,40)", "Play", "time=9", "not-started"},
        {"Play[10,20) Play[30,40)", "Play", "time=15", "allowed"},
        {"Play[10,20) Play[30,40)", "Play", "time=25", "expired not-started"},
        {"Play[10,20) Play[30,40)", "Play", "time=35", "allowed"},
        {"Play[10,20) Play[30,40)", "Play", "time=40", "expired"},
        /* the application's level: of play and copy only, and only outside Media Foundation */
        {"Play app=1000", "Play", "time=10 level=150", "app-level"},
        {"Play app=1000", "Play", "time=10 level=1000", "allowed"},
        {"Play app=1000", "Play", "time=10", "allowed"},
        {"Copy app=1000", "Copy", "time=10 level=150", "app-level"},
        {"PlaylistBurn app=1000", "PlaylistBurn", "time=10 level=150", "allowed"},
        {"Print.redbook app=1000", "Print.redbook", "time=10 level=150", "allowed"},
        {"Play*5/0 app=1000", "Play", "time=10 level=150", "exhausted"},
        {"Copy app=1000", "Play", "time=10 level=150", "no-right"},
        /* the security version */
        {"Play sec=2.11", "Play", "time=10 sec=2.10", "individualize"},
        {"Play sec=2.11", "Play", "time=10 sec=2.11", "allowed"},
        {"Play sec=2.9", "Play", "time=10 sec=2.10", "allowed"},
        {"Play sec=3.0", "Play", "time=10 sec=2.65535", "individualize"},
        {"Play", "Play", "time=10 sec=2.10 min=2.11", "individualize"},
        {"Play", "Play", "time=10 sec=2.10 min=2.10", "allowed"},
        {"Play", "Play", "time=10 bare", "individualize"},
        {"PlaylistBurn sec=2.11", "PlaylistBurn", "time=10 sec=2.10", "individualize"},
        {"Play[,5) sec=2.11", "Play", "time=10 sec=2.10", "expired"},
        {"Copy sec=2.11", "Play", "time=10 sec=2.10", "no-right"},
        {"Play sec=2.11 app=1000", "Play", "time=10 sec=2.10 level=150", "app-level individualize"},
        /* copies to a device */
        {"Copy opl=300", "Copy", "time=10", "allowed"},
        {"Copy opl=300", "Copy", "time=10 device=300", "allowed"},
        {"Copy opl=300", "Copy", "time=10 device=299", "copy-level"},
        {"Play opl=300", "Play", "time=10 device=299", "allowed"},
        {"Copy opl=300 in=7", "Copy", "time=10 device=299", "copy-level"},
        {"Copy opl=300 in=7", "Copy", "time=10 device=299 technology=8", "copy-level"},
        {"Copy opl=300 in=7 in=8", "Copy", "time=10 device=299 technology=8", "allowed"},
        {"Copy opl=300 out=7", "Copy", "time=10 device=300 technology=7", "copy-excluded"},
        {"Copy opl=300 out=7", "Copy", "time=10 device=300 technology=8", "allowed"},
        {"Copy opl=300 out=7", "Copy", "time=10 device=299 technology=7", "copy-level copy-excluded"},
        {"Copy opl=300 in=7 out=7", "Copy", "time=10 device=299 technology=7", "copy-excluded"},
        {"Copy out=7", "Copy", "time=10 technology=7", "allowed"},
        {"Copy*1/0 opl=300", "Copy", "time=10 device=299", "exhausted copy-level"},
        {"Copy opl=300 sec=2.11", "Copy", "time=10 device=299 sec=2.10", "copy-level"},
        /* metering */
        {"Play metered", "Play", "time=10", "no-metering"},
        {"Play metered", "Copy", "time=10", "no-right"},
        {"Play metered sec=2.11", "Play", "time=10 sec=2.10", "no-metering"},
        /* the clock */
        {"Play[10,)", "Play", "", "no-clock"},
        {"Play[,20)", "Play", "", "no-clock"},
        {"Play+24h", "Play", "", "no-clock"},
        {"<10,) Play", "Play", "", "no-clock"},
        {"Play*5", "Play", "", "allowed"},
        {"Play*5/0[,20)", "Play", "", "exhausted no-clock"},
        {"Play Copy[,20)", "Play", "", "allowed"},
        {"Play Copy[,20) disable", "Play", "", "no-clock"},
        {"Play Copy[,20) delete", "Play", "", "no-clock"},
        {"Play Copy[20,) disable", "Play", "", "allowed"},
        {"Play Copy[,20) disable", "Play", "time=10", "allowed"},
        {"Play Copy[,20) rolled-back", "Play", "time=10", "no-clock"},
        /* one that is to be purged, or gone */
        {"Play marked", "Play", "time=10", "not-enabled"},
        {"Play deleted", "Play", "time=10", "not-enabled"},
        {"Play revoked", "Play", "time=10", "not-enabled"},
        {"Play*5/0 marked", "Play", "time=10", "exhausted"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void evaluate_action__several_licences_union_of_reasons(void **state)
{
    static const struct action_case cases[] = {
        {"Play*5/0 | Play", "Play", "time=10", "allowed"},
        {"Play | Play*5/0", "Play", "time=10", "allowed"},
        {"Play*5/0 | Play[,5)", "Play", "time=10", "exhausted expired"},
        {"Play*5/0 | Copy | Play[20,)", "Play", "time=10", "no-right exhausted not-started"},
        {"Play sec=2.11 | Play[,5)", "Play", "time=10 sec=2.10", "expired individualize"},
        {"Play marked | Copy", "Play", "time=10", "no-right"},
        {"Play[,20) | Play*5/0", "Play", "", "exhausted no-clock"},
        {"Play metered | Play sec=2.11 | Play app=9 | Play[,5) | Play[20,) | Play*1/0 | Copy | Play uplink", "Play",
         "time=10 sec=2.10 level=1",
         "no-right exhausted expired not-started app-level individualize no-metering chain"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void evaluate_action__chains(void **state)
{
    static const struct action_case cases[] = {
        {"Play uplink", "Play", "time=10", "chain"},
        {"Play root()", "Play", "time=10", "chain"},
        {"Play root(Play)", "Play", "time=10", "allowed"},
        {"Play root(Copy)", "Play", "time=10", "no-right"},
        {"Copy root(Play)", "Play", "time=10", "no-right"},
        {"Play root(Play uplink)", "Play", "time=10", "chain"},
        {"Play root(Play root(Play))", "Play", "time=10", "chain"},
        {"Play root(Play uplink;Play)", "Play", "time=10", "allowed"},
        {"Play root(Play[,5))", "Play", "time=10", "expired"},
        {"Play root(Play[,5);Play*5/0)", "Play", "time=10", "exhausted expired"},
        {"Play root(Play[,5);Play*5)", "Play", "time=10", "allowed"},
        {"Play*5/0 root(Play[,5))", "Play", "time=10", "exhausted expired"},
        {"Play*5/0 uplink", "Play", "time=10", "exhausted chain"},
        {"Play root(Play marked)", "Play", "time=10", "not-enabled"},
        {"Play root(Play metered)", "Play", "time=10", "no-metering"},
        {"Play root(Play[,20))", "Play", "", "no-clock"},
        {"Copy root(Copy opl=300)", "Copy", "time=10 device=299", "copy-level"},
        /* what can be remedied is said only where both are fine otherwise */
        {"Play root(Play sec=2.11)", "Play", "time=10 sec=2.10", "individualize"},
        {"Play sec=2.11 root(Play)", "Play", "time=10 sec=2.10", "individualize"},
        {"Play*5/0 root(Play sec=2.11)", "Play", "time=10 sec=2.10", "exhausted"},
        {"Play sec=2.11 root(Play[,5))", "Play", "time=10 sec=2.10", "expired"},
        {"Play sec=2.11 uplink", "Play", "time=10 sec=2.10", "chain"},
        {"Play sec=2.11 root(Play[,5);Play)", "Play", "time=10 sec=2.10", "individualize"},
        {"Play sec=2.11 root(Play[,5);Play app=9)", "Play", "time=10 sec=2.10 level=1",
         "expired app-level individualize"},
        {"Play root(Play app=9)", "Play", "time=10 level=1", "app-level"},
        /* a leaf whose root is missing beside a plain licence */
        {"Play uplink | Play", "Play", "time=10", "allowed"},
        {"Play uplink | Play[,5)", "Play", "time=10", "expired chain"},
    };

    (void)state;
    check(cases, COUNT(cases));
}

struct choice_case
{
    const char *license;
    const char *environment;
    int grant;
    int root;
};

static void evaluate_license__tells_grant_and_root_that_would_be_used(void **state)
{
    static const struct choice_case cases[] = {
        {"Play", "time=10", 0, -1},
        {"Play*5/0", "time=10", -1, -1},
        {"Play*5 Play[,20)", "time=10", 1, -1},
        {"Play[,20) Play*5", "time=10", 0, -1},
        {"Play[,20) Play", "time=10", 0, -1},
        {"Play Play[,20)", "time=10", 1, -1},
        {"Play[,20) Play", "", 1, -1},
        {"Play*5[,30) Play*5[,20)", "time=10", 1, -1},
        {"Play*5[,30) Play*5/0[,20)", "time=10", 0, -1},
        {"Play*5 Play*5", "time=10", 0, -1},
        {"Play root(Play)", "time=10", 0, 0},
        {"Play root(Copy;Play*1/0;Play*2;Play)", "time=10", 0, 2},
        {"Play uplink", "time=10", -1, -1},
        {"Play sec=2.11 root(Play)", "time=10 sec=2.10", -1, -1},
    };
    static struct rights_fixture fixture;
    struct drm_environment environment;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
    {
        int grant = 99, root = 99;
        uint32_t reasons;

        rights_fixture_read(&fixture, cases[i].license);
        environment_read(cases[i].environment, &environment);
        reasons = drm_evaluate_license(fixture.candidates, DRM_RIGHT_PLAY, &environment, &grant, &root);
        if (grant != cases[i].grant || root != cases[i].root || (reasons == DRM_ALLOWED) != (grant >= 0))
            fail_msg("%s, %s: grant %d, root %d", cases[i].license, cases[i].environment, grant, root);
    }
}

static void offer__state_of_fewer_grants_gives_nothing_for_the_rest(void **state)
{
    static struct rights_fixture fixture;
    struct drm_environment environment;

    (void)state;
    rights_fixture_read(&fixture, "Play Copy");
    fixture.licenses[0].state.count = 1;
    environment_read("time=10", &environment);
    assert_int_equal(drm_evaluate_action(fixture.candidates, 1, DRM_RIGHT_PLAY, &environment), DRM_ALLOWED);
    assert_int_equal(drm_evaluate_action(fixture.candidates, 1, DRM_RIGHT_COPY, &environment),
                     DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXHAUSTED);
}

int run_rights_action_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluate_action__reasons_of_one_licence),
        cmocka_unit_test(evaluate_action__several_licences_union_of_reasons),
        cmocka_unit_test(evaluate_action__chains),
        cmocka_unit_test(evaluate_license__tells_grant_and_root_that_would_be_used),
        cmocka_unit_test(offer__state_of_fewer_grants_gives_nothing_for_the_rest),
    };

    return cmocka_run_group_tests_name("rights: actions", tests, NULL, NULL);
}
