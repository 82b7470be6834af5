/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The secure clock (secure_clock.h): what was told in this process runs on with the monotonic clock; otherwise the
 * system's clock counts, as long as it is not behind the latest time that was seen.
 */
#include "engine/store/secure_clock.h"

#include "engine/store/change.h"
#include "engine/store/license_query.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define TOLERANCE_MS (5 * 60 * 1000)

static uint64_t monotonic(const struct drm_store *store)
{
    return store->host->clock.monotonic(store->host->clock.context);
}

static int64_t system_time(const struct drm_store *store)
{
    return store->host->clock.now(store->host->clock.context);
}

static int64_t observe(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE])
{
    int64_t time;

    return drm_process_store_get_time(store->process, anchor, monotonic(store), &time) ? time : system_time(store);
}

drm_result drm_store_note_time_locked(struct drm_store *store, int64_t anchor, struct drm_told_time *told, int64_t step,
                                      bool *changed)
{
    int64_t floor = 0, next;
    bool embedded = false;
    struct drm_statement statement;
    const uint8_t *root;
    drm_result result = drm_license_rows_root(&store->rows, anchor, &root);

    if (DRM_FAILED(result))
        return result;
    drm_statement_prepare(&statement, store->database, "SELECT floor, embedded FROM anchor WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    if (drm_statement_step(&statement))
    {
        floor = drm_statement_int(&statement, 0);
        embedded = drm_statement_int(&statement, 1);
    }
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;

    if (embedded && !told->forced)
        told->is_now = false;
    next = told->time;
    if (!told->is_now)
    {
        int64_t seen = observe(store, root);

        if (seen > next && seen - step >= floor)
            next = seen;
        if (next <= floor)
            return DRM_S_OK;
    }
    if (next == floor)
        return DRM_S_OK;
    drm_statement_prepare(&statement, store->database, "UPDATE anchor SET floor = ?2 WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, next);
    if (DRM_SUCCEEDED(result = drm_statement_run(&statement)))
        *changed = true;
    return result;
}

void drm_store_believe_time(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            const struct drm_told_time *told)
{
    if (told->is_now)
        drm_process_store_set_time(store->process, anchor, told->time, monotonic(store));
}

drm_result drm_store_set_time(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t time)
{
    struct drm_told_time told = {.time = time, .is_now = true, .forced = true};
    int64_t number = 0;
    bool changed = false;
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = drm_store_anchor_locked(store, anchor, true, &number))
        && DRM_SUCCEEDED(result = drm_store_note_time_locked(store, number, &told, 0, &changed)) && changed)
        result = drm_store_commit_change(store);
    if (DRM_SUCCEEDED(result))
        drm_store_believe_time(store, anchor, &told);
    drm_store_end_change(store, result);
    return result;
}

drm_result drm_store_now(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                         struct drm_store_now *out)
{
    int64_t floor, time;
    bool told;
    drm_result result = drm_license_queries_floor(store->queries, anchor, &floor);

    if (DRM_FAILED(result))
        return result;
    told = drm_process_store_get_time(store->process, anchor, monotonic(store), &time);
    if (!told)
        time = system_time(store);
    out->known = told || time + TOLERANCE_MS >= floor;
    out->time = time > floor ? time : floor;
    return DRM_S_OK;
}
