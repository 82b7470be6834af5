/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: BeginGetEvent and EndGetEvent. */
#include "event/event_fixture.h"
#include "event/test_event_generator.h"

static void begin__no_callback_is_invalid(void **state)
{
    struct source *source = source_create();
    struct counted tag;

    (void)state;
    counted_init(&tag);
    assert_hr(source_begin(source, NULL, NULL), E_INVALIDARG);
    assert_hr(source_begin(source, NULL, &tag), E_INVALIDARG);
    source_shutdown(source);
    assert_hr(source_begin(source, NULL, &tag), E_INVALIDARG);
    counted_cleanup(&tag);
    source_release(source);
}

static void begin__event_comes_later_invokes_once_elsewhere(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_int_equal(callback.invoked, 0);
    source_queue(source, 11);
    callback_expect_invoked(&callback);
    assert_int_not_equal(callback.thread, GetCurrentThreadId());
    callback_expect_event(&callback, source, 11);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    source_release(source);
}

static void begin__event_is_there_invokes_once_elsewhere(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    source_queue(source, 11);
    source_queue(source, 12);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    callback_expect_invoked(&callback);
    assert_int_not_equal(callback.thread, GetCurrentThreadId());
    callback_expect_event(&callback, source, 11);
    source_expect(source, 12);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    source_release(source);
}

static void begin__state_status_and_object_of_the_result_are_the_callers(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;
    IUnknown *unknown = NULL;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    assert_hr(IMFAsyncResult_GetState(callback.result, &unknown), S_OK);
    assert_ptr_equal(unknown, &tag.IUnknown_iface);
    IUnknown_Release(unknown);
    assert_ptr_equal(IMFAsyncResult_GetStateNoAddRef(callback.result), &tag.IUnknown_iface);
    assert_hr(IMFAsyncResult_GetStatus(callback.result), S_OK);
    assert_hr(IMFAsyncResult_GetObject(callback.result, &unknown), E_POINTER);
    /* What the caller makes of it is nothing to the generator. */
    assert_hr(IMFAsyncResult_SetStatus(callback.result, E_ABORT), S_OK);
    callback_expect_event(&callback, source, 1);
    assert_hr(IMFAsyncResult_GetStatus(callback.result), E_ABORT);
    callback_expect_alone(&callback);
    counted_expect_alone(&tag);

    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 2);
    callback_expect_invoked(&callback);
    assert_hr(IMFAsyncResult_GetState(callback.result, &unknown), E_POINTER);
    assert_null(IMFAsyncResult_GetStateNoAddRef(callback.result));
    callback_expect_event(&callback, source, 2);
    callback_cleanup(&callback);
    counted_cleanup(&tag);
    source_release(source);
}

static void begin__result_is_as_good_as_the_platforms_own(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFAsyncResult *result;
    IUnknown *unknown = (IUnknown *)(uintptr_t)1;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    assert_hr(IMFAsyncResult_QueryInterface(callback.result, &IID_IMFAsyncResult, (void **)&result), S_OK);
    assert_ptr_equal(result, callback.result);
    IMFAsyncResult_Release(result);
    assert_hr(IMFAsyncResult_QueryInterface(callback.result, &IID_IUnknown, (void **)&unknown), S_OK);
    IUnknown_Release(unknown);
    assert_hr(IMFAsyncResult_QueryInterface(callback.result, &IID_IMFMediaEvent, (void **)&unknown), E_NOINTERFACE);
    assert_null(unknown);
    assert_hr(IMFAsyncResult_QueryInterface(callback.result, &IID_IUnknown, NULL), E_POINTER);
    assert_hr(IMFAsyncResult_GetState(callback.result, NULL), E_POINTER);
    assert_hr(IMFAsyncResult_GetObject(callback.result, NULL), E_POINTER);
    callback_expect_event(&callback, source, 1);
    /* It may be handed to the platform again, and outlives the generator. */
    source_release(source);
    assert_hr(MFPutWorkItemEx(MFASYNC_CALLBACK_QUEUE_STANDARD, callback.result), S_OK);
    callback_expect_invoked(&callback);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 2);
}

/* The three ways in which a second request is one too many, with the references that they must not keep. */
static void expect_one_too_many(struct source *source, struct test_callback *pending, struct counted *tag)
{
    struct test_callback other;
    struct counted other_tag;
    LONG callback_references = pending->references.refcount;
    LONG tag_references = tag->refcount;

    callback_init(&other);
    counted_init(&other_tag);
    assert_hr(source_begin(source, pending, tag), MF_S_MULTIPLE_BEGIN);
    assert_hr(source_begin(source, pending, tag), MF_S_MULTIPLE_BEGIN);
    assert_hr(source_begin(source, pending, &other_tag), MF_E_MULTIPLE_BEGIN);
    assert_hr(source_begin(source, pending, NULL), MF_E_MULTIPLE_BEGIN);
    assert_hr(source_begin(source, &other, tag), MF_E_MULTIPLE_SUBSCRIBERS);
    assert_hr(source_begin(source, &other, NULL), MF_E_MULTIPLE_SUBSCRIBERS);
    assert_int_equal(pending->references.refcount, callback_references);
    assert_int_equal(tag->refcount, tag_references);
    callback_cleanup(&other);
    counted_cleanup(&other_tag);
}

static void begin__request_pending_is_one_too_many(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    expect_one_too_many(source, &callback, &tag);
    source_queue(source, 1);
    source_queue(source, 2);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    source_expect(source, 2);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_expect_alone(&tag);
    counted_cleanup(&tag);
    source_release(source);
}

static void hold_invoke(struct test_callback *callback, IMFAsyncResult *result)
{
    HANDLE *gates = callback->context;

    (void)result;
    SetEvent(gates[0]);
    WaitForSingleObject(gates[1], INFINITE);
}

static void begin__request_invoked_and_not_ended_is_still_pending(void **state)
{
    HANDLE gates[2] = { CreateEventW(NULL, TRUE, FALSE, NULL), CreateEventW(NULL, TRUE, FALSE, NULL) };
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    callback.on_invoke = hold_invoke;
    callback.context = gates;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_queue(source, 1);
    assert_signalled(gates[0]);
    expect_one_too_many(source, &callback, &tag);
    SetEvent(gates[1]);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_expect_alone(&tag);
    counted_cleanup(&tag);
    CloseHandle(gates[0]);
    CloseHandle(gates[1]);
    source_release(source);
}

static void begin__after_end_works_again_with_any_callback(void **state)
{
    struct source *source = source_create();
    struct test_callback callbacks[2];
    int i;

    (void)state;
    callback_init(&callbacks[0]);
    callback_init(&callbacks[1]);
    for (i = 0; i < 10; ++i)
    {
        assert_hr(source_begin(source, &callbacks[i & 1], NULL), S_OK);
        source_queue(source, 1 + i);
        callback_expect_invoked(&callbacks[i & 1]);
        callback_expect_event(&callbacks[i & 1], source, 1 + i);
    }
    callback_cleanup(&callbacks[0]);
    callback_cleanup(&callbacks[1]);
    source_release(source);
}

static void end__result_of_another_request_or_object_fails(void **state)
{
    struct source *sources[2] = { source_create(), source_create() };
    struct test_callback callbacks[2];
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;
    IMFAsyncResult *forged;
    int i;

    (void)state;
    for (i = 0; i < 2; ++i)
    {
        callback_init(&callbacks[i]);
        assert_hr(source_begin(sources[i], &callbacks[i], NULL), S_OK);
        source_queue(sources[i], 1 + i);
        callback_expect_invoked(&callbacks[i]);
    }
    assert_hr(MFCreateAsyncResult(NULL, &callbacks[0].IMFAsyncCallback_iface, NULL, &forged), S_OK);
    assert_hr(source_end(sources[0], forged, &event), E_FAIL);
    assert_null(event);
    assert_hr(source_end(sources[0], callbacks[1].result, &event), E_FAIL);
    assert_hr(source_end(sources[1], callbacks[0].result, &event), E_FAIL);
    /* Both requests are untouched. */
    callback_expect_event(&callbacks[0], sources[0], 1);
    callback_expect_event(&callbacks[1], sources[1], 2);
    IMFAsyncResult_Release(forged);
    for (i = 0; i < 2; ++i)
    {
        callback_cleanup(&callbacks[i]);
        source_release(sources[i]);
    }
}

static void end__nothing_pending_fails(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;
    IMFAsyncResult *forged;

    (void)state;
    callback_init(&callback);
    source_queue(source, 1);
    assert_hr(MFCreateAsyncResult(NULL, &callback.IMFAsyncCallback_iface, NULL, &forged), S_OK);
    assert_hr(source_end(source, forged, &event), E_FAIL);
    assert_null(event);
    IMFAsyncResult_Release(forged);
    source_expect(source, 1);
    callback_cleanup(&callback);
    source_release(source);
}

static void end__twice_fails(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFMediaEvent *event;
    IMFAsyncResult *first;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    source_queue(source, 2);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    callback_expect_end(&callback, source, E_FAIL);

    /* Also when a new request is pending. */
    first = callback.result;
    IMFAsyncResult_AddRef(first);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(source_end(source, first, &event), E_FAIL);
    callback_expect_invoked(&callback);
    assert_hr(source_end(source, first, &event), E_FAIL);
    callback_expect_event(&callback, source, 2);
    IMFAsyncResult_Release(first);
    callback_cleanup(&callback);
    source_release(source);
}

static void end__bad_arguments_are_invalid(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    assert_hr(source_end(source, callback.result, NULL), E_INVALIDARG);
    assert_hr(source_end(source, NULL, &event), E_INVALIDARG);
    assert_null(event);
    callback_expect_event(&callback, source, 1);
    source_shutdown(source);
    assert_hr(source_end(source, callback.result, NULL), E_INVALIDARG);
    assert_hr(source_end(source, NULL, &event), E_INVALIDARG);
    callback_cleanup(&callback);
    source_release(source);
}

/* --- from inside Invoke, and from elsewhere ---------------------------------------------------------------- */

struct chain
{
    struct source *source;
    MediaEventType expected;
    MediaEventType last;
    HRESULT failure; /* the first one */
    HANDLE done;
};

static void end_and_begin(struct test_callback *callback, IMFAsyncResult *result)
{
    struct chain *chain = callback->context;
    IMFMediaEvent *event = NULL;
    HRESULT hr = source_end(chain->source, result, &event);

    if (SUCCEEDED(hr) && event_type_and_release(event) != chain->expected)
        hr = E_UNEXPECTED;
    if (SUCCEEDED(hr) && chain->expected++ != chain->last)
        hr = source_begin(chain->source, callback, NULL);
    if (FAILED(hr))
        chain->failure = hr;
    if (FAILED(hr) || chain->expected > chain->last)
        SetEvent(chain->done);
}

static void end__then_begin_inside_invoke_walks_all_events(void **state)
{
    struct source *source = source_create();
    struct chain chain = { source, 1, 500, S_OK, CreateEventW(NULL, TRUE, FALSE, NULL) };
    struct test_callback callback;
    MediaEventType type;
    int i;

    (void)state;
    callback_init(&callback);
    callback.on_invoke = end_and_begin;
    callback.context = &chain;
    for (type = 1; type <= 250; ++type)
        source_queue(source, type);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    for (; type <= 500; ++type)
        source_queue(source, type);
    assert_signalled(chain.done);
    assert_hr(chain.failure, S_OK);
    for (i = 0; i < 500; ++i)
        callback_expect_invoked(&callback);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 500);
    source_expect_none(source);
    CloseHandle(chain.done);
    source_release(source);
}

struct ending
{
    struct source *source;
    IMFAsyncResult *result;
    HRESULT hr;
    MediaEventType type;
};

static void end_elsewhere(void *context)
{
    struct ending *ending = context;
    IMFMediaEvent *event;

    ending->hr = source_end(ending->source, ending->result, &event);
    ending->type = event_type_and_release(event);
}

static void end_on_another_thread(struct test_callback *callback, IMFAsyncResult *result)
{
    struct ending *ending = callback->context;

    ending->result = result;
    if (!run_elsewhere(end_elsewhere, ending))
        ending->hr = E_ABORT;
}

static void end__on_another_thread_while_invoke_runs_gives_the_event(void **state)
{
    struct source *source = source_create();
    struct ending ending = { source, NULL, E_UNEXPECTED, 0 };
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    callback.on_invoke = end_on_another_thread;
    callback.context = &ending;
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 31);
    callback_expect_invoked(&callback);
    assert_hr(ending.hr, S_OK);
    assert_int_equal(ending.type, 31);
    callback_cleanup(&callback);
    source_release(source);
}

/* --- with a reader that waits ------------------------------------------------------------------------------ */

static void begin__reader_blocked_waits_on_and_gets_what_comes_after(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct reader reader;

    (void)state;
    callback_init(&callback);
    reader_start(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    /* The first event is the request's, also while it is not ended; the second one is promised to nobody. */
    source_queue(source, 2);
    reader_join(&reader);
    assert_hr(reader.hr, S_OK);
    assert_int_equal(reader.type, 2);
    callback_expect_event(&callback, source, 1);
    source_expect_none(source);
    callback_cleanup(&callback);
    source_release(source);
}

static void begin__reader_blocked_and_request_ended_leaves_the_next_to_the_reader(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct reader reader;

    (void)state;
    callback_init(&callback);
    reader_start(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    source_queue(source, 2);
    reader_join(&reader);
    assert_hr(reader.hr, S_OK);
    assert_int_equal(reader.type, 2);
    callback_cleanup(&callback);
    source_release(source);
}

/* Lets a reader look round, at the moment when an event is in the queue and not yet given to anybody. */
static void wake_reader_and_wait(void *context)
{
    struct reader *reader = context;
    HANDLE back[2] = { reader->probe.asleep, reader->thread };

    SetEvent(reader->probe.wake);
    WaitForMultipleObjects(2, back, FALSE, INFINITE);
}

static void begin__reader_that_wakes_by_itself_leaves_the_event_to_the_request(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct reader reader;
    struct thread_probe probe = { .before_lock = wake_reader_and_wait, .context = &reader };

    (void)state;
    callback_init(&callback);
    reader_start_led(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    thread_probe_attach(&probe);
    source_queue(source, 1);
    thread_probe_attach(NULL);
    assert_null(probe.before_lock); /* it was called */
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    source_queue(source, 2);
    SetEvent(reader.probe.wake);
    reader_join(&reader);
    assert_hr(reader.hr, S_OK);
    assert_int_equal(reader.type, 2);
    callback_cleanup(&callback);
    source_release(source);
}

static void begin__reader_blocked_both_see_shutdown(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct reader reader;

    (void)state;
    callback_init(&callback);
    reader_start(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_shutdown(source);
    reader_join(&reader);
    assert_hr(reader.hr, MF_E_SHUTDOWN);
    callback_expect_invoked(&callback);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    callback_cleanup(&callback);
    source_release(source);
}

int test_generator_begin_get_event(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(begin__no_callback_is_invalid),
        cmocka_unit_test(begin__event_comes_later_invokes_once_elsewhere),
        cmocka_unit_test(begin__event_is_there_invokes_once_elsewhere),
        cmocka_unit_test(begin__state_status_and_object_of_the_result_are_the_callers),
        cmocka_unit_test(begin__result_is_as_good_as_the_platforms_own),
        cmocka_unit_test(begin__request_pending_is_one_too_many),
        cmocka_unit_test(begin__request_invoked_and_not_ended_is_still_pending),
        cmocka_unit_test(begin__after_end_works_again_with_any_callback),
        cmocka_unit_test(begin__reader_blocked_waits_on_and_gets_what_comes_after),
        cmocka_unit_test(begin__reader_blocked_and_request_ended_leaves_the_next_to_the_reader),
        cmocka_unit_test(begin__reader_that_wakes_by_itself_leaves_the_event_to_the_request),
        cmocka_unit_test(begin__reader_blocked_both_see_shutdown),
        cmocka_unit_test(end__result_of_another_request_or_object_fails),
        cmocka_unit_test(end__nothing_pending_fails),
        cmocka_unit_test(end__twice_fails),
        cmocka_unit_test(end__bad_arguments_are_invalid),
        cmocka_unit_test(end__then_begin_inside_invoke_walks_all_events),
        cmocka_unit_test(end__on_another_thread_while_invoke_runs_gives_the_event),
    };

    return cmocka_run_group_tests_name("BeginGetEvent and EndGetEvent", tests, NULL, NULL);
}
