/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CreateLicenseEnumeration and IWMDRMLicense: filters, order, properties, and what uses or keeps a licence. */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wmdrmsdkext.h>

#include "engine/xml/base64.h"
#include "shell/dll/exports.h"
#include "shell/embedded_authority.h"

static const WCHAR lone_surrogate[] = {L'x', 0xD800, L'y', 0};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

static IWMDRMLicense *open_license(struct license_fixture *fixture, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    return license;
}

static IWMDRMLicense *get_license(struct license_fixture *fixture, unsigned int number, const char *rights)
{
    license_get(fixture, number, rights);
    return open_license(fixture, number);
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
    IWMDRMLicense *license = get_license(fixture, 1, "Play");

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
    license = open_license(fixture, 2);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

/* --- properties ------------------------------------------------------------------------------------------- */

static void license__can_be_read_whole(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play");
    BYTE *bytes = NULL, *again = NULL;
    DWORD size = 0, again_size, type = 0;

    assert_hr(IWMDRMLicense_GetLicense(license, NULL, &size, &type), E_POINTER);
    assert_hr(IWMDRMLicense_GetLicense(license, &bytes, NULL, &type), E_POINTER);
    assert_hr(IWMDRMLicense_GetLicense(license, &bytes, &size, NULL), E_POINTER);
    assert_null(bytes);
    assert_hr(IWMDRMLicense_GetLicense(license, &bytes, &size, &type), S_OK);
    assert_int_equal(type, WMDRM_LICENSE_TYPE_XMR);
    assert_true(size > 100);
    assert_hr(IWMDRMLicense_GetLicense(license, &again, &again_size, &type), S_OK);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    /* Copies of the caller's, which outlive the object. */
    assert_int_equal(again_size, size);
    assert_ptr_not_equal(again, bytes);
    assert_memory_equal(again, bytes, size);
    CoTaskMemFree(bytes);
    CoTaskMemFree(again);
}

static PROPVARIANT property(IWMDRMLicense *license, const WCHAR *name, VARTYPE type)
{
    PROPVARIANT value;

    memset(&value, 0xCC, sizeof(value)); /* what was there does not matter */
    assert_hr(IWMDRMLicense_GetLicenseProperty(license, text(name), &value), S_OK);
    assert_int_equal(value.vt, type);
    return value;
}

static void no_property(IWMDRMLicense *license, const WCHAR *name, HRESULT expected)
{
    PROPVARIANT value;

    memset(&value, 0xCC, sizeof(value));
    assert_hr(IWMDRMLicense_GetLicenseProperty(license, text(name), &value), expected);
    assert_int_equal(value.vt, VT_EMPTY);
}

static void properties__of_a_licence_that_has_all(void **state)
{
    struct license_fixture *fixture = *state;
    ULARGE_INTEGER issued, now;
    IWMDRMLicense *license;
    FILETIME system_time;
    PROPVARIANT value;
    char rights[256], root_text[DRM_KEY_ID_TEXT_SIZE];
    uint8_t root[DRM_KEY_ID_SIZE];

    license_key_id(1, root);
    drm_key_id_format(root, root_text);
    snprintf(rights, sizeof(rights),
             "Play; priority=2147483647; sap=yes; sap-level=150; source=267; uplink=%s", root_text);
    license_add_content(fixture, 1, "Play");
    license = get_license(fixture, 2, rights);
    assert_int_equal(property(license, L"PRIORITY", VT_UI4).ulVal, 2147483647);
    assert_int_equal(property(license, L"SOURCEID", VT_UI4).ulVal, 267);
    assert_int_equal(property(license, L"SAPRequired", VT_BOOL).boolVal, VARIANT_TRUE);
    value = property(license, L"SAPLEVEL", VT_BSTR);
    assert_int_equal(wcscmp(value.bstrVal, L"150"), 0);
    PropVariantClear(&value);
    value = property(license, L"UplinkID", VT_BSTR);
    assert_int_equal(wcscmp(value.bstrVal, license_key(1)), 0);
    PropVariantClear(&value);
    assert_true(property(license, L"REVINFOVERSION", VT_UI8).uhVal.QuadPart == 0);
    value = property(license, L"ISSUEDATE", VT_FILETIME);
    GetSystemTimeAsFileTime(&system_time);
    issued.LowPart = value.filetime.dwLowDateTime;
    issued.HighPart = value.filetime.dwHighDateTime;
    now.LowPart = system_time.dwLowDateTime;
    now.HighPart = system_time.dwHighDateTime;
    assert_true(issued.QuadPart <= now.QuadPart && now.QuadPart - issued.QuadPart < UINT64_C(600) * 10000000);
    no_property(license, L"WMDRMNET_REVOCATION", NS_E_DRM_INVALID_PROPERTY);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

static void properties__that_are_not_there(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play");
    PROPVARIANT value;

    assert_hr(IWMDRMLicense_GetLicenseProperty(license, text(L"PRIORITY"), NULL), E_POINTER);
    assert_hr(IWMDRMLicense_GetLicenseProperty(license, NULL, &value), E_POINTER);
    assert_int_equal(value.vt, VT_EMPTY);
    assert_int_equal(property(license, L"PRIORITY", VT_UI4).ulVal, 0);
    assert_int_equal(property(license, L"SAPRequired", VT_BOOL).boolVal, VARIANT_FALSE);
    no_property(license, L"SAPLEVEL", NS_E_DRM_INVALID_PROPERTY);
    no_property(license, L"SOURCEID", NS_E_DRM_INVALID_PROPERTY);
    no_property(license, L"UplinkID", NS_E_DRM_INVALID_PROPERTY);
    no_property(license, L"", NS_E_DRM_UNSUPPORTED_PROPERTY);
    no_property(license, L"Priority", NS_E_DRM_UNSUPPORTED_PROPERTY);
    no_property(license, lone_surrogate, NS_E_DRM_UNSUPPORTED_PROPERTY);
    IWMDRMLicense_Release(license);
}

static void levels__are_those_of_the_licence(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license =
        get_license(fixture, 1,
                    "Play; opl(compressed-video=100, uncompressed-video=200, analog-video=300, compressed-audio=400,"
                    "uncompressed-audio=500, copy=65535)");
    WMDRM_OUTPUT_PROTECTION_LEVELS levels, none = {0};

    assert_hr(IWMDRMLicense_GetOutputProtectionLevels(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_GetOutputProtectionLevels(license, &levels), S_OK);
    assert_int_equal(levels.wCompressedDigitalVideo, 100);
    assert_int_equal(levels.wUncompressedDigitalVideo, 200);
    assert_int_equal(levels.wAnalogVideo, 300);
    assert_int_equal(levels.wCompressedDigitalAudio, 400);
    assert_int_equal(levels.wUncompressedDigitalAudio, 500);
    assert_int_equal(levels.wMinimumCopyProtectionLevel, 65535);
    IWMDRMLicense_Release(license);

    license = get_license(fixture, 2, "Play");
    memset(&levels, 0xCC, sizeof(levels));
    assert_hr(IWMDRMLicense_GetOutputProtectionLevels(license, &levels), S_OK);
    assert_memory_equal(&levels, &none, sizeof(none));
    IWMDRMLicense_Release(license);
}

#define TWO_RESTRICTIONS                                                                                             \
    "Play; analog({11223344-5566-7788-99AA-BBCCDDEEFF00}=7, {2098DE8D-7DDD-4BAB-96C6-32EBB6FABEA3}=4294967295)"

static void restrictions__are_probed_and_read(void **state)
{
    static const GUID first = {0x11223344, 0x5566, 0x7788, {0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0x00}};
    static const GUID second = {0x2098DE8D, 0x7DDD, 0x4BAB, {0x96, 0xC6, 0x32, 0xEB, 0xB6, 0xFA, 0xBE, 0xA3}};
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, TWO_RESTRICTIONS);
    WMDRM_ANALOG_VIDEO_RESTRICTIONS found[3], untouched;
    DWORD size = 77;

    memset(&untouched, 0x55, sizeof(untouched));
    memset(found, 0x55, sizeof(found));
    assert_hr(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, found, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, NULL, &size), S_OK);
    assert_int_equal(size, 2);
    size = 1;
    assert_hr(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, found, &size), NS_E_DRM_BUFFER_TOO_SMALL);
    assert_int_equal(size, 2);
    assert_memory_equal(&found[0], &untouched, sizeof(untouched));
    size = 0xFFFFFFFF; /* what the caller says of its array is believed, and not written beyond what there is */
    assert_hr(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, found, &size), S_OK);
    assert_int_equal(size, 2);
    assert_true(IsEqualGUID(&found[0].guidRestrictionID, &first));
    assert_int_equal(found[0].dwRestrictionData, 7);
    assert_true(IsEqualGUID(&found[1].guidRestrictionID, &second));
    assert_int_equal(found[1].dwRestrictionData, 0xFFFFFFFF);
    assert_memory_equal(&found[2], &untouched, sizeof(untouched));
    IWMDRMLicense_Release(license);

    license = get_license(fixture, 2, "Play");
    size = 3;
    assert_hr(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, found, &size), S_OK);
    assert_int_equal(size, 0);
    IWMDRMLicense_Release(license);
}

static void inclusions__are_those_of_the_whole_chain(void **state)
{
    static const GUID only = {0x22220000, 0, 0, {0}};
    struct license_fixture *fixture = *state;
    char rights[256], root_text[DRM_KEY_ID_TEXT_SIZE];
    GUID *found = (GUID *)(LONG_PTR)1;
    uint8_t root[DRM_KEY_ID_SIZE];
    IWMDRMLicense *license;
    DWORD size = 77;

    license_key_id(1, root);
    drm_key_id_format(root, root_text);
    snprintf(rights, sizeof(rights),
             "Play; uplink=%s; include={11110000-0000-0000-0000-000000000000},{22220000-0000-0000-0000-000000000000}",
             root_text);
    license_add_content(
        fixture, 1,
        "Play; include={22220000-0000-0000-0000-000000000000},{33330000-0000-0000-0000-000000000000}");
    license = get_license(fixture, 2, rights);
    assert_hr(IWMDRMLicense_GetInclusionList(license, NULL, &size), E_POINTER);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_int_equal(size, 1);
    assert_true(IsEqualGUID(&found[0], &only));
    CoTaskMemFree(found);
    IWMDRMLicense_Release(license);

    license = open_license(fixture, 1);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_int_equal(size, 2);
    CoTaskMemFree(found);
    IWMDRMLicense_Release(license);

    license = get_license(fixture, 3, "Play");
    found = (GUID *)(LONG_PTR)1;
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_null(found);
    assert_int_equal(size, 0);
    IWMDRMLicense_Release(license);
}

static void policy__is_the_terms_of_the_licence(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play(count=5); Copy; priority=3");
    struct drm_terms *terms = calloc(1, sizeof(*terms));
    BYTE *policy = NULL;
    DWORD size = 0;

    assert_non_null(terms);
    assert_hr(IWMDRMLicense_GetPolicy(license, NULL, &size), E_POINTER);
    assert_hr(IWMDRMLicense_GetPolicy(license, &policy, NULL), E_POINTER);
    assert_null(policy);
    assert_hr(IWMDRMLicense_GetPolicy(license, &policy, &size), S_OK);
    assert_int_equal(drm_terms_read(drm_span(policy, size), terms), DRM_S_OK);
    assert_int_equal(terms->priority, 3);
    assert_int_equal(terms->grant_count, 2);
    assert_int_equal(terms->grants[0].count, 5);
    CoTaskMemFree(policy);
    free(terms);
    IWMDRMLicense_Release(license);
}

static void details__are_for_people(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play(count=5); issuer=Archive; persist=no");
    WMDRM_LICENSE_DETAILS found;
    IWMDRMLicenseDetails *details;

    assert_hr(IWMDRMLicense_QueryInterface(license, &IID_IWMDRMLicenseDetails, (void **)&details), S_OK);
    assert_int_equal(IWMDRMLicense_Release(license), 1);
    assert_hr(IWMDRMLicenseDetails_GetDetails(details, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseDetails_GetDetails(details, &found), S_OK);
    assert_int_equal(wcscmp(found.bstrKID, license_key(1)), 0);
    assert_int_equal(SysStringLen(found.bstrLicenseID), DRM_KEY_ID_TEXT_SIZE - 1);
    assert_int_equal(wcscmp(found.bstrIssuer, L"Archive"), 0);
    assert_non_null(found.bstrURL);
    assert_non_null(wcsstr(found.bstrRights, L"Play(count=5)"));
    assert_false(found.fPermanent);
    assert_false(found.fImported);
    assert_true(found.ftIssued.dwHighDateTime > 0);
    SysFreeString(found.bstrKID);
    SysFreeString(found.bstrLicenseID);
    SysFreeString(found.bstrIssuer);
    SysFreeString(found.bstrURL);
    SysFreeString(found.bstrRights);
    assert_int_equal(IWMDRMLicenseDetails_Release(details), 0);
}

/* --- keeping and using ------------------------------------------------------------------------------------- */

static void persist__is_for_temporary_licences_that_may(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play; persist=no");
    BOOL can = TRUE;

    assert_hr(IWMDRMLicense_CanPersist(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can);
    assert_hr(IWMDRMLicense_PersistLicense(license), NS_E_DRM_STORE_NOTALLOWED);
    IWMDRMLicense_Release(license);

    license = get_license(fixture, 2, "Play");
    can = TRUE;
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can); /* it is permanent already */
    assert_hr(IWMDRMLicense_PersistLicense(license), DRM_E_LICENSE_NOT_FOUND);
    IWMDRMLicense_Release(license);
}

static void decryptor__uses_the_licence_up(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = get_license(fixture, 1, "Play(count=2)");
    IWMDRMDecrypt *decryptors[3] = {NULL};
    IWMDRMEncrypt *encryptor = (IWMDRMEncrypt *)(LONG_PTR)1;

    assert_hr(IWMDRMLicense_CreateDecryptor(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptors[0]), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptors[1]), S_OK);
    decryptors[2] = (IWMDRMDecrypt *)(LONG_PTR)1;
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptors[2]), NS_E_DRM_LICENSE_UNUSABLE);
    assert_null(decryptors[2]);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), NS_E_DRM_LICENSE_UNUSABLE);
    assert_null(encryptor);
    /* A decryptor owns its key: it outlives its licence. */
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    assert_int_equal(IWMDRMDecrypt_Release(decryptors[0]), 0);
    assert_int_equal(IWMDRMDecrypt_Release(decryptors[1]), 0);
}

static void decryptor__says_why_there_is_none(void **state)
{
    struct license_fixture *fixture = *state;
    static const struct
    {
        const char *rights;
        HRESULT expected;
    } rows[] = {
        {"Copy", NS_E_DRM_NO_RIGHTS},
        {"Play(until=2020-01-01)", NS_E_DRM_LICENSE_EXPIRED},
        {"Play(from=2120-01-01)", NS_E_DRM_LICENSE_NOTENABLED},
    };

    for (unsigned int i = 0; i < ARRAYSIZE(rows); i++)
    {
        IWMDRMLicense *license = get_license(fixture, 10 + i, rows[i].rights);
        IWMDRMDecrypt *decryptor = (IWMDRMDecrypt *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicense_CreateDecryptor(license, &decryptor);

        if (hr != rows[i].expected || decryptor)
            fail_msg("%s: 0x%08lx, expected 0x%08lx", rows[i].rights, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
        IWMDRMLicense_Release(license);
    }
}

/* The filter's one right is what is used; without one, or with several, it is Play. */
static void decryptor__uses_the_right_of_the_filter(void **state)
{
    struct license_fixture *fixture = *state;
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(1), .bstrRights = text(L"Copy")};
    IWMDRMDecrypt *decryptor = NULL;
    IWMDRMLicense *license;

    license_get(fixture, 1, "Copy(count=1); Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), NS_E_DRM_LICENSE_UNUSABLE);
    IWMDRMLicense_Release(license);
    license = open_license(fixture, 1);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
}

static void check_secure_decryptor(IWMDRMLicense *license, HRESULT expected)
{
    static BYTE certificate[] = "<c:CertificateCollection/>";
    IWMDRMDecrypt *decryptor;
    BYTE vector[256];
    DWORD size = sizeof(vector);
    const struct
    {
        BYTE *certificate;
        DWORD certificate_size, type, flags;
        BYTE *vector;
        DWORD *size;
        HRESULT expected;
    } rows[] = {
        {NULL, 10, 1, 1, vector, &size, E_POINTER},
        {certificate, sizeof(certificate), 1, 1, vector, NULL, E_POINTER},
        {certificate, 0, 1, 1, vector, &size, E_INVALIDARG},
        {certificate, sizeof(certificate), 0, 1, vector, &size, E_INVALIDARG},
        {certificate, sizeof(certificate), 2, 1, vector, &size, E_INVALIDARG},
        {certificate, sizeof(certificate), 1, 0, vector, &size, E_INVALIDARG},
        {certificate, sizeof(certificate), 1, 3, vector, &size, E_INVALIDARG},
        {certificate, sizeof(certificate), WMDRM_CERTIFICATE_TYPE_XML, WMDRM_PROTECTION_TYPE_RC4, vector, &size,
         expected},
        {certificate, sizeof(certificate), WMDRM_CERTIFICATE_TYPE_XML, WMDRM_PROTECTION_TYPE_RC4, NULL, &size,
         expected},
    };

    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        decryptor = (IWMDRMDecrypt *)(LONG_PTR)1;
        size = sizeof(vector);
        assert_hr(IWMDRMLicense_CreateSecureDecryptor(license, rows[i].certificate, rows[i].certificate_size,
                                                      rows[i].type, rows[i].flags, rows[i].vector, rows[i].size,
                                                      &decryptor),
                  rows[i].expected);
        assert_null(decryptor);
        assert_true(!rows[i].size || !size);
    }
    assert_hr(IWMDRMLicense_CreateSecureDecryptor(license, certificate, sizeof(certificate), 1, 1, vector, &size,
                                                  NULL),
              E_POINTER);
}

static void secure_decryptor__needs_a_protected_provider(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *management;
    IWMDRMProvider *provider;
    IWMDRMLicense *license = get_license(fixture, 1, "Play(count=1)");

    check_secure_decryptor(license, NS_E_DRM_STUBLIB_REQUIRED);
    IWMDRMLicense_Release(license);

    assert_hr(_WMDRMCreateProvider(PROVIDER_PROTECTED, NULL, &provider), S_OK);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management), S_OK);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(management, NULL, &license), S_OK);
    check_secure_decryptor(license, NS_E_DRM_INVALID_APPCERT);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
    assert_int_equal(IWMDRMProvider_Release(provider), 0);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0); /* nothing was used up */
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
        LICENSE_TEST(license__can_be_read_whole),
        LICENSE_TEST(properties__of_a_licence_that_has_all),
        LICENSE_TEST(properties__that_are_not_there),
        LICENSE_TEST(levels__are_those_of_the_licence),
        LICENSE_TEST(restrictions__are_probed_and_read),
        LICENSE_TEST(inclusions__are_those_of_the_whole_chain),
        LICENSE_TEST(policy__is_the_terms_of_the_licence),
        LICENSE_TEST(details__are_for_people),
        LICENSE_TEST(persist__is_for_temporary_licences_that_may),
        LICENSE_TEST(decryptor__uses_the_licence_up),
        LICENSE_TEST(decryptor__says_why_there_is_none),
        LICENSE_TEST(decryptor__uses_the_right_of_the_filter),
        LICENSE_TEST(secure_decryptor__needs_a_protected_provider),
        LICENSE_TEST(license__may_be_used_by_several_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
