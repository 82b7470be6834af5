/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_authority share: an authority in a folder of its own, and machines that ask it.
 */
#ifndef WMDRM_TESTS_AUTHORITY_FIXTURE_H
#define WMDRM_TESTS_AUTHORITY_FIXTURE_H

#include "engine/authority/authority.h"
#include "engine/check.h"
#include "support/test_host.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define YEAR_MS (365 * DAY_MS)

struct fixture
{
    struct test_host host;
    struct drm_authority *authority; /* open; tests may close it and set it to NULL */
};

/* CMocka's set-up and tear-down of one test; *state is the fixture. */
int authority_setup(void **state);
int authority_teardown(void **state);

struct drm_authority_options authority_options(struct fixture *fixture);
/* Closes it where it is open and opens it again, which has to succeed. */
void authority_reopen(struct fixture *fixture);
/* The result of opening it; one that opened is closed again. */
drm_result authority_try(struct fixture *fixture, enum drm_authority_mode mode);

/* A machine: its id, its keys, and the chain that it was given. */
struct machine
{
    uint8_t id[DRM_ID_SIZE];
    struct drm_version version;
    uint8_t seed[DRM_SIGN_SEED_SIZE], encrypt_private[DRM_X25519_SIZE];
    struct drm_buffer chain;
    struct drm_certificate certificate; /* its leaf */
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    uint8_t component_hash[DRM_SHA256_SIZE];
};
void machine_init(struct machine *machine);
void machine_free(struct machine *machine);

/* An answer as it came: all of its bytes, its head verified, each part proved against its hash. */
struct received
{
    struct drm_buffer bytes;
    struct drm_answer answer;                      /* points into bytes */
    const uint8_t *parts[DRM_ANSWER_MAX_PARTS];
};
void received_free(struct received *received);
/* Reads and checks all of a reply. */
void receive(struct drm_authority *authority, struct drm_authority_reply *reply, struct received *out);
/* The part of a list type, or of the component (0); NULL where there is none. */
const struct drm_part *received_part(const struct received *received, uint32_t list_type, const uint8_t **bytes);

enum machine_signing
{
    UNSIGNED,  /* a new machine */
    SIGNED,    /* by the identity that it has */
};

/* Asks with fresh keys, and on success gives them to the machine with its new chain. out may be NULL. */
drm_result machine_individualize(struct drm_authority *authority, struct machine *machine,
                                 enum machine_signing signing, bool forced, struct received *out);
/* Writes a request that machine_individualize would send, for tests that spoil it. */
void machine_write_request(const struct machine *machine, enum machine_signing signing, bool forced,
                           struct drm_buffer *out);
/* Asks for lists newer than the machine's, signed by nobody. */
drm_result machine_refresh(struct drm_authority *authority, struct machine *machine, struct received *out);

/* A list's bytes, proved by drm_revocation_reader under the authority's root; its head. */
struct drm_revocation_head check_list(struct drm_authority *authority, const uint8_t *bytes, size_t size,
                                      size_t *entries_offset);
/* The current list of a type, checked. Free bytes. */
struct drm_revocation_head current_list(struct drm_authority *authority, enum drm_revocation_type type,
                                        struct drm_buffer *bytes, const uint8_t **entries);
/* count different certificate ids that follow from first. free it. */
uint8_t *make_entries(uint32_t first, size_t count);

int run_authority_opening_tests(void);
int run_authority_request_tests(void);
int run_authority_list_tests(void);
int run_authority_administration_tests(void);

#endif
