/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for tests that need no network: its protector seals with a key that every process knows, so that several
 * processes may share a store; its clock is the system's, moved by as much as the test wants.
 */
#ifndef WMDRM_TESTS_PLAIN_HOST_H
#define WMDRM_TESTS_PLAIN_HOST_H

#include "engine/host.h"

struct plain_host
{
    struct drm_host host;
    int64_t offset_ms; /* of the clock */
    bool verbose;      /* lines of the log go to standard error */
    void *outside;     /* for a test that sets recall and remember of the protector; there are none otherwise */
};

void plain_host_init(struct plain_host *host);

/* A task that nobody cancels and whose progress nobody looks at. */
extern const struct drm_task plain_task;

#endif
