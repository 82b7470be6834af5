/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edited rows, lost secrets, damaged and old databases. */
#include "engine/store_fixture.h"

static drm_result find(struct drm_store *store, uint32_t key)
{
    const struct drm_license_set *set = NULL;
    drm_result result = drm_store_find_licenses(store, a_key_id(key), &set);

    drm_license_set_release(store, set);
    return result;
}

/* --- edited rows ------------------------------------------------------------------------------------------ */

/* Whoever edits a row cannot use the licence any more, can list it, and can remove it. */
static void edited__a_row_is_refused_and_listed(void **state)
{
    static const char *const edits[] = {
        /* the count of a licence that was used up, as that of one that was not */
        "UPDATE license SET state = (SELECT state FROM license WHERE id = 2) WHERE id = 1",
        "UPDATE license SET state = (SELECT state FROM license WHERE id = 2),"
        " tag = (SELECT tag FROM license WHERE id = 2) WHERE id = 1",
        "UPDATE license SET state = x'00' WHERE id = 1",
        "UPDATE license SET terms = (SELECT terms FROM license WHERE id = 3) WHERE id = 1",
        "UPDATE license SET terms = x'ffff' WHERE id = 1",
        "UPDATE license SET priority = 1 WHERE id = 1",
        "UPDATE license SET status = 2 WHERE id = 1",
        "UPDATE license SET response = 2 WHERE id = 1",
        "UPDATE license SET anchor = 2 WHERE id = 1",
        "UPDATE license SET license_id = x'00112233445566778899aabbccddeeff' WHERE id = 1",
        "UPDATE license SET tag = x'' WHERE id = 1",
        "UPDATE license SET tag = zeroblob(16) WHERE id = 1",
    };
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1, .plays = 1}, {.license = 2, .key = 2, .plays = 1},
                                 {.license = 3, .key = 3, .plays = 9}};
    struct drm_stored stored;
    size_t size;
    uint8_t *whole;
    int64_t number = 1;

    for (size_t i = 0; i < 3; i++)
        add_one(fixture->store, specs[i]);
    assert_int_equal(try_order(fixture->store,
                               &(struct order){.anchor = 2, .response = 4, .specs = specs + 2, .count = 1}, &stored),
                     DRM_S_OK);
    assert_int_equal(number_of(fixture->store, 1), number);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    drm_store_close(fixture->store);
    whole = test_file_read(test_host_path(&fixture->host, "store.db"), &size);
    fixture->store = store_open(fixture);
    for (size_t i = 0; i < COUNT(edits); i++)
    {
        drm_store_close(fixture->store);
        test_file_write(test_host_path(&fixture->host, "store.db"), whole, size);
        fixture->store = store_open(fixture);
        store_edit(fixture, edits[i]);
        assert_int_equal(find(fixture->store, 1), DRM_E_STORE_CORRUPT);
        assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_E_STORE_CORRUPT);
        assert_int_equal(count_of_key(fixture->store, 2), 1);
        assert_int_equal(count_all(fixture->store), 4);
        if (!strstr(edits[i], "license_id") && !strstr(edits[i], "anchor"))
            assert_int_equal(try_order(fixture->store,
                                       &(struct order){.anchor = 1, .response = 1, .specs = specs, .count = 1},
                                       &stored),
                             DRM_E_STORE_CORRUPT);
        assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
        assert_int_equal(count_all(fixture->store), 3);
        assert_int_equal(find(fixture->store, 1), DRM_S_OK);
    }
    assert_true(test_host_logged(&fixture->host, "store: row 1 of the licences was edited"));
    free(whole);
}

static void edited__a_removed_license_does_not_come_back(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 1, .key = 1};
    struct drm_stored stored;
    int64_t number;

    add_one(fixture->store, spec);
    number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_REVOKED, NULL), DRM_S_OK);
    store_edit(fixture, "UPDATE license SET state = zeroblob(13)");
    assert_int_equal(
        try_order(fixture->store, &(struct order){.anchor = 1, .response = 1, .specs = &spec, .count = 1}, &stored),
        DRM_E_STORE_CORRUPT);
    assert_int_equal(find(fixture->store, 1), DRM_S_OK);
    assert_int_equal(count_all(fixture->store), 0);
}

static void edited__what_is_remembered_of_a_temporary_license_is_refused(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 1, .key = 1, .plays = 2, .temporary = true};
    int64_t number;

    add_one(fixture->store, spec);
    number = number_of(fixture->store, 1);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_S_OK);
    store_edit(fixture, "UPDATE license SET state = zeroblob(13)");
    assert_int_equal(find(fixture->store, 1), DRM_E_STORE_CORRUPT);
    assert_int_equal(use(fixture->store, number, TEST_HOST_NOW), DRM_E_STORE_CORRUPT);
    assert_int_equal(count_all(fixture->store), 1);
}

/* --- lost secrets ----------------------------------------------------------------------------------------- */

static void lost__licenses_are_listed_read_and_removed(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct drm_stored stored;
    int64_t numbers[2];
    size_t purged;
    const struct spec more = {.license = 3, .key = 3};

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 5, .priority = 1});
    add_one(fixture->store, (struct spec){.license = 2, .key = 2});
    numbers[0] = number_of(fixture->store, 1);
    numbers[1] = number_of(fixture->store, 2);
    assert_int_equal(use(fixture->store, numbers[0], TEST_HOST_NOW), DRM_S_OK);
    test_host_lose_secret(&fixture->host);
    store_reopen(fixture);

    assert_int_equal(find(fixture->store, 1), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(use(fixture->store, numbers[0], TEST_HOST_NOW), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(
        try_order(fixture->store, &(struct order){.anchor = 1, .response = 3, .specs = &more, .count = 1}, &stored),
        DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
    assert_int_equal(entry->number, numbers[0]);
    assert_false(entry->state_known);
    assert_int_equal(entry->terms.grants[0].count, 5);
    assert_int_equal(entry->state.remaining[0], 5);
    drm_license_cursor_close(cursor);
    assert_read(fixture->store, numbers[0], 1, 1);

    assert_int_equal(drm_store_remove(fixture->store, numbers, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    assert_int_equal(drm_store_remove(fixture->store, numbers + 1, 1, DRM_LICENSE_MARKED, NULL), DRM_S_OK);
    assert_int_equal(count_all(fixture->store), 1);
    assert_int_equal(find(fixture->store, 2), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 1);
    assert_int_equal(count_all(fixture->store), 0);
    assert_int_equal(find(fixture->store, 1), DRM_S_OK); /* none is left */
}

/* A new identity brings a new key of the store: what came under the old one can be acquired again. */
static void lost__under_a_new_key_all_goes_on(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 1, .key = 1, .plays = 5};
    struct drm_identity identity = {.version = {.major = 2, .minor = 2}};
    struct drm_identity_keys keys = {{1}, {2}};
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];
    const struct drm_install install = {
        .anchor = root, .identity = &identity, .keys = &keys, .replace_lost_secret = true};
    bool superseded;

    add_one(fixture->store, spec);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 1), TEST_HOST_NOW), DRM_S_OK);
    test_host_lose_secret(&fixture->host);
    store_reopen(fixture);
    memcpy(root, an_anchor(1), sizeof(root));
    assert_int_equal(drm_buffer_append(&identity.chain, "chain", 5), DRM_S_OK);
    assert_int_equal(drm_store_install(fixture->store, &install, &superseded), DRM_S_OK);
    drm_buffer_free(&identity.chain);
    assert_int_equal(find(fixture->store, 1), DRM_E_SECURE_STORE_UNLOCK_ERROR);

    /* Another licence for the same content: it alone counts. */
    add_one(fixture->store, (struct spec){.license = 2, .key = 1});
    assert_memory_equal(the_license(fixture->store, 1).license_id, a_license_id(2), DRM_ID_SIZE);
    /* The old one, issued again: what is remembered still lowers it. */
    assert_int_equal(add(fixture->store, &spec, 1).known, 1);
    assert_int_equal(count_of_key(fixture->store, 1), 2);
    store_reopen(fixture);
    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, 1, TEST_HOST_NOW), DRM_E_NO_RIGHTS);
}

/* --- damaged databases ------------------------------------------------------------------------------------ */

static void damaged__the_check_sees_it_and_it_is_set_aside(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_store_options options = {.directory = fixture->host.directory, .host = &fixture->host.host};
    uint8_t *bytes;
    size_t size;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
    drm_store_close(fixture->store);
    bytes = test_file_read(test_host_path(&fixture->host, "store.db"), &size);
    for (size_t i = 0; i < size - 13; i++)
        if (!memcmp(bytes + i, "the licence 1", 13))
            memset(bytes + i / 4096 * 4096, 0xff, 4096); /* the page of its body */
    test_file_write(test_host_path(&fixture->host, "store.db"), bytes, size);
    free(bytes);
    fixture->store = store_open(fixture);
    assert_int_equal(drm_store_check(fixture->store), DRM_E_STORE_CORRUPT);
    drm_store_close(fixture->store);
    assert_int_equal(drm_store_set_aside(&options, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", ".db", NULL), 1);
    fixture->store = store_open(fixture);
    assert_int_equal(count_all(fixture->store), 0);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
}

/* --- the generation --------------------------------------------------------------------------------------- */

/* Nothing is committed of which other processes would not hear; and the next change tries again. */
static void generation__that_does_not_open_refuses_changes(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec spec = {.license = 2, .key = 2};
    const struct order order = {.anchor = 1, .response = 2, .specs = &spec, .count = 1};
    const char *path = test_host_path(&fixture->host, "generation");
    struct drm_stored stored;
    struct drm_store *other;
    drm_result result;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 5});
    drm_store_close(fixture->store);
    test_folder_replace(path);
    fixture->store = store_open(fixture);
    other = store_open(fixture);
    assert_int_equal(drm_store_generation(fixture->store), 0);
    assert_int_equal(count_of_key(fixture->store, 1), 1);
    result = try_order(fixture->store, &order, &stored);
    assert_true(result == DRM_E_UNABLE_TO_OPEN_STORE || result == DRM_E_ACCESS_DENIED);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 1), TEST_HOST_NOW), result);
    assert_int_equal(the_license(other, 1).state.remaining[0], 5);
    assert_int_equal(count_of_key(other, 2), 0);

    test_folder_remove(path);
    assert_int_equal(try_order(fixture->store, &order, &stored), DRM_S_OK);
    assert_int_not_equal(drm_store_generation(fixture->store), 0);
    assert_int_equal(count_of_key(other, 2), 1);
    assert_int_equal(use(other, number_of(other, 1), TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(drm_store_generation(other), drm_store_generation(fixture->store));
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 4);
    drm_store_close(other);
}

/* --- schema 1 --------------------------------------------------------------------------------------------- */

static void upgrade__from_version_1_keeps_all(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_identity identity;
    struct drm_policy policy;
    struct drm_store_now now;
    uint8_t id[DRM_SHA256_SIZE];

    drm_store_close(fixture->store);
    test_host_free(&fixture->host);
    test_host_init(&fixture->host);
    test_file_write(test_host_path(&fixture->host, "store.db"), "", 0);
    test_database_execute(test_host_path(&fixture->host, "store.db"), store_version_1);
    fixture->store = store_open(fixture);
    memcpy(id, an_anchor(1), sizeof(id));
    assert_int_equal(drm_store_get_identity(fixture->store, id, &identity), DRM_S_OK);
    assert_int_equal(identity.number, 1);
    assert_int_equal(identity.chain.size, 2);
    drm_identity_free(&identity);
    assert_int_equal(drm_store_get_policy(fixture->store, id, &policy), DRM_S_OK);
    assert_string_equal(policy.license_url, "http://a/");
    assert_int_equal(drm_store_now(fixture->store, id, &now), DRM_S_OK);
    assert_int_equal(now.time, INT64_C(1700000123456)); /* its signed time is seen time */
    assert_int_equal(count_all(fixture->store), 0);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
    store_reopen(fixture);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
    store_edit(fixture, "CREATE TABLE t(a CHECK (a = 3)); INSERT INTO t SELECT user_version FROM pragma_user_version;"
                        "DROP TABLE t");
}

int run_store_damage_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edited__a_row_is_refused_and_listed, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(edited__a_removed_license_does_not_come_back, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(edited__what_is_remembered_of_a_temporary_license_is_refused, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(lost__licenses_are_listed_read_and_removed, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(lost__under_a_new_key_all_goes_on, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(damaged__the_check_sees_it_and_it_is_set_aside, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(generation__that_does_not_open_refuses_changes, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(upgrade__from_version_1_keeps_all, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: damage", tests, NULL, NULL);
}
