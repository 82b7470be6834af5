/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network devices register and show over real datagrams that they are near. */
#include <stdio.h>
#include <wchar.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "shell/net_fixture.h"

static void net__objects_have_their_interfaces(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMProvider *provider = fixture->licenses->shell->provider;
    IUnknown *object;

    check_interface(fixture->receiver, IID_IUnknown, TRUE);
    check_interface(fixture->receiver, IID_IMFMediaEventGenerator, TRUE);
    check_interface(fixture->receiver, IID_IWMDRMEventGenerator, TRUE);
    check_interface(fixture->receiver, IID_IWMDRMNetReceiver, TRUE);
    check_interface(fixture->receiver, IID_IWMDRMNetReceiver2, TRUE);
    check_interface(fixture->receiver, IID_IMarshal, TRUE);
    check_interface(fixture->receiver, IID_IWMDRMNetTransmitter, FALSE);
    check_references(fixture->receiver, 1);
    check_interface(fixture->transmitter, IID_IUnknown, TRUE);
    check_interface(fixture->transmitter, IID_IWMDRMNetTransmitter, TRUE);
    check_interface(fixture->transmitter, IID_IWMDRMNetTransmitter2, TRUE);
    check_interface(fixture->transmitter, IID_IWMDRMNetRegistrar, TRUE);
    check_interface(fixture->transmitter, IID_IMarshal, TRUE);
    check_interface(fixture->transmitter, IID_IWMDRMNetReceiver, FALSE);
    check_interface(fixture->transmitter, IID_IMFMediaEventGenerator, FALSE);
    check_interface(fixture->registrar, IID_IWMDRMNetTransmitter2, TRUE);
    check_interface(fixture->registrar, IID_IUnknown, TRUE);
    check_references(fixture->transmitter, 2);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetReceiver, (void **)&object), S_OK);
    assert_int_equal(IUnknown_Release(object), 0);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetTransmitter, (void **)&object), S_OK);
    assert_int_equal(IUnknown_Release(object), 0);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetRegistrar, (void **)&object), E_NOINTERFACE);
}

static void net__without_an_identity_nothing_works(void **state)
{
    struct net_fixture *fixture = *state;
    WMDRM_NET_DEVICE *devices;
    WCHAR action[] = L"Play";
    BYTE byte = 0, *data = &byte;
    IUnknown *cookie = (IUnknown *)fixture;
    DWORD size = 5;
    WORD port;

    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &data, &size),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_null(data);
    assert_int_equal(size, 0);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, &byte, 1, &cookie),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_null(cookie);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, action, &data, &size),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, &byte, 1),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, NULL, NULL, 0, &port),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_hr(IWMDRMNetRegistrar_GetDevices(fixture->registrar, &size, &devices), NS_E_DRM_NEEDS_INDIVIDUALIZATION);
}

static void net__registration_needs_its_pointers(void **state)
{
    struct net_fixture *fixture = *state;
    IUnknown *cookie;
    BYTE byte = 2, *data;
    DWORD size;
    WORD port;

    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, NULL, &size), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &data, NULL), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, NULL, 1, &cookie), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, &byte, 1, NULL), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponseEx(fixture->receiver, NULL, 1, 0, &cookie), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, NULL, 1, L"127.0.0.1", &data, &size),
              E_POINTER);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, &byte, 1, NULL, &data, &size),
              E_POINTER);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, &byte, 1, L"127.0.0.1", NULL, &size),
              E_POINTER);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, &byte, 1, L"127.0.0.1", &data, NULL),
              E_POINTER);
    assert_hr(IWMDRMNetRegistrar_GetDevices(fixture->registrar, NULL, NULL), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_ApproveDevice(fixture->registrar, NULL, TRUE), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_OpenDevice(fixture->registrar, NULL), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, NULL, NULL, 1, &port), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, NULL, NULL, 0, NULL), E_POINTER);
    assert_hr(IWMDRMNetRegistrar_StopProximity(fixture->registrar), S_OK);
}

static void net__addresses_are_checked(void **state)
{
    static const WCHAR *const bad[] = {L"", L"localhost", L"127.0.0.1:99999", L"300.1.2.3", L"[::1", L"1.2.3.4:x",
        L"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"};
    struct net_fixture *fixture = *state;
    struct net_message challenge;
    BYTE *data;
    DWORD size;
    WORD port;

    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &challenge.data, &challenge.size), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(bad); i++)
    {
        assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, challenge.size,
                                                                  bad[i], &data, &size),
                  E_INVALIDARG);
        assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, bad[i], NULL, 0, &port), E_INVALIDARG);
    }
    /* Nobody listens yet, and no port is said. */
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, challenge.size,
                                                              L"127.0.0.1", &data, &size),
              NS_E_DRM_NOT_CONFIGURED);
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, challenge.size,
                                                              L"0.0.0.0:1", &data, &size),
              S_OK); /* a strange place, but it is the caller's network; the receiver refuses it */
    {
        IUnknown *cookie;

        assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, data, size, &cookie),
                  NS_E_DRM_BAD_REQUEST);
    }
    CoTaskMemFree(data);
    CoTaskMemFree(challenge.data);
}

static void show_proximity(struct net_fixture *fixture, const WCHAR *local, const WCHAR *address)
{
    struct net_message response;
    WMDRM_NET_DEVICE device;
    IUnknown *cookie;
    WORD port;

    net_start(fixture, local, &port);
    net_register(fixture, address, &response);
    net_device(fixture, &device);
    assert_false(device.fValidated);
    assert_int_equal(device.dwRoundTrip, 0);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              S_OK);
    assert_non_null(cookie);
    net_check_proximity(fixture, S_OK);
    assert_hr(IWMDRMNetReceiver2_CancelAsyncOperation(fixture->receiver, cookie), S_OK); /* it is over */
    assert_int_equal(IUnknown_Release(cookie), 0);
    net_device(fixture, &device);
    assert_true(device.fValidated);
    assert_false(device.fApproved || device.fOpen);
    assert_true(device.dwRoundTrip > 0 && device.dwRoundTrip <= 7000);
    assert_true(device.dwValidity > 47 * 3600 && device.dwValidity <= 48 * 3600);
    /* The answer was used up. */
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              NS_E_DRM_NOT_CONFIGURED);
    assert_null(cookie);
    CoTaskMemFree(response.data);
}

static void net__proximity_over_ipv4(void **state)
{
    show_proximity(*state, NULL, L"127.0.0.1");
}

static void net__proximity_over_ipv6(void **state)
{
    struct net_fixture *fixture = *state;
    WORD port;
    HRESULT hr = IWMDRMNetRegistrar_StartProximity(fixture->registrar, L"::1", NULL, 0, &port);

    if (hr == NS_E_DRM_UNABLE_TO_OPEN_PORT)
    {
        print_message("this machine has no IPv6\n");
        skip();
    }
    assert_hr(hr, S_OK);
    show_proximity(fixture, L"::1", L"::1");
}

/* Somebody else's socket on the first port. */
static SOCKET take_port(WORD *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET taken = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    int size = sizeof(address);

    assert_true(taken != INVALID_SOCKET);
    assert_int_equal(bind(taken, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(taken, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return taken;
}

static void net__ports_are_tried_in_turn(void **state)
{
    struct net_fixture *fixture = *state;
    WORD ports[2], opened;
    SOCKET first, second;

    net_start(fixture, L"127.0.0.1", &opened); /* Winsock is started */
    first = take_port(&ports[0]);
    second = take_port(&ports[1]);
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, L"127.0.0.1", ports, 2, &opened),
              NS_E_DRM_UNABLE_TO_OPEN_PORT);
    assert_int_equal(opened, 0);
    closesocket(second);
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, L"127.0.0.1", ports, 2, &opened), S_OK);
    assert_int_equal(opened, ports[1]);
    /* Starting again takes the place of what runs, on the same port too. */
    assert_hr(IWMDRMNetRegistrar_StartProximity(fixture->registrar, L"127.0.0.1", &ports[1], 1, &opened), S_OK);
    assert_hr(IWMDRMNetRegistrar_StopProximity(fixture->registrar), S_OK);
    second = take_port(&opened);
    closesocket(second);
    closesocket(first);
}

/* A registration whose transmitter never answers: its port is open, but nobody reads. */
static IUnknown *register_with_silence(struct net_fixture *fixture, SOCKET *silent)
{
    struct net_message response;
    IUnknown *cookie;
    WCHAR address[32];
    WORD port;

    net_start(fixture, L"127.0.0.1", &port);
    *silent = take_port(&port);
    swprintf(address, ARRAYSIZE(address), L"127.0.0.1:%u", port);
    net_register(fixture, address, &response);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              S_OK);
    CoTaskMemFree(response.data);
    return cookie;
}

static void net__proximity_is_cancelled(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message response;
    IUnknown *cookie, *other = (IUnknown *)fixture;
    SOCKET silent;

    cookie = register_with_silence(fixture, &silent);
    /* One at a time; the refused answer is not used up. */
    net_register(fixture, L"127.0.0.1", &response);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &other),
              NS_E_DRM_BUSY);
    assert_null(other);
    assert_hr(IWMDRMNetReceiver2_CancelAsyncOperation(fixture->receiver, cookie), S_OK);
    net_check_proximity(fixture, NS_E_DRM_OPERATION_CANCELED);
    IUnknown_Release(cookie);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              S_OK);
    net_check_proximity(fixture, S_OK);
    IUnknown_Release(cookie);
    CoTaskMemFree(response.data);
    closesocket(silent);
}

static void net__a_shut_down_receiver_starts_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message response;
    IUnknown *cookie;
    SOCKET silent;

    cookie = register_with_silence(fixture, &silent);
    assert_hr(IWMDRMNetReceiver2_Shutdown(fixture->receiver), S_OK);
    IUnknown_Release(cookie);
    net_register(fixture, L"127.0.0.1", &response);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              MF_E_SHUTDOWN);
    assert_null(cookie);
    CoTaskMemFree(response.data);
    closesocket(silent);
}

static void net__messages_are_refused_spoilt(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message challenge, response;
    IUnknown *cookie;
    BYTE *data;
    DWORD size;
    WORD port;

    net_start(fixture, L"127.0.0.1", &port);
    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &challenge.data, &challenge.size), S_OK);
    for (DWORD i = 0; i <= challenge.size; i += 1 + challenge.size / 50)
        if (i < challenge.size)
            assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, i,
                                                                      L"127.0.0.1", &data, &size),
                      NS_E_DRM_BAD_REQUEST);
    challenge.data[0] = 1;
    assert_hr(IWMDRMNetRegistrar_ProcessRegistrationChallenge(fixture->registrar, challenge.data, challenge.size,
                                                              L"127.0.0.1", &data, &size),
              NS_E_DRM_UNSUPPORTED_PROTOCOL_VERSION);
    CoTaskMemFree(challenge.data);

    net_register(fixture, L"127.0.0.1", &response);
    for (DWORD i = 0; i < response.size; i += response.size / 50)
    {
        response.data[i] ^= 0x10;
        assert_true(FAILED(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data,
                                                                          response.size, &cookie)));
        assert_null(cookie);
        response.data[i] ^= 0x10;
        assert_true(FAILED(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, i,
                                                                          &cookie)));
    }
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, response.data, response.size, &cookie),
              S_OK);
    net_check_proximity(fixture, S_OK);
    IUnknown_Release(cookie);
    CoTaskMemFree(response.data);
}

static void net__each_step_of_admission_has_its_code(void **state)
{
    struct net_fixture *fixture = *state;
    const GUID nobody = {1, 2, 3, {4}};
    WMDRM_NET_DEVICE device, *devices = &device;
    DWORD count = 7;

    assert_hr(IWMDRMNetRegistrar_GetDevices(fixture->registrar, &count, &devices), S_OK);
    assert_int_equal(count, 0);
    assert_null(devices);
    assert_hr(net_ask(fixture), S_OK); /* nobody uses the registrar */
    assert_hr(IWMDRMNetRegistrar_ApproveDevice(fixture->registrar, &nobody, TRUE), NS_E_DRM_MUST_REGISTER);
    assert_hr(net_ask(fixture), NS_E_DRM_MUST_REGISTER);
    net_admit(fixture);
    assert_hr(net_ask(fixture), S_OK);
    net_device(fixture, &device);
    assert_true(device.fApproved && device.fOpen && device.fValidated);
    assert_hr(IWMDRMNetRegistrar_CloseDevice(fixture->registrar, &device.guidDevice), S_OK);
    assert_hr(net_ask(fixture), NS_E_DRM_DEVICE_NOT_OPEN);
    assert_hr(IWMDRMNetRegistrar_ApproveDevice(fixture->registrar, &device.guidDevice, FALSE), S_OK);
    assert_hr(net_ask(fixture), NS_E_DRM_MUST_APPROVE);
    assert_hr(IWMDRMNetRegistrar_OpenDevice(fixture->registrar, &device.guidDevice), NS_E_DRM_MUST_APPROVE);
    assert_hr(IWMDRMNetRegistrar_RemoveDevice(fixture->registrar, &device.guidDevice), S_OK);
    assert_hr(IWMDRMNetRegistrar_RemoveDevice(fixture->registrar, &device.guidDevice), NS_E_DRM_MUST_REGISTER);
    assert_hr(net_ask(fixture), NS_E_DRM_MUST_REGISTER);
}

/* All transmitters share the book, also those that come after the last one went. */
static void net__the_book_outlives_a_transmitter(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMProvider *provider = fixture->licenses->shell->provider;
    WMDRM_NET_DEVICE device;

    net_admit(fixture);
    assert_int_equal(IWMDRMNetRegistrar_Release(fixture->registrar), 1);
    assert_int_equal(IWMDRMNetTransmitter2_Release(fixture->transmitter), 0);
    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetTransmitter2, (void **)&fixture->transmitter), S_OK);
    assert_hr(IWMDRMNetTransmitter2_QueryInterface(fixture->transmitter, &IID_IWMDRMNetRegistrar,
                                                   (void **)&fixture->registrar),
              S_OK);
    net_device(fixture, &device);
    assert_true(device.fOpen);
    assert_hr(net_ask(fixture), S_OK);
}

int main(void)
{
#define NET_TEST(function) cmocka_unit_test_setup_teardown(function, net_fixture_set_up, net_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        NET_TEST(net__objects_have_their_interfaces),
        cmocka_unit_test_setup_teardown(net__without_an_identity_nothing_works, net_fixture_set_up_bare,
                                        net_fixture_tear_down),
        NET_TEST(net__registration_needs_its_pointers),
        NET_TEST(net__addresses_are_checked),
        NET_TEST(net__proximity_over_ipv4),
        NET_TEST(net__proximity_over_ipv6),
        NET_TEST(net__ports_are_tried_in_turn),
        NET_TEST(net__proximity_is_cancelled),
        NET_TEST(net__a_shut_down_receiver_starts_nothing),
        NET_TEST(net__messages_are_refused_spoilt),
        NET_TEST(net__each_step_of_admission_has_its_code),
        NET_TEST(net__the_book_outlives_a_transmitter),
    };
#undef NET_TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
