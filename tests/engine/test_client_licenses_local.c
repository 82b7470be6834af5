/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One machine alone: the embedded authority issues, the client acquires, everything offline.
 */
#include "engine/client_fixture.h"

#include <stdio.h>

#include "engine/authority/contents.h"
#include "engine/client/licenses.h"
#include "engine/licenses_tests.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"

#define PLAY DRM_RIGHT_PLAY
#define GONE (DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE)

static void key_id_of(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    memset(out, 0xa5, DRM_KEY_ID_SIZE);
    drm_put_u32(out, number);
}

static void add_content(struct fixture *fixture, uint32_t number, const char *rights, bool interactive)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_authority *authority;

    assert_non_null(item);
    key_id_of(number, item->key_id);
    snprintf(item->name, sizeof(item->name), "content %u", (unsigned int)number);
    snprintf(item->rights, sizeof(item->rights), "%s", rights);
    item->interactive = interactive;
    assert_int_equal(drm_client_administer(fixture->client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(authority, item, NULL), DRM_S_OK);
    drm_authority_close(authority);
    free(item);
}

static const char *header_of(uint32_t number, const char *url)
{
    static char text[4096];
    struct drm_content_header header = {.url = ""};
    struct drm_buffer out = {0};

    key_id_of(number, header.key_id);
    snprintf(header.url, sizeof(header.url), "%s", url);
    assert_int_equal(drm_content_header_write(&header, &out), DRM_S_OK);
    snprintf(text, sizeof(text), "%.*s", (int)out.size, (const char *)out.data);
    drm_buffer_free(&out);
    return text;
}

static drm_result acquire_with(struct fixture *fixture, const char *url, const char *header, const char *actions)
{
    const struct drm_acquisition acquisition = {
        .mode = DRM_ACQUIRE_SILENT, .url = url, .header = header, .actions = actions};
    struct run run = {.cancel_at = NEVER};
    struct drm_task task = run_task(&run);

    return drm_client_acquire(fixture->client, &acquisition, &task);
}

static drm_result acquire(struct fixture *fixture, uint32_t number)
{
    return acquire_with(fixture, NULL, header_of(number, ""), NULL);
}

static uint32_t refusal(struct fixture *fixture, uint32_t number, enum drm_right right)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t answer = UINT32_MAX;

    key_id_of(number, key_id);
    assert_int_equal(drm_client_query_actions(fixture->client, key_id, NULL, &right, 1, &answer), DRM_S_OK);
    return answer;
}

static size_t count_licenses(struct fixture *fixture)
{
    struct drm_enumeration *enumeration = NULL;
    size_t count = 1;
    drm_result result = drm_client_enumerate(fixture->client, NULL, &enumeration);

    if (result == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    assert_int_equal(result, DRM_S_OK);
    while (DRM_SUCCEEDED(result = drm_enumeration_next(enumeration)))
        count++;
    assert_int_equal(result, DRM_E_NO_MORE_ITEMS);
    drm_enumeration_free(enumeration);
    return count;
}

/* What a program would post to a page, answered by the authority itself. */
static void issue_through_program(struct fixture *fixture, const char *header, struct drm_buffer *response)
{
    const struct drm_acquisition acquisition = {
        .mode = DRM_ACQUIRE_NONSILENT, .url = DRM_LOCAL_URL, .header = header};
    struct drm_buffer url = {0}, challenge = {0};
    struct drm_authority *authority;

    assert_int_equal(drm_client_make_challenge(fixture->client, &acquisition, &url, &challenge), DRM_S_OK);
    assert_int_equal(url.size, strlen(DRM_LOCAL_URL));
    assert_memory_equal(url.data, DRM_LOCAL_URL, url.size);
    assert_int_equal(drm_client_administer(fixture->client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_issue_licenses(authority, drm_buffer_span(&challenge), false, NULL, response),
                     DRM_S_OK);
    drm_authority_close(authority);
    drm_buffer_free(&url);
    drm_buffer_free(&challenge);
}

static void local__content_is_acquired_and_can_be_used(void **state)
{
    static const char *const urls[] = {NULL, "", DRM_LOCAL_URL};
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < COUNT(urls); i++)
        add_content(fixture, i + 1, "Play; Copy(count=2)", false);
    add_content(fixture, 9, "Play", false);
    assert_int_equal(acquire(fixture, 1), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    for (uint32_t i = 0; i < COUNT(urls); i++)
    {
        assert_int_equal(refusal(fixture, i + 1, PLAY), GONE);
        assert_int_equal(acquire_with(fixture, urls[i], header_of(i + 1, ""), NULL), DRM_S_LICENSE_ACQUIRED);
        assert_int_equal(refusal(fixture, i + 1, PLAY), DRM_ALLOWED);
    }
    assert_int_equal(acquire_with(fixture, NULL, header_of(9, DRM_LOCAL_URL), NULL), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(refusal(fixture, 9, PLAY), DRM_ALLOWED);
    assert_int_equal(count_licenses(fixture), 4);
    client_reopen(fixture);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(fixture, 1, DRM_RIGHT_COPY), DRM_ALLOWED);
}

static void local__can_be_cancelled(void **state)
{
    const struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT};
    struct fixture *fixture = *state;
    unsigned int polls = 0;
    drm_result result;

    add_content(fixture, 1, "Play", false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    do
    {
        struct run run = {.cancel_at = ++polls};
        struct drm_task task = run_task(&run);

        result = drm_client_acquire(fixture->client, &acquisition, &task);
        if (DRM_FAILED(result))
        {
            assert_int_equal(result, DRM_E_OPERATION_CANCELED);
            assert_int_equal(count_licenses(fixture), 0);
        }
    } while (DRM_FAILED(result));
    assert_int_equal(result, DRM_S_LICENSE_ACQUIRED);
    assert_true(polls > 2);
    assert_int_equal(count_licenses(fixture), 1);
}

static void local__refusals_of_the_issuer(void **state)
{
    struct fixture *fixture = *state;

    add_content(fixture, 1, "Play", false);
    add_content(fixture, 2, "Play", true);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 77), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(acquire_with(fixture, NULL, header_of(1, ""),
                                  "<ACTIONLIST><ACTION>Print.redbook</ACTION></ACTIONLIST>"), DRM_E_NO_RIGHTS);
    assert_int_equal(acquire(fixture, 2), DRM_E_LICENSE_NOTACQUIRED);
    assert_int_equal(count_licenses(fixture), 0);
}

static void local__interactive_content_through_the_program(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer response = {0};

    add_content(fixture, 2, "Play", true);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    issue_through_program(fixture, header_of(2, ""), &response);
    assert_int_equal(drm_client_store_response(fixture->client, drm_buffer_span(&response)), DRM_S_OK);
    assert_int_equal(refusal(fixture, 2, PLAY), DRM_ALLOWED);
    /* Nothing names a page that could be opened. */
    assert_int_equal(drm_client_check_acquisition(
                         fixture->client, &(struct drm_acquisition){.mode = DRM_ACQUIRE_NONSILENT,
                                                                    .header = header_of(2, "")}),
                     DRM_E_LICENSE_HEADER_MISSING_URL);
    drm_buffer_free(&response);
}

static void local__all_of_it_before_delivery(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t i = 1; i <= 20; i++)
        add_content(fixture, i, "Play", i == 20);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire_with(fixture, NULL, NULL, NULL), DRM_S_LICENSE_ACQUIRED);
    assert_true(count_licenses(fixture) >= 19);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(fixture, 19, PLAY), DRM_ALLOWED);
}

static void local__leaf_brings_its_root(void **state)
{
    struct fixture *fixture = *state;
    char rights[200], text[DRM_KEY_ID_TEXT_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];

    add_content(fixture, 10, "Play", false);
    key_id_of(10, key_id);
    drm_key_id_format(key_id, text);
    snprintf(rights, sizeof(rights), "Play; uplink=%s", text);
    add_content(fixture, 1, rights, false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(count_licenses(fixture), 2);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
}

static void local__licences_survive_individualizations(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer response = {0};

    add_content(fixture, 1, "Play(count=3)", false);
    add_content(fixture, 2, "Play", false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    issue_through_program(fixture, header_of(2, ""), &response);
    for (int i = 0; i < 2; i++)
    {
        assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
        assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    }
    /* An answer to an identity that was replaced meanwhile. */
    assert_int_equal(drm_client_store_response(fixture->client, drm_buffer_span(&response)), DRM_S_OK);
    assert_int_equal(refusal(fixture, 2, PLAY), DRM_ALLOWED);
    drm_buffer_free(&response);
}

static void local__response_of_one_machine_is_nothing_to_another(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer response = {0};
    void *another_state;
    struct fixture *another;

    add_content(fixture, 1, "Play", false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    issue_through_program(fixture, header_of(1, ""), &response);
    client_setup(&another_state);
    another = another_state;
    assert_int_equal(drm_client_store_response(another->client, drm_buffer_span(&response)), DRM_E_STORE_NEEDINDI);
    assert_int_equal(individualize(another->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(drm_client_store_response(another->client, drm_buffer_span(&response)),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(count_licenses(another), 0);
    client_teardown(&another_state);
    drm_buffer_free(&response);
}

static void local__revoked_machine_gets_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority *authority;
    struct identity identity;

    add_content(fixture, 1, "Play", false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    identity = identity_of(fixture->client);
    assert_int_equal(drm_client_administer(fixture->client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_GRL, identity.certificate.id, 1), DRM_S_OK);
    drm_authority_close(authority);
    assert_int_equal(acquire(fixture, 1), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
}

static void local__issuer_takes_licences_back(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer challenge = {0}, response = {0}, receipt = {0}, again = {0};
    struct drm_authority *authority;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    add_content(fixture, 1, "Play", false);
    add_content(fixture, 2, "Play", false);
    add_content(fixture, 3, "Play; revocable=no", false);
    assert_int_equal(drm_client_make_removal_challenge(fixture->client, drm_span("me", 2), drm_span(NULL, 0),
                                                       &challenge), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire_with(fixture, NULL, NULL, NULL), DRM_S_LICENSE_ACQUIRED);

    assert_int_equal(drm_client_administer(fixture->client, &authority), DRM_S_OK);
    key_id_of(1, key_id);
    assert_int_equal(drm_authority_plan_removal(authority, NULL, key_id, NULL), DRM_S_OK);
    assert_int_equal(drm_client_make_removal_challenge(fixture->client, drm_span("me", 2), drm_span(NULL, 0),
                                                       &challenge), DRM_S_OK);
    assert_int_equal(drm_authority_answer_removal(authority, drm_buffer_span(&challenge), &response), DRM_S_OK);
    assert_int_equal(drm_client_process_removal(fixture->client, drm_buffer_span(&response), &receipt), DRM_S_OK);
    assert_int_equal(drm_client_confirm_removal(fixture->client, drm_buffer_span(&response)), DRM_S_OK);
    assert_int_equal(drm_authority_record_removal(authority, drm_buffer_span(&receipt)), DRM_S_OK);
    assert_int_equal(drm_authority_record_removal(authority, drm_buffer_span(&receipt)), DRM_E_EXPIRED_LICENSEBLOB);
    drm_authority_close(authority);

    assert_int_equal(refusal(fixture, 1, PLAY), GONE);
    assert_int_equal(refusal(fixture, 2, PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(fixture, 3, PLAY), DRM_ALLOWED);
    assert_int_equal(drm_client_process_removal(fixture->client, drm_buffer_span(&response), &again),
                     DRM_E_EXPIRED_LICENSEBLOB);
    assert_int_equal(again.size, 0);
    drm_buffer_free(&again);
    /* What is issued anew is another licence. */
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    drm_buffer_free(&challenge);
    drm_buffer_free(&response);
    drm_buffer_free(&receipt);
}

static void local__lost_secret_and_the_way_back(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    enum drm_right right = PLAY;
    uint32_t answer;

    add_content(fixture, 1, "Play", false);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    test_host_lose_secret(&fixture->host);
    client_reopen(fixture);
    key_id_of(1, key_id);
    assert_int_equal(drm_client_query_actions(fixture->client, key_id, NULL, &right, 1, &answer),
                     DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(count_licenses(fixture), 1);
    assert_int_equal(drm_client_delete_license(fixture->client, key_id, false), DRM_S_OK);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    /* The embedded authority's keys were lost with it: a new one, which knows no content. */
    add_content(fixture, 1, "Play", false);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
}

static void local__user_sets_the_clock(void **state)
{
    struct fixture *fixture = *state;
    struct drm_now now;

    add_content(fixture, 1, "Play(until=2023-11-15T00:00Z)", false);
    assert_int_equal(drm_client_get_clock(fixture->client, &now), DRM_S_OK);
    assert_true(now.known && now.time == TEST_HOST_NOW);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(acquire(fixture, 1), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    fixture->host.now -= DAY_MS;
    client_reopen(fixture);
    assert_int_equal(drm_client_get_clock(fixture->client, &now), DRM_S_OK);
    assert_false(now.known);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    assert_int_equal(drm_client_set_clock(fixture->client, -1), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_client_set_clock(fixture->client, DRM_TIME_MAX + 1), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_client_set_clock(fixture->client, TEST_HOST_NOW - DAY_MS), DRM_S_OK);
    assert_true(test_host_logged(&fixture->host, "the user says that it is 2023-11-13T22:13:20Z"));
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_ALLOWED);
    fixture->host.now += 2 * DAY_MS;
    fixture->host.monotonic += (uint64_t)(2 * DAY_MS);
    assert_int_equal(refusal(fixture, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXPIRED);
}

static void local__clock_is_set_before_anything_is_there(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(drm_client_set_clock(fixture->client, TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int run_licenses_local_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(local__content_is_acquired_and_can_be_used),
        ROW(local__can_be_cancelled),
        ROW(local__refusals_of_the_issuer),
        ROW(local__interactive_content_through_the_program),
        ROW(local__all_of_it_before_delivery),
        ROW(local__leaf_brings_its_root),
        ROW(local__licences_survive_individualizations),
        ROW(local__response_of_one_machine_is_nothing_to_another),
        ROW(local__revoked_machine_gets_nothing),
        ROW(local__issuer_takes_licences_back),
        ROW(local__lost_secret_and_the_way_back),
        ROW(local__user_sets_the_clock),
        ROW(local__clock_is_set_before_anything_is_there),
    };

    return cmocka_run_group_tests_name("licenses: one machine alone", tests, NULL, NULL);
}
