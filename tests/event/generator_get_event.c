/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The event generator: GetEvent and QueueEvent. */
#include "event/event_fixture.h"
#include "event/test_event_generator.h"

#include "shell/event/event.h"

static void get_event__events_queued_returns_oldest_first(void **state)
{
    struct source *source = source_create();
    MediaEventType type;

    (void)state;
    for (type = 1; type <= 1000; ++type)
        source_queue(source, type);
    for (type = 1; type <= 500; ++type)
        source_expect(source, type);
    for (type = 1001; type <= 1100; ++type)
        source_queue(source, type);
    for (type = 501; type <= 1100; ++type)
        source_expect(source, type);
    source_expect_none(source);
    source_release(source);
}

static void get_event__event_queued_returns_at_once_without_the_flag_too(void **state)
{
    struct source *source = source_create();
    IMFMediaEvent *event;

    (void)state;
    source_queue(source, 7);
    assert_hr(source_get(source, 0, &event), S_OK);
    assert_int_equal(event_type_and_release(event), 7);
    source_release(source);
}

static void get_event__what_was_queued_comes_out_whole(void **state)
{
    static const GUID extended_type = { 1, 2, 3, { 4 } };
    struct source *source = source_create();
    struct counted object;
    PROPVARIANT value = { .vt = VT_UNKNOWN };
    IMFMediaEvent *event;
    MediaEventType type;
    HRESULT status;
    GUID guid;

    (void)state;
    counted_init(&object);
    value.punkVal = &object.IUnknown_iface;
    assert_hr(IMFMediaEventGenerator_QueueEvent(&source->IMFMediaEventGenerator_iface, 99, &extended_type, E_ABORT,
                                                &value), S_OK);
    assert_hr(source_get(source, 0, &event), S_OK);
    IMFMediaEvent_GetType(event, &type);
    IMFMediaEvent_GetExtendedType(event, &guid);
    IMFMediaEvent_GetStatus(event, &status);
    IMFMediaEvent_GetValue(event, &value);
    assert_int_equal(type, 99);
    assert_memory_equal(&guid, &extended_type, sizeof(guid));
    assert_hr(status, E_ABORT);
    assert_int_equal(value.vt, VT_UNKNOWN);
    assert_ptr_equal(value.punkVal, &object.IUnknown_iface);
    assert_int_equal(object.refcount, 3);
    PropVariantClear(&value);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
    counted_cleanup(&object);
    source_release(source);
}

static void get_event__empty_without_waiting_has_no_events(void **state)
{
    struct source *source = source_create();

    (void)state;
    source_expect_none(source);
    source_queue(source, 1);
    source_expect(source, 1);
    source_expect_none(source);
    source_release(source);
}

static void get_event__empty_blocks_until_an_event_comes(void **state)
{
    struct source *source = source_create();
    struct reader reader;

    (void)state;
    reader_start(&reader, source);
    source_queue(source, 21);
    reader_join(&reader);
    assert_hr(reader.hr, S_OK);
    assert_int_equal(reader.type, 21);
    source_release(source);
}

static void get_event__empty_blocks_until_shutdown(void **state)
{
    struct source *source = source_create();
    struct reader readers[3];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(readers); ++i)
        reader_start(&readers[i], source);
    source_shutdown(source);
    for (i = 0; i < ARRAYSIZE(readers); ++i)
    {
        reader_join(&readers[i]);
        assert_hr(readers[i].hr, MF_E_SHUTDOWN);
        assert_int_equal(readers[i].type, 0);
    }
    source_release(source);
}

static void get_event__two_readers_blocked_get_an_event_each(void **state)
{
    struct source *source = source_create();
    struct reader readers[2];

    (void)state;
    reader_start(&readers[0], source);
    reader_start(&readers[1], source);
    source_queue(source, 1);
    source_queue(source, 2);
    reader_join(&readers[0]);
    reader_join(&readers[1]);
    assert_hr(readers[0].hr, S_OK);
    assert_hr(readers[1].hr, S_OK);
    assert_int_equal(readers[0].type + readers[1].type, 3);
    source_expect_none(source);
    source_release(source);
}

static void get_event__bad_arguments_are_invalid(void **state)
{
    struct source *source = source_create();
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;

    (void)state;
    source_queue(source, 1);
    assert_hr(source_get(source, 0, NULL), E_INVALIDARG);
    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, NULL), E_INVALIDARG);
    assert_hr(source_get(source, 2, &event), E_INVALIDARG);
    assert_null(event);
    assert_hr(source_get(source, 0xffffffff, &event), E_INVALIDARG);
    source_expect(source, 1);
    source_shutdown(source);
    assert_hr(source_get(source, 0, NULL), E_INVALIDARG);
    assert_hr(source_get(source, 2, &event), E_INVALIDARG);
    source_release(source);
}

static void get_event__request_pending_has_multiple_subscribers(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    assert_hr(source_get(source, 0, &event), MF_E_MULTIPLE_SUBSCRIBERS);
    assert_null(event);
    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_MULTIPLE_SUBSCRIBERS);
    /* Also once it was invoked and is not ended, and whatever else is in the queue. */
    source_queue(source, 1);
    source_queue(source, 2);
    callback_expect_invoked(&callback);
    assert_hr(source_get(source, 0, &event), MF_E_MULTIPLE_SUBSCRIBERS);
    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_MULTIPLE_SUBSCRIBERS);
    callback_expect_event(&callback, source, 1);
    source_expect(source, 2);
    callback_cleanup(&callback);
    source_release(source);
}

static void queue_event__application_and_object_share_one_queue(void **state)
{
    struct source *source = source_create();
    struct counted object;
    IMFMediaEvent *event, *got;

    (void)state;
    counted_init(&object);
    assert_hr(media_event_create(2, &GUID_NULL, S_OK, NULL, &event), S_OK);
    source_queue(source, 1);
    assert_hr(event_generator_queue_new(&source->events, event), S_OK);
    source_queue(source, 3);
    assert_hr(source_queue_unknown(source, 4, S_OK, &object.IUnknown_iface), S_OK);
    source_queue(source, 5);

    source_expect(source, 1);
    assert_hr(source_get(source, 0, &got), S_OK);
    assert_ptr_equal(got, event);
    assert_int_equal(IMFMediaEvent_Release(got), 0);
    source_expect(source, 3);
    source_expect(source, 4);
    source_expect(source, 5);
    counted_cleanup(&object);
    source_release(source);
}

int test_generator_get_event(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(get_event__events_queued_returns_oldest_first),
        cmocka_unit_test(get_event__event_queued_returns_at_once_without_the_flag_too),
        cmocka_unit_test(get_event__what_was_queued_comes_out_whole),
        cmocka_unit_test(get_event__empty_without_waiting_has_no_events),
        cmocka_unit_test(get_event__empty_blocks_until_an_event_comes),
        cmocka_unit_test(get_event__empty_blocks_until_shutdown),
        cmocka_unit_test(get_event__two_readers_blocked_get_an_event_each),
        cmocka_unit_test(get_event__bad_arguments_are_invalid),
        cmocka_unit_test(get_event__request_pending_has_multiple_subscribers),
        cmocka_unit_test(queue_event__application_and_object_share_one_queue),
    };

    return cmocka_run_group_tests_name("GetEvent and QueueEvent", tests, NULL, NULL);
}
