/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The published vectors of licences, vectors/licenses.txt: a response with its licences, and one object for each way to
 * be bad, with what a reader says of it. The engine must still make the same bytes and say the same. What has chance in
 * it (nonces, ephemeral keys) is made here from fixed numbers, by the book: docs/formats.md. With the argument --print
 * it writes the file to standard output.
 */
#include <stdio.h>

#include "engine/check.h"
#include "engine/crypto/hpke_parts.h"
#include "support/mutation.h"
#include "support/test_license.h"

#define LICENSES 3
#define CONTENT_KEY_LABEL "wmdrmsdk content key 1"

static struct test_authority authority, other;
static struct drm_buffer text; /* the file as it should be */

static struct drm_license licenses[LICENSES]; /* small, full, the small one's leaf */
static struct drm_buffer bodies[LICENSES], keys[LICENSES], encoded[LICENSES];
static uint8_t content_keys[LICENSES][DRM_CONTENT_KEY_SIZE];
static uint8_t response_key[DRM_AEAD_KEY_SIZE], root[DRM_SHA256_SIZE];
static const uint8_t *machine_id;

/* --- writing text ------------------------------------------------------------------------------------------------ */

static void put(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof(line));
    assert_int_equal(drm_buffer_append(&text, line, (size_t)length), DRM_S_OK);
}

static void put_hex(const char *name, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    put("%s = ", name);
    for (size_t i = 0; i < size; i++)
        put("%02x", bytes[i]);
    put("\n");
}

static void put_number(const char *name, uint64_t value)
{
    put("%s = %llu\n", name, (unsigned long long)value);
}

static void put_result(drm_result result)
{
    put("result = 0x%08lx\n", (unsigned long)(uint32_t)result);
}

/* Ends a section with the object itself, 48 bytes a line. */
static void put_object(struct drm_span object)
{
    put("object =\n");
    for (size_t i = 0; i < object.size; i++)
        put("%s%02x%s", i % 48 ? "" : "    ", object.data[i], i % 48 == 47 || i + 1 == object.size ? "\n" : "");
    put("\n");
}

/* --- what has chance in it --------------------------------------------------------------------------------------- */

/* A seal with the nonce that follows from name. */
static void seal(const char *name, const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span plaintext,
                 struct drm_buffer *out)
{
    uint8_t nonce[DRM_AEAD_NONCE_SIZE];

    test_bytes(name, nonce, sizeof(nonce));
    assert_int_equal(drm_buffer_append(out, nonce, sizeof(nonce)), DRM_S_OK);
    assert_int_equal(drm_aead_encrypt(DRM_AEAD_AES_256_GCM_SIV, key, nonce, aad, plaintext, out), DRM_S_OK);
}

static void wrap(struct drm_span body, const uint8_t *uplink_key, const uint8_t *content_key, struct drm_buffer *out)
{
    uint8_t binding[sizeof(CONTENT_KEY_LABEL) + DRM_ID_SIZE + DRM_SHA256_SIZE], zero[DRM_SHA256_SIZE] = {0},
        extracted[DRM_SHA256_SIZE], uplink[DRM_AEAD_KEY_SIZE];
    const struct drm_span aad = drm_span(binding, sizeof(binding));
    struct drm_buffer inner = {0};

    memcpy(binding, CONTENT_KEY_LABEL, sizeof(CONTENT_KEY_LABEL));
    memcpy(binding + sizeof(CONTENT_KEY_LABEL), machine_id, DRM_ID_SIZE);
    drm_sha256(body.data, body.size, binding + sizeof(CONTENT_KEY_LABEL) + DRM_ID_SIZE);
    if (!uplink_key)
    {
        seal("outer nonce", response_key, aad, drm_span(content_key, DRM_CONTENT_KEY_SIZE), out);
        return;
    }
    /* HKDF without a salt: RFC 5869 takes zeros. */
    assert_int_equal(drm_hmac_sha256(zero, sizeof(zero), uplink_key, DRM_CONTENT_KEY_SIZE, extracted), DRM_S_OK);
    assert_int_equal(drm_hkdf_expand(extracted, drm_span("wmdrmsdk uplink key 1", 21), uplink, sizeof(uplink)),
                     DRM_S_OK);
    seal("inner nonce", uplink, aad, drm_span(content_key, DRM_CONTENT_KEY_SIZE), &inner);
    seal("outer nonce", response_key, aad, drm_buffer_span(&inner), out);
    drm_buffer_free(&inner);
}

static void seal_response_key(const struct drm_license_head *head, struct drm_buffer *out)
{
    uint8_t ephemeral[DRM_X25519_SIZE], public_key[DRM_X25519_SIZE], secret[DRM_SHA256_SIZE], binding[2 * DRM_ID_SIZE],
        nonce[DRM_AEAD_NONCE_SIZE];
    struct drm_hpke_context context;

    test_bytes("ephemeral key", ephemeral, sizeof(ephemeral));
    assert_int_equal(drm_hpke_encapsulate(ephemeral, head->encrypt_key, public_key, secret), DRM_S_OK);
    assert_int_equal(drm_hpke_schedule(DRM_AEAD_AES_256_GCM, secret, drm_span("wmdrmsdk response key 1", 23), &context),
                     DRM_S_OK);
    drm_hpke_nonce(&context, 0, nonce);
    memcpy(binding, head->response_id, DRM_ID_SIZE);
    memcpy(binding + DRM_ID_SIZE, head->machine_id, DRM_ID_SIZE);
    assert_int_equal(drm_buffer_append(out, public_key, sizeof(public_key)), DRM_S_OK);
    assert_int_equal(drm_aead_encrypt(context.aead, context.key, nonce, drm_span(binding, sizeof(binding)),
                                      drm_span(response_key, sizeof(response_key)), out), DRM_S_OK);
}

/* --- the response ------------------------------------------------------------------------------------------------ */

static void put_signer(const char *name, const struct test_signer *signer)
{
    put("[key %s, and its certificate]\n", name);
    put_hex("seed", signer->key.seed, DRM_SIGN_SEED_SIZE);
    put_hex("public", signer->key.public_key, DRM_SIGN_PUBLIC_SIZE);
    put_object(drm_buffer_span(&signer->encoded));
}

static void make_licenses(void)
{
    uint8_t leaves[LICENSES][DRM_SHA256_SIZE];
    struct drm_license_tree *tree;

    test_license_small(&licenses[0]);
    test_license_full(&licenses[1]);
    test_license_leaf(&licenses[2]);
    for (size_t i = 0; i < LICENSES; i++)
    {
        char name[32];

        snprintf(name, sizeof(name), "content key %d", (int)i);
        test_bytes(name, content_keys[i], DRM_CONTENT_KEY_SIZE);
        test_license_body(&licenses[i], &bodies[i]);
        wrap(drm_buffer_span(&bodies[i]), licenses[i].terms.has_uplink ? content_keys[0] : NULL, content_keys[i],
             &keys[i]);
        assert_int_equal(drm_license_leaf(drm_buffer_span(&bodies[i]), drm_buffer_span(&keys[i]), leaves[i]),
                         DRM_S_OK);
    }
    assert_int_equal(drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, LICENSES, &tree), DRM_S_OK);
    drm_license_tree_root(tree, root);
    for (size_t i = 0; i < LICENSES; i++)
        assert_int_equal(drm_license_write(drm_buffer_span(&bodies[i]), drm_buffer_span(&keys[i]), tree, i,
                                           &encoded[i]), DRM_S_OK);
    drm_license_tree_free(tree);
}

static void put_license(const char *name, size_t i)
{
    struct drm_license *read = malloc(sizeof(*read));
    struct drm_license_object object;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    uint32_t index;

    assert_non_null(read);
    assert_int_equal(drm_license_read(drm_buffer_span(&encoded[i]), &object, read), DRM_S_OK);
    test_assert_same_license(read, &licenses[i]);
    assert_int_equal(drm_license_prove(&object, LICENSES, root, &index), DRM_S_OK);
    assert_int_equal(drm_license_unwrap_key(response_key, machine_id, object.body,
                                            read->terms.has_uplink ? content_keys[0] : NULL, object.wrapped_key, key),
                     DRM_S_OK);
    put("[license %s]\n", name);
    put_number("index", index);
    put_hex("license_id", read->license_id, DRM_ID_SIZE);
    put_hex("key_id", read->key_id, DRM_KEY_ID_SIZE);
    put_number("issued", (uint64_t)read->issued);
    put_number("options", read->options);
    put("issuer = %s\nurl = %s\nuser_id = %s\n", read->issuer, read->url, read->user_id);
    put_hex("terms", read->encoded_terms.data, read->encoded_terms.size);
    if (read->has_source_id)
        put_number("source_id", read->source_id);
    for (size_t k = 0; k < read->inclusion_count; k++)
        put_hex("inclusion", read->inclusions[k], 16);
    for (size_t k = 0; k < read->restriction_count; k++)
    {
        put_hex("restriction", read->restrictions[k].id, 16);
        put_number("restriction_value", read->restrictions[k].value);
    }
    if (read->has_metering_id)
        put_hex("metering_id", read->metering_id, 16);
    if (read->has_revocation_key)
        put_hex("revocation_key", read->revocation_key, DRM_SIGN_PUBLIC_SIZE);
    put_hex("content_key", key, sizeof(key));
    put_object(drm_buffer_span(&encoded[i]));
    free(read);
}

static void put_response(struct drm_buffer *head)
{
    struct drm_buffer random = {0}, sealed = {0};
    struct drm_license_head written = test_license_head(&authority, LICENSES, root, &random), read;
    uint8_t opened[DRM_AEAD_KEY_SIZE];

    seal_response_key(&written, &sealed);
    written.sealed_key = drm_buffer_span(&sealed);
    assert_int_equal(drm_license_head_write(&written, authority.issue.key.seed, drm_buffer_span(&authority.issue.chain),
                                            head), DRM_S_OK);
    assert_int_equal(drm_license_head_read(drm_buffer_span(head), authority.root.key.public_key, &read), DRM_S_OK);
    assert_int_equal(drm_response_key_open(&read, authority.machine.key.seed, opened), DRM_S_OK);
    assert_memory_equal(opened, response_key, sizeof(opened));
    put("[head of a response]\n");
    put_hex("response_id", read.response_id, DRM_ID_SIZE);
    put_hex("machine_id", read.machine_id, DRM_ID_SIZE);
    put_hex("encrypt_key", read.encrypt_key, DRM_X25519_SIZE);
    put_hex("nonce", read.nonce, DRM_NONCE_SIZE);
    put_number("time", (uint64_t)read.time);
    put("version = %lu.%lu\n", (unsigned long)read.version.major, (unsigned long)read.version.minor);
    put("list_versions =");
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        put(" %llu", (unsigned long long)read.list_versions[i]);
    put("\n");
    put_number("count", read.count);
    put_hex("root", read.root, DRM_SHA256_SIZE);
    put_hex("response_key", opened, sizeof(opened));
    put_object(drm_buffer_span(head));
    drm_buffer_free(&sealed);
    drm_buffer_free(&random);
}

/* --- bad licences ------------------------------------------------------------------------------------------------ */

/* As the store judges one: reads it, then has it proved. */
static drm_result judge(struct drm_span data, uint32_t count, const uint8_t tree_root[DRM_SHA256_SIZE])
{
    struct drm_license *read = malloc(sizeof(*read));
    struct drm_license_object object;
    drm_result result;
    uint32_t index;

    assert_non_null(read);
    result = drm_license_read(data, &object, read);
    if (DRM_SUCCEEDED(result))
        result = drm_license_prove(&object, count, tree_root, &index);
    free(read);
    return result;
}

static void put_bad(const char *why, struct drm_span data, uint32_t count, const uint8_t tree_root[DRM_SHA256_SIZE],
                    drm_result expected)
{
    assert_int_equal(judge(data, count, tree_root), expected);
    put("[bad license: %s]\n", why);
    put_number("count", count);
    put_hex("root", tree_root, DRM_SHA256_SIZE);
    put_result(expected);
    put_object(data);
}

/* One licence, alone in its tree and proved there, with one field of its body other than it may be. */
static void put_bad_body(const char *why, size_t base, enum test_edit edit, uint16_t tag, const void *data, size_t size)
{
    struct drm_buffer body = {0}, license = {0};
    uint8_t alone[DRM_SHA256_SIZE];

    test_edit(drm_buffer_span(&bodies[base]), edit, tag, drm_span(data, size), &body);
    test_license_alone(drm_buffer_span(&body), drm_buffer_span(&keys[base]), alone, &license);
    put_bad(why, drm_buffer_span(&license), 1, alone, DRM_E_INVALID_LICENSE);
    drm_buffer_free(&license);
    drm_buffer_free(&body);
}

static void put_bad_bodies(void)
{
    static const uint8_t zero[20], option[4] = {0, 0, 0, 8}, later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    uint8_t twice[40] = {0}, long_text[DRM_LICENSE_TEXT_SIZE];

    memset(long_text, 'n', sizeof(long_text));
    put_bad_body("a license id of zeros", 0, TEST_REPLACE, 0x8001, zero, 16);
    put_bad_body("a key id of zeros", 0, TEST_REPLACE, 0x8002, zero, 16);
    put_bad_body("no time of issue", 0, TEST_REPLACE, 0x8003, zero, 8);
    put_bad_body("a time of issue past the end of times", 0, TEST_REPLACE, 0x8003, later, 8);
    put_bad_body("an unknown option", 0, TEST_REPLACE, 0x8004, option, 4);
    put_bad_body("no terms", 0, TEST_REMOVE, 0x8007, NULL, 0);
    put_bad_body("terms that cannot be read", 0, TEST_REPLACE, 0x8007, "none", 4);
    put_bad_body("an issuer that is there but empty", 1, TEST_REPLACE, 0x8005, "", 0);
    put_bad_body("a URL with a line end", 1, TEST_REPLACE, 0x8006, "https://a\n", 10);
    put_bad_body("a protection system twice", 1, TEST_REPLACE, 0x8009, twice, 32);
    put_bad_body("a restriction twice", 1, TEST_REPLACE, 0x800a, twice, 40);
    put_bad_body("half a restriction", 1, TEST_REPLACE, 0x800a, zero, 10);
    put_bad_body("a metering id where the terms do not say metered", 0, TEST_INSERT, 0x800b, zero, 16);
    put_bad_body("a user id that is too long", 1, TEST_REPLACE, 0x800d, long_text, sizeof(long_text));
    put_bad_body("a user id that is no UTF-8", 1, TEST_REPLACE, 0x800d, "\xff", 1);
    put_bad_body("a field twice", 1, TEST_REPEAT, 0x8006, NULL, 0);
    put_bad_body("a known field that is not critical", 1, TEST_RETAG, 0x8006, NULL, 0);
    put_bad_body("an unknown critical field", 0, TEST_INSERT, 0x8063, "later", 5);
    put_bad_body("a leaf that is its own root", 2, TEST_REPLACE, 0x8002, licenses[0].key_id, 16);
}

static void put_bad_envelope(const char *why, size_t base, enum test_edit edit, uint16_t tag, const void *data,
                             size_t size, drm_result expected)
{
    struct drm_buffer license = {0};

    test_edit(drm_buffer_span(&encoded[base]), edit, tag, drm_span(data, size), &license);
    put_bad(why, drm_buffer_span(&license), LICENSES, root, expected);
    drm_buffer_free(&license);
}

static void put_bad_envelopes(void)
{
    const drm_result unreadable = DRM_E_INVALID_LICENSE, elsewhere = DRM_E_SIGNATURE_FAILURE;
    struct drm_buffer longer = {0}, turned = {0};
    struct drm_license_object object;
    uint8_t proof[4 + 3 * DRM_SHA256_SIZE] = {0};

    assert_int_equal(drm_license_read(drm_buffer_span(&encoded[0]), &object, NULL), DRM_S_OK);
    assert_int_equal(object.proof.size, 4 + 2 * DRM_SHA256_SIZE);
    memcpy(proof, object.proof.data, object.proof.size);
    put_bad_envelope("another type", 0, TEST_REPLACE, 0x8001, "CERT", 4, unreadable);
    put_bad_envelope("a field that the tree does not cover", 0, TEST_INSERT, 0x0063, "later", 5, unreadable);
    put_bad_envelope("no proof", 0, TEST_REMOVE, 0x8004, NULL, 0, unreadable);
    put_bad_envelope("a leaf's key that is wrapped once", 2, TEST_REPLACE, 0x8003, keys[0].data, keys[0].size,
                     unreadable);
    put_bad_envelope("a root's key that is wrapped twice", 0, TEST_REPLACE, 0x8003, keys[2].data, keys[2].size,
                     unreadable);
    put_bad_envelope("another license's wrapped key", 0, TEST_REPLACE, 0x8003, keys[1].data, keys[1].size, elsewhere);
    put_bad_envelope("another license's body", 0, TEST_REPLACE, 0x8002, bodies[1].data, bodies[1].size, elsewhere);
    put_bad_envelope("a proof with a hash too few", 0, TEST_REPLACE, 0x8004, proof, 4 + DRM_SHA256_SIZE, unreadable);
    put_bad_envelope("a proof with a hash too many", 0, TEST_REPLACE, 0x8004, proof, sizeof(proof), unreadable);
    put_bad_envelope("a proof with half a hash", 0, TEST_REPLACE, 0x8004, proof, 4 + 16, unreadable);
    proof[3] = 1;
    put_bad_envelope("a proof of another place", 0, TEST_REPLACE, 0x8004, proof, object.proof.size, elsewhere);
    proof[3] = LICENSES;
    put_bad_envelope("a proof of a place behind the last", 0, TEST_REPLACE, 0x8004, proof, object.proof.size,
                     unreadable);
    put_bad("cut", drm_span(encoded[0].data, encoded[0].size - 1), LICENSES, root, unreadable);
    assert_int_equal(drm_buffer_append(&longer, encoded[0].data, encoded[0].size), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&longer, "", 1), DRM_S_OK);
    put_bad("a byte behind its end", drm_buffer_span(&longer), LICENSES, root, unreadable);
    assert_int_equal(drm_buffer_append(&turned, encoded[0].data, encoded[0].size), DRM_S_OK);
    turned.data[object.wrapped_key.data - encoded[0].data] ^= 1;
    put_bad("a bit of its wrapped key turned", drm_buffer_span(&turned), LICENSES, root, elsewhere);
    drm_buffer_free(&turned);
    drm_buffer_free(&longer);
}

/* --- bad heads --------------------------------------------------------------------------------------------------- */

static void put_bad_head(const char *why, struct drm_span data, drm_result expected)
{
    struct drm_license_head head;

    assert_int_equal(drm_license_head_read(data, authority.root.key.public_key, &head), expected);
    put("[bad head of a response: %s]\n", why);
    put_result(expected);
    put_object(data);
}

/* The good head's body with one field edited, signed by this key as this type. */
static void put_bad_signed(const char *why, const struct drm_buffer *good, enum test_edit edit, uint16_t tag,
                           const void *data, size_t size, enum drm_object_type type, const struct test_key *key,
                           struct drm_span chain, drm_result expected)
{
    struct drm_buffer body = {0}, head = {0}, labelled = {0};
    struct drm_signed_object object;
    uint8_t label[4];

    assert_int_equal(drm_signed_object_read(drm_buffer_span(good), DRM_OBJECT_LICENSE_RESPONSE, &object), DRM_S_OK);
    test_edit(object.body, edit, tag, drm_span(data, size), &body);
    assert_int_equal(drm_signed_object_write(type, drm_buffer_span(&body), key->seed, chain, &head), DRM_S_OK);
    drm_put_u32(label, DRM_OBJECT_LICENSE_RESPONSE);
    test_edit(drm_buffer_span(&head), TEST_REPLACE, 0x8001, drm_span(label, 4), &labelled);
    put_bad_head(why, drm_buffer_span(&labelled), expected);
    drm_buffer_free(&labelled);
    drm_buffer_free(&head);
    drm_buffer_free(&body);
}

static void put_bad_heads(const struct drm_buffer *good)
{
    static const uint8_t zero[16];
    const enum drm_object_type type = DRM_OBJECT_LICENSE_RESPONSE;
    const struct drm_span chain = drm_buffer_span(&authority.issue.chain);
    const struct test_key *key = &authority.issue.key;
    const drm_result unreadable = DRM_E_INVALID_LICENSE;
    struct drm_signed_object object;
    uint8_t time[8];

    assert_int_equal(drm_signed_object_read(drm_buffer_span(good), type, &object), DRM_S_OK);
    put_bad_signed("a response id of zeros", good, TEST_REPLACE, 0x8001, zero, 16, type, key, chain, unreadable);
    put_bad_signed("for no machine", good, TEST_REPLACE, 0x8002, zero, 16, type, key, chain, unreadable);
    put_bad_signed("at no time", good, TEST_REPLACE, 0x8005, zero, 8, type, key, chain, unreadable);
    put_bad_signed("without licenses", good, TEST_REPLACE, 0x8008, zero, 4, type, key, chain, unreadable);
    put_bad_signed("with 65,537 licenses", good, TEST_REPLACE, 0x8008, "\0\1\0\1", 4, type, key, chain, unreadable);
    put_bad_signed("a sealed key that is too short", good, TEST_REPLACE, 0x800a, zero, 16, type, key, chain,
                   unreadable);
    put_bad_signed("an unknown critical field", good, TEST_INSERT, 0x8063, "later", 5, type, key, chain, unreadable);
    put_bad_signed("without a chain", good, TEST_REPLACE, 0x8001, object.body.data + 6, 16, type, key,
                   drm_span(NULL, 0), unreadable);
    drm_put_u64(time, (uint64_t)(TEST_NOW + TEST_DAY));
    put_bad_signed("at a time when its signer is expired", good, TEST_REPLACE, 0x8005, time, 8, type, key, chain,
                   DRM_E_INVALID_CERTIFICATE);
    put_bad_signed("by a key that may not issue", good, TEST_REPLACE, 0x8001, object.body.data + 6, 16, type,
                   &authority.answer.key, drm_buffer_span(&authority.answer.chain), DRM_E_INVALID_CERTIFICATE);
    put_bad_signed("of another authority", good, TEST_REPLACE, 0x8001, object.body.data + 6, 16, type,
                   &other.issue.key, drm_buffer_span(&other.issue.chain), DRM_E_INVALID_CERTIFICATE);
    put_bad_signed("by another key than its chain's", good, TEST_REPLACE, 0x8001, object.body.data + 6, 16, type,
                   &other.issue.key, chain, DRM_E_SIGNATURE_FAILURE);
    put_bad_signed("signed as something else", good, TEST_REPLACE, 0x8001, object.body.data + 6, 16,
                   DRM_OBJECT_ANSWER, key, chain, DRM_E_SIGNATURE_FAILURE);
}

/* --- bad keys ---------------------------------------------------------------------------------------------------- */

static void put_bad_key(const char *why, size_t i, const uint8_t *id, const uint8_t *uplink_key)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    const drm_result result = drm_license_unwrap_key(response_key, id, drm_buffer_span(&bodies[i]), uplink_key,
                                                     drm_buffer_span(&keys[i]), key);

    assert_int_equal(result, DRM_E_DECRYPT_ERROR);
    put("[bad content key: %s]\n", why);
    put_hex("response_key", response_key, sizeof(response_key));
    put_hex("machine_id", id, DRM_ID_SIZE);
    if (uplink_key)
        put_hex("uplink_key", uplink_key, DRM_CONTENT_KEY_SIZE);
    put_hex("body", bodies[i].data, bodies[i].size);
    put_result(result);
    put_object(drm_buffer_span(&keys[i]));
}

static void make_text(void)
{
    struct drm_buffer head = {0};

    test_authority_create(&authority, "vectors");
    test_authority_create(&other, "other vectors");
    machine_id = authority.machine.certificate.subject;
    test_bytes("response key", response_key, sizeof(response_key));
    put("# Test vectors of licenses: docs/formats.md describes every byte.\n"
        "# Numbers are decimal unless they begin with 0x, everything else is hexadecimal or text.\n"
        "# A bad object is read as a store reads it; result is what it says.\n"
        "# Made by: test_license_vectors --print\n\n");
    put_signer("root", &authority.root);
    put_signer("issue", &authority.issue);
    put_signer("machine", &authority.machine);
    make_licenses();
    put_response(&head);
    put_license("with no more than it must have", 0);
    put_license("with everything that there is", 1);
    put_license("that is a leaf of the first", 2);
    put_bad_bodies();
    put_bad_envelopes();
    put_bad_heads(&head);
    put_bad_key("for another machine", 0, other.machine.certificate.subject, NULL);
    put_bad_key("a leaf without its root", 2, machine_id, NULL);
    put_bad_key("a leaf under another root", 2, machine_id, content_keys[1]);
    drm_buffer_truncate(&text, text.size - 1); /* the empty line behind the last section */
    drm_buffer_free(&head);
    for (size_t i = 0; i < LICENSES; i++)
    {
        drm_buffer_free(&bodies[i]);
        drm_buffer_free(&keys[i]);
        drm_buffer_free(&encoded[i]);
    }
    test_authority_free(&other);
    test_authority_free(&authority);
}

static void license_vectors__are_made_and_read_as_published(void **state)
{
    FILE *file = fopen(LICENSE_VECTORS, "rb");
    size_t size, line = 1;
    char *published;
    (void)state;

    assert_non_null(file);
    make_text();
    published = malloc(text.size + 2);
    assert_non_null(published);
    size = fread(published, 1, text.size + 2, file);
    fclose(file);
    for (size_t i = 0; i < size && i < text.size; i++)
    {
        if (published[i] != (char)text.data[i])
            fail_msg("%s differs in line %lu", LICENSE_VECTORS, (unsigned long)line);
        line += published[i] == '\n';
    }
    assert_int_equal(size, text.size);
    free(published);
    drm_buffer_free(&text);
}

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(license_vectors__are_made_and_read_as_published),
    };

    if (argument_count > 1 && strcmp(arguments[1], "--print") == 0)
    {
        make_text();
        fwrite(text.data, 1, text.size, stdout);
        drm_buffer_free(&text);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
