/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The security object's synchronous methods: interfaces, version, certificate, revocation lists. */
#include "shell/embedded_authority.h"
#include "shell/shell_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static struct shell_events events;

static void individualize(struct shell_fixture *fixture)
{
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
}

static void security__has_its_interfaces(void **state)
{
    struct shell_fixture *fixture = *state;

    check_interface(fixture->security, IID_IUnknown, TRUE);
    check_interface(fixture->security, IID_IMFMediaEventGenerator, TRUE);
    check_interface(fixture->security, IID_IWMDRMEventGenerator, TRUE);
    check_interface(fixture->security, IID_IWMDRMSecurity, TRUE);
    check_interface(fixture->security, IID_IMarshal, TRUE);
    check_interface(fixture->security, IID_IWMDRMProvider, FALSE);
    check_interface(fixture->security, IID_IMFMediaEventQueue, FALSE);
    check_references(fixture->security, 1);
}

static void version__checks_its_argument(void **state)
{
    struct shell_fixture *fixture = *state;

    assert_hr(IWMDRMSecurity_GetSecurityVersion(fixture->security, NULL), E_POINTER);
    check_version(fixture->security, L"2.2.0.0");
}

/* --- certificate ------------------------------------------------------------------------------------------ */

static void certificate__before_individualization_is_none(void **state)
{
    struct shell_fixture *fixture = *state;
    BYTE version[4] = {1, 2, 3, 4}, *certificate = version;
    DWORD size = 77;

    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                   &certificate, &size),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_null(certificate);
    assert_int_equal(size, 0);
}

static void certificate__checks_its_arguments(void **state)
{
    struct shell_fixture *fixture = *state;
    BYTE version[4], *certificate;
    DWORD size;

    individualize(fixture);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, NULL, &certificate,
                                                   &size),
              E_POINTER);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                   &certificate, NULL),
              E_POINTER);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, 0, version, &certificate, &size), E_INVALIDARG);
    assert_null(certificate);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, 3, version, &certificate, &size), E_INVALIDARG);
}

/* As the documented example: the size is not set before, and the buffer outlives the objects. */
static void certificate__is_allocated_and_outlives_the_object(void **state)
{
    struct shell_fixture *fixture = *state;
    BYTE version[4], *collection, *leaf;
    DWORD size = 3, leaf_size, probe = 5;
    struct drm_chain chain;

    individualize(fixture);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version, NULL,
                                                   &probe),
              S_OK);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version, &collection,
                                                   &size),
              S_OK);
    assert_int_equal(size, probe);
    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V1, version, &leaf,
                                                   &leaf_size),
              S_OK);
    shell_fixture_renew(fixture);
    assert_memory_equal(version, "\x02\x0a\x00\x01", 4);
    assert_int_equal(drm_chain_read(drm_span(collection, size), &chain), DRM_S_OK);
    assert_int_equal(chain.certificates[0].roles, DRM_ROLE_MACHINE);
    assert_int_equal(chain.encoded[0].size, leaf_size);
    assert_memory_equal(chain.encoded[0].data, leaf, leaf_size);
    CoTaskMemFree(collection);
    CoTaskMemFree(leaf);
}

/* --- revocation lists ------------------------------------------------------------------------------------- */

static const GUID *const list_types[] = {
    &WMDRM_REVOCATIONTYPE_APP,     &WMDRM_REVOCATIONTYPE_DEVICE, &WMDRM_REVOCATIONTYPE_CARDEA,
    &WMDRM_REVOCATIONTYPE_REVINFO, &WMDRM_REVOCATIONTYPE_GRL,    &WMDRM_REVOCATIONTYPE_HDCP,
};

static void lists__of_all_six_types_arrive(void **state)
{
    struct shell_fixture *fixture = *state;

    for (size_t i = 0; i < ARRAYSIZE(list_types); i++)
    {
        ULONGLONG version = 7;
        DWORD size = 9;

        assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, list_types[i], &version), S_OK);
        assert_int_equal(version, 0);
        assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, list_types[i], NULL, &size),
                  HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
        assert_int_equal(size, 0);
    }
    individualize(fixture);
    for (size_t i = 0; i < ARRAYSIZE(list_types); i++)
    {
        ULONGLONG version;
        DWORD size = 0, got;
        BYTE *data;

        assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, list_types[i], &version), S_OK);
        assert_int_equal(version, 1);
        assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, list_types[i], NULL, &size), S_OK);
        assert_true(size > 0);
        data = malloc(size);
        got = size - 1;
        assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, list_types[i], data, &got),
                  NS_E_DRM_BUFFER_TOO_SMALL);
        assert_int_equal(got, size);
        assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, list_types[i], data, &got), S_OK);
        assert_int_equal(got, size);
        /* The stored list again is fine; under another name it is none. */
        assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, list_types[i], data, size), S_OK);
        assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, list_types[(i + 1) % ARRAYSIZE(list_types)],
                                                   data, size),
                  NS_E_DRM_INVALID_CRL);
        free(data);
    }
}

static void lists__check_their_arguments(void **state)
{
    struct shell_fixture *fixture = *state;
    BYTE data[4] = {0};
    ULONGLONG version = 4;
    DWORD size = 4;
    BOOL revoked;

    assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, NULL, data, &size), E_POINTER);
    assert_int_equal(size, 0);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, NULL, &version), E_POINTER);
    assert_int_equal(version, 0);
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &IID_IUnknown, data, 4), E_INVALIDARG);
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, NULL, 4), E_POINTER);
    assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, &IID_IUnknown, data, &size), E_INVALIDARG);
    assert_hr(IWMDRMSecurity_GetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, data, NULL), E_POINTER);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &IID_IUnknown, &version), E_INVALIDARG);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_APP, NULL), E_POINTER);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &IID_IUnknown, data, 4, &revoked),
              E_INVALIDARG);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_REVINFO, data, 4,
                                                    &revoked),
              E_INVALIDARG);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_APP, NULL, 4, &revoked),
              E_POINTER);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_APP, data, 4, NULL),
              E_POINTER);
    revoked = TRUE;
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_APP, data, 4, &revoked),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_false(revoked);
}

static void lists__rubbish_is_refused(void **state)
{
    static const char *const rubbish[] = {"", "x", "<html><body>Log in</body></html>", "\xff\xff\xff\xff"};
    struct shell_fixture *fixture = *state;
    ULONGLONG version;

    individualize(fixture);
    for (size_t i = 0; i < ARRAYSIZE(rubbish); i++)
        assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, (BYTE *)rubbish[i],
                                                   (DWORD)strlen(rubbish[i])),
                  NS_E_DRM_INVALID_CRL);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_APP, &version), S_OK);
    assert_int_equal(version, 1);
}

/* Newer ones are taken, older and altered and foreign ones are not; who is on the list is revoked at once. */
static void lists__that_the_application_brings(void **state)
{
    struct shell_fixture *fixture = *state;
    struct drm_buffer chain = {0}, second = {0}, third = {0}, foreign = {0};
    struct drm_authority *authority, *other;
    uint8_t id[DRM_SHA256_SIZE], stranger[DRM_SHA256_SIZE];
    WCHAR directory[MAX_PATH];
    ULONGLONG version;
    BOOL revoked;

    individualize(fixture);
    authority = embedded_authority_open(fixture->directory);
    embedded_authority_certify(authority, &chain, id);
    drm_random(stranger, sizeof(stranger));
    embedded_authority_revoke(authority, DRM_REVOCATION_APP, stranger, 1, &second);
    embedded_authority_revoke(authority, DRM_REVOCATION_APP, id, 1, &third);
    drm_authority_close(authority);

    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, second.data,
                                               (DWORD)second.size),
              S_OK);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_APP, chain.data,
                                                    (DWORD)chain.size, &revoked),
              S_OK);
    assert_false(revoked);
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, third.data,
                                               (DWORD)third.size),
              S_OK);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_APP, chain.data,
                                                    (DWORD)chain.size, &revoked),
              S_OK);
    assert_true(revoked);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(fixture->security, &WMDRM_REVOCATIONTYPE_DEVICE, chain.data,
                                                    (DWORD)chain.size, &revoked),
              S_OK);
    assert_false(revoked);

    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, second.data,
                                               (DWORD)second.size),
              NS_E_DRM_INVALID_CRL); /* older */
    third.data[third.size - 1] ^= 1;
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, third.data,
                                               (DWORD)third.size),
              NS_E_DRM_INVALID_CRL); /* altered */

    swprintf(directory, MAX_PATH, L"%ls-foreign", fixture->directory);
    other = embedded_authority_open(directory);
    for (int i = 0; i < 5; i++)
    {
        foreign.size = 0;
        embedded_authority_revoke(other, DRM_REVOCATION_APP, stranger, 1, &foreign);
    }
    drm_authority_close(other);
    shell_remove_directory(directory);
    assert_hr(IWMDRMSecurity_SetRevocationData(fixture->security, &WMDRM_REVOCATIONTYPE_APP, foreign.data,
                                               (DWORD)foreign.size),
              NS_E_DRM_INVALID_CRL);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_APP, &version), S_OK);
    assert_int_equal(version, 3);
    drm_buffer_free(&chain);
    drm_buffer_free(&second);
    drm_buffer_free(&third);
    drm_buffer_free(&foreign);
}

/* --- a store that cannot be used --------------------------------------------------------------------------- */

static void check_network_folder(struct shell_fixture *fixture, const WCHAR *directory)
{
    BSTR version = (BSTR)(LONG_PTR)1;

    shell_configure(L"WMDRM_STORE_DIRECTORY", directory);
    shell_fixture_renew(fixture);
    assert_hr(IWMDRMSecurity_GetSecurityVersion(fixture->security, &version), HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_null(version);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
}

static void store__on_the_network_is_refused(void **state)
{
    WCHAR directory[800] = L"\\\\server\\share";

    check_network_folder(*state, L"\\\\server\\share\\wmdrmsdk");
    check_network_folder(*state, L"//server/share/wmdrmsdk");
    check_network_folder(*state, L"\\\\?\\UNC\\server\\share\\wmdrmsdk");
    while (wcslen(directory) < 2 * MAX_PATH)
        wcscat(directory, L"\\a name of some length");
    check_network_folder(*state, directory);
}

static void overwrite_store(const struct shell_fixture *fixture, const char *content)
{
    WCHAR path[MAX_PATH];
    HANDLE file;
    DWORD written;

    CreateDirectoryW(fixture->directory, NULL);
    swprintf(path, MAX_PATH, L"%ls\\store.db", fixture->directory);
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, content, (DWORD)strlen(content), &written, NULL));
    CloseHandle(file);
}

/* Nothing but a forced individualization touches a damaged store, and that one keeps it under another name. */
static void store__damaged_is_healed_by_force_alone(void **state)
{
    struct shell_fixture *fixture = *state;
    WCHAR pattern[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;
    BSTR version;

    overwrite_store(fixture, "This is no database, and long enough to be taken for a damaged one by whoever looks.");
    shell_fixture_renew(fixture);
    assert_hr(IWMDRMSecurity_GetSecurityVersion(fixture->security, &version), NS_E_DRM_DATASTORE_CORRUPT);
    assert_null(version);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              NS_E_DRM_DATASTORE_CORRUPT);
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    check_version(fixture->security, L"2.10.0.1");

    swprintf(pattern, MAX_PATH, L"%ls\\store-damaged-*.db", fixture->directory);
    search = FindFirstFileW(pattern, &found);
    assert_ptr_not_equal(search, INVALID_HANDLE_VALUE);
    FindClose(search);
}

/* --- many threads ------------------------------------------------------------------------------------------ */

struct caller
{
    IWMDRMSecurity *security;
    HRESULT worst;
};

static DWORD WINAPI call_often(void *parameter)
{
    struct caller *caller = parameter;

    for (int i = 0; i < 50; i++)
    {
        BYTE version[4], *certificate = NULL;
        ULONGLONG number;
        DWORD size;
        BSTR text;
        HRESULT hr[3];

        hr[0] = IWMDRMSecurity_GetSecurityVersion(caller->security, &text);
        SysFreeString(text);
        hr[1] = IWMDRMSecurity_GetMachineCertificate(caller->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                     &certificate, &size);
        CoTaskMemFree(certificate);
        hr[2] = IWMDRMSecurity_GetRevocationDataVersion(caller->security, &WMDRM_REVOCATIONTYPE_GRL, &number);
        for (int j = 0; j < 3; j++)
            if (FAILED(hr[j]))
                caller->worst = hr[j];
    }
    return 0;
}

static void methods__may_be_called_from_many_threads(void **state)
{
    struct shell_fixture *fixture = *state;
    struct caller callers[8];
    HANDLE threads[ARRAYSIZE(callers)];
    IUnknown *cookie;

    individualize(fixture);
    for (size_t i = 0; i < ARRAYSIZE(callers); i++)
    {
        callers[i] = (struct caller){.security = fixture->security, .worst = S_OK};
        threads[i] = CreateThread(NULL, 0, call_often, &callers[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    for (size_t i = 0; i < ARRAYSIZE(callers); i++)
    {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
        assert_hr(callers[i].worst, S_OK);
    }
    shell_collect(fixture->security, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, shell_fixture_set_up, shell_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(security__has_its_interfaces),
        FIXTURE_TEST(version__checks_its_argument),
        FIXTURE_TEST(certificate__before_individualization_is_none),
        FIXTURE_TEST(certificate__checks_its_arguments),
        FIXTURE_TEST(certificate__is_allocated_and_outlives_the_object),
        FIXTURE_TEST(lists__of_all_six_types_arrive),
        FIXTURE_TEST(lists__check_their_arguments),
        FIXTURE_TEST(lists__rubbish_is_refused),
        FIXTURE_TEST(lists__that_the_application_brings),
        FIXTURE_TEST(store__on_the_network_is_refused),
        FIXTURE_TEST(store__damaged_is_healed_by_force_alone),
        FIXTURE_TEST(methods__may_be_called_from_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
