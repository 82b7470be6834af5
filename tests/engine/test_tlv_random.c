/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The TLV reader against random objects whose validity a simple model knows, and against random damage. The numbers are
 * seeded, so that each run is the same; AddressSanitizer looks on where it is built in.
 */
#include "engine/base_tests.h"
#include "engine/check.h"
#include "engine/base/tlv.h"

#define OBJECTS 60000
#define MAX_ELEMENTS 8

/* The fields of the model, by number: an optional byte, four required bytes (critical), repeated items, an optional
 * span. */
enum { NUMBER_BYTE, NUMBER_KEY, NUMBER_ITEM, NUMBER_SPAN, NUMBERS };
static const uint16_t tags[NUMBERS] = {2, DRM_TLV_CRITICAL | 4, 6, DRM_TLV_CRITICAL | 8};

struct element
{
    uint16_t tag;
    size_t size;
};

struct outs
{
    uint8_t byte;
    uint8_t key[4];
    struct drm_span span;
    struct drm_span data;
    unsigned int items;
};

static drm_result count_item(void *context, struct drm_span value)
{
    struct outs *outs = context;

    outs->items++;
    return value.data >= outs->data.data && value.data + value.size <= outs->data.data + outs->data.size
               ? DRM_S_OK
               : DRM_E_UNEXPECTED;
}

static drm_result read_outs(struct drm_span data, struct outs *outs)
{
    const struct drm_tlv_field fields[] = {
        {tags[NUMBER_BYTE], DRM_TLV_U8, .out.u8 = &outs->byte},
        {tags[NUMBER_KEY], DRM_TLV_FIXED, .required = true, .max_size = 4, .out.fixed = outs->key},
        {tags[NUMBER_ITEM], DRM_TLV_EACH, .min_size = 1, .max_size = 6, .max_count = 3, .out.each = count_item,
         .context = outs},
        {tags[NUMBER_SPAN], DRM_TLV_BYTES, .min_size = 1, .max_size = 5, .out.span = &outs->span},
    };

    outs->data = data;
    return drm_tlv_read(data, fields, COUNT(fields));
}

/* The rules of docs/formats.md over elements instead of bytes. */
static bool model_accepts(const struct element *elements, size_t count)
{
    unsigned int seen[NUMBERS] = {0};
    size_t i, j;

    for (i = 0; i < count; i++)
    {
        const struct element *e = &elements[i];

        if (i > 0 && (e->tag & 0x7fff) < (elements[i - 1].tag & 0x7fff))
            return false;
        for (j = 0; j < NUMBERS; j++)
        {
            if ((e->tag & 0x7fff) == (tags[j] & 0x7fff))
                break;
        }
        if (j == NUMBERS)
        {
            if (e->tag & 0x8000)
                return false;
            continue;
        }
        if (e->tag != tags[j])
            return false;
        seen[j]++;
        if ((j == NUMBER_BYTE && e->size != 1) || (j == NUMBER_KEY && e->size != 4) ||
            (j == NUMBER_ITEM && (e->size < 1 || e->size > 6)) || (j == NUMBER_SPAN && (e->size < 1 || e->size > 5)))
            return false;
    }
    return seen[NUMBER_BYTE] <= 1 && seen[NUMBER_KEY] == 1 && seen[NUMBER_ITEM] <= 3 && seen[NUMBER_SPAN] <= 1;
}

/* Mostly a valid object, with now and then one thing wrong. */
static size_t make_elements(uint64_t *random, struct element *elements)
{
    static const size_t sizes[NUMBERS] = {1, 4, 3, 2};
    size_t count = 0, i;

    for (i = 0; i < 10 && count < MAX_ELEMENTS; i++)
    {
        if (i % 2 == 0 && i > 0 && (i == 4 || next_number(random) % 2))
            elements[count++] = (struct element){tags[i / 2 - 1], sizes[i / 2 - 1]};
        else if (i % 2 == 1 && next_number(random) % 5 == 0)
            elements[count++] = (struct element){(uint16_t)i, next_number(random) % 4};
        while (i == 6 && count < MAX_ELEMENTS && next_number(random) % 2)
            elements[count++] = (struct element){tags[NUMBER_ITEM], 1 + next_number(random) % 6};
    }
    if (count > 0 && next_number(random) % 2)
    {
        struct element *victim = &elements[next_number(random) % count];

        switch (next_number(random) % 4)
        {
        case 0:
            victim->tag ^= DRM_TLV_CRITICAL;
            break;
        case 1:
            victim->size = next_number(random) % 8;
            break;
        case 2:
            victim->tag = (uint16_t)(next_number(random) % 11);
            break;
        default:
            *victim = elements[next_number(random) % count];
            break;
        }
    }
    return count;
}

static void encode(uint64_t *random, const struct element *elements, size_t count, struct drm_buffer *out)
{
    struct drm_tlv_writer writer;
    size_t i, j;

    drm_tlv_begin(&writer, out);
    for (i = 0; i < count; i++)
    {
        uint8_t value[8];

        for (j = 0; j < sizeof(value); j++)
            value[j] = (uint8_t)next_number(random);
        drm_tlv_put(&writer, elements[i].tag, drm_span(value, elements[i].size));
    }
    assert_int_equal(drm_tlv_finish(&writer), DRM_S_OK);
}

/* Reads an exact copy of data; what is refused must leave the outs alone, what is accepted must lie inside. */
static drm_result read_checked(struct drm_span data)
{
    struct outs outs, before;
    uint8_t *copy = exact_copy(data.data, data.size);
    drm_result result;

    memset(&outs, 0x5a, sizeof(outs));
    outs.data = drm_span(copy, data.size);
    outs.items = 0;
    memcpy(&before, &outs, sizeof(before));
    result = read_outs(outs.data, &outs);
    if (DRM_FAILED(result))
    {
        assert_int_equal(result, DRM_E_INVALID_DATA);
        assert_memory_equal(&outs, &before, sizeof(outs));
    }
    else if (memcmp(&outs.span, &before.span, sizeof(outs.span)) != 0)
    {
        assert_in_range(outs.span.size, 1, 5);
        assert_in_range((uintptr_t)outs.span.data, (uintptr_t)copy, (uintptr_t)copy + data.size - outs.span.size);
    }
    free(copy);
    return result;
}

static void tlv_random__reader_agrees_with_the_model(void **state)
{
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    unsigned int accepted = 0, i;

    (void)state;
    for (i = 0; i < OBJECTS; i++)
    {
        struct element elements[MAX_ELEMENTS];
        struct drm_buffer object = {0};
        size_t count = make_elements(&random, elements);
        bool valid = model_accepts(elements, count);

        encode(&random, elements, count, &object);
        if (DRM_SUCCEEDED(read_checked(drm_buffer_span(&object))) != valid)
            fail_msg("object %u: the model says %d", i, valid);
        accepted += valid;
        drm_buffer_free(&object);
    }
    /* Both answers came often enough for the comparison to mean something. */
    assert_in_range(accepted, OBJECTS / 5, OBJECTS * 4 / 5);
}

static void damage(uint64_t *random, struct drm_buffer *object)
{
    static const uint32_t lengths[] = {0, 1, 5, 0x7fffffff, 0x80000000, 0xfffffffa, 0xffffffff};
    size_t place = object->size > 0 ? next_number(random) % object->size : 0;

    switch (next_number(random) % 5)
    {
    case 0: /* a bit */
        if (object->size > 0)
            object->data[place] ^= (uint8_t)(1U << next_number(random) % 8);
        break;
    case 1: /* a byte */
        if (object->size > 0)
            object->data[place] = (uint8_t)next_number(random);
        break;
    case 2: /* a number where a length may stand */
        if (object->size >= 4)
            drm_put_u32(object->data + place % (object->size - 3), lengths[next_number(random) % COUNT(lengths)]);
        break;
    case 3: /* the end */
        drm_buffer_truncate(object, place);
        break;
    default: /* a part twice */
        assert_int_equal(drm_buffer_append(object, object->data + place, (object->size - place) / 2), DRM_S_OK);
        break;
    }
}

static void tlv_random__damage_is_survived(void **state)
{
    uint64_t random = UINT64_C(0xd1b54a32d192ed03);
    unsigned int accepted = 0, refused = 0, i, j;

    (void)state;
    for (i = 0; i < OBJECTS; i++)
    {
        struct element elements[MAX_ELEMENTS];
        struct drm_buffer object = {0};

        encode(&random, elements, make_elements(&random, elements), &object);
        for (j = 0; j < 3; j++)
        {
            damage(&random, &object);
            if (DRM_SUCCEEDED(read_checked(drm_buffer_span(&object))))
                accepted++;
            else
                refused++;
        }
        drm_buffer_free(&object);
    }
    assert_true(accepted > 1000);
    assert_true(refused > 1000);
}

static void tlv_random__noise_is_survived(void **state)
{
    uint64_t random = UINT64_C(0x2545f4914f6cdd1d);
    unsigned int i, j;

    (void)state;
    for (i = 0; i < OBJECTS; i++)
    {
        uint8_t noise[64];
        size_t size = next_number(&random) % (sizeof(noise) + 1);

        for (j = 0; j < size; j++)
            noise[j] = (uint8_t)(next_number(&random) >> next_number(&random) % 8 & 0xff) & (j % 2 ? 0xff : 0x8f);
        read_checked(drm_span(noise, size));
    }
}

int run_tlv_random_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tlv_random__reader_agrees_with_the_model),
        cmocka_unit_test(tlv_random__damage_is_survived),
        cmocka_unit_test(tlv_random__noise_is_survived),
    };

    return cmocka_run_group_tests_name("tlv_random", tests, NULL, NULL);
}
