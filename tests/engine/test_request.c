/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests of machines: fields, proof, identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/tlv.h"
#include "engine/format/request.h"
#include "support/mutation.h"
#include "support/test_authority.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Tags of a request, and of its body (docs/protocol.md). */
enum
{
    TYPE = 0x8001, BODY, PROOF, SIGNATURE, CHAIN,
};
enum
{
    KIND = 0x8001, NONCE, MACHINE_ID, INSTALLED, FORCED, LIST_VERSIONS, SIGN_KEY, ENCRYPT_KEY, COMPONENT_HASH, IDENTITY,
};

/* All ways to sign a request. */
enum shape
{
    FIRST,      /* an individualization of a machine without identity */
    AGAIN,      /* one of a machine that has one */
    REFRESH,    /* a refresh by an identity */
    ANONYMOUS,  /* a refresh by nobody */
    SHAPES,
};

static struct test_authority authority, other;
static struct test_key new_key;
static struct drm_buffer requests[SHAPES];

static struct drm_request new_request(enum shape shape)
{
    struct drm_request request = {
        .kind = shape == FIRST || shape == AGAIN ? DRM_REQUEST_INDIVIDUALIZE : DRM_REQUEST_REVOCATION,
        .installed = DRM_VERSION_BASE,
        .forced = shape == AGAIN,
        .list_versions = {1, 2, 3, 4, 5, DRM_REVOCATION_MAX_VERSION},
    };

    memset(request.nonce, 0x17, DRM_NONCE_SIZE);
    if (shape != ANONYMOUS)
        memcpy(request.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    if (request.kind == DRM_REQUEST_INDIVIDUALIZE)
    {
        memcpy(request.sign_key, new_key.public_key, DRM_SIGN_PUBLIC_SIZE);
        memset(request.encrypt_key, 0x18, DRM_X25519_SIZE);
        memset(request.component_hash, 0x19, DRM_SHA256_SIZE);
    }
    return request;
}

static drm_result write_request(const struct drm_request *request, enum shape shape, struct drm_buffer *out)
{
    const struct drm_request_signer old = test_request_signer(&authority.machine);
    const uint8_t *seed = shape == FIRST || shape == AGAIN ? new_key.seed : NULL;

    return drm_request_write(request, seed, shape == AGAIN || shape == REFRESH ? &old : NULL, out);
}

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    new_key = test_key("new");
    for (int shape = 0; shape < SHAPES; shape++)
    {
        const struct drm_request request = new_request((enum shape)shape);

        assert_int_equal(write_request(&request, (enum shape)shape, &requests[shape]), DRM_S_OK);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++)
        drm_buffer_free(&requests[shape]);
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

static drm_result read_span(struct drm_span data)
{
    struct drm_request request;
    struct drm_request_identity identity;

    return drm_request_read(data, authority.root.key.public_key, &request, &identity);
}

static drm_result read_buffer(const struct drm_buffer *data)
{
    return read_span(drm_buffer_span(data));
}

static void request__every_field_comes_back(void **state)
{
    (void)state;

    for (int shape = 0; shape < SHAPES; shape++)
    {
        const struct drm_request written = new_request((enum shape)shape);
        struct drm_request_identity identity;
        struct drm_request read;

        memset(&read, 0xee, sizeof(read));
        memset(&identity, 0xee, sizeof(identity));
        assert_true(requests[shape].size <= DRM_REQUEST_MAX_SIZE);
        assert_int_equal(drm_request_read(drm_buffer_span(&requests[shape]), authority.root.key.public_key, &read,
                                          &identity), DRM_S_OK);
        assert_int_equal(read.kind, written.kind);
        assert_memory_equal(read.nonce, written.nonce, DRM_NONCE_SIZE);
        assert_memory_equal(read.machine_id, written.machine_id, DRM_ID_SIZE);
        assert_int_equal(drm_version_compare(read.installed, written.installed), 0);
        assert_int_equal(read.forced, written.forced);
        assert_memory_equal(read.list_versions, written.list_versions, sizeof(read.list_versions));
        assert_memory_equal(read.sign_key, written.sign_key, DRM_SIGN_PUBLIC_SIZE);
        assert_memory_equal(read.encrypt_key, written.encrypt_key, DRM_X25519_SIZE);
        assert_memory_equal(read.component_hash, written.component_hash, DRM_SHA256_SIZE);
        assert_int_equal(identity.signed_by_identity, shape == AGAIN || shape == REFRESH);
        if (identity.signed_by_identity)
            assert_memory_equal(identity.certificate.id, authority.machine.certificate.id, DRM_SHA256_SIZE);
        else
            assert_int_equal(identity.certificate.roles, 0);
    }
}

static void request__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_request_signer foreign = test_request_signer(&other.machine);
    const struct drm_request_signer unreadable = {.seed = new_key.seed, .chain = drm_span("junk", 4)};
    struct drm_request request;
    struct drm_buffer out = {0};
    (void)state;

    for (int shape = 0; shape < SHAPES; shape++)
    {
        request = new_request((enum shape)shape);
        request.kind = (enum drm_request_kind)3;
        assert_int_equal(write_request(&request, (enum shape)shape, &out), DRM_E_INVALID_ARGUMENT);
        request = new_request((enum shape)shape);
        request.installed.major = DRM_VERSION_NUMBER_MAX + 1;
        assert_int_equal(write_request(&request, (enum shape)shape, &out), DRM_E_INVALID_ARGUMENT);
        request = new_request((enum shape)shape);
        request.list_versions[5]++;
        assert_int_equal(write_request(&request, (enum shape)shape, &out), DRM_E_INVALID_ARGUMENT);
        /* A machine id where nobody signs, none where somebody must. */
        request = new_request((enum shape)shape);
        if (shape == ANONYMOUS)
            request.machine_id[3] = 1;
        else
            memset(request.machine_id, 0, DRM_ID_SIZE);
        assert_int_equal(write_request(&request, (enum shape)shape, &out), DRM_E_INVALID_ARGUMENT);
    }
    request = new_request(REFRESH);
    request.forced = true;
    assert_int_equal(write_request(&request, REFRESH, &out), DRM_E_INVALID_ARGUMENT);
    request = new_request(REFRESH);
    assert_int_equal(write_request(&request, AGAIN, &out), DRM_E_INVALID_ARGUMENT);
    request = new_request(FIRST);
    assert_int_equal(write_request(&request, REFRESH, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_request_write(&request, new_key.seed, &foreign, &out), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(drm_request_write(&request, new_key.seed, &unreadable, &out), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

/* --- bodies edited and signed again -------------------------------------------------------------------------- */

static struct drm_span field_of(const struct drm_buffer *data, uint16_t tag)
{
    struct drm_span rest = drm_buffer_span(data);

    while (rest.size)
    {
        const struct drm_span value = drm_span(rest.data + DRM_TLV_HEADER_SIZE, drm_get_u32(rest.data + 2));

        if (drm_get_u16(rest.data) == tag)
            return value;
        rest = drm_span(value.data + value.size, rest.size - DRM_TLV_HEADER_SIZE - value.size);
    }
    return drm_span(NULL, 0);
}

static void replace(struct drm_buffer *data, uint16_t tag, struct drm_span value)
{
    struct drm_buffer edited = {0};

    test_edit(drm_buffer_span(data), TEST_REPLACE, tag, value, &edited);
    drm_buffer_free(data);
    *data = edited;
}

/* A copy of a request with another body, every signature made again by whoever made it. */
static struct drm_buffer with_body(enum shape shape, struct drm_span body)
{
    struct drm_buffer out = {0};
    uint8_t signature[DRM_SIGNATURE_SIZE];

    assert_int_equal(drm_buffer_append(&out, requests[shape].data, requests[shape].size), DRM_S_OK);
    replace(&out, BODY, body);
    if (shape == FIRST || shape == AGAIN)
    {
        assert_int_equal(drm_sign(new_key.seed, "wmdrmsdk request proof 1", body, signature), DRM_S_OK);
        replace(&out, PROOF, drm_span(signature, sizeof(signature)));
    }
    if (shape == AGAIN || shape == REFRESH)
    {
        assert_int_equal(drm_sign(authority.machine.key.seed, "wmdrmsdk request identity 1", body, signature),
                         DRM_S_OK);
        replace(&out, SIGNATURE, drm_span(signature, sizeof(signature)));
    }
    return out;
}

static drm_result read_edited(enum shape shape, enum test_edit edit, uint16_t tag, const void *data, size_t size)
{
    struct drm_buffer body = {0}, request;
    drm_result result;

    test_edit(field_of(&requests[shape], BODY), edit, tag, drm_span(data, size), &body);
    request = with_body(shape, drm_buffer_span(&body));
    result = read_buffer(&request);
    drm_buffer_free(&request);
    drm_buffer_free(&body);
    return result;
}

static void request__values_out_of_range_are_refused(void **state)
{
    static const uint8_t kind_3[4] = {0, 0, 0, 3}, version[8] = {0, 1}, versions[48] = {0x80}, id[16] = {0};
    static const uint8_t two[] = {2}, individualize[4] = {0, 0, 0, 1}, refresh[4] = {0, 0, 0, 2}, one[] = {1};
    (void)state;

    for (int i = 0; i < SHAPES; i++)
    {
        const enum shape shape = (enum shape)i;

        assert_int_equal(read_edited(shape, TEST_REPLACE, NONCE, kind_3, 0), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(shape, TEST_REPLACE, KIND, kind_3, 4), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(shape, TEST_REPLACE, INSTALLED, version, 8), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(shape, TEST_REPLACE, LIST_VERSIONS, versions, 48), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(shape, TEST_REPLACE, FORCED, two, 1), DRM_E_BAD_REQUEST);
        if (shape != ANONYMOUS)
            assert_int_equal(read_edited(shape, TEST_REPLACE, MACHINE_ID, id, 16), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(shape, TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
        assert_int_equal(read_edited(shape, TEST_INSERT, 0x8063, "later", 5), DRM_E_BAD_REQUEST);
        for (uint16_t tag = KIND; tag <= LIST_VERSIONS; tag++)
        {
            assert_int_equal(read_edited(shape, TEST_REMOVE, tag, NULL, 0), DRM_E_BAD_REQUEST);
            assert_int_equal(read_edited(shape, TEST_REPEAT, tag, NULL, 0), DRM_E_BAD_REQUEST);
            assert_int_equal(read_edited(shape, TEST_REPLACE, tag, "odd", 3), DRM_E_BAD_REQUEST);
        }
    }
    assert_int_equal(read_edited(REFRESH, TEST_REPLACE, FORCED, one, 1), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(REFRESH, TEST_REPLACE, KIND, individualize, 4), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(AGAIN, TEST_REPLACE, KIND, refresh, 4), DRM_E_BAD_REQUEST);
    for (uint16_t tag = SIGN_KEY; tag <= COMPONENT_HASH; tag++)
    {
        assert_int_equal(read_edited(FIRST, TEST_REMOVE, tag, NULL, 0), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(REFRESH, TEST_INSERT, tag, versions, 32), DRM_E_BAD_REQUEST);
    }
}

static void request__signatures_cannot_be_taken_off_or_put_on(void **state)
{
    const struct drm_span signature = field_of(&requests[AGAIN], SIGNATURE), chain = field_of(&requests[AGAIN], CHAIN);
    struct drm_buffer once = {0}, edited = {0};
    (void)state;

    /* The identity's, from a request that names it: it would pass for a first one. */
    test_edit(drm_buffer_span(&requests[AGAIN]), TEST_REMOVE, SIGNATURE, drm_span(NULL, 0), &once);
    assert_int_equal(read_buffer(&once), DRM_E_BAD_REQUEST);
    test_edit(drm_buffer_span(&once), TEST_REMOVE, CHAIN, drm_span(NULL, 0), &edited);
    assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&requests[REFRESH]), TEST_REMOVE, CHAIN, drm_span(NULL, 0), &edited);
    assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    /* The proof. */
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&requests[FIRST]), TEST_REMOVE, PROOF, drm_span(NULL, 0), &edited);
    assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&requests[ANONYMOUS]), TEST_INSERT, PROOF, signature, &edited);
    assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    /* An identity's, onto a request that names none. */
    drm_buffer_truncate(&once, 0);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&requests[FIRST]), TEST_INSERT, SIGNATURE, signature, &once);
    assert_int_equal(read_buffer(&once), DRM_E_BAD_REQUEST);
    test_edit(drm_buffer_span(&once), TEST_INSERT, CHAIN, chain, &edited);
    assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    /* Anything that nobody signed, even where nothing is signed. */
    for (int shape = 0; shape < SHAPES; shape++)
    {
        drm_buffer_truncate(&edited, 0);
        test_edit(drm_buffer_span(&requests[shape]), TEST_INSERT, 0x0063, drm_span("unsigned", 8), &edited);
        assert_int_equal(read_buffer(&edited), DRM_E_BAD_REQUEST);
    }
    drm_buffer_free(&edited);
    drm_buffer_free(&once);
}

static void request__proof_by_another_key_is_refused(void **state)
{
    struct drm_request request = new_request(FIRST);
    struct drm_buffer out = {0};
    (void)state;

    /* Somebody else's key with a proof of one's own. */
    memcpy(request.sign_key, authority.machine.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(write_request(&request, FIRST, &out), DRM_S_OK);
    assert_int_equal(read_buffer(&out), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_truncate(&out, 0);
    assert_int_equal(drm_buffer_append(&out, requests[FIRST].data, requests[FIRST].size), DRM_S_OK);
    replace(&out, PROOF, field_of(&requests[AGAIN], PROOF)); /* of another request */
    assert_int_equal(read_buffer(&out), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&out);
}

static void request__proof_and_identity_do_not_pass_for_each_other(void **state)
{
    const struct drm_span body = field_of(&requests[AGAIN], BODY);
    struct drm_buffer out = {0};
    uint8_t signature[DRM_SIGNATURE_SIZE];
    (void)state;

    assert_int_equal(drm_buffer_append(&out, requests[AGAIN].data, requests[AGAIN].size), DRM_S_OK);
    assert_int_equal(drm_sign(authority.machine.key.seed, "wmdrmsdk request proof 1", body, signature), DRM_S_OK);
    replace(&out, SIGNATURE, drm_span(signature, sizeof(signature)));
    assert_int_equal(read_buffer(&out), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&out);
}

/* --- identities --------------------------------------------------------------------------------------------- */

/* What is said of a request that this signer signs, for its own machine id or for this one. */
static drm_result read_signed_by(enum shape shape, const struct test_signer *signer, const uint8_t *seed,
                                 const uint8_t *machine_id)
{
    const struct drm_request_signer old = {.seed = seed, .chain = drm_buffer_span(&signer->chain)};
    struct drm_request request = new_request(shape);
    struct drm_buffer out = {0};
    drm_result result;

    memcpy(request.machine_id, signer->certificate.subject, DRM_ID_SIZE);
    assert_int_equal(drm_request_write(&request, shape == AGAIN ? new_key.seed : NULL, &old, &out), DRM_S_OK);
    if (machine_id)
    {
        struct drm_buffer body = {0}, changed;
        uint8_t signature[DRM_SIGNATURE_SIZE];

        test_edit(field_of(&out, BODY), TEST_REPLACE, MACHINE_ID, drm_span(machine_id, DRM_ID_SIZE), &body);
        changed = with_body(shape, drm_buffer_span(&body));
        assert_int_equal(drm_sign(seed, "wmdrmsdk request identity 1", drm_buffer_span(&body), signature), DRM_S_OK);
        replace(&changed, SIGNATURE, drm_span(signature, sizeof(signature)));
        replace(&changed, CHAIN, drm_buffer_span(&signer->chain));
        drm_buffer_free(&body);
        drm_buffer_free(&out);
        out = changed;
    }
    result = read_buffer(&out);
    drm_buffer_free(&out);
    return result;
}

static void request__other_identities_are_refused(void **state)
{
    static const uint8_t somebody[DRM_ID_SIZE] = {9, 9};
    const enum shape shapes[] = {AGAIN, REFRESH};
    (void)state;

    for (size_t i = 0; i < COUNT(shapes); i++)
    {
        const uint8_t *seed = authority.machine.key.seed;

        assert_int_equal(read_signed_by(shapes[i], &authority.machine, seed, NULL), DRM_S_OK);
        /* Another authority's, and another machine's id under one's own identity. */
        assert_int_equal(read_signed_by(shapes[i], &other.machine, other.machine.key.seed, NULL),
                         DRM_E_INVALID_CERTIFICATE);
        assert_int_equal(read_signed_by(shapes[i], &authority.machine, seed, somebody), DRM_E_INVALID_CERTIFICATE);
        /* A certificate whose key the asker does not have. */
        assert_int_equal(read_signed_by(shapes[i], &authority.machine, other.machine.key.seed, NULL),
                         DRM_E_SIGNATURE_FAILURE);
    }
}

static struct test_signer new_identity(uint32_t roles, int64_t not_after, const char *name)
{
    struct test_signer signer = {.key = authority.machine.key};

    signer.certificate = test_certificate(name, roles, &signer.key);
    memcpy(signer.certificate.subject, authority.machine.certificate.subject, DRM_ID_SIZE);
    signer.certificate.not_before = 1;
    signer.certificate.not_after = not_after;
    test_certify(&signer.certificate, &authority.certify.key, &signer.encoded);
    test_chain(&signer.chain, 2, &signer.encoded, &authority.certify.encoded);
    return signer;
}

static void free_identity(struct test_signer *signer)
{
    drm_buffer_free(&signer->encoded);
    drm_buffer_free(&signer->chain);
}

static void request__expired_identity_may_ask(void **state)
{
    struct test_signer expired = new_identity(DRM_ROLE_MACHINE, 2, "expired");
    (void)state;

    assert_int_equal(read_signed_by(AGAIN, &expired, authority.machine.key.seed, NULL), DRM_S_OK);
    assert_int_equal(read_signed_by(REFRESH, &expired, authority.machine.key.seed, NULL), DRM_S_OK);
    free_identity(&expired);
}

static void request__identity_of_no_machine_is_refused(void **state)
{
    struct test_signer device = new_identity(DRM_ROLE_DEVICE, 0, "device");
    (void)state;

    assert_int_equal(read_signed_by(AGAIN, &device, authority.machine.key.seed, NULL), DRM_E_INVALID_CERTIFICATE);
    free_identity(&device);
}

static void request__identity_other_than_the_one_named_is_refused(void **state)
{
    /* Two certificates of one key and machine: the signature fits both, the body names one. */
    struct test_signer second = new_identity(DRM_ROLE_MACHINE, 0, "second");
    struct drm_buffer out = {0};
    (void)state;

    assert_int_equal(drm_buffer_append(&out, requests[AGAIN].data, requests[AGAIN].size), DRM_S_OK);
    replace(&out, CHAIN, drm_buffer_span(&second.chain));
    assert_int_equal(read_buffer(&out), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&out);
    free_identity(&second);
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static bool accept(void *context, struct drm_span data)
{
    const drm_result result = read_span(data);

    (void)context;
    if (DRM_FAILED(result))
    {
        assert_true(result == DRM_E_BAD_REQUEST || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    }
    return DRM_SUCCEEDED(result);
}

static void request__truncated_turned_or_mutated_is_refused(void **state)
{
    (void)state;

    for (int shape = 0; shape < SHAPES; shape++)
    {
        test_every_truncation(drm_buffer_span(&requests[shape]), accept, NULL);
        test_appended_byte(drm_buffer_span(&requests[shape]), accept, NULL);
        if (shape == ANONYMOUS)
            continue; /* nobody signs it, so that other bits are another request: the next test */
        test_every_bit(drm_buffer_span(&requests[shape]), accept, NULL);
        test_mutations(drm_buffer_span(&requests[shape]), 0x72657175, 2000, accept, NULL);
    }
}

/* A request that nobody signs says nothing of anybody: whatever is read encodes to the very same bytes. */
static void request__anonymous_ones_have_one_encoding(void **state)
{
    struct test_random random = {.state = 99};
    unsigned int accepted = 0;
    (void)state;

    for (int i = 0; i < 20000; i++)
    {
        struct drm_buffer mutated = {0}, again = {0};
        struct drm_request_identity identity;
        struct drm_request request;

        test_mutate(&random, drm_buffer_span(&requests[ANONYMOUS]), &mutated);
        if (DRM_SUCCEEDED(drm_request_read(drm_buffer_span(&mutated), authority.root.key.public_key, &request,
                                           &identity)))
        {
            accepted++;
            assert_int_equal(request.kind, DRM_REQUEST_REVOCATION);
            assert_false(identity.signed_by_identity);
            assert_true(drm_id_is_zero(request.machine_id));
            assert_int_equal(write_request(&request, ANONYMOUS, &again), DRM_S_OK);
            assert_true(drm_span_equal(drm_buffer_span(&again), drm_buffer_span(&mutated)));
        }
        drm_buffer_free(&again);
        drm_buffer_free(&mutated);
    }
    assert_true(accepted > 500);
}

static void request__larger_than_any_is_refused(void **state)
{
    uint8_t *padding = calloc(1, DRM_REQUEST_MAX_SIZE);
    (void)state;

    assert_non_null(padding);
    assert_int_equal(read_edited(ANONYMOUS, TEST_INSERT, 0x0063, padding, DRM_REQUEST_MAX_SIZE / 2), DRM_S_OK);
    assert_int_equal(read_edited(ANONYMOUS, TEST_INSERT, 0x0063, padding, DRM_REQUEST_MAX_SIZE), DRM_E_BAD_REQUEST);
    free(padding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__every_field_comes_back),
        cmocka_unit_test(request__writer_refuses_what_cannot_be),
        cmocka_unit_test(request__values_out_of_range_are_refused),
        cmocka_unit_test(request__signatures_cannot_be_taken_off_or_put_on),
        cmocka_unit_test(request__proof_by_another_key_is_refused),
        cmocka_unit_test(request__proof_and_identity_do_not_pass_for_each_other),
        cmocka_unit_test(request__other_identities_are_refused),
        cmocka_unit_test(request__expired_identity_may_ask),
        cmocka_unit_test(request__identity_of_no_machine_is_refused),
        cmocka_unit_test(request__identity_other_than_the_one_named_is_refused),
        cmocka_unit_test(request__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(request__anonymous_ones_have_one_encoding),
        cmocka_unit_test(request__larger_than_any_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
