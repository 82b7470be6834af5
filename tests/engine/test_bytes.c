/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spans, buffers, secrets, big-endian numbers.
 */
#include "engine/base_tests.h"
#include "engine/check.h"

static void span__equal_compares_length_and_content(void **state)
{
    (void)state;
    assert_true(drm_span_equal(drm_span("abc", 3), drm_span("abc", 3)));
    assert_false(drm_span_equal(drm_span("abc", 3), drm_span("abd", 3)));
    assert_false(drm_span_equal(drm_span("abc", 3), drm_span("abc", 2)));
    assert_true(drm_span_equal(drm_span(NULL, 0), drm_span("x", 0)));
    assert_true(drm_span_equal(drm_span(NULL, 0), drm_span(NULL, 0)));
}

static void buffer__append_grows_and_keeps_everything(void **state)
{
    struct drm_buffer buffer = {0};
    size_t i;

    (void)state;
    for (i = 0; i < 100000; i++)
    {
        uint8_t byte = (uint8_t)(i * 7);

        assert_int_equal(drm_buffer_append(&buffer, &byte, 1), DRM_S_OK);
    }
    assert_int_equal(buffer.size, 100000);
    for (i = 0; i < buffer.size; i++)
    {
        if (buffer.data[i] != (uint8_t)(i * 7))
            fail_msg("byte %u", (unsigned int)i);
    }
    drm_buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(buffer.capacity, 0);
    drm_buffer_free(&buffer);
}

static void buffer__append_of_its_own_content_is_a_copy(void **state)
{
    struct drm_buffer buffer = {0};
    size_t i;

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, "0123456789", 10), DRM_S_OK);
    for (i = 0; i < 8; i++)
        assert_int_equal(drm_buffer_append(&buffer, buffer.data, buffer.size), DRM_S_OK);
    assert_int_equal(buffer.size, 2560);
    assert_int_equal(drm_buffer_append(&buffer, buffer.data + 5, 3), DRM_S_OK);
    for (i = 0; i < 2560; i++)
        assert_int_equal(buffer.data[i], '0' + i % 10);
    assert_memory_equal(buffer.data + 2560, "567", 3);
    drm_buffer_free(&buffer);
}

static void buffer__append_of_nothing_needs_no_data(void **state)
{
    struct drm_buffer buffer = {0};

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, NULL, 0), DRM_S_OK);
    assert_int_equal(buffer.size, 0);
    drm_buffer_free(&buffer);
}

static void buffer__extend_gives_the_place_after_the_content(void **state)
{
    struct drm_buffer buffer = {0};
    uint8_t *place;

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, "ab", 2), DRM_S_OK);
    assert_int_equal(drm_buffer_extend(&buffer, 1000, &place), DRM_S_OK);
    memset(place, 'c', 1000);
    assert_ptr_equal(place, buffer.data + 2);
    assert_int_equal(buffer.size, 1002);
    assert_memory_equal(buffer.data, "abc", 3);
    drm_buffer_free(&buffer);
}

static void buffer__sizes_past_memory_fail_and_change_nothing(void **state)
{
    struct drm_buffer buffer = {0};
    uint8_t *place = (uint8_t *)&buffer;
    uint8_t *before;
    size_t capacity;

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, "ab", 2), DRM_S_OK);
    before = buffer.data;
    capacity = buffer.capacity;
    assert_int_equal(drm_buffer_extend(&buffer, SIZE_MAX, &place), DRM_E_OUT_OF_MEMORY);
    assert_int_equal(drm_buffer_extend(&buffer, SIZE_MAX - 2, &place), DRM_E_OUT_OF_MEMORY);
    assert_int_equal(drm_buffer_extend(&buffer, SIZE_MAX / 2 + 1, &place), DRM_E_OUT_OF_MEMORY);
    assert_ptr_equal(place, &buffer);
    assert_ptr_equal(buffer.data, before);
    assert_int_equal(buffer.capacity, capacity);
    assert_int_equal(buffer.size, 2);
    assert_memory_equal(buffer.data, "ab", 2);
    drm_buffer_free(&buffer);
}

static void buffer__truncate_wipes_what_it_cuts(void **state)
{
    struct drm_buffer buffer = {0};
    size_t i;

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, "secret and public", 17), DRM_S_OK);
    drm_buffer_truncate(&buffer, 100);
    assert_int_equal(buffer.size, 17);
    drm_buffer_truncate(&buffer, 6);
    assert_int_equal(buffer.size, 6);
    assert_memory_equal(buffer.data, "secret", 6);
    for (i = 6; i < 17; i++)
        assert_int_equal(buffer.data[i], 0);
    drm_buffer_truncate(&buffer, 0);
    assert_int_equal(buffer.size, 0);
    assert_int_equal(buffer.data[0], 0);
    drm_buffer_free(&buffer);
}

static void secret__equal_sees_every_byte(void **state)
{
    uint8_t a[64], b[64];
    size_t i;

    (void)state;
    memset(a, 0x5a, sizeof(a));
    memset(b, 0x5a, sizeof(b));
    assert_true(drm_equal_secret(a, b, sizeof(a)));
    for (i = 0; i < sizeof(a); i++)
    {
        b[i] ^= (uint8_t)(1U << i % 8);
        assert_false(drm_equal_secret(a, b, sizeof(a)));
        b[i] = a[i];
    }
    assert_true(drm_equal_secret(a, b, 0));
}

static void secret__wipe_zeroes_exactly_its_bytes(void **state)
{
    uint8_t bytes[10];

    (void)state;
    memset(bytes, 0xff, sizeof(bytes));
    drm_wipe(bytes + 1, 8);
    assert_hex(bytes, sizeof(bytes), "ff0000000000000000ff");
    drm_wipe(NULL, 0);
}

static void number__is_big_endian_and_round_trips(void **state)
{
    static const uint64_t values[] = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0x8000, 0xffff, 0x10000, 0x80000000, 0xffffffff,
                                      UINT64_C(0x100000000), UINT64_C(0x8000000000000000), UINT64_MAX};
    uint8_t bytes[8];
    size_t i;

    (void)state;
    drm_put_u16(bytes, 0x0102);
    assert_hex(bytes, 2, "0102");
    drm_put_u32(bytes, 0x01020304);
    assert_hex(bytes, 4, "01020304");
    drm_put_u64(bytes, UINT64_C(0x0102030405060708));
    assert_hex(bytes, 8, "0102030405060708");
    for (i = 0; i < COUNT(values); i++)
    {
        drm_put_u16(bytes, (uint16_t)values[i]);
        assert_int_equal(drm_get_u16(bytes), (uint16_t)values[i]);
        drm_put_u32(bytes, (uint32_t)values[i]);
        assert_int_equal(drm_get_u32(bytes), (uint32_t)values[i]);
        drm_put_u64(bytes, values[i]);
        assert_true(drm_get_u64(bytes) == values[i]);
    }
}

int run_bytes_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(span__equal_compares_length_and_content),
        cmocka_unit_test(buffer__append_grows_and_keeps_everything),
        cmocka_unit_test(buffer__append_of_its_own_content_is_a_copy),
        cmocka_unit_test(buffer__append_of_nothing_needs_no_data),
        cmocka_unit_test(buffer__extend_gives_the_place_after_the_content),
        cmocka_unit_test(buffer__sizes_past_memory_fail_and_change_nothing),
        cmocka_unit_test(buffer__truncate_wipes_what_it_cuts),
        cmocka_unit_test(secret__equal_sees_every_byte),
        cmocka_unit_test(secret__wipe_zeroes_exactly_its_bytes),
        cmocka_unit_test(number__is_big_endian_and_round_trips),
    };

    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
