/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl delete and wmdrmctl clean. */
#include "command.h"

#include <oleauto.h>

#include "common/operation.h"
#include "common/output.h"
#include "license_info.h"

static enum exit_code run_delete(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    bool mark = false;
    const struct argument_option options[] = {{.name = L"--mark", .flag = &mark}};
    IWMDRMLicenseManagement *management;
    HRESULT hr = E_OUTOFMEMORY;
    BSTR key_id;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    if ((key_id = SysAllocString(arguments[0])))
        hr = IWMDRMLicenseManagement_DeleteLicense(management, key_id, mark ? WMDRM_DELETE_LICENSE_MARK_FOR_PURGE
                                                                            : WMDRM_DELETE_LICENSE_IMMEDIATELY);
    SysFreeString(key_id);
    IWMDRMLicenseManagement_Release(management);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    output_line(mark ? L"The licences are marked: they cannot be used, and \"wmdrmctl clean\" removes them."
                     : L"The licences are deleted.");
    return EXIT_DONE;
}

static enum exit_code run_clean(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    struct operation operation = {.completion = MEWMDRMLicenseStoreCleaned};
    IUnknown *cookie;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, NULL, 0, 0, 0, &rest))
        return EXIT_USAGE;
    if (!(operation.management = command_open_management(provider)))
        return EXIT_FAILED;
    hr = IWMDRMLicenseManagement_CleanLicenseStore(operation.management, WMDRM_CLEAN_LICENSE_STORE_ASYNC, &cookie);
    if (SUCCEEDED(hr))
    {
        output_transient(L"Cleaning");
        hr = operation_wait(&operation, cookie, NULL);
    }
    IWMDRMLicenseManagement_Shutdown(operation.management);
    IWMDRMLicenseManagement_Release(operation.management);
    if (hr == DRM_E_LICENSENOTFOUND)
        output_line(L"There was nothing to clean.");
    else if (FAILED(hr))
        return exit_failure(L"the store was not cleaned", hr);
    else
        output_line(L"The store is clean.");
    return EXIT_DONE;
}

const struct command command_delete = {
    .name = L"delete",
    .arguments = L"KID [--mark]",
    .summary = L"delete the licences of a key id",
    .help = L"  --mark  only mark them: they cannot be used, and \"wmdrmctl clean\" removes them\r\n"
            L"\r\n"
            L"A deleted licence stays deleted: the same response stored again does not bring it back. A new one has\r\n"
            L"to be acquired.\r\n",
    .run = run_delete,
};

const struct command command_clean = {
    .name = L"clean",
    .arguments = L"",
    .summary = L"remove licences that are marked or unusable, and make the store small",
    .run = run_clean,
};
