/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Temporary licences: in memory, one set for the process, remembered by the database. */
#include "engine/store_fixture.h"

static const struct spec one = {.license = 1, .key = 1, .plays = 3, .temporary = true};

static void temporary__is_not_on_the_disk(void **state)
{
    struct store_fixture *fixture = *state;
    uint64_t generation = drm_store_generation(fixture->store);

    add_one(fixture->store, one);
    assert_int_equal(drm_store_count_temporary(fixture->store), 1);
    assert_true(number_of(fixture->store, 1) < 0);
    assert_true(drm_store_generation(fixture->store) != generation); /* the time was noted, and nothing else */
    store_edit(fixture, "CREATE TABLE t(a CHECK (a = 0)); INSERT INTO t SELECT count(*) FROM license;"
                        "INSERT INTO t SELECT count(*) FROM response; INSERT INTO t SELECT count(*) FROM license_body;"
                        "DROP TABLE t");
    assert_read(fixture->store, number_of(fixture->store, 1), 1, 1);
}

static void temporary__all_handles_of_the_process_have_it(void **state)
{
    struct store_fixture *fixture = *state, elsewhere = {0};
    struct drm_store *other = store_open(fixture);
    int64_t number;

    test_host_init(&elsewhere.host);
    elsewhere.store = store_open(&elsewhere);
    assert_int_equal(count_of_key(other, 1), 0);
    add_one(fixture->store, one);
    number = number_of(other, 1);
    assert_int_equal(number, number_of(fixture->store, 1));
    assert_int_equal(use(other, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_int_equal(drm_store_count_temporary(other), 1);
    assert_int_equal(count_of_key(elsewhere.store, 1), 0);
    assert_int_equal(drm_store_count_temporary(elsewhere.store), 0);
    drm_store_close(other);
    drm_store_close(elsewhere.store);
    test_host_free(&elsewhere.host);

    store_reopen(fixture);
    assert_int_equal(number_of(fixture->store, 1), number);
}

static void temporary__coming_again_it_keeps_its_counts(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number;

    add_one(fixture->store, one);
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(add(fixture->store, &one, 1).known, 1);
    assert_int_equal(number_of(fixture->store, 1), number);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_int_equal(drm_store_count_temporary(fixture->store), 1);
}

/* Another process has the same licence, and its database row is all that both know of each other. */
static void temporary__uses_of_other_processes_count(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    int64_t number;

    add_one(fixture->store, one);
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    /* In a new process it would come again, with all of its counts: the row lowers them. */
    assert_int_equal(drm_store_clean(fixture->store, NULL, &(size_t){0}), DRM_S_OK);
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
    assert_int_equal(entry->state.remaining[0], 1);
    drm_license_cursor_close(cursor);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_E_NO_RIGHTS);
}

/* --- into the permanent store ----------------------------------------------------------------------------- */

static void persist__moves_it_with_what_was_used(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number, permanent = 0;

    add_one(fixture->store, one);
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(drm_store_persist(fixture->store, number, &permanent), DRM_S_OK);
    assert_true(permanent > 0);
    assert_int_equal(drm_store_count_temporary(fixture->store), 0);
    store_reopen(fixture);
    assert_int_equal(number_of(fixture->store, 1), permanent);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_int_equal(the_license(fixture->store, 1).state.first_use, TEST_HOST_NOW);
    assert_read(fixture->store, permanent, 1, 1);
    assert_int_equal(drm_store_persist(fixture->store, number, &permanent), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(drm_store_persist(fixture->store, permanent, &permanent), DRM_E_LICENSE_NOT_FOUND);

    /* Coming again as a temporary one it is the permanent one. */
    assert_int_equal(add(fixture->store, &one, 1).known, 1);
    assert_int_equal(drm_store_count_temporary(fixture->store), 0);
}

static void persist__two_of_a_response_share_it(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {one, {.license = 2, .key = 2, .temporary = true}};
    int64_t first, second, identity;
    uint8_t key[DRM_AEAD_KEY_SIZE] = {3};
    bool found;

    add(fixture->store, specs, 2);
    assert_int_equal(drm_store_persist(fixture->store, number_of(fixture->store, 1), &first), DRM_S_OK);
    assert_int_equal(drm_store_persist(fixture->store, number_of(fixture->store, 2), &second), DRM_S_OK);
    assert_int_equal(drm_store_keep_response_key(fixture->store, first, key), DRM_S_OK);
    assert_int_equal(drm_store_get_response_key(fixture->store, second, &found, key, &identity), DRM_S_OK);
    assert_true(found);
}

/* --- how many --------------------------------------------------------------------------------------------- */

static void temporary__more_than_the_process_may_have_are_refused(void **state)
{
    enum { MANY = 65537 };
    struct store_fixture *fixture = *state;
    struct spec *specs = calloc(MANY, sizeof(*specs));
    struct drm_stored stored;

    assert_non_null(specs);
    for (uint32_t i = 0; i < MANY; i++)
        specs[i] = (struct spec){.license = i + 1, .key = i, .temporary = true};
    assert_int_equal(try_order(fixture->store,
                               &(struct order){.anchor = 1, .response = 1, .specs = specs, .count = MANY}, &stored),
                     DRM_E_OUT_OF_MEMORY);
    assert_int_equal(drm_store_count_temporary(fixture->store), 0);
    assert_int_equal(add(fixture->store, specs, MANY - 1).added, MANY - 1);
    assert_int_equal(try_order(fixture->store,
                               &(struct order){.anchor = 1, .response = 2, .specs = specs + MANY - 1, .count = 1},
                               &stored),
                     DRM_E_OUT_OF_MEMORY);
    assert_int_equal(drm_store_count_temporary(fixture->store), MANY - 1);
    assert_true(number_of(fixture->store, 0) < 0 && number_of(fixture->store, MANY - 2) < 0);
    free(specs);
}

int run_store_temporary_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(temporary__is_not_on_the_disk, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(temporary__all_handles_of_the_process_have_it, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(temporary__coming_again_it_keeps_its_counts, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(temporary__uses_of_other_processes_count, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(persist__moves_it_with_what_was_used, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(persist__two_of_a_response_share_it, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(temporary__more_than_the_process_may_have_are_refused, store_setup,
                                        store_teardown),
    };

    return cmocka_run_group_tests_name("license store: temporary", tests, NULL, NULL);
}
