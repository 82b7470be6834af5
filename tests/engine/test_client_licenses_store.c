/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Responses as they come into the store: good ones, and every way to be bad.
 */
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"
#include "engine/threads.h"
#include "support/mutation.h"

static struct drm_license *make_licenses(size_t count, const char *rights)
{
    struct drm_license *licenses = calloc(count, sizeof(*licenses));

    assert_non_null(licenses);
    for (size_t i = 0; i < count; i++)
        issue_license(&licenses[i], (uint32_t)i + 1, (uint32_t)i + 1, rights);
    return licenses;
}

static void store__one_licence_can_be_used(void **state)
{
    struct issued *issued = *state;

    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    give(issued, 1, "Play");
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_COPY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_RIGHT);
    assert_int_equal(count_licenses(issued->client, 0), 1);
    issued_reopen(issued, 1);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
}

static void store__again_changes_nothing(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = make_licenses(1, "Play(count=3)");
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    struct drm_buffer text = {0};

    make_response(&order, &text);
    for (int i = 0; i < 3; i++)
    {
        assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
        assert_int_equal(count_licenses(issued->client, 0), 1);
        assert_int_equal(state_of(issued->client, 1, DRM_RIGHT_PLAY).counts[0], 3);
    }
    drm_buffer_free(&text);
    free(license);
}

static void store__ten_thousand_licences_in_one_response(void **state)
{
    enum { MANY = 10000 };
    struct issued *issued = *state;
    struct drm_license *licenses = make_licenses(MANY, "Play; Copy(count=2)");
    const struct response_order order = {.licenses = licenses, .count = MANY, .signer = &issued->issuer};

    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), MANY);
    assert_int_equal(refusal(issued->client, MANY, DRM_RIGHT_PLAY), DRM_ALLOWED);
    assert_int_equal(state_of(issued->client, MANY / 2, DRM_RIGHT_COPY).counts[0], 2);
    free(licenses);
}

static void store__spoiled_response_leaves_nothing(void **state)
{
    static const struct
    {
        enum spoiling spoiling;
        drm_result result;
    } rows[] = {
        {LAST_MISSING, DRM_E_INVALID_LICENSE},
        {ONE_TWICE, DRM_E_INVALID_LICENSE},
        {SWAPPED, DRM_E_INVALID_LICENSE},
        {BODY_ALTERED, DRM_E_SIGNATURE_FAILURE},
        {HEAD_ALTERED, DRM_E_SIGNATURE_FAILURE},
        {RESIGNED, DRM_E_SIGNATURE_FAILURE},
        {ANOTHER_ROLE, DRM_E_INVALID_CERTIFICATE},
    };
    struct issued *issued = *state;
    struct drm_license *licenses = make_licenses(5, "Play");
    struct response_order order = {.licenses = licenses, .count = 5, .signer = &issued->issuer};

    for (size_t i = 0; i < COUNT(rows); i++)
    {
        order.spoiling = rows[i].spoiling;
        assert_int_equal(store_order(issued->client, &order), rows[i].result);
        assert_int_equal(count_licenses(issued->client, 0), 0);
    }
    order.spoiling = NOT_SPOILED;
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 5);
    free(licenses);
}

static void store__another_machines_response_is_refused(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = make_licenses(1, "Play");
    struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    uint8_t id[DRM_ID_SIZE], key[DRM_X25519_SIZE];

    number_key_id(77, id);
    order.machine_id = id;
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_MACHINE);
    order.machine_id = NULL;
    assert_int_equal(drm_x25519_public(issued->other.machine.key.seed, key), DRM_S_OK);
    order.encrypt_key = key;
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_MACHINE);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    free(license);
}

static void store__only_of_trusted_issuers(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = make_licenses(1, "Play");
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->other};

    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_CERTIFICATE);
    issued_reopen(issued, 2);
    assert_int_equal(store_order(issued->client, &order), DRM_E_STORE_NEEDINDI);
    issued_install(issued, &issued->other);
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);

    /* An anchor that goes hides its licences, and one that comes back shows them. */
    issued_reopen(issued, 1);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    issued_reopen(issued, 2);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
    free(license);
}

static void store__revoked_issuer_is_refused(void **state)
{
    struct issued *issued = *state;
    const struct test_signer *signer = &issued->issuer.revocation;
    struct drm_revocation_head head = {.type = DRM_REVOCATION_GRL, .version = 2, .issued = TEST_NOW};
    struct drm_license *license = make_licenses(1, "Play");
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    struct drm_buffer list = {0};
    struct drm_certificate revoked;

    assert_int_equal(drm_certificate_read(drm_buffer_span(&issued->issuer.issue.encoded), &revoked), DRM_S_OK);
    assert_int_equal(drm_revocation_list_write(&head, revoked.id, 1, signer->key.seed,
                                               drm_buffer_span(&signer->chain), &list), DRM_S_OK);
    assert_int_equal(drm_client_set_revocation_list(issued->client, DRM_REVOCATION_GRL, drm_buffer_span(&list)),
                     DRM_S_OK);
    assert_int_equal(store_order(issued->client, &order), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    drm_buffer_free(&list);
    free(license);
}

static void store__what_is_no_response(void **state)
{
    static const struct
    {
        const char *text;
        drm_result result;
    } rows[] = {
        {"", DRM_E_LICENSE_INVALID_XML},
        {" ", DRM_E_LICENSE_INVALID_XML},
        {"no response at all", DRM_E_LICENSE_INVALID_XML},
        {"<html><body>Please sign in</body></html>", DRM_E_LICENSE_INVALID_XML},
        {"<LICENSERESPONSE></LICENSERESPONSE>", DRM_E_LICENSE_INVALID_XML},
        {"<LICENSERESPONSE><LICENSE version=\"2.0.0.0\">AAAA</LICENSE></LICENSERESPONSE>",
         DRM_E_UNSUPPORTED_ALGORITHM},
        {"<LICENSERESPONSE><HEAD>AAAA</HEAD><LICENSE version=\"3.0.0.0\">AAAA</LICENSE></LICENSERESPONSE>",
         DRM_E_INVALID_LICENSE},
        {"<LICENSERESPONSE><HEAD>!</HEAD><LICENSE version=\"3.0.0.0\">AAAA</LICENSE></LICENSERESPONSE>",
         DRM_E_INVALID_LICENSE},
    };
    struct issued *issued = *state;

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(drm_client_store_response(issued->client, drm_span(rows[i].text, strlen(rows[i].text))),
                         rows[i].result);
    assert_int_equal(drm_client_store_response(issued->client, drm_span(NULL, 0)), DRM_E_LICENSE_INVALID_XML);
}

/* Whatever of the text is changed: it is refused, or was nothing that counts, and never is half of it stored. */
static void store__mutations_store_all_or_nothing(void **state)
{
    struct issued *issued = *state;
    struct drm_license *licenses = make_licenses(3, "Play(count=3); Copy");
    const struct response_order order = {.licenses = licenses, .count = 3, .signer = &issued->issuer};
    struct test_random random = {.state = 42};
    struct drm_buffer text = {0};
    unsigned int refused = 0;

    make_response(&order, &text);
    for (unsigned int i = 0; i < 400; i++)
    {
        struct drm_buffer mutated = {0};
        size_t count;

        test_mutate(&random, drm_buffer_span(&text), &mutated);
        if (DRM_FAILED(drm_client_store_response(issued->client, drm_buffer_span(&mutated))))
            refused++;
        count = count_licenses(issued->client, 0);
        assert_true(count == 0 || count == 3);
        if (count == 3)
            assert_int_equal(state_of(issued->client, 2, DRM_RIGHT_PLAY).counts[0], 3);
        drm_buffer_free(&mutated);
    }
    assert_true(refused > 300);
    drm_buffer_free(&text);
    free(licenses);
}

/* Signed time of a response that nobody asked for is not now, but it cannot be earlier. */
static void store__its_time_is_a_floor(void **state)
{
    struct issued *issued = *state;
    struct drm_license *license = make_licenses(1, "Play");
    struct response_order order = {
        .licenses = license, .count = 1, .signer = &issued->issuer, .time = TEST_NOW + 3600 * 1000};
    struct drm_now now;

    assert_int_equal(drm_client_get_clock(issued->client, &now), DRM_S_OK);
    assert_true(now.known && now.time == TEST_HOST_NOW);
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(drm_client_get_clock(issued->client, &now), DRM_S_OK);
    assert_false(now.known);
    issued->host.now += 3600 * 1000;
    assert_int_equal(drm_client_get_clock(issued->client, &now), DRM_S_OK);
    assert_true(now.known);
    free(license);
}

/* --- several at once ------------------------------------------------------------------------------------------- */

#define CROWD 4
#define ROUNDS 20

struct crowd
{
    struct issued *issued;
    struct drm_buffer texts[CROWD][ROUNDS];
    drm_result failures[CROWD];  /* the first of each */
    unsigned int wrong[CROWD];   /* answers that cannot be */
};

static void note(struct crowd *crowd, size_t index, drm_result result)
{
    if (DRM_FAILED(result) && !crowd->failures[index])
        crowd->failures[index] = result;
}

static void look_at_all(struct crowd *crowd, size_t index)
{
    struct drm_enumeration *enumeration;
    const struct drm_license *license;
    drm_result result = drm_client_enumerate(crowd->issued->client, NULL, &enumeration);

    if (result == DRM_E_LICENSE_NOT_FOUND)
        return;
    note(crowd, index, result);
    if (DRM_FAILED(result))
        return;
    do
        note(crowd, index, drm_enumeration_get(enumeration, &license));
    while (DRM_SUCCEEDED(result = drm_enumeration_next(enumeration)));
    if (result != DRM_E_NO_MORE_ITEMS)
        note(crowd, index, result);
    drm_enumeration_free(enumeration);
}

/* Each thread stores, asks about, looks at and deletes licences of its own, among all those of the others. */
static void live(void *context, size_t index)
{
    struct crowd *crowd = context;
    struct drm_client *client = crowd->issued->client;
    enum drm_right right = DRM_RIGHT_PLAY;

    for (uint32_t round = 0; round < ROUNDS; round++)
    {
        uint8_t key_id[DRM_KEY_ID_SIZE];
        uint32_t answer = UINT32_MAX;

        number_key_id((uint32_t)index * 1000 + round + 1, key_id);
        note(crowd, index, drm_client_store_response(client, drm_buffer_span(&crowd->texts[index][round])));
        note(crowd, index, drm_client_query_actions(client, key_id, NULL, &right, 1, &answer));
        crowd->wrong[index] += answer != DRM_ALLOWED;
        look_at_all(crowd, index);
        if (round % 2)
            continue;
        note(crowd, index, drm_client_delete_license(client, key_id, false));
        note(crowd, index, drm_client_query_actions(client, key_id, NULL, &right, 1, &answer));
        crowd->wrong[index] += answer != (DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    }
}

static void crowd__each_finds_its_own(void **state)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    struct drm_license *license = calloc(1, sizeof(*license));

    assert_true(crowd && license);
    crowd->issued = *state;
    for (uint32_t i = 0; i < CROWD * ROUNDS; i++)
    {
        uint32_t number = i / ROUNDS * 1000 + i % ROUNDS + 1;
        const struct response_order order = {.licenses = license, .count = 1, .signer = &crowd->issued->issuer};

        issue_license(license, number, number, i % 3 ? "Play" : "Play; persist=no");
        make_response(&order, &crowd->texts[i / ROUNDS][i % ROUNDS]);
    }
    assert_true(run_threads(CROWD, live, crowd));
    for (size_t i = 0; i < CROWD; i++)
    {
        assert_int_equal(crowd->failures[i], DRM_S_OK);
        assert_int_equal(crowd->wrong[i], 0);
    }
    assert_int_equal(count_licenses(crowd->issued->client, 0), CROWD * ROUNDS / 2);
    for (size_t i = 0; i < CROWD * ROUNDS; i++)
        drm_buffer_free(&crowd->texts[i / ROUNDS][i % ROUNDS]);
    free(license);
    free(crowd);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int run_licenses_store_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(store__one_licence_can_be_used),
        ROW(store__again_changes_nothing),
        ROW(store__ten_thousand_licences_in_one_response),
        ROW(store__spoiled_response_leaves_nothing),
        ROW(store__another_machines_response_is_refused),
        ROW(store__only_of_trusted_issuers),
        ROW(store__revoked_issuer_is_refused),
        ROW(store__what_is_no_response),
        ROW(store__mutations_store_all_or_nothing),
        ROW(store__its_time_is_a_floor),
        ROW(crowd__each_finds_its_own),
    };

    return cmocka_run_group_tests_name("licenses: storing", tests, NULL, NULL);
}
