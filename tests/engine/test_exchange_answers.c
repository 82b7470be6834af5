/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The exchange over a scripted transport: bodies and their limits, failures of the network, cancel.
 */
#include "engine/exchange_fixture.h"

static void body__empty_one_is_refused(void **state)
{
    static const struct scripted_hop with_length[] = {{0}};
    static const struct scripted_hop without_length[] = {{.no_length = true}};

    (void)state;
    assert_int_equal(exchange_run(with_length, 1, "http://h"), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_string_equal(seen.trace, "CR");
    assert_int_equal(exchange_run(without_length, 1, "http://h"), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_int_equal(seen.size, 0);
    assert_int_equal(round_trips, 0);
}

static void body__length_over_the_limit_is_refused_unread(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .length = MAX_ANSWER + 1}};
    static const struct scripted_hop huge[] = {{ANSWER, .length = UINT64_MAX}};

    (void)state;
    assert_int_equal(exchange_run(hops, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(script.requests[0].taken, 0);
    assert_string_equal(seen.trace, "CR");
    assert_int_equal(exchange_run(huge, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(script.requests[0].taken, 0);
}

static void body__exactly_the_limit_is_accepted(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .repeat = MAX_ANSWER / 10 - 1}};
    static const struct scripted_hop chunked[] = {{ANSWER, .repeat = MAX_ANSWER / 10 - 1, .no_length = true}};

    (void)state;
    assert_int_equal(exchange_run(hops, 1, "http://h"), DRM_S_OK);
    assert_int_equal(seen.size, MAX_ANSWER);
    assert_int_equal(exchange_run(chunked, 1, "http://h"), DRM_S_OK);
    assert_int_equal(seen.size, MAX_ANSWER);
}

/* Gigabytes without Content-Length: what went to the sink is never more than the limit. */
static void body__that_grows_over_the_limit_is_ended(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .repeat = UINT64_C(1) << 40, .no_length = true}};

    (void)state;
    assert_int_equal(exchange_run(hops, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(seen.size, MAX_ANSWER);
    assert_int_equal(script.requests[0].taken, MAX_ANSWER);
    assert_int_equal(round_trips, 0);
}

static void body__of_another_length_than_said_is_refused(void **state)
{
    static const struct scripted_hop shorter[] = {{ANSWER, .length = 11}};
    static const struct scripted_hop longer[] = {{ANSWER, .length = 9}};

    (void)state;
    assert_int_equal(exchange_run(shorter, 1, "http://h"), DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(round_trips, 0);
    assert_int_equal(exchange_run(longer, 1, "http://h"), DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(seen.size, 0);
    assert_int_equal(round_trips, 0);
}

static void network__failure_is_returned(void **state)
{
    static const drm_result results[] = {
        DRM_E_HTTP_TIMEOUT, DRM_E_HTTP_NAME_NOT_RESOLVED, DRM_E_HTTP_CANNOT_CONNECT, DRM_E_HTTP_CONNECTION_CUT,
        DRM_E_HTTP_TLS,
    };
    static const struct
    {
        enum scripted_point at;
        const char *trace;
    } points[] = {{SCRIPTED_AT_CONNECT, "C"}, {SCRIPTED_AT_HEAD, "CR"}, {SCRIPTED_AT_END, "CRVBD"}};
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT(results); ++i)
    {
        for (j = 0; j < COUNT(points); ++j)
        {
            const struct scripted_hop hops[] = {{ANSWER, .result = results[i], .at = points[j].at}};

            assert_int_equal(exchange_run(hops, 1, "http://h"), results[i]);
            assert_string_equal(seen.trace, points[j].trace);
            assert_int_equal(round_trips, 0);
        }
    }
}

static void network__failure_behind_a_redirect_keeps_its_round_trip(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/x"},
        {.result = DRM_E_HTTP_CANNOT_CONNECT, .at = SCRIPTED_AT_CONNECT},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(round_trips, 1);
    assert_string_equal(seen.trace, "CRC");
}

static void sink__its_failure_ends_the_exchange(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .piece = 1}};

    (void)state;
    exchange_prepare(hops, 1);
    seen.begin_result = DRM_E_DISK_FULL;
    assert_int_equal(exchange_run_prepared("http://h"), DRM_E_DISK_FULL);
    assert_string_equal(seen.trace, "CRVB");
    assert_int_equal(round_trips, 0);

    exchange_prepare(hops, 1);
    seen.data_result = DRM_E_BAD_NET_RESPONSE;
    assert_int_equal(exchange_run_prepared("http://h"), DRM_E_BAD_NET_RESPONSE);
    assert_string_equal(seen.trace, "CRVBD");
    assert_int_equal(round_trips, 0);
}

/* Every step of a run with a redirect and a body in pieces; the step after the last one is too late. */
static void cancel__works_at_every_point(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/x"},
        {ANSWER, .piece = 3},
    };
    unsigned int steps, step;

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_S_OK);
    steps = script.steps;
    assert_int_equal(steps, 3 + 3 + 1 + 4 + 1);
    for (step = 0; step < steps; ++step)
    {
        exchange_prepare(hops, 2);
        script.cancel_at_step = step;
        assert_int_equal(exchange_run_prepared("http://h"), DRM_E_OPERATION_CANCELED);
        assert_int_equal(script.steps, step + 1); /* and at once */
        assert_int_equal(round_trips, step < 3 ? 0 : 1);
    }
    exchange_prepare(hops, 2);
    script.cancel_at_step = steps;
    assert_int_equal(exchange_run_prepared("http://h"), DRM_S_OK);
}

static void cancel__before_the_start_asks_nobody(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER}};

    (void)state;
    exchange_prepare(hops, 1);
    scripted_transport_cancel(&script);
    assert_int_equal(exchange_run_prepared("http://h"), DRM_E_OPERATION_CANCELED);
    assert_int_equal(script.request_count, 0);
    assert_string_equal(seen.trace, "");
}

/* A transport that does not look at the task: the exchange itself does, at the head and at each piece. */
static drm_result perform_deaf(void *context, const struct drm_task *task, const struct drm_http_request *request,
                               const struct drm_http_handler *handler)
{
    const struct drm_http_head head = {.status = 200};
    drm_result result;
    int piece;

    (void)task;
    (void)request;
    if (!*(int *)context)
        scripted_transport_cancel(&script);
    if (DRM_FAILED(result = handler->begin(handler->context, &head)))
        return result;
    for (piece = 1; piece < 10; ++piece)
    {
        if (*(int *)context == piece)
            scripted_transport_cancel(&script);
        if (DRM_FAILED(result = handler->data(handler->context, (const uint8_t *)"x", 1)))
            return result;
    }
    return DRM_S_OK;
}

static void cancel__is_seen_whatever_the_transport_does(void **state)
{
    int cancel_at;

    (void)state;
    for (cancel_at = 0; cancel_at < 10; ++cancel_at)
    {
        struct drm_host host = {.transport = {.context = &cancel_at, .perform = perform_deaf}};
        struct drm_task task;
        const struct drm_exchange_sink sink = recorder_sink();
        const struct drm_exchange exchange = {.url = "http://h", .path = "x", .max_answer = MAX_ANSWER};

        exchange_prepare(NULL, 0);
        task = scripted_transport_task(&script);
        assert_int_equal(drm_exchange(&host, &task, &exchange, &sink, &round_trips), DRM_E_OPERATION_CANCELED);
        assert_int_equal(seen.size, cancel_at ? (size_t)cancel_at - 1 : 0);
        assert_int_equal(round_trips, 0);
    }
}

int run_exchange_answer_tests(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(body__empty_one_is_refused),
        EXCHANGE_TEST(body__length_over_the_limit_is_refused_unread),
        EXCHANGE_TEST(body__exactly_the_limit_is_accepted),
        EXCHANGE_TEST(body__that_grows_over_the_limit_is_ended),
        EXCHANGE_TEST(body__of_another_length_than_said_is_refused),
        EXCHANGE_TEST(network__failure_is_returned),
        EXCHANGE_TEST(network__failure_behind_a_redirect_keeps_its_round_trip),
        EXCHANGE_TEST(sink__its_failure_ends_the_exchange),
        EXCHANGE_TEST(cancel__works_at_every_point),
        EXCHANGE_TEST(cancel__before_the_start_asks_nobody),
        EXCHANGE_TEST(cancel__is_seen_whatever_the_transport_does),
    };

    return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
