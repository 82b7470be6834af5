/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl authority ...: the authority as a whole, and its way to another machine. */
#include "command.h"

#include <nserror.h>
#include <oleauto.h>

#include "common/json.h"
#include "common/output.h"
#include "passphrase.h"

/* --- status ----------------------------------------------------------------------------------------------- */

static void print_status(const WMDRM_AUTHORITY_STATUS *status, bool as_json)
{
    struct json json;

    if (as_json)
    {
        json_begin(&json);
        json_open_object(&json, NULL);
        json_bool(&json, L"embedded", status->fEmbedded);
        json_text(&json, L"service", status->bstrService);
        json_text(&json, L"trustAnchor", status->bstrAnchor);
        if (status->fEmbedded)
        {
            json_number(&json, L"machines", status->cMachines);
            json_number(&json, L"contents", status->cContents);
            json_number(&json, L"licenses", status->cLicenses);
        }
        json_close_object(&json);
        json_end(&json);
        return;
    }
    output_line(L"service:      %ls", status->bstrService);
    output_line(L"trust anchor: %ls", status->bstrAnchor);
    if (!status->fEmbedded)
    {
        output_line(L"A service is configured: it is administered where it runs.");
        return;
    }
    output_line(L"machines:     %llu", status->cMachines);
    output_line(L"contents:     %llu", status->cContents);
    output_line(L"licences:     %llu issued", status->cLicenses);
}

static enum exit_code run_status(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    bool as_json = false;
    const struct argument_option options[] = {{.name = L"--json", .flag = &as_json}};
    WMDRM_AUTHORITY_STATUS status;
    IWMDRMAuthority *authority;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    hr = IWMDRMAuthority_GetStatus(authority, &status);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the authority's status cannot be read", hr);
    print_status(&status, as_json);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
    return EXIT_DONE;
}

/* --- moving ----------------------------------------------------------------------------------------------- */

static enum exit_code run_export(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    const wchar_t *path = NULL;
    const struct argument_option options[] = {{.name = L"--passphrase-file", .value = &path}};
    wchar_t passphrase[PASSPHRASE_SIZE];
    IWMDRMAuthority *authority;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!passphrase_get(path, true, passphrase))
        return EXIT_FAILED;
    if (!(authority = command_open_authority(provider)))
    {
        passphrase_wipe(passphrase);
        return EXIT_FAILED;
    }
    hr = IWMDRMAuthority_ExportAuthority(authority, arguments[0], passphrase);
    passphrase_wipe(passphrase);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the authority was not exported", hr);
    output_line(L"The authority is in %ls. Who has that file and its passphrase can issue licences in its name.",
                arguments[0]);
    return EXIT_DONE;
}

static enum exit_code run_import(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    const wchar_t *path = NULL;
    bool replace = false;
    const struct argument_option options[] = {
        {.name = L"--passphrase-file", .value = &path},
        {.name = L"--replace", .flag = &replace},
    };
    wchar_t passphrase[PASSPHRASE_SIZE];
    IWMDRMAuthority *authority;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!passphrase_get(path, false, passphrase))
        return EXIT_FAILED;
    if (!(authority = command_open_authority(provider)))
    {
        passphrase_wipe(passphrase);
        return EXIT_FAILED;
    }
    hr = IWMDRMAuthority_ImportAuthority(authority, arguments[0], passphrase, replace ? WMDRM_IMPORT_REPLACE : 0);
    passphrase_wipe(passphrase);
    IWMDRMAuthority_Release(authority);
    if (hr == NS_E_DRM_STORE_NOTALLOWED && !replace)
    {
        output_error(L"the authority was not imported: the present one has issued something, or a service is "
                     L"configured; --replace sets the present one aside.");
        return EXIT_FAILED;
    }
    if (FAILED(hr))
        return exit_failure(L"the authority was not imported", hr);
    output_line(L"The authority is imported. Run \"drmupdate --force\" to get an identity from it.");
    return EXIT_DONE;
}

const struct command command_authority_status = {
    .name = L"authority status",
    .arguments = L"[--json]",
    .summary = L"show the authority that this machine trusts",
    .run = run_status,
};

const struct command command_authority_export = {
    .name = L"authority export",
    .arguments = L"FILE [--passphrase-file FILE]",
    .summary = L"put the embedded authority into a file, under a passphrase",
    .help = L"  --passphrase-file FILE  its first line is the passphrase; asked for on the terminal without it\r\n"
            L"\r\n"
            L"With this file another machine, or this one after a new installation, restores backups.\r\n",
    .run = run_export,
};

const struct command command_authority_import = {
    .name = L"authority import",
    .arguments = L"FILE [--passphrase-file FILE] [--replace]",
    .summary = L"take an authority that was exported in place of the present one",
    .help = L"  --passphrase-file FILE  its first line is the passphrase; asked for on the terminal without it\r\n"
            L"  --replace               even where the present authority has issued something; it is set aside\r\n",
    .run = run_import,
};
