/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The form in which a request is posted.
 */
#include "engine/check.h"
#include "engine/xml/license_request.h"
#include "engine/xml_tests.h"

static void assert_form(const char *form, const char *expected, bool expected_nonsilent)
{
    struct drm_buffer challenge = {0};
    bool nonsilent = !expected_nonsilent;
    uint8_t *copy = exact_copy(form, strlen(form));

    if (drm_license_form_read(drm_span(copy, strlen(form)), &challenge, &nonsilent) != DRM_S_OK)
        fail_msg("refused: %s", form);
    free(copy);
    assert_int_equal(nonsilent, expected_nonsilent);
    assert_int_equal(challenge.size, strlen(expected));
    assert_memory_equal(challenge.data, expected, challenge.size);
    drm_buffer_free(&challenge);
}

static void form__written_one_needs_no_escapes_and_is_read(void **state)
{
    struct drm_buffer form = {0};

    (void)state;
    assert_int_equal(drm_license_form_write(drm_span("\xfb\xff\xbf\xef", 4), false, &form), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&form, "", 1), DRM_S_OK);
    assert_string_equal((const char *)form.data, "nonsilent=0&challenge=!*!*7w==");
    assert_form((const char *)form.data, "!*!*7w==", false);
    drm_buffer_truncate(&form, 0);
    assert_int_equal(drm_license_form_write(drm_span("\xfb\xff\xbf\xef", 4), true, &form), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&form, "", 1), DRM_S_OK);
    assert_string_equal((const char *)form.data, "nonsilent=1&challenge=!*!*7w==");
    assert_form((const char *)form.data, "!*!*7w==", true);
    drm_buffer_free(&form);
}

static void form__of_others_is_read(void **state)
{
    (void)state;
    assert_form("challenge=AAAA", "AAAA", false);
    assert_form("challenge=AAAA&nonsilent=1", "AAAA", true);
    assert_form("a=b&challenge=AA%3D%3d&c&&=&nonsilent=0&", "AA==", false);
    assert_form("challenge=%21%2A%2b%2F", "!*+/", false);
    /* base64 that nobody escaped */
    assert_form("challenge=+/+/7w==", "+/+/7w==", false);
    /* XML as it is, escaped as forms are */
    assert_form("challenge=%3Ca+b%3D%22%2B%22/%3e", "<a b=\"+\"/>", false);
    assert_form("challenge=<a+/>", "<a />", false);
}

static drm_result try_form(struct drm_span form)
{
    struct drm_buffer challenge = {0};
    bool nonsilent = true;
    drm_result result;

    assert_int_equal(drm_buffer_append(&challenge, "kept", 4), DRM_S_OK);
    result = drm_license_form_read(form, &challenge, &nonsilent);
    if (DRM_FAILED(result))
        assert_true(nonsilent && challenge.size == 4);
    drm_buffer_free(&challenge);
    return result;
}

static void form__malformed_ones_are_refused(void **state)
{
    static const char *const forms[] = {
        "", "&", "challenge", "challenge=", "nonsilent=1", "Challenge=AAAA", "challenge=AAAA&challenge=AAAA",
        "nonsilent=1&nonsilent=1&challenge=AAAA", "nonsilent=&challenge=AAAA", "nonsilent=2&challenge=AAAA",
        "nonsilent=01&challenge=AAAA", "nonsilent=true&challenge=AAAA", "challenge=%", "challenge=%4", "challenge=%4g",
        "challenge=%g4", "challenge=AAAA%", "challenge=%%41", "challenge=&challenge=AAAA",
    };
    uint8_t *large;

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++)
    {
        if (xml_read_text(try_form, forms[i]) != DRM_E_BAD_REQUEST)
            fail_msg("accepted: %s", forms[i]);
    }
    large = malloc(5 * DRM_LICENSE_REQUEST_MAX_SIZE);
    assert_non_null(large);
    memset(large, 'A', 5 * DRM_LICENSE_REQUEST_MAX_SIZE);
    memcpy(large, "challenge=", 10);
    assert_int_equal(try_form(drm_span(large, 5 * DRM_LICENSE_REQUEST_MAX_SIZE)), DRM_E_BAD_REQUEST);
    free(large);
}

static void form__mutations_are_read_or_refused(void **state)
{
    static const drm_result results[] = {DRM_E_BAD_REQUEST, 0};

    (void)state;
    xml_check_mutations(try_form, "nonsilent=1&challenge=%3Ca+b%3D%22%2B%22/%3e&x=y", 20000, results);
}

int run_xml_form_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form__written_one_needs_no_escapes_and_is_read),
        cmocka_unit_test(form__of_others_is_read),
        cmocka_unit_test(form__malformed_ones_are_refused),
        cmocka_unit_test(form__mutations_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
