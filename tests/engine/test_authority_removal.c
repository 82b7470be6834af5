/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority takes licences back: plans, answers, receipts. */
#include <stdio.h>

#include "engine/asking.h"
#include "engine/authority_license_tests.h"
#include "engine/format/license_removal.h"

/* A licence for each content for this user; the last one's revocation key. */
static struct drm_license get_license(struct fixture *fixture, struct machine *machine, int content, const char *user)
{
    struct drm_buffer request = {0}, text = {0};
    struct drm_license license;
    struct response response;
    struct asking asking;

    asking_begin(&asking, machine, content);
    asking_write(&asking, machine, &request);
    assert_int_equal(drm_authority_issue_licenses(fixture->authority, drm_buffer_span(&request), true, user, &text),
                     DRM_S_OK);
    response_read(fixture->authority, machine, drm_buffer_span(&text), NULL, &response);
    license = response.licenses[response.count - 1].license;
    response_free(&response);
    drm_buffer_free(&text);
    drm_buffer_free(&request);
    return license;
}

struct challenge
{
    struct drm_removal_challenge challenge;
    struct drm_buffer bytes;
};

static void challenge_write(struct challenge *challenge, const struct machine *machine, const char *data)
{
    memset(challenge, 0, sizeof(*challenge));
    drm_random(challenge->challenge.transaction, DRM_ID_SIZE);
    memcpy(challenge->challenge.machine_id, machine->id, DRM_ID_SIZE);
    challenge->challenge.caller_machine_id = drm_span("machine 7", 9);
    challenge->challenge.caller_data = drm_span(data, strlen(data));
    assert_int_equal(drm_removal_challenge_write(&challenge->challenge, machine->seed,
                                                 drm_buffer_span(&machine->chain), &challenge->bytes),
                     DRM_S_OK);
}

/* An answer, read and checked as far as every machine can. Spans point into bytes. */
struct answer
{
    struct drm_removal removal;
    struct drm_buffer bytes;
};

static drm_result answer_to(struct fixture *fixture, const struct challenge *challenge, struct answer *out)
{
    drm_result result;

    memset(out, 0, sizeof(*out));
    result = drm_authority_answer_removal(fixture->authority, drm_buffer_span(&challenge->bytes), &out->bytes);
    if (DRM_FAILED(result))
    {
        assert_int_equal(out->bytes.size, 0);
        return result;
    }
    assert_int_equal(drm_removal_read(drm_buffer_span(&out->bytes), &out->removal), DRM_S_OK);
    assert_memory_equal(out->removal.transaction, challenge->challenge.transaction, DRM_ID_SIZE);
    assert_memory_equal(out->removal.machine_id, challenge->challenge.machine_id, DRM_ID_SIZE);
    return result;
}

/* Challenge and answer in one; the transaction, for the receipt. */
static drm_result challenge_and_answer(struct fixture *fixture, const struct machine *machine, const char *data,
                                       struct answer *out)
{
    struct challenge challenge;
    drm_result result;

    challenge_write(&challenge, machine, data);
    result = answer_to(fixture, &challenge, out);
    drm_buffer_free(&challenge.bytes);
    return result;
}

static drm_result send_receipt(struct fixture *fixture, const struct machine *machine, const struct answer *answer)
{
    struct drm_removal_receipt receipt = {.time = TEST_HOST_NOW};
    struct drm_buffer bytes = {0};
    drm_result result;

    memcpy(receipt.transaction, answer->removal.transaction, DRM_ID_SIZE);
    memcpy(receipt.machine_id, machine->id, DRM_ID_SIZE);
    assert_int_equal(drm_removal_receipt_write(&receipt, machine->seed, drm_buffer_span(&machine->chain), &bytes),
                     DRM_S_OK);
    result = drm_authority_record_removal(fixture->authority, drm_buffer_span(&bytes));
    drm_buffer_free(&bytes);
    return result;
}

static void answer_free(struct answer *answer)
{
    drm_buffer_free(&answer->bytes);
    memset(answer, 0, sizeof(*answer));
}

static bool names(const struct answer *answer, uint8_t content)
{
    struct key_id id = key_id(content);

    for (size_t i = 0; i + DRM_KEY_ID_SIZE <= answer->removal.key_ids.size; i += DRM_KEY_ID_SIZE)
        if (!memcmp(answer->removal.key_ids.data + i, id.bytes, DRM_KEY_ID_SIZE))
            return true;
    return false;
}

struct removed
{
    size_t all, gone;
    int64_t when;
};

static drm_result count_removed(void *context, const struct drm_issued_license *license)
{
    struct removed *removed = context;

    removed->all++;
    removed->gone += license->removed != 0;
    if (license->removed)
        removed->when = license->removed;
    return DRM_S_OK;
}

static size_t gone(struct fixture *fixture, const uint8_t *machine_id)
{
    struct removed removed = {.all = 0};

    assert_int_equal(drm_authority_each_license(fixture->authority, NULL, machine_id, count_removed, &removed),
                     DRM_S_OK);
    if (removed.gone)
        assert_true(removed.when == TEST_HOST_NOW);
    return removed.gone;
}

struct removal_state
{
    struct fixture *fixture;
    struct machine machine, other;
};

static void begin(struct removal_state *removal, void **state)
{
    removal->fixture = *state;
    for (uint8_t content = 1; content <= 3; content++)
        assert_int_equal(add_content(removal->fixture->authority, content, "Play"), DRM_S_OK);
    assert_int_equal(add_content(removal->fixture->authority, 4, "Play; revocable=no"), DRM_S_OK);
    machine_begin(removal->fixture->authority, &removal->machine);
    machine_begin(removal->fixture->authority, &removal->other);
}

static void end(struct removal_state *removal)
{
    machine_free(&removal->machine);
    machine_free(&removal->other);
}

/* --- plans ------------------------------------------------------------------------------------------------ */

static void removal__planned_licence_goes(void **state)
{
    struct removal_state removal;
    const struct key_id one = key_id(1);
    struct drm_license license;
    struct answer answer;

    begin(&removal, state);
    license = get_license(removal.fixture, &removal.machine, 1, NULL);
    get_license(removal.fixture, &removal.machine, 2, NULL);
    get_license(removal.fixture, &removal.other, 1, NULL);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(drm_authority_plan_removal(removal.fixture->authority, removal.machine.id, one.bytes, NULL),
                     DRM_S_OK);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.other, "", &answer), DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_S_OK);
    /* Signed by the key that the licence names. */
    assert_memory_equal(answer.removal.revocation_key, license.revocation_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(answer.removal.key_ids.size, DRM_KEY_ID_SIZE);
    assert_true(names(&answer, 1));
    assert_int_equal(answer.removal.user_id.size, 0);
    assert_int_equal(gone(removal.fixture, NULL), 0);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    assert_int_equal(gone(removal.fixture, removal.machine.id), 1);
    assert_int_equal(gone(removal.fixture, removal.other.id), 0);
    answer_free(&answer);
    /* It has happened. */
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_E_UNABLE_TO_ACQUIRE);
    end(&removal);
}

static void removal__plan_for_every_machine_and_for_a_user(void **state)
{
    struct removal_state removal;
    const struct key_id one = key_id(1);
    struct answer answer;

    begin(&removal, state);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    get_license(removal.fixture, &removal.machine, 2, "alice");
    get_license(removal.fixture, &removal.machine, 3, "bob");
    get_license(removal.fixture, &removal.other, 1, "bob");
    assert_int_equal(drm_authority_plan_removal(removal.fixture->authority, NULL, one.bytes, ""), DRM_S_OK);
    assert_int_equal(drm_authority_plan_removal(removal.fixture->authority, NULL, NULL, "alice"), DRM_S_OK);

    assert_int_equal(challenge_and_answer(removal.fixture, &removal.other, "anything", &answer), DRM_S_OK);
    assert_true(names(&answer, 1));
    assert_int_equal(send_receipt(removal.fixture, &removal.other, &answer), DRM_S_OK);
    answer_free(&answer);

    /* Bob's challenge is not answered with Alice's licences, but with what is planned for whomever. */
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "bob", &answer), DRM_S_OK);
    assert_int_equal(answer.removal.key_ids.size, DRM_KEY_ID_SIZE);
    assert_true(names(&answer, 1));
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    answer_free(&answer);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_S_OK);
    assert_int_equal(answer.removal.key_ids.size, DRM_KEY_ID_SIZE);
    assert_true(names(&answer, 2));
    assert_memory_equal(answer.removal.user_id.data, "alice", 5);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    answer_free(&answer);
    assert_int_equal(gone(removal.fixture, removal.machine.id), 2);
    assert_int_equal(gone(removal.fixture, NULL), 3);
    end(&removal);
}

/* A plan means what there is: who acquires again afterwards keeps it. */
static void removal__licences_of_later_stay(void **state)
{
    struct removal_state removal;
    const struct key_id one = key_id(1);
    struct answer answer;

    begin(&removal, state);
    get_license(removal.fixture, &removal.machine, 1, NULL);
    assert_int_equal(drm_authority_plan_removal(removal.fixture->authority, NULL, one.bytes, NULL), DRM_S_OK);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_S_OK);
    get_license(removal.fixture, &removal.machine, 1, NULL);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    answer_free(&answer);
    assert_int_equal(gone(removal.fixture, removal.machine.id), 1);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "", &answer), DRM_E_UNABLE_TO_ACQUIRE);
    end(&removal);
}

static void removal__plans_that_mean_nothing(void **state)
{
    struct removal_state removal;
    const struct key_id one = key_id(1), four = key_id(4);
    struct drm_authority *authority;

    begin(&removal, state);
    authority = removal.fixture->authority;
    assert_int_equal(drm_authority_plan_removal(authority, NULL, NULL, NULL), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_plan_removal(authority, NULL, NULL, "a\n"), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_plan_removal(authority, NULL, one.bytes, NULL), DRM_E_NOT_FOUND);
    get_license(removal.fixture, &removal.machine, 4, NULL);
    /* Its licence names nobody who may revoke it. */
    assert_int_equal(drm_authority_plan_removal(authority, removal.machine.id, four.bytes, NULL), DRM_E_NOT_FOUND);
    end(&removal);
}

/* --- users ------------------------------------------------------------------------------------------------ */

static void removal__user_gives_back_what_is_the_users(void **state)
{
    struct removal_state removal;
    struct answer answer;

    begin(&removal, state);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    get_license(removal.fixture, &removal.machine, 2, "alice");
    get_license(removal.fixture, &removal.machine, 3, "bob");
    get_license(removal.fixture, &removal.machine, 4, "alice");
    get_license(removal.fixture, &removal.other, 1, "alice");
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "carol", &answer),
                     DRM_E_UNABLE_TO_ACQUIRE);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "alice", &answer), DRM_S_OK);
    assert_int_equal(answer.removal.key_ids.size, 0);
    assert_int_equal(answer.removal.user_id.size, 5);
    assert_memory_equal(answer.removal.user_id.data, "alice", 5);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    assert_int_equal(gone(removal.fixture, removal.machine.id), 2);
    assert_int_equal(gone(removal.fixture, removal.other.id), 0);
    answer_free(&answer);
    end(&removal);
}

static void removal__limit_for_a_machine_counts_what_is_there(void **state)
{
    struct removal_state removal;
    struct drm_content_item item = make_item(1, "Play");
    struct drm_buffer text = {0};
    struct answer answer;

    begin(&removal, state);
    item.per_machine = 1;
    assert_int_equal(drm_authority_add_content(removal.fixture->authority, &item, NULL), DRM_S_OK);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    assert_int_equal(ask(removal.fixture->authority, &removal.machine, 1, &text), DRM_E_NO_RIGHTS);
    assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "alice", &answer), DRM_S_OK);
    assert_int_equal(ask(removal.fixture->authority, &removal.machine, 1, &text), DRM_E_NO_RIGHTS);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    assert_int_equal(ask(removal.fixture->authority, &removal.machine, 1, &text), DRM_S_OK);
    answer_free(&answer);
    drm_buffer_free(&text);
    end(&removal);
}

/* A licence that is given back may be used up: it makes room for none. */
static void removal__limit_for_a_machine_counts_what_runs_out(void **state)
{
    static const char *const rights[] = {"Play(count=3)", "Play(hours=48)", "Copy; Play(count=1)"};
    struct removal_state removal;
    struct drm_buffer text = {0};
    struct answer answer;

    begin(&removal, state);
    for (uint8_t i = 0; i < COUNT(rights); i++)
    {
        struct drm_content_item item = make_item((uint8_t)(i + 1), rights[i]);

        item.per_machine = 1;
        assert_int_equal(drm_authority_add_content(removal.fixture->authority, &item, NULL), DRM_S_OK);
        get_license(removal.fixture, &removal.machine, (uint8_t)(i + 1), "alice");
        assert_int_equal(challenge_and_answer(removal.fixture, &removal.machine, "alice", &answer), DRM_S_OK);
        assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
        assert_int_equal(gone(removal.fixture, removal.machine.id), i + 1);
        assert_int_equal(ask(removal.fixture->authority, &removal.machine, (uint8_t)(i + 1), &text),
                         DRM_E_NO_RIGHTS);
        answer_free(&answer);
    }
    drm_buffer_free(&text);
    end(&removal);
}

/* --- replays and forgeries -------------------------------------------------------------------------------- */

static void removal__nothing_is_taken_twice(void **state)
{
    struct removal_state removal;
    struct challenge challenge;
    struct answer answer, again;

    begin(&removal, state);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    challenge_write(&challenge, &removal.machine, "alice");
    assert_int_equal(answer_to(removal.fixture, &challenge, &answer), DRM_S_OK);
    assert_int_equal(answer_to(removal.fixture, &challenge, &again), DRM_E_EXPIRED_LICENSEBLOB);
    authority_reopen(removal.fixture);
    assert_int_equal(answer_to(removal.fixture, &challenge, &again), DRM_E_EXPIRED_LICENSEBLOB);
    assert_int_equal(send_receipt(removal.fixture, &removal.other, &answer), DRM_E_BAD_REQUEST);
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_S_OK);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_E_EXPIRED_LICENSEBLOB);
    assert_int_equal(gone(removal.fixture, removal.machine.id), 1);
    answer.removal.transaction[0] ^= 1;
    assert_int_equal(send_receipt(removal.fixture, &removal.machine, &answer), DRM_E_BAD_REQUEST);
    drm_buffer_free(&challenge.bytes);
    answer_free(&answer);
    end(&removal);
}

static void removal__challenges_of_others_and_spoilt_ones(void **state)
{
    struct removal_state removal;
    struct challenge challenge;
    struct answer answer;
    struct machine mixed;
    uint64_t seed = 5;

    begin(&removal, state);
    get_license(removal.fixture, &removal.machine, 1, "alice");
    /* Another machine's key over this machine's id. */
    mixed = removal.machine;
    memcpy(mixed.seed, removal.other.seed, sizeof(mixed.seed));
    challenge_write(&challenge, &mixed, "alice");
    assert_int_equal(answer_to(removal.fixture, &challenge, &answer), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&challenge.bytes);
    challenge_write(&challenge, &removal.machine, "alice");
    for (unsigned int round = 0; round < 300; round++)
    {
        size_t size = round % 2 ? challenge.bytes.size : next_number(&seed) % challenge.bytes.size;
        uint8_t *copy = exact_copy(challenge.bytes.data, size);
        struct drm_buffer out = {0};

        if (round % 2)
            copy[next_number(&seed) % size] ^= (uint8_t)(1 + next_number(&seed) % 255);
        assert_true(DRM_FAILED(drm_authority_answer_removal(removal.fixture->authority, drm_span(copy, size), &out)));
        assert_true(DRM_FAILED(drm_authority_record_removal(removal.fixture->authority, drm_span(copy, size))));
        assert_int_equal(out.size, 0);
        free(copy);
    }
    assert_int_equal(answer_to(removal.fixture, &challenge, &answer), DRM_S_OK);
    drm_buffer_free(&challenge.bytes);
    answer_free(&answer);
    end(&removal);
}

int run_authority_removal_tests(void)
{
    const struct CMUnitTest tests[] = {
        AUTHORITY_TEST(removal__planned_licence_goes),
        AUTHORITY_TEST(removal__plan_for_every_machine_and_for_a_user),
        AUTHORITY_TEST(removal__licences_of_later_stay),
        AUTHORITY_TEST(removal__plans_that_mean_nothing),
        AUTHORITY_TEST(removal__user_gives_back_what_is_the_users),
        AUTHORITY_TEST(removal__limit_for_a_machine_counts_what_is_there),
        AUTHORITY_TEST(removal__limit_for_a_machine_counts_what_runs_out),
        AUTHORITY_TEST(removal__nothing_is_taken_twice),
        AUTHORITY_TEST(removal__challenges_of_others_and_spoilt_ones),
    };

    return cmocka_run_group_tests_name("removal", tests, NULL, NULL);
}
