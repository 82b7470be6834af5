/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl list: every licence, a line each. */
#include "command.h"

#include "common/cancel.h"
#include "common/json.h"
#include "common/output.h"
#include "common/times.h"
#include "license_info.h"

static void print_line(const struct license_info *info)
{
    wchar_t issued[TIME_TEXT_SIZE];

    output_line(L"%-24ls  %ls  %-9ls  %8lu  %ls", info->details.bstrKID, time_format(&info->details.ftIssued, issued),
                info->details.fPermanent ? L"permanent" : L"temporary", (unsigned long)info->priority,
                info->details.bstrRights);
}

static HRESULT list_all(IWMDRMLicense *license, struct json *json)
{
    struct license_info info;
    HRESULT hr;

    do
    {
        if (cancel_is_requested())
            return HRESULT_FROM_WIN32(ERROR_CANCELLED);
        hr = license_info_read(license, &info);
        if (SUCCEEDED(hr) && json)
            license_info_put_json(json, &info);
        else if (SUCCEEDED(hr))
            print_line(&info);
        license_info_free(&info);
        if (SUCCEEDED(hr))
            hr = license_next(license);
    } while (hr == S_OK);
    return hr;
}

static enum exit_code list(IWMDRMLicenseManagement *management, const wchar_t *key_id, const wchar_t *rights,
                           const wchar_t *sources, bool as_json)
{
    IWMDRMLicense *license = NULL;
    struct json json;
    HRESULT hr;

    hr = license_enumerate(management, key_id, rights, sources, &license);
    if (as_json)
    {
        json_begin(&json);
        json_open_array(&json, NULL);
    }
    else if (license)
        output_line(L"%-24ls  %-20ls  %-9ls  %8ls  %ls", L"KEY ID", L"ISSUED", L"STORE", L"PRIORITY", L"RIGHTS");
    else if (hr == DRM_E_LICENSENOTFOUND)
        output_line(L"There is no licence.");
    if (license)
    {
        hr = list_all(license, as_json ? &json : NULL);
        IWMDRMLicense_Release(license);
    }
    else if (hr == DRM_E_LICENSENOTFOUND)
        hr = S_OK;
    if (as_json)
    {
        json_close_array(&json);
        json_end(&json);
    }
    if (hr == HRESULT_FROM_WIN32(ERROR_CANCELLED))
        return EXIT_CANCELLED;
    return FAILED(hr) ? exit_failure(L"cannot list the licences", hr) : EXIT_DONE;
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    const wchar_t *key_id = NULL, *rights = NULL, *sources = NULL;
    bool as_json = false;
    const struct argument_option options[] = {
        {.name = L"--kid", .value = &key_id},
        {.name = L"--right", .value = &rights},
        {.name = L"--source", .value = &sources},
        {.name = L"--json", .flag = &as_json},
    };
    IWMDRMLicenseManagement *management;
    enum exit_code code;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    code = list(management, key_id, rights, sources, as_json);
    IWMDRMLicenseManagement_Release(management);
    return code;
}

const struct command command_list = {
    .name = L"list",
    .arguments = L"[--kid KID] [--right RIGHTS] [--source IDS] [--json]",
    .summary = L"show all licences, a line each",
    .help = L"  --kid KID       only those of a key id\r\n"
            L"  --right RIGHTS  only those that grant these rights, such as Play,Copy\r\n"
            L"  --source IDS    only those with one of these source ids, such as 4,7\r\n"
            L"  --json          an array of objects\r\n",
    .run = run,
};
