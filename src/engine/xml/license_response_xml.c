/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LICENSERESPONSE (license_response_xml.h): one pass, base64 read as the parser gives it. */
#include "engine/xml/license_response_xml.h"

#include <stdlib.h>
#include <string.h>

#include "engine/xml/base64.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"

#define RESPONSE_MAX_DEPTH 8
#define LICENSE_VERSION "3.0.0.0"

#define HEAD_PATH "LICENSERESPONSE/HEAD"
#define LICENSE_PATH "LICENSERESPONSE/LICENSE"

/* --- reading ---------------------------------------------------------------------------------------------- */

struct response_reader
{
    struct drm_license_response_xml *response;
    size_t capacity;                /* of response->licenses */
    bool has_head;
    struct drm_buffer *target;      /* of the base64 that is being read; NULL between elements */
    struct drm_base64_reader base64;
    size_t begin;                   /* of the licence in response->bytes */
};

static drm_result open_root(const struct drm_xml_element *element)
{
    return strcmp(element->path, "LICENSERESPONSE") == 0 ? DRM_S_OK : DRM_E_LICENSE_INVALID_XML;
}

static drm_result open_license(struct response_reader *reader, const struct drm_xml_element *element)
{
    const char *version = drm_xml_attribute(element, "version");

    if (!version)
        return DRM_E_LICENSE_INVALID_XML;
    if (strcmp(version, LICENSE_VERSION) != 0)
        return DRM_E_UNSUPPORTED_ALGORITHM;
    if (!reader->has_head)
        return DRM_E_LICENSE_INVALID_XML;
    reader->begin = reader->response->bytes.size;
    reader->target = &reader->response->bytes;
    return DRM_S_OK;
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    struct response_reader *reader = context;

    if (reader->target) /* base64 has no elements in it */
        return DRM_E_INVALID_LICENSE;
    if (element->depth == 1)
        return open_root(element);
    if (!strcmp(element->path, LICENSE_PATH))
        return open_license(reader, element);
    if (!strcmp(element->path, HEAD_PATH))
    {
        if (reader->has_head)
            return DRM_E_LICENSE_INVALID_XML;
        reader->has_head = true;
        reader->target = &reader->response->head;
    }
    return DRM_S_OK;
}

static drm_result on_text(void *context, const struct drm_xml_element *element, struct drm_span piece)
{
    struct response_reader *reader = context;
    drm_result result;

    (void)element;
    if (!reader->target)
        return DRM_S_OK;
    result = drm_base64_feed(&reader->base64, piece, reader->target);
    return result == DRM_E_INVALID_DATA ? DRM_E_INVALID_LICENSE : result;
}

/* Only sizes: bytes may still move. */
static drm_result add_license(struct response_reader *reader)
{
    struct drm_license_response_xml *response = reader->response;

    if (response->count == reader->capacity)
    {
        const size_t capacity = reader->capacity ? 2 * reader->capacity : 16;
        struct drm_span *licenses;

        if (capacity > PTRDIFF_MAX / sizeof(*licenses))
            return DRM_E_OUT_OF_MEMORY;
        licenses = realloc(response->licenses, capacity * sizeof(*licenses));
        if (!licenses)
            return DRM_E_OUT_OF_MEMORY;
        response->licenses = licenses;
        reader->capacity = capacity;
    }
    response->licenses[response->count++] = drm_span(NULL, response->bytes.size - reader->begin);
    return DRM_S_OK;
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct response_reader *reader = context;
    const struct drm_buffer *target = reader->target;

    (void)element;
    if (!target)
        return DRM_S_OK;
    reader->target = NULL;
    if (DRM_FAILED(drm_base64_finish(&reader->base64)))
        return DRM_E_INVALID_LICENSE;
    reader->base64 = (struct drm_base64_reader){0};
    if (target == &reader->response->head)
        return target->size > 0 ? DRM_S_OK : DRM_E_INVALID_LICENSE;
    return target->size > reader->begin ? add_license(reader) : DRM_E_INVALID_LICENSE;
}

/* Room for all licences at once: a buffer that grows copies, and wipes what it leaves. */
static drm_result reserve(struct drm_buffer *buffer, size_t size)
{
    uint8_t *place;
    drm_result result = drm_buffer_extend(buffer, size, &place);

    if (DRM_SUCCEEDED(result))
        buffer->size = 0; /* nothing was written there */
    return result;
}

drm_result drm_license_response_xml_read(struct drm_span text, struct drm_license_response_xml *out)
{
    struct response_reader reader = {.response = out};
    const struct drm_xml_handler handler = {
        .open = on_open,
        .text = on_text,
        .close = on_close,
        .context = &reader,
        .max_depth = RESPONSE_MAX_DEPTH,
        .malformed = DRM_E_LICENSE_INVALID_XML,
    };
    struct drm_buffer decoded = {0};
    struct drm_span plain;
    const uint8_t *next;
    drm_result result;

    *out = (struct drm_license_response_xml){0};
    if (text.size > DRM_LICENSE_RESPONSE_MAX_SIZE)
        return DRM_E_RESPONSE_TOO_LARGE;
    result = drm_xml_unwrap(text, &decoded, &plain);
    if (result == DRM_E_INVALID_DATA)
        result = DRM_E_LICENSE_INVALID_XML;
    if (DRM_SUCCEEDED(result))
        result = reserve(&out->bytes, plain.size / 4 * 3 + 3);
    if (DRM_SUCCEEDED(result))
        result = drm_xml_read(plain, &handler);
    if (DRM_SUCCEEDED(result) && out->count == 0)
        result = DRM_E_LICENSE_INVALID_XML;
    drm_buffer_free(&decoded);
    if (DRM_FAILED(result))
        return result;
    next = out->bytes.data;
    for (size_t i = 0; i < out->count; i++)
    {
        out->licenses[i].data = next;
        next += out->licenses[i].size;
    }
    return DRM_S_OK;
}

void drm_license_response_xml_free(struct drm_license_response_xml *response)
{
    drm_buffer_free(&response->head);
    drm_buffer_free(&response->bytes);
    free(response->licenses);
    *response = (struct drm_license_response_xml){0};
}

/* --- writing ---------------------------------------------------------------------------------------------- */

drm_result drm_license_response_xml_begin(struct drm_span head, struct drm_buffer *out)
{
    struct drm_xml_writer writer;

    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, "LICENSERESPONSE", NULL, NULL);
    drm_xml_put_base64(&writer, "HEAD", head);
    return drm_xml_finish(&writer);
}

drm_result drm_license_response_xml_license(struct drm_span license, struct drm_buffer *out)
{
    struct drm_xml_writer writer;

    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, "LICENSE", "version", LICENSE_VERSION);
    if (DRM_SUCCEEDED(writer.result))
        writer.result = drm_base64_write(license, out);
    drm_xml_close(&writer, "LICENSE");
    return drm_xml_finish(&writer);
}

drm_result drm_license_response_xml_end(struct drm_buffer *out)
{
    struct drm_xml_writer writer;

    drm_xml_begin(&writer, out);
    drm_xml_close(&writer, "LICENSERESPONSE");
    return drm_xml_finish(&writer);
}
