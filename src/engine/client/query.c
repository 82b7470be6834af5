/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Queries: what may be done with a key id, by all of its licences together. Nothing is consumed, no licence is read and
 * no signature verified; while the store does not change, neither memory nor a lock of the database is taken.
 */
#include "engine/client/candidates.h"
#include "engine/client/licenses.h"

static struct drm_environment environment_of(const struct drm_candidate_group *group, const struct drm_query *query)
{
    struct drm_environment environment = group->environment;

    if (!query)
        return environment;
    environment.min_security = query->min_security;
    environment.app_level_counts = query->app_level_counts;
    environment.app_level = query->app_level;
    if (query->has_state && (!query->individualized || drm_version_compare(query->version, environment.security) < 0))
    {
        environment.individualized = environment.individualized && query->individualized;
        environment.security = query->version;
    }
    environment.has_device = query->has_device;
    environment.device_level = query->device_level;
    environment.device_technology = query->has_device_technology ? query->device_technology : NULL;
    return environment;
}

/* --- actions ------------------------------------------------------------------------------------------------ */

/* Each issuer's licences are judged by that issuer's time and identity; whichever allows it, allows it. */
static uint32_t judge_action(const struct drm_candidates *candidates, enum drm_right right,
                             const struct drm_query *query)
{
    uint32_t reasons = DRM_ALLOWED, reason;

    if (!candidates->groups)
        return DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE;
    for (const struct drm_candidate_group *group = candidates->groups; group; group = group->next)
    {
        struct drm_environment environment = environment_of(group, query);

        if (!(reason = drm_evaluate_action(group->candidates, group->count, right, &environment)))
            return DRM_ALLOWED;
        reasons |= reason;
    }
    return reasons;
}

drm_result drm_client_query_actions(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                    const struct drm_query *query, const enum drm_right *rights, size_t count,
                                    uint32_t *results)
{
    struct drm_candidates candidates;
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = drm_candidates_find(&candidates, &question, key_id);
    for (size_t i = 0; DRM_SUCCEEDED(result) && i < count; i++)
        results[i] = judge_action(&candidates, rights[i], query);
    drm_candidates_release(&candidates);
    return drm_question_end(&question, result);
}

static drm_result look_for_license(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE], uint32_t rights,
                                   bool *out)
{
    struct drm_candidates candidates;
    struct drm_question question;
    bool all = true, any = false;
    drm_result result = drm_question_begin_watching(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = drm_candidates_find(&candidates, &question, key_id);
    for (int right = 0; DRM_SUCCEEDED(result) && right < DRM_RIGHTS; right++)
    {
        bool allowed = judge_action(&candidates, (enum drm_right)right, NULL) == DRM_ALLOWED;

        any = any || allowed;
        all = all && (allowed || !(rights & DRM_RIGHT_BIT(right)));
    }
    drm_candidates_release(&candidates);
    if (DRM_SUCCEEDED(result))
        *out = any && all;
    return drm_question_end(&question, result);
}

drm_result drm_client_has_license(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE], uint32_t rights,
                                  bool *out)
{
    drm_result result = look_for_license(client, key_id, rights, out);

    return result == DRM_E_OPERATION_CANCELED ? DRM_E_BUSY : result;
}

/* --- states ------------------------------------------------------------------------------------------------- */

/*
 * What several issuers grant cannot be added up, since each has a time of its own: an unlimited right wins, else the
 * issuer of the highest priority that grants anything speaks, and the answer is vague.
 */
static void judge_state(const struct drm_candidates *candidates, enum drm_right right, struct drm_state_data *out)
{
    struct drm_state_data state;
    bool vague = false;

    *out = (struct drm_state_data){.category = DRM_CATEGORY_NO_RIGHT};
    for (const struct drm_candidate_group *group = candidates->groups; group; group = group->next)
    {
        drm_evaluate_state(group->candidates, group->count, right, &group->environment, &state);
        if (state.category == DRM_CATEGORY_NO_RIGHT)
            continue;
        if (out->category == DRM_CATEGORY_NO_RIGHT)
            *out = state;
        else if (state.category == DRM_CATEGORY_UNLIMITED && out->category != DRM_CATEGORY_UNLIMITED)
        {
            *out = state;
            vague = false;
        }
        else
            vague = vague || out->category != DRM_CATEGORY_UNLIMITED;
    }
    if (vague)
        out->flags |= DRM_VAGUE;
}

drm_result drm_client_query_states(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                   const enum drm_right *rights, size_t count, struct drm_state_data *results)
{
    struct drm_candidates candidates;
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = drm_candidates_find(&candidates, &question, key_id);
    for (size_t i = 0; DRM_SUCCEEDED(result) && i < count; i++)
        judge_state(&candidates, rights[i], &results[i]);
    drm_candidates_release(&candidates);
    return drm_question_end(&question, result);
}
