/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content headers and action lists.
 */
#include <stdio.h>

#include "engine/check.h"
#include "engine/rights/right.h"
#include "engine/xml/content_header.h"
#include "engine/xml_tests.h"

#define KID "AAECAwQFBgcICQoLDA0ODw=="
#define KID_HEX "000102030405060708090a0b0c0d0e0f"

static const char full[] =
    "<WRMHEADER version=\"2.0.0.0\"><DATA><SECURITYVERSION>2.2</SECURITYVERSION><CID>demo-0001</CID>"
    "<LAINFO>https://lic.example.test/acquire?a=1&amp;b=2</LAINFO><KID>" KID "</KID><CHECKSUM>AAAAAAAAAA==</CHECKSUM>"
    "<Title>Caf\xc3\xa9</Title></DATA><SIGNATURE><HASHALGORITHM type=\"SHA\"></HASHALGORITHM>"
    "<SIGNALGORITHM type=\"MSDRM\"></SIGNALGORITHM><VALUE>AAAA</VALUE></SIGNATURE></WRMHEADER>";

static struct drm_content_header read_header(const char *text)
{
    struct drm_content_header header;

    memset(&header, 0x55, sizeof(header));
    assert_int_equal(drm_content_header_read(drm_span(text, strlen(text)), &header), DRM_S_OK);
    return header;
}

static void assert_version(struct drm_version version, uint32_t major, uint32_t minor)
{
    assert_int_equal(version.major, major);
    assert_int_equal(version.minor, minor);
}

static void header__full_one_is_read(void **state)
{
    const struct drm_content_header header = read_header(full);

    (void)state;
    assert_hex(header.key_id, 16, KID_HEX);
    assert_string_equal(header.url, "https://lic.example.test/acquire?a=1&b=2");
    assert_version(header.min_security, 2, 2);
    assert_ptr_equal(header.element.data, full);
    assert_int_equal(header.element.size, strlen(full));
}

static void header__least_one_is_read(void **state)
{
    const struct drm_content_header header = read_header("<WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER>");

    (void)state;
    assert_hex(header.key_id, 16, KID_HEX);
    assert_string_equal(header.url, "");
    assert_version(header.min_security, 0, 0);
}

static void header__other_spellings_orders_and_versions_are_read(void **state)
{
    static const char *const texts[] = {
        "<WMRMHEADER version='2.0.0.0'><DATA><KID>" KID "</KID><LAINFO>u</LAINFO></DATA></WMRMHEADER>",
        "<WRMHEADER version='2.1'><SIGNATURE/><DATA><LAINFO> u </LAINFO><X><KID>other</KID></X><KID>\n" KID
        "\n</KID></DATA></WRMHEADER>",
        "<WRMHEADER xmlns='urn:x' version='4.0.0.0'><DATA><PROTECTINFO><KEYLEN>16</KEYLEN><ALGID>AESCTR</ALGID>"
        "</PROTECTINFO><KID>" KID "</KID><LA_URL>u</LA_URL></DATA></WRMHEADER>",
        "<WRMHEADER version='4.1.0.0'><DATA><PROTECTINFO><KID ALGID='AESCTR' VALUE='" KID "' CHECKSUM='x'/>"
        "</PROTECTINFO><LA_URL>u</LA_URL></DATA></WRMHEADER>",
        "<WRMHEADER version='4.2.0.0'><DATA><PROTECTINFO><KIDS><KID VALUE='" KID "'/>"
        "<KID VALUE='/////////////////////w=='/></KIDS></PROTECTINFO><LA_URL>u</LA_URL></DATA></WRMHEADER>",
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-16\"?> <!-- x --><WRMHEADER><DATA><KID>" KID
        "</KID><LAINFO>u</LAINFO></DATA></WRMHEADER>  \n",
        "<WRMHEADER><DATA><SECURITYVERSION/><KID>" KID "</KID><LAINFO>u</LAINFO></DATA></WRMHEADER>",
        /* the other alphabet, of the same bytes: none of them is a + or a / */
        "<WRMHEADER><DATA><KID>AAEC AwQF\tBgcICQoLDA0ODw==</KID><LAINFO>u</LAINFO></DATA></WRMHEADER>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        const struct drm_content_header header = read_header(texts[i]);

        assert_hex(header.key_id, 16, KID_HEX);
        assert_string_equal(header.url, "u");
        assert_version(header.min_security, 0, 0);
    }
}

/* The element alone is what a request carries: reading it again gives the same. */
static void header__element_is_without_what_stands_around(void **state)
{
    static const char element[] = "<WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER >";
    char text[200];
    struct drm_content_header header;

    (void)state;
    snprintf(text, sizeof(text), "\xef\xbb\xbf<?xml version='1.0'?>\r\n%s\r\n<!-- a -->\n", element);
    header = read_header(text);
    assert_int_equal(header.element.size, strlen(element));
    assert_memory_equal(header.element.data, element, strlen(element));
}

static drm_result try_header(struct drm_span text)
{
    struct drm_content_header header;
    drm_result result;

    memset(&header, 0x55, sizeof(header));
    result = drm_content_header_read(text, &header);
    if (DRM_SUCCEEDED(result))
    {
        assert_true(header.element.data >= text.data);
        assert_true(header.element.data + header.element.size <= text.data + text.size);
        assert_non_null(memchr(header.url, 0, sizeof(header.url)));
        assert_true(drm_text_is_valid(drm_span(header.url, strlen(header.url))));
        assert_true(drm_version_is_valid(header.min_security));
    }
    else
    {
        assert_int_equal(header.key_id[0], 0x55);
    }
    return result;
}

static void header__malformed_ones_are_refused(void **state)
{
    static const char *const texts[] = {
        "<WRMHEADER/>", "<WRMHEADER><DATA/></WRMHEADER>", "<WRMHEADER><KID>" KID "</KID></WRMHEADER>",
        "<wrmheader><DATA><KID>" KID "</KID></DATA></wrmheader>",
        "<X><WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER></X>",
        "<WRMHEADER version='1.0.0.0'><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER version='3.0.0.0'><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER version='40'><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER version=''><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        /* what stands twice is anybody's choice */
        "<WRMHEADER><DATA><KID>" KID "</KID><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><PROTECTINFO><KID VALUE='" KID "'/></PROTECTINFO></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID></DATA><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><LAINFO>u</LAINFO><LAINFO>v</LAINFO></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><LAINFO>u</LAINFO><LA_URL>v</LA_URL></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><LAINFO>u\nv</LAINFO></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><SECURITYVERSION>2.2</SECURITYVERSION>"
        "<SECURITYVERSION>2.2</SECURITYVERSION></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><SECURITYVERSION>x</SECURITYVERSION></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><SECURITYVERSION>2</SECURITYVERSION></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><SECURITYVERSION>2.99999999999</SECURITYVERSION></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID><SECURITYVERSION>-2.2</SECURITYVERSION></DATA></WRMHEADER>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        if (xml_read_text(try_header, texts[i]) != DRM_E_MALFORMED_CONTENT_HEADER)
            fail_msg("accepted: %s", texts[i]);
    }
    xml_check_bad_texts(try_header, "WRMHEADER", DRM_E_MALFORMED_CONTENT_HEADER);
    xml_check_truncations(try_header, full, DRM_E_MALFORMED_CONTENT_HEADER);
}

static void header__bad_key_ids_are_refused(void **state)
{
    static const char *const key_ids[] = {
        "", " ", "AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0O", "AAECAwQFBgcICQoLDA0ODxAR",
        "AAECAwQFBgcICQoLDA0ODx==", "{00010203-0405-0607-0809-0A0B0C0D0E0F}", "<x/>" KID, KID "<x/>",
    };
    char text[200];

    (void)state;
    for (size_t i = 0; i < COUNT(key_ids); i++)
    {
        snprintf(text, sizeof(text), "<WRMHEADER><DATA><KID>%s</KID></DATA></WRMHEADER>", key_ids[i]);
        if (xml_read_text(try_header, text) != DRM_E_INVALID_KID)
            fail_msg("accepted: %s", text);
    }
    assert_int_equal(xml_read_text(try_header, "<WRMHEADER><DATA><PROTECTINFO><KID/></PROTECTINFO></DATA></WRMHEADER>"),
                     DRM_E_INVALID_KID);
}

static void header__sizes_are_limited(void **state)
{
    static const char begin[] = "<WRMHEADER><DATA><KID>" KID "</KID><LAINFO>";
    static const char end[] = "</LAINFO></DATA></WRMHEADER>";
    struct drm_buffer text = {0};
    struct drm_content_header header;

    (void)state;
    for (size_t size = DRM_CONTENT_HEADER_URL_SIZE - 1; size <= DRM_CONTENT_HEADER_URL_SIZE; size++)
    {
        drm_buffer_truncate(&text, 0);
        assert_int_equal(drm_buffer_append(&text, begin, strlen(begin)), DRM_S_OK);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(drm_buffer_append(&text, "u", 1), DRM_S_OK);
        assert_int_equal(drm_buffer_append(&text, end, strlen(end)), DRM_S_OK);
        assert_int_equal(drm_content_header_read(drm_buffer_span(&text), &header),
                         size < DRM_CONTENT_HEADER_URL_SIZE ? DRM_S_OK : DRM_E_MALFORMED_CONTENT_HEADER);
    }
    drm_buffer_truncate(&text, 0);
    assert_int_equal(drm_buffer_append(&text, full, strlen(full)), DRM_S_OK);
    while (text.size < DRM_CONTENT_HEADER_MAX_SIZE)
        assert_int_equal(drm_buffer_append(&text, " ", 1), DRM_S_OK);
    assert_int_equal(drm_content_header_read(drm_buffer_span(&text), &header), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&text, " ", 1), DRM_S_OK);
    assert_int_equal(drm_content_header_read(drm_buffer_span(&text), &header), DRM_E_MALFORMED_CONTENT_HEADER);
    drm_buffer_free(&text);
}

static void header__mutations_are_read_or_refused(void **state)
{
    static const drm_result results[] = {DRM_E_MALFORMED_CONTENT_HEADER, DRM_E_INVALID_KID, 0};

    (void)state;
    xml_check_mutations(try_header, full, 20000, results);
}

static void header__written_one_is_read(void **state)
{
    struct drm_content_header header = {.url = "https://a.test/?x=1&y=\"2\"", .min_security = {2, 10}};
    struct drm_content_header back;
    struct drm_buffer text = {0};

    (void)state;
    memset(header.key_id, 0xfb, sizeof(header.key_id));
    assert_int_equal(drm_content_header_write(&header, &text), DRM_S_OK);
    assert_int_equal(drm_content_header_read(drm_buffer_span(&text), &back), DRM_S_OK);
    assert_memory_equal(back.key_id, header.key_id, 16);
    assert_string_equal(back.url, header.url);
    assert_version(back.min_security, 2, 10);
    assert_int_equal(back.element.size, text.size);
    drm_buffer_truncate(&text, 0);
    header.url[0] = 0;
    header.min_security = (struct drm_version){0, 0};
    assert_int_equal(drm_content_header_write(&header, &text), DRM_S_OK);
    assert_int_equal(drm_content_header_read(drm_buffer_span(&text), &back), DRM_S_OK);
    assert_string_equal(back.url, "");
    drm_buffer_truncate(&text, 4);
    strcpy(header.url, "a\nb");
    assert_int_equal(drm_content_header_write(&header, &text), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(text.size, 4);
    drm_buffer_free(&text);
}

static drm_result try_actions(struct drm_span text)
{
    uint32_t rights = 0x5555;
    const drm_result result = drm_action_list_read(text, &rights);

    if (DRM_SUCCEEDED(result))
        assert_int_equal(rights >> DRM_RIGHTS, 0);
    else
        assert_int_equal(rights, 0x5555);
    return result;
}

static void action_list__rights_both_ways(void **state)
{
    (void)state;
    for (uint32_t rights = 0; rights < UINT32_C(1) << DRM_RIGHTS; rights++)
    {
        struct drm_buffer text = {0};
        uint32_t back = 0x5555;

        assert_int_equal(drm_action_list_write(rights, &text), DRM_S_OK);
        assert_int_equal(drm_action_list_read(drm_buffer_span(&text), &back), DRM_S_OK);
        assert_int_equal(back, rights);
        drm_buffer_free(&text);
    }
}

static void action_list__odd_ones_are_read(void **state)
{
    static const struct
    {
        const char *text;
        uint32_t rights;
    } lists[] = {
        {"", 0},
        {" \r\n", 0},
        {"<ACTIONLIST/>", 0},
        {"<ACTIONLIST><ACTION/></ACTIONLIST>", 0},
        {"<ACTIONLIST><ACTION> </ACTION><ACTION>Play</ACTION></ACTIONLIST>", DRM_RIGHT_BIT(DRM_RIGHT_PLAY)},
        {"<ACTIONLIST><ACTION> Play\n</ACTION><ACTION>Play</ACTION></ACTIONLIST>", DRM_RIGHT_BIT(DRM_RIGHT_PLAY)},
        {"<?xml version='1.0' encoding='utf-16'?><ACTIONLIST> <ACTION>Copy</ACTION> <OTHER/></ACTIONLIST>",
         DRM_RIGHT_BIT(DRM_RIGHT_COPY)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++)
    {
        uint32_t rights = 0x5555;

        assert_int_equal(drm_action_list_read(drm_span(lists[i].text, strlen(lists[i].text)), &rights), DRM_S_OK);
        assert_int_equal(rights, lists[i].rights);
    }
}

static void action_list__what_is_none_is_refused(void **state)
{
    static const char *const texts[] = {
        "Play", "<ACTION>Play</ACTION>", "<ACTIONLIST><ACTION>play</ACTION></ACTIONLIST>",
        "<ACTIONLIST><ACTION>Playback</ACTION></ACTIONLIST>", "<ACTIONLIST><ACTION>Play;Copy</ACTION></ACTIONLIST>",
        "<ACTIONLIST><ACTION>Play<x/></ACTION></ACTIONLIST>", "<ACTIONLIST><ACTION>Play</ACTION>",
        "<ACTIONLIST><ACTION>PlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlay</ACTION></ACTIONLIST>",
    };
    static const drm_result results[] = {DRM_E_INVALID_ARGUMENT, 0};
    static const uint8_t long_text[65537] = {' '};
    struct drm_buffer out = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(xml_read_text(try_actions, texts[i]), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(try_actions(drm_span(long_text, sizeof(long_text))), DRM_E_INVALID_ARGUMENT);
    xml_check_bad_texts(try_actions, "ACTIONLIST", DRM_E_INVALID_ARGUMENT);
    xml_check_mutations(try_actions, "<ACTIONLIST><ACTION>Play</ACTION><ACTION/><ACTION>Copy</ACTION></ACTIONLIST>",
                        20000, results);
    assert_int_equal(drm_action_list_write(UINT32_C(1) << DRM_RIGHTS, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
}

int run_xml_header_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header__full_one_is_read),
        cmocka_unit_test(header__least_one_is_read),
        cmocka_unit_test(header__other_spellings_orders_and_versions_are_read),
        cmocka_unit_test(header__element_is_without_what_stands_around),
        cmocka_unit_test(header__malformed_ones_are_refused),
        cmocka_unit_test(header__bad_key_ids_are_refused),
        cmocka_unit_test(header__sizes_are_limited),
        cmocka_unit_test(header__mutations_are_read_or_refused),
        cmocka_unit_test(header__written_one_is_read),
        cmocka_unit_test(action_list__rights_both_ways),
        cmocka_unit_test(action_list__odd_ones_are_read),
        cmocka_unit_test(action_list__what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
