/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May any licence of a key id be used for a right (evaluate.h)? */
#include "engine/rights/evaluate.h"

uint32_t drm_evaluate_action(const struct drm_candidate *candidates, size_t count, enum drm_right right,
                             const struct drm_environment *environment)
{
    uint32_t reasons = 0, reason;
    size_t i;

    if (count == 0)
        return DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE;
    for (i = 0; i < count; i++)
    {
        reason = drm_evaluate_license(&candidates[i], right, environment, NULL, NULL);
        if (reason == DRM_ALLOWED)
            return DRM_ALLOWED;
        reasons |= reason;
    }
    return reasons;
}
