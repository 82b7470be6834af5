/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every export (wmdrmsdk.def) is declared by including this: WMDRMStartup, WMDRMShutdown and WMDRMCreateProvider are in
 * wmdrmsdk.h, _WMDRMCreateProvider in shell/import/create_provider.h, the entry points of a COM server in the system's
 * headers, and the last one below.
 */
#ifndef WMDRM_SHELL_EXPORTS_H
#define WMDRM_SHELL_EXPORTS_H

#include <windows.h>
#include <olectl.h> /* DllRegisterServer, DllUnregisterServer */
#include <wmdrmsdk.h>

#include "shell/import/create_provider.h"

/*
 * An undocumented export of the original, with one argument of four bytes on 32 bit. It is here so that a program that
 * imports it loads; it fails and touches nothing, since nobody knows what the argument is.
 */
HRESULT STDMETHODCALLTYPE MFWMDRMOutputTrustAuthority_CreateInstance(void *argument);

#endif
