/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and writing the texts of licences, in one program; and the ways to be bad that all of them share.
 */
#include "engine/xml_tests.h"

#include "engine/check.h"
#include "support/mutation.h"

drm_result xml_read_text(xml_read_function *read, const char *text)
{
    const size_t size = strlen(text);
    uint8_t *copy = exact_copy(text, size);
    const drm_result result = read(drm_span(copy, size));

    free(copy);
    return result;
}

void xml_check_truncations(xml_read_function *read, const char *text, drm_result result)
{
    const size_t size = strlen(text);

    assert_int_equal(xml_read_text(read, text), DRM_S_OK);
    for (size_t i = 0; i < size; i++)
    {
        uint8_t *copy = exact_copy(text, i);
        const drm_result found = read(drm_span(copy, i));

        free(copy);
        if (found != result)
            fail_msg("0x%08lx of the first %lu bytes", (unsigned long)(uint32_t)found, (unsigned long)i);
    }
}

static void append(struct drm_buffer *buffer, const char *text)
{
    assert_int_equal(drm_buffer_append(buffer, text, strlen(text)), DRM_S_OK);
}

/* Replaces each $ by the root's name. */
static void expand(const char *template, const char *root, struct drm_buffer *out)
{
    for (; *template; template++)
    {
        if (*template == '$')
            append(out, root);
        else
            assert_int_equal(drm_buffer_append(out, template, 1), DRM_S_OK);
    }
}

static void check_template(xml_read_function *read, const char *template, const char *root, drm_result result)
{
    struct drm_buffer text = {0};
    drm_result found;
    uint8_t *copy;

    expand(template, root, &text);
    copy = exact_copy(text.data, text.size);
    found = read(drm_span(copy, text.size));
    free(copy);
    drm_buffer_free(&text);
    if (found != result)
        fail_msg("0x%08lx of %s", (unsigned long)(uint32_t)found, template);
}

void xml_check_bad_texts(xml_read_function *read, const char *root, drm_result result)
{
    static const char *const templates[] = {
        "<", "<$", "<$>", "</$>", "<$></$", "<$/><$/>", "<$/>x", "<$><$></$>", "<$ a=\"1\" a=\"2\"/>", "<$ a=b/>",
        "<$>&unknown;</$>", "<$>&#0;</$>", "<$>\x01</$>", "<$>\xff</$>", "<$>\xc3</$>", "<$>\xed\xa0\x80</$>",
        "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><$/>", "<other/>", "<$x/>",
        /* entities: none may be declared at all */
        "<!DOCTYPE $><$/>",
        "<!DOCTYPE $ SYSTEM \"file:///etc/passwd\"><$/>",
        "<!DOCTYPE $ PUBLIC \"a\" \"http://localhost/dtd\"><$/>",
        "<!DOCTYPE $ [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
        "<$>&c;</$>",
        "<!DOCTYPE $ [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><$>&a;</$>",
        "<!DOCTYPE $ [<!ENTITY % a SYSTEM \"http://localhost/\"> %a;]><$/>",
    };
    struct drm_buffer deep = {0};

    for (size_t i = 0; i < COUNT(templates); i++)
        check_template(read, templates[i], root, result);

    /* UTF-16 with its mark, and without */
    static const uint8_t utf16_mark[] = {0xff, 0xfe, '<', 0, 'a', 0, '/', 0, '>', 0};
    assert_int_equal(read(drm_span(utf16_mark, sizeof(utf16_mark))), result);
    assert_int_equal(read(drm_span(utf16_mark + 2, sizeof(utf16_mark) - 2)), result);
    assert_int_equal(read(drm_span("\0", 1)), result);

    append(&deep, "<");
    append(&deep, root);
    append(&deep, ">");
    for (unsigned int i = 0; i < 5000; i++)
        append(&deep, "<a>");
    for (unsigned int i = 0; i < 5000; i++)
        append(&deep, "</a>");
    append(&deep, "</");
    append(&deep, root);
    append(&deep, ">");
    assert_int_equal(read(drm_buffer_span(&deep)), result);

    drm_buffer_truncate(&deep, 0);
    append(&deep, "<");
    append(&deep, root);
    append(&deep, "><");
    for (unsigned int i = 0; i < 3000; i++)
        append(&deep, "n");
    append(&deep, "/></");
    append(&deep, root);
    append(&deep, ">");
    assert_int_equal(read(drm_buffer_span(&deep)), result);
    drm_buffer_free(&deep);
}

void xml_check_mutations(xml_read_function *read, const char *text, unsigned int count, const drm_result *results)
{
    struct test_random random = {.state = 0x5eed0001};
    struct drm_buffer mutated = {0};
    unsigned int taken = 0;

    for (unsigned int i = 0; i < count; i++)
    {
        const drm_result *expected = results;
        drm_result found;
        uint8_t *copy;

        drm_buffer_truncate(&mutated, 0);
        test_mutate(&random, drm_span(text, strlen(text)), &mutated);
        copy = exact_copy(mutated.data, mutated.size);
        found = read(drm_span(copy, mutated.size));
        free(copy);
        while (*expected && *expected != found)
            expected++;
        if (found != *expected)
            fail_msg("0x%08lx of mutation %u", (unsigned long)(uint32_t)found, i);
        taken += DRM_SUCCEEDED(found);
    }
    /* Else the mutations would be too coarse to reach anything behind the first tag. */
    assert_true(taken > 0 && taken < count);
    drm_buffer_free(&mutated);
}

int main(void)
{
    int failed = 0;

    failed += run_xml_base64_tests();
    failed += run_xml_reader_tests();
    failed += run_xml_header_tests();
    failed += run_xml_request_tests();
    failed += run_xml_form_tests();
    failed += run_xml_response_tests();
    failed += run_xml_deletion_tests();
    return failed > 0;
}
