/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Queries through licences that were really issued and stored: every reason, states, chains, two issuers, the clock.
 */
#include "engine/held_store.h"
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"

#include <stdio.h>

#include "support/heap_watch.h"

#define PLAY DRM_RIGHT_PLAY
#define COPY DRM_RIGHT_COPY
#define HOUR INT64_C(3600000)

/* Times around TEST_NOW, 2023-11-14T22:13:20Z. */
#define BEFORE "2023-11-14T20:00Z"
#define AFTER "2023-11-14T23:00Z"
#define LATER "2023-11-15T12:00Z"

#define TECHNOLOGY "{00000000-0000-0000-0000-00000000000A}"

static void query__every_reason(void **state)
{
    static const struct
    {
        const char *rights;
        struct drm_query query;
        enum drm_right right;
        uint32_t reasons; /* without NOT_ENABLED; DRM_ALLOWED */
    } rows[] = {
        {"Play", {.app_level_counts = false}, PLAY, DRM_ALLOWED},
        {"Play", {.app_level_counts = false}, COPY, DRM_REFUSED_NO_RIGHT},
        {"Play(until=" BEFORE ")", {.app_level_counts = false}, PLAY, DRM_REFUSED_EXPIRED},
        {"Play; until=" BEFORE, {.app_level_counts = false}, PLAY, DRM_REFUSED_EXPIRED},
        {"Play(from=" AFTER ")", {.app_level_counts = false}, PLAY, DRM_REFUSED_NOT_STARTED},
        {"Play(from=" BEFORE ",until=" AFTER ")", {.app_level_counts = false}, PLAY, DRM_ALLOWED},
        {"Play; min-app-level=2000", {.app_level_counts = true, .app_level = 150}, PLAY, DRM_REFUSED_APP_LEVEL},
        {"Play; min-app-level=2000", {.app_level_counts = true, .app_level = 2000}, PLAY, DRM_ALLOWED},
        {"Play; min-app-level=2000", {.app_level_counts = false, .app_level = 150}, PLAY, DRM_ALLOWED},
        {"Play; min-security=2.11", {.app_level_counts = false}, PLAY, DRM_REFUSED_INDIVIDUALIZE},
        {"Play", {.min_security = {.major = 2, .minor = 11}}, PLAY, DRM_REFUSED_INDIVIDUALIZE},
        {"Play", {.min_security = {.major = 2, .minor = 10}}, PLAY, DRM_ALLOWED},
        {"Play", {.has_state = true, .individualized = false, .version = {.major = 2, .minor = 2}}, PLAY,
         DRM_REFUSED_INDIVIDUALIZE},
        {"Copy; opl(copy=5)", {.has_device = true, .device_level = 4}, COPY, DRM_REFUSED_COPY_LEVEL},
        {"Copy; opl(copy=5)", {.has_device = true, .device_level = 5}, COPY, DRM_ALLOWED},
        {"Copy; opl(copy=5); copy-include=" TECHNOLOGY,
         {.has_device = true, .device_level = 4, .has_device_technology = true, .device_technology = {[15] = 0xa}},
         COPY, DRM_ALLOWED},
        {"Copy; copy-exclude=" TECHNOLOGY,
         {.has_device = true, .device_level = 9, .has_device_technology = true, .device_technology = {[15] = 0xa}},
         COPY, DRM_REFUSED_COPY_EXCLUDED},
        {"Play; metered=yes", {.app_level_counts = false}, PLAY, DRM_REFUSED_NO_METERING},
    };
    struct issued *issued = *state;

    for (size_t i = 0; i < COUNT(rows); i++)
    {
        uint8_t key_id[DRM_KEY_ID_SIZE];
        uint32_t answer, expected = rows[i].reasons ? rows[i].reasons | DRM_REFUSED_NOT_ENABLED : DRM_ALLOWED;

        give(issued, (uint32_t)i + 1, rows[i].rights);
        number_key_id((uint32_t)i + 1, key_id);
        assert_int_equal(drm_client_query_actions(issued->client, key_id, &rows[i].query, &rows[i].right, 1, &answer),
                         DRM_S_OK);
        if (answer != expected)
            fail_msg("\"%s\": 0x%x, not 0x%x", rows[i].rights, (unsigned int)answer, (unsigned int)expected);
    }
}

/* A count that was used up stays so, whatever is stored again. */
static void query__count_that_is_used_up(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = calloc(1, sizeof(*license));
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    const struct drm_license_request_filter filter = {.key_id = number_key_id_text(1)};
    struct drm_enumeration *enumeration;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer text = {0};

    assert_non_null(license);
    issue_license(license, 1, 1, "Play(count=2); Copy");
    make_response(&order, &text);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    assert_int_equal(drm_client_enumerate(issued->client, &filter, &enumeration), DRM_S_OK);
    for (uint32_t left = 1; left != UINT32_MAX; left--)
    {
        assert_int_equal(drm_enumeration_use(enumeration, key), DRM_S_OK);
        assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
        assert_int_equal(state_of(issued->client, 1, PLAY).counts[0], left);
    }
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXHAUSTED);
    assert_int_equal(refusal(issued->client, 1, COPY), DRM_ALLOWED);
    assert_true(DRM_FAILED(drm_enumeration_use(enumeration, key)));
    drm_enumeration_free(enumeration);
    drm_buffer_free(&text);
    free(license);
}

static void query__several_licences_add_up(void **state)
{
    static const enum drm_right rights[] = {PLAY, COPY, DRM_RIGHT_BACKUP, DRM_RIGHT_PRINT_REDBOOK};
    static const struct drm_query query = {.app_level_counts = false};
    struct issued *issued = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t answers[4];

    give(issued, 1, "Play(until=" BEFORE ")");
    give(issued, 1, "Play(from=" AFTER "); priority=3; backup=no");
    give(issued, 1, "Copy(until=" BEFORE "); persist=no");
    give(issued, 1, "Copy(count=1)");
    number_key_id(1, key_id);
    assert_int_equal(drm_client_query_actions(issued->client, key_id, &query, rights, 4, answers), DRM_S_OK);
    assert_int_equal(answers[0], DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXPIRED | DRM_REFUSED_NOT_STARTED
                                     | DRM_REFUSED_NO_RIGHT);
    assert_int_equal(answers[1], DRM_ALLOWED);
    assert_int_equal(answers[2], DRM_ALLOWED); /* implied where nothing is counted */
    assert_int_equal(answers[3], DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_RIGHT);
    assert_int_equal(drm_client_query_actions(issued->client, key_id, NULL, rights, 4, answers), DRM_S_OK);
    assert_int_equal(answers[1], DRM_ALLOWED);
    assert_int_equal(drm_client_query_actions(issued->client, key_id, &query, rights, 0, NULL), DRM_S_OK);
}

static void query__states(void **state)
{
    struct issued *issued = *state;
    struct drm_state_data data;

    assert_int_equal(state_of(issued->client, 1, PLAY).category, DRM_CATEGORY_NO_RIGHT);
    give(issued, 1, "Play(count=3)");
    give(issued, 1, "Play(count=4); priority=2");
    data = state_of(issued->client, 1, PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_COUNT);
    assert_int_equal(data.counts[0], 7);
    assert_int_equal(data.flags, 0);
    give(issued, 1, "Play");
    assert_int_equal(state_of(issued->client, 1, PLAY).category, DRM_CATEGORY_UNLIMITED);

    give(issued, 2, "Play(from=" BEFORE ",until=" AFTER "); opl(copy=1); sap=yes");
    data = state_of(issued->client, 2, PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_FROM_UNTIL);
    assert_int_equal(data.date_count, 2);
    assert_int_equal(data.flags, DRM_OUTPUTS_PRESENT | DRM_SAP_PRESENT);
    give(issued, 3, "Play(hours=48)");
    data = state_of(issued->client, 3, PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_AFTER_FIRST_USE);
    assert_int_equal(data.counts[0], 48);
}

/* Asked again, while nothing changed, a query takes no memory; a change is seen all the same. */
static void query__warm_takes_no_memory(void **state)
{
    struct issued *issued = *state;
    char rights[200];

    snprintf(rights, sizeof(rights), "Play(count=2); uplink=%s", number_key_id_text(50));
    give(issued, 1, rights);
    give(issued, 1, "Play; Copy; persist=no");
    give(issued, 50, "Play");
    assert_int_equal(refusal(issued->client, 1, COPY), DRM_ALLOWED);
    heap_watch_begin();
    for (int i = 0; i < 100; i++)
    {
        assert_int_equal(refusal(issued->client, 1, COPY), DRM_ALLOWED);
        assert_int_equal(state_of(issued->client, 1, PLAY).category, DRM_CATEGORY_UNLIMITED);
    }
    assert_int_equal(heap_watch_peak(), 0);
    give(issued, 1, "Print.redbook");
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PRINT_REDBOOK), DRM_ALLOWED);
}

/* More licences than find room on the stack of a query. */
static void query__many_licences_of_one_key_id(void **state)
{
    enum { MANY = 1000 };
    struct issued *issued = *state;
    struct drm_license *licenses = calloc(MANY, sizeof(*licenses));
    const struct response_order order = {.licenses = licenses, .count = MANY, .signer = &issued->issuer};
    char rights[200];

    assert_non_null(licenses);
    for (uint32_t i = 0; i < MANY; i++)
    {
        snprintf(rights, sizeof(rights), "Play(count=1); priority=%u; uplink=%s", (unsigned int)i,
                 number_key_id_text(1000 + i));
        issue_license(&licenses[i], i + 1, 1, rights);
    }
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_CHAIN);
    give(issued, 1000 + MANY - 1, "Play(count=5)");
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(state_of(issued->client, 1, PLAY).category, DRM_CATEGORY_COUNT);
    free(licenses);
}

static void query__chain_needs_both(void **state)
{
    struct issued *issued = *state;
    char rights[200];

    snprintf(rights, sizeof(rights), "Play; uplink=%s", number_key_id_text(50));
    give(issued, 1, rights);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_CHAIN);
    give(issued, 50, "Play(until=" BEFORE ")");
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXPIRED);
    give(issued, 50, "Play");
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);

    /* A root that is a leaf itself. */
    snprintf(rights, sizeof(rights), "Play; uplink=%s", number_key_id_text(1));
    give(issued, 2, rights);
    assert_int_equal(refusal(issued->client, 2, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_CHAIN);
}

/* Only an issuer's own root opens its leaf. */
static void query__chain_across_issuers_is_none(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = calloc(1, sizeof(*license));
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->other};
    char rights[200];

    assert_non_null(license);
    issued_reopen(issued, 2);
    issued_install(issued, &issued->other);
    snprintf(rights, sizeof(rights), "Play; uplink=%s", number_key_id_text(50));
    give(issued, 1, rights);
    issue_license(license, 50, 50, "Play");
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_CHAIN);
    give(issued, 50, "Play");
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    free(license);
}

static void query__two_issuers_each_for_itself(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = calloc(1, sizeof(*license));
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->other};
    struct drm_state_data data;

    assert_non_null(license);
    issued_reopen(issued, 2);
    issued_install(issued, &issued->other);
    give(issued, 1, "Play(count=3); priority=2");
    issue_license(license, 7, 1, "Play(count=4); Copy");
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    data = state_of(issued->client, 1, PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_COUNT);
    assert_int_equal(data.counts[0], 3);
    assert_int_equal(data.flags, DRM_VAGUE);
    assert_int_equal(refusal(issued->client, 1, COPY), DRM_ALLOWED);
    assert_int_equal(state_of(issued->client, 1, COPY).category, DRM_CATEGORY_UNLIMITED);
    assert_int_equal(state_of(issued->client, 1, COPY).flags, 0);
    issue_license(license, 8, 1, "Play");
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    data = state_of(issued->client, 1, PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_UNLIMITED);
    assert_int_equal(data.flags, 0);
    free(license);
}

static void query__clock_that_was_set_back(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play(until=" LATER ")");
    give(issued, 2, "Play");
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    issued->host.now -= 2 * HOUR;
    issued_reopen(issued, 1);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    assert_int_equal(refusal(issued->client, 2, PLAY), DRM_ALLOWED);
    assert_int_equal(state_of(issued->client, 1, PLAY).category, DRM_CATEGORY_NO_RIGHT);
    /* Where a service is configured, it tells the time; the user cannot. */
    assert_int_equal(drm_client_set_clock(issued->client, TEST_NOW), DRM_E_STORE_NOT_ALLOWED);
    issued->host.now += 2 * HOUR;
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
}

/* Licences stay, and are usable, under every identity that comes after. */
static void query__another_identity_keeps_licences(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play");
    issued_install(issued, &issued->issuer);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    issued_reopen(issued, 1);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
}

static void query__monitor_sees_a_licence_come(void **state)
{
    struct issued *issued = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct drm_client *first = issued->client;
    bool has = true;

    number_key_id(1, key_id);
    assert_int_equal(drm_client_has_license(first, key_id, DRM_RIGHT_BIT(PLAY), &has), DRM_S_OK);
    assert_false(has);
    assert_int_equal(drm_client_has_license(first, key_id, 0, &has), DRM_S_OK);
    assert_false(has);
    issued->client = NULL;
    issued_reopen(issued, 1); /* another process, as it were */
    give(issued, 1, "Play; persist=yes");
    assert_int_equal(drm_client_has_license(first, key_id, DRM_RIGHT_BIT(PLAY), &has), DRM_S_OK);
    assert_true(has);
    assert_int_equal(drm_client_has_license(first, key_id, 0, &has), DRM_S_OK);
    assert_true(has);
    assert_int_equal(drm_client_has_license(first, key_id, DRM_RIGHT_BIT(PLAY) | DRM_RIGHT_BIT(COPY), &has), DRM_S_OK);
    assert_false(has);
    give(issued, 1, "Copy(from=" AFTER ")");
    assert_int_equal(drm_client_has_license(first, key_id, DRM_RIGHT_BIT(PLAY) | DRM_RIGHT_BIT(COPY), &has), DRM_S_OK);
    assert_false(has);
    issued->host.now += 2 * HOUR;
    assert_int_equal(drm_client_has_license(first, key_id, DRM_RIGHT_BIT(PLAY) | DRM_RIGHT_BIT(COPY), &has), DRM_S_OK);
    assert_true(has);
    drm_client_free(first);
}

static void query__monitor_waits_for_nobody(void **state)
{
    struct issued *issued = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    bool has = false;

    give(issued, 1, "Play");
    number_key_id(1, key_id);
    drm_client_free(issued->client);
    issued->client = NULL;
    held_store_begin(test_host_path(&issued->host, "store.db"), true);
    issued_reopen(issued, 1);
    assert_int_equal(drm_client_has_license(issued->client, key_id, DRM_RIGHT_BIT(PLAY), &has), DRM_E_BUSY);
    assert_int_equal(held_store_end(), 0);
    assert_int_equal(drm_client_has_license(issued->client, key_id, DRM_RIGHT_BIT(PLAY), &has), DRM_S_OK);
    assert_true(has);
}

static void query__monitor_reads_while_others_write(void **state)
{
    struct issued *issued = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    bool has = false;

    number_key_id(1, key_id);
    give(issued, 1, "Play");
    assert_int_equal(drm_client_has_license(issued->client, key_id, 0, &has), DRM_S_OK);
    assert_true(has);
    has = false;
    held_store_begin(test_host_path(&issued->host, "store.db"), false);
    assert_int_equal(drm_client_has_license(issued->client, key_id, 0, &has), DRM_S_OK);
    assert_int_equal(held_store_end(), 0);
    assert_true(has);
    drm_client_rest(issued->client);
    assert_int_equal(drm_client_delete_license(issued->client, key_id, false), DRM_S_OK);
    assert_int_equal(drm_client_has_license(issued->client, key_id, 0, &has), DRM_S_OK);
    assert_false(has);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int run_licenses_query_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(query__every_reason),
        ROW(query__count_that_is_used_up),
        ROW(query__several_licences_add_up),
        ROW(query__states),
        ROW(query__warm_takes_no_memory),
        ROW(query__many_licences_of_one_key_id),
        ROW(query__chain_needs_both),
        ROW(query__chain_across_issuers_is_none),
        ROW(query__two_issuers_each_for_itself),
        ROW(query__clock_that_was_set_back),
        ROW(query__another_identity_keeps_licences),
        ROW(query__monitor_sees_a_licence_come),
        ROW(query__monitor_waits_for_nobody),
        ROW(query__monitor_reads_while_others_write),
    };

    return cmocka_run_group_tests_name("licenses: queries", tests, NULL, NULL);
}
