/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Security states (security_state.h).
 */
#include "shell/object/security_state.h"

#include <string.h>

void security_state_capture(struct engine *engine, struct security_state *out)
{
    struct drm_client *client;

    memset(out, 0, sizeof(*out));
    out->known = SUCCEEDED(engine_get_client(engine, &client))
                 && DRM_SUCCEEDED(drm_client_get_version(client, &out->version, &out->individualized));
}

bool security_state_lacks_identity(const struct security_state *state)
{
    return state->known && !state->individualized;
}
