/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing and marking licences.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/license_writer.h"
#include "engine/store/removal_challenge.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

/* One call. */
struct removing
{
    struct drm_store *store;
    struct drm_license_writer writer;
    enum drm_license_flag why;
    struct drm_written_row row;
    struct drm_temporary_list temporary; /* those of this process that it meets, and what takes their places: */
    struct drm_temporary_license **next; /* NULL: nothing */
};

/* --- rows ------------------------------------------------------------------------------------------------- */

/* A marked licence stays, with its flag, until it is purged; of a removed one only its state is left. */
static drm_result remove_row(struct removing *removing)
{
    struct drm_license_row *row = &removing->row.row;
    struct drm_license_state state = removing->row.state;
    drm_result result = DRM_S_OK;

    if (row->status == DRM_LICENSE_REMEMBERED && state.flags & removing->why)
        return DRM_S_OK;
    state.flags |= removing->why;
    if (row->status != DRM_LICENSE_REMEMBERED)
    {
        if (removing->why == DRM_LICENSE_MARKED)
            row->status = DRM_LICENSE_TO_PURGE;
        else
        {
            row->status = DRM_LICENSE_REMEMBERED;
            row->priority = 0;
            row->response = 0;
            row->terms = drm_span(NULL, 0);
            result = drm_license_writer_delete_body(&removing->writer, row->number);
        }
    }
    return DRM_SUCCEEDED(result) ? drm_license_writer_update(&removing->writer, row, &state) : result;
}

static drm_result remember_temporary(struct removing *removing, const struct drm_temporary_license *license,
                                     int64_t anchor)
{
    struct drm_license_row row = {.anchor = anchor, .status = DRM_LICENSE_REMEMBERED};
    struct drm_license_state state = license->state;
    int64_t number;

    state.flags |= removing->why;
    memcpy(row.key_id, license->key_id, sizeof(row.key_id));
    memcpy(row.license_id, license->license_id, sizeof(row.license_id));
    return drm_license_writer_insert(&removing->writer, &row, &state, &number);
}

/* Its row, where there is one, goes the same way: also where it was moved into the permanent store meanwhile. */
static drm_result remove_temporary(struct removing *removing, struct drm_temporary_license *license,
                                   struct drm_temporary_license **next)
{
    struct drm_license_state state = license->state;
    int64_t anchor;
    drm_result result = drm_store_anchor_locked(removing->store, license->anchor, true, &anchor);

    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_license_writer_find(&removing->writer, license->key_id, license->license_id, anchor,
                                                       &removing->row)))
        return result;
    if (removing->why == DRM_LICENSE_MARKED)
    {
        state.flags |= DRM_LICENSE_MARKED;
        if (DRM_FAILED(result = drm_temporary_with_state(license, &state, next)))
            return result;
    }
    return removing->row.row.number ? remove_row(removing) : remember_temporary(removing, license, anchor);
}

static drm_result remove_one(struct removing *removing, int64_t number)
{
    struct drm_temporary_list *temporary = &removing->temporary;
    struct drm_temporary_license *license;
    drm_result result;

    if (number > 0)
    {
        result = drm_license_writer_load(&removing->writer, number, &removing->row);
        return DRM_SUCCEEDED(result) && removing->row.row.number ? remove_row(removing) : result;
    }
    if (!(license = drm_temporary_find(removing->store->process, number)))
        return DRM_S_OK;
    temporary->licenses[temporary->count] = license;
    return remove_temporary(removing, license, &removing->next[temporary->count++]);
}

/* What is lost with its key can be removed all the same. */
static drm_result find_secret(struct removing *removing)
{
    drm_result result = drm_license_writer_need_secret(&removing->writer);

    return result == DRM_E_SECURE_STORE_UNLOCK_ERROR ? DRM_S_OK : result;
}

static drm_result prepare(struct removing *removing, size_t count)
{
    removing->temporary.licenses = calloc(count ? count : 1, sizeof(struct drm_temporary_license *));
    removing->next = calloc(count ? count : 1, sizeof(struct drm_temporary_license *));
    return removing->temporary.licenses && removing->next ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;
}

static void publish(struct removing *removing, drm_result result)
{
    for (size_t i = 0; i < removing->temporary.count; i++)
    {
        if (DRM_SUCCEEDED(result) && removing->next[i])
            drm_temporary_replace(removing->store->process, removing->next[i]);
        else if (DRM_SUCCEEDED(result))
            drm_temporary_remove(removing->store->process, removing->temporary.licenses[i]->number);
        drm_temporary_license_release(removing->next[i]);
    }
    drm_temporary_list_free(&removing->temporary);
    free(removing->next);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

drm_result drm_store_remove(struct drm_store *store, const int64_t *numbers, size_t count, enum drm_license_flag why,
                            const struct drm_used_challenge *challenge)
{
    struct removing removing = {.store = store, .why = why};
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return result;
    drm_license_writer_init(&removing.writer, store);
    if (DRM_SUCCEEDED(result = prepare(&removing, count)) && challenge)
    {
        result = drm_removal_challenge_use_locked(store, challenge);
        removing.writer.changed = DRM_SUCCEEDED(result);
    }
    if (DRM_SUCCEEDED(result) && count)
        result = find_secret(&removing);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = remove_one(&removing, numbers[i]);
    if (DRM_SUCCEEDED(result) && removing.writer.changed
        && DRM_SUCCEEDED(result = drm_store_age_raise_locked(store)))
        result = drm_store_commit_change(store);
    publish(&removing, result);
    drm_license_writer_finish(&removing.writer);
    drm_store_end_change(store, result);
    return result;
}
