/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many licences (many_licenses.h). */
#include "bench/many_licenses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "engine/base/path.h"
#include "engine/crypto/crypto.h"

#define IN_A_RESPONSE 10000
#define HEAD_SIZE 700
#define LICENSE_SIZE 900 /* with ten thousand in a response: 250 of fields, the rest is the path in its tree */
#define KINDS 4

/* What a licence grants, by its number. */
struct kind
{
    struct drm_license_state begin;
    struct drm_buffer terms;
};

static struct kind kinds[KINDS];
static uint8_t bytes[HEAD_SIZE + LICENSE_SIZE];

static void make_kinds(void)
{
    const struct drm_grant plays[KINDS] = {
        {.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED},
        {.right = DRM_RIGHT_PLAY, .count = 20},
        {.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED, .until = INT64_C(4000000000000)},
        {.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED, .hours = 48},
    };

    if (kinds[0].terms.size)
        return;
    for (size_t i = 0; i < KINDS; i++)
    {
        struct drm_terms terms = {.grant_count = 2};

        terms.grants[0] = plays[i];
        terms.grants[1] = (struct drm_grant){.right = DRM_RIGHT_COPY, .count = 3};
        measure_check(drm_terms_write(&terms, &kinds[i].terms), "terms");
        drm_license_state_begin(&terms, &kinds[i].begin);
    }
    drm_random(bytes, sizeof(bytes));
}

void many_licenses_key_id(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    uint8_t hash[DRM_SHA256_SIZE], text[4];

    drm_put_u32(text, number);
    drm_sha256(text, sizeof(text), hash);
    memcpy(out, hash, DRM_KEY_ID_SIZE);
}

/* --- the store -------------------------------------------------------------------------------------------- */

struct drm_store *many_licenses_open(const char *folder, const struct drm_host *host)
{
    const struct drm_store_options options = {.directory = folder, .host = host};
    struct drm_store *store;

    measure_check(drm_store_open(&options, NULL, &store), "opening the store");
    return store;
}

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    const struct drm_new_response **given = context;

    *response = *given;
    *given = NULL;
    return DRM_S_OK;
}

static void fill(struct drm_new_license *license, uint32_t number)
{
    const struct kind *kind = &kinds[number % KINDS];

    many_licenses_key_id(number, license->key_id);
    memcpy(license->license_id, license->key_id, DRM_ID_SIZE);
    license->terms = drm_buffer_span(&kind->terms);
    license->license = drm_span(bytes + HEAD_SIZE, LICENSE_SIZE);
    license->state = kind->begin;
}

static void store_licenses(struct drm_store *store, const struct drm_new_license *licenses, size_t count)
{
    struct drm_new_response response = {
        .head = drm_span(bytes, HEAD_SIZE), .signed_time = 1, .licenses = licenses, .count = count};
    const struct drm_new_response *given = &response;
    const struct drm_response_source source = {.context = &given, .next = next_response};
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_identity identity;
    struct drm_stored stored;

    measure_check(drm_store_get_embedded_anchor(store, anchor), "the anchor");
    measure_check(drm_store_get_identity(store, anchor, &identity), "the identity");
    drm_random(response.response_id, sizeof(response.response_id));
    response.anchor = anchor;
    response.identity = identity.number;
    measure_check(drm_store_add_responses(store, &source, &stored), "storing");
    if (stored.added != count)
        measure_check(-1, "storing all of them");
    drm_identity_free(&identity);
}

void many_licenses_add(struct drm_store *store, uint32_t number)
{
    struct drm_new_license license = {.temporary = false};

    make_kinds();
    fill(&license, number);
    store_licenses(store, &license, 1);
}

/* --- plain SQLite ----------------------------------------------------------------------------------------- */

static void must(sqlite3 *database, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(database));
    exit(2);
}

static sqlite3 *open_plain(const char *folder)
{
    char *path = drm_path_join(folder, "plain.db");
    sqlite3 *database;

    must(NULL, sqlite3_open(path, &database));
    must(database, sqlite3_exec(database, "PRAGMA journal_mode=WAL", NULL, NULL, NULL));
    free(path);
    return database;
}

static void insert_plain(sqlite3 *database, sqlite3_stmt *insert, const struct drm_new_license *licenses, size_t count)
{
    must(database, sqlite3_exec(database, "BEGIN", NULL, NULL, NULL));
    for (size_t i = 0; i < count; i++)
    {
        uint8_t state[DRM_LICENSE_STATE_MAX_SIZE];
        int size = (int)drm_license_state_write(&licenses[i].state, state);

        sqlite3_bind_blob(insert, 1, licenses[i].key_id, DRM_KEY_ID_SIZE, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, licenses[i].terms.data, (int)licenses[i].terms.size, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 3, state, size, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 4, licenses[i].license.data, (int)licenses[i].license.size, SQLITE_STATIC);
        must(database, sqlite3_step(insert));
        must(database, sqlite3_reset(insert));
    }
    must(database, sqlite3_exec(database, "COMMIT", NULL, NULL, NULL));
}

void plain_licenses_open(const char *folder, struct plain_licenses *out)
{
    out->database = open_plain(folder);
    must(out->database, sqlite3_prepare_v2(out->database, "SELECT terms, state FROM license WHERE key_id = ?1", -1,
                                           &out->select, NULL));
}

unsigned int plain_licenses_ask(struct plain_licenses *plain, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    unsigned int count = 0;
    int code;

    sqlite3_bind_blob(plain->select, 1, key_id, DRM_KEY_ID_SIZE, SQLITE_STATIC);
    while ((code = sqlite3_step(plain->select)) == SQLITE_ROW)
        count += sqlite3_column_blob(plain->select, 0) && sqlite3_column_blob(plain->select, 1);
    must(plain->database, code);
    must(plain->database, sqlite3_reset(plain->select));
    return count;
}

void plain_licenses_close(struct plain_licenses *plain)
{
    sqlite3_finalize(plain->select);
    sqlite3_close(plain->database);
}

/* --- both ------------------------------------------------------------------------------------------------- */

void many_licenses_make(const char *folder, const struct drm_host *host, uint32_t count)
{
    struct drm_new_license *licenses = calloc(IN_A_RESPONSE, sizeof(*licenses));
    struct drm_store *store = many_licenses_open(folder, host);
    sqlite3 *plain = open_plain(folder);
    sqlite3_stmt *insert;

    measure_check(licenses ? 0 : -1, "memory");
    make_kinds();
    must(plain, sqlite3_exec(plain,
                             "CREATE TABLE license(id INTEGER PRIMARY KEY, key_id BLOB NOT NULL, terms BLOB NOT NULL,"
                             " state BLOB NOT NULL, license BLOB NOT NULL);"
                             "CREATE INDEX license_key ON license(key_id)",
                             NULL, NULL, NULL));
    must(plain, sqlite3_prepare_v2(plain, "INSERT INTO license(key_id, terms, state, license) VALUES(?1, ?2, ?3, ?4)",
                                   -1, &insert, NULL));
    for (uint32_t done = 0; done < count;)
    {
        size_t size = count - done < IN_A_RESPONSE ? count - done : IN_A_RESPONSE;

        for (size_t i = 0; i < size; i++)
            fill(&licenses[i], done + (uint32_t)i);
        store_licenses(store, licenses, size);
        insert_plain(plain, insert, licenses, size);
        done += (uint32_t)size;
    }
    sqlite3_finalize(insert);
    sqlite3_close(plain);
    drm_store_close(store);
    free(licenses);
}
