/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519: published vectors, and everything that must not verify.
 */
#include "engine/check.h"
#include "engine/crypto/crypto.h"
#include "engine/crypto_tests.h"
#include "engine/crypto_vectors.h"

static void sign__published_vectors(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(sign_vectors); i++)
    {
        const struct sign_vector *vector = &sign_vectors[i];
        uint8_t seed[32], public_key[32], signature[64];
        struct drm_buffer message = {0};

        read_hex(vector->seed, seed, sizeof(seed));
        append_hex(&message, vector->message);
        assert_int_equal(drm_sign_public(seed, public_key), DRM_S_OK);
        assert_hex(public_key, sizeof(public_key), vector->public_key);
        assert_int_equal(drm_sign(seed, NULL, drm_buffer_span(&message), signature), DRM_S_OK);
        assert_hex(signature, sizeof(signature), vector->signature);
        assert_int_equal(drm_verify(public_key, NULL, drm_buffer_span(&message), signature), DRM_S_OK);
        drm_buffer_free(&message);
    }
}

/* Computed by another implementation over the context, a zero byte, the message; some seeds begin or end in zeros. */
static void sign__context_is_a_prefix_of_the_message(void **state)
{
    static const struct { const char *seed, *context, *message, *public_key, *signature; } vectors[] = {
        {"0000000000000000000000000000000000000000000000000000000000000000", "certificate", "626f6479",
         "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
         "95741b8a4d6e19bfbead257cfe30f7a9267a2cbaae5757c758db6908ed351d40"
         "25bf0d7c8d5711a38b2e65c74576297d367334c748daa1361ed7e269f70d8d03"},
        {"000002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "request", "",
         "7fe7813694a746ab189b43148fbc06cbfee0871715608fe0899283ccdccf4634",
         "70199a0708c16f58fdf52aaf4ba8c341f3d693fb35816a12cb2ebe9b28e0bf64"
         "c2d44f7aae7a65a563a2c866a156619e6c216064f5e0530ac5a9fb29bd2c2b07"},
        {"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e0000", "answer",
         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435"
         "363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60616263",
         "b5bb2ed9203dd6c98f17fc6d6bd1a39f57a7c1cc3ea37ace940b766bae78c904",
         "34d1133be4dc130a13a0a2882a4c59eb3dd6e536cb129006a537dbd384c24533"
         "392aa067e03c057efcde71e7da3333eeea7673913d9ea083fbf634409a9f7a0e"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(vectors); i++)
    {
        uint8_t seed[32], public_key[32], signature[64];
        struct drm_buffer message = {0};

        read_hex(vectors[i].seed, seed, sizeof(seed));
        append_hex(&message, vectors[i].message);
        assert_int_equal(drm_sign_public(seed, public_key), DRM_S_OK);
        assert_hex(public_key, sizeof(public_key), vectors[i].public_key);
        assert_int_equal(drm_sign(seed, vectors[i].context, drm_buffer_span(&message), signature), DRM_S_OK);
        assert_hex(signature, sizeof(signature), vectors[i].signature);
        assert_int_equal(drm_verify(public_key, vectors[i].context, drm_buffer_span(&message), signature), DRM_S_OK);
        drm_buffer_free(&message);
    }
}

/* A signed message that the tests below spoil. */
struct signed_message
{
    uint8_t public_key[32];
    uint8_t signature[64];
};

static const struct drm_span plain = {(const uint8_t *)"what is signed", 14};

static void make_signed(struct signed_message *out)
{
    static const uint8_t seed[32] = {7, 7, 7};

    assert_int_equal(drm_sign_public(seed, out->public_key), DRM_S_OK);
    assert_int_equal(drm_sign(seed, "context", plain, out->signature), DRM_S_OK);
    assert_int_equal(drm_verify(out->public_key, "context", plain, out->signature), DRM_S_OK);
}

static void verify__any_flipped_bit_fails(void **state)
{
    struct signed_message good, bad;
    uint8_t message[14];
    size_t i;

    (void)state;
    make_signed(&good);
    for (i = 0; i < sizeof(good.signature); i++)
    {
        bad = good;
        bad.signature[i] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    }
    for (i = 0; i < sizeof(good.public_key); i++)
    {
        bad = good;
        bad.public_key[i] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    }
    /* the sign of x, and the top bits of S */
    bad = good;
    bad.public_key[31] ^= 0x80;
    assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    for (i = 0; i < 8; i++)
    {
        bad = good;
        bad.signature[63] ^= (uint8_t)(1U << i);
        assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    }
    for (i = 0; i < sizeof(message); i++)
    {
        memcpy(message, plain.data, sizeof(message));
        message[i] ^= (uint8_t)(1U << i % 8);
        assert_int_equal(drm_verify(good.public_key, "context", drm_span(message, sizeof(message)), good.signature),
                         DRM_E_SIGNATURE_FAILURE);
    }
}

static void verify__other_contexts_and_messages_fail(void **state)
{
    static const char *const contexts[] = {"", "c", "contex", "context ", "Context", NULL};
    struct signed_message good;
    size_t i;

    (void)state;
    make_signed(&good);
    for (i = 0; i < COUNT(contexts); i++)
    {
        assert_int_equal(drm_verify(good.public_key, contexts[i], plain, good.signature), DRM_E_SIGNATURE_FAILURE);
    }
    assert_int_equal(drm_verify(good.public_key, "context", drm_span(plain.data, plain.size - 1), good.signature),
                     DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(drm_verify(good.public_key, "context", drm_span(plain.data, plain.size + 1), good.signature),
                     DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(drm_verify(good.public_key, "context", drm_span(NULL, 0), good.signature),
                     DRM_E_SIGNATURE_FAILURE);
}

static void verify__another_key_fails(void **state)
{
    static const uint8_t other_seed[32] = {8};
    struct signed_message good;
    uint8_t other[32];

    (void)state;
    make_signed(&good);
    assert_int_equal(drm_sign_public(other_seed, other), DRM_S_OK);
    assert_int_equal(drm_verify(other, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
}

/* S + L solves the same equation, and libgcrypt takes it: one message would have many signatures. */
static void verify__s_past_the_order_fails(void **state)
{
    static const char order_digits[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    struct signed_message good, bad;
    uint8_t order[32];
    unsigned int times, carry;
    size_t i;

    (void)state;
    make_signed(&good);
    read_hex(order_digits, order, sizeof(order));
    bad = good;
    for (times = 1; times < 15; times++)
    {
        for (i = 0, carry = 0; i < 32; i++)
        {
            carry += (unsigned int)bad.signature[32 + i] + order[i];
            bad.signature[32 + i] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry > 0)
            break; /* no longer S + n * L */
        assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    }
    bad = good;
    memcpy(bad.signature + 32, order, sizeof(order));
    assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    memset(bad.signature + 32, 0xff, 32);
    assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
    memset(bad.signature, 0, sizeof(bad.signature));
    assert_int_equal(drm_verify(bad.public_key, "context", plain, bad.signature), DRM_E_SIGNATURE_FAILURE);
}

/*
 * With a key of low order, R = the neutral point and S = 0 satisfies the equation for some messages, and for the
 * neutral point as the key for all. Each encoding is tried with messages enough to meet one.
 */
static void verify__keys_of_low_order_fail(void **state)
{
    static const char *const keys[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        /* zero and one in another encoding */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    uint8_t key[32], signature[64] = {1};
    unsigned int sign;
    uint8_t message;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(keys); i++)
    {
        for (sign = 0; sign < 2; sign++)
        {
            read_hex(keys[i], key, sizeof(key));
            key[31] |= (uint8_t)(sign << 7);
            for (message = 0; message < 64; message++)
            {
                assert_int_equal(drm_verify(key, NULL, drm_span(&message, 1), signature), DRM_E_SIGNATURE_FAILURE);
            }
        }
    }
}

static void verify__bytes_that_are_no_key_fail(void **state)
{
    struct signed_message good;
    uint8_t key[32];
    unsigned int y;

    (void)state;
    make_signed(&good);
    /* other encodings of y = 0 to 18 */
    for (y = 0; y < 19; y++)
    {
        memset(key, 0xff, sizeof(key));
        key[0] = (uint8_t)(0xed + y);
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
        key[31] = 0x7f;
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
    }
}

/* libgcrypt's own check of the key ends the process for most of these. */
static void verify__keys_with_small_coordinates_fail(void **state)
{
    static const char *const keys[] = {
        /* x = 2 and 6, where y is large */
        "3126711e11ef574692935381d2cd2bbab5dd113c4010f91fd7c4dd7b12bf431a",
        "bcd98ee1ee10a8b96d6cac7e2d32d4454a22eec3bfef06e0283b2284ed40bc65",
        "aa9239e819ad147f9f634c535d82d85717a872ef0ae6c71c72571510cc4ba362",
    };
    struct signed_message good;
    uint8_t key[32];
    unsigned int y;
    size_t i;

    (void)state;
    make_signed(&good);
    for (i = 0; i < COUNT(keys); i++)
    {
        read_hex(keys[i], key, sizeof(key));
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
        key[31] ^= 0x80;
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
    }
    /* of y = 2 to 40 about half are on the curve, and of p - y the same ones */
    for (y = 2; y <= 40; y++)
    {
        memset(key, 0, sizeof(key));
        key[0] = (uint8_t)y;
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
        key[31] = 0x80;
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
        memset(key, 0xff, sizeof(key));
        key[0] = (uint8_t)(0xed - y);
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
        key[31] = 0x7f;
        assert_int_equal(drm_verify(key, "context", plain, good.signature), DRM_E_SIGNATURE_FAILURE);
    }
}

/* R = the neutral point, S = h a: only the key's owner can make it, and the equation holds (OpenSSL takes it too). */
static void verify__an_r_with_small_coordinates_has_one_encoding(void **state)
{
    static const struct { const char *signature; drm_result result; } vectors[] = {
        {"0100000000000000000000000000000000000000000000000000000000000000"
         "6ab2aace0a9917b4dacf1d36dc0765e5d491b89cc74fe9525339cfb8b81c0604", DRM_S_OK},
        /* the same equation over the two other encodings of the same R */
        {"0100000000000000000000000000000000000000000000000000000000000080"
         "93538a52557d87e64b9db4be2a72e9a8f70116a12a7c23cc8d4df8a8eeca8505", DRM_E_SIGNATURE_FAILURE},
        {"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
         "c867bb9b98a1ed5e6ce7c416ef4bbf99714600671c89aa95a2e6a2d336609e03", DRM_E_SIGNATURE_FAILURE},
    };
    struct signed_message good;
    uint8_t signature[64];
    size_t i;

    (void)state;
    make_signed(&good);
    for (i = 0; i < COUNT(vectors); i++)
    {
        read_hex(vectors[i].signature, signature, sizeof(signature));
        assert_int_equal(drm_verify(good.public_key, "context", plain, signature), vectors[i].result);
    }
}

static void sign__large_messages_work(void **state)
{
    static const uint8_t seed[32] = {9};
    const size_t size = 3 * 1024 * 1024 + 1;
    uint8_t *message = calloc(size, 1);
    uint8_t public_key[32], signature[64];

    (void)state;
    assert_non_null(message);
    assert_int_equal(drm_sign_public(seed, public_key), DRM_S_OK);
    assert_int_equal(drm_sign(seed, "large", drm_span(message, size), signature), DRM_S_OK);
    assert_int_equal(drm_verify(public_key, "large", drm_span(message, size), signature), DRM_S_OK);
    message[size - 1] = 1;
    assert_int_equal(drm_verify(public_key, "large", drm_span(message, size), signature), DRM_E_SIGNATURE_FAILURE);
    free(message);
}

/* More keys than the engine remembers the public halves of, each used twice and in turn. */
static void sign__many_keys_in_turn(void **state)
{
    enum { KEYS = 40 };
    uint8_t seeds[KEYS][DRM_SIGN_SEED_SIZE], public_keys[KEYS][DRM_SIGN_PUBLIC_SIZE], again[DRM_SIGN_PUBLIC_SIZE];
    uint8_t signature[DRM_SIGNATURE_SIZE];

    (void)state;
    for (size_t i = 0; i < KEYS; i++)
    {
        memset(seeds[i], (int)i + 1, sizeof(seeds[i]));
        assert_int_equal(drm_sign_public(seeds[i], public_keys[i]), DRM_S_OK);
    }
    for (size_t i = 0; i < 2 * KEYS; i++)
    {
        size_t key = i % KEYS;

        assert_int_equal(drm_sign(seeds[key], "turn", drm_span(&key, sizeof(key)), signature), DRM_S_OK);
        assert_int_equal(drm_verify(public_keys[key], "turn", drm_span(&key, sizeof(key)), signature), DRM_S_OK);
        assert_int_equal(drm_sign_public(seeds[key], again), DRM_S_OK);
        assert_memory_equal(again, public_keys[key], sizeof(again));
    }
}

int run_sign_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign__published_vectors),
        cmocka_unit_test(sign__context_is_a_prefix_of_the_message),
        cmocka_unit_test(verify__any_flipped_bit_fails),
        cmocka_unit_test(verify__other_contexts_and_messages_fail),
        cmocka_unit_test(verify__another_key_fails),
        cmocka_unit_test(verify__s_past_the_order_fails),
        cmocka_unit_test(verify__keys_of_low_order_fail),
        cmocka_unit_test(verify__bytes_that_are_no_key_fail),
        cmocka_unit_test(verify__keys_with_small_coordinates_fail),
        cmocka_unit_test(verify__an_r_with_small_coordinates_has_one_encoding),
        cmocka_unit_test(sign__large_messages_work),
        cmocka_unit_test(sign__many_keys_in_turn),
    };

    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
