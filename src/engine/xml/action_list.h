/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One ACTION of an ACTIONLIST: what the list alone and a LICENSEREQUEST share. */
#ifndef WMDRM_ENGINE_ACTION_LIST_H
#define WMDRM_ENGINE_ACTION_LIST_H

#include "engine/base/bytes.h"

/* Adds the right that an ACTION names to a set of DRM_RIGHT_BIT; nothing of an empty one. False of an unknown name. */
bool drm_action_read(struct drm_span text, uint32_t *rights);

#endif
