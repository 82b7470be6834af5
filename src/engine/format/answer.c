/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signed heads of answers. */
#include "engine/format/answer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/format/answer_part.h"

enum answer_tag
{
    TAG_KIND = DRM_TLV_CRITICAL | 1,
    TAG_NONCE = DRM_TLV_CRITICAL | 2,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 3,
    TAG_TIME = DRM_TLV_CRITICAL | 4,
    TAG_VERSION = DRM_TLV_CRITICAL | 5,
    TAG_LIST_VERSIONS = DRM_TLV_CRITICAL | 6,
    TAG_UP_TO_DATE = DRM_TLV_CRITICAL | 7,
    TAG_MACHINE_CHAIN = DRM_TLV_CRITICAL | 8,
    TAG_ISSUERS = DRM_TLV_CRITICAL | 9,
    TAG_POLICY = DRM_TLV_CRITICAL | 10,
    TAG_PART = DRM_TLV_CRITICAL | 11,
};

static bool makes_sense(const struct drm_answer *answer)
{
    const bool identifies = answer->kind == DRM_REQUEST_INDIVIDUALIZE && !answer->up_to_date;

    if (answer->kind != DRM_REQUEST_INDIVIDUALIZE && answer->kind != DRM_REQUEST_REVOCATION)
        return false;
    /* A time of 0 would mean to the verifier of chains that validity does not count. */
    if (answer->time <= 0 || answer->time > DRM_TIME_MAX || !drm_version_is_valid(answer->version)
        || !drm_revocation_versions_are_valid(answer->list_versions))
        return false;
    if ((answer->machine_chain.size > 0) != identifies || answer->machine_chain.size > DRM_CHAIN_MAX_SIZE
        || answer->issuers.size > DRM_COLLECTION_MAX_SIZE)
        return false;
    if (answer->kind == DRM_REQUEST_INDIVIDUALIZE && drm_id_is_zero(answer->machine_id))
        return false;
    if (answer->part_count > (answer->up_to_date ? 0 : DRM_ANSWER_MAX_PARTS))
        return false;
    return drm_parts_are_valid(answer->parts, answer->part_count, answer->kind);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static drm_result read_policy(void *context, struct drm_span value)
{
    struct drm_answer *answer = context;

    return drm_policy_read(value, &answer->policy);
}

static drm_result read_part(void *context, struct drm_span value)
{
    struct drm_answer *answer = context;

    return drm_part_read(value, &answer->parts[answer->part_count++]);
}

static drm_result read_body(struct drm_span body, struct drm_answer *answer)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE], up_to_date = 0;
    uint32_t kind = 0;
    uint64_t time = 0, version = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_KIND, .kind = DRM_TLV_U32, .required = true, .out.u32 = &kind},
        {.tag = TAG_NONCE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_NONCE_SIZE,
         .out.fixed = answer->nonce},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = answer->machine_id},
        {.tag = TAG_TIME, .kind = DRM_TLV_U64, .required = true, .out.u64 = &time},
        {.tag = TAG_VERSION, .kind = DRM_TLV_U64, .required = true, .out.u64 = &version},
        {.tag = TAG_LIST_VERSIONS, .kind = DRM_TLV_FIXED, .required = true, .max_size = sizeof(versions),
         .out.fixed = versions},
        {.tag = TAG_UP_TO_DATE, .kind = DRM_TLV_U8, .required = true, .out.u8 = &up_to_date},
        {.tag = TAG_MACHINE_CHAIN, .kind = DRM_TLV_BYTES, .min_size = 1, .max_size = DRM_CHAIN_MAX_SIZE,
         .out.span = &answer->machine_chain},
        {.tag = TAG_ISSUERS, .kind = DRM_TLV_BYTES, .min_size = 1, .max_size = DRM_COLLECTION_MAX_SIZE,
         .out.span = &answer->issuers},
        {.tag = TAG_POLICY, .kind = DRM_TLV_EACH, .required = true, .max_size = DRM_ANSWER_HEAD_MAX_SIZE,
         .max_count = 1, .out.each = read_policy, .context = answer},
        {.tag = TAG_PART, .kind = DRM_TLV_EACH, .max_size = DRM_ANSWER_HEAD_MAX_SIZE,
         .max_count = DRM_ANSWER_MAX_PARTS, .out.each = read_part, .context = answer},
    };

    if (DRM_FAILED(drm_tlv_read(body, fields, sizeof(fields) / sizeof(fields[0]))) || time > DRM_TIME_MAX
        || up_to_date > 1 || (kind != DRM_REQUEST_INDIVIDUALIZE && kind != DRM_REQUEST_REVOCATION))
        return DRM_E_BAD_NET_RESPONSE;
    answer->kind = (enum drm_request_kind)kind;
    answer->time = (int64_t)time;
    answer->version = drm_version_unpack(version);
    drm_revocation_versions_get(versions, answer->list_versions);
    answer->up_to_date = up_to_date;
    return makes_sense(answer) ? DRM_S_OK : DRM_E_BAD_NET_RESPONSE;
}

drm_result drm_answer_head_read(struct drm_span head, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                struct drm_answer *out)
{
    struct drm_signed_object object;
    struct drm_answer *answer;
    drm_result result;

    if (head.size > DRM_ANSWER_HEAD_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(head, DRM_OBJECT_ANSWER, &object)) || !object.chain.size)
        return DRM_E_BAD_NET_RESPONSE;
    answer = calloc(1, sizeof(*answer)); /* 7 KiB: rather not on a stack of a thread that an application made */
    if (!answer)
        return DRM_E_OUT_OF_MEMORY;
    result = read_body(object.body, answer);
    if (DRM_FAILED(result))
        goto done;
    result = drm_chain_verify_object(&object, DRM_OBJECT_ANSWER, anchor, DRM_ROLE_ANSWER, answer->time, NULL);
    if (DRM_FAILED(result))
        goto done;
    *out = *answer;

done:
    free(answer);
    return result;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static bool text_is_valid(const char *text, size_t size)
{
    const char *end = memchr(text, 0, size);

    return end && drm_text_is_valid(drm_span(text, (size_t)(end - text)));
}

static bool texts_are_valid(const struct drm_answer *answer)
{
    for (size_t i = 0; i < answer->part_count; i++)
    {
        if (!text_is_valid(answer->parts[i].name, sizeof(answer->parts[i].name)))
            return false;
    }
    return text_is_valid(answer->policy.renewal_url, sizeof(answer->policy.renewal_url))
        && text_is_valid(answer->policy.license_url, sizeof(answer->policy.license_url));
}

static drm_result write_body(const struct drm_answer *answer, struct drm_buffer *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    struct drm_tlv_writer writer;
    size_t mark;

    drm_revocation_versions_put(answer->list_versions, versions);
    drm_tlv_begin(&writer, out);
    drm_tlv_put_u32(&writer, TAG_KIND, answer->kind);
    drm_tlv_put(&writer, TAG_NONCE, drm_span(answer->nonce, DRM_NONCE_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(answer->machine_id, DRM_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_TIME, (uint64_t)answer->time);
    drm_tlv_put_u64(&writer, TAG_VERSION, drm_version_pack(answer->version));
    drm_tlv_put(&writer, TAG_LIST_VERSIONS, drm_span(versions, sizeof(versions)));
    drm_tlv_put_u8(&writer, TAG_UP_TO_DATE, answer->up_to_date);
    if (answer->machine_chain.size)
        drm_tlv_put(&writer, TAG_MACHINE_CHAIN, answer->machine_chain);
    if (answer->issuers.size)
        drm_tlv_put(&writer, TAG_ISSUERS, answer->issuers);
    mark = drm_tlv_open(&writer, TAG_POLICY);
    drm_policy_put(&writer, &answer->policy);
    drm_tlv_close(&writer, mark);
    for (size_t i = 0; i < answer->part_count; i++)
    {
        mark = drm_tlv_open(&writer, TAG_PART);
        drm_part_put(&writer, &answer->parts[i]);
        drm_tlv_close(&writer, mark);
    }
    return drm_tlv_finish(&writer);
}

drm_result drm_answer_head_write(const struct drm_answer *answer, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_span chain, struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_buffer body = {0};
    uint8_t *length;
    drm_result result;

    if (!makes_sense(answer) || !texts_are_valid(answer) || !chain.size || chain.size > DRM_CHAIN_MAX_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    result = write_body(answer, &body);
    if (DRM_FAILED(result))
        goto done;
    result = drm_buffer_extend(out, DRM_ANSWER_LENGTH_SIZE, &length);
    if (DRM_FAILED(result))
        goto done;
    result = drm_signed_object_write(DRM_OBJECT_ANSWER, drm_buffer_span(&body), seed, chain, out);
    if (DRM_FAILED(result))
        goto done;
    /* Nothing in an answer is unbounded: its head cannot reach DRM_ANSWER_HEAD_MAX_SIZE. */
    drm_put_u32(out->data + start, (uint32_t)(out->size - start - DRM_ANSWER_LENGTH_SIZE));

done:
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_buffer_free(&body);
    return result;
}
