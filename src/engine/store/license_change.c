/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Using licences: their states change together, or not at all.
 */
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/license_writer.h"
#include "engine/store/secure_clock.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

/* One licence of a change. */
struct changing
{
    struct drm_written_row row;              /* of a temporary one: what is remembered of it */
    struct drm_temporary_license *temporary; /* NULL: a permanent one */
    struct drm_temporary_license *next;      /* what takes its place after the commit */
};

/* A row that speaks of a licence that is there. */
static drm_result check_row(const struct drm_written_row *row)
{
    if (!row->row.number || row->row.status == DRM_LICENSE_REMEMBERED)
        return DRM_E_LICENSE_NOT_FOUND;
    return row->proof;
}

static drm_result load_row(struct changing *of, struct drm_known_license *known, struct drm_license_state *state)
{
    drm_result result = check_row(&of->row);

    if (DRM_FAILED(result))
        return result;
    known->state = *state = of->row.state;
    memcpy(known->license_id, of->row.row.license_id, sizeof(known->license_id));
    return DRM_FAILED(drm_terms_read(of->row.row.terms, &known->terms)) ? DRM_E_STORE_CORRUPT : DRM_S_OK;
}

/* The row, where there is one, says what other processes did with it. */
static drm_result load_temporary(struct drm_license_writer *writer, struct changing *of, int64_t anchor,
                                 struct drm_known_license *known, struct drm_license_state *state)
{
    const struct drm_temporary_license *license = of->temporary;
    drm_result result = drm_license_writer_find(writer, license->key_id, license->license_id, anchor, &of->row);

    if (DRM_FAILED(result))
        return result;
    if (of->row.row.number && of->row.row.status != DRM_LICENSE_REMEMBERED)
        return load_row(of, known, state); /* it was moved into the permanent store */
    *state = license->state;
    if (of->row.row.number)
    {
        if (of->row.proof == DRM_E_STORE_CORRUPT)
            return of->row.proof;
        drm_license_state_lower(state, &of->row.state);
    }
    if (state->flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED))
        return DRM_E_LICENSE_NOT_FOUND;
    known->state = *state;
    memcpy(known->license_id, license->license_id, sizeof(known->license_id));
    return drm_terms_read(license->terms, &known->terms);
}

static drm_result load(struct drm_license_writer *writer, int64_t number, struct changing *of,
                       struct drm_known_license *known, struct drm_license_state *state)
{
    struct drm_store *store = writer->store;
    const uint8_t *root;
    int64_t anchor;
    drm_result result;

    known->number = number;
    if (number < 0)
    {
        if (!(of->temporary = drm_temporary_find(store->process, number)))
            return DRM_E_LICENSE_NOT_FOUND;
        memcpy(known->anchor, of->temporary->anchor, sizeof(known->anchor));
        if (DRM_FAILED(result = drm_store_anchor_locked(store, of->temporary->anchor, true, &anchor)))
            return result;
        result = load_temporary(writer, of, anchor, known, state);
        of->row.row.anchor = anchor;
        return result;
    }
    if (DRM_FAILED(result = drm_license_writer_load(writer, number, &of->row))
        || DRM_FAILED(result = load_row(of, known, state))
        || DRM_FAILED(result = drm_license_rows_root(&store->rows, of->row.row.anchor, &root)))
        return result;
    memcpy(known->anchor, root, sizeof(known->anchor));
    return DRM_S_OK;
}

/* A row that only remembers a temporary licence's state. */
static drm_result remember(struct drm_license_writer *writer, struct changing *of,
                           const struct drm_license_state *state)
{
    struct drm_license_row row = {.anchor = of->row.row.anchor, .status = DRM_LICENSE_REMEMBERED};
    int64_t number;

    if (of->row.row.number)
        return drm_license_writer_update(writer, &of->row.row, state);
    memcpy(row.key_id, of->temporary->key_id, sizeof(row.key_id));
    memcpy(row.license_id, of->temporary->license_id, sizeof(row.license_id));
    return drm_license_writer_insert(writer, &row, state, &number);
}

static drm_result store_state(struct drm_license_writer *writer, struct changing *of,
                              const struct drm_known_license *known, struct drm_license_state *state)
{
    drm_result result;

    drm_license_state_lower(state, &known->state); /* whatever change did, it does not go up */
    if (drm_license_state_is_same(state, &known->state))
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_license_writer_need_secret(writer))
        || DRM_FAILED(result = drm_store_age_raise_locked(writer->store)))
        return result;
    if (!of->temporary)
        return drm_license_writer_update(writer, &of->row.row, state);
    if (DRM_FAILED(result = drm_temporary_with_state(of->temporary, state, &of->next)))
        return result;
    return remember(writer, of, state);
}

/* The time of a use is a time that was seen. */
static drm_result note_times(struct drm_license_writer *writer, const struct changing *all, size_t count)
{
    int64_t step = writer->changed ? DRM_TIME_STEP_WITH_OTHERS : DRM_TIME_STEP_ALONE;
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
    {
        struct drm_told_time nothing = {0};

        result = drm_store_note_time_locked(writer->store, all[i].row.row.anchor, &nothing, step, &writer->changed);
    }
    return result;
}

drm_result drm_store_change_states(struct drm_store *store, const int64_t *numbers, size_t count,
                                   drm_result (*change)(void *context, const struct drm_known_license *licenses,
                                                        struct drm_license_state *states),
                                   void *context)
{
    struct changing all[DRM_CHANGE_MAX] = {0};
    struct drm_known_license known[DRM_CHANGE_MAX];
    struct drm_license_state states[DRM_CHANGE_MAX];
    struct drm_license_writer writer;
    drm_result result;

    if (!count || count > DRM_CHANGE_MAX || (count == 2 && numbers[0] == numbers[1]))
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = drm_store_begin_change(store)))
        return result;
    drm_license_writer_init(&writer, store);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = load(&writer, numbers[i], &all[i], &known[i], &states[i]);
    if (DRM_SUCCEEDED(result))
        result = change(context, known, states);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = store_state(&writer, &all[i], &known[i], &states[i]);
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = note_times(&writer, all, count)) && writer.changed)
        result = drm_store_commit_change(store);
    for (size_t i = 0; i < count; i++)
    {
        if (DRM_SUCCEEDED(result) && all[i].next)
            drm_temporary_replace(store->process, all[i].next);
        drm_temporary_license_release(all[i].next);
        drm_temporary_license_release(all[i].temporary);
    }
    drm_license_writer_finish(&writer);
    drm_store_end_change(store, result);
    return result;
}
