/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets a client rest when nobody asks: questions leave a read transaction open for the next one, and while it is open
 * the store's log cannot begin anew, whoever writes.
 */
#ifndef WMDRM_SHELL_RESTING_H
#define WMDRM_SHELL_RESTING_H

#include <windows.h>

#include "engine/client/client.h"

struct resting
{
    struct drm_client *client;
    PTP_TIMER timer;  /* NULL: the system had none to give; then the client does not rest */
    LONG armed;
};

void resting_init(struct resting *resting, struct drm_client *client);
/* After a question. Costs a look at a flag nearly always. */
void resting_soon(struct resting *resting);
/* Waits for a client that is being laid to rest, which is short; no question may be running any more. A zeroed struct
 * is fine. */
void resting_end(struct resting *resting);

#endif
