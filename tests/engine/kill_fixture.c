/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scenarios and what must hold after them (kill_fixture.h). */
#include "kill_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "engine/base/path.h"
#include "store_folder.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

void kill_fixture_set_up(struct kill_fixture *fixture, const struct kill_scenario *scenario)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->scenario = scenario;
    plain_host_init(&fixture->host);
    fixture->begin = store_folder_create();
    fixture->work = store_folder_create();
    if (scenario->prepare)
        scenario->prepare(fixture->begin, &fixture->host);
    store_folder_copy(fixture->begin, fixture->work);
    if (!scenario->begins_damaged)
        assert_true(store_state_read(fixture->work, &fixture->host, &fixture->before));
    assert_int_equal(scenario->run(fixture->work, &fixture->host), DRM_S_OK);
    assert_true(store_state_read(fixture->work, &fixture->host, &fixture->after));
}

void kill_fixture_tear_down(struct kill_fixture *fixture)
{
    store_folder_remove(fixture->begin);
    store_folder_remove(fixture->work);
}

struct kill_outcome kill_fixture_attempt(struct kill_fixture *fixture, const struct kill_vfs_plan *plan)
{
    store_folder_copy(fixture->begin, fixture->work);
    return kill_attempt(fixture->scenario, fixture->work, &fixture->host, plan);
}

/* --- what was left ---------------------------------------------------------------------------------------- */

/* The damaged store is where it was or under the name that says so, once, and byte by byte. */
static bool damaged_store_is_kept(const struct kill_fixture *fixture)
{
    DIR *folder = opendir(fixture->work);
    struct dirent *entry;
    size_t found = 0;

    while (folder && (entry = readdir(folder)))
    {
        char *path = drm_path_join(fixture->work, entry->d_name), bytes[64] = "";
        FILE *file = entry->d_type == DT_REG ? fopen(path, "rb") : NULL;

        if (file)
        {
            found += fread(bytes, 1, sizeof(bytes) - 1, file) == strlen(KILL_DAMAGED_BYTES)
                     && !strcmp(bytes, KILL_DAMAGED_BYTES);
            fclose(file);
        }
        free(path);
    }
    if (folder)
        closedir(folder);
    return EXPECT(found == 1);
}

bool kill_fixture_look(struct kill_fixture *fixture, bool *before, bool *after)
{
    struct store_state now;

    if (fixture->scenario->begins_damaged)
        return *before = *after = damaged_store_is_kept(fixture);
    if (!EXPECT(store_state_read(fixture->work, &fixture->host, &now))
        || !EXPECT(store_state_no_older(&now, &fixture->before)))
        return false;
    *before = store_state_same(&now, &fixture->before);
    *after = store_state_alike(&now, &fixture->after)
             && (fixture->scenario->makes_identity ? now.identity != fixture->before.identity
                                                   : now.identity == fixture->before.identity);
    return EXPECT(*before || *after);
}

/* --- what comes next -------------------------------------------------------------------------------------- */

static bool same_root(const struct store_state *a, const struct store_state *b)
{
    return !memcmp(a->root, b->root, sizeof(a->root));
}

static bool had_root(const struct store_state *state)
{
    static const uint8_t none[DRM_SIGN_PUBLIC_SIZE];

    return memcmp(state->root, none, sizeof(none));
}

bool kill_fixture_goes_on(struct kill_fixture *fixture)
{
    const struct store_state *before = &fixture->before;
    const struct kill_scenario *scenario = fixture->scenario;
    struct store_state next, last;
    bool good = EXPECT(kill_individualize(fixture->work, &fixture->host, scenario->begins_damaged) == DRM_S_OK)
                && EXPECT(store_state_read(fixture->work, &fixture->host, &next)) && EXPECT(next.identity)
                && EXPECT(store_state_no_older(&next, before))
                && EXPECT(!had_root(before) || same_root(before, &next));

    /* What a process that died had staged is kept for a day. */
    fixture->host.offset_ms = 2 * DAY_MS;
    good = good && EXPECT(kill_individualize(fixture->work, &fixture->host, true) == DRM_S_OK)
           && EXPECT(!scenario->is_operators || scenario->run(fixture->work, &fixture->host) == DRM_S_OK)
           && EXPECT(store_state_read(fixture->work, &fixture->host, &last)) && EXPECT(same_root(&next, &last))
           && EXPECT(last.identity != next.identity) && EXPECT(store_state_no_older(&last, &next))
           && EXPECT(store_folder_is_clean(fixture->work));
    fixture->host.offset_ms = 0;
    return good;
}

/* --- tests ------------------------------------------------------------------------------------------------ */

void kill_fixture_check(const struct kill_fixture *fixture, bool good, const char *what, uint64_t call)
{
    if (!good)
        fail_msg("%s, %s at call %llu (the folder is %s)", fixture->scenario->name, what, (unsigned long long)call,
                 fixture->work);
}

int kill_run_tests(const char *name, const char *what, void (*test)(void **state))
{
    struct CMUnitTest tests[16];
    static char names[16][80];

    assert_true(kill_scenario_count <= COUNT(tests));
    for (size_t i = 0; i < kill_scenario_count; i++)
    {
        snprintf(names[i], sizeof(names[i]), "%s__%s", kill_scenarios[i].name, what);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test,
                                       .initial_state = (void *)(uintptr_t)&kill_scenarios[i]};
    }
    return _cmocka_run_group_tests(name, tests, kill_scenario_count, NULL, NULL);
}
