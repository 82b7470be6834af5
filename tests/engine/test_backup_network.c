/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Restoring on another machine where a service is configured: what is posted, and what its answers come to. */
#include "engine/check.h"

#include <stdio.h>

#include "engine/authority/contents.h"
#include "engine/client/licenses.h"
#include "engine/format/backup.h"
#include "support/scripted_transport.h"
#include "support/test_host.h"

#define SERVICE_URL "https://service.test"
#define LICENSES 3000 /* more than one batch */

struct network
{
    struct test_host host, place, service; /* the machine, its backup, the service's folder */
    struct scripted_transport script;
    struct scripted_hop hop;
    struct drm_authority *authority;
    struct drm_client *client;
    unsigned int restores;      /* that the service answered */
    size_t largest;             /* of their requests */
    struct drm_buffer replayed; /* where not empty: what it answers to a restore */
};

/* What the service does, without HTTP. */
static drm_result answer(void *context, const struct drm_http_request *request, struct drm_buffer *out)
{
    struct network *network = context;
    const struct drm_span body = drm_span(request->body, request->body_size);
    struct drm_authority_reply *reply;
    uint8_t *place;
    drm_result result;
    size_t size;

    if (strcmp(request->url, SERVICE_URL "/v1/restore") == 0)
    {
        network->restores++;
        network->largest = body.size > network->largest ? body.size : network->largest;
        if (network->replayed.size)
            return drm_buffer_append(out, network->replayed.data, network->replayed.size);
        return drm_authority_restore(network->authority, body, out);
    }
    if (strcmp(request->url, SERVICE_URL "/v1/individualize") != 0)
        return DRM_E_UNEXPECTED;
    result = drm_authority_handle(network->authority, DRM_REQUEST_INDIVIDUALIZE, body, &reply);
    if (DRM_FAILED(result))
        return result;
    size = (size_t)drm_authority_reply_size(reply);
    result = drm_buffer_extend(out, size, &place);
    if (DRM_SUCCEEDED(result))
        result = drm_authority_reply_read(reply, 0, place, size, &size);
    drm_authority_reply_free(reply);
    return result;
}

/* Every request that comes from here on meets this; status 200 and DRM_S_OK: the service. */
static void play(struct network *network, unsigned int status, drm_result result)
{
    scripted_transport_free(&network->script);
    network->hop = (struct scripted_hop){
        .status = status, .result = result, .body = (const uint8_t *)"no", .body_size = 2};
    if (status == 200 && result == DRM_S_OK)
    {
        network->hop.answer = answer;
        network->hop.answer_context = network;
    }
    scripted_transport_init(&network->script, &network->hop, 1);
    network->script.repeat_last = true;
}

static void make_client(struct network *network)
{
    const struct drm_client_options options = {
        .directory = network->host.directory,
        .service_url = SERVICE_URL,
        .anchors = (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])drm_authority_root(network->authority),
        .anchor_count = 1,
        .timeout_ms = 1000,
        .host = &network->host.host,
    };

    assert_int_equal(drm_client_create(&options, &network->client), DRM_S_OK);
}

static void individualize(struct network *network)
{
    const struct drm_task task = scripted_transport_task(&network->script);

    play(network, 200, DRM_S_OK);
    assert_int_equal(drm_client_individualize(network->client, false, &task), DRM_S_OK);
}

static void get_licenses(struct network *network)
{
    const struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_NONSILENT, .url = SERVICE_URL "/v1/license"};
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_buffer url = {0}, challenge = {0}, response = {0};

    assert_non_null(item);
    snprintf(item->rights, sizeof(item->rights), "Play; Backup");
    for (uint32_t i = 1; i <= LICENSES; i++)
    {
        drm_put_u32(item->key_id, i);
        assert_int_equal(drm_authority_add_content(network->authority, item, NULL), DRM_S_OK);
    }
    assert_int_equal(drm_client_make_challenge(network->client, &acquisition, &url, &challenge), DRM_S_OK);
    assert_int_equal(drm_authority_issue_licenses(network->authority, drm_buffer_span(&challenge), false, NULL,
                                                  &response), DRM_S_OK);
    assert_int_equal(drm_client_store_response(network->client, drm_buffer_span(&response)), DRM_S_OK);
    drm_buffer_free(&response);
    drm_buffer_free(&challenge);
    drm_buffer_free(&url);
    free(item);
}

static size_t count_licenses(struct network *network)
{
    struct drm_enumeration *enumeration = NULL;
    size_t count = 0;
    drm_result result = drm_client_enumerate(network->client, NULL, &enumeration);

    while (DRM_SUCCEEDED(result))
    {
        count++;
        result = drm_enumeration_next(enumeration);
    }
    assert_true(result == DRM_E_NO_MORE_ITEMS || result == DRM_E_LICENSE_NOT_FOUND);
    drm_enumeration_free(enumeration);
    return count;
}

/* --- operations ------------------------------------------------------------------------------------------------- */

static char last_url[128];

static void note(void *context, enum drm_backup_status status, const char *text)
{
    (void)context;
    if (status == DRM_BACKUP_ERROR_WITH_URL)
        snprintf(last_url, sizeof(last_url), "%s", text);
}

static drm_result restore(struct network *network)
{
    const struct drm_backup_task task = {.task = scripted_transport_task(&network->script), .report = note};

    last_url[0] = '\0';
    return drm_client_restore(network->client, network->place.directory, false, &task);
}

static int set_up(void **state)
{
    struct network *network = calloc(1, sizeof(*network));
    struct drm_authority_options options = {.name = "service"};
    struct drm_backup_task task = {.report = note};

    assert_non_null(network);
    test_host_init(&network->host);
    test_host_init(&network->place);
    test_host_init(&network->service);
    scripted_transport_init(&network->script, NULL, 0);
    network->host.host.transport = scripted_transport(&network->script);
    options.directory = network->service.directory;
    options.host = &network->service.host;
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &network->authority), DRM_S_OK);
    make_client(network);
    individualize(network);
    get_licenses(network);
    task.task = scripted_transport_task(&network->script);
    assert_int_equal(drm_client_backup(network->client, network->place.directory, false, &task), DRM_S_OK);
    *state = network;
    return 0;
}

static int tear_down(void **state)
{
    struct network *network = *state;

    drm_client_free(network->client);
    drm_authority_close(network->authority);
    drm_buffer_free(&network->replayed);
    scripted_transport_free(&network->script);
    test_host_free(&network->service);
    test_host_free(&network->place);
    test_host_free(&network->host);
    free(network);
    return 0;
}

/* The store is gone: what comes next is another machine. */
static void become_another_machine(struct network *network)
{
    char name[TEST_HOST_PATH_SIZE];

    drm_client_free(network->client);
    while (test_host_count(&network->host, "store", "", name))
        assert_int_equal(remove(test_host_path(&network->host, name)), 0);
    make_client(network);
    individualize(network);
}

/* --- tests ------------------------------------------------------------------------------------------------------ */

static void restore__asks_the_service_in_batches(void **state)
{
    struct network *network = *state;

    /* This machine's own backup needs no service. */
    play(network, 200, DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(restore(network), DRM_S_OK);
    assert_int_equal(network->script.request_count, 0);
    become_another_machine(network);
    assert_int_equal(restore(network), DRM_S_OK);
    assert_int_equal(count_licenses(network), LICENSES);
    assert_true(network->restores >= 2);
    assert_in_range(network->largest, DRM_RESTORE_BATCH_SIZE, DRM_RESTORE_REQUEST_MAX_SIZE);
    for (int machine = 3; machine <= 4; machine++)
    {
        become_another_machine(network);
        assert_int_equal(restore(network), DRM_S_OK);
    }
}

static void restore__failures_of_the_service_store_nothing(void **state)
{
    static const struct
    {
        unsigned int status;
        drm_result network, expected;
    } cases[] = {
        {400, DRM_S_OK, DRM_E_BAD_REQUEST},
        {403, DRM_S_OK, DRM_E_MACHINE_REFUSED},
        {410, DRM_S_OK, DRM_E_CERTIFICATE_REVOKED},
        {404, DRM_S_OK, DRM_E_RESTORE_UNAVAILABLE},
        {409, DRM_S_OK, DRM_E_RESTORE_FRAUD},
        {426, DRM_S_OK, DRM_E_NEEDS_INDIVIDUALIZATION},
        {429, DRM_S_OK, DRM_E_RESTORE_UNAVAILABLE},
        {500, DRM_S_OK, DRM_RESULT_FROM_HTTP(500)},
        {503, DRM_S_OK, DRM_E_RESTORE_UNAVAILABLE},
        {200, DRM_E_HTTP_CANNOT_CONNECT, DRM_E_HTTP_CANNOT_CONNECT},
        {200, DRM_E_HTTP_TIMEOUT, DRM_E_HTTP_TIMEOUT},
        {204, DRM_S_OK, DRM_S_OK}, /* nothing is left of any of them */
    };
    struct network *network = *state;

    become_another_machine(network);
    for (size_t i = 0; i < COUNT(cases); i++)
    {
        play(network, cases[i].status, cases[i].network);
        assert_int_equal(restore(network), cases[i].expected);
        assert_int_equal(count_licenses(network), 0);
        assert_string_equal(last_url, cases[i].status == 409 ? SERVICE_URL : "");
    }
    play(network, 200, DRM_S_OK);
    network->hop.answer = NULL; /* "no" */
    assert_int_equal(restore(network), DRM_E_LICENSE_INVALID_XML);
    assert_int_equal(count_licenses(network), 0);
    play(network, 200, DRM_S_OK);
    assert_int_equal(restore(network), DRM_S_OK);
    assert_int_equal(count_licenses(network), LICENSES);
}

/* An answer to an earlier request, and one for another machine. */
static void restore__replayed_answers_are_refused(void **state)
{
    struct network *network = *state;

    become_another_machine(network);
    assert_int_equal(restore(network), DRM_S_OK);
    /* What the service says from now on is what it said to a batch before. */
    {
        const struct scripted_request *request = &network->script.requests[network->script.request_count - 1];

        assert_int_equal(drm_authority_restore(network->authority, drm_buffer_span(&request->body), &network->replayed),
                         DRM_S_OK);
    }
    assert_int_equal(restore(network), DRM_E_PARAMETERS_MISMATCHED);
    become_another_machine(network);
    assert_int_equal(restore(network), DRM_E_PARAMETERS_MISMATCHED);
    assert_int_equal(count_licenses(network), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(restore__asks_the_service_in_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(restore__failures_of_the_service_store_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(restore__replayed_answers_are_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
