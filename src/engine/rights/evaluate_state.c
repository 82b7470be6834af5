/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all licences of a key id together allow, as one row of numbers (evaluate.h; docs/rights.md, "States of all
 * licences"). What is said is never more than what can be used: where the row cannot say all of it, DRM_VAGUE tells so.
 */
#include "engine/rights/evaluate.h"

#include <string.h>

#include "engine/rights/offer.h"

/* How often the licences are gone through to unite windows: those of a subscription come in their order and need one
 * or two. Ten thousand licences in the worst order would need ten thousand; they are vague instead. */
#define UNITE_PASSES 16

/* One grant that can be used, now or later, with what its root leaves of it. */
struct share
{
    enum drm_category category;
    uint32_t count;
    int64_t from;
    int64_t until;
    uint32_t hours;
    bool started;
    bool vague;      /* the category does not tell all of its limits */
    bool common;     /* its count may be used up through another leaf */
    uint32_t flags;  /* DRM_OUTPUTS_PRESENT, DRM_SAP_PRESENT */
};

struct question
{
    const struct drm_candidate *candidates;
    size_t count;
    enum drm_right right;
    const struct drm_now *now;
};

static enum drm_category categorize(const struct share *share)
{
    static const enum drm_category categories[2][2][2] = { /* count, from, until */
        {{DRM_CATEGORY_UNLIMITED, DRM_CATEGORY_UNTIL}, {DRM_CATEGORY_FROM, DRM_CATEGORY_FROM_UNTIL}},
        {{DRM_CATEGORY_COUNT, DRM_CATEGORY_COUNT_UNTIL}, {DRM_CATEGORY_COUNT_FROM, DRM_CATEGORY_COUNT_FROM_UNTIL}},
    };

    if (share->hours)
        return DRM_CATEGORY_AFTER_FIRST_USE;
    return categories[share->count != DRM_COUNT_UNLIMITED][share->from != 0][share->until != 0];
}

static uint32_t flags_of(const struct drm_terms *terms)
{
    uint32_t flags = 0;

    if (terms->has_outputs || terms->copy_included_count || terms->copy_excluded_count)
        flags |= DRM_OUTPUTS_PRESENT;
    if (terms->sap_required || terms->sap_level)
        flags |= DRM_SAP_PRESENT;
    return flags;
}

static void finish_share(struct share *share)
{
    share->category = categorize(share);
    if (share->hours && (share->count != DRM_COUNT_UNLIMITED || share->from || share->until))
        share->vague = true;
}

/* Which right a grant gives is the caller's matter. False where it can never be used again, or not as things are. */
static bool take_grant(const struct drm_candidate *candidate, size_t grant, const struct drm_now *now,
                       struct share *out)
{
    struct drm_offer offer;

    drm_offer_of_grant(candidate->terms, candidate->state, grant, now, &offer);
    if (candidate->terms->metered || offer.reasons & ~(uint32_t)DRM_REFUSED_NOT_STARTED)
        return false;
    *out = (struct share){
        .count = offer.count,
        .from = offer.from,
        .until = offer.until,
        .hours = offer.hours,
        .started = !offer.reasons,
        .flags = flags_of(candidate->terms),
    };
    finish_share(out);
    return true;
}

/* The part of a leaf's share that a root's share leaves. False for none. */
static bool narrow(const struct share *leaf, const struct share *root, struct share *out)
{
    *out = *leaf;
    if (root->count < out->count)
        out->count = root->count;
    out->common = root->count != DRM_COUNT_UNLIMITED;
    if (root->from > out->from)
        out->from = root->from;
    out->until = drm_offer_earlier_end(leaf->until, root->until);
    if (out->until && out->from >= out->until)
        return false;
    if (root->hours && (!out->hours || root->hours < out->hours))
        out->hours = root->hours;
    out->started = leaf->started && root->started;
    out->flags |= root->flags;
    finish_share(out);
    return true;
}

/* A leaf's share with its roots: an unlimited one leaves all of it, else the first that leaves something counts. */
static bool take_roots(const struct drm_candidate *leaf, enum drm_right right, const struct drm_now *now,
                       struct share *share)
{
    struct share root, narrowed, result = {0};
    bool found = false;
    size_t i, grant;

    for (i = 0; i < leaf->root_count; i++)
    {
        const struct drm_candidate *candidate = &leaf->roots[i];

        for (grant = 0; !candidate->terms->has_uplink && grant < candidate->terms->grant_count; grant++)
        {
            if (candidate->terms->grants[grant].right != right || !take_grant(candidate, grant, now, &root)
                || !narrow(share, &root, &narrowed))
            {
                continue;
            }
            if (root.category == DRM_CATEGORY_UNLIMITED)
            {
                *share = narrowed;
                return true;
            }
            if (found)
                result.vague = true;
            else
                result = narrowed;
            found = true;
        }
    }
    if (found)
        *share = result;
    return found;
}

static bool take_share(const struct question *question, size_t candidate, size_t grant, struct share *out)
{
    const struct drm_candidate *license = &question->candidates[candidate];

    if (license->terms->grants[grant].right != question->right || !take_grant(license, grant, question->now, out))
        return false;
    return !license->terms->has_uplink || take_roots(license, question->right, question->now, out);
}

/* --- all of them ------------------------------------------------------------------------------------------- */

/* What one look at every share finds. */
struct overview
{
    size_t count;
    uint32_t categories; /* bits */
    uint32_t flags;
    struct share speaker; /* of the licence of the highest priority: what may be used now, then what begins first */
    size_t speaking_for;  /* its candidate */
    struct share pair[2]; /* the first two */
    uint32_t total;       /* of counts, up to the greatest that is none for unlimited */
    int64_t first_from;
    int64_t last_until;
    bool same_window;
    bool common;
    bool vague;
};

static bool speaks_before(const struct share *a, const struct share *b)
{
    if (a->started != b->started)
        return a->started;
    return a->from < b->from;
}

static void look_at(struct overview *overview, const struct share *share, size_t candidate)
{
    const uint32_t room = DRM_COUNT_UNLIMITED - 1 - overview->total;

    if (overview->count == 0)
    {
        overview->speaker = *share;
        overview->speaking_for = candidate;
        overview->first_from = share->from;
        overview->last_until = share->until;
        overview->same_window = true;
    }
    else if (candidate == overview->speaking_for && speaks_before(share, &overview->speaker))
    {
        overview->speaker = *share;
    }
    if (overview->count < 2)
        overview->pair[overview->count] = *share;
    overview->count++;
    overview->categories |= UINT32_C(1) << share->category;
    overview->flags |= share->flags;
    overview->total += share->count < room ? share->count : room;
    overview->common |= share->common;
    overview->vague |= share->vague;
    overview->same_window &= share->from == overview->pair[0].from && share->until == overview->pair[0].until;
    if (share->from < overview->first_from)
        overview->first_from = share->from;
    if (share->until > overview->last_until)
        overview->last_until = share->until;
}

static void look_at_all(const struct question *question, struct overview *overview)
{
    struct share share;
    size_t i, grant;

    for (i = 0; i < question->count; i++)
    {
        for (grant = 0; grant < question->candidates[i].terms->grant_count; grant++)
        {
            if (take_share(question, i, grant, &share))
                look_at(overview, &share, i);
        }
    }
}

/* Do all windows (they are FROM_UNTIL) together make one? */
static bool unite(const struct question *question, const struct overview *overview)
{
    int64_t from = overview->pair[0].from, until = overview->pair[0].until;
    struct share share;
    size_t pass, i, grant;
    bool grew = true;

    for (pass = 0; grew && pass < UNITE_PASSES; pass++)
    {
        grew = false;
        for (i = 0; i < question->count; i++)
        {
            for (grant = 0; grant < question->candidates[i].terms->grant_count; grant++)
            {
                if (!take_share(question, i, grant, &share) || share.from > until || share.until < from)
                    continue;
                grew |= share.from < from || share.until > until;
                from = share.from < from ? share.from : from;
                until = share.until > until ? share.until : until;
            }
        }
        if (from == overview->first_from && until == overview->last_until)
            return true;
    }
    return false;
}

static void fill(struct drm_state_data *out, const struct share *share)
{
    out->category = share->category;
    if (share->category == DRM_CATEGORY_AFTER_FIRST_USE)
    {
        out->counts[out->count_count++] = share->hours;
        return;
    }
    if (share->count != DRM_COUNT_UNLIMITED)
        out->counts[out->count_count++] = share->count;
    if (share->from)
        out->dates[out->date_count++] = share->from;
    if (share->until)
        out->dates[out->date_count++] = share->until;
}

/* What the shares, all of one category, are together. False where no row says it. */
static bool sum_up(const struct question *question, const struct overview *overview, struct share *out)
{
    *out = overview->speaker;
    out->from = overview->first_from;
    out->until = overview->last_until;
    switch (overview->speaker.category)
    {
    case DRM_CATEGORY_FROM:
    case DRM_CATEGORY_UNTIL:
        return true;
    case DRM_CATEGORY_FROM_UNTIL:
        return unite(question, overview);
    case DRM_CATEGORY_COUNT:
    case DRM_CATEGORY_COUNT_FROM:
    case DRM_CATEGORY_COUNT_UNTIL:
    case DRM_CATEGORY_COUNT_FROM_UNTIL:
        out->count = overview->total;
        return overview->same_window && !overview->common;
    default:
        return false;
    }
}

void drm_evaluate_state(const struct drm_candidate *candidates, size_t count, enum drm_right right,
                        const struct drm_environment *environment, struct drm_state_data *out)
{
    const struct question question = {candidates, count, right, &environment->now};
    struct overview overview = {0};
    const struct share *pair = overview.pair;
    bool second_is_earlier;
    struct share sum;

    look_at_all(&question, &overview);
    memset(out, 0, sizeof(*out));
    out->flags = overview.flags;
    if (overview.count == 0)
        return;
    if (overview.categories & UINT32_C(1) << DRM_CATEGORY_UNLIMITED)
    {
        out->category = DRM_CATEGORY_UNLIMITED;
        return;
    }
    if (overview.vague)
        out->flags |= DRM_VAGUE;
    if (overview.count == 1)
    {
        fill(out, &overview.speaker);
    }
    else if (overview.categories == UINT32_C(1) << overview.speaker.category && sum_up(&question, &overview, &sum))
    {
        fill(out, &sum);
    }
    else if (overview.categories == UINT32_C(1) << DRM_CATEGORY_COUNT_FROM_UNTIL && overview.count == 2
             && !overview.common)
    {
        second_is_earlier = pair[1].from < pair[0].from;
        fill(out, &pair[second_is_earlier]);
        fill(out, &pair[!second_is_earlier]);
    }
    else
    {
        fill(out, &overview.speaker);
        out->flags |= DRM_VAGUE;
    }
}
