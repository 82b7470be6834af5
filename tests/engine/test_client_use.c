/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Using licences: the key that comes out, the counts that go down, and one code for each reason why not; and what
 * questions do to the store's log.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "engine/held_store.h"
#include "engine/threads.h"
#include "engine/use_fixture.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

/* --- tests -------------------------------------------------------------------------------------------------- */

static void use__gives_the_content_key(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play; Copy");
    give(fixture, 2, "Play");
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
    assert_int_equal(use(fixture, 1, "Play;Copy"), DRM_S_OK);
    assert_int_equal(use(fixture, 2, NULL), DRM_S_OK);
    /* Now with the response's key that was kept, as another process would. */
    client_reopen(fixture);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 2, NULL), DRM_S_OK);
}

static void use__plain_licence_writes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct drm_store *store = open_store(fixture);
    uint64_t generation;

    give(fixture, 1, "Play; Copy(count=3)");
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    generation = drm_store_generation(store);
    assert_true(generation != 0);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_true(drm_store_generation(store) == generation);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
    assert_true(drm_store_generation(store) != generation);
    drm_store_close(store);
}

static void use__lowers_the_count_of_its_right(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play(count=2); Copy(count=1)");
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 1);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_COPY), 1);
    client_reopen(fixture);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 1);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_E_LICENSE_UNUSABLE);
    /* More than one right in the filter: Play. */
    assert_int_equal(use(fixture, 1, "Play;Copy"), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_LICENSE_UNUSABLE);
    assert_int_equal(refusal(fixture, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXHAUSTED);
}

static void use__one_enumeration_again_and_again(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_enumeration *enumeration;

    give(fixture, 1, "Play(count=3)");
    enumeration = enumerate(fixture, 1, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(drm_enumeration_use(enumeration, key), DRM_S_OK);
    assert_int_equal(drm_enumeration_use(enumeration, key), DRM_E_LICENSE_UNUSABLE);
    drm_enumeration_free(enumeration);
}

/* Rights that the store decides about, in the store's order: Play of each. */
static void use__one_code_for_each_reason(void **state)
{
    static const struct
    {
        const char *rights;
        drm_result expected;
    } cases[] = {
        {"Copy", DRM_E_NO_RIGHTS},
        {"Play(until=2023-11-14T00:00Z)", DRM_E_LICENSE_EXPIRED},
        {"Play(from=2023-11-16T00:00Z)", DRM_E_LICENSE_NOT_ENABLED},
        {"Play; from=2023-11-16T00:00Z", DRM_E_LICENSE_NOT_ENABLED},
        {"Play; metered=yes", DRM_E_METERING},
        {"Play; min-security=3.0", DRM_E_NEEDS_INDIVIDUALIZATION},
        {"Play; min-revinfo=1000000", DRM_E_RIV_TOO_SMALL},
        {"Play(until=2023-11-14T00:00Z); min-revinfo=1000000", DRM_E_LICENSE_EXPIRED},
        {"Play", DRM_E_STORE_CORRUPT}, /* it may be used, and then is no licence */
    };
    struct fixture *fixture = *state;
    uint32_t i;

    for (i = 0; i < COUNT(cases); i++)
    {
        const drm_result result = (put(fixture, i + 1, cases[i].rights), use(fixture, i + 1, NULL));

        if (result != cases[i].expected)
            fail_msg("%s: 0x%08x", cases[i].rights, (unsigned int)result);
    }
}

static void use__key_that_does_not_open_uses_up_nothing(void **state)
{
    struct fixture *fixture = *state;

    put(fixture, 1, "Play(count=5, hours=24)");
    assert_int_equal(use(fixture, 1, NULL), DRM_E_STORE_CORRUPT);
    assert_int_equal(state_of(fixture, 1, DRM_RIGHT_PLAY).category, DRM_CATEGORY_AFTER_FIRST_USE);
    put(fixture, 2, "Play(count=5)");
    assert_int_equal(use(fixture, 2, NULL), DRM_E_STORE_CORRUPT);
    assert_int_equal(remaining(fixture, 2, DRM_RIGHT_PLAY), 5);
}

static void use__licences_that_went_after_they_were_seen(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[DRM_CONTENT_KEY_SIZE], key_id[DRM_KEY_ID_SIZE];
    struct drm_enumeration *enumeration;

    give(fixture, 1, "Play");
    enumeration = enumerate(fixture, 1, NULL);
    key_id_of(1, key_id);
    assert_int_equal(drm_client_delete_license(fixture->client, key_id, true), DRM_S_OK);
    assert_int_equal(drm_enumeration_use(enumeration, key), DRM_E_LICENSE_UNAVAILABLE);
    assert_int_equal(drm_client_delete_license(fixture->client, key_id, false), DRM_S_OK);
    assert_int_equal(drm_enumeration_use(enumeration, key), DRM_E_LICENSE_NOT_FOUND);
    drm_enumeration_free(enumeration);
}

static void use__hours_begin_with_any_right(void **state)
{
    struct fixture *fixture = *state;
    struct drm_state_data data;

    give(fixture, 1, "Play(hours=24); Copy");
    data = state_of(fixture, 1, DRM_RIGHT_PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_AFTER_FIRST_USE);
    assert_int_equal(data.counts[0], 24);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
    data = state_of(fixture, 1, DRM_RIGHT_PLAY);
    assert_int_equal(data.category, DRM_CATEGORY_UNTIL);
    assert_true(data.dates[0] == TEST_HOST_NOW + 24 * HOUR_MS);
    fixture->host.now += 24 * HOUR_MS - 1;
    fixture->host.monotonic += (uint64_t)(24 * HOUR_MS - 1);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    fixture->host.now += 1;
    fixture->host.monotonic += 1;
    assert_int_equal(use(fixture, 1, NULL), DRM_E_LICENSE_EXPIRED);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
}

/* --- chains --- */

static void give_chain(struct fixture *fixture, const char *root_rights, const char *leaf_rights)
{
    char rights[200];

    add_content(fixture, 10, root_rights);
    snprintf(rights, sizeof(rights), "%s; uplink=%s", leaf_rights, key_id_text(10));
    give(fixture, 1, rights);
}

static void use__leaf_and_root_both_count(void **state)
{
    struct fixture *fixture = *state;

    give_chain(fixture, "Play(count=2)", "Play(count=5)");
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 2);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(remaining(fixture, 10, DRM_RIGHT_PLAY), 1);
    assert_int_equal(use(fixture, 10, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_LICENSE_UNUSABLE);
    assert_int_equal(refusal(fixture, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_EXHAUSTED);
}

static void use__leaf_needs_its_root(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    give_chain(fixture, "Play", "Play(count=5)");
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    key_id_of(10, key_id);
    assert_int_equal(drm_client_delete_license(fixture->client, key_id, false), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_NO_UPLINK_LICENSE);
    assert_int_equal(refusal(fixture, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_CHAIN);
}

static void use__chains_have_one_link(void **state)
{
    struct fixture *fixture = *state;
    char rights[200];

    put(fixture, 3, "Play");
    snprintf(rights, sizeof(rights), "Play; uplink=%s", key_id_text(3));
    put(fixture, 2, rights);
    snprintf(rights, sizeof(rights), "Play; uplink=%s", key_id_text(2));
    put(fixture, 1, rights);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_CHAIN_TOO_LONG);
}

/* Nobody gets a key whose count could not be written, and nobody loses a count. */
static void use__of_a_store_that_another_program_holds(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {0xee}, untouched[DRM_CONTENT_KEY_SIZE] = {0xee};
    struct drm_enumeration *enumeration;

    give(fixture, 1, "Play(count=3)");
    enumeration = enumerate(fixture, 1, NULL);
    held_store_begin(test_host_path(&fixture->host, "store.db"), false);
    assert_int_equal(drm_enumeration_use(enumeration, key), DRM_E_BUSY);
    assert_memory_equal(key, untouched, sizeof(key));
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 3);
    assert_true(held_store_end() > HELD_STORE_MANY);
    assert_int_equal(drm_enumeration_use(enumeration, key), DRM_S_OK);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 2);
    drm_enumeration_free(enumeration);
}

/* --- time --- */

static void use__clock_that_was_set_back(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play(until=2024-01-01T00:00Z); Copy(count=2)");
    give(fixture, 2, "Play(until=2024-01-01T00:00Z); Copy; rollback=disable");
    give(fixture, 3, "Play(until=2024-01-01T00:00Z); Copy; rollback=delete");
    give(fixture, 4, "Play; rollback=delete");
    set_clock_back(fixture);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_NO_SECURE_CLOCK);
    assert_int_equal(use(fixture, 1, "Copy"), DRM_S_OK);
    assert_int_equal(use(fixture, 2, "Copy"), DRM_E_NO_SECURE_CLOCK);
    assert_int_equal(use(fixture, 3, "Copy"), DRM_E_NO_SECURE_CLOCK);
    assert_int_equal(use(fixture, 4, NULL), DRM_S_OK);

    /* It is right again: the first goes on, the second never does, the third is gone. */
    fixture->host.now += 2 * DAY_MS;
    client_reopen(fixture);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 2, NULL), DRM_E_NO_SECURE_CLOCK);
    assert_int_equal(refusal(fixture, 2, DRM_RIGHT_COPY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    assert_int_equal(refusal(fixture, 3, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    assert_int_equal(use(fixture, 4, NULL), DRM_S_OK);
}

static void use__clock_that_was_right_again_before_any_use(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 2, "Play(until=2024-01-01T00:00Z); rollback=disable");
    set_clock_back(fixture);
    assert_int_equal(refusal(fixture, 2, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    fixture->host.now += 2 * DAY_MS;
    client_reopen(fixture);
    assert_int_equal(use(fixture, 2, NULL), DRM_S_OK);
}

static void use__five_minutes_of_tolerance(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play(until=2024-01-01T00:00Z)");
    fixture->host.now -= 5 * 60 * 1000;
    client_reopen(fixture);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    fixture->host.now -= 60 * 1000;
    client_reopen(fixture);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_NO_SECURE_CLOCK);
}

/* --- identities, temporary licences, threads --- */

static void use__key_of_an_earlier_identity(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play");
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(individualize(fixture->client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    give(fixture, 2, "Play");
    client_reopen(fixture);
    assert_int_equal(use(fixture, 2, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
}

static void use__temporary_licences(void **state)
{
    struct fixture *fixture = *state;
    char rights[200];

    give(fixture, 1, "Play(count=2); persist=no");
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 1);
    assert_int_equal(use(fixture, 1, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 1, NULL), DRM_E_LICENSE_UNUSABLE);

    /* A temporary leaf of a permanent root. */
    add_content(fixture, 10, "Play(count=1)");
    snprintf(rights, sizeof(rights), "Play; persist=no; uplink=%s", key_id_text(10));
    give(fixture, 2, rights);
    assert_int_equal(use(fixture, 2, NULL), DRM_S_OK);
    assert_int_equal(use(fixture, 2, NULL), DRM_E_LICENSE_UNUSABLE);
}

struct race
{
    struct fixture *fixture;
    atomic_uint used, refused, failed;
};

static void use_until_refused(void *context, size_t index)
{
    struct race *race = context;
    const struct drm_license_request_filter filter = {.rights = "Play"};
    struct drm_enumeration *enumeration = NULL;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    drm_result result;

    (void)index;
    if (DRM_FAILED(drm_client_enumerate(race->fixture->client, &filter, &enumeration)))
    {
        atomic_fetch_add(&race->failed, 1);
        return;
    }
    while (DRM_SUCCEEDED(result = drm_enumeration_use(enumeration, key)))
        atomic_fetch_add(&race->used, 1);
    atomic_fetch_add(result == DRM_E_LICENSE_UNUSABLE ? &race->refused : &race->failed, 1);
    drm_enumeration_free(enumeration);
}

static void use__threads_use_up_no_more_than_there_is(void **state)
{
    enum { THREADS = 4 };
    struct fixture *fixture = *state;
    struct race race = {.fixture = fixture};

    give(fixture, 1, "Play(count=50)");
    assert_true(run_threads(THREADS, use_until_refused, &race));
    assert_int_equal(atomic_load(&race.failed), 0);
    assert_int_equal(atomic_load(&race.used), 50);
    assert_int_equal(atomic_load(&race.refused), THREADS);
    assert_int_equal(remaining(fixture, 1, DRM_RIGHT_PLAY), 0);
}

/* --- the store's log, while somebody asks --- */

/* Can the log be written back wholly and emptied? */
static bool log_can_be_emptied(struct fixture *fixture)
{
    sqlite3 *database;
    int code;

    assert_int_equal(sqlite3_open(test_host_path(&fixture->host, "store.db"), &database), SQLITE_OK);
    /* A connection that has read nothing does not know of the log. */
    assert_int_equal(sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
    code = sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    assert_true(code == SQLITE_OK || code == SQLITE_BUSY);
    sqlite3_close(database);
    return code == SQLITE_OK;
}

static void rest__ends_what_a_question_left_open(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "Play");
    assert_int_equal(refusal(fixture, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
    put(fixture, 2, "Play"); /* as another process would */
    assert_false(log_can_be_emptied(fixture));
    drm_client_rest(fixture->client);
    assert_true(log_can_be_emptied(fixture));
    /* Asking again opens it again. */
    assert_int_equal(refusal(fixture, 2, DRM_RIGHT_PLAY), DRM_ALLOWED);
    put(fixture, 3, "Play");
    assert_false(log_can_be_emptied(fixture));
    drm_client_rest(fixture->client);
    drm_client_rest(fixture->client);
    assert_true(log_can_be_emptied(fixture));
    client_reopen(fixture);
    drm_client_rest(fixture->client); /* nothing is open yet */
}

static void log__stays_short_while_somebody_always_asks(void **state)
{
    enum { CHANGES = 300, MIB = 1024 * 1024 };
    struct fixture *fixture = *state;
    uint64_t written = 0;
    size_t size, before = 0, largest = 0;

    for (uint32_t i = 0; i < CHANGES; i++)
    {
        put(fixture, 1000 + i, "Play");
        assert_int_equal(refusal(fixture, 1000 + i, DRM_RIGHT_PLAY), DRM_ALLOWED);
        free(test_file_read(test_host_path(&fixture->host, "store.db-wal"), &size));
        written += size > before ? size - before : 0;
        before = size;
        largest = size > largest ? size : largest;
    }
    /* It came to its limit, and stayed there. */
    assert_true(written >= 4 * MIB);
    assert_true(largest <= 5 * MIB);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, use_setup, client_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(use__gives_the_content_key),
        ROW(use__of_a_store_that_another_program_holds),
        ROW(use__plain_licence_writes_nothing),
        ROW(use__lowers_the_count_of_its_right),
        ROW(use__one_enumeration_again_and_again),
        ROW(use__one_code_for_each_reason),
        ROW(use__key_that_does_not_open_uses_up_nothing),
        ROW(use__licences_that_went_after_they_were_seen),
        ROW(use__hours_begin_with_any_right),
        ROW(use__leaf_and_root_both_count),
        ROW(use__leaf_needs_its_root),
        ROW(use__chains_have_one_link),
        ROW(use__clock_that_was_set_back),
        ROW(use__clock_that_was_right_again_before_any_use),
        ROW(use__five_minutes_of_tolerance),
        ROW(use__key_of_an_earlier_identity),
        ROW(use__temporary_licences),
        ROW(use__threads_use_up_no_more_than_there_is),
        ROW(rest__ends_what_a_question_left_open),
        ROW(log__stays_short_while_somebody_always_asks),
    };

    return cmocka_run_group_tests_name("licenses: use", tests, NULL, NULL);
}
