/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May one licence be used for a right, and which of its grants (evaluate.h; docs/rights.md, "Actions")? */
#include "engine/rights/evaluate.h"

#include <string.h>

#include "engine/rights/offer.h"

/* What is said only of a right that could be used otherwise: the user can do something about it. */
#define REMEDIABLE (DRM_REFUSED_INDIVIDUALIZE | DRM_REFUSED_APP_LEVEL)

/* Of two usable ones: what is not counted goes first, then what ends first. */
static bool is_used_before(const struct drm_offer *a, const struct drm_offer *b)
{
    if ((a->count == DRM_COUNT_UNLIMITED) != (b->count == DRM_COUNT_UNLIMITED))
        return a->count == DRM_COUNT_UNLIMITED;
    return a->until != b->until && drm_offer_earlier_end(a->until, b->until) == a->until;
}

/* The reasons against every grant of this right together, or 0 and the one to use. */
static uint32_t judge_grants(const struct drm_candidate *candidate, enum drm_right right, const struct drm_now *now,
                             int *grant)
{
    const struct drm_terms *terms = candidate->terms;
    struct drm_offer offer, best = {0};
    uint32_t reasons = 0;
    bool found = false;
    size_t i;

    *grant = -1;
    for (i = 0; i < terms->grant_count; i++)
    {
        if (terms->grants[i].right != right)
            continue;
        found = true;
        drm_offer_of_grant(terms, candidate->state, i, now, &offer);
        reasons |= offer.reasons;
        if (!offer.reasons && (*grant < 0 || is_used_before(&offer, &best)))
        {
            best = offer;
            *grant = (int)i;
        }
    }
    if (!found)
        return DRM_REFUSED_NO_RIGHT;
    return *grant < 0 ? reasons : 0;
}

static bool names_technology(const uint8_t (*list)[16], size_t count, const uint8_t *technology)
{
    size_t i;

    for (i = 0; technology && i < count; i++)
    {
        if (memcmp(list[i], technology, 16) == 0)
            return true;
    }
    return false;
}

/* May a copy go to this device? */
static uint32_t judge_device(const struct drm_terms *terms, const struct drm_environment *environment)
{
    const uint8_t *technology = environment->device_technology;
    uint32_t reasons = 0;

    if (!environment->has_device)
        return 0;
    if (environment->device_level < terms->outputs.copy
        && !names_technology(terms->copy_included, terms->copy_included_count, technology))
    {
        reasons |= DRM_REFUSED_COPY_LEVEL;
    }
    if (names_technology(terms->copy_excluded, terms->copy_excluded_count, technology))
        reasons |= DRM_REFUSED_COPY_EXCLUDED;
    return reasons;
}

static uint32_t judge_remediable(const struct drm_terms *terms, enum drm_right right,
                                 const struct drm_environment *environment)
{
    uint32_t reasons = 0;

    if (!environment->individualized || drm_version_compare(environment->security, terms->min_security) < 0
        || drm_version_compare(environment->security, environment->min_security) < 0)
    {
        reasons |= DRM_REFUSED_INDIVIDUALIZE;
    }
    /* Documented: the level matters to play and copy, not to burning. */
    if ((right == DRM_RIGHT_PLAY || right == DRM_RIGHT_COPY) && environment->app_level_counts
        && environment->app_level < terms->min_app_level)
    {
        reasons |= DRM_REFUSED_APP_LEVEL;
    }
    return reasons;
}

/* A licence without regard to its root. */
static uint32_t judge_alone(const struct drm_candidate *candidate, enum drm_right right,
                            const struct drm_environment *environment, int *grant)
{
    const struct drm_terms *terms = candidate->terms;
    uint32_t reasons = judge_grants(candidate, right, &environment->now, grant);

    if (!(reasons & DRM_REFUSED_NO_RIGHT))
    {
        if (terms->metered)
            reasons |= DRM_REFUSED_NO_METERING;
        if (right == DRM_RIGHT_COPY)
            reasons |= judge_device(terms, environment);
    }
    return reasons ? reasons : judge_remediable(terms, right, environment);
}

/* The reasons against every root together, or 0 and the first that allows it. *hopeless: a remedy for the leaf alone
 * would not help. */
static uint32_t judge_roots(const struct drm_candidate *leaf, enum drm_right right,
                            const struct drm_environment *environment, int *root, bool *hopeless)
{
    uint32_t reasons = 0, reason;
    int grant;
    size_t i;

    *hopeless = true;
    for (i = 0; i < leaf->root_count; i++)
    {
        if (leaf->roots[i].terms->has_uplink)
            reason = DRM_REFUSED_CHAIN;
        else
            reason = judge_alone(&leaf->roots[i], right, environment, &grant);
        if (!(reason & ~(uint32_t)REMEDIABLE))
            *hopeless = false;
        if (!reason)
        {
            *root = (int)i;
            return 0;
        }
        reasons |= reason;
    }
    return leaf->root_count ? reasons : DRM_REFUSED_CHAIN;
}

uint32_t drm_evaluate_license(const struct drm_candidate *candidate, enum drm_right right,
                              const struct drm_environment *environment, int *grant, int *root)
{
    uint32_t reasons, of_roots;
    int chosen_grant, chosen_root = -1;
    bool hopeless;

    reasons = judge_alone(candidate, right, environment, &chosen_grant);
    if (candidate->terms->has_uplink)
    {
        of_roots = judge_roots(candidate, right, environment, &chosen_root, &hopeless);
        if (reasons & ~(uint32_t)REMEDIABLE)
            of_roots &= ~(uint32_t)REMEDIABLE;
        if (hopeless)
            reasons &= ~(uint32_t)REMEDIABLE;
        reasons |= of_roots;
    }
    if (grant)
        *grant = reasons ? -1 : chosen_grant;
    if (root)
        *root = reasons ? -1 : chosen_root;
    return reasons ? reasons | DRM_REFUSED_NOT_ENABLED : DRM_ALLOWED;
}
