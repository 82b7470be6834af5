/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences that go: deleted, marked and cleaned, by a message, and revoked by their issuer.
 */
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"

#include <stdio.h>

#include "engine/format/license_removal.h"
#include "engine/xml/base64.h"

#define PLAY DRM_RIGHT_PLAY
#define GONE (DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE)

static drm_result delete(struct issued *issued, uint32_t key_id, bool mark_only)
{
    uint8_t id[DRM_KEY_ID_SIZE];

    number_key_id(key_id, id);
    return drm_client_delete_license(issued->client, id, mark_only);
}

static drm_result clean(struct issued *issued)
{
    const struct drm_task task = scripted_transport_task(&issued->script);

    return drm_client_clean_store(issued->client, &task);
}

/* --- by key id ---------------------------------------------------------------------------------------------- */

static void delete__removes_from_both_stores(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play");
    give(issued, 1, "Play; persist=no");
    give(issued, 2, "Play");
    assert_int_equal(count_licenses(issued->client, 1), 2);
    assert_int_equal(delete(issued, 1, false), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 1), 0);
    assert_int_equal(refusal(issued->client, 1, PLAY), GONE);
    assert_int_equal(refusal(issued->client, 2, PLAY), DRM_ALLOWED);
    assert_int_equal(delete(issued, 1, false), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(delete(issued, 9, true), DRM_E_LICENSE_NOT_FOUND);
}

static void delete__what_is_gone_does_not_come_back(void **state)
{
    struct issued *issued = *state;
    struct drm_license *licenses = calloc(2, sizeof(*licenses));
    const struct response_order order = {.licenses = licenses, .count = 2, .signer = &issued->issuer};
    struct drm_buffer text = {0};

    assert_non_null(licenses);
    issue_license(&licenses[0], 1, 1, "Play");
    issue_license(&licenses[1], 2, 2, "Play");
    make_response(&order, &text);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    assert_int_equal(delete(issued, 1, false), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_E_STORE_NOT_ALL_STORED);
    assert_int_equal(refusal(issued->client, 1, PLAY), GONE);
    assert_int_equal(refusal(issued->client, 2, PLAY), DRM_ALLOWED);
    assert_int_equal(delete(issued, 2, false), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_E_STORE_NOT_ALL_STORED);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    drm_buffer_free(&text);
    free(licenses);
}

static void clean__purges_what_is_marked(void **state)
{
    struct issued *issued = *state;

    assert_int_equal(clean(issued), DRM_E_LICENSE_NOT_FOUND);
    give(issued, 1, "Play");
    give(issued, 2, "Play");
    assert_int_equal(clean(issued), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(delete(issued, 1, true), DRM_S_OK);
    assert_int_not_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(count_licenses(issued->client, 1), 1); /* stays until it is cleaned up */
    assert_int_equal(clean(issued), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 1), 0);
    assert_int_equal(refusal(issued->client, 2, PLAY), DRM_ALLOWED);
    assert_int_equal(clean(issued), DRM_E_LICENSE_NOT_FOUND);
}

static void clean__purges_what_expired_in_memory(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play; persist=no");
    give(issued, 2, "Play; until=2023-11-14T23:00Z; persist=no");
    give(issued, 3, "Play; until=2023-11-14T23:00Z");
    assert_int_equal(clean(issued), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 3);
    issued->host.now += 2 * 3600 * 1000;
    assert_int_equal(clean(issued), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 2), 0);
    assert_int_equal(count_licenses(issued->client, 1), 1);
    assert_int_equal(count_licenses(issued->client, 3), 1); /* nothing is evicted from the permanent store */
}

/* Also where this program has asked, and so has the file mapped. */
static void clean__gives_room_back_after_questions(void **state)
{
    struct issued *issued = *state;
    size_t before, after;

    give(issued, 1, "Play");
    give(issued, 2, "Play");
    drm_client_free(issued->client);
    issued->client = NULL;
    test_database_execute(test_host_path(&issued->host, "store.db"),
                          "CREATE TABLE filler(bytes BLOB); INSERT INTO filler VALUES(zeroblob(4000000));"
                          "DROP TABLE filler");
    free(test_file_read(test_host_path(&issued->host, "store.db"), &before));
    issued_reopen(issued, 1);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(delete(issued, 2, true), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(clean(issued), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    drm_client_free(issued->client);
    issued->client = NULL;
    free(test_file_read(test_host_path(&issued->host, "store.db"), &after));
    assert_true(before > 4000000 && after < before / 4);
    issued_reopen(issued, 1);
}

static void clean__can_be_cancelled(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play");
    assert_int_equal(delete(issued, 1, true), DRM_S_OK);
    scripted_transport_cancel(&issued->script);
    assert_int_equal(clean(issued), DRM_E_OPERATION_CANCELED);
    assert_int_equal(count_licenses(issued->client, 1), 1);
}

/* --- by a message ------------------------------------------------------------------------------------------- */

static drm_result send_message(struct issued *issued, uint32_t key_id, const char *others)
{
    char text[1024];

    snprintf(text, sizeof(text), "<response type=\"LRB\"><DATA><LICENSEDATA><DATA><KID>%s</KID>%s</DATA></LICENSEDATA>"
             "</DATA></response>", number_key_id_text(key_id), others);
    return drm_client_process_deletion_message(issued->client, drm_span(text, strlen(text)));
}

static void message__removes_imported_licences_alone(void **state)
{
    struct issued *issued = *state;

    give(issued, 1, "Play; imported=yes");
    give(issued, 1, "Play; Copy");
    give(issued, 2, "Play");
    assert_int_equal(send_message(issued, 1, ""), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 1), 1);
    assert_int_equal(send_message(issued, 1, ""), DRM_E_LICENSE_DELETION_ERROR);
    assert_int_equal(send_message(issued, 2, ""), DRM_E_LICENSE_DELETION_ERROR);
    assert_int_equal(send_message(issued, 3, ""), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(count_licenses(issued->client, 0), 2);
}

static void message__names_licence_user_and_key(void **state)
{
    struct issued *issued = *state;
    struct drm_license *licenses = calloc(3, sizeof(*licenses));
    struct test_key key = test_key("who revokes");
    struct drm_buffer modulus = {0};
    char others[400];

    assert_non_null(licenses);
    issue_license(&licenses[0], 11, 1, "Play; imported=yes; user=Alice");
    issue_license(&licenses[1], 12, 1, "Play; imported=yes; user=Bob");
    issue_license(&licenses[2], 13, 1, "Play; imported=yes; user=Bob");
    licenses[2].has_revocation_key = true;
    memcpy(licenses[2].revocation_key, key.public_key, sizeof(key.public_key));
    assert_int_equal(store_order(issued->client, &(struct response_order){.licenses = licenses, .count = 3,
                                                                          .signer = &issued->issuer}), DRM_S_OK);

    assert_int_equal(send_message(issued, 1, "<META><UID>Carol</UID></META>"), DRM_E_LICENSE_NOT_FOUND);
    snprintf(others, sizeof(others), "<LID>%s</LID><META><UID>Bob</UID></META>", number_key_id_text(11));
    assert_int_equal(send_message(issued, 1, others), DRM_E_LICENSE_NOT_FOUND);
    snprintf(others, sizeof(others), "<LID>%s</LID><META><UID>Alice</UID></META>", number_key_id_text(11));
    assert_int_equal(send_message(issued, 1, others), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 2);

    assert_int_equal(drm_base64_write(drm_span(key.public_key, sizeof(key.public_key)), &modulus), DRM_S_OK);
    snprintf(others, sizeof(others), "<META><LGPUBKEY><PublicKey><Modulus>%.*s</Modulus><Exponent>AQAB</Exponent>"
             "</PublicKey></LGPUBKEY></META>", (int)modulus.size, (const char *)modulus.data);
    assert_int_equal(send_message(issued, 1, others), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 1);
    assert_int_equal(send_message(issued, 1, ""), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    drm_buffer_free(&modulus);
    free(licenses);
}

static void message__what_is_none_is_refused(void **state)
{
    static const char *const texts[] = {"", "x", "<response/>", "<response type=\"LRB\"></response>"};
    struct issued *issued = *state;

    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(drm_client_process_deletion_message(issued->client, drm_span(texts[i], strlen(texts[i]))),
                         DRM_E_LICENSE_DELETION_ERROR);
    assert_int_equal(send_message(issued, 1, "<LID></LID>"), DRM_E_LICENSE_DELETION_ERROR);
    assert_int_equal(drm_client_process_deletion_message(issued->client, drm_span(NULL, 0)),
                     DRM_E_LICENSE_DELETION_ERROR);
}

/* --- by the issuer ------------------------------------------------------------------------------------------ */

struct removing
{
    struct issued *issued;
    struct test_key key;      /* that the licences name */
    struct drm_removal removal;
};

/* Licences of Alice's: key id 1 and 2; of Bob's: 3; of nobody that anybody may revoke: 4; of another key: 5. */
static void removing_begin(struct removing *removing, struct issued *issued)
{
    static const char *const rights[] = {"Play; user=Alice", "Play; user=Alice", "Play; user=Bob",
                                         "Play; user=Alice; revocable=no", "Play; user=Alice"};
    struct drm_license *licenses = calloc(COUNT(rights), sizeof(*licenses));
    struct test_key another = test_key("another that revokes");

    assert_non_null(licenses);
    *removing = (struct removing){.issued = issued, .key = test_key("who revokes")};
    for (uint32_t i = 0; i < COUNT(rights); i++)
    {
        issue_license(&licenses[i], 100 + i, 1 + i, rights[i]);
        licenses[i].has_revocation_key = i != 3;
        if (i != 3)
            memcpy(licenses[i].revocation_key, i == 4 ? another.public_key : removing->key.public_key,
                   DRM_SIGN_PUBLIC_SIZE);
    }
    assert_int_equal(store_order(issued->client, &(struct response_order){.licenses = licenses,
                                                                          .count = COUNT(rights),
                                                                          .signer = &issued->issuer}), DRM_S_OK);
    free(licenses);
}

/* A challenge of the machine, and the beginning of its response. */
static void challenge(struct removing *removing)
{
    struct issued *issued = removing->issued;
    struct drm_removal_challenge read;
    struct drm_buffer out = {0};

    assert_int_equal(drm_client_make_removal_challenge(issued->client, drm_span("my machine", 10),
                                                       drm_span("Alice", 5), &out), DRM_S_OK);
    assert_int_equal(drm_removal_challenge_read(drm_buffer_span(&out), issued->issuer.root.key.public_key, TEST_NOW,
                                                &read), DRM_S_OK);
    assert_true(drm_span_equal(read.caller_machine_id, drm_span("my machine", 10)));
    assert_true(drm_span_equal(read.caller_data, drm_span("Alice", 5)));
    removing->removal = (struct drm_removal){.user_id = drm_span(NULL, 0)};
    memcpy(removing->removal.transaction, read.transaction, DRM_ID_SIZE);
    memcpy(removing->removal.machine_id, read.machine_id, DRM_ID_SIZE);
    memcpy(removing->removal.revocation_key, removing->key.public_key, DRM_SIGN_PUBLIC_SIZE);
    drm_buffer_free(&out);
}

/* Signs the response and hands it over, as a program that takes the receipt; *gone gets how many licences it names. */
static drm_result respond(struct removing *removing, size_t *gone)
{
    struct issued *issued = removing->issued;
    struct drm_removal_receipt receipt;
    struct drm_buffer response = {0}, out = {0};
    drm_result result;

    assert_int_equal(drm_removal_write(&removing->removal, removing->key.seed, &response), DRM_S_OK);
    result = drm_client_process_removal(issued->client, drm_buffer_span(&response), &out);
    if (DRM_SUCCEEDED(result))
    {
        assert_int_equal(drm_removal_receipt_read(drm_buffer_span(&out), issued->issuer.root.key.public_key, TEST_NOW,
                                                  &receipt), DRM_S_OK);
        assert_memory_equal(receipt.transaction, removing->removal.transaction, DRM_ID_SIZE);
        *gone = receipt.license_ids.size / DRM_ID_SIZE;
        assert_int_equal(drm_client_confirm_removal(issued->client, drm_buffer_span(&response)), DRM_S_OK);
    }
    else
        assert_int_equal(out.size, 0);
    drm_buffer_free(&response);
    drm_buffer_free(&out);
    return result;
}

static void removal__of_a_user_once(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    size_t gone = 0;

    removing_begin(&removing, issued);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 2);
    assert_int_equal(refusal(issued->client, 1, PLAY), GONE);
    assert_int_equal(refusal(issued->client, 2, PLAY), GONE);
    for (uint32_t key_id = 3; key_id <= 5; key_id++)
        assert_int_equal(refusal(issued->client, key_id, PLAY), DRM_ALLOWED);

    assert_int_equal(respond(&removing, &gone), DRM_E_EXPIRED_LICENSEBLOB);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    assert_int_equal(respond(&removing, &gone), DRM_S_OK); /* nothing left, and that is proved */
    assert_int_equal(gone, 0);
}

/* What an issuer took back does not return with an old response of its. */
static void removal__is_remembered(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    struct drm_license *license = calloc(1, sizeof(*license));
    struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};
    struct drm_buffer text = {0};
    size_t gone = 0;

    assert_non_null(license);
    removing = (struct removing){.issued = issued, .key = test_key("who revokes")};
    issue_license(license, 1, 1, "Play; user=Alice");
    license->has_revocation_key = true;
    memcpy(license->revocation_key, removing.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    make_response(&order, &text);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 1);
    for (int i = 0; i < 2; i++)
    {
        assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)),
                         DRM_E_STORE_NOT_ALL_STORED);
        assert_int_equal(refusal(issued->client, 1, PLAY), GONE);
        issued_reopen(issued, 1);
    }
    drm_buffer_free(&text);
    free(license);
}

static void removal__of_key_ids(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    uint8_t key_ids[4][DRM_KEY_ID_SIZE];
    size_t gone = 0;

    removing_begin(&removing, issued);
    challenge(&removing);
    number_key_id(2, key_ids[0]);
    number_key_id(3, key_ids[1]);
    number_key_id(2, key_ids[2]);
    number_key_id(4, key_ids[3]); /* not revocable */
    removing.removal.key_ids = drm_span(key_ids, sizeof(key_ids));
    removing.removal.user_id = drm_span("Alice", 5);
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 1); /* both must fit */
    assert_int_equal(refusal(issued->client, 3, PLAY), DRM_ALLOWED);
    challenge(&removing);
    removing.removal.key_ids = drm_span(key_ids, sizeof(key_ids));
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 1);
    assert_int_equal(refusal(issued->client, 3, PLAY), GONE);
    assert_int_equal(count_licenses(issued->client, 0), 3);
}

static void removal__of_another_signer_removes_nothing_of_ours(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    struct test_key foreign = test_key("a foreign signer");
    struct drm_buffer response = {0}, receipt = {0};
    size_t gone = 9;

    removing_begin(&removing, issued);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    /* Names our key and signs with its own. */
    assert_int_equal(drm_removal_write(&removing.removal, removing.key.seed, &response), DRM_S_OK);
    response.data[response.size - 1] ^= 1;
    assert_int_equal(drm_client_process_removal(issued->client, drm_buffer_span(&response), &receipt),
                     DRM_E_SIGNATURE_FAILURE);
    /* Signs for itself: no licence names it. */
    removing.key = foreign;
    memcpy(removing.removal.revocation_key, foreign.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 0);
    assert_int_equal(count_licenses(issued->client, 0), 5);
    drm_buffer_free(&response);
}

static void removal__without_a_challenge_of_ours(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    size_t gone;

    removing_begin(&removing, issued);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    removing.removal.transaction[0] ^= 1;
    assert_int_equal(respond(&removing, &gone), DRM_E_EXPIRED_LICENSEBLOB);
    removing.removal.transaction[0] ^= 1;
    removing.removal.machine_id[0] ^= 1;
    assert_int_equal(respond(&removing, &gone), DRM_E_INVALID_MACHINE);
    removing.removal.machine_id[0] ^= 1;
    assert_int_equal(count_licenses(issued->client, 0), 5);
    issued_reopen(issued, 1); /* a challenge outlives the process */
    assert_int_equal(respond(&removing, &gone), DRM_S_OK);
    assert_int_equal(gone, 2);
}

/* The process ends between the removal and the program's getting the receipt: it is there for the next one. */
static void removal__receipt_outlives_the_process(void **state)
{
    struct removing removing;
    struct issued *issued = *state;
    struct drm_buffer response = {0}, first = {0}, again = {0};
    size_t gone = 0;

    removing_begin(&removing, issued);
    challenge(&removing);
    removing.removal.user_id = drm_span("Alice", 5);
    assert_int_equal(drm_removal_write(&removing.removal, removing.key.seed, &response), DRM_S_OK);
    assert_int_equal(drm_client_process_removal(issued->client, drm_buffer_span(&response), &first), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), GONE);
    issued->host.now += 1000; /* one that were made anew would differ */
    issued_reopen(issued, 1);
    for (int i = 0; i < 2; i++)
    {
        assert_int_equal(drm_buffer_append(&again, "before", 6), DRM_S_OK);
        assert_int_equal(drm_client_process_removal(issued->client, drm_buffer_span(&response), &again), DRM_S_OK);
        assert_int_equal(again.size, 6 + first.size);
        assert_memory_equal(again.data + 6, first.data, first.size);
        drm_buffer_free(&again);
    }
    assert_int_equal(count_licenses(issued->client, 0), 3);

    /* Another response to the same challenge is none, and neither is this one when the program has the receipt. */
    removing.removal.user_id = drm_span("Bob", 3);
    assert_int_equal(respond(&removing, &gone), DRM_E_EXPIRED_LICENSEBLOB);
    assert_int_equal(count_licenses(issued->client, 0), 3);
    assert_int_equal(drm_client_confirm_removal(issued->client, drm_buffer_span(&response)), DRM_S_OK);
    assert_int_equal(drm_client_process_removal(issued->client, drm_buffer_span(&response), &again),
                     DRM_E_EXPIRED_LICENSEBLOB);
    assert_int_equal(again.size, 0);
    assert_int_equal(drm_client_confirm_removal(issued->client, drm_buffer_span(&response)), DRM_S_OK);
    drm_buffer_free(&response);
    drm_buffer_free(&first);
    drm_buffer_free(&again);
}

static void removal__bad_input(void **state)
{
    struct issued *issued = *state;
    struct drm_buffer out = {0};
    uint8_t *large = calloc(1, DRM_REMOVAL_MAX_DATA + 1);

    assert_non_null(large);
    assert_int_equal(drm_client_make_removal_challenge(issued->client, drm_span(large, DRM_REMOVAL_MAX_DATA + 1),
                                                       drm_span(NULL, 0), &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_client_make_removal_challenge(issued->client, drm_span(NULL, 0),
                                                       drm_span(large, DRM_REMOVAL_MAX_DATA + 1), &out),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_client_process_removal(issued->client, drm_span(NULL, 0), &out), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(drm_client_process_removal(issued->client, drm_span(large, 1000), &out),
                     DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(out.size, 0);
    assert_int_equal(drm_client_make_removal_challenge(issued->client, drm_span(large, DRM_REMOVAL_MAX_DATA),
                                                       drm_span(NULL, 0), &out), DRM_S_OK);
    drm_buffer_free(&out);
    free(large);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int run_licenses_remove_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(delete__removes_from_both_stores),
        ROW(delete__what_is_gone_does_not_come_back),
        ROW(clean__purges_what_is_marked),
        ROW(clean__purges_what_expired_in_memory),
        ROW(clean__gives_room_back_after_questions),
        ROW(clean__can_be_cancelled),
        ROW(message__removes_imported_licences_alone),
        ROW(message__names_licence_user_and_key),
        ROW(message__what_is_none_is_refused),
        ROW(removal__of_a_user_once),
        ROW(removal__is_remembered),
        ROW(removal__of_key_ids),
        ROW(removal__of_another_signer_removes_nothing_of_ours),
        ROW(removal__without_a_challenge_of_ours),
        ROW(removal__receipt_outlives_the_process),
        ROW(removal__bad_input),
    };

    return cmocka_run_group_tests_name("licenses: removing", tests, NULL, NULL);
}
