/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licence management object: its life.
 */
#include "shell/object/license_management.h"

#include <stdlib.h>

#include "shell/object/authority.h"
#include "shell/object/issuer.h"

struct license_management *license_management_from_IWMDRMLicenseManagement(IWMDRMLicenseManagement *iface)
{
    return CONTAINING_RECORD(iface, struct license_management, IWMDRMLicenseManagement_iface);
}

static HRESULT STDMETHODCALLTYPE license_management_QueryInterface(IWMDRMLicenseManagement *iface, REFIID iid,
                                                                   void **out)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&management->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IMFMediaEventGenerator)
        || IsEqualIID(iid, &IID_IWMDRMEventGenerator) || IsEqualIID(iid, &IID_IWMDRMLicenseManagement))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IWMDRMAuthority))
        *out = &management->IWMDRMAuthority_iface;
    else if (IsEqualIID(iid, &IID_IWMDRMIssuer))
        *out = &management->IWMDRMIssuer_iface;
    else
        return E_NOINTERFACE;
    IWMDRMLicenseManagement_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE license_management_AddRef(IWMDRMLicenseManagement *iface)
{
    return async_object_add_ref(&license_management_from_IWMDRMLicenseManagement(iface)->async);
}

static ULONG STDMETHODCALLTYPE license_management_Release(IWMDRMLicenseManagement *iface)
{
    return async_object_release(&license_management_from_IWMDRMLicenseManagement(iface)->async);
}

EVENT_GENERATOR_FORWARDERS(license_management, IWMDRMLicenseManagement)
ASYNC_OBJECT_FORWARDERS(license_management, IWMDRMLicenseManagement)

static const IWMDRMLicenseManagementVtbl license_management_vtbl =
{
    /* IUnknown methods */
    .QueryInterface = license_management_QueryInterface,
    .AddRef = license_management_AddRef,
    .Release = license_management_Release,
    /* IMFMediaEventGenerator methods */
    EVENT_GENERATOR_SLOTS(license_management),
    /* IWMDRMEventGenerator methods */
    ASYNC_OBJECT_SLOTS(license_management),
    /* IWMDRMLicenseManagement methods */
    .CreateLicenseEnumeration = license_management_CreateLicenseEnumeration,
    .DeleteLicense = license_management_DeleteLicense,
    .CleanLicenseStore = license_management_CleanLicenseStore,
    .StoreLicense = license_management_StoreLicense,
    .AcquireLicense = license_management_AcquireLicense,
    .MonitorLicenseAcquisition = license_management_MonitorLicenseAcquisition,
    .BackupLicenses = license_management_BackupLicenses,
    .RestoreLicenses = license_management_RestoreLicenses,
    .CreateLicenseRevocationChallenge = license_management_CreateLicenseRevocationChallenge,
    .ProcessLicenseRevocationResponse = license_management_ProcessLicenseRevocationResponse,
    .ProcessLicenseDeletionMessage = license_management_ProcessLicenseDeletionMessage,
};

static void license_management_destroy(struct async_object *async)
{
    struct license_management *management = CONTAINING_RECORD(async, struct license_management, async);

    event_generator_cleanup(&management->events);
    free_threaded_cleanup(&management->free_threaded);
    engine_release(management->engine);
    free(management);
}

HRESULT license_management_create(bool protected, REFIID iid, void **out)
{
    struct license_management *management = calloc(1, sizeof(*management));
    HRESULT hr;

    if (!management)
        return E_OUTOFMEMORY;
    management->IWMDRMLicenseManagement_iface.lpVtbl = &license_management_vtbl;
    management->IWMDRMAuthority_iface.lpVtbl = &license_authority_vtbl;
    management->IWMDRMIssuer_iface.lpVtbl = &license_issuer_vtbl;
    management->protected = protected;
    if (FAILED(hr = engine_acquire(&management->engine)))
    {
        free(management);
        return hr;
    }
    if (FAILED(hr = event_generator_init(&management->events)))
    {
        engine_release(management->engine);
        free(management);
        return hr;
    }
    security_state_capture(management->engine, &management->state);
    async_object_init(&management->async, &management->events, license_management_destroy);
    hr = IWMDRMLicenseManagement_QueryInterface(&management->IWMDRMLicenseManagement_iface, iid, out);
    IWMDRMLicenseManagement_Release(&management->IWMDRMLicenseManagement_iface);
    return hr;
}
