/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: the threads that callbacks run on. */
#include "event/event_fixture.h"
#include "event/test_event_generator.h"
#include "event/work_queue_gate.h"

#include "shell/com/media_foundation.h"

static void dispatch__queue_named_by_the_callback_is_used(void **state)
{
    struct source *sources[2] = { source_create(), source_create() };
    struct test_callback callbacks[2];
    struct work_queue_gate gate;
    int i;

    (void)state;
    work_queue_gate_init(&gate);
    for (i = 0; i < 2; ++i)
    {
        callback_init(&callbacks[i]);
        if (i == 0)
            callbacks[i].queue = gate.queue;
        assert_hr(source_begin(sources[i], &callbacks[i], NULL), S_OK);
        source_queue(sources[i], 1);
    }
    /* The standard queue works, and what was scheduled before on the one that stands still has not run. */
    callback_expect_invoked(&callbacks[1]);
    assert_int_equal(callbacks[0].invoked, 0);
    work_queue_gate_open(&gate);
    callback_expect_invoked(&callbacks[0]);
    assert_int_equal(callbacks[0].thread, gate.keeper.thread);
    for (i = 0; i < 2; ++i)
    {
        callback_expect_event(&callbacks[i], sources[i], 1);
        callback_cleanup(&callbacks[i]);
        source_release(sources[i]);
    }
    work_queue_gate_cleanup(&gate);
}

static void dispatch__parameters_that_fail_mean_the_standard_queue(void **state)
{
    static const HRESULT failures[] = { E_FAIL, DISP_E_MEMBERNOTFOUND, (HRESULT)0x80004001 };
    struct work_queue_gate gate;
    size_t i;

    (void)state;
    work_queue_gate_init(&gate);
    for (i = 0; i < ARRAYSIZE(failures); ++i)
    {
        struct source *source = source_create();
        struct test_callback callback;

        callback_init(&callback);
        callback.parameters_result = failures[i];
        callback.queue = gate.queue; /* written, and not to be believed */
        callback.flags = 0xffffffff;
        assert_hr(source_begin(source, &callback, NULL), S_OK);
        source_queue(source, 1);
        callback_expect_invoked(&callback); /* while the other queue stands still */
        callback_expect_event(&callback, source, 1);
        callback_cleanup(&callback);
        source_release(source);
    }
    work_queue_gate_cleanup(&gate);
}

static void dispatch__public_queues_and_flags_all_invoke(void **state)
{
    static const struct { DWORD queue, flags; } rows[] =
    {
        { MFASYNC_CALLBACK_QUEUE_UNDEFINED, 0 },
        { MFASYNC_CALLBACK_QUEUE_STANDARD, 0 },
        { MFASYNC_CALLBACK_QUEUE_STANDARD, MFASYNC_BLOCKING_CALLBACK },
        { MFASYNC_CALLBACK_QUEUE_RT, 0 },
        { MFASYNC_CALLBACK_QUEUE_IO, 0 },
        { MFASYNC_CALLBACK_QUEUE_IO, MFASYNC_FAST_IO_PROCESSING_CALLBACK },
        { MFASYNC_CALLBACK_QUEUE_TIMER, MFASYNC_SIGNAL_CALLBACK },
        { MFASYNC_CALLBACK_QUEUE_MULTITHREADED, 0 },
        { MFASYNC_CALLBACK_QUEUE_LONG_FUNCTION, 0 },
        { MFASYNC_CALLBACK_QUEUE_LONG_FUNCTION, MFASYNC_REPLY_CALLBACK },
        /* These clash, or there is no such queue: the promise of an Invoke is kept all the same. */
        { MFASYNC_CALLBACK_QUEUE_STANDARD, MFASYNC_FAST_IO_PROCESSING_CALLBACK },
        { MFASYNC_CALLBACK_QUEUE_MULTITHREADED, MFASYNC_SIGNAL_CALLBACK },
        { 6, 0 },
        { 0x12345, 0 },
        { 0x00110000, 0 },
        { 0xffffffff, 0 },
    };
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(rows); ++i)
    {
        callback_init(&callback);
        counted_init(&tag);
        callback.queue = rows[i].queue;
        callback.flags = rows[i].flags;
        if (i & 1)
            source_queue(source, 1 + i);
        assert_hr(source_begin(source, &callback, &tag), S_OK);
        if (!(i & 1))
            source_queue(source, 1 + i);
        callback_expect_invoked(&callback);
        assert_int_not_equal(callback.thread, GetCurrentThreadId());
        callback_expect_event(&callback, source, 1 + i);
        callback_cleanup(&callback);
        assert_int_equal(callback.invoked, 1);
        counted_expect_alone(&tag);
        counted_cleanup(&tag);
    }
    source_release(source);
}

/* It goes down when its last thread has let go of the work of the test before, which is after that test's callback. */
static void expect_media_foundation_down(void)
{
    ULONGLONG start = GetTickCount64();
    DWORD queue;
    HRESULT hr;

    while ((hr = MFAllocateWorkQueue(&queue)) == S_OK && GetTickCount64() - start < PATIENCE_MS)
    {
        assert_hr(MFUnlockWorkQueue(queue), S_OK);
        Sleep(1);
    }
    assert_hr(hr, MF_E_SHUTDOWN);
}

static void dispatch__media_foundation_shut_down_by_the_application_still_invokes(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(MFShutdown(), S_OK); /* one too many: it takes away what the module had started */
    expect_media_foundation_down();
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    assert_hr(MFStartup(MF_VERSION, MFSTARTUP_LITE), S_OK);
    source_release(source);
}

static void dispatch__media_foundation_released_is_started_again(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    media_foundation_release_all();
    media_foundation_release_all();
    expect_media_foundation_down();
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    callback_cleanup(&callback);
    source_release(source);
}

/* --- slow callbacks --------------------------------------------------------------------------------------- */

static void invoke_slowly(struct test_callback *callback, IMFAsyncResult *result)
{
    HANDLE *gates = callback->context;

    (void)result;
    SetEvent(gates[0]);
    WaitForSingleObject(gates[1], INFINITE);
}

static void dispatch__slow_callback_blocks_nobody(void **state)
{
    HANDLE gates[2] = { CreateEventW(NULL, TRUE, FALSE, NULL), CreateEventW(NULL, TRUE, FALSE, NULL) };
    struct source *source = source_create();
    struct test_callback slow, quick;

    (void)state;
    callback_init(&slow);
    callback_init(&quick);
    slow.queue = MFASYNC_CALLBACK_QUEUE_LONG_FUNCTION; /* the standard queue is no place to be slow */
    slow.on_invoke = invoke_slowly;
    slow.context = gates;
    assert_hr(source_begin(source, &slow, NULL), S_OK);
    source_queue(source, 1);
    assert_signalled(gates[0]);
    /* While it runs: queue, end, begin with another callback, read, shut down. */
    source_queue(source, 2);
    source_queue(source, 3);
    callback_expect_event(&slow, source, 1);
    assert_hr(source_begin(source, &quick, NULL), S_OK);
    callback_expect_invoked(&quick);
    callback_expect_event(&quick, source, 2);
    source_expect(source, 3);
    source_shutdown(source);
    SetEvent(gates[1]);
    callback_expect_invoked(&slow);
    callback_cleanup(&slow);
    callback_cleanup(&quick);
    CloseHandle(gates[0]);
    CloseHandle(gates[1]);
    source_release(source);
}

int test_generator_dispatch(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(dispatch__queue_named_by_the_callback_is_used),
        cmocka_unit_test(dispatch__parameters_that_fail_mean_the_standard_queue),
        cmocka_unit_test(dispatch__public_queues_and_flags_all_invoke),
        cmocka_unit_test(dispatch__slow_callback_blocks_nobody),
        cmocka_unit_test(dispatch__media_foundation_shut_down_by_the_application_still_invokes),
        cmocka_unit_test(dispatch__media_foundation_released_is_started_again),
    };

    return cmocka_run_group_tests_name("dispatch of callbacks", tests, NULL, NULL);
}
