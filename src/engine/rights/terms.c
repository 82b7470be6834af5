/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terms of a licence: reading, writing, and what makes sense in them (docs/rights.md, "Terms").
 *
 * A store holds a million of these, so what a licence does not say takes no byte, and a grant is one field with a
 * fixed layout of its own. The same terms have one spelling: a field that says nothing is refused.
 */
#include "engine/rights/terms.h"

#include <string.h>

#include "engine/base/tlv.h"

enum terms_tag
{
    TAG_PRIORITY = DRM_TLV_CRITICAL | 1,
    TAG_NOT_BEFORE = DRM_TLV_CRITICAL | 2,
    TAG_NOT_AFTER = DRM_TLV_CRITICAL | 3,
    TAG_ROLLBACK = DRM_TLV_CRITICAL | 4,
    TAG_MIN_SECURITY = DRM_TLV_CRITICAL | 5,
    TAG_MIN_APP_LEVEL = DRM_TLV_CRITICAL | 6,
    TAG_MIN_REVINFO = DRM_TLV_CRITICAL | 7,
    TAG_SAP_REQUIRED = DRM_TLV_CRITICAL | 8,
    TAG_SAP_LEVEL = DRM_TLV_CRITICAL | 9,
    TAG_UPLINK = DRM_TLV_CRITICAL | 10,
    TAG_METERED = DRM_TLV_CRITICAL | 11,
    TAG_OUTPUTS = DRM_TLV_CRITICAL | 12,
    TAG_COPY_INCLUDED = DRM_TLV_CRITICAL | 13,
    TAG_COPY_EXCLUDED = DRM_TLV_CRITICAL | 14,
    TAG_GRANT = DRM_TLV_CRITICAL | 15,
};

/* A grant: right (1), which limits follow (1), then those, in this order. */
enum grant_limit
{
    LIMIT_COUNT = 0x1, /* 4 bytes */
    LIMIT_FROM = 0x2,  /* 8 */
    LIMIT_UNTIL = 0x4, /* 8 */
    LIMIT_HOURS = 0x8, /* 4 */
    LIMITS = 0xf,
};
#define GRANT_MIN_SIZE 2
#define GRANT_MAX_SIZE (2 + 4 + 8 + 8 + 4)

#define OUTPUTS_SIZE 12
#define TECHNOLOGY_SIZE 16
#define PRIORITY_MAX INT32_MAX

static bool window_makes_sense(int64_t from, int64_t until)
{
    if (from < 0 || from > DRM_TERMS_TIME_MAX || until < 0 || until > DRM_TERMS_TIME_MAX)
        return false;
    return until == 0 || from < until;
}

static bool grants_make_sense(const struct drm_terms *terms)
{
    const struct drm_grant *grants = terms->grants;
    size_t i;

    if (terms->grant_count == 0 || terms->grant_count > DRM_TERMS_MAX_GRANTS)
        return false;
    for (i = 0; i < terms->grant_count; i++)
    {
        if ((unsigned int)grants[i].right >= DRM_RIGHTS || grants[i].count == 0
            || !window_makes_sense(grants[i].from, grants[i].until))
        {
            return false;
        }
        if (i >= 1 && grants[i].right < grants[i - 1].right)
            return false;
        if (i >= 2 && grants[i].right == grants[i - 2].right)
            return false;
    }
    return true;
}

static bool makes_sense(const struct drm_terms *terms)
{
    return terms->priority <= PRIORITY_MAX
        && window_makes_sense(terms->not_before, terms->not_after)
        && (unsigned int)terms->rollback <= DRM_ROLLBACK_DELETE
        && drm_version_is_valid(terms->min_security)
        && terms->copy_included_count <= DRM_TERMS_MAX_TECHNOLOGIES
        && terms->copy_excluded_count <= DRM_TERMS_MAX_TECHNOLOGIES
        && grants_make_sense(terms);
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static size_t write_grant(const struct drm_grant *grant, uint8_t out[GRANT_MAX_SIZE])
{
    uint8_t *at = out + GRANT_MIN_SIZE;

    out[0] = (uint8_t)grant->right;
    out[1] = 0;
    if (grant->count != DRM_COUNT_UNLIMITED)
    {
        out[1] |= LIMIT_COUNT;
        drm_put_u32(at, grant->count);
        at += 4;
    }
    if (grant->from)
    {
        out[1] |= LIMIT_FROM;
        drm_put_u64(at, (uint64_t)grant->from);
        at += 8;
    }
    if (grant->until)
    {
        out[1] |= LIMIT_UNTIL;
        drm_put_u64(at, (uint64_t)grant->until);
        at += 8;
    }
    if (grant->hours)
    {
        out[1] |= LIMIT_HOURS;
        drm_put_u32(at, grant->hours);
        at += 4;
    }
    return (size_t)(at - out);
}

static void write_outputs(const struct drm_output_levels *outputs, uint8_t out[OUTPUTS_SIZE])
{
    drm_put_u16(out, outputs->compressed_video);
    drm_put_u16(out + 2, outputs->uncompressed_video);
    drm_put_u16(out + 4, outputs->analog_video);
    drm_put_u16(out + 6, outputs->compressed_audio);
    drm_put_u16(out + 8, outputs->uncompressed_audio);
    drm_put_u16(out + 10, outputs->copy);
}

drm_result drm_terms_write(const struct drm_terms *terms, struct drm_buffer *out)
{
    const uint64_t min_security = drm_version_pack(terms->min_security);
    const size_t start = out->size;
    struct drm_tlv_writer writer;
    uint8_t bytes[GRANT_MAX_SIZE];
    drm_result result;
    size_t i;

    if (!makes_sense(terms))
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, out);
    if (terms->priority)
        drm_tlv_put_u32(&writer, TAG_PRIORITY, terms->priority);
    if (terms->not_before)
        drm_tlv_put_u64(&writer, TAG_NOT_BEFORE, (uint64_t)terms->not_before);
    if (terms->not_after)
        drm_tlv_put_u64(&writer, TAG_NOT_AFTER, (uint64_t)terms->not_after);
    if (terms->rollback != DRM_ROLLBACK_WAIT)
        drm_tlv_put_u8(&writer, TAG_ROLLBACK, (uint8_t)terms->rollback);
    if (min_security)
        drm_tlv_put_u64(&writer, TAG_MIN_SECURITY, min_security);
    if (terms->min_app_level)
        drm_tlv_put_u32(&writer, TAG_MIN_APP_LEVEL, terms->min_app_level);
    if (terms->min_revinfo)
        drm_tlv_put_u64(&writer, TAG_MIN_REVINFO, terms->min_revinfo);
    if (terms->sap_required)
        drm_tlv_put(&writer, TAG_SAP_REQUIRED, drm_span(NULL, 0));
    if (terms->sap_level)
        drm_tlv_put_u32(&writer, TAG_SAP_LEVEL, terms->sap_level);
    if (terms->has_uplink)
        drm_tlv_put(&writer, TAG_UPLINK, drm_span(terms->uplink, DRM_KEY_ID_SIZE));
    if (terms->metered)
        drm_tlv_put(&writer, TAG_METERED, drm_span(NULL, 0));
    if (terms->has_outputs)
    {
        write_outputs(&terms->outputs, bytes);
        drm_tlv_put(&writer, TAG_OUTPUTS, drm_span(bytes, OUTPUTS_SIZE));
    }
    if (terms->copy_included_count)
        drm_tlv_put(&writer, TAG_COPY_INCLUDED,
                    drm_span(terms->copy_included, terms->copy_included_count * TECHNOLOGY_SIZE));
    if (terms->copy_excluded_count)
        drm_tlv_put(&writer, TAG_COPY_EXCLUDED,
                    drm_span(terms->copy_excluded, terms->copy_excluded_count * TECHNOLOGY_SIZE));
    for (i = 0; i < terms->grant_count; i++)
        drm_tlv_put(&writer, TAG_GRANT, drm_span(bytes, write_grant(&terms->grants[i], bytes)));
    result = drm_tlv_finish(&writer);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* Takes a limit off rest; false where it is cut. */
static bool take_u32(struct drm_span *rest, uint32_t *out)
{
    if (rest->size < 4)
        return false;
    *out = drm_get_u32(rest->data);
    *rest = drm_span(rest->data + 4, rest->size - 4);
    return true;
}

static bool take_time(struct drm_span *rest, int64_t *out)
{
    uint64_t value;

    if (rest->size < 8)
        return false;
    value = drm_get_u64(rest->data);
    if (value == 0 || value > DRM_TERMS_TIME_MAX)
        return false;
    *out = (int64_t)value;
    *rest = drm_span(rest->data + 8, rest->size - 8);
    return true;
}

/* One grant; order and windows are judged when all are there. context: the terms. */
static drm_result read_grant(void *context, struct drm_span value)
{
    struct drm_terms *terms = context;
    struct drm_grant grant = {.count = DRM_COUNT_UNLIMITED};
    struct drm_span rest = drm_span(value.data + GRANT_MIN_SIZE, value.size - GRANT_MIN_SIZE);
    const unsigned int limits = value.data[1];

    /* Before it becomes an enum: a number outside of one is nothing to compute with. */
    if (value.data[0] >= DRM_RIGHTS || limits & ~(unsigned int)LIMITS)
        return DRM_E_INVALID_LICENSE;
    grant.right = (enum drm_right)value.data[0];
    if (limits & LIMIT_COUNT && (!take_u32(&rest, &grant.count) || grant.count == DRM_COUNT_UNLIMITED))
        return DRM_E_INVALID_LICENSE;
    if (limits & LIMIT_FROM && !take_time(&rest, &grant.from))
        return DRM_E_INVALID_LICENSE;
    if (limits & LIMIT_UNTIL && !take_time(&rest, &grant.until))
        return DRM_E_INVALID_LICENSE;
    if (limits & LIMIT_HOURS && (!take_u32(&rest, &grant.hours) || grant.hours == 0))
        return DRM_E_INVALID_LICENSE;
    if (rest.size > 0)
        return DRM_E_INVALID_LICENSE;
    terms->grants[terms->grant_count++] = grant;
    return DRM_S_OK;
}

static void read_outputs(const uint8_t data[OUTPUTS_SIZE], struct drm_output_levels *out)
{
    out->compressed_video = drm_get_u16(data);
    out->uncompressed_video = drm_get_u16(data + 2);
    out->analog_video = drm_get_u16(data + 4);
    out->compressed_audio = drm_get_u16(data + 6);
    out->uncompressed_audio = drm_get_u16(data + 8);
    out->copy = drm_get_u16(data + 10);
}

static bool read_technologies(struct drm_span value, uint8_t (*out)[TECHNOLOGY_SIZE], size_t *count)
{
    if (value.size % TECHNOLOGY_SIZE)
        return false;
    if (value.size > 0)
        memcpy(out, value.data, value.size);
    *count = value.size / TECHNOLOGY_SIZE;
    return true;
}

/* Numbers on their way out of the encoding, and which of the fields were there. */
struct raw_terms
{
    uint64_t not_before, not_after, min_security;
    uint8_t rollback;
    uint8_t outputs[OUTPUTS_SIZE];
    struct drm_span included, excluded, none;
    bool has_priority, has_not_before, has_not_after, has_rollback, has_min_security, has_min_app_level,
        has_min_revinfo, has_sap_level;
};

/* A field that is there says something; what is not there left its zero. */
static bool says_something(const struct drm_terms *terms, const struct raw_terms *raw)
{
    return raw->has_priority == (terms->priority != 0)
        && raw->has_not_before == (raw->not_before != 0)
        && raw->has_not_after == (raw->not_after != 0)
        && raw->has_rollback == (raw->rollback != 0)
        && raw->has_min_security == (raw->min_security != 0)
        && raw->has_min_app_level == (terms->min_app_level != 0)
        && raw->has_min_revinfo == (terms->min_revinfo != 0)
        && raw->has_sap_level == (terms->sap_level != 0);
}

/* Of two kilobytes a licence uses two hundred bytes or so, and an enumeration reads a million of them. */
static void copy_used(const struct drm_terms *terms, struct drm_terms *out)
{
    memcpy(out, terms, offsetof(struct drm_terms, grants));
    memcpy(out->grants, terms->grants, terms->grant_count * sizeof(terms->grants[0]));
    memcpy(out->copy_included, terms->copy_included, terms->copy_included_count * TECHNOLOGY_SIZE);
    memcpy(out->copy_excluded, terms->copy_excluded, terms->copy_excluded_count * TECHNOLOGY_SIZE);
}

drm_result drm_terms_read(struct drm_span data, struct drm_terms *out)
{
    const size_t lists = (size_t)DRM_TERMS_MAX_TECHNOLOGIES * TECHNOLOGY_SIZE;
    struct drm_terms terms;
    struct raw_terms raw = {0};
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_PRIORITY, .kind = DRM_TLV_U32, .out.u32 = &terms.priority, .present = &raw.has_priority},
        {.tag = TAG_NOT_BEFORE, .kind = DRM_TLV_U64, .out.u64 = &raw.not_before, .present = &raw.has_not_before},
        {.tag = TAG_NOT_AFTER, .kind = DRM_TLV_U64, .out.u64 = &raw.not_after, .present = &raw.has_not_after},
        {.tag = TAG_ROLLBACK, .kind = DRM_TLV_U8, .out.u8 = &raw.rollback, .present = &raw.has_rollback},
        {.tag = TAG_MIN_SECURITY, .kind = DRM_TLV_U64, .out.u64 = &raw.min_security,
         .present = &raw.has_min_security},
        {.tag = TAG_MIN_APP_LEVEL, .kind = DRM_TLV_U32, .out.u32 = &terms.min_app_level,
         .present = &raw.has_min_app_level},
        {.tag = TAG_MIN_REVINFO, .kind = DRM_TLV_U64, .out.u64 = &terms.min_revinfo,
         .present = &raw.has_min_revinfo},
        {.tag = TAG_SAP_REQUIRED, .kind = DRM_TLV_BYTES, .out.span = &raw.none, .present = &terms.sap_required},
        {.tag = TAG_SAP_LEVEL, .kind = DRM_TLV_U32, .out.u32 = &terms.sap_level, .present = &raw.has_sap_level},
        {.tag = TAG_UPLINK, .kind = DRM_TLV_FIXED, .max_size = DRM_KEY_ID_SIZE, .out.fixed = terms.uplink,
         .present = &terms.has_uplink},
        {.tag = TAG_METERED, .kind = DRM_TLV_BYTES, .out.span = &raw.none, .present = &terms.metered},
        {.tag = TAG_OUTPUTS, .kind = DRM_TLV_FIXED, .max_size = OUTPUTS_SIZE, .out.fixed = raw.outputs,
         .present = &terms.has_outputs},
        {.tag = TAG_COPY_INCLUDED, .kind = DRM_TLV_BYTES, .min_size = TECHNOLOGY_SIZE, .max_size = lists,
         .out.span = &raw.included},
        {.tag = TAG_COPY_EXCLUDED, .kind = DRM_TLV_BYTES, .min_size = TECHNOLOGY_SIZE, .max_size = lists,
         .out.span = &raw.excluded},
        {.tag = TAG_GRANT, .kind = DRM_TLV_EACH, .required = true, .min_size = GRANT_MIN_SIZE,
         .max_size = GRANT_MAX_SIZE, .max_count = DRM_TERMS_MAX_GRANTS, .out.each = read_grant, .context = &terms},
    };

    memset(&terms, 0, offsetof(struct drm_terms, grants));
    if (data.size > DRM_TERMS_MAX_SIZE || DRM_FAILED(drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0])))
        || raw.not_before > DRM_TERMS_TIME_MAX || raw.not_after > DRM_TERMS_TIME_MAX
        || raw.rollback > DRM_ROLLBACK_DELETE || !says_something(&terms, &raw)
        || !read_technologies(raw.included, terms.copy_included, &terms.copy_included_count)
        || !read_technologies(raw.excluded, terms.copy_excluded, &terms.copy_excluded_count))
    {
        return DRM_E_INVALID_LICENSE;
    }
    terms.not_before = (int64_t)raw.not_before;
    terms.not_after = (int64_t)raw.not_after;
    terms.rollback = (enum drm_rollback)raw.rollback;
    terms.min_security = drm_version_unpack(raw.min_security);
    read_outputs(raw.outputs, &terms.outputs);
    if (!makes_sense(&terms))
        return DRM_E_INVALID_LICENSE;
    copy_used(&terms, out);
    return DRM_S_OK;
}

/* --- what they say ---------------------------------------------------------------------------------------- */

uint32_t drm_terms_rights(const struct drm_terms *terms)
{
    uint32_t rights = 0;
    size_t i;

    for (i = 0; i < terms->grant_count; i++)
        rights |= DRM_RIGHT_BIT(terms->grants[i].right);
    return rights;
}

enum drm_rollback drm_terms_rollback(const struct drm_terms *terms)
{
    size_t i;

    if (terms->not_after)
        return terms->rollback;
    for (i = 0; i < terms->grant_count; i++)
    {
        if (terms->grants[i].until || terms->grants[i].hours)
            return terms->rollback;
    }
    return DRM_ROLLBACK_WAIT;
}
