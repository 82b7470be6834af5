/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine's protector over DPAPI: what it seals opens for the current user on this machine.
 */
#ifndef WMDRM_SHELL_DPAPI_PROTECTOR_H
#define WMDRM_SHELL_DPAPI_PROTECTOR_H

#include "engine/host.h"

/*
 * Fills out, which has no state and is never freed. The label is both the description and the entropy of the blob, so
 * that a secret of one kind does not open as another. Besides what host.h says its functions return
 * DRM_E_INVALID_ARGUMENT for an empty secret or label or one over 64 KiB, and DRM_E_OUT_OF_MEMORY. A call takes 4 to 5
 * ms under Wine.
 */
void dpapi_protector_init(struct drm_protector *out);

#endif
