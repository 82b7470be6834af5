/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMNonSilentLicenseAquisition (spelled so by the original): where to post what, as the value of event 506.
 */
#ifndef WMDRM_SHELL_NONSILENT_ACQUISITION_H
#define WMDRM_SHELL_NONSILENT_ACQUISITION_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/base/bytes.h"

/* Both are UTF-8, and copied. Returns S_OK, E_OUTOFMEMORY, or E_INVALIDARG for what is no Unicode. */
HRESULT nonsilent_acquisition_create(struct drm_span url, struct drm_span challenge, IUnknown **out);

#endif
