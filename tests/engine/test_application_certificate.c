/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Application certificates: what is read and verified, and everything that is not one.
 */
#include "engine/check.h"
#include "engine/xml/application_certificate.h"
#include "engine/xml/base64.h"
#include "support/mutation.h"
#include "support/test_authority.h"
#include "support/test_rsa.h"

static struct test_authority authority;

static int create_authority(void **state)
{
    (void)state;
    test_authority_create(&authority, "application certificates");
    return 0;
}

static int free_authority(void **state)
{
    (void)state;
    test_authority_free(&authority);
    return 0;
}

/* An application's certificate over the test's RSA key, with these roles, in a chain. */
static void certify(uint32_t roles, bool with_key, struct drm_buffer *chain)
{
    const struct test_key key = test_key("application");
    struct drm_certificate certificate = test_certificate("player", roles, &key);
    struct drm_buffer encoded = {0};
    struct drm_rsa_key rsa;

    test_rsa_key(&rsa);
    memset(certificate.sign_key, 0, sizeof(certificate.sign_key));
    certificate.has_rsa_key = with_key;
    if (with_key)
        assert_int_equal(drm_rsa_key_hash(&rsa, certificate.rsa_key), DRM_S_OK);
    test_certify(&certificate, &authority.certify.key, &encoded);
    test_chain(chain, 2, &encoded, &authority.certify.encoded);
    drm_buffer_free(&encoded);
}

static void make_text(uint32_t roles, bool with_key, struct drm_buffer *out)
{
    struct drm_buffer chain = {0};
    struct drm_rsa_key rsa;

    test_rsa_key(&rsa);
    certify(roles, with_key, &chain);
    assert_int_equal(drm_application_certificate_write(drm_buffer_span(&chain), &rsa, out), DRM_S_OK);
    drm_buffer_free(&chain);
}

static drm_result check(struct drm_span text, int64_t now)
{
    struct drm_application_certificate *certificate = malloc(sizeof(*certificate));
    uint8_t *copy = exact_copy(text.data, text.size);
    drm_result result;

    assert_non_null(certificate);
    result = drm_application_certificate_read(drm_span(copy, text.size), certificate);
    if (DRM_SUCCEEDED(result))
        result = drm_application_certificate_verify(certificate, authority.root.key.public_key, now);
    free(copy);
    free(certificate);
    return result;
}

static drm_result check_text(const char *text)
{
    return check(drm_span(text, strlen(text)), 0);
}

static void certificate__is_read_and_verified(void **state)
{
    static const uint8_t other_anchor[DRM_SIGN_PUBLIC_SIZE] = {1};
    struct drm_application_certificate certificate;
    struct drm_buffer text = {0};
    struct drm_rsa_key rsa;

    (void)state;
    test_rsa_key(&rsa);
    make_text(DRM_ROLE_APPLICATION, true, &text);
    assert_int_equal(drm_application_certificate_read(drm_buffer_span(&text), &certificate), DRM_S_OK);
    assert_memory_equal(&certificate.key, &rsa, sizeof(rsa));
    assert_int_equal(drm_application_certificate_verify(&certificate, authority.root.key.public_key, TEST_NOW),
                     DRM_S_OK);
    assert_int_equal(drm_application_certificate_verify(&certificate, authority.root.key.public_key,
                                                        TEST_NOW - 2 * TEST_DAY),
                     DRM_E_INVALID_APPCERT);
    assert_int_equal(drm_application_certificate_verify(&certificate, other_anchor, TEST_NOW), DRM_E_INVALID_APPCERT);
    /* Another key than that which the authority certified. */
    certificate.key.modulus[100] ^= 2;
    assert_int_equal(drm_application_certificate_verify(&certificate, authority.root.key.public_key, TEST_NOW),
                     DRM_E_INVALID_APPCERT);
    drm_buffer_free(&text);
}

static void certificate__of_something_else(void **state)
{
    static const uint32_t roles[] = {DRM_ROLE_DEVICE, DRM_ROLE_NETWORK_DEVICE};
    struct drm_buffer text = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(roles); i++)
    {
        make_text(roles[i], false, &text);
        assert_int_equal(check(drm_buffer_span(&text), TEST_NOW), DRM_E_INVALID_APPCERT);
        drm_buffer_free(&text);
    }
    make_text(DRM_ROLE_APPLICATION, false, &text); /* of an application that has no RSA key */
    assert_int_equal(check(drm_buffer_span(&text), TEST_NOW), DRM_E_INVALID_APPCERT);
    drm_buffer_free(&text);
}

/* Only an application may have one: a role that it means nothing for could not be judged. */
static void certificate__rsa_key_of_another_role_is_none(void **state)
{
    const struct test_key key = test_key("device");
    struct drm_certificate certificate = test_certificate("device", DRM_ROLE_DEVICE, &key);
    struct drm_buffer out = {0};

    (void)state;
    certificate.has_rsa_key = true;
    assert_int_equal(drm_certificate_write(&certificate, authority.certify.key.seed, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
}

#define OPEN "<APPLICATIONCERTIFICATE version=\"1.0.0.0\">"
#define CLOSE "</APPLICATIONCERTIFICATE>"
#define KEY "<PublicKey><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></PublicKey>"

static void certificate__what_is_none(void **state)
{
    static const char *const texts[] = {
        "", " ", "<", "<APPLICATIONCERTIFICATE/>", OPEN CLOSE, OPEN "<CHAIN>AQAB</CHAIN>" CLOSE,
        OPEN KEY CLOSE, OPEN "<CHAIN>AQAB</CHAIN>" KEY CLOSE, /* the key is far too short */
        "<APPLICATIONCERTIFICATE version=\"2.0.0.0\"><CHAIN>AQAB</CHAIN>" KEY CLOSE,
        "<x>" OPEN CLOSE "</x>", OPEN "<CHAIN>*</CHAIN>" CLOSE, OPEN "<CHAIN></CHAIN>" CLOSE,
        OPEN "<CHAIN>AQAB</CHAIN><CHAIN>AQAB</CHAIN>" KEY CLOSE,
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" OPEN "<CHAIN>&e;</CHAIN>" CLOSE,
        OPEN "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>" CLOSE,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(check_text(texts[i]), DRM_E_INVALID_APPCERT);
}

static void certificate__too_large(void **state)
{
    const size_t size = DRM_APPLICATION_CERTIFICATE_MAX_SIZE + 1;
    char *text = malloc(size);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', size);
    assert_int_equal(check(drm_span(text, size), 0), DRM_E_INVALID_APPCERT);
    free(text);
}

static void certificate__later_elements_are_passed_over(void **state)
{
    struct drm_buffer text = {0}, longer = {0};

    (void)state;
    make_text(DRM_ROLE_APPLICATION, true, &text);
    assert_int_equal(drm_buffer_append(&longer, text.data, text.size - strlen(CLOSE)), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&longer, "<LATER>x</LATER>" CLOSE, strlen("<LATER>x</LATER>" CLOSE)), DRM_S_OK);
    assert_int_equal(check(drm_buffer_span(&longer), TEST_NOW), DRM_S_OK);
    drm_buffer_free(&text);
    drm_buffer_free(&longer);
}

/* White space and elements that are passed over may change without harm; whatever is accepted has the key that was
 * certified. */
static bool accepts(void *context, struct drm_span data)
{
    struct drm_application_certificate *certificate = malloc(sizeof(*certificate));
    struct drm_rsa_key rsa;
    bool accepted;
    drm_result result;

    (void)context;
    assert_non_null(certificate);
    test_rsa_key(&rsa);
    result = drm_application_certificate_read(data, certificate);
    if (DRM_SUCCEEDED(result))
        result = drm_application_certificate_verify(certificate, authority.root.key.public_key, TEST_NOW);
    accepted = DRM_SUCCEEDED(result);
    if (accepted)
        assert_memory_equal(&certificate->key, &rsa, sizeof(rsa));
    else
        assert_int_equal(result, DRM_E_INVALID_APPCERT);
    free(certificate);
    return accepted;
}

/* context: the text before it was altered, which alone counts as accepted. */
static bool accepts_or_refuses(void *context, struct drm_span data)
{
    const struct drm_span *text = context;

    return accepts(NULL, data) && drm_span_equal(data, *text);
}

static void certificate__cut_or_altered(void **state)
{
    struct drm_buffer text = {0};
    struct drm_span span;

    (void)state;
    make_text(DRM_ROLE_APPLICATION, true, &text);
    span = drm_buffer_span(&text);
    assert_true(accepts(NULL, span));
    test_every_truncation(span, accepts, NULL);
    test_mutations(span, 77, 2000, accepts_or_refuses, &span);
    drm_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate__is_read_and_verified),
        cmocka_unit_test(certificate__of_something_else),
        cmocka_unit_test(certificate__rsa_key_of_another_role_is_none),
        cmocka_unit_test(certificate__what_is_none),
        cmocka_unit_test(certificate__too_large),
        cmocka_unit_test(certificate__later_elements_are_passed_over),
        cmocka_unit_test(certificate__cut_or_altered),
    };

    return cmocka_run_group_tests_name("application certificate", tests, create_authority, free_authority);
}
