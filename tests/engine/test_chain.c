/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chains of certificates: whom they convince. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/mutation.h"
#include "support/test_authority.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct test_authority authority, other;
static struct drm_buffer full; /* machine, certify, root */

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    test_chain(&full, 3, &authority.machine.encoded, &authority.certify.encoded, &authority.root.encoded);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drm_buffer_free(&full);
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

static drm_result verify_at(const struct drm_buffer *encoded, uint32_t roles, int64_t now)
{
    struct drm_chain chain;

    assert_int_equal(drm_chain_read(drm_buffer_span(encoded), &chain), DRM_S_OK);
    return drm_chain_verify(&chain, authority.root.key.public_key, roles, now);
}

static drm_result verify(const struct drm_buffer *encoded, uint32_t roles)
{
    return verify_at(encoded, roles, TEST_NOW);
}

/* A certificate of these roles for machine's or another key, signed by issuer. */
static struct drm_buffer signed_by(const struct test_key *issuer, uint32_t roles, const struct test_key *key)
{
    struct drm_certificate certificate = test_certificate("made", roles, key);
    struct drm_buffer encoded = {0};

    test_certify(&certificate, issuer, &encoded);
    return encoded;
}

/* What is said of the chain of these certificates, the first of which is freed. */
static drm_result verify_with(struct drm_buffer *leaf, const struct drm_buffer *second, const struct drm_buffer *third)
{
    struct drm_buffer chain = {0};
    drm_result result;

    test_chain(&chain, third ? 3 : second ? 2 : 1, leaf, second, third);
    result = verify(&chain, 0);
    drm_buffer_free(&chain);
    drm_buffer_free(leaf);
    return result;
}

static void chain__certificates_come_back_leaf_first(void **state)
{
    struct drm_chain chain;
    (void)state;

    assert_int_equal(drm_chain_read(drm_buffer_span(&full), &chain), DRM_S_OK);
    assert_int_equal(chain.count, 3);
    assert_memory_equal(chain.certificates[0].id, authority.machine.certificate.id, DRM_SHA256_SIZE);
    assert_memory_equal(chain.certificates[1].id, authority.certify.certificate.id, DRM_SHA256_SIZE);
    assert_memory_equal(chain.certificates[2].id, authority.root.certificate.id, DRM_SHA256_SIZE);
    assert_true(drm_span_equal(chain.encoded[0], drm_buffer_span(&authority.machine.encoded)));
    assert_true(chain.encoded[2].data > full.data && chain.encoded[2].data < full.data + full.size);
}

static void chain__convinces_with_and_without_its_root(void **state)
{
    (void)state;

    assert_int_equal(verify(&full, DRM_ROLE_MACHINE), DRM_S_OK);
    assert_int_equal(verify(&authority.machine.chain, DRM_ROLE_MACHINE), DRM_S_OK);
    assert_int_equal(verify(&authority.answer.chain, DRM_ROLE_ANSWER), DRM_S_OK);
    assert_int_equal(verify(&authority.root.chain, DRM_ROLE_ROOT), DRM_S_OK);
    assert_int_equal(verify(&authority.machine.chain, 0), DRM_S_OK);
}

static void chain__of_another_anchor_is_refused(void **state)
{
    struct drm_buffer mixed = {0};
    (void)state;

    assert_int_equal(verify(&other.machine.chain, DRM_ROLE_MACHINE), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify(&other.answer.chain, DRM_ROLE_ANSWER), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify(&other.root.chain, 0), DRM_E_INVALID_CERTIFICATE);
    /* Our root at the end of somebody else's chain. */
    test_chain(&mixed, 3, &other.machine.encoded, &other.certify.encoded, &authority.root.encoded);
    assert_int_equal(verify(&mixed, DRM_ROLE_MACHINE), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&mixed);
}

static void chain__leaf_without_all_roles_is_refused(void **state)
{
    const uint32_t both = DRM_ROLE_ANSWER | DRM_ROLE_SIGN_REVOCATION;
    struct drm_buffer leaf = signed_by(&authority.root.key, both, &authority.answer.key), chain = {0};
    (void)state;

    assert_int_equal(verify(&authority.answer.chain, DRM_ROLE_SIGN_REVOCATION), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify(&authority.answer.chain, both), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify(&authority.machine.chain, DRM_ROLE_ANSWER), DRM_E_INVALID_CERTIFICATE);
    /* The right role further up the chain does not count. */
    assert_int_equal(verify(&authority.machine.chain, DRM_ROLE_CERTIFY), DRM_E_INVALID_CERTIFICATE);
    test_chain(&chain, 1, &leaf);
    assert_int_equal(verify(&chain, both), DRM_S_OK);
    assert_int_equal(verify(&chain, both | DRM_ROLE_CERTIFY), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&chain);
    drm_buffer_free(&leaf);
}

static void chain__order_matters(void **state)
{
    const struct drm_buffer *m = &authority.machine.encoded, *c = &authority.certify.encoded,
                            *r = &authority.root.encoded, *a = &authority.answer.encoded;
    const struct drm_buffer *orders[][3] = {{m, r, c}, {c, m, r}, {c, r, m}, {r, m, c}, {r, c, m}, {m, m, c}, {m, c, c},
                                            {m, c, m}, {m, a, r}, {c, r, r}};
    struct drm_buffer chain = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(orders); i++)
    {
        drm_buffer_truncate(&chain, 0);
        test_chain(&chain, 3, orders[i][0], orders[i][1], orders[i][2]);
        assert_int_equal(verify(&chain, 0), DRM_E_INVALID_CERTIFICATE);
    }
    drm_buffer_truncate(&chain, 0);
    test_chain(&chain, 1, m); /* its issuer is missing */
    assert_int_equal(verify(&chain, 0), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&chain, 0);
    test_chain(&chain, 2, r, r);
    assert_int_equal(verify(&chain, 0), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&chain);
}

static void chain__of_five_is_refused(void **state)
{
    const struct drm_span one = drm_buffer_span(&authority.root.encoded);
    const struct drm_span five[] = {one, one, one, one, one};
    struct drm_chain chain;
    struct drm_buffer out = {0};
    (void)state;

    assert_int_equal(drm_chain_write(five, 4, &out), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&out), &chain), DRM_S_OK);
    assert_int_equal(chain.count, 4);
    assert_int_equal(verify(&out, 0), DRM_E_INVALID_CERTIFICATE); /* nobody may sign an issuer but the root */
    drm_buffer_truncate(&out, 0);
    assert_int_equal(drm_chain_write(five, 5, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_chain_write(five, 0, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    assert_int_equal(drm_collection_write(five, 5, &out), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&out), &chain), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&out);
}

static void chain__each_issuer_signs_only_what_it_may(void **state)
{
    static const uint32_t roles[] = {DRM_ROLE_ROOT,    DRM_ROLE_CERTIFY, DRM_ROLE_SIGN_REVOCATION, DRM_ROLE_ANSWER,
                                     DRM_ROLE_ISSUE_LICENSES, DRM_ROLE_MACHINE, DRM_ROLE_APPLICATION, DRM_ROLE_DEVICE,
                                     DRM_ROLE_NETWORK_DEVICE, DRM_ROLE_ISSUER};
    const struct test_key key = test_key("subject");
    (void)state;

    for (size_t i = 0; i < COUNT(roles); i++)
    {
        const bool client = roles[i] & DRM_ROLES_OF_CLIENTS;
        const bool issuer = roles[i] & (DRM_ROLES_OF_AUTHORITY | DRM_ROLE_ISSUER);
        struct drm_buffer leaf;

        leaf = signed_by(&authority.root.key, roles[i], &key);
        assert_int_equal(verify_with(&leaf, NULL, NULL), issuer ? DRM_S_OK : DRM_E_INVALID_CERTIFICATE);
        leaf = signed_by(&authority.root.key, roles[i], &key);
        assert_int_equal(verify_with(&leaf, &authority.root.encoded, NULL),
                         issuer ? DRM_S_OK : DRM_E_INVALID_CERTIFICATE);
        leaf = signed_by(&authority.certify.key, roles[i], &key);
        assert_int_equal(verify_with(&leaf, &authority.certify.encoded, NULL),
                         client ? DRM_S_OK : DRM_E_INVALID_CERTIFICATE);
        leaf = signed_by(&authority.answer.key, roles[i], &key);
        assert_int_equal(verify_with(&leaf, &authority.answer.encoded, NULL), DRM_E_INVALID_CERTIFICATE);
        leaf = signed_by(&authority.machine.key, roles[i], &key);
        assert_int_equal(verify_with(&leaf, &authority.machine.encoded, &authority.certify.encoded),
                         DRM_E_INVALID_CERTIFICATE);
    }
}

static void chain__second_certifier_is_refused(void **state)
{
    /* certify makes a certifier of its own: neither it nor what it signs counts. */
    const struct test_key rogue = test_key("rogue");
    struct drm_buffer certifier = signed_by(&authority.certify.key, DRM_ROLE_CERTIFY, &rogue);
    struct drm_buffer leaf = signed_by(&rogue, DRM_ROLE_MACHINE, &authority.machine.key);
    (void)state;

    assert_int_equal(verify_with(&leaf, &certifier, &authority.certify.encoded), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&certifier);
}

static void chain__impostor_roots_are_refused(void **state)
{
    const struct test_key impostor = test_key("impostor");
    struct drm_certificate certificate = test_certificate("a root", DRM_ROLE_ROOT, &impostor);
    struct drm_buffer self_signed = {0}, forged = {0}, leaf;
    (void)state;

    /* Everything of the real root but its key. */
    test_certify(&certificate, &impostor, &self_signed);
    leaf = signed_by(&impostor, DRM_ROLE_ANSWER, &authority.answer.key);
    assert_int_equal(verify_with(&leaf, &self_signed, NULL), DRM_E_INVALID_CERTIFICATE);
    /* Signed by the real root, but with a key of its own: there is one root. */
    certificate = test_certificate("a root", DRM_ROLE_ROOT, &impostor);
    test_certify(&certificate, &authority.root.key, &forged);
    leaf = signed_by(&impostor, DRM_ROLE_ANSWER, &authority.answer.key);
    assert_int_equal(verify_with(&leaf, &forged, NULL), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&forged);
    drm_buffer_free(&self_signed);
}

/* Changes the issuer's hash in a certificate's body and signs it with a key that is not the issuer's. */
static struct drm_buffer claim_issuer(const struct drm_buffer *encoded, const uint8_t *claimed,
                                      const struct test_key *key)
{
    struct drm_signed_object object;
    struct drm_buffer body = {0}, out = {0};
    uint8_t hash[DRM_SHA256_SIZE];

    drm_sha256(claimed, DRM_SIGN_PUBLIC_SIZE, hash);
    assert_int_equal(drm_signed_object_read(drm_buffer_span(encoded), DRM_OBJECT_CERTIFICATE, &object), DRM_S_OK);
    test_edit(object.body, TEST_REPLACE, 0x8009, drm_span(hash, sizeof(hash)), &body);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_CERTIFICATE, drm_buffer_span(&body), key->seed,
                                             drm_span(NULL, 0), &out), DRM_S_OK);
    drm_buffer_free(&body);
    return out;
}

static void chain__forged_signatures_are_signature_failures(void **state)
{
    const struct test_key forger = test_key("forger");
    struct drm_buffer leaf;
    (void)state;

    leaf = claim_issuer(&authority.answer.encoded, authority.root.key.public_key, &forger);
    assert_int_equal(verify_with(&leaf, NULL, NULL), DRM_E_SIGNATURE_FAILURE);
    leaf = claim_issuer(&authority.machine.encoded, authority.certify.key.public_key, &forger);
    assert_int_equal(verify_with(&leaf, &authority.certify.encoded, &authority.root.encoded), DRM_E_SIGNATURE_FAILURE);
    /* A certificate of the root's key that the root did not sign. */
    leaf = claim_issuer(&authority.root.encoded, authority.root.key.public_key, &forger);
    assert_int_equal(verify_with(&leaf, NULL, NULL), DRM_E_SIGNATURE_FAILURE);
    /* The right key, another issuer's name. */
    leaf = claim_issuer(&authority.answer.encoded, forger.public_key, &authority.root.key);
    assert_int_equal(verify_with(&leaf, NULL, NULL), DRM_E_INVALID_CERTIFICATE);
}

static void chain__validity_counts_for_every_certificate(void **state)
{
    struct drm_certificate certify = test_certificate("c", DRM_ROLE_CERTIFY, &authority.certify.key);
    struct drm_certificate endless = test_certificate("e", DRM_ROLE_ANSWER, &authority.answer.key);
    struct drm_buffer expired = {0}, chain = {0}, encoded = {0}, endless_chain = {0};
    (void)state;

    assert_int_equal(verify_at(&full, 0, TEST_NOW - TEST_DAY), DRM_S_OK); /* the first moment */
    assert_int_equal(verify_at(&full, 0, TEST_NOW - TEST_DAY - 1), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify_at(&full, 0, TEST_NOW + TEST_DAY - 1), DRM_S_OK);
    assert_int_equal(verify_at(&full, 0, TEST_NOW + TEST_DAY), DRM_E_INVALID_CERTIFICATE); /* the end is exclusive */
    assert_int_equal(verify_at(&full, 0, 1), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify_at(&full, 0, 0), DRM_S_OK); /* does not count */

    certify.not_after = TEST_NOW;
    test_certify(&certify, &authority.root.key, &expired);
    test_chain(&chain, 2, &authority.machine.encoded, &expired);
    assert_int_equal(verify_at(&chain, 0, TEST_NOW - 1), DRM_S_OK);
    assert_int_equal(verify_at(&chain, 0, TEST_NOW), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(verify_at(&chain, 0, 0), DRM_S_OK);

    endless.not_after = 0;
    test_certify(&endless, &authority.root.key, &encoded);
    test_chain(&endless_chain, 1, &encoded);
    assert_int_equal(verify_at(&endless_chain, 0, DRM_TIME_MAX), DRM_S_OK);
    drm_buffer_free(&endless_chain);
    drm_buffer_free(&encoded);
    drm_buffer_free(&chain);
    drm_buffer_free(&expired);
}

static bool accept(void *context, struct drm_span data)
{
    struct drm_chain chain;
    drm_result result = drm_chain_read(data, &chain);

    (void)context;
    if (DRM_FAILED(result))
    {
        assert_int_equal(result, DRM_E_INVALID_CERTIFICATE);
        return false;
    }
    result = drm_chain_verify(&chain, authority.root.key.public_key, DRM_ROLE_MACHINE, TEST_NOW);
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_INVALID_CERTIFICATE || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

/* Cuts between two certificates leave a collection that can be read: it must not convince. */
static void chain__truncated_anywhere_is_refused(void **state)
{
    (void)state;
    test_every_truncation(drm_buffer_span(&authority.machine.chain), accept, NULL);
    test_appended_byte(drm_buffer_span(&authority.machine.chain), accept, NULL);
}

static void chain__any_bit_turned_is_refused(void **state)
{
    (void)state;
    test_every_bit(drm_buffer_span(&full), accept, NULL);
}

static void chain__mutations_are_refused(void **state)
{
    (void)state;
    test_mutations(drm_buffer_span(&authority.machine.chain), 0x636861696e, 4000, accept, NULL);
}

static void chain__collections_have_no_room_for_more(void **state)
{
    struct drm_span certificates[DRM_COLLECTION_MAX_COUNT + 1];
    struct drm_buffer edited = {0};
    uint8_t large[DRM_CERTIFICATE_MAX_SIZE + 1] = {0};
    size_t count = 99;
    (void)state;

    assert_int_equal(drm_collection_read(drm_span(NULL, 0), certificates, 1, &count), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(drm_collection_read(drm_buffer_span(&full), certificates, 2, &count), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(count, 99);
    assert_int_equal(drm_collection_read(drm_buffer_span(&full), certificates, 3, &count), DRM_S_OK);
    assert_int_equal(count, 3);
    test_edit(drm_buffer_span(&full), TEST_INSERT, 0x0063, drm_span("unsigned", 8), &edited);
    assert_int_equal(drm_collection_read(drm_buffer_span(&edited), certificates, 3, &count), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&full), TEST_REPLACE, 0x8001, drm_span(large, sizeof(large)), &edited);
    assert_int_equal(drm_collection_read(drm_buffer_span(&edited), certificates, 3, &count), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&edited, 0);
    for (size_t i = 0; i < COUNT(certificates); i++)
        certificates[i] = drm_buffer_span(&authority.root.encoded);
    assert_int_equal(drm_collection_write(certificates, COUNT(certificates), &edited), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_collection_write(certificates, DRM_COLLECTION_MAX_COUNT, &edited), DRM_S_OK);
    drm_buffer_free(&edited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain__certificates_come_back_leaf_first),
        cmocka_unit_test(chain__convinces_with_and_without_its_root),
        cmocka_unit_test(chain__of_another_anchor_is_refused),
        cmocka_unit_test(chain__leaf_without_all_roles_is_refused),
        cmocka_unit_test(chain__order_matters),
        cmocka_unit_test(chain__of_five_is_refused),
        cmocka_unit_test(chain__each_issuer_signs_only_what_it_may),
        cmocka_unit_test(chain__second_certifier_is_refused),
        cmocka_unit_test(chain__impostor_roots_are_refused),
        cmocka_unit_test(chain__forged_signatures_are_signature_failures),
        cmocka_unit_test(chain__validity_counts_for_every_certificate),
        cmocka_unit_test(chain__truncated_anywhere_is_refused),
        cmocka_unit_test(chain__any_bit_turned_is_refused),
        cmocka_unit_test(chain__mutations_are_refused),
        cmocka_unit_test(chain__collections_have_no_room_for_more),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
