/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A home: a machine with content and a machine that plays it, both of one authority, each with a store of its own. The
 * network between them is the test.
 */
#ifndef WMDRM_TESTS_DEVICE_HOME_H
#define WMDRM_TESTS_DEVICE_HOME_H

#include "engine/check.h"
#include "engine/client/licenses.h"
#include "engine/device/proximity_run.h"
#include "engine/device/receiver.h"
#include "engine/device/registration.h"
#include "engine/device/transmitter.h"
#include "support/test_authority.h"
#include "support/test_host.h"

struct home_machine
{
    struct test_host host;
    struct test_signer signer;
    struct drm_client *client;
};

struct home
{
    struct test_authority authority;
    struct home_machine cellar, parlour;     /* has the content; plays it */
    struct drm_registrar *registrar;         /* these two are the cellar's */
    struct drm_transmitter *transmitter;
    struct drm_receiver *receiver;           /* the parlour's */
};

/* CMocka's set-up and tear-down of one test; *state is the struct. */
int home_set_up(void **state);
int home_tear_down(void **state);

/* A key and a chain of this role under the home's authority. */
void home_signer(struct home *home, const char *name, uint32_t role, struct test_signer *out);
void home_signer_free(struct test_signer *signer);
/* A list of this version with the certificates of count signers. */
void home_set_list(struct home *home, struct home_machine *machine, enum drm_revocation_type type, uint64_t version,
                   const struct test_signer *const *revoked, size_t count);

/* --- steps, each of which must succeed ---------------------------------------------------------------------- */

extern const struct drm_device_address home_address; /* where the cellar listens */

/* The receiver asks, the registrar answers, the receiver takes it. */
void home_register(struct home *home, struct drm_registration *out);
/* The same of any device whose key the test has. */
struct drm_device_session home_register_signer(struct home *home, const struct test_signer *signer);
/* start, challenge, response, result; the round trip takes so long each time. */
drm_result home_show_proximity(struct home *home, const struct drm_device_session *session, uint64_t round_trip);
/* All of it: registered, near, approved, open. */
void home_admit(struct home *home);

void home_request_license(struct home *home, struct drm_buffer *out);
/* A licence request that the transmitter takes. */
void home_ask(struct home *home);

/* The content key that the parlour's licence of a key id gives; fails the test where it gives none. */
void home_use(struct home *home, const uint8_t key_id[DRM_KEY_ID_SIZE], uint8_t out[DRM_CONTENT_KEY_SIZE]);
/* What using it returns. */
drm_result home_try(struct home *home, const uint8_t key_id[DRM_KEY_ID_SIZE], uint8_t out[DRM_CONTENT_KEY_SIZE]);

#endif
