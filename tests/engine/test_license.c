/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences: bodies, envelopes, wrapped keys. */
#include "engine/base/tlv.h"
#include "engine/check.h"
#include "support/mutation.h"
#include "support/test_license.h"

/* Tags of the envelope and of the body (docs/formats.md). */
enum
{
    TYPE = 0x8001, BODY, KEY, PROOF,
};
enum
{
    LICENSE_ID = 0x8001, KEY_ID, ISSUED, OPTIONS, ISSUER, URL, TERMS, SOURCE_ID, INCLUSIONS, RESTRICTIONS, METERING_ID,
    REVOCATION_KEY, USER_ID,
};

#define TERMS_LAST 15 /* field of the terms (docs/rights.md) */

static struct drm_license small, full, leaf;
static uint8_t some_key[DRM_WRAPPED_LEAF_KEY_SIZE];

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(drm_crypto_init(), DRM_S_OK);
    test_license_small(&small);
    test_license_full(&full);
    test_license_leaf(&leaf);
    test_bytes("a wrapped key", some_key, sizeof(some_key));
    return 0;
}

static struct drm_span key_of(bool is_leaf)
{
    return drm_span(some_key, is_leaf ? DRM_WRAPPED_LEAF_KEY_SIZE : DRM_WRAPPED_KEY_SIZE);
}

static drm_result read_span(struct drm_span data)
{
    struct drm_license *read = malloc(sizeof(*read));
    struct drm_license_object object;
    drm_result result;

    assert_non_null(read);
    result = drm_license_read(data, &object, read);
    free(read);
    return result;
}

/* What is said of a licence with this body. */
static drm_result read_body(struct drm_span body, bool is_leaf)
{
    struct drm_buffer license = {0};
    uint8_t root[DRM_SHA256_SIZE];
    drm_result result;

    test_license_alone(body, key_of(is_leaf), root, &license);
    result = read_span(drm_buffer_span(&license));
    drm_buffer_free(&license);
    return result;
}

static drm_result read_edited(const struct drm_license *license, enum test_edit edit, uint16_t tag, const void *data,
                              size_t size)
{
    struct drm_buffer body = {0}, edited = {0};
    drm_result result;

    test_license_body(license, &body);
    test_edit(drm_buffer_span(&body), edit, tag, drm_span(data, size), &edited);
    result = read_body(drm_buffer_span(&edited), license->terms.has_uplink);
    drm_buffer_free(&edited);
    drm_buffer_free(&body);
    return result;
}

/* --- good ones ------------------------------------------------------------------------------------------------ */

static void check_round_trip(const struct drm_license *license)
{
    struct drm_buffer body = {0}, encoded = {0}, terms = {0};
    struct drm_license *read = malloc(sizeof(*read));
    struct drm_license_object object;
    uint8_t root[DRM_SHA256_SIZE];

    assert_non_null(read);
    test_license_body(license, &body);
    test_license_alone(drm_buffer_span(&body), key_of(license->terms.has_uplink), root, &encoded);
    memset(read, 0xee, sizeof(*read));
    assert_int_equal(drm_license_read(drm_buffer_span(&encoded), &object, read), DRM_S_OK);
    test_assert_same_license(license, read);
    assert_true(drm_span_equal(object.body, drm_buffer_span(&body)));
    assert_true(drm_span_equal(object.wrapped_key, key_of(license->terms.has_uplink)));
    assert_int_equal(object.proof.size, 4);
    assert_int_equal(drm_terms_write(&license->terms, &terms), DRM_S_OK);
    assert_true(drm_span_equal(read->encoded_terms, drm_buffer_span(&terms)));
    assert_true(read->encoded_terms.data > encoded.data && read->encoded_terms.data < encoded.data + encoded.size);
    assert_int_equal(drm_license_read(drm_buffer_span(&encoded), NULL, NULL), DRM_S_OK);
    drm_buffer_free(&terms);
    drm_buffer_free(&encoded);
    drm_buffer_free(&body);
    free(read);
}

static void license__every_field_comes_back(void **state)
{
    struct drm_license *longest = malloc(sizeof(*longest));
    (void)state;

    assert_non_null(longest);
    check_round_trip(&small);
    check_round_trip(&full);
    check_round_trip(&leaf);
    *longest = full;
    longest->issued = DRM_TIME_MAX;
    memset(longest->issuer, 'i', sizeof(longest->issuer) - 1);
    memset(longest->url, 'u', sizeof(longest->url) - 1);
    memset(longest->user_id, 'n', sizeof(longest->user_id) - 1);
    longest->inclusion_count = DRM_LICENSE_MAX_INCLUSIONS;
    test_bytes("many inclusions", longest->inclusions, sizeof(longest->inclusions));
    longest->restriction_count = DRM_LICENSE_MAX_RESTRICTIONS;
    test_bytes("many restrictions", longest->restrictions, sizeof(longest->restrictions));
    longest->terms.copy_included_count = longest->terms.copy_excluded_count = DRM_TERMS_MAX_TECHNOLOGIES;
    test_bytes("technologies in", longest->terms.copy_included, sizeof(longest->terms.copy_included));
    test_bytes("technologies out", longest->terms.copy_excluded, sizeof(longest->terms.copy_excluded));
    check_round_trip(longest);
    free(longest);
}

/* --- bodies that cannot be ------------------------------------------------------------------------------------ */

static void license__writer_refuses_what_cannot_be(void **state)
{
    enum { BAD = 19 };
    struct drm_license *bad = malloc(BAD * sizeof(*bad));
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    assert_non_null(bad);
    for (size_t i = 0; i < BAD; i++)
        bad[i] = full;
    memset(bad[n++].license_id, 0, DRM_ID_SIZE);
    memset(bad[n++].key_id, 0, DRM_KEY_ID_SIZE);
    bad[n++].issued = 0;
    bad[n++].issued = -1;
    bad[n++].issued = DRM_TIME_MAX + 1;
    bad[n++].options = 0x8;
    bad[n++].options = DRM_LICENSE_NOT_PERSISTABLE | DRM_LICENSE_BEGINS_TEMPORARY;
    memset(bad[n++].issuer, 'i', DRM_LICENSE_TEXT_SIZE);
    memset(bad[n++].url, 'u', DRM_LICENSE_URL_SIZE);
    memset(bad[n++].user_id, 'n', DRM_LICENSE_TEXT_SIZE);
    memcpy(bad[n++].issuer, "\xff", 2);
    memcpy(bad[n++].url, "a\nb", 4);
    bad[n++].inclusion_count = DRM_LICENSE_MAX_INCLUSIONS + 1;
    memcpy(bad[n].inclusions[2], bad[n].inclusions[0], 16);
    n++;
    bad[n++].restriction_count = DRM_LICENSE_MAX_RESTRICTIONS + 1;
    bad[n].restrictions[1] = bad[n].restrictions[0];
    bad[n++].restrictions[1].value = 9; /* another value for the same restriction */
    bad[n++].terms.metered = false;
    bad[n].terms.has_uplink = true;
    memcpy(bad[n].terms.uplink, bad[n].key_id, DRM_KEY_ID_SIZE);
    n++;
    bad[n++].terms.grant_count = 0;
    assert_int_equal(n, BAD);
    for (size_t i = 0; i < n; i++)
    {
        assert_int_equal(drm_license_write_body(&bad[i], &out), DRM_E_INVALID_ARGUMENT);
        assert_int_equal(out.size, 0);
    }
    drm_buffer_free(&out);
    free(bad);
}

static void license__values_out_of_range_are_refused(void **state)
{
    static const uint8_t zero[16], option[4] = {0, 0, 0, 8},
                         contradiction[4] = {0, 0, 0, DRM_LICENSE_NOT_PERSISTABLE | DRM_LICENSE_BEGINS_TEMPORARY},
                         temporary[4] = {0, 0, 0, DRM_LICENSE_BEGINS_TEMPORARY},
                         last[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdb, 0xff},
                         later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    static uint8_t twice[2048], text[DRM_LICENSE_URL_SIZE];
    const drm_result bad = DRM_E_INVALID_LICENSE;
    (void)state;

    memset(text, 't', sizeof(text));
    test_bytes("many", twice, sizeof(twice));
    assert_int_equal(read_edited(&full, TEST_REPLACE, LICENSE_ID, zero, 16), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, KEY_ID, zero, 16), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUED, zero, 8), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUED, last, 8), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUED, later, 8), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, OPTIONS, option, 4), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, OPTIONS, contradiction, 4), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, OPTIONS, temporary, 4), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUER, text, DRM_LICENSE_TEXT_SIZE - 1), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUER, text, DRM_LICENSE_TEXT_SIZE), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, ISSUER, "a\0b", 3), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, URL, text, DRM_LICENSE_URL_SIZE - 1), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, URL, text, DRM_LICENSE_URL_SIZE), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, USER_ID, text, DRM_LICENSE_TEXT_SIZE), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, USER_ID, "\xc3", 1), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, TERMS, "none", 4), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, INCLUSIONS, twice, 64 * 16), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, INCLUSIONS, twice, 65 * 16), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, INCLUSIONS, twice, 17), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, RESTRICTIONS, twice, 32 * 20), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_REPLACE, RESTRICTIONS, twice, 33 * 20), bad);
    assert_int_equal(read_edited(&full, TEST_REPLACE, RESTRICTIONS, twice, 32), bad);
    memcpy(twice + 32, twice, 16);
    assert_int_equal(read_edited(&full, TEST_REPLACE, INCLUSIONS, twice, 48), bad);
    memcpy(twice + 40, twice, 16);
    assert_int_equal(read_edited(&full, TEST_REPLACE, RESTRICTIONS, twice, 60), bad);
    assert_int_equal(read_edited(&small, TEST_INSERT, METERING_ID, text, 16), bad); /* its terms do not say metered */
    assert_int_equal(read_edited(&leaf, TEST_REPLACE, KEY_ID, leaf.terms.uplink, 16), bad);
    assert_int_equal(read_edited(&full, TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
    assert_int_equal(read_edited(&full, TEST_INSERT, 0x8063, "later", 5), bad);
    for (uint16_t tag = LICENSE_ID; tag <= USER_ID; tag++)
    {
        const bool required = tag <= OPTIONS || tag == TERMS;
        const bool is_text = tag == ISSUER || tag == URL || tag == USER_ID;

        assert_int_equal(read_edited(&full, TEST_REMOVE, tag, NULL, 0), required ? bad : DRM_S_OK);
        assert_int_equal(read_edited(&full, TEST_REPEAT, tag, NULL, 0), bad);
        assert_int_equal(read_edited(&full, TEST_RETAG, tag, NULL, 0), bad);
        assert_int_equal(read_edited(&full, TEST_REPLACE, tag, "", 0), bad);
        assert_int_equal(read_edited(&full, TEST_REPLACE, tag, "odd", 3), is_text ? DRM_S_OK : bad);
    }
}

/* Does this object, which can be read, have a field that a later version may have added? */
static bool has_later_field(struct drm_span object, unsigned int last)
{
    while (object.size)
    {
        const size_t size = DRM_TLV_HEADER_SIZE + drm_get_u32(object.data + 2);

        const unsigned int tag = drm_get_u16(object.data);

        if (tag < DRM_TLV_CRITICAL && (tag == 0 || tag > last))
            return true;
        object = drm_span(object.data + size, object.size - size);
    }
    return false;
}

/* Bodies changed at random: what is accepted encodes to the very same bytes, but for what is skipped. */
static void license__what_is_accepted_has_one_encoding(void **state)
{
    struct drm_license *read = malloc(sizeof(*read));
    struct test_random random = {.state = 0x6c696365};
    struct drm_buffer body = {0};
    unsigned int accepted = 0;
    (void)state;

    assert_non_null(read);
    test_license_body(&full, &body);
    for (int i = 0; i < 20000; i++)
    {
        struct drm_buffer mutated = {0}, encoded = {0}, again = {0};
        uint8_t root[DRM_SHA256_SIZE];

        test_mutate(&random, drm_buffer_span(&body), &mutated);
        if (mutated.size)
        {
            test_license_alone(drm_buffer_span(&mutated), key_of(false), root, &encoded);
            if (DRM_SUCCEEDED(drm_license_read(drm_buffer_span(&encoded), NULL, read)))
            {
                test_license_body(read, &again);
                if (drm_span_equal(drm_buffer_span(&again), drm_buffer_span(&mutated)))
                    accepted++;
                else
                    assert_true(has_later_field(drm_buffer_span(&mutated), USER_ID & 0xff)
                                || has_later_field(read->encoded_terms, TERMS_LAST));
            }
        }
        drm_buffer_free(&again);
        drm_buffer_free(&encoded);
        drm_buffer_free(&mutated);
    }
    assert_true(accepted > 500);
    drm_buffer_free(&body);
    free(read);
}

/* --- envelopes ------------------------------------------------------------------------------------------------ */

static drm_result read_envelope_edited(const struct drm_buffer *license, enum test_edit edit, uint16_t tag,
                                       const void *data, size_t size)
{
    struct drm_buffer edited = {0};
    drm_result result;

    test_edit(drm_buffer_span(license), edit, tag, drm_span(data, size), &edited);
    result = read_span(drm_buffer_span(&edited));
    drm_buffer_free(&edited);
    return result;
}

static void license__envelopes_have_no_room(void **state)
{
    static const uint8_t proof[4 + 17 * DRM_SHA256_SIZE], other_type[4] = {'C', 'E', 'R', 'T'};
    struct drm_buffer body = {0}, license = {0}, leaf_body = {0}, leaf_license = {0};
    const drm_result bad = DRM_E_INVALID_LICENSE;
    uint8_t root[DRM_SHA256_SIZE];
    (void)state;

    test_license_body(&full, &body);
    test_license_alone(drm_buffer_span(&body), key_of(false), root, &license);
    test_license_body(&leaf, &leaf_body);
    test_license_alone(drm_buffer_span(&leaf_body), key_of(true), root, &leaf_license);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, PROOF, proof, 4 + 16 * DRM_SHA256_SIZE), DRM_S_OK);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, PROOF, proof, 4 + 17 * DRM_SHA256_SIZE), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, PROOF, proof, 5), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, PROOF, proof, 3), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, KEY, some_key, 72), bad); /* it has no root */
    assert_int_equal(read_envelope_edited(&leaf_license, TEST_REPLACE, KEY, some_key, 44), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, KEY, some_key, 45), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, TYPE, other_type, 4), bad);
    assert_int_equal(read_envelope_edited(&license, TEST_INSERT, 0x0063, "not covered", 11), bad);
    for (uint16_t tag = TYPE; tag <= PROOF; tag++)
    {
        assert_int_equal(read_envelope_edited(&license, TEST_REMOVE, tag, NULL, 0), bad);
        assert_int_equal(read_envelope_edited(&license, TEST_REPEAT, tag, NULL, 0), bad);
        assert_int_equal(read_envelope_edited(&license, TEST_RETAG, tag, NULL, 0), bad);
        assert_int_equal(read_envelope_edited(&license, TEST_REPLACE, tag, "", 0), bad);
    }
    drm_buffer_free(&leaf_license);
    drm_buffer_free(&leaf_body);
    drm_buffer_free(&license);
    drm_buffer_free(&body);
}

static void license__one_too_long_is_refused(void **state)
{
    struct drm_buffer body = {0}, longer = {0}, license = {0};
    uint8_t root[DRM_SHA256_SIZE], *padding = calloc(1, DRM_LICENSE_MAX_SIZE);
    struct drm_license_tree *tree;
    uint8_t hash[1][DRM_SHA256_SIZE];
    size_t room;
    (void)state;

    assert_non_null(padding);
    test_license_body(&small, &body);
    /* An unknown optional field fills it to its last byte: envelope, proof and that field's own header. */
    room = DRM_LICENSE_MAX_SIZE - (4 * 6 + 4 + 4 + DRM_WRAPPED_KEY_SIZE) - body.size - 6;
    test_edit(drm_buffer_span(&body), TEST_INSERT, 0x0063, drm_span(padding, room), &longer);
    test_license_alone(drm_buffer_span(&longer), key_of(false), root, &license);
    assert_int_equal(license.size, DRM_LICENSE_MAX_SIZE);
    assert_int_equal(read_span(drm_buffer_span(&license)), DRM_S_OK);
    drm_buffer_truncate(&longer, 0);
    drm_buffer_truncate(&license, 0);
    test_edit(drm_buffer_span(&body), TEST_INSERT, 0x0063, drm_span(padding, room + 1), &longer);
    assert_int_equal(drm_license_leaf(drm_buffer_span(&longer), key_of(false), hash[0]), DRM_S_OK);
    assert_int_equal(drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])hash, 1, &tree), DRM_S_OK);
    assert_int_equal(drm_license_write(drm_buffer_span(&longer), key_of(false), tree, 0, &license),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(license.size, 0);
    drm_license_tree_free(tree);
    drm_buffer_free(&license);
    drm_buffer_free(&longer);
    drm_buffer_free(&body);
    free(padding);
}

/* As the store does with one that comes: reads it, and has it proved. */
static bool accept(void *context, struct drm_span data)
{
    struct drm_license *read = malloc(sizeof(*read));
    struct drm_license_object object;
    uint32_t index;
    drm_result result;

    assert_non_null(read);
    result = drm_license_read(data, &object, read);
    free(read);
    if (DRM_SUCCEEDED(result))
        result = drm_license_prove(&object, 1, context, &index);
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_INVALID_LICENSE || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void license__truncated_turned_or_mutated_is_refused(void **state)
{
    const struct drm_license *licenses[] = {&small, &full, &leaf};
    (void)state;

    for (size_t i = 0; i < COUNT(licenses); i++)
    {
        struct drm_buffer body = {0}, license = {0};
        uint8_t root[DRM_SHA256_SIZE];

        test_license_body(licenses[i], &body);
        test_license_alone(drm_buffer_span(&body), key_of(licenses[i]->terms.has_uplink), root, &license);
        test_every_truncation(drm_buffer_span(&license), accept, root);
        test_appended_byte(drm_buffer_span(&license), accept, root);
        test_every_bit(drm_buffer_span(&license), accept, root);
        test_mutations(drm_buffer_span(&license), 0x4c494345 + i, 20000, accept, root);
        drm_buffer_free(&license);
        drm_buffer_free(&body);
    }
}

/* --- wrapped keys --------------------------------------------------------------------------------------------- */

struct wrapping
{
    uint8_t response_key[DRM_AEAD_KEY_SIZE], machine_id[DRM_ID_SIZE], content_key[DRM_CONTENT_KEY_SIZE],
        root_key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer body, wrapped;
};

static void wrapping_begin(struct wrapping *wrapping, const uint8_t *uplink_key)
{
    memset(wrapping, 0, sizeof(*wrapping));
    test_bytes("response key", wrapping->response_key, DRM_AEAD_KEY_SIZE);
    test_bytes("machine", wrapping->machine_id, DRM_ID_SIZE);
    test_bytes("content key", wrapping->content_key, DRM_CONTENT_KEY_SIZE);
    test_license_body(&full, &wrapping->body);
    assert_int_equal(drm_license_wrap_key(wrapping->response_key, wrapping->machine_id,
                                          drm_buffer_span(&wrapping->body), uplink_key, wrapping->content_key,
                                          &wrapping->wrapped), DRM_S_OK);
}

static void wrapping_end(struct wrapping *wrapping)
{
    drm_buffer_free(&wrapping->wrapped);
    drm_buffer_free(&wrapping->body);
}

static drm_result unwrap(const struct wrapping *wrapping, const uint8_t *uplink_key, struct drm_span wrapped)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    drm_result result;

    memset(key, 0xa5, sizeof(key));
    result = drm_license_unwrap_key(wrapping->response_key, wrapping->machine_id, drm_buffer_span(&wrapping->body),
                                    uplink_key, wrapped, key);
    if (DRM_SUCCEEDED(result))
        assert_memory_equal(key, wrapping->content_key, sizeof(key));
    for (size_t i = 0; DRM_FAILED(result) && i < sizeof(key); i++)
        assert_int_equal(key[i], 0xa5);
    return result;
}

struct unwrapping
{
    struct wrapping *wrapping;
    const uint8_t *uplink_key;
};

static bool accept_wrapped(void *context, struct drm_span data)
{
    const struct unwrapping *unwrapping = context;
    const drm_result result = unwrap(unwrapping->wrapping, unwrapping->uplink_key, data);

    if (DRM_FAILED(result))
        assert_int_equal(result, DRM_E_DECRYPT_ERROR);
    return DRM_SUCCEEDED(result);
}

static void license_key__opens_with_all_that_it_is_bound_to(void **state)
{
    uint8_t uplink_key[DRM_CONTENT_KEY_SIZE];
    (void)state;

    test_bytes("uplink key", uplink_key, sizeof(uplink_key));
    for (int is_leaf = 0; is_leaf < 2; is_leaf++)
    {
        uint8_t *uplink = is_leaf ? uplink_key : NULL;
        struct unwrapping unwrapping;
        struct drm_span wrapped;
        struct wrapping wrapping, again;

        wrapping_begin(&wrapping, uplink);
        wrapping_begin(&again, uplink);
        wrapped = drm_buffer_span(&wrapping.wrapped);
        unwrapping = (struct unwrapping){.wrapping = &wrapping, .uplink_key = uplink};
        assert_int_equal(wrapped.size, is_leaf ? DRM_WRAPPED_LEAF_KEY_SIZE : DRM_WRAPPED_KEY_SIZE);
        assert_false(drm_span_equal(wrapped, drm_buffer_span(&again.wrapped))); /* a nonce of its own */
        test_every_truncation(wrapped, accept_wrapped, &unwrapping);
        test_appended_byte(wrapped, accept_wrapped, &unwrapping);
        test_every_bit(wrapped, accept_wrapped, &unwrapping);

        wrapping.response_key[0] ^= 1;
        assert_int_equal(unwrap(&wrapping, uplink, wrapped), DRM_E_DECRYPT_ERROR);
        wrapping.response_key[0] ^= 1;
        wrapping.machine_id[15] ^= 1;
        assert_int_equal(unwrap(&wrapping, uplink, wrapped), DRM_E_DECRYPT_ERROR);
        wrapping.machine_id[15] ^= 1;
        wrapping.body.data[wrapping.body.size - 1] ^= 1;
        assert_int_equal(unwrap(&wrapping, uplink, wrapped), DRM_E_DECRYPT_ERROR);
        wrapping.body.data[wrapping.body.size - 1] ^= 1;
        assert_int_equal(unwrap(&wrapping, uplink, wrapped), DRM_S_OK);
        assert_int_equal(unwrap(&wrapping, is_leaf ? NULL : uplink_key, wrapped), DRM_E_DECRYPT_ERROR);
        uplink_key[3] ^= 1;
        assert_int_equal(unwrap(&wrapping, uplink, wrapped), is_leaf ? DRM_E_DECRYPT_ERROR : DRM_S_OK);
        uplink_key[3] ^= 1;
        wrapping_end(&again);
        wrapping_end(&wrapping);
    }
}

/* Without the response's key the root's content key opens no leaf, and without the root's the response's key does
 * not: what the first seal holds is itself a sealed thing. */
static void license_key__of_a_leaf_is_sealed_twice(void **state)
{
    uint8_t uplink_key[DRM_CONTENT_KEY_SIZE], binding[sizeof("wmdrmsdk content key 1") + DRM_ID_SIZE + DRM_SHA256_SIZE];
    struct drm_buffer inner = {0};
    struct wrapping wrapping;
    (void)state;

    test_bytes("uplink key", uplink_key, sizeof(uplink_key));
    wrapping_begin(&wrapping, uplink_key);
    memcpy(binding, "wmdrmsdk content key 1", 23);
    memcpy(binding + 23, wrapping.machine_id, DRM_ID_SIZE);
    drm_sha256(wrapping.body.data, wrapping.body.size, binding + 23 + DRM_ID_SIZE);
    assert_int_equal(drm_unseal(wrapping.response_key, drm_span(binding, sizeof(binding)),
                                drm_buffer_span(&wrapping.wrapped), &inner), DRM_S_OK);
    assert_int_equal(inner.size, DRM_WRAPPED_KEY_SIZE);
    for (size_t i = 0; i + DRM_CONTENT_KEY_SIZE <= inner.size; i++)
        assert_memory_not_equal(inner.data + i, wrapping.content_key, DRM_CONTENT_KEY_SIZE);
    assert_int_equal(unwrap(&wrapping, NULL, drm_buffer_span(&inner)), DRM_E_DECRYPT_ERROR);
    drm_buffer_free(&inner);
    wrapping_end(&wrapping);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(license__every_field_comes_back),
        cmocka_unit_test(license__writer_refuses_what_cannot_be),
        cmocka_unit_test(license__values_out_of_range_are_refused),
        cmocka_unit_test(license__what_is_accepted_has_one_encoding),
        cmocka_unit_test(license__envelopes_have_no_room),
        cmocka_unit_test(license__one_too_long_is_refused),
        cmocka_unit_test(license__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(license_key__opens_with_all_that_it_is_bound_to),
        cmocka_unit_test(license_key__of_a_leaf_is_sealed_twice),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
