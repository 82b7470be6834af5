/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An older copy of the store that is put in its place: it is noticed, once, and nobody else is accused. */
#include "engine/store_fixture.h"

struct copy
{
    uint8_t *bytes;
    size_t size;
};

/* Of the database at rest: closed, so that its log is written back. */
static struct copy take_copy(struct store_fixture *fixture)
{
    struct copy copy;

    drm_store_close(fixture->store);
    copy.bytes = test_file_read(test_host_path(&fixture->host, "store.db"), &copy.size);
    fixture->store = store_open(fixture);
    return copy;
}

static void put_back(struct store_fixture *fixture, const struct copy *copy)
{
    drm_store_close(fixture->store);
    test_file_write(test_host_path(&fixture->host, "store.db"), copy->bytes, copy->size);
    fixture->store = store_open(fixture);
}

static struct drm_set_backs set_backs(struct store_fixture *fixture)
{
    struct drm_set_backs out;

    drm_store_get_set_backs(fixture->store, &out);
    return out;
}

static void use_key(struct store_fixture *fixture, uint32_t key)
{
    assert_int_equal(use(fixture->store, number_of(fixture->store, key), TEST_HOST_NOW), DRM_S_OK);
}

static void remove_key(struct store_fixture *fixture, uint32_t key, enum drm_license_flag why)
{
    int64_t number = number_of(fixture->store, key);

    assert_int_equal(drm_store_remove(fixture->store, &number, 1, why, NULL), DRM_S_OK);
}

static const struct spec some[] = {{.license = 1, .key = 1, .plays = 9}, {.license = 2, .key = 2}};

static void set_back__is_noticed_once_and_locks_nobody_out(void **state)
{
    struct store_fixture *fixture = *state;
    struct copy copy;

    add(fixture->store, some, COUNT(some));
    use_key(fixture, 1);
    copy = take_copy(fixture);
    use_key(fixture, 1);
    use_key(fixture, 1);
    assert_int_equal(set_backs(fixture).count, 0);
    atomic_store(&fixture->host.now, TEST_HOST_NOW + 77);
    put_back(fixture, &copy);
    assert_true(test_host_logged(&fixture->host, "an older copy of it was put in its place: 2 uses"));
    assert_int_equal(set_backs(fixture).count, 1);
    assert_int_equal(set_backs(fixture).last, TEST_HOST_NOW + 77);

    /* Once: what it is from now on is its newest state. */
    store_reopen(fixture);
    use_key(fixture, 1);
    store_reopen(fixture);
    assert_int_equal(set_backs(fixture).count, 1);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 7);
    put_back(fixture, &copy); /* and again */
    assert_int_equal(set_backs(fixture).count, 2);
    free(copy.bytes);
}

static void set_back__of_each_kind_of_loss_is_noticed(void **state)
{
    static const enum drm_license_flag ways[] = {DRM_LICENSE_DELETED, DRM_LICENSE_REVOKED, DRM_LICENSE_MARKED};
    static const uint8_t transaction[DRM_ID_SIZE] = {1};
    struct store_fixture *fixture = *state;
    uint64_t count = 0;
    struct copy copy;

    for (size_t i = 0; i < COUNT(ways); i++)
    {
        add_one(fixture->store, (struct spec){.license = 10 + (uint32_t)i, .key = 10 + (uint32_t)i});
        copy = take_copy(fixture);
        remove_key(fixture, 10 + (uint32_t)i, ways[i]);
        put_back(fixture, &copy);
        assert_int_equal(set_backs(fixture).count, ++count);
        free(copy.bytes);
    }
    /* A temporary licence of which a use is remembered. */
    add_one(fixture->store, (struct spec){.license = 20, .key = 20, .plays = 3, .temporary = true});
    copy = take_copy(fixture);
    use_key(fixture, 20);
    put_back(fixture, &copy);
    assert_int_equal(set_backs(fixture).count, ++count);
    free(copy.bytes);
    /* A challenge that was answered, although nothing was removed. */
    assert_int_equal(drm_store_add_removal_challenge(fixture->store, an_anchor(1), transaction), DRM_S_OK);
    copy = take_copy(fixture);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(transaction)), DRM_S_OK);
    put_back(fixture, &copy);
    assert_int_equal(set_backs(fixture).count, ++count);
    free(copy.bytes);
}

/* A copy that lacks nothing but what came since takes nothing away, and storing writes nothing outside. */
static void set_back__of_additions_is_none(void **state)
{
    struct store_fixture *fixture = *state;
    struct copy copy = take_copy(fixture);

    add(fixture->store, some, COUNT(some));
    assert_int_equal(drm_store_set_time(fixture->store, an_anchor(1), TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(atomic_load(&fixture->host.remembered), 0);
    use_key(fixture, 1);
    assert_int_equal(atomic_load(&fixture->host.remembered), 1);
    free(copy.bytes);
    copy = take_copy(fixture);
    add_one(fixture->store, (struct spec){.license = 3, .key = 3});
    put_back(fixture, &copy);
    assert_int_equal(set_backs(fixture).count, 0);
    assert_int_equal(count_of_key(fixture->store, 3), 0);
    free(copy.bytes);
}

/* As where the process was killed after the commit: the number outside is too small, which accuses nobody. */
static void set_back__is_not_what_could_not_be_noted(void **state)
{
    struct store_fixture *fixture = *state;
    struct copy copy;

    add(fixture->store, some, COUNT(some));
    copy = take_copy(fixture);
    atomic_store(&fixture->host.remember_result, DRM_E_FAIL);
    use_key(fixture, 1);
    assert_true(test_host_logged(&fixture->host, "could not be noted"));
    store_reopen(fixture);
    assert_int_equal(set_backs(fixture).count, 0);
    atomic_store(&fixture->host.remember_result, DRM_S_OK);
    use_key(fixture, 1); /* brings it up */
    put_back(fixture, &copy);
    assert_int_equal(set_backs(fixture).count, 1);
    assert_true(test_host_logged(&fixture->host, "its place: 2 uses"));
    free(copy.bytes);
}

static void set_back__is_seen_through_every_handle(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_store *other = store_open(fixture);
    struct copy copy;

    add(fixture->store, some, COUNT(some));
    for (int i = 0; i < 2; i++) /* in turn: none holds the other's uses for missing */
    {
        use_key(fixture, 1);
        assert_int_equal(use(other, number_of(other, 1), TEST_HOST_NOW), DRM_S_OK);
        drm_store_close(other);
        other = store_open(fixture);
    }
    assert_int_equal(set_backs(fixture).count, 0);
    drm_store_close(other);
    copy = take_copy(fixture);
    use_key(fixture, 1);
    put_back(fixture, &copy);
    other = store_open(fixture);
    assert_int_equal(set_backs(fixture).count, 1);
    drm_store_close(other);
    free(copy.bytes);
}

/* A number outside that is gone, and one inside that somebody edited, lock nobody out. */
static void set_back__lost_and_edited_numbers(void **state)
{
    struct store_fixture *fixture = *state;

    add(fixture->store, some, COUNT(some));
    use_key(fixture, 1);
    memset(fixture->host.kept, 0, sizeof(fixture->host.kept));
    store_reopen(fixture);
    assert_int_equal(set_backs(fixture).count, 0);
    use_key(fixture, 1);
    store_edit(fixture, "UPDATE setting SET value = x'01' WHERE name = 'age'");
    assert_int_equal(set_backs(fixture).count, 1);
    use_key(fixture, 1);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 6);
}

/* A host that remembers nothing. */
static void set_back__without_a_place_outside(void **state)
{
    struct store_fixture *fixture = *state;
    struct copy copy;

    fixture->host.host.protector.recall = NULL;
    fixture->host.host.protector.remember = NULL;
    add(fixture->store, some, COUNT(some));
    copy = take_copy(fixture);
    use_key(fixture, 1);
    put_back(fixture, &copy);
    assert_int_equal(set_backs(fixture).count, 0);
    assert_int_equal(atomic_load(&fixture->host.remembered), 0);
    free(copy.bytes);
}

int run_store_set_back_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(set_back__is_noticed_once_and_locks_nobody_out, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__of_each_kind_of_loss_is_noticed, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__of_additions_is_none, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__is_not_what_could_not_be_noted, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__is_seen_through_every_handle, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__lost_and_edited_numbers, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(set_back__without_a_place_outside, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: set back", tests, NULL, NULL);
}
