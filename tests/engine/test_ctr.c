/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-128 in counter mode: NIST SP 800-38A, F.5.1 and F.5.2; every size and offset against one block at a time; the
 * end of the counter; many threads on one cipher.
 */
#include <stdatomic.h>

#include "engine/check.h"
#include "engine/crypto/crypto.h"
#include "engine/crypto_tests.h"
#include "engine/threads.h"

#define NIST_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define NIST_COUNTER UINT64_C(0xf0f1f2f3f4f5f6f7)
#define NIST_OFFSET UINT64_C(0xf8f9fafbfcfdfeff)
#define NIST_PLAIN                                                      \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"  \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define NIST_CIPHER                                                     \
    "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"  \
    "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"

static struct drm_ctr *nist_cipher(void)
{
    uint8_t key[DRM_CTR_KEY_SIZE];
    struct drm_ctr *ctr;

    read_hex(NIST_KEY, key, sizeof(key));
    assert_int_equal(drm_ctr_create(key, &ctr), DRM_S_OK);
    return ctr;
}

static void ctr_apply__nist_vectors(void **state)
{
    struct drm_ctr *ctr = nist_cipher();
    uint8_t data[64];

    (void)state;
    read_hex(NIST_PLAIN, data, sizeof(data));
    assert_int_equal(drm_ctr_apply(ctr, NIST_COUNTER, NIST_OFFSET, data, sizeof(data)), DRM_S_OK);
    assert_hex(data, sizeof(data), NIST_CIPHER);
    assert_int_equal(drm_ctr_apply(ctr, NIST_COUNTER, NIST_OFFSET, data, sizeof(data)), DRM_S_OK);
    assert_hex(data, sizeof(data), NIST_PLAIN);

    /* The third and fourth block alone: the offset counts blocks. */
    assert_int_equal(drm_ctr_apply(ctr, NIST_COUNTER, NIST_OFFSET + 2, data + 32, 32), DRM_S_OK);
    assert_hex(data + 32, 32, "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
    drm_ctr_free(ctr);
}

/* Each size up to some blocks, so that no call leaves something of its last block for the next one. */
static void ctr_apply__each_size_is_a_part_of_the_same_stream(void **state)
{
    struct drm_ctr *ctr = nist_cipher();
    uint8_t stream[320] = {0};
    size_t size;

    (void)state;
    assert_int_equal(drm_ctr_apply(ctr, 7, 9, stream, sizeof(stream)), DRM_S_OK);
    for (size = 0; size <= sizeof(stream); size++)
    {
        uint8_t *data = exact_copy(stream, size);
        size_t i;

        assert_int_equal(drm_ctr_apply(ctr, 7, 9, data, size), DRM_S_OK);
        for (i = 0; i < size; i++)
            assert_int_equal(data[i], 0);
        free(data);
    }
    drm_ctr_free(ctr);
}

static void ctr_apply__large_data_equals_its_blocks(void **state)
{
    enum { SIZE = 1024 * 1024 + 5 };
    struct drm_ctr *ctr = nist_cipher();
    uint8_t *whole = calloc(1, SIZE), block[16];
    size_t place;

    (void)state;
    assert_non_null(whole);
    assert_int_equal(drm_ctr_apply(ctr, 1, UINT64_C(0xffffffff) - 100, whole, SIZE), DRM_S_OK);
    for (place = 0; place < SIZE; place += sizeof(block))
    {
        const size_t size = SIZE - place < sizeof(block) ? SIZE - place : sizeof(block);

        memset(block, 0, sizeof(block));
        assert_int_equal(drm_ctr_apply(ctr, 1, UINT64_C(0xffffffff) - 100 + place / 16, block, size), DRM_S_OK);
        assert_memory_equal(whole + place, block, size);
    }
    free(whole);
    drm_ctr_free(ctr);
}

static void ctr_apply__the_counter_never_goes_into_the_counter_id(void **state)
{
    static const struct
    {
        uint64_t offset;
        size_t size;
        drm_result expected;
    } cases[] = {
        {UINT64_MAX, 0, DRM_S_OK},
        {UINT64_MAX, 1, DRM_S_OK},
        {UINT64_MAX, 16, DRM_S_OK},
        {UINT64_MAX, 17, DRM_E_INVALID_ARGUMENT},
        {UINT64_MAX - 1, 32, DRM_S_OK},
        {UINT64_MAX - 1, 33, DRM_E_INVALID_ARGUMENT},
        {UINT64_MAX - 3, 64, DRM_S_OK},
        {UINT64_MAX - 2, 64, DRM_E_INVALID_ARGUMENT},
    };
    struct drm_ctr *ctr = nist_cipher();
    const uint8_t before[64] = {0};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
    {
        uint8_t data[64] = {0};

        assert_int_equal(drm_ctr_apply(ctr, 5, cases[i].offset, data, cases[i].size), cases[i].expected);
        if (DRM_FAILED(cases[i].expected))
            assert_memory_equal(data, before, sizeof(data));
        else if (cases[i].size > 1)
            assert_memory_not_equal(data, before, cases[i].size);
    }
    drm_ctr_free(ctr);
}

struct shared_cipher
{
    struct drm_ctr *ctr;
    uint8_t *expected;
    size_t size;
    atomic_uint wrong;
};

/* More threads than idle handles, on the same stream at changing places. */
static void apply_again_and_again(void *context, size_t index)
{
    struct shared_cipher *shared = context;
    uint64_t seed = 0x5eed + index;
    uint8_t data[4096];
    int round;

    for (round = 0; round < 2000; round++)
    {
        const size_t block = next_number(&seed) % (shared->size / 16 - sizeof(data) / 16);
        const size_t size = next_number(&seed) % sizeof(data);

        memset(data, 0, sizeof(data));
        if (DRM_FAILED(drm_ctr_apply(shared->ctr, 3, block, data, size))
            || memcmp(data, shared->expected + 16 * block, size) != 0)
        {
            atomic_fetch_add(&shared->wrong, 1);
        }
    }
}

static void ctr_apply__many_threads_on_one_cipher(void **state)
{
    struct shared_cipher shared = {.ctr = nist_cipher(), .size = 65536};

    (void)state;
    shared.expected = calloc(1, shared.size);
    assert_non_null(shared.expected);
    assert_int_equal(drm_ctr_apply(shared.ctr, 3, 0, shared.expected, shared.size), DRM_S_OK);
    assert_true(run_threads(MAX_THREADS, apply_again_and_again, &shared));
    assert_int_equal(atomic_load(&shared.wrong), 0);
    free(shared.expected);
    drm_ctr_free(shared.ctr);
}

static void ctr_free__null_is_fine(void **state)
{
    (void)state;
    drm_ctr_free(NULL);
}

int run_ctr_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ctr_apply__nist_vectors),
        cmocka_unit_test(ctr_apply__each_size_is_a_part_of_the_same_stream),
        cmocka_unit_test(ctr_apply__large_data_equals_its_blocks),
        cmocka_unit_test(ctr_apply__the_counter_never_goes_into_the_counter_id),
        cmocka_unit_test(ctr_apply__many_threads_on_one_cipher),
        cmocka_unit_test(ctr_free__null_is_fine),
    };

    return cmocka_run_group_tests_name("counter mode", tests, NULL, NULL);
}
