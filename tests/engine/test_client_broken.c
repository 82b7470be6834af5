/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client: bad days of its own folder. An individualization tells what is wrong, a forced one heals it.
 */
#include <stdio.h>

#include "engine/base/path.h"
#include "engine/client_fixture.h"
#include "engine/database/set_aside.h"

/* --- damaged databases ------------------------------------------------------------------------------------ */

static void spoil_with_garbage(const char *path, size_t size)
{
    uint8_t *garbage = malloc(size);

    assert_non_null(garbage);
    memset(garbage, 0x3c, size);
    test_file_write(path, garbage, size);
    free(garbage);
}

static void spoil_by_cutting(const char *path, size_t size)
{
    test_file_resize(path, size / 2);
}

static void spoil_by_emptying(const char *path, size_t size)
{
    (void)size;
    test_file_resize(path, 0);
}

static void spoil_with_another_program(const char *path, size_t size)
{
    (void)size;
    assert_int_equal(remove(path), 0);
    test_file_resize(path, 0);
    test_database_execute(path, "CREATE TABLE bookmark(url TEXT); PRAGMA user_version = 1");
}

static void (*const spoils[])(const char *path, size_t size) = {spoil_with_garbage, spoil_by_cutting, spoil_by_emptying,
                                                                spoil_with_another_program};

/* The file as it was spoiled is kept, under a name that says so. */
static void check_kept(struct fixture *fixture, const char *begin, unsigned int count, const uint8_t *spoiled,
                       size_t size)
{
    char name[TEST_HOST_PATH_SIZE];
    uint8_t *kept;
    size_t kept_size;

    assert_int_equal(test_host_count(&fixture->host, begin, ".db", name), count);
    if (count > 1)
        return;
    kept = test_file_read(test_host_path(&fixture->host, name), &kept_size);
    assert_int_equal(kept_size, size);
    assert_memory_equal(kept, spoiled, size);
    free(kept);
}

static void check_damage(struct fixture *fixture, const char *database, const char *aside)
{
    char path[2 * TEST_HOST_PATH_SIZE];

    strcpy(path, test_host_path(&fixture->host, database));
    for (size_t i = 0; i < COUNT(spoils); i++)
    {
        struct identity identity;
        uint8_t *spoiled;
        size_t size;

        assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
        client_reopen(fixture); /* on Windows nobody may have it open */
        free(test_file_read(path, &size));
        spoils[i](path, size);
        spoiled = test_file_read(path, &size);

        if (individualize(fixture->client, false, NEVER, NULL) != DRM_E_STORE_CORRUPT)
            fail_msg("accepted: spoil %u of %s", (unsigned int)i, database);
        assert_int_equal(test_host_count(&fixture->host, aside, ".db", NULL), i);
        assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
        check_kept(fixture, aside, (unsigned int)i + 1, spoiled, size);
        identity = identity_of(fixture->client);
        assert_true(identity.individualized);
        assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
        assert_same_identity(identity, identity_of(fixture->client));
        free(spoiled);
    }
}

static void damage__of_the_store_is_told_and_healed(void **state)
{
    check_damage(*state, "store.db", "store-damaged-");
}

static void damage__of_the_authority_is_told_and_healed(void **state)
{
    check_damage(*state, "authority.db", "authority-damaged-");
}

static void damage__of_both_is_healed_at_once(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    client_reopen(fixture);
    spoil_with_garbage(test_host_path(&fixture->host, "store.db"), 10000);
    spoil_with_garbage(test_host_path(&fixture->host, "authority.db"), 10000);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", ".db", NULL), 1);
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), 1);
    assert_true(identity_of(fixture->client).individualized);
}

static void damage__questions_tell_it_and_recover(void **state)
{
    struct fixture *fixture = *state;
    struct drm_client *other = make_client(fixture);
    struct drm_version version;
    bool individualized = false;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    client_reopen(fixture);
    spoil_with_garbage(test_host_path(&fixture->host, "store.db"), 10000);
    assert_int_equal(drm_client_get_version(other, &version, &individualized), DRM_E_STORE_CORRUPT);
    assert_int_equal(drm_client_get_version(fixture->client, &version, &individualized), DRM_E_STORE_CORRUPT);
    /* One of two clients heals it for both. */
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_true(identity_of(other).individualized);
    drm_client_free(other);
}

/* The list in the authority, not its database, is what is damaged: the same for the user. */
static void damage__of_the_authoritys_list_is_healed(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    test_database_execute(test_host_path(&fixture->host, "authority.db"),
                          "UPDATE content SET bytes = zeroblob(size)");
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_STORE_CORRUPT);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), 1);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
}

static drm_result find_damage(void *context)
{
    (void)context;
    return DRM_E_STORE_CORRUPT;
}

/* A log goes aside with its database or not at all: without it the database might pass for an older, whole one. */
static void damage__that_cannot_be_set_aside_stays_whole(void **state)
{
    static const char *const parts[] = {"store.db", "store.db-shm", "store.db-wal"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(parts); i++)
        test_file_write(test_host_path(&fixture->host, parts[i]), "x", 1);
    assert_int_equal(drm_path_make_directory(test_host_path(&fixture->host, "store-damaged-20231114-221320.db-shm")),
                     DRM_S_OK);
    assert_true(DRM_FAILED(drm_set_aside(fixture->host.directory, "store", &fixture->host.host, NULL, find_damage,
                                         NULL)));
    for (size_t i = 0; i < COUNT(parts); i++)
        assert_true(drm_path_exists(test_host_path(&fixture->host, parts[i])));
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", "-wal", NULL), 0);
}

/* --- edited rows ------------------------------------------------------------------------------------------ */

static void edited__identity_is_replaced_by_force(void **state)
{
    static const char *const edits[] = {
        "UPDATE identity SET sealed = zeroblob(length(sealed))",
        "UPDATE identity SET machine_id = zeroblob(16)",
        "UPDATE identity SET encrypt_key = zeroblob(32)",
        "UPDATE identity SET chain = x'00'",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(edits); i++)
    {
        struct identity identity;

        assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
        client_reopen(fixture);
        test_database_execute(test_host_path(&fixture->host, "store.db"), edits[i]);
        if (DRM_SUCCEEDED(individualize(fixture->client, false, NEVER, NULL)))
            fail_msg("accepted: %s", edits[i]);
        assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
        identity = identity_of(fixture->client);
        assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
        assert_same_identity(identity, identity_of(fixture->client));
    }
    /* The store itself is sound: it stays in its place. */
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", ".db", NULL), 0);
}

/* An offset before the list's own beginning, with which its sizes add up again. */
static void edited__place_of_a_lists_entries_is_damage(void **state)
{
    struct fixture *fixture = *state;
    uint64_t size = 0;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(drm_client_get_revocation_list(fixture->client, DRM_REVOCATION_GRL, NULL, &size), DRM_S_OK);
    client_reopen(fixture);
    test_database_execute(test_host_path(&fixture->host, "store.db"),
                          "UPDATE revocation_list SET entry_count = 8000000, entries_offset ="
                          " (SELECT size FROM content WHERE id = revocation_list.content) - 8000000 * entry_size");
    assert_int_equal(drm_client_get_revocation_list(fixture->client, DRM_REVOCATION_GRL, NULL, &size),
                     DRM_E_STORE_CORRUPT);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(drm_client_get_revocation_list(fixture->client, DRM_REVOCATION_GRL, NULL, &size), DRM_S_OK);
}

/* --- the user's secret ------------------------------------------------------------------------------------ */

static void secret__lost_one_is_told_and_healed(void **state)
{
    struct fixture *fixture = *state;
    struct identity before, after;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    before = identity_of(fixture->client);
    client_reopen(fixture);
    test_host_lose_secret(&fixture->host);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_same_identity(before, identity_of(fixture->client)); /* it can be read, though not used */
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    after = identity_of(fixture->client);
    assert_memory_not_equal(after.certificate.subject, before.certificate.subject, DRM_ID_SIZE);
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), 1);
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", ".db", NULL), 0);
    client_reopen(fixture);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_same_identity(after, identity_of(fixture->client));
}

static void secret__failing_protector_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    atomic_store(&fixture->host.seal_result, DRM_E_SECURE_STORE_ERROR);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_SECURE_STORE_ERROR);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_E_SECURE_STORE_ERROR);
    assert_false(identity_of(fixture->client).individualized);
    atomic_store(&fixture->host.seal_result, DRM_S_OK);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
}

static struct drm_protector whole;

/* Fails with the key of the store, once. */
static drm_result no_memory_for_the_stores_key(void *context, const char *label, const uint8_t *sealed, size_t size,
                                               struct drm_buffer *out)
{
    static bool failed;

    if (!failed && strstr(label, "store"))
    {
        failed = true;
        return DRM_E_OUT_OF_MEMORY;
    }
    return whole.unseal(context, label, sealed, size, out);
}

/* A bad moment is no loss: force does not make another machine of this one. */
static void secret__that_fails_to_open_once_is_not_lost(void **state)
{
    struct fixture *fixture = *state;
    struct drm_protector *protector = &fixture->host.host.protector;
    struct identity before;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    before = identity_of(fixture->client);
    client_reopen(fixture);
    whole = *protector;
    protector->unseal = no_memory_for_the_stores_key;
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_E_OUT_OF_MEMORY);
    *protector = whole;
    assert_same_identity(before, identity_of(fixture->client));
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_memory_equal(identity_of(fixture->client).certificate.subject, before.certificate.subject, DRM_ID_SIZE);
}

/* --- the folder ------------------------------------------------------------------------------------------- */

static void folder__something_in_its_way_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct drm_client_options options = {.host = &fixture->host.host};
    struct drm_client *client;
    struct run run;

    test_file_write(test_host_path(&fixture->host, "file"), "x", 1);
    options.directory = test_host_path(&fixture->host, "file");
    assert_int_equal(drm_client_create(&options, &client), DRM_S_OK);
    assert_int_equal(individualize(client, true, NEVER, &run), DRM_E_PATH_NOT_FOUND);
    assert_int_equal(run.event_count, 2);
    drm_client_free(client);

    options.directory = test_host_path(&fixture->host, "new" "/" "folder");
    assert_int_equal(drm_client_create(&options, &client), DRM_S_OK);
    assert_int_equal(individualize(client, false, NEVER, &run), DRM_S_OK);
    drm_client_free(client);
}

/* What a process left that was killed while it made the database. */
static void folder__half_made_databases_are_no_hindrance(void **state)
{
    struct fixture *fixture = *state;

    test_file_write(test_host_path(&fixture->host, "store.db-new"), "half", 4);
    test_file_write(test_host_path(&fixture->host, "store.db-wal"), "left of one that somebody deleted", 33);
    test_file_write(test_host_path(&fixture->host, "authority.db-new"), "", 0);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "", "-new", NULL), 0);
    assert_true(identity_of(fixture->client).individualized);
}

static void folder__newer_store_is_left_alone(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    client_reopen(fixture);
    test_database_execute(test_host_path(&fixture->host, "store.db"), "PRAGMA user_version = 99");
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_STORE_TOO_NEW);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_E_STORE_TOO_NEW);
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", "", NULL), 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int run_client_broken_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(damage__of_the_store_is_told_and_healed),
        ROW(damage__of_the_authority_is_told_and_healed),
        ROW(damage__of_both_is_healed_at_once),
        ROW(damage__questions_tell_it_and_recover),
        ROW(damage__of_the_authoritys_list_is_healed),
        ROW(damage__that_cannot_be_set_aside_stays_whole),
        ROW(edited__identity_is_replaced_by_force),
        ROW(edited__place_of_a_lists_entries_is_damage),
        ROW(secret__lost_one_is_told_and_healed),
        ROW(secret__failing_protector_changes_nothing),
        ROW(secret__that_fails_to_open_once_is_not_lost),
        ROW(folder__something_in_its_way_is_told),
        ROW(folder__half_made_databases_are_no_hindrance),
        ROW(folder__newer_store_is_left_alone),
    };

    return cmocka_run_group_tests_name("client: bad days", tests, NULL, NULL);
}
