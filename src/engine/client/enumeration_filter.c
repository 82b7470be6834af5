/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a filter (enumeration_filter.h).
 */
#include "engine/client/enumeration_filter.h"

#include <string.h>

#include "engine/xml/base64.h"

#define LICENSE_VERSION 3  /* of every licence here: "3.0.0.0" */
#define ITEM_MAX_SIZE 64   /* no right's name and no number is longer */
#define SEPARATORS ";,"
#define SPACES " \t\r\n"

static bool is_empty(const char *text)
{
    return !text || !text[0];
}

/* Takes the next item of a list, without spaces around it; empty ones are passed over. False at the end. */
static bool next_item(const char **list, char item[ITEM_MAX_SIZE], drm_result *result)
{
    const char *begin = *list + strspn(*list, SEPARATORS SPACES);
    size_t length = strcspn(begin, SEPARATORS);

    *list = begin + length;
    while (length && strchr(SPACES, begin[length - 1]))
        length--;
    if (!length)
        return false;
    if (length >= ITEM_MAX_SIZE)
    {
        *result = DRM_E_INVALID_ARGUMENT;
        return false;
    }
    memcpy(item, begin, length);
    item[length] = 0;
    return true;
}

static drm_result parse_rights(const char *list, uint32_t *rights)
{
    char item[ITEM_MAX_SIZE];
    drm_result result = DRM_S_OK;

    while (next_item(&list, item, &result))
    {
        int right = drm_right_from_name(item);

        if (right < 0)
            return DRM_E_INVALID_ARGUMENT;
        *rights |= DRM_RIGHT_BIT(right);
    }
    return result;
}

static bool parse_number(const char *text, uint32_t *out)
{
    uint64_t number = 0;

    for (; *text; text++)
    {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (uint64_t)(*text - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)number;
    return true;
}

static drm_result parse_sources(const char *list, struct drm_parsed_filter *out)
{
    char item[ITEM_MAX_SIZE];
    drm_result result = DRM_S_OK;

    while (next_item(&list, item, &result))
    {
        if (out->source_count == DRM_FILTER_MAX_SOURCES || !parse_number(item, &out->sources[out->source_count]))
            return DRM_E_INVALID_ARGUMENT;
        out->source_count++;
    }
    return result;
}

drm_result drm_filter_parse(const struct drm_license_request_filter *filter, struct drm_parsed_filter *out)
{
    drm_result result;

    memset(out, 0, sizeof(*out));
    if (!filter)
        return DRM_S_OK;
    if (!is_empty(filter->key_id))
    {
        if (DRM_FAILED(result = drm_key_id_parse(filter->key_id, out->key_id)))
            return result;
        out->has_key_id = true;
    }
    if (!is_empty(filter->rights) && DRM_FAILED(result = parse_rights(filter->rights, &out->rights)))
        return result;
    if (!is_empty(filter->source_ids) && DRM_FAILED(result = parse_sources(filter->source_ids, out)))
        return result;
    out->matches_none = filter->min_version > LICENSE_VERSION;
    return DRM_S_OK;
}
