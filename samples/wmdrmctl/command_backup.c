/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl backup and wmdrmctl restore. */
#include "command.h"

#include <nserror.h>
#include <oleauto.h>

#include "common/bar.h"
#include "common/operation.h"
#include "common/output.h"

struct transfer
{
    const wchar_t *step;     /* "Backing up" */
    unsigned long restricted; /* licences that were left out */
};

static void show_status(struct transfer *transfer, const WM_BACKUP_RESTORE_STATUS *status)
{
    const wchar_t *text = status->bstrError ? status->bstrError : L"";
    wchar_t tail[BAR_TEXT_SIZE];

    switch (status->eStatus)
    {
    case DRM_BACKUPRESTORE_CONNECTING:
        output_is_terminal() ? output_transient(L"Connecting") : output_line(L"Connecting");
        return;
    case DRM_RESTRICTED_LICENSE:
        ++transfer->restricted;
        output_line(L"%ls: its licence may not be backed up", text);
        return;
    case DRM_ERROR_WITHURL:
        output_line(L"See %ls", text);
        return;
    case DRM_NEEDS_INDIVIDUALIZATION:
        output_line(L"This machine has to be individualized first (--individualize).");
        return;
    case DRM_ERROR:
        if (*text)
            output_line(L"%ls", text);
        return;
    default:
        if (status->eStatus == DRM_INFORMATION && *text)
            swprintf(tail, BAR_TEXT_SIZE, L"%.200ls", text);
        else
            tail[0] = 0;
        bar_show(transfer->step, 0, 0, tail);
        return;
    }
}

static void on_progress(void *context, MediaEventType type, HRESULT status, const PROPVARIANT *value)
{
    IWMDRMLicenseBackupRestoreStatus *object;
    WM_BACKUP_RESTORE_STATUS current = {0};

    (void)status;
    if ((type != MEWMDRMLicenseBackupProgress && type != MEWMDRMLicenseRestoreProgress) || value->vt != VT_UNKNOWN
        || FAILED(IUnknown_QueryInterface(value->punkVal, &IID_IWMDRMLicenseBackupRestoreStatus, (void **)&object)))
        return;
    if (SUCCEEDED(IWMDRMLicenseBackupRestoreStatus_GetStatus(object, &current)))
    {
        show_status(context, &current);
        SysFreeString(current.bstrError);
    }
    IWMDRMLicenseBackupRestoreStatus_Release(object);
}

typedef HRESULT start_function(IWMDRMLicenseManagement *management, BSTR directory, DWORD flags, IUnknown **cookie);

static HRESULT start_backup(IWMDRMLicenseManagement *management, BSTR directory, DWORD flags, IUnknown **cookie)
{
    return IWMDRMLicenseManagement_BackupLicenses(management, directory, flags, cookie);
}

static HRESULT start_restore(IWMDRMLicenseManagement *management, BSTR directory, DWORD flags, IUnknown **cookie)
{
    return IWMDRMLicenseManagement_RestoreLicenses(management, directory, flags, cookie);
}

/* With the last reference to management. */
static HRESULT transfer(IWMDRMLicenseManagement *management, start_function *start, const wchar_t *path, DWORD flags,
                        MediaEventType completion, struct transfer *state)
{
    const struct operation operation = {
        .management = management, .completion = completion, .progress = on_progress, .context = state};
    BSTR directory = SysAllocString(path);
    HRESULT hr = E_OUTOFMEMORY;
    IUnknown *cookie;

    if (directory && SUCCEEDED(hr = start(management, directory, flags, &cookie)))
        hr = operation_wait(&operation, cookie, NULL);
    IWMDRMLicenseManagement_Shutdown(management);
    IWMDRMLicenseManagement_Release(management);
    SysFreeString(directory);
    return hr;
}

static enum exit_code run_backup(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    bool overwrite = false;
    const struct argument_option options[] = {{.name = L"--overwrite", .flag = &overwrite}};
    struct transfer state = {.step = L"Backing up"};
    IWMDRMLicenseManagement *management;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    hr = transfer(management, start_backup, arguments[0], overwrite ? WMDRM_BACKUP_OVERWRITE : 0,
                  MEWMDRMLicenseBackupCompleted, &state);
    if (FAILED(hr))
        return exit_failure(L"there is no backup", hr);
    output_line(L"The licences are backed up.");
    if (state.restricted)
        output_line(L"Left out, as their issuer wants it: %lu.", state.restricted);
    return EXIT_DONE;
}

static enum exit_code run_restore(IWMDRMProvider *provider, const struct command *command, int count,
                                  wchar_t **arguments)
{
    bool individualize = false;
    const struct argument_option options[] = {{.name = L"--individualize", .flag = &individualize}};
    struct transfer state = {.step = L"Restoring"};
    IWMDRMLicenseManagement *management;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    hr = transfer(management, start_restore, arguments[0], individualize ? WMDRM_RESTORE_INDIVIDUALIZE : 0,
                  MEWMDRMLicenseRestoreCompleted, &state);
    if (FAILED(hr))
        return exit_failure(hr == NS_E_DRM_STORE_NOTALLSTORED ? L"some licences were not restored"
                                                              : L"nothing was restored", hr);
    output_line(L"The licences are restored.");
    return EXIT_DONE;
}

const struct command command_backup = {
    .name = L"backup",
    .arguments = L"DIRECTORY [--overwrite]",
    .summary = L"back up the licences that may be backed up",
    .help = L"  --overwrite  in place of a backup that is there already\r\n",
    .run = run_backup,
};

const struct command command_restore = {
    .name = L"restore",
    .arguments = L"DIRECTORY [--individualize]",
    .summary = L"restore the licences of a backup; what was used up stays used up",
    .help = L"  --individualize  individualize this machine first, where it has no identity\r\n"
            L"\r\n"
            L"A backup of another machine goes to the service of its issuer, which counts the machines; nothing but\r\n"
            L"licences and the identities of both machines is sent.\r\n",
    .run = run_restore,
};
