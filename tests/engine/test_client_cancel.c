/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client: cancelled at every point at which it asks, with the embedded authority.
 */
#include "engine/client_fixture.h"

#define COMPONENT_SIZE 300000 /* a few blocks, so that it asks a few times while they come */

static void assert_nothing_left(struct fixture *fixture)
{
    assert_int_equal(test_host_count(&fixture->host, "store-file-", "", NULL), 0);
}

/* Cancels at the first, the second, ... point until there is none any more. Returns how many there were. */
static unsigned int cancel_everywhere(struct fixture *fixture, bool forced)
{
    struct identity before = identity_of(fixture->client);
    unsigned int point = 1;
    struct run run;

    for (;; point++)
    {
        drm_result result = individualize(fixture->client, forced, point, &run);

        if (run.polls < point)
        {
            /* It never saw the cancel. */
            assert_int_equal(result, DRM_S_OK);
            return point - 1;
        }
        if (DRM_SUCCEEDED(result))
        {
            /* The commit had begun when it was cancelled. */
            assert_int_equal(run.events[run.event_count - 2].state, DRM_INDIVIDUALIZATION_INSTALL);
            return point;
        }
        assert_int_equal(result, DRM_E_OPERATION_CANCELED);
        assert_same_identity(before, identity_of(fixture->client));
        assert_nothing_left(fixture);
        assert_true(point < 1000);
    }
}

static void cancel__first_individualization_at_every_point(void **state)
{
    struct fixture *fixture = *state;

    publish_component(fixture, COMPONENT_SIZE);
    assert_true(cancel_everywhere(fixture, false) > 8);
    assert_true(identity_of(fixture->client).individualized);
    assert_int_equal(test_host_count(&fixture->host, "store-file-", "", NULL), 1);
}

static void cancel__forced_one_at_every_point_keeps_the_old_identity(void **state)
{
    struct fixture *fixture = *state;
    struct identity before;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    before = identity_of(fixture->client);
    publish_component(fixture, COMPONENT_SIZE);
    assert_true(cancel_everywhere(fixture, true) > 8);
    assert_memory_equal(identity_of(fixture->client).certificate.subject, before.certificate.subject, DRM_ID_SIZE);
    assert_memory_not_equal(identity_of(fixture->client).certificate.id, before.certificate.id, DRM_SHA256_SIZE);
}

static void cancel__up_to_date_one_at_every_point(void **state)
{
    struct fixture *fixture = *state;
    struct identity before;

    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    before = identity_of(fixture->client);
    assert_true(cancel_everywhere(fixture, false) > 2);
    assert_same_identity(before, identity_of(fixture->client));
}

static void cancel__refresh_at_every_point(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority *authority = open_authority(fixture);
    uint8_t *entries = make_entries(0, 10000);
    drm_result result = DRM_E_OPERATION_CANCELED;
    unsigned int point;

    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_APP, entries, 10000), DRM_S_OK);
    drm_authority_close(authority);
    for (point = 1; DRM_FAILED(result); point++)
    {
        struct run run = {.cancel_at = point};
        struct drm_task task = run_task(&run);

        result = drm_client_refresh_revocation(fixture->client, &task);
        assert_int_equal(run.event_count, 0);
        if (DRM_SUCCEEDED(result))
            break;
        assert_int_equal(result, DRM_E_OPERATION_CANCELED);
        assert_int_equal(list_version(fixture->client, DRM_REVOCATION_APP), 0);
        assert_nothing_left(fixture);
        assert_true(point < 1000);
    }
    assert_true(point > 5);
    assert_int_equal(list_version(fixture->client, DRM_REVOCATION_APP), 2);
    free(entries);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int run_client_cancel_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(cancel__first_individualization_at_every_point),
        ROW(cancel__forced_one_at_every_point_keeps_the_old_identity),
        ROW(cancel__up_to_date_one_at_every_point),
        ROW(cancel__refresh_at_every_point),
    };

    return cmocka_run_group_tests_name("client: cancel", tests, NULL, NULL);
}
