/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of the DLL start from (shell_fixture.h).
 */
#include "shell/shell_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void shell_configure(const WCHAR *name, const WCHAR *value)
{
    SetEnvironmentVariableW(name, value);
}

IWMDRMSecurity *shell_create_security(IWMDRMProvider *provider)
{
    IWMDRMSecurity *security = NULL;

    assert_hr(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security), S_OK);
    assert_non_null(security);
    return security;
}

static void drop_objects(struct shell_fixture *fixture)
{
    if (fixture->security)
        assert_int_equal(IWMDRMSecurity_Release(fixture->security), 0);
    if (fixture->provider)
        assert_int_equal(IWMDRMProvider_Release(fixture->provider), 0);
    fixture->security = NULL;
    fixture->provider = NULL;
}

void shell_fixture_renew(struct shell_fixture *fixture)
{
    drop_objects(fixture);
    assert_hr(WMDRMCreateProvider(&fixture->provider), S_OK);
    fixture->security = shell_create_security(fixture->provider);
}

int shell_fixture_set_up(void **state)
{
    static LONG counter;
    struct shell_fixture *fixture = calloc(1, sizeof(*fixture));
    WCHAR temp[MAX_PATH];

    if (!fixture)
        return -1;
    GetTempPathW(MAX_PATH, temp);
    swprintf(fixture->directory, MAX_PATH, L"%lswmdrm-test-%lu-%lu-%ld", temp, GetCurrentProcessId(),
             (unsigned long)GetTickCount(), InterlockedIncrement(&counter));
    shell_configure(L"WMDRM_STORE_DIRECTORY", fixture->directory);
    shell_configure(L"WMDRM_SERVICE_URL", L"");
    shell_configure(L"WMDRM_TRUST_ANCHOR", L"");
    shell_configure(L"WMDRM_TIMEOUT", NULL);
    shell_fixture_renew(fixture);
    *state = fixture;
    return 0;
}

void shell_remove_directory(const WCHAR *directory)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(path, MAX_PATH, L"%ls\\*", directory);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do
    {
        swprintf(path, MAX_PATH, L"%ls\\%ls", directory, found.cFileName);
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
            DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    RemoveDirectoryW(directory);
}

int shell_fixture_tear_down(void **state)
{
    struct shell_fixture *fixture = *state;

    drop_objects(fixture);
    shell_remove_directory(fixture->directory);
    free(fixture);
    return 0;
}

/* --- events ----------------------------------------------------------------------------------------------- */

static void take_apart(IMFMediaEvent *event, struct shell_event *out)
{
    IWMDRMIndividualizationStatus *status;
    PROPVARIANT value;

    memset(out, 0, sizeof(*out));
    assert_hr(IMFMediaEvent_GetType(event, &out->type), S_OK);
    assert_hr(IMFMediaEvent_GetStatus(event, &out->status), S_OK);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    if (value.vt == VT_UNKNOWN)
    {
        assert_hr(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMIndividualizationStatus, (void **)&status), S_OK);
        assert_hr(IWMDRMIndividualizationStatus_GetStatus(status, &out->state), S_OK);
        if (out->state.pszIndiRespUrl)
            snprintf(out->url, sizeof(out->url), "%s", out->state.pszIndiRespUrl);
        out->state.pszIndiRespUrl = NULL;
        out->has_state = true;
        IWMDRMIndividualizationStatus_Release(status);
    }
    else
        assert_int_equal(value.vt, VT_EMPTY);
    PropVariantClear(&value);
}

void shell_next_event(IWMDRMSecurity *security, struct shell_event *event)
{
    IMFMediaEvent *object = NULL;

    assert_hr(IWMDRMSecurity_GetEvent(security, 0, &object), S_OK);
    take_apart(object, event);
    assert_int_equal(IMFMediaEvent_Release(object), 0);
}

void shell_collect(IWMDRMSecurity *security, MediaEventType last, struct shell_events *events)
{
    events->count = 0;
    do
    {
        assert_true(events->count < SHELL_MAX_EVENTS);
        shell_next_event(security, &events->items[events->count]);
    } while (events->items[events->count++].type != last);
}

HRESULT shell_update(IWMDRMSecurity *security, DWORD flags, MediaEventType last, struct shell_events *events)
{
    IUnknown *cookie = NULL;

    assert_hr(IWMDRMSecurity_PerformSecurityUpdate(security, flags, &cookie), S_OK);
    assert_non_null(cookie);
    shell_collect(security, last, events);
    assert_int_equal(IUnknown_Release(cookie), 0);
    return events->items[events->count - 1].status;
}

static bool is_last_state(DRM_INDIVIDUALIZATION_STATUS state)
{
    return state == INDI_SUCCEED || state == INDI_FAIL || state == INDI_CANCEL;
}

/* Where a state stands in the order of the contract. */
static int rank(const WM_INDIVIDUALIZE_STATUS *state)
{
    switch (state->enIndiStatus)
    {
    case INDI_BEGIN:
        return 0;
    case INDI_DOWNLOAD:
        return 1 + (int)state->enHTTPStatus;
    case INDI_INSTALL:
        return 10;
    default:
        return 11;
    }
}

DRM_INDIVIDUALIZATION_STATUS shell_check_individualization(const struct shell_events *events)
{
    const struct shell_event *end;
    const WM_INDIVIDUALIZE_STATUS *before = NULL;
    size_t last = 0, transfers = 0;

    /* A refresh may have been asked for too, and its event comes last. */
    for (end = events->items + events->count - 1; end > events->items; end--)
        if (end->type == MEWMDRMIndividualizationCompleted)
            break;
    assert_int_equal(end->type, MEWMDRMIndividualizationCompleted);
    assert_false(end->has_state);

    for (const struct shell_event *event = events->items; event < end; event++)
    {
        const WM_INDIVIDUALIZE_STATUS *state = &event->state;

        assert_int_equal(event->type, MEWMDRMIndividualizationProgress);
        assert_hr(event->status, S_OK);
        assert_true(event->has_state);
        assert_int_equal(last, 0);
        assert_true(before || state->enIndiStatus == INDI_BEGIN);
        if (before)
        {
            assert_true(rank(state) >= rank(before) || state->dwHTTPRequest > before->dwHTTPRequest
                        || state->enHTTPStatus == HTTP_CONNECTING);
            assert_true(state->dwHTTPReadProgress >= before->dwHTTPReadProgress);
            assert_true(state->dwHTTPRequest >= before->dwHTTPRequest);
        }
        assert_true(!state->dwHTTPReadTotal || state->dwHTTPReadProgress <= state->dwHTTPReadTotal);
        transfers += state->enIndiStatus == INDI_DOWNLOAD && state->enHTTPStatus == HTTP_RECEIVING;
        if (is_last_state(state->enIndiStatus))
        {
            last++;
            assert_hr(state->hr, end->status);
        }
        else
            assert_hr(state->hr, S_OK);
        before = state;
    }
    assert_int_equal(last, 1);
    assert_true(transfers <= 100);
    switch (before->enIndiStatus)
    {
    case INDI_SUCCEED:
        assert_hr(end->status, S_OK);
        break;
    case INDI_CANCEL:
        assert_hr(end->status, NS_E_DRM_OPERATION_CANCELED);
        break;
    default:
        assert_true(FAILED(end->status));
    }
    return before->enIndiStatus;
}

void shell_check_version(IWMDRMSecurity *security, const WCHAR *expected, const char *file, int line)
{
    BSTR version = NULL;
    HRESULT hr = IWMDRMSecurity_GetSecurityVersion(security, &version);
    bool same = hr == S_OK && !wcscmp(version, expected);

    if (!same)
        print_error("version 0x%08lx %ls, expected %ls\n", (unsigned long)hr, version ? version : L"(null)", expected);
    SysFreeString(version);
    if (!same)
        _fail(file, line);
}
