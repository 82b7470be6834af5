/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to spoil encoded objects (mutation.h). */
#include "support/mutation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/tlv.h"

uint64_t test_random(struct test_random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

uint32_t test_random_below(struct test_random *random, uint32_t end)
{
    return (uint32_t)((test_random(random) >> 32) * end >> 32);
}

static bool read_copy(struct drm_span data, test_reader *reader, void *context)
{
    uint8_t *copy = malloc(data.size ? data.size : 1);
    bool accepted;

    assert_non_null(copy);
    if (data.size)
        memcpy(copy, data.data, data.size);
    accepted = reader(context, drm_span(copy, data.size));
    free(copy);
    return accepted;
}

void test_every_truncation(struct drm_span data, test_reader *reader, void *context)
{
    assert_true(read_copy(data, reader, context));
    for (size_t size = 0; size < data.size; size++)
    {
        if (read_copy(drm_span(data.data, size), reader, context))
            fail_msg("accepted with %lu of %lu bytes", (unsigned long)size, (unsigned long)data.size);
    }
}

void test_appended_byte(struct drm_span data, test_reader *reader, void *context)
{
    uint8_t *longer = malloc(data.size + 1);

    assert_non_null(longer);
    memcpy(longer, data.data, data.size);
    longer[data.size] = 0;
    assert_false(reader(context, drm_span(longer, data.size + 1)));
    free(longer);
}

void test_every_bit(struct drm_span data, test_reader *reader, void *context)
{
    uint8_t *copy = malloc(data.size);
#ifdef _WIN32
    const unsigned int bits = 1;
#else
    const unsigned int bits = 8;
#endif

    assert_non_null(copy);
    memcpy(copy, data.data, data.size);
    assert_true(reader(context, drm_span(copy, data.size)));
    for (size_t i = 0; i < data.size; i++)
    {
        for (unsigned int k = 0; k < bits; k++)
        {
            const unsigned int bit = (unsigned int)(i * 5 + k) % 8;

            copy[i] ^= (uint8_t)(1u << bit);
            if (reader(context, drm_span(copy, data.size)))
                fail_msg("accepted with bit %u of byte %lu turned", bit, (unsigned long)i);
            copy[i] ^= (uint8_t)(1u << bit);
        }
    }
    free(copy);
}

static void append(struct drm_buffer *out, const void *data, size_t size)
{
    assert_int_equal(drm_buffer_append(out, data, size), DRM_S_OK);
}

/* Lengths that find arithmetic that wraps. */
static const uint32_t odd_lengths[] = {0, 1, 5, 6, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xfffffff9,
                                       0xfffffffa, 0xffffffff};

static void mutate_once(struct test_random *random, struct drm_span data, struct drm_buffer *out)
{
    const size_t size = data.size;
    const size_t at = test_random_below(random, (uint32_t)size);
    const size_t length = 1 + test_random_below(random, (uint32_t)(size - at < 40 ? size - at : 40));
    uint8_t random_bytes[40];

    for (size_t i = 0; i < sizeof(random_bytes); i++)
        random_bytes[i] = (uint8_t)(test_random(random) >> 40);
    switch (test_random_below(random, 7))
    {
    case 0: /* a bit */
        append(out, data.data, size);
        out->data[at] ^= (uint8_t)(1u << random_bytes[0] % 8);
        break;
    case 1: /* bytes */
        append(out, data.data, size);
        memcpy(out->data + at, random_bytes, length);
        break;
    case 2: /* bytes left out */
        append(out, data.data, at);
        append(out, data.data + at + length, size - at - length);
        break;
    case 3: /* bytes put in */
        append(out, data.data, at);
        append(out, random_bytes, length);
        append(out, data.data + at, size - at);
        break;
    case 4: /* bytes twice */
        append(out, data.data, at + length);
        append(out, data.data + at, size - at);
        break;
    case 5: /* bytes from elsewhere */
        append(out, data.data, size);
        memmove(out->data + at, data.data + test_random_below(random, (uint32_t)(size - length + 1)), length);
        break;
    default: /* a length */
        append(out, data.data, size);
        if (size - at >= 4)
            drm_put_u32(out->data + at, odd_lengths[random_bytes[0] % (sizeof(odd_lengths) / sizeof(odd_lengths[0]))]);
        break;
    }
}

void test_mutate(struct test_random *random, struct drm_span data, struct drm_buffer *out)
{
    struct drm_buffer mutated = {0};

    do
    {
        drm_buffer_truncate(&mutated, 0);
        mutate_once(random, data, &mutated);
    } while (drm_span_equal(drm_buffer_span(&mutated), data));
    append(out, mutated.data, mutated.size);
    drm_buffer_free(&mutated);
}

void test_mutations(struct drm_span data, uint64_t seed, unsigned int count, test_reader *reader, void *context)
{
    struct test_random random = {.state = seed};
    struct drm_buffer mutated = {0};

    assert_true(read_copy(data, reader, context));
    for (unsigned int i = 0; i < count; i++)
    {
        drm_buffer_truncate(&mutated, 0);
        test_mutate(&random, data, &mutated);
        if (read_copy(drm_buffer_span(&mutated), reader, context))
            fail_msg("mutation %u of seed %lu was accepted", i, (unsigned long)seed);
    }
    drm_buffer_free(&mutated);
}

static void put_field(struct drm_buffer *out, uint16_t tag, struct drm_span value)
{
    uint8_t header[DRM_TLV_HEADER_SIZE];

    drm_put_u16(header, tag);
    drm_put_u32(header + 2, (uint32_t)value.size);
    append(out, header, sizeof(header));
    append(out, value.data, value.size);
}

static unsigned int number_of(uint16_t tag)
{
    return tag & ~(unsigned int)DRM_TLV_CRITICAL;
}

void test_edit(struct drm_span data, enum test_edit edit, uint16_t tag, struct drm_span value, struct drm_buffer *out)
{
    bool done = false;

    while (data.size)
    {
        const uint16_t found = drm_get_u16(data.data);
        const struct drm_span old = drm_span(data.data + DRM_TLV_HEADER_SIZE, drm_get_u32(data.data + 2));

        data = drm_span(old.data + old.size, data.size - DRM_TLV_HEADER_SIZE - old.size);
        if (!done && edit == TEST_INSERT && number_of(found) > number_of(tag))
        {
            put_field(out, tag, value);
            done = true;
        }
        if (done || found != tag || edit == TEST_INSERT)
        {
            put_field(out, found, old);
            continue;
        }
        done = true;
        if (edit == TEST_REPLACE)
            put_field(out, found, value);
        if (edit == TEST_RETAG)
            put_field(out, found ^ DRM_TLV_CRITICAL, old);
        for (int i = 0; edit == TEST_REPEAT && i < 2; i++)
            put_field(out, found, old);
    }
    if (!done && edit == TEST_INSERT)
    {
        put_field(out, tag, value);
        done = true;
    }
    assert_true(done); /* a test that edits a field that is not there tests nothing */
}
