/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Enumerating with a cursor. */
#include "engine/store_fixture.h"

static void assert_listed(struct drm_store *store, const struct drm_license_filter *filter, const uint32_t *expected,
                          size_t count)
{
    uint32_t listed[LISTED_MAX];

    assert_int_equal(list(store, filter, listed), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(listed[i], expected[i]);
}

/* Licences 1 to 6, of two anchors and three keys; 4 and 6 are temporary. */
static void add_six(struct drm_store *store)
{
    const struct spec first[] = {
        {.license = 1, .key = 1},
        {.license = 2, .key = 2, .priority = 5},
        {.license = 3, .key = 1, .priority = 9},
        {.license = 4, .key = 3, .priority = 5, .temporary = true},
    };
    const struct spec second[] = {{.license = 5, .key = 1, .priority = 2},
                                  {.license = 6, .key = 1, .priority = 7, .temporary = true}};
    struct drm_stored stored;

    add(store, first, COUNT(first));
    assert_int_equal(
        try_order(store, &(struct order){.anchor = 2, .response = 5, .specs = second, .count = COUNT(second)}, &stored),
        DRM_S_OK);
    assert_int_equal(stored.added, 2);
}

static void list__all_come_by_priority(void **state)
{
    struct store_fixture *fixture = *state;

    add_six(fixture->store);
    assert_listed(fixture->store, &(struct drm_license_filter){0}, (uint32_t[]){3, 6, 2, 4, 5, 1}, 6);
}

static void list__filters_hold_together(void **state)
{
    struct store_fixture *fixture = *state;
    uint8_t anchors[2][DRM_SIGN_PUBLIC_SIZE];
    struct drm_license_filter filter = {.has_key_id = true};

    add_six(fixture->store);
    memcpy(filter.key_id, a_key_id(1), sizeof(filter.key_id));
    assert_listed(fixture->store, &filter, (uint32_t[]){3, 6, 5, 1}, 4);

    /* Those of an odd number grant Copy. */
    filter.rights = DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_COPY);
    assert_listed(fixture->store, &filter, (uint32_t[]){3, 5, 1}, 3);
    filter.rights |= DRM_RIGHT_BIT(DRM_RIGHT_BACKUP);
    assert_listed(fixture->store, &filter, NULL, 0);

    memcpy(anchors[0], an_anchor(2), DRM_SIGN_PUBLIC_SIZE);
    memcpy(anchors[1], an_anchor(3), DRM_SIGN_PUBLIC_SIZE);
    filter = (struct drm_license_filter){.anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors, .anchor_count = 2};
    assert_listed(fixture->store, &filter, (uint32_t[]){6, 5}, 2);
    filter.anchor_count = 0;
    assert_listed(fixture->store, &filter, NULL, 0);
}

static void list__for_a_backup_only_permanent_ones_that_stay(void **state)
{
    struct store_fixture *fixture = *state;
    int64_t number;

    add_six(fixture->store);
    assert_listed(fixture->store, &(struct drm_license_filter){.only_backup = true}, (uint32_t[]){2, 1, 3, 5}, 4);
    number = number_of(fixture->store, 2);
    assert_int_equal(drm_store_remove(fixture->store, &number, 1, DRM_LICENSE_MARKED, NULL), DRM_S_OK);
    assert_listed(fixture->store, &(struct drm_license_filter){.only_backup = true}, (uint32_t[]){1, 3, 5}, 3);
}

static void list__an_empty_store_ends_at_once(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry = (const struct drm_license_entry *)&all;
    struct drm_license_cursor *cursor;

    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    assert_int_equal(drm_license_cursor_read(cursor, NULL, NULL), DRM_E_LICENSE_NOT_FOUND);
    for (int i = 0; i < 2; i++)
    {
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        assert_null(entry);
    }
    assert_int_equal(drm_license_cursor_read(cursor, NULL, NULL), DRM_E_LICENSE_NOT_FOUND);
    drm_license_cursor_close(cursor);
    drm_license_cursor_close(NULL);
}

static void list__entries_say_what_a_license_is(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1, .plays = 4, .priority = 2},
                                 {.license = 2, .key = 2, .plays = 6, .priority = 1, .temporary = true}};
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct drm_buffer license = {0}, head = {0};

    add(fixture->store, specs, 2);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 1), TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(use(fixture->store, number_of(fixture->store, 2), TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    for (uint32_t i = 1; i <= 2; i++)
    {
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        assert_non_null(entry);
        assert_int_equal(entry->temporary, i == 2);
        assert_int_equal(entry->number < 0, i == 2);
        assert_int_equal(entry->number, number_of(fixture->store, i));
        assert_memory_equal(entry->anchor, an_anchor(1), DRM_SIGN_PUBLIC_SIZE);
        assert_memory_equal(entry->license_id, a_license_id(i), DRM_ID_SIZE);
        assert_memory_equal(entry->key_id, a_key_id(i), DRM_KEY_ID_SIZE);
        assert_int_equal(entry->priority, 3 - i);
        assert_true(entry->state_known);
        assert_int_equal(entry->terms.grants[0].count, 2 + 2 * i);
        assert_int_equal(entry->state.remaining[0], 1 + 2 * i);
        assert_int_equal(entry->state.first_use, TEST_HOST_NOW);
        assert_int_equal(drm_license_cursor_read(cursor, &license, &head), DRM_S_OK);
        assert_read(fixture->store, entry->number, i, 1);
    }
    assert_int_equal(license.size, 2 * strlen("the licence 1, as it came"));
    assert_int_equal(head.size, 2 * strlen("the head of response 1"));
    drm_license_cursor_close(cursor);
    drm_buffer_free(&license);
    drm_buffer_free(&head);
}

/* Whatever others do meanwhile, and also from its beginning again. */
static void list__a_cursor_sees_one_state(void **state)
{
    struct store_fixture *fixture = *state;
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct drm_buffer bytes = {0};
    int64_t numbers[2];

    add_one(fixture->store, (struct spec){.license = 1, .key = 1, .plays = 3, .priority = 2});
    add_one(fixture->store, (struct spec){.license = 2, .key = 2, .plays = 3, .priority = 1, .temporary = true});
    numbers[0] = number_of(fixture->store, 1);
    numbers[1] = number_of(fixture->store, 2);
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);

    add_one(fixture->store, (struct spec){.license = 3, .key = 3});
    add_one(fixture->store, (struct spec){.license = 4, .key = 4, .temporary = true});
    assert_int_equal(use(fixture->store, numbers[0], TEST_HOST_NOW), DRM_S_OK);
    assert_int_equal(drm_store_remove(fixture->store, numbers, 2, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    assert_int_equal(count_all(fixture->store), 2);

    for (unsigned int round = 0; round < 2; round++)
    {
        for (unsigned int i = 0; i < 2; i++)
        {
            assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
            assert_non_null(entry);
            assert_int_equal(entry->number, numbers[i]);
            assert_int_equal(entry->state.remaining[0], 3);
            assert_int_equal(entry->state.flags, 0);
            assert_int_equal(drm_license_cursor_read(cursor, &bytes, NULL), DRM_S_OK);
        }
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        assert_null(entry);
        assert_int_equal(drm_license_cursor_reset(cursor), DRM_S_OK);
    }
    drm_license_cursor_close(cursor);
    drm_buffer_free(&bytes);
}

/* So many that neither their pages nor what others write stay in the log. */
static void list__a_cursor_sees_one_state_while_much_is_written(void **state)
{
    enum { MANY = 6000 };
    struct store_fixture *fixture = *state;
    struct drm_store *other = store_open(fixture);
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct spec *specs = calloc(MANY, sizeof(*specs));
    int64_t *numbers = calloc(MANY, sizeof(*numbers));
    struct drm_buffer bytes = {0};
    size_t count = 0, purged;

    assert_true(specs && numbers);
    for (uint32_t i = 0; i < MANY; i++)
        specs[i] = (struct spec){.license = i + 1, .key = i};
    add(other, specs, MANY);
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    for (; count < 10; count++)
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
    for (uint32_t i = 0; i < MANY; i++)
        numbers[i] = number_of(other, i);
    for (uint32_t i = 0; i < MANY; i++)
        specs[i].license += MANY;
    for (uint32_t i = 0; i < MANY; i += MANY / 4)
    {
        assert_int_equal(drm_store_remove(other, numbers + i, MANY / 4, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
        add(other, specs + i, MANY / 4);
    }
    assert_int_equal(drm_store_clean(other, NULL, &purged), DRM_S_OK);
    for (;; count++)
    {
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        if (!entry)
            break;
        assert_true(entry->state_known);
        assert_true(drm_get_u32(entry->license_id + DRM_ID_SIZE - 4) <= MANY);
        drm_buffer_truncate(&bytes, 0);
        assert_int_equal(drm_license_cursor_read(cursor, &bytes, NULL), DRM_S_OK);
        assert_memory_equal(bytes.data, "the licence ", 12);
    }
    assert_int_equal(count, MANY);
    drm_license_cursor_close(cursor);
    assert_int_equal(drm_store_check(other), DRM_S_OK);
    drm_store_close(other);
    drm_buffer_free(&bytes);
    free(numbers);
    free(specs);
}

static void list__those_of_one_response_say_so(void **state)
{
    struct store_fixture *fixture = *state;
    const struct spec specs[] = {{.license = 1, .key = 1}, {.license = 2, .key = 2}};
    const struct drm_license_filter all = {.only_backup = true};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    int64_t responses[3];

    add(fixture->store, specs, 2);
    add_one(fixture->store, (struct spec){.license = 3, .key = 3});
    assert_int_equal(drm_license_cursor_open(fixture->store, &all, NULL, &cursor), DRM_S_OK);
    for (unsigned int i = 0; i < 3; i++)
    {
        assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
        responses[i] = entry->response;
    }
    drm_license_cursor_close(cursor);
    assert_int_equal(responses[0], responses[1]);
    assert_true(responses[2] != responses[0]);
}

int run_store_listing_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(list__all_come_by_priority, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__filters_hold_together, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__for_a_backup_only_permanent_ones_that_stay, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__an_empty_store_ends_at_once, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__entries_say_what_a_license_is, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__a_cursor_sees_one_state, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(list__a_cursor_sees_one_state_while_much_is_written, store_setup,
                                        store_teardown),
        cmocka_unit_test_setup_teardown(list__those_of_one_response_say_so, store_setup, store_teardown),
    };

    return cmocka_run_group_tests_name("license store: listing", tests, NULL, NULL);
}
