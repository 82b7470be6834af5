/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Content headers (content_header.h). */
#include "engine/xml/content_header.h"

#include <stdio.h>
#include <string.h>

#include "engine/xml/base64.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"

#define HEADER_MAX_DEPTH 16

struct header_reader
{
    struct drm_content_header *header;
    struct drm_span text;
    bool has_key_id;
    bool has_url;
    bool has_security;
};

static drm_result read_key_id(struct header_reader *reader, struct drm_span text)
{
    if (reader->has_key_id)
        return DRM_E_MALFORMED_CONTENT_HEADER;
    reader->has_key_id = true;
    if (DRM_FAILED(drm_base64_read_fixed(text, reader->header->key_id, sizeof(reader->header->key_id))))
        return DRM_E_INVALID_KID;
    return DRM_S_OK;
}

static drm_result read_url(struct header_reader *reader, struct drm_span text)
{
    if (reader->has_url || !drm_xml_copy_text(text, reader->header->url, sizeof(reader->header->url)))
        return DRM_E_MALFORMED_CONTENT_HEADER;
    reader->has_url = true;
    return DRM_S_OK;
}

static drm_result read_security(struct header_reader *reader, struct drm_span text)
{
    char version[DRM_VERSION_TEXT_SIZE];

    if (reader->has_security || !drm_xml_copy_text(text, version, sizeof(version)))
        return DRM_E_MALFORMED_CONTENT_HEADER;
    reader->has_security = true;
    if (!*version) /* an empty element says as little as none */
        return DRM_S_OK;
    return DRM_FAILED(drm_version_parse(version, &reader->header->min_security)) ? DRM_E_MALFORMED_CONTENT_HEADER
                                                                                 : DRM_S_OK;
}

static bool is_known_version(const char *version)
{
    return !version || !strncmp(version, "2.", 2) || !strncmp(version, "4.", 2);
}

static drm_result header_open(void *context, const struct drm_xml_element *element)
{
    struct header_reader *reader = context;

    if (element->depth == 1)
    {
        reader->header->element.data = reader->text.data + element->begin;
        if (strcmp(element->path, "WRMHEADER") != 0 && strcmp(element->path, "WMRMHEADER") != 0)
            return DRM_E_MALFORMED_CONTENT_HEADER;
        return is_known_version(drm_xml_attribute(element, "version")) ? DRM_S_OK : DRM_E_MALFORMED_CONTENT_HEADER;
    }
    return DRM_S_OK;
}

/* Version 4.1 has the key id in an attribute, from 4.2 on there may be several: the first is the content's. */
static drm_result header_open_key_id(struct header_reader *reader, const struct drm_xml_element *element,
                                     const char *name)
{
    const char *value = drm_xml_attribute(element, "VALUE");
    const bool several = !strcmp(name, "DATA/PROTECTINFO/KIDS/KID");

    if (!several && strcmp(name, "DATA/PROTECTINFO/KID") != 0)
        return DRM_S_OK;
    if (several && reader->has_key_id)
        return DRM_S_OK;
    return read_key_id(reader, value ? drm_span(value, strlen(value)) : drm_span(NULL, 0));
}

/* The path below the root, whichever of its spellings that has. */
static const char *below_root(const struct drm_xml_element *element)
{
    return strchr(element->path, '/') + 1;
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    if (element->depth == 1)
        return header_open(context, element);
    return header_open_key_id(context, element, below_root(element));
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct header_reader *reader = context;
    struct drm_content_header *header = reader->header;
    const char *name;

    if (element->depth == 1)
    {
        header->element.size = element->end - (size_t)(header->element.data - reader->text.data);
        return DRM_S_OK;
    }
    name = below_root(element);
    if (!strcmp(name, "DATA/KID"))
        return read_key_id(reader, element->text);
    if (!strcmp(name, "DATA/LAINFO") || !strcmp(name, "DATA/LA_URL"))
        return read_url(reader, element->text);
    if (!strcmp(name, "DATA/SECURITYVERSION"))
        return read_security(reader, element->text);
    return DRM_S_OK;
}

drm_result drm_content_header_read(struct drm_span text, struct drm_content_header *out)
{
    struct drm_content_header header = {0};
    struct header_reader reader = {.header = &header, .text = text};
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = &reader,
        .max_depth = HEADER_MAX_DEPTH,
        .malformed = DRM_E_MALFORMED_CONTENT_HEADER,
    };
    drm_result result;

    if (text.size > DRM_CONTENT_HEADER_MAX_SIZE)
        return DRM_E_MALFORMED_CONTENT_HEADER;
    result = drm_xml_read(text, &handler);
    if (DRM_FAILED(result))
        return result;
    if (!reader.has_key_id)
        return DRM_E_MALFORMED_CONTENT_HEADER;
    *out = header;
    return DRM_S_OK;
}

drm_result drm_content_header_write(const struct drm_content_header *header, struct drm_buffer *out)
{
    const size_t before = out->size;
    struct drm_xml_writer writer;
    char text[DRM_VERSION_TEXT_SIZE];

    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, "WRMHEADER", "version", "2.0.0.0");
    drm_xml_open(&writer, "DATA", NULL, NULL);
    if (drm_version_pack(header->min_security) != 0)
    {
        snprintf(text, sizeof(text), "%u.%u", (unsigned int)header->min_security.major,
                 (unsigned int)header->min_security.minor);
        drm_xml_put_text(&writer, "SECURITYVERSION", text);
    }
    if (*header->url)
        drm_xml_put_text(&writer, "LAINFO", header->url);
    drm_xml_put_base64(&writer, "KID", drm_span(header->key_id, sizeof(header->key_id)));
    drm_xml_close(&writer, "DATA");
    drm_xml_close(&writer, "WRMHEADER");
    if (DRM_FAILED(drm_xml_finish(&writer)))
        drm_buffer_truncate(out, before);
    return drm_xml_finish(&writer);
}
