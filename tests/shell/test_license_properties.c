/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMLicense: what the current licence tells, and what keeps or uses it. */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wmdrmsdkext.h>

#include "engine/xml/base64.h"
#include "shell/dll/exports.h"

static const WCHAR lone_surrogate[] = {L'x', 0xD800, L'y', 0};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

/* --- properties ------------------------------------------------------------------------------------------- */

static void license__can_be_read_whole(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play");
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
    license = license_get_open(fixture, 2, rights);
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
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play");
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
        license_get_open(fixture, 1,
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

    license = license_get_open(fixture, 2, "Play");
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
    IWMDRMLicense *license = license_get_open(fixture, 1, TWO_RESTRICTIONS);
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

    license = license_get_open(fixture, 2, "Play");
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
    license = license_get_open(fixture, 2, rights);
    assert_hr(IWMDRMLicense_GetInclusionList(license, NULL, &size), E_POINTER);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_int_equal(size, 1);
    assert_true(IsEqualGUID(&found[0], &only));
    CoTaskMemFree(found);
    IWMDRMLicense_Release(license);

    license = license_open(fixture, 1);
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_int_equal(size, 2);
    CoTaskMemFree(found);
    IWMDRMLicense_Release(license);

    license = license_get_open(fixture, 3, "Play");
    found = (GUID *)(LONG_PTR)1;
    assert_hr(IWMDRMLicense_GetInclusionList(license, &found, &size), S_OK);
    assert_null(found);
    assert_int_equal(size, 0);
    IWMDRMLicense_Release(license);
}

static void policy__is_the_terms_of_the_licence(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play(count=5); Copy; priority=3");
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
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play(count=5); issuer=Archive; persist=no");
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
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play; persist=no");
    BOOL can = TRUE;

    assert_hr(IWMDRMLicense_CanPersist(license, NULL), E_POINTER);
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can);
    assert_hr(IWMDRMLicense_PersistLicense(license), NS_E_DRM_STORE_NOTALLOWED);
    IWMDRMLicense_Release(license);

    license = license_get_open(fixture, 2, "Play");
    can = TRUE;
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can); /* it is permanent already */
    assert_hr(IWMDRMLicense_PersistLicense(license), DRM_E_LICENSE_NOT_FOUND);
    IWMDRMLicense_Release(license);
}

static bool is_permanent(struct license_fixture *fixture, unsigned int number)
{
    IWMDRMLicense *license = license_open(fixture, number);
    WMDRM_LICENSE_DETAILS found;
    IWMDRMLicenseDetails *details;

    assert_hr(IWMDRMLicense_QueryInterface(license, &IID_IWMDRMLicenseDetails, (void **)&details), S_OK);
    IWMDRMLicense_Release(license);
    assert_hr(IWMDRMLicenseDetails_GetDetails(details, &found), S_OK);
    SysFreeString(found.bstrKID);
    SysFreeString(found.bstrLicenseID);
    SysFreeString(found.bstrIssuer);
    SysFreeString(found.bstrURL);
    SysFreeString(found.bstrRights);
    IWMDRMLicenseDetails_Release(details);
    return found.fPermanent;
}

/* What its issuer left to the program: one of two such licences is kept, with the count that is left of it. */
static void persist__keeps_a_temporary_licence(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play(count=3); persist=later");
    IWMDRMDecrypt *decryptor = NULL;
    BOOL can = FALSE;

    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_true(can);
    assert_hr(IWMDRMLicense_PersistLicense(license), S_OK);
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can);
    assert_hr(IWMDRMLicense_PersistLicense(license), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(license_plays_left(fixture, 1), 2);
    IWMDRMLicense_Release(license);
    assert_int_equal(license_count(fixture, NULL), 1);
    license_get(fixture, 2, "Play; persist=later");
    assert_int_equal(license_count(fixture, NULL), 2);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    assert_false(is_permanent(fixture, 2));
    assert_true(is_permanent(fixture, 1));
}

static void decryptor__uses_the_licence_up(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play(count=2)");
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
        IWMDRMLicense *license = license_get_open(fixture, 10 + i, rows[i].rights);
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
    license = license_open(fixture, 1);
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
    IWMDRMLicense *license = license_get_open(fixture, 1, "Play(count=1)");

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

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(license__can_be_read_whole),
        LICENSE_TEST(properties__of_a_licence_that_has_all),
        LICENSE_TEST(properties__that_are_not_there),
        LICENSE_TEST(levels__are_those_of_the_licence),
        LICENSE_TEST(restrictions__are_probed_and_read),
        LICENSE_TEST(inclusions__are_those_of_the_whole_chain),
        LICENSE_TEST(policy__is_the_terms_of_the_licence),
        LICENSE_TEST(details__are_for_people),
        LICENSE_TEST(persist__is_for_temporary_licences_that_may),
        LICENSE_TEST(persist__keeps_a_temporary_licence),
        LICENSE_TEST(decryptor__uses_the_licence_up),
        LICENSE_TEST(decryptor__says_why_there_is_none),
        LICENSE_TEST(decryptor__uses_the_right_of_the_filter),
        LICENSE_TEST(secure_decryptor__needs_a_protected_provider),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
