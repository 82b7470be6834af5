/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AcquireLicense and MonitorLicenseAcquisition with the embedded authority, in one process and in two. */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define PATIENCE_MS 60000
#define OTHER_PROCESS_ARGUMENT "--acquire"

/* --- acquiring -------------------------------------------------------------------------------------------- */

static void acquire__silently_stores_a_licence(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play; Copy(count=3)");
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"),
                     DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED | DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_LICENSE);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    license_no_event(fixture->management);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Copy"), 0);
    assert_int_equal(license_count(fixture, license_key(1)), 1);
}

/* The same again is another licence. */
static void acquire__again_adds_a_licence(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play");
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_count(fixture, license_key(1)), 2);
}

static HRESULT acquire(struct license_fixture *fixture, const WCHAR *url, const WCHAR *header, const WCHAR *actions,
                       DWORD flags)
{
    struct license_event event;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, (BSTR)(LONG_PTR)url,
                                                     (BSTR)(LONG_PTR)header, (BSTR)(LONG_PTR)actions, flags, &cookie),
              S_OK);
    assert_int_equal(IUnknown_Release(cookie), 0);
    license_next_event(fixture->management, &event);
    assert_int_equal(event.type, MEWMDRMLicenseAcquisitionCompleted);
    assert_false(event.is_request);
    license_no_event(fixture->management);
    return event.status;
}

static void acquire__takes_the_url_from_the_header_or_the_caller(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play");
    assert_hr(acquire(fixture, NULL, license_header(1, L"local:"), NULL, WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(acquire(fixture, L"", license_header(1, L"local:"), L"", WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(acquire(fixture, L"local:", license_header(1, NULL), NULL, WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_S_DRM_LICENSE_ACQUIRED);
    /* The caller's wins. */
    assert_hr(acquire(fixture, L"local:", license_header(1, L"http://127.0.0.1:9/"), NULL,
                      WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_S_DRM_LICENSE_ACQUIRED);
}

static void acquire__says_what_the_issuer_says(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play");
    assert_hr(acquire(fixture, NULL, license_header(2, NULL), NULL, WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE);
    assert_hr(acquire(fixture, NULL, license_header(1, NULL), license_actions(L"Play;Copy"),
                      WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_E_DRM_NO_RIGHTS);
    assert_hr(acquire(fixture, NULL, license_header(1, NULL), license_actions(L"Play"),
                      WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_count(fixture, NULL), 1);
}

static void acquire__without_a_header_is_delivery_ahead(void **state)
{
    struct license_fixture *fixture = *state;

    for (unsigned int i = 1; i <= 5; i++)
        license_add_content(fixture, i, "Play");
    assert_hr(acquire(fixture, L"local:", NULL, NULL, WMDRM_ACQUIRE_LICENSE_SILENT), NS_S_DRM_LICENSE_ACQUIRED);
    for (unsigned int i = 1; i <= 5; i++)
        assert_int_equal(license_query(fixture, i, L"ActionAllowed.Play"), 0);
}

static void acquire__hands_out_a_request(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMNonSilentLicenseAquisition *request;
    IMFMediaEvent *event;
    PROPVARIANT value;
    IUnknown *cookie;
    BSTR text;

    license_add_content(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL,
                                                     license_header(1, L"http://drm.example.test/page"),
                                                     license_actions(L"Play"), WMDRM_ACQUIRE_LICENSE_NONSILENT,
                                                     &cookie),
              S_OK);
    IUnknown_Release(cookie);
    assert_hr(IWMDRMLicenseManagement_GetEvent(fixture->management, 0, &event), S_OK);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_UNKNOWN);
    check_interface(value.punkVal, IID_IWMDRMNonSilentLicenseAquisition, TRUE);
    check_interface(value.punkVal, IID_IMarshal, TRUE);
    check_interface(value.punkVal, IID_IWMDRMLicenseManagement, FALSE);
    assert_hr(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMNonSilentLicenseAquisition, (void **)&request), S_OK);
    PropVariantClear(&value);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
    /* The request outlives its event. */
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetURL(request, NULL), E_POINTER);
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetChallenge(request, NULL), E_POINTER);
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetURL(request, &text), S_OK);
    assert_int_equal(wcscmp(text, L"http://drm.example.test/page"), 0);
    SysFreeString(text);
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetChallenge(request, &text), S_OK);
    assert_true(SysStringLen(text) > 100);
    SysFreeString(text);
    assert_int_equal(IWMDRMNonSilentLicenseAquisition_Release(request), 0);
}

/* The whole way with a web page: request, answer, StoreLicense. */
static void acquire__with_a_page_stores_what_the_program_got(void **state)
{
    struct license_fixture *fixture = *state;
    BSTR response;

    license_add_content(fixture, 1, "Play");
    response = license_issue(fixture, 1);
    assert_int_equal(license_count(fixture, NULL), 0);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    SysFreeString(response);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
}

static void acquire__legacy_has_a_key_id_for_a_header(void **state)
{
    struct license_fixture *fixture = *state;
    struct license_event event;
    IUnknown *cookie;

    license_add_content(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, (BSTR)(LONG_PTR)L"http://drm.example.test/",
                                                     license_key(1), NULL, WMDRM_ACQUIRE_LICENSE_LEGACY_NONSILENT,
                                                     &cookie),
              S_OK);
    IUnknown_Release(cookie);
    license_next_event(fixture->management, &event);
    assert_hr(event.status, S_OK);
    assert_true(event.is_request);
    assert_int_equal(wcscmp(event.url, L"http://drm.example.test/"), 0);
    assert_true(SysStringLen(event.challenge) > 100);
    SysFreeString(event.challenge);
}

static void acquire__checks_its_arguments(void **state)
{
    static const WCHAR lone_surrogate[] = {L'h', 0xD800, L'x', 0};
    struct license_fixture *fixture = *state;
    const WCHAR *header = license_header(1, L"local:");
    const struct
    {
        const WCHAR *url, *header, *actions;
        DWORD flags;
        HRESULT expected;
    } rows[] = {
        {NULL, header, NULL, 0, E_INVALIDARG},
        {NULL, header, NULL, WMDRM_ACQUIRE_LICENSE_SILENT | WMDRM_ACQUIRE_LICENSE_NONSILENT, E_INVALIDARG},
        {NULL, header, NULL, 8, E_INVALIDARG},
        {NULL, header, NULL, 0xFFFFFFFF, E_INVALIDARG},
        {NULL, L"<WRMHEADER", NULL, WMDRM_ACQUIRE_LICENSE_SILENT, NS_E_DRM_MALFORMED_CONTENT_HEADER},
        {NULL, L"rubbish", NULL, WMDRM_ACQUIRE_LICENSE_NONSILENT, NS_E_DRM_MALFORMED_CONTENT_HEADER},
        {NULL, L"<WRMHEADER version=\"2.0.0.0\"><DATA></DATA></WRMHEADER>", NULL, WMDRM_ACQUIRE_LICENSE_SILENT,
         NS_E_DRM_MALFORMED_CONTENT_HEADER},
        {NULL, L"<WRMHEADER version=\"2.0.0.0\"><DATA><KID>AAAA</KID></DATA></WRMHEADER>", NULL,
         WMDRM_ACQUIRE_LICENSE_SILENT, NS_E_DRM_INVALID_KID},
        {L"local:", L"no key id", NULL, WMDRM_ACQUIRE_LICENSE_LEGACY_NONSILENT, NS_E_DRM_INVALID_KID},
        {L"local:", NULL, NULL, WMDRM_ACQUIRE_LICENSE_LEGACY_NONSILENT, NS_E_DRM_INVALID_KID},
        {L"gopher://x", header, NULL, WMDRM_ACQUIRE_LICENSE_SILENT, HRESULT_FROM_WIN32(12005)},
        {lone_surrogate, header, NULL, WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
        {NULL, lone_surrogate, NULL, WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
        {NULL, header, lone_surrogate, WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
        {NULL, header, L"Play", WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
        {NULL, header, L"<ACTIONLIST><ACTION>Pray</ACTION></ACTIONLIST>", WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
        {NULL, header, L"<ACTIONLIST><ACTION>Play</ACTION>", WMDRM_ACQUIRE_LICENSE_SILENT, E_INVALIDARG},
    };

    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL, (BSTR)(LONG_PTR)header, NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, NULL),
              E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicenseManagement_AcquireLicense(fixture->management, (BSTR)(LONG_PTR)rows[i].url,
                                                            (BSTR)(LONG_PTR)rows[i].header,
                                                            (BSTR)(LONG_PTR)rows[i].actions, rows[i].flags, &cookie);

        if (hr != rows[i].expected || cookie)
            fail_msg("row %u: 0x%08lx, expected 0x%08lx", (unsigned int)i, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
    license_no_event(fixture->management);
}

/* The documents: objects made before an individualization are to be made anew. */
static void acquire__needs_an_identity(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play");
    assert_hr(license_acquire(fixture->management, 1), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_hr(acquire(fixture, L"local:", NULL, NULL, WMDRM_ACQUIRE_LICENSE_NONSILENT),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    license_individualize(fixture);
    assert_hr(license_acquire(fixture->management, 1), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    license_fixture_renew(fixture);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
}

static void acquire__keeps_licences_through_a_new_identity(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *old = fixture->management;
    struct shell_events *events = calloc(1, sizeof(*events));

    license_get(fixture, 1, "Play");
    assert_non_null(events);
    assert_hr(shell_update(fixture->shell->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV,
                           MEWMDRMIndividualizationCompleted, events),
              S_OK);
    free(events);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_hr(license_acquire(old, 1), NS_S_DRM_LICENSE_ACQUIRED);
    license_fixture_renew(fixture);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(license_count(fixture, license_key(1)), 2);
}

static void acquire__refuses_a_second_one(void **state)
{
    struct license_fixture *fixture = *state;
    int refused = 0, accepted = 0;
    struct license_event event;

    for (unsigned int i = 1; i <= 40; i++)
        license_add_content(fixture, i, "Play");
    /* As fast as calls come: some must meet one that runs; every accepted one ends with its event. */
    for (int i = 0; i < 40; i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicenseManagement_AcquireLicense(fixture->management, (BSTR)(LONG_PTR)L"local:", NULL,
                                                            NULL, WMDRM_ACQUIRE_LICENSE_SILENT, &cookie);

        if (hr == NS_E_DRM_ACQUIRING_LICENSE)
        {
            assert_null(cookie);
            refused++;
            continue;
        }
        assert_hr(hr, S_OK);
        IUnknown_Release(cookie);
        accepted++;
    }
    assert_true(refused > 0);
    for (int i = 0; i < accepted; i++)
    {
        license_next_event(fixture->management, &event);
        assert_hr(event.status, NS_S_DRM_LICENSE_ACQUIRED);
    }
    license_no_event(fixture->management);
}

static void acquire__cancelled_ends_with_one_event(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play");
    for (int i = 0; i < 10; i++)
    {
        struct license_event event;
        IUnknown *cookie;

        assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL, license_header(1, NULL), NULL,
                                                         WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
                  S_OK);
        assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, cookie), S_OK);
        license_next_event(fixture->management, &event);
        assert_int_equal(event.type, MEWMDRMLicenseAcquisitionCompleted);
        assert_true(event.status == NS_E_DRM_OPERATION_CANCELED || event.status == NS_S_DRM_LICENSE_ACQUIRED);
        assert_int_equal(IUnknown_Release(cookie), 0);
        license_no_event(fixture->management);
    }
}

static void release__in_full_flight_leaves_nothing(void **state)
{
    struct license_fixture *fixture = *state;

    license_add_content(fixture, 1, "Play");
    for (int i = 0; i < 10; i++)
    {
        IWMDRMLicenseManagement *management;
        IUnknown *cookies[3];

        assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement,
                                              (void **)&management),
                  S_OK);
        assert_hr(IWMDRMLicenseManagement_AcquireLicense(management, NULL, license_header(1, NULL), NULL,
                                                         WMDRM_ACQUIRE_LICENSE_SILENT, &cookies[0]),
                  S_OK);
        assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookies[1]),
                  S_OK);
        assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, license_key(2), NULL, NULL,
                                                                    &cookies[2]),
                  S_OK);
        if (i & 1)
            assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
        for (size_t c = 0; c < ARRAYSIZE(cookies); c++)
            assert_int_equal(IUnknown_Release(cookies[c]), 0);
        if (!(i & 1))
            assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
    }
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
}

/* --- monitoring ------------------------------------------------------------------------------------------- */

static IUnknown *monitor(IWMDRMLicenseManagement *management, unsigned int number, const WCHAR *actions)
{
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, license_key(number),
                                                                license_header(number, NULL),
                                                                (BSTR)(LONG_PTR)actions, &cookie),
              S_OK);
    assert_non_null(cookie);
    return cookie;
}

static void monitor__ends_at_once_where_the_licence_is_there(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie;

    license_get(fixture, 1, "Play");
    cookie = monitor(fixture->management, 1, NULL);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

/* Any number at once, of the same and of other content, and they hold nothing else up. */
static void monitor__sees_what_is_stored(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *other;
    IUnknown *cookies[20];

    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement, (void **)&other),
              S_OK);
    license_add_content(fixture, 1, "Play");
    license_add_content(fixture, 2, "Play");
    for (unsigned int i = 0; i < ARRAYSIZE(cookies); i++)
        cookies[i] = monitor(fixture->management, 1 + i % 2, NULL);
    assert_hr(acquire(fixture, L"local:", license_header(3, NULL), NULL, WMDRM_ACQUIRE_LICENSE_SILENT),
              NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE);
    assert_hr(license_acquire(other, 1), NS_S_DRM_LICENSE_ACQUIRED);
    for (unsigned int i = 0; i < ARRAYSIZE(cookies) / 2; i++)
        check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    license_no_event(fixture->management);
    assert_hr(license_acquire(other, 2), NS_S_DRM_LICENSE_ACQUIRED);
    for (unsigned int i = 0; i < ARRAYSIZE(cookies) / 2; i++)
        check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    for (unsigned int i = 0; i < ARRAYSIZE(cookies); i++)
        assert_int_equal(IUnknown_Release(cookies[i]), 0);
    assert_int_equal(IWMDRMLicenseManagement_Release(other), 0);
}

static void monitor__waits_for_its_actions(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *play, *both;
    IWMDRMLicenseManagement *other;

    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement, (void **)&other),
              S_OK);
    play = monitor(fixture->management, 1, license_actions(L"Play"));
    both = monitor(fixture->management, 1, license_actions(L"Play;Copy"));
    license_add_content(fixture, 1, "Play");
    assert_hr(license_acquire(other, 1), NS_S_DRM_LICENSE_ACQUIRED);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, play), S_OK); /* it was that one */
    license_no_event(fixture->management);
    license_add_content(fixture, 1, "Play; Copy");
    assert_hr(license_acquire(other, 1), NS_S_DRM_LICENSE_ACQUIRED);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(IUnknown_Release(play), 0);
    assert_int_equal(IUnknown_Release(both), 0);
    assert_int_equal(IWMDRMLicenseManagement_Release(other), 0);
}

static void monitor__checks_its_arguments(void **state)
{
    static const WCHAR lone_surrogate[] = {L'h', 0xD800, L'x', 0};
    struct license_fixture *fixture = *state;
    const WCHAR *key = license_key(1);
    const struct
    {
        const WCHAR *key, *header, *actions;
        HRESULT expected;
    } rows[] = {
        {NULL, NULL, NULL, E_POINTER},
        {L"", NULL, NULL, NS_E_DRM_INVALID_KID},
        {L"AAAA", NULL, NULL, NS_E_DRM_INVALID_KID},
        {lone_surrogate, NULL, NULL, NS_E_DRM_INVALID_KID},
        {key, L"rubbish", NULL, NS_E_DRM_MALFORMED_CONTENT_HEADER},
        {key, lone_surrogate, NULL, E_INVALIDARG},
        {key, license_header(2, NULL), NULL, E_INVALIDARG},
        {key, license_key(2), NULL, E_INVALIDARG},
        {key, NULL, L"rubbish", E_INVALIDARG},
        {key, NULL, lone_surrogate, E_INVALIDARG},
    };

    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(fixture->management, (BSTR)(LONG_PTR)key, NULL, NULL,
                                                                NULL),
              E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
        HRESULT hr = IWMDRMLicenseManagement_MonitorLicenseAcquisition(fixture->management,
                                                                       (BSTR)(LONG_PTR)rows[i].key,
                                                                       (BSTR)(LONG_PTR)rows[i].header,
                                                                       (BSTR)(LONG_PTR)rows[i].actions, &cookie);

        if (hr != rows[i].expected || cookie)
            fail_msg("row %u: 0x%08lx, expected 0x%08lx", (unsigned int)i, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
    license_no_event(fixture->management);
}

static void monitor__cancelled_ends_at_once(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *first = monitor(fixture->management, 1, NULL), *second = monitor(fixture->management, 2, NULL);

    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, second), S_OK);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    license_no_event(fixture->management);
    /* Again, and after it ended: fine, without effect. */
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, second), S_OK);
    license_no_event(fixture->management);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, first), S_OK);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(IUnknown_Release(first), 0);
    assert_int_equal(IUnknown_Release(second), 0);
}

static void monitor__ends_with_its_object(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = monitor(fixture->management, 1, NULL), *refused = (IUnknown *)(LONG_PTR)1;
    IMFMediaEvent *event = NULL;

    assert_hr(IWMDRMLicenseManagement_Shutdown(fixture->management), S_OK);
    assert_hr(IWMDRMLicenseManagement_GetEvent(fixture->management, 0, &event), MF_E_SHUTDOWN);
    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(fixture->management, license_key(1), NULL, NULL,
                                                                &refused),
              MF_E_SHUTDOWN);
    assert_null(refused);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, cookie), S_OK);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

static void monitor__ends_with_the_module(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie;

    assert_hr(WMDRMStartup(), S_OK);
    cookie = monitor(fixture->management, 1, NULL);
    assert_hr(WMDRMShutdown(), S_OK);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

/* --- two processes ---------------------------------------------------------------------------------------- */

/* What the other process does: acquires a licence for content 1 in the store that its environment names. */
static int acquire_as_other_process(void)
{
    IWMDRMLicenseManagement *management = NULL;
    IWMDRMProvider *provider = NULL;
    IMFMediaEvent *event = NULL;
    IUnknown *cookie = NULL;
    HRESULT hr, status = E_FAIL;

    if (SUCCEEDED(hr = WMDRMCreateProvider(&provider))
        && SUCCEEDED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management))
        && SUCCEEDED(hr = IWMDRMLicenseManagement_AcquireLicense(management, NULL, license_header(1, NULL), NULL,
                                                                 WMDRM_ACQUIRE_LICENSE_SILENT, &cookie))
        && SUCCEEDED(hr = IWMDRMLicenseManagement_GetEvent(management, 0, &event)))
        hr = IMFMediaEvent_GetStatus(event, &status);
    if (event)
        IMFMediaEvent_Release(event);
    if (cookie)
        IUnknown_Release(cookie);
    if (management)
        IWMDRMLicenseManagement_Release(management);
    if (provider)
        IWMDRMProvider_Release(provider);
    return SUCCEEDED(hr) && status == NS_S_DRM_LICENSE_ACQUIRED ? 0 : 1;
}

static HANDLE start_other_process(void)
{
    WCHAR program[MAX_PATH], command[MAX_PATH + 40];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;

    assert_int_not_equal(GetModuleFileNameW(NULL, program, ARRAYSIZE(program)), 0);
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %hs", program, OTHER_PROCESS_ARGUMENT);
    assert_true(CreateProcessW(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void monitor__sees_what_another_process_stores(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = monitor(fixture->management, 1, license_actions(L"Play"));
    DWORD code = 99;
    HANDLE process;

    license_add_content(fixture, 1, "Play");
    license_no_event(fixture->management);
    process = start_other_process();
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(WaitForSingleObject(process, PATIENCE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process, &code));
    assert_int_equal(code, 0);
    CloseHandle(process);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(acquire__silently_stores_a_licence),
        LICENSE_TEST(acquire__again_adds_a_licence),
        LICENSE_TEST(acquire__takes_the_url_from_the_header_or_the_caller),
        LICENSE_TEST(acquire__says_what_the_issuer_says),
        LICENSE_TEST(acquire__without_a_header_is_delivery_ahead),
        LICENSE_TEST(acquire__hands_out_a_request),
        LICENSE_TEST(acquire__with_a_page_stores_what_the_program_got),
        LICENSE_TEST(acquire__legacy_has_a_key_id_for_a_header),
        LICENSE_TEST(acquire__checks_its_arguments),
        cmocka_unit_test_setup_teardown(acquire__needs_an_identity, license_fixture_set_up_bare,
                                        license_fixture_tear_down),
        LICENSE_TEST(acquire__keeps_licences_through_a_new_identity),
        LICENSE_TEST(acquire__refuses_a_second_one),
        LICENSE_TEST(acquire__cancelled_ends_with_one_event),
        LICENSE_TEST(release__in_full_flight_leaves_nothing),
        LICENSE_TEST(monitor__ends_at_once_where_the_licence_is_there),
        LICENSE_TEST(monitor__sees_what_is_stored),
        LICENSE_TEST(monitor__waits_for_its_actions),
        LICENSE_TEST(monitor__checks_its_arguments),
        LICENSE_TEST(monitor__cancelled_ends_at_once),
        LICENSE_TEST(monitor__ends_with_its_object),
        LICENSE_TEST(monitor__ends_with_the_module),
        LICENSE_TEST(monitor__sees_what_another_process_stores),
    };

    if (argc == 2 && !strcmp(argv[1], OTHER_PROCESS_ARGUMENT))
        return acquire_as_other_process();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
