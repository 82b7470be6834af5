/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The challenges that a remote removal answers, and the receipts of removals that the program has not got yet.
 */
#ifndef WMDRM_ENGINE_REMOVAL_CHALLENGE_H
#define WMDRM_ENGINE_REMOVAL_CHALLENGE_H

#include "engine/store/license_store.h"

/* Part of a change: uses the challenge up, and keeps the receipt. DRM_E_PARAMETERS_MISMATCHED where it is unknown. */
DRM_MUST_CHECK drm_result drm_removal_challenge_use_locked(struct drm_store *store,
                                                           const struct drm_used_challenge *challenge);

#endif
