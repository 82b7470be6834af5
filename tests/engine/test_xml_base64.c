/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base64 in both alphabets, whole and in pieces; key ids.
 */
#include "engine/check.h"
#include "engine/xml/base64.h"
#include "engine/xml_tests.h"

static struct drm_span text_of(const char *text)
{
    return drm_span(text, strlen(text));
}

/* RFC 4648, 10, and the two last characters. */
static const struct
{
    const char *bytes;
    size_t size;
    const char *text, *variant;
} vectors[] = {
    {"", 0, "", ""},
    {"f", 1, "Zg==", "Zg=="},
    {"fo", 2, "Zm8=", "Zm8="},
    {"foo", 3, "Zm9v", "Zm9v"},
    {"foob", 4, "Zm9vYg==", "Zm9vYg=="},
    {"fooba", 5, "Zm9vYmE=", "Zm9vYmE="},
    {"foobar", 6, "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf\xef", 4, "+/+/7w==", "!*!*7w=="},
    {"\0\0\0", 3, "AAAA", "AAAA"},
};

static void assert_bytes(const struct drm_buffer *buffer, const void *data, size_t size)
{
    assert_int_equal(buffer->size, size);
    if (size > 0)
        assert_memory_equal(buffer->data, data, size);
}

static void base64__vectors_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++)
    {
        const struct drm_span bytes = drm_span(vectors[i].bytes, vectors[i].size);
        struct drm_buffer out = {0};

        assert_int_equal(drm_base64_write(bytes, &out), DRM_S_OK);
        assert_bytes(&out, vectors[i].text, strlen(vectors[i].text));
        drm_buffer_truncate(&out, 0);
        assert_int_equal(drm_base64_write_variant(bytes, &out), DRM_S_OK);
        assert_bytes(&out, vectors[i].variant, strlen(vectors[i].variant));
        drm_buffer_truncate(&out, 0);
        assert_int_equal(drm_base64_read(text_of(vectors[i].text), &out), DRM_S_OK);
        assert_bytes(&out, vectors[i].bytes, vectors[i].size);
        drm_buffer_truncate(&out, 0);
        assert_int_equal(drm_base64_read(text_of(vectors[i].variant), &out), DRM_S_OK);
        assert_bytes(&out, vectors[i].bytes, vectors[i].size);
        drm_buffer_free(&out);
    }
}

static void base64__mixed_alphabets_and_white_space_are_read(void **state)
{
    static const char *const texts[] = {
        "!/+*7w==", "+*!/7w==", " !/+*7w== ", "!/\r\n+*\t7w\n=\n=\n", "! / + * 7 w = =",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        struct drm_buffer out = {0};

        assert_int_equal(drm_base64_read(text_of(texts[i]), &out), DRM_S_OK);
        assert_bytes(&out, "\xfb\xff\xbf\xef", 4);
        drm_buffer_free(&out);
    }
}

static const char *const bad_texts[] = {
    "Z", "Zg", "Zg=", "Zm8", "Zm9vY", "=", "==", "====", "Z===", "Zg===", "Zg==Zg==", "Zg==Zm9v", "Zg=x", "Z=g=",
    "=Zg=",
    "Zm8==", "Zm9v=", "Zm9v====", "Zg==\0x",
    /* bits left over */
    "Zh==", "Zm9=", "Zm+=", "Zz==", "Zm9vYh==",
    /* characters of other alphabets */
    "Zm9-", "Zm9_", "Zm9.", "Zm9,", "Zm9\x80", "Zm9\xff", "\xc3\xa4Zm", "Zm9@", "Zm9[", "Zm9`", "Zm9{", "Zm9:",
    "Zm9\x0b",
};

static void base64__anything_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad_texts); i++)
    {
        struct drm_buffer out = {0};
        uint8_t *copy;
        /* one has a zero in it */
        const size_t size = strlen(bad_texts[i]) + (!strcmp(bad_texts[i], "Zg==") ? 2 : 0);

        assert_int_equal(drm_buffer_append(&out, "kept", 4), DRM_S_OK);
        copy = exact_copy(bad_texts[i], size);
        if (drm_base64_read(drm_span(copy, size), &out) != DRM_E_INVALID_DATA)
            fail_msg("accepted: %s", bad_texts[i]);
        assert_bytes(&out, "kept", 4);
        free(copy);
        drm_buffer_free(&out);
    }
}

static void base64__every_character_is_one_of_both_or_refused(void **state)
{
    static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/!*";

    (void)state;
    for (unsigned int character = 0; character < 256; character++)
    {
        const uint8_t text[] = {(uint8_t)character, 'A', 'A', 'A'};
        const bool expected = character != 0 && strchr(known, (int)character);
        uint8_t bytes[3];

        if ((drm_base64_read_fixed(drm_span(text, 4), bytes, 3) == DRM_S_OK) != expected)
            fail_msg("character %u", character);
    }
}

static void base64__random_bytes_in_random_pieces_come_back(void **state)
{
    uint64_t random = 0xba5e64;

    (void)state;
    for (unsigned int round = 0; round < 300; round++)
    {
        struct drm_base64_reader reader = {0};
        struct drm_buffer data = {0}, text = {0}, back = {0};
        const size_t size = next_number(&random) % 400;
        uint8_t *place;

        assert_int_equal(drm_buffer_extend(&data, size, &place), DRM_S_OK);
        for (size_t i = 0; i < size; i++)
            place[i] = (uint8_t)next_number(&random);
        assert_int_equal(drm_base64_write(drm_buffer_span(&data), &text), DRM_S_OK);
        for (size_t at = 0; at < text.size;)
        {
            size_t piece = next_number(&random) % 9;
            uint8_t *copy;

            piece = piece > text.size - at ? text.size - at : piece;
            copy = exact_copy(text.data + at, piece);
            assert_int_equal(drm_base64_feed(&reader, drm_span(copy, piece), &back), DRM_S_OK);
            free(copy);
            at += piece;
        }
        assert_int_equal(drm_base64_finish(&reader), DRM_S_OK);
        assert_bytes(&back, data.data, data.size);
        drm_buffer_free(&data);
        drm_buffer_free(&text);
        drm_buffer_free(&back);
    }
}

static void base64__fixed_size_is_exact(void **state)
{
    uint8_t out[4];

    (void)state;
    assert_int_equal(drm_base64_read_fixed(text_of("AQIDBA=="), out, 4), DRM_S_OK);
    assert_hex(out, 4, "01020304");
    assert_int_equal(drm_base64_read_fixed(text_of("AQID"), out, 4), DRM_E_INVALID_DATA);
    assert_int_equal(drm_base64_read_fixed(text_of("AQIDBAU="), out, 4), DRM_E_INVALID_DATA);
    assert_int_equal(drm_base64_read_fixed(text_of("AQIDBAUG"), out, 4), DRM_E_INVALID_DATA);
    assert_int_equal(drm_base64_read_fixed(text_of(""), out, 4), DRM_E_INVALID_DATA);
    assert_int_equal(drm_base64_read_fixed(text_of(""), out, 0), DRM_S_OK);
}

static void key_id__text_and_back(void **state)
{
    uint64_t random = 0x1d;

    (void)state;
    for (unsigned int round = 0; round < 200; round++)
    {
        struct drm_buffer text = {0};
        uint8_t key_id[16], back[16];
        char formatted[DRM_KEY_ID_TEXT_SIZE];

        for (size_t i = 0; i < sizeof(key_id); i++)
            key_id[i] = (uint8_t)next_number(&random);
        drm_key_id_format(key_id, formatted);
        assert_int_equal(drm_base64_write(drm_span(key_id, sizeof(key_id)), &text), DRM_S_OK);
        assert_int_equal(text.size, strlen(formatted));
        assert_memory_equal(text.data, formatted, text.size);
        assert_int_equal(drm_key_id_parse(formatted, back), DRM_S_OK);
        assert_memory_equal(key_id, back, sizeof(key_id));
        drm_buffer_free(&text);
    }
}

static void key_id__of_wrong_length_or_alphabet_is_refused(void **state)
{
    static const char *const texts[] = {
        "", " ", "AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0ODw", "AAECAwQFBgcICQoLDA0ODw=", "AAECAwQFBgcICQoLDA0O",
        "AAECAwQFBgcICQoLDA0ODxA=", "AAECAwQFBgcICQoLDA0ODxAR", "AAECAwQFBgcICQoLDA0ODx==", "AAECAwQFBgcICQoLDA0OD-==",
        "{00010203-0405-0607-0809-0A0B0C0D0E0F}", "000102030405060708090A0B0C0D0E0F", "AAECAwQFBgcICQoLDA0ODw==x",
    };
    uint8_t key_id[16] = {7};

    (void)state;
    assert_int_equal(drm_key_id_parse(NULL, key_id), DRM_E_INVALID_KID);
    for (size_t i = 0; i < COUNT(texts); i++)
    {
        char *copy = (char *)exact_copy(texts[i], strlen(texts[i]) + 1);

        if (drm_key_id_parse(copy, key_id) != DRM_E_INVALID_KID)
            fail_msg("accepted: %s", texts[i]);
        free(copy);
    }
    /* set only on success */
    assert_int_equal(key_id[0], 7);
    assert_int_equal(drm_key_id_parse("AAECAwQFBgcICQoLDA0ODw==", key_id), DRM_S_OK);
    assert_hex(key_id, 16, "000102030405060708090a0b0c0d0e0f");
}

int run_xml_base64_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64__vectors_both_ways),
        cmocka_unit_test(base64__mixed_alphabets_and_white_space_are_read),
        cmocka_unit_test(base64__anything_else_is_refused),
        cmocka_unit_test(base64__every_character_is_one_of_both_or_refused),
        cmocka_unit_test(base64__random_bytes_in_random_pieces_come_back),
        cmocka_unit_test(base64__fixed_size_is_exact),
        cmocka_unit_test(key_id__text_and_back),
        cmocka_unit_test(key_id__of_wrong_length_or_alphabet_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
