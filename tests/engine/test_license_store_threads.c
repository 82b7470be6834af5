/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several threads, of one handle and of several. */
#include <stdatomic.h>

#include "engine/rights/evaluate.h"
#include "engine/store_fixture.h"
#include "engine/threads.h"

#define THREADS 6
#define USES 40

struct users
{
    struct drm_store *stores[THREADS];
    int64_t number;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    atomic_uint used, refused, failed;
    atomic_int left; /* who still uses */
};

static drm_result use_one(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    (void)context;
    if (!licenses[0].state.remaining[0])
        return DRM_E_NO_RIGHTS;
    drm_license_state_use(&states[0], 0, TEST_HOST_NOW);
    return DRM_S_OK;
}

static void use_many(void *context, size_t index)
{
    struct users *users = context;

    for (unsigned int i = 0; i < USES; i++)
    {
        drm_result result = drm_store_change_states(users->stores[index], &users->number, 1, use_one, NULL);

        if (result == DRM_S_OK)
            users->used++;
        else if (result == DRM_E_NO_RIGHTS)
            users->refused++;
        else
            users->failed++;
    }
}

/* Half of the uses that are tried are allowed, whoever comes first. */
static void check_uses(struct store_fixture *fixture, bool temporary, bool handles)
{
    struct users users = {0};

    add_one(fixture->store,
            (struct spec){.license = 2, .key = 1, .plays = THREADS * USES / 2, .temporary = temporary});
    users.number = number_of(fixture->store, 1);
    for (size_t i = 0; i < THREADS; i++)
        users.stores[i] = handles ? store_open(fixture) : fixture->store;
    assert_true(run_threads(THREADS, use_many, &users));
    for (size_t i = 0; i < THREADS && handles; i++)
        drm_store_close(users.stores[i]);
    assert_int_equal(users.failed, 0);
    assert_int_equal(users.used, THREADS * USES / 2);
    assert_int_equal(users.refused, THREADS * USES / 2);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 0);
}

static void threads__of_one_handle_use_no_count_twice(void **state)
{
    check_uses(*state, false, false);
}

static void threads__of_several_handles_use_no_count_twice(void **state)
{
    check_uses(*state, false, true);
}

static void threads__use_no_count_of_a_temporary_license_twice(void **state)
{
    check_uses(*state, true, true);
}

/* --- asking while others write ---------------------------------------------------------------------------- */

static void ask_or_use(void *context, size_t index)
{
    struct users *users = context;
    uint32_t before = UINT32_MAX;

    if (index < 2)
    {
        use_many(context, index);
        users->left--;
        return;
    }
    while (users->left > 0)
    {
        const struct drm_license_set *set;

        if (drm_store_find_licenses(users->stores[index], users->key_id, &set) != DRM_S_OK)
        {
            users->failed++;
            continue;
        }
        /* Never more than what was seen before. */
        if (set->count != 1 || set->licenses[0].state.remaining[0] > before)
            users->failed++;
        else
            before = set->licenses[0].state.remaining[0];
        drm_license_set_release(users->stores[index], set);
    }
}

static void threads__that_ask_see_counts_only_fall(void **state)
{
    struct store_fixture *fixture = *state;
    struct users users = {.left = 2};

    memcpy(users.key_id, a_key_id(1), sizeof(users.key_id));
    add_one(fixture->store, (struct spec){.license = 2, .key = 1, .plays = 2 * USES});
    users.number = number_of(fixture->store, 1);
    for (size_t i = 0; i < THREADS; i++)
        users.stores[i] = i % 2 ? store_open(fixture) : fixture->store;
    assert_true(run_threads(THREADS, ask_or_use, &users));
    for (size_t i = 1; i < THREADS; i += 2)
        drm_store_close(users.stores[i]);
    assert_int_equal(users.failed, 0);
    assert_int_equal(users.used, 2 * USES);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 0);
}

int run_store_thread_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(threads__of_one_handle_use_no_count_twice, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(threads__of_several_handles_use_no_count_twice, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(threads__use_no_count_of_a_temporary_license_twice, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(threads__that_ask_see_counts_only_fall, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: threads", tests, NULL, NULL);
}
