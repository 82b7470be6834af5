/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The status object of backup and restore (backup_status.h).
 */
#include "shell/object/backup_status.h"

#include <stdlib.h>
#include <oleauto.h>

#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/object/values.h"

struct backup_status
{
    IWMDRMLicenseBackupRestoreStatus IWMDRMLicenseBackupRestoreStatus_iface;
    LONG references;
    struct free_threaded free_threaded;
    MSDRM_STATUS status;
    BSTR text; /* NULL where the status has none */
};

static struct backup_status *
backup_status_from_IWMDRMLicenseBackupRestoreStatus(IWMDRMLicenseBackupRestoreStatus *iface)
{
    return CONTAINING_RECORD(iface, struct backup_status, IWMDRMLicenseBackupRestoreStatus_iface);
}

static HRESULT STDMETHODCALLTYPE backup_status_QueryInterface(IWMDRMLicenseBackupRestoreStatus *iface, REFIID iid,
                                                              void **out)
{
    struct backup_status *status = backup_status_from_IWMDRMLicenseBackupRestoreStatus(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&status->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMLicenseBackupRestoreStatus))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMLicenseBackupRestoreStatus_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE backup_status_AddRef(IWMDRMLicenseBackupRestoreStatus *iface)
{
    return InterlockedIncrement(&backup_status_from_IWMDRMLicenseBackupRestoreStatus(iface)->references);
}

static ULONG STDMETHODCALLTYPE backup_status_Release(IWMDRMLicenseBackupRestoreStatus *iface)
{
    struct backup_status *status = backup_status_from_IWMDRMLicenseBackupRestoreStatus(iface);
    ULONG references = InterlockedDecrement(&status->references);

    if (!references)
    {
        free_threaded_cleanup(&status->free_threaded);
        SysFreeString(status->text);
        free(status);
        module_remove_object();
    }
    return references;
}

/* Whoever asks gets a text of its own, to free with SysFreeString (decided: a structure's BSTR belongs to whom it is
 * handed to). */
static HRESULT STDMETHODCALLTYPE backup_status_GetStatus(IWMDRMLicenseBackupRestoreStatus *iface,
                                                         WM_BACKUP_RESTORE_STATUS *out)
{
    const struct backup_status *status = backup_status_from_IWMDRMLicenseBackupRestoreStatus(iface);
    BSTR text = NULL;

    if (!out)
        return E_POINTER;
    out->eStatus = DRM_ERROR;
    out->bstrError = NULL;
    if (status->text && !(text = SysAllocString(status->text)))
        return E_OUTOFMEMORY;
    out->eStatus = status->status;
    out->bstrError = text;
    return S_OK;
}

static const IWMDRMLicenseBackupRestoreStatusVtbl backup_status_vtbl =
{
    /* IUnknown methods */
    backup_status_QueryInterface,
    backup_status_AddRef,
    backup_status_Release,
    /* IWMDRMLicenseBackupRestoreStatus methods */
    backup_status_GetStatus,
};

HRESULT backup_status_create(enum drm_backup_status value, const char *text, IUnknown **out)
{
    struct backup_status *status = calloc(1, sizeof(*status));
    HRESULT hr;

    if (!status)
        return E_OUTOFMEMORY;
    status->IWMDRMLicenseBackupRestoreStatus_iface.lpVtbl = &backup_status_vtbl;
    status->references = 1;
    status->status = (MSDRM_STATUS)value; /* the engine's enumeration has the interface's values */
    module_add_object();
    if (text && FAILED(hr = value_give_text(text, &status->text)))
    {
        IWMDRMLicenseBackupRestoreStatus_Release(&status->IWMDRMLicenseBackupRestoreStatus_iface);
        return hr;
    }
    *out = (IUnknown *)&status->IWMDRMLicenseBackupRestoreStatus_iface;
    return S_OK;
}
