/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Issuing licences: ten thousand in one response, and one at a time, beside what would be paid otherwise, SQLite for
 * the same rows and a signature for each licence (docs/benchmarks.md).
 *
 *     bench_issuing FOLDER [licences [rounds]]
 *
 * FOLDER has to exist and be empty; an authority is made in it, and left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "engine/authority/contents.h"
#include "engine/database/database.h"
#include "engine/format/license_challenge.h"
#include "engine/xml/content_header.h"
#include "engine/xml/license_request.h"
#include "support/plain_host.h"

#define RIGHTS "Play(count=5, until=2030-01-01); Copy; priority=3"
#define SINGLES 200
#define SIGNATURES 50

static struct plain_host host;
static struct drm_authority *authority;

/* --- the machine that asks ---------------------------------------------------------------------------------- */

static uint8_t machine_id[DRM_ID_SIZE], machine_seed[DRM_SIGN_SEED_SIZE];
static struct drm_buffer machine_chain;

static void individualize(void)
{
    struct drm_request request = {.kind = DRM_REQUEST_INDIVIDUALIZE};
    uint8_t decrypt_key[DRM_X25519_SIZE], *place;
    struct drm_authority_reply *reply;
    struct drm_buffer bytes = {0}, answer = {0};
    struct drm_answer head;
    size_t read, size;

    drm_random(machine_id, sizeof(machine_id));
    drm_random(machine_seed, sizeof(machine_seed));
    drm_random(decrypt_key, sizeof(decrypt_key));
    drm_random(request.nonce, sizeof(request.nonce));
    memcpy(request.machine_id, machine_id, sizeof(machine_id));
    measure_check(drm_sign_public(machine_seed, request.sign_key), "drm_sign_public");
    measure_check(drm_x25519_public(decrypt_key, request.encrypt_key), "drm_x25519_public");
    measure_check(drm_request_write(&request, machine_seed, NULL, &bytes), "drm_request_write");
    measure_check(drm_authority_handle(authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&bytes), &reply),
                  "drm_authority_handle");
    size = (size_t)drm_authority_reply_size(reply);
    measure_check(drm_buffer_extend(&answer, size, &place), "memory");
    measure_check(drm_authority_reply_read(reply, 0, place, size, &read), "drm_authority_reply_read");
    measure_check(drm_answer_head_read(drm_span(place + DRM_ANSWER_LENGTH_SIZE, drm_get_u32(place)),
                                       drm_authority_root(authority), &head),
                  "drm_answer_head_read");
    measure_check(drm_buffer_append(&machine_chain, head.machine_chain.data, head.machine_chain.size), "memory");
    drm_authority_reply_free(reply);
    drm_buffer_free(&answer);
    drm_buffer_free(&bytes);
}

/* key_id NULL: everything. */
static void write_request(const uint8_t *key_id, struct drm_buffer *out)
{
    struct drm_license_request request = {.client_version = "2.10.0.1", .security_version = "2.10.0.1"};
    struct drm_license_challenge challenge = {.time = 1};
    struct drm_content_header header = {.url = ""};

    drm_random(challenge.nonce, sizeof(challenge.nonce));
    memcpy(challenge.machine_id, machine_id, sizeof(machine_id));
    measure_check(drm_buffer_append(&request.chain, machine_chain.data, machine_chain.size), "memory");
    if (key_id)
    {
        request.has_header = true;
        memcpy(header.key_id, key_id, sizeof(header.key_id));
        measure_check(drm_content_header_write(&header, &request.header), "drm_content_header_write");
        drm_sha256(request.header.data, request.header.size, challenge.header_hash);
    }
    measure_check(drm_license_challenge_write(&challenge, machine_seed, &request.challenge),
                  "drm_license_challenge_write");
    measure_check(drm_license_request_write(&request, out), "drm_license_request_write");
    drm_license_request_free(&request);
}

/* Milliseconds; *size: of the response. */
static double issue(const uint8_t *key_id, size_t *size)
{
    struct drm_buffer request = {0}, response = {0};
    double start;

    write_request(key_id, &request);
    start = measure_now_us();
    measure_check(drm_authority_issue_licenses(authority, drm_buffer_span(&request), true, NULL, &response),
                  "drm_authority_issue_licenses");
    start = (measure_now_us() - start) / 1000;
    *size = response.size;
    drm_buffer_free(&response);
    drm_buffer_free(&request);
    return start;
}

/* --- what else it would take -------------------------------------------------------------------------------- */

/* The rows of one response, with the indexes of the record, in one transaction with one flush. Milliseconds. */
static double insert_rows(struct drm_database *database, size_t count)
{
    struct drm_statement statement;
    uint8_t license_id[DRM_ID_SIZE], key_id[DRM_KEY_ID_SIZE] = {0};
    double start = measure_now_us();

    measure_check(drm_database_begin(database), "BEGIN");
    drm_statement_prepare(&statement, database, "INSERT INTO issued VALUES(NULL, ?1, ?2, ?3, '', 1, 1, 0)");
    drm_statement_bind_blob(&statement, 3, machine_id, sizeof(machine_id));
    for (size_t i = 0; i < count; i++)
    {
        drm_random(license_id, sizeof(license_id));
        drm_put_u32(key_id, (uint32_t)i + 1);
        drm_statement_bind_blob(&statement, 1, license_id, sizeof(license_id));
        drm_statement_bind_blob(&statement, 2, key_id, sizeof(key_id));
        drm_statement_step(&statement);
        drm_statement_reset(&statement);
    }
    measure_check(drm_statement_finish(&statement), "INSERT");
    measure_check(drm_database_commit(database), "COMMIT");
    return (measure_now_us() - start) / 1000;
}

static struct drm_database *open_plain(const char *folder)
{
    static const char script[] =
        "CREATE TABLE issued(id INTEGER PRIMARY KEY AUTOINCREMENT, license_id BLOB UNIQUE, key_id BLOB,"
        " machine_id BLOB, user_id TEXT, revocable INTEGER, issued INTEGER, removed INTEGER);"
        "CREATE INDEX issued_key ON issued(key_id); CREATE INDEX issued_machine ON issued(machine_id, key_id);";
    static const char *const scripts[] = {script};
    static const struct drm_database_schema schema = {.application_id = 1, .scripts = scripts, .version = 1};
    struct drm_database *database;
    char path[4096];

    snprintf(path, sizeof(path), "%s/plain.db", folder);
    measure_check(drm_database_open(path, &schema, DRM_DATABASE_OPEN_OR_CREATE, &host.host.log, NULL, &database),
                  "plain.db");
    return database;
}

/* Milliseconds for one. */
static double sign_one(void)
{
    const struct drm_span message = drm_span("a licence", 9);
    uint8_t signature[DRM_SIGNATURE_SIZE];
    double start = measure_now_us();

    for (int i = 0; i < SIGNATURES; i++)
        measure_check(drm_sign(machine_seed, "benchmark", message, signature), "drm_sign");
    return (measure_now_us() - start) / 1000 / SIGNATURES;
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

static void add_contents(size_t count)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));
    double start = measure_now_us();

    measure_check(item ? 0 : -1, "memory");
    strcpy(item->rights, RIGHTS);
    for (size_t i = 0; i < count; i++)
    {
        drm_put_u32(item->key_id, (uint32_t)i + 1);
        measure_check(drm_authority_add_content(authority, item, NULL), "drm_authority_add_content");
    }
    free(item);
    printf("%zu contents added, %.2f ms each\n", count, (measure_now_us() - start) / 1000 / (double)count);
}

static void run(const char *folder, size_t count, int rounds)
{
    static struct series ours, rows, single, signature;
    struct drm_database *plain = open_plain(folder);
    uint8_t key_id[DRM_KEY_ID_SIZE] = {0, 0, 0, 1};
    size_t size = 0, one = 0;

    for (int i = 0; i < rounds; i++)
    {
        series_add(&ours, issue(NULL, &size));
        series_add(&rows, insert_rows(plain, count));
        series_add(&signature, sign_one());
        for (int k = 0; k < SINGLES / rounds; k++)
            series_add(&single, issue(key_id, &one));
    }
    drm_database_close(plain);
    printf("%zu licences in one response  median %8.1f ms   best %8.1f ms   %zu bytes\n", count, series_median(&ours),
           series_quantile(&ours, 0), size);
    printf("SQLite for as many rows        median %8.1f ms   best %8.1f ms\n", series_median(&rows),
           series_quantile(&rows, 0));
    printf("a signature for each would be         %8.1f ms\n", series_median(&signature) * (double)count);
    printf("one licence                    median %8.2f ms   best %8.2f ms   %zu bytes\n", series_median(&single),
           series_quantile(&single, 0), one);
}

int main(int argc, char **argv)
{
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : DRM_PREDELIVERY_MAX;
    int rounds = argc > 3 ? atoi(argv[3]) : 11;
    struct drm_authority_options options = {.name = "benchmark", .host = &host.host};

    if (argc < 2 || !count || count > DRM_PREDELIVERY_MAX || rounds < 1 || rounds > SINGLES)
    {
        fprintf(stderr, "bench_issuing FOLDER [licences (1 to %d) [rounds (1 to %d)]]\n", DRM_PREDELIVERY_MAX, SINGLES);
        return 2;
    }
    options.directory = argv[1];
    measure_check(drm_crypto_init(), "cryptography");
    plain_host_init(&host);
    measure_check(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), argv[1]);
    individualize();
    add_contents(count);
    run(argv[1], count, rounds);
    drm_authority_close(authority);
    drm_buffer_free(&machine_chain);
    return 0;
}
