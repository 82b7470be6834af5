/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store under test (store_fixture.h). */
#include "engine/store_fixture.h"

#include <stdio.h>

#include "engine/rights/evaluate.h"

struct drm_store *store_open(struct store_fixture *fixture)
{
    const struct drm_store_options options = {.directory = fixture->host.directory, .host = &fixture->host.host};
    struct drm_store *store;

    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    return store;
}

int store_setup(void **state)
{
    struct store_fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    test_host_init(&fixture->host);
    fixture->store = store_open(fixture);
    *state = fixture;
    return 0;
}

int store_teardown(void **state)
{
    struct store_fixture *fixture = *state;

    drm_store_close(fixture->store);
    test_host_free(&fixture->host);
    free(fixture);
    return 0;
}

void store_reopen(struct store_fixture *fixture)
{
    drm_store_close(fixture->store);
    fixture->store = store_open(fixture);
}

void store_edit(struct store_fixture *fixture, const char *sql)
{
    drm_store_close(fixture->store);
    test_database_execute(test_host_path(&fixture->host, "store.db"), sql);
    fixture->store = store_open(fixture);
}

/* --- version 1 -------------------------------------------------------------------------------------------- */

const char store_version_1[] =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE content(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, size INTEGER NOT NULL DEFAULT 0,"
    " created INTEGER NOT NULL, bytes BLOB) STRICT;"
    "CREATE TABLE secret(id INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB NOT NULL, created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE anchor(id INTEGER PRIMARY KEY, root BLOB NOT NULL UNIQUE,"
    " embedded INTEGER NOT NULL DEFAULT 0, identity INTEGER REFERENCES identity(id),"
    " version INTEGER NOT NULL DEFAULT 0, issuers BLOB NOT NULL DEFAULT x'',"
    " signed_time INTEGER NOT NULL DEFAULT 0, observed_time INTEGER NOT NULL DEFAULT 0,"
    " daily_limit INTEGER NOT NULL DEFAULT 0, renewal_url TEXT NOT NULL DEFAULT '',"
    " license_url TEXT NOT NULL DEFAULT '', component INTEGER REFERENCES content(id),"
    " component_name TEXT NOT NULL DEFAULT '', component_hash BLOB NOT NULL DEFAULT x'') STRICT;"
    "CREATE TABLE identity(id INTEGER PRIMARY KEY AUTOINCREMENT, anchor INTEGER NOT NULL REFERENCES anchor(id),"
    " machine_id BLOB NOT NULL, sign_key BLOB NOT NULL, encrypt_key BLOB NOT NULL, version INTEGER NOT NULL,"
    " chain BLOB NOT NULL, secret INTEGER NOT NULL REFERENCES secret(id), sealed BLOB NOT NULL,"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE revocation_list(anchor INTEGER NOT NULL REFERENCES anchor(id), type INTEGER NOT NULL,"
    " version INTEGER NOT NULL, issued INTEGER NOT NULL, entry_size INTEGER NOT NULL, entry_count INTEGER NOT NULL,"
    " entries_hash BLOB NOT NULL, entries_offset INTEGER NOT NULL, content INTEGER NOT NULL REFERENCES content(id),"
    " PRIMARY KEY(anchor, type)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id = 0x574d4453; PRAGMA user_version = 1;"
    "INSERT INTO secret(sealed, created) VALUES(x'01', 1);"
    "INSERT INTO anchor(root, version, signed_time, license_url)"
    " VALUES(x'6100000000000000000000000000000000000000000000000000000000000001', 5, 1700000123456, 'http://a/');"
    "INSERT INTO identity(anchor, machine_id, sign_key, encrypt_key, version, chain, secret, sealed, created)"
    " VALUES(1, zeroblob(16), zeroblob(32), randomblob(32), 5, x'0a0b', 1, x'02', 1);"
    "UPDATE anchor SET identity = 1;";

/* --- ids -------------------------------------------------------------------------------------------------- */

static uint8_t *next_id(void)
{
    static uint8_t ids[8][32];
    static unsigned int used;

    return memset(ids[used++ % COUNT(ids)], 0, sizeof(ids[0]));
}

const uint8_t *an_anchor(uint32_t number)
{
    uint8_t *id = next_id();

    id[0] = 'a';
    drm_put_u32(id + DRM_SIGN_PUBLIC_SIZE - 4, number);
    return id;
}

/* In another order than the numbers'. */
const uint8_t *a_key_id(uint32_t number)
{
    uint8_t *id = next_id();

    drm_put_u32(id, number * UINT32_C(2654435761));
    drm_put_u32(id + DRM_KEY_ID_SIZE - 4, number);
    return id;
}

const uint8_t *a_license_id(uint32_t number)
{
    uint8_t *id = next_id();

    id[0] = 'l';
    drm_put_u32(id + DRM_ID_SIZE - 4, number);
    return id;
}

/* --- storing ---------------------------------------------------------------------------------------------- */

struct given
{
    const struct drm_new_response *response;
};

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct given *given = context;

    *response = given->response;
    given->response = NULL;
    return DRM_S_OK;
}

static void make_terms(const struct spec *spec, struct drm_terms *out)
{
    memset(out, 0, sizeof(*out));
    out->priority = spec->priority;
    out->not_after = spec->until;
    out->grants[0].right = DRM_RIGHT_PLAY;
    out->grants[0].count = spec->plays ? spec->plays : DRM_COUNT_UNLIMITED;
    out->grants[1].right = DRM_RIGHT_COPY;
    out->grants[1].count = DRM_COUNT_UNLIMITED;
    out->grant_count = 1 + spec->license % 2;
}

static size_t bytes_of_license(uint32_t license, uint8_t out[40])
{
    return (size_t)snprintf((char *)out, 40, "the licence %u, as it came", license);
}

static size_t bytes_of_head(uint32_t response, uint8_t out[40])
{
    return (size_t)snprintf((char *)out, 40, "the head of response %u", response);
}

static void make_license(const struct spec *spec, struct drm_buffer *terms, uint8_t bytes[40],
                         struct drm_new_license *out)
{
    struct drm_terms value;

    make_terms(spec, &value);
    assert_int_equal(drm_terms_write(&value, terms), DRM_S_OK);
    memset(out, 0, sizeof(*out));
    memcpy(out->license_id, a_license_id(spec->license), sizeof(out->license_id));
    memcpy(out->key_id, a_key_id(spec->key), sizeof(out->key_id));
    out->priority = spec->priority;
    out->temporary = spec->temporary;
    out->terms = drm_buffer_span(terms);
    out->license = drm_span(bytes, bytes_of_license(spec->license, bytes));
    drm_license_state_begin(&value, &out->state);
}

drm_result try_order(struct drm_store *store, const struct order *order, struct drm_stored *out)
{
    struct drm_new_license *licenses = calloc(order->count + 1, sizeof(*licenses));
    struct drm_buffer *terms = calloc(order->count + 1, sizeof(*terms));
    uint8_t(*bytes)[40] = calloc(order->count + 1, sizeof(*bytes)), head[40], anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_new_response response = {
        .anchor = anchor,
        .identity = order->identity ? order->identity : 1,
        .head = drm_span(head, bytes_of_head(order->response, head)),
        .signed_time = order->signed_time,
        .fresh = order->fresh,
        .licenses = licenses,
        .count = order->count,
    };
    struct given given = {&response};
    const struct drm_response_source source = {.context = &given, .next = next_response};
    drm_result result;

    assert_true(licenses && terms && bytes);
    memcpy(anchor, an_anchor(order->anchor), sizeof(anchor));
    drm_put_u32(response.response_id, order->response);
    for (size_t i = 0; i < order->count; i++)
        make_license(&order->specs[i], &terms[i], bytes[i], &licenses[i]);
    result = drm_store_add_responses(store, &source, out);
    for (size_t i = 0; i < order->count; i++)
        drm_buffer_free(&terms[i]);
    free(licenses);
    free(terms);
    free(bytes);
    return result;
}

struct drm_stored add(struct drm_store *store, const struct spec *specs, size_t count)
{
    const struct order order = {.anchor = 1, .response = specs[0].license, .specs = specs, .count = count};
    struct drm_stored stored;

    assert_int_equal(try_order(store, &order, &stored), DRM_S_OK);
    return stored;
}

void add_one(struct drm_store *store, struct spec spec)
{
    assert_int_equal(add(store, &spec, 1).added, 1);
}

/* --- asking ----------------------------------------------------------------------------------------------- */

size_t count_of_key(struct drm_store *store, uint32_t key)
{
    const struct drm_license_set *set;
    size_t count;

    assert_int_equal(drm_store_find_licenses(store, a_key_id(key), &set), DRM_S_OK);
    count = set->count;
    drm_license_set_release(store, set);
    return count;
}

struct drm_known_license the_license(struct drm_store *store, uint32_t key)
{
    const struct drm_license_set *set;
    struct drm_known_license license;

    assert_int_equal(drm_store_find_licenses(store, a_key_id(key), &set), DRM_S_OK);
    assert_int_equal(set->count, 1);
    license = set->licenses[0];
    drm_license_set_release(store, set);
    return license;
}

int64_t number_of(struct drm_store *store, uint32_t key)
{
    return the_license(store, key).number;
}

struct using
{
    int64_t now;
};

static drm_result use_first(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    const struct using *using = context;

    if (licenses[0].state.flags)
        return DRM_E_LICENSE_NOT_ENABLED;
    if (!licenses[0].state.remaining[0])
        return DRM_E_NO_RIGHTS;
    drm_license_state_use(&states[0], 0, using->now);
    return DRM_S_OK;
}

drm_result use(struct drm_store *store, int64_t number, int64_t now)
{
    struct using using = {now};

    return drm_store_change_states(store, &number, 1, use_first, &using);
}

size_t list(struct drm_store *store, const struct drm_license_filter *filter, uint32_t out[LISTED_MAX])
{
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    size_t count = 0;

    assert_int_equal(drm_license_cursor_open(store, filter, NULL, &cursor), DRM_S_OK);
    for (;; count++)
    {
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        if (!entry)
            break;
        assert_true(count < LISTED_MAX);
        out[count] = drm_get_u32(entry->license_id + DRM_ID_SIZE - 4);
    }
    drm_license_cursor_close(cursor);
    return count;
}

size_t count_all(struct drm_store *store)
{
    const struct drm_license_filter all = {0};
    uint32_t listed[LISTED_MAX];

    return list(store, &all, listed);
}

void assert_read(struct drm_store *store, int64_t number, uint32_t license, uint32_t response)
{
    struct drm_buffer bytes = {0}, head = {0};
    uint8_t expected[40];
    size_t size;

    assert_int_equal(drm_store_read_license(store, number, &bytes, &head), DRM_S_OK);
    size = bytes_of_license(license, expected);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.data, expected, size);
    size = bytes_of_head(response, expected);
    assert_int_equal(head.size, size);
    assert_memory_equal(head.data, expected, size);
    drm_buffer_free(&bytes);
    drm_buffer_free(&head);
}

const struct drm_used_challenge *answer_to(const uint8_t transaction[DRM_ID_SIZE])
{
    static struct drm_used_challenge challenge;

    challenge = (struct drm_used_challenge){.transaction = transaction};
    return &challenge;
}
