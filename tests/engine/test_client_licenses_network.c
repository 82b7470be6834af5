/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Acquiring over a network that plays a script: what is asked, every way to be answered, and the challenges that a
 * program posts itself.
 */
#include "engine/licenses_fixture.h"
#include "engine/licenses_tests.h"

#include <stdio.h>

#include "engine/format/license_challenge.h"
#include "engine/store/store.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"
#include "engine/xml/license_request.h"
#include "engine/xml/license_response_xml.h"

#define PLAY DRM_RIGHT_PLAY
#define DEFAULT_URL SERVICE_URL "/v1/license"

/* --- the issuer at the other end ------------------------------------------------------------------------------ */

struct service
{
    struct issued *issued;
    const char *rights;
    struct response_order order;
    struct drm_license_challenge challenge; /* that came last */
    struct drm_license_request request;     /* the rest of it; its buffers are freed */
};

/* Reads a LICENSEREQUEST as an issuer does. */
static void read_request(struct service *service, struct drm_span text)
{
    struct drm_license_request request = {.has_header = false};
    struct drm_certificate machine;
    uint8_t hash[DRM_SHA256_SIZE] = {0};

    assert_int_equal(drm_license_request_read(text, &request), DRM_S_OK);
    assert_int_equal(drm_license_challenge_read(drm_buffer_span(&request.challenge), drm_buffer_span(&request.chain),
                                                service->issued->issuer.root.key.public_key, TEST_NOW,
                                                &service->challenge, &machine), DRM_S_OK);
    if (request.has_header)
        drm_sha256(request.header.data, request.header.size, hash);
    if (request.has_key_id)
        drm_sha256(request.key_id, sizeof(request.key_id), hash);
    assert_memory_equal(service->challenge.header_hash, hash, sizeof(hash));
    assert_int_equal(service->challenge.rights, request.rights);
    service->request = request;
    drm_license_request_free(&request);
}

static drm_result answer(void *context, const struct drm_http_request *request, struct drm_buffer *out)
{
    struct service *service = context;
    struct drm_license *license = calloc(1, sizeof(*license));
    struct response_order order = service->order;
    struct drm_buffer text = {0};
    bool nonsilent = true;

    assert_non_null(license);
    assert_string_equal(request->content_type, "application/x-www-form-urlencoded");
    assert_int_equal(drm_license_form_read(drm_span(request->body, request->body_size), &text, &nonsilent), DRM_S_OK);
    assert_false(nonsilent);
    read_request(service, drm_buffer_span(&text));
    issue_license(license, 1, 1, service->rights);
    order.licenses = license;
    order.count = 1;
    order.signer = order.signer ? order.signer : &service->issued->issuer;
    order.nonce = order.nonce ? order.nonce : service->challenge.nonce;
    make_response(&order, out);
    drm_buffer_free(&text);
    free(license);
    return DRM_S_OK;
}

static struct scripted_hop answering(struct service *service)
{
    return (struct scripted_hop){.answer = answer, .answer_context = service, .piece = 50};
}

/* --- the machine ---------------------------------------------------------------------------------------------- */

static const char *header_of(uint32_t key_id, const char *url, struct drm_version min_security)
{
    static char text[4096];
    struct drm_content_header header = {.min_security = min_security};
    struct drm_buffer out = {0};

    number_key_id(key_id, header.key_id);
    snprintf(header.url, sizeof(header.url), "%s", url);
    assert_int_equal(drm_content_header_write(&header, &out), DRM_S_OK);
    snprintf(text, sizeof(text), "%.*s", (int)out.size, (const char *)out.data);
    drm_buffer_free(&out);
    return text;
}

static const char *plain_header(void)
{
    return header_of(1, "", (struct drm_version){0, 0});
}

/* Plays these hops. */
static drm_result acquire_url(struct issued *issued, const struct scripted_hop *hops, size_t count, const char *url,
                              const char *header, const char *actions)
{
    const struct drm_acquisition acquisition = {
        .mode = DRM_ACQUIRE_SILENT, .url = url, .header = header, .actions = actions};
    struct drm_task task;
    unsigned int cancel_at = issued->script.cancel_at_step;

    scripted_transport_free(&issued->script);
    scripted_transport_init(&issued->script, hops, count);
    if (cancel_at)
        issued->script.cancel_at_step = cancel_at;
    task = scripted_transport_task(&issued->script);
    return drm_client_acquire(issued->client, &acquisition, &task);
}

static drm_result acquire(struct issued *issued, const struct scripted_hop *hops, size_t count)
{
    return acquire_url(issued, hops, count, NULL, plain_header(), NULL);
}

static void acquire__asks_and_stores(void **state)
{
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play(count=3)"};
    const struct scripted_hop hop = answering(&service);
    const struct scripted_request *request = &issued->script.requests[0];

    assert_int_equal(acquire_url(issued, &hop, 1, NULL, plain_header(),
                                 "<ACTIONLIST><ACTION>Play</ACTION><ACTION>Copy</ACTION></ACTIONLIST>"),
                     DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(issued->script.request_count, 1);
    assert_string_equal(request->url, DEFAULT_URL);
    assert_int_equal(service.challenge.rights, DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_COPY));
    assert_true(service.request.has_header);
    assert_memory_equal(service.challenge.machine_id, issued->issuer.machine.certificate.subject, DRM_ID_SIZE);
    assert_string_equal(service.request.client_version, "2.10.0.1");
    assert_int_equal(state_of(issued->client, 1, PLAY).counts[0], 3);
}

static void acquire__before_delivery(void **state)
{
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play"};
    const struct scripted_hop hop = answering(&service);

    assert_int_equal(acquire_url(issued, &hop, 1, DEFAULT_URL, "", ""), DRM_S_LICENSE_ACQUIRED);
    assert_false(service.request.has_header);
    assert_int_equal(service.challenge.rights, 0);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
}

static void install_policy(struct issued *issued, const char *license_url)
{
    struct drm_store_options options = {.directory = issued->host.directory, .host = &issued->host.host};
    struct drm_install *order = calloc(1, sizeof(*order));
    struct drm_answer *said = calloc(1, sizeof(*said));
    struct drm_store *store;
    bool superseded;

    assert_true(order && said);
    said->time = TEST_NOW;
    said->version = DRM_VERSION_CURRENT;
    snprintf(said->policy.license_url, sizeof(said->policy.license_url), "%s", license_url);
    order->anchor = issued->issuer.root.key.public_key;
    order->answer = said;
    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    assert_int_equal(drm_store_install(store, order, &superseded), DRM_S_OK);
    drm_store_close(store);
    free(order);
    free(said);
}

static void url__callers_then_headers_then_operators_then_services(void **state)
{
    static const struct
    {
        const char *url, *in_header, *policy, *posted;
    } rows[] = {
        {"https://caller.test/a?b=c", "https://header.test/", "https://operator.test/", "https://caller.test/a?b=c"},
        {"", "https://header.test/x", "https://operator.test/", "https://header.test/x"},
        {NULL, "get?id=1", "https://operator.test/", SERVICE_URL "/get?id=1"},
        {NULL, "/get", "https://operator.test/", SERVICE_URL "/get"},
        {NULL, "//elsewhere.test/get", "", "https://elsewhere.test/get"},
        {NULL, "", "https://operator.test/licences", "https://operator.test/licences"},
        {NULL, "", "", DEFAULT_URL},
    };
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play"};
    const struct scripted_hop hop = answering(&service);

    for (size_t i = 0; i < COUNT(rows); i++)
    {
        install_policy(issued, rows[i].policy);
        assert_int_equal(acquire_url(issued, &hop, 1, rows[i].url,
                                     header_of(1, rows[i].in_header, (struct drm_version){0, 0}), NULL),
                         DRM_S_LICENSE_ACQUIRED);
        assert_string_equal(issued->script.requests[0].url, rows[i].posted);
    }
}

static void check__what_is_certain_to_fail(void **state)
{
    static char long_url[3000];
    static const struct
    {
        struct drm_acquisition acquisition;
        drm_result result;
    } rows[] = {
        {{.mode = (enum drm_acquire_mode)7}, DRM_E_INVALID_ARGUMENT},
        {{.mode = DRM_ACQUIRE_SILENT, .actions = "<ACTIONLIST><ACTION>Fly</ACTION></ACTIONLIST>"},
         DRM_E_INVALID_ARGUMENT},
        {{.mode = DRM_ACQUIRE_SILENT, .actions = "Play"}, DRM_E_INVALID_ARGUMENT},
        {{.mode = DRM_ACQUIRE_SILENT, .header = "no header"}, DRM_E_MALFORMED_CONTENT_HEADER},
        {{.mode = DRM_ACQUIRE_NONSILENT, .header = "<WRMHEADER version=\"2.0.0.0\"><DATA></DATA></WRMHEADER>"},
         DRM_E_MALFORMED_CONTENT_HEADER},
        {{.mode = DRM_ACQUIRE_SILENT, .header = "<WRMHEADER version=\"2.0.0.0\"><DATA><KID>AAAA</KID></DATA>"
                                                "</WRMHEADER>"}, DRM_E_INVALID_KID},
        {{.mode = DRM_ACQUIRE_LEGACY}, DRM_E_INVALID_KID},
        {{.mode = DRM_ACQUIRE_LEGACY, .header = "AAAA"}, DRM_E_INVALID_KID},
        {{.mode = DRM_ACQUIRE_SILENT, .url = "local:"}, DRM_E_HTTP_INVALID_URL},
        {{.mode = DRM_ACQUIRE_SILENT, .url = "ftp://service.test/"}, DRM_E_HTTP_INVALID_URL},
        {{.mode = DRM_ACQUIRE_SILENT, .url = "no url"}, DRM_E_HTTP_INVALID_URL},
        {{.mode = DRM_ACQUIRE_SILENT, .url = "https://user@service.test/"}, DRM_E_HTTP_INVALID_URL},
        {{.mode = DRM_ACQUIRE_NONSILENT, .url = long_url}, DRM_E_HTTP_INVALID_URL},
        {{.mode = DRM_ACQUIRE_SILENT}, DRM_S_OK},
        {{.mode = DRM_ACQUIRE_LEGACY, .header = "AAECAwQFBgcICQoLDA0ODw=="}, DRM_S_OK},
    };
    static const char *const in_headers[] = {"local:", "javascript:alert(1)", "ftp://service.test/", "file:///c:/x"};
    struct issued *issued = *state;

    memset(long_url, 'a', sizeof(long_url) - 1);
    memcpy(long_url, "https://service.test/", 21);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(drm_client_check_acquisition(issued->client, &rows[i].acquisition), rows[i].result);
    for (size_t i = 0; i < COUNT(in_headers); i++)
        assert_int_equal(drm_client_check_acquisition(
                             issued->client, &(struct drm_acquisition){
                                                 .header = header_of(1, in_headers[i], (struct drm_version){0, 0})}),
                         DRM_E_HTTP_INVALID_URL);
    assert_int_equal(issued->script.request_count, 0);
}

/* --- bad answers ---------------------------------------------------------------------------------------------- */

static void answers__statuses(void **state)
{
    static const struct
    {
        unsigned int status;
        drm_result result;
    } rows[] = {
        {400, DRM_E_BAD_REQUEST},
        {401, DRM_RESULT_FROM_HTTP(401)},
        {403, DRM_E_NO_RIGHTS},
        {410, DRM_E_CERTIFICATE_REVOKED},
        {404, DRM_E_UNABLE_TO_ACQUIRE},
        {409, DRM_E_LICENSE_NOTACQUIRED},
        {429, DRM_RESULT_FROM_HTTP(429)},
        {500, DRM_RESULT_FROM_HTTP(500)},
        {503, DRM_RESULT_FROM_HTTP(503)},
    };
    struct issued *issued = *state;

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(acquire(issued, &(struct scripted_hop){.status = rows[i].status}, 1), rows[i].result);
}

static drm_result acquire_body(struct issued *issued, const char *body, uint64_t repeat)
{
    return acquire(issued, &(struct scripted_hop){.body = (const uint8_t *)body, .body_size = strlen(body),
                                                  .piece = 16, .repeat = repeat, .no_length = true}, 1);
}

static void answers__web_page_is_the_other_way(void **state)
{
    static const char page[] = "<!DOCTYPE html>\n<html><head><title>Please sign in to get your licence</title></head>"
                               "<body>...</body></html>\n";
    struct issued *issued = *state;

    assert_int_equal(acquire_body(issued, page, 0), DRM_E_LICENSE_NOTACQUIRED);
    assert_int_equal(acquire_body(issued, "<html></html>", 0), DRM_E_LICENSE_NOTACQUIRED);
    assert_int_equal(acquire_body(issued, "\xef\xbb\xbf \r\n<HTML lang=\"en\"><body>", 0), DRM_E_LICENSE_NOTACQUIRED);
    /* A large one is not read to its end. */
    assert_int_equal(acquire_body(issued, page, 1000), DRM_E_LICENSE_NOTACQUIRED);
    assert_true(issued->script.requests[0].taken < 1000);
}

static void answers__what_is_no_response(void **state)
{
    struct issued *issued = *state;

    assert_int_equal(acquire_body(issued, "hello", 0), DRM_E_LICENSE_INVALID_XML);
    assert_int_equal(acquire_body(issued, "<LICENSERESPONSE>", 0), DRM_E_LICENSE_INVALID_XML);
    assert_int_equal(acquire_body(issued, "<LICENSERESPONSE><HEAD>AAAA</HEAD>"
                                          "<LICENSE version=\"3.0.0.0\">AAAA</LICENSE></LICENSERESPONSE>", 0),
                     DRM_E_INVALID_LICENSE);
    assert_int_equal(acquire(issued, &(struct scripted_hop){.no_length = true}, 1), DRM_E_HTTP_EMPTY_RESPONSE);
}

static void answers__broken_connections(void **state)
{
    static const uint8_t some[] = "<LICENSERESPONSE>";
    struct issued *issued = *state;

    assert_int_equal(acquire(issued, &(struct scripted_hop){.body = some, .body_size = 5, .length = 500}, 1),
                     DRM_E_HTTP_CONNECTION_CUT);
    assert_int_equal(acquire(issued, &(struct scripted_hop){.result = DRM_E_HTTP_CANNOT_CONNECT,
                                                            .at = SCRIPTED_AT_CONNECT}, 1), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(acquire(issued, &(struct scripted_hop){.result = DRM_E_HTTP_TIMEOUT, .at = SCRIPTED_AT_HEAD}, 1),
                     DRM_E_HTTP_TIMEOUT);
    assert_int_equal(acquire(issued, &(struct scripted_hop){.body = some, .body_size = 5,
                                                            .length = UINT64_C(1) << 40}, 1),
                     DRM_E_RESPONSE_TOO_LARGE);
    assert_int_equal(issued->script.requests[0].taken, 0);
}

static void answers__redirects(void **state)
{
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play"};
    const struct scripted_hop there[] = {{.status = 307, .location = "https://other.test/licence"},
                                         answering(&service)};
    const struct scripted_hop down[] = {{.status = 302, .location = "http://service.test/"}, answering(&service)};
    const struct scripted_hop nowhere[] = {{.status = 301}};

    assert_int_equal(acquire(issued, there, 2), DRM_S_LICENSE_ACQUIRED);
    assert_string_equal(issued->script.requests[1].url, "https://other.test/licence");
    assert_int_equal(acquire(issued, down, 2), DRM_E_HTTP_REDIRECT_DOWNGRADE);
    assert_int_equal(acquire(issued, nowhere, 1), DRM_E_HTTP_REDIRECT_LOOP);
}

static void answers__spoiled_ones_leave_nothing(void **state)
{
    static const struct
    {
        enum spoiling spoiling;
        drm_result result;
    } rows[] = {
        {BODY_ALTERED, DRM_E_SIGNATURE_FAILURE},
        {HEAD_ALTERED, DRM_E_SIGNATURE_FAILURE},
        {RESIGNED, DRM_E_SIGNATURE_FAILURE},
        {ANOTHER_ROLE, DRM_E_INVALID_CERTIFICATE},
    };
    static const uint8_t nonce[DRM_NONCE_SIZE] = {1};
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play"};
    const struct scripted_hop hop = answering(&service);

    for (size_t i = 0; i < COUNT(rows); i++)
    {
        service.order.spoiling = rows[i].spoiling;
        assert_int_equal(acquire(issued, &hop, 1), rows[i].result);
    }
    service.order = (struct response_order){.nonce = nonce}; /* an answer to somebody's other question */
    assert_int_equal(acquire(issued, &hop, 1), DRM_E_PARAMETERS_MISMATCHED);
    service.order = (struct response_order){.signer = &issued->other};
    assert_int_equal(acquire(issued, &hop, 1), DRM_E_INVALID_CERTIFICATE);
    service.order = (struct response_order){.machine_id = nonce};
    assert_int_equal(acquire(issued, &hop, 1), DRM_E_INVALID_MACHINE);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    service.order = (struct response_order){.count = 0};
    assert_int_equal(acquire(issued, &hop, 1), DRM_S_LICENSE_ACQUIRED);
}

/* At every step that the network passes. */
static void cancel__at_any_step_leaves_all_or_nothing(void **state)
{
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play"};
    const struct scripted_hop hop = answering(&service);
    unsigned int step = 0;
    drm_result result;

    do
    {
        issued->script.cancel_at_step = ++step;
        result = acquire(issued, &hop, 1);
        if (result == DRM_E_OPERATION_CANCELED)
            assert_int_equal(count_licenses(issued->client, 0), 0);
    } while (result == DRM_E_OPERATION_CANCELED);
    assert_int_equal(result, DRM_S_LICENSE_ACQUIRED);
    assert_true(step > 10);
}

/* The clock runs behind what was seen, until the issuer answers a question of ours. */
static void acquire__tells_the_time(void **state)
{
    struct issued *issued = *state;
    struct service service = {.issued = issued, .rights = "Play(until=2023-11-15T00:00Z)"};
    const struct scripted_hop hop = answering(&service);
    struct drm_license *license = calloc(1, sizeof(*license));

    assert_non_null(license);
    issue_license(license, 2, 1, service.rights);
    assert_int_equal(store_order(issued->client, &(struct response_order){.licenses = license, .count = 1,
                                                                          .signer = &issued->issuer,
                                                                          .time = TEST_NOW + 3600 * 1000}), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    assert_int_equal(acquire(issued, &hop, 1), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    issued->host.now -= 3600 * 1000; /* whatever the system's clock says now, this process was told */
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_ALLOWED);
    issued->host.monotonic += 2 * 3600 * 1000;
    assert_int_equal(refusal(issued->client, 1, PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXPIRED);
    free(license);
}

/* --- who may ask ---------------------------------------------------------------------------------------------- */

static void identity__is_needed_and_new_enough(void **state)
{
    struct issued *issued = *state;
    const struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_NONSILENT, .url = DEFAULT_URL};
    struct test_authority first = issued->issuer;
    struct drm_buffer url = {0}, challenge = {0};

    assert_int_equal(acquire_url(issued, NULL, 0, NULL, header_of(1, "", (struct drm_version){2, 11}), NULL),
                     DRM_E_NEEDS_INDIVIDUALIZATION);
    issued->issuer = issued->other; /* a service that never saw this machine */
    issued->other = first;
    issued_reopen(issued, 2);
    assert_int_equal(acquire(issued, NULL, 0), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(issued->script.request_count, 0);
    assert_int_equal(drm_client_make_challenge(issued->client, &acquisition, &url, &challenge),
                     DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(url.size + challenge.size, 0);
}

static void identity__of_a_lost_secret_cannot_sign(void **state)
{
    struct issued *issued = *state;

    test_host_lose_secret(&issued->host);
    issued_reopen(issued, 1);
    assert_int_equal(acquire(issued, NULL, 0), DRM_E_SECURE_STORE_UNLOCK_ERROR);
}

/* --- the ways that are not silent ------------------------------------------------------------------------------ */

static void challenge__is_answered_through_the_program(void **state)
{
    static const struct
    {
        enum drm_acquire_mode mode;
        bool pre_delivery;
    } rows[] = {{DRM_ACQUIRE_NONSILENT, false}, {DRM_ACQUIRE_NONSILENT, true}, {DRM_ACQUIRE_LEGACY, false}};
    struct issued *issued = *state;

    for (uint32_t i = 0; i < COUNT(rows); i++)
    {
        const struct drm_acquisition acquisition = {
            .mode = rows[i].mode,
            .header = rows[i].pre_delivery ? NULL
                      : rows[i].mode == DRM_ACQUIRE_LEGACY
                          ? number_key_id_text(i + 1)
                          : header_of(i + 1, "https://header.test/page", (struct drm_version){0, 0}),
        };
        struct service service = {.issued = issued};
        struct drm_license *license = calloc(1, sizeof(*license));
        struct drm_buffer url = {0}, challenge = {0};
        const char *expected = acquisition.header && rows[i].mode == DRM_ACQUIRE_NONSILENT
                                   ? "https://header.test/page" : DEFAULT_URL;

        assert_non_null(license);
        assert_int_equal(drm_client_make_challenge(issued->client, &acquisition, &url, &challenge), DRM_S_OK);
        assert_int_equal(url.size, strlen(expected));
        assert_memory_equal(url.data, expected, url.size);
        read_request(&service, drm_buffer_span(&challenge));
        assert_int_equal(service.request.has_key_id, rows[i].mode == DRM_ACQUIRE_LEGACY);
        assert_int_equal(service.request.has_header, acquisition.header && rows[i].mode != DRM_ACQUIRE_LEGACY);
        issue_license(license, i + 1, i + 1, "Play");
        assert_int_equal(store_order(issued->client, &(struct response_order){.licenses = license, .count = 1,
                                                                              .signer = &issued->issuer,
                                                                              .nonce = service.challenge.nonce}),
                         DRM_S_OK);
        assert_int_equal(refusal(issued->client, i + 1, PLAY), DRM_ALLOWED);
        drm_buffer_free(&url);
        drm_buffer_free(&challenge);
        free(license);
    }
    assert_int_equal(issued->script.request_count, 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int run_licenses_network_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(acquire__asks_and_stores),
        ROW(acquire__before_delivery),
        ROW(url__callers_then_headers_then_operators_then_services),
        ROW(check__what_is_certain_to_fail),
        ROW(answers__statuses),
        ROW(answers__web_page_is_the_other_way),
        ROW(answers__what_is_no_response),
        ROW(answers__broken_connections),
        ROW(answers__redirects),
        ROW(answers__spoiled_ones_leave_nothing),
        ROW(cancel__at_any_step_leaves_all_or_nothing),
        ROW(acquire__tells_the_time),
        ROW(identity__is_needed_and_new_enough),
        ROW(identity__of_a_lost_secret_cannot_sign),
        ROW(challenge__is_answered_through_the_program),
    };

    return cmocka_run_group_tests_name("licenses: acquiring", tests, NULL, NULL);
}
