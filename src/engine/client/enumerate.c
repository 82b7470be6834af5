/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Enumerating licences: a cursor over one state of the store, and the licence on which it stands.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/enumeration_internal.h"

static struct drm_license_name name_of(const struct drm_license_entry *entry)
{
    return (struct drm_license_name){
        .anchor = entry->anchor, .license_id = entry->license_id, .key_id = entry->key_id,
        .temporary = entry->temporary};
}

/* --- moving ------------------------------------------------------------------------------------------------- */

/* The licence on which the cursor stands, whole. */
static drm_result load_from_cursor(struct drm_enumeration *enumeration, const struct drm_license_entry *entry)
{
    struct drm_loaded_license *loaded = &enumeration->loaded;
    struct drm_license_name name = name_of(entry);
    drm_result result;

    enumeration->is_loaded = false;
    drm_loaded_license_begin(loaded);
    if (DRM_FAILED(result = drm_license_cursor_read(enumeration->cursor, &loaded->raw, &loaded->head)))
        return result;
    return drm_loaded_license_finish(loaded, &name);
}

static bool has_source(const struct drm_enumeration *enumeration)
{
    const struct drm_license *license = enumeration->loaded.license;

    for (size_t i = 0; i < enumeration->filter.source_count; i++)
        if (license->has_source_id && license->source_id == enumeration->filter.sources[i])
            return true;
    return false;
}

/* Only the licence itself names its source. */
static drm_result matches(struct drm_enumeration *enumeration, const struct drm_license_entry *entry, bool *out)
{
    drm_result result;

    *out = true;
    if (!enumeration->filter.source_count)
        return DRM_S_OK;
    if (DRM_FAILED(result = load_from_cursor(enumeration, entry)))
        return result;
    *out = has_source(enumeration);
    return DRM_S_OK;
}

static drm_result step(struct drm_enumeration *enumeration, const struct drm_license_entry **entry)
{
    drm_result result = drm_license_cursor_next(enumeration->cursor, entry);

    if (DRM_SUCCEEDED(result) && *entry)
        enumeration->steps++;
    return result;
}

/* To the next licence that matches, or DRM_E_NO_MORE_ITEMS; the current one stays where there is none. */
static drm_result move(struct drm_enumeration *enumeration)
{
    const struct drm_license_entry *entry;
    bool found = false;
    drm_result result = DRM_S_OK;

    while (!found)
    {
        if (DRM_FAILED(result = step(enumeration, &entry)))
            return result;
        if (!entry)
        {
            /* The cursor forgets where it was; the current licence is found again by its position. */
            enumeration->steps++;
            return DRM_E_NO_MORE_ITEMS;
        }
        if (DRM_FAILED(result = matches(enumeration, entry, &found)))
            return result;
    }
    enumeration->entry = *entry;
    enumeration->position = enumeration->steps;
    enumeration->is_loaded = enumeration->filter.source_count != 0;
    return DRM_S_OK;
}

drm_result drm_enumeration_next(struct drm_enumeration *enumeration)
{
    drm_result result = move(enumeration);

    return DRM_FAILED(result) ? result : drm_enumeration_check_revinfo(enumeration);
}

static drm_result rewind_cursor(struct drm_enumeration *enumeration)
{
    drm_result result = drm_license_cursor_reset(enumeration->cursor);

    if (DRM_SUCCEEDED(result))
        enumeration->steps = 0;
    return result;
}

drm_result drm_enumeration_reset(struct drm_enumeration *enumeration)
{
    drm_result result = rewind_cursor(enumeration);

    if (DRM_FAILED(result))
        return result;
    result = move(enumeration);
    if (result == DRM_E_NO_MORE_ITEMS)
        return DRM_E_LICENSE_NOT_FOUND;
    return DRM_FAILED(result) ? result : drm_enumeration_check_revinfo(enumeration);
}

/* --- the current licence ------------------------------------------------------------------------------------ */

/* Walks the cursor back to the current licence, from which it has moved on. */
static drm_result return_to_current(struct drm_enumeration *enumeration)
{
    const struct drm_license_entry *entry;
    drm_result result;

    if (DRM_FAILED(result = rewind_cursor(enumeration)))
        return result;
    while (enumeration->steps < enumeration->position)
    {
        if (DRM_FAILED(result = step(enumeration, &entry)))
            return result;
        if (!entry)
            return DRM_E_LICENSE_NOT_FOUND;
    }
    return DRM_S_OK;
}

drm_result drm_enumeration_load(struct drm_enumeration *enumeration)
{
    struct drm_license_name name = name_of(&enumeration->entry);
    drm_result result;

    if (enumeration->is_loaded)
        return DRM_S_OK;
    if (enumeration->steps == enumeration->position)
        result = load_from_cursor(enumeration, &enumeration->entry);
    else
    {
        result = drm_loaded_license_read(&enumeration->loaded, enumeration->question.store, enumeration->entry.number,
                                         &name);
        /* Removed meanwhile: the state that the cursor sees still has it. */
        if (result == DRM_E_LICENSE_NOT_FOUND && DRM_SUCCEEDED(result = return_to_current(enumeration)))
            result = load_from_cursor(enumeration, &enumeration->entry);
    }
    enumeration->is_loaded = DRM_SUCCEEDED(result);
    return result;
}

drm_result drm_enumeration_check_revinfo(struct drm_enumeration *enumeration)
{
    const struct drm_license_entry *entry = &enumeration->entry;
    struct drm_environment environment = {0};
    uint64_t revinfo;
    drm_result result;

    if (!entry->terms.min_revinfo)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_question_environment(&enumeration->question, entry->anchor, &environment, &revinfo)))
        return result;
    return entry->terms.min_revinfo > revinfo ? DRM_E_RIV_TOO_SMALL : DRM_S_OK;
}

/* --- making and freeing ------------------------------------------------------------------------------------- */

static drm_result open_cursor(struct drm_enumeration *enumeration)
{
    struct drm_license_filter filter = {
        .has_key_id = enumeration->filter.has_key_id, .rights = enumeration->filter.rights};
    uint8_t(*anchors)[DRM_SIGN_PUBLIC_SIZE];
    drm_result result;

    memcpy(filter.key_id, enumeration->filter.key_id, sizeof(filter.key_id));
    if (DRM_FAILED(result = drm_question_anchors(&enumeration->question, &anchors, &filter.anchor_count)))
        return result;
    filter.anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors;
    result = filter.anchor_count ? drm_license_cursor_open(enumeration->question.store, &filter, NULL,
                                                           &enumeration->cursor)
                                 : DRM_E_LICENSE_NOT_FOUND;
    free(anchors);
    return result;
}

static drm_result begin(struct drm_enumeration *enumeration)
{
    drm_result result;

    if (enumeration->filter.matches_none)
        return DRM_E_LICENSE_NOT_FOUND;
    if (DRM_FAILED(result = open_cursor(enumeration)))
        return result;
    result = move(enumeration);
    return result == DRM_E_NO_MORE_ITEMS ? DRM_E_LICENSE_NOT_FOUND : result;
}

drm_result drm_client_enumerate(struct drm_client *client, const struct drm_license_request_filter *filter,
                                struct drm_enumeration **out)
{
    struct drm_enumeration *enumeration = calloc(1, sizeof(*enumeration));
    drm_result result;

    if (!enumeration)
        return DRM_E_OUT_OF_MEMORY;
    enumeration->client = client;
    if (DRM_FAILED(result = drm_filter_parse(filter, &enumeration->filter))
        || DRM_FAILED(result = drm_question_begin(&enumeration->question, client)))
    {
        free(enumeration);
        return result;
    }
    if (DRM_FAILED(result = begin(enumeration)))
    {
        drm_license_cursor_close(enumeration->cursor);
        drm_loaded_license_free(&enumeration->loaded);
        result = drm_question_end(&enumeration->question, result);
        free(enumeration);
        return result;
    }
    *out = enumeration;
    return drm_enumeration_check_revinfo(enumeration);
}

void drm_enumeration_free(struct drm_enumeration *enumeration)
{
    if (!enumeration)
        return;
    drm_license_cursor_close(enumeration->cursor);
    drm_loaded_license_free(&enumeration->loaded);
    (void)drm_question_end(&enumeration->question, DRM_S_OK);
    free(enumeration);
}
