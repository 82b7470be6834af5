/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader under all others, and the writer: paths, places, text, limits, escapes.
 */
#include <stdio.h>

#include "engine/check.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"
#include "engine/xml_tests.h"

/* What a handler saw, a line each. */
struct record
{
    struct drm_buffer lines;
    const char *fail_at;   /* a path: open fails there */
    bool failed;
    bool called_after_failure;
};

static void record_text(struct record *record, const char *text, size_t size)
{
    assert_int_equal(drm_buffer_append(&record->lines, text, size), DRM_S_OK);
}

static void record_line(struct record *record, const char *kind, const struct drm_xml_element *element)
{
    char line[DRM_XML_PATH_SIZE + 64];

    record->called_after_failure |= record->failed;
    snprintf(line, sizeof(line), "%s %s %lu-%lu", kind, element->path, (unsigned long)element->begin,
             (unsigned long)element->end);
    record_text(record, line, strlen(line));
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    struct record *record = context;
    const char *name = drm_xml_attribute(element, "name");

    record_line(record, "open", element);
    if (name)
    {
        record_text(record, " ", 1);
        record_text(record, name, strlen(name));
    }
    record_text(record, "\n", 1);
    if (record->fail_at && !strcmp(record->fail_at, element->path))
    {
        record->failed = true;
        return DRM_E_OPERATION_CANCELED;
    }
    return DRM_S_OK;
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct record *record = context;

    record_line(record, "close", element);
    record_text(record, " [", 2);
    if (element->has_children)
        record_text(record, "*", 1);
    else
        record_text(record, (const char *)element->text.data, element->text.size);
    record_text(record, "]\n", 2);
    return DRM_S_OK;
}

static drm_result read_record(struct drm_span text, size_t max_depth, struct record *record)
{
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = record,
        .max_depth = max_depth,
        .malformed = DRM_E_INVALID_DATA,
    };
    uint8_t *copy = exact_copy(text.data, text.size);
    const drm_result result = drm_xml_read(drm_span(copy, text.size), &handler);

    free(copy);
    return result;
}

static void assert_record(const char *text, const char *expected)
{
    struct record record = {0};

    assert_int_equal(read_record(drm_span(text, strlen(text)), 4, &record), DRM_S_OK);
    record_text(&record, "", 1);
    assert_string_equal((const char *)record.lines.data, expected);
    drm_buffer_free(&record.lines);
}

static void reader__gives_paths_places_and_text(void **state)
{
    (void)state;
    assert_record("<a><b name='n'>x&lt;<!-- no -->y</b> around <c/><d><![CDATA[<&]]></d></a>",
                  "open a 0-3\nopen a/b 3-15 n\nclose a/b 32-36 [x<y]\nopen a/c 44-48\nclose a/c 48-48 []\n"
                  "open a/d 48-51\nclose a/d 65-69 [<&]\nclose a 69-73 [*]\n");
}

static void reader__mark_and_declaration_of_another_encoding_are_passed_over(void **state)
{
    (void)state;
    assert_record("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<a>\xc3\xa4</a>\n<!-- end -->",
                  "open a 44-47\nclose a 49-53 [\xc3\xa4]\n");
    assert_record("<?xml version='1.0' encoding='iso-8859-1'?><a>\xc3\xa4</a>",
                  "open a 43-46\nclose a 48-52 [\xc3\xa4]\n");
}

static void reader__depth_is_limited(void **state)
{
    struct record record = {0};

    (void)state;
    assert_int_equal(read_record(drm_span("<a><b><c><d/></c></b></a>", 25), 4, &record), DRM_S_OK);
    assert_int_equal(read_record(drm_span("<a><b><c><d/></c></b></a>", 25), 3, &record), DRM_E_INVALID_DATA);
    drm_buffer_free(&record.lines);
}

/* A row of as many siblings as one likes is no depth. */
static void reader__width_is_not_limited(void **state)
{
    struct record record = {0};
    struct drm_buffer text = {0};

    (void)state;
    assert_int_equal(drm_buffer_append(&text, "<a>", 3), DRM_S_OK);
    for (unsigned int i = 0; i < 20000; i++)
        assert_int_equal(drm_buffer_append(&text, "<b>x</b>", 8), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&text, "</a>", 4), DRM_S_OK);
    assert_int_equal(read_record(drm_buffer_span(&text), 2, &record), DRM_S_OK);
    drm_buffer_free(&text);
    drm_buffer_free(&record.lines);
}

static void reader__failure_of_a_handler_ends_it_at_once(void **state)
{
    static const char *const texts[] = {"<a><b/><c/></a>", "<a><b>x<c/></b>", "<a><b></b>&bad;", "<a><b/>\xff"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        struct record record = {.fail_at = "a/b"};

        assert_int_equal(read_record(drm_span(texts[i], strlen(texts[i])), 4, &record), DRM_E_OPERATION_CANCELED);
        assert_false(record.called_after_failure);
        drm_buffer_free(&record.lines);
    }
}

/* Text, tags and characters that lie across the pieces that the parser is fed. */
static void reader__nothing_is_lost_between_pieces(void **state)
{
    static const char end[] = "<b name='\xe2\x82\xac'>\xf0\x9f\x8e\xb5</b></a>";

    (void)state;
    for (size_t shift = 0; shift < 28; shift++)
    {
        struct record record = {0};
        struct drm_buffer text = {0};
        char expected[200];
        unsigned long at;

        assert_int_equal(drm_buffer_append(&text, "<a><!--", 7), DRM_S_OK);
        while (text.size < 65536 - shift - 3)
            assert_int_equal(drm_buffer_append(&text, "x", 1), DRM_S_OK);
        assert_int_equal(drm_buffer_append(&text, "-->", 3), DRM_S_OK);
        at = (unsigned long)text.size;
        assert_int_equal(drm_buffer_append(&text, end, strlen(end)), DRM_S_OK);
        snprintf(expected, sizeof(expected),
                 "open a 0-3\nopen a/b %lu-%lu \xe2\x82\xac\n"
                 "close a/b %lu-%lu [\xf0\x9f\x8e\xb5]\nclose a %lu-%lu [*]\n",
                 at, at + 14, at + 18, at + 22, at + 22, at + 26);
        assert_int_equal(read_record(drm_buffer_span(&text), 4, &record), DRM_S_OK);
        record_text(&record, "", 1);
        assert_string_equal((const char *)record.lines.data, expected);
        drm_buffer_free(&text);
        drm_buffer_free(&record.lines);
    }
}

static drm_result read_any(struct drm_span text)
{
    struct record record = {0};
    const drm_result result = read_record(text, 8, &record);

    drm_buffer_free(&record.lines);
    return result;
}

static void reader__what_is_no_xml_is_refused(void **state)
{
    static const drm_result results[] = {DRM_E_INVALID_DATA, 0};

    (void)state;
    xml_check_truncations(read_any, "<?xml version='1.0'?><a b='c'>d<e/>&amp;<![CDATA[f]]></a>", DRM_E_INVALID_DATA);
    xml_check_mutations(read_any, "<?xml version='1.0'?><a b='c'>d<e/>&amp;<![CDATA[f]]><f>\xc3\xa4</f></a>", 20000,
                        results);
}

static void writer__escapes_what_the_reader_gives_back(void **state)
{
    static const char text[] = "a<b>&\"c\" 'd' ]]> &amp; \xc3\xa4\xf0\x9f\x8e\xb5";
    struct drm_xml_writer writer;
    struct drm_buffer out = {0};
    struct record record = {0};
    char expected[400];

    (void)state;
    drm_xml_begin(&writer, &out);
    drm_xml_open(&writer, "a", "name", text);
    drm_xml_put_text(&writer, "b", text);
    drm_xml_put_base64(&writer, "c", drm_span("foobar", 6));
    drm_xml_put_raw(&writer, drm_span("<d/>", 4));
    drm_xml_close(&writer, "a");
    assert_int_equal(drm_xml_finish(&writer), DRM_S_OK);
    assert_int_equal(read_record(drm_buffer_span(&out), 2, &record), DRM_S_OK);
    record_text(&record, "", 1);
    snprintf(expected, sizeof(expected), " %s\n", text);
    assert_non_null(strstr((const char *)record.lines.data, expected));
    snprintf(expected, sizeof(expected), " [%s]\n", text);
    assert_non_null(strstr((const char *)record.lines.data, expected));
    assert_non_null(strstr((const char *)record.lines.data, " [Zm9vYmFy]\n"));
    drm_buffer_free(&record.lines);
    drm_buffer_free(&out);
}

static void writer__refuses_what_xml_has_not_and_remembers_it(void **state)
{
    static const char *const texts[] = {"\x01", "a\nb", "\x7f", "\xff", "\xc3", "\xef\xbf\xbe", "a\xef\xbf\xbf",
                                        "\xed\xa0\x80"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        struct drm_xml_writer writer;
        struct drm_buffer out = {0};

        drm_xml_begin(&writer, &out);
        drm_xml_put_text(&writer, "a", texts[i]);
        drm_xml_put_text(&writer, "b", "good");
        assert_int_equal(drm_xml_finish(&writer), DRM_E_INVALID_ARGUMENT);
        drm_xml_begin(&writer, &out);
        drm_xml_open(&writer, "a", "b", texts[i]);
        assert_int_equal(drm_xml_finish(&writer), DRM_E_INVALID_ARGUMENT);
        drm_buffer_free(&out);
    }
}

static void text__trimmed_and_copied_whole_or_not_at_all(void **state)
{
    char out[6] = "none";

    (void)state;
    assert_true(drm_xml_copy_text(drm_span(" \t\r\nabcde \n", 11), out, sizeof(out)));
    assert_string_equal(out, "abcde");
    assert_false(drm_xml_copy_text(drm_span("abcdef", 6), out, sizeof(out)));
    assert_false(drm_xml_copy_text(drm_span("a\nb", 3), out, sizeof(out)));
    assert_false(drm_xml_copy_text(drm_span("\xff", 1), out, sizeof(out)));
    assert_true(drm_xml_copy_text(drm_span(NULL, 0), out, sizeof(out)));
    assert_string_equal(out, "");
}

int run_xml_reader_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader__gives_paths_places_and_text),
        cmocka_unit_test(reader__mark_and_declaration_of_another_encoding_are_passed_over),
        cmocka_unit_test(reader__depth_is_limited),
        cmocka_unit_test(reader__width_is_not_limited),
        cmocka_unit_test(reader__failure_of_a_handler_ends_it_at_once),
        cmocka_unit_test(reader__nothing_is_lost_between_pieces),
        cmocka_unit_test(reader__what_is_no_xml_is_refused),
        cmocka_unit_test(writer__escapes_what_the_reader_gives_back),
        cmocka_unit_test(writer__refuses_what_xml_has_not_and_remembers_it),
        cmocka_unit_test(text__trimmed_and_copied_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
