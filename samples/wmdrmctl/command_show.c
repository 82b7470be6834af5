/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl show: all that is known of the licences of one key id. */
#include "command.h"

#include "common/json.h"
#include "common/output.h"
#include "common/rights.h"
#include "license_info.h"

/* --- licences --------------------------------------------------------------------------------------------- */

static HRESULT show_licenses(IWMDRMLicense *license, struct json *json)
{
    struct license_info info;
    HRESULT hr;

    do
    {
        hr = license_info_read(license, &info);
        if (SUCCEEDED(hr) && json)
            license_info_put_json(json, &info);
        else if (SUCCEEDED(hr))
            license_info_print(&info);
        license_info_free(&info);
        if (SUCCEEDED(hr))
            hr = license_next(license);
    } while (hr == S_OK);
    return hr;
}

/* --- rights ----------------------------------------------------------------------------------------------- */

static HRESULT show_rights(IWMDRMLicenseQuery *query, const wchar_t *key_id, struct json *json)
{
    struct right_answer answers[RIGHTS];
    wchar_t result[RIGHTS_TEXT_SIZE], state[RIGHTS_TEXT_SIZE];
    HRESULT hr;

    if (FAILED(hr = rights_query(query, key_id, NULL, answers)))
        return hr;
    if (json)
    {
        rights_put_json(json, L"rights", answers);
        return S_OK;
    }
    output_line(L"all of them together, now:");
    for (int i = 0; i < RIGHTS; ++i)
    {
        if (answers[i].result & DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_RIGHT
            && answers[i].state.dwCategory == WM_DRM_LICENSE_STATE_NORIGHT)
            continue;
        output_line(L"  %-20ls  %-20ls  %ls", right_name(i), rights_result_text(answers[i].result, result),
                    rights_state_text(&answers[i].state, state));
    }
    return S_OK;
}

/* --- both ------------------------------------------------------------------------------------------------- */

static HRESULT show(IWMDRMLicense *license, IWMDRMLicenseQuery *query, const wchar_t *key_id, struct json *json)
{
    HRESULT hr;

    if (json)
    {
        json_begin(json);
        json_open_object(json, NULL);
        json_text(json, L"keyId", key_id);
        json_open_array(json, L"licenses");
    }
    hr = show_licenses(license, json);
    if (json)
        json_close_array(json);
    if (SUCCEEDED(hr))
        hr = show_rights(query, key_id, json);
    if (json)
    {
        json_close_object(json);
        json_end(json);
    }
    return hr;
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    bool as_json = false;
    const struct argument_option options[] = {{.name = L"--json", .flag = &as_json}};
    IWMDRMLicenseManagement *management;
    IWMDRMLicenseQuery *query = NULL;
    IWMDRMLicense *license = NULL;
    struct json json;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    hr = license_enumerate(management, arguments[0], NULL, NULL, &license);
    IWMDRMLicenseManagement_Release(management);
    if (!license)
        return exit_failure(arguments[0], hr);
    if (!(query = command_open_query(provider)))
        hr = E_FAIL;
    else if (FAILED(hr = show(license, query, arguments[0], as_json ? &json : NULL)))
        exit_failure(arguments[0], hr);
    if (query)
        IWMDRMLicenseQuery_Release(query);
    IWMDRMLicense_Release(license);
    return SUCCEEDED(hr) ? EXIT_DONE : EXIT_FAILED;
}

const struct command command_show = {
    .name = L"show",
    .arguments = L"KID [--json]",
    .summary = L"show all about the licences of a key id",
    .run = run,
};
