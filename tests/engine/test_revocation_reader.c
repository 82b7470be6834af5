/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Revocation lists as streams of pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/format/revocation_list.h"
#include "support/mutation.h"
#include "support/test_authority.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct test_authority authority, other;

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

/* A list whose entries are what they are: sorted by the test or not, counted and hashed as head says. */
static void write_raw(struct drm_buffer *out, const struct drm_revocation_head *head, const uint8_t *entries,
                      size_t size)
{
    struct drm_revocation_head copy = *head;
    struct drm_buffer list = {0}, body = {0}, signed_head = {0};
    struct drm_signed_object object;
    uint8_t count[4], length[4];

    /* The writer makes the head of an empty list; its last two fields are then replaced. */
    assert_int_equal(drm_revocation_list_write(&copy, NULL, 0, authority.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list), DRM_S_OK);
    assert_int_equal(drm_signed_object_read(drm_span(list.data + 4, list.size - 4), DRM_OBJECT_REVOCATION_LIST,
                                            &object), DRM_S_OK);
    drm_put_u32(count, head->entry_count);
    test_edit(object.body, TEST_REPLACE, 0x8005, drm_span(count, 4), &body);
    test_edit(drm_buffer_span(&body), TEST_REPLACE, 0x8006, drm_span(head->entries_hash, 32), &signed_head);
    drm_buffer_truncate(&body, 0);
    assert_int_equal(drm_buffer_append(&body, signed_head.data, signed_head.size), DRM_S_OK);
    drm_buffer_truncate(&signed_head, 0);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_REVOCATION_LIST, drm_buffer_span(&body),
                                             authority.revocation.key.seed, object.chain, &signed_head), DRM_S_OK);
    drm_put_u32(length, (uint32_t)signed_head.size);
    assert_int_equal(drm_buffer_append(out, length, 4), DRM_S_OK);
    assert_int_equal(drm_buffer_append(out, signed_head.data, signed_head.size), DRM_S_OK);
    assert_int_equal(drm_buffer_append(out, entries, size), DRM_S_OK);
    drm_buffer_free(&signed_head);
    drm_buffer_free(&body);
    drm_buffer_free(&list);
}

static struct drm_buffer raw_list(enum drm_revocation_type type, const uint8_t *entries, uint32_t count)
{
    struct drm_revocation_head head = {.type = type, .version = 3, .issued = TEST_NOW, .entry_count = count};
    const size_t size = (size_t)count * drm_revocation_type_entry_size(type);
    struct drm_buffer list = {0};

    drm_sha256(entries, size, head.entries_hash);
    write_raw(&list, &head, entries, size);
    return list;
}

/* Feeds all of data in pieces of this size, 0: of random sizes. Goes on after a failure, which must stay. */
static drm_result feed(struct drm_span data, size_t piece, struct drm_revocation_head *head, size_t *offset)
{
    uint8_t anchors[2][DRM_SIGN_PUBLIC_SIZE];
    struct test_random random = {.state = data.size + 1};
    struct drm_revocation_reader *reader;
    drm_result result = DRM_S_OK, end;
    size_t which = 99;

    memcpy(anchors[0], other.root.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(anchors[1], authority.root.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(drm_revocation_reader_create((const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])anchors, 2, &reader),
                     DRM_S_OK);
    for (size_t at = 0; at < data.size;)
    {
        size_t size = piece ? piece : test_random_below(&random, 70);
        drm_result now;

        if (size > data.size - at)
            size = data.size - at;
        now = drm_revocation_reader_feed(reader, data.data + at, size);
        at += size;
        if (DRM_FAILED(result))
            assert_int_equal(now, result);
        if (DRM_FAILED(now))
            result = now;
    }
    end = drm_revocation_reader_finish(reader, &which, head, offset);
    if (DRM_FAILED(result))
        assert_int_equal(end, result);
    assert_int_equal(which, DRM_FAILED(end) ? 99 : 1);
    drm_revocation_reader_free(reader);
    return end;
}

/* The same, in pieces of many sizes, which must not matter. */
static drm_result read_all(struct drm_span data)
{
    static const size_t pieces[] = {1, 2, 3, 4, 5, 23, 24, 31, 32, 33, 64, 1000, 0};
    struct drm_revocation_head head;
    size_t offset;
    const drm_result result = feed(data, data.size + 1, &head, &offset);

    for (size_t i = 0; i < COUNT(pieces); i++)
        assert_int_equal(feed(data, pieces[i], &head, &offset), result);
    return result;
}

static void fill_ascending(uint8_t *entries, size_t count, size_t size)
{
    memset(entries, 0, count * size);
    for (size_t i = 0; i < count; i++)
        drm_put_u32(entries + i * size, (uint32_t)(i * 3 + 1));
}

static void revocation_reader__good_lists_pass_in_pieces_of_any_size(void **state)
{
    static const uint32_t counts[] = {0, 1, 2, 3, 100};
    uint8_t entries[100 * 32];
    (void)state;

    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        for (size_t i = 0; i < COUNT(counts); i++)
        {
            struct drm_revocation_head head;
            struct drm_buffer list;
            size_t offset = 0;

            fill_ascending(entries, counts[i], drm_revocation_type_entry_size((enum drm_revocation_type)type));
            list = raw_list((enum drm_revocation_type)type, entries, counts[i]);
            if (type == DRM_REVOCATION_REVINFO || type == DRM_REVOCATION_APP)
                assert_int_equal(read_all(drm_buffer_span(&list)), DRM_S_OK);
            assert_int_equal(feed(drm_buffer_span(&list), 7, &head, &offset), DRM_S_OK);
            assert_int_equal(head.type, type);
            assert_int_equal(head.entry_count, counts[i]);
            assert_int_equal(offset, list.size - counts[i] * head.entry_size);
            drm_buffer_free(&list);
        }
    }
}

static void revocation_reader__outs_may_be_null(void **state)
{
    struct drm_buffer list = raw_list(DRM_REVOCATION_APP, NULL, 0);
    struct drm_revocation_reader *reader;
    (void)state;

    assert_int_equal(drm_revocation_reader_create(
                         (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])authority.root.key.public_key, 1, &reader), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, NULL, 0), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, list.data, list.size), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_finish(reader, NULL, NULL, NULL), DRM_S_OK);
    drm_revocation_reader_free(reader);
    drm_revocation_reader_free(NULL);
    drm_buffer_free(&list);
}

static void revocation_reader__unsorted_and_repeated_entries_are_refused(void **state)
{
    static const size_t places[] = {1, 2, 5, 9};
    uint8_t entries[10 * 32];
    (void)state;

    for (size_t i = 0; i < COUNT(places); i++)
    {
        struct drm_buffer list;

        /* Twice the same, correctly counted, hashed and signed. */
        fill_ascending(entries, 10, 32);
        memcpy(entries + places[i] * 32, entries + (places[i] - 1) * 32, 32);
        list = raw_list(DRM_REVOCATION_APP, entries, 10);
        assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
        drm_buffer_free(&list);
        /* One that is lower only in its last byte. */
        entries[places[i] * 32 - 1] = 1;
        list = raw_list(DRM_REVOCATION_APP, entries, 10);
        assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
        drm_buffer_free(&list);
    }
}

static void revocation_reader__index_that_names_a_list_twice_is_refused(void **state)
{
    uint8_t entries[2 * DRM_REVINFO_ENTRY_SIZE];
    struct drm_buffer list;
    (void)state;

    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 1, entries);
    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 2, entries + DRM_REVINFO_ENTRY_SIZE);
    list = raw_list(DRM_REVOCATION_REVINFO, entries, 2); /* ascending as bytes */
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
    drm_buffer_free(&list);
}

static void revocation_reader__wrong_hash_or_count_is_refused(void **state)
{
    struct drm_revocation_head head = {.type = DRM_REVOCATION_GRL, .version = 1, .issued = 1, .entry_count = 10};
    uint8_t entries[11 * 32];
    struct drm_buffer list = {0};
    (void)state;

    fill_ascending(entries, 11, 32);
    drm_sha256(entries, 10 * 32, head.entries_hash);
    write_raw(&list, &head, entries, 10 * 32);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_S_OK);
    drm_buffer_truncate(&list, 0);
    write_raw(&list, &head, entries, 11 * 32); /* one more than counted */
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
    drm_buffer_truncate(&list, 0);
    write_raw(&list, &head, entries, 9 * 32);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
    drm_buffer_truncate(&list, 0);
    head.entries_hash[31] ^= 1;
    write_raw(&list, &head, entries, 10 * 32);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
    /* Of a list without entries, too. */
    drm_buffer_truncate(&list, 0);
    head.entry_count = 0;
    write_raw(&list, &head, NULL, 0);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CRL);
    drm_buffer_free(&list);
}

static void revocation_reader__pages_and_other_bytes_are_refused(void **state)
{
    static const char html[] = "<!DOCTYPE html>\n<html><head><title>Please log in</title></head><body></body></html>";
    static const uint8_t zeros[64];
    struct drm_revocation_reader *reader;
    uint8_t length[DRM_REVOCATION_LENGTH_SIZE + 1] = {0};
    (void)state;

    assert_int_equal(read_all(drm_span(html, sizeof(html) - 1)), DRM_E_INVALID_CRL);
    assert_int_equal(read_all(drm_span(zeros, sizeof(zeros))), DRM_E_INVALID_CRL);
    assert_int_equal(read_all(drm_buffer_span(&authority.revocation.chain)), DRM_E_INVALID_CRL);
    assert_int_equal(read_all(drm_span(NULL, 0)), DRM_E_INVALID_CRL);
    /* A length that no head has is refused with its last byte, before anything is collected. */
    drm_put_u32(length, DRM_REVOCATION_HEAD_MAX_SIZE + 1);
    assert_int_equal(drm_revocation_reader_create(
                         (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])authority.root.key.public_key, 1, &reader), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, length, 3), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, length + 3, 1), DRM_E_INVALID_CRL);
    assert_int_equal(drm_revocation_reader_feed(reader, NULL, 0), DRM_E_INVALID_CRL);
    drm_revocation_reader_free(reader);
    drm_put_u32(length, DRM_REVOCATION_HEAD_MAX_SIZE);
    assert_int_equal(read_all(drm_span(length, sizeof(length))), DRM_E_INVALID_CRL);
}

static void revocation_reader__foreign_lists_are_refused_in_their_head(void **state)
{
    struct drm_revocation_head head = {.type = DRM_REVOCATION_GRL, .version = 1, .issued = 1};
    struct test_authority third;
    struct drm_buffer list = {0};
    (void)state;

    test_authority_create(&third, "c");
    assert_int_equal(drm_revocation_list_write(&head, NULL, 0, third.revocation.key.seed,
                                               drm_buffer_span(&third.revocation.chain), &list), DRM_S_OK);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&list, 0);
    assert_int_equal(drm_revocation_list_write(&head, NULL, 0, third.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list), DRM_S_OK);
    assert_int_equal(read_all(drm_buffer_span(&list)), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&list);
    test_authority_free(&third);
}

static bool accept(void *context, struct drm_span data)
{
    struct drm_revocation_head head;
    size_t offset;
    const drm_result result = feed(data, *(const size_t *)context, &head, &offset);

    if (DRM_FAILED(result))
    {
        assert_true(result == DRM_E_INVALID_CRL || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    }
    return DRM_SUCCEEDED(result);
}

static void revocation_reader__truncated_turned_or_mutated_is_refused(void **state)
{
    uint8_t entries[4 * 32];
    struct drm_buffer list;
    size_t piece = 4096;
    (void)state;

    fill_ascending(entries, 4, 32);
    list = raw_list(DRM_REVOCATION_APP, entries, 4);
    test_every_truncation(drm_buffer_span(&list), accept, &piece);
    test_appended_byte(drm_buffer_span(&list), accept, &piece);
    test_every_bit(drm_buffer_span(&list), accept, &piece);
    piece = 0;
    test_mutations(drm_buffer_span(&list), 0x6c697374, 3000, accept, &piece);
    drm_buffer_free(&list);
}

/* A million entries: sorted however they come, streamed in the memory of one. */
static void revocation_reader__million_entries_pass(void **state)
{
    const size_t count = 1000000;
    struct drm_revocation_head head = {.type = DRM_REVOCATION_GRL, .version = 9, .issued = TEST_NOW}, read;
    uint8_t *entries = malloc(count * 32), probe[32];
    struct test_random random = {.state = 1};
    struct drm_buffer list = {0};
    size_t offset = 0;
    (void)state;

    assert_non_null(entries);
    for (size_t i = 0; i < count * 4; i++)
        drm_put_u64(entries + i * 8, test_random(&random));
    memcpy(entries + (count - 1) * 32, entries, 32); /* one duplicate */
    memcpy(probe, entries, 32);
    assert_int_equal(drm_revocation_list_write(&head, entries, count, authority.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list), DRM_S_OK);
    assert_int_equal(head.entry_count, count - 1);
    assert_int_equal(feed(drm_buffer_span(&list), 65536, &read, &offset), DRM_S_OK);
    assert_int_equal(read.entry_count, count - 1);
    assert_true(drm_revocation_entries_contain(list.data + offset, &read, probe));
    for (size_t i = 0; i < count - 1; i += 1009)
        assert_true(drm_revocation_entries_contain(list.data + offset, &read, entries + i * 32));
    probe[31] ^= 1;
    assert_false(drm_revocation_entries_contain(list.data + offset, &read, probe));
    list.data[list.size - 1] ^= 1;
    assert_int_equal(feed(drm_buffer_span(&list), 65536, &read, &offset), DRM_E_INVALID_CRL);
    drm_buffer_free(&list);
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revocation_reader__good_lists_pass_in_pieces_of_any_size),
        cmocka_unit_test(revocation_reader__outs_may_be_null),
        cmocka_unit_test(revocation_reader__unsorted_and_repeated_entries_are_refused),
        cmocka_unit_test(revocation_reader__index_that_names_a_list_twice_is_refused),
        cmocka_unit_test(revocation_reader__wrong_hash_or_count_is_refused),
        cmocka_unit_test(revocation_reader__pages_and_other_bytes_are_refused),
        cmocka_unit_test(revocation_reader__foreign_lists_are_refused_in_their_head),
        cmocka_unit_test(revocation_reader__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(revocation_reader__million_entries_pass),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
