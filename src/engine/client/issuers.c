/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Issuers: whose licences and lists a client takes.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/client_internal.h"

static bool is_same(const uint8_t *a, const uint8_t *b)
{
    return !memcmp(a, b, DRM_SIGN_PUBLIC_SIZE);
}

static bool has_embedded(const struct drm_question *question)
{
    return question->has_anchor && drm_client_is_embedded(question->client);
}

bool drm_question_find_anchor(const struct drm_question *question, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                              size_t *place)
{
    const struct drm_client *client = question->client;

    for (*place = 0; *place < client->anchor_count; ++*place)
        if (is_same(client->anchors[*place], anchor))
            return true;
    return has_embedded(question) && is_same(question->anchor, anchor);
}

drm_result drm_question_anchors(const struct drm_question *question, uint8_t (**out)[DRM_SIGN_PUBLIC_SIZE],
                                size_t *count)
{
    const struct drm_client *client = question->client;
    uint8_t(*anchors)[DRM_SIGN_PUBLIC_SIZE] = malloc((client->anchor_count + 1) * sizeof(*anchors));

    if (!anchors)
        return DRM_E_OUT_OF_MEMORY;
    if (client->anchor_count)
        memcpy(anchors, client->anchors, client->anchor_count * sizeof(*anchors));
    *count = client->anchor_count;
    if (has_embedded(question))
        memcpy(anchors[(*count)++], question->anchor, sizeof(*anchors));
    *out = anchors;
    return DRM_S_OK;
}
