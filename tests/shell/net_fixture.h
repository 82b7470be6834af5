/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of network devices start from: one individualized machine that is both ends, and the steps between them.
 */
#ifndef WMDRM_TESTS_NET_FIXTURE_H
#define WMDRM_TESTS_NET_FIXTURE_H

#include "shell/license_fixture.h"

#include <wmdrmsdkext.h>

struct net_fixture
{
    struct license_fixture *licenses;
    IWMDRMNetReceiver2 *receiver;
    IWMDRMNetTransmitter2 *transmitter;
    IWMDRMNetRegistrar *registrar;
};

/* cmocka's set-up and tear-down: state is a struct net_fixture. Tear-down checks that no reference is left. */
int net_fixture_set_up(void **state);
int net_fixture_set_up_bare(void **state); /* a machine without an identity */
int net_fixture_tear_down(void **state);

/* A message, to be freed with CoTaskMemFree. */
struct net_message
{
    BYTE *data;
    DWORD size;
};

/* Steps, each of which must succeed; address: where the receiver is to show that it is near. */
void net_register(struct net_fixture *fixture, const WCHAR *address, struct net_message *response);
void net_start(struct net_fixture *fixture, const WCHAR *local, WORD *port);
/* The next event is 514 with this status and no value. */
void net_check_proximity(struct net_fixture *fixture, HRESULT status);
/* The one device in the book. */
void net_device(struct net_fixture *fixture, WMDRM_NET_DEVICE *device);
/* Registered, near, approved and open. */
void net_admit(struct net_fixture *fixture);
/* A licence challenge. net_ask: which the transmitter took. */
void net_challenge(struct net_fixture *fixture, struct net_message *challenge);
HRESULT net_ask(struct net_fixture *fixture);

/* A policy that asks for nothing. */
WMDRMNET_POLICY *net_policy(void);

#endif
