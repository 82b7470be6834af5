/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority of fixed keys, for tests of the formats: every run makes the same bytes (Ed25519 signs without chance).
 * Its functions assert; call them on the test's thread only.
 */
#ifndef WMDRM_TESTS_TEST_AUTHORITY_H
#define WMDRM_TESTS_TEST_AUTHORITY_H

#include "engine/format/answer.h"

#define TEST_NOW INT64_C(1700000000000)    /* when everything happens; certificates began a day before */
#define TEST_DAY INT64_C(86400000)

struct test_key
{
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    uint8_t public_key[DRM_SIGN_PUBLIC_SIZE];
};

/* The key of this name: its seed is SHA-256 of the name. */
struct test_key test_key(const char *name);

/* One key with its certificate. */
struct test_signer
{
    struct test_key key;
    struct drm_certificate certificate;
    struct drm_buffer encoded;
    struct drm_buffer chain;   /* without the root */
};

struct test_authority
{
    struct test_signer root;   /* its chain is its own certificate alone */
    struct test_signer certify, revocation, answer, issue;
    struct test_signer machine;
};

/* name makes its keys different from another authority's. */
void test_authority_create(struct test_authority *authority, const char *name);
void test_authority_free(struct test_authority *authority);

/* A certificate with fixed values in every field: serial and subject from name, valid from a day before TEST_NOW on. */
struct drm_certificate test_certificate(const char *name, uint32_t roles, const struct test_key *key);

/* Signs it with issuer and appends it. */
void test_certify(struct drm_certificate *certificate, const struct test_key *issuer, struct drm_buffer *out);

/* Appends the chain of count encoded certificates, given one by one. */
void test_chain(struct drm_buffer *out, size_t count, ...);

struct drm_request_signer test_request_signer(const struct test_signer *signer);

#endif
