/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts and the policy of an answer's head, objects within its body. */
#ifndef WMDRM_ENGINE_ANSWER_PART_H
#define WMDRM_ENGINE_ANSWER_PART_H

#include "engine/base/tlv.h"
#include "engine/format/answer.h"

/* True of parts that may stand in an answer of this kind, all of them together. */
bool drm_parts_are_valid(const struct drm_part *parts, size_t count, enum drm_request_kind kind);

/* Return DRM_E_INVALID_DATA for what cannot be read, a part that cannot be among it. */
drm_result drm_part_read(struct drm_span data, struct drm_part *out);
drm_result drm_policy_read(struct drm_span data, struct drm_policy *out);

/* Put the fields between an open and a close of the caller's. Texts end within their arrays. */
void drm_part_put(struct drm_tlv_writer *writer, const struct drm_part *part);
void drm_policy_put(struct drm_tlv_writer *writer, const struct drm_policy *policy);

#endif
