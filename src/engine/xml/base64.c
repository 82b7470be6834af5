/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 (base64.h). */
#include "engine/xml/base64.h"

#include <string.h>

/* What a character is, where it is none of the 64. All of them have the bit SPECIAL. */
enum
{
    SPECIAL = 0x80,
    NONE = 0x80,
    SPACE = 0x81,
    PAD = 0x82,
};

#define N NONE
static const uint8_t values[256] = {
    N, N, N, N, N, N, N, N, N, SPACE, SPACE, N, N, SPACE, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    SPACE, 62 /* ! */, N, N, N, N, N, N, N, N, 63 /* * */, 62 /* + */, N, N, N, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, N, N, N, PAD, N, N,
    N, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, N, N, N, N, N,
    N, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
#undef N

static drm_result base64_write(struct drm_span data, char plus, char slash, struct drm_buffer *out)
{
    char characters[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    drm_result result;
    uint8_t *text;
    size_t i;

    characters[62] = plus;
    characters[63] = slash;
    if (data.size > PTRDIFF_MAX / 4)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_buffer_extend(out, (data.size + 2) / 3 * 4, &text);
    if (DRM_FAILED(result))
        return result;
    for (i = 0; i + 3 <= data.size; i += 3)
    {
        const uint32_t group = (uint32_t)data.data[i] << 16 | (uint32_t)data.data[i + 1] << 8 | data.data[i + 2];

        *text++ = (uint8_t)characters[group >> 18];
        *text++ = (uint8_t)characters[group >> 12 & 63];
        *text++ = (uint8_t)characters[group >> 6 & 63];
        *text++ = (uint8_t)characters[group & 63];
    }
    if (i < data.size)
    {
        const bool two = data.size - i == 2;
        const uint32_t group = (uint32_t)data.data[i] << 16 | (two ? (uint32_t)data.data[i + 1] << 8 : 0);

        *text++ = (uint8_t)characters[group >> 18];
        *text++ = (uint8_t)characters[group >> 12 & 63];
        *text++ = two ? (uint8_t)characters[group >> 6 & 63] : '=';
        *text++ = '=';
    }
    return DRM_S_OK;
}

drm_result drm_base64_write(struct drm_span data, struct drm_buffer *out)
{
    return base64_write(data, '+', '/', out);
}

drm_result drm_base64_write_variant(struct drm_span data, struct drm_buffer *out)
{
    return base64_write(data, '!', '*', out);
}

/* Takes one character; bytes that it completes go to *out, which moves on while it is below end. */
static drm_result base64_take(struct drm_base64_reader *reader, uint8_t character, uint8_t **out, const uint8_t *end)
{
    const uint8_t value = values[character];
    size_t size;

    if (value == SPACE)
        return DRM_S_OK;
    if (value == NONE || reader->ended)
        return DRM_E_INVALID_DATA;
    if (value == PAD)
    {
        if (reader->count < 2)
            return DRM_E_INVALID_DATA;
        reader->padding++;
        reader->bits <<= 6;
    }
    else
    {
        if (reader->padding > 0)
            return DRM_E_INVALID_DATA;
        reader->bits = reader->bits << 6 | value;
    }
    if (++reader->count < 4)
        return DRM_S_OK;

    /* One text for one row of bytes: the bits that padding leaves over are zero. */
    size = 3U - reader->padding;
    if ((reader->bits & ((UINT32_C(1) << 8 * reader->padding) - 1)) != 0 || (size_t)(end - *out) < size)
        return DRM_E_INVALID_DATA;
    for (size_t i = 0; i < size; i++)
        *(*out)++ = (uint8_t)(reader->bits >> (16 - 8 * i));
    *reader = (struct drm_base64_reader){.ended = reader->padding > 0};
    return DRM_S_OK;
}

static drm_result base64_take_all(struct drm_base64_reader *reader, struct drm_span text, uint8_t **out,
                                  const uint8_t *end)
{
    const uint8_t *next = text.data;
    const uint8_t *text_end = text.data + text.size;
    drm_result result;

    while (next < text_end)
    {
        /* Groups of four as they stand nearly everywhere. */
        if (reader->count == 0 && !reader->ended)
        {
            uint8_t *place = *out;

            while (text_end - next >= 4 && end - place >= 3)
            {
                const uint8_t a = values[next[0]], b = values[next[1]], c = values[next[2]], d = values[next[3]];

                if ((a | b | c | d) & SPECIAL)
                    break;
                place[0] = (uint8_t)(a << 2 | b >> 4);
                place[1] = (uint8_t)(b << 4 | c >> 2);
                place[2] = (uint8_t)(c << 6 | d);
                place += 3;
                next += 4;
            }
            *out = place;
            if (next == text_end)
                break;
        }
        result = base64_take(reader, *next++, out, end);
        if (DRM_FAILED(result))
            return result;
    }
    return DRM_S_OK;
}

drm_result drm_base64_feed(struct drm_base64_reader *reader, struct drm_span text, struct drm_buffer *out)
{
    const size_t before = out->size;
    drm_result result;
    uint8_t *begin, *place;

    if (text.size == 0)
        return DRM_S_OK;
    result = drm_buffer_extend(out, (text.size / 4 + 1) * 3, &begin);
    if (DRM_FAILED(result))
        return result;
    place = begin;
    result = base64_take_all(reader, text, &place, out->data + out->size);
    drm_buffer_truncate(out, before + (size_t)(place - begin));
    return result;
}

drm_result drm_base64_finish(const struct drm_base64_reader *reader)
{
    return reader->count == 0 ? DRM_S_OK : DRM_E_INVALID_DATA;
}

drm_result drm_base64_read(struct drm_span text, struct drm_buffer *out)
{
    struct drm_base64_reader reader = {0};
    const size_t before = out->size;
    drm_result result;

    result = drm_base64_feed(&reader, text, out);
    if (DRM_SUCCEEDED(result))
        result = drm_base64_finish(&reader);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, before);
    return result;
}

drm_result drm_base64_read_fixed(struct drm_span text, uint8_t *out, size_t size)
{
    struct drm_base64_reader reader = {0};
    uint8_t *place = out;
    drm_result result;

    result = base64_take_all(&reader, text, &place, out + size);
    if (DRM_SUCCEEDED(result))
        result = drm_base64_finish(&reader);
    if (DRM_SUCCEEDED(result) && place != out + size)
        result = DRM_E_INVALID_DATA;
    return result;
}
