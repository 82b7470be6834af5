/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of using licences have in common. Licences come from the embedded authority; those that it would not
 * issue are put into the store, whose decision comes before anything of them is read.
 */
#ifndef WMDRM_TESTS_USE_FIXTURE_H
#define WMDRM_TESTS_USE_FIXTURE_H

#include "engine/client/licenses.h"
#include "engine/client_fixture.h"
#include "engine/store/license_store.h"

/* The key id of content that has a number, and its text, which is valid until the fourth call after it. */
void key_id_of(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE]);
const char *key_id_text(uint32_t number);

/* Adds content to the embedded authority; give acquires a licence for it, too. */
void add_content(struct fixture *fixture, uint32_t number, const char *rights);
void give(struct fixture *fixture, uint32_t number, const char *rights);

/* The client's store, for drm_store_close. */
struct drm_store *open_store(struct fixture *fixture);

/* Puts a row with these rights into the store; there is no licence behind it. */
void put(struct fixture *fixture, uint32_t number, const char *rights);

/* For drm_enumeration_free. */
struct drm_enumeration *enumerate(struct fixture *fixture, uint32_t number, const char *rights);

/* The first licence of the key id; rights (may be NULL) are the filter's. The key must be the content's. */
drm_result use(struct fixture *fixture, uint32_t number, const char *rights);

/* What questions say. remaining: plays, say, that are left; 0 where no count is told. */
struct drm_state_data state_of(struct fixture *fixture, uint32_t number, enum drm_right right);
uint32_t remaining(struct fixture *fixture, uint32_t number, enum drm_right right);
uint32_t refusal(struct fixture *fixture, uint32_t number, enum drm_right right);

/* A client with an identity: CMocka's set-up. */
int use_setup(void **state);

/* By two days, for a process that begins then. */
void set_clock_back(struct fixture *fixture);

#endif
