/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BackupLicenses and RestoreLicenses: events, flags, folders, and what comes back. */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "shell/embedded_authority.h"

#define BACKUP_NAME L"licenses.wmbackup"
#define MAX_EVENTS 64

struct backup_fixture
{
    struct license_fixture *licenses;
    WCHAR folder[MAX_PATH]; /* for backups; empty at first */
};

static int set_up_with(void **state, int (*set_up)(void **state))
{
    struct backup_fixture *fixture = calloc(1, sizeof(*fixture));
    void *licenses = NULL;

    if (!fixture || set_up(&licenses))
        return -1;
    fixture->licenses = licenses;
    swprintf(fixture->folder, ARRAYSIZE(fixture->folder), L"%ls-backup", fixture->licenses->shell->directory);
    if (!CreateDirectoryW(fixture->folder, NULL))
        return -1;
    *state = fixture;
    return 0;
}

static int backup_set_up(void **state)
{
    return set_up_with(state, license_fixture_set_up);
}

static int backup_set_up_bare(void **state)
{
    return set_up_with(state, license_fixture_set_up_bare);
}

static int backup_tear_down(void **state)
{
    struct backup_fixture *fixture = *state;
    void *licenses = fixture->licenses;

    shell_remove_directory(fixture->folder);
    free(fixture);
    return license_fixture_tear_down(&licenses);
}

/* --- what an operation brings ------------------------------------------------------------------------------- */

struct events
{
    size_t count; /* of progress events */
    MSDRM_STATUS statuses[MAX_EVENTS];
    WCHAR texts[MAX_EVENTS][64];
    HRESULT status; /* of the completion event */
};

/* Everything up to the completion event; progress events are of the right type, have a value and say S_OK. */
static void collect(IWMDRMLicenseManagement *management, MediaEventType progress, MediaEventType completed,
                    struct events *out)
{
    struct license_event event;

    out->count = 0;
    for (license_next_event(management, &event); event.type != completed; license_next_event(management, &event))
    {
        assert_int_equal(event.type, progress);
        assert_hr(event.status, S_OK);
        assert_true(event.is_backup_status);
        assert_true(out->count < MAX_EVENTS);
        out->statuses[out->count] = event.backup;
        swprintf(out->texts[out->count++], 64, L"%.63ls", event.text);
    }
    assert_false(event.is_backup_status);
    out->status = event.status;
    license_no_event(management);
}

static HRESULT back_up(struct backup_fixture *fixture, DWORD flags, struct events *out)
{
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, flags, &cookie), S_OK);
    assert_non_null(cookie);
    collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, out);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return out->status;
}

static HRESULT restore(struct backup_fixture *fixture, DWORD flags, struct events *out)
{
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, flags, &cookie), S_OK);
    assert_non_null(cookie);
    collect(management, MEWMDRMLicenseRestoreProgress, MEWMDRMLicenseRestoreCompleted, out);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return out->status;
}

static void check_statuses(const struct events *events, const MSDRM_STATUS *expected, size_t count)
{
    bool same = events->count == count;

    for (size_t i = 0; same && i < count; i++)
        same = events->statuses[i] == expected[i];
    if (same)
        return;
    for (size_t i = 0; i < events->count; i++)
        print_error("status %d, %ls\n", (int)events->statuses[i], events->texts[i]);
    fail();
}

static void path_of(struct backup_fixture *fixture, const WCHAR *name, WCHAR path[MAX_PATH])
{
    swprintf(path, MAX_PATH, L"%ls\\%ls", fixture->folder, name);
}

/* --- backing up --------------------------------------------------------------------------------------------- */

static void backup__reports_what_it_leaves_out(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_RESTRICTED_LICENSE, DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct events events;
    WCHAR path[MAX_PATH];

    license_get(fixture->licenses, 1, "Play");
    license_get(fixture->licenses, 2, "Play(count=3)");
    license_get(fixture->licenses, 3, "Play; Copy");
    assert_hr(back_up(fixture, 0, &events), S_OK);
    check_statuses(&events, expected, ARRAYSIZE(expected));
    assert_int_equal(wcscmp(events.texts[1], license_key(2)), 0);
    assert_int_equal(wcslen(events.texts[0]), 0);
    path_of(fixture, BACKUP_NAME, path);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

static void backup__needs_the_flag_to_replace_one(void **state)
{
    struct backup_fixture *fixture = *state;
    struct events events;
    WCHAR other[MAX_PATH];
    HANDLE file;

    path_of(fixture, L"somebody else's.txt", other);
    file = CreateFileW(other, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    CloseHandle(file);
    license_get(fixture->licenses, 1, "Play");
    assert_hr(back_up(fixture, 0, &events), S_OK);
    assert_hr(back_up(fixture, 0, &events), NS_E_DRM_BACKUP_EXISTS);
    assert_hr(back_up(fixture, WMDRM_BACKUP_OVERWRITE, &events), S_OK);
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
    struct events events;
    IUnknown *cookie;

    license_get(fixture->licenses, 1, "Play");
    path_of(fixture, L"nowhere", path);
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, path, 0, &cookie), S_OK);
    IUnknown_Release(cookie);
    collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, &events);
    assert_hr(events.status, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, path, 0, &cookie), S_OK);
    IUnknown_Release(cookie);
    collect(management, MEWMDRMLicenseRestoreProgress, MEWMDRMLicenseRestoreCompleted, &events);
    assert_hr(events.status, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_hr(restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);

    assert_int_not_equal(GetCurrentDirectoryW(ARRAYSIZE(current), current), 0);
    wcscpy(path, fixture->folder);
    path[name - fixture->folder] = 0;
    assert_true(SetCurrentDirectoryW(path));
    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, name, 0, &cookie), S_OK);
    assert_true(SetCurrentDirectoryW(current));
    IUnknown_Release(cookie);
    collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, &events);
    assert_hr(events.status, S_OK);
    path_of(fixture, BACKUP_NAME, path);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

static void backup__needs_an_identity(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_NEEDS_INDIVIDUALIZATION};
    struct backup_fixture *fixture = *state;
    struct events events;

    assert_hr(back_up(fixture, 0, &events), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    check_statuses(&events, expected, ARRAYSIZE(expected));
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

static void use_once(struct license_fixture *fixture, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};
    IWMDRMDecrypt *decryptor = NULL;
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
}

static DWORD plays_left(struct license_fixture *fixture, unsigned int number)
{
    BSTR names[] = {(BSTR)(LONG_PTR)L"LicenseStateData.Play"};
    DRM_LICENSE_STATE_DATA data;

    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, license_key(number), 1, names, &data), S_OK);
    return data.dwCategory == WM_DRM_LICENSE_STATE_COUNT ? data.dwCount[0] : 0;
}

/* Where everything is there already, nothing changes: what was used stays used, what was deleted stays deleted. */
static void restore__raises_nothing(void **state)
{
    static const MSDRM_STATUS expected[] = {DRM_BACKUPRESTORE_BEGIN, DRM_BACKUPRESTORE_END};
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    struct events events;

    license_get(licenses, 1, "Play(count=5); Backup");
    license_get(licenses, 2, "Play");
    assert_hr(back_up(fixture, 0, &events), S_OK);
    assert_hr(restore(fixture, 0, &events), S_OK);
    check_statuses(&events, expected, ARRAYSIZE(expected));
    use_once(licenses, 1);
    use_once(licenses, 1);
    assert_hr(restore(fixture, 0, &events), S_OK);
    assert_int_equal(plays_left(licenses, 1), 3);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(licenses->management, license_key(2),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY),
              S_OK);
    assert_hr(restore(fixture, 0, &events), NS_E_DRM_STORE_NOTALLSTORED);
    assert_int_equal(license_count(licenses, license_key(2)), 0);
    assert_int_equal(plays_left(licenses, 1), 3);
}

/* Everything in the store's folder but the authority: what a reinstalled machine is. */
static void lose_the_store(struct license_fixture *fixture)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    license_fixture_drop(fixture);
    assert_int_equal(IWMDRMSecurity_Release(fixture->shell->security), 0);
    assert_int_equal(IWMDRMProvider_Release(fixture->shell->provider), 0);
    fixture->shell->security = NULL;
    fixture->shell->provider = NULL;
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK); /* waits until no worker has the store open */
    swprintf(path, ARRAYSIZE(path), L"%ls\\*", fixture->shell->directory);
    search = FindFirstFileW(path, &found);
    assert_ptr_not_equal(search, INVALID_HANDLE_VALUE);
    do
    {
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY || !wcsncmp(found.cFileName, L"authority", 9))
            continue;
        swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", fixture->shell->directory, found.cFileName);
        if (!DeleteFileW(path))
            fail_msg("%ls cannot be deleted: %lu", path, GetLastError());
    } while (FindNextFileW(search, &found));
    FindClose(search);
    license_fixture_renew(fixture);
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
    struct events events;

    license_get(licenses, 1, "Play(count=5); Backup");
    license_get(licenses, 2, "Play");
    use_once(licenses, 1);
    assert_hr(back_up(fixture, 0, &events), S_OK);
    lose_the_store(licenses);
    assert_int_equal(license_count(licenses, NULL), 0);
    assert_hr(restore(fixture, 0, &events), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    check_statuses(&events, refused, ARRAYSIZE(refused));
    assert_hr(restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
    check_statuses(&events, expected, ARRAYSIZE(expected));
    license_fixture_renew(licenses);
    assert_int_equal(license_count(licenses, NULL), 2);
    assert_int_equal(license_query(licenses, 2, L"ActionAllowed.Play"), 0);
    assert_int_equal(plays_left(licenses, 1), 4);
    use_once(licenses, 2);
}

/* The original and three others; the fifth machine is shown where to read why not. */
static void restore__on_too_many_machines_shows_a_page(void **state)
{
    struct backup_fixture *fixture = *state;
    struct license_fixture *licenses = fixture->licenses;
    const WCHAR *page = NULL;
    struct events events;

    license_get(licenses, 1, "Play");
    assert_hr(back_up(fixture, 0, &events), S_OK);
    for (int machine = 2; machine <= 4; machine++)
    {
        lose_the_store(licenses);
        assert_hr(restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), S_OK);
        assert_int_equal(license_count(licenses, NULL), 1);
    }
    lose_the_store(licenses);
    assert_hr(restore(fixture, WMDRM_RESTORE_INDIVIDUALIZE, &events), NS_E_DRM_RESTORE_FRAUD);
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
    struct events events;
    WCHAR path[MAX_PATH];
    LARGE_INTEGER size;
    DWORD written;
    HANDLE file;

    license_get(licenses, 1, "Play");
    assert_hr(back_up(fixture, 0, &events), S_OK);
    path_of(fixture, BACKUP_NAME, path);
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
        assert_hr(restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);
        SetFilePointer(file, place, NULL, FILE_BEGIN);
        assert_true(WriteFile(file, &before, 1, &written, NULL));
    }
    assert_hr(restore(fixture, 0, &events), S_OK);
    SetFilePointer(file, -1, NULL, FILE_END);
    assert_true(SetEndOfFile(file));
    CloseHandle(file);
    assert_hr(restore(fixture, 0, &events), NS_E_DRM_BACKUP_CORRUPT);
    assert_int_equal(license_query(licenses, 1, L"ActionAllowed.Play"), 0);
}

static void release__in_full_flight_leaves_nothing(void **state)
{
    struct backup_fixture *fixture = *state;
    struct events events;

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
    assert_hr(back_up(fixture, WMDRM_BACKUP_OVERWRITE, &events), S_OK);
    assert_hr(restore(fixture, 0, &events), S_OK);
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, backup_set_up, backup_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(backup__reports_what_it_leaves_out),
        BACKUP_TEST(backup__needs_the_flag_to_replace_one),
        BACKUP_TEST(status__is_a_snapshot_whose_text_is_the_callers),
        BACKUP_TEST(backup__checks_its_arguments),
        BACKUP_TEST(backup__goes_where_it_is_told),
        cmocka_unit_test_setup_teardown(backup__needs_an_identity, backup_set_up_bare, backup_tear_down),
        BACKUP_TEST(backup__meets_no_other),
        BACKUP_TEST(restore__raises_nothing),
        BACKUP_TEST(restore__on_another_machine_asks_the_authority),
        BACKUP_TEST(restore__on_too_many_machines_shows_a_page),
        BACKUP_TEST(restore__refuses_a_damaged_backup),
        BACKUP_TEST(release__in_full_flight_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
