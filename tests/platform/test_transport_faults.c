/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport with servers that are absent, silent, slow, cut short or no servers at all, and with a cancel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platform/transport_run.h"

#define OK "HTTP/1.1 200 OK\r\n"

static void answer_text(struct http_connection *connection)
{
    http_send_text(connection, connection->server->context);
}

static void answer_text_and_hang(struct http_connection *connection)
{
    http_send_text(connection, connection->server->context);
    http_hang(connection);
}

static void answer_text_and_reset(struct http_connection *connection)
{
    /* The pause lets the client have what was sent, which a reset may take back. */
    http_send_text(connection, connection->server->context);
    http_pause(connection, 100);
    http_reset(connection);
}

/* Text, then a byte each 20 ms for ever. */
static void answer_text_and_drip(struct http_connection *connection)
{
    bool good = http_send_text(connection, connection->server->context);

    while (good)
        good = http_pause(connection, 20) && http_send(connection, "x", 1);
}

/* The same, each byte a chunk of its own. */
static void answer_chunks_and_drip(struct http_connection *connection)
{
    bool good = http_send_text(connection, OK "Transfer-Encoding: chunked\r\n\r\n");

    while (good)
        good = http_pause(connection, 20) && http_send_text(connection, "1\r\nx\r\n");
}

/* Text once and then lines of a head for ever, slowly enough not to make the machine busy. */
static void answer_endless_head(struct http_connection *connection)
{
    bool good = http_send_text(connection, connection->server->context);

    while (good)
        good = http_pause(connection, 10) && http_send_text(connection, "X-Line: and another one of them\r\n");
}

static void answer_endless_body(struct http_connection *connection)
{
    static const char data[65536];
    bool good = http_send_text(connection, connection->server->context);

    while (good)
        good = http_send(connection, data, sizeof(data));
}

/* A server and a run of it that are prepared together; the test changes what it likes, then runs. */
struct fault
{
    struct http_server server;
    struct transport_run run;
};

static struct fault fault;

static struct transport_run *prepare(http_behaviour behaviour, const char *text)
{
    http_server_start(&fault.server, "127.0.0.1", behaviour, text ? text : "");
    transport_prepare(&fault.run, &fault.server, "/");
    return &fault.run;
}

static drm_result run(void)
{
    drm_result result = transport_run(&fault.run);

    http_server_stop(&fault.server);
    return result;
}

static drm_result run_text(http_behaviour behaviour, const char *text)
{
    prepare(behaviour, text);
    return run();
}

/* --- no server, or none that speaks HTTP -------------------------------------------------------------------- */

/* A port that was free a moment ago. */
static void prepare_refusing(struct transport_run *refused)
{
    struct http_server server;

    http_server_start(&server, "127.0.0.1", answer_text, "");
    transport_prepare(refused, &server, "/");
    http_server_stop(&server);
}

static void perform__refused_connection_is_cannot_connect(void **state)
{
    struct transport_run refused;

    (void)state;
    prepare_refusing(&refused);
    assert_result(transport_run(&refused), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(refused.phases, 1);
    assert_int_equal(refused.begins, 0);
}

/* RFC 6761 keeps .invalid from ever being a name, so that this needs no network. */
static void perform__unknown_name_is_name_not_resolved(void **state)
{
    struct transport_run nobody;

    (void)state;
    transport_prepare_url(&nobody, "http://name.invalid/");
    assert_result(transport_run(&nobody), DRM_E_HTTP_NAME_NOT_RESOLVED);
    assert_int_equal(nobody.phases, 1);
}

static void perform__answer_that_is_no_http_is_invalid(void **state)
{
    static const char *const answers[] =
    {
        "", "\r\n\r\n", "garbage", "garbage\r\n\r\n", "garbage\ngarbage\ngarbage\n", "220 mail.example ESMTP\r\n",
        "HTTP/1.1 99 Low\r\n\r\n", "HTTP/1.1 600 High\r\n\r\n", "HTTP/1.1 abc Text\r\n\r\n",
        OK "Content-Length: -5\r\n\r\nhello", OK "Content-Length: five\r\n\r\nhello",
        OK "Content-Length: 5 5\r\n\r\nhello", OK "Content-Length: 0x5\r\n\r\nhello", OK "Content-Length:\r\n\r\nhello",
        OK "Content-Length: 18446744073709551616\r\n\r\nhello",
        OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        OK "Transfer-Encoding: gzip\r\n\r\nhello",
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(answers); ++i)
    {
        drm_result result = run_text(answer_text, answers[i]);

        if (result != DRM_E_HTTP_EMPTY_RESPONSE)
            print_message("answer %u\n", (unsigned int)i);
        assert_result(result, DRM_E_HTTP_EMPTY_RESPONSE);
        assert_int_equal(fault.run.begins, 0);
    }
}

/* --- silence and slowness ----------------------------------------------------------------------------------- */

static void perform__silence_before_the_head_times_out(void **state)
{
    struct transport_run *silent = prepare(answer_text_and_hang, NULL);

    (void)state;
    silent->request.timeout_ms = IMPATIENCE_MS;
    assert_result(run(), DRM_E_HTTP_TIMEOUT);
    assert_int_equal(silent->phases, 2);
    assert_int_equal(silent->begins, 0);
}

static void perform__drip_in_the_head_times_out(void **state)
{
    struct transport_run *slow = prepare(answer_text_and_drip, OK "X-Slow: ");

    (void)state;
    slow->request.timeout_ms = IMPATIENCE_MS;
    assert_result(run(), DRM_E_HTTP_TIMEOUT);
    assert_int_equal(slow->begins, 0);
}

/* Windows ends it by its limit for heads, Wine has none: then the deadline does. */
static void perform__endless_head_ends(void **state)
{
    struct transport_run *endless = prepare(answer_endless_head, OK);
    drm_result result;

    (void)state;
    endless->request.timeout_ms = IMPATIENCE_MS;
    result = run();
    assert_true(result == DRM_E_HTTP_TIMEOUT || result == DRM_E_HTTP_HEAD_TOO_LARGE);
    assert_int_equal(endless->begins, 0);
}

static void perform__silence_in_the_body_times_out(void **state)
{
    static const char *const answers[] =
    {
        OK "Content-Length: 500\r\n\r\nhello",
        OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK "Transfer-Encoding: chunked\r\n\r\n500\r\nhello",
        OK "\r\nhello",
    };
    struct transport_run *silent;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(answers); ++i)
    {
        silent = prepare(answer_text_and_hang, answers[i]);
        silent->request.stall_ms = IMPATIENCE_MS;
        assert_result(run(), DRM_E_HTTP_TIMEOUT);
        assert_int_equal(silent->begins, 1);
    }
}

/* Fifty bytes a second where a thousand in half a second are asked for. */
static void perform__drip_in_the_body_times_out(void **state)
{
    struct transport_run *slow = prepare(answer_text_and_drip, OK "Content-Length: 100000\r\n\r\n");

    (void)state;
    slow->request.stall_ms = IMPATIENCE_MS;
    slow->request.stall_bytes = 1000;
    assert_result(run(), DRM_E_HTTP_TIMEOUT);
    assert_true(slow->received > 0);

    slow = prepare(answer_chunks_and_drip, NULL);
    slow->request.stall_ms = IMPATIENCE_MS;
    slow->request.stall_bytes = 1000;
    assert_result(run(), DRM_E_HTTP_TIMEOUT);
    assert_true(slow->received > 0);
}

static void cancel_after_hundred(struct transport_run *slow)
{
    if (slow->received >= 100)
        slow->cancelled = true;
}

/* Slow, but not too slow, for longer than any one span: it goes on until this test has seen enough. */
static void perform__slow_body_within_the_rule_goes_on(void **state)
{
    struct transport_run *slow = prepare(answer_text_and_drip, OK "Content-Length: 100000\r\n\r\n");

    (void)state;
    slow->request.timeout_ms = 2 * IMPATIENCE_MS; /* is no limit to the body, which takes longer */
    slow->request.stall_ms = PATIENCE_MS;
    slow->request.stall_bytes = 1;
    slow->on_data = cancel_after_hundred;
    assert_result(run(), DRM_E_OPERATION_CANCELED);
    assert_true(slow->received >= 100);
}

/* A handler that takes longer than the rule allows the server. */
static void perform__time_of_the_handler_is_not_the_servers(void **state)
{
    struct transport_run *busy = prepare(answer_text_and_hang, OK "Content-Length: 5\r\n\r\nhello");

    (void)state;
    busy->request.stall_ms = 2 * IMPATIENCE_MS;
    busy->request.stall_bytes = 6; /* more than comes: any span that ended would be a failure */
    busy->handler_pause_ms = 3 * IMPATIENCE_MS;
    assert_result(run(), DRM_S_OK);
}

/* --- cuts --------------------------------------------------------------------------------------------------- */

static void perform__cut_before_content_length_is_a_cut(void **state)
{
    (void)state;
    assert_result(run_text(answer_text, OK "Content-Length: 6\r\n\r\nhello"), DRM_E_HTTP_CONNECTION_CUT);
    assert_string_equal(fault.run.body, "hello");
    assert_result(run_text(answer_text, OK "Content-Length: 6\r\n\r\n"), DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(fault.run.begins, 1);
    /* More than 32 bits count. */
    assert_result(run_text(answer_text, OK "Content-Length: 4294967301\r\n\r\nhello"), DRM_E_HTTP_CONNECTION_CUT);
    assert_true(fault.run.head.length == UINT64_C(4294967301));
}

static void perform__cut_before_the_last_chunk_is_a_cut(void **state)
{
    static const char *const answers[] =
    {
        OK "Transfer-Encoding: chunked\r\n\r\n",
        OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
        OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n500\r\nhello",
        OK "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(answers); ++i)
    {
        drm_result result = run_text(answer_text, answers[i]);

        if (result != DRM_E_HTTP_CONNECTION_CUT)
            print_message("answer %u\n", (unsigned int)i);
        assert_result(result, DRM_E_HTTP_CONNECTION_CUT);
        assert_int_equal(fault.run.begins, 1);
    }
}

static void perform__reset_in_the_body_is_a_cut(void **state)
{
    (void)state;
    assert_result(run_text(answer_text_and_reset, OK "Content-Length: 500\r\n\r\nhello"), DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(fault.run.begins, 1);
    assert_result(run_text(answer_text_and_reset, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
                  DRM_E_HTTP_CONNECTION_CUT);
}

/* What a server sends past its length belongs to nobody, and to no later answer. */
static void perform__bytes_past_content_length_are_not_delivered(void **state)
{
    (void)state;
    assert_result(run_text(answer_text_and_hang, OK "Content-Length: 5\r\n\r\nhello and more"), DRM_S_OK);
    assert_string_equal(fault.run.body, "hello");
    assert_result(run_text(answer_endless_body, OK "Content-Length: 100000\r\n\r\n"), DRM_S_OK);
    assert_int_equal(fault.run.received, 100000);
}

/* --- the handler and the task -------------------------------------------------------------------------------- */

static void perform__failing_begin_ends_it(void **state)
{
    struct transport_run *unwanted = prepare(answer_text_and_hang, OK "Content-Length: 5000\r\n\r\nhello");

    (void)state;
    unwanted->begin_result = DRM_E_RESPONSE_TOO_LARGE;
    assert_result(run(), DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(unwanted->pieces, 0);
}

static void perform__failing_data_ends_an_endless_body(void **state)
{
    struct transport_run *unwanted = prepare(answer_endless_body, OK "\r\n");

    (void)state;
    unwanted->data_result = DRM_E_DISK_FULL;
    assert_result(run(), DRM_E_DISK_FULL);
    assert_int_equal(unwanted->pieces, 1);
}

static void perform__cancelled_before_does_nothing(void **state)
{
    struct transport_run *cancelled = prepare(answer_text, OK "Content-Length: 5\r\n\r\nhello");

    (void)state;
    cancelled->cancel_at_start = true;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    assert_int_equal(cancelled->phases, 0);
    assert_int_equal(fault.server.accepted, 0);
    http_server_stop(&fault.server);
}

/*
 * Cancels that come while the server holds the connection and will not let go before the test stops it: perform has
 * returned meanwhile, or the test would hang. How long it took is told, not judged.
 */
static void tell_latency(const char *when, const struct transport_run *cancelled, ULONGLONG at)
{
    print_message("cancel %s: %u ms\n", when, (unsigned int)(cancelled->ended_at - at));
}

/* A listener that accepts nothing, its queue full: on Linux a further connection neither succeeds nor fails. */
static void perform__cancel_while_connecting_returns(void **state)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct transport_run cancelled;
    SOCKET listener, waiting[16];
    int size = sizeof(name);
    u_long on = 1;
    char url[64];
    WSADATA data;
    size_t i;

    (void)state;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&name, &size), 0);
    for (i = 0; i < ARRAYSIZE(waiting); ++i)
    {
        waiting[i] = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
        ioctlsocket(waiting[i], FIONBIO, &on);
        connect(waiting[i], (struct sockaddr *)&name, sizeof(name));
    }

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", ntohs(name.sin_port));
    transport_prepare_url(&cancelled, url);
    cancelled.cancel_phase = DRM_HTTP_CONNECTING;
    assert_result(transport_run(&cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("while connecting", &cancelled, cancelled.cancelled_at);

    transport_prepare_url(&cancelled, url);
    cancelled.request.timeout_ms = IMPATIENCE_MS;
    assert_result(transport_run(&cancelled), DRM_E_HTTP_TIMEOUT);
    assert_int_equal(cancelled.phases, 1);

    for (i = 0; i < ARRAYSIZE(waiting); ++i)
        closesocket(waiting[i]);
    closesocket(listener);
    WSACleanup();
}

static void perform__cancel_while_requesting_returns(void **state)
{
    struct transport_run *cancelled = prepare(answer_text_and_hang, NULL);

    (void)state;
    cancelled->cancel_phase = DRM_HTTP_REQUESTING;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("while requesting", cancelled, cancelled->cancelled_at);
    assert_int_equal(cancelled->begins, 0);
    http_server_stop(&fault.server);
}

static void perform__cancel_while_waiting_for_the_head_returns(void **state)
{
    struct transport_run *cancelled = prepare(answer_text_and_hang, OK "X-Half: ");

    (void)state;
    cancelled->cancel = fault.server.asked;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("while waiting for the head", cancelled, fault.server.asked_at);
    assert_int_equal(cancelled->begins, 0);
    http_server_stop(&fault.server);
}

static void perform__cancel_at_the_head_returns(void **state)
{
    struct transport_run *cancelled = prepare(answer_text_and_hang, OK "Content-Length: 500\r\n\r\n");

    (void)state;
    cancelled->cancel_at_begin = true;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("at the head", cancelled, cancelled->cancelled_at);
    assert_int_equal(cancelled->pieces, 0);
    http_server_stop(&fault.server);
}

static void perform__cancel_in_the_body_returns(void **state)
{
    struct transport_run *cancelled = prepare(answer_text_and_hang, OK "Content-Length: 500\r\n\r\nhello");

    (void)state;
    cancelled->cancel_at_data = true;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("in a silent body", cancelled, cancelled->cancelled_at);
    http_server_stop(&fault.server);

    cancelled = prepare(answer_chunks_and_drip, NULL);
    cancelled->cancel_at_data = true;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("in a dripping body", cancelled, cancelled->cancelled_at);
    http_server_stop(&fault.server);

    cancelled = prepare(answer_endless_body, OK "\r\n");
    cancelled->cancel_at_data = true;
    assert_result(transport_run(cancelled), DRM_E_OPERATION_CANCELED);
    tell_latency("in an endless body", cancelled, cancelled->cancelled_at);
    assert_int_equal(cancelled->pieces, 1);
    http_server_stop(&fault.server);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(perform__refused_connection_is_cannot_connect),
        cmocka_unit_test(perform__unknown_name_is_name_not_resolved),
        cmocka_unit_test(perform__answer_that_is_no_http_is_invalid),
        cmocka_unit_test(perform__silence_before_the_head_times_out),
        cmocka_unit_test(perform__drip_in_the_head_times_out),
        cmocka_unit_test(perform__endless_head_ends),
        cmocka_unit_test(perform__silence_in_the_body_times_out),
        cmocka_unit_test(perform__drip_in_the_body_times_out),
        cmocka_unit_test(perform__slow_body_within_the_rule_goes_on),
        cmocka_unit_test(perform__time_of_the_handler_is_not_the_servers),
        cmocka_unit_test(perform__cut_before_content_length_is_a_cut),
        cmocka_unit_test(perform__cut_before_the_last_chunk_is_a_cut),
        cmocka_unit_test(perform__reset_in_the_body_is_a_cut),
        cmocka_unit_test(perform__bytes_past_content_length_are_not_delivered),
        cmocka_unit_test(perform__failing_begin_ends_it),
        cmocka_unit_test(perform__failing_data_ends_an_endless_body),
        cmocka_unit_test(perform__cancelled_before_does_nothing),
        cmocka_unit_test(perform__cancel_while_connecting_returns),
        cmocka_unit_test(perform__cancel_while_requesting_returns),
        cmocka_unit_test(perform__cancel_while_waiting_for_the_head_returns),
        cmocka_unit_test(perform__cancel_at_the_head_returns),
        cmocka_unit_test(perform__cancel_in_the_body_returns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
