/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing, marking, cleaning, and challenges. */
#include "engine/store_fixture.h"

static const enum drm_license_flag removals[] = {DRM_LICENSE_DELETED, DRM_LICENSE_REVOKED};

static void remove__stays_gone_when_it_comes_again(void **state)
{
    struct store_fixture *fixture = *state;

    for (uint32_t i = 0; i < COUNT(removals); i++)
        for (uint32_t temporary = 0; temporary < 2; temporary++)
        {
            const uint32_t id = 1 + 2 * i + temporary;
            struct spec spec = {.license = id, .key = id, .temporary = temporary};
            int64_t number;

            add_one(fixture->store, spec);
            number = number_of(fixture->store, id);
            assert_int_equal(drm_store_remove(fixture->store, &number, 1, removals[i], NULL), DRM_S_OK);
            assert_int_equal(count_of_key(fixture->store, id), 0);
            assert_int_equal(drm_store_read_license(fixture->store, number, NULL, NULL), DRM_E_LICENSE_NOT_FOUND);
            for (unsigned int again = 0; again < 2; again++)
            {
                spec.temporary = again; /* whichever way */
                assert_int_equal(add(fixture->store, &spec, 1).refused, 1);
            }
            assert_int_equal(count_of_key(fixture->store, id), 0);
        }
    assert_int_equal(count_all(fixture->store), 0);
    assert_int_equal(drm_store_count_temporary(fixture->store), 0);
}

static void remove__the_rest_of_a_response_is_stored(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1}, {.license = 2, .key = 2}};
    struct drm_stored stored;
    int64_t number;

    add_one(fixture->store, specs[0]);
    number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    stored = add(fixture->store, specs, 2);
    assert_int_equal(stored.added, 1);
    assert_int_equal(stored.refused, 1);
    assert_int_equal(count_all(fixture->store), 1);
}

static void remove__what_is_gone_is_passed_over(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t numbers[] = {5, -5, 0, 1};

    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    numbers[3] = number_of(fixture->store, 1);
    for (unsigned int i = 0; i < 2; i++)
        assert_int_equal(drm_store_remove(fixture->store, numbers, COUNT(numbers), DRM_LICENSE_DELETED, NULL),
                         DRM_S_OK);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    assert_int_equal(count_all(fixture->store), 0);
}

/* --- marks ------------------------------------------------------------------------------------------------ */

static void mark__is_seen_until_it_is_cleaned(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1}, {.license = 2, .key = 2, .temporary = true},
                                 {.license = 3, .key = 3}};
    int64_t numbers[2];
    size_t purged = 99;

    add(fixture->store, specs, 3);
    numbers[0] = number_of(fixture->store, 1);
    numbers[1] = number_of(fixture->store, 2);
    assert_int_equal(drm_store_remove(fixture->store, numbers, 2, DRM_LICENSE_MARKED, NULL), DRM_S_OK);
    store_reopen(fixture);
    for (uint32_t i = 1; i <= 2; i++)
    {
        assert_int_equal(the_license(fixture->store, i).state.flags, DRM_LICENSE_MARKED);
        assert_int_equal(use(fixture->store, numbers[i - 1], TEST_HOST_NOW), DRM_E_LICENSE_NOT_ENABLED);
        assert_int_equal(add(fixture->store, &specs[i - 1], 1).refused, 1);
    }
    assert_int_equal(count_all(fixture->store), 3);

    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 2);
    assert_int_equal(count_all(fixture->store), 1);
    assert_int_equal(count_of_key(fixture->store, 1) + count_of_key(fixture->store, 2), 0);
    assert_int_equal(add(fixture->store, specs, 3).refused, 2);
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 0);
}

/* --- cleaning --------------------------------------------------------------------------------------------- */

static void clean__temporary_licenses_that_ended_go(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {
        {.license = 2, .key = 1, .plays = 1, .temporary = true}, /* is used up */
        {.license = 4, .key = 2, .temporary = true, .until = TEST_HOST_NOW + 1000},
        {.license = 6, .key = 3, .temporary = true, .until = TEST_HOST_NOW + 5000},
        {.license = 8, .key = 4, .until = TEST_HOST_NOW + 1000}, /* permanent: stays */
        {.license = 5, .key = 5, .plays = 1, .temporary = true}, /* is used up, but for Copy */
    };
    size_t purged;

    add(fixture->store, specs, COUNT(specs));
    assert_int_equal(use(fixture->store, number_of(fixture->store, 1), TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 5), TEST_HOST_NOW), DRM_S_OK);
    fixture->host.now += 1000;
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 2);
    assert_int_equal(drm_store_count_temporary(fixture->store), 2);
    assert_int_equal(count_all(fixture->store), 3);

    /* What was used up stays so when it comes again. */
    assert_int_equal(add(fixture->store, specs, 1).added, 1);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 0);

    /* Where nobody knows the time, nothing has expired. */
    fixture->host.now += 60000;
    add_one(fixture->store, (struct spec){.license = 9, .key = 9});
    fixture->host.now -= 60 * 60 * 1000;
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 1); /* that which was used up */
    assert_int_equal(count_of_key(fixture->store, 3), 1);
}

struct cancelling
{
    unsigned int polls, limit;
};

static bool cancelled(void *context)
{
    struct cancelling *cancelling = context;

    return cancelling->polls++ >= cancelling->limit;
}

static void add_many(struct drm_store *store, uint32_t count)
{
    struct spec *specs = calloc(count, sizeof(*specs));

    assert_non_null(specs);
    for (uint32_t i = 0; i < count; i++)
        specs[i] = (struct spec){.license = i + 1, .key = i % 4};
    assert_int_equal(add(store, specs, count).added, count);
    free(specs);
}

static void mark_key(struct drm_store *store, uint32_t key)
{
    const struct drm_license_set *set;
    int64_t *numbers;

    assert_int_equal(drm_store_find_licenses(store, a_key_id(key), &set), DRM_S_OK);
    assert_non_null(numbers = calloc(set->count, sizeof(*numbers)));
    for (size_t i = 0; i < set->count; i++)
        numbers[i] = set->licenses[i].number;
    assert_int_equal(drm_store_remove(store, numbers, set->count, DRM_LICENSE_MARKED, NULL), DRM_S_OK);
    drm_license_set_release(store, set);
    free(numbers);
}

static size_t file_size(struct store_fixture *fixture)
{
    size_t size;

    drm_store_close(fixture->store);
    free(test_file_read(test_host_path(&fixture->host, "store.db"), &size));
    fixture->store = store_open(fixture);
    return size;
}

/* That are in use or free, as the file's head has them. */
static uint32_t file_pages(struct store_fixture *fixture)
{
    uint8_t *bytes;
    uint32_t pages;
    size_t size;

    drm_store_close(fixture->store);
    bytes = test_file_read(test_host_path(&fixture->host, "store.db"), &size);
    assert_true(size >= 32);
    pages = (uint32_t)bytes[28] << 24 | (uint32_t)bytes[29] << 16 | (uint32_t)bytes[30] << 8 | bytes[31];
    free(bytes);
    fixture->store = store_open(fixture);
    return pages;
}

static void clean__gives_room_back_and_keeps_the_rest(void **state)
{
    struct store_fixture *fixture = *state;
    size_t before, after, purged;

    add_many(fixture->store, 4000);
    for (uint32_t key = 0; key < 3; key++)
        mark_key(fixture->store, key);
    before = file_size(fixture);
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_int_equal(purged, 3000);
    after = file_size(fixture);
    assert_true(after < before);
    assert_int_equal(count_of_key(fixture->store, 3), 1000);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
    add_one(fixture->store, (struct spec){.license = 5000, .key = 9});
    assert_read(fixture->store, number_of(fixture->store, 9), 5000, 5000);
}

/* At every moment of it: what is purged stays purged, and nothing else is gone. */
static void clean__can_be_cancelled_anywhere(void **state)
{
    struct store_fixture *fixture = *state;
    unsigned int cancels = 0;

    add_many(fixture->store, 4000);
    for (uint32_t key = 0; key < 3; key++)
        mark_key(fixture->store, key);
    for (unsigned int limit = 0;; limit++)
    {
        struct cancelling cancelling = {.limit = limit};
        const struct drm_task task = {.context = &cancelling, .cancelled = cancelled};
        size_t purged = 0;
        drm_result result = drm_store_clean(fixture->store, &task, &purged);

        assert_int_equal(count_of_key(fixture->store, 3), 1000);
        if (result == DRM_S_OK)
            break;
        assert_int_equal(result, DRM_E_OPERATION_CANCELED);
        cancels++;
    }
    assert_true(cancels > 3);
    assert_int_equal(count_of_key(fixture->store, 0), 0);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
}

/* Pages that nothing is on. */
#define FILLER_PAGES 3000
static void make_room(struct store_fixture *fixture)
{
    store_edit(fixture, "CREATE TABLE filler(bytes BLOB);"
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
                        " INSERT INTO filler SELECT zeroblob(4000) FROM n;"
                        "DROP TABLE filler");
}

static bool always(void *context)
{
    (void)context;
    return true;
}

/* Another process, which waits for nobody, and writes whenever this one looks for a cancel. */
struct writer
{
    struct drm_store *store;
    int64_t number;
    unsigned int successes, failures;
};

static bool write_meanwhile(void *context)
{
    struct writer *writer = context;
    drm_result result = use(writer->store, writer->number, TEST_HOST_NOW);

    if (result == DRM_S_OK)
        writer->successes++;
    else if (result != DRM_E_OPERATION_CANCELED)
        writer->failures++;
    return false;
}

static void clean__lets_others_write_between_slices(void **state)
{
    enum { SLICES = FILLER_PAGES / 512 };
    static const struct drm_task impatient = {.cancelled = always};
    struct store_fixture *fixture = *state;
    const struct drm_store_options options = {.directory = fixture->host.directory, .host = &fixture->host.host};
    struct writer writer = {.number = 0};
    const struct drm_task task = {.context = &writer, .cancelled = write_meanwhile};
    uint32_t plays;
    size_t before, purged;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 100000});
    make_room(fixture);
    before = file_size(fixture);
    assert_true(before > FILLER_PAGES * 4096);
    writer.number = number_of(fixture->store, 1);
    assert_int_equal(drm_store_open(&options, &impatient, &writer.store), DRM_S_OK);
    assert_int_equal(drm_store_clean(fixture->store, &task, &purged), DRM_S_OK);
    drm_store_close(writer.store);
    assert_int_equal(writer.failures, 0);
    assert_true(writer.successes >= SLICES);
    plays = the_license(fixture->store, 1).state.remaining[0];
    assert_int_equal(plays, 100000 - writer.successes);
    assert_true(file_pages(fixture) < FILLER_PAGES / 10);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);

    /* Windows does not cut a file that somebody has mapped, as the writer had. Alone: */
    make_room(fixture);
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_true(file_size(fixture) < before / 10);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], plays);
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
}

/* A store that was made before slices is written anew, once. */
static void clean__of_an_older_file_gives_room_back_too(void **state)
{
    struct store_fixture *fixture = *state;
    size_t before, purged;

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 3});
    store_edit(fixture, "PRAGMA auto_vacuum=NONE; VACUUM; CREATE TABLE t(a CHECK (a = 0));"
                        "INSERT INTO t SELECT auto_vacuum FROM pragma_auto_vacuum; DROP TABLE t");
    make_room(fixture);
    before = file_size(fixture);
    assert_int_equal(drm_store_clean(fixture->store, NULL, &purged), DRM_S_OK);
    assert_true(file_size(fixture) < before / 10);
    assert_int_equal(the_license(fixture->store, 1).state.remaining[0], 3);
    store_edit(fixture, "CREATE TABLE t(a CHECK (a = 2)); INSERT INTO t SELECT auto_vacuum FROM pragma_auto_vacuum;"
                        "DROP TABLE t");
    assert_int_equal(drm_store_check(fixture->store), DRM_S_OK);
}

/* --- challenges ------------------------------------------------------------------------------------------- */

static void challenge__is_good_for_one_removal(void **state)
{
    static const uint8_t transaction[DRM_ID_SIZE] = {7}, unknown[DRM_ID_SIZE] = {8};
    struct store_fixture *fixture = *state;
    int64_t numbers[2];

    add_one(fixture->store, (struct spec){.license = 1, .key = 1});
    add_one(fixture->store, (struct spec){.license = 2, .key = 2});
    numbers[0] = number_of(fixture->store, 1);
    numbers[1] = number_of(fixture->store, 2);
    assert_int_equal(drm_store_add_removal_challenge(fixture->store, an_anchor(1), transaction), DRM_S_OK);
    store_reopen(fixture);
    assert_int_equal(drm_store_remove(fixture->store, numbers, 1, DRM_LICENSE_REVOKED, answer_to(unknown)),
                     DRM_E_PARAMETERS_MISMATCHED);
    assert_int_equal(count_all(fixture->store), 2);
    assert_int_equal(drm_store_remove(fixture->store, numbers, 1, DRM_LICENSE_REVOKED, answer_to(transaction)),
                     DRM_S_OK);
    assert_int_equal(count_all(fixture->store), 1);
    assert_int_equal(drm_store_remove(fixture->store, numbers + 1, 1, DRM_LICENSE_REVOKED, answer_to(transaction)),
                     DRM_E_PARAMETERS_MISMATCHED);
    assert_int_equal(count_all(fixture->store), 1);

    /* Used up also where nothing was left to remove. */
    assert_int_equal(drm_store_add_removal_challenge(fixture->store, an_anchor(1), unknown), DRM_S_OK);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(unknown)), DRM_S_OK);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(unknown)),
                     DRM_E_PARAMETERS_MISMATCHED);
}

/* A program that makes challenges for ever does not grow the store for ever. */
static void challenge__the_newest_are_remembered(void **state)
{
    struct store_fixture *fixture = *state;
    uint8_t transaction[DRM_ID_SIZE] = {0};

    for (uint32_t i = 0; i < 300; i++)
    {
        drm_put_u32(transaction, i + 1);
        assert_int_equal(drm_store_add_removal_challenge(fixture->store, an_anchor(1), transaction), DRM_S_OK);
    }
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(transaction)), DRM_S_OK);
    drm_put_u32(transaction, 45);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(transaction)), DRM_S_OK);
    drm_put_u32(transaction, 44);
    assert_int_equal(drm_store_remove(fixture->store, NULL, 0, DRM_LICENSE_REVOKED, answer_to(transaction)),
                     DRM_E_PARAMETERS_MISMATCHED);
}

/* --- receipts --------------------------------------------------------------------------------------------- */

static const uint8_t *response_of(uint32_t number, uint8_t out[DRM_SHA256_SIZE])
{
    memset(out, 0x77, DRM_SHA256_SIZE);
    drm_put_u32(out, number);
    return out;
}

/* Uses up a challenge of its own. */
static void keep_receipt(struct drm_store *store, uint32_t number, struct drm_span receipt)
{
    uint8_t transaction[DRM_ID_SIZE] = {0}, response[DRM_SHA256_SIZE];
    const struct drm_used_challenge challenge = {
        .transaction = transaction, .response = response_of(number, response), .receipt = receipt};

    drm_put_u32(transaction, number);
    assert_int_equal(drm_store_add_removal_challenge(store, an_anchor(1), transaction), DRM_S_OK);
    assert_int_equal(drm_store_remove(store, NULL, 0, DRM_LICENSE_REVOKED, &challenge), DRM_S_OK);
}

static drm_result find_receipt(struct drm_store *store, uint32_t number, struct drm_buffer *out)
{
    uint8_t response[DRM_SHA256_SIZE];

    return drm_store_find_receipt(store, response_of(number, response), out);
}

static void receipt__stays_until_it_is_dropped(void **state)
{
    struct store_fixture *fixture = *state;
    uint8_t response[DRM_SHA256_SIZE];
    struct drm_buffer out = {0};

    assert_int_equal(find_receipt(fixture->store, 1, &out), DRM_E_NOT_FOUND);
    keep_receipt(fixture->store, 1, drm_span("one", 3));
    keep_receipt(fixture->store, 2, drm_span("the other", 9));
    store_reopen(fixture);
    assert_int_equal(find_receipt(fixture->store, 1, &out), DRM_S_OK);
    assert_int_equal(find_receipt(fixture->store, 2, &out), DRM_S_OK);
    assert_true(drm_span_equal(drm_buffer_span(&out), drm_span("onethe other", 12)));
    assert_int_equal(drm_store_drop_receipt(fixture->store, response_of(1, response)), DRM_S_OK);
    assert_int_equal(drm_store_drop_receipt(fixture->store, response_of(1, response)), DRM_S_OK);
    assert_int_equal(find_receipt(fixture->store, 1, &out), DRM_E_NOT_FOUND);
    assert_int_equal(find_receipt(fixture->store, 2, &out), DRM_S_OK);
    drm_buffer_free(&out);
}

static void receipt__the_newest_are_kept(void **state)
{
    struct store_fixture *fixture = *state;
    struct drm_buffer out = {0};

    for (uint32_t i = 1; i <= 20; i++)
        keep_receipt(fixture->store, i, drm_span("receipt", 7));
    for (uint32_t i = 1; i <= 20; i++)
        assert_int_equal(find_receipt(fixture->store, i, &out), i <= 4 ? DRM_E_NOT_FOUND : DRM_S_OK);
    drm_buffer_free(&out);
}

int run_store_removing_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remove__stays_gone_when_it_comes_again, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(remove__the_rest_of_a_response_is_stored, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(remove__what_is_gone_is_passed_over, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(mark__is_seen_until_it_is_cleaned, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clean__temporary_licenses_that_ended_go, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clean__gives_room_back_and_keeps_the_rest, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clean__can_be_cancelled_anywhere, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clean__lets_others_write_between_slices, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(clean__of_an_older_file_gives_room_back_too, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(challenge__is_good_for_one_removal, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(challenge__the_newest_are_remembered, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(receipt__stays_until_it_is_dropped, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(receipt__the_newest_are_kept, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: removing", tests, NULL, NULL);
}
