/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the encoding of tlv.h. Everything here comes from outside: the object is walked twice, once to check all of it
 * and once to hand out its values, so that a caller never holds a part of a broken one.
 */
#include "engine/base/tlv.h"

#include <string.h>

/* One field as it stands in the data. */
struct element
{
    uint16_t tag;
    struct drm_span value;
};

static unsigned int tag_number(uint16_t tag)
{
    return tag & (DRM_TLV_CRITICAL - 1U);
}

/* Takes the next element off rest. The only place where a length from outside is believed, after this comparison. */
static bool take_element(struct drm_span *rest, struct element *out)
{
    uint32_t size;

    if (rest->size < DRM_TLV_HEADER_SIZE)
        return false;
    size = drm_get_u32(rest->data + 2);
    if (size > rest->size - DRM_TLV_HEADER_SIZE)
        return false;
    out->tag = drm_get_u16(rest->data);
    out->value = drm_span(rest->data + DRM_TLV_HEADER_SIZE, size);
    *rest = drm_span(out->value.data + size, rest->size - DRM_TLV_HEADER_SIZE - size);
    return true;
}

static const struct drm_tlv_field *find_field(const struct drm_tlv_field *fields, size_t count, uint16_t tag)
{
    size_t i;

    for (i = 0; i < count; i++)
    {
        if (tag_number(fields[i].tag) == tag_number(tag))
            return &fields[i];
    }
    return NULL;
}

static bool value_is_valid(const struct drm_tlv_field *field, struct drm_span value)
{
    switch (field->kind)
    {
    case DRM_TLV_BYTES:
    case DRM_TLV_EACH:
        return value.size >= field->min_size && value.size <= field->max_size;
    case DRM_TLV_TEXT:
        return value.size >= field->min_size && value.size <= field->max_size && drm_text_is_valid(value);
    case DRM_TLV_FIXED:
        return value.size == field->max_size;
    case DRM_TLV_U8:
        return value.size == 1;
    case DRM_TLV_U32:
        return value.size == 4;
    case DRM_TLV_U64:
        return value.size == 8;
    }
    return false;
}

/* The first walk. */
static bool object_is_valid(struct drm_span data, const struct drm_tlv_field *fields, size_t count)
{
    const struct drm_tlv_field *field;
    struct drm_span rest = data;
    struct element element;
    size_t repeats = 0, present = 0, required = 0, i;
    unsigned int previous = 0;
    bool first = true;

    for (i = 0; i < count; i++)
        required += fields[i].required;

    while (rest.size > 0)
    {
        if (!take_element(&rest, &element))
            return false;
        if (!first && tag_number(element.tag) < previous)
            return false;
        repeats = !first && tag_number(element.tag) == previous ? repeats + 1 : 0;
        previous = tag_number(element.tag);
        first = false;

        field = find_field(fields, count, element.tag);
        if (!field)
        {
            if (element.tag & DRM_TLV_CRITICAL)
                return false;
            continue;
        }
        if (element.tag != field->tag || !value_is_valid(field, element.value))
            return false;
        if (repeats >= (field->kind == DRM_TLV_EACH ? field->max_count : 1))
            return false;
        if (repeats == 0)
            present += field->required;
    }
    return present == required;
}

static drm_result deliver(const struct drm_tlv_field *field, struct drm_span value)
{
    switch (field->kind)
    {
    case DRM_TLV_BYTES:
    case DRM_TLV_TEXT:
        *field->out.span = value;
        break;
    case DRM_TLV_FIXED:
        if (value.size > 0)
            memcpy(field->out.fixed, value.data, value.size);
        break;
    case DRM_TLV_U8:
        *field->out.u8 = value.data[0];
        break;
    case DRM_TLV_U32:
        *field->out.u32 = drm_get_u32(value.data);
        break;
    case DRM_TLV_U64:
        *field->out.u64 = drm_get_u64(value.data);
        break;
    case DRM_TLV_EACH:
        return field->out.each(field->context, value);
    }
    return DRM_S_OK;
}

drm_result drm_tlv_read(struct drm_span data, const struct drm_tlv_field *fields, size_t count)
{
    const struct drm_tlv_field *field;
    struct element element;
    drm_result result;
    size_t i;

    if (!object_is_valid(data, fields, count))
        return DRM_E_INVALID_DATA;
    for (i = 0; i < count; i++)
    {
        if (fields[i].present)
            *fields[i].present = false;
    }
    while (take_element(&data, &element))
    {
        field = find_field(fields, count, element.tag);
        if (!field)
            continue;
        result = deliver(field, element.value);
        if (DRM_FAILED(result))
            return result;
        if (field->present)
            *field->present = true;
    }
    return DRM_S_OK;
}
