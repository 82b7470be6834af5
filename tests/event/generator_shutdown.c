/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: Shutdown, the last Release, and what becomes of everything that was handed in. */
#include "event/event_fixture.h"
#include "event/test_event_generator.h"
#include "event/work_queue_gate.h"

#include "shell/event/event.h"

static void shutdown__afterwards_everything_says_so(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1, *made;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);

    source_queue(source, 2); /* is lost */
    source_shutdown(source);
    source_shutdown(source);
    assert_hr(source_get(source, 0, &event), MF_E_SHUTDOWN);
    assert_null(event);
    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_SHUTDOWN);
    assert_hr(source_begin(source, &callback, &tag), MF_E_SHUTDOWN);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    assert_hr(IMFMediaEventGenerator_QueueEvent(&source->IMFMediaEventGenerator_iface, 1, &GUID_NULL, S_OK, NULL),
              MF_E_SHUTDOWN);
    /* A bad argument is seen first. */
    assert_hr(IMFMediaEventGenerator_QueueEvent(&source->IMFMediaEventGenerator_iface, 1, NULL, S_OK, NULL),
              E_INVALIDARG);
    assert_hr(source_queue_unknown(source, 1, S_OK, &tag.IUnknown_iface), MF_E_SHUTDOWN);
    assert_hr(media_event_create(1, &GUID_NULL, S_OK, NULL, &made), S_OK);
    assert_hr(event_generator_queue_new(&source->events, made), MF_E_SHUTDOWN); /* and releases it */
    source_shutdown(source);

    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_cleanup(&tag);
    source_release(source);
}

static void shutdown__queued_events_are_released(void **state)
{
    struct source *source = source_create();
    struct counted object;
    int i;

    (void)state;
    counted_init(&object);
    for (i = 0; i < 1000; ++i)
        assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    source_expect(source, 1);
    for (i = 0; i < 1000; ++i)
        assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    assert_int_equal(object.refcount, 2000);
    source_shutdown(source);
    counted_cleanup(&object);
    source_release(source);
}

static void shutdown__request_pending_is_invoked_once(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;
    IUnknown *unknown;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_shutdown(source);
    callback_expect_invoked(&callback);
    assert_int_not_equal(callback.thread, GetCurrentThreadId());
    assert_hr(IMFAsyncResult_GetState(callback.result, &unknown), S_OK);
    assert_ptr_equal(unknown, &tag.IUnknown_iface);
    IUnknown_Release(unknown);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    source_shutdown(source);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_expect_alone(&tag);
    counted_cleanup(&tag);
}

static void shutdown__request_scheduled_is_invoked_once_and_its_event_released(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted object;
    struct work_queue_gate gate;

    (void)state;
    callback_init(&callback);
    counted_init(&object);
    work_queue_gate_init(&gate);
    callback.queue = gate.queue;
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    source_shutdown(source);
    assert_int_equal(object.refcount, 1);
    assert_int_equal(callback.invoked, 0);
    work_queue_gate_open(&gate);
    callback_expect_invoked(&callback);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_cleanup(&object);
    work_queue_gate_cleanup(&gate);
}

static void shutdown__request_invoked_and_not_ended_is_not_invoked_again(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted object;

    (void)state;
    callback_init(&callback);
    counted_init(&object);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    callback_expect_invoked(&callback);
    source_shutdown(source);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    assert_int_equal(object.refcount, 1);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_cleanup(&object);
}

static void shut_down(void *context)
{
    struct source *source = context;

    event_generator_shutdown(&source->events);
}

/* The event is in the queue and whoever queued it on the way to give it to those that wait: they are told of the
 * end. */
static void shutdown__between_an_event_and_those_that_wait_ends_all(void **state)
{
    struct source *source = source_create();
    struct thread_probe probe = { .before_lock = shut_down, .context = source };
    struct test_callback callback;
    struct reader reader;

    (void)state;
    callback_init(&callback);
    reader_start(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    thread_probe_attach(&probe);
    source_queue(source, 1);
    thread_probe_attach(NULL);
    assert_null(probe.before_lock); /* it was called */
    reader_join(&reader);
    assert_hr(reader.hr, MF_E_SHUTDOWN);
    callback_expect_invoked(&callback);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
}

/* --- the last Release ------------------------------------------------------------------------------------- */

static void release__request_pending_is_let_go_uninvoked(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_release(source);
    assert_int_equal(callback.references.refcount, 1); /* at once */
    assert_int_equal(tag.refcount, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 0);
    counted_cleanup(&tag);
}

static void release__request_scheduled_is_let_go_uninvoked(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted object, tag;
    struct work_queue_gate gate;

    (void)state;
    callback_init(&callback);
    counted_init(&object);
    counted_init(&tag);
    work_queue_gate_init(&gate);
    callback.queue = gate.queue;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    source_release(source);
    assert_int_equal(object.refcount, 1);
    assert_int_equal(callback.references.refcount, 1);
    assert_int_equal(tag.refcount, 1);
    work_queue_gate_open(&gate);
    work_queue_gate_cleanup(&gate); /* the work item has run when this returns */
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 0);
    counted_cleanup(&object);
    counted_cleanup(&tag);
}

static void release__request_invoked_and_not_ended_is_let_go(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted object;

    (void)state;
    callback_init(&callback);
    counted_init(&object);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    callback_expect_invoked(&callback);
    source_release(source);
    assert_int_equal(object.refcount, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_cleanup(&object);
}

static void release__queued_events_are_released(void **state)
{
    struct source *source = source_create();
    struct counted object;
    int i;

    (void)state;
    counted_init(&object);
    for (i = 0; i < 100; ++i)
        assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    source_release(source);
    counted_cleanup(&object);
}

static void release__readers_blocked_wake_and_touch_nothing_freed(void **state)
{
    struct reader readers[3];
    size_t i;
    int round;

    (void)state;
    for (round = 0; round < 50; ++round)
    {
        struct source *source = source_create();

        for (i = 0; i < ARRAYSIZE(readers); ++i)
            reader_start(&readers[i], source);
        source_release(source);
        for (i = 0; i < ARRAYSIZE(readers); ++i)
        {
            reader_join(&readers[i]);
            assert_hr(readers[i].hr, MF_E_SHUTDOWN);
        }
    }
}

/* Takes what was freed a moment ago, whatever its size, and spoils it. */
static void spoil_freed_memory(void)
{
    enum { SMALLEST = 32, LARGEST = 512, STEP = 8, EACH = 8 };
    static void *blocks[(LARGEST - SMALLEST) / STEP * EACH];
    size_t i;

    for (i = 0; i < ARRAYSIZE(blocks); ++i)
    {
        size_t size = SMALLEST + i / EACH * STEP;

        assert_non_null((blocks[i] = malloc(size)));
        memset(blocks[i], 0xdd, size);
    }
    for (i = 0; i < ARRAYSIZE(blocks); ++i)
        free(blocks[i]);
}

static void release__reader_that_comes_back_late_touches_nothing_freed(void **state)
{
    struct source *source = source_create();
    struct reader reader;

    (void)state;
    reader_start_led(&reader, source);
    source_release(source);
    spoil_freed_memory();
    SetEvent(reader.probe.wake);
    reader_join(&reader);
    assert_hr(reader.hr, MF_E_SHUTDOWN);
}

static void abandon__object_may_still_queue_and_nobody_is_invoked(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    event_generator_abandon(&source->events);
    assert_int_equal(callback.references.refcount, 1);
    assert_hr(source_queue_unknown(source, 1, S_OK, NULL), MF_E_SHUTDOWN);
    event_generator_abandon(&source->events);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 0);
}

int test_generator_shutdown(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(shutdown__afterwards_everything_says_so),
        cmocka_unit_test(shutdown__queued_events_are_released),
        cmocka_unit_test(shutdown__request_pending_is_invoked_once),
        cmocka_unit_test(shutdown__request_scheduled_is_invoked_once_and_its_event_released),
        cmocka_unit_test(shutdown__request_invoked_and_not_ended_is_not_invoked_again),
        cmocka_unit_test(shutdown__between_an_event_and_those_that_wait_ends_all),
        cmocka_unit_test(release__request_pending_is_let_go_uninvoked),
        cmocka_unit_test(release__request_scheduled_is_let_go_uninvoked),
        cmocka_unit_test(release__request_invoked_and_not_ended_is_let_go),
        cmocka_unit_test(release__queued_events_are_released),
        cmocka_unit_test(release__readers_blocked_wake_and_touch_nothing_freed),
        cmocka_unit_test(release__reader_that_comes_back_late_touches_nothing_freed),
        cmocka_unit_test(abandon__object_may_still_queue_and_nobody_is_invoked),
    };

    return cmocka_run_group_tests_name("Shutdown and the last Release", tests, NULL, NULL);
}
