/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values in rights as text (rights_text_value.h). */
#include "engine/authority/rights_text_value.h"

#include <string.h>

#include "engine/authority/rights_text.h"
#include "engine/base/time_text.h"

bool drm_rights_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (!*text)
        return false;
    for (; *text; text++)
    {
        uint64_t digit = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return value >= min;
}

bool drm_rights_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
    uint64_t value;

    if (!drm_rights_parse_number(text, min, max, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

bool drm_rights_parse_time(const char *text, int64_t *out)
{
    int64_t time;

    if (!drm_time_parse(text, &time) || !time)
        return false;
    *out = time;
    return true;
}

bool drm_rights_parse_yes(const char *text, bool *out)
{
    *out = !strcmp(text, "yes");
    return *out || !strcmp(text, "no");
}

bool drm_rights_parse_option(const char *text, bool set_by, uint32_t option, struct drm_license *license)
{
    bool yes;

    if (!drm_rights_parse_yes(text, &yes))
        return false;
    if (yes == set_by)
        license->options |= option;
    return true;
}

bool drm_rights_parse_text(const char *text, char *out, size_t size)
{
    size_t length = strlen(text);

    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

bool drm_rights_parse_guid_into(const char *text, uint8_t (*list)[16], size_t *count, size_t max)
{
    if (*count >= max || !drm_guid_parse(text, list[*count]))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!memcmp(list[i], list[*count], sizeof(list[i])))
            return false;
    (*count)++;
    return true;
}
