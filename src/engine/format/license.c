/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bodies of licences: reading and writing. */
#include "engine/format/license.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/tlv.h"
#include "engine/format/license_envelope.h"

#define GUID_SIZE 16
#define RESTRICTION_SIZE (GUID_SIZE + 4)
#define STORE_OPTIONS (DRM_LICENSE_NOT_PERSISTABLE | DRM_LICENSE_BEGINS_TEMPORARY) /* one of them at most */
#define KNOWN_OPTIONS (STORE_OPTIONS | DRM_LICENSE_IMPORTED)

enum license_body_tag
{
    TAG_LICENSE_ID = DRM_TLV_CRITICAL | 1,
    TAG_KEY_ID = DRM_TLV_CRITICAL | 2,
    TAG_ISSUED = DRM_TLV_CRITICAL | 3,
    TAG_OPTIONS = DRM_TLV_CRITICAL | 4,
    TAG_ISSUER = DRM_TLV_CRITICAL | 5,
    TAG_URL = DRM_TLV_CRITICAL | 6,
    TAG_TERMS = DRM_TLV_CRITICAL | 7,
    TAG_SOURCE_ID = DRM_TLV_CRITICAL | 8,
    TAG_INCLUSIONS = DRM_TLV_CRITICAL | 9,
    TAG_RESTRICTIONS = DRM_TLV_CRITICAL | 10,
    TAG_METERING_ID = DRM_TLV_CRITICAL | 11,
    TAG_REVOCATION_KEY = DRM_TLV_CRITICAL | 12,
    TAG_USER_ID = DRM_TLV_CRITICAL | 13,
};

static bool inclusions_differ(const struct drm_license *license)
{
    for (size_t i = 0; i < license->inclusion_count; i++)
        for (size_t k = 0; k < i; k++)
            if (!memcmp(license->inclusions[i], license->inclusions[k], GUID_SIZE))
                return false;
    return true;
}

static bool restrictions_differ(const struct drm_license *license)
{
    for (size_t i = 0; i < license->restriction_count; i++)
        for (size_t k = 0; k < i; k++)
            if (!memcmp(license->restrictions[i].id, license->restrictions[k].id, GUID_SIZE))
                return false;
    return true;
}

/* What reader and writer ask of a body; terms and texts are checked apart. */
static bool makes_sense(const struct drm_license *license)
{
    const struct drm_terms *terms = &license->terms;

    if (drm_id_is_zero(license->license_id) || drm_id_is_zero(license->key_id))
        return false;
    if (license->issued <= 0 || license->issued > DRM_TIME_MAX || (license->options & ~(uint32_t)KNOWN_OPTIONS)
        || (license->options & STORE_OPTIONS) == STORE_OPTIONS)
        return false;
    if (license->inclusion_count > DRM_LICENSE_MAX_INCLUSIONS || !inclusions_differ(license)
        || license->restriction_count > DRM_LICENSE_MAX_RESTRICTIONS || !restrictions_differ(license))
        return false;
    if (license->has_metering_id && !terms->metered)
        return false;
    return !terms->has_uplink || memcmp(terms->uplink, license->key_id, DRM_KEY_ID_SIZE) != 0;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* A body's fields that are spans until everything else is known to be right. */
struct body_spans
{
    struct drm_span issuer, url, user_id, inclusions, restrictions;
};

static void copy_text(char *out, struct drm_span text)
{
    if (text.size)
        memcpy(out, text.data, text.size);
    out[text.size] = '\0'; /* the reader of fields left room */
}

static drm_result read_lists(struct drm_license *license, const struct body_spans *spans)
{
    if (spans->inclusions.size % GUID_SIZE || spans->restrictions.size % RESTRICTION_SIZE)
        return DRM_E_INVALID_LICENSE;
    license->inclusion_count = spans->inclusions.size / GUID_SIZE;
    if (license->inclusion_count)
        memcpy(license->inclusions, spans->inclusions.data, spans->inclusions.size);
    license->restriction_count = spans->restrictions.size / RESTRICTION_SIZE;
    for (size_t i = 0; i < license->restriction_count; i++)
    {
        const uint8_t *entry = spans->restrictions.data + i * RESTRICTION_SIZE;

        memcpy(license->restrictions[i].id, entry, GUID_SIZE);
        license->restrictions[i].value = drm_get_u32(entry + GUID_SIZE);
    }
    return DRM_S_OK;
}

static drm_result read_body(struct drm_span body, struct drm_license *license)
{
    struct body_spans spans = {0};
    uint64_t issued = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_LICENSE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = license->license_id},
        {.tag = TAG_KEY_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_KEY_ID_SIZE,
         .out.fixed = license->key_id},
        {.tag = TAG_ISSUED, .kind = DRM_TLV_U64, .required = true, .out.u64 = &issued},
        {.tag = TAG_OPTIONS, .kind = DRM_TLV_U32, .required = true, .out.u32 = &license->options},
        {.tag = TAG_ISSUER, .kind = DRM_TLV_TEXT, .min_size = 1, .max_size = DRM_LICENSE_TEXT_SIZE - 1,
         .out.span = &spans.issuer},
        {.tag = TAG_URL, .kind = DRM_TLV_TEXT, .min_size = 1, .max_size = DRM_LICENSE_URL_SIZE - 1,
         .out.span = &spans.url},
        {.tag = TAG_TERMS, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = DRM_TERMS_MAX_SIZE,
         .out.span = &license->encoded_terms},
        {.tag = TAG_SOURCE_ID, .kind = DRM_TLV_U32, .out.u32 = &license->source_id,
         .present = &license->has_source_id},
        {.tag = TAG_INCLUSIONS, .kind = DRM_TLV_BYTES, .min_size = GUID_SIZE,
         .max_size = DRM_LICENSE_MAX_INCLUSIONS * GUID_SIZE, .out.span = &spans.inclusions},
        {.tag = TAG_RESTRICTIONS, .kind = DRM_TLV_BYTES, .min_size = RESTRICTION_SIZE,
         .max_size = DRM_LICENSE_MAX_RESTRICTIONS * RESTRICTION_SIZE, .out.span = &spans.restrictions},
        {.tag = TAG_METERING_ID, .kind = DRM_TLV_FIXED, .max_size = GUID_SIZE, .out.fixed = license->metering_id,
         .present = &license->has_metering_id},
        {.tag = TAG_REVOCATION_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_SIGN_PUBLIC_SIZE,
         .out.fixed = license->revocation_key, .present = &license->has_revocation_key},
        {.tag = TAG_USER_ID, .kind = DRM_TLV_TEXT, .min_size = 1, .max_size = DRM_LICENSE_TEXT_SIZE - 1,
         .out.span = &spans.user_id},
    };
    drm_result result;

    if (DRM_FAILED(drm_tlv_read(body, fields, sizeof(fields) / sizeof(fields[0]))) || issued > DRM_TIME_MAX)
        return DRM_E_INVALID_LICENSE;
    license->issued = (int64_t)issued;
    copy_text(license->issuer, spans.issuer);
    copy_text(license->url, spans.url);
    copy_text(license->user_id, spans.user_id);
    result = read_lists(license, &spans);
    if (DRM_FAILED(result))
        return result;
    result = drm_terms_read(license->encoded_terms, &license->terms);
    if (DRM_FAILED(result))
        return result;
    return makes_sense(license) ? DRM_S_OK : DRM_E_INVALID_LICENSE;
}

drm_result drm_license_read(struct drm_span data, struct drm_license_object *object, struct drm_license *license)
{
    struct drm_license_object parts;
    struct drm_license *found;
    drm_result result;

    result = drm_license_envelope_read(data, &parts);
    if (DRM_FAILED(result))
        return result;
    found = calloc(1, sizeof(*found)); /* 6 KiB: rather not on a stack of a thread that an application made */
    if (!found)
        return DRM_E_OUT_OF_MEMORY;
    result = read_body(parts.body, found);
    if (DRM_FAILED(result))
        goto done;
    if (parts.wrapped_key.size != (found->terms.has_uplink ? DRM_WRAPPED_LEAF_KEY_SIZE : DRM_WRAPPED_KEY_SIZE))
    {
        result = DRM_E_INVALID_LICENSE;
        goto done;
    }
    if (object)
        *object = parts;
    if (license)
        *license = *found;

done:
    free(found);
    return result;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static bool text_is_valid(const char *text, size_t size)
{
    const char *end = memchr(text, 0, size);

    return end && drm_text_is_valid(drm_span(text, (size_t)(end - text)));
}

static void put_text(struct drm_tlv_writer *writer, uint16_t tag, const char *text)
{
    if (text[0])
        drm_tlv_put_text(writer, tag, text);
}

static void put_restrictions(struct drm_tlv_writer *writer, const struct drm_license *license)
{
    uint8_t entries[DRM_LICENSE_MAX_RESTRICTIONS * RESTRICTION_SIZE];

    for (size_t i = 0; i < license->restriction_count; i++)
    {
        memcpy(entries + i * RESTRICTION_SIZE, license->restrictions[i].id, GUID_SIZE);
        drm_put_u32(entries + i * RESTRICTION_SIZE + GUID_SIZE, license->restrictions[i].value);
    }
    if (license->restriction_count)
        drm_tlv_put(writer, TAG_RESTRICTIONS, drm_span(entries, license->restriction_count * RESTRICTION_SIZE));
}

static drm_result write_fields(const struct drm_license *license, struct drm_span terms, struct drm_buffer *out)
{
    struct drm_tlv_writer writer;

    drm_tlv_begin(&writer, out);
    drm_tlv_put(&writer, TAG_LICENSE_ID, drm_span(license->license_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_KEY_ID, drm_span(license->key_id, DRM_KEY_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_ISSUED, (uint64_t)license->issued);
    drm_tlv_put_u32(&writer, TAG_OPTIONS, license->options);
    put_text(&writer, TAG_ISSUER, license->issuer);
    put_text(&writer, TAG_URL, license->url);
    drm_tlv_put(&writer, TAG_TERMS, terms);
    if (license->has_source_id)
        drm_tlv_put_u32(&writer, TAG_SOURCE_ID, license->source_id);
    if (license->inclusion_count)
        drm_tlv_put(&writer, TAG_INCLUSIONS, drm_span(license->inclusions, license->inclusion_count * GUID_SIZE));
    put_restrictions(&writer, license);
    if (license->has_metering_id)
        drm_tlv_put(&writer, TAG_METERING_ID, drm_span(license->metering_id, GUID_SIZE));
    if (license->has_revocation_key)
        drm_tlv_put(&writer, TAG_REVOCATION_KEY, drm_span(license->revocation_key, DRM_SIGN_PUBLIC_SIZE));
    put_text(&writer, TAG_USER_ID, license->user_id);
    return drm_tlv_finish(&writer);
}

drm_result drm_license_write_body(const struct drm_license *license, struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_buffer terms = {0};
    drm_result result;

    if (!makes_sense(license) || !text_is_valid(license->issuer, sizeof(license->issuer))
        || !text_is_valid(license->url, sizeof(license->url))
        || !text_is_valid(license->user_id, sizeof(license->user_id)))
        return DRM_E_INVALID_ARGUMENT;
    result = drm_terms_write(&license->terms, &terms);
    if (DRM_SUCCEEDED(result))
        result = write_fields(license, drm_buffer_span(&terms), out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_buffer_free(&terms);
    return result;
}
