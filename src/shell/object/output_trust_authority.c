/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MFWMDRMOutputTrustAuthority_CreateInstance: an export that importers need in order to load. What it takes and makes
 * was never documented; nothing here makes output trust authorities.
 */
#include "shell/dll/exports.h"

#include <mferror.h>

#include "shell/platform/trace.h"

HRESULT STDMETHODCALLTYPE MFWMDRMOutputTrustAuthority_CreateInstance(void *argument)
{
    (void)argument; /* unknown: not even written to */
    return trace_failure("MFWMDRMOutputTrustAuthority_CreateInstance", MF_E_DRM_UNSUPPORTED);
}
