/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LICENSERESPONSE: few licences and many, and each way to be none.
 */
#include "engine/check.h"
#include "engine/xml/base64.h"
#include "engine/xml/license_response_xml.h"
#include "engine/xml_tests.h"

static void append(struct drm_buffer *buffer, const void *data, size_t size)
{
    assert_int_equal(drm_buffer_append(buffer, data, size), DRM_S_OK);
}

/* Licence i has a size and bytes of its own. */
static size_t license_size(size_t i)
{
    return 1 + i * 37 % 1500;
}

static void fill_license(size_t i, uint8_t *out)
{
    for (size_t k = 0; k < license_size(i); k++)
        out[k] = (uint8_t)(i * 7 + k * 13 + (i >> 8));
}

static void write_response(size_t count, struct drm_buffer *out)
{
    uint8_t license[1501];

    assert_int_equal(drm_license_response_xml_begin(drm_span("the head", 8), out), DRM_S_OK);
    for (size_t i = 0; i < count; i++)
    {
        fill_license(i, license);
        assert_int_equal(drm_license_response_xml_license(drm_span(license, license_size(i)), out), DRM_S_OK);
    }
    assert_int_equal(drm_license_response_xml_end(out), DRM_S_OK);
}

static void check_response(struct drm_span text, size_t count)
{
    struct drm_license_response_xml response;
    uint8_t license[1501];

    assert_int_equal(drm_license_response_xml_read(text, &response), DRM_S_OK);
    assert_int_equal(response.head.size, 8);
    assert_memory_equal(response.head.data, "the head", 8);
    assert_int_equal(response.count, count);
    for (size_t i = 0; i < count; i++)
    {
        fill_license(i, license);
        assert_int_equal(response.licenses[i].size, license_size(i));
        assert_memory_equal(response.licenses[i].data, license, license_size(i));
    }
    drm_license_response_xml_free(&response);
}

static void response__licences_come_back_in_their_order(void **state)
{
    static const size_t counts[] = {1, 2, 15, 16, 17, 1000, 10000};

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++)
    {
        struct drm_buffer text = {0}, encoded = {0};

        write_response(counts[i], &text);
        check_response(drm_buffer_span(&text), counts[i]);
        assert_int_equal(drm_base64_write(drm_buffer_span(&text), &encoded), DRM_S_OK);
        check_response(drm_buffer_span(&encoded), counts[i]);
        drm_buffer_free(&text);
        drm_buffer_free(&encoded);
    }
}

static drm_result try_response(struct drm_span text)
{
    struct drm_license_response_xml response;
    const drm_result result = drm_license_response_xml_read(text, &response);
    size_t size = 0;

    if (DRM_SUCCEEDED(result))
    {
        assert_true(response.head.size > 0 && response.count > 0);
        for (size_t i = 0; i < response.count; i++)
        {
            assert_true(response.licenses[i].size > 0);
            assert_ptr_equal(response.licenses[i].data, response.bytes.data + size);
            size += response.licenses[i].size;
        }
        assert_int_equal(size, response.bytes.size);
    }
    drm_license_response_xml_free(&response);
    return result;
}

static void response__of_others_is_read(void **state)
{
    static const char *const texts[] = {
        "<LICENSERESPONSE><HEAD>AAAA</HEAD><LICENSE version='3.0.0.0'>AAAA</LICENSE></LICENSERESPONSE>",
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<LICENSERESPONSE>\r\n<HEAD> AA\r\nAA </HEAD>\r\n"
        "<LICENSE version=\"3.0.0.0\" x=\"y\">\r\n!A\r\n**\r\n</LICENSE>\r\n</LICENSERESPONSE>\r\n",
        "<LICENSERESPONSE a='b'>text<X><LICENSE version='2.0.0.0'/><HEAD>?</HEAD></X><HEAD>AA<!-- -->AA</HEAD><Y/>"
        "<LICENSE version='3.0.0.0'><![CDATA[AAAA]]></LICENSE><Y>?</Y></LICENSERESPONSE>",
        "<LICENSERESPONSE><HEAD>&#65;AAA</HEAD><LICENSE version='3.0.0.0'>AAA&#x3D;</LICENSE></LICENSERESPONSE>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        if (xml_read_text(try_response, texts[i]) != DRM_S_OK)
            fail_msg("refused: %s", texts[i]);
    }
}

#define HEAD "<LICENSERESPONSE><HEAD>AAAA</HEAD>"
#define LICENSE "<LICENSE version='3.0.0.0'>AAAA</LICENSE>"
#define END "</LICENSERESPONSE>"

static void response__malformed_ones_are_refused(void **state)
{
    static const struct
    {
        const char *text;
        drm_result result;
    } cases[] = {
        {"<LICENSERESPONSE/>", DRM_E_LICENSE_INVALID_XML},
        {HEAD END, DRM_E_LICENSE_INVALID_XML},
        {"<LICENSERESPONSE>" LICENSE END, DRM_E_LICENSE_INVALID_XML},
        {"<LICENSERESPONSE>" LICENSE "<HEAD>AAAA</HEAD>" END, DRM_E_LICENSE_INVALID_XML},
        {HEAD LICENSE "<HEAD>AAAA</HEAD>" END, DRM_E_LICENSE_INVALID_XML},
        {HEAD "<HEAD>AAAA</HEAD>" LICENSE END, DRM_E_LICENSE_INVALID_XML},
        {HEAD "<LICENSE>AAAA</LICENSE>" END, DRM_E_LICENSE_INVALID_XML},
        {"<LICENSEREQUEST><HEAD>AAAA</HEAD>" LICENSE "</LICENSEREQUEST>", DRM_E_LICENSE_INVALID_XML},
        {"<X>" HEAD LICENSE END "</X>", DRM_E_LICENSE_INVALID_XML},
        {HEAD LICENSE, DRM_E_LICENSE_INVALID_XML},
        {HEAD LICENSE END END, DRM_E_LICENSE_INVALID_XML},
        {HEAD LICENSE END "x", DRM_E_LICENSE_INVALID_XML},
        {"no xml and no base64", DRM_E_LICENSE_INVALID_XML},
        {"Zm9v", DRM_E_LICENSE_INVALID_XML},
        {HEAD "<LICENSE version='2.0.0.0'>AAAA</LICENSE>" END, DRM_E_UNSUPPORTED_ALGORITHM},
        {HEAD "<LICENSE version='3.0.0.1'>AAAA</LICENSE>" END, DRM_E_UNSUPPORTED_ALGORITHM},
        {HEAD "<LICENSE version=''>AAAA</LICENSE>" END, DRM_E_UNSUPPORTED_ALGORITHM},
        {HEAD LICENSE "<LICENSE version='2.0.0.0'>AAAA</LICENSE>" END, DRM_E_UNSUPPORTED_ALGORITHM},
        /* as an issuer of the original sends it */
        {"<LICENSERESPONSE><LICENSE version='2.0.0.0'>AAAA</LICENSE>" END, DRM_E_UNSUPPORTED_ALGORITHM},
        {"<LICENSERESPONSE><HEAD/>" LICENSE END, DRM_E_INVALID_LICENSE},
        {"<LICENSERESPONSE><HEAD>AAA</HEAD>" LICENSE END, DRM_E_INVALID_LICENSE},
        {"<LICENSERESPONSE><HEAD>AA<X/>AA</HEAD>" LICENSE END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'/>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>  </LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>AAA</LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>AB==</LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>A-AA</LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>AAAA<X/></LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD "<LICENSE version='3.0.0.0'>" LICENSE "</LICENSE>" END, DRM_E_INVALID_LICENSE},
        {HEAD LICENSE "<LICENSE version='3.0.0.0'>AAAA=</LICENSE>" END, DRM_E_INVALID_LICENSE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
    {
        const drm_result result = xml_read_text(try_response, cases[i].text);

        if (result != cases[i].result)
            fail_msg("0x%08lx of %s", (unsigned long)(uint32_t)result, cases[i].text);
    }
    xml_check_bad_texts(try_response, "LICENSERESPONSE", DRM_E_LICENSE_INVALID_XML);
    xml_check_truncations(try_response, HEAD LICENSE LICENSE END, DRM_E_LICENSE_INVALID_XML);
}

static void response__mutations_are_read_or_refused(void **state)
{
    static const drm_result results[] = {DRM_E_LICENSE_INVALID_XML, DRM_E_INVALID_LICENSE, DRM_E_UNSUPPORTED_ALGORITHM,
                                         0};
    struct drm_buffer text = {0}, encoded = {0};

    (void)state;
    xml_check_mutations(try_response, HEAD LICENSE LICENSE END, 20000, results);
    append(&text, HEAD LICENSE LICENSE END, strlen(HEAD LICENSE LICENSE END));
    assert_int_equal(drm_base64_write(drm_buffer_span(&text), &encoded), DRM_S_OK);
    append(&encoded, "", 1);
    xml_check_mutations(try_response, (const char *)encoded.data, 20000, results);
    drm_buffer_free(&text);
    drm_buffer_free(&encoded);
}

/* Only the size is looked at: nothing behind the pointer is read. */
static void response__size_is_limited(void **state)
{
    struct drm_license_response_xml response;

    (void)state;
    assert_int_equal(drm_license_response_xml_read(drm_span("<", (size_t)DRM_LICENSE_RESPONSE_MAX_SIZE + 1), &response),
                     DRM_E_RESPONSE_TOO_LARGE);
    drm_license_response_xml_free(&response);
}

int run_xml_response_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(response__licences_come_back_in_their_order),
        cmocka_unit_test(response__of_others_is_read),
        cmocka_unit_test(response__malformed_ones_are_refused),
        cmocka_unit_test(response__mutations_are_read_or_refused),
        cmocka_unit_test(response__size_is_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
