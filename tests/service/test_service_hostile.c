/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clients that mean no good, or are very slow: the service ends them, stays within its limits, and serves the others.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/connections.h"
#include "service/http_client.h"
#include "service/machine.h"
#include "service/service_process.h"

static struct sandbox sandbox;
static struct running_service service;

/* With limits that a test can reach. One thread: whoever could hold it up would hold up everybody. */
static int start(void **state)
{
    (void)state;
    sandbox_create(&sandbox, true);
    START(&service, &sandbox, "--timeout", "1", "--threads", "1", "--connections", "16");
    return 0;
}

static int stop(void **state)
{
    int exit_code = service_end(&service, SIGTERM);

    (void)state;
    sandbox_remove(&sandbox);
    return exit_code;
}

static int connect_well(void)
{
    int connection = http_connect(service.port);

    assert_true(connection >= 0);
    return connection;
}

/* The service answers somebody else. */
static void assert_serves(void)
{
    struct http_response response;

    http_exchange(service.port, "GET", "/health", NULL, 0, &response);
    http_response_free(&response);
    assert_int_equal(response.status, 200);
}

/* Sends a byte at a time until the service has enough of it; false where it never has. */
static bool drip_until_closed(int connection, char byte)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    struct pollfd other = {.fd = connection, .events = POLLIN | POLLRDHUP};
    int i;

    for (i = 0; i < PATIENCE_SECONDS * 20; ++i)
    {
        bool gone = poll(&other, 1, 0) > 0 && (other.revents & (POLLRDHUP | POLLHUP | POLLERR));

        if (gone || !http_send(connection, &byte, 1))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static void slow__idle_connection_is_closed(void **state)
{
    int connection = connect_well();

    (void)state;
    assert_true(http_wait_closed(connection));
    close(connection);
    assert_serves();
}

static void slow__dripping_head_is_cut(void **state)
{
    int connection = connect_well();

    (void)state;
    assert_true(http_send_text(connection, "POST /v1/individualize HTTP/1.1\r\nX-Slow: "));
    assert_true(drip_until_closed(connection, 'x'));
    close(connection);
    assert_serves();
}

static void slow__dripping_body_is_cut(void **state)
{
    int connection = connect_well();

    (void)state;
    assert_true(http_send_text(connection,
                               "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n"));
    assert_true(drip_until_closed(connection, 'x'));
    close(connection);
    assert_serves();
}

static void slow__body_that_never_comes_is_cut(void **state)
{
    int connection = connect_well();

    (void)state;
    assert_true(http_send_text(connection, "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"));
    assert_true(http_wait_closed(connection));
    close(connection);
    assert_serves();
}

/* A client that takes nothing of a large answer holds up nobody, though there is one thread only. */
static void slow__reader_holds_up_nobody(void **state)
{
    static const uint8_t block[65536];
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_buffer request = {0};
    struct machine machine;
    char head[256];
    FILE *component = fopen(sandbox_path(&sandbox, "component"), "wb");
    int connections[4], i;

    (void)state;
    assert_non_null(component);
    for (i = 0; i < 512; ++i) /* 32 MiB: more than the sockets' buffers take */
        assert_int_equal(fwrite(block, 1, sizeof(block), component), sizeof(block));
    assert_int_equal(fclose(component), 0);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component",
             sandbox_path(&sandbox, "component"));
    sandbox_anchor(&sandbox, anchor);
    for (i = 0; i < 4; ++i)
    {
        machine_init(&machine, anchor);
        assert_int_equal(machine_ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &request), DRM_S_OK);
        connections[i] = connect_well();
        snprintf(head, sizeof(head), "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n",
                 request.size);
        assert_true(http_send_text(connections[i], head));
        assert_true(http_send(connections[i], request.data, request.size));
        assert_int_equal(recv(connections[i], head, 1, MSG_PEEK), 1); /* it has begun */
        drm_buffer_free(&request);
    }
    assert_serves();
    machine_init(&machine, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    machine_free(&machine);
    for (i = 0; i < 4; ++i)
        close(connections[i]);
}

/* The clock that ends slow clients, alone: the overdue one is shut down, the one without limit is not. */
static void slow__deadlines_end_the_overdue_only(void **state)
{
    struct connections *connections = connections_create(1);
    struct connection *overdue, *unlimited;
    int overdue_ends[2], unlimited_ends[2];
    char byte;

    (void)state;
    assert_non_null(connections);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, overdue_ends), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, unlimited_ends), 0);
    unlimited = connections_add(connections, unlimited_ends[0]);
    connection_begin_request(unlimited, 0);
    connection_begin_answer(unlimited, CONNECTION_NO_LIMIT);
    overdue = connections_add(connections, overdue_ends[0]);
    connection_begin_request(overdue, 0);
    connection_begin_answer(overdue, 0);
    assert_false(connections_wait_idle(connections, 1));
    assert_int_equal(recv(overdue_ends[1], &byte, 1, 0), 0);
    connection_end_request(overdue);
    connection_remove(overdue);
    assert_int_equal(send(unlimited_ends[0], "x", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(recv(unlimited_ends[1], &byte, 1, 0), 1);
    connection_end_request(unlimited);
    assert_true(connections_wait_idle(connections, PATIENCE_SECONDS * 1000));
    connection_remove(unlimited);
    connections_free(connections);
    close(overdue_ends[0]);
    close(overdue_ends[1]);
    close(unlimited_ends[0]);
    close(unlimited_ends[1]);
}

static void flood__of_connections_passes(void **state)
{
    int connections[64], i;

    (void)state;
    for (i = 0; i < 64; ++i)
        connections[i] = http_connect(service.port); /* most of them wait in the queue of the socket */
    assert_serves(); /* once those before it have been idle for too long */
    for (i = 0; i < 64; ++i)
    {
        if (connections[i] >= 0)
            close(connections[i]);
    }
    assert_serves();
}

/* More than the program may have files when it starts: it asks for what its connections take. */
static void flood__of_connections_that_were_allowed_is_served(void **state)
{
    struct rlimit limit, few;
    int connections[150], i;

    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    few = limit;
    few.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    START(&service, &sandbox, "--connections", "200", "--timeout", "600");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (i = 0; i < 150; ++i)
        connections[i] = connect_well();
    assert_serves();
    for (i = 0; i < 150; ++i)
        close(connections[i]);
}

/* Gigabytes without a length: cut after the first, and nothing of it is kept. */
static void flood__of_chunks_is_cut(void **state)
{
    static char chunk[65536 + 16];
    int connection = connect_well(), i;
    size_t size = 0;

    (void)state;
    size += (size_t)sprintf(chunk, "10000\r\n");
    memset(chunk + size, 'x', 65536);
    memcpy(chunk + size + 65536, "\r\n", 2);
    assert_true(http_send_text(connection,
                               "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (i = 0; i < 16384 && http_send(connection, chunk, size + 65536 + 2); ++i)
        ;
    assert_true(i < 16384);
    close(connection);
    assert_serves();
}

static void flood__announced_is_refused_at_once(void **state)
{
    static const char *const heads[] = {
        "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000000\r\n\r\n",
        "POST /v1/individualize HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000000\r\nExpect: 100-continue\r\n\r\n",
        "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000000\r\n\r\n",
    };
    struct http_response response;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(heads); ++i)
    {
        int connection = connect_well();

        assert_true(http_send_text(connection, heads[i]));
        http_read(connection, 0, &response); /* no byte of the body was sent */
        assert_int_equal(response.status, 413);
        http_response_free(&response);
        assert_true(http_wait_closed(connection));
        close(connection);
    }
    assert_serves();
}

/* What is no HTTP at all, or HTTP that proxies and servers are known to read differently. */
static void rubbish__is_refused(void **state)
{
    static const char *const texts[] = {
        "\r\n\r\n\r\n\r\n", "GET\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00",
        "GET / HTTP/1.1\r\n\r\n",
        "POST /v1/revocation HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/revocation HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /v1/revocation HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST /v1/revocation HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /v1/revocation HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    };
    struct http_response response;
    uint64_t numbers = 7;
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT(texts) + 20; ++i)
    {
        int connection = connect_well();
        uint8_t noise[1500];

        for (j = 0; j < sizeof(noise); ++j)
            noise[j] = (uint8_t)next_number(&numbers);
        if (i < COUNT(texts))
            assert_true(http_send_text(connection, texts[i]));
        else
            (void)http_send(connection, noise, sizeof(noise));
        http_read(connection, 0, &response);
        if (response.status && (response.status < 400 || response.status > 599))
            fail_msg("text %zu was answered with %d", i, response.status);
        http_response_free(&response);
        assert_true(http_wait_closed(connection));
        close(connection);
    }
    assert_serves();
}

static void rubbish__endless_head_is_refused(void **state)
{
    static char line[1024];
    struct http_response response;
    int connection = connect_well(), i;

    (void)state;
    memset(line, 'x', sizeof(line) - 1);
    assert_true(http_send_text(connection, "GET /"));
    for (i = 0; i < 1024 && http_send_text(connection, line); ++i)
        ;
    http_read(connection, 0, &response);
    assert_true(response.status == 0 || response.status == 414 || response.status == 431);
    http_response_free(&response);
    close(connection);
    connection = connect_well();
    assert_true(http_send_text(connection, "GET / HTTP/1.1\r\nHost: h\r\n"));
    for (i = 0; i < 100000 && http_send_text(connection, "X-Many: headers\r\n"); ++i)
        ;
    assert_true(i < 100000);
    close(connection);
    assert_serves();
}

static void http__connections_are_kept_and_requests_queue(void **state)
{
    struct http_response response;
    int connection = connect_well(), i;

    (void)state;
    assert_true(http_send_text(connection, "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
                                           "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"));
    for (i = 0; i < 2; ++i)
    {
        http_read(connection, 0, &response);
        assert_int_equal(response.status, i ? 404 : 200);
        assert_true(response.complete);
        http_response_free(&response);
    }
    assert_true(http_send_text(connection, "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"));
    http_read(connection, 0, &response);
    assert_int_equal(response.status, 200);
    http_response_free(&response);
    close(connection);
}

/* A TLS 1.2 client's first message, which a server that has a certificate answers with its own. */
static void tls__speaks_tls_only(void **state)
{
    static const uint8_t hello[] = {
        0x16, 0x03, 0x01, 0x00, 0x52,                   /* a handshake record */
        0x01, 0x00, 0x00, 0x4e, 0x03, 0x03,             /* ClientHello, TLS 1.2 */
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, /* random */
        17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        0x00,                                           /* no session */
        0x00, 0x04, 0xc0, 0x2b, 0xc0, 0x2c,             /* ECDHE-ECDSA with AES-GCM */
        0x01, 0x00,                                     /* no compression */
        0x00, 0x21,                                     /* extensions: */
        0x00, 0x0a, 0x00, 0x06, 0x00, 0x04, 0x00, 0x1d, 0x00, 0x17, /* x25519, P-256 */
        0x00, 0x0b, 0x00, 0x02, 0x01, 0x00,             /* uncompressed points */
        0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03, /* ECDSA with SHA-256 */
        0xff, 0x01, 0x00, 0x01, 0x00,                   /* secure renegotiation */
        0x00, 0x17, 0x00, 0x00,                         /* extended master secret */
    };
    struct http_response response;
    uint8_t answer[6];
    int connection;

    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    START(&service, &sandbox, "--tls-certificate", WMDRM_TEST_FOLDER "/tls_certificate.pem", "--tls-key",
          WMDRM_TEST_FOLDER "/tls_key.pem", "--timeout", "1");
    connection = connect_well();
    assert_true(http_send(connection, hello, sizeof(hello)));
    assert_int_equal(recv(connection, answer, sizeof(answer), MSG_WAITALL), sizeof(answer));
    assert_int_equal(answer[0], 0x16);
    assert_int_equal(answer[1], 0x03);
    assert_int_equal(answer[5], 0x02); /* ServerHello */
    close(connection);
    http_exchange(service.port, "GET", "/health", NULL, 0, &response);
    assert_int_equal(response.status, 0); /* no word of plain HTTP */
    http_response_free(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slow__idle_connection_is_closed, start, stop),
        cmocka_unit_test_setup_teardown(slow__dripping_head_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(slow__dripping_body_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(slow__body_that_never_comes_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(slow__reader_holds_up_nobody, start, stop),
        cmocka_unit_test(slow__deadlines_end_the_overdue_only),
        cmocka_unit_test_setup_teardown(flood__of_connections_passes, start, stop),
        cmocka_unit_test_setup_teardown(flood__of_connections_that_were_allowed_is_served, start, stop),
        cmocka_unit_test_setup_teardown(flood__of_chunks_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(flood__announced_is_refused_at_once, start, stop),
        cmocka_unit_test_setup_teardown(rubbish__is_refused, start, stop),
        cmocka_unit_test_setup_teardown(rubbish__endless_head_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(http__connections_are_kept_and_requests_queue, start, stop),
        cmocka_unit_test_setup_teardown(tls__speaks_tls_only, start, stop),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service against hostile clients", tests, NULL, NULL);
}
