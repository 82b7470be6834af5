/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport with servers that answer as HTTP wants it: what is asked, and what reaches the handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/transport_run.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* Sends the text that is the server's context, and ends the connection. */
static void answer_text(struct http_connection *connection)
{
    http_send_text(connection, connection->server->context);
}

/* The same, with the connection left open as a server with keep-alive does. */
static void answer_text_and_stay(struct http_connection *connection)
{
    http_send_text(connection, connection->server->context);
    http_hang(connection);
}

/* One run against one answer. */
static drm_result run_answer(struct transport_run *run, http_behaviour behaviour, const char *answer)
{
    struct http_server server;
    drm_result result;

    http_server_start(&server, "127.0.0.1", behaviour, answer);
    transport_prepare(run, &server, "/answer");
    result = transport_run(run);
    http_server_stop(&server);
    return result;
}

static void perform__body_with_length_arrives(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text_and_stay, OK "Content-Length: 5\r\n\r\nhello"), DRM_S_OK);
    assert_int_equal(run.phases, 2);
    assert_int_equal(run.head.status, 200);
    assert_true(run.head.has_length);
    assert_int_equal(run.head.length, 5);
    assert_string_equal(run.location, "");
    assert_string_equal(run.body, "hello");
}

static void perform__chunked_body_arrives_without_length(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text_and_stay, OK "Transfer-Encoding: chunked\r\n\r\n"
                             "5\r\nhello\r\n7;name=value\r\n, world\r\n0\r\n\r\n"), DRM_S_OK);
    assert_false(run.head.has_length);
    assert_string_equal(run.body, "hello, world");
}

/* Both ends of the last chunk: nothing after it may look like a cut. */
static void perform__chunked_body_of_a_closing_server_is_whole(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text, OK "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "5\r\nhello\r\n0\r\n\r\n"), DRM_S_OK);
    assert_string_equal(run.body, "hello");
}

static void answer_last_chunk_late(struct http_connection *connection)
{
    if (http_send_text(connection, OK "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n") &&
        http_pause(connection, 200))
        http_send_text(connection, "0\r\n\r\n");
}

static void perform__last_chunk_alone_is_the_end(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_last_chunk_late, NULL), DRM_S_OK);
    assert_string_equal(run.body, "hello");
}

static void perform__body_without_length_ends_with_the_connection(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text, OK "\r\nuntil the end"), DRM_S_OK);
    assert_false(run.head.has_length);
    assert_string_equal(run.body, "until the end");
}

static void perform__empty_body_begins_and_ends(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text_and_stay, OK "Content-Length: 0\r\n\r\n"), DRM_S_OK);
    assert_int_equal(run.begins, 1);
    assert_int_equal(run.pieces, 0);
    assert_true(run.head.has_length);

    assert_result(run_answer(&run, answer_text, OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), DRM_S_OK);
    assert_int_equal(run.begins, 1);
    assert_int_equal(run.pieces, 0);
}

static void perform__statuses_without_body_end_at_the_head(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_answer(&run, answer_text_and_stay, "HTTP/1.1 204 No Content\r\n\r\n"), DRM_S_OK);
    assert_int_equal(run.head.status, 204);
    assert_result(run_answer(&run, answer_text_and_stay, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"),
                  DRM_S_OK);
    assert_int_equal(run.head.status, 304);
    assert_int_equal(run.pieces, 0);
}

/* Judging a status is the engine's: every one comes up, with its body. */
static void perform__status_is_passed_up(void **state)
{
    static const unsigned int statuses[] = {201, 400, 401, 403, 404, 407, 429, 500, 503, 599};
    struct transport_run run;
    char answer[256];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(statuses); ++i)
    {
        snprintf(answer, sizeof(answer), "HTTP/1.1 %u Reason\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                 "Proxy-Authenticate: Negotiate\r\nContent-Length: 4\r\n\r\nbody", statuses[i]);
        assert_result(run_answer(&run, answer_text, answer), DRM_S_OK);
        assert_int_equal(run.head.status, statuses[i]);
        assert_string_equal(run.body, "body");
    }
}

static void perform__redirect_is_passed_up_not_followed(void **state)
{
    static const unsigned int statuses[] = {301, 302, 303, 307, 308};
    struct http_server server;
    struct transport_run run;
    char answer[256];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(statuses); ++i)
    {
        snprintf(answer, sizeof(answer), "HTTP/1.1 %u Elsewhere\r\nLocation: /there?a=%%20b#c\r\n"
                 "Content-Length: 0\r\n\r\n", statuses[i]);
        http_server_start(&server, "127.0.0.1", answer_text, answer);
        transport_prepare(&run, &server, "/here");
        assert_result(transport_run(&run), DRM_S_OK);
        assert_int_equal(run.head.status, statuses[i]);
        assert_string_equal(run.location, "/there?a=%20b#c");
        assert_int_equal(server.accepted, 1);
        http_server_stop(&server);
    }
}

static void perform__get_says_what_it_should(void **state)
{
    struct http_server server;
    struct transport_run run;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_text, OK "Set-Cookie: a=b\r\nContent-Length: 1\r\n\r\nx");
    transport_prepare(&run, &server, "/v1/a%20b?c=d%2Fe&f='g'");
    assert_result(transport_run(&run), DRM_S_OK);
    assert_non_null(strstr(server.request, "GET /v1/a%20b?c=d%2Fe&f='g' HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "User-Agent: wmdrmsdk/0.1\r\n"));
    assert_null(strstr(server.request, "Accept-Encoding"));

    /* The cookie of the first answer does not come back. */
    transport_prepare(&run, &server, "?query");
    assert_result(transport_run(&run), DRM_S_OK);
    assert_non_null(strstr(server.request, "GET /?query HTTP/1.1\r\n"));
    assert_null(strstr(server.request, "Cookie"));
    http_server_stop(&server);
}

static void perform__post_carries_its_body(void **state)
{
    static const uint8_t body[] = {'a', 0, 0xff, '\r', '\n', 'z'};
    struct http_server server;
    struct transport_run run;
    const char *sent;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_text, OK "Content-Length: 1\r\n\r\nx");
    transport_prepare(&run, &server, "/post");
    run.request.body = body;
    run.request.body_size = sizeof(body);
    run.request.content_type = "application/vnd.wmdrmsdk";
    assert_result(transport_run(&run), DRM_S_OK);
    assert_non_null(strstr(server.request, "POST /post HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "Content-Type: application/vnd.wmdrmsdk\r\n"));
    sent = strstr(server.request, "\r\n\r\n") + 4;
    assert_int_equal(server.request_size - (size_t)(sent - server.request), sizeof(body));
    assert_memory_equal(sent, body, sizeof(body));

    transport_prepare(&run, &server, "/empty");
    run.request.body = body;
    assert_result(transport_run(&run), DRM_S_OK);
    assert_non_null(strstr(server.request, "POST /empty HTTP/1.1\r\n"));
    assert_non_null(strstr(server.request, "Content-Length: 0\r\n"));

    transport_prepare(&run, &server, "/type");
    run.request.body = body;
    run.request.body_size = 1;
    run.request.content_type = "text/plain\r\nX-Other: header";
    assert_result(transport_run(&run), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(server.accepted, 2);
    http_server_stop(&server);
}

static void perform__ipv6_address_is_reached(void **state)
{
    struct http_server server;
    struct transport_run run;

    (void)state;
    http_server_start(&server, "::1", answer_text, OK "Content-Length: 3\r\n\r\nsix");
    transport_prepare(&run, &server, "/");
    assert_result(transport_run(&run), DRM_S_OK);
    assert_string_equal(run.body, "six");
    assert_non_null(strstr(server.request, "Host: [::1]:"));
    http_server_stop(&server);
}

static void perform__name_is_resolved(void **state)
{
    struct http_server server;
    struct transport_run run;
    char url[64];

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_text, OK "Content-Length: 4\r\n\r\nname");
    snprintf(url, sizeof(url), "HTTP://LocalHost:%u/", server.port);
    transport_prepare_url(&run, url);
    assert_result(transport_run(&run), DRM_S_OK);
    assert_string_equal(run.body, "name");
    http_server_stop(&server);
}

/* Bytes of every value, more than fits anywhere at once, sent in odd sizes. */
#define PATTERN_SIZE 1000003

static void fill_pattern(uint8_t *data)
{
    uint32_t value = 1;
    size_t i;

    for (i = 0; i < PATTERN_SIZE; ++i)
    {
        value = value * 1664525 + 1013904223;
        data[i] = (uint8_t)(value >> 24);
    }
}

static void answer_pattern(struct http_connection *connection)
{
    const bool chunked = connection->server->context != NULL;
    uint8_t *data = malloc(PATTERN_SIZE);
    size_t at, piece = 1, size;
    char line[64];
    bool good;

    fill_pattern(data);
    snprintf(line, sizeof(line), OK "Content-Length: %u\r\n\r\n", PATTERN_SIZE);
    good = http_send_text(connection, chunked ? OK "Transfer-Encoding: chunked\r\n\r\n" : line);
    for (at = 0; good && at < PATTERN_SIZE; at += size)
    {
        piece = piece * 3 % 70001 + 1;
        size = piece < PATTERN_SIZE - at ? piece : PATTERN_SIZE - at;
        snprintf(line, sizeof(line), "%x\r\n", (unsigned int)size);
        good = (!chunked || http_send_text(connection, line)) && http_send(connection, data + at, size) &&
               (!chunked || http_send_text(connection, "\r\n"));
    }
    if (good && chunked)
        http_send_text(connection, "0\r\n\r\n");
    free(data);
}

static void perform__large_body_arrives_unchanged(void **state)
{
    uint8_t *data = test_malloc(PATTERN_SIZE);
    const char *way[] = {NULL, "chunked"};
    struct http_server server;
    struct transport_run run;
    size_t i;

    (void)state;
    fill_pattern(data);
    for (i = 0; i < ARRAYSIZE(way); ++i)
    {
        http_server_start(&server, "127.0.0.1", answer_pattern, way[i]);
        transport_prepare(&run, &server, "/");
        assert_result(transport_run(&run), DRM_S_OK);
        assert_int_equal(run.received, PATTERN_SIZE);
        assert_int_equal(run.sum, transport_sum(0, data, PATTERN_SIZE));
        assert_true(run.largest <= 64 * 1024);
        http_server_stop(&server);
    }
    test_free(data);
}

static void perform__bad_url_is_refused_before_anything(void **state)
{
    static const char *const urls[] =
    {
        "", "/", "127.0.0.1", "ftp://127.0.0.1/", "file:///c:/", "http:", "http://", "http:///path", "http://:80/",
        "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:8x/", "http://user@127.0.0.1/",
        "http://user:password@127.0.0.1/", "http://127.0.0.1/#fragment", "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1\\@other/", "http://[::1/", "http://[127.0.0.1]/", "http://\xc3\xa4.example/",
    };
    struct transport_run run;
    char url[2200];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(urls); ++i)
    {
        transport_prepare_url(&run, urls[i]);
        assert_result(transport_run(&run), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(run.phases, 0);
    }

    /* One character more than 2048, and a host of 256. */
    memset(url, 'a', sizeof(url));
    memcpy(url, "http://127.0.0.1/", 17);
    url[2049] = 0;
    transport_prepare_url(&run, url);
    assert_result(transport_run(&run), DRM_E_HTTP_INVALID_URL);
    memset(url, 'a', sizeof(url));
    memcpy(url, "http://", 7);
    url[7 + 256] = 0;
    transport_prepare_url(&run, url);
    assert_result(transport_run(&run), DRM_E_HTTP_INVALID_URL);
}

static void perform__longest_url_is_asked(void **state)
{
    struct http_server server;
    struct transport_run run;
    size_t size;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_text, OK "Content-Length: 4\r\n\r\nlong");
    transport_prepare(&run, &server, "/");
    size = strlen(run.url);
    memset(run.url + size, 'a', 2048 - size);
    run.url[2048] = 0;
    assert_result(transport_run(&run), DRM_S_OK);
    assert_string_equal(run.body, "long");
    http_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(perform__body_with_length_arrives),
        cmocka_unit_test(perform__chunked_body_arrives_without_length),
        cmocka_unit_test(perform__chunked_body_of_a_closing_server_is_whole),
        cmocka_unit_test(perform__last_chunk_alone_is_the_end),
        cmocka_unit_test(perform__body_without_length_ends_with_the_connection),
        cmocka_unit_test(perform__empty_body_begins_and_ends),
        cmocka_unit_test(perform__statuses_without_body_end_at_the_head),
        cmocka_unit_test(perform__status_is_passed_up),
        cmocka_unit_test(perform__redirect_is_passed_up_not_followed),
        cmocka_unit_test(perform__get_says_what_it_should),
        cmocka_unit_test(perform__post_carries_its_body),
        cmocka_unit_test(perform__ipv6_address_is_reached),
        cmocka_unit_test(perform__name_is_resolved),
        cmocka_unit_test(perform__large_body_arrives_unchanged),
        cmocka_unit_test(perform__bad_url_is_refused_before_anything),
        cmocka_unit_test(perform__longest_url_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
