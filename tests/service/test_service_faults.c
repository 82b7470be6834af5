/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's faults: each does what its name says, to the request that it is meant for, and no more.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/http_client.h"
#include "service/machine.h"
#include "service/service_process.h"

static struct sandbox sandbox;
static struct running_service service;
static struct machine machine;
static struct http_response response;

static void set_faults(const char *lines)
{
    sandbox_write(&sandbox, "faults", lines, strlen(lines));
}

static int start(void **state)
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];

    (void)state;
    sandbox_create(&sandbox, true);
    sandbox_anchor(&sandbox, anchor);
    START(&service, &sandbox, "--fault-file", sandbox_path(&sandbox, "faults"));
    machine_init(&machine, anchor);
    machine.forced = true;
    return machine_individualize(&machine, service.port) == 200 ? 0 : -1; /* the file need not be there */
}

static int stop(void **state)
{
    int exit_code = service_end(&service, SIGTERM);

    (void)state;
    machine_free(&machine);
    http_response_free(&response);
    sandbox_remove(&sandbox);
    return exit_code;
}

static const char *path_of(enum drm_request_kind kind)
{
    return kind == DRM_REQUEST_INDIVIDUALIZE ? "/v1/individualize" : "/v1/revocation";
}

/* Posts a good request; the answer is in response. */
static void ask_at(enum drm_request_kind kind, const char *path)
{
    struct drm_buffer request = {0};

    http_response_free(&response);
    assert_int_equal(machine_ask(&machine, kind, &request), DRM_S_OK);
    http_exchange(service.port, "POST", path, request.data, request.size, &response);
    drm_buffer_free(&request);
}

static void ask(enum drm_request_kind kind)
{
    ask_at(kind, path_of(kind));
}

static drm_result judge(void)
{
    struct drm_answer answer;

    assert_int_equal(response.status, 200);
    return machine_judge(&machine, drm_buffer_span(&response.body), &answer);
}

/* Sends a good request and leaves the answer in the connection. */
static int ask_unread(enum drm_request_kind kind)
{
    struct drm_buffer request = {0};
    int connection = http_connect(service.port);
    char head[256];

    assert_true(connection >= 0);
    assert_int_equal(machine_ask(&machine, kind, &request), DRM_S_OK);
    snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", path_of(kind),
             request.size);
    assert_true(http_send_text(connection, head));
    assert_true(http_send(connection, request.data, request.size));
    drm_buffer_free(&request);
    return connection;
}

static void content__each_wrong_answer_meets_its_check(void **state)
{
    static const struct
    {
        const char *fault;
        drm_result individualize, refresh;
    } rows[] = {
        {"wrong-signature", DRM_E_SIGNATURE_FAILURE, DRM_E_SIGNATURE_FAILURE},
        {"wrong-anchor", DRM_E_INVALID_CERTIFICATE, DRM_E_INVALID_CERTIFICATE},
        {"other-machine", DRM_E_INVALID_MACHINE, DRM_E_INVALID_MACHINE},
        {"replay", DRM_E_PARAMETERS_MISMATCHED, DRM_E_PARAMETERS_MISMATCHED},
        {"old-version", DRM_E_PACKAGE_TOO_OLD, DRM_S_OK}, /* a refresh installs no version */
        {"old-version=2.9", DRM_E_PACKAGE_TOO_OLD, DRM_S_OK},
        {"old-version=2.10", DRM_S_OK, DRM_S_OK}, /* as old as it is: signed by the true authority */
        {"old-version=2.9\nwrong-anchor", DRM_E_INVALID_CERTIFICATE, DRM_E_INVALID_CERTIFICATE},
        {"alter=-1", DRM_E_COMPONENT_INVALID, DRM_E_COMPONENT_INVALID}, /* in the last part */
        {"alter=0", DRM_E_BAD_NET_RESPONSE, DRM_E_BAD_NET_RESPONSE},    /* in the length of the head */
        {"truncate", DRM_E_BAD_NET_RESPONSE, DRM_E_BAD_NET_RESPONSE},
        {"truncate=1", DRM_E_BAD_NET_RESPONSE, DRM_E_BAD_NET_RESPONSE},
        {"truncate=999999999", DRM_E_BAD_NET_RESPONSE, DRM_E_BAD_NET_RESPONSE},
    };
    drm_result result;
    size_t i;

    (void)state;
    ask(DRM_REQUEST_REVOCATION); /* something to replay */
    for (i = 0; i < COUNT(rows); ++i)
    {
        set_faults(rows[i].fault);
        ask(DRM_REQUEST_INDIVIDUALIZE);
        assert_true(response.complete);
        if ((result = judge()) != rows[i].individualize)
            fail_msg("%s: individualization: 0x%08x", rows[i].fault, (unsigned int)result);
        ask(DRM_REQUEST_REVOCATION);
        assert_true(response.complete);
        if ((result = judge()) != rows[i].refresh)
            fail_msg("%s: refresh: 0x%08x", rows[i].fault, (unsigned int)result);
        set_faults("# none\n");
        ask(DRM_REQUEST_INDIVIDUALIZE);
        assert_int_equal(judge(), DRM_S_OK);
    }
}

static void content__altered_byte_anywhere_is_noticed(void **state)
{
    size_t size, offset;
    char fault[64];

    (void)state;
    ask(DRM_REQUEST_INDIVIDUALIZE);
    size = response.body.size;
    for (offset = 0; offset < size; offset += 61)
    {
        snprintf(fault, sizeof(fault), "alter=%zu", offset);
        set_faults(fault);
        ask(DRM_REQUEST_INDIVIDUALIZE);
        assert_int_equal(response.body.size, size);
        assert_true(DRM_FAILED(judge()));
    }
}

static void status__is_what_was_asked_for(void **state)
{
    static const int statuses[] = {200, 204, 301, 303, 400, 401, 403, 404, 407, 408, 429, 500, 502, 503, 504, 599};
    char fault[32];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(statuses); ++i)
    {
        snprintf(fault, sizeof(fault), "status=%d", statuses[i]);
        set_faults(fault);
        ask(DRM_REQUEST_INDIVIDUALIZE);
        assert_int_equal(response.status, statuses[i]);
    }
}

static void redirect__goes_where_it_says(void **state)
{
    (void)state;
    set_faults("redirect-loop");
    ask(DRM_REQUEST_REVOCATION);
    assert_int_equal(response.status, 307);
    assert_string_equal(http_header(&response, "Location"), "/v1/revocation");
    set_faults("redirect-to=http://elsewhere.example/x?y=z#f");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.status, 307);
    assert_string_equal(http_header(&response, "Location"), "http://elsewhere.example/x?y=z#f");
}

static void redirect__many_end_where_they_are_told_to(void **state)
{
    char location[64];
    int hop;

    (void)state;
    set_faults("redirect-many=3");
    snprintf(location, sizeof(location), "/v1/individualize");
    for (hop = 1; hop <= 3; ++hop)
    {
        ask_at(DRM_REQUEST_INDIVIDUALIZE, location);
        assert_int_equal(response.status, 307);
        snprintf(location, sizeof(location), "/v1/individualize?hop=%d", hop);
        assert_string_equal(http_header(&response, "Location"), location);
    }
    ask_at(DRM_REQUEST_INDIVIDUALIZE, location);
    assert_int_equal(judge(), DRM_S_OK);
    set_faults("redirect-many");
    ask_at(DRM_REQUEST_INDIVIDUALIZE, "/v1/individualize?hop=1000000");
    assert_int_equal(response.status, 307);
    assert_string_equal(http_header(&response, "Location"), "/v1/individualize?hop=1000001");
}

static void bodies__empty_and_html(void **state)
{
    (void)state;
    set_faults("empty");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.status, 200);
    assert_true(response.has_length);
    assert_int_equal(response.length, 0);
    set_faults("html");
    ask(DRM_REQUEST_REVOCATION);
    assert_string_equal(http_header(&response, "Content-Type"), "text/html");
    assert_int_equal(judge(), DRM_E_BAD_NET_RESPONSE);
    assert_memory_equal(response.body.data, "<!DOCTYPE html>", 15);
}

static void delivery__cut_ends_in_the_middle(void **state)
{
    size_t size;

    (void)state;
    ask(DRM_REQUEST_INDIVIDUALIZE);
    size = response.body.size;
    set_faults("cut=100");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.length, size);
    assert_int_equal(response.body.size, 100);
    assert_false(response.complete);
    set_faults("cut=0");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.body.size, 0);
    assert_false(response.complete);
    set_faults("cut");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.body.size, size / 2);
    assert_false(response.complete);
}

static void delivery__wrong_length_promises_more(void **state)
{
    struct drm_span body;
    struct drm_answer answer;

    (void)state;
    set_faults("wrong-length=7");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.status, 200);
    assert_false(response.complete);
    assert_int_equal(response.length, response.body.size + 7);
    body = drm_buffer_span(&response.body);
    assert_int_equal(machine_judge(&machine, body, &answer), DRM_S_OK); /* what came is right */
}

static void delivery__endless_never_ends(void **state)
{
    int connection;

    (void)state;
    set_faults("endless");
    connection = ask_unread(DRM_REQUEST_INDIVIDUALIZE);
    http_response_free(&response);
    http_read(connection, 32 * 1024 * 1024, &response);
    assert_int_equal(response.status, 200);
    assert_false(response.has_length);
    assert_false(response.complete);
    assert_int_equal(response.body.size, 32 * 1024 * 1024);
    close(connection);
    set_faults("endless=5000000000");
    connection = ask_unread(DRM_REQUEST_INDIVIDUALIZE);
    http_response_free(&response);
    http_read(connection, 1024 * 1024, &response);
    assert_int_equal(response.length, UINT64_C(5000000000));
    assert_int_equal(response.body.size, 1024 * 1024);
    close(connection);
}

/* One byte at a time: what has come when the first one has is that one. */
static void delivery__drip_sends_single_bytes(void **state)
{
    char data[64];
    int connection, i;

    (void)state;
    set_faults("drip=300");
    connection = ask_unread(DRM_REQUEST_INDIVIDUALIZE);
    http_response_free(&response);
    http_read(connection, 1, &response);
    assert_int_equal(response.status, 200);
    assert_true(response.length > 1000);
    for (i = 0; i < 3; ++i)
        assert_int_equal(recv(connection, data, sizeof(data), 0), 1);
    close(connection);
}

static void delivery__silence_lasts_until_somebody_leaves(void **state)
{
    struct pollfd readable = {.events = POLLIN};
    int connection;

    (void)state;
    set_faults("silence");
    connection = ask_unread(DRM_REQUEST_INDIVIDUALIZE);
    readable.fd = ask_unread(DRM_REQUEST_REVOCATION);
    assert_int_equal(poll(&readable, 1, 500), 0);
    close(readable.fd);
    set_faults("");
    ask(DRM_REQUEST_INDIVIDUALIZE); /* nobody else waits for them */
    assert_int_equal(judge(), DRM_S_OK);
    assert_int_equal(service_end(&service, SIGTERM), 0); /* nor does the end of the service */
    assert_true(http_wait_closed(connection));
    close(connection);
    START(&service, &sandbox, NULL);
}

static void plan__is_for_its_kind_of_request(void **state)
{
    (void)state;
    set_faults("individualize:status=503\nrevocation:status=404\n");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.status, 503);
    ask(DRM_REQUEST_REVOCATION);
    assert_int_equal(response.status, 404);
    http_response_free(&response);
    http_exchange(service.port, "GET", "/health", NULL, 0, &response); /* never that one */
    assert_int_equal(response.status, 200);
    set_faults("revocation:empty");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(judge(), DRM_S_OK);
}

static void plan__unreadable_is_500(void **state)
{
    (void)state;
    set_faults("cut=10\nwrong-signatur\n");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.status, 500);
}

static void plan__comes_from_the_command_line_too(void **state)
{
    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    START(&service, &sandbox, "--fault", "cut=10", "--fault", "individualize:alter=0", "--fault-file",
          sandbox_path(&sandbox, "faults"));
    set_faults("");
    ask(DRM_REQUEST_INDIVIDUALIZE);
    assert_int_equal(response.body.size, 10);
    assert_int_equal(response.body.data[0], 1); /* altered: the head is never that long */
    ask(DRM_REQUEST_REVOCATION);
    assert_int_equal(response.body.size, 10);
    assert_int_equal(response.body.data[0], 0);
    set_faults("status=418");
    ask(DRM_REQUEST_REVOCATION);
    assert_int_equal(response.status, 418);
}

/* A refused request is refused, whatever else is to go wrong. */
static void plan__does_not_help_bad_requests(void **state)
{
    (void)state;
    set_faults("alter=5");
    http_response_free(&response);
    http_exchange(service.port, "POST", "/v1/individualize", "x", 1, &response);
    assert_int_equal(response.status, 400);
    set_faults("other-machine");
    http_response_free(&response);
    http_exchange(service.port, "POST", "/v1/individualize", "x", 1, &response);
    assert_int_equal(response.status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(content__each_wrong_answer_meets_its_check, start, stop),
        cmocka_unit_test_setup_teardown(content__altered_byte_anywhere_is_noticed, start, stop),
        cmocka_unit_test_setup_teardown(status__is_what_was_asked_for, start, stop),
        cmocka_unit_test_setup_teardown(redirect__goes_where_it_says, start, stop),
        cmocka_unit_test_setup_teardown(redirect__many_end_where_they_are_told_to, start, stop),
        cmocka_unit_test_setup_teardown(bodies__empty_and_html, start, stop),
        cmocka_unit_test_setup_teardown(delivery__cut_ends_in_the_middle, start, stop),
        cmocka_unit_test_setup_teardown(delivery__wrong_length_promises_more, start, stop),
        cmocka_unit_test_setup_teardown(delivery__endless_never_ends, start, stop),
        cmocka_unit_test_setup_teardown(delivery__drip_sends_single_bytes, start, stop),
        cmocka_unit_test_setup_teardown(delivery__silence_lasts_until_somebody_leaves, start, stop),
        cmocka_unit_test_setup_teardown(plan__is_for_its_kind_of_request, start, stop),
        cmocka_unit_test_setup_teardown(plan__unreadable_is_500, start, stop),
        cmocka_unit_test_setup_teardown(plan__comes_from_the_command_line_too, start, stop),
        cmocka_unit_test_setup_teardown(plan__does_not_help_bad_requests, start, stop),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service faults", tests, NULL, NULL);
}
