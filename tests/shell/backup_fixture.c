/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of backups start from (backup_fixture.h). */
#include "shell/backup_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int backup_fixture_set_up_with(void **state, int (*set_up)(void **state))
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

int backup_fixture_tear_down(void **state)
{
    struct backup_fixture *fixture = *state;
    void *licenses = fixture->licenses;

    shell_remove_directory(fixture->folder);
    free(fixture);
    return license_fixture_tear_down(&licenses);
}

/* --- what an operation brings ------------------------------------------------------------------------------- */

void backup_collect(IWMDRMLicenseManagement *management, MediaEventType progress, MediaEventType completed,
                    struct backup_events *out)
{
    struct license_event event;

    out->count = 0;
    for (license_next_event(management, &event); event.type != completed; license_next_event(management, &event))
    {
        assert_int_equal(event.type, progress);
        assert_hr(event.status, S_OK);
        assert_true(event.is_backup_status);
        assert_true(out->count < BACKUP_MAX_EVENTS);
        out->statuses[out->count] = event.backup;
        swprintf(out->texts[out->count++], 64, L"%.63ls", event.text);
    }
    assert_false(event.is_backup_status);
    out->status = event.status;
    license_no_event(management);
}

HRESULT backup_make(struct backup_fixture *fixture, DWORD flags, struct backup_events *out)
{
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_BackupLicenses(management, fixture->folder, flags, &cookie), S_OK);
    assert_non_null(cookie);
    backup_collect(management, MEWMDRMLicenseBackupProgress, MEWMDRMLicenseBackupCompleted, out);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return out->status;
}

HRESULT backup_restore(struct backup_fixture *fixture, DWORD flags, struct backup_events *out)
{
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_RestoreLicenses(management, fixture->folder, flags, &cookie), S_OK);
    assert_non_null(cookie);
    backup_collect(management, MEWMDRMLicenseRestoreProgress, MEWMDRMLicenseRestoreCompleted, out);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return out->status;
}

void backup_check_statuses(const struct backup_events *events, const MSDRM_STATUS *expected, size_t count)
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

void backup_path(struct backup_fixture *fixture, const WCHAR *name, WCHAR path[MAX_PATH])
{
    swprintf(path, MAX_PATH, L"%ls\\%ls", fixture->folder, name);
}

/* --- machines ----------------------------------------------------------------------------------------------- */

void backup_lose_the_store(struct license_fixture *fixture)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    license_fixture_end(fixture);
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
