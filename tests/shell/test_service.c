/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Updates with a service over HTTP: the good day, and each bad one, through COM. */
#include "shell/fault_service.h"
#include "shell/shell_fixture.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <wmdrmsdkext.h>

#include "engine/base/result.h"

static struct fault_service service;
static struct shell_events events;

static int set_up(void **state)
{
    int result = shell_fixture_set_up(state);

    if (!result)
    {
        fault_service_start(&service);
        shell_fixture_renew(*state);
    }
    return result;
}

static int tear_down(void **state)
{
    struct shell_fixture *fixture = *state;

    IWMDRMSecurity_Shutdown(fixture->security);
    fault_service_stop(&service);
    return shell_fixture_tear_down(state);
}

static HRESULT individualize(struct shell_fixture *fixture, DWORD flags)
{
    return shell_update(fixture->security, flags, MEWMDRMIndividualizationCompleted, &events);
}

static void service__individualizes_a_machine(void **state)
{
    struct shell_fixture *fixture = *state;
    const WM_INDIVIDUALIZE_STATUS *last;

    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    last = &events.items[events.count - 2].state;
    assert_int_equal(last->dwHTTPRequest, 1);
    assert_int_equal(last->dwHTTPReadProgress, last->dwHTTPReadTotal);
    assert_memory_equal(events.items[events.count - 2].url, service.server.url, strlen(service.server.url));
    check_version(fixture->security, L"2.10.0.1");

    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    for (size_t i = 0; i < events.count; i++)
        assert_int_not_equal(events.items[i].state.enIndiStatus, INDI_INSTALL);
}

static void service__newer_version_and_component_stream_in(void **state)
{
    struct shell_fixture *fixture = *state;
    size_t transfers = 0;

    fault_service_publish(&service, (struct drm_version){.major = 2, .minor = 11}, 3000000);
    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    for (size_t i = 0; i < events.count; i++)
        transfers += events.items[i].state.enHTTPStatus == HTTP_RECEIVING;
    assert_true(transfers > 10);
    check_version(fixture->security, L"2.11.0.1");
}

/* The component reaches the program, byte for byte, through the interface of our own header. */
static void service__component_is_offered_to_programs(void **state)
{
    struct shell_fixture *fixture = *state;
    WIN32_FILE_ATTRIBUTE_DATA attributes;
    IWMDRMComponent *component = NULL;
    WCHAR path[MAX_PATH];
    ULONGLONG size = 1;
    BSTR name = NULL;

    check_interface(fixture->security, IID_IWMDRMComponent, TRUE);
    assert_hr(IWMDRMSecurity_QueryInterface(fixture->security, &IID_IWMDRMComponent, (void **)&component), S_OK);
    assert_hr(IWMDRMComponent_GetComponent(component, &name, &size), HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    assert_null(name);
    assert_int_equal(size, 0);

    fault_service_publish(&service, (struct drm_version){.major = 2, .minor = 11}, 123457);
    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), S_OK);
    assert_hr(IWMDRMComponent_GetComponent(component, NULL, &size), E_POINTER);
    assert_hr(IWMDRMComponent_GetComponent(component, &name, &size), S_OK);
    assert_true(!wcscmp(name, L"component"));
    assert_int_equal(size, 123457);
    SysFreeString(name);

    swprintf(path, MAX_PATH, L"%ls\\saved.bin", fixture->directory);
    assert_hr(IWMDRMComponent_SaveComponent(component, NULL), E_POINTER);
    assert_hr(IWMDRMComponent_SaveComponent(component, path), S_OK);
    assert_true(GetFileAttributesExW(path, GetFileExInfoStandard, &attributes));
    assert_int_equal(attributes.nFileSizeLow, 123457);
    assert_hr(IWMDRMComponent_SaveComponent(component, path), NS_E_DRM_UNABLE_TO_OPEN_DATA_STORE); /* it exists */
    IWMDRMComponent_Release(component);
}

/* --- bad days --------------------------------------------------------------------------------------------- */

struct bad_day
{
    const char *name;
    enum fault fault;
    unsigned int status;
    HRESULT expected;
    bool timeout; /* ends by the time-out, which is then set short */
};

static const struct bad_day bad_days[] = {
    {"silence", FAULT_SILENCE, 0, DRM_E_HTTP_TIMEOUT, true},
    {"drip", FAULT_DRIP, 0, DRM_E_HTTP_TIMEOUT, true},
    {"cut", FAULT_CUT, 0, DRM_E_HTTP_CONNECTION_CUT, false},
    {"long length", FAULT_LONG_LENGTH, 0, DRM_E_HTTP_CONNECTION_CUT, false},
    {"truncated head", FAULT_TRUNCATED_HEAD, 0, DRM_E_BAD_NET_RESPONSE, false},
    {"truncated part", FAULT_TRUNCATED_PART, 0, DRM_E_COMPONENT_INVALID, false},
    {"trailing byte", FAULT_TRAILING_BYTE, 0, DRM_E_COMPONENT_INVALID, false},
    {"altered part", FAULT_ALTERED_PART, 0, DRM_E_COMPONENT_INVALID, false},
    {"other machine", FAULT_OTHER_MACHINE, 0, DRM_E_INVALID_MACHINE, false},
    {"replay", FAULT_REPLAY, 0, DRM_E_PARAMETERS_MISMATCHED, false},
    {"other authority", FAULT_OTHER_AUTHORITY, 0, DRM_E_INVALID_CERTIFICATE, false},
    {"old version", FAULT_OLD_VERSION, 0, DRM_E_PACKAGE_TOO_OLD, false},
    {"html", FAULT_HTML, 0, DRM_E_BAD_NET_RESPONSE, false},
    {"empty", FAULT_EMPTY, 0, DRM_E_HTTP_EMPTY_RESPONSE, false},
    {"gigabytes", FAULT_GIGABYTES, 0, DRM_E_RESPONSE_TOO_LARGE, false},
    {"endless", FAULT_ENDLESS, 0, DRM_E_BAD_NET_RESPONSE, false},
    {"redirect loop", FAULT_REDIRECT_LOOP, 0, DRM_E_HTTP_REDIRECT_LOOP, false},
    {"redirect nowhere", FAULT_REDIRECT_NOWHERE, 0, DRM_E_HTTP_REDIRECT_LOOP, false},
    {"400", FAULT_STATUS, 400, DRM_E_BAD_REQUEST, false},
    {"404", FAULT_STATUS, 404, DRM_E_INDIV_NO_PACKAGE, false},
    {"429", FAULT_STATUS, 429, DRM_E_INDIV_LIMIT, false},
    {"500", FAULT_STATUS, 500, DRM_RESULT_FROM_HTTP(500), false},
    {"503", FAULT_STATUS, 503, DRM_E_INDIV_UNAVAILABLE, false},
};

static void get_certificate(struct shell_fixture *fixture, BYTE **certificate, DWORD *size)
{
    BYTE version[4];

    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version, certificate,
                                                   size),
              S_OK);
}

/* One HRESULT, one last state, one completion event, and the old identity in force. */
static void live_through(struct shell_fixture *fixture, const struct bad_day *day)
{
    BYTE *before, *after;
    DWORD before_size, after_size;
    HRESULT hr;

    get_certificate(fixture, &before, &before_size);
    service.status = day->status;
    fault_service_set(&service, day->fault);
    hr = individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV);
    if (hr != day->expected)
        print_error("bad day: %s\n", day->name);
    assert_hr(hr, day->expected);
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
    get_certificate(fixture, &after, &after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    check_version(fixture->security, L"2.10.0.1");
    CoTaskMemFree(before);
    CoTaskMemFree(after);
}

static void service__every_bad_day_leaves_the_old_identity(void **state)
{
    struct shell_fixture *fixture = *state;

    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV), S_OK);
    /* So that the next answers have a part that can be damaged. */
    fault_service_publish(&service, (struct drm_version){.major = 2, .minor = 10}, 100000);
    for (size_t i = 0; i < ARRAYSIZE(bad_days); i++)
        if (!bad_days[i].timeout)
            live_through(fixture, &bad_days[i]);
    fault_service_set(&service, FAULT_NONE);
    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV), S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
}

static void service__slow_days_end_by_the_timeout(void **state)
{
    struct shell_fixture *fixture = *state;

    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV), S_OK);
    shell_configure(L"WMDRM_TIMEOUT", L"2");
    shell_fixture_renew(fixture);
    for (size_t i = 0; i < ARRAYSIZE(bad_days); i++)
        if (bad_days[i].timeout)
            live_through(fixture, &bad_days[i]);
}

/* A flipped bit in the signed head ends as one of three: what cannot be read, what is not signed, whose certificate
 * is none. */
static void service__altered_head_is_refused(void **state)
{
    struct shell_fixture *fixture = *state;
    HRESULT hr;

    fault_service_set(&service, FAULT_ALTERED_HEAD);
    hr = individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV);
    assert_true(hr == DRM_E_SIGNATURE_FAILURE || hr == DRM_E_BAD_NET_RESPONSE || hr == DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
    check_version(fixture->security, L"2.2.0.0");
}

/* A forced individualization that is forbidden tries once more as a new machine; the answer is the same, and so is
 * the failure. */
static void service__forbidden_is_reported(void **state)
{
    struct shell_fixture *fixture = *state;

    service.status = 403;
    fault_service_set(&service, FAULT_STATUS);
    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_FORCE_INDIV), DRM_RESULT_FROM_HTTP(403));
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
}

static void service__refused_connection_fails(void **state)
{
    struct shell_fixture *fixture = *state;
    SOCKADDR_IN address = {.sin_family = AF_INET};
    SOCKET closed = socket(AF_INET, SOCK_STREAM, 0);
    int length = sizeof(address);
    WCHAR url[64];

    /* A port that is bound and does not listen. */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(closed, (SOCKADDR *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(closed, (SOCKADDR *)&address, &length), 0);
    swprintf(url, ARRAYSIZE(url), L"http://127.0.0.1:%u", ntohs(address.sin_port));
    shell_configure(L"WMDRM_SERVICE_URL", url);
    shell_fixture_renew(fixture);
    assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
    closesocket(closed);
}

static void service__without_trust_anchor_is_not_even_asked(void **state)
{
    struct shell_fixture *fixture = *state;
    static const WCHAR *const anchors[] = {L"", L"no anchor at all"};

    for (size_t i = 0; i < ARRAYSIZE(anchors); i++)
    {
        shell_configure(L"WMDRM_TRUST_ANCHOR", anchors[i]);
        shell_fixture_renew(fixture);
        assert_hr(individualize(fixture, WMDRM_SECURITY_PERFORM_INDIV), NS_E_DRM_NOT_CONFIGURED);
        assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
    }
    assert_int_equal(service.server.accepted, 0);
}

static void service__proxy_page_is_no_revocation_list(void **state)
{
    struct shell_fixture *fixture = *state;
    ULONGLONG version;

    fault_service_set(&service, FAULT_HTML);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, &events),
              NS_E_DRM_ERROR_BAD_NET_RESP);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_GRL, &version), S_OK);
    assert_int_equal(version, 0);
}

static void service__refresh_runs_after_a_failed_individualization(void **state)
{
    struct shell_fixture *fixture = *state;

    service.status = 503;
    fault_service_set(&service, FAULT_STATUS);
    assert_hr(shell_update(fixture->security,
                           WMDRM_SECURITY_PERFORM_INDIV | WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, &events),
              DRM_E_INDIV_UNAVAILABLE);
    assert_int_equal(shell_check_individualization(&events), INDI_FAIL);
}

/* 404 says of an individualization that there is no package; of a refresh it says nothing of the kind. */
static void service__refresh_without_lists_is_the_status(void **state)
{
    struct shell_fixture *fixture = *state;

    service.status = 404;
    fault_service_set(&service, FAULT_STATUS);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, &events),
              DRM_RESULT_FROM_HTTP(404));
}

/* --- operations in flight, held by a gate ----------------------------------------------------------------- */

/* Starts an individualization whose answer does not come, and waits until the service was asked. */
static IUnknown *start_held(struct shell_fixture *fixture, enum fault fault)
{
    IUnknown *cookie = NULL;

    fault_service_set(&service, fault);
    ResetEvent(service.server.asked);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
              S_OK);
    assert_int_equal(WaitForSingleObject(service.server.asked, 60000), WAIT_OBJECT_0);
    return cookie;
}

static void in_flight__a_second_of_a_kind_is_refused(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *first = start_held(fixture, FAULT_GATE), *refresh, *second = (IUnknown *)(LONG_PTR)1;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, &second),
              NS_E_DRM_INDIVIDUALIZING);
    assert_null(second);
    /* Another kind queues up behind it; its second is refused, and so is a combination. */
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                                                   &refresh),
              S_OK);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                                                   &second),
              NS_E_DRM_BUSY);
    assert_null(second);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(
                  fixture->security, WMDRM_SECURITY_PERFORM_INDIV | WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                  &second),
              NS_E_DRM_INDIVIDUALIZING);
    fault_service_open_gate(&service);
    shell_collect(fixture->security, MEWMDRMRevocationDownloadCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    assert_hr(events.items[events.count - 1].status, S_OK);
    assert_int_equal(IUnknown_Release(first), 0);
    assert_int_equal(IUnknown_Release(refresh), 0);
}

/* Another object is another matter. */
static void in_flight__another_object_is_free(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *first = start_held(fixture, FAULT_GATE), *second = NULL;
    IWMDRMSecurity *other = shell_create_security(fixture->provider);

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(other, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &second), S_OK);
    fault_service_open_gate(&service);
    shell_collect(other, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    shell_collect(fixture->security, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    IUnknown_Release(first);
    IUnknown_Release(second);
    assert_int_equal(IWMDRMSecurity_Release(other), 0);
}

static void in_flight__cancel_interrupts_a_silent_server(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *cookie = start_held(fixture, FAULT_SILENCE);
    ULONGLONG start = GetTickCount64();

    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    shell_collect(fixture->security, MEWMDRMIndividualizationCompleted, &events);
    print_message("cancel took %lu ms\n", (unsigned long)(GetTickCount64() - start));
    assert_int_equal(shell_check_individualization(&events), INDI_CANCEL);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

static void in_flight__cancel_interrupts_a_download(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_event event;
    IUnknown *cookie;

    fault_service_publish(&service, (struct drm_version){.major = 2, .minor = 11}, 3000000);
    cookie = start_held(fixture, FAULT_COMPONENT_GATE);
    do
        shell_next_event(fixture->security, &event);
    while (event.state.enHTTPStatus != HTTP_RECEIVING);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    do
        shell_next_event(fixture->security, &event);
    while (event.type != MEWMDRMIndividualizationCompleted);
    assert_hr(event.status, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(IUnknown_Release(cookie), 0);
    check_version(fixture->security, L"2.2.0.0");
}

/* Cancelling what still waits in the queue. */
static void in_flight__a_queued_refresh_is_cancelled(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *first = start_held(fixture, FAULT_GATE), *refresh;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                                                   &refresh),
              S_OK);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, refresh), S_OK);
    fault_service_open_gate(&service);
    shell_collect(fixture->security, MEWMDRMRevocationDownloadCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    assert_hr(events.items[events.count - 1].status, NS_E_DRM_OPERATION_CANCELED);
    IUnknown_Release(first);
    IUnknown_Release(refresh);
}

static void in_flight__shutdown_cancels_and_says_nothing_more(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *cookie = start_held(fixture, FAULT_SILENCE);
    IMFMediaEvent *event;

    assert_hr(IWMDRMSecurity_Shutdown(fixture->security), S_OK);
    assert_hr(IWMDRMSecurity_GetEvent(fixture->security, 0, &event), MF_E_SHUTDOWN);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

static void in_flight__last_release_returns_at_once(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *cookie = start_held(fixture, FAULT_SILENCE);

    assert_int_equal(IWMDRMSecurity_Release(fixture->security), 0);
    fixture->security = shell_create_security(fixture->provider);
    assert_int_equal(IUnknown_Release(cookie), 0);
}

/* A silent server does not hold up WMDRMShutdown for longer than its grace. */
static void in_flight__shutdown_of_the_module_cancels(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *cookie;

    assert_hr(WMDRMStartup(), S_OK);
    cookie = start_held(fixture, FAULT_SILENCE);
    assert_hr(WMDRMShutdown(), S_OK);
    shell_collect(fixture->security, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_CANCEL);
    IUnknown_Release(cookie);
}

#define SERVICE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(service__individualizes_a_machine),
        SERVICE_TEST(service__newer_version_and_component_stream_in),
        SERVICE_TEST(service__component_is_offered_to_programs),
        SERVICE_TEST(service__every_bad_day_leaves_the_old_identity),
        SERVICE_TEST(service__slow_days_end_by_the_timeout),
        SERVICE_TEST(service__altered_head_is_refused),
        SERVICE_TEST(service__forbidden_is_reported),
        SERVICE_TEST(service__refused_connection_fails),
        SERVICE_TEST(service__without_trust_anchor_is_not_even_asked),
        SERVICE_TEST(service__proxy_page_is_no_revocation_list),
        SERVICE_TEST(service__refresh_without_lists_is_the_status),
        SERVICE_TEST(service__refresh_runs_after_a_failed_individualization),
        SERVICE_TEST(in_flight__a_second_of_a_kind_is_refused),
        SERVICE_TEST(in_flight__another_object_is_free),
        SERVICE_TEST(in_flight__cancel_interrupts_a_silent_server),
        SERVICE_TEST(in_flight__cancel_interrupts_a_download),
        SERVICE_TEST(in_flight__a_queued_refresh_is_cancelled),
        SERVICE_TEST(in_flight__shutdown_cancels_and_says_nothing_more),
        SERVICE_TEST(in_flight__last_release_returns_at_once),
        SERVICE_TEST(in_flight__shutdown_of_the_module_cancels),
    };
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
