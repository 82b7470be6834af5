/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of backups start from: the fixture of licences and a folder; what an operation brings; other machines.
 */
#ifndef WMDRM_TESTS_SHELL_BACKUP_FIXTURE_H
#define WMDRM_TESTS_SHELL_BACKUP_FIXTURE_H

#include "shell/license_fixture.h"

#define BACKUP_NAME L"licenses.wmbackup"
#define BACKUP_MAX_EVENTS 64

struct backup_fixture
{
    struct license_fixture *licenses;
    WCHAR folder[MAX_PATH]; /* for backups; empty at first */
};

/* cmocka's set-up and tear-down: state is a struct backup_fixture around the one that set_up makes. */
int backup_fixture_set_up_with(void **state, int (*set_up)(void **state));
int backup_fixture_tear_down(void **state);

/* What one operation brought. */
struct backup_events
{
    size_t count; /* of progress events */
    MSDRM_STATUS statuses[BACKUP_MAX_EVENTS];
    WCHAR texts[BACKUP_MAX_EVENTS][64];
    HRESULT status; /* of the completion event */
};

/* Everything up to the completion event; progress events are of the right type, have a value and say S_OK. */
void backup_collect(IWMDRMLicenseManagement *management, MediaEventType progress, MediaEventType completed,
                    struct backup_events *out);

/* BackupLicenses and RestoreLicenses of the fixture's folder, accepted and awaited. Return the completion's status. */
HRESULT backup_make(struct backup_fixture *fixture, DWORD flags, struct backup_events *out);
HRESULT backup_restore(struct backup_fixture *fixture, DWORD flags, struct backup_events *out);

/* The progress events had exactly these statuses. */
void backup_check_statuses(const struct backup_events *events, const MSDRM_STATUS *expected, size_t count);

/* Of a file in the folder. */
void backup_path(struct backup_fixture *fixture, const WCHAR *name, WCHAR path[MAX_PATH]);

/* Everything in the store's folder is gone but an embedded authority: what a reinstalled machine is. */
void backup_lose_the_store(struct license_fixture *fixture);

#endif
