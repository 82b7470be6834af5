/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Test tools: answers that are wrong in a chosen way.
 */
#ifndef WMDRM_SERVICE_FAULT_ANSWER_H
#define WMDRM_SERVICE_FAULT_ANSWER_H

#include "engine/authority/authority.h"
#include "service/faults.h"

/*
 * Gives the whole answer to a request, right or wrong as the plan says. Returns what drm_authority_handle returns, and
 * DRM_E_OUT_OF_MEMORY.
 */
drm_result fault_answer_make(struct faults *faults, const struct fault_plan *plan, struct drm_authority *authority,
                             enum drm_request_kind kind, struct drm_span request, struct drm_buffer *out);

#endif
