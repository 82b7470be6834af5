/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the reader and the writer of rights as text share (rights_text.h).
 */
#include "engine/authority/rights_text.h"

#include <stdio.h>
#include <string.h>

const char *const drm_rights_level_names[DRM_RIGHTS_LEVELS] = {
    "compressed-video", "uncompressed-video", "analog-video", "compressed-audio", "uncompressed-audio", "copy",
};

const char *const drm_rights_rollback_names[DRM_RIGHTS_ROLLBACKS] = {
    [DRM_ROLLBACK_WAIT] = "wait",
    [DRM_ROLLBACK_DISABLE] = "disable",
    [DRM_ROLLBACK_DELETE] = "delete",
};

uint16_t *drm_rights_level(struct drm_output_levels *levels, size_t index)
{
    uint16_t *const places[DRM_RIGHTS_LEVELS] = {
        &levels->compressed_video, &levels->uncompressed_video, &levels->analog_video,
        &levels->compressed_audio, &levels->uncompressed_audio, &levels->copy,
    };

    return places[index];
}

bool drm_rights_imply_backup(const struct drm_license *license)
{
    if (license->options & DRM_LICENSE_NOT_PERSISTABLE)
        return false;
    for (size_t i = 0; i < license->terms.grant_count; i++)
        if (license->terms.grants[i].count != DRM_COUNT_UNLIMITED)
            return false;
    return true;
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* A dash stands before these bytes. */
static bool begins_group(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool drm_guid_parse(const char *text, uint8_t out[16])
{
    if (strlen(text) != DRM_GUID_TEXT_SIZE - 1 || *text++ != '{')
        return false;
    for (size_t i = 0; i < 16; i++)
    {
        int high, low;

        if (begins_group(i) && *text++ != '-')
            return false;
        high = digit_value(*text++);
        low = digit_value(*text++);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return *text == '}';
}

void drm_guid_format(const uint8_t guid[16], char out[DRM_GUID_TEXT_SIZE])
{
    *out++ = '{';
    for (size_t i = 0; i < 16; i++)
    {
        if (begins_group(i))
            *out++ = '-';
        out += snprintf(out, 3, "%02X", guid[i]);
    }
    memcpy(out, "}", 2);
}
