/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form in which a LICENSEREQUEST is posted (license_request.h). */
#include "engine/xml/license_request.h"

#include <string.h>

#define FORM_MAX_SIZE (4 * DRM_LICENSE_REQUEST_MAX_SIZE) /* base64 with every character escaped */

drm_result drm_license_form_write(struct drm_span request, bool nonsilent, struct drm_buffer *out)
{
    static const char begin[] = "nonsilent=0&challenge=";
    const size_t before = out->size;
    drm_result result;

    result = drm_buffer_append(out, begin, sizeof(begin) - 1);
    if (DRM_FAILED(result))
        return result;
    if (nonsilent)
        out->data[before + sizeof("nonsilent=") - 1] = '1';
    result = drm_license_request_encode(request, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, before);
    return result;
}

static int hex_digit(uint8_t character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

/* Undoes the escapes of a value. plus: what '+' stands for. */
static drm_result unescape(struct drm_span value, char plus, struct drm_buffer *out)
{
    uint8_t *place;
    drm_result result;
    size_t size = 0;

    result = drm_buffer_extend(out, value.size, &place);
    if (DRM_FAILED(result))
        return result;
    for (size_t i = 0; i < value.size; i++)
    {
        uint8_t character = value.data[i];

        if (character == '%')
        {
            const int high = value.size - i > 2 ? hex_digit(value.data[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(value.data[i + 2]) : -1;

            if (low < 0)
            {
                drm_buffer_truncate(out, (size_t)(place - out->data));
                return DRM_E_BAD_REQUEST;
            }
            character = (uint8_t)(high << 4 | low);
            i += 2;
        }
        else if (character == '+')
        {
            character = (uint8_t)plus;
        }
        place[size++] = character;
    }
    drm_buffer_truncate(out, (size_t)(place - out->data) + size);
    return DRM_S_OK;
}

/* A client that does not escape its base64 means '+' by it; in XML that was posted as it is, '+' is a space. */
static char plus_of(struct drm_span value)
{
    const bool xml = value.size > 0
                     && (value.data[0] == '<' || (value.size >= 3 && memcmp(value.data, "%3", 2) == 0
                                                  && (value.data[2] == 'C' || value.data[2] == 'c')));

    return xml ? ' ' : '+';
}

static bool is_name(struct drm_span name, const char *expected)
{
    return drm_span_equal(name, drm_span(expected, strlen(expected)));
}

static drm_result read_nonsilent(struct drm_span value, bool *out)
{
    if (value.size != 1 || (value.data[0] != '0' && value.data[0] != '1'))
        return DRM_E_BAD_REQUEST;
    *out = value.data[0] == '1';
    return DRM_S_OK;
}

/* Cuts text at the first separator: gives what is before it and leaves what is behind it. */
static struct drm_span cut(struct drm_span *text, char separator)
{
    const uint8_t *end = text->size > 0 ? memchr(text->data, separator, text->size) : NULL;
    const struct drm_span head = drm_span(text->data, end ? (size_t)(end - text->data) : text->size);

    *text = end ? drm_span(end + 1, text->size - head.size - 1) : drm_span(NULL, 0);
    return head;
}

drm_result drm_license_form_read(struct drm_span form, struct drm_buffer *challenge, bool *nonsilent)
{
    struct drm_span found = {0};
    bool has_nonsilent = false, has_challenge = false, value_of_nonsilent = false;
    drm_result result;

    if (form.size > FORM_MAX_SIZE)
        return DRM_E_BAD_REQUEST;
    while (form.size > 0)
    {
        struct drm_span value = cut(&form, '&');
        const struct drm_span name = cut(&value, '=');

        if (is_name(name, "nonsilent"))
        {
            result = has_nonsilent ? DRM_E_BAD_REQUEST : read_nonsilent(value, &value_of_nonsilent);
            if (DRM_FAILED(result))
                return result;
            has_nonsilent = true;
        }
        else if (is_name(name, "challenge"))
        {
            if (has_challenge)
                return DRM_E_BAD_REQUEST;
            has_challenge = true;
            found = value;
        }
    }
    if (found.size == 0)
        return DRM_E_BAD_REQUEST;
    result = unescape(found, plus_of(found), challenge);
    if (DRM_FAILED(result))
        return result;
    *nonsilent = value_of_nonsilent;
    return DRM_S_OK;
}

drm_result drm_license_form_field(struct drm_span form, const char *name, struct drm_buffer *out)
{
    struct drm_span found = {0};
    bool has_field = false;

    if (form.size > FORM_MAX_SIZE)
        return DRM_E_BAD_REQUEST;
    while (form.size > 0)
    {
        struct drm_span value = cut(&form, '&');

        if (!is_name(cut(&value, '='), name))
            continue;
        if (has_field)
            return DRM_E_BAD_REQUEST;
        has_field = true;
        found = value;
    }
    return has_field ? unescape(found, ' ', out) : DRM_E_NOT_FOUND;
}
