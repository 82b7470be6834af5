/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LICENSEREQUEST (license_request.h). */
#include "engine/xml/license_request.h"

#include <stdio.h>
#include <string.h>

#include "engine/xml/action_list.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"

#define REQUEST_MAX_DEPTH 20 /* a content header's, and what is around it */
#define REQUEST_VERSION "2.0.0.0"

/* --- writing ---------------------------------------------------------------------------------------------- */

static bool request_is_valid(const struct drm_license_request *request)
{
    return request->challenge.size > 0 && request->chain.size > 0 && !(request->has_header && request->has_key_id);
}

/* The header must be one element and nothing around it, so that what stands in the request is all that is hashed. */
static drm_result check_header(struct drm_span text)
{
    struct drm_content_header header;
    drm_result result;

    result = drm_content_header_read(text, &header);
    if (DRM_FAILED(result))
        return result;
    return header.element.size == text.size ? DRM_S_OK : DRM_E_MALFORMED_CONTENT_HEADER;
}

static void write_client_info(struct drm_xml_writer *writer, const struct drm_license_request *request)
{
    char number[16];

    drm_xml_open(writer, "CLIENTINFO", NULL, NULL);
    drm_xml_put_base64(writer, "MACHINECERTIFICATE", drm_buffer_span(&request->chain));
    drm_xml_put_base64(writer, "CLIENTID", drm_buffer_span(&request->challenge));
    drm_xml_put_text(writer, "CLIENTVERSION", request->client_version);
    drm_xml_put_text(writer, "SECURITYVERSION", request->security_version);
    snprintf(number, sizeof(number), "%lu", (unsigned long)request->app_security);
    drm_xml_put_text(writer, "APPSECURITY", number);
    drm_xml_close(writer, "CLIENTINFO");
}

drm_result drm_license_request_write(const struct drm_license_request *request, struct drm_buffer *out)
{
    const size_t before = out->size;
    struct drm_xml_writer writer;
    drm_result result;

    if (!request_is_valid(request))
        return DRM_E_INVALID_ARGUMENT;
    if (request->has_header)
    {
        result = check_header(drm_buffer_span(&request->header));
        if (DRM_FAILED(result))
            return result;
    }
    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, "LICENSEREQUEST", "version", REQUEST_VERSION);
    if (DRM_SUCCEEDED(writer.result))
        writer.result = drm_action_list_write(request->rights, out);
    write_client_info(&writer, request);
    if (request->has_key_id)
        drm_xml_put_base64(&writer, "KID", drm_span(request->key_id, sizeof(request->key_id)));
    if (request->has_header)
        drm_xml_put_raw(&writer, drm_buffer_span(&request->header));
    drm_xml_close(&writer, "LICENSEREQUEST");
    result = drm_xml_finish(&writer);
    if (DRM_SUCCEEDED(result) && out->size - before > DRM_LICENSE_REQUEST_MAX_SIZE)
        result = DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, before);
    return result;
}

drm_result drm_license_request_encode(struct drm_span request, struct drm_buffer *out)
{
    return drm_base64_write_variant(request, out);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* The elements whose values are read; each at most once. */
enum field
{
    ACTION_LIST, MACHINE_CERTIFICATE, CLIENT_ID, CLIENT_VERSION, SECURITY_VERSION, APP_SECURITY, KEY_ID, HEADER,
    HEADER_OTHERWISE, FIELDS,
};

static const char *const paths[FIELDS] = {
    [ACTION_LIST] = "LICENSEREQUEST/ACTIONLIST",
    [MACHINE_CERTIFICATE] = "LICENSEREQUEST/CLIENTINFO/MACHINECERTIFICATE",
    [CLIENT_ID] = "LICENSEREQUEST/CLIENTINFO/CLIENTID",
    [CLIENT_VERSION] = "LICENSEREQUEST/CLIENTINFO/CLIENTVERSION",
    [SECURITY_VERSION] = "LICENSEREQUEST/CLIENTINFO/SECURITYVERSION",
    [APP_SECURITY] = "LICENSEREQUEST/CLIENTINFO/APPSECURITY",
    [KEY_ID] = "LICENSEREQUEST/KID",
    [HEADER] = "LICENSEREQUEST/WRMHEADER",
    [HEADER_OTHERWISE] = "LICENSEREQUEST/WMRMHEADER",
};

struct request_reader
{
    struct drm_license_request *request;
    struct drm_span text;
    bool seen[FIELDS];
    size_t header_begin;
};

static int find_field(const char *path)
{
    for (int field = 0; field < FIELDS; field++)
        if (!strcmp(path, paths[field]))
            return field;
    return -1;
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    struct request_reader *reader = context;
    const char *version;
    int field;

    if (element->depth == 1)
    {
        version = drm_xml_attribute(element, "version");
        if (strcmp(element->path, "LICENSEREQUEST") != 0 || !version || strcmp(version, REQUEST_VERSION) != 0)
            return DRM_E_BAD_REQUEST;
        return DRM_S_OK;
    }
    field = find_field(element->path);
    if (field < 0)
        return DRM_S_OK;
    if (reader->seen[field])
        return DRM_E_BAD_REQUEST;
    reader->seen[field] = true;
    if (field == HEADER || field == HEADER_OTHERWISE)
        reader->header_begin = element->begin;
    return DRM_S_OK;
}

static drm_result read_base64(struct drm_span text, struct drm_buffer *out)
{
    drm_result result = drm_base64_read(text, out);

    return result == DRM_E_INVALID_DATA ? DRM_E_BAD_REQUEST : result;
}

static bool read_number(struct drm_span text, uint32_t *out)
{
    uint64_t value = 0;

    text = drm_xml_trim(text);
    if (text.size == 0 || text.size > 10)
        return false;
    for (size_t i = 0; i < text.size; i++)
    {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

/* The header as it stands there, byte for byte: its hash is signed. */
static drm_result read_header(struct request_reader *reader, const struct drm_xml_element *element)
{
    struct drm_license_request *request = reader->request;

    if (request->has_header)
        return DRM_E_BAD_REQUEST;
    request->has_header = true;
    return drm_buffer_append(&request->header, reader->text.data + reader->header_begin,
                             element->end - reader->header_begin);
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct request_reader *reader = context;
    struct drm_license_request *request = reader->request;
    bool valid = true;

    if (!strcmp(element->path, "LICENSEREQUEST/ACTIONLIST/ACTION"))
        return !element->has_children && drm_action_read(element->text, &request->rights) ? DRM_S_OK
                                                                                          : DRM_E_BAD_REQUEST;
    switch (find_field(element->path))
    {
    case MACHINE_CERTIFICATE:
        return read_base64(element->text, &request->chain);
    case CLIENT_ID:
        return read_base64(element->text, &request->challenge);
    case CLIENT_VERSION:
        valid = drm_xml_copy_text(element->text, request->client_version, sizeof(request->client_version));
        break;
    case SECURITY_VERSION:
        valid = drm_xml_copy_text(element->text, request->security_version, sizeof(request->security_version));
        break;
    case APP_SECURITY:
        valid = read_number(element->text, &request->app_security);
        break;
    case KEY_ID:
        valid = DRM_SUCCEEDED(drm_base64_read_fixed(element->text, request->key_id, sizeof(request->key_id)));
        request->has_key_id = true;
        break;
    case HEADER:
    case HEADER_OTHERWISE:
        return read_header(reader, element);
    }
    return valid ? DRM_S_OK : DRM_E_BAD_REQUEST;
}

drm_result drm_license_request_read(struct drm_span text, struct drm_license_request *out)
{
    struct request_reader reader = {.request = out};
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = &reader,
        .max_depth = REQUEST_MAX_DEPTH,
        .malformed = DRM_E_BAD_REQUEST,
    };
    struct drm_buffer decoded = {0};
    drm_result result;

    *out = (struct drm_license_request){0};
    if (text.size > DRM_LICENSE_REQUEST_MAX_SIZE / 3 * 4 + 4)
        return DRM_E_BAD_REQUEST;
    result = drm_xml_unwrap(text, &decoded, &reader.text);
    if (result == DRM_E_INVALID_DATA)
        result = DRM_E_BAD_REQUEST;
    if (DRM_SUCCEEDED(result) && reader.text.size > DRM_LICENSE_REQUEST_MAX_SIZE)
        result = DRM_E_BAD_REQUEST;
    if (DRM_SUCCEEDED(result))
        result = drm_xml_read(reader.text, &handler);
    if (DRM_SUCCEEDED(result) && !request_is_valid(out))
        result = DRM_E_BAD_REQUEST;
    drm_buffer_free(&decoded);
    return result;
}

void drm_license_request_free(struct drm_license_request *request)
{
    drm_buffer_free(&request->challenge);
    drm_buffer_free(&request->chain);
    drm_buffer_free(&request->header);
    *request = (struct drm_license_request){0};
}
