/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACTIONLIST (content_header.h). */
#include "engine/xml/action_list.h"

#include <string.h>

#include "engine/rights/right.h"
#include "engine/xml/content_header.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"

#define ACTION_LIST_MAX_DEPTH 4
#define ACTION_LIST_MAX_SIZE 65536
#define ACTION_NAME_SIZE 64

bool drm_action_read(struct drm_span text, uint32_t *rights)
{
    char name[ACTION_NAME_SIZE];
    int right;

    if (!drm_xml_copy_text(text, name, sizeof(name)))
        return false;
    if (!*name)
        return true;
    right = drm_right_from_name(name);
    if (right < 0)
        return false;
    *rights |= DRM_RIGHT_BIT(right);
    return true;
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    (void)context;
    return element->depth > 1 || !strcmp(element->path, "ACTIONLIST") ? DRM_S_OK : DRM_E_INVALID_ARGUMENT;
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    uint32_t *rights = context;

    if (strcmp(element->path, "ACTIONLIST/ACTION") != 0)
        return DRM_S_OK;
    /* An ACTION with elements in it names nothing. */
    if (element->has_children || !drm_action_read(element->text, rights))
        return DRM_E_INVALID_ARGUMENT;
    return DRM_S_OK;
}

drm_result drm_action_list_read(struct drm_span text, uint32_t *rights)
{
    uint32_t found = 0;
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = &found,
        .max_depth = ACTION_LIST_MAX_DEPTH,
        .malformed = DRM_E_INVALID_ARGUMENT,
    };
    drm_result result;

    if (text.size > ACTION_LIST_MAX_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    if (drm_xml_trim(text).size > 0)
    {
        result = drm_xml_read(text, &handler);
        if (DRM_FAILED(result))
            return result;
    }
    *rights = found;
    return DRM_S_OK;
}

drm_result drm_action_list_write(uint32_t rights, struct drm_buffer *out)
{
    const size_t before = out->size;
    struct drm_xml_writer writer;

    if (rights >> DRM_RIGHTS != 0)
        return DRM_E_INVALID_ARGUMENT;
    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, "ACTIONLIST", NULL, NULL);
    for (int right = 0; right < DRM_RIGHTS; right++)
        if (rights & DRM_RIGHT_BIT(right))
            drm_xml_put_text(&writer, "ACTION", drm_right_name((enum drm_right)right));
    drm_xml_close(&writer, "ACTIONLIST");
    if (DRM_FAILED(drm_xml_finish(&writer)))
        drm_buffer_truncate(out, before);
    return drm_xml_finish(&writer);
}
