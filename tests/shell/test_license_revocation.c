/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences that others remove: remote revocation through COM, and the deletion message for imported licences. */
#include "shell/license_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "engine/format/license_removal.h"

static BYTE machine_name[] = "the machine, as its service calls it";

struct bytes
{
    BYTE *data;
    DWORD size;
};

/* The challenge of this machine with these data of the caller's; CoTaskMemFree. */
static struct bytes challenge(struct license_fixture *fixture, const char *data)
{
    struct bytes out = {NULL, 0};

    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(
                  fixture->management, machine_name, sizeof(machine_name), (BYTE *)(ULONG_PTR)data,
                  (DWORD)strlen(data), &out.data, &out.size),
              S_OK);
    assert_true(out.data && out.size > 100);
    return out;
}

static void answer(struct license_fixture *fixture, const struct bytes *question, struct drm_buffer *out)
{
    assert_int_equal(drm_authority_answer_removal(fixture->authority, drm_span(question->data, question->size), out),
                     DRM_S_OK);
}

static HRESULT process(struct license_fixture *fixture, struct drm_span response, struct bytes *receipt)
{
    receipt->data = (BYTE *)(LONG_PTR)1;
    receipt->size = 77;
    return IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(
        fixture->management, (BYTE *)(ULONG_PTR)response.data, (DWORD)response.size, &receipt->data, &receipt->size);
}

static void plan(struct license_fixture *fixture, unsigned int number)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];

    license_key_id(number, key_id);
    assert_int_equal(drm_authority_plan_removal(fixture->authority, NULL, key_id, NULL), DRM_S_OK);
}

/* --- remote revocation -------------------------------------------------------------------------------------- */

static void challenge__checks_its_arguments(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[4] = {1, 2, 3, 4}, *out = data;
    DWORD size = 77;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 4, data, 4, NULL,
                                                                       &size),
              E_POINTER);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 4, data, 4, &out,
                                                                       NULL),
              E_POINTER);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, NULL, 4, data, 4, &out,
                                                                       &size),
              E_POINTER);
    assert_null(out);
    assert_int_equal(size, 0);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 4, NULL, 4, &out,
                                                                       &size),
              E_POINTER);
    /* A count that cannot be meant is refused before a byte is read. */
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 0xFFFFFFFF, data, 4,
                                                                       &out, &size),
              E_INVALIDARG);
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 4, data, 65537, &out,
                                                                       &size),
              E_INVALIDARG);
    /* Either may be empty. */
    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, NULL, 0, NULL, 0, &out,
                                                                       &size),
              S_OK);
    assert_true(size > 100);
    CoTaskMemFree(out);
}

static void challenge__needs_an_identity(void **state)
{
    struct license_fixture *fixture = *state;
    BYTE data[4] = {1, 2, 3, 4}, *out = data;
    DWORD size = 77;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseRevocationChallenge(fixture->management, data, 4, data, 4, &out,
                                                                       &size),
              NS_E_DRM_NEEDS_INDIVIDUALIZATION);
    assert_null(out);
    assert_int_equal(size, 0);
}

static void revocation__goes_the_whole_way(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_buffer response = {0};
    struct bytes question, receipt;
    BSTR stored;

    license_add_content(fixture, 1, "Play");
    stored = license_issue(fixture, 1);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, stored), S_OK);
    license_get(fixture, 2, "Play");
    plan(fixture, 1);
    question = challenge(fixture, "");
    answer(fixture, &question, &response);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_hr(process(fixture, drm_buffer_span(&response), &receipt), S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    assert_int_equal(drm_authority_record_removal(fixture->authority, drm_span(receipt.data, receipt.size)), DRM_S_OK);
    CoTaskMemFree(receipt.data);

    /* Once: neither the response nor the licence comes back. */
    assert_hr(process(fixture, drm_buffer_span(&response), &receipt), DRM_E_EXPIRED_LICENSEBLOB);
    assert_null(receipt.data);
    assert_int_equal(receipt.size, 0);
    assert_hr(IWMDRMLicenseManagement_StoreLicense(fixture->management, stored), NS_E_DRM_STORE_NOTALLSTORED);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    SysFreeString(stored);
    CoTaskMemFree(question.data);
    drm_buffer_free(&response);
}

/* The caller's data is a user id: that user's licences go. */
static void revocation__is_of_a_user(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_buffer response = {0};
    struct bytes question, receipt;

    license_get(fixture, 1, "Play; user=alice");
    license_get(fixture, 2, "Play; user=bob");
    license_get(fixture, 3, "Play; user=alice; persist=no");
    question = challenge(fixture, "alice");
    answer(fixture, &question, &response);
    assert_hr(process(fixture, drm_buffer_span(&response), &receipt), S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    assert_int_equal(license_count(fixture, license_key(2)), 1);
    assert_int_equal(license_count(fixture, license_key(3)), 0);
    CoTaskMemFree(receipt.data);
    CoTaskMemFree(question.data);
    drm_buffer_free(&response);
}

static void revocation__takes_no_other_response(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_buffer response = {0};
    struct bytes question, receipt = {NULL, 0};
    BYTE *out = (BYTE *)(LONG_PTR)1, byte = 7;
    DWORD size = 77;

    license_get(fixture, 1, "Play");
    plan(fixture, 1);
    question = challenge(fixture, "");
    answer(fixture, &question, &response);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(fixture->management, NULL, 5, &out, &size),
              E_POINTER);
    assert_null(out);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(fixture->management, &byte, 1, NULL, &size),
              E_POINTER);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(fixture->management, &byte, 1, &out, NULL),
              E_POINTER);
    assert_hr(process(fixture, drm_span(&byte, 0), &receipt), DRM_E_INVALID_LICENSEBLOB);
    assert_hr(process(fixture, drm_span(&byte, 1), &receipt), DRM_E_INVALID_LICENSEBLOB);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseRevocationResponse(fixture->management, &byte, 0xFFFFFFFF, &out,
                                                                       &size),
              DRM_E_INVALID_LICENSEBLOB);
    assert_hr(process(fixture, drm_span(response.data, response.size - 1), &receipt), DRM_E_INVALID_LICENSEBLOB);
    for (size_t i = 0; i < response.size; i += 7)
    {
        response.data[i] ^= 0x20;
        if (SUCCEEDED(process(fixture, drm_buffer_span(&response), &receipt)))
            fail_msg("taken with byte %u altered", (unsigned int)i);
        assert_null(receipt.data);
        response.data[i] ^= 0x20;
    }
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    /* None of them used the challenge up. */
    assert_hr(process(fixture, drm_buffer_span(&response), &receipt), S_OK);
    assert_int_equal(license_count(fixture, license_key(1)), 0);
    CoTaskMemFree(receipt.data);
    CoTaskMemFree(question.data);
    drm_buffer_free(&response);
}

/* Somebody who signs well, but whom the licences do not name. */
static void revocation__is_for_whom_the_licence_names(void **state)
{
    struct license_fixture *fixture = *state;
    struct drm_removal_challenge *read = calloc(1, sizeof(*read));
    struct drm_removal removal = {0};
    struct drm_buffer response = {0};
    struct bytes question, receipt;
    uint8_t seed[DRM_SIGN_SEED_SIZE], key_id[DRM_KEY_ID_SIZE];

    assert_non_null(read);
    license_get(fixture, 1, "Play");
    question = challenge(fixture, "");
    assert_int_equal(drm_removal_challenge_read(drm_span(question.data, question.size),
                                                drm_authority_root(fixture->authority), 0, read),
                     DRM_S_OK);
    drm_random(seed, sizeof(seed));
    assert_int_equal(drm_sign_public(seed, removal.revocation_key), DRM_S_OK);
    memcpy(removal.transaction, read->transaction, sizeof(removal.transaction));
    memcpy(removal.machine_id, read->machine_id, sizeof(removal.machine_id));
    license_key_id(1, key_id);
    removal.key_ids = drm_span(key_id, sizeof(key_id));
    assert_int_equal(drm_removal_write(&removal, seed, &response), DRM_S_OK);
    assert_hr(process(fixture, drm_buffer_span(&response), &receipt), S_OK); /* nothing to remove is fine */
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    CoTaskMemFree(receipt.data);
    CoTaskMemFree(question.data);
    drm_buffer_free(&response);
    free(read);
}

/* --- deletion messages -------------------------------------------------------------------------------------- */

static WCHAR *deletion_message(unsigned int number, const WCHAR *user)
{
    static WCHAR message[1024];

    swprintf(message, ARRAYSIZE(message),
             L"<response type=\"LRB\"><DATA><LICENSEDATA><DATA><KID>%ls</KID><LID>%ls</LID>%ls%ls%ls</DATA>"
             L"</LICENSEDATA></DATA></response>",
             license_key(number), L"AAECAwQFBgcICQoLDA0ODw==", user ? L"<META><UID>" : L"", user ? user : L"",
             user ? L"</UID></META>" : L"");
    return message;
}

/* Without LID: all licences of the key id. */
static WCHAR *deletion_message_of_all(unsigned int number, const WCHAR *user)
{
    static WCHAR message[1024];

    swprintf(message, ARRAYSIZE(message),
             L"<response type=\"LRB\"><DATA><LICENSEDATA><DATA><KID>%ls</KID>%ls%ls%ls</DATA></LICENSEDATA></DATA>"
             L"</response>",
             license_key(number), user ? L"<META><UID>" : L"", user ? user : L"", user ? L"</UID></META>" : L"");
    return message;
}

static void deletion__is_for_imported_licences(void **state)
{
    struct license_fixture *fixture = *state;

    license_get(fixture, 1, "Play; imported=yes");
    license_get(fixture, 2, "Play");
    license_get(fixture, 3, "Play; imported=yes; user=alice");
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    deletion_message_of_all(2, NULL)),
              NS_E_DRM_LICENSE_DELETION_ERROR);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Play"), 0);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    deletion_message_of_all(3, L"bob")),
              DRM_E_LICENSE_NOT_FOUND);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    deletion_message_of_all(9, NULL)),
              DRM_E_LICENSE_NOT_FOUND);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management, deletion_message(1, NULL)),
              DRM_E_LICENSE_NOT_FOUND); /* another licence id */
    assert_int_equal(license_count(fixture, NULL), 3);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    deletion_message_of_all(1, NULL)),
              S_OK);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    deletion_message_of_all(3, L"alice")),
              S_OK);
    assert_int_equal(license_count(fixture, NULL), 1);
}

static void deletion__refuses_what_is_no_message(void **state)
{
    static const WCHAR lone_surrogate[] = {L'<', 0xD800, L'>', 0};
    struct license_fixture *fixture = *state;
    static const WCHAR *const wrong[] = {
        L"", L"rubbish", L"<response type=\"LRB\"></response>", L"<response></response>",
        L"<response type=\"LRB\"><DATA><LICENSEDATA><DATA><KID>AAAA</KID></DATA></LICENSEDATA></DATA></response>",
        L"<response type=\"LRB\"><DATA><LICENSEDATA><DATA><KID>AAECAwQFBgcICQoLDA0ODw==</KID><LID></LID></DATA>"
        L"</LICENSEDATA></DATA></response>",
    };

    license_get(fixture, 1, "Play; imported=yes");
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management, NULL), E_POINTER);
    assert_hr(IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                    (BSTR)(LONG_PTR)lone_surrogate),
              E_INVALIDARG);
    for (size_t i = 0; i < ARRAYSIZE(wrong); i++)
    {
        HRESULT hr = IWMDRMLicenseManagement_ProcessLicenseDeletionMessage(fixture->management,
                                                                           (BSTR)(LONG_PTR)wrong[i]);

        if (hr != NS_E_DRM_LICENSE_DELETION_ERROR)
            fail_msg("row %u: 0x%08lx", (unsigned int)i, (unsigned long)hr);
    }
    assert_int_equal(license_count(fixture, NULL), 1);
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(challenge__checks_its_arguments),
        cmocka_unit_test_setup_teardown(challenge__needs_an_identity, license_fixture_set_up_bare,
                                        license_fixture_tear_down),
        LICENSE_TEST(revocation__goes_the_whole_way),
        LICENSE_TEST(revocation__is_of_a_user),
        LICENSE_TEST(revocation__takes_no_other_response),
        LICENSE_TEST(revocation__is_for_whom_the_licence_names),
        LICENSE_TEST(deletion__is_for_imported_licences),
        LICENSE_TEST(deletion__refuses_what_is_no_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
