/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine as the service sees it: makes requests, and judges answers the way the real client does.
 */
#ifndef WMDRM_TESTS_MACHINE_H
#define WMDRM_TESTS_MACHINE_H

#include "engine/format/answer.h"

struct machine
{
    uint8_t id[DRM_ID_SIZE];
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    bool forced;                       /* of the next individualization */
    /* The identity; chain is empty before the first. */
    uint8_t seed[DRM_SIGN_SEED_SIZE], decrypt_key[DRM_X25519_SIZE];
    struct drm_buffer chain;
    uint8_t certificate_id[DRM_SHA256_SIZE];
    struct drm_version installed;
    uint8_t component_hash[DRM_SHA256_SIZE];
    /* The last request. */
    struct drm_request request;
    uint8_t new_seed[DRM_SIGN_SEED_SIZE], new_decrypt_key[DRM_X25519_SIZE];
};

/* A machine without an identity that trusts this anchor. */
void machine_init(struct machine *machine, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE]);
void machine_free(struct machine *machine);

/* Nothing here asserts, so that any thread may call it. */

/* Appends a request with a fresh nonce, and fresh keys where it individualizes, signed by the identity there is. */
drm_result machine_ask(struct machine *machine, enum drm_request_kind kind, struct drm_buffer *out);

/*
 * Judges a whole answer to the last request, every part's hash included, and gives its head, whose spans point into
 * answer. Returns DRM_E_BAD_NET_RESPONSE, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE, DRM_E_INVALID_MACHINE,
 * DRM_E_PARAMETERS_MISMATCHED, DRM_E_PACKAGE_TOO_OLD, DRM_E_COMPONENT_INVALID, for the causes of the real client.
 */
drm_result machine_judge(const struct machine *machine, struct drm_span answer, struct drm_answer *out);

/* Takes the identity of a good answer into use. */
drm_result machine_install(struct machine *machine, const struct drm_answer *answer);

/* All in one, over HTTP: the status, 0 where no answer came, -1 where it is 200 but the answer is not good. A good one
 * is installed. */
int machine_individualize(struct machine *machine, unsigned int port);

#endif
