/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include "cancel.h"
#include "output.h"

enum exit_code session_run(enum exit_code (*run)(IWMDRMProvider *provider, void *context), void *context)
{
    IWMDRMProvider *provider;
    enum exit_code code;
    HRESULT hr;

    cancel_install();
    if (FAILED(hr = WMDRMStartup()))
        return exit_failure(L"cannot start Windows Media DRM", hr);
    if (SUCCEEDED(hr = WMDRMCreateProvider(&provider)))
    {
        code = run(provider, context);
        IWMDRMProvider_Release(provider);
    }
    else
        code = exit_failure(L"cannot make a provider", hr);
    WMDRMShutdown();
    if (code == EXIT_DONE && output_failure())
        code = exit_failure(L"cannot write the output", HRESULT_FROM_WIN32(output_failure()));
    return code;
}
