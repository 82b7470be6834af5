/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store that another program holds: every change ends with DRM_E_BUSY after a bounded wait, or at once when it is
 * cancelled, has changed nothing, and succeeds when it is tried again. Questions wait for no writer.
 */
#include "engine/held_store.h"
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"

#include <stdio.h>

#include "engine/format/license_removal.h"

#define PLAY DRM_RIGHT_PLAY

/* Made before the store is held. */
struct prepared
{
    struct issued *issued;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct drm_buffer response, removal;
    unsigned int questions, cancel_at; /* of a task; cancel_at 0: never */
};

static drm_result run_store(struct prepared *prepared)
{
    return drm_client_store_response(prepared->issued->client, drm_buffer_span(&prepared->response));
}

static drm_result run_mark(struct prepared *prepared)
{
    return drm_client_delete_license(prepared->issued->client, prepared->key_id, true);
}

static drm_result run_delete(struct prepared *prepared)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];

    number_key_id(4, key_id);
    return drm_client_delete_license(prepared->issued->client, key_id, false);
}

static drm_result run_challenge(struct prepared *prepared)
{
    struct drm_buffer out = {0};
    drm_result result = drm_client_make_removal_challenge(prepared->issued->client, drm_span(NULL, 0),
                                                          drm_span(NULL, 0), &out);

    assert_true(DRM_SUCCEEDED(result) || !out.size);
    drm_buffer_free(&out);
    return result;
}

static drm_result run_removal(struct prepared *prepared)
{
    struct drm_buffer out = {0};
    drm_result result = drm_client_process_removal(prepared->issued->client, drm_buffer_span(&prepared->removal),
                                                   &out);

    assert_true(DRM_SUCCEEDED(result) || !out.size);
    drm_buffer_free(&out);
    return result;
}

static bool cancelled(void *context)
{
    struct prepared *prepared = context;

    return prepared->cancel_at && ++prepared->questions >= prepared->cancel_at;
}

static drm_result run_clean(struct prepared *prepared)
{
    const struct drm_task task = {.context = prepared, .cancelled = cancelled};

    prepared->questions = 0;
    return drm_client_clean_store(prepared->issued->client, &task);
}

/* A removal of whatever names the key, which is nothing. */
static void prepare_removal(struct prepared *prepared)
{
    const struct test_key key = test_key("who revokes");
    struct drm_removal removal = {.user_id = drm_span("Alice", 5)};
    struct drm_removal_challenge read;
    struct drm_buffer challenge = {0};

    assert_int_equal(drm_client_make_removal_challenge(prepared->issued->client, drm_span(NULL, 0), drm_span(NULL, 0),
                                                       &challenge), DRM_S_OK);
    assert_int_equal(drm_removal_challenge_read(drm_buffer_span(&challenge),
                                                prepared->issued->issuer.root.key.public_key, TEST_NOW, &read),
                     DRM_S_OK);
    memcpy(removal.transaction, read.transaction, DRM_ID_SIZE);
    memcpy(removal.machine_id, read.machine_id, DRM_ID_SIZE);
    memcpy(removal.revocation_key, key.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(drm_removal_write(&removal, key.seed, &prepared->removal), DRM_S_OK);
    drm_buffer_free(&challenge);
}

static void prepare(struct prepared *prepared, struct issued *issued)
{
    struct drm_license *license = calloc(1, sizeof(*license));
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};

    assert_non_null(license);
    memset(prepared, 0, sizeof(*prepared));
    prepared->issued = issued;
    number_key_id(1, prepared->key_id);
    give(issued, 1, "Play");
    give(issued, 3, "Play");
    give(issued, 4, "Play");
    issue_license(license, 2, 2, "Play");
    make_response(&order, &prepared->response);
    free(license);
    prepare_removal(prepared);
}

static const struct operation
{
    const char *name;
    drm_result (*run)(struct prepared *prepared);
} operations[] = {
    /* In an order in which each has something to do. */
    {"storing", run_store}, {"a challenge", run_challenge}, {"a removal", run_removal},
    {"marking", run_mark},  {"cleaning", run_clean},        {"deleting", run_delete},
};

static void held__changes_end_busy_and_change_nothing(void **state)
{
    struct issued *issued = *state;
    struct prepared prepared;

    prepare(&prepared, issued);
    for (size_t i = 0; i < COUNT(operations); i++)
    {
        const struct operation *operation = &operations[i];
        size_t before = count_licenses(issued->client, 0);
        drm_result result;
        unsigned int waits;

        held_store_begin(test_host_path(&issued->host, "store.db"), false);
        result = operation->run(&prepared);
        assert_int_equal(refusal(issued->client, 3, PLAY), DRM_ALLOWED); /* who only reads waits for nobody */
        waits = held_store_end();
        if (result != DRM_E_BUSY || waits < HELD_STORE_MANY)
            fail_msg("%s: 0x%08x after %u waits", operation->name, (unsigned int)result, waits);
        assert_int_equal(count_licenses(issued->client, 0), before);
        result = operation->run(&prepared);
        if (result != DRM_S_OK)
            fail_msg("%s, tried again: 0x%08x", operation->name, (unsigned int)result);
    }
    assert_int_equal(count_licenses(issued->client, 0), 2);
    drm_buffer_free(&prepared.response);
    drm_buffer_free(&prepared.removal);
}

static void held__a_cancel_ends_the_wait(void **state)
{
    struct issued *issued = *state;
    struct prepared prepared;
    drm_result result;

    prepare(&prepared, issued);
    assert_int_equal(run_mark(&prepared), DRM_S_OK);
    prepared.cancel_at = 20;
    held_store_begin(test_host_path(&issued->host, "store.db"), false);
    result = run_clean(&prepared);
    assert_true(held_store_end() < 100);
    assert_int_equal(result, DRM_E_OPERATION_CANCELED);
    assert_int_equal(count_licenses(issued->client, 1), 1);
    drm_buffer_free(&prepared.response);
    drm_buffer_free(&prepared.removal);
}

/* By a program that lets nobody even read: questions end, too, and the store is whole afterwards. */
static void held__wholly_everything_ends_busy(void **state)
{
    struct issued *issued = *state;
    enum drm_right right = PLAY;
    struct prepared prepared;
    uint32_t answer;

    prepare(&prepared, issued);
    drm_client_free(issued->client);
    issued->client = NULL;
    held_store_begin(test_host_path(&issued->host, "store.db"), true);
    issued_reopen(issued, 1);
    assert_int_equal(drm_client_query_actions(issued->client, prepared.key_id, NULL, &right, 1, &answer), DRM_E_BUSY);
    for (size_t i = 0; i < COUNT(operations); i++)
        assert_int_equal(operations[i].run(&prepared), DRM_E_BUSY);
    assert_true(held_store_end() > HELD_STORE_MANY);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    assert_int_equal(count_licenses(issued->client, 0), 3);
    for (size_t i = 0; i < COUNT(operations); i++)
        assert_int_equal(operations[i].run(&prepared), DRM_S_OK);
    drm_buffer_free(&prepared.response);
    drm_buffer_free(&prepared.removal);
}

int run_licenses_held_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(held__changes_end_busy_and_change_nothing, issued_setup, issued_teardown),
        cmocka_unit_test_setup_teardown(held__a_cancel_ends_the_wait, issued_setup, issued_teardown),
        cmocka_unit_test_setup_teardown(held__wholly_everything_ends_busy, issued_setup, issued_teardown),
    };

    return cmocka_run_group_tests_name("licenses: a held store", tests, NULL, NULL);
}
