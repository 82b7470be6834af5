/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing XML (xml_writer.h). */
#include "engine/xml/xml_writer.h"

#include <string.h>

#include "engine/xml/base64.h"

void drm_xml_begin(struct drm_xml_writer *writer, struct drm_buffer *out)
{
    *writer = (struct drm_xml_writer){.out = out, .result = DRM_S_OK};
}

void drm_xml_put_raw(struct drm_xml_writer *writer, struct drm_span text)
{
    if (DRM_SUCCEEDED(writer->result))
        writer->result = drm_buffer_append(writer->out, text.data, text.size);
}

static void put(struct drm_xml_writer *writer, const char *text)
{
    drm_xml_put_raw(writer, drm_span(text, strlen(text)));
}

/* True of U+FFFE and U+FFFF, which XML has not. */
static bool has_noncharacter(const char *text)
{
    return strstr(text, "\xef\xbf\xbe") || strstr(text, "\xef\xbf\xbf");
}

static void put_escaped(struct drm_xml_writer *writer, const char *text)
{
    if (DRM_FAILED(writer->result))
        return;
    if (!drm_text_is_valid(drm_span(text, strlen(text))) || has_noncharacter(text))
    {
        writer->result = DRM_E_INVALID_ARGUMENT;
        return;
    }
    while (*text)
    {
        const size_t plain = strcspn(text, "<>&\"");

        drm_xml_put_raw(writer, drm_span(text, plain));
        text += plain;
        switch (*text)
        {
        case '<': put(writer, "&lt;"); break;
        case '>': put(writer, "&gt;"); break;
        case '&': put(writer, "&amp;"); break;
        case '"': put(writer, "&quot;"); break;
        default: return;
        }
        text++;
    }
}

void drm_xml_open(struct drm_xml_writer *writer, const char *name, const char *attribute, const char *value)
{
    put(writer, "<");
    put(writer, name);
    if (attribute)
    {
        put(writer, " ");
        put(writer, attribute);
        put(writer, "=\"");
        put_escaped(writer, value);
        put(writer, "\"");
    }
    put(writer, ">");
}

void drm_xml_close(struct drm_xml_writer *writer, const char *name)
{
    put(writer, "</");
    put(writer, name);
    put(writer, ">");
}

void drm_xml_put_text(struct drm_xml_writer *writer, const char *name, const char *text)
{
    drm_xml_open(writer, name, NULL, NULL);
    put_escaped(writer, text);
    drm_xml_close(writer, name);
}

void drm_xml_put_base64(struct drm_xml_writer *writer, const char *name, struct drm_span data)
{
    drm_xml_open(writer, name, NULL, NULL);
    if (DRM_SUCCEEDED(writer->result))
        writer->result = drm_base64_write(data, writer->out);
    drm_xml_close(writer, name);
}

drm_result drm_xml_finish(const struct drm_xml_writer *writer)
{
    return writer->result;
}
