/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storing responses, and asking by key id. */
#include "engine/store_fixture.h"

static void add__new_licenses_are_found_and_read(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 10, .plays = 5}, {.license = 2, .key = 20}};
    struct drm_stored stored = add(fixture->store, specs, 2);
    struct drm_known_license found = the_license(fixture->store, 10);

    assert_int_equal(stored.added, 2);
    assert_int_equal(stored.known + stored.refused, 0);
    assert_memory_equal(found.anchor, an_anchor(1), DRM_SIGN_PUBLIC_SIZE);
    assert_memory_equal(found.license_id, a_license_id(1), DRM_ID_SIZE);
    assert_int_equal(found.terms.grant_count, 2);
    assert_int_equal(found.terms.grants[0].count, 5);
    assert_int_equal(found.state.remaining[0], 5);
    assert_int_equal(found.state.flags, 0);
    assert_read(fixture->store, found.number, 1, 1);
    assert_read(fixture->store, number_of(fixture->store, 20), 2, 1);

    store_reopen(fixture);
    found = the_license(fixture->store, 10);
    assert_int_equal(found.state.remaining[0], 5);
    assert_read(fixture->store, found.number, 1, 1);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
}

static void add__nothing_is_known_of_other_keys(void **state)
{
    struct store_fixture *fixture = *state;

    assert_int_equal(count_of_key(fixture->store, 1), 0);
    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    assert_int_equal(count_of_key(fixture->store, 1), 1);
    assert_int_equal(count_of_key(fixture->store, 2), 0);
    assert_int_equal(drm_store_read_license(fixture->store, 77, NULL, NULL), DRM_E_LICENSE_NOT_FOUND);
}

static void add__licenses_of_a_key_come_by_priority(void **state)
{
    static const uint32_t priorities[] = {3, 0, 7, 3, 2147483647, 0};
    static const uint32_t order[] = {5, 3, 1, 4, 2, 6};
    struct store_fixture *fixture = *state;
    const struct drm_license_set *set;

    for (uint32_t i = 0; i < COUNT(priorities); i++)
        add_one(fixture->store, (struct spec){.license = i + 1, .key = 1, .priority = priorities[i]});
    assert_int_equal(drm_store_find_licenses(fixture->store, a_key_id(1), &set), DRM_S_OK);
    assert_int_equal(set->count, COUNT(order));
    for (size_t i = 0; i < COUNT(order); i++)
        assert_memory_equal(set->licenses[i].license_id, a_license_id(order[i]), DRM_ID_SIZE);
    drm_license_set_release(fixture->store, set);
}

static void add__the_same_response_again_changes_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1, .plays = 3}, {.license = 2, .key = 2}};
    uint64_t generation;
    struct drm_stored stored;

    add(fixture->store, specs, 2);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 1), TEST_HOST_NOW), DRM_S_OK);
    generation = drm_store_generation(fixture->store);
    stored = add(fixture->store, specs, 2);
    assert_int_equal(stored.known, 2);
    assert_int_equal(stored.added + stored.refused, 0);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_true(generation && drm_store_generation(fixture->store) == generation);
}

static void add__one_license_twice_in_a_response_is_one(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1}, {.license = 1, .key = 1}};
    struct drm_stored stored = add(fixture->store, specs, 2);

    assert_int_equal(stored.added, 1);
    assert_int_equal(stored.known, 1);
    assert_int_equal(count_of_key(fixture->store, 1), 1);
}

/* A licence that is issued again in another response keeps its lower counts and is read from the newer response. */
static void add__issued_again_keeps_the_lower_counts(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 1, .key = 1, .plays = 3};
    struct drm_stored stored;
    int64_t number;

    add_one(fixture->store, spec);
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(try_order(fixture->store,
                               &(struct order){.anchor = 1, .response = 9, .identity = 2, .specs = &spec, .count = 1},
                               &stored),
                     DRM_S_OK);
    assert_int_equal(stored.known, 1);
    assert_int_equal(number_of(fixture->store, 1), number);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_int_equal(the_license(fixture->store, 1).state.first_use, TEST_HOST_NOW);
    assert_read(fixture->store, number, 1, 9);

    /* A response for an older identity takes nothing away: that one's key may be lost. */
    assert_int_equal(add(fixture->store, &spec, 1).known, 1);
    assert_read(fixture->store, number, 1, 9);
}

static void add__the_same_ids_of_two_issuers_are_two_licenses(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 1, .key = 1};
    struct drm_stored stored;

    for (uint32_t anchor = 1; anchor <= 2; anchor++)
    {
        assert_int_equal(try_order(fixture->store,
                                   &(struct order){.anchor = anchor, .response = 1, .specs = &spec, .count = 1},
                                   &stored),
                         DRM_S_OK);
        assert_int_equal(stored.added, 1);
    }
    assert_int_equal(count_of_key(fixture->store, 1), 2);
}

/* An issuer that gives two responses one id takes nothing away from the first one's licences. */
static void add__responses_of_one_id_are_told_apart_by_their_heads(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec one = {.license = 1, .key = 1}, two = {.license = 2, .key = 2};
    struct drm_stored stored;

    assert_int_equal(
        try_order(fixture->store, &(struct order){.anchor = 1, .response = 5, .specs = &one, .count = 1}, &stored),
        DRM_S_OK);
    store_edit(fixture, "UPDATE response SET head = x'00'");
    assert_int_equal(
        try_order(fixture->store, &(struct order){.anchor = 1, .response = 5, .specs = &two, .count = 1}, &stored),
        DRM_S_OK);
    assert_read(fixture->store, number_of(fixture->store, 2), 2, 5);
}

/* --- all or nothing --------------------------------------------------------------------------------------- */

struct failing
{
    unsigned int calls;
    struct drm_new_response response;
};

static drm_result fail_later(void *context, const struct drm_new_response **response)
{
    struct failing *failing = context;

    if (failing->calls++)
        return DRM_E_BACKUP_CORRUPT;
    *response = &failing->response;
    return DRM_S_OK;
}

static void add__a_source_that_fails_leaves_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_terms value = {.grant_count = 1};
    struct drm_buffer terms = {0};
    struct drm_new_license licenses[2] = {{.temporary = false}, {.temporary = true}};
    struct failing failing = {.response = {.anchor = an_anchor(1), .identity = 1, .licenses = licenses, .count = 2}};
    const struct drm_response_source source = {.context = &failing, .next = fail_later};
    struct drm_stored stored = {.added = 99};
    uint64_t generation = drm_store_generation(fixture->store);

    value.grants[0].count = DRM_COUNT_UNLIMITED;
    assert_int_equal(drm_terms_write(&value, &terms), DRM_S_OK);
    for (unsigned int i = 0; i < 2; i++)
    {
        memcpy(licenses[i].license_id, a_license_id(i), DRM_ID_SIZE);
        memcpy(licenses[i].key_id, a_key_id(i), DRM_KEY_ID_SIZE);
        licenses[i].terms = drm_buffer_span(&terms);
        drm_license_state_begin(&value, &licenses[i].state);
    }
    assert_int_equal(drm_store_add_responses(fixture->store, &source, &stored), DRM_E_BACKUP_CORRUPT);
    assert_int_equal(stored.added, 99);
    assert_int_equal(count_all(fixture->store), 0);
    assert_int_equal(drm_store_count_temporary(fixture->store), 0);
    assert_true(drm_store_generation(fixture->store) == generation);

    /* The same is good without the failure. */
    licenses[1].terms.size = 0;
    failing.calls = 0;
    assert_int_equal(drm_store_add_responses(fixture->store, &source, &stored), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(count_all(fixture->store), 0);
    drm_buffer_free(&terms);
}

/* --- two handles ------------------------------------------------------------------------------------------ */

static void find__another_handle_sees_each_change_at_once(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_store *other = store_open(fixture);
    int64_t number;

    assert_int_equal(count_of_key(other, 1), 0);
    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 2});
    assert_int_equal(count_of_key(other, 1), 1);
    number = number_of(other, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(the_license(other, 1).state.remaining[0], 1);
    assert_int_equal(drm_store_remove(other, &number, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    assert_int_equal(count_of_key(fixture->store, 1), 0);
    drm_store_close(other);
}

/* What is held is what it was, whatever happens to the store. */
static void find__a_set_that_is_held_stays_as_it_is(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_license_set *held, *again;
    int64_t number;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 2});
    number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_find_licenses(fixture->store, a_key_id(1), &held), DRM_S_OK);
    assert_int_equal(drm_store_find_licenses(fixture->store, a_key_id(1), &again), DRM_S_OK);
    assert_ptr_equal(held, again); /* asked again, nothing is read */
    drm_license_set_release(fixture->store, again);
    assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    assert_int_equal(count_of_key(fixture->store, 1), 0);
    assert_int_equal(held->count, 1);
    assert_int_equal(held->licenses[0].state.remaining[0], 2);
    drm_license_set_release(fixture->store, held);
    drm_license_set_release(fixture->store, NULL);
}

/* More key ids than the store holds sets of. */
static void find__many_keys_are_each_found(void **state)
{
    enum { MANY = 20000 };
    struct store_fixture *fixture = *state;
    struct spec *specs = calloc(MANY, sizeof(*specs));

    assert_non_null(specs);
    for (uint32_t i = 0; i < MANY; i++)
        specs[i] = (struct spec){.license = i + 1, .key = i};
    assert_int_equal(add(fixture->store, specs, MANY).added, MANY);
    for (unsigned int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < MANY; i++)
            assert_memory_equal(the_license(fixture->store, i).license_id, a_license_id(i + 1), DRM_ID_SIZE);
    free(specs);
}

int run_store_adding_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(add__new_licenses_are_found_and_read, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__nothing_is_known_of_other_keys, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__licenses_of_a_key_come_by_priority, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__the_same_response_again_changes_nothing, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__one_license_twice_in_a_response_is_one, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__issued_again_keeps_the_lower_counts, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(add__the_same_ids_of_two_issuers_are_two_licenses, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(add__responses_of_one_id_are_told_apart_by_their_heads, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(add__a_source_that_fails_leaves_nothing, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(find__another_handle_sees_each_change_at_once, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(find__a_set_that_is_held_stays_as_it_is, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(find__many_keys_are_each_found, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: adding", tests, NULL, NULL);
}
