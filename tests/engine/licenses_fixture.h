/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_client_licenses share: a machine of an issuer whose keys the test has, so that it
 * can make every response that an issuer could, and those that none would.
 */
#ifndef WMDRM_TESTS_LICENSES_FIXTURE_H
#define WMDRM_TESTS_LICENSES_FIXTURE_H

#include "engine/check.h"
#include "engine/client/licenses.h"
#include "support/scripted_transport.h"
#include "support/test_authority.h"
#include "support/test_host.h"

#define SERVICE_URL "https://service.test"

struct issued
{
    struct test_host host;
    struct scripted_transport script;
    struct test_authority issuer;  /* trusted; its machine is this one */
    struct test_authority other;   /* not, unless issued_trust_both */
    struct drm_client *client;
};

/* CMocka's set-up and tear-down of one test; *state is the struct. */
int issued_setup(void **state);
int issued_teardown(void **state);
/* As a new process would begin; counts of anchors: 1, or 2 to trust the other issuer too. */
void issued_reopen(struct issued *issued, size_t anchor_count);
/* Makes the machine one of this authority's, too. */
void issued_install(struct issued *issued, const struct test_authority *authority);
/* Stores a list REVINFO of this version. */
void issued_install_revinfo(struct issued *issued, uint64_t version);

/* The key id, and the license id, of a number. */
void number_key_id(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE]);
const char *number_key_id_text(uint32_t number); /* valid until the fourth call after it */

/* A licence of these ids with rights as text (docs/authority.md). */
void issue_license(struct drm_license *out, uint32_t license_id, uint32_t key_id, const char *rights);

enum spoiling
{
    NOT_SPOILED,
    LAST_MISSING,       /* one licence less in the text than was signed */
    ONE_TWICE,          /* the first stands in place of the last */
    SWAPPED,            /* the first two */
    BODY_ALTERED,       /* one bit of a licence */
    HEAD_ALTERED,       /* one bit of the head's signature */
    RESIGNED,           /* signed by another key than the chain's */
    ANOTHER_ROLE,       /* signed by a key of the issuer's that may not issue */
};

struct response_order
{
    const struct drm_license *licenses;
    size_t count;
    const struct test_authority *signer;   /* whose machine it is for, too */
    const uint8_t *machine_id;             /* NULL: the machine's */
    const uint8_t *encrypt_key;
    const uint8_t *nonce;                  /* NULL: zero */
    const uint8_t *response_id;            /* NULL: the next one */
    int64_t time;                          /* 0: TEST_NOW */
    enum spoiling spoiling;
};
/* Appends the text. */
void make_response(const struct response_order *order, struct drm_buffer *out);

/* Makes the response and stores it. */
drm_result store_order(struct drm_client *client, const struct response_order *order);
/* Issues and stores one licence; its license id is taken from the key id and the rights. */
void give(struct issued *issued, uint32_t key_id, const char *rights);
drm_result give_license(struct issued *issued, const struct drm_license *license);

/* The answers of queries without any environment. */
uint32_t refusal(struct drm_client *client, uint32_t key_id, enum drm_right right);
struct drm_state_data state_of(struct drm_client *client, uint32_t key_id, enum drm_right right);
/* How many licences an enumeration sees; key_id 0: of all. */
size_t count_licenses(struct drm_client *client, uint32_t key_id);

#endif
