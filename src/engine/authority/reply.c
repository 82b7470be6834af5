/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An answer that can be read from any offset: its head in memory, its parts wherever they are.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"

uint64_t drm_authority_reply_size(const struct drm_authority_reply *reply)
{
    uint64_t size = reply->head.size;

    for (size_t i = 0; i < reply->part_count; i++)
        size += reply->parts[i].size;
    return size;
}

drm_result drm_authority_reply_read(struct drm_authority_reply *reply, uint64_t offset, uint8_t *out, size_t size,
                                    size_t *read)
{
    size_t done = 0, piece;
    drm_result result;

    if (offset < reply->head.size)
    {
        done = reply->head.size - (size_t)offset < size ? reply->head.size - (size_t)offset : size;
        memcpy(out, reply->head.data + offset, done);
        offset = 0;
    }
    else
        offset -= reply->head.size;
    for (size_t i = 0; i < reply->part_count && done < size; i++)
    {
        struct drm_content *part = &reply->parts[i];

        if (offset >= part->size)
        {
            offset -= part->size;
            continue;
        }
        piece = part->size - offset < size - done ? (size_t)(part->size - offset) : size - done;
        if (DRM_FAILED(result = drm_content_read(part, offset, out + done, piece)))
            return result;
        done += piece;
        offset = 0;
    }
    *read = done;
    return DRM_S_OK;
}

void drm_authority_reply_free(struct drm_authority_reply *reply)
{
    if (!reply)
        return;
    for (size_t i = 0; i < reply->part_count; i++)
        drm_content_close(&reply->parts[i]);
    drm_buffer_free(&reply->head);
    free(reply);
}
