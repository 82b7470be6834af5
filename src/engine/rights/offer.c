/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How one grant stands (offer.h). */
#include "engine/rights/offer.h"

#define MILLISECONDS_PER_HOUR 3600000

int64_t drm_offer_earlier_end(int64_t a, int64_t b)
{
    if (!a || !b)
        return a ? a : b;
    return a < b ? a : b;
}

/* Of hours that began with the first use. A licence may name half a million years of them: no end is past the last time
 * that there is, since the shell's times could not hold it. */
static int64_t end_of_hours(int64_t first_use, uint32_t hours)
{
    const int64_t end = first_use + (int64_t)hours * MILLISECONDS_PER_HOUR;

    return end < DRM_TERMS_TIME_MAX ? end : DRM_TERMS_TIME_MAX;
}

/* Why the licence as a whole is out, whatever it grants. */
static uint32_t reasons_of_license(const struct drm_terms *terms, const struct drm_license_state *state,
                                   const struct drm_now *now)
{
    uint32_t reasons = 0;

    if (state->flags & (DRM_LICENSE_MARKED | DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED))
        reasons |= DRM_REFUSED_NOT_ENABLED;
    /* One that is disabled or deleted by a clock that was set back is out while the clock is, not only where it has
     * a time: whoever uses it makes that last. */
    if (state->flags & DRM_LICENSE_ROLLED_BACK || (!now->known && drm_terms_rollback(terms) != DRM_ROLLBACK_WAIT))
        reasons |= DRM_REFUSED_NO_CLOCK;
    return reasons;
}

static uint32_t reasons_of_time(const struct drm_offer *offer, const struct drm_now *now)
{
    if (!offer->from && !offer->until && !offer->hours)
        return 0;
    if (!now->known)
        return DRM_REFUSED_NO_CLOCK;
    if (offer->until && now->time >= offer->until)
        return DRM_REFUSED_EXPIRED;
    return now->time < offer->from ? DRM_REFUSED_NOT_STARTED : 0;
}

void drm_offer_of_grant(const struct drm_terms *terms, const struct drm_license_state *state, size_t grant,
                        const struct drm_now *now, struct drm_offer *out)
{
    const struct drm_grant *limits = &terms->grants[grant];

    /* A state that knows fewer grants than the terms belongs to other terms: nothing remains of what it lacks. */
    out->count = grant < state->count ? state->remaining[grant] : 0;
    out->from = limits->from > terms->not_before ? limits->from : terms->not_before;
    out->until = drm_offer_earlier_end(limits->until, terms->not_after);
    out->hours = limits->hours;
    if (limits->hours && state->first_use)
    {
        out->until = drm_offer_earlier_end(out->until, end_of_hours(state->first_use, limits->hours));
        out->hours = 0;
    }
    out->reasons = reasons_of_license(terms, state, now) | reasons_of_time(out, now);
    if (out->count == 0)
        out->reasons |= DRM_REFUSED_EXHAUSTED;
}
