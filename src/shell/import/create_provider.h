/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The export that the import library's own code calls. The original's has three arguments too, which are not
 * documented; these are ours.
 */
#ifndef WMDRM_SHELL_IMPORT_CREATE_PROVIDER_H
#define WMDRM_SHELL_IMPORT_CREATE_PROVIDER_H

#include <windows.h>
#include <wmdrmsdk.h>

enum provider_kind
{
    /* As WMDRMCreateProvider makes it. */
    PROVIDER_ORDINARY = 0,
    /* As WMDRMCreateProtectedProvider makes it. */
    PROVIDER_PROTECTED = 1
};

/*
 * Makes a provider of that kind (enum provider_kind); the caller owns the reference. reserved must be NULL. E_POINTER
 * for a missing output; E_INVALIDARG, with *provider NULL, for anything else that is not known.
 */
HRESULT STDMETHODCALLTYPE _WMDRMCreateProvider(DWORD kind, void *reserved, IWMDRMProvider **provider);

#endif
