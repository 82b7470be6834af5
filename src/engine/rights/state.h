/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has become of a licence on this machine: remaining counts, first use, and whether it was removed. It is
 * remembered for ever, also of a licence that is gone, and only ever goes down.
 */
#ifndef WMDRM_ENGINE_STATE_H
#define WMDRM_ENGINE_STATE_H

#include "engine/rights/terms.h"

enum drm_license_flag
{
    DRM_LICENSE_MARKED = 0x1,      /* for purge: unusable until it is gone */
    DRM_LICENSE_DELETED = 0x2,
    DRM_LICENSE_REVOKED = 0x4,
    DRM_LICENSE_ROLLED_BACK = 0x8, /* DRM_ROLLBACK_DISABLE met a clock that was set back */
};

struct drm_license_state
{
    uint32_t flags;                            /* enum drm_license_flag */
    int64_t first_use;                         /* of any right; 0: never */
    size_t count;                              /* of remaining: the licence's grants */
    uint32_t remaining[DRM_TERMS_MAX_GRANTS];  /* index as in the terms; DRM_COUNT_UNLIMITED where there is no count */
};

/* That of a licence never used. */
void drm_license_state_begin(const struct drm_terms *terms, struct drm_license_state *out);

/* The worse of both in everything: lower counts, earlier first use, all flags. A different number of grants: those
 * that only one has stay as they are. */
void drm_license_state_lower(struct drm_license_state *state, const struct drm_license_state *other);

/* Uses the licence: the grant's count goes down, and the first use is noted. now: where the time is not known, the
 * latest that was seen, so that hours after the first use end sooner rather than later. */
void drm_license_state_use(struct drm_license_state *state, size_t grant, int64_t now);

#define DRM_LICENSE_STATE_MAX_SIZE (4 + 8 + 1 + 4 * DRM_TERMS_MAX_GRANTS)
/* Fixed layout: flags (4), first use (8), count (1), remaining (4 each), big-endian. write returns the size. read
 * returns DRM_E_STORE_CORRUPT. */
size_t drm_license_state_write(const struct drm_license_state *state, uint8_t out[DRM_LICENSE_STATE_MAX_SIZE]);
DRM_MUST_CHECK drm_result drm_license_state_read(struct drm_span data, struct drm_license_state *out);

#endif
