/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-256-GCM-SIV, and the sealed form made of it.
 */
#include "engine/check.h"
#include "engine/crypto/aead_cipher.h"
#include "engine/crypto_tests.h"
#include "engine/crypto_vectors.h"

static void gcm_siv__published_vectors(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(gcm_siv_vectors); i++)
    {
        const struct aead_vector *vector = &gcm_siv_vectors[i];
        struct drm_buffer aad = {0}, plaintext = {0}, sealed = {0}, stored = {0}, opened = {0};
        uint8_t key[DRM_AEAD_KEY_SIZE], nonce[DRM_AEAD_NONCE_SIZE];

        read_hex(vector->key, key, sizeof(key));
        read_hex(vector->nonce, nonce, sizeof(nonce));
        append_hex(&aad, vector->aad);
        append_hex(&plaintext, vector->plaintext);
        assert_int_equal(drm_aead_encrypt(DRM_AEAD_AES_256_GCM_SIV, key, nonce, drm_buffer_span(&aad),
                                          drm_buffer_span(&plaintext), &sealed), DRM_S_OK);
        assert_hex(sealed.data, sealed.size, vector->sealed);

        /* The stored form is the nonce and the same bytes. */
        append_hex(&stored, vector->nonce);
        append_hex(&stored, vector->sealed);
        assert_int_equal(drm_unseal(key, drm_buffer_span(&aad), drm_buffer_span(&stored), &opened), DRM_S_OK);
        assert_hex(opened.data, opened.size, vector->plaintext);
        drm_buffer_free(&aad);
        drm_buffer_free(&plaintext);
        drm_buffer_free(&sealed);
        drm_buffer_free(&stored);
        drm_buffer_free(&opened);
    }
}

static const struct drm_span row = {(const uint8_t *)"table 3, row 14", 15};
static const struct drm_span secret = {(const uint8_t *)"thirty-two bytes of secret stuff", 32};

static void make_key(uint8_t key[DRM_AEAD_KEY_SIZE])
{
    memset(key, 0x33, DRM_AEAD_KEY_SIZE);
}

/* Must be refused, with the buffer as it was. */
static void assert_not_unsealed(const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span aad, struct drm_span sealed)
{
    struct drm_buffer out = {0};
    uint8_t *copy = exact_copy(sealed.data, sealed.size);

    assert_int_equal(drm_buffer_append(&out, "before", 6), DRM_S_OK);
    assert_int_equal(drm_unseal(key, aad, drm_span(copy, sealed.size), &out), DRM_E_DECRYPT_ERROR);
    assert_int_equal(out.size, 6);
    assert_memory_equal(out.data, "before", 6);
    drm_buffer_free(&out);
    free(copy);
}

static void seal__opens_at_every_size(void **state)
{
    static const size_t sizes[] = {0, 1, 11, 12, 15, 16, 17, 31, 32, 33, 63, 64, 65, 4096, 1000003};
    uint8_t key[DRM_AEAD_KEY_SIZE];
    uint8_t *plaintext = calloc(1000003, 1);
    size_t i;

    (void)state;
    assert_non_null(plaintext);
    make_key(key);
    for (i = 0; i < COUNT(sizes); i++)
    {
        struct drm_buffer sealed = {0}, opened = {0};

        memset(plaintext, (int)i + 1, sizes[i]);
        assert_int_equal(drm_buffer_append(&sealed, "head", 4), DRM_S_OK);
        assert_int_equal(drm_seal(key, row, drm_span(plaintext, sizes[i]), &sealed), DRM_S_OK);
        assert_int_equal(sealed.size, 4 + sizes[i] + DRM_SEAL_OVERHEAD);
        assert_memory_equal(sealed.data, "head", 4);
        assert_int_equal(drm_buffer_append(&opened, "head", 4), DRM_S_OK);
        assert_int_equal(drm_unseal(key, row, drm_span(sealed.data + 4, sealed.size - 4), &opened), DRM_S_OK);
        assert_memory_equal(opened.data, "head", 4);
        assert_true(drm_span_equal(drm_span(opened.data + 4, opened.size - 4), drm_span(plaintext, sizes[i])));
        drm_buffer_free(&sealed);
        drm_buffer_free(&opened);
    }
    free(plaintext);
}

static void seal__each_nonce_is_new(void **state)
{
    enum { SEALS = 500 };
    static uint8_t nonces[SEALS][DRM_AEAD_NONCE_SIZE];
    uint8_t key[DRM_AEAD_KEY_SIZE];
    size_t i, j;

    (void)state;
    make_key(key);
    for (i = 0; i < SEALS; i++)
    {
        struct drm_buffer sealed = {0};

        assert_int_equal(drm_seal(key, row, secret, &sealed), DRM_S_OK);
        memcpy(nonces[i], sealed.data, sizeof(nonces[i]));
        drm_buffer_free(&sealed);
        for (j = 0; j < i; j++)
            assert_memory_not_equal(nonces[i], nonces[j], sizeof(nonces[i]));
    }
}

static void seal__any_flipped_bit_fails(void **state)
{
    uint8_t key[DRM_AEAD_KEY_SIZE], changed[16];
    struct drm_buffer sealed = {0};
    size_t i, bit;

    (void)state;
    make_key(key);
    assert_int_equal(drm_seal(key, row, secret, &sealed), DRM_S_OK);
    for (i = 0; i < sealed.size; i++)
    {
        for (bit = 0; bit < 8; bit++)
        {
            sealed.data[i] ^= (uint8_t)(1U << bit);
            assert_not_unsealed(key, row, drm_buffer_span(&sealed));
            sealed.data[i] ^= (uint8_t)(1U << bit);
        }
    }
    for (i = 0; i < row.size; i++)
    {
        memcpy(changed, row.data, row.size);
        changed[i] ^= (uint8_t)(1U << i % 8);
        assert_not_unsealed(key, drm_span(changed, row.size), drm_buffer_span(&sealed));
    }
    assert_not_unsealed(key, drm_span(NULL, 0), drm_buffer_span(&sealed));
    assert_not_unsealed(key, drm_span(row.data, row.size - 1), drm_buffer_span(&sealed));
    for (i = 0; i < sizeof(key); i++)
    {
        key[i] ^= (uint8_t)(1U << i % 8);
        assert_not_unsealed(key, row, drm_buffer_span(&sealed));
        make_key(key);
    }
    drm_buffer_free(&sealed);
}

static void seal__every_truncation_and_extension_fails(void **state)
{
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_buffer sealed = {0};
    size_t size;

    (void)state;
    make_key(key);
    assert_int_equal(drm_seal(key, row, secret, &sealed), DRM_S_OK);
    for (size = 0; size < sealed.size; size++)
        assert_not_unsealed(key, row, drm_span(sealed.data, size));
    assert_not_unsealed(key, row, drm_span(NULL, 0));
    assert_int_equal(drm_buffer_append(&sealed, "", 1), DRM_S_OK);
    assert_not_unsealed(key, row, drm_buffer_span(&sealed));
    drm_buffer_free(&sealed);
}

int run_seal_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcm_siv__published_vectors),
        cmocka_unit_test(seal__opens_at_every_size),
        cmocka_unit_test(seal__each_nonce_is_new),
        cmocka_unit_test(seal__any_flipped_bit_fails),
        cmocka_unit_test(seal__every_truncation_and_extension_fails),
    };

    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
