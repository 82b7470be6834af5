/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority issues licences: what it answers to whom. */
#include <stdio.h>

#include "engine/asking.h"
#include "engine/authority/authority_internal.h"
#include "engine/authority_license_tests.h"
#include "engine/xml/content_header.h"

/* --- answering -------------------------------------------------------------------------------------------- */

static void issue__response_is_the_machines_and_opens(void **state)
{
    struct fixture *fixture = *state;
    struct drm_policy policy = {.license_url = "https://drm.example/acquire"};
    struct drm_buffer request = {0}, text = {0};
    const struct key_id first = key_id(1);
    struct response response;
    struct machine machine;
    struct asking asking;
    uint8_t nonce[DRM_NONCE_SIZE];

    assert_int_equal(drm_authority_set_policy(fixture->authority, &policy), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 1, "Play(count=3); Copy; priority=7; source=5"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, 1);
    asking.challenge.rights = asking.request.rights = DRM_RIGHT_BIT(DRM_RIGHT_COPY);
    memcpy(nonce, asking.challenge.nonce, sizeof(nonce));
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, "alice", &text),
                     DRM_S_OK);

    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, 1);
    assert_memory_equal(response.head.nonce, nonce, sizeof(nonce));
    assert_true(response.head.time == TEST_HOST_NOW);
    assert_int_equal(drm_version_compare(response.head.version, DRM_VERSION_CURRENT), 0);
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        assert_true(response.head.list_versions[i] == 1);
    assert_memory_equal(response.licenses[0].license.key_id, first.bytes, DRM_KEY_ID_SIZE);
    assert_true(response.licenses[0].license.issued == TEST_HOST_NOW);
    assert_string_equal(response.licenses[0].license.issuer, "test authority");
    assert_string_equal(response.licenses[0].license.url, "https://drm.example/acquire");
    assert_string_equal(response.licenses[0].license.user_id, "alice");
    assert_true(response.licenses[0].license.has_revocation_key);
    assert_int_equal(response.licenses[0].license.source_id, 5);
    assert_int_equal(response.licenses[0].license.terms.priority, 7);
    assert_int_equal(response.licenses[0].license.terms.grant_count, 2);
    assert_int_equal(response.licenses[0].license.terms.grants[0].count, 3);
    for (size_t i = 0; i < DRM_CONTENT_KEY_SIZE; i++)
        assert_int_equal(response.licenses[0].content_key[i], 0x81);

    response_free(&response);
    machine_free(&machine);
    drm_buffer_free(&request);
    drm_buffer_free(&text);
}

static void issue__what_the_rights_name_stands_before_what_the_authority_would_fill_in(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer request = {0}, text = {0};
    struct response response;
    struct machine machine;
    struct asking asking;

    assert_int_equal(add_content(fixture->authority, 1,
                                 "Play; user=bob; issuer=Archive; url=http://other.example/; revocable=no"),
                     DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, 1);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, "alice", &text),
                     DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_string_equal(response.licenses[0].license.user_id, "bob");
    assert_string_equal(response.licenses[0].license.issuer, "Archive");
    assert_string_equal(response.licenses[0].license.url, "http://other.example/");
    assert_false(response.licenses[0].license.has_revocation_key);
    response_free(&response);
    machine_free(&machine);
    drm_buffer_free(&request);
    drm_buffer_free(&text);
}

static void issue__legacy_request_names_a_key_id(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer request = {0}, text = {0};
    struct key_id id = key_id(1);
    struct response response;
    struct machine machine;
    struct asking asking;

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, -1);
    asking.request.has_key_id = true;
    memcpy(asking.request.key_id, id.bytes, sizeof(id.bytes));
    drm_sha256(id.bytes, sizeof(id.bytes), asking.challenge.header_hash);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text),
                     DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, 1);
    assert_memory_equal(response.licenses[0].license.key_id, id.bytes, sizeof(id.bytes));
    response_free(&response);
    machine_free(&machine);
    drm_buffer_free(&request);
    drm_buffer_free(&text);
}

static void issue__leaf_brings_its_root_and_needs_it(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer text = {0};
    const struct key_id root = key_id(2);
    struct response response;
    struct machine machine;

    assert_int_equal(add_content(fixture->authority, 2, "Play(until=2030-01-01)"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 1, "Play; uplink=AgICAgICAgICAgICAgICAg=="), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, 2);
    assert_memory_equal(response.licenses[0].license.key_id, root.bytes, sizeof(root.bytes));
    assert_true(response.licenses[1].license.terms.has_uplink);
    assert_memory_equal(response.licenses[1].license.terms.uplink, root.bytes, sizeof(root.bytes));
    assert_int_equal(response.licenses[1].content_key[0], 0x81);
    response_free(&response);

    /* A root that may not be had keeps the leaf back. */
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, root.bytes), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_E_UNABLE_TO_ACQUIRE);
    machine_free(&machine);
    drm_buffer_free(&text);
}

static void issue__root_that_the_machine_has_already_is_left_out(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item root = make_item(2, "Play");
    uint8_t root_key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer text = {0};
    struct response response;
    struct machine machine;

    root.per_machine = 1;
    assert_int_equal(drm_authority_add_content(fixture->authority, &root, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_get_content_key(fixture->authority, root.key_id, root_key), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 1, "Play; uplink=AgICAgICAgICAgICAgICAg=="), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    assert_int_equal(ask(fixture->authority, &machine, 2, &text), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 2, &text), DRM_E_NO_RIGHTS);
    drm_buffer_free(&text);
    for (int content = 1; content >= -1; content -= 2)
    {
        assert_int_equal(ask(fixture->authority, &machine, content, &text), DRM_S_OK);
        response_read(fixture->authority, &machine, drm_buffer_span(&text), root_key, &response);
        assert_int_equal(response.count, 1);
        assert_int_equal(response.licenses[0].content_key[0], 0x81);
        response_free(&response);
        drm_buffer_free(&text);
    }
    machine_free(&machine);
}

static void issue__predelivery_gives_everything_that_is_offered(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item interactive = make_item(5, "Play");
    const struct key_id withdrawn = key_id(4);
    struct drm_buffer request = {0}, text = {0};
    struct response response;
    struct machine machine;
    struct asking asking;

    machine_begin(fixture->authority, &machine);
    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_E_UNABLE_TO_ACQUIRE);

    assert_int_equal(add_content(fixture->authority, 3, "Play"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 2, "Play; Copy"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 1, "Play; uplink=AgICAgICAgICAgICAgICAg=="), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 4, "Play"), DRM_S_OK);
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, withdrawn.bytes), DRM_S_OK);
    interactive.interactive = true;
    assert_int_equal(drm_authority_add_content(fixture->authority, &interactive, NULL), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 6, "Play; min-security=3.0"), DRM_S_OK);

    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, 3);
    assert_int_equal(response.licenses[0].license.key_id[0], 3);
    assert_int_equal(response.licenses[1].license.key_id[0], 2);
    assert_int_equal(response.licenses[2].license.key_id[0], 1);
    response_free(&response);
    drm_buffer_free(&text);

    /* Only what has the rights that are asked for. */
    asking_begin(&asking, &machine, -1);
    asking.challenge.rights = asking.request.rights = DRM_RIGHT_BIT(DRM_RIGHT_COPY);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text),
                     DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, 1);
    assert_int_equal(response.licenses[0].license.key_id[0], 2);
    response_free(&response);
    drm_buffer_free(&text);
    drm_buffer_free(&request);

    asking_begin(&asking, &machine, -1);
    asking.challenge.rights = asking.request.rights = DRM_RIGHT_BIT(DRM_RIGHT_TRANSFER_SDMI);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, NULL, &text),
                     DRM_E_NO_RIGHTS);
    drm_buffer_free(&request);
    machine_free(&machine);
}

/* A response as large as they come: every licence proves itself, and the whole of it is on record. */
static void issue__ten_thousand_in_one_response(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play(count=5, until=2030-01-01); Copy; priority=3");
    struct drm_buffer text = {0};
    struct response response;
    struct machine machine;

    /* Ten thousand flushes are what this test does not need. */
    assert_int_equal(drm_database_execute(fixture->authority->database, "PRAGMA synchronous=OFF"), DRM_S_OK);
    for (uint32_t i = 0; i <= DRM_PREDELIVERY_MAX; i++)
    {
        drm_put_u32(item.key_id, i);
        assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    }
    machine_begin(fixture->authority, &machine);
    assert_int_equal(ask(fixture->authority, &machine, -1, &text), DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    assert_int_equal(response.count, DRM_PREDELIVERY_MAX);
    assert_int_equal(count_issued(fixture, NULL, machine.id), DRM_PREDELIVERY_MAX);
    /* The newest did not fit. */
    assert_int_equal(drm_authority_get_content(fixture->authority, item.key_id, &item), DRM_S_OK);
    assert_int_equal(item.issued, 0);
    response_free(&response);
    machine_free(&machine);
    drm_buffer_free(&text);
}

/* --- looking before ---------------------------------------------------------------------------------------- */

struct preview
{
    size_t count;
    char names[4][32];
    drm_result answer;
};

static drm_result note(void *context, const char *name, const struct drm_license *license)
{
    struct preview *preview = context;

    assert_in_range(preview->count, 0, 3);
    snprintf(preview->names[preview->count++], sizeof(preview->names[0]), "%s %u", name,
             (unsigned int)license->terms.grant_count);
    return preview->answer;
}

static void preview__shows_what_would_be_issued(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play; Copy; uplink=AgICAgICAgICAgICAgICAg==");
    struct drm_buffer request = {0};
    struct preview preview = {0}, stopped = {.answer = DRM_E_OPERATION_CANCELED};
    struct machine machine;
    struct asking asking;

    item.interactive = true;
    assert_int_equal(add_content(fixture->authority, 2, "Play"), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    asking_begin(&asking, &machine, 1);
    asking_write(&asking, &machine, &request);
    assert_int_equal(drm_authority_preview_licenses(fixture->authority, drm_buffer_span(&request), note, &preview),
                     DRM_S_OK);
    assert_int_equal(preview.count, 2);
    assert_string_equal(preview.names[0], "content 2 2");
    assert_string_equal(preview.names[1], "content 1 3");
    assert_int_equal(drm_authority_preview_licenses(fixture->authority, drm_buffer_span(&request), note, &stopped),
                     DRM_E_OPERATION_CANCELED);
    assert_int_equal(stopped.count, 1);
    assert_int_equal(drm_authority_get_content(fixture->authority, item.key_id, &item), DRM_S_OK);
    assert_int_equal(item.issued, 0);
    drm_buffer_free(&request);
    machine_free(&machine);
}

/* --- the record ------------------------------------------------------------------------------------------- */

static void record__every_licence_is_on_it(void **state)
{
    struct fixture *fixture = *state;
    const struct key_id one = key_id(1), two = key_id(2), nothing = key_id(7);
    struct drm_buffer request = {0}, text = {0};
    struct issued_census census = {.count = 0};
    struct response response;
    struct machine machine, other;
    struct asking asking;

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 2, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    machine_begin(fixture->authority, &other);
    for (unsigned int i = 0; i < 300; i++)
    {
        drm_buffer_free(&text);
        assert_int_equal(ask(fixture->authority, &other, 1, &text), DRM_S_OK);
    }
    drm_buffer_free(&text);
    asking_begin(&asking, &machine, 2);
    asking_write(&asking, &machine, &request);
    atomic_fetch_add(&fixture->host.now, 5);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, "carol", &text),
                     DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);

    authority_reopen(fixture);
    assert_int_equal(count_issued(fixture, NULL, NULL), 301);
    assert_int_equal(count_issued(fixture, one.bytes, NULL), 300);
    assert_int_equal(count_issued(fixture, NULL, other.id), 300);
    assert_int_equal(count_issued(fixture, one.bytes, machine.id), 0);
    assert_int_equal(count_issued(fixture, nothing.bytes, NULL), 0);
    assert_int_equal(drm_authority_each_license(fixture->authority, two.bytes, machine.id, note_issued, &census),
                     DRM_S_OK);
    assert_int_equal(census.count, 1);
    assert_memory_equal(census.seen.license_id, response.licenses[0].license.license_id, DRM_ID_SIZE);
    assert_memory_equal(census.seen.key_id, two.bytes, DRM_KEY_ID_SIZE);
    assert_memory_equal(census.seen.machine_id, machine.id, DRM_ID_SIZE);
    assert_string_equal(census.seen.user_id, "carol");
    assert_true(census.seen.issued == TEST_HOST_NOW + 5);
    assert_true(census.seen.removed == 0);
    response_free(&response);
    drm_buffer_free(&request);
    drm_buffer_free(&text);
    machine_free(&machine);
    machine_free(&other);
}

int run_authority_issuing_tests(void)
{
    const struct CMUnitTest tests[] = {
        AUTHORITY_TEST(issue__response_is_the_machines_and_opens),
        AUTHORITY_TEST(issue__what_the_rights_name_stands_before_what_the_authority_would_fill_in),
        AUTHORITY_TEST(issue__legacy_request_names_a_key_id),
        AUTHORITY_TEST(issue__leaf_brings_its_root_and_needs_it),
        AUTHORITY_TEST(issue__root_that_the_machine_has_already_is_left_out),
        AUTHORITY_TEST(issue__predelivery_gives_everything_that_is_offered),
        AUTHORITY_TEST(issue__ten_thousand_in_one_response),
        AUTHORITY_TEST(preview__shows_what_would_be_issued),
        AUTHORITY_TEST(record__every_licence_is_on_it),
    };

    return cmocka_run_group_tests_name("issuing", tests, NULL, NULL);
}
