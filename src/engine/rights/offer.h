/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How one grant of one licence stands now: what it still allows, and what is against it. Shared by the decisions about
 * actions and about states; nobody else needs it.
 */
#ifndef WMDRM_ENGINE_OFFER_H
#define WMDRM_ENGINE_OFFER_H

#include "engine/rights/evaluate.h"

struct drm_offer
{
    uint32_t reasons; /* enum drm_refusal, without DRM_REFUSED_NOT_ENABLED unless nothing else tells why; 0: usable */
    uint32_t count;   /* what remains, or DRM_COUNT_UNLIMITED */
    int64_t from;     /* with the licence's own limits; 0: none */
    int64_t until;    /* the same, and once the licence was used, with the end that follows from it */
    uint32_t hours;   /* that begin with the first use; 0: none, or they have begun */
};

void drm_offer_of_grant(const struct drm_terms *terms, const struct drm_license_state *state, size_t grant,
                        const struct drm_now *now, struct drm_offer *out);

/* The earlier of two ends (0: none). */
int64_t drm_offer_earlier_end(int64_t a, int64_t b);

#endif
