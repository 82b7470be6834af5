/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's faults in responses with licences: each does what its name says, and meets the check that a client has
 * for it.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/http_client.h"
#include "service/licensing.h"

static struct sandbox sandbox;
static struct running_service service;
static struct machine machine;
static struct http_response response;
static struct licensing licensing;
static struct key_id_text film;

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
    film = ADD_CONTENT(&sandbox, NULL);
    START(&service, &sandbox, "--fault-file", sandbox_path(&sandbox, "faults"));
    machine_init(&machine, anchor);
    return machine_individualize(&machine, service.port) == 200 ? 0 : -1;
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

static void ask_with(bool nonsilent, const char *path)
{
    struct drm_buffer form = {0};

    licensing_form(&licensing, &machine, film.text, 0, nonsilent, &form);
    http_response_free(&response);
    http_exchange(service.port, "POST", path, form.data, form.size, &response);
    drm_buffer_free(&form);
}

static void ask(void)
{
    ask_with(false, "/v1/license");
}

static drm_result judge(void)
{
    size_t count;

    assert_int_equal(response.status, 200);
    return licensing_judge(&licensing, drm_buffer_span(&response.body), &count);
}

static void license__each_wrong_response_meets_its_check(void **state)
{
    static const struct
    {
        const char *fault;
        drm_result result;
    } rows[] = {
        {"license:wrong-signature", DRM_E_SIGNATURE_FAILURE},
        {"license:wrong-anchor", DRM_E_INVALID_CERTIFICATE},
        {"license:other-machine", DRM_E_INVALID_MACHINE},
        {"license:replay", DRM_E_PARAMETERS_MISMATCHED},
        {"license:truncate", DRM_E_LICENSE_INVALID_XML},
        {"license:truncate=1", DRM_E_LICENSE_INVALID_XML},
        {"license:html", DRM_E_LICENSE_INVALID_XML},
        {"license:alter=0", DRM_E_LICENSE_INVALID_XML},
        {"license:old-version", DRM_S_OK}, /* a response has none that a client would compare */
        {"individualize:html\nrevocation:html", DRM_S_OK},
    };
    drm_result result;

    (void)state;
    ask(); /* something to replay */
    for (size_t i = 0; i < COUNT(rows); ++i)
    {
        set_faults(rows[i].fault);
        ask();
        assert_true(response.complete);
        if ((result = judge()) != rows[i].result)
            fail_msg("%s: 0x%08x", rows[i].fault, (unsigned int)result);
        set_faults("");
        ask();
        assert_int_equal(judge(), DRM_S_OK);
        assert_int_equal(machine_individualize(&machine, service.port), 200);
    }
}

static void license__altered_byte_anywhere_is_noticed(void **state)
{
    char fault[64];
    size_t size;

    (void)state;
    ask();
    size = response.body.size;
    for (size_t offset = 0; offset < size; offset += 37)
    {
        snprintf(fault, sizeof(fault), "license:alter=%zu", offset);
        set_faults(fault);
        ask();
        assert_int_equal(response.body.size, size);
        assert_true(DRM_FAILED(judge()));
    }
}

static void license__badly_sent(void **state)
{
    size_t size;

    (void)state;
    ask();
    size = response.body.size;
    set_faults("license:cut=100");
    ask();
    assert_int_equal(response.length, size);
    assert_int_equal(response.body.size, 100);
    assert_false(response.complete);
    set_faults("license:wrong-length=7");
    ask();
    assert_false(response.complete);
    assert_int_equal(response.length, size + 7);
    assert_string_equal(http_header(&response, "Content-Type"), "text/xml; charset=utf-8");
    set_faults("license:status=503");
    ask();
    assert_int_equal(response.status, 503);
    set_faults("license:empty");
    ask();
    assert_int_equal(response.length, 0);
    set_faults("license:redirect-many=1");
    ask_with(false, "/acquire");
    assert_int_equal(response.status, 307);
    assert_string_equal(http_header(&response, "Location"), "/acquire?hop=1");
    ask_with(false, "/acquire?hop=1");
    assert_int_equal(judge(), DRM_S_OK);
}

static void license__silence_lasts_until_the_client_leaves(void **state)
{
    struct pollfd readable = {.events = POLLIN};
    struct drm_buffer form = {0};
    char head[128];

    (void)state;
    set_faults("license:silence");
    licensing_form(&licensing, &machine, film.text, 0, false, &form);
    readable.fd = http_connect(service.port);
    assert_true(readable.fd >= 0);
    snprintf(head, sizeof(head), "POST /v1/license HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", form.size);
    assert_true(http_send_text(readable.fd, head));
    assert_true(http_send(readable.fd, form.data, form.size));
    assert_int_equal(poll(&readable, 1, 500), 0);
    close(readable.fd);
    drm_buffer_free(&form);
    set_faults("");
    ask();
    assert_int_equal(judge(), DRM_S_OK);
}

/* Pages are for people, whose browsers are not under test; bad requests stay refused. */
static void license__pages_and_bad_requests_meet_none(void **state)
{
    (void)state;
    set_faults("license:status=503");
    ask_with(true, "/acquire");
    assert_int_equal(response.status, 200);
    http_response_free(&response);
    http_exchange(service.port, "POST", "/v1/license", "challenge=", 10, &response);
    assert_int_equal(response.status, 400);
    set_faults("license:other-machine");
    http_response_free(&response);
    http_exchange(service.port, "POST", "/v1/license", "challenge=PGE-", 14, &response);
    assert_int_equal(response.status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(license__each_wrong_response_meets_its_check, start, stop),
        cmocka_unit_test_setup_teardown(license__altered_byte_anywhere_is_noticed, start, stop),
        cmocka_unit_test_setup_teardown(license__badly_sent, start, stop),
        cmocka_unit_test_setup_teardown(license__silence_lasts_until_the_client_leaves, start, stop),
        cmocka_unit_test_setup_teardown(license__pages_and_bad_requests_meet_none, start, stop),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service license faults", tests, NULL, NULL);
}
