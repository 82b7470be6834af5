/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing licences: a write transaction and the generation around its commit.
 */
#include "engine/store/change.h"

#include "engine/store/license_query.h"
#include "engine/store/store_internal.h"

drm_result drm_store_begin_change(struct drm_store *store)
{
    drm_result result;

    drm_store_lock(store);
    if (DRM_FAILED(result = drm_database_begin(store->database)))
        drm_store_unlock(store);
    return result;
}

drm_result drm_store_commit_change(struct drm_store *store)
{
    drm_result result = drm_generation_begin_change(&store->generation);

    store->changing = true;
    if (store->changes_much)
        drm_database_hold_log(store->database);
    return DRM_SUCCEEDED(result) ? drm_database_commit(store->database) : result;
}

void drm_store_forget_made_locked(struct drm_store *store, drm_result result)
{
    if (DRM_FAILED(result))
    {
        if (store->made_secret)
            store->has_secret = false;
        drm_license_rows_forget(&store->rows);
    }
    store->made_secret = false;
}

void drm_store_end_change(struct drm_store *store, drm_result result)
{
    drm_database_rollback(store->database);
    if (store->changing)
        (void)drm_store_settle_generation(store, store->database);
    store->changing = false;
    if (store->changes_much)
        drm_database_release_log(store->database);
    store->changes_much = false;
    drm_store_forget_made_locked(store, result);
    drm_license_queries_let_go(store->queries);
    drm_store_unlock(store);
}
