/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Revocation lists: types, heads, entries, writing. Reading them as streams: test_revocation_reader.c. */
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

/* Tags of a head's body (docs/formats.md). */
enum
{
    LIST = 0x8001, VERSION, ISSUED, ENTRY_SIZE, ENTRY_COUNT, ENTRIES_HASH,
};

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

static struct drm_revocation_head new_head(enum drm_revocation_type type)
{
    return (struct drm_revocation_head){.type = type, .version = 7, .issued = TEST_NOW};
}

static struct drm_buffer write_list(struct drm_revocation_head *head, uint8_t *entries, size_t count)
{
    struct drm_buffer list = {0};

    assert_int_equal(drm_revocation_list_write(head, entries, count, authority.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list), DRM_S_OK);
    return list;
}

static struct drm_span head_of(const struct drm_buffer *list)
{
    return drm_span(list->data + DRM_REVOCATION_LENGTH_SIZE, drm_get_u32(list->data));
}

static drm_result read_head(struct drm_span head)
{
    struct drm_revocation_head out;

    return drm_revocation_head_read(head, authority.root.key.public_key, &out);
}

/* count entries that are not in order. */
static uint8_t *new_entries(size_t count, size_t size)
{
    struct test_random random = {.state = 4711};
    uint8_t *entries = malloc(count * size + 1);

    assert_non_null(entries);
    for (size_t i = 0; i < count * size; i++)
        entries[i] = (uint8_t)(test_random(&random) >> 40);
    return entries;
}

static void revocation_list__types_have_their_guids_and_names(void **state)
{
    static const char *const names[] = {"APP", "DEVICE", "CARDEA", "REVINFO", "GRL", "HDCP"};
    /* {a2190240-b2ca-40b3-b48d-9bc4c2dc428d}, WMDRM_REVOCATIONTYPE_GRL */
    static const uint8_t grl[DRM_ID_SIZE] = {0xa2, 0x19, 0x02, 0x40, 0xb2, 0xca, 0x40, 0xb3,
                                             0xb4, 0x8d, 0x9b, 0xc4, 0xc2, 0xdc, 0x42, 0x8d};
    static const uint8_t foreign[DRM_ID_SIZE] = {0xa2, 0x19, 0x02, 0x40};
    (void)state;

    assert_int_equal(COUNT(names), DRM_REVOCATION_TYPES);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        const char *name = drm_revocation_type_name((enum drm_revocation_type)type);

        assert_string_equal(name, names[type - 1]);
        assert_int_equal(drm_revocation_type_from_name(name), type);
        assert_int_equal(drm_revocation_type_from_guid(drm_revocation_type_guid((enum drm_revocation_type)type)), type);
    }
    assert_memory_equal(drm_revocation_type_guid(DRM_REVOCATION_GRL), grl, DRM_ID_SIZE);
    assert_int_equal(drm_revocation_type_from_guid(foreign), 0);
    assert_int_equal(drm_revocation_type_from_name("revInfo"), DRM_REVOCATION_REVINFO);
    assert_int_equal(drm_revocation_type_from_name(""), 0);
    assert_int_equal(drm_revocation_type_from_name("AP"), 0);
    assert_int_equal(drm_revocation_type_from_name("APPS"), 0);
    assert_int_equal(drm_revocation_type_entry_size(DRM_REVOCATION_APP), 32);
    assert_int_equal(drm_revocation_type_entry_size(DRM_REVOCATION_REVINFO), 24);
}

static void revocation_list__entries_are_sorted_and_duplicates_dropped(void **state)
{
    struct drm_revocation_head head = new_head(DRM_REVOCATION_APP), read;
    uint8_t *entries = new_entries(5, 32), *copy = new_entries(5, 32), hash[DRM_SHA256_SIZE];
    const uint8_t *sorted;
    struct drm_buffer list;
    (void)state;

    memcpy(entries + 4 * 32, entries, 32);
    memcpy(copy + 4 * 32, entries, 32);
    list = write_list(&head, entries, 5);
    assert_int_equal(head.entry_count, 4);
    assert_int_equal(head.entry_size, 32);
    assert_int_equal(list.size, 4 + head_of(&list).size + 4 * 32);
    sorted = list.data + list.size - 4 * 32;
    assert_memory_equal(sorted, entries, 4 * 32); /* in place too */
    for (int i = 1; i < 4; i++)
        assert_true(memcmp(sorted + (i - 1) * 32, sorted + i * 32, 32) < 0);
    drm_sha256(sorted, 4 * 32, hash);
    assert_memory_equal(head.entries_hash, hash, sizeof(hash));

    assert_int_equal(drm_revocation_head_read(head_of(&list), authority.root.key.public_key, &read), DRM_S_OK);
    assert_int_equal(read.type, DRM_REVOCATION_APP);
    assert_true(read.version == 7 && read.issued == TEST_NOW);
    assert_int_equal(read.entry_count, 4);
    assert_int_equal(read.entry_size, 32);
    assert_memory_equal(read.entries_hash, hash, sizeof(hash));
    for (int i = 0; i < 5; i++)
        assert_true(drm_revocation_entries_contain(sorted, &read, copy + i * 32));
    copy[31] ^= 1;
    assert_false(drm_revocation_entries_contain(sorted, &read, copy));
    drm_buffer_free(&list);
    free(copy);
    free(entries);
}

static int compare_entries(const void *a, const void *b)
{
    return memcmp(a, b, DRM_REVOCATION_ENTRY_SIZE);
}

/* Against the C library's own sort: counts around the limits of the algorithm, many and few different bytes. */
static void revocation_list__any_entries_are_sorted(void **state)
{
    static const size_t counts[] = {2, 23, 24, 25, 26, 300, 5000};
    static const uint8_t masks[] = {0x00, 0x01, 0x80, 0xff};
    struct test_random random = {.state = 31};
    (void)state;

    for (size_t i = 0; i < COUNT(counts) * COUNT(masks) * 4; i++)
    {
        const size_t count = counts[i % COUNT(counts)], size = count * 32;
        const uint8_t mask = masks[i / COUNT(counts) % COUNT(masks)];
        /* Where entries may differ: everywhere, at the first byte, at the last, in the middle. */
        const size_t from = (const size_t[]){0, 0, 31, 10}[i / COUNT(counts) / COUNT(masks)];
        const size_t to = (const size_t[]){32, 1, 32, 20}[i / COUNT(counts) / COUNT(masks)];
        struct drm_revocation_head head = new_head(DRM_REVOCATION_APP);
        uint8_t *entries = calloc(count, 32), *expected = malloc(size);
        struct drm_buffer list;
        size_t different = 1;

        assert_non_null(entries);
        assert_non_null(expected);
        for (size_t k = 0; k < size; k++)
        {
            if (k % 32 >= from && k % 32 < to)
                entries[k] = (uint8_t)(test_random(&random) >> 40) & mask;
        }
        memcpy(expected, entries, size);
        qsort(expected, count, 32, compare_entries);
        for (size_t k = 1; k < count; k++)
        {
            if (memcmp(expected + (different - 1) * 32, expected + k * 32, 32) != 0)
                memmove(expected + different++ * 32, expected + k * 32, 32);
        }
        list = write_list(&head, entries, count);
        assert_int_equal(head.entry_count, different);
        assert_memory_equal(list.data + list.size - different * 32, expected, different * 32);
        drm_buffer_free(&list);
        free(expected);
        free(entries);
    }
}

static void revocation_list__empty_list_contains_nothing(void **state)
{
    struct drm_revocation_head head = new_head(DRM_REVOCATION_HDCP);
    static const uint8_t entry[32];
    struct drm_buffer list = write_list(&head, NULL, 0);
    (void)state;

    assert_int_equal(head.entry_count, 0);
    assert_int_equal(list.size, 4 + head_of(&list).size);
    assert_int_equal(read_head(head_of(&list)), DRM_S_OK);
    assert_false(drm_revocation_entries_contain(list.data + list.size, &head, entry));
    drm_buffer_free(&list);
}

static void revocation_list__search_finds_every_entry_and_no_neighbour(void **state)
{
    (void)state;

    for (size_t count = 1; count < 20; count++)
    {
        struct drm_revocation_head head = new_head(DRM_REVOCATION_GRL);
        uint8_t *entries = calloc(count, 32), probe[32] = {0};
        struct drm_buffer list;

        assert_non_null(entries);
        for (size_t i = 0; i < count; i++)
            entries[i * 32] = (uint8_t)(2 * i + 1);
        list = write_list(&head, entries, count);
        for (size_t i = 0; i <= 2 * count; i++)
        {
            probe[0] = (uint8_t)i;
            assert_int_equal(drm_revocation_entries_contain(entries, &head, probe), i % 2);
        }
        drm_buffer_free(&list);
        free(entries);
    }
}

static void revocation_list__index_names_every_list_once(void **state)
{
    struct drm_revocation_head head = new_head(DRM_REVOCATION_REVINFO);
    uint8_t entries[3 * DRM_REVINFO_ENTRY_SIZE];
    struct drm_buffer list;
    (void)state;

    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 3, entries);
    drm_revinfo_entry_put(DRM_REVOCATION_APP, UINT64_C(0x100000002), entries + 24);
    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 3, entries + 48);
    list = write_list(&head, entries, 3);
    assert_int_equal(head.entry_size, 24);
    assert_int_equal(head.entry_count, 2);
    assert_true(drm_revinfo_entries_find(entries, &head, DRM_REVOCATION_APP) == UINT64_C(0x100000002));
    assert_true(drm_revinfo_entries_find(entries, &head, DRM_REVOCATION_GRL) == 3);
    assert_true(drm_revinfo_entries_find(entries, &head, DRM_REVOCATION_HDCP) == 0);
    drm_buffer_free(&list);

    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 4, entries + 48);
    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 3, entries);
    assert_int_equal(drm_revocation_list_write(&head, entries, 3, authority.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(list.size, 0);
}

static void revocation_list__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.revocation.chain);
    struct drm_revocation_head bad[6];
    struct drm_buffer list = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = new_head(DRM_REVOCATION_APP);
    bad[0].type = (enum drm_revocation_type)0;
    bad[1].type = (enum drm_revocation_type)7;
    bad[2].version = 0;
    bad[3].version = UINT64_MAX;
    bad[4].issued = -1;
    bad[5].issued = DRM_TIME_MAX + 1;
    for (size_t i = 0; i < COUNT(bad); i++)
    {
        assert_int_equal(drm_revocation_list_write(&bad[i], NULL, 0, authority.revocation.key.seed, chain, &list),
                         DRM_E_INVALID_ARGUMENT);
        assert_int_equal(list.size, 0);
        assert_int_equal(bad[i].entry_size, 0);
    }
    bad[0] = new_head(DRM_REVOCATION_APP);
    assert_int_equal(drm_revocation_list_write(&bad[0], NULL, 0, authority.revocation.key.seed, drm_span(NULL, 0),
                                               &list), DRM_E_INVALID_ARGUMENT);
    drm_buffer_free(&list);
}

/* --- heads ------------------------------------------------------------------------------------------------ */

static struct drm_buffer small_list(enum drm_revocation_type type)
{
    struct drm_revocation_head head = new_head(type);
    uint8_t *entries = new_entries(3, 32);
    struct drm_buffer list = write_list(&head, entries, 3);

    free(entries);
    return list;
}

static drm_result read_edited(enum test_edit edit, uint16_t tag, struct drm_span value)
{
    struct drm_buffer list = small_list(DRM_REVOCATION_APP), body = {0}, head = {0};
    struct drm_signed_object object;
    drm_result result;

    assert_int_equal(drm_signed_object_read(head_of(&list), DRM_OBJECT_REVOCATION_LIST, &object), DRM_S_OK);
    test_edit(object.body, edit, tag, value, &body);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_REVOCATION_LIST, drm_buffer_span(&body),
                                             authority.revocation.key.seed, object.chain, &head), DRM_S_OK);
    result = read_head(drm_buffer_span(&head));
    drm_buffer_free(&head);
    drm_buffer_free(&body);
    drm_buffer_free(&list);
    return result;
}

static drm_result read_number(uint16_t tag, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    drm_put_u64(bytes, value);
    return read_edited(TEST_REPLACE, tag, drm_span(bytes + 8 - size, size));
}

static void revocation_head__values_out_of_range_are_refused(void **state)
{
    static const uint8_t foreign_guid[DRM_ID_SIZE] = {1, 2, 3};
    (void)state;

    assert_int_equal(read_number(VERSION, 1, 8), DRM_S_OK);
    assert_int_equal(read_number(VERSION, 0, 8), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(VERSION, INT64_MAX, 8), DRM_S_OK);
    assert_int_equal(read_number(VERSION, UINT64_C(1) << 63, 8), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ISSUED, UINT64_MAX, 8), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ISSUED, (uint64_t)DRM_TIME_MAX + 1, 8), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ENTRY_SIZE, 32, 4), DRM_S_OK);
    assert_int_equal(read_number(ENTRY_SIZE, 24, 4), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ENTRY_SIZE, 0, 4), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ENTRY_SIZE, UINT32_MAX, 4), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ENTRY_COUNT, DRM_REVOCATION_MAX_ENTRIES, 4), DRM_S_OK);
    assert_int_equal(read_number(ENTRY_COUNT, DRM_REVOCATION_MAX_ENTRIES + 1, 4), DRM_E_INVALID_CRL);
    assert_int_equal(read_number(ENTRY_COUNT, UINT32_MAX, 4), DRM_E_INVALID_CRL);
    assert_int_equal(read_edited(TEST_REPLACE, LIST, drm_span(foreign_guid, DRM_ID_SIZE)), DRM_E_INVALID_CRL);
    /* The index has entries of another size. */
    assert_int_equal(read_edited(TEST_REPLACE, LIST,
                                 drm_span(drm_revocation_type_guid(DRM_REVOCATION_REVINFO), DRM_ID_SIZE)),
                     DRM_E_INVALID_CRL);
    for (uint16_t tag = LIST; tag <= ENTRIES_HASH; tag++)
    {
        assert_int_equal(read_edited(TEST_REMOVE, tag, drm_span(NULL, 0)), DRM_E_INVALID_CRL);
        assert_int_equal(read_edited(TEST_REPEAT, tag, drm_span(NULL, 0)), DRM_E_INVALID_CRL);
        assert_int_equal(read_edited(TEST_RETAG, tag, drm_span(NULL, 0)), DRM_E_INVALID_CRL);
        assert_int_equal(read_edited(TEST_REPLACE, tag, drm_span("odd", 3)), DRM_E_INVALID_CRL);
    }
    assert_int_equal(read_edited(TEST_INSERT, 0x0063, drm_span("later", 5)), DRM_S_OK);
    assert_int_equal(read_edited(TEST_INSERT, 0x8063, drm_span("later", 5)), DRM_E_INVALID_CRL);
}

static drm_result read_signed_with(const uint8_t *seed, const struct drm_buffer *chain)
{
    struct drm_revocation_head head = new_head(DRM_REVOCATION_APP);
    struct drm_buffer list = {0};
    drm_result result;

    assert_int_equal(drm_revocation_list_write(&head, NULL, 0, seed, drm_buffer_span(chain), &list), DRM_S_OK);
    result = read_head(head_of(&list));
    drm_buffer_free(&list);
    return result;
}

static void revocation_head__wrong_signers_are_refused(void **state)
{
    struct drm_buffer list = small_list(DRM_REVOCATION_APP), edited = {0};
    (void)state;

    assert_int_equal(read_signed_with(authority.revocation.key.seed, &authority.revocation.chain), DRM_S_OK);
    /* Another anchor's; a key of ours without the role; somebody else's key under our signer's chain. */
    assert_int_equal(read_signed_with(other.revocation.key.seed, &other.revocation.chain), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_signed_with(authority.answer.key.seed, &authority.answer.chain), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_signed_with(authority.root.key.seed, &authority.root.chain), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_signed_with(authority.machine.key.seed, &authority.machine.chain), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_signed_with(other.revocation.key.seed, &authority.revocation.chain), DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(read_signed_with(authority.revocation.key.seed, &(struct drm_buffer){(uint8_t *)"junk", 4, 4}),
                     DRM_E_INVALID_CERTIFICATE);
    /* No chain, or what nobody signed beside it. */
    test_edit(head_of(&list), TEST_REMOVE, 0x8004, drm_span(NULL, 0), &edited);
    assert_int_equal(read_head(drm_buffer_span(&edited)), DRM_E_INVALID_CRL);
    drm_buffer_truncate(&edited, 0);
    test_edit(head_of(&list), TEST_INSERT, 0x0063, drm_span("unsigned", 8), &edited);
    assert_int_equal(read_head(drm_buffer_span(&edited)), DRM_E_INVALID_CRL);
    drm_buffer_free(&edited);
    drm_buffer_free(&list);
}

static void revocation_head__of_expired_signers_still_counts(void **state)
{
    struct drm_certificate expired = test_certificate("old", DRM_ROLE_SIGN_REVOCATION, &authority.revocation.key);
    struct drm_buffer encoded = {0}, chain = {0};
    (void)state;

    expired.not_before = 1;
    expired.not_after = 2;
    test_certify(&expired, &authority.root.key, &encoded);
    test_chain(&chain, 1, &encoded);
    assert_int_equal(read_signed_with(authority.revocation.key.seed, &chain), DRM_S_OK);
    drm_buffer_free(&chain);
    drm_buffer_free(&encoded);
}

static void revocation_head__the_right_one_of_several_anchors_is_named(void **state)
{
    struct drm_buffer list = small_list(DRM_REVOCATION_DEVICE);
    struct drm_revocation_head head;
    uint8_t anchors[3][DRM_SIGN_PUBLIC_SIZE];
    size_t which = 99;
    (void)state;

    memcpy(anchors[0], other.root.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(anchors[1], test_key("nobody").public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(anchors[2], authority.root.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_int_equal(drm_revocation_head_read_any(head_of(&list), (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])anchors, 2,
                                                  &which, &head), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(drm_revocation_head_read_any(head_of(&list), NULL, 0, &which, &head), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(which, 99);
    assert_int_equal(drm_revocation_head_read_any(head_of(&list), (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])anchors, 3,
                                                  &which, &head), DRM_S_OK);
    assert_int_equal(which, 2);
    assert_int_equal(head.type, DRM_REVOCATION_DEVICE);
    drm_buffer_free(&list);
}

static bool accept_head(void *context, struct drm_span data)
{
    const drm_result result = read_head(data);

    (void)context;
    if (DRM_FAILED(result))
    {
        assert_true(result == DRM_E_INVALID_CRL || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    }
    return DRM_SUCCEEDED(result);
}

static void revocation_head__truncated_turned_or_mutated_is_refused(void **state)
{
    struct drm_buffer list = small_list(DRM_REVOCATION_CARDEA);
    (void)state;

    test_every_truncation(head_of(&list), accept_head, NULL);
    test_appended_byte(head_of(&list), accept_head, NULL);
    test_every_bit(head_of(&list), accept_head, NULL);
    test_mutations(head_of(&list), 0x68656164, 3000, accept_head, NULL);
    drm_buffer_free(&list);
}

static void revocation_head__another_type_of_object_is_refused(void **state)
{
    struct drm_buffer list = small_list(DRM_REVOCATION_APP), answer = {0}, relabelled = {0};
    struct drm_signed_object object;
    uint8_t type[4];
    (void)state;

    assert_int_equal(read_head(drm_buffer_span(&authority.machine.encoded)), DRM_E_INVALID_CRL);
    assert_int_equal(read_head(drm_buffer_span(&authority.revocation.chain)), DRM_E_INVALID_CRL);
    assert_int_equal(drm_signed_object_read(head_of(&list), DRM_OBJECT_REVOCATION_LIST, &object), DRM_S_OK);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_ANSWER, object.body, authority.revocation.key.seed,
                                             object.chain, &answer), DRM_S_OK);
    assert_int_equal(read_head(drm_buffer_span(&answer)), DRM_E_INVALID_CRL);
    drm_put_u32(type, DRM_OBJECT_REVOCATION_LIST);
    test_edit(drm_buffer_span(&answer), TEST_REPLACE, 0x8001, drm_span(type, 4), &relabelled);
    assert_int_equal(read_head(drm_buffer_span(&relabelled)), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&relabelled);
    drm_buffer_free(&answer);
    drm_buffer_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revocation_list__types_have_their_guids_and_names),
        cmocka_unit_test(revocation_list__entries_are_sorted_and_duplicates_dropped),
        cmocka_unit_test(revocation_list__any_entries_are_sorted),
        cmocka_unit_test(revocation_list__empty_list_contains_nothing),
        cmocka_unit_test(revocation_list__search_finds_every_entry_and_no_neighbour),
        cmocka_unit_test(revocation_list__index_names_every_list_once),
        cmocka_unit_test(revocation_list__writer_refuses_what_cannot_be),
        cmocka_unit_test(revocation_head__values_out_of_range_are_refused),
        cmocka_unit_test(revocation_head__wrong_signers_are_refused),
        cmocka_unit_test(revocation_head__of_expired_signers_still_counts),
        cmocka_unit_test(revocation_head__the_right_one_of_several_anchors_is_named),
        cmocka_unit_test(revocation_head__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(revocation_head__another_type_of_object_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
