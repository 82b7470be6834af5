/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BackupLicenses and RestoreLicenses.
 */
#include "shell/object/license_management.h"

#include <stdlib.h>

#include "shell/event/event.h"
#include "shell/object/backup_status.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"

struct backup_arguments
{
    struct engine *engine;
    char *directory;
    MediaEventType progress; /* the event that reports */
    bool flag;               /* overwrite, or individualize */
};

static void backup_arguments_free(void *context)
{
    struct backup_arguments *arguments = context;

    engine_release(arguments->engine);
    free(arguments->directory);
    free(arguments);
}

/* A success status, as with every progress event: known clients abort on any failing one. */
static void report(void *context, enum drm_backup_status status, const char *text)
{
    struct operation *operation = context;
    const struct backup_arguments *arguments = operation->arguments;
    IMFMediaEvent *event;
    IUnknown *value;
    HRESULT hr;

    trace_line("object %p: event %u, status %u, %s", (void *)operation->object, (unsigned int)arguments->progress,
               (unsigned int)status, text ? text : "no text");
    if (FAILED(backup_status_create(status, text, &value)))
        return;
    hr = media_event_create_unknown(arguments->progress, S_OK, value, &event);
    IUnknown_Release(value); /* before anybody sees the event: who takes the value from it has the last reference */
    if (SUCCEEDED(hr))
        event_generator_queue_new(operation->object->events, event);
}

static HRESULT run_backup(struct operation *operation)
{
    const struct backup_arguments *arguments = operation->arguments;
    const struct drm_backup_task task = {.task = operation_task(operation), .report = report};
    struct drm_client *client;
    HRESULT hr = engine_get_client(arguments->engine, &client);

    return FAILED(hr) ? hr : drm_client_backup(client, arguments->directory, arguments->flag, &task);
}

static HRESULT run_restore(struct operation *operation)
{
    const struct backup_arguments *arguments = operation->arguments;
    const struct drm_backup_task task = {.task = operation_task(operation), .report = report};
    struct drm_client *client;
    HRESULT hr = engine_get_client(arguments->engine, &client);

    return FAILED(hr) ? hr : drm_client_restore(client, arguments->directory, arguments->flag, &task);
}

/* One kind for both: they must not meet. */
static const struct operation_step backup_step = {
    .kind = OPERATION_BACKUP_RESTORE,
    .completed = MEWMDRMLicenseBackupCompleted,
    .run = run_backup,
};

static const struct operation_step restore_step = {
    .kind = OPERATION_BACKUP_RESTORE,
    .completed = MEWMDRMLicenseRestoreCompleted,
    .run = run_restore,
};

/* Local and UNC paths alike. A relative one is meant as the caller's current folder has it now, not when the worker
 * comes to it. */
static HRESULT full_path(const WCHAR *path, char **out)
{
    DWORD size = GetFullPathNameW(path, 0, NULL, NULL), length;
    WCHAR *full;
    HRESULT hr;

    if (!size)
        return HRESULT_FROM_WIN32(GetLastError());
    if (!(full = malloc(size * sizeof(*full))))
        return E_OUTOFMEMORY;
    length = GetFullPathNameW(path, size, full, NULL);
    hr = length && length < size ? utf8_from_wide(full, out) : E_UNEXPECTED; /* the folder changed meanwhile */
    free(full);
    return hr;
}

static HRESULT start(struct license_management *management, const struct operation_step *step,
                     MediaEventType progress, const WCHAR *directory, bool flag, IUnknown **cookie)
{
    struct backup_arguments *arguments = calloc(1, sizeof(*arguments));
    HRESULT hr;

    if (!arguments)
        return E_OUTOFMEMORY;
    engine_add_ref(management->engine);
    arguments->engine = management->engine;
    arguments->progress = progress;
    arguments->flag = flag;
    if (FAILED(hr = full_path(directory, &arguments->directory)))
    {
        backup_arguments_free(arguments);
        return hr;
    }
    return async_object_start(&management->async, step, 1, arguments, backup_arguments_free, cookie);
}

HRESULT STDMETHODCALLTYPE license_management_BackupLicenses(IWMDRMLicenseManagement *iface, BSTR directory,
                                                            DWORD flags, IUnknown **cookie)
{
    HRESULT hr;

    trace_line("%p: BackupLicenses, flags 0x%lx", (void *)iface, flags);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    if (!directory)
        return E_POINTER;
    if (!*directory || flags & ~WMDRM_BACKUP_OVERWRITE)
        return E_INVALIDARG;
    hr = start(license_management_from_IWMDRMLicenseManagement(iface), &backup_step, MEWMDRMLicenseBackupProgress,
               directory, flags & WMDRM_BACKUP_OVERWRITE, cookie);
    return FAILED(hr) ? trace_failure("BackupLicenses", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_management_RestoreLicenses(IWMDRMLicenseManagement *iface, BSTR directory,
                                                             DWORD flags, IUnknown **cookie)
{
    HRESULT hr;

    trace_line("%p: RestoreLicenses, flags 0x%lx", (void *)iface, flags);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    if (!directory)
        return E_POINTER;
    if (!*directory || flags & ~WMDRM_RESTORE_INDIVIDUALIZE)
        return E_INVALIDARG;
    hr = start(license_management_from_IWMDRMLicenseManagement(iface), &restore_step, MEWMDRMLicenseRestoreProgress,
               directory, flags & WMDRM_RESTORE_INDIVIDUALIZE, cookie);
    return FAILED(hr) ? trace_failure("RestoreLicenses", hr) : S_OK;
}
