/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CreateLicenseEnumeration and the list that an IWMDRMLicense is: filters, order, its end. */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wmdrmsdkext.h>

#include "shell/embedded_authority.h"

static const WCHAR lone_surrogate[] = {L'x', 0xD800, L'y', 0};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

static DWORD priority_of(IWMDRMLicense *license)
{
    PROPVARIANT value;

    assert_hr(IWMDRMLicense_GetLicenseProperty(license, text(g_wszWMDRM_PRIORITY), &value), S_OK);
    assert_int_equal(value.vt, VT_UI4);
    return value.ulVal;
}

/* --- the list --------------------------------------------------------------------------------------------- */

static void license__has_its_interfaces(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play");

    check_interface(license, IID_IUnknown, TRUE);
    check_interface(license, IID_IWMDRMLicense, TRUE);
    check_interface(license, IID_IWMDRMLicenseDetails, TRUE);
    check_interface(license, IID_IMarshal, TRUE);
    check_interface(license, IID_IWMDRMLicenseManagement, FALSE);
    check_references(license, 1);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

static void enumeration__of_nothing_is_a_failure(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = (IWMDRMLicense *)(LONG_PTR)1;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license),
              DRM_E_LICENSE_NOT_FOUND);
    assert_null(license);
}

static void enumeration__goes_by_descending_priority(void **state)
{
    struct license_fixture *fixture = *state;
    static const DWORD expected[] = {9, 7, 5, 5, 0};
    IWMDRMLicense *license = NULL;

    license_get(fixture, 1, "Play; priority=5");
    license_get(fixture, 2, "Play; priority=9; persist=no");
    license_get(fixture, 3, "Play");
    license_get(fixture, 1, "Play; priority=7");
    license_get(fixture, 4, "Copy; priority=5");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license), S_OK);
    for (int round = 0; round < 2; round++)
    {
        for (size_t i = 0; i < ARRAYSIZE(expected); i++)
        {
            if (i)
                assert_hr(IWMDRMLicense_GetNext(license), S_OK);
            assert_int_equal(priority_of(license), expected[i]);
        }
        /* The last one stays current, however often one asks. */
        assert_hr(IWMDRMLicense_GetNext(license), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
        assert_hr(IWMDRMLicense_GetNext(license), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
        assert_int_equal(priority_of(license), 0);
        assert_hr(IWMDRMLicense_ResetEnumeration(license), S_OK);
    }
    assert_int_equal(priority_of(license), 9);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

/* Both loops that programs have: for success, and for the bare number. */
static void enumeration__ends_either_kind_of_loop(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license;
    size_t count = 1;
    HRESULT hr;

    license_get(fixture, 1, "Play");
    license_get(fixture, 2, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license), S_OK);
    while (SUCCEEDED(IWMDRMLicense_GetNext(license)))
        count++;
    assert_int_equal(count, 2);
    assert_hr(IWMDRMLicense_ResetEnumeration(license), S_OK);
    for (count = 1; (hr = IWMDRMLicense_GetNext(license)) != HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS); count++)
        assert_hr(hr, S_OK);
    assert_int_equal(count, 2);
    IWMDRMLicense_Release(license);
}

static size_t count(struct license_fixture *fixture, const WMDRM_LICENSE_FILTER *filter)
{
    WMDRM_LICENSE_FILTER copy = *filter;
    IWMDRMLicense *license = NULL;
    size_t found = 1;
    HRESULT hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &copy, &license);

    if (hr == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    assert_hr(hr, S_OK);
    while ((hr = IWMDRMLicense_GetNext(license)) == S_OK)
        found++;
    assert_hr(hr, HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    IWMDRMLicense_Release(license);
    return found;
}

static void filter__has_four_fields(void **state)
{
    struct license_fixture *fixture = *state;
    struct
    {
        WMDRM_LICENSE_FILTER filter;
        size_t expected;
    } rows[] = {
        {{0, NULL, NULL, NULL}, 5},
        {{0, text(L""), text(L""), text(L"")}, 5},
        {{3, NULL, NULL, NULL}, 5},
        {{4, NULL, NULL, NULL}, 0},
        {{0xFFFFFFFF, NULL, NULL, NULL}, 0},
        {{0, license_key(1), NULL, NULL}, 2},
        {{0, license_key(9), NULL, NULL}, 0},
        {{0, NULL, text(L"Play"), NULL}, 4},
        {{0, NULL, text(L"Copy"), NULL}, 3},
        {{0, NULL, text(L"Play;Copy"), NULL}, 2},
        {{0, NULL, text(L"Copy,Play"), NULL}, 2},
        {{0, NULL, text(L"PlaylistBurn"), NULL}, 0},
        {{0, NULL, NULL, text(L"267")}, 2},
        {{0, NULL, NULL, text(L"267;300")}, 3},
        {{0, NULL, NULL, text(L"1")}, 0},
        {{0, license_key(1), text(L"Copy"), text(L"267")}, 1},
        {{0, license_key(3), text(L"Copy"), text(L"267")}, 0},
    };

    license_get(fixture, 1, "Play; source=267");
    license_get(fixture, 1, "Play; Copy; source=267");
    license_get(fixture, 2, "Play; persist=no");
    license_get(fixture, 3, "Play; Copy; source=300");
    license_get(fixture, 4, "Copy");
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        size_t found = count(fixture, &rows[i].filter);

        if (found != rows[i].expected)
            fail_msg("row %u: %u licences, expected %u", (unsigned int)i, (unsigned int)found,
                     (unsigned int)rows[i].expected);
    }
}

static void filter__that_is_none_is_refused(void **state)
{
    struct license_fixture *fixture = *state;
    const struct
    {
        WMDRM_LICENSE_FILTER filter;
        HRESULT expected;
    } rows[] = {
        {{0, text(L"no key id"), NULL, NULL}, NS_E_DRM_INVALID_KID},
        {{0, text(lone_surrogate), NULL, NULL}, E_INVALIDARG},
        {{0, NULL, text(L"Pray"), NULL}, E_INVALIDARG},
        {{0, NULL, text(L"Play;Pray"), NULL}, E_INVALIDARG},
        {{0, NULL, text(lone_surrogate), NULL}, E_INVALIDARG},
        {{0, NULL, NULL, text(L"x")}, E_INVALIDARG},
        {{0, NULL, NULL, text(L"-1")}, E_INVALIDARG},
        {{0, NULL, NULL, text(L"4294967296")}, E_INVALIDARG},
        {{0, NULL, NULL, text(lone_surrogate)}, E_INVALIDARG},
    };

    license_get(fixture, 1, "Play");
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        WMDRM_LICENSE_FILTER filter = rows[i].filter;
        IWMDRMLicense *license = (IWMDRMLicense *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license);

        if (hr != rows[i].expected || license)
            fail_msg("row %u: 0x%08lx, expected 0x%08lx", (unsigned int)i, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
}

/* What others store or delete meanwhile is another list's. */
static void enumeration__sees_one_state(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license;
    size_t found = 1;

    for (unsigned int i = 1; i <= 4; i++)
        license_get(fixture, i, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license), S_OK);
    license_get(fixture, 5, "Play; priority=3");
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(2),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    assert_int_equal(priority_of(license), 0);
    while (SUCCEEDED(IWMDRMLicense_GetNext(license)))
        found++;
    assert_int_equal(found, 4);
    assert_hr(IWMDRMLicense_ResetEnumeration(license), S_OK);
    for (found = 1; SUCCEEDED(IWMDRMLicense_GetNext(license)); found++)
        ;
    assert_int_equal(found, 4);
    IWMDRMLicense_Release(license);
    assert_int_equal(license_count(fixture, NULL), 4);
}

/* Licences that need a newer list REVINFO than the stored one: the documented way is to refresh and to begin again. */
static void enumeration__asks_for_a_newer_list(void **state)
{
    struct license_fixture *fixture = *state;
    struct shell_events *events = calloc(1, sizeof(*events));
    IWMDRMLicense *license = (IWMDRMLicense *)(LONG_PTR)1;
    IWMDRMDecrypt *decryptor = NULL;
    struct drm_buffer list = {0};
    ULONGLONG version = 0;

    assert_non_null(events);
    license_get(fixture, 1, "Play; priority=9");
    license_get(fixture, 2, "Play; priority=5; min-revinfo=4");
    license_get(fixture, 3, "Play; priority=1");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license), S_OK);
    assert_hr(IWMDRMLicense_GetNext(license), NS_E_DRM_RIV_TOO_SMALL);
    assert_int_equal(priority_of(license), 5); /* it has moved, so that the rest can be reached */
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), NS_E_DRM_RIV_TOO_SMALL);
    assert_null(decryptor);
    assert_hr(IWMDRMLicense_GetNext(license), S_OK);
    assert_int_equal(priority_of(license), 1);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    license = (IWMDRMLicense *)(LONG_PTR)1;
    {
        WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(2)};

        assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license),
                  NS_E_DRM_RIV_TOO_SMALL);
        assert_null(license);
    }
    for (int i = 0; i < 4 && version < 4; i++)
    {
        embedded_authority_revoke(fixture->authority, DRM_REVOCATION_APP, NULL, 0, &list);
        drm_buffer_free(&list);
        assert_hr(shell_update(fixture->shell->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                               MEWMDRMRevocationDownloadCompleted, events),
                  S_OK);
        assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->shell->security, &WMDRM_REVOCATIONTYPE_REVINFO,
                                                          &version),
                  S_OK);
    }
    free(events);
    license = license_open(fixture, 2);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

/* Objects of the same list on several threads: the list is one thread's at a time, by itself. */
static DWORD WINAPI walk(void *parameter)
{
    IWMDRMLicense *license = parameter;
    PROPVARIANT value;
    HRESULT hr;

    for (int i = 0; i < 200; i++)
    {
        if (FAILED(IWMDRMLicense_GetNext(license)))
            IWMDRMLicense_ResetEnumeration(license);
        if (FAILED(hr = IWMDRMLicense_GetLicenseProperty(license, text(L"PRIORITY"), &value)))
            return (DWORD)hr;
    }
    return 0;
}

static void license__may_be_used_by_several_threads(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license;
    HANDLE threads[4];

    for (unsigned int i = 1; i <= 5; i++)
        license_get(fixture, i, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &license), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(threads); i++)
        assert_non_null(threads[i] = CreateThread(NULL, 0, walk, license, 0, NULL));
    assert_int_equal(WaitForMultipleObjects(ARRAYSIZE(threads), threads, TRUE, 60000), WAIT_OBJECT_0);
    for (size_t i = 0; i < ARRAYSIZE(threads); i++)
    {
        DWORD code = 1;

        assert_true(GetExitCodeThread(threads[i], &code));
        assert_int_equal(code, 0);
        CloseHandle(threads[i]);
    }
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(license__has_its_interfaces),
        LICENSE_TEST(enumeration__of_nothing_is_a_failure),
        LICENSE_TEST(enumeration__goes_by_descending_priority),
        LICENSE_TEST(enumeration__ends_either_kind_of_loop),
        LICENSE_TEST(filter__has_four_fields),
        LICENSE_TEST(filter__that_is_none_is_refused),
        LICENSE_TEST(enumeration__sees_one_state),
        LICENSE_TEST(enumeration__asks_for_a_newer_list),
        LICENSE_TEST(license__may_be_used_by_several_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
