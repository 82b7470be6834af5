/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has become of a licence: the beginning, the worse of two, use, and the fixed layout in the store (state.h).
 */
#include "engine/rights/state.h"

#include <string.h>

#define STATE_HEAD_SIZE 13 /* flags, first use, number of counts */
#define STATE_FLAGS (DRM_LICENSE_MARKED | DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED | DRM_LICENSE_ROLLED_BACK)

void drm_license_state_begin(const struct drm_terms *terms, struct drm_license_state *out)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    out->count = terms->grant_count;
    for (i = 0; i < terms->grant_count; i++)
        out->remaining[i] = terms->grants[i].count;
}

void drm_license_state_lower(struct drm_license_state *state, const struct drm_license_state *other)
{
    size_t i;

    state->flags |= other->flags;
    if (other->first_use && (!state->first_use || other->first_use < state->first_use))
        state->first_use = other->first_use;
    for (i = 0; i < other->count; i++)
    {
        /* DRM_COUNT_UNLIMITED is the greatest number, so any count is lower. */
        if (i >= state->count || other->remaining[i] < state->remaining[i])
            state->remaining[i] = other->remaining[i];
    }
    if (other->count > state->count)
        state->count = other->count;
}

void drm_license_state_use(struct drm_license_state *state, size_t grant, int64_t now)
{
    if (grant < state->count && state->remaining[grant] != DRM_COUNT_UNLIMITED && state->remaining[grant] > 0)
        state->remaining[grant]--;
    if (!state->first_use && now > 0)
        state->first_use = now;
}

size_t drm_license_state_write(const struct drm_license_state *state, uint8_t out[DRM_LICENSE_STATE_MAX_SIZE])
{
    size_t i;

    drm_put_u32(out, state->flags);
    drm_put_u64(out + 4, (uint64_t)state->first_use);
    out[12] = (uint8_t)state->count;
    for (i = 0; i < state->count; i++)
        drm_put_u32(out + STATE_HEAD_SIZE + 4 * i, state->remaining[i]);
    return STATE_HEAD_SIZE + 4 * state->count;
}

drm_result drm_license_state_read(struct drm_span data, struct drm_license_state *out)
{
    struct drm_license_state state = {0};
    uint64_t first_use;
    size_t i;

    if (data.size < STATE_HEAD_SIZE)
        return DRM_E_STORE_CORRUPT;
    state.flags = drm_get_u32(data.data);
    first_use = drm_get_u64(data.data + 4);
    state.count = data.data[12];
    if (state.flags & ~(uint32_t)STATE_FLAGS || first_use > DRM_TERMS_TIME_MAX || state.count > DRM_TERMS_MAX_GRANTS
        || data.size != STATE_HEAD_SIZE + 4 * state.count)
    {
        return DRM_E_STORE_CORRUPT;
    }
    state.first_use = (int64_t)first_use;
    for (i = 0; i < state.count; i++)
        state.remaining[i] = drm_get_u32(data.data + STATE_HEAD_SIZE + 4 * i);
    *out = state;
    return DRM_S_OK;
}
