/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences over HTTP as machines use them: requests, statuses, removal, hostile bodies, many at once.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/check.h"
#include "engine/format/backup.h"
#include "engine/format/license_removal.h"
#include "engine/format/signed_object.h"
#include "engine/rights/right.h"
#include "engine/xml/license_response_xml.h"
#include "service/hex.h"
#include "service/http_client.h"
#include "service/licensing.h"

static struct sandbox sandbox;
static struct running_service service;
static struct machine machine;
static struct http_response response;
static struct command_outcome outcome;
static uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];

static int start(void **state)
{
    (void)state;
    sandbox_create(&sandbox, true);
    sandbox_anchor(&sandbox, anchor);
    START(&service, &sandbox, NULL);
    machine_init(&machine, anchor);
    return machine_individualize(&machine, service.port) == 200 ? 0 : -1;
}

static int stop(void **state)
{
    int exit_code = service.process ? service_end(&service, SIGTERM) : 0;

    (void)state;
    machine_free(&machine);
    http_response_free(&response);
    sandbox_remove(&sandbox);
    return exit_code;
}

static void post(const char *path, const struct drm_buffer *body)
{
    http_response_free(&response);
    http_exchange(service.port, "POST", path, body->data, body->size, &response);
}

/* Asks silently; the answer is in response. */
static int ask(struct licensing *licensing, const struct machine *asking, const char *key_id, uint32_t rights)
{
    struct drm_buffer form = {0};

    licensing_form(licensing, asking, key_id, rights, false, &form);
    post("/v1/license", &form);
    drm_buffer_free(&form);
    return response.status;
}

static size_t count_good(const struct licensing *licensing)
{
    size_t count;
    drm_result result = licensing_judge(licensing, drm_buffer_span(&response.body), &count);

    if (DRM_FAILED(result))
        fail_msg("0x%08x", (unsigned int)result);
    return count;
}

/* --- statuses --------------------------------------------------------------------------------------------- */

static void license__is_issued_to_a_machine(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, "--rights", "Play(count=3); Copy");
    struct drm_buffer form = {0};
    struct licensing licensing;

    (void)state;
    assert_int_equal(ask(&licensing, &machine, film.text, DRM_RIGHT_BIT(DRM_RIGHT_PLAY)), 200);
    assert_true(response.complete && response.has_length);
    assert_string_equal(http_header(&response, "Content-Type"), "text/xml; charset=utf-8");
    assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
    assert_int_equal(count_good(&licensing), 1);
    /* The address of people does the same for programs; without nonsilent it is silent. */
    licensing_form(&licensing, &machine, film.text, 0, false, &form);
    memmove(form.data, form.data + strlen("nonsilent=0&"), form.size - strlen("nonsilent=0&"));
    form.size -= strlen("nonsilent=0&");
    post("/acquire", &form);
    assert_int_equal(response.status, 200);
    assert_int_equal(count_good(&licensing), 1);
    drm_buffer_free(&form);
}

static void license__predelivery(void **state)
{
    struct licensing licensing;

    (void)state;
    assert_int_equal(ask(&licensing, &machine, NULL, 0), 404);
    ADD_CONTENT(&sandbox, NULL);
    ADD_CONTENT(&sandbox, "--interactive", "yes");
    ADD_CONTENT(&sandbox, NULL);
    assert_int_equal(ask(&licensing, &machine, NULL, 0), 200);
    assert_int_equal(count_good(&licensing), 2);
}

static void license__every_refusal_has_its_status(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, "--rights", "Play"), newer, once, page, withdrawn;
    struct machine stranger, revoked;
    struct licensing licensing;
    char id[2 * DRM_SHA256_SIZE + 1];
    uint8_t other_anchor[DRM_SIGN_PUBLIC_SIZE] = {1};
    struct drm_buffer form = {0};

    (void)state;
    newer = ADD_CONTENT(&sandbox, "--rights", "Play; min-security=2.11");
    once = ADD_CONTENT(&sandbox, "--per-machine", "1");
    page = ADD_CONTENT(&sandbox, "--interactive", "yes");
    withdrawn = ADD_CONTENT(&sandbox, NULL);
    RUN_WELL("content", "withdraw", "--data", sandbox.data, "--key-id", withdrawn.text);

    assert_int_equal(ask(&licensing, &machine, film.text, DRM_RIGHT_BIT(DRM_RIGHT_COPY)), 403);
    assert_int_equal(ask(&licensing, &machine, once.text, 0), 200);
    assert_int_equal(ask(&licensing, &machine, once.text, 0), 403);
    assert_int_equal(ask(&licensing, &machine, "AAECAwQFBgcICQoLDA0ODw==", 0), 404);
    assert_int_equal(ask(&licensing, &machine, withdrawn.text, 0), 404);
    assert_int_equal(ask(&licensing, &machine, page.text, 0), 409);
    assert_int_equal(ask(&licensing, &machine, newer.text, 0), 426);
    assert_non_null(strstr((char *)response.body.data, "individualize"));

    machine_init(&revoked, anchor);
    assert_int_equal(machine_individualize(&revoked, service.port), 200);
    hex_write(revoked.certificate_id, sizeof(revoked.certificate_id), id);
    assert_int_equal(ask(&licensing, &revoked, film.text, 0), 200);
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "GRL", "--certificate-id", id);
    assert_int_equal(ask(&licensing, &revoked, film.text, 0), 410);
    machine_free(&revoked);

    /* A machine of an authority that this one does not know: this one's chain, altered in its last byte. */
    machine_init(&stranger, other_anchor);
    assert_int_equal(drm_buffer_append(&stranger.chain, machine.chain.data, machine.chain.size), DRM_S_OK);
    stranger.chain.data[stranger.chain.size - 1] ^= 1;
    memcpy(stranger.id, machine.id, sizeof(stranger.id));
    memcpy(stranger.seed, machine.seed, sizeof(stranger.seed));
    assert_int_equal(ask(&licensing, &stranger, film.text, 0), 400);
    machine_free(&stranger);

    http_response_free(&response);
    http_exchange(service.port, "GET", "/v1/license", NULL, 0, &response);
    assert_int_equal(response.status, 405);
    assert_string_equal(http_header(&response, "Allow"), "POST");
    post("/v1/license", &form);
    assert_int_equal(response.status, 400);
}

static void license__carries_its_issuers_url(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);

    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    START(&service, &sandbox, "--public-url", "https://drm.example/service/");
    RUN(&outcome, "content", "header", "--data", sandbox.data, "--key-id", film.text);
    assert_int_equal(outcome.exit_code, 0);
    assert_non_null(strstr(outcome.out, "<LAINFO>https://drm.example/service/acquire</LAINFO>"));
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    assert_non_null(strstr(outcome.out, "https://drm.example/service/acquire"));
}

/* Only where the operator says so does a header name the user. */
static void license__user_comes_from_the_proxy(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct licensing licensing;
    char head[256], user[160];
    struct drm_buffer form = {0};

    (void)state;
    memset(user, 'u', sizeof(user));
    user[128] = 0;
    for (int round = 0; round < 4; round++)
    {
        static const int statuses[] = {200, 200, 200, 400};
        const char *value = round < 2 ? "alice" : user;
        int connection;

        if (round == 1)
        {
            assert_int_equal(service_end(&service, SIGTERM), 0);
            START(&service, &sandbox, "--user-header", "X-Remote-User");
        }
        if (round == 3)
            memcpy(user + 128, "u", 2);
        licensing_form(&licensing, &machine, film.text, 0, false, &form);
        connection = http_connect(service.port);
        snprintf(head, sizeof(head), "POST /v1/license HTTP/1.1\r\nHost: h\r\nx-remote-user: %s\r\n"
                 "Content-Length: %zu\r\n\r\n", value, form.size);
        assert_true(http_send_text(connection, head) && http_send(connection, form.data, form.size));
        http_response_free(&response);
        http_read(connection, 0, &response);
        close(connection);
        assert_int_equal(response.status, statuses[round]);
        drm_buffer_free(&form);
        RUN(&outcome, "licenses", "list", "--data", sandbox.data);
        if (round == 0)
            assert_null(strstr(outcome.out, "alice"));
        else
            assert_non_null(strstr(outcome.out, " user alice\n"));
    }
    assert_int_equal(ask(&licensing, &machine, film.text, 0), 200); /* nobody in particular */
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    assert_non_null(strstr(outcome.out, "\"licenses\": 4,\n  \"contents\": 1,\n"));
}

/* --- hostile bodies ---------------------------------------------------------------------------------------- */

static void license__hostile_bodies(void **state)
{
    static const char *const bodies[] = {
        "", "nonsilent=0", "challenge=", "challenge=x", "nonsilent=2&challenge=PGE-", "challenge=%zz", "challenge=%",
        "challenge=PGE+&challenge=PGE+", "&&&&", "=", "challenge=%3CLICENSEREQUEST%3E",
        "challenge=%3C%21DOCTYPE%20a%20%5B%3C%21ENTITY%20b%20SYSTEM%20%22file%3A%2F%2F%2Fetc%2Fpasswd%22%3E%5D%3E",
    };
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct drm_buffer form = {0};
    struct licensing licensing;
    uint64_t seed = 77;
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++)
    {
        http_response_free(&response);
        http_exchange(service.port, "POST", "/v1/license", bodies[i], strlen(bodies[i]), &response);
        if (response.status != 400)
            fail_msg("\"%s\": %d", bodies[i], response.status);
    }
    licensing_form(&licensing, &machine, film.text, 0, false, &form);
    size = form.size;
    for (unsigned int round = 0; round < 200; round++)
    {
        struct drm_buffer spoilt = {0};

        assert_int_equal(drm_buffer_append(&spoilt, form.data, form.size), DRM_S_OK);
        if (round % 2)
            spoilt.data[next_number(&seed) % size] = (uint8_t)next_number(&seed);
        else
            spoilt.size = next_number(&seed) % size;
        post("/v1/license", &spoilt);
        /* What was altered may be a thing that nobody signed, such as the client's version. */
        if (response.status != 400 && !(round % 2 && response.status == 200))
            fail_msg("round %u: %d", round, response.status);
        drm_buffer_free(&spoilt);
    }
    post("/v1/license", &form);
    assert_int_equal(response.status, 200);
    drm_buffer_free(&form);
}

/* Each path has a limit of its own, and says which. */
static void license__too_long_bodies(void **state)
{
    static const struct
    {
        const char *path;
        size_t limit;
    } rows[] = {
        {"/v1/license", 1024 * 1024},
        {"/acquire", 1024 * 1024},
        {"/v1/restore", DRM_RESTORE_REQUEST_MAX_SIZE},
        {"/v1/removal", 256 * 1024},
        {"/v1/removal-receipt", 2 * 1024 * 1024},
        {"/v1/individualize", 65536},
    };
    struct drm_buffer body = {0};
    char words[64];
    uint8_t *place;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        drm_buffer_free(&body);
        assert_int_equal(drm_buffer_extend(&body, rows[i].limit, &place), DRM_S_OK);
        memset(place, 'a', rows[i].limit);
        post(rows[i].path, &body);
        assert_int_equal(response.status, 400);
        assert_int_equal(drm_buffer_append(&body, "a", 1), DRM_S_OK);
        post(rows[i].path, &body);
        assert_int_equal(response.status, 413);
        snprintf(words, sizeof(words), "at most %zu bytes", rows[i].limit);
        assert_non_null(strstr((char *)response.body.data, words));
    }
    drm_buffer_free(&body);
}

/* A client that says who it is, before the proxy says it, is nobody. */
static void license__user_named_twice_is_refused(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct licensing licensing;
    struct drm_buffer form = {0};
    char head[256];
    int connection;

    (void)state;
    assert_int_equal(service_end(&service, SIGTERM), 0);
    START(&service, &sandbox, "--user-header", "X-Remote-User");
    for (int nonsilent = 0; nonsilent < 2; nonsilent++)
    {
        licensing_form(&licensing, &machine, film.text, 0, nonsilent, &form);
        if (nonsilent)
            form_add(&form, "confirm", drm_span("1", 1));
        connection = http_connect(service.port);
        snprintf(head, sizeof(head), "POST /acquire HTTP/1.1\r\nHost: h\r\nX-Remote-User: mallory\r\n"
                 "x-remote-user: alice\r\nContent-Length: %zu\r\n\r\n", form.size);
        assert_true(http_send_text(connection, head) && http_send(connection, form.data, form.size));
        http_response_free(&response);
        http_read(connection, 0, &response);
        close(connection);
        assert_int_equal(response.status, 400);
        drm_buffer_free(&form);
    }
    RUN(&outcome, "licenses", "list", "--data", sandbox.data);
    assert_string_equal(outcome.out, "");
}

/* --- restoring -------------------------------------------------------------------------------------------- */

/* A backup of a machine that writes what it likes into it: well signed and sealed. */
struct forged_backup
{
    struct drm_backup_head head;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_buffer authority_key, machine_key, encoded, records;
    uint32_t count;
};

/* authority_key: to which backups are sealed; that of the certificate that signs responses. */
static void forge_head(struct forged_backup *backup, const uint8_t authority_key[DRM_X25519_SIZE])
{
    struct drm_backup_head *head = &backup->head;

    memset(backup, 0, sizeof(*backup));
    drm_random(head->backup_id, sizeof(head->backup_id));
    drm_random(backup->key, sizeof(backup->key));
    head->sections = 1;
    memcpy(head->machine_id, machine.id, sizeof(head->machine_id));
    memcpy(head->anchor, anchor, sizeof(head->anchor));
    assert_int_equal(drm_x25519_public(machine.decrypt_key, head->encrypt_key), DRM_S_OK);
    head->has_authority_key = true;
    memcpy(head->authority_encrypt_key, authority_key, DRM_X25519_SIZE);
    assert_int_equal(drm_backup_key_seal(head, false, head->encrypt_key, backup->key, &backup->machine_key), DRM_S_OK);
    assert_int_equal(drm_backup_key_seal(head, true, authority_key, backup->key, &backup->authority_key), DRM_S_OK);
    head->machine_key = drm_buffer_span(&backup->machine_key);
    head->authority_key = drm_buffer_span(&backup->authority_key);
    assert_int_equal(drm_backup_head_write(head, machine.seed, drm_buffer_span(&machine.chain), &backup->encoded),
                     DRM_S_OK);
}

static void forge_record(struct forged_backup *backup, enum drm_backup_record type, const struct drm_buffer *content)
{
    struct drm_backup_piece piece = {.index = backup->count, .type = type};
    struct drm_buffer sealed = {0};

    assert_int_equal(drm_backup_record_seal(backup->key, &backup->head, backup->count++, type,
                                            drm_buffer_span(content), &sealed), DRM_S_OK);
    piece.sealed = drm_span(sealed.data + DRM_BACKUP_RECORD_HEADER_SIZE, sealed.size - DRM_BACKUP_RECORD_HEADER_SIZE);
    assert_int_equal(drm_restore_records_add(&piece, &backup->records), DRM_S_OK);
    drm_buffer_free(&sealed);
}

/* Posts it with these two in it; grants: as many as the licence has. */
static int restore_forged(const uint8_t authority_key[DRM_X25519_SIZE], struct drm_span head, struct drm_span license,
                          size_t grants)
{
    const struct drm_license_state state = {.count = grants,
                                            .remaining = {DRM_COUNT_UNLIMITED, DRM_COUNT_UNLIMITED}};
    const uint8_t response_key[DRM_AEAD_KEY_SIZE] = {1};
    struct drm_restore_request request;
    struct drm_buffer content = {0}, body = {0};
    struct forged_backup backup;
    bool full;

    forge_head(&backup, authority_key);
    assert_int_equal(drm_backup_response_write(head, response_key, &content), DRM_S_OK);
    forge_record(&backup, DRM_BACKUP_RECORD_RESPONSE, &content);
    drm_buffer_truncate(&content, 0);
    assert_int_equal(drm_backup_licenses_add(&state, license, &content, &full), DRM_S_OK);
    forge_record(&backup, DRM_BACKUP_RECORD_LICENSES, &content);
    drm_random(request.nonce, sizeof(request.nonce));
    memcpy(request.machine_id, machine.id, sizeof(request.machine_id));
    request.head = drm_buffer_span(&backup.encoded);
    request.records = drm_buffer_span(&backup.records);
    assert_int_equal(drm_restore_request_write(&request, machine.seed, drm_buffer_span(&machine.chain), &body),
                     DRM_S_OK);
    post("/v1/restore", &body);
    drm_buffer_free(&content);
    drm_buffer_free(&body);
    drm_buffer_free(&backup.authority_key);
    drm_buffer_free(&backup.machine_key);
    drm_buffer_free(&backup.encoded);
    drm_buffer_free(&backup.records);
    return response.status;
}

/* Whatever is wrong in it is the machine's fault, and none of the service's, which would be asked again. */
static void restore__forged_backups_are_bad_requests(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, "--rights", "Play");
    struct drm_license_response_xml xml = {.count = 0};
    const struct drm_span rubbish = drm_span("rubbish", 7);
    struct drm_signed_object object;
    struct drm_buffer spoilt = {0};
    struct licensing licensing;
    struct drm_chain chain;
    const uint8_t *key = chain.certificates[0].encrypt_key;
    struct drm_span head;

    (void)state;
    assert_int_equal(ask(&licensing, &machine, film.text, 0), 200);
    assert_int_equal(drm_license_response_xml_read(drm_buffer_span(&response.body), &xml), DRM_S_OK);
    head = drm_buffer_span(&xml.head);
    assert_int_equal(drm_signed_object_read(head, DRM_OBJECT_LICENSE_RESPONSE, &object), DRM_S_OK);
    assert_int_equal(drm_chain_read(object.chain, &chain), DRM_S_OK);
    /* The response's key does not open the licence; Play comes with Backup. */
    assert_int_equal(restore_forged(key, head, xml.licenses[0], 2), 400);
    assert_non_null(strstr((char *)response.body.data, "backup is damaged"));
    /* What is no licence, what is no response, and a licence that was altered. */
    assert_int_equal(restore_forged(key, head, rubbish, 0), 400);
    assert_non_null(strstr((char *)response.body.data, "backup is damaged"));
    assert_int_equal(restore_forged(key, rubbish, xml.licenses[0], 2), 400);
    assert_non_null(strstr((char *)response.body.data, "backup is damaged"));
    assert_int_equal(drm_buffer_append(&spoilt, xml.licenses[0].data, xml.licenses[0].size), DRM_S_OK);
    spoilt.data[spoilt.size / 2] ^= 1;
    assert_int_equal(restore_forged(key, head, drm_buffer_span(&spoilt), 2), 400);
    drm_buffer_free(&spoilt);
    drm_license_response_xml_free(&xml);
}

/* --- removal ---------------------------------------------------------------------------------------------- */

static void write_challenge(struct drm_removal_challenge *challenge, const char *data, struct drm_buffer *out)
{
    drm_random(challenge->transaction, sizeof(challenge->transaction));
    memcpy(challenge->machine_id, machine.id, sizeof(challenge->machine_id));
    challenge->caller_machine_id = drm_span("this one", 8);
    challenge->caller_data = drm_span(data, strlen(data));
    assert_int_equal(drm_removal_challenge_write(challenge, machine.seed, drm_buffer_span(&machine.chain), out),
                     DRM_S_OK);
}

static void removal__from_plan_to_receipt(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct drm_removal_challenge challenge = {.caller_data = {NULL, 0}};
    struct drm_removal_receipt receipt = {.time = 1};
    struct drm_buffer body = {0}, receipt_body = {0};
    struct drm_removal removal;
    struct licensing licensing;
    char id[2 * DRM_ID_SIZE + 1];

    (void)state;
    assert_int_equal(ask(&licensing, &machine, film.text, 0), 200);
    write_challenge(&challenge, "", &body);
    post("/v1/removal", &body);
    assert_int_equal(response.status, 404); /* there is nothing to go */
    hex_write(machine.id, sizeof(machine.id), id);
    RUN_WELL("licenses", "revoke", "--data", sandbox.data, "--machine", id, "--key-id", film.text);
    post("/v1/removal", &body);
    assert_int_equal(response.status, 200);
    assert_string_equal(http_header(&response, "Content-Type"), "application/vnd.wmdrmsdk");
    assert_int_equal(drm_removal_read(drm_buffer_span(&response.body), &removal), DRM_S_OK);
    assert_memory_equal(removal.transaction, challenge.transaction, DRM_ID_SIZE);
    assert_int_equal(removal.key_ids.size, DRM_KEY_ID_SIZE);
    post("/v1/removal", &body);
    assert_int_equal(response.status, 409);

    memcpy(receipt.transaction, challenge.transaction, DRM_ID_SIZE);
    memcpy(receipt.machine_id, machine.id, DRM_ID_SIZE);
    assert_int_equal(drm_removal_receipt_write(&receipt, machine.seed, drm_buffer_span(&machine.chain), &receipt_body),
                     DRM_S_OK);
    post("/v1/removal-receipt", &receipt_body);
    assert_int_equal(response.status, 200);
    post("/v1/removal-receipt", &receipt_body);
    assert_int_equal(response.status, 409);
    post("/v1/removal-receipt", &body);
    assert_int_equal(response.status, 400);
    post("/v1/removal", &receipt_body);
    assert_int_equal(response.status, 400);
    RUN(&outcome, "licenses", "list", "--data", sandbox.data, "--machine", id);
    assert_non_null(strstr(outcome.out, " removed 2"));
    RUN(&outcome, "licenses", "list", "--data", sandbox.data, "--json");
    assert_null(strstr(outcome.out, "\"removed\": null"));
    drm_buffer_free(&body);
    drm_buffer_free(&receipt_body);
}

/* --- many ------------------------------------------------------------------------------------------------- */

#define ASKERS 6
#define ROUNDS 20

static atomic_uint granted, refused;
static struct key_id_text limited;

/* Asserts nothing: a thread of its own. */
static void *ask_often(void *context)
{
    (void)context;
    for (unsigned int i = 0; i < ROUNDS; i++)
    {
        struct drm_buffer form = {0};
        struct http_response answer;
        struct licensing licensing;
        size_t count = 0;

        licensing_form(&licensing, &machine, limited.text, 0, false, &form);
        http_exchange(service.port, "POST", "/v1/license", form.data, form.size, &answer);
        if (answer.status == 200
            && DRM_SUCCEEDED(licensing_judge(&licensing, drm_buffer_span(&answer.body), &count)) && count == 1)
            atomic_fetch_add(&granted, 1);
        else if (answer.status == 403)
            atomic_fetch_add(&refused, 1);
        http_response_free(&answer);
        drm_buffer_free(&form);
    }
    return NULL;
}

/* However many ask at once, a machine gets no licence more than it may have. */
static void license__limit_holds_under_load(void **state)
{
    pthread_t threads[ASKERS];

    (void)state;
    limited = ADD_CONTENT(&sandbox, "--per-machine", "50");
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, NULL), 0);
    for (size_t i = 0; i < ASKERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&granted), 50);
    assert_int_equal(atomic_load(&refused), ASKERS * ROUNDS - 50);
}

/* What was answered is on record, also where the service dies in the next moment. */
static void license__killed_service_forgets_none(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct licensing licensing;

    (void)state;
    for (unsigned int i = 0; i < 5; i++)
        assert_int_equal(ask(&licensing, &machine, film.text, 0), 200);
    service_end(&service, SIGKILL);
    RUN(&outcome, "content", "list", "--data", sandbox.data, "--json");
    assert_non_null(strstr(outcome.out, "\"licenses\": 5, \"machines\": 1"));
    START(&service, &sandbox, NULL);
    assert_int_equal(ask(&licensing, &machine, film.text, 0), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(license__is_issued_to_a_machine, start, stop),
        cmocka_unit_test_setup_teardown(license__predelivery, start, stop),
        cmocka_unit_test_setup_teardown(license__every_refusal_has_its_status, start, stop),
        cmocka_unit_test_setup_teardown(license__carries_its_issuers_url, start, stop),
        cmocka_unit_test_setup_teardown(license__user_comes_from_the_proxy, start, stop),
        cmocka_unit_test_setup_teardown(license__user_named_twice_is_refused, start, stop),
        cmocka_unit_test_setup_teardown(license__hostile_bodies, start, stop),
        cmocka_unit_test_setup_teardown(license__too_long_bodies, start, stop),
        cmocka_unit_test_setup_teardown(restore__forged_backups_are_bad_requests, start, stop),
        cmocka_unit_test_setup_teardown(removal__from_plan_to_receipt, start, stop),
        cmocka_unit_test_setup_teardown(license__limit_holds_under_load, start, stop),
        cmocka_unit_test_setup_teardown(license__killed_service_forgets_none, start, stop),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service licenses", tests, NULL, NULL);
}
