/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMNetTransmitter: licences for network devices. By QueryInterface it is also the registrar (net_registrar.c).
 */
#ifndef WMDRM_SHELL_NET_TRANSMITTER_H
#define WMDRM_SHELL_NET_TRANSMITTER_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "engine/device/transmitter.h"
#include "shell/com/free_threaded.h"
#include "shell/object/registrar_host.h"
#include "shell/object/security_state.h"

struct net_transmitter
{
    IWMDRMNetTransmitter2 IWMDRMNetTransmitter2_iface; /* and what it derives from */
    IWMDRMNetRegistrar IWMDRMNetRegistrar_iface;
    LONG references;
    struct free_threaded free_threaded;
    struct engine *engine;
    struct security_state state;
    HRESULT failure;                     /* why there is none of the next two; S_OK where there are */
    struct registrar_host *registrar;
    struct drm_transmitter *transmitter;
};

/* For the provider's table. */
HRESULT net_transmitter_create(bool protected, REFIID iid, void **out);

/* S_OK, or why nothing can be done with it. */
HRESULT net_transmitter_check(const struct net_transmitter *transmitter);

/* net_registrar.c */
extern const IWMDRMNetRegistrarVtbl net_registrar_vtbl;

#endif
