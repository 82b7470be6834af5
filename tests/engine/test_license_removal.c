/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remote revocation of licences: challenge, response, acknowledgement. */
#include "engine/check.h"
#include "engine/format/license_removal.h"
#include "support/mutation.h"
#include "support/test_license.h"

/* Tags of the three bodies (docs/formats.md). */
enum
{
    TRANSACTION = 0x8001, MACHINE_ID,
    CALLER_MACHINE_ID = 0x8003, CALLER_DATA,
    REVOCATION_KEY = 0x8003, KEY_IDS, USER_ID,
    TIME = 0x8003, LICENSE_IDS,
};

static struct test_authority authority, other;
static struct test_key revocation, another;
static uint8_t ids[(DRM_REMOVAL_MAX_LICENSES + 1) * DRM_ID_SIZE], bytes[DRM_REMOVAL_MAX_DATA + 1];

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    revocation = test_key("revocation of licenses");
    another = test_key("another");
    memset(ids, 0x77, sizeof(ids));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

/* --- the three objects ---------------------------------------------------------------------------------------- */

static struct drm_removal_challenge new_challenge(void)
{
    struct drm_removal_challenge challenge = {.caller_machine_id = drm_span("PC-17", 5),
                                              .caller_data = drm_span("user@example.org", 16)};

    test_bytes("transaction", challenge.transaction, DRM_ID_SIZE);
    memcpy(challenge.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    return challenge;
}

static struct drm_removal new_removal(void)
{
    struct drm_removal removal = {.key_ids = drm_span(ids, 3 * DRM_KEY_ID_SIZE),
                                  .user_id = drm_span("user@example.org", 16)};

    test_bytes("transaction", removal.transaction, DRM_ID_SIZE);
    memcpy(removal.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    memcpy(removal.revocation_key, revocation.public_key, DRM_SIGN_PUBLIC_SIZE);
    return removal;
}

static struct drm_removal_receipt new_receipt(void)
{
    struct drm_removal_receipt receipt = {.time = TEST_NOW, .license_ids = drm_span(ids, 2 * DRM_ID_SIZE)};

    test_bytes("transaction", receipt.transaction, DRM_ID_SIZE);
    memcpy(receipt.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    return receipt;
}

/* What the tests of all three do with one of them. */
struct kind
{
    enum drm_object_type type;
    drm_result unreadable;
    bool by_machine;            /* signed by its identity, with its chain */
    uint16_t last_tag;
};

static const struct kind challenge_kind = {DRM_OBJECT_REMOVAL_CHALLENGE, DRM_E_BAD_REQUEST, true, CALLER_DATA};
static const struct kind removal_kind = {DRM_OBJECT_REMOVAL, DRM_E_INVALID_LICENSEBLOB, false, USER_ID};
static const struct kind receipt_kind = {DRM_OBJECT_REMOVAL_RECEIPT, DRM_E_BAD_REQUEST, true, LICENSE_IDS};
static const struct kind *const kinds[] = {&challenge_kind, &removal_kind, &receipt_kind};

static drm_result read_at(const struct kind *kind, struct drm_span data, int64_t now)
{
    const uint8_t *anchor = authority.root.key.public_key;
    struct drm_removal_challenge challenge;
    struct drm_removal_receipt receipt;
    struct drm_removal removal;

    if (kind == &challenge_kind)
        return drm_removal_challenge_read(data, anchor, now, &challenge);
    if (kind == &receipt_kind)
        return drm_removal_receipt_read(data, anchor, now, &receipt);
    return drm_removal_read(data, &removal);
}

static drm_result read_span(const struct kind *kind, struct drm_span data)
{
    return read_at(kind, data, TEST_NOW);
}

static struct drm_buffer write_good(const struct kind *kind, const struct test_signer *machine)
{
    const struct drm_removal_challenge challenge = new_challenge();
    const struct drm_removal_receipt receipt = new_receipt();
    const struct drm_span chain = drm_buffer_span(&machine->chain);
    const struct drm_removal removal = new_removal();
    struct drm_buffer out = {0};

    if (kind == &challenge_kind)
        assert_int_equal(drm_removal_challenge_write(&challenge, machine->key.seed, chain, &out), DRM_S_OK);
    else if (kind == &receipt_kind)
        assert_int_equal(drm_removal_receipt_write(&receipt, machine->key.seed, chain, &out), DRM_S_OK);
    else
        assert_int_equal(drm_removal_write(&removal, revocation.seed, &out), DRM_S_OK);
    return out;
}

static struct drm_span body_of(const struct kind *kind, const struct drm_buffer *encoded)
{
    struct drm_signed_object object;

    assert_int_equal(drm_signed_object_read(drm_buffer_span(encoded), kind->type, &object), DRM_S_OK);
    return object.body;
}

/* What is said of this body, signed as it should be. */
static drm_result read_edited(const struct kind *kind, enum test_edit edit, uint16_t tag, const void *data, size_t size)
{
    const uint8_t *seed = kind->by_machine ? authority.machine.key.seed : revocation.seed;
    const struct drm_span chain = kind->by_machine ? drm_buffer_span(&authority.machine.chain) : drm_span(NULL, 0);
    struct drm_buffer encoded = write_good(kind, &authority.machine), body = {0}, edited = {0};
    drm_result result;

    test_edit(body_of(kind, &encoded), edit, tag, drm_span(data, size), &body);
    assert_int_equal(drm_signed_object_write(kind->type, drm_buffer_span(&body), seed, chain, &edited), DRM_S_OK);
    result = read_span(kind, drm_buffer_span(&edited));
    drm_buffer_free(&edited);
    drm_buffer_free(&body);
    drm_buffer_free(&encoded);
    return result;
}

/* --- fields --------------------------------------------------------------------------------------------------- */

static void removal_challenge__every_field_comes_back(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    struct drm_removal_challenge written[3] = {new_challenge(), new_challenge(), new_challenge()}, read;
    (void)state;

    written[1].caller_machine_id = written[1].caller_data = drm_span(NULL, 0);
    written[2].caller_machine_id = written[2].caller_data = drm_span(bytes, DRM_REMOVAL_MAX_DATA);
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer out = {0};

        assert_int_equal(drm_removal_challenge_write(&written[i], authority.machine.key.seed, chain, &out), DRM_S_OK);
        assert_int_equal(drm_removal_challenge_read(drm_buffer_span(&out), authority.root.key.public_key, TEST_NOW,
                                                    &read), DRM_S_OK);
        assert_memory_equal(read.transaction, written[i].transaction, DRM_ID_SIZE);
        assert_memory_equal(read.machine_id, written[i].machine_id, DRM_ID_SIZE);
        assert_true(drm_span_equal(read.caller_machine_id, written[i].caller_machine_id));
        assert_true(drm_span_equal(read.caller_data, written[i].caller_data));
        drm_buffer_free(&out);
    }
}

static void removal__every_field_comes_back(void **state)
{
    struct drm_removal written[4] = {new_removal(), new_removal(), new_removal(), new_removal()}, read;
    (void)state;

    written[1].key_ids = drm_span(NULL, 0);
    written[2].user_id = drm_span(NULL, 0);
    written[3].key_ids = drm_span(ids, DRM_REMOVAL_MAX_KEYS * DRM_KEY_ID_SIZE);
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer out = {0};

        assert_int_equal(drm_removal_write(&written[i], revocation.seed, &out), DRM_S_OK);
        assert_int_equal(drm_removal_read(drm_buffer_span(&out), &read), DRM_S_OK);
        assert_memory_equal(read.transaction, written[i].transaction, DRM_ID_SIZE);
        assert_memory_equal(read.machine_id, written[i].machine_id, DRM_ID_SIZE);
        assert_memory_equal(read.revocation_key, revocation.public_key, DRM_SIGN_PUBLIC_SIZE);
        assert_true(drm_span_equal(read.key_ids, written[i].key_ids));
        assert_true(drm_span_equal(read.user_id, written[i].user_id));
        drm_buffer_free(&out);
    }
}

static void removal_receipt__every_field_comes_back(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    struct drm_removal_receipt written[3] = {new_receipt(), new_receipt(), new_receipt()}, read;
    (void)state;

    written[1].license_ids = drm_span(NULL, 0);
    written[1].time = 0;
    written[2].license_ids = drm_span(ids, DRM_REMOVAL_MAX_LICENSES * DRM_ID_SIZE);
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer out = {0};

        assert_int_equal(drm_removal_receipt_write(&written[i], authority.machine.key.seed, chain, &out), DRM_S_OK);
        assert_int_equal(drm_removal_receipt_read(drm_buffer_span(&out), authority.root.key.public_key, TEST_NOW,
                                                  &read), DRM_S_OK);
        assert_memory_equal(read.transaction, written[i].transaction, DRM_ID_SIZE);
        assert_memory_equal(read.machine_id, written[i].machine_id, DRM_ID_SIZE);
        assert_true(read.time == written[i].time);
        assert_true(drm_span_equal(read.license_ids, written[i].license_ids));
        drm_buffer_free(&out);
    }
}

static void removal__writers_refuse_what_cannot_be(void **state)
{
    static const uint8_t zero[DRM_ID_SIZE];
    struct drm_removal_challenge challenges[4] = {new_challenge(), new_challenge(), new_challenge(), new_challenge()};
    struct drm_removal_receipt receipts[7];
    struct drm_removal removals[10];
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    const uint8_t *seed = authority.machine.key.seed;
    const drm_result bad = DRM_E_INVALID_ARGUMENT;
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    memset(challenges[0].transaction, 0, DRM_ID_SIZE);
    memset(challenges[1].machine_id, 0, DRM_ID_SIZE);
    challenges[2].caller_machine_id = drm_span(bytes, DRM_REMOVAL_MAX_DATA + 1);
    challenges[3].caller_data = drm_span(bytes, DRM_REMOVAL_MAX_DATA + 1);
    for (size_t i = 0; i < COUNT(challenges); i++)
        assert_int_equal(drm_removal_challenge_write(&challenges[i], seed, chain, &out), bad);

    for (size_t i = 0; i < COUNT(removals); i++)
        removals[i] = new_removal();
    memset(removals[n++].transaction, 0, DRM_ID_SIZE);
    memset(removals[n++].machine_id, 0, DRM_ID_SIZE);
    memcpy(removals[n++].revocation_key, another.public_key, DRM_SIGN_PUBLIC_SIZE); /* not the seed's */
    removals[n++].key_ids.size--;
    removals[n++].key_ids = drm_span(zero, DRM_ID_SIZE);
    removals[n++].key_ids = drm_span(ids, (DRM_REMOVAL_MAX_KEYS + 1) * DRM_KEY_ID_SIZE);
    removals[n++].user_id = drm_span(ids, DRM_LICENSE_TEXT_SIZE);
    removals[n++].user_id = drm_span("a\nb", 3);
    removals[n++].user_id = drm_span("\xff", 1);
    removals[n].key_ids = drm_span(NULL, 0);
    removals[n++].user_id = drm_span(NULL, 0);
    assert_int_equal(n, COUNT(removals));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drm_removal_write(&removals[i], revocation.seed, &out), bad);

    for (size_t i = 0; i < COUNT(receipts); i++)
        receipts[i] = new_receipt();
    memset(receipts[0].transaction, 0, DRM_ID_SIZE);
    memset(receipts[1].machine_id, 0, DRM_ID_SIZE);
    receipts[2].time = -1;
    receipts[3].time = DRM_TIME_MAX + 1;
    receipts[4].license_ids.size--;
    receipts[5].license_ids = drm_span(zero, DRM_ID_SIZE);
    receipts[6].license_ids = drm_span(ids, sizeof(ids));
    for (size_t i = 0; i < COUNT(receipts); i++)
        assert_int_equal(drm_removal_receipt_write(&receipts[i], seed, chain, &out), bad);

    challenges[0] = new_challenge();
    receipts[0] = new_receipt();
    assert_int_equal(drm_removal_challenge_write(&challenges[0], seed, drm_span(NULL, 0), &out), bad);
    assert_int_equal(drm_removal_receipt_write(&receipts[0], seed, drm_span(NULL, 0), &out), bad);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

static void removal__values_out_of_range_are_refused(void **state)
{
    static const uint8_t zero[16], later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    (void)state;

    for (size_t i = 0; i < COUNT(kinds); i++)
    {
        const struct kind *kind = kinds[i];

        assert_int_equal(read_edited(kind, TEST_REPLACE, TRANSACTION, zero, 16), kind->unreadable);
        assert_int_equal(read_edited(kind, TEST_REPLACE, MACHINE_ID, zero, 16), kind->unreadable);
        assert_int_equal(read_edited(kind, TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
        assert_int_equal(read_edited(kind, TEST_INSERT, 0x8063, "later", 5), kind->unreadable);
        for (uint16_t tag = TRANSACTION; tag <= kind->last_tag; tag++)
        {
            assert_int_equal(read_edited(kind, TEST_REMOVE, tag, NULL, 0), kind->unreadable);
            assert_int_equal(read_edited(kind, TEST_REPEAT, tag, NULL, 0), kind->unreadable);
            assert_int_equal(read_edited(kind, TEST_RETAG, tag, NULL, 0), kind->unreadable);
        }
    }
    /* A machine speaks of itself alone. */
    assert_int_equal(read_edited(&challenge_kind, TEST_REPLACE, MACHINE_ID, other.machine.certificate.subject, 16),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(&receipt_kind, TEST_REPLACE, MACHINE_ID, other.machine.certificate.subject, 16),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(&challenge_kind, TEST_REPLACE, CALLER_DATA, bytes, DRM_REMOVAL_MAX_DATA + 1),
                     DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(&challenge_kind, TEST_REPLACE, CALLER_MACHINE_ID, bytes, DRM_REMOVAL_MAX_DATA + 1),
                     DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, REVOCATION_KEY, another.public_key, 32),
                     DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, REVOCATION_KEY, zero, 16), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, KEY_IDS, zero, 16), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, KEY_IDS, ids, 17), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, KEY_IDS, ids,
                                 (DRM_REMOVAL_MAX_KEYS + 1) * DRM_KEY_ID_SIZE), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, USER_ID, "a\nb", 3), DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&removal_kind, TEST_REPLACE, USER_ID, ids, DRM_LICENSE_TEXT_SIZE),
                     DRM_E_INVALID_LICENSEBLOB);
    assert_int_equal(read_edited(&receipt_kind, TEST_REPLACE, TIME, later, 8), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(&receipt_kind, TEST_REPLACE, LICENSE_IDS, zero, 16), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(&receipt_kind, TEST_REPLACE, LICENSE_IDS, ids, 15), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(&receipt_kind, TEST_REPLACE, LICENSE_IDS, ids, sizeof(ids)), DRM_E_BAD_REQUEST);
}

/* One that names neither key ids nor a user would mean every licence of the issuer. */
static void removal__of_nothing_in_particular_is_refused(void **state)
{
    struct drm_buffer encoded = write_good(&removal_kind, &authority.machine), once = {0}, twice = {0}, edited = {0};
    (void)state;

    test_edit(body_of(&removal_kind, &encoded), TEST_REPLACE, KEY_IDS, drm_span("", 0), &once);
    test_edit(drm_buffer_span(&once), TEST_REPLACE, USER_ID, drm_span("", 0), &twice);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_REMOVAL, drm_buffer_span(&twice), revocation.seed,
                                             drm_span(NULL, 0), &edited), DRM_S_OK);
    assert_int_equal(read_span(&removal_kind, drm_buffer_span(&edited)), DRM_E_INVALID_LICENSEBLOB);
    drm_buffer_free(&edited);
    drm_buffer_free(&twice);
    drm_buffer_free(&once);
    drm_buffer_free(&encoded);
}

/* --- signers -------------------------------------------------------------------------------------------------- */

/* The good one's body, signed by this key, with this chain, as this type. */
static drm_result read_signed(const struct kind *kind, enum drm_object_type type, const struct test_key *key,
                              struct drm_span chain)
{
    struct drm_buffer encoded = write_good(kind, &authority.machine), signed_anew = {0}, relabelled = {0};
    uint8_t label[4];
    drm_result result;

    assert_int_equal(drm_signed_object_write(type, body_of(kind, &encoded), key->seed, chain, &signed_anew), DRM_S_OK);
    drm_put_u32(label, kind->type);
    test_edit(drm_buffer_span(&signed_anew), TEST_REPLACE, 0x8001, drm_span(label, 4), &relabelled);
    result = read_span(kind, drm_buffer_span(&relabelled));
    drm_buffer_free(&relabelled);
    drm_buffer_free(&signed_anew);
    drm_buffer_free(&encoded);
    return result;
}

static void removal__wrong_signers_are_refused(void **state)
{
    const struct drm_span none = drm_span(NULL, 0), chain = drm_buffer_span(&authority.machine.chain),
                          other_chain = drm_buffer_span(&other.machine.chain),
                          issue_chain = drm_buffer_span(&authority.issue.chain);
    (void)state;

    for (size_t i = 0; i < COUNT(kinds); i++)
    {
        const struct kind *kind = kinds[i];
        const struct test_key *key = kind->by_machine ? &authority.machine.key : &revocation;

        /* The context, not the label, tells what was signed. */
        assert_int_equal(read_signed(kind, DRM_OBJECT_ANSWER, key, kind->by_machine ? chain : none),
                         DRM_E_SIGNATURE_FAILURE);
        assert_int_equal(read_span(kind, drm_buffer_span(&authority.issue.encoded)), kind->unreadable);
        if (!kind->by_machine)
            continue;
        assert_int_equal(read_signed(kind, kind->type, &another, chain), DRM_E_SIGNATURE_FAILURE);
        assert_int_equal(read_signed(kind, kind->type, &other.machine.key, other_chain), DRM_E_INVALID_CERTIFICATE);
        assert_int_equal(read_signed(kind, kind->type, &authority.issue.key, issue_chain), DRM_E_INVALID_CERTIFICATE);
        assert_int_equal(read_signed(kind, kind->type, key, none), kind->unreadable);
        assert_int_equal(read_signed(kind, kind->type, key, drm_span("junk", 4)), DRM_E_INVALID_CERTIFICATE);
    }
    assert_int_equal(read_signed(&removal_kind, DRM_OBJECT_REMOVAL, &another, none), DRM_E_SIGNATURE_FAILURE);
    /* The issuer's name is its key: a chain has nothing to say. */
    assert_int_equal(read_signed(&removal_kind, DRM_OBJECT_REMOVAL, &revocation, issue_chain),
                     DRM_E_INVALID_LICENSEBLOB);
}

static void removal__machines_must_be_valid_at_the_time(void **state)
{
    const struct kind *of_machine[] = {&challenge_kind, &receipt_kind};
    (void)state;

    for (size_t i = 0; i < COUNT(of_machine); i++)
    {
        struct drm_buffer encoded = write_good(of_machine[i], &authority.machine);
        const struct drm_span data = drm_buffer_span(&encoded);

        assert_int_equal(read_at(of_machine[i], data, TEST_NOW + TEST_DAY - 1), DRM_S_OK);
        assert_int_equal(read_at(of_machine[i], data, TEST_NOW + TEST_DAY), DRM_E_INVALID_CERTIFICATE);
        assert_int_equal(read_at(of_machine[i], data, 0), DRM_S_OK);
        drm_buffer_free(&encoded);
    }
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static bool accept(void *context, struct drm_span data)
{
    const struct kind *kind = context;
    const drm_result result = read_span(kind, data);

    if (DRM_FAILED(result))
        assert_true(result == kind->unreadable || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void removal__truncated_turned_or_mutated_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
    {
        struct drm_buffer encoded = write_good(kinds[i], &authority.machine);
        void *kind = (void *)kinds[i];

        test_every_truncation(drm_buffer_span(&encoded), accept, kind);
        test_appended_byte(drm_buffer_span(&encoded), accept, kind);
        test_every_bit(drm_buffer_span(&encoded), accept, kind);
        test_mutations(drm_buffer_span(&encoded), 0x4c52424c + i, 5000, accept, kind);
        drm_buffer_free(&encoded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removal_challenge__every_field_comes_back),
        cmocka_unit_test(removal__every_field_comes_back),
        cmocka_unit_test(removal_receipt__every_field_comes_back),
        cmocka_unit_test(removal__writers_refuse_what_cannot_be),
        cmocka_unit_test(removal__values_out_of_range_are_refused),
        cmocka_unit_test(removal__of_nothing_in_particular_is_refused),
        cmocka_unit_test(removal__wrong_signers_are_refused),
        cmocka_unit_test(removal__machines_must_be_valid_at_the_time),
        cmocka_unit_test(removal__truncated_turned_or_mutated_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
