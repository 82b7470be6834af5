/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: revoking.
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

static void revoke__adds_sorts_and_counts_up(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 50), *more = make_entries(40, 20);
    struct drm_buffer list = {0}, index = {0};
    struct drm_revocation_head head, index_head;
    struct drm_authority_status status;
    const uint8_t *found, *index_entries;

    atomic_fetch_add(&fixture->host.now, 1000);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_CARDEA, entries, 50), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_CARDEA, more, 20), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_CARDEA, NULL, 0), DRM_S_OK);

    head = current_list(fixture->authority, DRM_REVOCATION_CARDEA, &list, &found);
    assert_int_equal(head.version, 4);
    assert_int_equal(head.entry_count, 60);
    assert_int_equal(head.issued, TEST_HOST_NOW + 1000);
    for (size_t i = 0; i < 50; i++)
        assert_true(drm_revocation_entries_contain(found, &head, entries + i * DRM_REVOCATION_ENTRY_SIZE));
    for (size_t i = 0; i < 20; i++)
        assert_true(drm_revocation_entries_contain(found, &head, more + i * DRM_REVOCATION_ENTRY_SIZE));

    index_head = current_list(fixture->authority, DRM_REVOCATION_REVINFO, &index, &index_entries);
    assert_int_equal(index_head.version, 4);
    assert_int_equal(drm_revinfo_entries_find(index_entries, &index_head, DRM_REVOCATION_CARDEA), 4);
    assert_int_equal(drm_revinfo_entries_find(index_entries, &index_head, DRM_REVOCATION_APP), 1);
    status = status_of(fixture->authority);
    assert_int_equal(status.list_versions[DRM_REVOCATION_CARDEA - 1], 4);
    assert_int_equal(status.list_versions[DRM_REVOCATION_REVINFO - 1], 4);
    assert_int_equal(status.list_versions[DRM_REVOCATION_GRL - 1], 1);
    assert_int_equal(status.list_entries[DRM_REVOCATION_CARDEA - 1], 60);
    drm_buffer_free(&list);
    drm_buffer_free(&index);
    free(entries);
    free(more);
}

static void revoke__not_the_index_nor_an_unknown_list(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 1);
    struct drm_buffer list = {0};

    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_REVINFO, entries, 1),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_revoke(fixture->authority, (enum drm_revocation_type)0, entries, 1),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_revoke(fixture->authority, (enum drm_revocation_type)7, entries, 1),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_read_list(fixture->authority, (enum drm_revocation_type)7, &list),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, entries,
                                          DRM_REVOCATION_MAX_ENTRIES + 1),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(status_of(fixture->authority).list_versions[DRM_REVOCATION_REVINFO - 1], 1);
    free(entries);
}

#define MILLION 1000000

static void revoke__a_million(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, MILLION), *more = make_entries(MILLION, 1);
    struct drm_buffer list = {0};
    struct drm_revocation_head head;
    struct machine machine;
    const uint8_t *found;

    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_GRL, entries, MILLION), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_GRL, more, 1), DRM_S_OK);
    head = current_list(fixture->authority, DRM_REVOCATION_GRL, &list, &found);
    assert_int_equal(head.version, 3);
    assert_int_equal(head.entry_count, MILLION + 1);
    for (size_t i = 0; i < MILLION; i += 997)
        assert_true(drm_revocation_entries_contain(found, &head, entries + i * DRM_REVOCATION_ENTRY_SIZE));
    assert_true(drm_revocation_entries_contain(found, &head, more));
    /* Of the two files the older one is gone. */
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", ".bin", NULL), 1);

    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_S_OK);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    machine_free(&machine);
    drm_buffer_free(&list);
    free(entries);
    free(more);
}

/* --- several at once -------------------------------------------------------------------------------------- */

#define REVOKERS 4
#define ROUNDS 5

struct crew
{
    struct drm_authority *authorities[REVOKERS];
    uint8_t *entries[REVOKERS];
    drm_result results[REVOKERS];
};

static void revoke_some(void *context, size_t index)
{
    struct crew *crew = context;

    for (size_t i = 0; i < ROUNDS && DRM_SUCCEEDED(crew->results[index]); i++)
        crew->results[index] = drm_authority_revoke(crew->authorities[index], DRM_REVOCATION_GRL,
                                                    crew->entries[index] + i * DRM_REVOCATION_ENTRY_SIZE, 1);
}

/* Half of them share an authority, the others have one each, as other processes would: nobody's entry is lost. */
static void revoke__several_at_once_lose_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);
    struct crew crew = {.results = {0}};
    struct drm_buffer list = {0};
    struct drm_revocation_head head;
    const uint8_t *found;

    for (size_t i = 0; i < REVOKERS; i++)
    {
        crew.entries[i] = make_entries((uint32_t)i * ROUNDS, ROUNDS);
        crew.authorities[i] = fixture->authority;
        if (i >= REVOKERS / 2)
            assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN, &crew.authorities[i]), DRM_S_OK);
    }
    assert_true(run_threads(REVOKERS, revoke_some, &crew));
    head = current_list(fixture->authority, DRM_REVOCATION_GRL, &list, &found);
    assert_int_equal(head.version, 1 + REVOKERS * ROUNDS);
    assert_int_equal(head.entry_count, REVOKERS * ROUNDS);
    for (size_t i = 0; i < REVOKERS; i++)
    {
        assert_int_equal(crew.results[i], DRM_S_OK);
        for (size_t k = 0; k < ROUNDS; k++)
            assert_true(drm_revocation_entries_contain(found, &head,
                                                       crew.entries[i] + k * DRM_REVOCATION_ENTRY_SIZE));
        if (crew.authorities[i] != fixture->authority)
            drm_authority_close(crew.authorities[i]);
        free(crew.entries[i]);
    }
    assert_int_equal(status_of(fixture->authority).list_versions[DRM_REVOCATION_REVINFO - 1], head.version);
    drm_buffer_free(&list);
}

/* --- files ------------------------------------------------------------------------------------------------ */

/* What a process left that died while it wrote a file: deleted a day later, not sooner. */
static void files__abandoned_ones_are_swept_after_a_day(void **state)
{
    struct fixture *fixture = *state;
    const char *database = test_host_path(&fixture->host, "authority.db");
    const char *left = test_host_path(&fixture->host, "authority-file-00000000000004d2.bin");

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_file_write(left, "half", 4);
    test_database_execute(database, "INSERT INTO content(id, state, created) VALUES(1234, 0, 1700000000000)");
    authority_reopen(fixture);
    atomic_fetch_add(&fixture->host.now, DAY_MS);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, NULL, 0), DRM_S_OK);
    assert_true(test_file_exists(left));
    atomic_fetch_add(&fixture->host.now, 1);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, NULL, 0), DRM_S_OK);
    assert_false(test_file_exists(left));
}

static void files__missing_one_is_damage(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_options options = authority_options(fixture);
    uint8_t *entries = make_entries(0, 5000);
    char name[TEST_HOST_PATH_SIZE];
    struct drm_buffer list = {0};
    struct machine machine;

    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, entries, 5000), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", ".bin", name), 1);
    assert_int_equal(remove(test_host_path(&fixture->host, name)), 0);
    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_E_STORE_CORRUPT);
    {
        struct received received;

        assert_int_equal(machine_refresh(fixture->authority, &machine, &received), DRM_E_STORE_CORRUPT);
    }
    assert_int_equal(drm_authority_read_list(fixture->authority, DRM_REVOCATION_APP, &list), DRM_E_STORE_CORRUPT);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, entries, 1), DRM_E_STORE_CORRUPT);
    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    assert_int_equal(drm_authority_set_aside(&options), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-damaged-", ".db", NULL), 1);
    machine_free(&machine);
    free(entries);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, authority_setup, authority_teardown)

int run_authority_list_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(revoke__adds_sorts_and_counts_up),
        ROW(revoke__not_the_index_nor_an_unknown_list),
        ROW(revoke__a_million),
        ROW(revoke__several_at_once_lose_nothing),
        ROW(files__abandoned_ones_are_swept_after_a_day),
        ROW(files__missing_one_is_damage),
    };

    return cmocka_run_group_tests_name("authority: lists", tests, NULL, NULL);
}
