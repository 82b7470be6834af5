/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WMDRMCreateProtectedProvider, which is no export of the DLL: like the original's it is code in the import library.
 */
#include "shell/import/create_provider.h"

HRESULT STDMETHODCALLTYPE WMDRMCreateProtectedProvider(IWMDRMProvider **ppDRMProvider)
{
    return _WMDRMCreateProvider(PROVIDER_PROTECTED, NULL, ppDRMProvider);
}
