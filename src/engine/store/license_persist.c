/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving a temporary licence into the permanent store.
 */
#include <string.h>

#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

/* One response of one licence. */
struct persisting
{
    struct drm_new_license license;
    struct drm_new_response response;
    bool given;
};

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct persisting *persisting = context;

    *response = persisting->given ? NULL : &persisting->response;
    persisting->given = true;
    return DRM_S_OK;
}

static void fill(struct persisting *persisting, const struct drm_temporary_license *from)
{
    memset(persisting, 0, sizeof(*persisting));
    memcpy(persisting->license.license_id, from->license_id, sizeof(from->license_id));
    memcpy(persisting->license.key_id, from->key_id, sizeof(from->key_id));
    persisting->license.priority = from->priority;
    persisting->license.terms = from->terms;
    persisting->license.license = from->license;
    persisting->license.state = from->state;
    memcpy(persisting->response.response_id, from->response->response_id, sizeof(from->response->response_id));
    persisting->response.anchor = from->anchor;
    persisting->response.identity = from->response->identity;
    persisting->response.head = drm_buffer_span(&from->response->head);
    persisting->response.licenses = &persisting->license;
    persisting->response.count = 1;
}

static drm_result find_number(struct drm_store *store, const struct drm_temporary_license *license, int64_t *out)
{
    struct drm_statement statement;
    drm_result result;

    *out = 0;
    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT id FROM license WHERE key_id = ?1 AND license_id = ?2 AND status <> 0"
                          " AND anchor = (SELECT id FROM anchor WHERE root = ?3)");
    drm_statement_bind_blob(&statement, 1, license->key_id, sizeof(license->key_id));
    drm_statement_bind_blob(&statement, 2, license->license_id, sizeof(license->license_id));
    drm_statement_bind_blob(&statement, 3, license->anchor, sizeof(license->anchor));
    if (drm_statement_step(&statement))
        *out = drm_statement_int(&statement, 0);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    return DRM_SUCCEEDED(result) && !*out ? DRM_E_LICENSE_NOT_FOUND : result;
}

/* It is stored as if it came again: what is remembered of it, also by other processes, lowers its state. */
drm_result drm_store_persist(struct drm_store *store, int64_t number, int64_t *new_number)
{
    struct drm_temporary_license *license = drm_temporary_find(store->process, number);
    struct persisting persisting;
    struct drm_response_source source = {.context = &persisting, .next = next_response};
    struct drm_stored stored;
    int64_t found;
    drm_result result;

    if (!license)
        return DRM_E_LICENSE_NOT_FOUND;
    fill(&persisting, license);
    result = drm_store_add_responses(store, &source, &stored);
    if (DRM_SUCCEEDED(result) && stored.refused)
        result = DRM_E_LICENSE_NOT_FOUND; /* another process removed it */
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = find_number(store, license, &found)))
    {
        drm_temporary_remove(store->process, number);
        *new_number = found;
    }
    drm_temporary_license_release(license);
    return result;
}
