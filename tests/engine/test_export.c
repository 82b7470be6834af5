/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What decryptors that encrypt again are made of: RC4, RSA-OAEP, and both ciphers in one step.
 */
#include "engine/check.h"
#include "engine/crypto/reencrypt.h"
#include "engine/crypto/rsa.h"
#include "engine/crypto_tests.h"
#include "support/test_rsa.h"

/* --- RC4 ---------------------------------------------------------------------------------------------------- */

/* RFC 6229, keys of 40 and 128 bits; one of 160 bits, computed with another implementation. */
static void rc4__published_vectors(void **state)
{
    static const struct { const char *key; const char *stream; } vectors[] = {
        {"0102030405", "b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919"},
        {"0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c"},
        {"0102030405060708090a0b0c0d0e0f1011121314",
         "f644d3aa1f242c35f51b71d4faf55383b4ec4b071c79cfe214b460d84d0d4342"},
    };
    struct drm_rc4 *rc4;

    (void)state;
    assert_int_equal(drm_rc4_create(&rc4), DRM_S_OK);
    for (size_t i = 0; i < 2 * COUNT(vectors); i++) /* twice: each call begins anew */
    {
        const char *digits = vectors[i % COUNT(vectors)].key;
        uint8_t key[20], data[32] = {0};

        read_hex(digits, key, strlen(digits) / 2);
        assert_int_equal(drm_rc4_apply(rc4, drm_span(key, strlen(digits) / 2), data, sizeof(data)), DRM_S_OK);
        assert_hex(data, sizeof(data), vectors[i % COUNT(vectors)].stream);
    }
    assert_int_equal(drm_rc4_apply(rc4, drm_span("abcde", 5), NULL, 0), DRM_S_OK);
    drm_rc4_free(rc4);
    drm_rc4_free(NULL);
}

/* --- RSA ---------------------------------------------------------------------------------------------------- */

/* RSA Laboratories' vectors for RSAES-OAEP, 1.1; recomputed with another implementation. */
static void rsa__published_vector(void **state)
{
    static const uint8_t exponent[] = {1, 0, 1};
    uint8_t modulus[128], message[28], seed[DRM_SHA1_SIZE], out[DRM_RSA_MODULUS_SIZE];
    struct drm_rsa_key key;

    (void)state;
    read_hex("a8b3b284af8eb50b387034a860f146c4919f318763cd6c5598c8ae4811a1e0abc4c7e0b082d693a5e7fced675cf46685"
             "12772c0cbc64a742c6c630f533c8cc72f62ae833c40bf25842e984bb78bdbf97c0107d55bdb662f5c4e0fab9845cb514"
             "8ef7392dd3aaff93ae1e6b667bb3d4247616d4f5ba10d4cfd226de88d39f16fb", modulus, sizeof(modulus));
    read_hex("6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34", message, sizeof(message));
    read_hex("18b776ea21069d69776a33e96bad48e1dda0a5ef", seed, sizeof(seed));
    assert_int_equal(drm_rsa_key_read(drm_span(modulus, sizeof(modulus)), drm_span(exponent, 3), &key), DRM_S_OK);
    assert_int_equal(drm_rsa_encrypt_seeded(&key, seed, drm_span(message, sizeof(message)), out), DRM_S_OK);
    assert_hex(out, 128, "354fe67b4a126d5d35fe36c777791a3f7ba13def484e2d3908aff722fad468fb21696de95d0be911c2d3174f8a"
                         "fcc201035f7b6d8e69402de5451618c21a535fa9d7bfc5b8dd9fc243f8cf927db31322d6e881eaa91a996170e6"
                         "57a05a266426d98c88003f8477c1227094a0d9fa1e8c4024309ce1ecccb5210035d47ac72e8a");
}

/* Each length of message; two hundred runs also bring results that begin with zeros. */
static void rsa__private_key_opens_it(void **state)
{
    uint8_t message[TEST_RSA_SIZE], encrypted[DRM_RSA_MODULUS_SIZE], last[DRM_RSA_MODULUS_SIZE] = {0};
    uint8_t opened[TEST_RSA_SIZE];
    struct drm_rsa_key key;

    (void)state;
    test_rsa_key(&key);
    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)(i * 7);
    for (size_t round = 0; round < 200; round++)
    {
        const size_t size = 1 + round % (TEST_RSA_SIZE - 42);

        assert_int_equal(drm_rsa_encrypt(&key, drm_span(message, size), encrypted), DRM_S_OK);
        assert_int_equal(test_rsa_decrypt(encrypted, opened), size);
        assert_memory_equal(opened, message, size);
        assert_memory_not_equal(encrypted, last, TEST_RSA_SIZE);
        memcpy(last, encrypted, TEST_RSA_SIZE);
    }
    assert_int_equal(drm_rsa_encrypt(&key, drm_span(message, TEST_RSA_SIZE - 41), encrypted), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_rsa_encrypt(&key, drm_span(NULL, 0), encrypted), DRM_E_INVALID_ARGUMENT);
    assert_memory_equal(encrypted, last, TEST_RSA_SIZE);
}

/* A modulus of so many bits; what is encrypted to it is below it. */
static void rsa__sizes_of_keys(void **state)
{
    static const struct { size_t bits; drm_result expected; } rows[] = {
        {8, DRM_E_KEY_ERROR}, {1023, DRM_E_KEY_ERROR}, {1024, DRM_S_OK}, {1025, DRM_S_OK}, {1031, DRM_S_OK},
        {1536, DRM_S_OK}, {2047, DRM_S_OK}, {2048, DRM_S_OK}, {3072, DRM_S_OK}, {4095, DRM_S_OK}, {4096, DRM_S_OK},
        {4097, DRM_E_KEY_ERROR}, {8192, DRM_E_KEY_ERROR},
    };
    static const uint8_t exponent[] = {3};
    uint8_t modulus[8192 / 8], out[DRM_RSA_MODULUS_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        const size_t size = (rows[i].bits + 7) / 8;
        struct drm_rsa_key key;

        memset(modulus, 0x5b, size);
        modulus[0] = (uint8_t)(1 << (rows[i].bits - 1) % 8);
        assert_int_equal(drm_rsa_key_read(drm_span(modulus, size), drm_span(exponent, 1), &key), rows[i].expected);
        if (DRM_FAILED(rows[i].expected))
            continue;
        assert_int_equal(key.modulus_size, size);
        assert_int_equal(drm_rsa_encrypt(&key, drm_span("key", 3), out), DRM_S_OK);
        assert_true(memcmp(out, modulus, size) < 0);
    }
}

static void rsa__refuses_what_is_no_key(void **state)
{
    static const struct { const char *exponent; drm_result expected; } rows[] = {
        {"", DRM_E_KEY_ERROR}, {"00", DRM_E_KEY_ERROR}, {"01", DRM_E_KEY_ERROR}, {"02", DRM_E_KEY_ERROR},
        {"03", DRM_S_OK}, {"010000", DRM_E_KEY_ERROR}, {"00010001", DRM_S_OK}, {"ffffffffffffffff", DRM_S_OK},
        {"010000000000000001", DRM_E_KEY_ERROR}, {"000000000000000000000011", DRM_S_OK},
    };
    struct drm_rsa_key good, key;
    uint8_t modulus[DRM_RSA_MODULUS_SIZE + 8] = {0};

    (void)state;
    test_rsa_key(&good);
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        struct drm_buffer exponent = {0};

        append_hex(&exponent, rows[i].exponent);
        assert_int_equal(drm_rsa_key_read(drm_span(good.modulus, good.modulus_size), drm_buffer_span(&exponent), &key),
                         rows[i].expected);
        drm_buffer_free(&exponent);
    }
    assert_int_equal(drm_rsa_key_read(drm_span(NULL, 0), drm_span(good.exponent, 3), &key), DRM_E_KEY_ERROR);
    assert_int_equal(drm_rsa_key_read(drm_span(modulus, 128), drm_span(good.exponent, 3), &key), DRM_E_KEY_ERROR);
    /* Zeros in front are no part of it; an even number is no product of two primes. */
    memcpy(modulus + 5, good.modulus, good.modulus_size);
    assert_int_equal(drm_rsa_key_read(drm_span(modulus, good.modulus_size + 5), drm_span(good.exponent, 3), &key),
                     DRM_S_OK);
    assert_memory_equal(&key, &good, sizeof(key));
    modulus[4 + good.modulus_size] ^= 1;
    assert_int_equal(drm_rsa_key_read(drm_span(modulus, good.modulus_size + 5), drm_span(good.exponent, 3), &key),
                     DRM_E_KEY_ERROR);
}

static void rsa__hash_names_both_numbers(void **state)
{
    uint8_t first[DRM_SHA256_SIZE], second[DRM_SHA256_SIZE];
    struct drm_rsa_key key;

    (void)state;
    test_rsa_key(&key);
    assert_int_equal(drm_rsa_key_hash(&key, first), DRM_S_OK);
    key.exponent[2] = 3;
    assert_int_equal(drm_rsa_key_hash(&key, second), DRM_S_OK);
    assert_memory_not_equal(first, second, sizeof(first));
    key.exponent[2] = 1;
    key.modulus[64] ^= 1;
    assert_int_equal(drm_rsa_key_hash(&key, second), DRM_S_OK);
    assert_memory_not_equal(first, second, sizeof(first));
}

/* --- both ciphers ------------------------------------------------------------------------------------------- */

static const uint8_t content_key[DRM_CTR_KEY_SIZE] = {1, 2, 3};
static const uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE] = {9, 8, 7};

static void put_salt(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

/* What the other system does: key = SHA-1(vector, salt), RC4. */
static void open_as_others_do(uint64_t counter_id, uint64_t offset, uint8_t *data, size_t size)
{
    uint8_t salt[16], key[DRM_SHA1_SIZE];
    struct drm_rc4 *rc4;

    put_salt(salt, counter_id);
    put_salt(salt + 8, offset);
    drm_sha1(drm_span(vector, sizeof(vector)), drm_span(salt, offset ? 16 : 8), key);
    assert_int_equal(drm_rc4_create(&rc4), DRM_S_OK);
    assert_int_equal(drm_rc4_apply(rc4, drm_span(key, sizeof(key)), data, size), DRM_S_OK);
    drm_rc4_free(rc4);
}

static void reencrypt__others_open_it(void **state)
{
    static const struct { uint64_t counter_id, offset; size_t size; } rows[] = {
        {0, 0, 1}, {0, 1, 17}, {1, 0, 1000}, {1, 5, 16}, {2, 0, 33}, {0x0102030405060708, 7, 64},
        {UINT64_MAX, 0, 100}, {UINT64_MAX, UINT64_MAX, 16},
    };
    struct drm_reencrypt *reencrypt;
    uint8_t plain[1000], data[1000];
    struct drm_ctr *ctr;

    (void)state;
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i * 3 + i / 256);
    assert_int_equal(drm_ctr_create(content_key, &ctr), DRM_S_OK);
    assert_int_equal(drm_reencrypt_create(content_key, vector, &reencrypt), DRM_S_OK);
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        memcpy(data, plain, rows[i].size);
        assert_int_equal(drm_ctr_apply(ctr, rows[i].counter_id, rows[i].offset, data, rows[i].size), DRM_S_OK);
        assert_int_equal(drm_reencrypt_apply(reencrypt, rows[i].counter_id, rows[i].offset, data, rows[i].size),
                         DRM_S_OK);
        assert_true(rows[i].size < 16 || memcmp(data, plain, rows[i].size));
        open_as_others_do(rows[i].counter_id, rows[i].offset, data, rows[i].size);
        assert_memory_equal(data, plain, rows[i].size);
    }
    drm_reencrypt_free(reencrypt);
    drm_ctr_free(ctr);
}

static void reencrypt__salt_rises(void **state)
{
    static const struct { uint64_t counter_id, offset; size_t size; drm_result expected; } rows[] = {
        {5, 3, 0, DRM_S_OK},                    /* nothing: no salt used */
        {5, 3, 16, DRM_S_OK},
        {5, 3, 16, DRM_E_INVALID_ARGUMENT},     /* again */
        {5, 2, 16, DRM_E_INVALID_ARGUMENT},     /* lower */
        {4, 9, 16, DRM_E_INVALID_ARGUMENT},
        {5, 3, 0, DRM_S_OK},
        {5, 4, 16, DRM_S_OK},
        {6, UINT64_MAX, 17, DRM_E_INVALID_ARGUMENT}, /* past the end of the counter: the salt is not used */
        {6, 0, 16, DRM_S_OK},
        {UINT64_MAX, UINT64_MAX, 16, DRM_S_OK},
        {0, 0, 16, DRM_E_INVALID_ARGUMENT},     /* it does not begin anew */
        {UINT64_MAX, UINT64_MAX, 16, DRM_E_INVALID_ARGUMENT},
    };
    struct drm_reencrypt *reencrypt;
    uint8_t data[32], before[32];

    (void)state;
    assert_int_equal(drm_reencrypt_create(content_key, vector, &reencrypt), DRM_S_OK);
    memset(data, 0x33, sizeof(data));
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        memcpy(before, data, sizeof(data));
        assert_int_equal(drm_reencrypt_apply(reencrypt, rows[i].counter_id, rows[i].offset, data, rows[i].size),
                         rows[i].expected);
        if (DRM_FAILED(rows[i].expected) || !rows[i].size)
            assert_memory_equal(data, before, sizeof(data));
        else
            assert_memory_not_equal(data, before, rows[i].size);
    }
    drm_reencrypt_free(reencrypt);
    drm_reencrypt_free(NULL);
}

int run_export_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rc4__published_vectors),
        cmocka_unit_test(rsa__published_vector),
        cmocka_unit_test(rsa__private_key_opens_it),
        cmocka_unit_test(rsa__sizes_of_keys),
        cmocka_unit_test(rsa__refuses_what_is_no_key),
        cmocka_unit_test(rsa__hash_names_both_numbers),
        cmocka_unit_test(reencrypt__others_open_it),
        cmocka_unit_test(reencrypt__salt_rises),
    };

    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
