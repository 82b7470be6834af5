/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signed head of a revocation list, as its reader and its writer share it. */
#ifndef WMDRM_ENGINE_REVOCATION_HEAD_H
#define WMDRM_ENGINE_REVOCATION_HEAD_H

#include "engine/format/revocation_list.h"

/* True of a head that may stand in a list. */
bool drm_revocation_head_is_valid(const struct drm_revocation_head *head);

/* Appends the head's fields, the body of its signed object. */
drm_result drm_revocation_head_write_body(const struct drm_revocation_head *head, struct drm_buffer *out);

#endif
