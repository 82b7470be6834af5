/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of licences start from (license_fixture.h).
 */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "engine/xml/base64.h"
#include "shell/embedded_authority.h"

static struct shell_events events;

void license_individualize(struct license_fixture *fixture)
{
    assert_hr(shell_update(fixture->shell->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
}

void license_fixture_drop(struct license_fixture *fixture)
{
    if (fixture->management)
        assert_int_equal(IWMDRMLicenseManagement_Release(fixture->management), 0);
    if (fixture->query)
        assert_int_equal(IWMDRMLicenseQuery_Release(fixture->query), 0);
    fixture->management = NULL;
    fixture->query = NULL;
}

void license_fixture_end(struct license_fixture *fixture)
{
    struct shell_fixture *shell = fixture->shell;

    license_fixture_drop(fixture);
    assert_int_equal(IWMDRMSecurity_Release(shell->security), 0);
    assert_int_equal(IWMDRMProvider_Release(shell->provider), 0);
    shell->security = NULL;
    shell->provider = NULL;
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK); /* waits for workers */
}

void license_fixture_renew(struct license_fixture *fixture)
{
    license_fixture_drop(fixture);
    shell_fixture_renew(fixture->shell);
    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseManagement,
                                          (void **)&fixture->management),
              S_OK);
    assert_hr(IWMDRMProvider_CreateObject(fixture->shell->provider, &IID_IWMDRMLicenseQuery,
                                          (void **)&fixture->query),
              S_OK);
}

int license_fixture_set_up_bare(void **state)
{
    struct license_fixture *fixture = calloc(1, sizeof(*fixture));
    void *shell = NULL;

    if (!fixture || shell_fixture_set_up(&shell))
        return -1;
    fixture->shell = shell;
    license_fixture_renew(fixture);
    *state = fixture;
    return 0;
}

int license_fixture_set_up(void **state)
{
    int result = license_fixture_set_up_bare(state);

    if (!result)
    {
        license_individualize(*state);
        license_fixture_renew(*state);
    }
    return result;
}

int license_fixture_tear_down(void **state)
{
    struct license_fixture *fixture = *state;
    void *shell = fixture->shell;

    license_fixture_drop(fixture);
    drm_authority_close(fixture->authority);
    free(fixture);
    return shell_fixture_tear_down(&shell);
}

/* --- content ---------------------------------------------------------------------------------------------- */

#define TEXTS 64

/* Memory for a text that the caller may forget: the oldest of a few is used again. */
static WCHAR *next_text(void)
{
    static WCHAR texts[TEXTS][2048];
    static size_t next;

    return texts[next++ % TEXTS];
}

void license_key_id(unsigned int number, uint8_t out[DRM_KEY_ID_SIZE])
{
    memset(out, 0x4b, DRM_KEY_ID_SIZE);
    drm_put_u32(out, number);
}

WCHAR *license_key(unsigned int number)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    char text[DRM_KEY_ID_TEXT_SIZE];
    WCHAR *out = next_text();

    license_key_id(number, key_id);
    drm_key_id_format(key_id, text);
    swprintf(out, 2048, L"%hs", text);
    return out;
}

WCHAR *license_header(unsigned int number, const WCHAR *url)
{
    const WCHAR *key = license_key(number);
    WCHAR *out = next_text();

    swprintf(out, 2048, L"<WRMHEADER version=\"2.0.0.0\"><DATA><KID>%ls</KID>%ls%ls%ls</DATA></WRMHEADER>", key,
             url ? L"<LAINFO>" : L"", url ? url : L"", url ? L"</LAINFO>" : L"");
    return out;
}

WCHAR *license_actions(const WCHAR *rights)
{
    WCHAR *out = next_text();
    size_t length = (size_t)swprintf(out, 2048, L"<ACTIONLIST>");

    while (*rights)
    {
        size_t size = wcscspn(rights, L";");

        length += (size_t)swprintf(out + length, 2048 - length, L"<ACTION>%.*ls</ACTION>", (int)size, rights);
        rights += size + (rights[size] == ';');
    }
    swprintf(out + length, 2048 - length, L"</ACTIONLIST>");
    return out;
}

static struct drm_authority *authority_of(struct license_fixture *fixture)
{
    if (!fixture->authority)
        fixture->authority = embedded_authority_open(fixture->shell->directory);
    return fixture->authority;
}

void license_add_content(struct license_fixture *fixture, unsigned int number, const char *rights)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));

    assert_non_null(item);
    license_key_id(number, item->key_id);
    snprintf(item->name, sizeof(item->name), "content %u", number);
    snprintf(item->rights, sizeof(item->rights), "%s", rights);
    assert_int_equal(drm_authority_add_content(authority_of(fixture), item, NULL), DRM_S_OK);
    free(item);
}

BSTR license_issue(struct license_fixture *fixture, unsigned int number)
{
    struct drm_buffer request = {0}, response = {0};
    struct license_event event;
    IUnknown *cookie;
    BSTR text;
    int length;

    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, (BSTR)(LONG_PTR)L"local:",
                                                     license_header(number, NULL), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_NONSILENT, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    license_next_event(fixture->management, &event);
    assert_hr(event.status, S_OK);
    assert_true(event.is_request);
    length = WideCharToMultiByte(CP_UTF8, 0, event.challenge, -1, NULL, 0, NULL, NULL);
    {
        char *narrow = malloc((size_t)length);

        assert_non_null(narrow);
        WideCharToMultiByte(CP_UTF8, 0, event.challenge, -1, narrow, length, NULL, NULL);
        assert_int_equal(drm_buffer_append(&request, narrow, (size_t)length - 1), DRM_S_OK);
        free(narrow);
    }
    SysFreeString(event.challenge);
    assert_int_equal(drm_authority_issue_licenses(authority_of(fixture), drm_buffer_span(&request), false, NULL,
                                                  &response),
                     DRM_S_OK);
    length = MultiByteToWideChar(CP_UTF8, 0, (const char *)response.data, (int)response.size, NULL, 0);
    text = SysAllocStringLen(NULL, (UINT)length);
    assert_non_null(text);
    MultiByteToWideChar(CP_UTF8, 0, (const char *)response.data, (int)response.size, text, length);
    drm_buffer_free(&request);
    drm_buffer_free(&response);
    return text;
}

void license_get(struct license_fixture *fixture, unsigned int number, const char *rights)
{
    license_add_content(fixture, number, rights);
    assert_hr(license_acquire(fixture->management, number), NS_S_DRM_LICENSE_ACQUIRED);
}

IWMDRMLicense *license_open(struct license_fixture *fixture, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    return license;
}

IWMDRMLicense *license_get_open(struct license_fixture *fixture, unsigned int number, const char *rights)
{
    license_get(fixture, number, rights);
    return license_open(fixture, number);
}

/* --- events ----------------------------------------------------------------------------------------------- */

static void take_request(IUnknown *value, struct license_event *out)
{
    IWMDRMNonSilentLicenseAquisition *request;
    BSTR url = NULL;

    if (FAILED(IUnknown_QueryInterface(value, &IID_IWMDRMNonSilentLicenseAquisition, (void **)&request)))
        return;
    out->is_request = true;
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetURL(request, &url), S_OK);
    assert_true(SysStringLen(url) < ARRAYSIZE(out->url));
    wcscpy(out->url, url);
    SysFreeString(url);
    assert_hr(IWMDRMNonSilentLicenseAquisition_GetChallenge(request, &out->challenge), S_OK);
    IWMDRMNonSilentLicenseAquisition_Release(request);
}

static void take_backup_status(IUnknown *value, struct license_event *out)
{
    IWMDRMLicenseBackupRestoreStatus *object;
    WM_BACKUP_RESTORE_STATUS status;

    if (FAILED(IUnknown_QueryInterface(value, &IID_IWMDRMLicenseBackupRestoreStatus, (void **)&object)))
        return;
    out->is_backup_status = true;
    assert_hr(IWMDRMLicenseBackupRestoreStatus_GetStatus(object, &status), S_OK);
    out->backup = status.eStatus;
    assert_true(SysStringLen(status.bstrError) < ARRAYSIZE(out->text));
    if (status.bstrError)
        wcscpy(out->text, status.bstrError);
    SysFreeString(status.bstrError);
    IWMDRMLicenseBackupRestoreStatus_Release(object);
}

void license_next_event(IWMDRMLicenseManagement *management, struct license_event *out)
{
    IMFMediaEvent *event = NULL;
    PROPVARIANT value;

    memset(out, 0, sizeof(*out));
    assert_hr(IWMDRMLicenseManagement_GetEvent(management, 0, &event), S_OK);
    assert_hr(IMFMediaEvent_GetType(event, &out->type), S_OK);
    assert_hr(IMFMediaEvent_GetStatus(event, &out->status), S_OK);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    if (value.vt == VT_UNKNOWN)
    {
        take_request(value.punkVal, out);
        take_backup_status(value.punkVal, out);
        assert_true(out->is_request != out->is_backup_status);
    }
    else
        assert_int_equal(value.vt, VT_EMPTY);
    PropVariantClear(&value);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
}

void license_no_event(IWMDRMLicenseManagement *management)
{
    IMFMediaEvent *event = NULL;

    assert_hr(IWMDRMLicenseManagement_GetEvent(management, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_NO_EVENTS_AVAILABLE);
    assert_null(event);
}

void license_check_completed(IWMDRMLicenseManagement *management, MediaEventType type, HRESULT status,
                             const char *file, int line)
{
    struct license_event event;

    license_next_event(management, &event);
    if (event.type == type && event.status == status && !event.is_request && !event.is_backup_status)
        return;
    print_error("event %lu, status 0x%08lx%s; expected %lu, 0x%08lx\n", (unsigned long)event.type,
                (unsigned long)event.status, event.is_request || event.is_backup_status ? " and a value" : "",
                (unsigned long)type, (unsigned long)status);
    _fail(file, line);
}

HRESULT license_acquire(IWMDRMLicenseManagement *management, unsigned int number)
{
    struct license_event event;
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMLicenseManagement_AcquireLicense(management, NULL, license_header(number, NULL), NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
              S_OK);
    assert_non_null(cookie);
    license_next_event(management, &event);
    assert_int_equal(event.type, MEWMDRMLicenseAcquisitionCompleted);
    assert_false(event.is_request);
    assert_false(event.is_backup_status);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return event.status;
}

/* --- questions -------------------------------------------------------------------------------------------- */

DWORD license_query(struct license_fixture *fixture, unsigned int number, const WCHAR *action)
{
    BSTR names[] = {(BSTR)(LONG_PTR)action};
    DWORD result = 0x80000000;

    assert_hr(IWMDRMLicenseQuery_QueryActionAllowed(fixture->query, license_key(number), NULL, 1, names, &result),
              S_OK);
    return result;
}

void license_use_once(struct license_fixture *fixture, unsigned int number)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(number)};
    IWMDRMDecrypt *decryptor = NULL;
    IWMDRMLicense *license = NULL;

    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &decryptor), S_OK);
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMLicense_Release(license);
}

DWORD license_plays_left(struct license_fixture *fixture, unsigned int number)
{
    BSTR names[] = {(BSTR)(LONG_PTR)L"LicenseStateData.Play"};
    DRM_LICENSE_STATE_DATA data;

    assert_hr(IWMDRMLicenseQuery_QueryLicenseState(fixture->query, license_key(number), 1, names, &data), S_OK);
    return data.dwCategory == WM_DRM_LICENSE_STATE_COUNT ? data.dwCount[0] : 0;
}

size_t license_count(struct license_fixture *fixture, WCHAR *key)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = key};
    IWMDRMLicense *license;
    size_t count = 0;
    HRESULT hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license);

    if (hr == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    assert_hr(hr, S_OK);
    do
        count++;
    while (SUCCEEDED(hr = IWMDRMLicense_GetNext(license)));
    assert_hr(hr, HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS));
    assert_int_equal(IWMDRMLicense_Release(license), 0);
    return count;
}
