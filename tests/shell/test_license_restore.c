/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RestoreLicenses on another machine, through the service: the good day, each bad one, and while it does not answer. */
#include "shell/backup_fixture.h"

#include <string.h>
#include <wchar.h>

#include "shell/fault_service.h"

#define PATIENCE_MS 60000

static struct fault_service service;

/* A machine of the service's whose backup holds the licences 1, with a play used of five, and 2. */
static int set_up(void **state)
{
    struct backup_fixture *fixture;
    struct license_fixture *licenses;
    struct backup_events events;

    if (backup_fixture_set_up_with(state, license_fixture_set_up_bare))
        return -1;
    fixture = *state;
    licenses = fixture->licenses;
    fault_service_start(&service);
    license_fixture_renew(licenses);
    license_individualize(licenses);
    license_fixture_renew(licenses);
    licenses->authority = service.authorities[0];
    license_get(licenses, 1, "Play(count=5); Backup");
    license_get(licenses, 2, "Play");
    license_use_once(licenses, 1);
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    return 0;
}

static int tear_down(void **state)
{
    struct backup_fixture *fixture = *state;

    fixture->licenses->authority = NULL;
    IWMDRMLicenseManagement_Shutdown(fixture->licenses->management);
    fault_service_stop(&service);
    return backup_fixture_tear_down(state);
}

/* Another machine, of the service's too. */
static void become_another_machine(struct license_fixture *licenses)
{
    backup_lose_the_store(licenses);
    license_individualize(licenses);
    license_fixture_renew(licenses);
}

static LONG requests(void)
{
    return InterlockedCompareExchange(&service.server.accepted, 0, 0);
}

/* --- the good day --------------------------------------------------------------------------------------------- */

static void restore__on_another_machine_asks_the_service(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_CONNECTING,
                                            DRM_BACKUPRESTORE_DISCONNECTING, DRM_BACKUPRESTORE_END};
    static const MSDRM_STATUS refused[] = {DRM_BACKUPRESTORE_BEGIN, DRM_NEEDS_INDIVIDUALIZATION,
                                           DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;
    LONG before;

    backup_lose_the_store(licenses);
    before = requests();
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    backup_check_statuses(&events, refused, ARRAYSIZE(refused));
    assert_int_equal(requests(), before);
    assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    license_fixture_renew(licenses);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_int_equal(license_plays_left(licenses, 1), 4);
    license_use_once(licenses, 2);
    /* Once more gives nothing more. */
    license_use_once(licenses, 1);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_int_equal(license_plays_left(licenses, 1), 3);
}

static void restore__on_this_machine_asks_nobody(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct backup_events events;
    LONG before = requests();

    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    assert_int_equal(requests(), before);
}

static void restore__of_what_is_used_up_brings_nothing(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    become_another_machine(licenses);
    license_get(licenses, 3, "Play(count=1); Backup");
    license_use_once(licenses, 3);
    assert_hr(backup_make(fixture, WMDRM_BACKUP_OVERWRITE, &events), S_OK);
    become_another_machine(licenses);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 0);
}

/* --- refusals --------------------------------------------------------------------------------------------------- */

/* The original and three others; the fifth machine is shown where to read why not. */
static void restore__on_too_many_machines_shows_a_page(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_CONNECTING,
                                            DRM_ERROR_WITHURL, DRM_BACKUPRESTORE_DISCONNECTING,
                                            DRM_BACKUPRESTORE_END};
    struct backup_events events;
    WCHAR page[64];

    for (int machine = 2; machine <= 4; machine++)
    {
        backup_lose_the_store(licenses);
        for (int again = 0; again < 2; again++) /* a machine counts once */
            assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
        assert_int_equal(license_count(licenses, NULL), 2);
    }
    backup_lose_the_store(licenses);
    assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), NS_E_DRM_RESTORE_FRAUD);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    swprintf(page, ARRAYSIZE(page), L"%hs", service.server.url);
    assert_int_equal(wcsncmp(events.texts[2], page, wcslen(page)), 0);
    assert_int_equal(license_count(licenses, NULL), 0);
}

static drm_result take_certificate(void *context, const struct drm_authority_machine *machine)
{
    memcpy(context, machine->certificate_id, sizeof(machine->certificate_id)); /* the last one stays */
    return DRM_S_OK;
}

/* Revokes the machine that was individualized last. */
static void revoke_the_machine(void)
{
    uint8_t certificate[DRM_SHA256_SIZE];

    assert_int_equal(drm_authority_each_machine(service.authorities[0], take_certificate, certificate), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(service.authorities[0], DRM_REVOCATION_GRL, certificate, 1), DRM_S_OK);
}

static void restore__on_a_revoked_machine_is_refused(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    become_another_machine(licenses);
    revoke_the_machine();
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_CERTIFICATE_REVOKED);
    assert_int_equal(license_count(licenses, NULL), 0);
    /* Nor does it get others; as a new machine it may. */
    assert_hr(license_acquire(licenses->management, 2), NS_E_DRM_CERTIFICATE_REVOKED);
    become_another_machine(licenses);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
}

static void restore__of_a_revoked_machines_backup_is_refused(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    revoke_the_machine();
    become_another_machine(licenses);
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_CERTIFICATE_REVOKED);
    assert_int_equal(license_count(licenses, NULL), 0);
    assert_hr(license_acquire(licenses->management, 2), NS_S_DRM_LICENSE_ACQUIRED);
}

/* Whatever happens on the way, nothing is stored, and the end is told. */
static void restore__says_why_it_could_not(void **state)
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
        {"one byte more", FAULT_TRAILING_BYTE, 0, NS_E_DRM_LICENSE_INVALID_XML},
        {"replay", FAULT_REPLAY, 0, NS_E_DRM_PARAMETERS_MISMATCHED},
        {"web page", FAULT_HTML, 0, NS_E_DRM_LICENSE_INVALID_XML},
        {"empty", FAULT_EMPTY, 0, HRESULT_FROM_WIN32(12152)},
        {"gigabytes", FAULT_GIGABYTES, 0, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE)},
        {"endless", FAULT_ENDLESS, 0, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE)},
        {"redirect loop", FAULT_REDIRECT_LOOP, 0, HRESULT_FROM_WIN32(12156)},
        {"another authority", FAULT_OTHER_AUTHORITY, 0, NS_E_DRM_BAD_REQUEST},
        {"400", FAULT_STATUS, 400, NS_E_DRM_BAD_REQUEST},
        {"403", FAULT_STATUS, 403, (HRESULT)(0x80190000 | 403)},
        {"404", FAULT_STATUS, 404, NS_E_DRM_RESTORE_SERVICE_UNAVAILABLE},
        {"409", FAULT_STATUS, 409, NS_E_DRM_RESTORE_FRAUD},
        {"410", FAULT_STATUS, 410, NS_E_DRM_CERTIFICATE_REVOKED},
        {"426", FAULT_STATUS, 426, NS_E_DRM_NEEDS_INDIVIDUALIZATION},
        {"429", FAULT_STATUS, 429, NS_E_DRM_RESTORE_SERVICE_UNAVAILABLE},
        {"500", FAULT_STATUS, 500, (HRESULT)(0x80190000 | 500)},
        {"503", FAULT_STATUS, 503, NS_E_DRM_RESTORE_SERVICE_UNAVAILABLE},
    };
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    become_another_machine(licenses);
    assert_hr(backup_restore(fixture, 0, &events), S_OK); /* what a replay is of */
    become_another_machine(licenses);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        HRESULT hr;

        fault_service_set(&service, rows[i].fault);
        service.status = rows[i].status;
        hr = backup_restore(fixture, 0, &events);
        if (hr != rows[i].expected)
            fail_msg("%s: 0x%08lx, expected 0x%08lx", rows[i].name, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
        assert_int_equal(events.statuses[events.count - 1], DRM_BACKUPRESTORE_END);
        assert_int_equal(license_count(licenses, NULL), 0);
    }
    /* Whichever character is another one. */
    fault_service_set(&service, FAULT_ALTERED_HEAD);
    assert_true(FAILED(backup_restore(fixture, 0, &events)));
    fault_service_set(&service, FAULT_ALTERED_PART);
    assert_true(FAILED(backup_restore(fixture, 0, &events)));
    assert_int_equal(license_count(licenses, NULL), 0);
    /* The machine counted once in all of it. */
    fault_service_set(&service, FAULT_NONE);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
}

static void restore__from_a_service_that_is_gone(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;
    WCHAR url[64];

    become_another_machine(licenses);
    shell_configure(L"WMDRM_SERVICE_URL", L"http://127.0.0.1:9/nobody");
    license_fixture_renew(licenses);
    assert_hr(backup_restore(fixture, 0, &events), HRESULT_FROM_WIN32(12029));
    assert_int_equal(events.statuses[events.count - 1], DRM_BACKUPRESTORE_END);
    assert_int_equal(license_count(licenses, NULL), 0);
    swprintf(url, ARRAYSIZE(url), L"%hs", service.server.url);
    shell_configure(L"WMDRM_SERVICE_URL", url);
    license_fixture_renew(licenses);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
}

/* --- while the service is silent -------------------------------------------------------------------------------- */

/* A restore that has reached the service and waits for it. */
static IUnknown *start_held(struct backup_fixture *fixture, IWMDRMLicenseManagement *management)
{
    IUnknown *cookie = NULL;

    fault_service_set(&service, FAULT_SILENCE);
    ResetEvent(service.server.asked);
    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, 0, &cookie), S_OK);
    assert_int_equal(WaitForSingleObject(service.server.asked, PATIENCE_MS), WAIT_OBJECT_0);
    return cookie;
}

static void cancel__ends_a_wait_for_the_service(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    IUnknown *cookie, *refused = (IUnknown *)(LONG_PTR)1;
    struct backup_events events;

    become_another_machine(licenses);
    cookie = start_held(fixture, licenses->management);
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(licenses->management, fixture->folder, 0, &refused),
              NS_E_DRM_BACKUPRESTORE_BUSY);
    assert_null(refused);
    assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(licenses->management, cookie), S_OK);
    backup_collect(licenses->management, MEWMDRMLicenseRestoreProgress, MEWMDRMLicenseRestoreCompleted, &events);
    assert_hr(events.status, NS_E_DRM_OPERATION_CANCELED);
    assert_int_equal(events.statuses[events.count - 1], DRM_BACKUPRESTORE_END);
    assert_int_equal(IUnknown_Release(cookie), 0);
    assert_int_equal(license_count(licenses, NULL), 0);
    /* The kind is free again. */
    fault_service_set(&service, FAULT_NONE);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
}

static void release__waits_for_nothing(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    IWMDRMLicenseManagement *management;
    struct backup_events events;
    IUnknown *cookie;

    become_another_machine(licenses);
    assert_hr(IWMDRMProvider_CreateObject(licenses->shell->provider, &IID_IWMDRMLicenseManagement,
                                          (void **)&management),
              S_OK);
    cookie = start_held(fixture, management);
    assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
    assert_int_equal(IUnknown_Release(cookie), 0);
    fault_service_set(&service, FAULT_NONE);
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK); /* until then its answers are another restore's */
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_count(licenses, NULL), 2);
}

#define RESTORE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RESTORE_TEST(restore__on_another_machine_asks_the_service),
        RESTORE_TEST(restore__on_this_machine_asks_nobody),
        RESTORE_TEST(restore__of_what_is_used_up_brings_nothing),
        RESTORE_TEST(restore__on_too_many_machines_shows_a_page),
        RESTORE_TEST(restore__on_a_revoked_machine_is_refused),
        RESTORE_TEST(restore__of_a_revoked_machines_backup_is_refused),
        RESTORE_TEST(restore__says_why_it_could_not),
        RESTORE_TEST(restore__from_a_service_that_is_gone),
        RESTORE_TEST(cancel__ends_a_wait_for_the_service),
        RESTORE_TEST(release__waits_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
