/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secure clock. */
#include "engine/store_fixture.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static struct drm_store_now time_of(struct drm_store *store, uint32_t anchor)
{
    struct drm_store_now now;
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];

    memcpy(root, an_anchor(anchor), sizeof(root));
    assert_int_equal(drm_store_now(store, root, &now), DRM_S_OK);
    return now;
}

static void assert_now(struct drm_store *store, uint32_t anchor, bool known, int64_t time)
{
    struct drm_store_now now = time_of(store, anchor);

    assert_int_equal(now.known, known);
    assert_true(now.time == time);
}

static void answer(struct drm_store *store, uint32_t anchor, int64_t signed_time, bool fresh)
{
    struct drm_stored stored;

    assert_int_equal(try_order(store,
                               &(struct order){.anchor = anchor, .signed_time = signed_time, .fresh = fresh}, &stored),
                     DRM_S_OK);
}

static void forget_what_was_told(struct store_fixture *fixture)
{
    store_edit(fixture, "UPDATE setting SET value = randomblob(16)"); /* another process */
}

static void clock__where_nothing_is_known_is_the_systems(void **state)
{
    struct store_fixture *fixture = *state;

    assert_now(fixture->store, 1, true, TEST_HOST_NOW);
    fixture->host.now -= DAY_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW - DAY_MS);
}

static void clock__behind_what_was_seen_is_not_known(void **state)
{
    struct store_fixture *fixture = *state;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1}); /* notes the time */
    fixture->host.now -= 5 * MINUTE_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW); /* as late as it was, at least */
    fixture->host.now -= 1;
    assert_now(fixture->store, 1, false, TEST_HOST_NOW);
    store_reopen(fixture);
    assert_now(fixture->store, 1, false, TEST_HOST_NOW);
    assert_now(fixture->store, 2, true, TEST_HOST_NOW - 5 * MINUTE_MS - 1); /* each anchor for itself */
    fixture->host.now = TEST_HOST_NOW + HOUR_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + HOUR_MS);
}

static void clock__each_use_notes_the_time(void **state)
{
    struct store_fixture *fixture = *state;
    uint64_t generation;
    int64_t number;

    add_one(fixture->store, (struct spec){.license = 2, .key = 1});
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);

    /* An unlimited licence that was used before: nothing of it changes, but an hour is worth a write. */
    generation = drm_store_generation(fixture->store);
    fixture->host.now += HOUR_MS - 1;
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_true(drm_store_generation(fixture->store) == generation);
    fixture->host.now += 1;
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_true(drm_store_generation(fixture->store) != generation);
    fixture->host.now = TEST_HOST_NOW;
    assert_now(fixture->store, 1, false, TEST_HOST_NOW + HOUR_MS);
}

static void clock__a_fresh_signed_time_runs_on_whatever_the_system_says(void **state)
{
    struct store_fixture *fixture = *state;

    answer(fixture->store, 1, TEST_HOST_NOW + 30 * DAY_MS, true);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 30 * DAY_MS);
    fixture->host.monotonic += HOUR_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 30 * DAY_MS + HOUR_MS);
    fixture->host.now -= 900 * DAY_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 30 * DAY_MS + HOUR_MS);
    store_reopen(fixture); /* the same process */
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 30 * DAY_MS + HOUR_MS);

    forget_what_was_told(fixture);
    assert_now(fixture->store, 1, false, TEST_HOST_NOW + 30 * DAY_MS);
    fixture->host.now = TEST_HOST_NOW + 31 * DAY_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 31 * DAY_MS);
}

/* A system's clock that ran ahead, or was set there, is put right by the service. */
static void clock__a_fresh_signed_time_replaces_what_was_seen(void **state)
{
    struct store_fixture *fixture = *state;

    fixture->host.now += 900 * DAY_MS;
    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    fixture->host.now = TEST_HOST_NOW;
    assert_now(fixture->store, 1, false, TEST_HOST_NOW + 900 * DAY_MS);
    answer(fixture->store, 1, TEST_HOST_NOW + DAY_MS, false); /* signed once, but when? */
    assert_now(fixture->store, 1, false, TEST_HOST_NOW + 900 * DAY_MS);
    answer(fixture->store, 1, TEST_HOST_NOW, true);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW);
    forget_what_was_told(fixture);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW);
}

static void clock__an_old_signed_time_is_a_floor(void **state)
{
    struct store_fixture *fixture = *state;

    answer(fixture->store, 1, TEST_HOST_NOW + DAY_MS, false);
    assert_now(fixture->store, 1, false, TEST_HOST_NOW + DAY_MS);
    fixture->host.now += 2 * DAY_MS;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 2 * DAY_MS);
}

/* The embedded authority's clock is the user's own: what it signs proves nothing. */
static void clock__the_embedded_authority_only_raises_it(void **state)
{
    struct store_fixture *fixture = *state;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    store_edit(fixture, "UPDATE anchor SET embedded = 1");
    fixture->host.now -= DAY_MS;
    answer(fixture->store, 1, TEST_HOST_NOW - DAY_MS, true);
    assert_now(fixture->store, 1, false, TEST_HOST_NOW);
    assert_int_equal(drm_store_set_time(fixture->store, an_anchor(1), TEST_HOST_NOW - DAY_MS), DRM_S_OK);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW - DAY_MS);
    forget_what_was_told(fixture);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW - DAY_MS);
}

static void clock__an_installed_answer_tells_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_answer said = {.time = TEST_HOST_NOW + 7 * DAY_MS};
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];
    struct drm_install install = {.anchor = root, .answer = &said};
    bool superseded;

    memcpy(root, an_anchor(1), sizeof(root));
    assert_int_equal(drm_store_install(fixture->store, &install, &superseded), DRM_S_OK);
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 7 * DAY_MS);
    fixture->host.monotonic += 5;
    assert_now(fixture->store, 1, true, TEST_HOST_NOW + 7 * DAY_MS + 5);

    memcpy(root, an_anchor(2), sizeof(root));
    install.embedded = true;
    assert_int_equal(drm_store_install(fixture->store, &install, &superseded), DRM_S_OK);
    assert_now(fixture->store, 2, false, TEST_HOST_NOW + 7 * DAY_MS);
}

/* Asking costs nothing while nothing changes; another handle's news is seen at once. */
static void clock__another_handle_sees_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_store *other = store_open(fixture);

    assert_now(other, 1, true, TEST_HOST_NOW);
    answer(fixture->store, 1, TEST_HOST_NOW + DAY_MS, false);
    assert_now(other, 1, false, TEST_HOST_NOW + DAY_MS);
    answer(fixture->store, 1, TEST_HOST_NOW + 3 * DAY_MS, true);
    assert_now(other, 1, true, TEST_HOST_NOW + 3 * DAY_MS);
    drm_store_close(other);
}

int run_store_clock_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clock__where_nothing_is_known_is_the_systems, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__behind_what_was_seen_is_not_known, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__each_use_notes_the_time, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__a_fresh_signed_time_runs_on_whatever_the_system_says, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(clock__a_fresh_signed_time_replaces_what_was_seen, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(clock__an_old_signed_time_is_a_floor, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__the_embedded_authority_only_raises_it, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__an_installed_answer_tells_it, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clock__another_handle_sees_it, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: clock", tests, NULL, NULL);
}
