/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine's security state as an object knew it when it was made. Only security objects show a later one
 * (documented: all others are to be released and made anew after an individualization).
 */
#ifndef WMDRM_SHELL_SECURITY_STATE_H
#define WMDRM_SHELL_SECURITY_STATE_H

#include "shell/object/engine.h"

struct security_state
{
    bool known; /* false: the store could not say, and whoever asks finds out why */
    bool individualized;
    struct drm_version version;
};

void security_state_capture(struct engine *engine, struct security_state *out);

/* The object was made on a machine without an identity: to it, the machine still has none. */
bool security_state_lacks_identity(const struct security_state *state);

#endif
