/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMNetReceiver: this machine as a network device.
 */
#ifndef WMDRM_SHELL_NET_RECEIVER_H
#define WMDRM_SHELL_NET_RECEIVER_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/device/receiver.h"
#include "shell/com/free_threaded.h"
#include "shell/object/security_state.h"
#include "shell/operation/async_object.h"

struct net_receiver
{
    IWMDRMNetReceiver2 IWMDRMNetReceiver2_iface; /* and what it derives from */
    struct async_object async;
    struct event_generator events;
    struct free_threaded free_threaded;
    struct engine *engine;
    struct security_state state;
    bool protected;                /* see provider_create */
    HRESULT failure;               /* why there is no receiver; S_OK where there is one */
    struct drm_receiver *receiver;
};

/* For the provider's table. */
HRESULT net_receiver_create(bool protected, REFIID iid, void **out);

struct net_receiver *net_receiver_from_IWMDRMNetReceiver2(IWMDRMNetReceiver2 *iface);

/* S_OK, or why nothing can be done with it. */
HRESULT net_receiver_check(const struct net_receiver *receiver);

/* net_receiver_registration.c */
HRESULT STDMETHODCALLTYPE net_receiver_GetRegistrationChallenge(IWMDRMNetReceiver2 *iface, BYTE **out, DWORD *size);
HRESULT STDMETHODCALLTYPE net_receiver_ProcessRegistrationResponse(IWMDRMNetReceiver2 *iface, BYTE *response,
                                                                   DWORD size, IUnknown **cookie);
HRESULT STDMETHODCALLTYPE net_receiver_ProcessRegistrationResponseEx(IWMDRMNetReceiver2 *iface, BYTE *response,
                                                                     DWORD size, DWORD scope, IUnknown **cookie);

/* net_receiver_license.c */
HRESULT STDMETHODCALLTYPE net_receiver_GetLicenseChallenge(IWMDRMNetReceiver2 *iface, BSTR action, BYTE **out,
                                                           DWORD *size);
HRESULT STDMETHODCALLTYPE net_receiver_ProcessLicenseResponse(IWMDRMNetReceiver2 *iface, BYTE *response, DWORD size,
                                                              BYTE **representation, DWORD *representation_size);
HRESULT STDMETHODCALLTYPE net_receiver_ProcessLicenseUpdate(IWMDRMNetReceiver2 *iface, BYTE *update, DWORD size,
                                                            IWMDRMLicense **license);

#endif
