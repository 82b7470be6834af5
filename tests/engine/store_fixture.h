/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_license_store share: a store in a folder of its own, and responses that nobody
 * signed: the store believes its caller.
 */
#ifndef WMDRM_TESTS_STORE_FIXTURE_H
#define WMDRM_TESTS_STORE_FIXTURE_H

#include "engine/check.h"
#include "engine/store/license_store.h"
#include "support/test_host.h"

struct store_fixture
{
    struct test_host host;
    struct drm_store *store;
};

/* CMocka's set-up and tear-down of one test; *state is the fixture. */
int store_setup(void **state);
int store_teardown(void **state);
/* Another handle on the same folder. */
struct drm_store *store_open(struct store_fixture *fixture);
/* As a new program would begin. What is temporary stays: this is the same process. */
void store_reopen(struct store_fixture *fixture);
/* Runs SQL on its database while nobody has it open. */
void store_edit(struct store_fixture *fixture, const char *sql);

/* What makes an empty database a store of version 1, with an identity and what a service said. It never changes. */
extern const char store_version_1[];

/* Ids of a number. */
const uint8_t *an_anchor(uint32_t number);   /* these three: valid until the eighth call after it */
const uint8_t *a_key_id(uint32_t number);
const uint8_t *a_license_id(uint32_t number);

/* A licence to be stored. It grants Play with this count (0: without), and Copy to those of an odd number. */
struct spec
{
    uint32_t license, key;
    uint32_t priority;
    uint32_t plays;
    bool temporary;
    int64_t until; /* of all of it; 0: none */
};

struct order
{
    uint32_t anchor, response;
    int64_t identity;    /* 0: 1 */
    int64_t signed_time;
    bool fresh;
    const struct spec *specs;
    size_t count;
};

/* Stores one response. */
drm_result try_order(struct drm_store *store, const struct order *order, struct drm_stored *out);
/* One of anchor 1, whose response has the number of its first licence; must succeed. */
struct drm_stored add(struct drm_store *store, const struct spec *specs, size_t count);
void add_one(struct drm_store *store, struct spec spec);

/* The one licence of a key id; asserts that there is just one. */
struct drm_known_license the_license(struct drm_store *store, uint32_t key);
size_t count_of_key(struct drm_store *store, uint32_t key);
int64_t number_of(struct drm_store *store, uint32_t key);

/* A challenge that is answered, without a receipt; valid until the next call. */
const struct drm_used_challenge *answer_to(const uint8_t transaction[DRM_ID_SIZE]);

/* Uses a licence's first grant once, at the time. */
drm_result use(struct drm_store *store, int64_t number, int64_t now);

/* Numbers of licence ids as a cursor gives them; returns how many. */
#define LISTED_MAX 64
size_t list(struct drm_store *store, const struct drm_license_filter *filter, uint32_t out[LISTED_MAX]);
size_t count_all(struct drm_store *store);

/* The bytes that stand for a licence, and the head that stands for its response. */
void assert_read(struct drm_store *store, int64_t number, uint32_t license, uint32_t response);

int run_store_adding_tests(void);
int run_store_listing_tests(void);
int run_store_using_tests(void);
int run_store_removing_tests(void);
int run_store_temporary_tests(void);
int run_store_damage_tests(void);
int run_store_clock_tests(void);
int run_store_set_back_tests(void);
int run_store_thread_tests(void);

#endif
