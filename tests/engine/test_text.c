/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which bytes are text, and what a line of the log looks like.
 */
#include "engine/base_tests.h"
#include "engine/check.h"
#include "engine/host.h"

static bool is_valid(const char *bytes, size_t size)
{
    uint8_t *copy = exact_copy(bytes, size);
    bool valid = drm_text_is_valid(drm_span(copy, size));

    free(copy);
    return valid;
}

static void text__well_formed_is_valid(void **state)
{
    static const char *const texts[] = {
        "", " ", "~", "Plain text.", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa4z\xe2\x82\xac\xf0\x9f\x8e\xb5!",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); i++)
    {
        if (!is_valid(texts[i], strlen(texts[i])))
            fail_msg("refused: text %u", (unsigned int)i);
    }
}

static void text__anything_else_is_refused(void **state)
{
    static const char *const texts[] = {
        /* controls: C0, DEL, C1 */
        "a\tb", "a\nb", "\r", "\x1b[2J", "\x7f", "\xc2\x80", "\xc2\x9b", "\xc2\x9f",
        /* a continuation without a lead, a lead without all of its continuations */
        "\x80", "a\xbf", "\xc3", "\xc3(", "\xe2\x82", "\xe2\x28\xa1", "\xf0\x9f\x8e", "\xf0\x28\x8c\xbc",
        "\xc3\xc3\xa4",
        /* overlong forms */
        "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        /* halves of UTF-16, past Unicode, bytes that are nothing */
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); i++)
    {
        if (is_valid(texts[i], strlen(texts[i])))
            fail_msg("accepted: text %u", (unsigned int)i);
    }
    assert_false(is_valid("a\0b", 3));
    assert_false(is_valid("\0", 1));
}

/* Against Unicode's own definition: every code point, written the one right way, is judged by its number. */
static void text__every_code_point_is_judged_by_its_number(void **state)
{
    uint32_t point;

    (void)state;
    for (point = 0; point < 0x110000; point++)
    {
        bool valid = point >= 0x20 && !(point >= 0x7f && point < 0xa0) && !(point >= 0xd800 && point < 0xe000);
        uint8_t bytes[4];
        size_t size = 0;

        if (point < 0x80)
        {
            bytes[size++] = (uint8_t)point;
        }
        else if (point < 0x800)
        {
            bytes[size++] = (uint8_t)(0xc0 | point >> 6);
        }
        else if (point < 0x10000)
        {
            bytes[size++] = (uint8_t)(0xe0 | point >> 12);
            bytes[size++] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
        }
        else
        {
            bytes[size++] = (uint8_t)(0xf0 | point >> 18);
            bytes[size++] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
            bytes[size++] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
        }
        if (point >= 0x80)
            bytes[size++] = (uint8_t)(0x80 | (point & 0x3f));
        if (drm_text_is_valid(drm_span(bytes, size)) != valid)
            fail_msg("U+%04x", point);
    }
}

int run_text_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__well_formed_is_valid),
        cmocka_unit_test(text__anything_else_is_refused),
        cmocka_unit_test(text__every_code_point_is_judged_by_its_number),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

struct lines
{
    unsigned int count;
    char last[4096];
};

static void keep_line(void *context, const char *line)
{
    struct lines *lines = context;

    lines->count++;
    strncpy(lines->last, line, sizeof(lines->last) - 1);
}

static void log__formats_one_line(void **state)
{
    struct lines lines = {0};
    struct drm_log log = {.context = &lines, .write = keep_line};

    (void)state;
    drm_log_write(&log, "state %d, %s, %08x, %llu", -3, "text", 0xc00d2723U, 18446744073709551615ULL);
    assert_int_equal(lines.count, 1);
    assert_string_equal(lines.last, "state -3, text, c00d2723, 18446744073709551615");
}

static void log__control_characters_make_no_lines(void **state)
{
    struct lines lines = {0};
    struct drm_log log = {.context = &lines, .write = keep_line};

    (void)state;
    drm_log_write(&log, "url %s", "http://a/\r\nforged: yes\x1b[2J\x7f");
    assert_int_equal(lines.count, 1);
    assert_string_equal(lines.last, "url http://a/\?\?forged: yes?[2J?");
}

/* A terminal takes U+009B for the beginning of a command, as it does ESC and "[". */
static void log__is_text_whatever_came(void **state)
{
    static const struct
    {
        const char *given, *written;
    } rows[] = {
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xac", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xac"},
        {"a\xc2\x9b" "2Jb", "a??2Jb"},
        {"\x9b" "2J\xff\xfe", "?2J??"},
        {"\xc3(\xe2\x82", "?(??"},
        {"\xc0\xaf\xed\xa0\x80", "?????"},
    };
    struct lines lines = {0};
    struct drm_log log = {.context = &lines, .write = keep_line};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    {
        drm_log_write(&log, "%s", rows[i].given);
        assert_string_equal(lines.last, rows[i].written);
    }
}

static void log__long_lines_are_cut_between_characters(void **state)
{
    struct lines lines = {0};
    struct drm_log log = {.context = &lines, .write = keep_line};
    char text[3000];
    size_t shift, size;

    (void)state;
    for (shift = 0; shift < 4; shift++)
    {
        memset(text, 'x', shift);
        for (size = shift; size + 4 < sizeof(text); size += 4)
            memcpy(text + size, "\xf0\x9f\x8e\xb5", 4);
        text[size] = '\0';
        drm_log_write(&log, "%s", text);
        size = strlen(lines.last);
        assert_true(size > 1000 && size < 1024);
        assert_string_equal(lines.last + size - 3, "...");
        assert_true(drm_text_is_valid(drm_span(lines.last, size)));
        assert_memory_equal(lines.last, text, size - 3);
    }
    assert_int_equal(lines.count, 4);
}

static void log__a_host_without_one_is_silent(void **state)
{
    struct drm_log log = {0};

    (void)state;
    drm_log_write(&log, "nothing %d", 1);
    drm_log_write(NULL, "nothing %d", 1);
}

int run_log_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log__formats_one_line),
        cmocka_unit_test(log__control_characters_make_no_lines),
        cmocka_unit_test(log__is_text_whatever_came),
        cmocka_unit_test(log__long_lines_are_cut_between_characters),
        cmocka_unit_test(log__a_host_without_one_is_silent),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
