/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gathering the licences that a question is about (candidates.h).
 */
#include "engine/client/candidates.h"

#include <string.h>

/* What was found for an uplink key id: many leaves share one. */
struct drm_candidate_roots
{
    struct drm_candidate_roots *next;
    const uint8_t *anchor;
    const uint8_t *key_id;
    const struct drm_license_set *set;
    struct drm_candidate *candidates;
    size_t count;
};

static bool is_same_anchor(const uint8_t *a, const uint8_t *b)
{
    return !memcmp(a, b, DRM_SIGN_PUBLIC_SIZE);
}

/* --- roots -------------------------------------------------------------------------------------------------- */

static drm_result add_roots(struct drm_candidates *candidates, const uint8_t *anchor, const uint8_t *uplink,
                            struct drm_candidate_roots **out)
{
    struct drm_candidate_roots *roots = drm_scratch_take(&candidates->scratch, 1, sizeof(*roots));
    drm_result result;

    if (!roots)
        return DRM_E_OUT_OF_MEMORY;
    *roots = (struct drm_candidate_roots){.next = candidates->roots, .anchor = anchor, .key_id = uplink};
    if (DRM_FAILED(result = drm_store_find_licenses(candidates->question->store, uplink, &roots->set)))
        return result;
    candidates->roots = roots; /* from here on its set is released with the others */
    roots->candidates = drm_scratch_take(&candidates->scratch, roots->set->count, sizeof(*roots->candidates));
    if (!roots->candidates)
        return DRM_E_OUT_OF_MEMORY;
    for (size_t i = 0; i < roots->set->count; i++)
    {
        const struct drm_known_license *license = &roots->set->licenses[i];

        if (is_same_anchor(license->anchor, anchor))
            roots->candidates[roots->count++] =
                (struct drm_candidate){.terms = &license->terms, .state = &license->state};
    }
    *out = roots;
    return DRM_S_OK;
}

drm_result drm_candidates_find_roots(struct drm_candidates *candidates, const uint8_t *anchor,
                                     const uint8_t uplink[DRM_KEY_ID_SIZE], const struct drm_candidate **out,
                                     size_t *count)
{
    struct drm_candidate_roots *roots = candidates->roots;
    drm_result result;

    while (roots && (memcmp(roots->key_id, uplink, DRM_KEY_ID_SIZE) || !is_same_anchor(roots->anchor, anchor)))
        roots = roots->next;
    if (!roots && DRM_FAILED(result = add_roots(candidates, anchor, uplink, &roots)))
        return result;
    *out = roots->candidates;
    *count = roots->count;
    return DRM_S_OK;
}

/* --- licences ----------------------------------------------------------------------------------------------- */

static drm_result add_group(struct drm_candidates *candidates, const uint8_t *anchor, size_t first)
{
    const struct drm_license_set *set = candidates->set;
    struct drm_candidate_group *group = drm_scratch_take(&candidates->scratch, 1, sizeof(*group)), **end;
    drm_result result;

    if (!group)
        return DRM_E_OUT_OF_MEMORY;
    *group = (struct drm_candidate_group){.anchor = anchor};
    group->candidates = drm_scratch_take(&candidates->scratch, set->count - first, sizeof(*group->candidates));
    if (!group->candidates)
        return DRM_E_OUT_OF_MEMORY;
    for (size_t i = first; i < set->count; i++)
    {
        const struct drm_known_license *license = &set->licenses[i];
        struct drm_candidate candidate = {.terms = &license->terms, .state = &license->state};

        if (!is_same_anchor(license->anchor, anchor))
            continue;
        if (license->terms.has_uplink
            && DRM_FAILED(result = drm_candidates_find_roots(candidates, anchor, license->terms.uplink,
                                                             &candidate.roots, &candidate.root_count)))
            return result;
        group->candidates[group->count++] = candidate;
    }
    for (end = &candidates->groups; *end; end = &(*end)->next)
        ;
    *end = group;
    return drm_question_environment(candidates->question, anchor, &group->environment, NULL);
}

static bool has_group(const struct drm_candidates *candidates, const uint8_t *anchor)
{
    for (const struct drm_candidate_group *group = candidates->groups; group; group = group->next)
        if (is_same_anchor(group->anchor, anchor))
            return true;
    return false;
}

drm_result drm_candidates_find(struct drm_candidates *candidates, const struct drm_question *question,
                               const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    size_t place;
    drm_result result;

    candidates->question = question;
    candidates->set = NULL;
    candidates->groups = NULL;
    candidates->roots = NULL;
    drm_scratch_init(&candidates->scratch);
    if (DRM_FAILED(result = drm_store_find_licenses(question->store, key_id, &candidates->set)))
        return result;
    for (size_t i = 0; i < candidates->set->count; i++)
    {
        const uint8_t *anchor = candidates->set->licenses[i].anchor;

        if (!has_group(candidates, anchor) && drm_question_find_anchor(question, anchor, &place)
            && DRM_FAILED(result = add_group(candidates, anchor, i)))
            return result;
    }
    return DRM_S_OK;
}

void drm_candidates_release(struct drm_candidates *candidates)
{
    struct drm_store *store = candidates->question->store;

    for (struct drm_candidate_roots *roots = candidates->roots; roots; roots = roots->next)
        drm_license_set_release(store, roots->set);
    drm_license_set_release(store, candidates->set);
    drm_scratch_free(&candidates->scratch);
}
