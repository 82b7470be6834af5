/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl status: what this machine is, and what it has. */
#include "command.h"

#include <oleauto.h>

#include "common/cancel.h"
#include "common/explain.h"
#include "common/json.h"
#include "common/output.h"
#include "common/times.h"
#include "license_info.h"

struct status
{
    HRESULT version_result, authority_result, clock_result, count_result;
    BSTR version;                     /* "2.10.0.1" */
    WMDRM_AUTHORITY_STATUS authority;
    FILETIME clock;
    BOOL clock_known;
    unsigned long long licenses;
};

static HRESULT read_version(IWMDRMProvider *provider, BSTR *out)
{
    IWMDRMSecurity *security;
    HRESULT hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security);

    if (FAILED(hr))
        return hr;
    hr = IWMDRMSecurity_GetSecurityVersion(security, out);
    IWMDRMSecurity_Release(security);
    return hr;
}

static HRESULT count_licenses(IWMDRMLicenseManagement *management, unsigned long long *out)
{
    IWMDRMLicense *license = NULL;
    HRESULT hr;

    hr = license_enumerate(management, NULL, NULL, NULL, &license);
    if (!license)
        return hr == DRM_E_LICENSENOTFOUND ? S_OK : hr;
    do
        ++*out;
    while ((hr = license_next(license)) == S_OK && !cancel_is_requested());
    IWMDRMLicense_Release(license);
    return FAILED(hr) ? hr : S_OK;
}

static void read_authority(IWMDRMLicenseManagement *management, struct status *status)
{
    IWMDRMAuthority *authority;

    status->authority_result = IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMAuthority,
                                                                      (void **)&authority);
    status->clock_result = status->authority_result;
    if (FAILED(status->authority_result))
        return;
    status->authority_result = IWMDRMAuthority_GetStatus(authority, &status->authority);
    status->clock_result = IWMDRMAuthority_GetClock(authority, &status->clock, &status->clock_known);
    IWMDRMAuthority_Release(authority);
}

static void free_status(struct status *status)
{
    SysFreeString(status->version);
    SysFreeString(status->authority.bstrService);
    SysFreeString(status->authority.bstrAnchor);
}

static bool is_individualized(const struct status *status)
{
    const size_t length = status->version ? wcslen(status->version) : 0;

    return length > 1 && !wcscmp(status->version + length - 2, L".1");
}

static void print_json(const struct status *status)
{
    wchar_t text[TIME_TEXT_SIZE];
    struct json json;

    json_begin(&json);
    json_open_object(&json, NULL);
    json_text(&json, L"version", status->version);
    json_bool(&json, L"individualized", is_individualized(status));
    if (SUCCEEDED(status->authority_result))
    {
        json_text(&json, L"service", status->authority.bstrService);
        json_text(&json, L"trustAnchor", status->authority.bstrAnchor);
        json_number(&json, L"setBacks", status->authority.cSetBacks);
    }
    if (SUCCEEDED(status->clock_result))
    {
        json_text(&json, L"clock", time_format(&status->clock, text));
        json_bool(&json, L"clockKnown", status->clock_known);
    }
    if (SUCCEEDED(status->count_result))
        json_number(&json, L"licenses", status->licenses);
    json_close_object(&json);
    json_end(&json);
}

/* A part that cannot be read says why; the others are shown all the same. */
static void print(const struct status *status)
{
    wchar_t text[EXPLANATION_SIZE], time[TIME_TEXT_SIZE];

    if (FAILED(status->version_result))
        output_line(L"version:      unknown. %ls", explain(status->version_result, text));
    else
        output_line(L"version:      %ls, %ls", status->version,
                    is_individualized(status) ? L"individualized" : L"not individualized (run drmupdate)");
    if (FAILED(status->authority_result))
        output_line(L"service:      unknown. %ls", explain(status->authority_result, text));
    else
    {
        output_line(L"service:      %ls", status->authority.bstrService);
        output_line(L"trust anchor: %ls", status->authority.bstrAnchor);
    }
    if (SUCCEEDED(status->authority_result) && status->authority.cSetBacks)
        output_line(L"store:        an older copy of it was put in its place, %llu times; the last time was noticed at "
                    L"%ls",
                    status->authority.cSetBacks, time_format(&status->authority.ftSetBack, time));
    if (FAILED(status->clock_result))
        output_line(L"clock:        unknown. %ls", explain(status->clock_result, text));
    else
        output_line(L"clock:        %ls%ls", time_format(&status->clock, time),
                    status->clock_known ? L"" : L" or later; rights with a time have to wait");
    if (FAILED(status->count_result))
        output_line(L"licences:     unknown. %ls", explain(status->count_result, text));
    else
        output_line(L"licences:     %llu", status->licenses);
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    bool as_json = false, failed;
    const struct argument_option options[] = {{.name = L"--json", .flag = &as_json}};
    IWMDRMLicenseManagement *management;
    struct status status = {0};
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    status.version_result = read_version(provider, &status.version);
    read_authority(management, &status);
    status.count_result = count_licenses(management, &status.licenses);
    IWMDRMLicenseManagement_Release(management);
    if (as_json)
        print_json(&status);
    else
        print(&status);
    failed = FAILED(status.version_result) || FAILED(status.count_result);
    free_status(&status);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_status = {
    .name = L"status",
    .arguments = L"[--json]",
    .summary = L"show identity, service, clock and how many licences there are",
    .run = run,
};
