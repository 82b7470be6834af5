/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority issues no licence: to whom, and to what requests. */
#include <stdio.h>

#include "engine/asking.h"
#include "engine/authority_license_tests.h"
#include "engine/xml/content_header.h"

static void issue__says_why_not(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(2, "Play");
    struct drm_buffer request = {0}, text = {0};
    struct machine machine;
    struct asking asking;
    const struct key_id withdrawn = key_id(3);

    item.interactive = true;
    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 3, "Play"), DRM_S_OK);
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, withdrawn.bytes), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 4, "Play; min-security=2.11"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);

    assert_int_equal(ask(fixture->authority, &machine, 9, &text), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(ask(fixture->authority, &machine, 3, &text), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(ask(fixture->authority, &machine, 2, &text), DRM_E_LICENSE_NOTACQUIRED);
    assert_int_equal(ask(fixture->authority, &machine, 4, &text), DRM_E_NEEDS_INDIVIDUALIZATION);

    asking_begin(&asking, &machine, 1);
    asking.challenge.rights = asking.request.rights = DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_COPY);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text),
                     DRM_E_NO_RIGHTS);
    drm_buffer_free(&request);

    /* Not silently, the interactive one is issued. */
    asking_begin(&asking, &machine, 2);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), false, NULL, &text),
                     DRM_S_OK);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), false, "a\x01", &text),
                     DRM_E_INVALID_ARGUMENT);
    drm_buffer_free(&request);
    machine_free(&machine);
    drm_buffer_free(&text);
}

static void issue__header_that_asks_for_a_newer_version(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_header header = {.min_security = {2, 11}};
    struct drm_buffer request = {0}, text = {0};
    struct machine machine;
    struct asking asking;

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, 1);
    drm_buffer_free(&asking.request.header);
    memset(header.key_id, 1, sizeof(header.key_id));
    assert_int_equal(drm_content_header_write(&header, &asking.request.header), DRM_S_OK);
    drm_sha256(asking.request.header.data, asking.request.header.size, asking.challenge.header_hash);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text),
                     DRM_E_NEEDS_INDIVIDUALIZATION);
    drm_buffer_free(&request);
    machine_free(&machine);
}

static void issue__limit_for_a_machine(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play(count=1)");
    struct machine machine, other;
    struct drm_buffer text = {0};

    item.per_machine = 2;
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    machine_begin(fixture->authority, &other);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_E_NO_RIGHTS);
    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_E_NO_RIGHTS);
    assert_int_equal(ask(fixture->authority, &other, 1, &text), DRM_S_OK);
    /* A new identity of the same machine is the same machine. */
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_E_NO_RIGHTS);
    assert_int_equal(drm_authority_get_content(fixture->authority, item.key_id, &item), DRM_S_OK);
    assert_int_equal(item.issued, 3);
    assert_int_equal(item.machines, 2);
    machine_free(&machine);
    machine_free(&other);
    drm_buffer_free(&text);
}

static void issue__revoked_and_expired_machines_get_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct machine revoked, expired;
    struct drm_buffer text = {0};

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &revoked);
    machine_begin(fixture->authority, &expired);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_GRL, revoked.certificate.id, 1),
                     DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &revoked, 1, &text), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(ask(fixture->authority, &expired, 1, &text), DRM_S_OK);
    atomic_fetch_add(&fixture->host.now, 11 * YEAR_MS);
    assert_int_equal(ask(fixture->authority, &expired, 1, &text), DRM_E_NEEDS_INDIVIDUALIZATION);
    machine_free(&revoked);
    machine_free(&expired);
    drm_buffer_free(&text);
}

/* What stands around the signed challenge is what the machine signed. */
static void issue__requests_that_were_put_together_by_others(void **state)
{
    struct fixture *fixture = *state;
    struct machine machine, other;
    struct drm_buffer request = {0}, text = {0};
    struct asking asking;

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    machine_begin(fixture->authority, &other);
    for (unsigned int way = 0; way < 6; way++)
    {
        static const drm_result expected[] = {
            DRM_E_BAD_REQUEST,         /* another header than was hashed */
            DRM_E_BAD_REQUEST,         /* none at all */
            DRM_E_BAD_REQUEST,         /* more rights than were signed */
            DRM_E_INVALID_CERTIFICATE, /* another machine's chain */
            DRM_E_SIGNATURE_FAILURE,   /* signed with another machine's key */
            DRM_E_INVALID_CERTIFICATE, /* another machine's id */
        };
        drm_result result;

        asking_begin(&asking, &machine, 1);
        if (way == 0)
            asking.challenge.header_hash[31] ^= 1;
        else if (way == 1)
        {
            asking.request.has_header = false;
        }
        else if (way == 2)
            asking.request.rights = DRM_RIGHT_BIT(DRM_RIGHT_PLAY);
        else if (way == 3)
        {
            drm_buffer_free(&asking.request.chain);
            assert_int_equal(drm_buffer_append(&asking.request.chain, other.chain.data, other.chain.size), DRM_S_OK);
        }
        else if (way == 5)
            memcpy(asking.challenge.machine_id, other.id, sizeof(other.id));
        asking_write(&asking, way == 4 ? &other : &machine, &request);
        result = drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text);
        if (result != expected[way])
            fail_msg("way %u: 0x%08x", way, (unsigned int)result);
        assert_int_equal(text.size, 0);
        drm_buffer_free(&request);
    }
    machine_free(&machine);
    machine_free(&other);
}

static void issue__another_authoritys_machine(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer text = {0};
    struct machine machine;
    void *other_state;
    struct fixture *other;

    assert_int_equal(authority_setup(&other_state), 0);
    other = other_state;
    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    machine_begin(other->authority, &machine);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_E_INVALID_CERTIFICATE);
    machine_free(&machine);
    authority_teardown(&other_state);
}

/* Cut or altered at any place, a request is refused, and nothing is put on record. */
static void issue__spoilt_requests(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play");
    struct drm_buffer request = {0}, text = {0};
    struct machine machine;
    struct asking asking;
    uint64_t seed = 99;
    size_t answered = 0;

    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, 1);
    asking_write(&asking, &machine, &request);
    for (unsigned int round = 0; round < 400; round++)
    {
        size_t size = round % 2 ? request.size : next_number(&seed) % request.size;
        uint8_t *copy = exact_copy(request.data, size);
        drm_result result;

        if (round % 2)
            copy[next_number(&seed) % size] ^= (uint8_t)(1 + next_number(&seed) % 255);
        result = drm_authority_issue_licenses(fixture->authority, drm_span(copy, size), true, NULL, &text);
        /* Versions and the level of the application are for people, and signed by nobody. */
        if (DRM_SUCCEEDED(result))
            answered++;
        else
            assert_int_equal(text.size, 0);
        drm_buffer_free(&text);
        free(copy);
    }
    assert_in_range(answered, 0, 20);
    assert_int_equal(drm_authority_get_content(fixture->authority, item.key_id, &item), DRM_S_OK);
    assert_int_equal(item.issued, answered);
    machine_free(&machine);
    drm_buffer_free(&request);
}

int run_authority_refusing_tests(void)
{
    const struct CMUnitTest tests[] = {
        AUTHORITY_TEST(issue__says_why_not),
        AUTHORITY_TEST(issue__header_that_asks_for_a_newer_version),
        AUTHORITY_TEST(issue__limit_for_a_machine),
        AUTHORITY_TEST(issue__revoked_and_expired_machines_get_nothing),
        AUTHORITY_TEST(issue__requests_that_were_put_together_by_others),
        AUTHORITY_TEST(issue__another_authoritys_machine),
        AUTHORITY_TEST(issue__spoilt_requests),
    };

    return cmocka_run_group_tests_name("refusing", tests, NULL, NULL);
}
