/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service over HTTP as machines use it: paths and statuses, individualization, refreshes, revocation, limits, many
 * at once, and the service stopped and killed.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/hex.h"
#include "service/http_client.h"
#include "service/machine.h"
#include "service/service_process.h"
#include "service/small_file.h"

static struct sandbox sandbox;
static struct running_service service;
static uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
static struct command_outcome outcome;

static int start(void **state)
{
    (void)state;
    sandbox_create(&sandbox, true);
    sandbox_anchor(&sandbox, anchor);
    START(&service, &sandbox, NULL);
    return 0;
}

static int stop(void **state)
{
    int exit_code = service.process ? service_end(&service, SIGTERM) : 0;

    (void)state;
    sandbox_remove(&sandbox);
    return exit_code; /* whatever a test did to it, the service ends cleanly */
}

static void post(const char *path, const void *body, size_t size, struct http_response *response)
{
    http_exchange(service.port, "POST", path, body, size, response);
}

static int post_status(const char *path, const void *body, size_t size)
{
    struct http_response response;

    post(path, body, size, &response);
    http_response_free(&response);
    return response.status;
}

/* Asks as a machine does and judges the answer, which lives in response. */
static void ask(struct machine *machine, enum drm_request_kind kind, struct http_response *response,
                struct drm_answer *answer)
{
    struct drm_buffer request = {0};

    assert_int_equal(machine_ask(machine, kind, &request), DRM_S_OK);
    post(kind == DRM_REQUEST_INDIVIDUALIZE ? "/v1/individualize" : "/v1/revocation", request.data, request.size,
         response);
    drm_buffer_free(&request);
    assert_int_equal(response->status, 200);
    assert_true(response->complete);
    assert_int_equal(machine_judge(machine, drm_buffer_span(&response->body), answer), DRM_S_OK);
}

/* --- paths and statuses ----------------------------------------------------------------------------------- */

static void paths__say_what_they_are(void **state)
{
    static const struct
    {
        const char *method, *path;
        int status;
        const char *body, *header, *value;
    } rows[] = {
        {"GET", "/", 200, "This is wmdrm-service", NULL, NULL},
        {"GET", "/health", 200, "ok", NULL, NULL},
        {"GET", "/health?x=y", 200, "ok", NULL, NULL},
        {"POST", "/health", 405, "this path takes GET, HEAD\n", "Allow", "GET, HEAD"},
        {"GET", "/v1/individualize", 405, "this path takes POST\n", "Allow", "POST"},
        {"PUT", "/v1/revocation", 405, "this path takes POST\n", "Allow", "POST"},
        {"GET", "/v1", 404, "there is nothing at this path", NULL, NULL},
        {"POST", "/v1/individualize/", 404, "there is nothing at this path", NULL, NULL},
        {"GET", "/../../etc/passwd", 404, "there is nothing at this path", NULL, NULL},
        {"DELETE", "/x", 404, "there is nothing at this path", NULL, NULL},
        {"POST", "/v1/individualize", 400, "the request cannot be read (0xc00d28b0)\n", NULL, NULL},
    };
    struct http_response response;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); ++i)
    {
        http_exchange(service.port, rows[i].method, rows[i].path, strcmp(rows[i].method, "POST") ? NULL : "x", 1,
                      &response);
        assert_int_equal(response.status, rows[i].status);
        assert_true(response.complete);
        assert_true(response.body.size >= strlen(rows[i].body));
        assert_memory_equal(response.body.data, rows[i].body, strlen(rows[i].body));
        assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
        assert_string_equal(http_header(&response, "Content-Type"), "text/plain; charset=utf-8");
        if (rows[i].header)
            assert_string_equal(http_header(&response, rows[i].header), rows[i].value);
        http_response_free(&response);
    }
    http_exchange(service.port, "HEAD", "/health", NULL, 0, &response);
    assert_int_equal(response.status, 200);
    assert_int_equal(response.length, 2);
    assert_int_equal(response.body.size, 0);
    http_response_free(&response);
}

static void bodies__bad_ones_are_refused(void **state)
{
    static uint8_t zeros[DRM_REQUEST_MAX_SIZE + 1];
    uint8_t foreign_anchor[DRM_SIGN_PUBLIC_SIZE] = {1};
    struct drm_buffer request = {0};
    struct machine machine, stranger;
    uint8_t *copy;

    (void)state;
    assert_int_equal(post_status("/v1/individualize", "", 0), 400);
    assert_int_equal(post_status("/v1/revocation", "", 0), 400);
    assert_int_equal(post_status("/v1/individualize", zeros, DRM_REQUEST_MAX_SIZE), 400);
    assert_int_equal(post_status("/v1/individualize", zeros, DRM_REQUEST_MAX_SIZE + 1), 413);

    machine_init(&machine, anchor);
    assert_int_equal(machine_ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &request), DRM_S_OK);
    assert_int_equal(post_status("/v1/revocation", request.data, request.size), 400); /* the other kind */
    assert_int_equal(post_status("/v1/individualize", request.data, request.size - 1), 400);
    request.data[request.size - 1] ^= 1;
    assert_int_equal(post_status("/v1/individualize", request.data, request.size), 400);
    request.data[request.size - 1] ^= 1;
    assert_int_equal(drm_buffer_extend(&request, 1, &copy), DRM_S_OK);
    *copy = 0;
    assert_int_equal(post_status("/v1/individualize", request.data, request.size), 400);
    drm_buffer_free(&request);

    /* An identity of somebody else's authority. */
    RUN_WELL("init", "--data", sandbox_path(&sandbox, "other"));
    machine_init(&stranger, foreign_anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    assert_int_equal(service_end(&service, SIGTERM), 0);
    snprintf(sandbox.data, sizeof(sandbox.data), "%s", sandbox_path(&sandbox, "other"));
    START(&service, &sandbox, NULL);
    assert_int_equal(machine_individualize(&machine, service.port), 400);
    machine_free(&machine);
    machine_free(&stranger);

    RUN(&outcome, "machines", "--data", sandbox.data, "--json");
    assert_string_equal(outcome.out, "[]\n"); /* nobody got anything */
}

/* --- machines --------------------------------------------------------------------------------------------- */

static void individualize__gives_an_identity_and_the_lists(void **state)
{
    struct http_response response;
    struct drm_answer answer;
    struct machine machine;
    char id[33], certificate[65], words[256];

    (void)state;
    machine_init(&machine, anchor);
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_string_equal(http_header(&response, "Content-Type"), "application/vnd.wmdrmsdk");
    assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
    assert_true(response.has_length);
    assert_int_equal(response.length, response.body.size);
    assert_false(answer.up_to_date);
    assert_int_equal(answer.version.major, 2);
    assert_int_equal(answer.version.minor, 10);
    assert_int_equal(answer.part_count, DRM_REVOCATION_TYPES);
    assert_int_equal(machine_install(&machine, &answer), DRM_S_OK);
    http_response_free(&response);

    hex_write(machine.id, sizeof(machine.id), id);
    hex_write(machine.certificate_id, sizeof(machine.certificate_id), certificate);
    RUN(&outcome, "machines", "--data", sandbox.data);
    snprintf(words, sizeof(words), "%s %s ", id, certificate);
    assert_int_equal(strncmp(outcome.out, words, strlen(words)), 0);
    assert_non_null(strstr(outcome.out, "Z 2.10\n"));
    RUN(&outcome, "machines", "--data", sandbox.data, "--json");
    snprintf(words, sizeof(words), "[\n  {\"machine\": \"%s\", \"certificate\": \"%s\", \"issued\": \"", id,
             certificate);
    assert_int_equal(strncmp(outcome.out, words, strlen(words)), 0);
    assert_non_null(strstr(outcome.out, "\"version\": \"2.10\", \"revoked\": false}\n]\n"));
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_non_null(strstr(outcome.out, "machines      1, with 1 certificates ever\n"));
    machine_free(&machine);
}

static void individualize__up_to_date_is_a_small_answer(void **state)
{
    struct http_response response;
    struct drm_answer answer;
    struct machine machine;

    (void)state;
    machine_init(&machine, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_true(answer.up_to_date);
    assert_int_equal(answer.part_count, 0);
    assert_true(response.body.size < 4096);
    http_response_free(&response);

    machine.forced = true;
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_false(answer.up_to_date);
    assert_int_equal(machine_install(&machine, &answer), DRM_S_OK);
    http_response_free(&response);
    machine.forced = false;

    /* A newer version while the service runs: the next one is not up to date any more. */
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11");
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_false(answer.up_to_date);
    assert_int_equal(answer.version.minor, 11);
    http_response_free(&response);
    machine_free(&machine);
}

/* 5 MB, more than any block: byte for byte what was published. */
static void individualize__component_streams(void **state)
{
    const size_t size = 5 * 1024 * 1024 + 12345;
    uint64_t numbers = 1;
    struct http_response response;
    struct drm_answer answer;
    struct machine machine;
    uint8_t *component = malloc(size), hash[DRM_SHA256_SIZE];
    size_t i;

    (void)state;
    assert_non_null(component);
    for (i = 0; i < size; ++i)
        component[i] = (uint8_t)next_number(&numbers);
    drm_sha256(component, size, hash);
    sandbox_write(&sandbox, "component", component, size);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component",
             sandbox_path(&sandbox, "component"));
    machine_init(&machine, anchor);
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_int_equal(answer.part_count, DRM_REVOCATION_TYPES + 1);
    assert_int_equal(answer.parts[DRM_REVOCATION_TYPES].kind, DRM_PART_COMPONENT);
    assert_int_equal(answer.parts[DRM_REVOCATION_TYPES].size, size);
    assert_string_equal(answer.parts[DRM_REVOCATION_TYPES].name, "component");
    assert_memory_equal(answer.parts[DRM_REVOCATION_TYPES].hash, hash, sizeof(hash));
    assert_memory_equal(response.body.data + response.body.size - size, component, size);
    assert_int_equal(machine_install(&machine, &answer), DRM_S_OK);
    http_response_free(&response);
    /* Whoever has it does not get it again. */
    machine.forced = true;
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_int_equal(answer.part_count, DRM_REVOCATION_TYPES);
    http_response_free(&response);
    machine_free(&machine);
    free(component);
}

static void individualize__policy_reaches_the_machine(void **state)
{
    struct http_response response;
    struct drm_answer answer;
    struct machine machine;

    (void)state;
    RUN_WELL("policy", "--data", sandbox.data, "--individualizations-per-day", "9", "--renewal-url", "http://r/");
    machine_init(&machine, anchor);
    ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &response, &answer);
    assert_int_equal(answer.policy.individualizations_per_day, 9);
    assert_string_equal(answer.policy.renewal_url, "http://r/");
    http_response_free(&response);
    machine_free(&machine);
}

static void individualize__known_machine_has_to_sign(void **state)
{
    struct machine machine, thief;

    (void)state;
    machine_init(&machine, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    machine_init(&thief, anchor);
    memcpy(thief.id, machine.id, sizeof(thief.id));
    assert_int_equal(machine_individualize(&thief, service.port), 403);
    machine_free(&machine);
    machine_free(&thief);
}

static void individualize__limit_is_429(void **state)
{
    struct drm_buffer request = {0};
    struct http_response response;
    struct machine machine, other;
    int i;

    (void)state;
    RUN_WELL("policy", "--data", sandbox.data, "--individualizations-per-day", "3");
    machine_init(&machine, anchor);
    machine.forced = true;
    for (i = 0; i < 3; ++i)
        assert_int_equal(machine_individualize(&machine, service.port), 200);
    assert_int_equal(machine_ask(&machine, DRM_REQUEST_INDIVIDUALIZE, &request), DRM_S_OK);
    post("/v1/individualize", request.data, request.size, &response);
    assert_int_equal(response.status, 429);
    assert_string_equal(http_header(&response, "Retry-After"), "3600");
    http_response_free(&response);
    drm_buffer_free(&request);
    machine_init(&other, anchor);
    assert_int_equal(machine_individualize(&other, service.port), 200);
    machine.forced = false; /* up to date costs nothing */
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    machine_free(&machine);
    machine_free(&other);
}

static void revocation__refresh_brings_what_is_newer(void **state)
{
    static const char id[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct http_response response;
    struct drm_answer answer;
    struct machine machine;
    size_t i;

    (void)state;
    machine_init(&machine, anchor);
    ask(&machine, DRM_REQUEST_REVOCATION, &response, &answer); /* without an identity, unsigned */
    assert_int_equal(answer.part_count, DRM_REVOCATION_TYPES);
    http_response_free(&response);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "APP", "--certificate-id", id);
    ask(&machine, DRM_REQUEST_REVOCATION, &response, &answer); /* signed; asks for everything */
    for (i = 0; i < DRM_REVOCATION_TYPES; ++i)
    {
        bool changed = i + 1 == DRM_REVOCATION_APP || i + 1 == DRM_REVOCATION_REVINFO;

        assert_int_equal(answer.list_versions[i], changed ? 2 : 1);
    }
    http_response_free(&response);
    machine_free(&machine);
}

static void revocation__revoked_machine_is_410(void **state)
{
    struct machine machine, other;
    char certificate[65];

    (void)state;
    machine_init(&machine, anchor);
    machine_init(&other, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    assert_int_equal(machine_individualize(&other, service.port), 200);
    hex_write(machine.certificate_id, sizeof(machine.certificate_id), certificate);
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "GRL", "--certificate-id", certificate);
    machine.forced = other.forced = true;
    assert_int_equal(machine_individualize(&machine, service.port), 410);
    assert_int_equal(machine_individualize(&other, service.port), 200);
    RUN(&outcome, "machines", "--data", sandbox.data);
    assert_non_null(strstr(outcome.out, " 2.10 revoked\n"));
    assert_non_null(strstr(outcome.out, " 2.10\n"));
    machine_free(&machine);
    machine_free(&other);
}

/* --- many at once ----------------------------------------------------------------------------------------- */

#define CLIENTS 8
#define ROUNDS 12

struct client
{
    pthread_t thread;
    struct machine machine;
    atomic_int good;
    int first_bad; /* status of the first that was not 200 */
};

/* Asserts nothing: this is no test's thread. */
static void *run_client(void *context)
{
    struct client *client = context;
    int i, status;

    for (i = 0; i < ROUNDS; ++i)
    {
        status = machine_individualize(&client->machine, service.port);
        if (status == 200)
            atomic_fetch_add(&client->good, 1);
        else if (!client->first_bad)
            client->first_bad = status ? status : -2;
    }
    return NULL;
}

static void clients__eight_at_once_all_get_theirs(void **state)
{
    static struct client clients[CLIENTS];
    char words[64];
    int i;

    (void)state;
    sandbox_write(&sandbox, "component", clients, sizeof(clients));
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component",
             sandbox_path(&sandbox, "component"));
    for (i = 0; i < CLIENTS; ++i)
    {
        machine_init(&clients[i].machine, anchor);
        clients[i].machine.forced = true;
        assert_int_equal(pthread_create(&clients[i].thread, NULL, run_client, &clients[i]), 0);
    }
    for (i = 0; i < CLIENTS; ++i)
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
    for (i = 0; i < CLIENTS; ++i)
    {
        assert_int_equal(clients[i].first_bad, 0);
        assert_int_equal(clients[i].good, ROUNDS);
        machine_free(&clients[i].machine);
    }
    RUN(&outcome, "status", "--data", sandbox.data);
    snprintf(words, sizeof(words), "machines      %d, with %d certificates ever\n", CLIENTS, CLIENTS * ROUNDS);
    assert_non_null(strstr(outcome.out, words));
}

/* --- ends ------------------------------------------------------------------------------------------------- */

static void ends__by_sigterm_and_sigint_cleanly(void **state)
{
    struct machine machine;
    int connection;

    (void)state;
    connection = http_connect(service.port); /* an idle one does not hold it up */
    assert_true(connection >= 0);
    assert_int_equal(service_end(&service, SIGTERM), 0);
    close(connection);
    START(&service, &sandbox, NULL);
    machine_init(&machine, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    assert_int_equal(service_end(&service, SIGINT), 0);
    assert_int_equal(http_connect(service.port), -1);
    machine_free(&machine);
}

/* Killed again and again at any moment while machines individualize: whoever got an identity is on record, and the same
 * folder serves again. */
static void ends__by_kill_and_what_was_answered_is_kept(void **state)
{
    static struct client clients[2];
    struct machine witness;
    char certificate[65];
    int round, i;

    (void)state;
    machine_init(&witness, anchor);
    for (round = 0; round < 6; ++round)
    {
        for (i = 0; i < 2; ++i)
        {
            memset(&clients[i], 0, sizeof(clients[i]));
            machine_init(&clients[i].machine, anchor);
            clients[i].machine.forced = true;
        }
        assert_int_equal(machine_individualize(&witness, service.port), 200);
        for (i = 0; i < 2; ++i)
            assert_int_equal(pthread_create(&clients[i].thread, NULL, run_client, &clients[i]), 0);
        while (atomic_load(&clients[0].good) + atomic_load(&clients[1].good) < round)
            sched_yield();
        assert_int_equal(service_end(&service, SIGKILL), -1);
        for (i = 0; i < 2; ++i)
            assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        RUN(&outcome, "machines", "--data", sandbox.data);
        assert_int_equal(outcome.exit_code, 0);
        for (i = 0; i < 2; ++i)
        {
            hex_write(clients[i].machine.certificate_id, DRM_SHA256_SIZE, certificate);
            if (clients[i].machine.chain.size)
                assert_non_null(strstr(outcome.out, certificate));
            machine_free(&clients[i].machine);
        }
        hex_write(witness.certificate_id, DRM_SHA256_SIZE, certificate);
        assert_non_null(strstr(outcome.out, certificate));
        START(&service, &sandbox, NULL);
    }
    machine_free(&witness);
}

static void ends__port_file_names_the_port(void **state)
{
    struct drm_buffer content = {0};
    const char *path = sandbox_path(&sandbox, "port");
    char words[16];

    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    START(&service, &sandbox, "--port-file", path);
    assert_int_equal(small_file_read(path, 16, &content), 0);
    snprintf(words, sizeof(words), "%u\n", service.port);
    assert_int_equal(content.size, strlen(words));
    assert_memory_equal(content.data, words, content.size);
    drm_buffer_free(&content);
    words[strcspn(words, "\n")] = 0;
    RUN(&outcome, "serve", "--data", sandbox.data, "--log", sandbox_path(&sandbox, "log2"), "--port", words);
    assert_int_equal(outcome.exit_code, 1);
    assert_non_null(strstr(outcome.err, "Address already in use; choose another --port"));
}

static void log__has_a_line_a_request(void **state)
{
    struct drm_buffer log = {0};
    struct http_response response;

    (void)state;
    http_exchange(service.port, "GET", "/health", NULL, 0, &response);
    http_response_free(&response);
    http_exchange(service.port, "GET", "/%0a%c2%9b31mred%ff", NULL, 0, &response);
    http_response_free(&response);
    assert_int_equal(service_end(&service, SIGTERM), 0);
    assert_int_equal(small_file_read(sandbox_path(&sandbox, "log"), 65536, &log), 0);
    assert_int_equal(drm_buffer_append(&log, "", 1), DRM_S_OK);
    assert_non_null(strstr((char *)log.data, "Z 127.0.0.1 GET /health 200, 2 bytes, "));
    assert_non_null(strstr((char *)log.data, "Z 127.0.0.1 GET /???31mred? 404, "));
    assert_non_null(strstr((char *)log.data, "Z stopped\n"));
    drm_buffer_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paths__say_what_they_are, start, stop),
        cmocka_unit_test_setup_teardown(bodies__bad_ones_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(individualize__gives_an_identity_and_the_lists, start, stop),
        cmocka_unit_test_setup_teardown(individualize__up_to_date_is_a_small_answer, start, stop),
        cmocka_unit_test_setup_teardown(individualize__component_streams, start, stop),
        cmocka_unit_test_setup_teardown(individualize__policy_reaches_the_machine, start, stop),
        cmocka_unit_test_setup_teardown(individualize__known_machine_has_to_sign, start, stop),
        cmocka_unit_test_setup_teardown(individualize__limit_is_429, start, stop),
        cmocka_unit_test_setup_teardown(revocation__refresh_brings_what_is_newer, start, stop),
        cmocka_unit_test_setup_teardown(revocation__revoked_machine_is_410, start, stop),
        cmocka_unit_test_setup_teardown(clients__eight_at_once_all_get_theirs, start, stop),
        cmocka_unit_test_setup_teardown(ends__by_sigterm_and_sigint_cleanly, start, stop),
        cmocka_unit_test_setup_teardown(ends__by_kill_and_what_was_answered_is_kept, start, stop),
        cmocka_unit_test_setup_teardown(ends__port_file_names_the_port, start, stop),
        cmocka_unit_test_setup_teardown(log__has_a_line_a_request, start, stop),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service over HTTP", tests, NULL, NULL);
}
