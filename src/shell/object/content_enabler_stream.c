/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saving and loading the subject of a content enabler (content_enabler_stream.h): the length (4 bytes, big-endian),
 * then an object in the engine's encoding.
 */
#include "shell/object/content_enabler_stream.h"

#include <string.h>

#include "engine/base/tlv.h"
#include "engine/net/url.h"

enum subject_tag
{
    SUBJECT_LIST = DRM_TLV_CRITICAL | 1,
    SUBJECT_HINT = DRM_TLV_CRITICAL | 2,
    SUBJECT_LIST_VERSION = DRM_TLV_CRITICAL | 3,
    SUBJECT_HASH = DRM_TLV_CRITICAL | 4,
    SUBJECT_URL = DRM_TLV_CRITICAL | 5,
};

/* A stream may take less than it was given and call that a success, as one on a full disk does. */
static HRESULT write_exactly(IStream *stream, const void *data, ULONG size)
{
    ULONG written = 0;
    HRESULT hr = IStream_Write(stream, data, size, &written);

    if (FAILED(hr))
        return hr;
    return written == size ? S_OK : STG_E_MEDIUMFULL;
}

HRESULT content_enabler_subject_save(const struct content_enabler_subject *subject, IStream *stream)
{
    char hash[CONTENT_ENABLER_HASH_SIZE];
    struct drm_buffer encoded = {0};
    struct drm_tlv_writer writer;
    uint8_t length[4];
    HRESULT hr;

    for (size_t i = 0; i < ARRAYSIZE(hash); i++)
        hash[i] = (char)subject->hash[i]; /* hexadecimal digits */
    drm_tlv_begin(&writer, &encoded);
    drm_tlv_put(&writer, SUBJECT_LIST, drm_span(&subject->list, sizeof(subject->list)));
    drm_tlv_put_u32(&writer, SUBJECT_HINT, (uint32_t)subject->hint);
    drm_tlv_put_u32(&writer, SUBJECT_LIST_VERSION, subject->list_version);
    drm_tlv_put_text(&writer, SUBJECT_HASH, hash);
    drm_tlv_put_text(&writer, SUBJECT_URL, subject->url);
    if (SUCCEEDED(hr = drm_tlv_finish(&writer)))
    {
        drm_put_u32(length, (uint32_t)encoded.size);
        hr = write_exactly(stream, length, sizeof(length));
    }
    if (SUCCEEDED(hr))
        hr = write_exactly(stream, encoded.data, (ULONG)encoded.size);
    drm_buffer_free(&encoded);
    return hr;
}

static HRESULT read_exactly(IStream *stream, void *data, ULONG size)
{
    ULONG got = 0;
    HRESULT hr = IStream_Read(stream, data, size, &got);

    if (FAILED(hr))
        return hr;
    return got == size ? S_OK : E_INVALIDARG;
}

static bool is_hexadecimal(struct drm_span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!strchr("0123456789abcdefABCDEF", text.data[i]))
            return false;
    return true;
}

static HRESULT decode(struct drm_span data, struct content_enabler_subject *out)
{
    struct content_enabler_subject subject = {0};
    struct drm_span hash = {0}, url = {0};
    uint32_t hint = 0, list_version = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = SUBJECT_LIST, .kind = DRM_TLV_FIXED, .required = true, .max_size = sizeof(GUID),
         .out.fixed = (uint8_t *)&subject.list},
        {.tag = SUBJECT_HINT, .kind = DRM_TLV_U32, .required = true, .out.u32 = &hint},
        {.tag = SUBJECT_LIST_VERSION, .kind = DRM_TLV_U32, .required = true, .out.u32 = &list_version},
        {.tag = SUBJECT_HASH, .kind = DRM_TLV_TEXT, .required = true, .max_size = CONTENT_ENABLER_HASH_SIZE - 1,
         .out.span = &hash},
        {.tag = SUBJECT_URL, .kind = DRM_TLV_TEXT, .required = true, .max_size = sizeof(subject.url) - 1,
         .out.span = &url},
    };

    if (DRM_FAILED(drm_tlv_read(data, fields, ARRAYSIZE(fields))) || !is_hexadecimal(hash))
        return E_INVALIDARG;
    subject.hint = (HRESULT)hint;
    subject.list_version = list_version;
    for (size_t i = 0; i < hash.size; i++)
        subject.hash[i] = hash.data[i];
    if (url.size)
        memcpy(subject.url, url.data, url.size);
    if (subject.url[0] && !drm_url_is_valid(subject.url))
        return E_INVALIDARG;
    *out = subject;
    return S_OK;
}

HRESULT content_enabler_subject_load(struct content_enabler_subject *subject, IStream *stream)
{
    uint8_t length[4], data[CONTENT_ENABLER_STREAM_MAX];
    ULONG size;
    HRESULT hr;

    if (FAILED(hr = read_exactly(stream, length, sizeof(length))))
        return hr;
    size = drm_get_u32(length);
    if (!size || size > sizeof(data))
        return E_INVALIDARG;
    if (FAILED(hr = read_exactly(stream, data, size)))
        return hr;
    return decode(drm_span(data, size), subject);
}
