/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine's clock over the system's.
 */
#ifndef WMDRM_SHELL_SYSTEM_CLOCK_H
#define WMDRM_SHELL_SYSTEM_CLOCK_H

#include "engine/host.h"

/* Fills out, which has no state and is never freed. Both readings are cheap and never fail. The monotonic one goes on
 * while the machine sleeps, and starts again with the machine. */
void system_clock_init(struct drm_clock *out);

#endif
