/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The licence management object itself, and StoreLicense, DeleteLicense, CleanLicenseStore. */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static const WCHAR lone_surrogate[] = {L'x', 0xD800, L'y', 0};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

static void management__has_its_interfaces(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *other;

    check_interface(fixture->management, IID_IUnknown, TRUE);
    check_interface(fixture->management, IID_IMFMediaEventGenerator, TRUE);
    check_interface(fixture->management, IID_IWMDRMEventGenerator, TRUE);
    check_interface(fixture->management, IID_IWMDRMLicenseManagement, TRUE);
    check_interface(fixture->management, IID_IMarshal, TRUE);
    check_interface(fixture->management, IID_IWMDRMSecurity, FALSE);
    check_interface(fixture->management, IID_IWMDRMLicenseQuery, FALSE);
    check_references(fixture->management, 1);
    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement, (void **)&other),
              S_OK);
    assert_ptr_not_equal(other, fixture->management);
    assert_int_equal(IWMDRMLicenseManagement_Release(other), 0);
}

/* --- storing ---------------------------------------------------------------------------------------------- */

static void store__refuses_what_is_no_response(void **state)
{
    struct license_fixture *fixture = *state;
    static const struct
    {
        const WCHAR *response;
        HRESULT expected;
    } rows[] = {
        {NULL, E_POINTER},
        {L"", NS_E_DRM_LICENSE_INVALID_XML},
        {L"rubbish", NS_E_DRM_LICENSE_INVALID_XML},
        {lone_surrogate, E_INVALIDARG},
        {L"<LICENSERESPONSE>", NS_E_DRM_LICENSE_INVALID_XML},
        {L"<LICENSERESPONSE></LICENSERESPONSE>", NS_E_DRM_LICENSE_INVALID_XML},
        {L"<LICENSERESPONSE><LICENSE version=\"2.0.0.0\">AAAA</LICENSE></LICENSERESPONSE>",
         NS_E_DRM_UNSUPPORTED_ALGORITHM},
        {L"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><LICENSERESPONSE>&b;</LICENSERESPONSE>",
         NS_E_DRM_LICENSE_INVALID_XML},
    };

    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        HRESULT hr = IWMDRMLicenseManagement_StoreLicense(fixture->management, text(rows[i].response));

        if (hr != rows[i].expected)
            fail_msg("row %u: 0x%08lx, expected 0x%08lx", (unsigned int)i, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
    assert_int_equal(license_count(fixture, NULL), 0);
}

/* Whichever character of a response is another one, nothing of it is stored. */
static void store__refuses_an_altered_response(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR response;
    UINT length;

    license_add_content(fixture, 1, "Play");
    response = license_issue(fixture, 1);
    length = SysStringLen(response);
    for (UINT i = 0; i < length; i += length / 60)
    {
        WCHAR before = response[i];

        response[i] = before == L'A' ? L'B' : L'A';
        if (SUCCEEDED(IWMDRMLicenseManagement_StoreLicense(fixture->management, response)))
            fail_msg("stored with character %u altered", i);
        response[i] = before;
    }
    for (UINT i = 0; i < length; i += length / 20)
    {
        WCHAR before = response[i];

        response[i] = 0; /* a text ends at its terminator, whatever length is in front of it */
        assert_true(FAILED(IWMDRMLicenseManagement_StoreLicense(fixture->management, response)));
        response[i] = before;
    }
    assert_int_equal(license_count(fixture, NULL), 0);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    assert_int_equal(license_count(fixture, NULL), 1);
    SysFreeString(response);
}

static void store__again_changes_nothing(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR response;

    license_add_content(fixture, 1, "Play");
    response = license_issue(fixture, 1);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 1);
    SysFreeString(response);
}

static void store__is_for_this_machine_alone(void **state)
{
    struct license_fixture *fixture = *state;
    WCHAR directory[MAX_PATH];
    BSTR response;

    license_add_content(fixture, 1, "Play");
    response = license_issue(fixture, 1);
    /* Another machine: another store, individualized by an authority of its own. */
    swprintf(directory, ARRAYSIZE(directory), L"%ls-other", fixture->shell->directory);
    shell_configure(L"WMDRM_STORE_DIRECTORY", directory);
    license_fixture_renew(fixture);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_STORE_NEEDINDI);
    license_individualize(fixture);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_STORE_NEEDINDI);
    license_fixture_renew(fixture);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_INVALID_CERTIFICATE);
    assert_int_equal(license_count(fixture, NULL), 0);
    SysFreeString(response);

    shell_configure(L"WMDRM_STORE_DIRECTORY", fixture->shell->directory);
    license_fixture_renew(fixture);
    shell_remove_directory(directory);
}

/* --- deleting --------------------------------------------------------------------------------------------- */

static void delete__checks_its_arguments(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR key = license_key(1);

    license_get(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, NULL, WMDRM_DELETE_LICENSE_IMMEDIATELY),
              E_POINTER);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, key, 0), E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, key, 3), E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, key, 0x80000001), E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, text(L""), WMDRM_DELETE_LICENSE_IMMEDIATELY),
              NS_E_DRM_INVALID_KID);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, text(lone_surrogate),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              NS_E_DRM_INVALID_KID);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(2),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

/* All licences of the key id, of both stores; others stay; a response that brings them back does not. */
static void delete__is_final(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR response;

    license_add_content(fixture, 1, "Play");
    response = license_issue(fixture, 1);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    license_get(fixture, 1, "Play; persist=no");
    license_get(fixture, 2, "Play");
    assert_int_equal(license_count(fixture, license_key(1)), 2);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              DRM_E_LICENSE_NOT_FOUND);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_STORE_NOTALLSTORED);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    SysFreeString(response);
    /* A new licence is another one. */
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

static void delete__marked_licences_wait_for_the_clean(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play");
    license_get(fixture, 2, "Play");
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_MARK_FOR_PURGE),
              S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED);
    assert_int_equal(license_count(fixture, license_key(1)), 1);
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_SYNC, NULL),
              S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    license_no_event(fixture->management);
}

/* --- cleaning --------------------------------------------------------------------------------------------- */

static void clean__checks_its_arguments(void **state)
{
    static const DWORD wrong[] = {0, 3, 4, 0xFFFFFFFF};
    struct license_fixture *fixture = *state;

    for (size_t i = 0; i < ARRAYSIZE(wrong); i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

        assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, wrong[i], &cookie), E_INVALIDARG);
        assert_null(cookie);
    }
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, NULL),
              E_POINTER);
    license_no_event(fixture->management);
}

static void clean__at_once_has_no_event_and_no_cookie(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

    /* No temporary store, and nothing is marked. */
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_SYNC, &cookie),
              DRM_E_LICENSE_NOT_FOUND);
    assert_null(cookie);
    license_get(fixture, 1, "Play; persist=no");
    cookie = (IUnknown *)(LONG_PTR)1;
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_SYNC, &cookie),
              S_OK);
    assert_null(cookie);
    license_no_event(fixture->management);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0); /* it can be used */
}

static void clean__drops_temporary_licences_of_no_use(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play(until=2020-01-01); persist=no");
    license_get(fixture, 2, "Play; persist=no");
    license_get(fixture, 3, "Play(until=2020-01-01)");
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_SYNC, NULL),
              S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    assert_int_equal(license_count(fixture, license_key(2)), 1);
    assert_int_equal(license_count(fixture, license_key(3)), 1); /* the permanent store keeps what expired */
}

static void clean__later_ends_with_its_event(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookie),
              S_OK);
    assert_non_null(cookie);
    check_completed(fixture->management, MEWMDRMLicenseStoreCleaned, DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(IUnknown_Release(cookie), 0);
    license_get(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_MARK_FOR_PURGE),
              S_OK);
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookie),
              S_OK);
    check_completed(fixture->management, MEWMDRMLicenseStoreCleaned, S_OK);
    assert_int_equal(IUnknown_Release(cookie), 0);
    assert_int_equal(license_count(fixture, NULL), 0);
}

/* Another kind queues up, the same is refused; a cancelled one ends with one event too. */
static void clean__is_an_operation_like_others(void **state)
{
    struct license_fixture *fixture = *state;
    int refused = 0, accepted = 0;

    license_get(fixture, 1, "Play");
    for (int i = 0; i < 200; i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC,
                                                               &cookie);

        if (hr == NS_E_DRM_BUSY)
        {
            assert_null(cookie);
            refused++;
            continue;
        }
        assert_hr(hr, S_OK);
        assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, cookie), S_OK);
        assert_int_equal(IUnknown_Release(cookie), 0);
        accepted++;
    }
    assert_true(refused > 0);
    for (int i = 0; i < accepted; i++)
    {
        struct license_event event;

        license_next_event(fixture->management, &event);
        assert_int_equal(event.type, MEWMDRMLicenseStoreCleaned);
        assert_true(event.status == NS_E_DRM_OPERATION_CANCELED || event.status == DRM_E_LICENSE_NOT_FOUND);
    }
    license_no_event(fixture->management);
}

/* --- the end ---------------------------------------------------------------------------------------------- */

static void shutdown__refuses_what_starts_later(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

    license_get(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_Shutdown(fixture->management), S_OK);
    assert_hr(IWMDRMLicenseManagement_Shutdown(fixture->management), S_OK);
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL, license_header(1, NULL), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    cookie = (IUnknown *)(LONG_PTR)1;
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    cookie = (IUnknown *)(LONG_PTR)1;
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(fixture->management, fixture->shell->directory, 0, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    cookie = (IUnknown *)(LONG_PTR)1;
    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(fixture->management, fixture->shell->directory, 0, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    /* What is no operation still works. */
    assert_int_equal(license_count(fixture, NULL), 1);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
}

static void cancel__knows_its_own_cookies(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *other;
    IUnknown *cookie;

    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement, (void **)&other),
              S_OK);
    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(other, license_key(1), NULL, NULL, &cookie), S_OK);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, (IUnknown *)other), E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, cookie), E_INVALIDARG);
    license_no_event(other);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(other, cookie), S_OK);
    check_completed(other, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(IUnknown_Release(cookie), 0);
    assert_int_equal(IWMDRMLicenseManagement_Release(other), 0);
}

/* A store that cannot be is no reason to have no object: each call says what is wrong. */
static void management__says_what_is_wrong_with_its_store(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = (IWMDRMLicense *)(LONG_PTR)1;
    IUnknown *cookie;

    shell_configure(L"WMDRM_STORE_DIRECTORY", L"\\\\server\\share\\store");
    license_fixture_renew(fixture);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license),
              HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_null(license);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(fixture->management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    check_completed(fixture->management, MEWMDRMLicenseStoreCleaned, HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(fixture->management, license_key(1), NULL, NULL,
                                                                &cookie),
              S_OK);
    IUnknown_Release(cookie);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    assert_hr(license_acquire(fixture->management, 1), HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED));
    shell_configure(L"WMDRM_STORE_DIRECTORY", fixture->shell->directory);
    license_fixture_renew(fixture);
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(management__has_its_interfaces),
        LICENSE_TEST(store__refuses_what_is_no_response),
        LICENSE_TEST(store__refuses_an_altered_response),
        LICENSE_TEST(store__again_changes_nothing),
        LICENSE_TEST(store__is_for_this_machine_alone),
        LICENSE_TEST(delete__checks_its_arguments),
        LICENSE_TEST(delete__is_final),
        LICENSE_TEST(delete__marked_licences_wait_for_the_clean),
        LICENSE_TEST(clean__checks_its_arguments),
        LICENSE_TEST(clean__at_once_has_no_event_and_no_cookie),
        LICENSE_TEST(clean__drops_temporary_licences_of_no_use),
        LICENSE_TEST(clean__later_ends_with_its_event),
        LICENSE_TEST(clean__is_an_operation_like_others),
        LICENSE_TEST(shutdown__refuses_what_starts_later),
        LICENSE_TEST(cancel__knows_its_own_cookies),
        LICENSE_TEST(management__says_what_is_wrong_with_its_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
