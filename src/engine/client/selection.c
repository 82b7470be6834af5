/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Choosing licences that are to go (selection.h).
 */
#include "engine/client/selection.h"

#include <stdlib.h>
#include <string.h>

static drm_result add(struct drm_selection *selection, const struct drm_license_entry *entry)
{
    size_t capacity = selection->capacity ? 2 * selection->capacity : 16;
    int64_t *numbers = selection->numbers;
    drm_result result;

    if (selection->count == selection->capacity)
    {
        if (!(numbers = realloc(selection->numbers, capacity * sizeof(*numbers))))
            return DRM_E_OUT_OF_MEMORY;
        selection->numbers = numbers;
        selection->capacity = capacity;
    }
    if (DRM_FAILED(result = drm_buffer_append(&selection->license_ids, entry->license_id, DRM_ID_SIZE)))
        return result;
    numbers[selection->count++] = entry->number;
    return DRM_S_OK;
}

static drm_result load(struct drm_license_cursor *cursor, const struct drm_license_entry *entry,
                       struct drm_loaded_license *loaded)
{
    struct drm_license_name name = {
        .anchor = entry->anchor, .license_id = entry->license_id, .key_id = entry->key_id,
        .temporary = entry->temporary};
    drm_result result;

    drm_loaded_license_begin(loaded);
    if (DRM_FAILED(result = drm_license_cursor_read(cursor, &loaded->raw, &loaded->head)))
        return result;
    return drm_loaded_license_finish(loaded, &name);
}

static drm_result walk(struct drm_selection *selection, struct drm_license_cursor *cursor,
                       const struct drm_selector *selector)
{
    struct drm_loaded_license loaded = {0};
    const struct drm_license_entry *entry;
    drm_result result;

    while (DRM_SUCCEEDED(result = drm_license_cursor_next(cursor, &entry)) && entry)
    {
        if (selector->loads && DRM_FAILED(result = load(cursor, entry, &loaded)))
            break;
        if (selector->chooses(selector->context, entry, loaded.license)
            && DRM_FAILED(result = add(selection, entry)))
            break;
    }
    drm_loaded_license_free(&loaded);
    return result;
}

drm_result drm_selection_add(struct drm_selection *selection, const struct drm_question *question,
                             const uint8_t *key_id, const struct drm_selector *selector)
{
    struct drm_license_filter filter = {.has_key_id = key_id != NULL};
    struct drm_license_cursor *cursor = NULL;
    uint8_t(*anchors)[DRM_SIGN_PUBLIC_SIZE];
    drm_result result;

    if (key_id)
        memcpy(filter.key_id, key_id, sizeof(filter.key_id));
    if (DRM_FAILED(result = drm_question_anchors(question, &anchors, &filter.anchor_count)))
        return result;
    filter.anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors;
    if (filter.anchor_count
        && DRM_SUCCEEDED(result = drm_license_cursor_open(question->store, &filter, NULL, &cursor)))
        result = walk(selection, cursor, selector);
    drm_license_cursor_close(cursor);
    free(anchors);
    return result;
}

void drm_selection_free(struct drm_selection *selection)
{
    free(selection->numbers);
    drm_buffer_free(&selection->license_ids);
    memset(selection, 0, sizeof(*selection));
}
