/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The envelope of everything signed: splitting, verifying, writing. */
#include "engine/format/signed_object.h"

#include "engine/base/tlv.h"

enum signed_object_tag
{
    TAG_TYPE = DRM_TLV_CRITICAL | 1,
    TAG_BODY = DRM_TLV_CRITICAL | 2,
    TAG_SIGNATURE = DRM_TLV_CRITICAL | 3,
    TAG_CHAIN = DRM_TLV_CRITICAL | 4,
};

/* The context is what keeps one kind of object from passing for another; its number is that of the body's layout. */
static const char *context_of(enum drm_object_type type)
{
    switch (type)
    {
    case DRM_OBJECT_CERTIFICATE:
        return "wmdrmsdk certificate 1";
    case DRM_OBJECT_REVOCATION_LIST:
        return "wmdrmsdk revocation list 1";
    case DRM_OBJECT_ANSWER:
        return "wmdrmsdk answer 1";
    case DRM_OBJECT_LICENSE_RESPONSE:
        return "wmdrmsdk license response 1";
    case DRM_OBJECT_DEVICE_RESPONSE:
        return "wmdrmsdk device response 1";
    case DRM_OBJECT_LICENSE_CHALLENGE:
        return "wmdrmsdk license challenge 1";
    case DRM_OBJECT_REMOVAL_CHALLENGE:
        return "wmdrmsdk removal challenge 1";
    case DRM_OBJECT_REMOVAL:
        return "wmdrmsdk removal 1";
    case DRM_OBJECT_REMOVAL_RECEIPT:
        return "wmdrmsdk removal receipt 1";
    case DRM_OBJECT_BACKUP:
        return "wmdrmsdk backup 1";
    case DRM_OBJECT_RESTORE_REQUEST:
        return "wmdrmsdk restore request 1";
    case DRM_OBJECT_LICENSE: /* has no signature: a tree ties it to its response's head */
    case DRM_OBJECT_REQUEST: /* carries two signatures or none, with contexts of their own (request.c) */
        break;
    }
    return NULL;
}

drm_result drm_signed_object_read(struct drm_span data, enum drm_object_type type, struct drm_signed_object *out)
{
    struct drm_signed_object object = {0};
    uint32_t found = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TYPE, .kind = DRM_TLV_U32, .required = true, .out.u32 = &found},
        {.tag = TAG_BODY, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = SIZE_MAX,
         .out.span = &object.body},
        {.tag = TAG_SIGNATURE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SIGNATURE_SIZE,
         .out.fixed = object.signature},
        {.tag = TAG_CHAIN, .kind = DRM_TLV_BYTES, .min_size = 1, .max_size = SIZE_MAX, .out.span = &object.chain},
    };
    size_t expected;
    drm_result result;

    result = drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]));
    if (DRM_FAILED(result))
        return result;
    /* The reader of fields skips unknown optional ones. Nobody signed those: the sizes must leave no room for any. */
    expected = 3 * DRM_TLV_HEADER_SIZE + sizeof(found) + object.body.size + DRM_SIGNATURE_SIZE;
    if (object.chain.size)
        expected += DRM_TLV_HEADER_SIZE + object.chain.size;
    if (found != (uint32_t)type || data.size != expected)
        return DRM_E_INVALID_DATA;
    *out = object;
    return DRM_S_OK;
}

drm_result drm_signed_object_verify(const struct drm_signed_object *object, enum drm_object_type type,
                                    const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE])
{
    const char *context = context_of(type);

    if (!context)
        return DRM_E_INVALID_ARGUMENT;
    return drm_verify(public_key, context, object->body, object->signature);
}

drm_result drm_signed_object_write(enum drm_object_type type, struct drm_span body,
                                   const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                   struct drm_buffer *out)
{
    const char *context = context_of(type);
    const size_t start = out->size;
    uint8_t signature[DRM_SIGNATURE_SIZE];
    struct drm_tlv_writer writer;
    drm_result result;

    if (!context || !body.size)
        return DRM_E_INVALID_ARGUMENT;
    result = drm_sign(seed, context, body, signature);
    if (DRM_FAILED(result))
        return result;
    drm_tlv_begin(&writer, out);
    drm_tlv_put_u32(&writer, TAG_TYPE, type);
    drm_tlv_put(&writer, TAG_BODY, body);
    drm_tlv_put(&writer, TAG_SIGNATURE, drm_span(signature, sizeof(signature)));
    if (chain.size)
        drm_tlv_put(&writer, TAG_CHAIN, chain);
    result = drm_tlv_finish(&writer);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}
