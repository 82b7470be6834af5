/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deletion messages of imported licences.
 */
#include "engine/check.h"
#include "engine/xml/deletion_message.h"
#include "engine/xml_tests.h"

#define KID "<KID>AAECAwQFBgcICQoLDA0ODw==</KID>"
#define LID "<LID>EBESExQVFhcYGRobHB0eHw==</LID>"
#define MODULUS "<Modulus>ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=</Modulus>"
#define KEY "<LGPUBKEY><PublicKey>" MODULUS "<Exponent>AQAB</Exponent></PublicKey></LGPUBKEY>"
#define BEGIN "<response type=\"LRB\"><DATA><LICENSEDATA><DATA>"
#define END "</DATA></LICENSEDATA></DATA></response>"

static const char full[] = BEGIN KID LID "<META>" KEY "<UID>user-1</UID></META>" END;

static void message__full_one_is_read(void **state)
{
    struct drm_deletion_message message;

    (void)state;
    memset(&message, 0x55, sizeof(message));
    assert_int_equal(drm_deletion_message_read(drm_span(full, strlen(full)), &message), DRM_S_OK);
    assert_hex(message.key_id, 16, "000102030405060708090a0b0c0d0e0f");
    assert_true(message.has_license_id);
    assert_hex(message.license_id, 16, "101112131415161718191a1b1c1d1e1f");
    assert_true(message.has_revocation_key);
    assert_hex(message.revocation_key, 32, "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
    assert_string_equal(message.user_id, "user-1");
}

static void message__least_one_is_read(void **state)
{
    struct drm_deletion_message message;

    (void)state;
    memset(&message, 0x55, sizeof(message));
    assert_int_equal(drm_deletion_message_read(drm_span(BEGIN KID END, strlen(BEGIN KID END)), &message), DRM_S_OK);
    assert_false(message.has_license_id);
    assert_false(message.has_revocation_key);
    assert_string_equal(message.user_id, "");
}

static drm_result try_message(struct drm_span text)
{
    struct drm_deletion_message message;
    drm_result result;

    memset(&message, 0x55, sizeof(message));
    result = drm_deletion_message_read(text, &message);
    if (DRM_SUCCEEDED(result))
        assert_non_null(memchr(message.user_id, 0, sizeof(message.user_id)));
    else
        assert_int_equal(message.key_id[0], 0x55);
    return result;
}

static void message__of_others_is_read(void **state)
{
    static const char *const texts[] = {
        BEGIN LID KID END,
        BEGIN "<META><UID> a </UID></META>" KID END,
        BEGIN KID "<META><LGPUBKEY><PublicKey>" MODULUS "</PublicKey></LGPUBKEY></META>" END,
        BEGIN KID "<META><OTHER/></META>" END,
        "<?xml version='1.0' encoding='utf-16'?>\n<response type='LRB'>\n<DATA>\n<LICENSEDATA>\n<DATA>\n" KID "\n" END,
        "<response type='LRB'><X><KID/></X><DATA><LICENSEDATA><DATA>" KID END,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        if (xml_read_text(try_message, texts[i]) != DRM_S_OK)
            fail_msg("refused: %s", texts[i]);
    }
}

static void message__malformed_ones_are_refused(void **state)
{
    static const char *const texts[] = {
        "<response/>", "<response type='LRB'/>", BEGIN END, BEGIN LID END, BEGIN KID KID END,
        "<response><DATA><LICENSEDATA><DATA>" KID END, "<response type='lrb'><DATA><LICENSEDATA><DATA>" KID END,
        "<Response type='LRB'><DATA><LICENSEDATA><DATA>" KID "</DATA></LICENSEDATA></DATA></Response>",
        "<response type='LRB'><DATA>" KID "</DATA></response>",
        /* of two messages in one, which one is meant? */
        BEGIN KID "</DATA><DATA>" LID END, BEGIN KID "</DATA></LICENSEDATA><LICENSEDATA><DATA>" LID END,
        /* there but empty */
        BEGIN "<KID/>" END, BEGIN KID "<LID/>" END, BEGIN KID "<LID> </LID>" END, BEGIN KID "<META/>" END,
        BEGIN KID "<META> </META>" END, BEGIN KID "<META><UID/></META>" END, BEGIN KID "<META><LGPUBKEY/></META>" END,
        BEGIN KID "<META><LGPUBKEY><PublicKey/></LGPUBKEY></META>" END,
        BEGIN KID "<META><LGPUBKEY><PublicKey><Modulus/></PublicKey></LGPUBKEY></META>" END,
        BEGIN KID "<META><LGPUBKEY><PublicKey>" MODULUS "<Exponent/></PublicKey></LGPUBKEY></META>" END,
        /* a key that is named and cannot be read */
        BEGIN KID "<META><LGPUBKEY>text</LGPUBKEY></META>" END,
        BEGIN KID "<META><LGPUBKEY><PublicKey><Exponent>AQAB</Exponent></PublicKey></LGPUBKEY></META>" END,
        BEGIN KID "<META><LGPUBKEY><PublicKey><Modulus>AAAA</Modulus></PublicKey></LGPUBKEY></META>" END,
        BEGIN KID "<META>" KEY KEY "</META>" END, BEGIN KID "<META>" KEY "</META><META>" KEY "</META>" END,
        BEGIN "<KID>AAAA</KID>" END, BEGIN KID "<LID>AAAA</LID>" END, BEGIN KID "<LID><x/></LID>" END,
        BEGIN KID "<META><UID>a<x/></UID></META>" END, BEGIN KID "<META><UID>a\nb</UID></META>" END,
        BEGIN KID "<META><UID>123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "8901234567890123456789012345678901234567890</UID></META>" END,
    };
    struct drm_buffer text = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        if (xml_read_text(try_message, texts[i]) != DRM_E_LICENSE_DELETION_ERROR)
            fail_msg("accepted: %s", texts[i]);
    }
    xml_check_bad_texts(try_message, "response", DRM_E_LICENSE_DELETION_ERROR);
    xml_check_truncations(try_message, full, DRM_E_LICENSE_DELETION_ERROR);

    assert_int_equal(drm_buffer_append(&text, full, strlen(full)), DRM_S_OK);
    while (text.size < DRM_DELETION_MESSAGE_MAX_SIZE)
        assert_int_equal(drm_buffer_append(&text, " ", 1), DRM_S_OK);
    assert_int_equal(try_message(drm_buffer_span(&text)), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&text, " ", 1), DRM_S_OK);
    assert_int_equal(try_message(drm_buffer_span(&text)), DRM_E_LICENSE_DELETION_ERROR);
    drm_buffer_free(&text);
}

static void message__mutations_are_read_or_refused(void **state)
{
    static const drm_result results[] = {DRM_E_LICENSE_DELETION_ERROR, 0};

    (void)state;
    xml_check_mutations(try_message, full, 20000, results);
}

int run_xml_deletion_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message__full_one_is_read),
        cmocka_unit_test(message__least_one_is_read),
        cmocka_unit_test(message__of_others_is_read),
        cmocka_unit_test(message__malformed_ones_are_refused),
        cmocka_unit_test(message__mutations_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
