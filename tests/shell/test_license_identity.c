/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A forced individualization while licences are open: what enumerations, licences and decryptors of before are after
 * it, and what becomes of a damaged store that somebody reads.
 */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define SAMPLE_SIZE 100

static HRESULT individualize(struct license_fixture *fixture)
{
    static struct shell_events events;
    HRESULT hr = shell_update(fixture->shell->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV,
                              MEWMDRMIndividualizationCompleted, &events);

    assert_int_equal(shell_check_individualization(&events), SUCCEEDED(hr) ? INDI_SUCCEED : INDI_FAIL);
    return hr;
}

static IWMDRMLicense *open_licenses(struct license_fixture *fixture, WCHAR *key)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = key};
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    return license;
}

static void decrypt_sample(IWMDRMDecrypt *decryptor, BYTE out[SAMPLE_SIZE])
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 7, 0};

    memset(out, 0x5a, SAMPLE_SIZE);
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, out, SAMPLE_SIZE, &where), S_OK);
}

static void forced__leaves_open_licences_as_they_are(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE before[SAMPLE_SIZE], after[SAMPLE_SIZE], *certificates[2], version[4];
    IWMDRMDecrypt *old_decryptor = NULL, *new_decryptor = NULL;
    IWMDRMLicense *enumeration, *license;
    DWORD sizes[2];

    license_get(fixture, 1, "Play(count=5)");
    license_get(fixture, 2, "Play");
    license_get(fixture, 3, "Play; persist=later");
    enumeration = open_licenses(fixture, NULL);
    license = open_licenses(fixture, license_key(1));
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &old_decryptor), S_OK);
    decrypt_sample(old_decryptor, before);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->shell->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                   &certificates[0], &sizes[0]),
              S_OK);

    assert_hr(individualize(fixture), S_OK);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->shell->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                   &certificates[1], &sizes[1]),
              S_OK);
    assert_true(sizes[0] != sizes[1] || memcmp(certificates[0], certificates[1], sizes[0]));
    CoTaskMemFree(certificates[0]);
    CoTaskMemFree(certificates[1]);

    /* The decryptor has its key; the licence gives another one, and takes from the same count. */
    decrypt_sample(old_decryptor, after);
    assert_memory_equal(before, after, SAMPLE_SIZE);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &new_decryptor), S_OK);
    decrypt_sample(new_decryptor, after);
    assert_memory_equal(before, after, SAMPLE_SIZE);
    assert_int_equal(license_plays_left(fixture, 1), 3);
    IWMDRMDecrypt_Release(old_decryptor);
    IWMDRMDecrypt_Release(new_decryptor);
    IWMDRMLicense_Release(license);

    /* The enumeration goes on to its end, and begins again. */
    for (int round = 0; round < 2; round++)
    {
        for (int i = 0; i < 2; i++)
            assert_hr(IWMDRMLicense_GetNext(enumeration), S_OK);
        assert_hr(IWMDRMLicense_GetNext(enumeration), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
        assert_hr(IWMDRMLicense_ResetEnumeration(enumeration), S_OK);
    }
    IWMDRMLicense_Release(enumeration);
    license = open_licenses(fixture, license_key(3));
    assert_hr(IWMDRMLicense_PersistLicense(license), S_OK);
    IWMDRMLicense_Release(license);

    /* Objects of before acquire, with the identity that is in force. */
    license_get(fixture, 4, "Play");
    assert_int_equal(license_count(fixture, NULL), 4);
    license_fixture_renew(fixture);
    assert_int_equal(license_count(fixture, NULL), 4);
    license_use_once(fixture, 2);
    license_use_once(fixture, 4);
}

/* Fills the database with what is none. Nobody may have a log beside it. */
static void damage(struct license_fixture *fixture)
{
    WCHAR path[MAX_PATH];
    BYTE garbage[4096];
    LARGE_INTEGER size;
    HANDLE file;

    swprintf(path, ARRAYSIZE(path), L"%ls\\store.db", fixture->shell->directory);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(GetFileSizeEx(file, &size));
    memset(garbage, 0x55, sizeof(garbage));
    for (LONGLONG at = 0; at < size.QuadPart; at += sizeof(garbage))
    {
        DWORD written;

        assert_true(WriteFile(file, garbage, sizeof(garbage), &written, NULL));
    }
    CloseHandle(file);
}

static unsigned int count_set_aside(struct license_fixture *fixture)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW found;
    unsigned int count = 0;
    HANDLE search;

    swprintf(path, ARRAYSIZE(path), L"%ls\\store-damaged-*.db", fixture->shell->directory);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return 0;
    do
        count++;
    while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

/* A file that somebody reads cannot be moved aside: the store stays as it is until nobody does. */
static void forced__over_a_damaged_store_waits_for_its_readers(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *enumeration;

    license_get(fixture, 1, "Play");
    license_get(fixture, 2, "Play");
    license_fixture_end(fixture); /* all of it is in the database */
    license_fixture_renew(fixture);
    enumeration = open_licenses(fixture, NULL);
    damage(fixture);
    assert_hr(individualize(fixture), NS_E_DRM_BUSY);
    assert_int_equal(count_set_aside(fixture), 0);
    (void)IWMDRMLicense_GetNext(enumeration); /* whatever it reads: nothing worse than a failure */
    assert_int_equal(IWMDRMLicense_Release(enumeration), 0);
    assert_hr(individualize(fixture), S_OK);
    assert_int_equal(count_set_aside(fixture), 1);

    license_fixture_renew(fixture);
    assert_int_equal(license_count(fixture, NULL), 0);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

#define IDENTITY_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IDENTITY_TEST(forced__leaves_open_licences_as_they_are),
        IDENTITY_TEST(forced__over_a_damaged_store_waits_for_its_readers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
