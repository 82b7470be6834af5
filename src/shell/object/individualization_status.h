/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMIndividualizationStatus: the value of a progress event.
 */
#ifndef WMDRM_SHELL_INDIVIDUALIZATION_STATUS_H
#define WMDRM_SHELL_INDIVIDUALIZATION_STATUS_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/host.h"

/* Makes a snapshot of progress, which never changes; its URL lives as long as it. Returns S_OK or E_OUTOFMEMORY. */
HRESULT individualization_status_create(const struct drm_progress *progress, IUnknown **out);

/* One that is filled later, before anybody sees it: the last state must not be lost for lack of memory. */
HRESULT individualization_status_reserve(IUnknown **out);
void individualization_status_fill(IUnknown *reserved, const struct drm_progress *progress);

#endif
