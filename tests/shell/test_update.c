/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PerformSecurityUpdate with the embedded authority: arguments, events, operations, cookies. */
#include "shell/shell_fixture.h"

#include <string.h>

static void update__checks_its_arguments(void **state)
{
    static const DWORD bad[] = {0, 8, 0x80000000, WMDRM_SECURITY_PERFORM_INDIV | 0x10};
    struct shell_fixture *fixture = *state;
    IUnknown *cookie;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, NULL), E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(bad); i++)
    {
        cookie = (IUnknown *)(LONG_PTR)1;
        assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, bad[i], &cookie), E_INVALIDARG);
        assert_null(cookie);
    }
}

static void update__refused_queues_nothing(void **state)
{
    struct shell_fixture *fixture = *state;
    IMFMediaEvent *event = NULL;
    IUnknown *cookie;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, 0, &cookie), E_INVALIDARG);
    assert_hr(IWMDRMSecurity_GetEvent(fixture->security, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_NO_EVENTS_AVAILABLE);
    assert_null(event);
}

static void check_state(const struct shell_event *event, DRM_INDIVIDUALIZATION_STATUS state, DRM_HTTP_STATUS http,
                        DWORD round_trips)
{
    assert_int_equal(event->state.enIndiStatus, state);
    assert_int_equal(event->state.enHTTPStatus, http);
    assert_int_equal(event->state.dwHTTPRequest, round_trips);
}

static void individualization__goes_through_every_state(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;
    const struct shell_event *end;

    check_version(fixture->security, L"2.2.0.0");
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    end = events.items + events.count - 1;

    check_state(&events.items[0], INDI_BEGIN, HTTP_NOTINITIATED, 0);
    check_state(&events.items[1], INDI_DOWNLOAD, HTTP_CONNECTING, 0);
    check_state(&events.items[2], INDI_DOWNLOAD, HTTP_REQUESTING, 0);
    check_state(&events.items[3], INDI_DOWNLOAD, HTTP_RECEIVING, 0);
    check_state(end - 3, INDI_DOWNLOAD, HTTP_COMPLETED, 1);
    check_state(end - 2, INDI_INSTALL, HTTP_COMPLETED, 1);
    check_state(end - 1, INDI_SUCCEED, HTTP_COMPLETED, 1);
    assert_string_equal(end[-1].url, "local:");
    assert_true(end[-1].state.dwHTTPReadTotal > 0);
    assert_int_equal(end[-1].state.dwHTTPReadProgress, end[-1].state.dwHTTPReadTotal);
    check_version(fixture->security, L"2.10.0.1");
}

/* The service says so in one small answer: nothing is downloaded, nothing installed. */
static void individualization__of_a_current_machine_downloads_nothing(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;

    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    check_version(fixture->security, L"2.10.0.1");

    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    for (size_t i = 0; i < events.count; i++)
    {
        assert_int_not_equal(events.items[i].state.enIndiStatus, INDI_INSTALL);
        assert_int_not_equal(events.items[i].state.enHTTPStatus, HTTP_RECEIVING);
    }
}

static void individualization__forced_makes_a_new_certificate(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;
    BYTE *certificates[2], version[4];
    DWORD sizes[2];

    for (size_t i = 0; i < 2; i++)
    {
        assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV,
                               MEWMDRMIndividualizationCompleted, &events),
                  S_OK);
        assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
        assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                       &certificates[i], &sizes[i]),
                  S_OK);
    }
    assert_true(sizes[0] != sizes[1] || memcmp(certificates[0], certificates[1], sizes[0]));
    CoTaskMemFree(certificates[0]);
    CoTaskMemFree(certificates[1]);
}

/* Each event has one of its own, which nobody else holds, also while the cookie is held. */
static void individualization__status_objects_are_the_events_alone(void **state)
{
    struct shell_fixture *fixture = *state;
    MediaEventType type = MEUnknown;
    IUnknown *cookie;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, &cookie), S_OK);
    while (type != MEWMDRMIndividualizationCompleted)
    {
        IWMDRMIndividualizationStatus *status;
        IMFMediaEvent *event;
        PROPVARIANT value;

        assert_hr(IWMDRMSecurity_GetEvent(fixture->security, 0, &event), S_OK);
        assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
        assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
        check_interface(event, IID_IMarshal, TRUE);
        assert_int_equal(IMFMediaEvent_Release(event), 0);
        if (type == MEWMDRMIndividualizationCompleted)
            continue;
        assert_int_equal(value.vt, VT_UNKNOWN);
        check_references(value.punkVal, 1);
        check_interface(value.punkVal, IID_IMarshal, TRUE);
        check_interface(value.punkVal, IID_IWMDRMLicenseBackupRestoreStatus, FALSE);
        check_free_threaded(value.punkVal, IID_IWMDRMIndividualizationStatus);
        assert_hr(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMIndividualizationStatus, (void **)&status), S_OK);
        assert_hr(IWMDRMIndividualizationStatus_GetStatus(status, NULL), E_POINTER);
        IWMDRMIndividualizationStatus_Release(status);
        assert_int_equal(IUnknown_Release(value.punkVal), 0);
    }
    assert_int_equal(IUnknown_Release(cookie), 0);
}

static void refresh__ends_with_its_one_event(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;
    ULONGLONG version;

    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_APP, &version), S_OK);
    assert_int_equal(version, 0);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, &events),
              S_OK);
    assert_int_equal(events.count, 1);
    assert_false(events.items[0].has_state);
    assert_hr(IWMDRMSecurity_GetRevocationDataVersion(fixture->security, &WMDRM_REVOCATIONTYPE_APP, &version), S_OK);
    assert_int_equal(version, 1);
    check_version(fixture->security, L"2.2.0.0"); /* a refresh is no individualization */
}

static void update__flags_combine(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;

    assert_hr(shell_update(fixture->security,
                           WMDRM_SECURITY_PERFORM_INDIV | WMDRM_SECURITY_PERFORM_FORCE_INDIV
                               | WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    assert_int_equal(events.items[events.count - 2].type, MEWMDRMIndividualizationCompleted);
    assert_hr(events.items[events.count - 2].status, S_OK);
}

/* --- two consumers of events: a callback that starts the next operation ---------------------------------- */

struct restarting_callback
{
    IMFAsyncCallback IMFAsyncCallback_iface;
    LONG references;
    IWMDRMSecurity *security;
    HANDLE done;
    HANDLE released; /* set by each Release */
    int completions;
    HRESULT begin, end, update; /* the worst of each, judged by the test */
};

static struct restarting_callback *restarting_callback_from_IMFAsyncCallback(IMFAsyncCallback *iface)
{
    return CONTAINING_RECORD(iface, struct restarting_callback, IMFAsyncCallback_iface);
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface(IMFAsyncCallback *iface, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAsyncCallback))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IMFAsyncCallback_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_AddRef(IMFAsyncCallback *iface)
{
    return InterlockedIncrement(&restarting_callback_from_IMFAsyncCallback(iface)->references);
}

static ULONG STDMETHODCALLTYPE callback_Release(IMFAsyncCallback *iface)
{
    struct restarting_callback *callback = restarting_callback_from_IMFAsyncCallback(iface);
    HANDLE released = callback->released;
    ULONG references = InterlockedDecrement(&callback->references);

    SetEvent(released);
    return references;
}

static HRESULT STDMETHODCALLTYPE callback_GetParameters(IMFAsyncCallback *iface, DWORD *flags, DWORD *queue)
{
    (void)iface;
    *flags = 0;
    *queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
    return S_OK;
}

static void note(HRESULT *worst, HRESULT hr)
{
    if (SUCCEEDED(*worst))
        *worst = hr;
}

static HRESULT STDMETHODCALLTYPE callback_Invoke(IMFAsyncCallback *iface, IMFAsyncResult *result)
{
    struct restarting_callback *callback = restarting_callback_from_IMFAsyncCallback(iface);
    MediaEventType type = MEUnknown;
    IMFMediaEvent *event = NULL;
    IUnknown *cookie = NULL;

    note(&callback->end, IWMDRMSecurity_EndGetEvent(callback->security, result, &event));
    if (event)
    {
        IMFMediaEvent_GetType(event, &type);
        IMFMediaEvent_Release(event);
    }
    if (type == MEWMDRMIndividualizationCompleted && ++callback->completions < 3)
    {
        /* The kind is free before its completion can be seen. */
        note(&callback->update, IWMDRMSecurity_PerformSecurityUpdate(
                                    callback->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie));
        if (cookie)
            IUnknown_Release(cookie);
    }
    if (callback->completions == 3)
        SetEvent(callback->done);
    else
        note(&callback->begin, IWMDRMSecurity_BeginGetEvent(callback->security, iface, NULL));
    return S_OK;
}

static const IMFAsyncCallbackVtbl callback_vtbl = {
    callback_QueryInterface, callback_AddRef, callback_Release, callback_GetParameters, callback_Invoke,
};

static void update__can_be_started_by_a_completion_handler(void **state)
{
    struct shell_fixture *fixture = *state;
    static struct restarting_callback callback = {.IMFAsyncCallback_iface = {&callback_vtbl}, .references = 1};
    IUnknown *cookie;

    callback.security = fixture->security;
    callback.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    callback.released = CreateEventW(NULL, FALSE, FALSE, NULL);
    assert_hr(IWMDRMSecurity_BeginGetEvent(fixture->security, &callback.IMFAsyncCallback_iface, NULL), S_OK);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    assert_int_equal(WaitForSingleObject(callback.done, 120000), WAIT_OBJECT_0);
    assert_hr(callback.begin, S_OK);
    assert_hr(callback.end, S_OK);
    assert_hr(callback.update, S_OK);
    IWMDRMSecurity_Shutdown(fixture->security);
    /* The work queue holds the callback a moment longer than the callback's own last line. */
    while (InterlockedCompareExchange(&callback.references, 1, 1) != 1)
        assert_int_equal(WaitForSingleObject(callback.released, 120000), WAIT_OBJECT_0);
    CloseHandle(callback.done);
}

/* --- cookies, shutdown, lifetime -------------------------------------------------------------------------- */

static void cancel__checks_its_cookie(void **state)
{
    struct shell_fixture *fixture = *state;
    IWMDRMSecurity *other = shell_create_security(fixture->provider);
    struct shell_events events;
    IUnknown *cookie, *foreign;

    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, NULL), E_POINTER);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, (IUnknown *)fixture->provider), E_INVALIDARG);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, &cookie), S_OK);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(other, WMDRM_SECURITY_PERFORM_INDIV, &foreign), S_OK);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, foreign), E_INVALIDARG);
    shell_collect(fixture->security, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    shell_collect(other, MEWMDRMIndividualizationCompleted, &events);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);

    /* The operation has ended: fine, and without effect; also twice, and after Shutdown. */
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    assert_hr(IWMDRMSecurity_Shutdown(fixture->security), S_OK);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    check_interface(cookie, IID_IUnknown, TRUE);
    check_interface(cookie, IID_IMarshal, TRUE);
    check_interface(cookie, IID_IWMDRMSecurity, FALSE);
    check_free_threaded(cookie, IID_IUnknown); /* else it would be nobody's cookie in another apartment */
    assert_int_equal(IUnknown_Release(cookie), 0);
    assert_int_equal(IUnknown_Release(foreign), 0);
    assert_int_equal(IWMDRMSecurity_Release(other), 0);
}

static void shutdown__refuses_what_starts_later(void **state)
{
    struct shell_fixture *fixture = *state;
    IMFMediaEvent *event = NULL;
    IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

    assert_hr(IWMDRMSecurity_Shutdown(fixture->security), S_OK);
    assert_hr(IWMDRMSecurity_Shutdown(fixture->security), S_OK);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    assert_hr(IWMDRMSecurity_GetEvent(fixture->security, 0, &event), MF_E_SHUTDOWN);
    check_version(fixture->security, L"2.2.0.0"); /* questions still work */
}

/* At any moment of the operation: the object goes, the cookie may stay, and nothing hangs or breaks. */
static void release__in_full_flight_leaves_nothing(void **state)
{
    struct shell_fixture *fixture = *state;

    for (DWORD i = 0; i < 20; i++)
    {
        IWMDRMSecurity *security = shell_create_security(fixture->provider);
        IMFMediaEvent *event;
        IUnknown *cookie;

        assert_hr(IWMDRMSecurity_PerformSecurityUpdate(security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie), S_OK);
        for (DWORD seen = 0; seen < i % 8; seen++) /* a different moment each time */
        {
            assert_hr(IWMDRMSecurity_GetEvent(security, 0, &event), S_OK);
            IMFMediaEvent_Release(event);
        }
        if (i & 1)
            IUnknown_Release(cookie);
        assert_int_equal(IWMDRMSecurity_Release(security), 0);
        if (!(i & 1))
            assert_int_equal(IUnknown_Release(cookie), 0);
    }
    /* Whatever was cut off: the store is whole, and the next individualization works. */
    struct shell_events events;
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
}

static void cancel__at_any_moment_ends_with_one_last_state(void **state)
{
    struct shell_fixture *fixture = *state;

    for (DWORD moment = 0; moment < 9; moment++)
    {
        struct shell_events events = {0};
        DRM_INDIVIDUALIZATION_STATUS last;
        bool cancelled = false;
        IUnknown *cookie;

        assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
                  S_OK);
        do
        {
            if (events.count >= moment && !cancelled)
                assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
            cancelled |= events.count >= moment;
            shell_next_event(fixture->security, &events.items[events.count]);
        } while (events.items[events.count++].type != MEWMDRMIndividualizationCompleted);
        last = shell_check_individualization(&events);
        assert_true(last == INDI_CANCEL || last == INDI_SUCCEED); /* it may have been too late */
        assert_int_equal(IUnknown_Release(cookie), 0);
    }
}

/* Both steps belong to one cookie. */
static void cancel__ends_a_combined_update(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;
    IUnknown *cookie;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(
                  fixture->security,
                  WMDRM_SECURITY_PERFORM_FORCE_INDIV | WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH, &cookie),
              S_OK);
    assert_hr(IWMDRMSecurity_CancelAsyncOperation(fixture->security, cookie), S_OK);
    shell_collect(fixture->security, MEWMDRMRevocationDownloadCompleted, &events);
    (void)shell_check_individualization(&events);
    assert_hr(events.items[events.count - 1].status, NS_E_DRM_OPERATION_CANCELED);
    IUnknown_Release(cookie);
}

static void shutdown_of_the_module__waits_for_operations(void **state)
{
    struct shell_fixture *fixture = *state;
    IUnknown *cookie;

    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
              S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    /* All events are there, without waiting. */
    for (;;)
    {
        IMFMediaEvent *event;
        MediaEventType type;

        assert_hr(IWMDRMSecurity_GetEvent(fixture->security, MF_EVENT_FLAG_NO_WAIT, &event), S_OK);
        assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
        IMFMediaEvent_Release(event);
        if (type == MEWMDRMIndividualizationCompleted)
            break;
    }
    IUnknown_Release(cookie);
}

/* Progress does not depend on a message loop, in any apartment. */
static void update__works_in_a_single_threaded_apartment(void **state)
{
    struct shell_fixture *fixture = *state;
    struct shell_events events;

    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    assert_int_equal(shell_check_individualization(&events), INDI_SUCCEED);
    CoUninitialize();
}

/* The documented example: a loop that polls, and leaves only on event 508. */
static void update__serves_the_documented_loop(void **state)
{
    struct shell_fixture *fixture = *state;
    IWMDRMEventGenerator *generator = NULL;
    MediaEventType type = MEUnknown;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(fixture->security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &cookie),
              S_OK);
    assert_hr(IWMDRMSecurity_QueryInterface(fixture->security, &IID_IWMDRMEventGenerator, (void **)&generator), S_OK);
    while (type != MEWMDRMIndividualizationCompleted)
    {
        IMFMediaEvent *event = NULL;
        HRESULT hr = IWMDRMEventGenerator_GetEvent(generator, MF_EVENT_FLAG_NO_WAIT, &event);

        if (FAILED(hr))
        {
            assert_hr(hr, MF_E_NO_EVENTS_AVAILABLE);
            assert_null(event);
            SwitchToThread();
            continue;
        }
        assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
        IMFMediaEvent_Release(event);
    }
    IWMDRMEventGenerator_Release(generator);
    IUnknown_Release(cookie);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, shell_fixture_set_up, shell_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(update__checks_its_arguments),
        FIXTURE_TEST(update__refused_queues_nothing),
        FIXTURE_TEST(individualization__goes_through_every_state),
        FIXTURE_TEST(individualization__of_a_current_machine_downloads_nothing),
        FIXTURE_TEST(individualization__forced_makes_a_new_certificate),
        FIXTURE_TEST(individualization__status_objects_are_the_events_alone),
        FIXTURE_TEST(refresh__ends_with_its_one_event),
        FIXTURE_TEST(update__flags_combine),
        FIXTURE_TEST(update__can_be_started_by_a_completion_handler),
        FIXTURE_TEST(cancel__checks_its_cookie),
        FIXTURE_TEST(shutdown__refuses_what_starts_later),
        FIXTURE_TEST(release__in_full_flight_leaves_nothing),
        FIXTURE_TEST(cancel__at_any_moment_ends_with_one_last_state),
        FIXTURE_TEST(cancel__ends_a_combined_update),
        FIXTURE_TEST(shutdown_of_the_module__waits_for_operations),
        FIXTURE_TEST(update__works_in_a_single_threaded_apartment),
        FIXTURE_TEST(update__serves_the_documented_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
