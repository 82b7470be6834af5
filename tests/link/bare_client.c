/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program of nothing but imports from wmdrmsdk.dll, without any C library: what Microsoft's linker, or lld-link,
 * makes of wmdrmsdk.lib alone. The result of the entry point is the exit code: the step that failed, or 0.
 */
#include <windows.h>
#include <wmdrmsdk.h>

int __stdcall start(void);

static int use_provider(IWMDRMProvider *provider)
{
    IWMDRMSecurity *security;

    if (FAILED(provider->lpVtbl->CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security)))
        return 1;
    security->lpVtbl->Release(security);
    provider->lpVtbl->Release(provider);
    return 0;
}

int __stdcall start(void)
{
    IWMDRMProvider *provider;

    if (FAILED(WMDRMStartup()))
        return 1;
    if (FAILED(WMDRMCreateProvider(&provider)) || use_provider(provider))
        return 2;
    if (FAILED(WMDRMCreateProtectedProvider(&provider)) || use_provider(provider))
        return 3;
    if (IID_IMFContentEnabler.Data1 != 0xd3c4ef59)
        return 5;
    return FAILED(WMDRMShutdown()) ? 6 : 0;
}
