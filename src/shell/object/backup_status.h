/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicenseBackupRestoreStatus: the value of a progress event of backup and restore.
 */
#ifndef WMDRM_SHELL_BACKUP_STATUS_H
#define WMDRM_SHELL_BACKUP_STATUS_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/client/licenses.h"

/* A snapshot, which never changes. text is UTF-8 and may be NULL. Returns S_OK, E_OUTOFMEMORY, or E_INVALIDARG for what
 * is no Unicode. */
HRESULT backup_status_create(enum drm_backup_status status, const char *text, IUnknown **out);

#endif
