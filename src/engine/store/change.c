/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing licences: a write transaction and the generation around its commit.
 */
#include "engine/store/change.h"

#include "engine/store/license_query.h"
#include "engine/store/store_internal.h"

#define CACHE_KIB 24576 /* of pages, while much is written; given back afterwards */

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
    return DRM_SUCCEEDED(result) ? drm_database_commit(store->database) : result;
}

void drm_store_end_change(struct drm_store *store, drm_result result)
{
    drm_database_rollback(store->database);
    if (store->changing)
        (void)drm_store_settle_generation(store, store->database);
    store->changing = false;
    if (DRM_FAILED(result))
    {
        store->has_secret = false; /* its row may be gone with the transaction */
        drm_license_rows_forget(&store->rows);
    }
    drm_license_queries_let_go(store->queries);
    drm_store_unlock(store);
}
