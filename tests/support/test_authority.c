/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An authority of fixed keys (test_authority.h). */
#include "support/test_authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct test_key test_key(const char *name)
{
    struct test_key key;

    drm_sha256(name, strlen(name), key.seed);
    assert_int_equal(drm_sign_public(key.seed, key.public_key), DRM_S_OK);
    return key;
}

struct drm_certificate test_certificate(const char *name, uint32_t roles, const struct test_key *key)
{
    struct drm_certificate certificate = {
        .roles = roles,
        .not_before = TEST_NOW - TEST_DAY,
        .not_after = TEST_NOW + TEST_DAY,
        .security_level = 1000,
        .security_version = {.major = 2, .minor = 10},
    };
    uint8_t hash[DRM_SHA256_SIZE];

    drm_sha256(name, strlen(name), hash);
    memcpy(certificate.serial, hash, DRM_ID_SIZE);
    snprintf(certificate.name, sizeof(certificate.name), "%s", name);
    memcpy(certificate.sign_key, key->public_key, DRM_SIGN_PUBLIC_SIZE);
    if (roles & DRM_ROLES_OF_CLIENTS)
    {
        memcpy(certificate.subject, hash + DRM_ID_SIZE, DRM_ID_SIZE);
        certificate.has_encrypt_key = true;
        assert_int_equal(drm_x25519_public(key->seed, certificate.encrypt_key), DRM_S_OK);
    }
    return certificate;
}

void test_certify(struct drm_certificate *certificate, const struct test_key *issuer, struct drm_buffer *out)
{
    assert_int_equal(drm_certificate_write(certificate, issuer->seed, out), DRM_S_OK);
}

void test_chain(struct drm_buffer *out, size_t count, ...)
{
    struct drm_span certificates[DRM_COLLECTION_MAX_COUNT];
    va_list arguments;

    assert_true(count <= DRM_COLLECTION_MAX_COUNT);
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++)
        certificates[i] = drm_buffer_span(va_arg(arguments, const struct drm_buffer *));
    va_end(arguments);
    assert_int_equal(drm_collection_write(certificates, count, out), DRM_S_OK);
}

static void make(struct test_signer *signer, const char *authority, const char *name, uint32_t roles,
                 const struct test_key *issuer)
{
    char full[128];

    snprintf(full, sizeof(full), "%s %s", authority, name);
    *signer = (struct test_signer){.key = test_key(full)};
    signer->certificate = test_certificate(full, roles, &signer->key);
    test_certify(&signer->certificate, issuer ? issuer : &signer->key, &signer->encoded);
}

void test_authority_create(struct test_authority *authority, const char *name)
{
    assert_int_equal(drm_crypto_init(), DRM_S_OK);
    make(&authority->root, name, "root", DRM_ROLE_ROOT, NULL);
    make(&authority->certify, name, "certify", DRM_ROLE_CERTIFY, &authority->root.key);
    make(&authority->revocation, name, "revocation", DRM_ROLE_SIGN_REVOCATION, &authority->root.key);
    make(&authority->answer, name, "answer", DRM_ROLE_ANSWER, &authority->root.key);
    make(&authority->issue, name, "issue", DRM_ROLE_ISSUE_LICENSES, &authority->root.key);
    make(&authority->machine, name, "machine", DRM_ROLE_MACHINE, &authority->certify.key);
    test_chain(&authority->root.chain, 1, &authority->root.encoded);
    test_chain(&authority->certify.chain, 1, &authority->certify.encoded);
    test_chain(&authority->revocation.chain, 1, &authority->revocation.encoded);
    test_chain(&authority->answer.chain, 1, &authority->answer.encoded);
    test_chain(&authority->issue.chain, 1, &authority->issue.encoded);
    test_chain(&authority->machine.chain, 2, &authority->machine.encoded, &authority->certify.encoded);
}

void test_authority_free(struct test_authority *authority)
{
    struct test_signer *signers[] = {&authority->root, &authority->certify, &authority->revocation, &authority->answer,
                                     &authority->issue, &authority->machine};

    for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++)
    {
        drm_buffer_free(&signers[i]->encoded);
        drm_buffer_free(&signers[i]->chain);
    }
}

struct drm_request_signer test_request_signer(const struct test_signer *signer)
{
    return (struct drm_request_signer){.seed = signer->key.seed, .chain = drm_buffer_span(&signer->chain)};
}
