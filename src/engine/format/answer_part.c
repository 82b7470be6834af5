/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts and the policy of an answer's head. */
#include "engine/format/answer_part.h"

#include <string.h>

enum part_tag
{
    TAG_KIND = DRM_TLV_CRITICAL | 1,
    TAG_LIST_TYPE = DRM_TLV_CRITICAL | 2,
    TAG_SIZE = DRM_TLV_CRITICAL | 3,
    TAG_HASH = DRM_TLV_CRITICAL | 4,
    TAG_NAME = DRM_TLV_CRITICAL | 5,
};

enum policy_tag
{
    TAG_PER_DAY = DRM_TLV_CRITICAL | 1,
    TAG_RENEWAL_URL = DRM_TLV_CRITICAL | 2,
    TAG_LICENSE_URL = DRM_TLV_CRITICAL | 3,
};

static void copy_text(char *out, struct drm_span text)
{
    if (text.size)
        memcpy(out, text.data, text.size);
    out[text.size] = 0;
}

static bool part_is_valid(const struct drm_part *part)
{
    switch (part->kind)
    {
    case DRM_PART_REVOCATION_LIST:
        return part->list_type >= DRM_REVOCATION_FIRST && part->list_type <= DRM_REVOCATION_LAST && part->size > 0
            && part->size <= DRM_REVOCATION_MAX_SIZE && !part->name[0];
    case DRM_PART_COMPONENT:
        return !part->list_type && part->size > 0 && part->size <= DRM_COMPONENT_MAX_SIZE;
    }
    return false;
}

bool drm_parts_are_valid(const struct drm_part *parts, size_t count, enum drm_request_kind kind)
{
    for (size_t i = 0; i < count; i++)
    {
        if (!part_is_valid(&parts[i]) || (parts[i].kind == DRM_PART_COMPONENT && kind != DRM_REQUEST_INDIVIDUALIZE))
            return false;
        for (size_t k = 0; k < i; k++)
        {
            if (parts[k].kind == parts[i].kind && parts[k].list_type == parts[i].list_type)
                return false;
        }
    }
    return true;
}

drm_result drm_part_read(struct drm_span data, struct drm_part *out)
{
    struct drm_part part = {0};
    struct drm_span name = {0};
    uint32_t kind = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_KIND, .kind = DRM_TLV_U32, .required = true, .out.u32 = &kind},
        {.tag = TAG_LIST_TYPE, .kind = DRM_TLV_U32, .required = true, .out.u32 = &part.list_type},
        {.tag = TAG_SIZE, .kind = DRM_TLV_U64, .required = true, .out.u64 = &part.size},
        {.tag = TAG_HASH, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = part.hash},
        {.tag = TAG_NAME, .kind = DRM_TLV_TEXT, .required = true, .max_size = DRM_CERTIFICATE_NAME_SIZE,
         .out.span = &name},
    };
    drm_result result;

    result = drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]));
    if (DRM_FAILED(result))
        return result;
    if (kind != DRM_PART_REVOCATION_LIST && kind != DRM_PART_COMPONENT)
        return DRM_E_INVALID_DATA;
    part.kind = (enum drm_part_kind)kind;
    copy_text(part.name, name);
    if (!part_is_valid(&part))
        return DRM_E_INVALID_DATA;
    *out = part;
    return DRM_S_OK;
}

void drm_part_put(struct drm_tlv_writer *writer, const struct drm_part *part)
{
    drm_tlv_put_u32(writer, TAG_KIND, part->kind);
    drm_tlv_put_u32(writer, TAG_LIST_TYPE, part->list_type);
    drm_tlv_put_u64(writer, TAG_SIZE, part->size);
    drm_tlv_put(writer, TAG_HASH, drm_span(part->hash, DRM_SHA256_SIZE));
    drm_tlv_put_text(writer, TAG_NAME, part->name);
}

drm_result drm_policy_read(struct drm_span data, struct drm_policy *out)
{
    struct drm_span renewal = {0}, license = {0};
    uint32_t per_day = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_PER_DAY, .kind = DRM_TLV_U32, .required = true, .out.u32 = &per_day},
        {.tag = TAG_RENEWAL_URL, .kind = DRM_TLV_TEXT, .required = true, .max_size = DRM_ANSWER_URL_SIZE - 1,
         .out.span = &renewal},
        {.tag = TAG_LICENSE_URL, .kind = DRM_TLV_TEXT, .required = true, .max_size = DRM_ANSWER_URL_SIZE - 1,
         .out.span = &license},
    };
    drm_result result;

    result = drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]));
    if (DRM_FAILED(result))
        return result;
    out->individualizations_per_day = per_day;
    copy_text(out->renewal_url, renewal);
    copy_text(out->license_url, license);
    return DRM_S_OK;
}

void drm_policy_put(struct drm_tlv_writer *writer, const struct drm_policy *policy)
{
    drm_tlv_put_u32(writer, TAG_PER_DAY, policy->individualizations_per_day);
    drm_tlv_put_text(writer, TAG_RENEWAL_URL, policy->renewal_url);
    drm_tlv_put_text(writer, TAG_LICENSE_URL, policy->license_url);
}
