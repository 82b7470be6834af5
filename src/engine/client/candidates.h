/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licences of a key id that a question is about: those of one issuer after the other, each leaf with its roots.
 */
#ifndef WMDRM_ENGINE_CANDIDATES_H
#define WMDRM_ENGINE_CANDIDATES_H

#include "engine/client/client_internal.h"
#include "engine/client/scratch.h"
#include "engine/rights/evaluate.h"
#include "engine/store/license_store.h"

/* The licences of one issuer, highest priority first, and what the machine adds to an environment for them. */
struct drm_candidate_group
{
    struct drm_candidate_group *next;
    const uint8_t *anchor;
    size_t count;
    struct drm_candidate *candidates;
    struct drm_environment environment; /* what the application says of itself is zero */
};

struct drm_candidate_roots;

struct drm_candidates
{
    const struct drm_question *question;
    const struct drm_license_set *set;
    struct drm_candidate_group *groups; /* in the order of their best licences; NULL: no licence at all */
    struct drm_candidate_roots *roots;
    struct drm_scratch scratch;
};

/* Licences of issuers that this client does not take are left out. Release also after a failure. */
DRM_MUST_CHECK drm_result drm_candidates_find(struct drm_candidates *candidates, const struct drm_question *question,
                                              const uint8_t key_id[DRM_KEY_ID_SIZE]);
void drm_candidates_release(struct drm_candidates *candidates);

/* The roots of one leaf: licences of this uplink key id and this issuer. *out lives as long as candidates, which
 * drm_candidates_find has made ready. */
DRM_MUST_CHECK drm_result drm_candidates_find_roots(struct drm_candidates *candidates, const uint8_t *anchor,
                                                    const uint8_t uplink[DRM_KEY_ID_SIZE],
                                                    const struct drm_candidate **out, size_t *count);

#endif
