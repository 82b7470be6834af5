/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMProvider: the factory of everything else.
 */
#ifndef WMDRM_SHELL_PROVIDER_H
#define WMDRM_SHELL_PROVIDER_H

#include <stdbool.h>
#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

/* protected: as WMDRMCreateProtectedProvider makes it. Returns S_OK or E_OUTOFMEMORY. */
HRESULT provider_create(bool protected, IWMDRMProvider **out);

#endif
