/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event generator: application code that calls back into it. Wherever the application gets control a thread of its
 * own calls into the generator and is waited for; were the generator's lock held there, it would never come back.
 */
#include "event/event_fixture.h"
#include "event/test_event_generator.h"
#include "event/work_queue_gate.h"

struct intruder
{
    struct source *source;
    LONG visits;
    LONG failures;
};

static void visit(void *context)
{
    struct intruder *intruder = context;
    IMFMediaEvent *event;

    /* Each of these takes the lock, and changes nothing that the tests look at. */
    if (source_queue_unknown(intruder->source, 50, S_OK, NULL) == E_OUTOFMEMORY)
        InterlockedIncrement(&intruder->failures);
    source_get(intruder->source, MF_EVENT_FLAG_NO_WAIT, &event);
    event_type_and_release(event);
    source_end(intruder->source, (IMFAsyncResult *)(uintptr_t)4, &event);
}

static void intrude(void *context)
{
    struct intruder *intruder = context;

    InterlockedIncrement(&intruder->visits);
    if (!run_elsewhere(visit, intruder))
        InterlockedIncrement(&intruder->failures);
}

static void expect_visited(struct intruder *intruder)
{
    assert_int_equal(intruder->failures, 0);
    assert_true(intruder->visits > 0);
    intruder->visits = 0;
}

static void reentrance__value_is_referenced_and_released_outside_the_lock(void **state)
{
    struct source *source = source_create();
    struct intruder intruder = { source, 0, 0 };
    struct counted object;

    (void)state;
    counted_init(&object);
    object.context = &intruder;
    object.on_add_ref = intrude;
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    expect_visited(&intruder);
    object.on_add_ref = NULL;
    object.on_release = intrude;
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    source_shutdown(source);
    expect_visited(&intruder);
    /* An event that is refused. */
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), MF_E_SHUTDOWN);
    expect_visited(&intruder);
    object.on_release = NULL;
    counted_cleanup(&object);
    source_release(source);
}

static void reentrance__callback_and_state_are_called_outside_the_lock(void **state)
{
    struct source *source = source_create();
    struct intruder intruder = { source, 0, 0 };
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    callback.context = &intruder;
    callback.references.context = &intruder;
    tag.context = &intruder;

    callback.on_get_parameters = intrude;
    callback.references.on_add_ref = intrude;
    tag.on_add_ref = intrude;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    expect_visited(&intruder);
    callback.on_get_parameters = NULL;
    callback.references.on_add_ref = NULL;
    tag.on_add_ref = NULL;

    source_queue(source, 50);
    callback_expect_invoked(&callback);
    callback.references.on_release = intrude;
    tag.on_release = intrude;
    callback_expect_event(&callback, source, 50);
    IMFAsyncResult_Release(callback.result); /* with it the last references, here or on the work queue's thread */
    callback.result = NULL;
    counted_expect_alone(&callback.references);
    counted_expect_alone(&tag);
    callback.references.on_release = NULL;
    tag.on_release = NULL;
    expect_visited(&intruder);

    source_shutdown(source);
    callback_cleanup(&callback);
    counted_cleanup(&tag);
    source_release(source);
}

/* Every way in which a pending request ends without EndGetEvent, or never begins. */
static void reentrance__request_given_up_is_released_outside_the_lock(void **state)
{
    struct source *source = source_create();
    struct intruder intruder = { source, 0, 0 };
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    tag.context = &intruder;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    tag.on_release = intrude;
    event_generator_abandon(&source->events);
    expect_visited(&intruder);
    tag.on_release = NULL;
    counted_cleanup(&tag);
    callback_cleanup(&callback);
    source_release(source);
}

/* --- Shutdown and the last Release from inside -------------------------------------------------------------- */

static void shut_down_from_invoke(struct test_callback *callback, IMFAsyncResult *result)
{
    (void)result;
    event_generator_shutdown(&((struct source *)callback->context)->events);
}

static void reentrance__shutdown_inside_invoke_ends_everything(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    callback.on_invoke = shut_down_from_invoke;
    callback.context = source;
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    source_release(source);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
}

struct last_user
{
    struct source *source;
    struct counted tag;
    bool tag_held; /* by the result, after the source is gone */
};

static void release_source_unended(struct test_callback *callback, IMFAsyncResult *result)
{
    struct last_user *user = callback->context;

    source_release(user->source);
    user->tag_held = user->tag.refcount > 1 && IMFAsyncResult_GetStateNoAddRef(result) == &user->tag.IUnknown_iface;
}

static void end_and_release_source(struct test_callback *callback, IMFAsyncResult *result)
{
    struct last_user *user = callback->context;
    IMFMediaEvent *event;

    source_end(user->source, result, &event);
    event_type_and_release(event);
    release_source_unended(callback, result);
}

static void reentrance__last_release_inside_invoke_is_harmless(void **state)
{
    void (*const ways[])(struct test_callback *, IMFAsyncResult *) = { end_and_release_source, release_source_unended };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(ways); ++i)
    {
        struct last_user user = { .source = source_create() };
        struct test_callback callback;

        callback_init(&callback);
        counted_init(&user.tag);
        callback.on_invoke = ways[i];
        callback.context = &user;
        source_queue(user.source, 1);
        source_queue(user.source, 2);
        assert_hr(source_begin(user.source, &callback, &user.tag), S_OK);
        callback_expect_invoked(&callback);
        assert_true(user.tag_held);
        callback_cleanup(&callback);
        assert_int_equal(callback.invoked, 1);
        counted_expect_alone(&user.tag);
        counted_cleanup(&user.tag);
    }
}

/* Gives up the source once, as an application does whose own object dies and takes everything along. */
static void release_source(void *context)
{
    struct source **slot = context;
    struct source *source = InterlockedExchangePointer((void *volatile *)slot, NULL);

    if (source)
        source_release(source);
}

static void reentrance__last_release_inside_end_get_event_is_harmless(void **state)
{
    struct source *source = source_create(), *slot = source;
    struct work_queue_gate gate;
    struct test_callback callback;
    struct counted tag;
    IMFMediaEvent *event;

    (void)state;
    work_queue_gate_init(&gate);
    work_queue_gate_open(&gate);
    callback_init(&callback);
    counted_init(&tag);
    tag.context = &slot;
    callback.queue = gate.queue;
    callback.borrows_result = true;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    work_queue_gate_cleanup(&gate);
    /* Now the request is all that holds the result, the result all that holds the state, and the state the source. */
    tag.on_release = release_source;
    assert_hr(source_end(source, callback.result, &event), S_OK);
    assert_int_equal(event_type_and_release(event), 1);
    counted_expect_alone(&tag);
    assert_null(slot);
    counted_cleanup(&tag);
    callback_cleanup(&callback);
}

static void reentrance__last_release_inside_release_of_a_value_is_harmless(void **state)
{
    struct source *source = source_create(), *slot = source;
    struct counted object;
    int i;

    (void)state;
    counted_init(&object);
    object.context = &slot;
    for (i = 0; i < 3; ++i)
        assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    object.on_release = release_source;
    source_shutdown(source); /* the first event that goes takes the object along */
    assert_null(slot);
    counted_cleanup(&object);
}

int test_generator_reentrance(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(reentrance__value_is_referenced_and_released_outside_the_lock),
        cmocka_unit_test(reentrance__callback_and_state_are_called_outside_the_lock),
        cmocka_unit_test(reentrance__request_given_up_is_released_outside_the_lock),
        cmocka_unit_test(reentrance__shutdown_inside_invoke_ends_everything),
        cmocka_unit_test(reentrance__last_release_inside_invoke_is_harmless),
        cmocka_unit_test(reentrance__last_release_inside_end_get_event_is_harmless),
        cmocka_unit_test(reentrance__last_release_inside_release_of_a_value_is_harmless),
    };

    return cmocka_run_group_tests_name("re-entrance", tests, NULL, NULL);
}
