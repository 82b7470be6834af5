/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMIssuer, and who gets certificates of IWMDRMAuthority: a program makes licences for this machine with a key of
 * its own, which the authority certified. Nothing of the engine is used to make them.
 */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wmdrmsdkext.h>

#define NAME L"A ripper \u00e9"

struct party
{
    BYTE private_key[32], public_key[32];
    BYTE *chain;
    DWORD chain_size;
    BYTE id[32];
};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

/* Their references are the management object's. */
static IWMDRMAuthority *authority_of(struct license_fixture *fixture)
{
    IWMDRMAuthority *authority;

    assert_hr(IWMDRMLicenseManagement_QueryInterface(fixture->management, &IID_IWMDRMAuthority, (void **)&authority),
              S_OK);
    assert_int_equal(IWMDRMAuthority_Release(authority), 1);
    return authority;
}

static IWMDRMIssuer *issuer_of(struct license_fixture *fixture)
{
    IWMDRMIssuer *issuer;

    assert_hr(IWMDRMLicenseManagement_QueryInterface(fixture->management, &IID_IWMDRMIssuer, (void **)&issuer), S_OK);
    assert_int_equal(IWMDRMIssuer_Release(issuer), 1);
    return issuer;
}

static void party_begin(struct license_fixture *fixture, struct party *party)
{
    WMDRM_CERTIFY_ORDER order = {.dwRole = WMDRM_CERTIFY_ISSUER, .bstrName = text(NAME), .dwDays = 7};

    assert_hr(IWMDRMIssuer_CreateKey(issuer_of(fixture), party->private_key, party->public_key), S_OK);
    order.pbSignKey = party->public_key;
    order.cbSignKey = sizeof(party->public_key);
    assert_hr(IWMDRMAuthority_Certify(authority_of(fixture), &order, &party->chain, &party->chain_size, party->id),
              S_OK);
}

static void party_end(struct party *party)
{
    CoTaskMemFree(party->chain);
}

static BYTE *machine_of(struct license_fixture *fixture, DWORD *size)
{
    BYTE version[4], *certificate;

    assert_hr(IWMDRMSecurity_GetMachineCertificate(fixture->shell->security, WMDRM_CERTIFICATE_TYPE_V2, version,
                                                   &certificate, size), S_OK);
    return certificate;
}

static WMDRM_ISSUED_LICENSE order_of(unsigned int number, const WCHAR *rights)
{
    WMDRM_ISSUED_LICENSE order = {.bstrKID = license_key(number), .bstrRights = text(rights)};

    memset(order.rgbKey, (int)number, sizeof(order.rgbKey));
    return order;
}

/* For this machine; SysFreeString. */
static BSTR make(struct license_fixture *fixture, const struct party *party, const WMDRM_ISSUED_LICENSE *orders,
                 DWORD count)
{
    BSTR response;
    DWORD size;
    BYTE *machine = machine_of(fixture, &size);

    assert_hr(IWMDRMIssuer_MakeLicenses(issuer_of(fixture), party->private_key, party->chain, party->chain_size,
                                        machine, size, orders, count, &response), S_OK);
    CoTaskMemFree(machine);
    return response;
}

/* The licence's decryptor has the key that the issuer chose: checked with the engine's cipher. */
static void check_key(struct license_fixture *fixture, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 5, 7};
    BYTE data[100] = {0}, expected[100] = {0};
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    IWMDRMDecrypt *decryptor;
    IWMDRMLicense *license;
    struct drm_ctr *ctr;

    memset(key, (int)number, sizeof(key));
    assert_int_equal(drm_ctr_create(key, &ctr), DRM_S_OK);
    assert_int_equal(drm_ctr_apply(ctr, 5, 7, expected, sizeof(expected)), DRM_S_OK);
    drm_ctr_free(ctr);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    assert_hr(IWMDRMDecrypt_Decrypt(decryptor, data, sizeof(data), &where), S_OK);
    assert_memory_equal(data, expected, sizeof(data));
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
}

/* --- the way it is meant ------------------------------------------------------------------------------------ */

static void issuer__is_one_with_its_object(void **state)
{
    struct license_fixture *fixture = *state;

    check_interface(fixture->management, IID_IWMDRMIssuer, TRUE);
    check_interface(issuer_of(fixture), IID_IWMDRMLicenseManagement, TRUE);
    check_interface(issuer_of(fixture), IID_IWMDRMSecurity, FALSE);
    check_free_threaded(issuer_of(fixture), IID_IWMDRMIssuer);
}

static void issuer__licences_are_stored_and_used(void **state)
{
    struct license_fixture *fixture = *state;
    WMDRM_ISSUED_LICENSE orders[] = {order_of(1, L"Play(count=2); imported=yes"), order_of(2, L"Play; Copy")};
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(1)};
    IWMDRMLicenseDetails *details;
    WMDRM_LICENSE_DETAILS found;
    IWMDRMLicense *license;
    struct party party;
    BSTR response;

    orders[0].bstrURL = text(L"https://ripper.test/again");
    party_begin(fixture, &party);
    response = make(fixture, &party, orders, 2);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    assert_int_equal(license_count(fixture, NULL), 2);
    assert_int_equal(license_plays_left(fixture, 1), 2);
    check_key(fixture, 1);
    check_key(fixture, 2);
    assert_int_equal(license_plays_left(fixture, 1), 1);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Copy"), 0);

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_QueryInterface(license, &IID_IWMDRMLicenseDetails, (void **)&details), S_OK);
    assert_hr(IWMDRMLicenseDetails_GetDetails(details, &found), S_OK);
    assert_int_equal(wcscmp(found.bstrIssuer, NAME), 0);
    assert_int_equal(wcscmp(found.bstrURL, L"https://ripper.test/again"), 0);
    assert_true(found.fImported && found.fPermanent);
    SysFreeString(found.bstrKID);
    SysFreeString(found.bstrLicenseID);
    SysFreeString(found.bstrIssuer);
    SysFreeString(found.bstrURL);
    SysFreeString(found.bstrRights);
    IWMDRMLicenseDetails_Release(details);
    IWMDRMLicense_Release(license);
    SysFreeString(response);
    party_end(&party);
}

/* --- makes nothing ------------------------------------------------------------------------------------------ */

static void make__refuses_what_is_wrong(void **state)
{
    static const struct
    {
        const WCHAR *rights;
        HRESULT hr;
    } rows[] = {
        {L"", E_INVALIDARG}, {L"Fly", E_INVALIDARG}, {L"Play; issuer=\"Somebody\"", E_INVALIDARG},
        {L"Play; uplink=AAECAwQFBgcICQoLDA0ODw==", E_INVALIDARG},
    };
    struct license_fixture *fixture = *state;
    WMDRM_ISSUED_LICENSE order = order_of(1, L"Play");
    IWMDRMIssuer *issuer = issuer_of(fixture);
    BSTR response = (BSTR)(LONG_PTR)1;
    BYTE key[32], *machine, *bad;
    struct party party;
    DWORD size;

    party_begin(fixture, &party);
    machine = machine_of(fixture, &size);
#define MAKE(key, chain, chain_size, machine, machine_size, orders, count)                                            \
    IWMDRMIssuer_MakeLicenses(issuer, key, chain, chain_size, machine, machine_size, orders, count, &response)
    assert_hr(IWMDRMIssuer_CreateKey(issuer, NULL, key), E_POINTER);
    assert_hr(IWMDRMIssuer_CreateKey(issuer, key, NULL), E_POINTER);
    assert_hr(MAKE(NULL, party.chain, party.chain_size, machine, size, &order, 1), E_POINTER);
    assert_null(response);
    assert_hr(MAKE(party.private_key, NULL, 0, machine, size, &order, 1), E_POINTER);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, NULL, 0, &order, 1), E_POINTER);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, NULL, 1), E_POINTER);
    assert_hr(IWMDRMIssuer_MakeLicenses(issuer, party.private_key, party.chain, party.chain_size, machine, size, &order,
                                        1, NULL), E_POINTER);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, &order, 0), E_INVALIDARG);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, &order, 65537), E_INVALIDARG);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        order.bstrRights = text(rows[i].rights);
        assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, &order, 1), rows[i].hr);
    }
    order.bstrRights = NULL;
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, &order, 1), E_POINTER);
    order.bstrRights = text(L"Play");
    order.bstrKID = text(L"nonsense");
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size, &order, 1), NS_E_DRM_INVALID_KID);
    order.bstrKID = license_key(1);

    /* Keys and certificates that do not belong together, are none, or say something else. */
    assert_hr(MAKE(party.public_key, party.chain, party.chain_size, machine, size, &order, 1), NS_E_DRM_KEY_ERROR);
    assert_hr(MAKE(party.private_key, machine, size, machine, size, &order, 1), NS_E_DRM_INVALID_CERTIFICATE);
    assert_hr(MAKE(party.private_key, party.chain, 20, machine, size, &order, 1), NS_E_DRM_INVALID_CERTIFICATE);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, party.chain, party.chain_size, &order, 1),
              NS_E_DRM_INVALID_MACHINE);
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, machine, size - 1, &order, 1),
              NS_E_DRM_INVALID_MACHINE);
    assert_non_null(bad = malloc(size));
    memcpy(bad, machine, size);
    bad[size - 1] ^= 1; /* in the root's signature */
    assert_hr(MAKE(party.private_key, party.chain, party.chain_size, bad, size, &order, 1),
              NS_E_DRM_SIGNATURE_FAILURE);
    free(bad);
    assert_null(response);
#undef MAKE
    CoTaskMemFree(machine);
    party_end(&party);
}

/* An issuer whose time is over: only the engine makes such a certificate. */
static void make__refuses_an_issuer_that_has_expired(void **state)
{
    static const int64_t day = INT64_C(86400000);
    struct license_fixture *fixture = *state;
    struct drm_certificate subject = {.roles = DRM_ROLE_ISSUER, .name = "late"};
    WMDRM_ISSUED_LICENSE order = order_of(1, L"Play");
    struct drm_buffer chain = {0};
    FILETIME time;
    BYTE private_key[32], *machine;
    BSTR response;
    int64_t now;
    DWORD size;

    GetSystemTimeAsFileTime(&time);
    now = (int64_t)(((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / 10000) - INT64_C(11644473600000);
    subject.not_before = now - 3 * day;
    subject.not_after = now - day;
    license_add_content(fixture, 9, "Play"); /* opens the authority */
    assert_hr(IWMDRMIssuer_CreateKey(issuer_of(fixture), private_key, subject.sign_key), S_OK);
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &chain), DRM_S_OK);
    machine = machine_of(fixture, &size);
    assert_hr(IWMDRMIssuer_MakeLicenses(issuer_of(fixture), private_key, chain.data, (DWORD)chain.size, machine, size,
                                        &order, 1, &response), NS_E_DRM_INVALID_CERTIFICATE);
    CoTaskMemFree(machine);
    drm_buffer_free(&chain);
}

/* --- stores nothing ----------------------------------------------------------------------------------------- */

static void store__refuses_an_altered_response(void **state)
{
    struct license_fixture *fixture = *state;
    const WMDRM_ISSUED_LICENSE order = order_of(1, L"Play");
    struct party party;
    BSTR response;
    WCHAR *place;

    party_begin(fixture, &party);
    response = make(fixture, &party, &order, 1);
    place = wcsstr(response, L"</LICENSE>") - 30; /* in the wrapped key */
    *place = *place == L'A' ? L'B' : L'A';
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_SIGNATURE_FAILURE);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, NULL, &(IWMDRMLicense *){NULL}),
              (HRESULT)0x8004C013 /* DRM_E_LICENSENOTFOUND */);
    SysFreeString(response);
    party_end(&party);
}

static void store__refuses_a_revoked_issuer(void **state)
{
    struct license_fixture *fixture = *state;
    const WMDRM_ISSUED_LICENSE first = order_of(1, L"Play"), second = order_of(2, L"Play");
    IWMDRMAuthority *authority = authority_of(fixture);
    struct shell_events *events = malloc(sizeof(*events));
    struct party party;
    BSTR responses[2];

    assert_non_null(events);
    party_begin(fixture, &party);
    responses[0] = make(fixture, &party, &first, 1);
    responses[1] = make(fixture, &party, &second, 1);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, responses[0]), S_OK);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, WMDRM_CERTIFY_ISSUER, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, 0, party.id), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, 3, party.id), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, WMDRM_CERTIFY_ISSUER, party.id), S_OK);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, WMDRM_CERTIFY_ISSUER, party.id), S_OK);
    assert_hr(shell_update(fixture->shell->security, WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH,
                           MEWMDRMRevocationDownloadCompleted, events), S_OK);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, responses[1]), NS_E_DRM_CERTIFICATE_REVOKED);
    assert_int_equal(license_count(fixture, NULL), 1);
    check_key(fixture, 1); /* stays its owner's */
    for (size_t i = 0; i < 2; i++)
        SysFreeString(responses[i]);
    free(events);
    party_end(&party);
}

/* A second machine, first under a root of its own, then under the first one's. */
static void store__refuses_other_machines(void **state)
{
    struct license_fixture *fixture = *state;
    const WMDRM_ISSUED_LICENSE order = order_of(1, L"Play");
    struct party here, there;
    WCHAR path[MAX_PATH], directory[MAX_PATH];
    BSTR response, refused;
    BYTE *machine;
    DWORD size;

    swprintf(path, ARRAYSIZE(path), L"%ls-authority.wm", fixture->shell->directory);
    swprintf(directory, ARRAYSIZE(directory), L"%ls-other", fixture->shell->directory);
    party_begin(fixture, &here);
    response = make(fixture, &here, &order, 1);
    machine = machine_of(fixture, &size);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority_of(fixture), path, L"secret"), S_OK);

    shell_configure(L"WMDRM_STORE_DIRECTORY", directory);
    license_fixture_renew(fixture);
    license_individualize(fixture);
    license_fixture_renew(fixture);
    party_begin(fixture, &there);
    assert_hr(IWMDRMIssuer_MakeLicenses(issuer_of(fixture), there.private_key, there.chain, there.chain_size, machine,
                                        size, &order, 1, &refused), NS_E_DRM_INVALID_MACHINE);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_INVALID_CERTIFICATE);

    assert_hr(IWMDRMAuthority_ImportAuthority(authority_of(fixture), path, L"secret", WMDRM_IMPORT_REPLACE), S_OK);
    license_fixture_renew(fixture);
    license_individualize(fixture);
    license_fixture_renew(fixture);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), NS_E_DRM_INVALID_MACHINE);
    SysFreeString(response);
    response = make(fixture, &here, &order, 1); /* one certificate of the root's is good for each of its machines */
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, response), S_OK);
    check_key(fixture, 1);

    SysFreeString(response);
    CoTaskMemFree(machine);
    party_end(&there);
    party_end(&here);
    license_fixture_drop(fixture);
    shell_configure(L"WMDRM_STORE_DIRECTORY", fixture->shell->directory);
    license_fixture_renew(fixture);
    shell_remove_directory(directory);
    DeleteFileW(path);
}

/* --- certificates ------------------------------------------------------------------------------------------- */

static void certify__refuses_what_is_wrong(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    BYTE key[32], modulus[256], id[32], *certificate = key;
    WMDRM_CERTIFY_ORDER good = {.dwRole = WMDRM_CERTIFY_ISSUER, .bstrName = text(NAME), .pbSignKey = key,
                                .cbSignKey = sizeof(key)};
    WMDRM_CERTIFY_ORDER bad[13];
    WCHAR long_name[130];
    size_t count = 0;
    DWORD size = 77;

    memset(key, 7, sizeof(key));
    memset(modulus, 0xdd, sizeof(modulus));
    wmemset(long_name, L'n', 129);
    long_name[129] = 0;
    assert_hr(IWMDRMAuthority_Certify(authority, NULL, &certificate, &size, id), E_POINTER);
    assert_null(certificate);
    assert_int_equal(size, 0);
    assert_hr(IWMDRMAuthority_Certify(authority, &good, NULL, &size, id), E_POINTER);
    assert_hr(IWMDRMAuthority_Certify(authority, &good, &certificate, NULL, id), E_POINTER);
    assert_hr(IWMDRMAuthority_Certify(authority, &good, &certificate, &size, NULL), E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(bad); i++)
        bad[i] = good;
    bad[count++].dwRole = 0;
    bad[count++].dwRole = 3;
    bad[count++].bstrName = NULL;
    bad[count++].bstrName = text(L"");
    bad[count++].bstrName = long_name;
    bad[count++].bstrName = text(L"two\nlines");
    bad[count++].bstrName = text(L"wmdrmsdk embedded authority");
    bad[count++].cbSignKey = 31;
    bad[count++].dwDays = 36501;
    bad[count].pbModulus = modulus;
    bad[count++].cbModulus = sizeof(modulus);
    bad[count++].dwRole = WMDRM_CERTIFY_APPLICATION; /* without its RSA key */
    bad[count].pbSignKey = NULL;
    bad[count].cbSignKey = 0;
    bad[count].dwRole = WMDRM_CERTIFY_APPLICATION;
    bad[count].pbModulus = modulus;
    bad[count++].cbModulus = 100;
    bad[count].pbSignKey = NULL;
    bad[count++].cbSignKey = 0;
    assert_int_equal(count, ARRAYSIZE(bad));
    for (size_t i = 0; i < count; i++)
    {
        assert_hr(IWMDRMAuthority_Certify(authority, &bad[i], &certificate, &size, id), E_INVALIDARG);
        assert_null(certificate);
    }
    memset(key, 0, sizeof(key)); /* signs nothing */
    assert_hr(IWMDRMAuthority_Certify(authority, &good, &certificate, &size, id), E_INVALIDARG);
    good.pbSignKey = NULL;
    assert_hr(IWMDRMAuthority_Certify(authority, &good, &certificate, &size, id), E_POINTER);
}

/* What comes out is what CreateSecureDecryptor takes, which test_secure_decryptor shows. */
static void certify__application_gets_xml(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    BYTE modulus[256], id[32], *certificate;
    const WMDRM_CERTIFY_ORDER order = {.dwRole = WMDRM_CERTIFY_APPLICATION, .bstrName = text(L"A player"),
                                       .pbModulus = modulus, .cbModulus = sizeof(modulus)};
    static const BYTE none[32];
    WMDRM_AUTHORITY_STATUS status;
    WMDRM_ISSUED_LICENSE license = order_of(1, L"Play");
    BYTE *machine;
    BSTR response;
    DWORD size, machine_size;

    memset(modulus, 0xdd, sizeof(modulus));
    assert_hr(IWMDRMAuthority_Certify(authority, &order, &certificate, &size, id), S_OK);
    assert_true(size > 24 && !memcmp(certificate, "<APPLICATIONCERTIFICATE ", 24));
    assert_memory_not_equal(id, none, sizeof(id));
    /* No issuer's. */
    machine = machine_of(fixture, &machine_size);
    assert_hr(IWMDRMIssuer_MakeLicenses(issuer_of(fixture), id, certificate, size, machine, machine_size, &license, 1,
                                        &response), NS_E_DRM_INVALID_CERTIFICATE);
    CoTaskMemFree(machine);
    CoTaskMemFree(certificate);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority, WMDRM_CERTIFY_APPLICATION, id), S_OK);

    /* Not where a service is configured; licences can be made there all the same. */
    assert_hr(IWMDRMAuthority_GetStatus(authority, &status), S_OK);
    shell_configure(L"WMDRM_SERVICE_URL", L"http://127.0.0.1:9/");
    shell_configure(L"WMDRM_TRUST_ANCHOR", status.bstrAnchor);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
    license_fixture_renew(fixture);
    assert_hr(IWMDRMAuthority_Certify(authority_of(fixture), &order, &certificate, &size, id),
              NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_RevokeCertificate(authority_of(fixture), WMDRM_CERTIFY_ISSUER, id),
              NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMIssuer_CreateKey(issuer_of(fixture), modulus, id), S_OK);
    shell_configure(L"WMDRM_SERVICE_URL", L"");
    shell_configure(L"WMDRM_TRUST_ANCHOR", L"");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(issuer__is_one_with_its_object),
        ROW(issuer__licences_are_stored_and_used),
        ROW(make__refuses_what_is_wrong),
        ROW(make__refuses_an_issuer_that_has_expired),
        ROW(store__refuses_an_altered_response),
        ROW(store__refuses_a_revoked_issuer),
        ROW(store__refuses_other_machines),
        ROW(certify__refuses_what_is_wrong),
        ROW(certify__application_gets_xml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
