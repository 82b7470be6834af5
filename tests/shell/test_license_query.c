/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMLicenseQuery: every reason, every category, and arguments that are none. */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "engine/xml/base64.h"

#define REFUSED(reason) (DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED | DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_##reason)

static void query__has_its_interfaces(void **state)
{
    struct license_fixture *fixture = *state;

    check_interface(fixture->query, IID_IUnknown, TRUE);
    check_interface(fixture->query, IID_IWMDRMLicenseQuery, TRUE);
    check_interface(fixture->query, IID_IMarshal, TRUE);
    check_interface(fixture->query, IID_IWMDRMLicense, FALSE);
    check_interface(fixture->query, IID_IMFMediaEventGenerator, FALSE);
    check_references(fixture->query, 1);
}

/* --- actions ---------------------------------------------------------------------------------------------- */

static const WCHAR *const rights[] = {
    L"Play",          L"Copy",           L"PlaylistBurn", L"CreateThumbnailImage", L"Print.redbook",
    L"Transfer.SDMI", L"Transfer.NONSDMI", L"Backup",       L"CollaborativePlay",
};

static void actions__are_those_that_the_licence_grants(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play; PlaylistBurn; Print.redbook; Transfer.NONSDMI; CollaborativePlay; backup=no");
    for (size_t i = 0; i < ARRAYSIZE(rights); i++)
    {
        WCHAR name[64];

        swprintf(name, ARRAYSIZE(name), L"ActionAllowed.%ls", rights[i]);
        assert_int_equal(license_query(fixture, 1, name), i % 2 ? (DWORD)REFUSED(NO_RIGHT) : 0);
    }
}

/* All of them in one call, in the order of the call. */
static void actions__are_answered_together(void **state)
{
    struct license_fixture *fixture = *state;
    WCHAR names[ARRAYSIZE(rights)][64];
    BSTR pointers[ARRAYSIZE(rights)];
    DWORD results[ARRAYSIZE(rights) + 1];

    license_get(fixture, 1, "Copy; CreateThumbnailImage; backup=no");
    for (size_t i = 0; i < ARRAYSIZE(rights); i++)
    {
        swprintf(names[i], ARRAYSIZE(names[i]), L"ActionAllowed.%ls", rights[i]);
        pointers[i] = names[i];
    }
    memset(results, 0x77, sizeof(results));
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, license_key(1), NULL, ARRAYSIZE(rights), pointers,
                                                    results),
              S_OK);
    for (size_t i = 0; i < ARRAYSIZE(rights); i++)
        assert_int_equal(results[i], i == 1 || i == 3 ? 0 : (DWORD)REFUSED(NO_RIGHT));
    assert_int_equal(results[ARRAYSIZE(rights)], 0x77777777);
}

static void actions__refused_say_why(void **state)
{
    struct license_fixture *fixture = *state;
    static const struct
    {
        const char *rights;
        DWORD expected;
    } rows[] = {
        {"Play", 0},
        {"Copy", REFUSED(NO_RIGHT)},
        {"Play(until=2020-01-01)", REFUSED(EXPIRED)},
        {"Play(from=2120-01-01)", REFUSED(NOT_STARTED)},
        {"Play(from=2020-01-01, until=2120-01-01)", 0},
        {"Play(until=2020-01-01); Play(from=2120-01-01)", REFUSED(EXPIRED) | REFUSED(NOT_STARTED)},
        {"Play; until=2020-01-01", REFUSED(EXPIRED)},
        {"Play; from=2120-01-01", REFUSED(NOT_STARTED)},
        {"Play; metered=yes", REFUSED(NO_METERING_SUPPORT)},
        {"Play(hours=48)", 0},
        {"Play(count=2)", 0},
    };

    assert_int_equal(license_query(fixture, 77, L"ActionAllowed.Play"), REFUSED(NO_LICENSE));
    for (unsigned int i = 0; i < ARRAYSIZE(rows); i++)
    {
        DWORD result;

        license_get(fixture, 10 + i, rows[i].rights);
        result = license_query(fixture, 10 + i, L"ActionAllowed.Play");
        if (result != rows[i].expected)
            fail_msg("%s: 0x%lx, expected 0x%lx", rows[i].rights, (unsigned long)result,
                     (unsigned long)rows[i].expected);
    }
}

static void actions__see_a_count_that_is_used_up(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMDecrypt *decryptor = NULL;
    IWMDRMLicense *license;

    license_get(fixture, 1, "Play(count=1)");
    license = license_open(fixture, 1);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), REFUSED(EXHAUSTED));
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

/* The reasons of all licences of the key id. */
static void actions__unite_the_reasons_of_all(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play(until=2020-01-01)");
    license_get(fixture, 1, "Copy");
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), REFUSED(EXPIRED) | REFUSED(NO_RIGHT));
    license_get(fixture, 1, "Play");
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

static void actions__of_a_leaf_need_its_root(void **state)
{
    struct license_fixture *fixture = *state;
    char leaf[128];
    char text[DRM_KEY_ID_TEXT_SIZE];
    uint8_t root[DRM_KEY_ID_SIZE];

    license_key_id(1, root);
    drm_key_id_format(root, text);
    snprintf(leaf, sizeof(leaf), "Play; uplink=%s", text);
    license_add_content(fixture, 1, "Play");
    license_get(fixture, 2, leaf);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), REFUSED(CHAIN_DEPTH_TOO_HIGH));
}

/* --- who asks --------------------------------------------------------------------------------------------- */

static void parameters__set_the_applications_level(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play; min-app-level=1000");
    /* Nobody said that the level counts. */
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, FALSE, 150, FALSE, NULL), S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), REFUSED(APPSEC_TOO_LOW));
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, FALSE, 1000, TRUE, NULL), S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    /* Media Foundation judges by itself. */
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, TRUE, 150, FALSE, NULL), S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

static WCHAR *device_certificate(struct license_fixture *fixture, uint32_t roles, uint32_t level,
                                 const uint8_t *technology)
{
    static WCHAR text[8192];
    struct drm_certificate device = {.roles = roles, .security_level = level, .name = "a device"};
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_buffer chain = {0}, base64 = {0};

    drm_random(seed, sizeof(seed));
    assert_int_equal(drm_sign_public(seed, device.sign_key), DRM_S_OK);
    if (technology)
        memcpy(device.subject, technology, sizeof(device.subject));
    assert_int_equal(drm_authority_certify(fixture->authority, &device, &chain), DRM_S_OK);
    assert_int_equal(drm_base64_write(drm_buffer_span(&chain), &base64), DRM_S_OK);
    assert_true(base64.size < ARRAYSIZE(text));
    swprintf(text, ARRAYSIZE(text), L"%.*hs", (int)base64.size, base64.data);
    drm_buffer_free(&chain);
    drm_buffer_free(&base64);
    return text;
}

static void parameters__name_the_device_of_a_copy(void **state)
{
    static const uint8_t included[16] = {0x11, 0x11}, excluded[16] = {0x22, 0x22};
    struct license_fixture *fixture = *state;
    const struct
    {
        uint32_t level;
        const uint8_t *technology;
        DWORD expected;
    } rows[] = {
        {300, NULL, 0},
        {299, NULL, REFUSED(COPY_OPL_TOO_LOW)},
        {100, included, 0},
        {300, excluded, REFUSED(COPY_OPL_EXCLUDED)},
    };

    license_get(fixture, 1,
                "Play; Copy; opl(copy=300); copy-include={11110000-0000-0000-0000-000000000000};"
                "copy-exclude={22220000-0000-0000-0000-000000000000}");
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Copy"), 0); /* no device is known */
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        DWORD result;

        assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(
                      fixture->query, TRUE, 0, FALSE,
                      device_certificate(fixture, DRM_ROLE_DEVICE, rows[i].level, rows[i].technology)),
                  S_OK);
        result = license_query(fixture, 1, L"ActionAllowed.Copy");
        if (result != rows[i].expected)
            fail_msg("row %u: 0x%lx, expected 0x%lx", (unsigned int)i, (unsigned long)result,
                     (unsigned long)rows[i].expected);
        assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    }
    /* The next call forgets the device. */
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, TRUE, 0, FALSE, NULL), S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Copy"), 0);
}

static void parameters__that_are_wrong_change_nothing(void **state)
{
    static const WCHAR lone_surrogate[] = {L'h', 0xD800, L'x', 0};
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play; min-app-level=1000");
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, FALSE, 150, FALSE, NULL), S_OK);
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, TRUE, 0, FALSE,
                                                             (BSTR)(LONG_PTR)L"no certificate"),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, TRUE, 0, FALSE,
                                                             (BSTR)(LONG_PTR)L"AAAA"),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(fixture->query, TRUE, 0, FALSE,
                                                             (BSTR)(LONG_PTR)lone_surrogate),
              E_INVALIDARG);
    assert_hr(IWMDRMLicenseQuery_SetActionAllowedQueryParams(
                  fixture->query, TRUE, 0, FALSE, device_certificate(fixture, DRM_ROLE_APPLICATION, 300, NULL)),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), REFUSED(APPSEC_TOO_LOW));
}

static DWORD query_with_version(struct license_fixture *fixture, const WCHAR *version)
{
    BSTR names[] = {(BSTR)(LONG_PTR)L"ActionAllowed.Play"};
    DWORD result = 0x80000000;

    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, license_key(1), (BSTR)(LONG_PTR)version, 1, names,
                                                    &result),
              S_OK);
    return result;
}

static void version__of_the_content_may_be_too_new(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play");
    assert_int_equal(query_with_version(fixture, NULL), 0);
    assert_int_equal(query_with_version(fixture, L""), 0);
    assert_int_equal(query_with_version(fixture, L"2.9"), 0); /* number by number: 9 is before 10 */
    assert_int_equal(query_with_version(fixture, L"2.10"), 0);
    assert_int_equal(query_with_version(fixture, L"2.10.0.1"), 0);
    assert_int_equal(query_with_version(fixture, L"2.11"), REFUSED(REQ_INDIV));
    assert_int_equal(query_with_version(fixture, L"3.0"), REFUSED(REQ_INDIV));
}

/* An object keeps the state of the machine that it was made with (documented). */
static void version__is_that_of_the_objects_birth(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *management;

    license_individualize(fixture);
    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement,
                                          (void **)&management),
              S_OK);
    license_add_content(fixture, 1, "Play");
    assert_hr(license_acquire(management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), REFUSED(REQ_INDIV));
    license_fixture_renew(fixture);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

/* --- states ----------------------------------------------------------------------------------------------- */

static DRM_LICENSE_STATE_DATA query_state(struct license_fixture *fixture, unsigned int number, const WCHAR *right)
{
    WCHAR name[64];
    BSTR names[] = {name};
    DRM_LICENSE_STATE_DATA data;

    memset(&data, 0xCC, sizeof(data));
    swprintf(name, ARRAYSIZE(name), L"LicenseStateData.%ls", right);
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, license_key(number), 1, names, &data), S_OK);
    return data;
}

/* Midnight of a day, as samples read it: FileTimeToSystemTime, without a time zone. */
static bool is_day(FILETIME time, WORD year, WORD month, WORD day)
{
    SYSTEMTIME system;

    return FileTimeToSystemTime(&time, &system) && system.wYear == year && system.wMonth == month
           && system.wDay == day && !system.wHour && !system.wMinute && !system.wSecond && !system.wMilliseconds;
}

static void states__have_every_category(void **state)
{
    struct license_fixture *fixture = *state;
    static const struct
    {
        const char *rights;
        DRM_LICENSE_STATE_CATEGORY category;
        DWORD counts, dates, count;
        int first, second; /* the dates: 1 is 2020-01-01, 2 is 2120-02-29 */
        DWORD flags;
    } rows[] = {
        {"Copy", WM_DRM_LICENSE_STATE_NORIGHT, 0, 0, 0, 0, 0, 0},
        {"Play", WM_DRM_LICENSE_STATE_UNLIM, 0, 0, 0, 0, 0, 0},
        {"Play(count=7)", WM_DRM_LICENSE_STATE_COUNT, 1, 0, 7, 0, 0, 0},
        {"Play(from=2020-01-01)", WM_DRM_LICENSE_STATE_FROM, 0, 1, 0, 1, 0, 0},
        {"Play(until=2120-02-29)", WM_DRM_LICENSE_STATE_UNTIL, 0, 1, 0, 2, 0, 0},
        {"Play(from=2020-01-01, until=2120-02-29)", WM_DRM_LICENSE_STATE_FROM_UNTIL, 0, 2, 0, 1, 2, 0},
        {"Play(count=3, from=2020-01-01)", WM_DRM_LICENSE_STATE_COUNT_FROM, 1, 1, 3, 1, 0, 0},
        {"Play(count=4, until=2120-02-29)", WM_DRM_LICENSE_STATE_COUNT_UNTIL, 1, 1, 4, 2, 0, 0},
        {"Play(count=5, from=2020-01-01, until=2120-02-29)", WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL, 1, 2, 5, 1, 2, 0},
        {"Play(hours=48)", WM_DRM_LICENSE_STATE_EXPIRATION_AFTER_FIRSTUSE, 1, 0, 48, 0, 0, 0},
        {"Play(until=2020-01-01)", WM_DRM_LICENSE_STATE_NORIGHT, 0, 0, 0, 0, 0, 0},
        {"Play; opl(analog-video=150)", WM_DRM_LICENSE_STATE_UNLIM, 0, 0, 0, 0, 0,
         DRM_LICENSE_STATE_DATA_OPL_PRESENT},
        {"Play; sap=yes", WM_DRM_LICENSE_STATE_UNLIM, 0, 0, 0, 0, 0, DRM_LICENSE_STATE_DATA_SAP_PRESENT},
        {"Play(count=5); Play(until=2120-02-29)", WM_DRM_LICENSE_STATE_COUNT, 1, 0, 5, 0, 0,
         DRM_LICENSE_STATE_DATA_VAGUE},
    };

    for (unsigned int i = 0; i < ARRAYSIZE(rows); i++)
    {
        DRM_LICENSE_STATE_DATA data, none = {0};
        bool good;

        license_get(fixture, 10 + i, rows[i].rights);
        data = query_state(fixture, 10 + i, L"Play");
        good = data.dwCategory == rows[i].category && data.dwNumCounts == rows[i].counts
               && data.dwNumDates == rows[i].dates && data.dwStreamId == 0 && data.dwVague == rows[i].flags
               && data.dwCount[0] == rows[i].count;
        good = good && (!rows[i].first || is_day(data.datetime[0], rows[i].first == 1 ? 2020 : 2120,
                                                 rows[i].first == 1 ? 1 : 2, rows[i].first == 1 ? 1 : 29));
        good = good && (!rows[i].second || is_day(data.datetime[1], 2120, 2, 29));
        /* What is not used is zero: samples look at it without looking at the numbers. */
        good = good && !memcmp(data.dwCount + 1, none.dwCount, 3 * sizeof(DWORD))
               && !memcmp(data.datetime + rows[i].dates, none.datetime, (4 - rows[i].dates) * sizeof(FILETIME));
        if (!good)
            fail_msg("%s: category %d, %lu counts (%lu), %lu dates, flags %lu", rows[i].rights, (int)data.dwCategory,
                     (unsigned long)data.dwNumCounts, (unsigned long)data.dwCount[0], (unsigned long)data.dwNumDates,
                     (unsigned long)data.dwVague);
    }
}

static void states__of_two_windows_are_two_pairs(void **state)
{
    struct license_fixture *fixture = *state;
    DRM_LICENSE_STATE_DATA data;

    license_get(fixture, 1,
                "Play(count=2, from=2020-01-01, until=2119-01-01);"
                "Play(count=3, from=2119-06-01, until=2120-02-29)");
    data = query_state(fixture, 1, L"Play");
    assert_int_equal(data.dwCategory, WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL);
    assert_int_equal(data.dwNumCounts, 2);
    assert_int_equal(data.dwNumDates, 4);
    assert_int_equal(data.dwCount[0], 2);
    assert_int_equal(data.dwCount[1], 3);
    assert_true(is_day(data.datetime[0], 2020, 1, 1));
    assert_true(is_day(data.datetime[1], 2119, 1, 1));
    assert_true(is_day(data.datetime[2], 2119, 6, 1));
    assert_true(is_day(data.datetime[3], 2120, 2, 29));
}

static void states__add_up_over_licences_and_change_with_use(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMDecrypt *decryptor;
    IWMDRMLicense *license;

    license_get(fixture, 1, "Play(count=2)");
    license_get(fixture, 1, "Play(count=3)");
    assert_int_equal(query_state(fixture, 1, L"Play").dwCount[0], 5);
    assert_int_equal(query_state(fixture, 1, L"Play").dwCount[0], 5); /* a question uses nothing up */
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    license = license_open(fixture, 1);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_int_equal(query_state(fixture, 1, L"Play").dwCount[0], 4);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
    assert_int_equal(query_state(fixture, 2, L"Play").dwCategory, WM_DRM_LICENSE_STATE_NORIGHT);

    license_get(fixture, 3, "Play(hours=24)");
    license = license_open(fixture, 3);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_int_equal(query_state(fixture, 3, L"Play").dwCategory, WM_DRM_LICENSE_STATE_UNTIL);
    assert_int_equal(query_state(fixture, 3, L"Play").dwNumDates, 1);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
}

/* --- arguments -------------------------------------------------------------------------------------------- */

static void arguments__are_checked_before_anything_else(void **state)
{
    static const WCHAR lone_surrogate[] = {0xD800, 0};
    static const WCHAR *const wrong[] = {L"",         L"Play",           L"ActionAllowed.",      L"ActionAllowed.play",
                                         L"ActionAllowed.Play ", L"LicenseStateData.Play", lone_surrogate,
                                         L"ActionAllowed.A name that is much longer than any name that there is, ever"};
    struct license_fixture *fixture = *state;
    BSTR names[2] = {(BSTR)(LONG_PTR)L"ActionAllowed.Play", (BSTR)(LONG_PTR)L"ActionAllowed.Copy"};
    BSTR key = license_key(1);
    DWORD results[2];

    license_get(fixture, 1, "Play; Copy");
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, NULL, NULL, 1, names, results), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 1, NULL, results), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 1, names, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 0xFFFFFFFF, names, results),
              E_INVALIDARG);
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 257, names, results), E_INVALIDARG);
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 0, names, results), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(wrong); i++)
    {
        /* One wrong name refuses all, and a refusal never looks like a permission. */
        names[1] = (BSTR)(LONG_PTR)wrong[i];
        memset(results, 0, sizeof(results));
        assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 2, names, results),
                  NS_E_DRM_UNSUPPORTED_ACTION);
        assert_int_equal(results[0], DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED);
        assert_int_equal(results[1], DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED);
    }
    names[1] = NULL;
    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 2, names, results), E_POINTER);
}

static void arguments__key_ids_and_versions_are_checked(void **state)
{
    static const WCHAR *const wrong_keys[] = {L"", L"AAAA", L"AAECAwQFBgcICQoLDA0ODxA=", L"no base64 at all, is it?",
                                              L"AAECAwQFBgcICQoLDA0ODw==AAECAwQFBgcICQoLDA0ODw==",
                                              L"{00010203-0405-0607-0809-0A0B0C0D0E0F}", L"\xD800"};
    static const WCHAR *const wrong_versions[] = {L"2", L"2.", L"2.10.0.1.5", L"-2.1", L"2.x", L"99999.1", L"2.1 ",
                                                  L"\xD800", L"2.10000000000000000000000000000000000000000"};
    struct license_fixture *fixture = *state;
    BSTR names[] = {(BSTR)(LONG_PTR)L"ActionAllowed.Play"}, states[] = {(BSTR)(LONG_PTR)L"LicenseStateData.Play"};
    DRM_LICENSE_STATE_DATA data;
    DWORD result;

    for (size_t i = 0; i < ARRAYSIZE(wrong_keys); i++)
    {
        BSTR key = (BSTR)(LONG_PTR)wrong_keys[i];

        result = 0;
        assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, key, NULL, 1, names, &result),
                  NS_E_DRM_INVALID_KID);
        assert_int_equal(result, DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED);
        assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 1, states, &data), NS_E_DRM_INVALID_KID);
        assert_int_equal(data.dwCategory, WM_DRM_LICENSE_STATE_NORIGHT);
    }
    for (size_t i = 0; i < ARRAYSIZE(wrong_versions); i++)
    {
        result = 0;
        assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, license_key(1),
                                                        (BSTR)(LONG_PTR)wrong_versions[i], 1, names, &result),
                  E_INVALIDARG);
        assert_int_equal(result, DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED);
    }
}

static void arguments__of_states_are_checked(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR names[2] = {(BSTR)(LONG_PTR)L"LicenseStateData.Play", (BSTR)(LONG_PTR)L"ActionAllowed.Play"};
    DRM_LICENSE_STATE_DATA data[2], none = {0};
    BSTR key = license_key(1);

    license_get(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, NULL, 1, names, data), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 1, NULL, data), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 1, names, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 0xFFFFFFFF, names, data), E_INVALIDARG);
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 0, names, data), S_OK);
    memset(data, 0xCC, sizeof(data));
    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, key, 2, names, data), NS_E_DRM_UNSUPPORTED_ACTION);
    assert_memory_equal(&data[0], &none, sizeof(none));
    assert_memory_equal(&data[1], &none, sizeof(none));
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(query__has_its_interfaces),
        LICENSE_TEST(actions__are_those_that_the_licence_grants),
        LICENSE_TEST(actions__are_answered_together),
        LICENSE_TEST(actions__refused_say_why),
        LICENSE_TEST(actions__see_a_count_that_is_used_up),
        LICENSE_TEST(actions__unite_the_reasons_of_all),
        LICENSE_TEST(actions__of_a_leaf_need_its_root),
        LICENSE_TEST(parameters__set_the_applications_level),
        LICENSE_TEST(parameters__name_the_device_of_a_copy),
        LICENSE_TEST(parameters__that_are_wrong_change_nothing),
        LICENSE_TEST(version__of_the_content_may_be_too_new),
        cmocka_unit_test_setup_teardown(version__is_that_of_the_objects_birth, license_fixture_set_up_bare,
                                        license_fixture_tear_down),
        LICENSE_TEST(states__have_every_category),
        LICENSE_TEST(states__of_two_windows_are_two_pairs),
        LICENSE_TEST(states__add_up_over_licences_and_change_with_use),
        LICENSE_TEST(arguments__are_checked_before_anything_else),
        LICENSE_TEST(arguments__key_ids_and_versions_are_checked),
        LICENSE_TEST(arguments__of_states_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
