/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LICENSEREQUEST: what is written is read, and the header in it keeps every byte.
 */
#include "engine/check.h"
#include "engine/rights/right.h"
#include "engine/xml/license_request.h"
#include "engine/xml_tests.h"

#define KID "AAECAwQFBgcICQoLDA0ODw=="

/* Line ends, quotes, entities, comments, CDATA: nothing that a parser would write again as it stood. */
static const char header[] =
    "<WRMHEADER\r\n version='2.0.0.0' ><DATA ><!-- a\r\nb --><LAINFO>https://a.test/?a=1&amp;b=&#50;</LAINFO>\r"
    "<KID\t>" KID "</KID><X><![CDATA[<y>&]]></X><Empty/><Caf\xc3\xa9 b=\"'\"/></DATA></WRMHEADER >";

static void append(struct drm_buffer *buffer, const void *data, size_t size)
{
    assert_int_equal(drm_buffer_append(buffer, data, size), DRM_S_OK);
}

static void make_request(struct drm_license_request *out)
{
    *out = (struct drm_license_request){
        .rights = DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_BACKUP),
        .client_version = "2.10.0.1",
        .security_version = "2.2.0.0",
        .app_security = 2000,
        .has_header = true,
    };
    append(&out->challenge, "the challenge", 13);
    append(&out->chain, "the chain", 9);
    append(&out->header, header, strlen(header));
}

static void write_request(const struct drm_license_request *request, struct drm_buffer *text)
{
    assert_int_equal(drm_license_request_write(request, text), DRM_S_OK);
}

static void assert_same(const struct drm_license_request *a, const struct drm_license_request *b)
{
    assert_int_equal(a->rights, b->rights);
    assert_true(drm_span_equal(drm_buffer_span(&a->challenge), drm_buffer_span(&b->challenge)));
    assert_true(drm_span_equal(drm_buffer_span(&a->chain), drm_buffer_span(&b->chain)));
    assert_true(drm_span_equal(drm_buffer_span(&a->header), drm_buffer_span(&b->header)));
    assert_string_equal(a->client_version, b->client_version);
    assert_string_equal(a->security_version, b->security_version);
    assert_int_equal(a->app_security, b->app_security);
    assert_int_equal(a->has_header, b->has_header);
    assert_int_equal(a->has_key_id, b->has_key_id);
    assert_memory_equal(a->key_id, b->key_id, 16);
}

static void check_round_trip(const struct drm_license_request *request)
{
    struct drm_buffer text = {0}, encoded = {0};
    struct drm_license_request back;

    write_request(request, &text);
    assert_int_equal(drm_license_request_read(drm_buffer_span(&text), &back), DRM_S_OK);
    assert_same(request, &back);
    drm_license_request_free(&back);
    assert_int_equal(drm_license_request_encode(drm_buffer_span(&text), &encoded), DRM_S_OK);
    assert_int_equal(drm_license_request_read(drm_buffer_span(&encoded), &back), DRM_S_OK);
    assert_same(request, &back);
    drm_license_request_free(&back);
    drm_buffer_free(&encoded);
    drm_buffer_free(&text);
}

static void request__with_header_comes_back_byte_for_byte(void **state)
{
    struct drm_license_request request;

    (void)state;
    make_request(&request);
    check_round_trip(&request);
    drm_license_request_free(&request);
}

static void request__of_other_forms_comes_back(void **state)
{
    struct drm_license_request request;

    (void)state;
    make_request(&request);
    request.has_header = false; /* of a pre-delivery */
    drm_buffer_free(&request.header);
    check_round_trip(&request);
    request.has_key_id = true;
    memset(request.key_id, 0x3e, sizeof(request.key_id));
    check_round_trip(&request);
    request.rights = 0;
    request.app_security = UINT32_MAX;
    request.client_version[0] = 0;
    check_round_trip(&request);
    drm_license_request_free(&request);
}

static drm_result write_with_header(struct drm_license_request *request, const char *text)
{
    struct drm_buffer out = {0};
    drm_result result;

    drm_buffer_truncate(&request->header, 0);
    append(&request->header, text, strlen(text));
    append(&out, "kept", 4);
    result = drm_license_request_write(request, &out);
    if (DRM_FAILED(result))
        assert_int_equal(out.size, 4);
    drm_buffer_free(&out);
    return result;
}

static void request__header_that_is_not_one_element_is_not_written(void **state)
{
    static const char *const headers[] = {
        "", "x", "<WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER> ",
        "\xef\xbb\xbf<WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<?xml version='1.0'?><WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<!-- --><WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER>",
        "<WRMHEADER><DATA><KID>" KID "</KID></DATA></WRMHEADER><CLIENTINFO/>",
        "<WRMHEADER/>",
    };
    struct drm_license_request request;
    struct drm_buffer out = {0};

    (void)state;
    make_request(&request);
    for (size_t i = 0; i < COUNT(headers); i++)
        assert_int_equal(write_with_header(&request, headers[i]), DRM_E_MALFORMED_CONTENT_HEADER);
    assert_int_equal(write_with_header(&request, header), DRM_S_OK);
    assert_int_equal(write_with_header(&request, "<WMRMHEADER><DATA><KID>" KID "</KID></DATA></WMRMHEADER>"), DRM_S_OK);

    request.has_key_id = true;
    assert_int_equal(drm_license_request_write(&request, &out), DRM_E_INVALID_ARGUMENT);
    request.has_key_id = false;
    strcpy(request.client_version, "\x01");
    assert_int_equal(drm_license_request_write(&request, &out), DRM_E_INVALID_ARGUMENT);
    request.client_version[0] = 0;
    drm_buffer_truncate(&request.chain, 0);
    assert_int_equal(drm_license_request_write(&request, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
    drm_license_request_free(&request);
}

#define BEGIN "<LICENSEREQUEST version='2.0.0.0'>"
#define END "</LICENSEREQUEST>"
#define INFO "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID></CLIENTINFO>"

static drm_result try_request(struct drm_span text)
{
    struct drm_license_request request;
    const drm_result result = drm_license_request_read(text, &request);

    if (DRM_SUCCEEDED(result))
    {
        assert_true(request.challenge.size > 0 && request.chain.size > 0);
        assert_int_equal(request.rights >> DRM_RIGHTS, 0);
        assert_false(request.has_header && request.has_key_id);
        assert_int_equal(request.has_header, request.header.size > 0);
        assert_non_null(memchr(request.client_version, 0, sizeof(request.client_version)));
        assert_non_null(memchr(request.security_version, 0, sizeof(request.security_version)));
    }
    drm_license_request_free(&request);
    return result;
}

static void request__of_others_is_read(void **state)
{
    static const char *const texts[] = {
        BEGIN INFO END,
        /* elements of the original that say nothing here, any order */
        BEGIN "<WRMHEADER/><V1CHALLENGE>x</V1CHALLENGE><CLIENTINFO><CLIENTID>AAAA</CLIENTID>"
        "<SUBJECTID1>7</SUBJECTID1><SUBJECTID2/><DRMKVERSION>1</DRMKVERSION><REVINFO>x</REVINFO>"
        "<MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE></CLIENTINFO><ACTIONLIST><ACTION/></ACTIONLIST>"
        "<REVOCATIONINFO>x</REVOCATIONINFO>" END,
        BEGIN INFO "<WMRMHEADER><DATA/></WMRMHEADER>" END,
        " " BEGIN INFO "</LICENSEREQUEST> ",
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-16\"?>" BEGIN INFO END,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        /* no white space may stand before a declaration, but before the root */
        if (xml_read_text(try_request, texts[i]) != DRM_S_OK)
            fail_msg("refused: %s", texts[i]);
    }
}

static void request__malformed_ones_are_refused(void **state)
{
    static const char *const texts[] = {
        "<LICENSEREQUEST version='2.0.0.0'/>", "<LICENSEREQUEST>" INFO END,
        "<LICENSEREQUEST version='2.0'>" INFO END, "<LICENSERESPONSE version='2.0.0.0'>" INFO "</LICENSERESPONSE>",
        BEGIN INFO INFO END,
        BEGIN INFO "<KID>" KID "</KID><KID>" KID "</KID>" END,
        BEGIN INFO "<KID>AAAA</KID>" END,
        BEGIN INFO "<KID>" KID "</KID><WRMHEADER/>" END,
        BEGIN INFO "<WRMHEADER/><WRMHEADER/>" END,
        BEGIN INFO "<WRMHEADER/><WMRMHEADER/>" END,
        BEGIN INFO "<ACTIONLIST/><ACTIONLIST/>" END,
        BEGIN INFO "<ACTIONLIST><ACTION>Fly</ACTION></ACTIONLIST>" END,
        BEGIN "<CLIENTINFO><CLIENTID>AAAA</CLIENTID></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE/><CLIENTID>AAAA</CLIENTID></CLIENTINFO>"
        END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID>"
        "</CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AA<b/>AA</MACHINECERTIFICATE>"
        "<CLIENTID>AAAA</CLIENTID></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID>"
        "<CLIENTVERSION>12345678901234567890123456789012</CLIENTVERSION></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID>"
        "<APPSECURITY>4294967296</APPSECURITY></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID>"
        "<APPSECURITY>-1</APPSECURITY></CLIENTINFO>" END,
        BEGIN "<CLIENTINFO><MACHINECERTIFICATE>AAAA</MACHINECERTIFICATE><CLIENTID>AAAA</CLIENTID>"
        "<APPSECURITY/></CLIENTINFO>" END,
        "not base64", "Zg==", "",
    };
    struct drm_license_request request;
    struct drm_buffer text = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        if (xml_read_text(try_request, texts[i]) != DRM_E_BAD_REQUEST)
            fail_msg("accepted: %s", texts[i]);
    }
    xml_check_bad_texts(try_request, "LICENSEREQUEST", DRM_E_BAD_REQUEST);

    make_request(&request);
    write_request(&request, &text);
    append(&text, "", 1);
    xml_check_truncations(try_request, (const char *)text.data, DRM_E_BAD_REQUEST);
    drm_buffer_free(&text);
    drm_license_request_free(&request);
}

static void request__size_is_limited(void **state)
{
    static const char text[] = BEGIN INFO END;
    struct drm_buffer buffer = {0}, encoded = {0};

    (void)state;
    append(&buffer, text, strlen(text));
    while (buffer.size < DRM_LICENSE_REQUEST_MAX_SIZE)
        append(&buffer, " ", 1);
    assert_int_equal(try_request(drm_buffer_span(&buffer)), DRM_S_OK);
    assert_int_equal(drm_license_request_encode(drm_buffer_span(&buffer), &encoded), DRM_S_OK);
    assert_int_equal(try_request(drm_buffer_span(&encoded)), DRM_S_OK);
    append(&buffer, " ", 1);
    assert_int_equal(try_request(drm_buffer_span(&buffer)), DRM_E_BAD_REQUEST);
    drm_buffer_truncate(&encoded, 0);
    assert_int_equal(drm_license_request_encode(drm_buffer_span(&buffer), &encoded), DRM_S_OK);
    assert_int_equal(try_request(drm_buffer_span(&encoded)), DRM_E_BAD_REQUEST);
    drm_buffer_free(&buffer);
    drm_buffer_free(&encoded);
}

static void request__mutations_are_read_or_refused(void **state)
{
    static const drm_result results[] = {DRM_E_BAD_REQUEST, 0};
    struct drm_license_request request;
    struct drm_buffer text = {0};

    (void)state;
    make_request(&request);
    write_request(&request, &text);
    append(&text, "", 1);
    xml_check_mutations(try_request, (const char *)text.data, 20000, results);
    drm_buffer_free(&text);
    drm_license_request_free(&request);
}

int run_xml_request_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__with_header_comes_back_byte_for_byte),
        cmocka_unit_test(request__of_other_forms_comes_back),
        cmocka_unit_test(request__header_that_is_not_one_element_is_not_written),
        cmocka_unit_test(request__of_others_is_read),
        cmocka_unit_test(request__malformed_ones_are_refused),
        cmocka_unit_test(request__size_is_limited),
        cmocka_unit_test(request__mutations_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
