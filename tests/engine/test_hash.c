/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-256, HMAC, HKDF.
 */
#include "engine/check.h"
#include "engine/crypto/crypto.h"
#include "engine/crypto_tests.h"
#include "engine/crypto_vectors.h"

/* FIPS 180-4's examples, as NIST publishes them, and the empty message. */
static void sha256__published_vectors(void **state)
{
    static const struct { const char *message; const char *hash; } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
         "nopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    uint8_t hash[DRM_SHA256_SIZE];
    struct drm_hash *stream;
    uint8_t thousand[1000];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(vectors); i++)
    {
        drm_sha256(vectors[i].message, strlen(vectors[i].message), hash);
        assert_hex(hash, sizeof(hash), vectors[i].hash);
    }
    drm_sha256(NULL, 0, hash);
    assert_hex(hash, sizeof(hash), vectors[0].hash);

    memset(thousand, 'a', sizeof(thousand));
    assert_int_equal(drm_hash_create(&stream), DRM_S_OK);
    for (i = 0; i < 1000; i++)
        drm_hash_update(stream, thousand, sizeof(thousand));
    drm_hash_finish(stream, hash);
    drm_hash_free(stream);
    assert_hex(hash, sizeof(hash), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void sha256__stream_equals_single_shot_at_every_split(void **state)
{
    uint8_t message[200], whole[DRM_SHA256_SIZE], streamed[DRM_SHA256_SIZE];
    struct drm_hash *stream;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)i;
    drm_sha256(message, sizeof(message), whole);
    for (i = 0; i <= sizeof(message); i++)
    {
        assert_int_equal(drm_hash_create(&stream), DRM_S_OK);
        drm_hash_update(stream, message, i);
        drm_hash_update(stream, NULL, 0);
        drm_hash_update(stream, message + i, sizeof(message) - i);
        drm_hash_finish(stream, streamed);
        drm_hash_free(stream);
        assert_memory_equal(streamed, whole, sizeof(whole));
    }
    drm_hash_free(NULL);
}

static void hmac__published_vectors(void **state)
{
    uint8_t mac[DRM_SHA256_SIZE];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(hmac_vectors); i++)
    {
        struct drm_buffer key = {0}, data = {0};

        append_hex(&key, hmac_vectors[i].key);
        append_hex(&data, hmac_vectors[i].data);
        assert_int_equal(drm_hmac_sha256(key.data, key.size, data.data, data.size, mac), DRM_S_OK);
        assert_hex(mac, strlen(hmac_vectors[i].mac) / 2, hmac_vectors[i].mac);
        drm_buffer_free(&key);
        drm_buffer_free(&data);
    }
}

/* A key that is kept gives what one that is set each time gives, message after message, in whatever pieces. */
static void mac__kept_key_equals_single_shots(void **state)
{
    uint8_t key[DRM_SHA256_SIZE], message[200], expected[DRM_SHA256_SIZE], found[DRM_SHA256_SIZE];
    struct drm_mac *mac;
    size_t i;

    (void)state;
    memset(key, 0x5c, sizeof(key));
    assert_int_equal(drm_mac_create(drm_span(key, sizeof(key)), &mac), DRM_S_OK);
    for (i = 0; i <= sizeof(message); i++)
    {
        memset(message, (int)i, sizeof(message));
        assert_int_equal(drm_hmac_sha256(key, sizeof(key), message, i, expected), DRM_S_OK);
        drm_mac_update(mac, message, i / 3);
        drm_mac_update(mac, message + i / 3, i - i / 3);
        drm_mac_finish(mac, found);
        assert_memory_equal(found, expected, sizeof(expected));
    }
    drm_mac_free(mac);
    drm_mac_free(NULL);
}

static void hmac__nothing_under_an_empty_key_is_defined(void **state)
{
    uint8_t mac[DRM_SHA256_SIZE];

    (void)state;
    assert_int_equal(drm_hmac_sha256(NULL, 0, NULL, 0, mac), DRM_S_OK);
    assert_hex(mac, sizeof(mac), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void hkdf__published_vectors(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(hkdf_vectors); i++)
    {
        struct drm_buffer secret = {0}, salt = {0}, info = {0};
        uint8_t key[DRM_SHA256_SIZE], out[100];
        size_t size = strlen(hkdf_vectors[i].out) / 2;

        append_hex(&secret, hkdf_vectors[i].secret);
        append_hex(&salt, hkdf_vectors[i].salt);
        append_hex(&info, hkdf_vectors[i].info);
        assert_int_equal(drm_hkdf_extract(drm_buffer_span(&salt), drm_buffer_span(&secret), key), DRM_S_OK);
        assert_hex(key, sizeof(key), hkdf_vectors[i].key);
        assert_int_equal(drm_hkdf_expand(key, drm_buffer_span(&info), out, size), DRM_S_OK);
        assert_hex(out, size, hkdf_vectors[i].out);
        drm_buffer_free(&secret);
        drm_buffer_free(&salt);
        drm_buffer_free(&info);
    }
}

static void hkdf__output_ends_at_255_blocks(void **state)
{
    enum { MOST = 255 * DRM_SHA256_SIZE };
    uint8_t key[DRM_SHA256_SIZE] = {1};
    uint8_t *longest = malloc(MOST + 1), shorter[100];

    (void)state;
    assert_non_null(longest);
    memset(longest, 0xa5, MOST + 1);
    assert_int_equal(drm_hkdf_expand(key, drm_span("i", 1), longest, MOST + 1), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(longest[0], 0xa5);
    assert_int_equal(drm_hkdf_expand(key, drm_span("i", 1), longest, MOST), DRM_S_OK);
    assert_int_equal(longest[MOST], 0xa5);
    assert_int_equal(drm_hkdf_expand(key, drm_span("i", 1), shorter, sizeof(shorter)), DRM_S_OK);
    assert_memory_equal(longest, shorter, sizeof(shorter));
    assert_memory_not_equal(longest + MOST - 32, longest + MOST - 64, 32);
    free(longest);
}

int run_hash_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256__published_vectors),
        cmocka_unit_test(sha256__stream_equals_single_shot_at_every_split),
        cmocka_unit_test(hmac__published_vectors),
        cmocka_unit_test(hmac__nothing_under_an_empty_key_is_defined),
        cmocka_unit_test(mac__kept_key_equals_single_shots),
        cmocka_unit_test(hkdf__published_vectors),
        cmocka_unit_test(hkdf__output_ends_at_255_blocks),
    };

    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
