/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicenseManagement: acquiring, storing, listing, removing, backing up (docs/architecture.md). Its methods are
 * spread over license_*.c.
 */
#ifndef WMDRM_SHELL_LICENSE_MANAGEMENT_H
#define WMDRM_SHELL_LICENSE_MANAGEMENT_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "engine/client/licenses.h"
#include "shell/com/free_threaded.h"
#include "shell/object/security_state.h"
#include "shell/operation/async_object.h"

struct license_management
{
    IWMDRMLicenseManagement IWMDRMLicenseManagement_iface;
    IWMDRMAuthority IWMDRMAuthority_iface;
    IWMDRMIssuer IWMDRMIssuer_iface;
    struct async_object async;
    struct event_generator events;
    struct free_threaded free_threaded;
    struct engine *engine;
    struct security_state state;
    bool protected; /* made by a protected provider; its enumerations are, too */
};

/* For the provider's table. */
HRESULT license_management_create(bool protected, REFIID iid, void **out);

struct license_management *license_management_from_IWMDRMLicenseManagement(IWMDRMLicenseManagement *iface);

/* license_store.c */
HRESULT STDMETHODCALLTYPE license_management_CreateLicenseEnumeration(IWMDRMLicenseManagement *iface,
                                                                      WMDRM_LICENSE_FILTER *filter,
                                                                      IWMDRMLicense **out);
HRESULT STDMETHODCALLTYPE license_management_DeleteLicense(IWMDRMLicenseManagement *iface, BSTR key_id, DWORD flags);
HRESULT STDMETHODCALLTYPE license_management_CleanLicenseStore(IWMDRMLicenseManagement *iface, DWORD flags,
                                                               IUnknown **cookie);
HRESULT STDMETHODCALLTYPE license_management_StoreLicense(IWMDRMLicenseManagement *iface, BSTR response);

/* license_acquisition.c */
HRESULT STDMETHODCALLTYPE license_management_AcquireLicense(IWMDRMLicenseManagement *iface, BSTR url, BSTR header,
                                                            BSTR actions, DWORD flags, IUnknown **cookie);
HRESULT STDMETHODCALLTYPE license_management_MonitorLicenseAcquisition(IWMDRMLicenseManagement *iface, BSTR key_id,
                                                                       BSTR header, BSTR actions, IUnknown **cookie);

/* license_backup.c */
HRESULT STDMETHODCALLTYPE license_management_BackupLicenses(IWMDRMLicenseManagement *iface, BSTR directory,
                                                            DWORD flags, IUnknown **cookie);
HRESULT STDMETHODCALLTYPE license_management_RestoreLicenses(IWMDRMLicenseManagement *iface, BSTR directory,
                                                             DWORD flags, IUnknown **cookie);

/* license_removal.c */
HRESULT STDMETHODCALLTYPE license_management_CreateLicenseRevocationChallenge(IWMDRMLicenseManagement *iface,
                                                                              BYTE *machine_id, DWORD machine_id_size,
                                                                              BYTE *data, DWORD data_size, BYTE **out,
                                                                              DWORD *out_size);
HRESULT STDMETHODCALLTYPE license_management_ProcessLicenseRevocationResponse(IWMDRMLicenseManagement *iface,
                                                                              BYTE *response, DWORD response_size,
                                                                              BYTE **out, DWORD *out_size);
HRESULT STDMETHODCALLTYPE license_management_ProcessLicenseDeletionMessage(IWMDRMLicenseManagement *iface,
                                                                           BSTR message);

#endif
