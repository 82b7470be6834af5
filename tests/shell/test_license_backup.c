/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BackupLicenses and RestoreLicenses: events, flags, folders, and what comes back. */
#include "shell/backup_fixture.h"

#include <string.h>
#include <wchar.h>

static int backup_set_up(void **state)
{
    return backup_fixture_set_up_with(state, license_fixture_set_up);
}

static int backup_set_up_bare(void **state)
{
    return backup_fixture_set_up_with(state, license_fixture_set_up_bare);
}

/* --- backing up --------------------------------------------------------------------------------------------- */

static void backup__reports_what_it_leaves_out(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_RESTRICTED_LICENSE, DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct backup_events events;
    WCHAR path[MAX_PATH];

    license_get(fixture->licenses, 1, "Play");
    license_get(fixture->licenses, 2, "Play(count=3)");
    license_get(fixture->licenses, 3, "Play; Copy");
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    assert_int_equal(wcscmp(events.texts[1], license_key(2)), 0);
    assert_int_equal(wcslen(events.texts[0]), 0);
    backup_path(fixture, BACKUP_NAME, path);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

static void backup__needs_the_flag_to_replace_one(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_events events;
    WCHAR other[MAX_PATH];
    HANDLE file;

    backup_path(fixture, L"somebody else's.txt", other);
    file = CreateFileW(other, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    license_get(fixture->licenses, 1, "Play");
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    assert_hr(backup_make(fixture, 0, &events), NS_E_DRM_BACKUP_EXISTS);
    assert_hr(backup_make(fixture, WMDRM_BACKUP_OVERWRITE, &events), S_OK);
    assert_int_not_equal(GetFileAttributesW(other), INVALID_FILE_ATTRIBUTES);
}

/* The value of a progress event. */
static void status__is_a_snapshot_whose_text_is_the_callers(void **state)
{
    struct backup_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    IWMDRMLicenseBackupRestoreStatus *object;
    WM_BACKUP_RESTORE_STATUS first, second;
    MediaEventType type = MEUnknown;
    IMFMediaEvent *event = NULL;
    PROPVARIANT value;
    IUnknown *cookie;

    license_get(fixture->licenses, 1, "Play(count=3)");
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, 0, &cookie), S_OK);
    assert_hr(IWMDRMLicenseManagement_GetEvent(management, 0, &event), S_OK); /* the beginning */
    IMFMediaEvent_Release(event);
    assert_hr(IWMDRMLicenseManagement_GetEvent(management, 0, &event), S_OK);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_UNKNOWN);
    check_interface(value.punkVal, IID_IWMDRMLicenseBackupRestoreStatus, TRUE);
    check_interface(value.punkVal, IID_IMarshal, TRUE);
    check_interface(value.punkVal, IID_IWMDRMIndividualizationStatus, FALSE);
    assert_hr(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMLicenseBackupRestoreStatus, (void **)&object), S_OK);
    PropVariantClear(&value);
    IMFMediaEvent_Release(event);
    assert_hr(IWMDRMLicenseBackupRestoreStatus_GetStatus(object, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseBackupRestoreStatus_GetStatus(object, &first), S_OK);
    assert_hr(IWMDRMLicenseBackupRestoreStatus_GetStatus(object, &second), S_OK);
    assert_int_equal(first.eStatus, DRM_RESTRICTED_LICENSE);
    assert_int_equal(second.eStatus, DRM_RESTRICTED_LICENSE);
    assert_ptr_not_equal(first.bstrError, second.bstrError);
    SysFreeString(first.bstrError);
    assert_int_equal(wcscmp(second.bstrError, license_key(1)), 0);
    SysFreeString(second.bstrError);
    assert_int_equal(IWMDRMLicenseBackupRestoreStatus_Release(object), 0);
    while (type != MEWMDRMLicenseBackupCompleted)
    {
        assert_hr(IWMDRMLicenseManagement_GetEvent(management, 0, &event), S_OK);
        assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
        IMFMediaEvent_Release(event);
    }
    IUnknown_Release(cookie);
}

static void backup__checks_its_arguments(void **state)
{
    static const WCHAR lone_surrogate[] = {L'C', L':', L'\\', 0xD800, L'x', 0};
    struct backup_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    const struct
    {
        const WCHAR *folder;
        DWORD flags;
        HRESULT expected;
    } rows[] = {
        {NULL, 0, E_POINTER},
        {L"", 0, E_INVALIDARG},
        {lone_surrogate, 0, E_INVALIDARG},
        {fixture->folder, 4, E_INVALIDARG},
        {fixture->folder, 0xFFFFFFFF, E_INVALIDARG},
    };

    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, 0, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, 0, NULL), E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

        assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, (BSTR)(LONG_PTR)rows[i].folder, rows[i].flags,
                                                         &cookie),
                  rows[i].expected);
        assert_null(cookie);
        cookie = (IUnknown *)(LONG_PTR)1;
        assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, (BSTR)(LONG_PTR)rows[i].folder, rows[i].flags,
                                                          &cookie),
                  rows[i].expected);
        assert_null(cookie);
    }
    /* The flag of one is none of the other. */
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;

        assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, WMDRM_RESTORE_INDIVIDUALIZE,
                                                         &cookie),
                  E_INVALIDARG);
        assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, WMDRM_BACKUP_OVERWRITE,
                                                          &cookie),
                  E_INVALIDARG);
        assert_null(cookie);
    }
    license_no_event(management);
}

/* A folder that is not there, one without a backup, and a relative name, which means the current folder of the call. */
static void backup__goes_where_it_is_told(void **state)
{
    struct backup_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    WCHAR path[MAX_PATH], current[MAX_PATH], *name = wcsrchr(fixture->folder, L'\\') + 1;
    struct backup_events events;
    IUnknown *cookie;

    license_get(fixture->licenses, 1, "Play");
    backup_path(fixture, L"nowhere", path);
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, path, 0, &cookie), S_OK);
    IUnknown_Release(cookie);
    backup_collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, &events);
    assert_hr(events.status, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, path, 0, &cookie), S_OK);
    IUnknown_Release(cookie);
    backup_collect(management, MEWMDRMLicenseRestoreProgress, MEWMDRMLicenseRestoreCompleted, &events);
    assert_hr(events.status, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);

    assert_int_not_equal(GetCurrentDirectoryW(ARRAYSIZE(current), current), 0);
    wcscpy(path, fixture->folder);
    path[name - fixture->folder] = 0;
    assert_true(SetCurrentDirectoryW(path));
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, name, 0, &cookie), S_OK);
    assert_true(SetCurrentDirectoryW(current));
    IUnknown_Release(cookie);
    backup_collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, &events);
    assert_hr(events.status, S_OK);
    backup_path(fixture, BACKUP_NAME, path);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

static void backup__needs_an_identity(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_NEEDS_INDIVIDUALIZATION};
    struct backup_fixture *fixture = *state;
    struct backup_events events;

    assert_hr(backup_make(fixture, 0, &events), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
}

static void backup__meets_no_other(void **state)
{
    struct backup_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    struct license_event event;
    int refused = 0, accepted = 0;

    license_get(fixture->licenses, 1, "Play");
    for (int i = 0; i < 100; i++)
    {
        IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
        HRESULT hr = i & 1 ? IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, 0, &cookie)
                           : IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder,
                                                                    WMDRM_BACKUP_OVERWRITE, &cookie);

        if (hr == NS_E_DRM_BACKUPRESTORE_BUSY)
        {
            assert_null(cookie);
            refused++;
            continue;
        }
        assert_hr(hr, S_OK);
        accepted++;
        if (i % 5 == 0)
            assert_hr(IWMDRMLicenseManagement_CancelAsyncOperation(management, cookie), S_OK);
        assert_int_equal(IUnknown_Release(cookie), 0);
    }
    assert_true(refused > 0);
    for (int ended = 0; ended < accepted;)
    {
        license_next_event(management, &event);
        if (event.type != MEWMDRMLicenseBackupCompleted && event.type != MEWMDRMLicenseRestoreCompleted)
            continue;
        ended++;
        if (FAILED(event.status))
            assert_true(event.status == NS_E_DRM_OPERATION_CANCELED || event.status == NS_E_DRM_BACKUP_CORRUPT);
    }
    license_no_event(management);
}

/* --- restoring ---------------------------------------------------------------------------------------------- */

/* Where everything is there already, nothing changes: what was used stays used, what was deleted stays deleted. */
static void restore__raises_nothing(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    license_get(licenses, 1, "Play(count=5); Backup");
    license_get(licenses, 2, "Play");
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    license_use_once(licenses, 1);
    license_use_once(licenses, 1);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    assert_int_equal(license_plays_left(licenses, 1), 3);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(licenses->management, license_key(2),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_STORE_NOTALLSTORED);
    assert_int_equal(license_count(licenses, license_key(2)), 0);
    assert_int_equal(license_plays_left(licenses, 1), 3);
}

/* Another identity: the authority issues anew what the backup proves, with the counts that were left. */
static void restore__on_another_machine_asks_the_authority(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_CONNECTING,
                                            DRM_BACKUPRESTORE_DISCONNECTING, DRM_BACKUPRESTORE_END};
    static const MSDRM_STATUS refused[] = {DRM_BACKUPRESTORE_BEGIN, DRM_NEEDS_INDIVIDUALIZATION,
                                           DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;

    license_get(licenses, 1, "Play(count=5); Backup");
    license_get(licenses, 2, "Play");
    license_use_once(licenses, 1);
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    backup_lose_the_store(licenses);
    assert_int_equal(license_count(licenses, NULL), 0);
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    backup_check_statuses(&events, refused, ARRAYSIZE(refused));
    assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
    backup_check_statuses(&events, expected, ARRAYSIZE(expected));
    license_fixture_renew(licenses);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_int_equal(license_query(licenses, 2, L"ActionAllowed.Play"), 0);
    assert_int_equal(license_plays_left(licenses, 1), 4);
    license_use_once(licenses, 2);
}

/* The original and three others; the fifth machine is shown where to read why not. */
static void restore__on_too_many_machines_shows_a_page(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    const WCHAR *page = NULL;
    struct backup_events events;

    license_get(licenses, 1, "Play");
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    for (int machine = 2; machine <= 4; machine++)
    {
        backup_lose_the_store(licenses);
        assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
        assert_int_equal(license_count(licenses, NULL), 1);
    }
    backup_lose_the_store(licenses);
    assert_hr(backup_restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), NS_E_DRM_RESTORE_FRAUD);
    for (size_t i = 0; i < events.count; i++)
        if (events.statuses[i] == DRM_ERROR_WITHURL)
            page = events.texts[i];
    assert_non_null(page);
    assert_int_equal(wcscmp(page, L"local:"), 0);
    assert_int_equal(events.statuses[events.count - 1], DRM_BACKUPRESTORE_END);
    assert_int_equal(license_count(licenses, NULL), 0);
}

static void restore__refuses_a_damaged_backup(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct backup_events events;
    WCHAR path[MAX_PATH];
    LARGE_INTEGER size;
    DWORD written;
    HANDLE file;

    license_get(licenses, 1, "Play");
    assert_hr(backup_make(fixture, 0, &events), S_OK);
    backup_path(fixture, BACKUP_NAME, path);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(GetFileSizeEx(file, &size));
    for (LONG place = 0; place < size.QuadPart; place += (LONG)size.QuadPart / 16)
    {
        BYTE before, after;
        DWORD read;

        SetFilePointer(file, place, NULL, FILE_BEGIN);
        assert_true(ReadFile(file, &before, 1, &read, NULL));
        after = before ^ 0x10;
        SetFilePointer(file, place, NULL, FILE_BEGIN);
        assert_true(WriteFile(file, &after, 1, &written, NULL));
        assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);
        SetFilePointer(file, place, NULL, FILE_BEGIN);
        assert_true(WriteFile(file, &before, 1, &written, NULL));
    }
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
    SetFilePointer(file, -1, NULL, FILE_END);
    assert_true(SetEndOfFile(file));
    CloseHandle(file);
    assert_hr(backup_restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);
    assert_int_equal(license_query(licenses, 1, L"ActionAllowed.Play"), 0);
}

static void release__in_full_flight_leaves_nothing(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_events events;

    license_get(fixture->licenses, 1, "Play");
    for (int i = 0; i < 10; i++)
    {
        IWMDRMLicenseManagement *management;
        IUnknown *cookie;

        assert_hr(IWMDRMProvider_CreateObject(fixture->licenses->shell->provider, &IID_IWMDRMLicenseManagement,
                                              (void **)&management),
                  S_OK);
        assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, WMDRM_BACKUP_OVERWRITE,
                                                         &cookie),
                  S_OK);
        assert_int_equal(IWMDRMLicenseManagement_Release(management), 0);
        assert_int_equal(IUnknown_Release(cookie), 0);
    }
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(backup_make(fixture, WMDRM_BACKUP_OVERWRITE, &events), S_OK);
    assert_hr(backup_restore(fixture, 0, &events), S_OK);
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, backup_set_up, backup_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(backup__reports_what_it_leaves_out),
        BACKUP_TEST(backup__needs_the_flag_to_replace_one),
        BACKUP_TEST(status__is_a_snapshot_whose_text_is_the_callers),
        BACKUP_TEST(backup__checks_its_arguments),
        BACKUP_TEST(backup__goes_where_it_is_told),
        cmocka_unit_test_setup_teardown(backup__needs_an_identity, backup_set_up_bare, backup_fixture_tear_down),
        BACKUP_TEST(backup__meets_no_other),
        BACKUP_TEST(restore__raises_nothing),
        BACKUP_TEST(restore__on_another_machine_asks_the_authority),
        BACKUP_TEST(restore__on_too_many_machines_shows_a_page),
        BACKUP_TEST(restore__refuses_a_damaged_backup),
        BACKUP_TEST(release__in_full_flight_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
