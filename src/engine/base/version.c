/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security versions: comparison, text, packed form. */
#include "engine/base/version.h"

#include <stdio.h>

int drm_version_compare(struct drm_version a, struct drm_version b)
{
    if (a.major != b.major)
        return a.major < b.major ? -1 : 1;
    if (a.minor != b.minor)
        return a.minor < b.minor ? -1 : 1;
    return 0;
}

bool drm_version_is_valid(struct drm_version version)
{
    return version.major <= DRM_VERSION_NUMBER_MAX && version.minor <= DRM_VERSION_NUMBER_MAX;
}

uint64_t drm_version_pack(struct drm_version version)
{
    return (uint64_t)version.major << 32 | version.minor;
}

struct drm_version drm_version_unpack(uint64_t packed)
{
    return (struct drm_version){.major = (uint32_t)(packed >> 32), .minor = (uint32_t)packed};
}

/* Reads one number and moves text behind it. Leading zeros are refused: one version has one text. */
static bool parse_number(const char **text, uint32_t *out)
{
    const char *at = *text;
    uint32_t value = 0;

    if (*at < '0' || *at > '9' || (at[0] == '0' && at[1] >= '0' && at[1] <= '9'))
        return false;
    for (; *at >= '0' && *at <= '9'; at++)
    {
        value = value * 10 + (uint32_t)(*at - '0');
        if (value > DRM_VERSION_NUMBER_MAX)
            return false;
    }
    *text = at;
    *out = value;
    return true;
}

drm_result drm_version_parse(const char *text, struct drm_version *out)
{
    uint32_t numbers[4];
    size_t count = 0;

    for (;;)
    {
        if (!parse_number(&text, &numbers[count]))
            return DRM_E_INVALID_ARGUMENT;
        count++;
        if (*text == 0)
            break;
        if (*text != '.' || count == 4)
            return DRM_E_INVALID_ARGUMENT;
        text++;
    }
    if (count != 2 && count != 4)
        return DRM_E_INVALID_ARGUMENT;
    *out = (struct drm_version){.major = numbers[0], .minor = numbers[1]};
    return DRM_S_OK;
}

void drm_version_format(struct drm_version version, bool individualized, char out[DRM_VERSION_TEXT_SIZE])
{
    snprintf(out, DRM_VERSION_TEXT_SIZE, "%lu.%lu.0.%d", (unsigned long)version.major, (unsigned long)version.minor,
             individualized ? 1 : 0);
}
