/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The exchange over a scripted transport: redirects, statuses, limits, cancel.
 */
#include <stdio.h>

#include "engine/check.h"
#include "engine/net/exchange.h"
#include "support/scripted_transport.h"

#define ANSWER .body = (const uint8_t *)"the answer", .body_size = 10
#define MAX_ANSWER 1000

/* What came out at the top, as one line of text: "C=connecting R=requesting V=receiving B=begin D=data". */
struct recorder
{
    char trace[256];
    char urls[8][DRM_EXCHANGE_MAX_URL]; /* of each CONNECTING */
    size_t url_count;
    uint64_t total;
    uint8_t data[4 * MAX_ANSWER];
    size_t size;
    drm_result begin_result;
    drm_result data_result;
};

static void record_letter(struct recorder *recorder, char letter)
{
    size_t length = strlen(recorder->trace);

    if (length + 1 < sizeof(recorder->trace))
        recorder->trace[length] = letter;
}

static void sink_phase(void *context, enum drm_http_phase phase, const char *url)
{
    struct recorder *recorder = context;

    record_letter(recorder, phase == DRM_HTTP_CONNECTING   ? 'C'
                            : phase == DRM_HTTP_REQUESTING ? 'R'
                            : phase == DRM_HTTP_RECEIVING  ? 'V'
                                                           : '?');
    if (phase == DRM_HTTP_CONNECTING && recorder->url_count < COUNT(recorder->urls))
        snprintf(recorder->urls[recorder->url_count++], DRM_EXCHANGE_MAX_URL, "%s", url);
}

static drm_result sink_begin(void *context, uint64_t total)
{
    struct recorder *recorder = context;

    record_letter(recorder, 'B');
    recorder->total = total;
    return recorder->begin_result;
}

static drm_result sink_data(void *context, const uint8_t *data, size_t size)
{
    struct recorder *recorder = context;

    record_letter(recorder, 'D');
    if (size > sizeof(recorder->data) - recorder->size)
        return DRM_E_UNEXPECTED;
    memcpy(recorder->data + recorder->size, data, size);
    recorder->size += size;
    return recorder->data_result;
}

static struct scripted_transport script;
static struct recorder seen;
static uint32_t round_trips;
static bool for_package; /* what is asked for next */
static char logged[4096]; /* lines one after the other */

static void write_log(void *context, const char *line)
{
    (void)context;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
}

static drm_result run_prepared(const char *url)
{
    const struct drm_host host = {.transport = scripted_transport(&script), .log = {.write = write_log}};
    const struct drm_task task = scripted_transport_task(&script);
    const struct drm_exchange_sink sink = {
        .context = &seen,
        .phase = sink_phase,
        .begin = sink_begin,
        .data = sink_data,
    };
    const struct drm_exchange exchange = {
        .url = url,
        .path = "v1/individualize",
        .body = (const uint8_t *)"the request",
        .body_size = 11,
        .max_answer = MAX_ANSWER,
        .for_package = for_package,
        .timeout_ms = 30000,
    };

    return drm_exchange(&host, &task, &exchange, &sink, &round_trips);
}

static void prepare(const struct scripted_hop *hops, size_t count)
{
    scripted_transport_free(&script);
    scripted_transport_init(&script, hops, count);
    memset(&seen, 0, sizeof(seen));
    round_trips = 0;
}

static drm_result run(const struct scripted_hop *hops, size_t count, const char *url)
{
    prepare(hops, count);
    return run_prepared(url);
}

static int forget(void **state)
{
    (void)state;
    scripted_transport_free(&script);
    for_package = false;
    return 0;
}

static void exchange__posts_and_gives_the_answer(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .piece = 4}};
    const struct scripted_request *request = script.requests;

    (void)state;
    assert_int_equal(run(hops, 1, "http://h/base/"), DRM_S_OK);
    assert_string_equal(seen.trace, "CRVBDDD");
    assert_int_equal(seen.total, 10);
    assert_int_equal(seen.size, 10);
    assert_memory_equal(seen.data, "the answer", 10);
    assert_int_equal(round_trips, 1);
    assert_int_equal(script.request_count, 1);
    assert_string_equal(request->url, "http://h/base/v1/individualize");
    assert_string_equal(request->content_type, "application/vnd.wmdrmsdk");
    assert_int_equal(request->body.size, 11);
    assert_memory_equal(request->body.data, "the request", 11);
    assert_int_equal(request->timeout_ms, 30000);
    assert_int_equal(request->stall_ms, 30000);
    assert_int_equal(request->stall_bytes, DRM_EXCHANGE_STALL_BYTES);
}

static void exchange__answer_without_length_has_no_total(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .no_length = true, .piece = 5}};

    (void)state;
    assert_int_equal(run(hops, 1, "http://h"), DRM_S_OK);
    assert_string_equal(seen.trace, "CRVBDD");
    assert_int_equal(seen.total, 0);
    assert_int_equal(seen.size, 10);
    assert_int_equal(round_trips, 1);
}

static void exchange__round_trips_are_added(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER}};

    (void)state;
    prepare(hops, 1);
    round_trips = 7;
    assert_int_equal(run_prepared("http://h"), DRM_S_OK);
    assert_int_equal(round_trips, 8);
}

static void url__unusable_one_is_never_asked(void **state)
{
    static const char *const urls[] = {
        "", "h", "ftp://h/", "http://u:p@h/", "http://h/#f", "http://h/?q", "http://h:0",
    };
    static const struct scripted_hop hops[] = {{ANSWER}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(urls); ++i)
    {
        assert_int_equal(run(hops, 1, urls[i]), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(script.request_count, 0);
        assert_string_equal(seen.trace, "");
    }
}

static void redirect__posts_the_same_again(void **state)
{
    static const unsigned int statuses[] = {301, 302, 307, 308};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(statuses); ++i)
    {
        const struct scripted_hop hops[] = {
            {.status = statuses[i], .location = "https://other:444/x?y"},
            {ANSWER},
        };

        assert_int_equal(run(hops, 2, "http://h"), DRM_S_OK);
        assert_string_equal(seen.trace, "CRCRVBD");
        assert_string_equal(seen.urls[0], "http://h/v1/individualize");
        assert_string_equal(seen.urls[1], "https://other:444/x?y");
        assert_int_equal(round_trips, 2);
        assert_int_equal(script.request_count, 2);
        assert_string_equal(script.requests[1].url, "https://other:444/x?y");
        assert_string_equal(script.requests[1].content_type, "application/vnd.wmdrmsdk");
        assert_memory_equal(script.requests[1].body.data, "the request", 11);
    }
}

static void redirect__location_may_be_relative(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/moved/here"},
        {.status = 307, .location = "../there?x#fragment"},
        {.status = 307, .location = "//third"},
        {.status = 307, .location = "?q"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(run(hops, COUNT(hops), "http://h:81/a"), DRM_S_OK);
    assert_string_equal(seen.urls[1], "http://h:81/moved/here");
    assert_string_equal(seen.urls[2], "http://h:81/there?x");
    assert_string_equal(seen.urls[3], "http://third");
    assert_string_equal(seen.urls[4], "http://third?q");
    assert_int_equal(round_trips, 5);
}

static void redirect__query_is_nobodys_business(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "http://other/x?ticket=secret"},
        {ANSWER},
    };

    (void)state;
    logged[0] = 0;
    assert_int_equal(run(hops, 2, "http://h"), DRM_S_OK);
    assert_non_null(strstr(logged, "http://other/x"));
    assert_null(strstr(logged, "ticket"));
}

/* A redirect's own body, however long, is not the answer and is not even read. */
static void redirect__its_body_is_not_read(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 302, .location = "/x", ANSWER, .repeat = 1000000},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(run(hops, 2, "http://h"), DRM_S_OK);
    assert_int_equal(script.requests[0].taken, 0);
    assert_int_equal(seen.size, 10);
}

static void redirect__five_are_followed(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/1"}, {.status = 307, .location = "/2"}, {.status = 307, .location = "/3"},
        {.status = 307, .location = "/4"}, {.status = 307, .location = "/5"}, {ANSWER},
    };

    (void)state;
    assert_int_equal(run(hops, COUNT(hops), "http://h"), DRM_S_OK);
    assert_int_equal(round_trips, 6);
    assert_string_equal(script.requests[5].url, "http://h/5");
}

static void redirect__six_are_too_many(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/1"}, {.status = 307, .location = "/2"}, {.status = 307, .location = "/3"},
        {.status = 307, .location = "/4"}, {.status = 307, .location = "/5"}, {.status = 307, .location = "/6"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(run(hops, COUNT(hops), "http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, 6);
    assert_int_equal(seen.size, 0);
}

static void redirect__loop_ends(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 302, .location = "/v1/individualize"}};

    (void)state;
    prepare(hops, 1);
    script.repeat_last = true;
    assert_int_equal(run_prepared("http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, DRM_EXCHANGE_MAX_REDIRECTS + 1);
    assert_int_equal(round_trips, DRM_EXCHANGE_MAX_REDIRECTS + 1);
    assert_string_equal(seen.trace, "CRCRCRCRCRCR");
}

static void redirect__without_location_is_refused(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 302}, {ANSWER}};

    (void)state;
    assert_int_equal(run(hops, 2, "http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, 1);
    assert_int_equal(round_trips, 1);
}

static void redirect__to_what_is_no_url_is_refused(void **state)
{
    static const char *const locations[] = {
        "ftp://h/", "http://user@h/", "javascript:alert(1)", "http:x", "http://h/a b", "/a\r\nX: y", "//", "\\\\h\\x",
    };
    char too_long[DRM_EXCHANGE_MAX_URL + 1];
    size_t i;

    (void)state;
    memset(too_long, 'a', sizeof(too_long));
    too_long[0] = '/';
    too_long[sizeof(too_long) - 1] = 0;
    for (i = 0; i <= COUNT(locations); ++i)
    {
        const struct scripted_hop hops[] = {
            {.status = 307, .location = i < COUNT(locations) ? locations[i] : too_long},
            {ANSWER},
        };

        assert_int_equal(run(hops, 2, "http://h"), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(script.request_count, 1);
    }
}

static void redirect__never_leaves_https(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 307, .location = "http://h/"}, {ANSWER}};
    static const struct scripted_hop later[] = {
        {.status = 307, .location = "https://h/"},
        {.status = 307, .location = "/still"},
        {.status = 307, .location = "http://h/"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(run(hops, 2, "https://h"), DRM_E_HTTP_REDIRECT_DOWNGRADE);
    assert_int_equal(script.request_count, 1);
    assert_int_equal(run(later, COUNT(later), "http://h"), DRM_E_HTTP_REDIRECT_DOWNGRADE);
    assert_int_equal(script.request_count, 3);
}

static drm_result expected_of_status(unsigned int status)
{
    switch (status)
    {
        case 200: case 301: case 302: case 307: case 308: return DRM_S_OK;
        case 400: return DRM_E_BAD_REQUEST;
        case 404: return for_package ? DRM_E_INDIV_NO_PACKAGE : DRM_RESULT_FROM_HTTP(404);
        case 429: return DRM_E_INDIV_LIMIT;
        case 503: return DRM_E_INDIV_UNAVAILABLE;
        default: return DRM_RESULT_FROM_HTTP(status);
    }
}

/* Every status that HTTP can carry. */
static void expect_each_status(void)
{
    unsigned int status;

    for (status = 100; status <= 599; ++status)
    {
        const struct scripted_hop hops[] = {{.status = status, ANSWER, .location = "http://moved/"}, {ANSWER}};
        bool moves = status == 301 || status == 302 || status == 307 || status == 308;
        drm_result expected = expected_of_status(status), result = run(hops, 2, "http://h");

        if (result != expected)
            fail_msg("status %u: 0x%08x instead of 0x%08x", status, (unsigned int)result, (unsigned int)expected);
        assert_int_equal(round_trips, moves ? 2 : 1);
        assert_int_equal(script.request_count, moves ? 2 : 1);
        if (DRM_FAILED(expected)) /* an error page is nobody's answer */
        {
            assert_string_equal(seen.trace, "CR");
            assert_int_equal(script.requests[0].taken, 0);
        }
    }
}

static void status__each_has_one_result(void **state)
{
    (void)state;
    expect_each_status();
}

static void status__for_a_package_404_says_there_is_none(void **state)
{
    (void)state;
    for_package = true;
    expect_each_status();
}

static void body__empty_one_is_refused(void **state)
{
    static const struct scripted_hop with_length[] = {{0}};
    static const struct scripted_hop without_length[] = {{.no_length = true}};

    (void)state;
    assert_int_equal(run(with_length, 1, "http://h"), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_string_equal(seen.trace, "CR");
    assert_int_equal(run(without_length, 1, "http://h"), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_int_equal(seen.size, 0);
    assert_int_equal(round_trips, 0);
}

static void body__length_over_the_limit_is_refused_unread(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .length = MAX_ANSWER + 1}};
    static const struct scripted_hop huge[] = {{ANSWER, .length = UINT64_MAX}};

    (void)state;
    assert_int_equal(run(hops, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(script.requests[0].taken, 0);
    assert_string_equal(seen.trace, "CR");
    assert_int_equal(run(huge, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(script.requests[0].taken, 0);
}

static void body__exactly_the_limit_is_accepted(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .repeat = MAX_ANSWER / 10 - 1}};
    static const struct scripted_hop chunked[] = {{ANSWER, .repeat = MAX_ANSWER / 10 - 1, .no_length = true}};

    (void)state;
    assert_int_equal(run(hops, 1, "http://h"), DRM_S_OK);
    assert_int_equal(seen.size, MAX_ANSWER);
    assert_int_equal(run(chunked, 1, "http://h"), DRM_S_OK);
    assert_int_equal(seen.size, MAX_ANSWER);
}

/* Gigabytes without Content-Length: what went to the sink is never more than the limit. */
static void body__that_grows_over_the_limit_is_ended(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .repeat = UINT64_C(1) << 40, .no_length = true}};

    (void)state;
    assert_int_equal(run(hops, 1, "http://h"), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(seen.size, MAX_ANSWER);
    assert_int_equal(script.requests[0].taken, MAX_ANSWER);
    assert_int_equal(round_trips, 0);
}

static void body__of_another_length_than_said_is_refused(void **state)
{
    static const struct scripted_hop shorter[] = {{ANSWER, .length = 11}};
    static const struct scripted_hop longer[] = {{ANSWER, .length = 9}};

    (void)state;
    assert_int_equal(run(shorter, 1, "http://h"), DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(round_trips, 0);
    assert_int_equal(run(longer, 1, "http://h"), DRM_E_HTTP_CONNECTION_CUT);
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

            assert_int_equal(run(hops, 1, "http://h"), results[i]);
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
    assert_int_equal(run(hops, 2, "http://h"), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(round_trips, 1);
    assert_string_equal(seen.trace, "CRC");
}

static void sink__its_failure_ends_the_exchange(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .piece = 1}};

    (void)state;
    prepare(hops, 1);
    seen.begin_result = DRM_E_DISK_FULL;
    assert_int_equal(run_prepared("http://h"), DRM_E_DISK_FULL);
    assert_string_equal(seen.trace, "CRVB");
    assert_int_equal(round_trips, 0);

    prepare(hops, 1);
    seen.data_result = DRM_E_BAD_NET_RESPONSE;
    assert_int_equal(run_prepared("http://h"), DRM_E_BAD_NET_RESPONSE);
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
    assert_int_equal(run(hops, 2, "http://h"), DRM_S_OK);
    steps = script.steps;
    assert_int_equal(steps, 3 + 3 + 1 + 4 + 1);
    for (step = 0; step < steps; ++step)
    {
        prepare(hops, 2);
        script.cancel_at_step = step;
        assert_int_equal(run_prepared("http://h"), DRM_E_OPERATION_CANCELED);
        assert_int_equal(script.steps, step + 1); /* and at once */
        assert_int_equal(round_trips, step < 3 ? 0 : 1);
    }
    prepare(hops, 2);
    script.cancel_at_step = steps;
    assert_int_equal(run_prepared("http://h"), DRM_S_OK);
}

static void cancel__before_the_start_asks_nobody(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER}};

    (void)state;
    prepare(hops, 1);
    scripted_transport_cancel(&script);
    assert_int_equal(run_prepared("http://h"), DRM_E_OPERATION_CANCELED);
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
        const struct drm_exchange_sink sink = {
            .context = &seen,
            .phase = sink_phase,
            .begin = sink_begin,
            .data = sink_data,
        };
        const struct drm_exchange exchange = {.url = "http://h", .path = "x", .max_answer = MAX_ANSWER};

        prepare(NULL, 0);
        task = scripted_transport_task(&script);
        assert_int_equal(drm_exchange(&host, &task, &exchange, &sink, &round_trips), DRM_E_OPERATION_CANCELED);
        assert_int_equal(seen.size, cancel_at ? (size_t)cancel_at - 1 : 0);
        assert_int_equal(round_trips, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(exchange__posts_and_gives_the_answer, forget),
        cmocka_unit_test_teardown(exchange__answer_without_length_has_no_total, forget),
        cmocka_unit_test_teardown(exchange__round_trips_are_added, forget),
        cmocka_unit_test_teardown(url__unusable_one_is_never_asked, forget),
        cmocka_unit_test_teardown(redirect__posts_the_same_again, forget),
        cmocka_unit_test_teardown(redirect__location_may_be_relative, forget),
        cmocka_unit_test_teardown(redirect__query_is_nobodys_business, forget),
        cmocka_unit_test_teardown(redirect__its_body_is_not_read, forget),
        cmocka_unit_test_teardown(redirect__five_are_followed, forget),
        cmocka_unit_test_teardown(redirect__six_are_too_many, forget),
        cmocka_unit_test_teardown(redirect__loop_ends, forget),
        cmocka_unit_test_teardown(redirect__without_location_is_refused, forget),
        cmocka_unit_test_teardown(redirect__to_what_is_no_url_is_refused, forget),
        cmocka_unit_test_teardown(redirect__never_leaves_https, forget),
        cmocka_unit_test_teardown(status__each_has_one_result, forget),
        cmocka_unit_test_teardown(status__for_a_package_404_says_there_is_none, forget),
        cmocka_unit_test_teardown(body__empty_one_is_refused, forget),
        cmocka_unit_test_teardown(body__length_over_the_limit_is_refused_unread, forget),
        cmocka_unit_test_teardown(body__exactly_the_limit_is_accepted, forget),
        cmocka_unit_test_teardown(body__that_grows_over_the_limit_is_ended, forget),
        cmocka_unit_test_teardown(body__of_another_length_than_said_is_refused, forget),
        cmocka_unit_test_teardown(network__failure_is_returned, forget),
        cmocka_unit_test_teardown(network__failure_behind_a_redirect_keeps_its_round_trip, forget),
        cmocka_unit_test_teardown(sink__its_failure_ends_the_exchange, forget),
        cmocka_unit_test_teardown(cancel__works_at_every_point, forget),
        cmocka_unit_test_teardown(cancel__before_the_start_asks_nobody, forget),
        cmocka_unit_test_teardown(cancel__is_seen_whatever_the_transport_does, forget),
    };

    return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
