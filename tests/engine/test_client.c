/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client with the embedded authority, end to end: individualizing, and what is known afterwards.
 */
#include "engine/client_fixture.h"
#include "engine/threads.h"

static void revoke_machine(struct fixture *fixture, const struct drm_certificate *certificate)
{
    struct drm_authority *authority = open_authority(fixture);

    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_GRL, certificate->id, 1), DRM_S_OK);
    drm_authority_close(authority);
}

static unsigned int certificates_issued(struct fixture *fixture)
{
    struct drm_authority *authority = open_authority(fixture);
    struct drm_authority_status status;

    assert_int_equal(drm_authority_get_status(authority, &status), DRM_S_OK);
    drm_authority_close(authority);
    return (unsigned int)status.certificates;
}

/* --- before ----------------------------------------------------------------------------------------------- */

static void before__nothing_is_known(void **state)
{
    struct fixture *fixture = *state;
    struct identity identity = identity_of(fixture->client);
    uint8_t id[DRM_SHA256_SIZE] = {0};
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];
    struct drm_policy policy;
    uint64_t size;
    bool revoked = true;

    assert_false(identity.individualized);
    assert_int_equal(drm_version_compare(identity.version, DRM_VERSION_BASE), 0);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        assert_int_equal(list_version(fixture->client, type), 0);
        assert_int_equal(drm_client_get_revocation_list(fixture->client, type, NULL, &size), DRM_E_NOT_FOUND);
    }
    assert_int_equal(drm_client_is_id_revoked(fixture->client, DRM_REVOCATION_GRL, id, &revoked), DRM_S_OK);
    assert_false(revoked);
    assert_int_equal(drm_client_get_policy(fixture->client, &policy), DRM_S_OK);
    assert_string_equal(policy.license_url, "");
    assert_int_equal(drm_client_copy_component(fixture->client, NULL, name, &size), DRM_E_NOT_FOUND);
    /* To ask makes no keys. */
    assert_int_equal(test_host_count(&fixture->host, "authority", "", NULL), 0);
}

/* --- individualizing -------------------------------------------------------------------------------------- */

static void individualize__fresh_machine_passes_all_states(void **state)
{
    static const struct
    {
        enum drm_individualization_state state;
        enum drm_http_phase http;
        uint32_t round_trips;
    } expected[] = {
        {DRM_INDIVIDUALIZATION_BEGIN, DRM_HTTP_NOT_INITIATED, 0},
        {DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_CONNECTING, 0},
        {DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_REQUESTING, 0},
        {DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_RECEIVING, 0},
        {DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_COMPLETED, 1},
        {DRM_INDIVIDUALIZATION_INSTALL, DRM_HTTP_COMPLETED, 1},
        {DRM_INDIVIDUALIZATION_SUCCEED, DRM_HTTP_COMPLETED, 1},
    };
    struct fixture *fixture = *state;
    struct identity identity;
    struct run run;

    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    assert_int_equal(run.event_count, COUNT(expected)); /* the package is one block */
    for (size_t i = 0; i < COUNT(expected); i++)
    {
        assert_int_equal(run.events[i].state, expected[i].state);
        assert_int_equal(run.events[i].http, expected[i].http);
        assert_int_equal(run.events[i].round_trips, expected[i].round_trips);
        assert_string_equal(run.events[i].url, i ? "local:" : "");
    }
    assert_true(run.events[3].total > 1000);
    assert_int_equal(run.events[3].received, run.events[3].total);

    identity = identity_of(fixture->client);
    assert_true(identity.individualized);
    assert_int_equal(drm_version_compare(identity.version, DRM_VERSION_CURRENT), 0);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
        assert_int_equal(list_version(fixture->client, type), 1);
    client_reopen(fixture);
    assert_same_identity(identity, identity_of(fixture->client));
    /* Small lists take no files. */
    assert_int_equal(test_host_count(&fixture->host, "store-file-", "", NULL), 0);
}

static void individualize__up_to_date_downloads_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct identity identity;
    struct run run;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    assert_same_identity(identity, identity_of(fixture->client));
    assert_int_equal(count_states(&run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_RECEIVING), 0);
    assert_int_equal(count_states(&run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_COMPLETED), 1);
    assert_int_equal(count_states(&run, DRM_INDIVIDUALIZATION_INSTALL, DRM_HTTP_COMPLETED), 0);
    assert_int_equal(run.events[run.event_count - 1].round_trips, 1);
    assert_int_equal(run.events[run.event_count - 1].total, 0);
    assert_int_equal(certificates_issued(fixture), 1);
}

static int count_identities(struct fixture *fixture)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    int count;

    assert_int_equal(sqlite3_open_v2(test_host_path(&fixture->host, "store.db"), &handle, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, "SELECT count(*) FROM identity", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return count;
}

static void individualize__forced_again_keeps_machine_and_old_identity(void **state)
{
    struct fixture *fixture = *state;
    struct identity first, second;

    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    first = identity_of(fixture->client);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    second = identity_of(fixture->client);
    assert_memory_equal(second.certificate.subject, first.certificate.subject, DRM_ID_SIZE);
    assert_memory_not_equal(second.certificate.id, first.certificate.id, DRM_SHA256_SIZE);
    assert_memory_not_equal(second.certificate.sign_key, first.certificate.sign_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(drm_version_compare(second.version, first.version), 0);
    /* What was sealed to the old one stays readable: its keys are kept. */
    assert_int_equal(count_identities(fixture), 2);
    assert_int_equal(atomic_load(&fixture->host.seals), 2); /* the store's key and the authority's, once each */
}

static void individualize__newer_version_is_installed(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority *authority;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    authority = open_authority(fixture);
    assert_int_equal(drm_authority_publish(authority, (struct drm_version){2, 11}, NULL, NULL), DRM_S_OK);
    drm_authority_close(authority);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(identity_of(fixture->client).version.minor, 11);
}

static void individualize__older_version_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority *authority = open_authority(fixture);
    struct identity identity;

    assert_int_equal(drm_authority_publish(authority, (struct drm_version){2, 12}, NULL, NULL), DRM_S_OK);
    drm_authority_close(authority);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    test_database_execute(test_host_path(&fixture->host, "authority.db"),
                          "UPDATE state SET version = (SELECT version - 1 FROM state)");
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_PACKAGE_TOO_OLD);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_E_PACKAGE_TOO_OLD);
    assert_same_identity(identity, identity_of(fixture->client));
}

static void individualize__expired_identity_is_renewed(void **state)
{
    struct fixture *fixture = *state;
    struct identity first, second;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    first = identity_of(fixture->client);
    atomic_fetch_add(&fixture->host.now, 11 * YEAR_MS);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    second = identity_of(fixture->client);
    assert_memory_equal(second.certificate.subject, first.certificate.subject, DRM_ID_SIZE);
    assert_int_equal(second.certificate.not_after, TEST_HOST_NOW + 21 * YEAR_MS);
    /* past the end of the authority's own certificates too */
    atomic_fetch_add(&fixture->host.now, 30 * YEAR_MS);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_memory_equal(identity_of(fixture->client).certificate.subject, first.certificate.subject, DRM_ID_SIZE);
    /* and back: a clock that was wrong */
    atomic_store(&fixture->host.now, TEST_HOST_NOW - 20 * YEAR_MS);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(identity_of(fixture->client).certificate.not_after, TEST_HOST_NOW - 10 * YEAR_MS);
}

static void individualize__limit_of_the_operator_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority *authority = open_authority(fixture);
    struct drm_policy policy = {.individualizations_per_day = 1, .license_url = "https://example.com/licences"};
    struct identity identity;

    assert_int_equal(drm_authority_set_policy(authority, &policy), DRM_S_OK);
    drm_authority_close(authority);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_E_INDIV_LIMIT);
    assert_same_identity(identity, identity_of(fixture->client));
    memset(&policy, 0, sizeof(policy));
    assert_int_equal(drm_client_get_policy(fixture->client, &policy), DRM_S_OK);
    assert_int_equal(policy.individualizations_per_day, 1);
    assert_string_equal(policy.license_url, "https://example.com/licences");
}

/* --- revoked ---------------------------------------------------------------------------------------------- */

static void check_becomes_new_machine(struct fixture *fixture)
{
    struct identity before = identity_of(fixture->client), after;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_E_CERTIFICATE_REVOKED);
    assert_same_identity(before, identity_of(fixture->client));
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    after = identity_of(fixture->client);
    assert_memory_not_equal(after.certificate.subject, before.certificate.subject, DRM_ID_SIZE);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
}

static void revoked__forced_becomes_a_new_machine(void **state)
{
    struct fixture *fixture = *state;
    struct identity identity;
    bool revoked = false;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    revoke_machine(fixture, &identity.certificate);
    check_becomes_new_machine(fixture); /* which had not heard of it */
    assert_int_equal(drm_client_is_id_revoked(fixture->client, DRM_REVOCATION_GRL, identity.certificate.id, &revoked),
                     DRM_S_OK);
    assert_true(revoked);
}

static void revoked__also_where_the_machine_knows_it(void **state)
{
    struct fixture *fixture = *state;
    struct run run = {.cancel_at = NEVER};
    struct drm_task task = run_task(&run);
    struct identity identity;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    revoke_machine(fixture, &identity.certificate);
    assert_int_equal(drm_client_refresh_revocation(fixture->client, &task), DRM_S_OK);
    assert_int_equal(run.event_count, 0);
    check_becomes_new_machine(fixture);
}

/* --- several at once -------------------------------------------------------------------------------------- */

#define CLIENTS 4

struct crowd
{
    struct drm_client *clients[CLIENTS];
    bool forced;
    struct run runs[CLIENTS];
    drm_result results[CLIENTS];
};

static void individualize_one(void *context, size_t index)
{
    struct crowd *crowd = context;
    struct drm_task task = run_task(&crowd->runs[index]);

    crowd->runs[index].cancel_at = NEVER;
    crowd->results[index] = drm_client_individualize(crowd->clients[index], crowd->forced, &task);
}

static void check_crowd(struct fixture *fixture, bool forced)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    struct identity identity;

    assert_non_null(crowd);
    crowd->forced = forced;
    for (size_t i = 0; i < CLIENTS; i++)
        crowd->clients[i] = make_client(fixture);
    assert_true(run_threads(CLIENTS, individualize_one, crowd));
    identity = identity_of(fixture->client);
    assert_true(identity.individualized);
    for (size_t i = 0; i < CLIENTS; i++)
    {
        assert_int_equal(crowd->results[i], DRM_S_OK);
        check_run(&crowd->runs[i], DRM_S_OK);
        assert_same_identity(identity, identity_of(crowd->clients[i]));
        drm_client_free(crowd->clients[i]);
    }
    free(crowd);
    /* It is a whole one: it signs the next request. */
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_same_identity(identity, identity_of(fixture->client));
}

static void crowd__all_end_with_one_identity(void **state)
{
    struct fixture *fixture = *state;

    check_crowd(fixture, false);
    check_crowd(fixture, true);
    check_crowd(fixture, true);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

static int run_client_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(before__nothing_is_known),
        ROW(individualize__fresh_machine_passes_all_states),
        ROW(individualize__up_to_date_downloads_nothing),
        ROW(individualize__forced_again_keeps_machine_and_old_identity),
        ROW(individualize__newer_version_is_installed),
        ROW(individualize__older_version_is_refused),
        ROW(individualize__expired_identity_is_renewed),
        ROW(individualize__limit_of_the_operator_is_told),
        ROW(revoked__forced_becomes_a_new_machine),
        ROW(revoked__also_where_the_machine_knows_it),
        ROW(crowd__all_end_with_one_identity),
    };

    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}

int main(void)
{
    int failed = 0;

    failed += run_client_tests();
    failed += run_client_broken_tests();
    failed += run_client_cancel_tests();
    failed += run_client_component_tests();
    failed += run_client_list_tests();
    return failed > 0;
}
