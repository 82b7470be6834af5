/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of network devices start from (net_fixture.h). */
#include "shell/net_fixture.h"

#include <stdlib.h>

static int create(void **state, void *licenses)
{
    struct net_fixture *fixture = calloc(1, sizeof(*fixture));
    IWMDRMProvider *provider;

    if (!fixture)
        return -1;
    fixture->licenses = licenses;
    provider = fixture->licenses->shell->provider;
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetReceiver2, (void **)&fixture->receiver), S_OK);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetTransmitter2, (void **)&fixture->transmitter), S_OK);
    assert_hr(IWMDRMNetTransmitter2_QueryInterface(fixture->transmitter, &IID_IWMDRMNetRegistrar,
                                                   (void **)&fixture->registrar),
              S_OK);
    *state = fixture;
    return 0;
}

int net_fixture_set_up(void **state)
{
    void *licenses = NULL;

    assert_hr(WMDRMStartup(), S_OK);
    return license_fixture_set_up(&licenses) ? -1 : create(state, licenses);
}

int net_fixture_set_up_bare(void **state)
{
    void *licenses = NULL;

    assert_hr(WMDRMStartup(), S_OK);
    return license_fixture_set_up_bare(&licenses) ? -1 : create(state, licenses);
}

int net_fixture_tear_down(void **state)
{
    struct net_fixture *fixture = *state;
    void *licenses = fixture->licenses;

    assert_int_equal(IWMDRMNetRegistrar_Release(fixture->registrar), 1);
    assert_int_equal(IWMDRMNetTransmitter2_Release(fixture->transmitter), 0);
    assert_int_equal(IWMDRMNetReceiver2_Release(fixture->receiver), 0);
    free(fixture);
    assert_hr(WMDRMShutdown(), S_OK); /* the registrar goes with the last one */
    return license_fixture_tear_down(&licenses);
}

void net_register(struct net_fixture *fixture, const WCHAR *address, struct net_message *response)
{
    struct net_message challenge;

    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &challenge.data, &challenge.size), S_OK);
    assert_non_null(challenge.data);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, challenge.size,
                                                              address, &response->data, &response->size),
              S_OK);
    CoTaskMemFree(challenge.data);
}

void net_start(struct net_fixture *fixture, const WCHAR *local, WORD *port)
{
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, local, NULL, 0, port), S_OK);
    assert_int_not_equal(*port, 0);
}

void net_check_proximity(struct net_fixture *fixture, HRESULT status)
{
    IMFMediaEvent *event;
    MediaEventType type;
    PROPVARIANT value;
    HRESULT hr;

    assert_hr(IWMDRMNetReceiver2_GetEvent(fixture->receiver, 0, &event), S_OK);
    assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
    assert_int_equal(type, MEWMDRMProximityCompleted);
    assert_hr(IMFMediaEvent_GetStatus(event, &hr), S_OK);
    assert_hr(hr, status);
    PropVariantInit(&value);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_EMPTY);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
}

void net_device(struct net_fixture *fixture, WMDRM_NET_DEVICE *device)
{
    WMDRM_NET_DEVICE *devices;
    DWORD count;

    assert_hr(IWMDRMNetRegistrar_GetDevices(fixture->registrar, &count, &devices), S_OK);
    assert_int_equal(count, 1);
    *device = devices[0];
    SysFreeString(device->bstrName);
    device->bstrName = NULL;
    CoTaskMemFree(devices);
}

void net_admit(struct net_fixture *fixture)
{
    struct net_message response;
    WMDRM_NET_DEVICE device;
    IUnknown *cookie;
    WORD port;

    net_start(fixture, L"127.0.0.1", &port);
    net_register(fixture, L"127.0.0.1", &response);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              S_OK);
    net_check_proximity(fixture, S_OK);
    IUnknown_Release(cookie);
    CoTaskMemFree(response.data);
    net_device(fixture, &device);
    assert_hr(IWMDRMNetRegistrar_ApproveDevice(fixture->registrar, &device.guidDevice, TRUE), S_OK);
    assert_hr(IWMDRMNetRegistrar_OpenDevice(fixture->registrar, &device.guidDevice), S_OK);
}

void net_challenge(struct net_fixture *fixture, struct net_message *challenge)
{
    WCHAR action[] = L"Play";

    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, action, &challenge->data, &challenge->size),
              S_OK);
    assert_non_null(challenge->data);
}

HRESULT net_ask(struct net_fixture *fixture)
{
    struct net_message challenge;
    HRESULT hr;

    net_challenge(fixture, &challenge);
    hr = IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, challenge.data, challenge.size);
    CoTaskMemFree(challenge.data);
    return hr;
}

WMDRMNET_POLICY *net_policy(void)
{
    static BYTE data[20];
    static WMDRMNET_POLICY_TRANSCRYPTPLAY play = {sizeof(data), data};
    static WMDRMNET_POLICY policy = {WMDRMNET_POLICY_TYPE_TRANSCRYPTPLAY, (BYTE *)&play};

    return &policy;
}
