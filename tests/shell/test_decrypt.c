/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMDecrypt and IWMDRMEncrypt, as CreateDecryptor and CreateEncryptor make them: the bytes beside the system's own
 * AES and NIST's, arguments that are none, what a use takes, the life of the objects, threads, memory and locks.
 */
#include "shell/decrypt_fixture.h"

#include <stdio.h>
#include <string.h>

enum
{
    THREADS = 6,
    THREAD_ROUNDS = 300,
};

static const WMDRMCryptoData at_the_beginning = {CRYPTO_TYPE_MCE, 0, 0};
static const WMDRMCryptoData of_no_type = {(DRM_CRYPTO_TYPE)1, 0, 0};
static const WMDRMCryptoData past_the_end = {CRYPTO_TYPE_MCE, 0, 0xffffffffffffffff};

/* --- arguments ---------------------------------------------------------------------------------------------- */

static void decrypt__without_crypto_data_is_the_beginning(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[100], expected[100];
    IWMDRMDecrypt *decryptor;

    license_get(fixture, 1, "Play");
    decryptor = create_decryptor(fixture, 1);
    /* The same each time: nothing moves on by itself. */
    for (int i = 0; i < 3; i++)
    {
        fill(data, sizeof(data), 1);
        fill(expected, sizeof(expected), 1);
        assert_hr(decrypt(decryptor, data, sizeof(data), NULL), S_OK);
        assert_hr(decrypt(decryptor, expected, sizeof(expected), &at_the_beginning), S_OK);
        assert_memory_equal(data, expected, sizeof(data));
    }
    IWMDRMDecrypt_Release(decryptor);
}

static void decrypt__refuses_what_is_none(void **state)
{
    static const struct
    {
        WMDRMCryptoData where;
        DWORD size;
        HRESULT expected;
    } rows[] = {
        {{(DRM_CRYPTO_TYPE)1, 0, 0}, 32, NS_E_DRM_UNSUPPORTED_ALGORITHM},
        {{(DRM_CRYPTO_TYPE)-1, 0, 0}, 0, NS_E_DRM_UNSUPPORTED_ALGORITHM},
        {{CRYPTO_TYPE_MCE, 0, 0xffffffffffffffff}, 16, S_OK},
        {{CRYPTO_TYPE_MCE, 0, 0xffffffffffffffff}, 17, E_INVALIDARG},
        {{CRYPTO_TYPE_MCE, 7, 0xfffffffffffffffe}, 32, S_OK},
        {{CRYPTO_TYPE_MCE, 7, 0xfffffffffffffffe}, 33, E_INVALIDARG},
        {{CRYPTO_TYPE_MCE, 0, 0}, 0, S_OK},
    };
    struct license_fixture *fixture = *state;
    BYTE data[64], before[64];
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;

    license_get(fixture, 1, "Play");
    decryptor = create_decryptor(fixture, 1);
    encryptor = create_encryptor(fixture, 1);
    fill(data, sizeof(data), 9);
    memcpy(before, data, sizeof(data));
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        assert_hr(decrypt(decryptor, data, rows[i].size, &rows[i].where), rows[i].expected);
        if (SUCCEEDED(rows[i].expected))
            assert_hr(decrypt(decryptor, data, rows[i].size, &rows[i].where), S_OK); /* back */
        assert_memory_equal(data, before, sizeof(data));
        assert_hr(encrypt(encryptor, data, rows[i].size, &rows[i].where), rows[i].expected);
        if (SUCCEEDED(rows[i].expected))
            assert_hr(encrypt(encryptor, data, rows[i].size, &rows[i].where), S_OK);
        assert_memory_equal(data, before, sizeof(data));
    }
    assert_hr(decrypt(decryptor, NULL, 16, &at_the_beginning), E_POINTER);
    assert_hr(decrypt(decryptor, NULL, 0, &at_the_beginning), S_OK);
    assert_hr(decrypt(decryptor, NULL, 0, NULL), S_OK);
    assert_hr(encrypt(encryptor, NULL, 16, &at_the_beginning), E_POINTER);
    assert_hr(encrypt(encryptor, NULL, 0, NULL), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMEncrypt_Release(encryptor);
}

static void encrypt__without_crypto_data_works_once(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[40], before[40];
    IWMDRMEncrypt *encryptor;
    IWMDRMDecrypt *decryptor;

    license_get(fixture, 1, "Play");
    encryptor = create_encryptor(fixture, 1);
    decryptor = create_decryptor(fixture, 1);
    fill(data, sizeof(data), 3);
    memcpy(before, data, sizeof(data));
    assert_hr(encrypt(encryptor, data, 0, NULL), S_OK); /* nothing: that was no use */
    assert_hr(encrypt(encryptor, data, sizeof(data), NULL), S_OK);
    assert_memory_not_equal(data, before, sizeof(data));
    assert_hr(decrypt(decryptor, data, sizeof(data), NULL), S_OK);
    assert_memory_equal(data, before, sizeof(data));
    assert_hr(encrypt(encryptor, data, sizeof(data), NULL), NS_E_DRM_ENCRYPT_ERROR);
    assert_memory_equal(data, before, sizeof(data));
    assert_hr(encrypt(encryptor, data, sizeof(data), &at_the_beginning), S_OK); /* who says where knows */
    IWMDRMEncrypt_Release(encryptor);

    encryptor = create_encryptor(fixture, 1);
    assert_hr(encrypt(encryptor, data, sizeof(data), &at_the_beginning), S_OK);
    assert_hr(encrypt(encryptor, data, sizeof(data), NULL), NS_E_DRM_ENCRYPT_ERROR);
    IWMDRMEncrypt_Release(encryptor);

    /* What is refused uses nothing up. */
    license_get(fixture, 2, "Play");
    encryptor = create_encryptor(fixture, 2);
    assert_hr(encrypt(encryptor, data, sizeof(data), &of_no_type), NS_E_DRM_UNSUPPORTED_ALGORITHM);
    assert_hr(encrypt(encryptor, data, sizeof(data), &past_the_end), E_INVALIDARG);
    assert_hr(encrypt(encryptor, data, sizeof(data), NULL), S_OK);
    IWMDRMEncrypt_Release(encryptor);
    IWMDRMDecrypt_Release(decryptor);
}

/* The default place belongs to the first encryptor that a key ever had: two texts there would tell their difference. */
static void encrypt__default_place_is_once_for_a_key(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMEncrypt *first, *second;
    IWMDRMEncryptScatter *scatter;
    WMDRM_ENCRYPT_SCATTER_INFO info = {.dwStreamID = 1};
    WMDRM_ENCRYPT_SCATTER_BLOCK block = {.dwStreamID = 1};
    BYTE data[40], before[40], output[40];

    fill(data, sizeof(data), 3);
    memcpy(before, data, sizeof(data));
    license_get(fixture, 1, "Play");
    first = create_encryptor(fixture, 1);
    second = create_encryptor(fixture, 1);
    /* Whichever comes first: the second one has no right to it. */
    assert_hr(encrypt(second, data, sizeof(data), NULL), NS_E_DRM_ENCRYPT_ERROR);
    assert_hr(IWMDRMEncrypt_QueryInterface(second, &IID_IWMDRMEncryptScatter, (void **)&scatter), S_OK);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter, 1, &info), S_OK);
    block.pbBlock = data;
    block.cbBlock = sizeof(data);
    assert_hr(IWMDRMEncryptScatter_EncryptScatter(scatter, 1, &block, NULL, sizeof(output), output),
              NS_E_DRM_ENCRYPT_ERROR);
    IWMDRMEncryptScatter_Release(scatter);
    assert_memory_equal(data, before, sizeof(data));
    assert_hr(encrypt(second, data, sizeof(data), &at_the_beginning), S_OK); /* who says where knows */
    memcpy(data, before, sizeof(data));
    assert_hr(encrypt(first, data, sizeof(data), NULL), S_OK);
    IWMDRMEncrypt_Release(second);
    IWMDRMEncrypt_Release(first);

    /* Another licence of the same key, and another process. */
    memcpy(data, before, sizeof(data));
    license_get(fixture, 1, "Play");
    license_fixture_end(fixture);
    license_fixture_renew(fixture);
    first = create_encryptor(fixture, 1);
    assert_hr(encrypt(first, data, sizeof(data), NULL), NS_E_DRM_ENCRYPT_ERROR);
    assert_memory_equal(data, before, sizeof(data));
    IWMDRMEncrypt_Release(first);
    /* Another key has a stream of its own. */
    license_get(fixture, 2, "Play");
    first = create_encryptor(fixture, 2);
    assert_hr(encrypt(first, data, sizeof(data), NULL), S_OK);
    IWMDRMEncrypt_Release(first);
}

/* --- uses --------------------------------------------------------------------------------------------------- */

static DRM_LICENSE_STATE_DATA state_of(struct license_fixture *fixture, unsigned int number, const WCHAR *name)
{
    BSTR names[] = {(BSTR)(LONG_PTR)name};
    DRM_LICENSE_STATE_DATA data;

    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, license_key(number), 1, names, &data), S_OK);
    return data;
}

static void create__takes_one_of_the_count(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;

    license_get(fixture, 1, "Play(count=2); Copy(count=1)");
    license = open_license(fixture, 1, NULL);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, NULL), E_POINTER);
    assert_int_equal(state_of(fixture, 1, L"LicenseStateData.Play").dwCount[0], 2);

    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    assert_int_equal(state_of(fixture, 1, L"LicenseStateData.Play").dwCount[0], 1);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), S_OK);
    IWMDRMEncrypt_Release(encryptor);
    assert_int_equal(state_of(fixture, 1, L"LicenseStateData.Play").dwCategory, WM_DRM_LICENSE_STATE_NORIGHT);

    decryptor = (IWMDRMDecrypt *)(LONG_PTR)1;
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), NS_E_DRM_LICENSE_UNUSABLE);
    assert_null(decryptor);
    encryptor = (IWMDRMEncrypt *)(LONG_PTR)1;
    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), NS_E_DRM_LICENSE_UNUSABLE);
    assert_null(encryptor);
    IWMDRMLicense_Release(license);

    /* The filter names one right: that is used. */
    license = open_license(fixture, 1, L"Copy");
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), NS_E_DRM_LICENSE_UNUSABLE);
    IWMDRMLicense_Release(license);
}

static void create__says_why_not(void **state)
{
    static const struct
    {
        const char *rights;
        HRESULT expected;
    } rows[] = {
        {"Copy", NS_E_DRM_NO_RIGHTS},
        {"Play(until=2020-01-01)", NS_E_DRM_LICENSE_EXPIRED},
        {"Play(from=2120-01-01)", NS_E_DRM_LICENSE_NOTENABLED},
        {"Play; metered=yes", NS_E_DRM_POLICY_METERING_DISABLED},
        {"Play(from=2020-01-01, until=2120-01-01)", S_OK},
        {"Play(hours=1)", S_OK},
    };
    struct license_fixture *fixture = *state;

    for (unsigned int i = 0; i < ARRAYSIZE(rows); i++)
    {
        IWMDRMDecrypt *decryptor = NULL;
        IWMDRMLicense *license;

        license_get(fixture, 10 + i, rows[i].rights);
        license = open_license(fixture, 10 + i, NULL);
        assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), rows[i].expected);
        if (decryptor)
            IWMDRMDecrypt_Release(decryptor);
        IWMDRMLicense_Release(license);
    }
}

static void create__leaf_opens_with_its_root(void **state)
{
    struct license_fixture *fixture = *state;
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 3, 4};
    char rights[200], key[64];
    BYTE data[64], expected[64];
    IWMDRMDecrypt *decryptor;

    WideCharToMultiByte(CP_UTF8, 0, license_key(2), -1, key, sizeof(key), NULL, NULL);
    snprintf(rights, sizeof(rights), "Play; uplink=%s", key);
    license_add_content(fixture, 2, "Play(count=1)");
    license_get(fixture, 1, rights);
    decryptor = create_decryptor(fixture, 1);
    fill(data, sizeof(data), 8);
    memcpy(expected, data, sizeof(data));
    system_counter_mode(fixture, 1, &where, expected, sizeof(expected));
    assert_hr(decrypt(decryptor, data, sizeof(data), &where), S_OK);
    assert_memory_equal(data, expected, sizeof(data));
    IWMDRMDecrypt_Release(decryptor);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"),
                     DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED | DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_EXHAUSTED);
}

/* --- life --------------------------------------------------------------------------------------------------- */

static void decryptor__owns_its_key(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[64], expected[64];
    IWMDRMDecrypt *decryptor;

    license_get(fixture, 1, "Play(count=1)");
    decryptor = create_decryptor(fixture, 1);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    fill(expected, sizeof(expected), 2);
    system_counter_mode(fixture, 1, &at_the_beginning, expected, sizeof(expected));
    license_fixture_drop(fixture);
    fill(data, sizeof(data), 2);
    assert_hr(decrypt(decryptor, data, sizeof(data), NULL), S_OK);
    assert_memory_equal(data, expected, sizeof(data));
    IWMDRMDecrypt_Release(decryptor);
}

static void objects__have_their_interfaces(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;

    license_get(fixture, 1, "Play");
    decryptor = create_decryptor(fixture, 1);
    check_interface(decryptor, IID_IUnknown, TRUE);
    check_interface(decryptor, IID_IWMDRMDecrypt, TRUE);
    check_interface(decryptor, IID_IMarshal, TRUE);
    check_interface(decryptor, IID_IWMDRMEncrypt, FALSE);
    check_interface(decryptor, IID_IWMDRMLicense, FALSE);
    check_references(decryptor, 1);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
    encryptor = create_encryptor(fixture, 1);
    check_interface(encryptor, IID_IUnknown, TRUE);
    check_interface(encryptor, IID_IWMDRMEncrypt, TRUE);
    check_interface(encryptor, IID_IMarshal, TRUE);
    check_interface(encryptor, IID_IWMDRMDecrypt, FALSE);
    check_references(encryptor, 1);
    assert_int_equal(IWMDRMEncrypt_Release(encryptor), 0);
}

/* --- threads ------------------------------------------------------------------------------------------------ */

struct shared_decryptor
{
    IWMDRMDecrypt *decryptor;
    BYTE stream[8192]; /* what zeros become */
    LONG wrong;
};

static DWORD WINAPI decrypt_again_and_again(void *context)
{
    struct shared_decryptor *shared = context;
    BYTE data[2048];

    for (DWORD i = 0; i < THREAD_ROUNDS; i++)
    {
        const DWORD block = (i * 37 + GetCurrentThreadId()) % ((sizeof(shared->stream) - sizeof(data)) / 16);
        const DWORD size = (i * 101 + 1) % sizeof(data);
        WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 77, block};

        memset(data, 0, sizeof(data));
        if (FAILED(IWMDRMDecrypt_Decrypt(shared->decryptor, data, size, &where))
            || memcmp(data, shared->stream + 16 * block, size) != 0)
            InterlockedIncrement(&shared->wrong);
    }
    return 0;
}

static void decrypt__many_threads_on_one_object(void **state)
{
    struct license_fixture *fixture = *state;
    static struct shared_decryptor shared;
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 77, 0};
    HANDLE threads[THREADS];

    license_get(fixture, 1, "Play");
    memset(&shared, 0, sizeof(shared));
    shared.decryptor = create_decryptor(fixture, 1);
    assert_hr(IWMDRMDecrypt_Decrypt(shared.decryptor, shared.stream, sizeof(shared.stream), &where), S_OK);
    for (size_t i = 0; i < THREADS; i++)
        assert_non_null(threads[i] = CreateThread(NULL, 0, decrypt_again_and_again, &shared, 0, NULL));
    for (size_t i = 0; i < THREADS; i++)
    {
        assert_int_equal(WaitForSingleObject(threads[i], 60000), WAIT_OBJECT_0);
        CloseHandle(threads[i]);
    }
    assert_int_equal(shared.wrong, 0);
    IWMDRMDecrypt_Release(shared.decryptor);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decrypt__without_crypto_data_is_the_beginning),
        TEST(decrypt__refuses_what_is_none),
        TEST(encrypt__without_crypto_data_works_once),
        TEST(encrypt__default_place_is_once_for_a_key),
        TEST(create__takes_one_of_the_count),
        TEST(create__says_why_not),
        TEST(create__leaf_opens_with_its_root),
        TEST(decryptor__owns_its_key),
        TEST(objects__have_their_interfaces),
        TEST(decrypt__many_threads_on_one_object),
    };

    return cmocka_run_group_tests_name("decrypt", tests, NULL, NULL);
}
