/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every method of every interface that the DLL gives out, called with nothing (NULL for each pointer, 0 for each
 * number), and those that take bytes with a size that no buffer has: each says what is wrong, writes nowhere, and stays
 * usable. None answers that it does nothing. What methods do with sense is in the other tests of this folder.
 */
#include "shell/net_fixture.h"

#include <string.h>

#define HUGE 0xFFFFFFFFu

/* The result of one method, which is counted: none is to be forgotten. */
#define says(call, expected)                                                                                         \
    do                                                                                                               \
    {                                                                                                                \
        assert_hr(call, expected);                                                                                   \
        calls++;                                                                                                     \
    } while (0)

static unsigned int calls; /* of one test: the number of methods that it is about */

/* --- events, of every object that has some ------------------------------------------------------------------ */

static void generator__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IUnknown *const objects[] = {(IUnknown *)fixture->licenses->shell->security,
                                 (IUnknown *)fixture->licenses->management, (IUnknown *)fixture->receiver};

    for (size_t i = 0; i < ARRAYSIZE(objects); i++)
    {
        IWMDRMEventGenerator *generator;

        calls = 0;
        assert_hr(IUnknown_QueryInterface(objects[i], &IID_IWMDRMEventGenerator, (void **)&generator), S_OK);
        says(IWMDRMEventGenerator_GetEvent(generator, 0, NULL), E_INVALIDARG);
        says(IWMDRMEventGenerator_BeginGetEvent(generator, NULL, NULL), E_INVALIDARG);
        says(IWMDRMEventGenerator_EndGetEvent(generator, NULL, NULL), E_INVALIDARG);
        says(IWMDRMEventGenerator_QueueEvent(generator, 0, NULL, S_OK, NULL), E_INVALIDARG);
        says(IWMDRMEventGenerator_CancelAsyncOperation(generator, NULL), E_POINTER);
        says(IWMDRMEventGenerator_Shutdown(generator), S_OK);
        assert_int_equal(calls, 6);
        IWMDRMEventGenerator_Release(generator);
    }
}

/* --- provider and security ---------------------------------------------------------------------------------- */

static void provider_and_security__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMSecurity *security = fixture->licenses->shell->security;
    IUnknown *nothing = (IUnknown *)(LONG_PTR)1;

    calls = 0;
    says(IWMDRMProvider_CreateObject(fixture->licenses->shell->provider, &IID_IWMDRMSecurity, NULL), E_POINTER);
    assert_hr(IWMDRMProvider_CreateObject(fixture->licenses->shell->provider, &IID_IWMDRMDecrypt, (void **)&nothing),
              E_NOINTERFACE);
    assert_null(nothing);
    says(IWMDRMSecurity_GetSecurityVersion(security, NULL), E_POINTER);
    says(IWMDRMSecurity_GetMachineCertificate(security, 0, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMSecurity_PerformSecurityUpdate(security, 0, NULL), E_POINTER);
    says(IWMDRMSecurity_SetRevocationData(security, &WMDRM_REVOCATIONTYPE_APP, NULL, 0), E_POINTER);
    says(IWMDRMSecurity_GetRevocationData(security, &WMDRM_REVOCATIONTYPE_APP, NULL, NULL), E_POINTER);
    says(IWMDRMSecurity_GetRevocationDataVersion(security, &WMDRM_REVOCATIONTYPE_APP, NULL), E_POINTER);
    says(IWMDRMSecurity_CheckCertForRevocation(security, &WMDRM_REVOCATIONTYPE_APP, NULL, 0, NULL), E_POINTER);
    says(IWMDRMSecurity_GetContentEnablersForRevocations(security, NULL, NULL, NULL, 0, S_OK, NULL, NULL), E_POINTER);
    says(IWMDRMSecurity_GetContentEnablersFromHashes(security, NULL, 0, S_OK, NULL, NULL), E_POINTER);
    assert_int_equal(calls, 10);
}

static void security__with_huge_sizes(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMSecurity *security = fixture->licenses->shell->security;
    GUID type = WMDRM_REVOCATIONTYPE_APP, *types[] = {&type};
    BYTE garbage[64], *certificates[] = {garbage};
    IMFContentEnabler *enabler = NULL;
    DWORD size = HUGE, count = 1;
    BOOL revoked = TRUE;

    memset(garbage, 0xFF, sizeof(garbage));
    assert_hr(IWMDRMSecurity_SetRevocationData(security, &type, garbage, HUGE), NS_E_DRM_INVALID_CRL);
    assert_hr(IWMDRMSecurity_CheckCertForRevocation(security, &type, garbage, HUGE, &revoked),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_false(revoked);
    assert_hr(IWMDRMSecurity_GetContentEnablersForRevocations(security, certificates, &size, types, 1, S_OK, &enabler,
                                                              &count),
              NS_E_DRM_INVALID_CERTIFICATE);
    assert_int_equal(count, 0);
    assert_null(enabler);
    count = HUGE;
    assert_hr(IWMDRMSecurity_GetContentEnablersForRevocations(security, certificates, &size, types, HUGE, S_OK,
                                                              &enabler, &count),
              E_INVALIDARG);
    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(security, (BSTR *)(void *)certificates, HUGE, S_OK, &enabler,
                                                          &count),
              E_INVALIDARG);
}

static void enabler__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    BSTR hash = SysAllocString(L"00");
    IMFContentEnabler *enabler;
    DWORD count = 1;

    calls = 0;
    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(fixture->licenses->shell->security, &hash, 1, S_OK, &enabler,
                                                          &count),
              S_OK);
    SysFreeString(hash);
    says(IMFContentEnabler_GetEnableType(enabler, NULL), E_POINTER);
    says(IMFContentEnabler_GetEnableURL(enabler, NULL, NULL, NULL), E_POINTER);
    says(IMFContentEnabler_GetEnableData(enabler, NULL, NULL), E_POINTER);
    says(IMFContentEnabler_IsAutomaticSupported(enabler, NULL), E_POINTER);
    says(IMFContentEnabler_MonitorEnable(enabler), S_FALSE);
    says(IMFContentEnabler_Cancel(enabler), S_OK);
    says(IMFContentEnabler_AutomaticEnable(enabler), S_OK); /* its event says that there is no page */
    assert_int_equal(calls, 7);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
}

/* --- licences ----------------------------------------------------------------------------------------------- */

static void management__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;

    calls = 0;
    says(IWMDRMLicenseManagement_CreateLicenseEnumeration(management, NULL, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_DeleteLicense(management, NULL, 0), E_POINTER);
    says(IWMDRMLicenseManagement_CleanLicenseStore(management, 0, NULL), E_INVALIDARG);
    says(IWMDRMLicenseManagement_StoreLicense(management, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_AcquireLicense(management, NULL, NULL, NULL, 0, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_MonitorLicenseAcquisition(management, NULL, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_BackupLicenses(management, NULL, 0, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_RestoreLicenses(management, NULL, 0, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(management, NULL, 0, NULL, 0, NULL, NULL),
         E_POINTER);
    says(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(management, NULL, 0, NULL, NULL), E_POINTER);
    says(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(management, NULL), E_POINTER);
    assert_int_equal(calls, 11);
    license_no_event(management);
}

static void management__with_huge_sizes(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMLicenseManagement *management = fixture->licenses->management;
    BYTE garbage[64] = {0}, *out = garbage;
    DWORD size = 1;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(management, garbage, HUGE, garbage, 1, &out,
                                                                       &size),
              E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(management, garbage, 1, garbage, HUGE, &out,
                                                                       &size),
              E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(management, garbage, HUGE, &out, &size),
              NS_E_DRM_INVALID_LICENSEBLOB);
    assert_null(out);
    assert_int_equal(size, 0);
}

static void query__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMLicenseQuery *query = fixture->licenses->query;

    calls = 0;
    says(IWMDRMLicenseQuery_QueryLicenseState(query, NULL, 0, NULL, NULL), E_POINTER);
    says(IWMDRMLicenseQuery_SetActionAllowedQueryParams(query, FALSE, 0, FALSE, NULL), S_OK); /* all optional */
    says(IWMDRMLicenseQuery_QueryActionAllowed(query, NULL, NULL, 0, NULL, NULL), E_POINTER);
    assert_int_equal(calls, 3);
}

static void license__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMLicense *license;

    calls = 0;
    license_get(fixture->licenses, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->licenses->management, NULL, &license), S_OK);
    says(IWMDRMLicense_ResetEnumeration(license), S_OK);
    says(IWMDRMLicense_GetNext(license), HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    says(IWMDRMLicense_GetLicense(license, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMLicense_GetLicenseProperty(license, NULL, NULL), E_POINTER);
    says(IWMDRMLicense_CreateDecryptor(license, NULL), E_POINTER);
    says(IWMDRMLicense_CreateSecureDecryptor(license, NULL, 0, 0, 0, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMLicense_CreateEncryptor(license, NULL), E_POINTER);
    says(IWMDRMLicense_PersistLicense(license), (HRESULT)0x8004C013); /* DRM_E_LICENSENOTFOUND: a permanent one */
    says(IWMDRMLicense_CanPersist(license, NULL), E_POINTER);
    says(IWMDRMLicense_GetAnalogVideoRestrictionLevels(license, NULL, NULL), E_POINTER);
    says(IWMDRMLicense_GetOutputProtectionLevels(license, NULL), E_POINTER);
    says(IWMDRMLicense_GetInclusionList(license, NULL, NULL), E_POINTER);
    says(IWMDRMLicense_GetPolicy(license, NULL, NULL), E_POINTER);
    assert_int_equal(calls, 13);
    assert_int_equal(IWMDRMLicense_Release(license), 0);
}

/* --- content ------------------------------------------------------------------------------------------------ */

static void content__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    WMDRM_ENCRYPT_SCATTER_INFO info = {.dwStreamID = 1};
    WMDRM_ENCRYPT_SCATTER_BLOCK blocks[2] = {{1, HUGE, NULL}, {1, HUGE, NULL}};
    IWMDRMEncryptScatter *scatter;
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;
    IWMDRMLicense *license;
    BYTE byte = 0;

    calls = 0;
    license_get(fixture->licenses, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->licenses->management, NULL, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, &encryptor), S_OK);
    IWMDRMLicense_Release(license);
    assert_hr(IWMDRMEncrypt_QueryInterface(encryptor, &IID_IWMDRMEncryptScatter, (void **)&scatter), S_OK);
    says(IWMDRMDecrypt_Decrypt(decryptor, NULL, 0, NULL), S_OK);
    says(IWMDRMEncrypt_Encrypt(encryptor, NULL, 0, NULL), S_OK);
    says(IWMDRMEncryptScatter_InitEncryptScatter(scatter, 0, NULL), E_POINTER);
    says(IWMDRMEncryptScatter_EncryptScatter(scatter, 0, NULL, NULL, 0, NULL), NS_E_DRM_NOT_CONFIGURED);
    assert_int_equal(calls, 4);
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, NULL, HUGE, NULL), E_POINTER);
    assert_hr(IWMDRMEncrypt_Encrypt(encryptor, NULL, HUGE, NULL), E_POINTER);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter, HUGE, &info), E_INVALIDARG);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter, 1, &info), S_OK);
    assert_hr(IWMDRMEncryptScatter_EncryptScatter(scatter, HUGE, NULL, NULL, HUGE, &byte), E_POINTER);
    assert_hr(IWMDRMEncryptScatter_EncryptScatter(scatter, 2, blocks, NULL, HUGE, &byte), E_POINTER);
    blocks[0].pbBlock = blocks[1].pbBlock = &byte; /* together more than 2^32 */
    assert_hr(IWMDRMEncryptScatter_EncryptScatter(scatter, 2, blocks, NULL, HUGE, &byte), E_INVALIDARG);
    assert_int_equal(byte, 0);
    IWMDRMEncryptScatter_Release(scatter);
    assert_int_equal(IWMDRMEncrypt_Release(encryptor), 0);
    assert_int_equal(IWMDRMDecrypt_Release(decryptor), 0);
}

/* --- network devices ---------------------------------------------------------------------------------------- */

static void devices__with_nothing(void **state)
{
    struct net_fixture *fixture = *state;
    IWMDRMNetTransmitter2 *transmitter = fixture->transmitter;
    IWMDRMNetReceiver2 *receiver = fixture->receiver;

    calls = 0;
    says(IWMDRMNetReceiver2_GetRegistrationChallenge(receiver, NULL, NULL), E_POINTER);
    says(IWMDRMNetReceiver2_ProcessRegistrationResponse(receiver, NULL, 0, NULL), E_POINTER);
    says(IWMDRMNetReceiver2_GetLicenseChallenge(receiver, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMNetReceiver2_ProcessLicenseResponse(receiver, NULL, 0, NULL, NULL), E_POINTER);
    says(IWMDRMNetReceiver2_ProcessRegistrationResponseEx(receiver, NULL, 0, 0, NULL), E_POINTER);
    says(IWMDRMNetReceiver2_ProcessLicenseUpdate(receiver, NULL, 0, NULL), E_POINTER);
    says(IWMDRMNetTransmitter2_SetLicenseChallenge(transmitter, NULL, 0), E_POINTER);
    says(IWMDRMNetTransmitter2_GetRootLicenseResponse(transmitter, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMNetTransmitter2_GetLeafLicenseResponse(transmitter, NULL, NULL, NULL, NULL, NULL), E_POINTER);
    says(IWMDRMNetTransmitter2_GetSimpleLicenseResponse(transmitter, NULL, NULL, NULL, NULL, NULL), E_POINTER);
    assert_int_equal(calls, 10);
}

static void devices__with_huge_sizes(void **state)
{
    struct net_fixture *fixture = *state;
    IUnknown *cookie = (IUnknown *)(LONG_PTR)1;
    IWMDRMLicense *license = NULL;
    struct net_message message;
    BYTE garbage[64];

    memset(garbage, 0xFF, sizeof(garbage));
    assert_hr(IWMDRMNetReceiver2_GetRegistrationChallenge(fixture->receiver, &message.data, &message.size), S_OK);
    CoTaskMemFree(message.data);
    assert_hr(IWMDRMNetReceiver2_ProcessRegistrationResponse(fixture->receiver, garbage, HUGE, &cookie),
              NS_E_DRM_BAD_REQUEST);
    assert_null(cookie);
    net_challenge(fixture, &message);
    CoTaskMemFree(message.data);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseResponse(fixture->receiver, garbage, HUGE, NULL, NULL),
              NS_E_DRM_BAD_REQUEST);
    assert_hr(IWMDRMNetReceiver2_ProcessLicenseUpdate(fixture->receiver, garbage, HUGE, &license),
              NS_E_DRM_BAD_REQUEST);
    assert_null(license);
    assert_hr(IWMDRMNetTransmitter2_SetLicenseChallenge(fixture->transmitter, garbage, HUGE), NS_E_DRM_BAD_REQUEST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, net_fixture_set_up, net_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generator__with_nothing),
        TEST(provider_and_security__with_nothing),
        TEST(security__with_huge_sizes),
        TEST(enabler__with_nothing),
        TEST(management__with_nothing),
        TEST(management__with_huge_sizes),
        TEST(query__with_nothing),
        TEST(license__with_nothing),
        TEST(content__with_nothing),
        TEST(devices__with_nothing),
        TEST(devices__with_huge_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
