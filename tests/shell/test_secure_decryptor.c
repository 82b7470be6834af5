/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CreateSecureDecryptor: an application with a certificate gets content encrypted for another system, and opens it with
 * the vector that only its private key reads; who gets nothing, and that nothing is used up then.
 */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "engine/crypto/rsa.h"
#include "engine/xml/application_certificate.h"
#include "shell/embedded_authority.h"
#include "support/test_rsa.h"

#define EXPORTABLE "Play(count=3); include={3129e375-ceb0-47d5-9cca-9db74cfd4332}"

/* Objects of a protected provider, which a program gets through the import library. */
struct protected_objects
{
    IWMDRMProvider *provider;
    IWMDRMLicenseManagement *management;
    IWMDRMLicense *license;
};

static void open_protected(struct protected_objects *out, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};

    assert_hr(WMDRMCreateProtectedProvider(&out->provider), S_OK);
    assert_hr(IWMDRMProvider_CreateObject(out->provider, &IID_IWMDRMLicenseManagement, (void **)&out->management),
              S_OK);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(out->management, &filter, &out->license), S_OK);
}

static void close_protected(struct protected_objects *objects)
{
    assert_int_equal(IWMDRMLicense_Release(objects->license), 0);
    assert_int_equal(IWMDRMLicenseManagement_Release(objects->management), 0);
    assert_int_equal(IWMDRMProvider_Release(objects->provider), 0);
}

/* The text of an application's certificate over the test's RSA key; id: of its first certificate. */
static void make_certificate(struct drm_authority *authority, struct drm_buffer *out, uint8_t id[DRM_SHA256_SIZE])
{
    struct drm_certificate subject = {.roles = DRM_ROLE_APPLICATION, .name = "an exporter", .has_rsa_key = true};
    struct drm_buffer chain = {0};
    struct drm_rsa_key key;
    struct drm_chain read;

    test_rsa_key(&key);
    assert_int_equal(drm_rsa_key_hash(&key, subject.rsa_key), DRM_S_OK);
    assert_int_equal(drm_authority_certify(authority, &subject, &chain), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&chain), &read), DRM_S_OK);
    memcpy(id, read.certificates[0].id, DRM_SHA256_SIZE);
    assert_int_equal(drm_application_certificate_write(drm_buffer_span(&chain), &key, out), DRM_S_OK);
    drm_buffer_free(&chain);
}

static HRESULT create(IWMDRMLicense *license, struct drm_span certificate, BYTE *vector, DWORD *size,
                      IWMDRMDecrypt **out)
{
    return IWMDRMLicense_CreateSecureDecryptor(license, (BYTE *)(ULONG_PTR)certificate.data, (DWORD)certificate.size,
                                               WMDRM_CERTIFICATE_TYPE_XML, WMDRM_PROTECTION_TYPE_RC4, vector, size,
                                               out);
}

static DWORD plays_left(struct license_fixture *fixture, unsigned int number)
{
    BSTR names[] = {(BSTR)(LONG_PTR)L"LicenseStateData.Play"};
    DRM_LICENSE_STATE_DATA data;

    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, license_key(number), 1, names, &data), S_OK);
    return data.dwCount[0];
}

static void fill(BYTE *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (BYTE)(i * 5 + i / 256);
}

/* As the guide tells a program to do it: key = SHA-1(vector, salt), RC4. */
static void open_payload(const BYTE *vector, size_t vector_size, UINT64 salt, BYTE *data, DWORD size)
{
    uint8_t key[DRM_SHA1_SIZE];
    struct drm_rc4 *rc4;

    drm_sha1(drm_span(vector, vector_size), drm_span(&salt, sizeof(salt)), key);
    assert_int_equal(drm_rc4_create(&rc4), DRM_S_OK);
    assert_int_equal(drm_rc4_apply(rc4, drm_span(key, sizeof(key)), data, size), DRM_S_OK);
    drm_rc4_free(rc4);
}

static void encrypt_payload(IWMDRMLicense *license, UINT64 counter_id, BYTE *data, DWORD size)
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, counter_id, 0};
    IWMDRMEncrypt *encryptor;

    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), S_OK);
    assert_hr(IWMDRMEncrypt_Encrypt(encryptor, data, size, &where), S_OK);
    IWMDRMEncrypt_Release(encryptor);
}

/* --- the way it is meant ------------------------------------------------------------------------------------ */

static void secure_decryptor__application_opens_what_comes_out(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[1000], plain[1000], encrypted[TEST_RSA_SIZE + 10], vector[TEST_RSA_SIZE];
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 41, 0};
    struct protected_objects objects;
    struct drm_buffer certificate = {0};
    uint8_t id[DRM_SHA256_SIZE];
    IWMDRMDecrypt *decryptor;
    size_t vector_size;
    DWORD size = 1;

    license_get(fixture, 1, EXPORTABLE);
    make_certificate(fixture->authority, &certificate, id);
    open_protected(&objects, 1);
    fill(plain, sizeof(plain));
    memcpy(data, plain, sizeof(data));
    encrypt_payload(objects.license, 41, data, sizeof(data));
    assert_int_equal(plays_left(fixture, 1), 2);

    /* The size alone: no object, nothing used, also where there is no place for an object. */
    decryptor = (IWMDRMDecrypt *)(LONG_PTR)1;
    assert_hr(create(objects.license, drm_buffer_span(&certificate), NULL, &size, &decryptor), S_OK);
    assert_int_equal(size, TEST_RSA_SIZE);
    assert_null(decryptor);
    size = 0;
    assert_hr(create(objects.license, drm_buffer_span(&certificate), NULL, &size, NULL), S_OK);
    assert_int_equal(size, TEST_RSA_SIZE);
    size = TEST_RSA_SIZE - 1;
    memset(encrypted, 0xEE, sizeof(encrypted));
    assert_hr(create(objects.license, drm_buffer_span(&certificate), encrypted, &size, &decryptor),
              NS_E_DRM_BUFFER_TOO_SMALL);
    assert_int_equal(size, TEST_RSA_SIZE);
    assert_int_equal(encrypted[0], 0xEE);
    assert_null(decryptor);
    assert_int_equal(plays_left(fixture, 1), 2);

    size = sizeof(encrypted);
    assert_hr(create(objects.license, drm_buffer_span(&certificate), encrypted, &size, &decryptor), S_OK);
    assert_int_equal(size, TEST_RSA_SIZE);
    assert_int_equal(encrypted[TEST_RSA_SIZE], 0xEE);
    assert_int_equal(plays_left(fixture, 1), 1);
    close_protected(&objects); /* it goes on without its licence */
    vector_size = test_rsa_decrypt(encrypted, vector);
    assert_true(vector_size >= 16);

    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, data, sizeof(data), &where), S_OK);
    assert_memory_not_equal(data, plain, sizeof(data));
    open_payload(vector, vector_size, 41, data, sizeof(data));
    assert_memory_equal(data, plain, sizeof(data));
    check_interface(decryptor, IID_IWMDRMDecrypt, TRUE);
    check_interface(decryptor, IID_IMarshal, TRUE);
    check_interface(decryptor, IID_IWMDRMEncrypt, FALSE);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
    drm_buffer_free(&certificate);
}

static void secure_decryptor__salt_has_to_rise(void **state)
{
    static const struct
    {
        WMDRMCryptoData where;
        DWORD size;
        HRESULT expected;
    } rows[] = {
        {{(DRM_CRYPTO_TYPE)1, 50, 0}, 16, NS_E_DRM_UNSUPPORTED_ALGORITHM},
        {{CRYPTO_TYPE_MCE, 50, 0}, 0, S_OK},
        {{CRYPTO_TYPE_MCE, 50, 0}, 16, S_OK},
        {{CRYPTO_TYPE_MCE, 50, 0}, 16, E_INVALIDARG},
        {{CRYPTO_TYPE_MCE, 49, 0}, 16, E_INVALIDARG},
        {{CRYPTO_TYPE_MCE, 50, 1}, 16, S_OK},
        {{CRYPTO_TYPE_MCE, 51, 0xffffffffffffffff}, 17, E_INVALIDARG},
        {{CRYPTO_TYPE_MCE, 51, 0}, 16, S_OK},
    };
    struct license_fixture *fixture = *state;
    BYTE data[32], before[32], encrypted[TEST_RSA_SIZE];
    DWORD size = sizeof(encrypted);
    struct protected_objects objects;
    struct drm_buffer certificate = {0};
    uint8_t id[DRM_SHA256_SIZE];
    IWMDRMDecrypt *decryptor;

    license_get(fixture, 1, EXPORTABLE);
    make_certificate(fixture->authority, &certificate, id);
    open_protected(&objects, 1);
    assert_hr(create(objects.license, drm_buffer_span(&certificate), encrypted, &size, &decryptor), S_OK);
    fill(data, sizeof(data));
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        WMDRMCryptoData where = rows[i].where;

        memcpy(before, data, sizeof(data));
        assert_hr(IWMDRMDecrypt_Decrypt(decryptor, data, rows[i].size, &where), rows[i].expected);
        if (FAILED(rows[i].expected) || !rows[i].size)
            assert_memory_equal(data, before, sizeof(data));
        else
            assert_memory_not_equal(data, before, rows[i].size);
    }
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, NULL, 16, NULL), E_POINTER);
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, data, 16, NULL), E_INVALIDARG); /* counter id 0: below */
    IWMDRMDecrypt_Release(decryptor);
    close_protected(&objects);
    drm_buffer_free(&certificate);
}

static void secure_decryptor__takes_utf16(void **state)
{
    struct license_fixture *fixture = *state;
    struct protected_objects objects;
    struct drm_buffer certificate = {0};
    uint8_t id[DRM_SHA256_SIZE];
    WCHAR wide[8192] = L"\xFEFF";
    DWORD size = 0, length;

    license_get(fixture, 1, EXPORTABLE);
    make_certificate(fixture->authority, &certificate, id);
    open_protected(&objects, 1);
    length = (DWORD)MultiByteToWideChar(CP_UTF8, 0, (const char *)certificate.data, (int)certificate.size, wide + 1,
                                        ARRAYSIZE(wide) - 2);
    assert_true(length > 0);
    assert_hr(create(objects.license, drm_span(wide, 2 * (length + 1)), NULL, &size, NULL), S_OK); /* with a mark */
    assert_hr(create(objects.license, drm_span(wide + 1, 2 * (length + 1)), NULL, &size, NULL), S_OK); /* terminator */
    assert_int_equal(drm_buffer_append(&certificate, "", 1), DRM_S_OK);
    assert_hr(create(objects.license, drm_buffer_span(&certificate), NULL, &size, NULL), S_OK);
    wide[20] = 0xD800;
    assert_hr(create(objects.license, drm_span(wide, 2 * (length + 1)), NULL, &size, NULL), NS_E_DRM_INVALID_APPCERT);
    assert_int_equal(size, 0);
    close_protected(&objects);
    drm_buffer_free(&certificate);
}

/* --- who gets nothing --------------------------------------------------------------------------------------- */

static void expect_nothing(struct license_fixture *fixture, unsigned int number, struct drm_span certificate,
                           HRESULT expected)
{
    BYTE encrypted[TEST_RSA_SIZE], untouched[TEST_RSA_SIZE];
    IWMDRMDecrypt *decryptor = (IWMDRMDecrypt *)(LONG_PTR)1;
    const DWORD before = plays_left(fixture, number);
    struct protected_objects objects;
    DWORD size = sizeof(encrypted);

    open_protected(&objects, number);
    memset(encrypted, 0xEE, sizeof(encrypted));
    memset(untouched, 0xEE, sizeof(untouched));
    assert_hr(create(objects.license, certificate, encrypted, &size, &decryptor), expected);
    assert_null(decryptor);
    assert_int_equal(size, 0);
    assert_memory_equal(encrypted, untouched, sizeof(encrypted));
    size = 1;
    assert_hr(create(objects.license, certificate, NULL, &size, &decryptor), expected);
    assert_int_equal(size, 0);
    close_protected(&objects);
    assert_int_equal(plays_left(fixture, number), before);
}

static void secure_decryptor__certificate_that_is_none(void **state)
{
    static BYTE large[300 * 1024];
    struct license_fixture *fixture = *state;
    struct drm_buffer certificate = {0}, chain = {0};
    uint8_t id[DRM_SHA256_SIZE];
    struct drm_rsa_key key;

    license_get(fixture, 1, EXPORTABLE);
    make_certificate(fixture->authority, &certificate, id);
    expect_nothing(fixture, 1, drm_span("<x/>", 4), NS_E_DRM_INVALID_APPCERT);
    expect_nothing(fixture, 1, drm_span("\0\0\0", 3), NS_E_DRM_INVALID_APPCERT);
    expect_nothing(fixture, 1, drm_span(large, sizeof(large)), NS_E_DRM_INVALID_APPCERT);
    expect_nothing(fixture, 1, drm_span(certificate.data, certificate.size - 10), NS_E_DRM_INVALID_APPCERT);
    /* An application that the authority knows, but with a key of its own choice. */
    test_rsa_key(&key);
    embedded_authority_certify(fixture->authority, &chain, id);
    drm_buffer_free(&certificate);
    assert_int_equal(drm_application_certificate_write(drm_buffer_span(&chain), &key, &certificate), DRM_S_OK);
    expect_nothing(fixture, 1, drm_buffer_span(&certificate), NS_E_DRM_INVALID_APPCERT);
    drm_buffer_free(&certificate);
    drm_buffer_free(&chain);
}

static void secure_decryptor__revoked_application(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_buffer certificate = {0}, list = {0};
    uint8_t id[DRM_SHA256_SIZE];

    license_get(fixture, 1, EXPORTABLE);
    make_certificate(fixture->authority, &certificate, id);
    embedded_authority_revoke(fixture->authority, DRM_REVOCATION_APP, id, 1, &list);
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->shell->security, &WMDRM_REVOCATIONTYPE_APP,
                                               list.data, (DWORD)list.size), S_OK);
    expect_nothing(fixture, 1, drm_buffer_span(&certificate), NS_E_DRM_APPCERT_REVOKED);
    drm_buffer_free(&certificate);
    drm_buffer_free(&list);
}

static void secure_decryptor__licence_without_an_inclusion_list(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_buffer certificate = {0};
    uint8_t id[DRM_SHA256_SIZE];

    license_get(fixture, 1, "Play(count=3)");
    make_certificate(fixture->authority, &certificate, id);
    expect_nothing(fixture, 1, drm_buffer_span(&certificate), NS_E_DRM_INCLUSION_LIST_REQUIRED);
    drm_buffer_free(&certificate);
}

/* The list is there, but the licence does not grant what is asked for. */
static void secure_decryptor__licence_that_may_not_be_used(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE encrypted[TEST_RSA_SIZE];
    DWORD size = sizeof(encrypted);
    struct protected_objects objects;
    struct drm_buffer certificate = {0};
    IWMDRMDecrypt *decryptor;
    uint8_t id[DRM_SHA256_SIZE];

    license_get(fixture, 1, "Copy; include={3129e375-ceb0-47d5-9cca-9db74cfd4332}");
    make_certificate(fixture->authority, &certificate, id);
    open_protected(&objects, 1);
    memset(encrypted, 0xEE, sizeof(encrypted));
    assert_hr(create(objects.license, drm_buffer_span(&certificate), encrypted, &size, &decryptor), NS_E_DRM_NO_RIGHTS);
    assert_null(decryptor);
    assert_int_equal(size, 0);
    assert_int_equal(encrypted[0], 0xEE);
    close_protected(&objects);
    drm_buffer_free(&certificate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(secure_decryptor__application_opens_what_comes_out),
        TEST(secure_decryptor__salt_has_to_rise),
        TEST(secure_decryptor__takes_utf16),
        TEST(secure_decryptor__certificate_that_is_none),
        TEST(secure_decryptor__revoked_application),
        TEST(secure_decryptor__licence_without_an_inclusion_list),
        TEST(secure_decryptor__licence_that_may_not_be_used),
    };

    return cmocka_run_group_tests_name("secure decryptor", tests, NULL, NULL);
}
