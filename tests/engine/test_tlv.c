/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The TLV encoding: what the writer writes, what the reader takes, and that it takes nothing else.
 */
#include "engine/base_tests.h"
#include "engine/check.h"
#include "engine/base/tlv.h"

#define TAG_NUMBER 1
#define TAG_TEXT 2
#define TAG_KEY (DRM_TLV_CRITICAL | 3)
#define TAG_ITEM 4
#define TAG_TIME (DRM_TLV_CRITICAL | 5)
#define TAG_BYTE 6
#define TAG_BYTES 7

/* An object with a field of each kind. */
struct sample
{
    uint32_t number;
    struct drm_span text;
    uint8_t key[4];
    uint64_t time;
    uint8_t byte;
    struct drm_span bytes;
    bool has_number;
    bool has_item;
    bool has_bytes;
    unsigned int items;
    struct drm_span item[3];
    unsigned int fail_at_item; /* 1: the first */
};

static drm_result take_item(void *context, struct drm_span value)
{
    struct sample *sample = context;

    if (sample->items + 1 == sample->fail_at_item)
        return DRM_E_SIGNATURE_FAILURE;
    sample->item[sample->items++] = value;
    return DRM_S_OK;
}

static drm_result read_sample(struct drm_span data, struct sample *out)
{
    const struct drm_tlv_field fields[] = {
        {TAG_NUMBER, DRM_TLV_U32, .out.u32 = &out->number, .present = &out->has_number},
        {TAG_TEXT, DRM_TLV_TEXT, .min_size = 1, .max_size = 8, .out.span = &out->text},
        {TAG_KEY, DRM_TLV_FIXED, .required = true, .max_size = sizeof(out->key), .out.fixed = out->key},
        {TAG_ITEM, DRM_TLV_EACH, .max_size = 4, .max_count = 3, .out.each = take_item, .context = out,
         .present = &out->has_item},
        {TAG_TIME, DRM_TLV_U64, .required = true, .out.u64 = &out->time},
        {TAG_BYTE, DRM_TLV_U8, .out.u8 = &out->byte},
        {TAG_BYTES, DRM_TLV_BYTES, .min_size = 2, .max_size = 16, .out.span = &out->bytes, .present = &out->has_bytes},
    };

    return drm_tlv_read(data, fields, COUNT(fields));
}

/* Reads an exact copy, and checks that a refused object leaves no trace. */
static drm_result read_hex_sample(const char *digits)
{
    struct drm_buffer buffer = {0};
    struct sample sample, before;
    drm_result result;
    uint8_t *copy;

    append_hex(&buffer, digits);
    copy = exact_copy(buffer.data, buffer.size);
    memset(&sample, 0xa5, sizeof(sample));
    sample.items = 0;
    sample.fail_at_item = 0;
    memcpy(&before, &sample, sizeof(before));
    result = read_sample(drm_span(copy, buffer.size), &sample);
    if (DRM_FAILED(result))
        assert_memory_equal(&sample, &before, sizeof(sample));
    free(copy);
    drm_buffer_free(&buffer);
    return result;
}

#define KEY "8003000000040a0b0c0d"
#define TIME "8005000000080000000000000001"

static void tlv__writes_tag_length_value(void **state)
{
    struct drm_buffer buffer = {0};
    struct drm_tlv_writer writer;

    (void)state;
    drm_tlv_begin(&writer, &buffer);
    drm_tlv_put_u32(&writer, TAG_NUMBER, 0x01020304);
    drm_tlv_put_text(&writer, TAG_TEXT, "ab");
    drm_tlv_put(&writer, TAG_KEY, drm_span("\x0a\x0b\x0c\x0d", 4));
    drm_tlv_put(&writer, TAG_ITEM, drm_span(NULL, 0));
    drm_tlv_put_u64(&writer, TAG_TIME, UINT64_C(0x0102030405060708));
    drm_tlv_put_u8(&writer, TAG_BYTE, 0xff);
    assert_int_equal(drm_tlv_finish(&writer), DRM_S_OK);
    assert_hex(buffer.data, buffer.size,
               "00010000000401020304" "0002000000026162" KEY "000400000000" "8005000000080102030405060708"
               "000600000001ff");
    drm_buffer_free(&buffer);
}

static void tlv__nested_objects_get_their_lengths(void **state)
{
    struct drm_buffer buffer = {0};
    struct drm_tlv_writer writer;
    size_t outer, inner, empty;

    (void)state;
    assert_int_equal(drm_buffer_append(&buffer, "\xee", 1), DRM_S_OK);
    drm_tlv_begin(&writer, &buffer);
    outer = drm_tlv_open(&writer, 0x0010);
    drm_tlv_put_u8(&writer, 0x0001, 7);
    inner = drm_tlv_open(&writer, 0x8002);
    drm_tlv_put_u8(&writer, 0x0001, 8);
    drm_tlv_close(&writer, inner);
    empty = drm_tlv_open(&writer, 0x0003);
    drm_tlv_close(&writer, empty);
    drm_tlv_close(&writer, outer);
    drm_tlv_put_u8(&writer, 0x0011, 9);
    assert_int_equal(drm_tlv_finish(&writer), DRM_S_OK);
    assert_hex(buffer.data, buffer.size,
               "ee" "00100000001a" "00010000000107" "800200000007" "00010000000108" "000300000000" "00110000000109");
    drm_buffer_free(&buffer);
}

static void tlv__writer_keeps_its_first_failure(void **state)
{
    struct drm_buffer buffer = {0};
    struct drm_tlv_writer writer;
    size_t mark;

    (void)state;
    drm_tlv_begin(&writer, &buffer);
    drm_tlv_put_u8(&writer, 1, 1);
    drm_tlv_put(&writer, 2, drm_span("", UINT32_MAX)); /* refused before a byte of it is read */
    assert_int_equal(drm_tlv_finish(&writer), DRM_E_INVALID_ARGUMENT);
    drm_tlv_put_u8(&writer, 3, 1);
    mark = drm_tlv_open(&writer, 4);
    drm_tlv_put_text(&writer, 1, "x");
    drm_tlv_close(&writer, mark);
    assert_int_equal(drm_tlv_finish(&writer), DRM_E_INVALID_ARGUMENT);
    assert_hex(buffer.data, buffer.size, "00010000000101");
    drm_buffer_free(&buffer);
}

static void tlv__reads_what_was_written(void **state)
{
    struct drm_buffer buffer = {0};
    struct sample sample = {0};

    (void)state;
    append_hex(&buffer, "00010000000401020304" "0002000000026162" KEY "000400000000" "00040000000478797a7a"
                        "8005000000080102030405060708" "000600000001ff" "0007000000020102");
    assert_int_equal(read_sample(drm_buffer_span(&buffer), &sample), DRM_S_OK);
    assert_int_equal(sample.number, 0x01020304);
    assert_true(drm_span_equal(sample.text, drm_span("ab", 2)));
    assert_hex(sample.key, 4, "0a0b0c0d");
    assert_true(sample.time == UINT64_C(0x0102030405060708));
    assert_int_equal(sample.byte, 0xff);
    assert_true(drm_span_equal(sample.bytes, drm_span("\x01\x02", 2)));
    assert_ptr_equal(sample.bytes.data, buffer.data + buffer.size - 2);
    assert_int_equal(sample.items, 2);
    assert_int_equal(sample.item[0].size, 0);
    assert_true(drm_span_equal(sample.item[1], drm_span("xyzz", 4)));
    assert_true(sample.has_number && sample.has_item && sample.has_bytes);
    drm_buffer_free(&buffer);
}

static void tlv__absent_fields_leave_their_outs(void **state)
{
    struct drm_buffer buffer = {0};
    struct sample sample;

    (void)state;
    memset(&sample, 0xa5, sizeof(sample));
    sample.items = 0;
    append_hex(&buffer, KEY TIME);
    assert_int_equal(read_sample(drm_buffer_span(&buffer), &sample), DRM_S_OK);
    assert_int_equal(sample.number, 0xa5a5a5a5);
    assert_int_equal(sample.byte, 0xa5);
    assert_int_equal(sample.items, 0);
    assert_false(sample.has_number);
    assert_false(sample.has_item);
    assert_false(sample.has_bytes);
    drm_buffer_free(&buffer);
}

static void tlv__unknown_optional_fields_are_skipped(void **state)
{
    (void)state;
    /* before, between, after; of any length; also repeated, since a later version may allow it */
    assert_int_equal(read_hex_sample("000000000001ff" KEY TIME), DRM_S_OK);
    assert_int_equal(read_hex_sample(KEY TIME "7fff00000000" "7fff0000000101"), DRM_S_OK);
    assert_int_equal(read_hex_sample(KEY TIME "000800000003aabbcc" "000900000000"), DRM_S_OK);
}

static void tlv__unknown_critical_fields_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample("800000000001ff" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "800800000000"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "ffff00000000"), DRM_E_INVALID_DATA);
}

static void tlv__a_known_field_is_as_critical_as_expected(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample("80010000000401020304" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0003000000040a0b0c0d" TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "0005000000080000000000000001"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0003000000040a0b0c0d" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "0003000000040a0b0c0d" TIME), DRM_E_INVALID_DATA);
}

static void tlv__missing_required_fields_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample(""), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("00010000000401020304"), DRM_E_INVALID_DATA);
}

static void tlv__disorder_and_repeats_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample(TIME KEY), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "00010000000401020304" TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0001000000040102030400010000000401020304" KEY TIME), DRM_E_INVALID_DATA);
    /* an unknown one in the wrong place too */
    assert_int_equal(read_hex_sample(KEY TIME "000000000000"), DRM_E_INVALID_DATA);
    /* items interrupted by another field */
    assert_int_equal(read_hex_sample(KEY "000400000000" TIME "000400000000"), DRM_E_INVALID_DATA);
}

static void tlv__each_counts_its_values(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample(KEY "000400000000" "000400000000" "000400000000" TIME), DRM_S_OK);
    assert_int_equal(read_hex_sample(KEY "000400000000" "000400000000" "000400000000" "000400000000" TIME),
                     DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "0004000000050102030405" TIME), DRM_E_INVALID_DATA);
}

static void tlv__each_ends_the_reading_with_its_failure(void **state)
{
    struct drm_buffer buffer = {0};
    struct sample sample = {.fail_at_item = 2};

    (void)state;
    append_hex(&buffer, KEY "000400000000" "000400000000" "000400000000" TIME);
    assert_int_equal(read_sample(drm_buffer_span(&buffer), &sample), DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(sample.items, 1);
    drm_buffer_free(&buffer);
}

static void tlv__a_required_each_needs_one_value(void **state)
{
    struct sample sample = {0};
    const struct drm_tlv_field fields[] = {
        {TAG_NUMBER, DRM_TLV_EACH, .required = true, .max_size = 1, .max_count = 3, .out.each = take_item,
         .context = &sample},
        {TAG_TEXT, DRM_TLV_U8, .required = true, .out.u8 = &sample.byte},
    };
    struct drm_buffer buffer = {0};

    (void)state;
    append_hex(&buffer, "000100000000" "000100000000" "00020000000107");
    assert_int_equal(drm_tlv_read(drm_buffer_span(&buffer), fields, COUNT(fields)), DRM_S_OK);
    assert_int_equal(sample.items, 2);
    /* two values do not stand in for the field that is missing */
    assert_int_equal(drm_tlv_read(drm_span(buffer.data, 12), fields, COUNT(fields)), DRM_E_INVALID_DATA);
    assert_int_equal(drm_tlv_read(drm_span(buffer.data + 12, 7), fields, COUNT(fields)), DRM_E_INVALID_DATA);
    assert_int_equal(sample.items, 2);
    drm_buffer_free(&buffer);
}

static void tlv__wrong_sizes_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample("000100000003010203" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0001000000050102030405" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("000100000000" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("8003000000030a0b0c" TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("8003000000050a0b0c0d0e" TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "80050000000700000000000001"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY "800500000009000000000000000001"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "000600000000"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "0006000000020000"), DRM_E_INVALID_DATA);
    /* bounds of text and bytes: 1 to 8, 2 to 16 */
    assert_int_equal(read_hex_sample("000200000000" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0002000000086162636465666768" KEY TIME), DRM_S_OK);
    assert_int_equal(read_hex_sample("000200000009616263646566676869" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "00070000000101"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "00070000001000000000000000000000000000000000"), DRM_S_OK);
    assert_int_equal(read_hex_sample(KEY TIME "0007000000110000000000000000000000000000000000"), DRM_E_INVALID_DATA);
}

static void tlv__text_that_is_none_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample("000200000002c3a4" KEY TIME), DRM_S_OK);
    assert_int_equal(read_hex_sample("000200000003610062" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("00020000000261c3" KEY TIME), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample("0002000000010a" KEY TIME), DRM_E_INVALID_DATA);
}

static void tlv__every_truncation_is_refused(void **state)
{
    struct drm_buffer buffer = {0};
    size_t size;

    (void)state;
    append_hex(&buffer, "00010000000401020304" "0002000000026162" KEY "000400000000" "00040000000478797a7a" TIME);
    for (size = 0; size < buffer.size; size++)
    {
        uint8_t *copy = exact_copy(buffer.data, size);
        struct sample sample = {0};

        assert_int_equal(read_sample(drm_span(copy, size), &sample), DRM_E_INVALID_DATA);
        assert_int_equal(sample.items, 0);
        free(copy);
    }
    drm_buffer_free(&buffer);
}

static void tlv__lengths_past_the_end_are_refused(void **state)
{
    static const char *const lengths[] = {"00000001", "00000007", "7fffffff", "80000000", "fffffff9", "fffffffa",
                                          "fffffffb", "ffffffff"};
    char digits[200];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(lengths); i++)
    {
        /* as the last header with nothing behind it, then with some bytes, then as the first */
        strcpy(digits, KEY TIME "0008");
        strcat(digits, lengths[i]);
        assert_int_equal(read_hex_sample(digits), DRM_E_INVALID_DATA);
        if (i > 1)
        {
            strcat(digits, "000102030405");
            assert_int_equal(read_hex_sample(digits), DRM_E_INVALID_DATA);
            strcpy(digits, "0000");
            strcat(digits, lengths[i]);
            strcat(digits, KEY TIME);
            assert_int_equal(read_hex_sample(digits), DRM_E_INVALID_DATA);
        }
    }
}

static void tlv__bytes_left_over_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_hex_sample(KEY TIME "00"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "0008"), DRM_E_INVALID_DATA);
    assert_int_equal(read_hex_sample(KEY TIME "0008000000"), DRM_E_INVALID_DATA);
}

static void tlv__an_object_without_fields_is_empty(void **state)
{
    (void)state;
    assert_int_equal(drm_tlv_read(drm_span(NULL, 0), NULL, 0), DRM_S_OK);
    assert_int_equal(drm_tlv_read(drm_span("\x80\x01\x00\x00\x00\x00", 6), NULL, 0), DRM_E_INVALID_DATA);
    assert_int_equal(drm_tlv_read(drm_span("\x00\x01\x00\x00\x00\x00", 6), NULL, 0), DRM_S_OK);
}

/* Opens depth objects inside each other and reads them back one by one; the reader itself has no depth. */
static void tlv__deep_nesting_costs_no_stack(void **state)
{
    enum { DEPTH = 20000 };
    struct drm_buffer buffer = {0};
    struct drm_tlv_writer writer;
    size_t *marks = calloc(DEPTH, sizeof(*marks));
    struct drm_span value;
    size_t i;

    (void)state;
    assert_non_null(marks);
    drm_tlv_begin(&writer, &buffer);
    for (i = 0; i < DEPTH; i++)
        marks[i] = drm_tlv_open(&writer, DRM_TLV_CRITICAL | 1);
    for (i = DEPTH; i-- > 0;)
        drm_tlv_close(&writer, marks[i]);
    free(marks);
    assert_int_equal(drm_tlv_finish(&writer), DRM_S_OK);
    assert_int_equal(buffer.size, DEPTH * DRM_TLV_HEADER_SIZE);

    value = drm_buffer_span(&buffer);
    for (i = 0; i < DEPTH; i++)
    {
        const struct drm_tlv_field fields[] = {
            {DRM_TLV_CRITICAL | 1, DRM_TLV_BYTES, .required = true, .max_size = SIZE_MAX, .out.span = &value},
        };

        assert_int_equal(drm_tlv_read(value, fields, COUNT(fields)), DRM_S_OK);
    }
    assert_int_equal(value.size, 0);
    drm_buffer_free(&buffer);
}

int run_tlv_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tlv__writes_tag_length_value),
        cmocka_unit_test(tlv__nested_objects_get_their_lengths),
        cmocka_unit_test(tlv__writer_keeps_its_first_failure),
        cmocka_unit_test(tlv__reads_what_was_written),
        cmocka_unit_test(tlv__absent_fields_leave_their_outs),
        cmocka_unit_test(tlv__unknown_optional_fields_are_skipped),
        cmocka_unit_test(tlv__unknown_critical_fields_are_refused),
        cmocka_unit_test(tlv__a_known_field_is_as_critical_as_expected),
        cmocka_unit_test(tlv__missing_required_fields_are_refused),
        cmocka_unit_test(tlv__disorder_and_repeats_are_refused),
        cmocka_unit_test(tlv__each_counts_its_values),
        cmocka_unit_test(tlv__each_ends_the_reading_with_its_failure),
        cmocka_unit_test(tlv__a_required_each_needs_one_value),
        cmocka_unit_test(tlv__wrong_sizes_are_refused),
        cmocka_unit_test(tlv__text_that_is_none_is_refused),
        cmocka_unit_test(tlv__every_truncation_is_refused),
        cmocka_unit_test(tlv__lengths_past_the_end_are_refused),
        cmocka_unit_test(tlv__bytes_left_over_are_refused),
        cmocka_unit_test(tlv__an_object_without_fields_is_empty),
        cmocka_unit_test(tlv__deep_nesting_costs_no_stack),
    };

    return cmocka_run_group_tests_name("tlv", tests, NULL, NULL);
}
