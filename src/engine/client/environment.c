/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the machine itself adds to a question about an issuer's licences: time, identity, lists.
 */
#include "engine/client/client_internal.h"
#include "engine/rights/evaluate.h"
#include "engine/store/license_store.h"

static drm_result read_view(struct drm_store *store, const uint8_t *anchor, struct drm_issuer_view *view)
{
    uint64_t versions[DRM_REVOCATION_TYPES];
    struct drm_identity identity;
    drm_result result;

    if (DRM_FAILED(result = drm_store_list_versions(store, anchor, versions))
        || DRM_FAILED(result = drm_store_get_identity(store, anchor, &identity)))
        return result;
    view->individualized = identity.number != 0;
    view->version = identity.number ? identity.version : DRM_VERSION_BASE;
    view->revinfo = versions[DRM_REVOCATION_REVINFO - 1];
    drm_identity_free(&identity);
    return DRM_S_OK;
}

static drm_result get_view(const struct drm_question *question, const uint8_t *anchor, struct drm_issuer_view *out)
{
    /* Before the look: a change in between is seen the next time. */
    uint64_t generation = drm_store_generation(question->store);
    struct drm_issuer_view view = {0}, *kept = NULL;
    size_t place;
    drm_result result;

    if (question->shared && drm_question_find_anchor(question, anchor, &place))
    {
        kept = &question->shared->views[place];
        sqlite3_mutex_enter(question->client->lock);
        view = *kept;
        sqlite3_mutex_leave(question->client->lock);
    }
    if (!generation || view.generation != generation)
    {
        view.generation = generation;
        if (DRM_FAILED(result = read_view(question->store, anchor, &view)))
            return result;
        if (kept)
        {
            sqlite3_mutex_enter(question->client->lock);
            *kept = view;
            sqlite3_mutex_leave(question->client->lock);
        }
    }
    *out = view;
    return DRM_S_OK;
}

drm_result drm_question_environment(const struct drm_question *question, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                    struct drm_environment *environment, uint64_t *revinfo)
{
    struct drm_issuer_view view;
    struct drm_store_now now;
    drm_result result;

    if (DRM_FAILED(result = get_view(question, anchor, &view))
        || DRM_FAILED(result = drm_store_now(question->store, anchor, &now)))
        return result;
    environment->now = (struct drm_now){.known = now.known, .time = now.time};
    environment->individualized = view.individualized;
    environment->security = view.version;
    if (revinfo)
        *revinfo = view.revinfo;
    return DRM_S_OK;
}
