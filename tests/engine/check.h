/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of the engine share: CMocka with the headers that it wants first, hexadecimal, seeded random numbers.
 */
#ifndef WMDRM_TESTS_CHECK_H
#define WMDRM_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A copy of size bytes that ends where its block ends, so that AddressSanitizer sees a read past it. free it. */
static inline uint8_t *exact_copy(const void *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

/* Appends what the digits say. */
static inline void append_hex(struct drm_buffer *buffer, const char *digits)
{
    uint8_t *place;
    size_t i, size = strlen(digits) / 2;

    assert_int_equal(strlen(digits) % 2, 0);
    assert_int_equal(drm_buffer_extend(buffer, size, &place), DRM_S_OK);
    for (i = 0; i < size; i++)
    {
        char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        char *end;

        place[i] = (uint8_t)strtoul(pair, &end, 16);
        assert_ptr_equal(end, pair + 2);
    }
}

/* Fills exactly size bytes. */
static inline void read_hex(const char *digits, void *out, size_t size)
{
    struct drm_buffer buffer = {0};

    append_hex(&buffer, digits);
    assert_int_equal(buffer.size, size);
    memcpy(out, buffer.data, size);
    drm_buffer_free(&buffer);
}

static inline void assert_hex(const void *data, size_t size, const char *digits)
{
    struct drm_buffer buffer = {0};

    append_hex(&buffer, digits);
    assert_int_equal(size, buffer.size);
    if (size > 0)
        assert_memory_equal(data, buffer.data, size);
    drm_buffer_free(&buffer);
}

/* Numbers that are the same in each run (xorshift64*). The state is any number but zero. */
static inline uint32_t next_number(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

#endif
