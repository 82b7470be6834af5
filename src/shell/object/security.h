/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMSecurity: the security object (docs/architecture.md). Its methods are spread over security*.c.
 */
#ifndef WMDRM_SHELL_SECURITY_H
#define WMDRM_SHELL_SECURITY_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "shell/com/free_threaded.h"
#include "shell/object/engine.h"
#include "shell/operation/async_object.h"

struct security
{
    IWMDRMSecurity IWMDRMSecurity_iface;
    IWMDRMComponent IWMDRMComponent_iface;
    struct async_object async;
    struct event_generator events;
    struct free_threaded free_threaded;
    struct engine *engine;
};

/* Makes a security object over the configuration of now and answers iid of it. For the provider's table. protected
 * makes no difference: all of its methods are open to every provider's objects. */
HRESULT security_create(bool protected, REFIID iid, void **out);

struct security *security_from_IWMDRMSecurity(IWMDRMSecurity *iface);

/* security_update.c */
HRESULT STDMETHODCALLTYPE security_PerformSecurityUpdate(IWMDRMSecurity *iface, DWORD flags, IUnknown **cookie);

/* security_revocation.c */
HRESULT STDMETHODCALLTYPE security_SetRevocationData(IWMDRMSecurity *iface, REFGUID type, BYTE *data, DWORD size);
HRESULT STDMETHODCALLTYPE security_GetRevocationData(IWMDRMSecurity *iface, REFGUID type, BYTE *data, DWORD *size);
HRESULT STDMETHODCALLTYPE security_GetRevocationDataVersion(IWMDRMSecurity *iface, REFGUID type, ULONGLONG *version);
HRESULT STDMETHODCALLTYPE security_CheckCertForRevocation(IWMDRMSecurity *iface, REFGUID type, BYTE *certificate,
                                                          DWORD size, BOOL *revoked);

/* security_component.c */
extern const IWMDRMComponentVtbl security_component_vtbl;

/* security_enablers.c */
HRESULT STDMETHODCALLTYPE security_GetContentEnablersForRevocations(IWMDRMSecurity *iface, BYTE **certificates,
                                                                    DWORD *sizes, GUID **types, DWORD count,
                                                                    HRESULT hint, IMFContentEnabler **enablers,
                                                                    DWORD *enabler_count);
HRESULT STDMETHODCALLTYPE security_GetContentEnablersFromHashes(IWMDRMSecurity *iface, BSTR *hashes, DWORD count,
                                                                HRESULT hint, IMFContentEnabler **enablers,
                                                                DWORD *enabler_count);

#endif
