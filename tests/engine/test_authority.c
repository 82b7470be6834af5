/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: making and opening it, and what becomes of a damaged one.
 */
#include <stdio.h>

#include "engine/authority_fixture.h"
#include "engine/threads.h"

static struct drm_authority_status status_of(struct drm_authority *authority)
{
    struct drm_authority_status status;

    assert_int_equal(drm_authority_get_status(authority, &status), DRM_S_OK);
    return status;
}

/* --- making ----------------------------------------------------------------------------------------------- */

static void make__new_one_has_six_lists_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_status status = status_of(fixture->authority);
    struct drm_buffer index = {0};
    struct drm_revocation_head head;
    const uint8_t *entries;

    assert_int_equal(drm_version_compare(status.version, DRM_VERSION_CURRENT), 0);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        struct drm_buffer list = {0};

        assert_int_equal(status.list_versions[type - 1], 1);
        assert_int_equal(status.list_entries[type - 1], type == DRM_REVOCATION_REVINFO ? 5 : 0);
        head = current_list(fixture->authority, type, &list, NULL);
        assert_int_equal(head.version, 1);
        assert_int_equal(head.issued, TEST_HOST_NOW);
        assert_int_equal(head.entry_count, status.list_entries[type - 1]);
        drm_buffer_free(&list);
    }
    head = current_list(fixture->authority, DRM_REVOCATION_REVINFO, &index, &entries);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
        assert_int_equal(drm_revinfo_entries_find(entries, &head, type), type == DRM_REVOCATION_REVINFO ? 0 : 1);
    drm_buffer_free(&index);
    assert_int_equal(status.machines, 0);
    assert_int_equal(status.certificates, 0);
    assert_int_equal(status.component_size, 0);
    assert_string_equal(status.component_name, "");
    assert_int_equal(status.policy.individualizations_per_day, 0);
    assert_string_equal(status.policy.renewal_url, "");
    assert_string_equal(status.policy.license_url, "");
    /* Nothing but the database: small lists need no files. */
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", "", NULL), 0);
}

static void make__only_where_asked_to(void **state)
{
    struct fixture *fixture = *state;
    struct test_host other;
    struct drm_authority_options options = authority_options(fixture);
    struct drm_authority *authority = NULL;

    test_host_init(&other);
    options.directory = other.directory;
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN, &authority), DRM_E_NOT_FOUND);
    assert_null(authority);
    assert_int_equal(test_host_count(&other, "", ".db", NULL), 0);
    options.directory = test_host_path(&other, "no such folder");
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN, &authority), DRM_E_NOT_FOUND);
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), DRM_E_PATH_NOT_FOUND);
    assert_null(authority);
    test_host_free(&other);
}

static void make__failing_protector_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct test_host other;
    struct drm_authority_options options = authority_options(fixture);
    struct drm_authority *authority = NULL;

    test_host_init(&other);
    options.directory = other.directory;
    options.host = &other.host;
    atomic_store(&other.seal_result, DRM_E_SECURE_STORE_ERROR);
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), DRM_E_SECURE_STORE_ERROR);
    assert_null(authority);
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN, &authority), DRM_E_NOT_FOUND);
    atomic_store(&other.seal_result, DRM_S_OK);
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), DRM_S_OK);
    assert_int_equal(atomic_load(&other.seals), 2); /* one for all keys */
    assert_int_equal(atomic_load(&other.unseals), 0);
    drm_authority_close(authority);
    test_host_free(&other);
}

#define MAKERS 8

struct race
{
    struct test_host host;
    struct drm_authority_options options;
    drm_result results[MAKERS];
    uint8_t roots[MAKERS][DRM_SIGN_PUBLIC_SIZE];
};

static void make_one(void *context, size_t index)
{
    struct race *race = context;
    struct drm_authority *authority;

    race->results[index] = drm_authority_open(&race->options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority);
    if (DRM_FAILED(race->results[index]))
        return;
    memcpy(race->roots[index], drm_authority_root(authority), DRM_SIGN_PUBLIC_SIZE);
    drm_authority_close(authority);
}

static void make__many_at_once_end_with_one_root(void **state)
{
    (void)state;
    for (unsigned int round = 0; round < 5; round++)
    {
        struct race race = {.results = {0}};

        test_host_init(&race.host);
        race.options = (struct drm_authority_options){
            .directory = race.host.directory, .name = "raced", .host = &race.host.host};
        assert_true(run_threads(MAKERS, make_one, &race));
        for (size_t i = 0; i < MAKERS; i++)
        {
            assert_int_equal(race.results[i], DRM_S_OK);
            assert_memory_equal(race.roots[i], race.roots[0], sizeof(race.roots[0]));
        }
        assert_int_equal(atomic_load(&race.host.seals), 1);
        test_host_free(&race.host);
    }
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static void open__again_gives_the_same_root(void **state)
{
    struct fixture *fixture = *state;
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];

    memcpy(root, drm_authority_root(fixture->authority), sizeof(root));
    authority_reopen(fixture);
    assert_memory_equal(drm_authority_root(fixture->authority), root, sizeof(root));
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_S_OK);
}

static void open__lost_secret_is_told(void **state)
{
    struct fixture *fixture = *state;

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_host_lose_secret(&fixture->host);
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN_OR_CREATE), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    atomic_store(&fixture->host.user, 0);
    atomic_store(&fixture->host.unseal_result, DRM_E_OUT_OF_MEMORY);
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_E_OUT_OF_MEMORY);
    atomic_store(&fixture->host.unseal_result, DRM_S_OK);
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_S_OK);
}

/* A row that somebody edited or moved opens nothing. */
static void open__edited_keys_are_refused(void **state)
{
    static const char *const edits[] = {
        "UPDATE key SET sealed = (SELECT sealed FROM key AS other WHERE other.role <> key.role LIMIT 1) WHERE role = 8",
        "UPDATE key SET public_key = (SELECT public_key FROM key AS other WHERE other.role = 4) WHERE role = 2",
        "UPDATE key SET certificate = (SELECT certificate FROM key AS other WHERE other.role = 4) WHERE role = 2",
        "UPDATE key SET certificate = x'00' WHERE role = 1",
        "UPDATE key SET sealed = x'' WHERE role = 1",
        "UPDATE key SET public_key = x'00' WHERE role = 1",
        "UPDATE key SET role = 32 WHERE role = 16",
        "UPDATE key SET role = 3 WHERE role = 4; UPDATE key SET role = 4 WHERE role = 8;"
        " UPDATE key SET role = 8 WHERE role = 3",
        "DELETE FROM key WHERE role = 8",
        "INSERT INTO key SELECT 64, public_key, certificate, sealed FROM key WHERE role = 16",
        "DELETE FROM secret",
    };
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "authority.db");
    uint8_t *sound;
    size_t size;

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    sound = test_file_read(path, &size);
    for (size_t i = 0; i < COUNT(edits); i++)
    {
        test_database_execute(path, edits[i]);
        if (authority_try(fixture, DRM_AUTHORITY_OPEN_OR_CREATE) != DRM_E_STORE_CORRUPT)
            fail_msg("accepted: %s", edits[i]);
        test_file_write(path, sound, size);
        assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_S_OK);
    }
    free(sound);
}

static void open__newer_schema_is_refused_and_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_database_execute(test_host_path(&fixture->host, "authority.db"), "PRAGMA user_version = 1000");
    assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_E_STORE_TOO_NEW);
    assert_int_equal(drm_authority_set_aside(&options), DRM_E_STORE_TOO_NEW);
    assert_true(test_file_exists(test_host_path(&fixture->host, "authority.db")));
}

/* --- damage ----------------------------------------------------------------------------------------------- */

/* Each makes the file at path something else; size is what it was. */
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

static void spoil_by_cutting_short(const char *path, size_t size)
{
    (void)size;
    test_file_resize(path, 50);
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
    test_database_execute(path, "CREATE TABLE bookmark(url TEXT); INSERT INTO bookmark VALUES('http://example.com/')");
}

/* A second one in the same second gets a number. */
static const char *aside_path(struct fixture *fixture, size_t number)
{
    char name[80];

    snprintf(name, sizeof(name),
             number ? "authority-damaged-20231114-221320-%u.db" : "authority-damaged-20231114-221320.db",
             (unsigned int)number);
    return test_host_path(&fixture->host, name);
}

static void damage__is_told_and_set_aside(void **state)
{
    static void (*const spoils[])(const char *path, size_t size) = {
        spoil_with_garbage, spoil_by_cutting, spoil_by_cutting_short, spoil_by_emptying, spoil_with_another_program};
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);
    char path[2 * TEST_HOST_PATH_SIZE];

    strcpy(path, test_host_path(&fixture->host, "authority.db"));
    for (size_t i = 0; i < COUNT(spoils); i++)
    {
        uint8_t root[DRM_SIGN_PUBLIC_SIZE], *spoiled, *kept;
        size_t size, kept_size;

        memcpy(root, drm_authority_root(fixture->authority), sizeof(root));
        drm_authority_close(fixture->authority);
        fixture->authority = NULL;
        free(test_file_read(path, &size));
        spoils[i](path, size);
        spoiled = test_file_read(path, &size);

        if (authority_try(fixture, DRM_AUTHORITY_OPEN_OR_CREATE) != DRM_E_STORE_CORRUPT)
            fail_msg("accepted: spoil %u", (unsigned int)i);
        assert_int_equal(authority_try(fixture, DRM_AUTHORITY_OPEN), DRM_E_STORE_CORRUPT);
        assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK);
        assert_false(test_file_exists(path));
        assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), i + 1);
        kept = test_file_read(aside_path(fixture, i), &kept_size);
        assert_int_equal(kept_size, size);
        assert_memory_equal(kept, spoiled, size);
        free(kept);
        free(spoiled);

        assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK); /* there is none: nothing to do */
        authority_reopen(fixture);
        assert_memory_not_equal(drm_authority_root(fixture->authority), root, sizeof(root));
    }
}

static void damage__sound_one_is_not_set_aside(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];

    memcpy(root, drm_authority_root(fixture->authority), sizeof(root));
    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK);
    authority_reopen(fixture);
    assert_memory_equal(drm_authority_root(fixture->authority), root, sizeof(root));
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged", "", NULL), 0);
}

static void damage__locked_out_one_is_set_aside(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_host_lose_secret(&fixture->host);
    assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), 1);
    authority_reopen(fixture);
}

static void damage__edited_list_is_noticed(void **state)
{
    static const char *const edits[] = {
        "UPDATE content SET bytes = zeroblob(size) WHERE id = (SELECT content FROM revocation_list WHERE type = 5)",
        "PRAGMA foreign_keys = OFF;"
        " DELETE FROM content WHERE id = (SELECT content FROM revocation_list WHERE type = 5)",
        "DELETE FROM revocation_list WHERE type = 5",
        "UPDATE revocation_list SET version = 7 WHERE type = 5",
        "UPDATE revocation_list SET content = (SELECT content FROM revocation_list WHERE type = 1) WHERE type = 5",
    };
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);

    for (size_t i = 0; i < COUNT(edits); i++)
    {
        struct machine machine;

        machine_init(&machine);
        assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_S_OK);
        drm_authority_close(fixture->authority);
        fixture->authority = NULL;
        test_database_execute(test_host_path(&fixture->host, "authority.db"), edits[i]);
        authority_reopen(fixture);
        /* Whether this identity is on the list cannot be told any more. */
        if (machine_individualize(fixture->authority, &machine, SIGNED, true, NULL) != DRM_E_STORE_CORRUPT)
            fail_msg("accepted: %s", edits[i]);
        drm_authority_close(fixture->authority);
        fixture->authority = NULL;
        assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK);
        assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), i + 1);
        authority_reopen(fixture);
        machine_free(&machine);
    }
}

/* --- time ------------------------------------------------------------------------------------------------- */

/* Whatever the clock said when an authority was made: what it signs now is valid now. */
static void time__certificates_are_renewed_under_the_same_keys(void **state)
{
    static const int64_t moves[] = {19 * YEAR_MS + 30 * DAY_MS, 30 * YEAR_MS, -80 * YEAR_MS, -10 * DAY_MS,
                                    26 * YEAR_MS};
    struct fixture *fixture = *state;
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];

    memcpy(root, drm_authority_root(fixture->authority), sizeof(root));
    for (size_t i = 0; i < COUNT(moves); i++)
    {
        struct machine machine;

        atomic_fetch_add(&fixture->host.now, moves[i]);
        authority_reopen(fixture);
        assert_memory_equal(drm_authority_root(fixture->authority), root, sizeof(root));
        machine_init(&machine);
        assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_S_OK);
        machine_free(&machine);
    }
    assert_true(test_host_logged(&fixture->host, "renewed"));
}

static int run_authority_opening(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(make__new_one_has_six_lists_and_nothing_else, authority_setup,
                                        authority_teardown),
        cmocka_unit_test_setup_teardown(make__only_where_asked_to, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(make__failing_protector_leaves_nothing, authority_setup, authority_teardown),
        cmocka_unit_test(make__many_at_once_end_with_one_root),
        cmocka_unit_test_setup_teardown(open__again_gives_the_same_root, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(open__lost_secret_is_told, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(open__edited_keys_are_refused, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(open__newer_schema_is_refused_and_left_alone, authority_setup,
                                        authority_teardown),
        cmocka_unit_test_setup_teardown(damage__is_told_and_set_aside, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(damage__sound_one_is_not_set_aside, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(damage__locked_out_one_is_set_aside, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(damage__edited_list_is_noticed, authority_setup, authority_teardown),
        cmocka_unit_test_setup_teardown(time__certificates_are_renewed_under_the_same_keys, authority_setup,
                                        authority_teardown),
    };

    return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}

int main(void)
{
    int failed = 0;

    failed += run_authority_opening();
    failed += run_authority_request_tests();
    failed += run_authority_list_tests();
    failed += run_authority_administration_tests();
    return failed > 0;
}
