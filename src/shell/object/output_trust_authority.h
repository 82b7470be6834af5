/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An undocumented export of the original.
 */
#ifndef WMDRM_SHELL_OUTPUT_TRUST_AUTHORITY_H
#define WMDRM_SHELL_OUTPUT_TRUST_AUTHORITY_H

#include <windows.h>

/* Always MF_E_DRM_UNSUPPORTED. Its one argument of a pointer's size is not documented and not used. */
HRESULT STDMETHODCALLTYPE MFWMDRMOutputTrustAuthority_CreateInstance(void *argument);

#endif
