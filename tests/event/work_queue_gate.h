/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A work queue of Media Foundation that stands still until the test lets it go on: what is put on it is scheduled, and
 * not run, for certain. */
#ifndef WMDRM_TESTS_WORK_QUEUE_GATE_H
#define WMDRM_TESTS_WORK_QUEUE_GATE_H

#include <windows.h>

#include "event/event_fixture.h"

struct work_queue_gate
{
    DWORD queue; /* a private, serial one */
    struct test_callback keeper;
    HANDLE entered;
    HANDLE open;
};

/* Makes the queue; it stands still when this returns. Asserts. */
void work_queue_gate_init(struct work_queue_gate *gate);
void work_queue_gate_open(struct work_queue_gate *gate);
/* Opens it, waits until everything that was put on it has run, and gives the queue back. */
void work_queue_gate_cleanup(struct work_queue_gate *gate);

#endif
