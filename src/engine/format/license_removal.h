/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Remote revocation of licences (docs/protocol.md, "Removal"): challenge, response (the signed LRB), acknowledgement.
 */
#ifndef WMDRM_ENGINE_LICENSE_REMOVAL_H
#define WMDRM_ENGINE_LICENSE_REMOVAL_H

#include "engine/format/license.h"
#include "engine/format/chain.h"

#define DRM_REMOVAL_MAX_DATA 65536   /* bytes of the caller's machine id, and of its challenge data */
#define DRM_REMOVAL_MAX_KEYS 4096    /* key ids in a response */
#define DRM_REMOVAL_MAX_LICENSES 65536 /* licence ids in an acknowledgement */

/* From the machine; signed by its identity, with its chain. */
struct drm_removal_challenge
{
    uint8_t transaction[DRM_ID_SIZE]; /* random; like every id here never zero */
    uint8_t machine_id[DRM_ID_SIZE];
    struct drm_span caller_machine_id; /* in whatever form the service uses */
    struct drm_span caller_data;       /* "custom data": a user id in UTF-8, as the public documents have it */
};
DRM_MUST_CHECK drm_result drm_removal_challenge_write(const struct drm_removal_challenge *challenge,
                                                      const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                      struct drm_buffer *out);
/* Verifies: the chain leads from a machine of that id to anchor at now (0: validity does not count). Spans point into
 * data. DRM_E_BAD_REQUEST, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE. */
DRM_MUST_CHECK drm_result drm_removal_challenge_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                     int64_t now, struct drm_removal_challenge *out);

/* From the issuer; signed by the key that the licences name (LGPUBKEY), which stands in it. */
struct drm_removal
{
    uint8_t transaction[DRM_ID_SIZE];
    uint8_t machine_id[DRM_ID_SIZE];
    uint8_t revocation_key[DRM_SIGN_PUBLIC_SIZE]; /* who signs; only licences that name it are meant */
    struct drm_span key_ids;                      /* DRM_KEY_ID_SIZE each; empty: whatever the key id */
    struct drm_span user_id;                      /* empty: whoever's. Not both empty */
};
/* seed is the private half of revocation_key. Each write here returns DRM_E_INVALID_ARGUMENT for what read would
 * refuse. */
DRM_MUST_CHECK drm_result drm_removal_write(const struct drm_removal *removal, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                            struct drm_buffer *out);
/* DRM_E_INVALID_LICENSEBLOB for what is none, DRM_E_SIGNATURE_FAILURE. */
DRM_MUST_CHECK drm_result drm_removal_read(struct drm_span data, struct drm_removal *out);

/* From the machine again; signed by its identity, with its chain. */
struct drm_removal_receipt
{
    uint8_t transaction[DRM_ID_SIZE];
    uint8_t machine_id[DRM_ID_SIZE];
    int64_t time;
    struct drm_span license_ids;      /* of those that are gone, DRM_ID_SIZE each; may be empty. Of more than
                                         DRM_REMOVAL_MAX_LICENSES the first so many */
};
DRM_MUST_CHECK drm_result drm_removal_receipt_write(const struct drm_removal_receipt *receipt,
                                                    const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                    struct drm_buffer *out);
/* As of a challenge. */
DRM_MUST_CHECK drm_result drm_removal_receipt_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                   int64_t now, struct drm_removal_receipt *out);

#endif
