/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Enumerations: filters, order, what a licence shows, and other people's writes meanwhile.
 */
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"

#include <stdio.h>

#include "engine/format/license_response.h"
#include "engine/store/license_store.h"
#include "engine/xml/license_response_xml.h"

static struct drm_enumeration *enumerate(struct issued *issued, const struct drm_license_request_filter *filter)
{
    struct drm_enumeration *enumeration = NULL;

    assert_int_equal(drm_client_enumerate(issued->client, filter, &enumeration), DRM_S_OK);
    assert_non_null(enumeration);
    return enumeration;
}

static const struct drm_license *current(struct drm_enumeration *enumeration)
{
    const struct drm_license *license = NULL;

    assert_int_equal(drm_enumeration_get(enumeration, &license), DRM_S_OK);
    return license;
}

static uint32_t current_key_id(struct drm_enumeration *enumeration)
{
    return drm_get_u32(current(enumeration)->key_id);
}

static void enumerate__empty_store_has_none(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration = NULL;

    assert_int_equal(drm_client_enumerate(issued->client, NULL, &enumeration), DRM_E_LICENSE_NOT_FOUND);
    assert_null(enumeration);
    drm_enumeration_free(NULL);
}

static void enumerate__highest_priority_first_and_the_last_stays(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;

    give(issued, 1, "Play; priority=5");
    give(issued, 2, "Play; priority=9; persist=no");
    give(issued, 3, "Play");
    enumeration = enumerate(issued, NULL);
    for (int round = 0; round < 2; round++)
    {
        assert_int_equal(current_key_id(enumeration), 2);
        assert_int_equal(drm_enumeration_next(enumeration), DRM_S_OK);
        assert_int_equal(current_key_id(enumeration), 1);
        assert_int_equal(drm_enumeration_next(enumeration), DRM_S_OK);
        for (int i = 0; i < 3; i++)
        {
            assert_int_equal(drm_enumeration_next(enumeration), DRM_E_NO_MORE_ITEMS);
            assert_int_equal(current_key_id(enumeration), 3);
        }
        assert_int_equal(drm_enumeration_reset(enumeration), DRM_S_OK);
    }
    drm_enumeration_free(enumeration);
}

static size_t count_filtered(struct issued *issued, const struct drm_license_request_filter *filter)
{
    struct drm_enumeration *enumeration = NULL;
    size_t count = 1;
    drm_result result = drm_client_enumerate(issued->client, filter, &enumeration);

    if (result == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    assert_int_equal(result, DRM_S_OK);
    while ((result = drm_enumeration_next(enumeration)) == DRM_S_OK)
        count++;
    assert_int_equal(result, DRM_E_NO_MORE_ITEMS);
    drm_enumeration_free(enumeration);
    return count;
}

static void enumerate__filters(void **state)
{
    static const struct
    {
        struct drm_license_request_filter filter;
        uint32_t key_id;
        size_t count;
    } rows[] = {
        {{.rights = NULL}, 0, 5},
        {{.rights = ""}, 0, 5},
        {{.rights = NULL}, 1, 2},
        {{.rights = NULL}, 9, 0},
        {{.rights = "Play"}, 0, 4},
        {{.rights = "Play;Copy"}, 0, 2},
        {{.rights = " Copy , Play ;"}, 0, 2},
        {{.rights = "Play"}, 1, 2},
        {{.rights = "Print.redbook"}, 0, 0},
        {{.source_ids = "7"}, 0, 2},
        {{.source_ids = "7;8"}, 0, 3},
        {{.source_ids = "8, 9"}, 0, 1},
        {{.source_ids = "4294967295"}, 0, 0},
        {{.rights = "Copy", .source_ids = "7"}, 0, 1},
        {{.min_version = 3}, 0, 5},
        {{.min_version = 4}, 0, 0},
    };
    struct issued *issued = *state;

    give(issued, 1, "Play; Copy; source=7");
    give(issued, 1, "Play; persist=no");
    give(issued, 2, "Play(count=1); source=7");
    give(issued, 3, "Play; Copy");
    give(issued, 4, "Copy; source=8");
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        struct drm_license_request_filter filter = rows[i].filter;

        filter.key_id = rows[i].key_id ? number_key_id_text(rows[i].key_id) : NULL;
        assert_int_equal(count_filtered(issued, &filter), rows[i].count);
    }
}

static void enumerate__bad_filters_are_refused(void **state)
{
    static const struct
    {
        struct drm_license_request_filter filter;
        drm_result result;
    } rows[] = {
        {{.key_id = "no key id"}, DRM_E_INVALID_KID},
        {{.key_id = "AAECAwQFBgcICQoLDA0O"}, DRM_E_INVALID_KID},
        {{.rights = "play"}, DRM_E_INVALID_ARGUMENT},
        {{.rights = "Play Copy"}, DRM_E_INVALID_ARGUMENT},
        {{.rights = "A name that is much longer than that of any right that there is, or will be"},
         DRM_E_INVALID_ARGUMENT},
        {{.source_ids = "x"}, DRM_E_INVALID_ARGUMENT},
        {{.source_ids = "-1"}, DRM_E_INVALID_ARGUMENT},
        {{.source_ids = "4294967296"}, DRM_E_INVALID_ARGUMENT},
        {{.source_ids = "99999999999999999999999"}, DRM_E_INVALID_ARGUMENT},
    };
    struct issued *issued = *state;
    struct drm_enumeration *enumeration = NULL;
    char many[4 * 100] = "";

    give(issued, 1, "Play");
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(drm_client_enumerate(issued->client, &rows[i].filter, &enumeration), rows[i].result);
    for (int i = 0; i < 100; i++)
        strcat(many, "7;");
    assert_int_equal(drm_client_enumerate(issued->client, &(struct drm_license_request_filter){.source_ids = many},
                                          &enumeration), DRM_E_INVALID_ARGUMENT);
    assert_null(enumeration);
}

static void enumerate__source_filter_keeps_the_last_match(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;

    give(issued, 1, "Play; source=7; priority=9");
    give(issued, 2, "Play; source=8; priority=8");
    give(issued, 3, "Play; source=7; priority=7");
    give(issued, 4, "Play; priority=6");
    enumeration = enumerate(issued, &(struct drm_license_request_filter){.source_ids = "7"});
    assert_int_equal(current_key_id(enumeration), 1);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_S_OK);
    assert_int_equal(current_key_id(enumeration), 3);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_E_NO_MORE_ITEMS);
    assert_int_equal(current_key_id(enumeration), 3);
    drm_enumeration_free(enumeration);
}

static void enumerate__sees_one_state_while_others_write(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    give(issued, 1, "Play; priority=3");
    give(issued, 2, "Play; priority=2");
    give(issued, 3, "Play; priority=1; persist=no");
    enumeration = enumerate(issued, NULL);

    give(issued, 4, "Play; priority=9");
    give(issued, 5, "Play");
    for (uint32_t i = 2; i <= 3; i++)
    {
        number_key_id(i, key_id);
        assert_int_equal(drm_client_delete_license(issued->client, key_id, false), DRM_S_OK);
    }
    for (int round = 0; round < 2; round++)
    {
        for (uint32_t i = 1; i <= 3; i++)
        {
            assert_int_equal(current_key_id(enumeration), i);
            assert_int_equal(drm_enumeration_next(enumeration), i < 3 ? DRM_S_OK : DRM_E_NO_MORE_ITEMS);
        }
        assert_int_equal(current_key_id(enumeration), 3);
        assert_int_equal(drm_enumeration_reset(enumeration), DRM_S_OK);
    }
    drm_enumeration_free(enumeration);
    assert_int_equal(count_licenses(issued->client, 0), 3);
}

/* The last one is asked for only when the cursor has left it and another deleted it. */
static void enumerate__last_one_is_there_though_it_is_deleted(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    give(issued, 1, "Play; priority=3");
    give(issued, 2, "Play; priority=2");
    enumeration = enumerate(issued, NULL);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_S_OK);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_E_NO_MORE_ITEMS);
    number_key_id(2, key_id);
    assert_int_equal(drm_client_delete_license(issued->client, key_id, false), DRM_S_OK);
    assert_int_equal(current_key_id(enumeration), 2);
    drm_enumeration_free(enumeration);
}

static void enumerate__shows_all_that_was_issued(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;
    const struct drm_license *license;
    struct drm_span raw;

    give(issued, 1, "Play; opl(copy=6, analog-video=200); source=267; priority=12; sap=yes; sap-level=150;"
                    "include={00112233-4455-6677-8899-AABBCCDDEEFF}; user=Alice; issuer=Example;"
                    "url=https://service.test/again; analog({00112233-4455-6677-8899-AABBCCDDEEFF}=2)");
    enumeration = enumerate(issued, NULL);
    license = current(enumeration);
    assert_int_equal(license->terms.outputs.copy, 6);
    assert_int_equal(license->terms.outputs.analog_video, 200);
    assert_int_equal(license->source_id, 267);
    assert_int_equal(license->terms.priority, 12);
    assert_int_equal(license->terms.sap_level, 150);
    assert_int_equal(license->restriction_count, 1);
    assert_string_equal(license->user_id, "Alice");
    assert_string_equal(license->url, "https://service.test/again");
    assert_int_equal(drm_enumeration_get_raw(enumeration, &raw), DRM_S_OK);
    assert_true(raw.size > 100);
    drm_enumeration_free(enumeration);
}

static void expect_inclusions(struct issued *issued, uint32_t key_id, const char *expected)
{
    struct drm_license_request_filter filter = {.key_id = number_key_id_text(key_id)};
    struct drm_enumeration *enumeration = enumerate(issued, &filter);
    uint8_t(*inclusions)[16] = calloc(DRM_LICENSE_MAX_INCLUSIONS, 16);
    char found[DRM_LICENSE_MAX_INCLUSIONS + 1] = "";
    size_t count;

    assert_non_null(inclusions);
    assert_int_equal(drm_enumeration_get_inclusions(enumeration, inclusions, &count), DRM_S_OK);
    for (size_t i = 0; i < count; i++)
        found[i] = (char)('a' + inclusions[i][15] - 0xa);
    assert_string_equal(found, expected);
    free(inclusions);
    drm_enumeration_free(enumeration);
}

#define INCLUDE_A "{00000000-0000-0000-0000-00000000000A}"
#define INCLUDE_B "{00000000-0000-0000-0000-00000000000B}"
#define INCLUDE_C "{00000000-0000-0000-0000-00000000000C}"

/* Leaf's text with its root's key id. */
static const char *leaf(uint32_t root, const char *rights)
{
    static char text[512];

    snprintf(text, sizeof(text), "%s; uplink=%s", rights, number_key_id_text(root));
    return text;
}

static void enumerate__inclusions_of_a_chain_are_what_both_allow(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play");
    expect_inclusions(issued, 1, "");
    give(issued, 2, "Play; include=" INCLUDE_A "," INCLUDE_B);
    expect_inclusions(issued, 2, "ab");

    give(issued, 3, leaf(30, "Play; include=" INCLUDE_A "," INCLUDE_B));
    expect_inclusions(issued, 3, ""); /* no root */
    give(issued, 30, "Play; include=" INCLUDE_B "," INCLUDE_C);
    expect_inclusions(issued, 3, "b");
    give(issued, 4, leaf(31, "Play; include=" INCLUDE_A));
    give(issued, 31, "Play");
    expect_inclusions(issued, 4, "");
}

static void enumerate__needs_a_newer_list(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration = NULL;

    give(issued, 1, "Play; min-revinfo=3; priority=3");
    give(issued, 2, "Play; priority=2");
    give(issued, 3, "Play; min-revinfo=3; priority=1");
    assert_int_equal(drm_client_enumerate(issued->client, NULL, &enumeration), DRM_E_RIV_TOO_SMALL);
    assert_non_null(enumeration);
    assert_int_equal(current_key_id(enumeration), 1);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_S_OK);
    assert_int_equal(current_key_id(enumeration), 2);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_E_RIV_TOO_SMALL);
    assert_int_equal(current_key_id(enumeration), 3);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_E_NO_MORE_ITEMS);
    assert_int_equal(drm_enumeration_reset(enumeration), DRM_E_RIV_TOO_SMALL);
    assert_int_equal(current_key_id(enumeration), 1);

    issued_install_revinfo(issued, 2);
    assert_int_equal(drm_enumeration_reset(enumeration), DRM_E_RIV_TOO_SMALL);
    issued_install_revinfo(issued, 3);
    assert_int_equal(drm_enumeration_reset(enumeration), DRM_S_OK);
    drm_enumeration_free(enumeration);
}

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    const struct drm_new_response **next = context;

    *response = *next;
    *next = NULL;
    return DRM_S_OK;
}

/* Puts a licence that may be persisted into the temporary store, where those of network devices are. */
static void give_temporary(struct issued *issued, uint32_t key_id, const char *rights)
{
    struct drm_store_options options = {.directory = issued->host.directory, .host = &issued->host.host};
    struct drm_license *license = calloc(1, sizeof(*license)), *read = calloc(1, sizeof(*read));
    struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    struct drm_new_license stored = {.temporary = true};
    struct drm_new_response response = {.anchor = issued->issuer.root.key.public_key, .identity = 1,
                                        .signed_time = TEST_NOW, .licenses = &stored, .count = 1};
    const struct drm_new_response *next = &response;
    struct drm_license_response_xml xml = {.count = 0};
    struct drm_stored outcome;
    struct drm_buffer text = {0};
    struct drm_store *store;

    assert_true(license && read);
    issue_license(license, key_id, key_id, rights);
    make_response(&order, &text);
    assert_int_equal(drm_license_response_xml_read(drm_buffer_span(&text), &xml), DRM_S_OK);
    assert_int_equal(drm_license_read(xml.licenses[0], NULL, read), DRM_S_OK);
    memcpy(stored.license_id, license->license_id, DRM_ID_SIZE);
    memcpy(stored.key_id, license->key_id, DRM_KEY_ID_SIZE);
    stored.priority = license->terms.priority;
    stored.terms = read->encoded_terms;
    stored.license = xml.licenses[0];
    drm_license_state_begin(&license->terms, &stored.state);
    response.head = drm_buffer_span(&xml.head);
    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    assert_int_equal(drm_store_add_responses(store, &(struct drm_response_source){.context = &next,
                                                                                  .next = next_response}, &outcome),
                     DRM_S_OK);
    drm_store_close(store);
    drm_license_response_xml_free(&xml);
    drm_buffer_free(&text);
    free(read);
    free(license);
}

static void enumerate__persisting_what_may_be(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;
    bool can;

    give(issued, 9, "Play"); /* holds the temporary store while the other one comes and goes */
    give_temporary(issued, 1, "Play(count=3); user=Alice; priority=2");
    enumeration = enumerate(issued, NULL);
    assert_int_equal(current_key_id(enumeration), 1);
    assert_int_equal(drm_enumeration_can_persist(enumeration, &can), DRM_S_OK);
    assert_true(can);
    assert_int_equal(drm_enumeration_persist(enumeration), DRM_S_OK);
    assert_int_equal(drm_enumeration_can_persist(enumeration, &can), DRM_S_OK);
    assert_false(can);
    assert_int_equal(drm_enumeration_persist(enumeration), DRM_E_LICENSE_NOT_FOUND);
    assert_string_equal(current(enumeration)->user_id, "Alice");
    drm_enumeration_free(enumeration);
    issued_reopen(issued, 1);
    assert_int_equal(count_licenses(issued->client, 1), 1);
    assert_int_equal(state_of(issued->client, 1, DRM_RIGHT_PLAY).counts[0], 3);
}

static void enumerate__persisting_what_may_not(void **state)
{
    struct issued *issued = *state;
    struct drm_license_request_filter filter = {.key_id = number_key_id_text(1)};
    struct drm_enumeration *enumeration;
    bool can;

    give(issued, 1, "Play; persist=no");
    enumeration = enumerate(issued, &filter);
    assert_int_equal(drm_enumeration_can_persist(enumeration, &can), DRM_S_OK);
    assert_false(can);
    assert_int_equal(drm_enumeration_persist(enumeration), DRM_E_STORE_NOT_ALLOWED);
    drm_enumeration_free(enumeration);

    give(issued, 2, "Play");
    filter.key_id = number_key_id_text(2);
    enumeration = enumerate(issued, &filter);
    assert_int_equal(drm_enumeration_can_persist(enumeration, &can), DRM_S_OK);
    assert_false(can);
    assert_int_equal(drm_enumeration_persist(enumeration), DRM_E_LICENSE_NOT_FOUND);
    drm_enumeration_free(enumeration);
}

/* What a licence is stays readable without the user's secret; what it has left to give does not. */
static void enumerate__works_without_the_users_secret(void **state)
{
    struct issued *issued = *state;
    struct drm_enumeration *enumeration;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    give(issued, 1, "Play(count=3); user=Alice");
    give(issued, 2, "Play");
    test_host_lose_secret(&issued->host);
    issued_reopen(issued, 1);
    assert_int_equal(count_licenses(issued->client, 0), 2);
    enumeration = enumerate(issued, &(struct drm_license_request_filter){.key_id = number_key_id_text(1)});
    assert_string_equal(current(enumeration)->user_id, "Alice");
    drm_enumeration_free(enumeration);
    number_key_id(1, key_id);
    assert_int_equal(drm_client_delete_license(issued->client, key_id, false), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 1);
}

static void enumerate__edited_licence_is_noticed(void **state)
{
    struct issued *issued = *state;
    const struct drm_license *license;
    struct drm_enumeration *enumeration;

    give(issued, 1, "Play; user=Alice");
    drm_client_free(issued->client);
    issued->client = NULL;
    test_database_execute(test_host_path(&issued->host, "store.db"),
                          "UPDATE license_body SET license ="
                          " CAST(replace(CAST(license AS TEXT), 'Alice', 'Mally') AS BLOB)");
    issued_reopen(issued, 1);
    enumeration = enumerate(issued, NULL);
    assert_int_equal(drm_enumeration_get(enumeration, &license), DRM_E_STORE_CORRUPT);
    drm_enumeration_free(enumeration);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int run_licenses_enumerate_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(enumerate__empty_store_has_none),
        ROW(enumerate__highest_priority_first_and_the_last_stays),
        ROW(enumerate__filters),
        ROW(enumerate__bad_filters_are_refused),
        ROW(enumerate__source_filter_keeps_the_last_match),
        ROW(enumerate__sees_one_state_while_others_write),
        ROW(enumerate__last_one_is_there_though_it_is_deleted),
        ROW(enumerate__shows_all_that_was_issued),
        ROW(enumerate__inclusions_of_a_chain_are_what_both_allow),
        ROW(enumerate__needs_a_newer_list),
        ROW(enumerate__persisting_what_may_be),
        ROW(enumerate__persisting_what_may_not),
        ROW(enumerate__works_without_the_users_secret),
        ROW(enumerate__edited_licence_is_noticed),
    };

    return cmocka_run_group_tests_name("licenses: enumerating", tests, NULL, NULL);
}
