/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rights.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <oleauto.h>

#include "times.h"

static const wchar_t *const names[RIGHTS] = {
    g_wszWMDRM_RIGHT_PLAYBACK, g_wszWMDRM_RIGHT_COPY, g_wszWMDRM_RIGHT_PLAYLIST_BURN,
    g_wszWMDRM_RIGHT_CREATE_THUMBNAIL_IMAGE, g_wszWMDRM_RIGHT_COPY_TO_CD, g_wszWMDRM_RIGHT_COPY_TO_SDMI_DEVICE,
    g_wszWMDRM_RIGHT_COPY_TO_NON_SDMI_DEVICE, g_wszWMDRM_RIGHT_BACKUP, g_wszWMDRM_RIGHT_COLLABORATIVE_PLAY,
};

static const struct
{
    DWORD bit;
    const wchar_t *text;
} reasons[] = {
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_LICENSE, L"no licence"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_RIGHT, L"not granted"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_EXHAUSTED, L"count used up"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_EXPIRED, L"expired"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NOT_STARTED, L"not yet"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_APPSEC_TOO_LOW, L"application's level too low"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_REQ_INDIV, L"individualization needed"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_COPY_OPL_TOO_LOW, L"device's level too low"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_COPY_OPL_EXCLUDED, L"device excluded"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_CLOCK_SUPPORT, L"time unknown"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_METERING_SUPPORT, L"metering needed"},
    {DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_CHAIN_DEPTH_TOO_HIGH, L"part of the chain missing"},
};

const wchar_t *right_name(int right)
{
    return names[right];
}

/* Appends; what does not fit is cut off. */
static void append(wchar_t text[RIGHTS_TEXT_SIZE], const wchar_t *format, ...)
{
    const size_t length = wcslen(text);
    va_list arguments;

    va_start(arguments, format);
    if (vswprintf(text + length, RIGHTS_TEXT_SIZE - length, format, arguments) < 0)
        text[RIGHTS_TEXT_SIZE - 1] = 0;
    va_end(arguments);
}

/* --- asking ----------------------------------------------------------------------------------------------- */

static void free_names(BSTR list[RIGHTS])
{
    for (int i = 0; i < RIGHTS; ++i)
        SysFreeString(list[i]);
}

static HRESULT make_names(const wchar_t *prefix, BSTR list[RIGHTS])
{
    wchar_t text[64];

    memset(list, 0, RIGHTS * sizeof(*list));
    for (int i = 0; i < RIGHTS; ++i)
    {
        swprintf(text, ARRAYSIZE(text), L"%ls%ls", prefix, names[i]);
        if (!(list[i] = SysAllocString(text)))
        {
            free_names(list);
            return E_OUTOFMEMORY;
        }
    }
    return S_OK;
}

static HRESULT query_actions(IWMDRMLicenseQuery *query, BSTR key_id, BSTR min_version,
                             struct right_answer answers[RIGHTS])
{
    DWORD results[RIGHTS];
    BSTR list[RIGHTS];
    HRESULT hr;

    if (FAILED(hr = make_names(g_wszWMDRM_ActionAllowed, list)))
        return hr;
    hr = IWMDRMLicenseQuery_QueryActionAllowed(query, key_id, min_version, RIGHTS, list, results);
    for (int i = 0; SUCCEEDED(hr) && i < RIGHTS; ++i)
        answers[i].result = results[i];
    free_names(list);
    return hr;
}

static HRESULT query_states(IWMDRMLicenseQuery *query, BSTR key_id, struct right_answer answers[RIGHTS])
{
    DRM_LICENSE_STATE_DATA states[RIGHTS];
    BSTR list[RIGHTS];
    HRESULT hr;

    if (FAILED(hr = make_names(g_wszWMDRM_LicenseState, list)))
        return hr;
    hr = IWMDRMLicenseQuery_QueryLicenseState(query, key_id, RIGHTS, list, states);
    for (int i = 0; SUCCEEDED(hr) && i < RIGHTS; ++i)
        answers[i].state = states[i];
    free_names(list);
    return hr;
}

HRESULT rights_query(IWMDRMLicenseQuery *query, const wchar_t *key_id, const wchar_t *min_version,
                     struct right_answer answers[RIGHTS])
{
    BSTR key = SysAllocString(key_id), version = min_version ? SysAllocString(min_version) : NULL;
    HRESULT hr = E_OUTOFMEMORY;

    if (key && (version || !min_version) && SUCCEEDED(hr = query_actions(query, key, version, answers)))
        hr = query_states(query, key, answers);
    SysFreeString(version);
    SysFreeString(key);
    return hr;
}

/* --- saying ----------------------------------------------------------------------------------------------- */

const wchar_t *rights_result_text(DWORD result, wchar_t text[RIGHTS_TEXT_SIZE])
{
    text[0] = 0;
    if (!result)
        append(text, L"allowed");
    for (size_t i = 0; i < ARRAYSIZE(reasons); ++i)
    {
        if (result & reasons[i].bit)
            append(text, text[0] ? L", %ls" : L"%ls", reasons[i].text);
    }
    if (!text[0])
        append(text, L"not allowed"); /* NOT_ENABLED alone: for no reason that has a name */
    return text;
}

const wchar_t *rights_category_name(DRM_LICENSE_STATE_CATEGORY category)
{
    static const wchar_t *const category_names[] = {
        L"no-right", L"unlimited", L"count", L"from", L"until", L"from-until", L"count-from", L"count-until",
        L"count-from-until", L"after-first-use",
    };

    return (size_t)category < ARRAYSIZE(category_names) ? category_names[category] : L"unknown";
}

/* "3 times from A until B": one window, with whatever of it there is. */
static void append_window(wchar_t text[RIGHTS_TEXT_SIZE], const DWORD *count, const FILETIME *from,
                          const FILETIME *until)
{
    wchar_t time[TIME_TEXT_SIZE];

    if (count)
        append(text, *count == 1 ? L"%lu time" : L"%lu times", (unsigned long)*count);
    if (from)
        append(text, count ? L" from %ls" : L"from %ls", time_format(from, time));
    if (until)
        append(text, count || from ? L" until %ls" : L"until %ls", time_format(until, time));
}

static void append_category(wchar_t text[RIGHTS_TEXT_SIZE], const DRM_LICENSE_STATE_DATA *state)
{
    const DWORD *count = state->dwCount;
    const FILETIME *date = state->datetime;

    switch (state->dwCategory)
    {
    case WM_DRM_LICENSE_STATE_NORIGHT: append(text, L"not permitted"); break;
    case WM_DRM_LICENSE_STATE_UNLIM: append(text, L"unlimited"); break;
    case WM_DRM_LICENSE_STATE_COUNT: append_window(text, count, NULL, NULL); break;
    case WM_DRM_LICENSE_STATE_FROM: append_window(text, NULL, date, NULL); break;
    case WM_DRM_LICENSE_STATE_UNTIL: append_window(text, NULL, NULL, date); break;
    case WM_DRM_LICENSE_STATE_FROM_UNTIL: append_window(text, NULL, date, date + 1); break;
    case WM_DRM_LICENSE_STATE_COUNT_FROM: append_window(text, count, date, NULL); break;
    case WM_DRM_LICENSE_STATE_COUNT_UNTIL: append_window(text, count, NULL, date); break;
    case WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL:
        append_window(text, count, date, date + 1);
        if (state->dwNumCounts > 1)
        {
            append(text, L", then ");
            append_window(text, count + 1, date + 2, date + 3);
        }
        break;
    case WM_DRM_LICENSE_STATE_EXPIRATION_AFTER_FIRSTUSE:
        append(text, count[0] == 1 ? L"for %lu hour after its first use" : L"for %lu hours after its first use",
               (unsigned long)count[0]);
        break;
    default: append(text, L"unknown (%d)", (int)state->dwCategory); break;
    }
}

const wchar_t *rights_state_text(const DRM_LICENSE_STATE_DATA *state, wchar_t text[RIGHTS_TEXT_SIZE])
{
    text[0] = 0;
    if (state->dwVague & DRM_LICENSE_STATE_DATA_VAGUE)
        append(text, L"at least ");
    append_category(text, state);
    if (state->dwVague & DRM_LICENSE_STATE_DATA_OPL_PRESENT)
        append(text, L"; outputs are restricted");
    if (state->dwVague & DRM_LICENSE_STATE_DATA_SAP_PRESENT)
        append(text, L"; secure audio path");
    return text;
}

static void put_state(struct json *json, const DRM_LICENSE_STATE_DATA *state)
{
    wchar_t time[TIME_TEXT_SIZE];

    json_text(json, L"category", rights_category_name(state->dwCategory));
    if (state->dwCategory == WM_DRM_LICENSE_STATE_EXPIRATION_AFTER_FIRSTUSE)
        json_number(json, L"hours", state->dwCount[0]);
    json_open_array(json, L"counts");
    for (DWORD i = 0; i < state->dwNumCounts && i < ARRAYSIZE(state->dwCount); ++i)
        json_number(json, NULL, state->dwCount[i]);
    json_close_array(json);
    json_open_array(json, L"dates");
    for (DWORD i = 0; i < state->dwNumDates && i < ARRAYSIZE(state->datetime); ++i)
        json_text(json, NULL, time_format(&state->datetime[i], time));
    json_close_array(json);
    json_bool(json, L"atLeast", state->dwVague & DRM_LICENSE_STATE_DATA_VAGUE);
    json_bool(json, L"outputsRestricted", state->dwVague & DRM_LICENSE_STATE_DATA_OPL_PRESENT);
    json_bool(json, L"secureAudioPath", state->dwVague & DRM_LICENSE_STATE_DATA_SAP_PRESENT);
}

void rights_put_json(struct json *json, const wchar_t *name, const struct right_answer answers[RIGHTS])
{
    wchar_t text[RIGHTS_TEXT_SIZE];

    json_open_array(json, name);
    for (int i = 0; i < RIGHTS; ++i)
    {
        json_open_object(json, NULL);
        json_text(json, L"right", names[i]);
        json_bool(json, L"allowed", !answers[i].result);
        json_number(json, L"result", answers[i].result);
        json_text(json, L"reasons", answers[i].result ? rights_result_text(answers[i].result, text) : L"");
        put_state(json, &answers[i].state);
        json_close_object(json);
    }
    json_close_array(json);
}
