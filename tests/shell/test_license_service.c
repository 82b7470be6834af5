/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences from a service over HTTP: the good day, each bad one, and what happens while one waits for it. */
#include "shell/fault_service.h"
#include "shell/license_fixture.h"

#include <string.h>
#include <wchar.h>

#define PATIENCE_MS 60000

static struct fault_service service;

/* A machine that the service individualized. */
static int set_up(void **state)
{
    struct license_fixture *fixture;

    if (license_fixture_set_up_bare(state))
        return -1;
    fixture = *state;
    fault_service_start(&service);
    license_fixture_renew(fixture);
    license_individualize(fixture);
    license_fixture_renew(fixture);
    fixture->authority = service.authorities[0];
    license_add_content(fixture, 1, "Play; Copy(count=3)");
    return 0;
}

static int tear_down(void **state)
{
    struct license_fixture *fixture = *state;

    fixture->authority = NULL;
    IWMDRMLicenseManagement_Shutdown(fixture->management);
    fault_service_stop(&service);
    return license_fixture_tear_down(state);
}

static void service__issues_licences(void **state)
{
    struct license_fixture *fixture = *state;

    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Copy"), 0);
    assert_hr(license_acquire(fixture->management, 2), NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE);
}

/* The header may name another place for licences than the service's own. */
static void service__may_be_elsewhere(void **state)
{
    struct license_fixture *fixture = *state;
    struct license_event event;
    WCHAR url[128];
    IUnknown *cookie;

    swprintf(url, ARRAYSIZE(url), L"%hs/v1/license", service.server.url);
    shell_configure(L"WMDRM_SERVICE_URL", L"http://127.0.0.1:9/nobody");
    license_fixture_renew(fixture);
    assert_hr(license_acquire(fixture->management, 1), HRESULT_FROM_WIN32(12029));
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL, license_header(1, url), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    license_next_event(fixture->management, &event);
    assert_hr(event.status, NS_S_DRM_LICENSE_ACQUIRED);
}

static void service__says_why_there_is_no_licence(void **state)
{
    static const struct
    {
        const char *name;
        enum fault fault;
        unsigned int status;
        HRESULT expected;
    } rows[] = {
        {"cut", FAULT_CUT, 0, HRESULT_FROM_WIN32(12030)},
        {"long length", FAULT_LONG_LENGTH, 0, HRESULT_FROM_WIN32(12030)},
        {"truncated", FAULT_TRUNCATED_HEAD, 0, NS_E_DRM_LICENSE_INVALID_XML},
        {"one byte less", FAULT_TRUNCATED_PART, 0, NS_E_DRM_LICENSE_INVALID_XML},
        {"one byte more", FAULT_TRAILING_BYTE, 0, NS_E_DRM_LICENSE_INVALID_XML},
        {"replay", FAULT_REPLAY, 0, NS_E_DRM_PARAMETERS_MISMATCHED},
        {"web page", FAULT_HTML, 0, NS_E_DRM_LICENSE_NOTACQUIRED},
        {"empty", FAULT_EMPTY, 0, HRESULT_FROM_WIN32(12152)},
        {"gigabytes", FAULT_GIGABYTES, 0, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE)},
        {"redirect loop", FAULT_REDIRECT_LOOP, 0, HRESULT_FROM_WIN32(12156)},
        {"redirect nowhere", FAULT_REDIRECT_NOWHERE, 0, HRESULT_FROM_WIN32(12156)},
        {"400", FAULT_STATUS, 400, NS_E_DRM_BAD_REQUEST},
        {"403", FAULT_STATUS, 403, NS_E_DRM_NO_RIGHTS},
        {"404", FAULT_STATUS, 404, NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE},
        {"409", FAULT_STATUS, 409, NS_E_DRM_LICENSE_NOTACQUIRED},
        {"410", FAULT_STATUS, 410, NS_E_DRM_CERTIFICATE_REVOKED},
        {"426", FAULT_STATUS, 426, NS_E_DRM_NEEDS_INDIVIDUALIZATION},
        {"429", FAULT_STATUS, 429, (HRESULT)(0x80190000 | 429)},
        {"500", FAULT_STATUS, 500, (HRESULT)(0x80190000 | 500)},
        {"503", FAULT_STATUS, 503, (HRESULT)(0x80190000 | 503)},
    };
    struct license_fixture *fixture = *state;

    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED); /* what a replay is of */
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        HRESULT hr;

        fault_service_set(&service, rows[i].fault);
        service.status = rows[i].status;
        hr = license_acquire(fixture->management, 1);
        if (hr != rows[i].expected)
            fail_msg("%s: 0x%08lx, expected 0x%08lx", rows[i].name, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
    /* Whichever character is another one, nothing is stored. */
    fault_service_set(&service, FAULT_ALTERED_HEAD);
    assert_true(FAILED(license_acquire(fixture->management, 1)));
    fault_service_set(&service, FAULT_ALTERED_PART);
    assert_true(FAILED(license_acquire(fixture->management, 1)));
    assert_int_equal(license_count(fixture, NULL), 1);
    fault_service_set(&service, FAULT_NONE);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_count(fixture, NULL), 2);
}

/* --- while the service is silent ---------------------------------------------------------------------------- */

/* An acquisition that has reached the service and waits for it. */
static IUnknown *start_held(IWMDRMLicenseManagement *management, enum fault fault)
{
    IUnknown *cookie = NULL;

    fault_service_set(&service, fault);
    ResetEvent(service.server.asked);
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(management, NULL, license_header(1, NULL), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
              S_OK);
    assert_int_equal(WaitForSingleObject(service.server.asked, PATIENCE_MS), WAIT_OBJECT_0);
    return cookie;
}

/* One of a kind; other kinds queue up, in the order of the calls; monitors run beside. */
static void acquire__makes_its_kind_busy(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->management;
    IUnknown *first = start_held(management, FAULT_GATE), *refused = (IUnknown *)(LONG_PTR)1, *clean, *monitor;
    struct license_event event;
    int acquired = 0, cleaned = 0;

    assert_hr(IWMDRMLicenseManagement_AcquireLicense(management, NULL, license_header(1, NULL), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_NONSILENT, &refused),
              NS_E_DRM_ACQUIRING_LICENSE);
    assert_null(refused);
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &clean), S_OK);
    assert_hr(IWMDRMLicenseManagement_CleanLicenseStore(management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &refused),
              NS_E_DRM_BUSY);
    assert_null(refused);
    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, license_key(2), NULL, NULL, &monitor),
              S_OK);
    license_no_event(management);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(management, monitor), S_OK);
    check_completed(management, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    license_no_event(management);
    IUnknown_Release(monitor);
    assert_hr(IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, license_key(1), NULL, NULL, &monitor),
              S_OK);
    fault_service_open_gate(&service);
    for (int i = 0; i < 3; i++) /* the monitor ends when the licence is there; the acquisition, then the clean */
    {
        license_next_event(management, &event);
        acquired += event.type == MEWMDRMLicenseAcquisitionCompleted && event.status == NS_S_DRM_LICENSE_ACQUIRED;
        cleaned += event.type == MEWMDRMLicenseStoreCleaned;
    }
    assert_int_equal(acquired, 2);
    assert_int_equal(cleaned, 1);
    license_no_event(management);
    assert_int_equal(IUnknown_Release(first), 0);
    assert_int_equal(IUnknown_Release(clean), 0);
    assert_int_equal(IUnknown_Release(monitor), 0);
}

static void cancel__ends_a_wait_for_the_network(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = start_held(fixture->management, FAULT_SILENCE);

    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(fixture->management, cookie), S_OK);
    check_completed(fixture->management, MEWMDRMLicenseAcquisitionCompleted, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(IUnknown_Release(cookie), 0);
    license_no_event(fixture->management);
    /* The kind is free again. */
    fault_service_set(&service, FAULT_NONE);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
}

static void shutdown__ends_a_wait_for_the_network(void **state)
{
    struct license_fixture *fixture = *state;
    IUnknown *cookie = start_held(fixture->management, FAULT_SILENCE);
    IMFMediaEvent *event = NULL;

    assert_hr(IWMDRMLicenseManagement_Shutdown(fixture->management), S_OK);
    assert_hr(IWMDRMLicenseManagement_GetEvent(fixture->management, 0, &event), MF_E_SHUTDOWN);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

static void release__waits_for_nothing(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMLicenseManagement *management;
    IUnknown *cookie;

    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement,
                                          (void **)&management),
              S_OK);
    cookie = start_held(management, FAULT_SILENCE);
    assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
    assert_int_equal(IUnknown_Release(cookie), 0);
    fault_service_set(&service, FAULT_NONE);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
}

/* The last shutdown of the module cancels what does not end by itself, and its event is there then. */
static void shutdown_of_the_module__cancels_what_waits(void **state)
{
    struct license_fixture *fixture = *state;
    IMFMediaEvent *object = NULL;
    IUnknown *cookie;
    HRESULT status;

    assert_hr(WMDRMStartup(), S_OK);
    cookie = start_held(fixture->management, FAULT_SILENCE);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(IWMDRMLicenseManagement_GetEvent(fixture->management, MF_EVENT_FLAG_NO_WAIT, &object), S_OK);
    assert_hr(IMFMediaEvent_GetStatus(object, &status), S_OK);
    assert_hr(status, NS_E_DRM_OPERATION_CANCELED);
    IMFMediaEvent_Release(object);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

#define SERVICE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(service__issues_licences),
        SERVICE_TEST(service__may_be_elsewhere),
        SERVICE_TEST(service__says_why_there_is_no_licence),
        SERVICE_TEST(acquire__makes_its_kind_busy),
        SERVICE_TEST(cancel__ends_a_wait_for_the_network),
        SERVICE_TEST(shutdown__ends_a_wait_for_the_network),
        SERVICE_TEST(release__waits_for_nothing),
        SERVICE_TEST(shutdown_of_the_module__cancels_what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
