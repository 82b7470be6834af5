/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl use: opens a content key, as a player does before it plays, which counts as one use. */
#include "command.h"

#include "common/output.h"
#include "license_info.h"

/* The first licence that lets, in their order; the failure of the first where none does. */
static HRESULT use_first(IWMDRMLicense *license, struct license_info *used)
{
    IWMDRMDecrypt *decryptor;
    HRESULT hr, first = S_OK, next = S_OK;

    do
    {
        hr = IWMDRMLicense_CreateDecryptor(license, &decryptor);
        if (SUCCEEDED(hr))
        {
            IWMDRMDecrypt_Release(decryptor);
            return license_info_read(license, used);
        }
        if (SUCCEEDED(first))
            first = hr;
    } while ((next = license_next(license)) == S_OK);
    return FAILED(next) ? next : first;
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    const wchar_t *right = NULL;
    const struct argument_option options[] = {{.name = L"--right", .value = &right}};
    IWMDRMLicenseManagement *management;
    IWMDRMLicense *license = NULL;
    struct license_info used = {0};
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    if (!right)
        right = g_wszWMDRM_RIGHT_PLAYBACK;
    hr = license_enumerate(management, arguments[0], right, NULL, &license);
    if (license)
    {
        hr = use_first(license, &used);
        IWMDRMLicense_Release(license);
    }
    IWMDRMLicenseManagement_Release(management);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    output_line(L"%ls was used, by licence %ls.", right, used.details.bstrLicenseID);
    license_info_free(&used);
    return EXIT_DONE;
}

const struct command command_use = {
    .name = L"use",
    .arguments = L"KID [--right RIGHT]",
    .summary = L"use a right once (Play): make a decryptor, which counts, and drop it",
    .run = run,
};
