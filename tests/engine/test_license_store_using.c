/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Using licences, and the keys of their responses. */
#include "engine/store_fixture.h"

static void use__a_count_goes_down_for_good(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 2});
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW + 5), DRM_S_OK);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW + 9), DRM_E_NO_RIGHTS);
    store_reopen(fixture);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 0);
    assert_int_equal(the_license(fixture->store, 1).state.first_use, TEST_HOST_NOW);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_E_NO_RIGHTS);
}

static void use__of_nothing_is_not_found(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number;

    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(use(fixture->store, -1, TEST_HOST_NOW), DRM_E_LICENSE_NOT_FOUND);
    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_REVOKED, NULL), DRM_S_OK);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_E_LICENSE_NOT_FOUND);
}

struct pair
{
    const struct drm_known_license *seen;
    int64_t numbers[2];
    drm_result result;
};

static drm_result use_both(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    struct pair *pair = context;

    for (unsigned int i = 0; i < 2; i++)
    {
        pair->numbers[i] = licenses[i].number;
        states[i].remaining[0]--;
    }
    return pair->result;
}

static void change__two_licenses_change_together_or_not_at_all(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t numbers[2];
    struct pair pair = {.result = DRM_E_LICENSE_EXPIRED};

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 2});
    add_one(fixture->store, (struct spec){.license = 2, .key = 2, .plays = 7, .temporary = true});
    numbers[0] = number_of(fixture->store, 2);
    numbers[1] = number_of(fixture->store, 1);
    assert_int_equal(drm_store_change_states(fixture->store, numbers, 2, use_both, &pair), DRM_E_LICENSE_EXPIRED);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 2);
    assert_int_equal(the_license(fixture->store, 2).state.remaining[0], 7);
    pair.result = DRM_S_OK;
    assert_int_equal(drm_store_change_states(fixture->store, numbers, 2, use_both, &pair), DRM_S_OK);
    assert_int_equal(pair.numbers[0], numbers[0]);
    assert_int_equal(pair.numbers[1], numbers[1]);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 1);
    assert_int_equal(the_license(fixture->store, 2).state.remaining[0], 6);

    numbers[1] = numbers[0];
    assert_int_equal(drm_store_change_states(fixture->store, numbers, 2, use_both, &pair), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_store_change_states(fixture->store, numbers, 0, use_both, &pair), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_store_change_states(fixture->store, numbers, 3, use_both, &pair), DRM_E_INVALID_ARGUMENT);
}

static drm_result raise_all(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    (void)context;
    (void)licenses;
    states[0].remaining[0] = 1000;
    states[0].first_use = 0;
    states[0].flags = 0;
    return DRM_S_OK;
}

static void change__nothing_goes_up(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 2});
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(drm_store_change_states(fixture->store, &number, 1, raise_all, NULL), DRM_S_OK);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 1);
    assert_int_equal(the_license(fixture->store, 1).state.first_use, TEST_HOST_NOW);
}

/* --- keys of responses ------------------------------------------------------------------------------------ */

static void key__is_kept_for_all_licenses_of_its_response(void **state)
{
    static const uint8_t key[DRM_AEAD_KEY_SIZE] = "a key of a response";
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1}, {.license = 2, .key = 2}, {.license = 3, .key = 3}};
    uint8_t found_key[DRM_AEAD_KEY_SIZE];
    struct drm_stored stored;
    int64_t identity = 0;
    uint64_t generation;
    bool found = true;

    assert_int_equal(
        try_order(fixture->store,
                  &(struct order){.anchor = 1, .response = 1, .identity = 44, .specs = specs, .count = 2}, &stored),
        DRM_S_OK);
    add_one(fixture->store, specs[2]);
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 1), &found, found_key,
                                                &identity),
                     DRM_S_OK);
    assert_false(found);
    assert_int_equal(identity, 44);

    generation = drm_store_generation(fixture->store);
    assert_int_equal(drm_store_keep_response_key(fixture->store, number_of(fixture->store, 1), key), DRM_S_OK);
    assert_true(drm_store_generation(fixture->store) == generation); /* what queries hold stays true */
    store_reopen(fixture);
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 2), &found, found_key,
                                                &identity),
                     DRM_S_OK);
    assert_true(found);
    assert_memory_equal(found_key, key, sizeof(key));
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 3), &found, found_key,
                                                &identity),
                     DRM_S_OK);
    assert_false(found);
    assert_int_equal(drm_store_get_response_key(fixture->store, 99, &found, found_key, &identity),
                     DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(drm_store_keep_response_key(fixture->store, 99, key), DRM_E_LICENSE_NOT_FOUND);

    /* Moved by hand to another response, or edited. */
    store_edit(fixture, "UPDATE response SET secret = (SELECT max(secret) FROM response), sealed_key ="
                        " (SELECT sealed_key FROM response WHERE sealed_key IS NOT NULL)");
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 3), &found, found_key,
                                                &identity),
                     DRM_E_STORE_CORRUPT);
    assert_true(test_host_logged(&fixture->host, "of the responses was edited"));
}

/* With the store's key the kept ones are lost; the head may still open. */
static void key__that_is_lost_is_not_found(void **state)
{
    static const uint8_t key[DRM_AEAD_KEY_SIZE] = {1};
    struct store_fixture *fixture = *state;
    uint8_t found_key[DRM_AEAD_KEY_SIZE];
    int64_t number, identity;
    bool found = true;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_keep_response_key(fixture->store, number, key), DRM_S_OK);
    test_host_lose_secret(&fixture->host);
    store_reopen(fixture);
    assert_int_equal(drm_store_get_response_key(fixture->store, number, &found, found_key, &identity), DRM_S_OK);
    assert_false(found);
    assert_int_equal(drm_store_keep_response_key(fixture->store, number, key), DRM_E_SECURE_STORE_UNLOCK_ERROR);
}

static void key__of_a_temporary_response_is_kept_in_memory(void **state)
{
    static const uint8_t key[DRM_AEAD_KEY_SIZE] = {2};
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1, .temporary = true},
                                 {.license = 2, .key = 2, .temporary = true}};
    uint8_t found_key[DRM_AEAD_KEY_SIZE];
    int64_t identity = 0;
    bool found = true;

    add(fixture->store, specs, 2);
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 1), &found, found_key,
                                                &identity),
                     DRM_S_OK);
    assert_false(found);
    assert_int_equal(identity, 1);
    assert_int_equal(drm_store_keep_response_key(fixture->store, number_of(fixture->store, 1), key), DRM_S_OK);
    assert_int_equal(drm_store_get_response_key(fixture->store, number_of(fixture->store, 2), &found, found_key,
                                                &identity),
                     DRM_S_OK);
    assert_true(found);
    assert_memory_equal(found_key, key, sizeof(key));
    assert_int_equal(drm_store_get_response_key(fixture->store, -99999, &found, found_key, &identity),
                     DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(drm_store_keep_response_key(fixture->store, -99999, key), DRM_E_LICENSE_NOT_FOUND);
}

int run_store_using_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(use__a_count_goes_down_for_good, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(use__of_nothing_is_not_found, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(change__two_licenses_change_together_or_not_at_all, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(change__nothing_goes_up, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(key__is_kept_for_all_licenses_of_its_response, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(key__that_is_lost_is_not_found, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(key__of_a_temporary_response_is_kept_in_memory, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: using", tests, NULL, NULL);
}
