/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl store: a licence response from a file. */
#include "command.h"

#include <stdlib.h>
#include <nserror.h>
#include <oleauto.h>

#include "common/output.h"
#include "common/text_file.h"

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    IWMDRMLicenseManagement *management;
    wchar_t *text;
    BSTR response;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, NULL, 0, 1, 1, &rest))
        return EXIT_USAGE;
    if (FAILED(hr = text_file_read(arguments[0], &text)))
        return exit_failure(arguments[0], hr);
    response = SysAllocString(text);
    free(text);
    if (!response)
        return exit_failure(arguments[0], E_OUTOFMEMORY);
    if ((management = command_open_management(provider)))
    {
        hr = IWMDRMLicenseManagement_StoreLicense(management, response);
        if (FAILED(hr))
            exit_failure(hr == NS_E_DRM_STORE_NOTALLSTORED ? L"some licences were not stored"
                                                           : L"the response was not stored", hr);
        else
            output_line(L"The licences of the response are stored.");
        IWMDRMLicenseManagement_Release(management);
    }
    SysFreeString(response);
    return management && SUCCEEDED(hr) ? EXIT_DONE : EXIT_FAILED;
}

const struct command command_store = {
    .name = L"store",
    .arguments = L"FILE",
    .summary = L"store the licences of a response (LICENSERESPONSE) that came as a file",
    .run = run,
};
