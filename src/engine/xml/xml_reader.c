/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading XML with expat (xml_reader.h). */
#include "engine/xml/xml_reader.h"

#include <string.h>

#include <expat.h>

#include "engine/xml/base64.h"

#define FEED_SIZE 65536 /* expat copies what it is fed */
#define BOM_SIZE 3

struct reader
{
    const struct drm_xml_handler *handler;
    XML_Parser parser;
    drm_result result;                 /* the first failure */
    size_t offset;                     /* of the text in what the caller gave */
    struct drm_xml_element element;
    char path[DRM_XML_PATH_SIZE];
    size_t path_size;
    struct drm_buffer text;            /* of the innermost element, where nobody takes pieces */
};

static void reader_fail(struct reader *reader, drm_result result)
{
    if (DRM_SUCCEEDED(reader->result))
        reader->result = result;
    XML_StopParser(reader->parser, XML_FALSE);
}

/* Sets the place of the tag that expat is at. */
static void reader_locate(struct reader *reader)
{
    const XML_Index index = XML_GetCurrentByteIndex(reader->parser);

    reader->element.begin = reader->offset + (size_t)index;
    reader->element.end = reader->element.begin + (size_t)XML_GetCurrentByteCount(reader->parser);
}

static void XMLCALL on_open(void *user_data, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = user_data;
    const size_t size = strlen(name);
    drm_result result;

    /* expat still reports the end of an empty element and so on after it was stopped. */
    if (DRM_FAILED(reader->result))
        return;
    if (reader->element.depth >= reader->handler->max_depth || size + 2 > sizeof(reader->path) - reader->path_size)
    {
        reader_fail(reader, reader->handler->malformed);
        return;
    }
    if (reader->element.depth++ > 0)
        reader->path[reader->path_size++] = '/';
    memcpy(reader->path + reader->path_size, name, size + 1);
    reader->path_size += size;
    reader->element.has_children = false;
    drm_buffer_truncate(&reader->text, 0);
    if (!reader->handler->open)
        return;
    reader_locate(reader);
    reader->element.attributes = (const char *const *)attributes;
    result = reader->handler->open(reader->handler->context, &reader->element);
    reader->element.attributes = NULL;
    if (DRM_FAILED(result))
        reader_fail(reader, result);
}

static void XMLCALL on_text(void *user_data, const XML_Char *text, int size)
{
    struct reader *reader = user_data;
    drm_result result;

    if (DRM_FAILED(reader->result))
        return;
    if (reader->handler->text)
        result = reader->handler->text(reader->handler->context, &reader->element, drm_span(text, (size_t)size));
    else
        result = drm_buffer_append(&reader->text, text, (size_t)size);
    if (DRM_FAILED(result))
        reader_fail(reader, result);
}

static void XMLCALL on_close(void *user_data, const XML_Char *name)
{
    struct reader *reader = user_data;
    drm_result result = DRM_S_OK;

    if (DRM_FAILED(reader->result))
        return;
    if (reader->handler->close)
    {
        reader_locate(reader);
        if (!reader->element.has_children)
            reader->element.text = drm_buffer_span(&reader->text);
        result = reader->handler->close(reader->handler->context, &reader->element);
        reader->element.text = drm_span(NULL, 0);
    }
    reader->path_size -= strlen(name);
    if (--reader->element.depth > 0)
        reader->path_size--;
    reader->path[reader->path_size] = 0;
    /* What stands around children is nobody's value. */
    reader->element.has_children = true;
    drm_buffer_truncate(&reader->text, 0);
    if (DRM_FAILED(result))
        reader_fail(reader, result);
}

static void XMLCALL on_doctype(void *user_data, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                               int has_internal_subset)
{
    struct reader *reader = user_data;

    (void)name;
    (void)system;
    (void)public;
    (void)has_internal_subset;
    reader_fail(reader, reader->handler->malformed);
}

static drm_result reader_feed(struct reader *reader, struct drm_span text)
{
    for (;;)
    {
        const size_t size = text.size < FEED_SIZE ? text.size : FEED_SIZE;
        const bool last = size == text.size;

        if (XML_Parse(reader->parser, (const char *)text.data, (int)size, last) != XML_STATUS_OK)
        {
            if (DRM_FAILED(reader->result))
                return reader->result;
            return XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY ? DRM_E_OUT_OF_MEMORY
                                                                           : reader->handler->malformed;
        }
        if (last)
            return DRM_S_OK;
        text = drm_span(text.data + size, text.size - size);
    }
}

static bool has_bom(struct drm_span text)
{
    return text.size >= BOM_SIZE && memcmp(text.data, "\xef\xbb\xbf", BOM_SIZE) == 0;
}

drm_result drm_xml_read(struct drm_span text, const struct drm_xml_handler *handler)
{
    struct reader reader = {.handler = handler};
    drm_result result;

    /* expat follows the mark of UTF-16 even where it was told the encoding; every text in UTF-16 has a zero byte. */
    if (text.size == 0 || memchr(text.data, 0, text.size))
        return handler->malformed;
    if (has_bom(text))
    {
        reader.offset = BOM_SIZE;
        text = drm_span(text.data + BOM_SIZE, text.size - BOM_SIZE);
    }
    reader.parser = XML_ParserCreate("UTF-8"); /* in place of what the declaration says */
    if (!reader.parser)
        return DRM_E_OUT_OF_MEMORY;
    reader.element.path = reader.path;
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_open, on_close);
    if (handler->text || handler->close)
        XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
    result = reader_feed(&reader, text);
    XML_ParserFree(reader.parser);
    drm_buffer_free(&reader.text);
    return result;
}

const char *drm_xml_attribute(const struct drm_xml_element *element, const char *name)
{
    for (const char *const *attribute = element->attributes; *attribute; attribute += 2)
        if (!strcmp(attribute[0], name))
            return attribute[1];
    return NULL;
}

static bool is_space(uint8_t character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

struct drm_span drm_xml_trim(struct drm_span text)
{
    while (text.size > 0 && is_space(text.data[0]))
        text = drm_span(text.data + 1, text.size - 1);
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool drm_xml_copy_text(struct drm_span text, char *out, size_t size)
{
    text = drm_xml_trim(text);
    if (text.size >= size || !drm_text_is_valid(text))
        return false;
    if (text.size > 0)
        memcpy(out, text.data, text.size);
    out[text.size] = 0;
    return true;
}

drm_result drm_xml_unwrap(struct drm_span text, struct drm_buffer *decoded, struct drm_span *plain)
{
    struct drm_span trimmed;
    drm_result result;

    if (has_bom(text))
        trimmed = drm_span(text.data + BOM_SIZE, text.size - BOM_SIZE);
    else
        trimmed = text;
    trimmed = drm_xml_trim(trimmed);
    if (trimmed.size == 0)
        return DRM_E_INVALID_DATA;
    if (trimmed.data[0] == '<')
    {
        *plain = text;
        return DRM_S_OK;
    }
    result = drm_base64_read(trimmed, decoded);
    if (DRM_FAILED(result))
        return result;
    *plain = drm_buffer_span(decoded);
    return DRM_S_OK;
}
