/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Secrets leave no copy on the heap: the program is linked so that the engine's calls of free come here first (--wrap),
 * and what is freed is searched for the secret of the test.
 */
#include <malloc.h>
#include <stdatomic.h>

#include "engine/check.h"
#include "engine/crypto/crypto.h"
#include "engine/crypto_tests.h"

#ifdef _WIN32
#define ALLOCATED_SIZE _msize
#else
#define ALLOCATED_SIZE malloc_usable_size
#endif

void __real_free(void *block);
void __wrap_free(void *block);

/* Half of a secret is enough to be found; it is watched in the byte order of libgcrypt's numbers too. */
#define WATCHED_SIZE 16

static uint8_t watched[2][WATCHED_SIZE];
static atomic_bool watching;
static atomic_uint blocks_seen;
static atomic_uint secrets_seen;

static bool holds_secret(const uint8_t *block, size_t size)
{
    size_t i;

    for (i = 0; i + WATCHED_SIZE <= size; i++)
    {
        if (memcmp(block + i, watched[0], WATCHED_SIZE) == 0 || memcmp(block + i, watched[1], WATCHED_SIZE) == 0)
            return true;
    }
    return false;
}

void __wrap_free(void *block)
{
    if (block && atomic_load(&watching))
    {
        atomic_fetch_add(&blocks_seen, 1);
        if (holds_secret(block, ALLOCATED_SIZE(block)))
            atomic_fetch_add(&secrets_seen, 1);
    }
    __real_free(block);
}

static void watch(const uint8_t *secret)
{
    size_t i;

    for (i = 0; i < WATCHED_SIZE; i++)
    {
        watched[0][i] = secret[i];
        watched[1][i] = secret[WATCHED_SIZE - 1 - i];
    }
    atomic_store(&blocks_seen, 0);
    atomic_store(&secrets_seen, 0);
    atomic_store(&watching, true);
}

/* Ends the watch: something was freed, and no secret was in it. */
static void assert_wiped(void)
{
    atomic_store(&watching, false);
    assert_true(atomic_load(&blocks_seen) > 0);
    assert_int_equal(atomic_load(&secrets_seen), 0);
}

/* No two bytes are the same, so that no part of it is there by chance. */
static void make_secret(uint8_t secret[32])
{
    size_t i;

    for (i = 0; i < 32; i++)
        secret[i] = (uint8_t)(0x48 + i * 5);
}

static void wipe__the_watch_sees_a_secret(void **state)
{
    uint8_t secret[32];
    void *copy;

    (void)state;
    make_secret(secret);
    copy = exact_copy(secret, sizeof(secret));
    watch(secret);
    free(copy);
    atomic_store(&watching, false);
    assert_int_equal(atomic_load(&blocks_seen), 1);
    assert_int_equal(atomic_load(&secrets_seen), 1);
}

static void wipe__buffers_leave_none(void **state)
{
    struct drm_buffer buffer = {0};
    uint8_t secret[32];
    size_t i;

    (void)state;
    make_secret(secret);
    watch(secret);
    for (i = 0; i < 1000; i++)
        assert_int_equal(drm_buffer_append(&buffer, secret, sizeof(secret)), DRM_S_OK);
    drm_buffer_free(&buffer);
    assert_wiped();
}

static void wipe__signing_leaves_none(void **state)
{
    uint8_t seed[32], public_key[32], signature[64];

    (void)state;
    make_secret(seed);
    watch(seed);
    assert_int_equal(drm_sign_public(seed, public_key), DRM_S_OK);
    assert_int_equal(drm_sign(seed, "context", drm_span("message", 7), signature), DRM_S_OK);
    assert_wiped();
}

static void wipe__hpke_leaves_none(void **state)
{
    uint8_t private_key[32], public_key[32], plaintext[32];
    struct drm_span nothing = drm_span(NULL, 0);
    struct drm_buffer sealed = {0}, opened = {0};

    (void)state;
    make_secret(private_key);
    watch(private_key);
    assert_int_equal(drm_x25519_public(private_key, public_key), DRM_S_OK);
    assert_int_equal(drm_hpke_seal(public_key, nothing, nothing, drm_span("x", 1), &sealed), DRM_S_OK);
    assert_int_equal(drm_hpke_open(private_key, nothing, nothing, drm_buffer_span(&sealed), &opened), DRM_S_OK);
    assert_wiped();
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);

    make_secret(plaintext);
    watch(plaintext);
    assert_int_equal(drm_hpke_seal(public_key, nothing, nothing, drm_span(plaintext, 32), &sealed), DRM_S_OK);
    assert_int_equal(drm_hpke_open(private_key, nothing, nothing, drm_buffer_span(&sealed), &opened), DRM_S_OK);
    drm_buffer_free(&opened);
    sealed.data[sealed.size - 1] ^= 1; /* what was decrypted before the tag was checked */
    assert_int_equal(drm_hpke_open(private_key, nothing, nothing, drm_buffer_span(&sealed), &opened),
                     DRM_E_DECRYPT_ERROR);
    drm_buffer_free(&opened);
    drm_buffer_free(&sealed);
    assert_wiped();
}

static void wipe__sealing_leaves_none(void **state)
{
    uint8_t key[32], plaintext[32];
    struct drm_span nothing = drm_span(NULL, 0);
    struct drm_buffer sealed = {0}, opened = {0};

    (void)state;
    make_secret(key);
    memset(plaintext, 1, sizeof(plaintext));
    watch(key);
    assert_int_equal(drm_seal(key, nothing, drm_span(plaintext, 32), &sealed), DRM_S_OK);
    assert_int_equal(drm_unseal(key, nothing, drm_buffer_span(&sealed), &opened), DRM_S_OK);
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);
    assert_wiped();

    make_secret(plaintext);
    memset(key, 1, sizeof(key));
    watch(plaintext);
    assert_int_equal(drm_seal(key, nothing, drm_span(plaintext, 32), &sealed), DRM_S_OK);
    assert_int_equal(drm_unseal(key, nothing, drm_buffer_span(&sealed), &opened), DRM_S_OK);
    drm_buffer_free(&opened);
    sealed.data[sealed.size - 1] ^= 1;
    assert_int_equal(drm_unseal(key, nothing, drm_buffer_span(&sealed), &opened), DRM_E_DECRYPT_ERROR);
    drm_buffer_free(&opened);
    drm_buffer_free(&sealed);
    assert_wiped();
}

static void wipe__hkdf_leaves_none(void **state)
{
    uint8_t secret[32], key[32], out[64];

    (void)state;
    make_secret(secret);
    watch(secret);
    assert_int_equal(drm_hkdf_extract(drm_span(NULL, 0), drm_span(secret, 32), key), DRM_S_OK);
    assert_int_equal(drm_hkdf_expand(secret, drm_span(NULL, 0), out, sizeof(out)), DRM_S_OK);
    assert_int_equal(drm_hmac_sha256(secret, 32, NULL, 0, key), DRM_S_OK);
    assert_wiped();
}

static void wipe__counter_mode_leaves_none(void **state)
{
    uint8_t secret[32], data[64] = {0};
    struct drm_ctr *ctr;

    (void)state;
    make_secret(secret);
    watch(secret); /* its first half is the key */
    assert_int_equal(drm_ctr_create(secret, &ctr), DRM_S_OK);
    assert_int_equal(drm_ctr_apply(ctr, 1, 2, data, sizeof(data)), DRM_S_OK);
    drm_ctr_free(ctr);
    assert_wiped();
}

int run_wipe_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wipe__the_watch_sees_a_secret),
        cmocka_unit_test(wipe__buffers_leave_none),
        cmocka_unit_test(wipe__signing_leaves_none),
        cmocka_unit_test(wipe__hpke_leaves_none),
        cmocka_unit_test(wipe__sealing_leaves_none),
        cmocka_unit_test(wipe__hkdf_leaves_none),
        cmocka_unit_test(wipe__counter_mode_leaves_none),
    };

    return cmocka_run_group_tests_name("wipe", tests, NULL, NULL);
}
