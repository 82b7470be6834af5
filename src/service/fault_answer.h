/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Test tools: answers that are wrong in a chosen way.
 */
#ifndef WMDRM_SERVICE_FAULT_ANSWER_H
#define WMDRM_SERVICE_FAULT_ANSWER_H

#include "engine/authority/authority.h"
#include "service/faults.h"

/*
 * Gives the whole answer to a request, right or wrong as the plan says: to one for licences a LICENSERESPONSE. Returns
 * what drm_authority_handle and drm_authority_issue_licenses return, and DRM_E_OUT_OF_MEMORY.
 */
drm_result fault_answer_make(struct faults *faults, const struct fault_plan *plan, struct drm_authority *authority,
                             enum fault_target target, struct drm_span request, struct drm_buffer *out);

/* --- what individualizations, refreshes and licences share ------------------------------------------------ */

/* The authority's whole reply. */
drm_result fault_read_reply(struct drm_authority *authority, enum drm_request_kind kind, struct drm_span request,
                            struct drm_buffer *out);
/* A key with this role under a root that nobody trusts. */
drm_result fault_make_foreign_signer(int64_t time, enum drm_role role, uint8_t seed[DRM_SIGN_SEED_SIZE],
                                     struct drm_buffer *chain);
/* The previous answer in the place of this one where it is wanted; this one is remembered in its turn. */
drm_result fault_replay(struct faults *faults, enum fault_target target, bool wanted, struct drm_buffer *answer);
/* Other bytes, fewer bytes, as the plan says. */
void fault_spoil_bytes(const struct fault_plan *plan, struct drm_buffer *answer);

/* --- fault_license.c -------------------------------------------------------------------------------------- */

/* A LICENSERESPONSE, right or wrong as the plan says. Returns what drm_authority_issue_licenses returns. */
drm_result fault_license_make(struct faults *faults, const struct fault_plan *plan, struct drm_authority *authority,
                              struct drm_span request, struct drm_buffer *out);

#endif
