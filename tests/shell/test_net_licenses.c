/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences from a transmitter to a receiver through COM, and content that goes that way. */
#include "shell/net_fixture.h"

#include <string.h>

static const char plaintext[] = "what is sent to the parlour";

static void take(struct net_fixture *fixture, const struct net_message *response)
{
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, response->data, response->size, NULL, NULL),
              S_OK);
}

/* Encrypts at one end and decrypts at the other. */
static void check_content(IWMDRMEncrypt *encryptor, IWMDRMLicense *license)
{
    WMDRMCryptoData position = {CRYPTO_TYPE_MCE, 7, 9};
    IWMDRMDecrypt *decryptor;
    BYTE data[sizeof(plaintext)];

    memcpy(data, plaintext, sizeof(data));
    assert_hr(IWMDRMEncrypt_Encrypt(encryptor, data, sizeof(data), &position), S_OK);
    assert_memory_not_equal(data, plaintext, sizeof(data));
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    position = (WMDRMCryptoData){CRYPTO_TYPE_MCE, 7, 9};
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, data, sizeof(data), &position), S_OK);
    assert_memory_equal(data, plaintext, sizeof(data));
    IWMDRMDecrypt_Release(decryptor);
}

static IWMDRMLicense *find_license(struct net_fixture *fixture, WCHAR *key)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = key};
    IWMDRMLicense *license;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->licenses->management, &filter, &license), S_OK);
    return license;
}

static void stream(struct net_fixture *fixture)
{
    struct net_message root, leaf;
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;

    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), &root.data,
                                                           &root.size),
              S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetLeafLicenseResponse(fixture->transmitter, license_key(2), net_policy(),
                                                           &encryptor, &leaf.data, &leaf.size),
              S_OK);
    take(fixture, &root);
    take(fixture, &leaf);
    license = find_license(fixture, license_key(2));
    check_content(encryptor, license);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    assert_int_equal(IWMDRMEncrypt_Release(encryptor), 0);
    CoTaskMemFree(root.data);
    CoTaskMemFree(leaf.data);
}

static void license__content_goes_to_an_admitted_device(void **state)
{
    struct net_fixture *fixture = *state;

    net_admit(fixture);
    stream(fixture);
}

static void license__content_goes_without_a_registrar(void **state)
{
    stream(*state);
}

static void license__a_simple_one_and_an_update(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message simple;
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;

    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(3), net_policy(),
                                                             &encryptor, &simple.data, &simple.size),
              S_OK);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseUpdate(fixture->receiver, simple.data, simple.size, &license), S_OK);
    check_content(encryptor, license);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    assert_int_equal(IWMDRMEncrypt_Release(encryptor), 0);
    CoTaskMemFree(simple.data);
}

static void license__is_never_persisted(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message simple;
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;
    BOOL can = TRUE;

    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(3), net_policy(),
                                                             &encryptor, &simple.data, &simple.size),
              S_OK);
    IWMDRMEncrypt_Release(encryptor);
    take(fixture, &simple);
    license = find_license(fixture, license_key(3));
    assert_hr(IWMDRMLicense_CanPersist(license, &can), S_OK);
    assert_false(can);
    assert_hr(IWMDRMLicense_PersistLicense(license), NS_E_DRM_STORE_NOTALLOWED);
    IWMDRMLicense_Release(license);
    CoTaskMemFree(simple.data);
}

static void license__the_representation_comes_whole_or_not(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message simple, representation = {0};
    IWMDRMEncrypt *encryptor;

    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(3), net_policy(),
                                                             &encryptor, &simple.data, &simple.size),
              S_OK);
    IWMDRMEncrypt_Release(encryptor);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, simple.data, simple.size,
                                                        &representation.data, NULL),
              E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, simple.data, simple.size, NULL,
                                                        &representation.size),
              E_POINTER);
    assert_int_equal(license_count(fixture->licenses, license_key(3)), 0);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, simple.data, simple.size,
                                                        &representation.data, &representation.size),
              S_OK);
    assert_non_null(representation.data);
    assert_true(representation.size > 100);
    assert_int_equal(license_count(fixture->licenses, license_key(3)), 1);
    CoTaskMemFree(representation.data);
    CoTaskMemFree(simple.data);
}

static void license__order_counts(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMEncrypt *encryptor = (IWMDRMEncrypt *)fixture;
    struct net_message first, second, challenge;
    BYTE *data = (BYTE *)fixture;
    DWORD size = 3;

    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), &data, &size),
              NS_E_DRM_NOT_CONFIGURED);
    assert_null(data);
    assert_int_equal(size, 0);
    assert_hr(IWMDRMNetTransmitter2_GetLeafLicenseResponse(fixture->transmitter, license_key(2), net_policy(),
                                                           &encryptor, &data, &size),
              NS_E_DRM_NOT_CONFIGURED);
    assert_null(encryptor);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(2), net_policy(),
                                                             &encryptor, &data, &size),
              NS_E_DRM_NOT_CONFIGURED);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, (BYTE *)plaintext, 10, NULL, NULL),
              NS_E_DRM_NOT_CONFIGURED);
    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetLeafLicenseResponse(fixture->transmitter, license_key(2), net_policy(),
                                                           &encryptor, &data, &size),
              NS_E_DRM_NOT_CONFIGURED);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), &first.data,
                                                           &first.size),
              S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetLeafLicenseResponse(fixture->transmitter, license_key(1), net_policy(),
                                                           &encryptor, &data, &size),
              NS_E_DRM_INVALID_KID);
    /* Several roots may follow; each answers the same challenge, until there is another one. */
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), &second.data,
                                                           &second.size),
              S_OK);
    take(fixture, &first);
    take(fixture, &second);
    net_challenge(fixture, &challenge);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, first.data, first.size, NULL, NULL),
              NS_E_DRM_PARAMETERS_MISMATCHED);
    CoTaskMemFree(challenge.data);
    CoTaskMemFree(first.data);
    CoTaskMemFree(second.data);
}

static void license__arguments_are_checked(void **state)
{
    struct net_fixture *fixture = *state;
    WCHAR play[] = L"Play", copy[] = L"Copy", empty[] = L"", no_key[] = L"no key";
    WCHAR long_action[] = L"PlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlay"
                          L"PlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlayPlay";
    BYTE short_policy[19] = {0};
    WMDRMNET_POLICY_TRANSCRYPTPLAY play_policy = {sizeof(short_policy), short_policy};
    WMDRMNET_POLICY policy = {WMDRMNET_POLICY_TYPE_UNDEFINED, (BYTE *)&play_policy};
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;
    BYTE *data;
    DWORD size;

    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, NULL, &data, &size), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, play, NULL, &size), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, play, &data, NULL), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, copy, &data, &size),
              NS_E_DRM_UNSUPPORTED_ACTION);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, empty, &data, &size),
              NS_E_DRM_UNSUPPORTED_ACTION);
    assert_hr(IWMDRMNetReceiver2_GetLicenseChallenge(fixture->receiver, long_action, &data, &size),
              NS_E_DRM_ATTRIBUTE_TOO_LONG);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, NULL, 1, NULL, NULL), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseUpdate(fixture->receiver, NULL, 1, &license), E_POINTER);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseUpdate(fixture->receiver, short_policy, 1, NULL), E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, NULL, 1), E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, short_policy, 0), NS_E_DRM_BAD_REQUEST);
    assert_hr(net_ask(fixture), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, NULL, &data, &size), E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), NULL, &size),
              E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, license_key(1), &data, NULL),
              E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_GetRootLicenseResponse(fixture->transmitter, no_key, &data, &size),
              NS_E_DRM_INVALID_KID);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), NULL, &encryptor,
                                                             &data, &size),
              E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), net_policy(), NULL,
                                                             &data, &size),
              E_POINTER);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), &policy, &encryptor,
                                                             &data, &size),
              E_INVALIDARG);
    policy.ePolicyType = WMDRMNET_POLICY_TYPE_TRANSCRYPTPLAY;
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), &policy, &encryptor,
                                                             &data, &size),
              E_INVALIDARG);
    play_policy.pbData = NULL;
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), &policy, &encryptor,
                                                             &data, &size),
              E_POINTER);
    policy.pbPolicy = NULL;
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(1), &policy, &encryptor,
                                                             &data, &size),
              E_POINTER);
}

static void license__messages_are_refused_spoilt(void **state)
{
    struct net_fixture *fixture = *state;
    struct net_message challenge, simple;
    IWMDRMEncrypt *encryptor;

    net_challenge(fixture, &challenge);
    for (DWORD i = 0; i < challenge.size; i += challenge.size / 50)
    {
        challenge.data[i] ^= 4;
        assert_true(FAILED(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, challenge.data,
                                                                     challenge.size)));
        challenge.data[i] ^= 4;
        assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, challenge.data, i),
                  NS_E_DRM_BAD_REQUEST);
    }
    assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, challenge.data, challenge.size), S_OK);
    assert_hr(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(fixture->transmitter, license_key(3), net_policy(),
                                                             &encryptor, &simple.data, &simple.size),
              S_OK);
    IWMDRMEncrypt_Release(encryptor);
    for (DWORD i = 0; i < simple.size; i += simple.size / 50)
    {
        simple.data[i] ^= 4;
        assert_true(FAILED(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, simple.data, simple.size, NULL,
                                                                     NULL)));
        simple.data[i] ^= 4;
        assert_true(FAILED(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, simple.data, i, NULL, NULL)));
    }
    assert_int_equal(license_count(fixture->licenses, license_key(3)), 0);
    take(fixture, &simple);
    CoTaskMemFree(challenge.data);
    CoTaskMemFree(simple.data);
}

int main(void)
{
#define NET_TEST(function) cmocka_unit_test_setup_teardown(function, net_fixture_set_up, net_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        NET_TEST(license__content_goes_to_an_admitted_device),
        NET_TEST(license__content_goes_without_a_registrar),
        NET_TEST(license__a_simple_one_and_an_update),
        NET_TEST(license__is_never_persisted),
        NET_TEST(license__the_representation_comes_whole_or_not),
        NET_TEST(license__order_counts),
        NET_TEST(license__arguments_are_checked),
        NET_TEST(license__messages_are_refused_spoilt),
    };
#undef NET_TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
