/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A work queue that stands still until the test lets it go on. */
#include "event/work_queue_gate.h"

#include "shell/com/media_foundation.h"

static void keep_waiting(struct test_callback *callback, IMFAsyncResult *result)
{
    struct work_queue_gate *gate = callback->context;

    (void)result;
    SetEvent(gate->entered);
    WaitForSingleObject(gate->open, INFINITE);
}

void work_queue_gate_init(struct work_queue_gate *gate)
{
    assert_hr(media_foundation_require(), S_OK);
    assert_hr(MFAllocateWorkQueue(&gate->queue), S_OK);
    gate->entered = CreateEventW(NULL, TRUE, FALSE, NULL);
    gate->open = CreateEventW(NULL, TRUE, FALSE, NULL);
    callback_init(&gate->keeper);
    gate->keeper.queue = gate->queue;
    gate->keeper.on_invoke = keep_waiting;
    gate->keeper.context = gate;
    assert_hr(MFPutWorkItem(gate->queue, &gate->keeper.IMFAsyncCallback_iface, NULL), S_OK);
    assert_signalled(gate->entered);
}

void work_queue_gate_open(struct work_queue_gate *gate)
{
    SetEvent(gate->open);
}

void work_queue_gate_cleanup(struct work_queue_gate *gate)
{
    work_queue_gate_open(gate);
    callback_expect_invoked(&gate->keeper);
    /* The queue is serial, so the last item is the last. */
    assert_hr(MFPutWorkItem(gate->queue, &gate->keeper.IMFAsyncCallback_iface, NULL), S_OK);
    callback_expect_invoked(&gate->keeper);
    callback_cleanup(&gate->keeper);
    assert_hr(MFUnlockWorkQueue(gate->queue), S_OK);
    CloseHandle(gate->entered);
    CloseHandle(gate->open);
}
