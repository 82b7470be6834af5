/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * X25519 and HPKE: published vectors, and everything that must not open.
 */
#include "engine/check.h"
#include "engine/crypto/hpke_parts.h"
#include "engine/crypto_tests.h"
#include "engine/crypto_vectors.h"

static void x25519__published_vectors(void **state)
{
    uint8_t private_key[32], peer[32], secret[32];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(x25519_vectors); i++)
    {
        read_hex(x25519_vectors[i].private_key, private_key, sizeof(private_key));
        read_hex(x25519_vectors[i].peer, peer, sizeof(peer));
        assert_int_equal(drm_x25519(private_key, peer, secret), DRM_S_OK);
        assert_hex(secret, sizeof(secret), x25519_vectors[i].secret);
        if (peer[0] == 9 && peer[31] == 0)
        {
            assert_int_equal(drm_x25519_public(private_key, secret), DRM_S_OK);
            assert_hex(secret, sizeof(secret), x25519_vectors[i].secret);
        }
    }
}

/* RFC 7748, section 5.2: a thousand rounds, each with the last two results. */
static void x25519__a_thousand_rounds(void **state)
{
    uint8_t k[32] = {9}, u[32] = {9}, result[32];
    unsigned int i;

    (void)state;
    for (i = 0; i < 1000; i++)
    {
        assert_int_equal(drm_x25519(k, u, result), DRM_S_OK);
        memcpy(u, k, sizeof(u));
        memcpy(k, result, sizeof(k));
    }
    assert_hex(k, sizeof(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

static const char *const low_order_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void x25519__points_of_low_order_are_refused(void **state)
{
    uint8_t private_key[32], peer[32], secret[32];
    unsigned int high;
    size_t i;

    (void)state;
    memset(private_key, 0x42, sizeof(private_key));
    for (i = 0; i < COUNT(low_order_points); i++)
    {
        for (high = 0; high < 2; high++) /* the top bit is not part of the coordinate */
        {
            read_hex(low_order_points[i], peer, sizeof(peer));
            peer[31] |= (uint8_t)(high << 7);
            memset(secret, 0xa5, sizeof(secret));
            assert_int_equal(drm_x25519(private_key, peer, secret), DRM_E_KEY_ERROR);
            assert_int_equal(secret[0], 0xa5);
            assert_int_equal(secret[31], 0xa5);
        }
    }
}

static enum drm_aead vector_aead(const struct hpke_vector *vector)
{
    return strlen(vector->key) == 32 ? DRM_AEAD_AES_128_GCM : DRM_AEAD_AES_256_GCM;
}

static void hpke__published_keys(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(hpke_vectors); i++)
    {
        const struct hpke_vector *vector = &hpke_vectors[i];
        uint8_t ephemeral[32], private_key[32], recipient[32], encapsulated[32], secret[32];
        struct drm_hpke_context context;
        struct drm_buffer info = {0};

        read_hex(vector->ephemeral, ephemeral, sizeof(ephemeral));
        read_hex(vector->recipient_private, private_key, sizeof(private_key));
        append_hex(&info, vector->info);
        assert_int_equal(drm_x25519_public(private_key, recipient), DRM_S_OK);
        assert_hex(recipient, sizeof(recipient), vector->recipient);

        assert_int_equal(drm_hpke_encapsulate(ephemeral, recipient, encapsulated, secret), DRM_S_OK);
        assert_hex(encapsulated, sizeof(encapsulated), vector->encapsulated);
        assert_hex(secret, sizeof(secret), vector->shared_secret);
        memset(secret, 0, sizeof(secret));
        assert_int_equal(drm_hpke_decapsulate(private_key, encapsulated, secret), DRM_S_OK);
        assert_hex(secret, sizeof(secret), vector->shared_secret);

        assert_int_equal(drm_hpke_schedule(vector_aead(vector), secret, drm_buffer_span(&info), &context), DRM_S_OK);
        assert_hex(context.key, drm_aead_key_size(context.aead), vector->key);
        assert_hex(context.base_nonce, sizeof(context.base_nonce), vector->base_nonce);
        drm_buffer_free(&info);
    }
}

static void hpke__published_messages(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(hpke_message_vectors); i++)
    {
        const struct hpke_message_vector *message = &hpke_message_vectors[i];
        const struct hpke_vector *vector = &hpke_vectors[message->vector];
        struct drm_buffer plaintext = {0}, aad = {0}, sealed = {0}, opened = {0};
        struct drm_hpke_context context = {.aead = vector_aead(vector)};
        uint8_t nonce[DRM_AEAD_NONCE_SIZE];

        read_hex(vector->key, context.key, drm_aead_key_size(context.aead));
        read_hex(vector->base_nonce, context.base_nonce, sizeof(context.base_nonce));
        append_hex(&plaintext, message->plaintext);
        append_hex(&aad, message->aad);
        drm_hpke_nonce(&context, message->sequence, nonce);
        assert_int_equal(drm_aead_encrypt(context.aead, context.key, nonce, drm_buffer_span(&aad),
                                          drm_buffer_span(&plaintext), &sealed), DRM_S_OK);
        assert_hex(sealed.data, sealed.size, message->sealed);
        assert_int_equal(drm_aead_decrypt(context.aead, context.key, nonce, drm_buffer_span(&aad),
                                          drm_buffer_span(&sealed), &opened), DRM_S_OK);
        assert_true(drm_span_equal(drm_buffer_span(&opened), drm_buffer_span(&plaintext)));
        drm_buffer_free(&plaintext);
        drm_buffer_free(&aad);
        drm_buffer_free(&sealed);
        drm_buffer_free(&opened);
    }
}

/* The published message of our own suite, through the single shot that everybody uses. */
static void hpke__open_takes_the_published_message(void **state)
{
    const struct hpke_vector *vector = &hpke_vectors[1];
    const struct hpke_message_vector *message = hpke_message_vectors;
    struct drm_buffer info = {0}, aad = {0}, sealed = {0}, opened = {0};
    uint8_t private_key[32];

    (void)state;
    while (message->vector != 1 || message->sequence != 0)
        message++;
    read_hex(vector->recipient_private, private_key, sizeof(private_key));
    append_hex(&info, vector->info);
    append_hex(&aad, message->aad);
    append_hex(&sealed, vector->encapsulated);
    append_hex(&sealed, message->sealed);
    assert_int_equal(drm_hpke_open(private_key, drm_buffer_span(&info), drm_buffer_span(&aad), drm_buffer_span(&sealed),
                                   &opened), DRM_S_OK);
    assert_hex(opened.data, opened.size, message->plaintext);
    drm_buffer_free(&info);
    drm_buffer_free(&aad);
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);
}

/* One sealed message, for the tests below to spoil. */
struct sealed_message
{
    uint8_t private_key[32];
    uint8_t recipient[32];
    struct drm_buffer sealed;
};

static const struct drm_span info = {(const uint8_t *)"machine 1", 9};
static const struct drm_span aad = {(const uint8_t *)"object 2", 8};
static const struct drm_span secret_key = {(const uint8_t *)"sixteen byte key", 16};

static void make_sealed(struct sealed_message *out)
{
    memset(out, 0, sizeof(*out));
    memset(out->private_key, 0x11, sizeof(out->private_key));
    assert_int_equal(drm_x25519_public(out->private_key, out->recipient), DRM_S_OK);
    assert_int_equal(drm_hpke_seal(out->recipient, info, aad, secret_key, &out->sealed), DRM_S_OK);
    assert_int_equal(out->sealed.size, secret_key.size + DRM_HPKE_OVERHEAD);
}

/* Must be refused, with the buffer as it was. */
static void assert_not_opened(const uint8_t private_key[32], struct drm_span with_info, struct drm_span with_aad,
                              struct drm_span sealed)
{
    struct drm_buffer out = {0};
    uint8_t *copy = exact_copy(sealed.data, sealed.size);

    assert_int_equal(drm_buffer_append(&out, "before", 6), DRM_S_OK);
    assert_int_equal(drm_hpke_open(private_key, with_info, with_aad, drm_span(copy, sealed.size), &out),
                     DRM_E_DECRYPT_ERROR);
    assert_int_equal(out.size, 6);
    assert_memory_equal(out.data, "before", 6);
    drm_buffer_free(&out);
    free(copy);
}

static void hpke__sealed_opens_at_every_size(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 31, 32, 33, 100, 4096, 1000003};
    struct sealed_message message;
    uint8_t *plaintext = calloc(1000003, 1);
    size_t i;

    (void)state;
    assert_non_null(plaintext);
    make_sealed(&message);
    for (i = 0; i < COUNT(sizes); i++)
    {
        struct drm_buffer sealed = {0}, opened = {0};

        memset(plaintext, (int)i, sizes[i]);
        assert_int_equal(drm_buffer_append(&sealed, "head", 4), DRM_S_OK);
        assert_int_equal(drm_hpke_seal(message.recipient, info, aad, drm_span(plaintext, sizes[i]), &sealed), DRM_S_OK);
        assert_int_equal(sealed.size, 4 + sizes[i] + DRM_HPKE_OVERHEAD);
        assert_memory_equal(sealed.data, "head", 4);
        assert_int_equal(drm_buffer_append(&opened, "head", 4), DRM_S_OK);
        assert_int_equal(drm_hpke_open(message.private_key, info, aad, drm_span(sealed.data + 4, sealed.size - 4),
                                       &opened), DRM_S_OK);
        assert_memory_equal(opened.data, "head", 4);
        assert_true(drm_span_equal(drm_span(opened.data + 4, opened.size - 4), drm_span(plaintext, sizes[i])));
        drm_buffer_free(&sealed);
        drm_buffer_free(&opened);
    }
    free(plaintext);
    drm_buffer_free(&message.sealed);
}

static void hpke__empty_info_and_aad_are_allowed(void **state)
{
    struct drm_span nothing = drm_span(NULL, 0);
    struct sealed_message message;
    struct drm_buffer sealed = {0}, opened = {0};

    (void)state;
    make_sealed(&message);
    assert_int_equal(drm_hpke_seal(message.recipient, nothing, nothing, secret_key, &sealed), DRM_S_OK);
    assert_int_equal(drm_hpke_open(message.private_key, nothing, nothing, drm_buffer_span(&sealed), &opened), DRM_S_OK);
    assert_true(drm_span_equal(drm_buffer_span(&opened), secret_key));
    assert_not_opened(message.private_key, info, nothing, drm_buffer_span(&sealed));
    assert_not_opened(message.private_key, nothing, aad, drm_buffer_span(&sealed));
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);
    drm_buffer_free(&message.sealed);
}

static void hpke__two_seals_share_nothing(void **state)
{
    struct sealed_message a, b;

    (void)state;
    make_sealed(&a);
    make_sealed(&b);
    assert_memory_not_equal(a.sealed.data, b.sealed.data, 32);
    assert_memory_not_equal(a.sealed.data + 32, b.sealed.data + 32, 16);
    assert_memory_not_equal(a.sealed.data + 48, b.sealed.data + 48, 16);
    drm_buffer_free(&a.sealed);
    drm_buffer_free(&b.sealed);
}

static void hpke__any_flipped_bit_fails(void **state)
{
    struct sealed_message message;
    uint8_t changed[16];
    size_t i;

    (void)state;
    make_sealed(&message);
    for (i = 0; i < message.sealed.size; i++)
    {
        uint8_t bit = (uint8_t)(1U << i % 8);

        message.sealed.data[i] ^= bit;
        assert_not_opened(message.private_key, info, aad, drm_buffer_span(&message.sealed));
        message.sealed.data[i] ^= bit;
    }
    /* The coordinate's unused top bit changes no secret of X25519's, but HPKE binds the key as it was sent. */
    message.sealed.data[31] ^= 0x80;
    assert_not_opened(message.private_key, info, aad, drm_buffer_span(&message.sealed));
    message.sealed.data[31] ^= 0x80;
    for (i = 0; i < info.size; i++)
    {
        memcpy(changed, info.data, info.size);
        changed[i] ^= (uint8_t)(1U << i % 8);
        assert_not_opened(message.private_key, drm_span(changed, info.size), aad, drm_buffer_span(&message.sealed));
    }
    for (i = 0; i < aad.size; i++)
    {
        memcpy(changed, aad.data, aad.size);
        changed[i] ^= (uint8_t)(1U << i % 8);
        assert_not_opened(message.private_key, info, drm_span(changed, aad.size), drm_buffer_span(&message.sealed));
    }
    drm_buffer_free(&message.sealed);
}

static void hpke__another_key_fails(void **state)
{
    struct sealed_message message;
    uint8_t other[32];
    size_t i;

    (void)state;
    make_sealed(&message);
    for (i = 1; i < 31; i++) /* the clamped bits at both ends are no part of the key */
    {
        memcpy(other, message.private_key, sizeof(other));
        other[i] ^= (uint8_t)(1U << i % 8);
        assert_not_opened(other, info, aad, drm_buffer_span(&message.sealed));
    }
    drm_buffer_free(&message.sealed);
}

static void hpke__every_truncation_and_extension_fails(void **state)
{
    struct sealed_message message;
    size_t size;

    (void)state;
    make_sealed(&message);
    for (size = 0; size < message.sealed.size; size++)
        assert_not_opened(message.private_key, info, aad, drm_span(message.sealed.data, size));
    assert_int_equal(drm_buffer_append(&message.sealed, "", 1), DRM_S_OK);
    assert_not_opened(message.private_key, info, aad, drm_buffer_span(&message.sealed));
    drm_buffer_free(&message.sealed);
}

static void hpke__keys_of_low_order_fail(void **state)
{
    struct sealed_message message;
    struct drm_buffer out = {0};
    uint8_t point[32];
    size_t i;

    (void)state;
    make_sealed(&message);
    for (i = 0; i < COUNT(low_order_points); i++)
    {
        read_hex(low_order_points[i], point, sizeof(point));
        memcpy(message.sealed.data, point, sizeof(point));
        assert_not_opened(message.private_key, info, aad, drm_buffer_span(&message.sealed));
        assert_int_equal(drm_hpke_seal(point, info, aad, secret_key, &out), DRM_E_KEY_ERROR);
        assert_int_equal(out.size, 0);
    }
    drm_buffer_free(&out);
    drm_buffer_free(&message.sealed);
}

int run_hpke_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x25519__published_vectors),
        cmocka_unit_test(x25519__a_thousand_rounds),
        cmocka_unit_test(x25519__points_of_low_order_are_refused),
        cmocka_unit_test(hpke__published_keys),
        cmocka_unit_test(hpke__published_messages),
        cmocka_unit_test(hpke__open_takes_the_published_message),
        cmocka_unit_test(hpke__sealed_opens_at_every_size),
        cmocka_unit_test(hpke__empty_info_and_aad_are_allowed),
        cmocka_unit_test(hpke__two_seals_share_nothing),
        cmocka_unit_test(hpke__any_flipped_bit_fails),
        cmocka_unit_test(hpke__another_key_fails),
        cmocka_unit_test(hpke__every_truncation_and_extension_fails),
        cmocka_unit_test(hpke__keys_of_low_order_fail),
    };

    return cmocka_run_group_tests_name("hpke", tests, NULL, NULL);
}
