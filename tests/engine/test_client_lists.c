/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client: revocation lists, fetched or brought by the application.
 */
#include <stdio.h>

#include "engine/client_fixture.h"

static drm_result refresh(struct fixture *fixture)
{
    struct run run = {.cancel_at = NEVER};
    struct drm_task task = run_task(&run);
    drm_result result = drm_client_refresh_revocation(fixture->client, &task);

    assert_int_equal(run.event_count, 0);
    return result;
}

static void revoke(struct fixture *fixture, enum drm_revocation_type type, const uint8_t *entries, size_t count)
{
    struct drm_authority *authority = open_authority(fixture);

    assert_int_equal(drm_authority_revoke(authority, type, entries, count), DRM_S_OK);
    drm_authority_close(authority);
}

/* The authority's current list of a type. */
static struct drm_buffer authority_list(struct fixture *fixture, enum drm_revocation_type type)
{
    struct drm_authority *authority = open_authority(fixture);
    struct drm_buffer list = {0};

    assert_int_equal(drm_authority_read_list(authority, type, &list), DRM_S_OK);
    drm_authority_close(authority);
    return list;
}

/* What the client gives is what the authority has. */
static void assert_stored(struct fixture *fixture, enum drm_revocation_type type, const struct drm_buffer *expected)
{
    struct drm_buffer list = {0};
    uint64_t size = 0;

    assert_int_equal(drm_client_get_revocation_list(fixture->client, type, NULL, &size), DRM_S_OK);
    assert_int_equal(size, expected->size);
    assert_int_equal(drm_client_get_revocation_list(fixture->client, type, &list, NULL), DRM_S_OK);
    assert_int_equal(list.size, expected->size);
    assert_memory_equal(list.data, expected->data, expected->size);
    drm_buffer_free(&list);
}

static bool is_revoked(struct fixture *fixture, enum drm_revocation_type type, const uint8_t *id)
{
    bool revoked = false;

    assert_int_equal(drm_client_is_id_revoked(fixture->client, type, id, &revoked), DRM_S_OK);
    return revoked;
}

/* --- fetching --------------------------------------------------------------------------------------------- */

static void refresh__brings_newer_lists(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 10);
    struct drm_buffer list;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    revoke(fixture, DRM_REVOCATION_HDCP, entries, 10);
    assert_false(is_revoked(fixture, DRM_REVOCATION_HDCP, entries));
    assert_int_equal(refresh(fixture), DRM_S_OK);
    assert_true(is_revoked(fixture, DRM_REVOCATION_HDCP, entries));
    assert_false(is_revoked(fixture, DRM_REVOCATION_APP, entries));
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_HDCP), 2);
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_REVINFO), 2);
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_APP), 1);
    list = authority_list(fixture, DRM_REVOCATION_HDCP);
    assert_stored(fixture, DRM_REVOCATION_HDCP, &list);
    drm_buffer_free(&list);
    free(entries);
}

static void refresh__needs_no_identity(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(refresh(fixture), DRM_S_OK);
    assert_false(identity_of(fixture->client).individualized);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
        assert_int_equal(list_version(fixture->client, type), 1);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
}

/* Another client of the same folder changed the lists: seen at the next question. */
static void refresh__is_seen_by_other_clients(void **state)
{
    struct fixture *fixture = *state;
    struct drm_client *other = make_client(fixture);
    uint8_t *entries = make_entries(0, 3000);
    bool revoked = true;

    assert_int_equal(drm_client_is_id_revoked(other, DRM_REVOCATION_APP, entries, &revoked), DRM_S_OK);
    assert_false(revoked);
    for (unsigned int i = 0; i < 3; i++)
    {
        uint8_t *entry = entries + i * 1000 * DRM_REVOCATION_ENTRY_SIZE;

        revoke(fixture, DRM_REVOCATION_APP, entry, 1000);
        assert_int_equal(refresh(fixture), DRM_S_OK);
        assert_int_equal(drm_client_is_id_revoked(other, DRM_REVOCATION_APP, entry, &revoked), DRM_S_OK);
        assert_true(revoked);
    }
    drm_client_free(other);
    free(entries);
}

/* --- brought by the application --------------------------------------------------------------------------- */

static drm_result set_list(struct fixture *fixture, enum drm_revocation_type type, const void *data, size_t size)
{
    uint8_t *copy = exact_copy(data, size);
    drm_result result = drm_client_set_revocation_list(fixture->client, type, drm_span(copy, size));

    free(copy);
    return result;
}

static void set__newer_is_stored_older_refused_equal_fine(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 3);
    struct drm_buffer lists[3];

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    for (size_t i = 0; i < COUNT(lists); i++)
    {
        lists[i] = authority_list(fixture, DRM_REVOCATION_DEVICE);
        revoke(fixture, DRM_REVOCATION_DEVICE, entries + i * DRM_REVOCATION_ENTRY_SIZE, 1);
    }
    assert_int_equal(set_list(fixture, DRM_REVOCATION_DEVICE, lists[0].data, lists[0].size), DRM_S_OK); /* equal */
    assert_int_equal(set_list(fixture, DRM_REVOCATION_DEVICE, lists[2].data, lists[2].size), DRM_S_OK);
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_DEVICE), 3);
    assert_true(is_revoked(fixture, DRM_REVOCATION_DEVICE, entries + DRM_REVOCATION_ENTRY_SIZE));
    assert_int_equal(set_list(fixture, DRM_REVOCATION_DEVICE, lists[1].data, lists[1].size), DRM_E_INVALID_CRL);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_DEVICE, lists[0].data, lists[0].size), DRM_E_INVALID_CRL);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_DEVICE, lists[2].data, lists[2].size), DRM_S_OK);
    assert_stored(fixture, DRM_REVOCATION_DEVICE, &lists[2]);
    for (size_t i = 0; i < COUNT(lists); i++)
        drm_buffer_free(&lists[i]);
    free(entries);
}

static void set__what_is_no_list_is_refused(void **state)
{
    static const char page[] = "<html><body>Please log in to the network</body></html>";
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 20);
    struct drm_buffer stored, list;
    uint64_t number = 99;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    stored = authority_list(fixture, DRM_REVOCATION_APP);
    revoke(fixture, DRM_REVOCATION_APP, entries, 20);
    list = authority_list(fixture, DRM_REVOCATION_APP);

    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, page, sizeof(page)), DRM_E_INVALID_CRL);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, page, 0), DRM_E_INVALID_CRL);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_GRL, list.data, list.size), DRM_E_INVALID_CRL); /* another type */
    for (size_t size = 0; size < list.size; size += size < 1200 ? 1 : 13)
        assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, size), DRM_E_INVALID_CRL);
    for (unsigned int i = 0; i < 300; i++)
    {
        size_t place = next_number(&number) % list.size;

        list.data[place] ^= 1;
        assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size), DRM_E_INVALID_CRL);
        list.data[place] ^= 1;
    }
    assert_int_equal(drm_buffer_append(&list, "x", 1), DRM_S_OK);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size), DRM_E_INVALID_CRL);
    assert_stored(fixture, DRM_REVOCATION_APP, &stored);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size - 1), DRM_S_OK);
    assert_true(is_revoked(fixture, DRM_REVOCATION_APP, entries));
    drm_buffer_free(&stored);
    drm_buffer_free(&list);
    free(entries);
}

static void set__list_of_another_authority_is_refused(void **state)
{
    struct fixture *fixture = *state, *other;
    void *other_state = NULL;
    uint8_t *entries = make_entries(0, 1);
    struct drm_buffer list;

    assert_int_equal(client_setup(&other_state), 0);
    other = other_state;
    revoke(other, DRM_REVOCATION_APP, entries, 1);
    list = authority_list(other, DRM_REVOCATION_APP);
    /* before this machine knows any authority, and after */
    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size), DRM_E_INVALID_CRL);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size), DRM_E_INVALID_CRL);
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_APP), 1);
    drm_buffer_free(&list);
    free(entries);
    client_teardown(&other_state);
}

/* --- is it revoked? --------------------------------------------------------------------------------------- */

static void check__certificate_and_chain(void **state)
{
    struct fixture *fixture = *state;
    struct identity identity;
    struct drm_buffer bytes = {0};
    struct drm_chain chain;
    bool revoked = true;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    assert_int_equal(drm_client_get_machine_chain(fixture->client, &bytes, NULL), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&bytes), &chain), DRM_S_OK);
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_GRL, drm_buffer_span(&bytes), &revoked),
                     DRM_S_OK);
    assert_false(revoked);

    /* the leaf, alone and in its chain */
    revoke(fixture, DRM_REVOCATION_GRL, identity.certificate.id, 1);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_GRL, drm_buffer_span(&bytes), &revoked),
                     DRM_S_OK);
    assert_true(revoked);
    revoked = false;
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_GRL, chain.encoded[0], &revoked), DRM_S_OK);
    assert_true(revoked);
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_APP, chain.encoded[0], &revoked), DRM_S_OK);
    assert_false(revoked);
    /* an issuer in the chain */
    revoke(fixture, DRM_REVOCATION_APP, chain.certificates[1].id, 1);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_APP, drm_buffer_span(&bytes), &revoked),
                     DRM_S_OK);
    assert_true(revoked);

    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_APP, drm_span("<html>", 6), &revoked),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(drm_client_is_revoked(fixture->client, DRM_REVOCATION_APP, drm_span(NULL, 0), &revoked),
                     DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&bytes);
}

#define MILLION 1000000

static void check__a_million_entries(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, MILLION), *others = make_entries(MILLION, 1000);

    revoke(fixture, DRM_REVOCATION_GRL, entries, MILLION);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    for (size_t i = 0; i < MILLION; i += 101)
        assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries + i * DRM_REVOCATION_ENTRY_SIZE));
    for (size_t i = 0; i < 1000; i++)
        assert_false(is_revoked(fixture, DRM_REVOCATION_GRL, others + i * DRM_REVOCATION_ENTRY_SIZE));
    /* also when everything is opened anew */
    client_reopen(fixture);
    assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries));
    assert_int_equal(test_host_count(&fixture->host, "store-file-", ".bin", NULL), 1);
    free(entries);
    free(others);
}

/* Of three anchors: two with a list of this type, a third with none. Each question looks into all of them. */
static void check__lists_of_all_anchors_count(void **state)
{
    struct fixture *fixture = *state, *other;
    uint8_t anchors[3][DRM_SIGN_PUBLIC_SIZE] = {{0}, {0}, {9}}, *entries = make_entries(0, 3);
    struct drm_client_options options = {.directory = fixture->host.directory, .service_url = "http://127.0.0.1:1",
                                         .anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors, .anchor_count = 3,
                                         .host = &fixture->host.host};
    struct fixture *sides[2];
    void *other_state = NULL;

    assert_int_equal(client_setup(&other_state), 0);
    other = other_state;
    sides[0] = fixture;
    sides[1] = other;
    for (size_t i = 0; i < COUNT(sides); i++)
    {
        struct drm_authority *authority = open_authority(sides[i]);

        memcpy(anchors[i], drm_authority_root(authority), sizeof(anchors[i]));
        drm_authority_close(authority);
        revoke(sides[i], DRM_REVOCATION_APP, entries + i * DRM_REVOCATION_ENTRY_SIZE, 1);
    }
    drm_client_free(fixture->client);
    assert_int_equal(drm_client_create(&options, &fixture->client), DRM_S_OK);
    for (size_t i = 0; i < COUNT(sides); i++)
    {
        struct drm_buffer list = authority_list(sides[i], DRM_REVOCATION_APP);

        assert_int_equal(set_list(fixture, DRM_REVOCATION_APP, list.data, list.size), DRM_S_OK);
        drm_buffer_free(&list);
    }
    for (size_t round = 0; round < 3; round++)
    {
        assert_true(is_revoked(fixture, DRM_REVOCATION_APP, entries));
        assert_true(is_revoked(fixture, DRM_REVOCATION_APP, entries + DRM_REVOCATION_ENTRY_SIZE));
        assert_false(is_revoked(fixture, DRM_REVOCATION_APP, entries + 2 * DRM_REVOCATION_ENTRY_SIZE));
        assert_false(is_revoked(fixture, DRM_REVOCATION_GRL, entries));
    }
    free(entries);
    client_teardown(&other_state);
}

static uint64_t read_generation(struct fixture *fixture)
{
    uint64_t generation = 0;
    size_t size;
    uint8_t *bytes = test_file_read(test_host_path(&fixture->host, "generation"), &size);

    assert_true(size >= sizeof(generation));
    memcpy(&generation, bytes, sizeof(generation));
    free(bytes);
    return generation;
}

/* An odd number is what a process leaves that is killed in mid-commit, none what somebody leaves who deletes the file:
 * the first question settles both, so that the ones after it need not ask the database. */
static void check__unsettled_generation_is_settled(void **state)
{
    static const uint64_t unsettled[] = {0, 1, 7001};
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 10);

    revoke(fixture, DRM_REVOCATION_GRL, entries, 9);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    for (size_t i = 0; i < COUNT(unsettled); i++)
    {
        uint8_t bytes[4096] = {0};
        uint64_t settled;

        memcpy(bytes, &unsettled[i], sizeof(unsettled[i]));
        client_reopen(fixture);
        test_file_write(test_host_path(&fixture->host, "generation"), bytes, sizeof(bytes));
        assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries));
        assert_false(is_revoked(fixture, DRM_REVOCATION_GRL, entries + 9 * DRM_REVOCATION_ENTRY_SIZE));
        client_reopen(fixture);
        settled = read_generation(fixture);
        assert_true(settled > unsettled[i]);
        assert_int_equal(settled % 2, 0);
    }
    free(entries);
}

/*
 * Where another process begins to write before the number is even again, that process may be about to commit: the
 * number stays odd. SQLite calls its hook when a commit has let go of the lock.
 */
static struct
{
    sqlite3 *store;    /* the client's */
    sqlite3 *database; /* the other process's, which is in a transaction */
} intruder;

static int intrude(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)context;
    (void)name;
    (void)pages;
    if (!intruder.database
        && sqlite3_open(sqlite3_db_filename(database, "main"), &intruder.database) == SQLITE_OK)
        return sqlite3_exec(intruder.database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    return SQLITE_OK;
}

/* Opening a database sets a hook of SQLite's own last, so that the test sets its hook later. */
static int remember_store(sqlite3 *database, const char **message, const struct sqlite3_api_routines *routines)
{
    const char *path = sqlite3_db_filename(database, "main");

    (void)message;
    (void)routines;
    if (path && strlen(path) > 8 && !strcmp(path + strlen(path) - 8, "store.db"))
        intruder.store = database;
    return SQLITE_OK;
}

static void check__generation_is_not_settled_while_another_process_writes(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 2);
    struct drm_buffer list;
    uint64_t before;

    revoke(fixture, DRM_REVOCATION_GRL, entries, 1);
    assert_int_equal(refresh(fixture), DRM_S_OK);
    assert_false(is_revoked(fixture, DRM_REVOCATION_GRL, entries + DRM_REVOCATION_ENTRY_SIZE));
    revoke(fixture, DRM_REVOCATION_GRL, entries, 2);
    list = authority_list(fixture, DRM_REVOCATION_GRL);

    client_reopen(fixture);
    before = read_generation(fixture);
    assert_int_equal(before % 2, 0);
    assert_int_equal(sqlite3_auto_extension((void (*)(void))remember_store), SQLITE_OK);
    assert_false(is_revoked(fixture, DRM_REVOCATION_GRL, entries + DRM_REVOCATION_ENTRY_SIZE));
    sqlite3_reset_auto_extension();
    assert_non_null(intruder.store);
    sqlite3_wal_hook(intruder.store, intrude, NULL);
    assert_int_equal(set_list(fixture, DRM_REVOCATION_GRL, list.data, list.size), DRM_S_OK);
    assert_non_null(intruder.database);
    assert_int_equal(sqlite3_get_autocommit(intruder.database), 0);
    assert_int_equal(read_generation(fixture), before + 1);
    assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries + DRM_REVOCATION_ENTRY_SIZE));
    assert_int_equal(read_generation(fixture), before + 1);

    assert_int_equal(sqlite3_close(intruder.database), SQLITE_OK); /* and with it its transaction */
    intruder.database = NULL;
    assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries + DRM_REVOCATION_ENTRY_SIZE));
    assert_int_equal(read_generation(fixture), before + 2);
    drm_buffer_free(&list);
    free(entries);
}

/* --- damage ----------------------------------------------------------------------------------------------- */

static void spoil_list_file(struct fixture *fixture, bool remove_it)
{
    char name[TEST_HOST_PATH_SIZE], path[2 * TEST_HOST_PATH_SIZE];
    uint8_t *content;
    size_t size;

    client_reopen(fixture); /* on Windows nobody may have it open */
    assert_int_equal(test_host_count(&fixture->host, "store-file-", ".bin", name), 1);
    strcpy(path, test_host_path(&fixture->host, name));
    if (remove_it)
    {
        assert_int_equal(remove(path), 0);
        return;
    }
    content = test_file_read(path, &size);
    content[size - 40] ^= 1;
    test_file_write(path, content, size);
    free(content);
}

static void damage__of_a_stored_list_is_told_and_healed(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *entries = make_entries(0, 5000);
    struct identity identity;
    bool revoked;

    revoke(fixture, DRM_REVOCATION_GRL, entries, 5000);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    for (unsigned int i = 0; i < 4; i++)
    {
        spoil_list_file(fixture, i & 1);
        assert_int_equal(drm_client_is_id_revoked(fixture->client, DRM_REVOCATION_GRL, entries, &revoked),
                         DRM_E_STORE_CORRUPT);
        assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_STORE_CORRUPT);
        /* a refresh heals it, and so does force, with the machine as it was */
        if (i < 2)
            assert_int_equal(refresh(fixture), DRM_S_OK);
        else
            assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
        assert_true(is_revoked(fixture, DRM_REVOCATION_GRL, entries));
        assert_int_equal(list_version(fixture->client, DRM_REVOCATION_GRL), 2);
        assert_memory_equal(identity_of(fixture->client).certificate.subject, identity.certificate.subject,
                            DRM_ID_SIZE);
    }
    assert_int_equal(test_host_count(&fixture->host, "store-damaged-", "", NULL), 0);
    free(entries);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int run_client_list_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(refresh__brings_newer_lists),
        ROW(refresh__needs_no_identity),
        ROW(refresh__is_seen_by_other_clients),
        ROW(set__newer_is_stored_older_refused_equal_fine),
        ROW(set__what_is_no_list_is_refused),
        ROW(set__list_of_another_authority_is_refused),
        ROW(check__certificate_and_chain),
        ROW(check__a_million_entries),
        ROW(check__lists_of_all_anchors_count),
        ROW(check__unsettled_generation_is_settled),
        ROW(check__generation_is_not_settled_while_another_process_writes),
        ROW(damage__of_a_stored_list_is_told_and_healed),
    };

    return cmocka_run_group_tests_name("client: lists", tests, NULL, NULL);
}
