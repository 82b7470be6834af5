/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key was made with OpenSSL. Decryption is RFC 8017's, 7.1.2, over big numbers alone, so that nothing of what it
 * checks is used to check it.
 */
#include "support/test_rsa.h"

#include <string.h>

#include "engine/check.h"
#include "engine/crypto/gcrypt_types.h"

#define SIZE TEST_RSA_SIZE
#define MODULUS \
    "ca9f78ecaacfadffae6aa4e159dbfbb4d0f164738e4b76671257a27715b5b8629bcfcc12146339f1da1e0ea78c4eec40" \
    "4cba2640a20193a7b527a0d97b26b4517ae3bf1a3c197d3dd14189b150745a6b01d9c9295d803c5d1e0d38eb706330ea" \
    "3721ab5b59171ac6889801eebe8f0524fbf26175826d19df078a5827a8216381"
#define PRIVATE_EXPONENT \
    "a42aff43e9c568ba0f2c12b90f206059092d7bf0f06a8ddd470c3ff2f26110aabc89695380b7409c86d7f191a8e9cd1a" \
    "efcfa6ec991663f6ee9cd403417783824b1b5858cffc69ec0b60a8fa5d1afeaccb0aaafd15dd7b96086c46303a812d5c" \
    "72fe4f59a7ecb1a908a5e3938c7a91807c0e4a1e0c1aadd9142e9d62c15ed311"

void test_rsa_key(struct drm_rsa_key *out)
{
    static const uint8_t exponent[] = {1, 0, 1};
    uint8_t modulus[SIZE];

    read_hex(MODULUS, modulus, sizeof(modulus));
    assert_int_equal(drm_rsa_key_read(drm_span(modulus, SIZE), drm_span(exponent, sizeof(exponent)), out), DRM_S_OK);
}

static gcry_mpi_t number_of(const char *digits)
{
    uint8_t bytes[SIZE];
    gcry_mpi_t number;

    read_hex(digits, bytes, sizeof(bytes));
    assert_int_equal(gcry_mpi_scan(&number, GCRYMPI_FMT_USG, bytes, sizeof(bytes), NULL), 0);
    return number;
}

static void raise(const uint8_t *data, uint8_t out[SIZE])
{
    gcry_mpi_t modulus = number_of(MODULUS), exponent = number_of(PRIVATE_EXPONENT), number;
    size_t length;

    assert_int_equal(gcry_mpi_scan(&number, GCRYMPI_FMT_USG, data, SIZE, NULL), 0);
    gcry_mpi_powm(number, number, exponent, modulus);
    assert_int_equal(gcry_mpi_print(GCRYMPI_FMT_USG, NULL, 0, &length, number), 0);
    assert_true(length <= SIZE);
    memset(out, 0, SIZE);
    assert_int_equal(gcry_mpi_print(GCRYMPI_FMT_USG, out + SIZE - length, length, NULL, number), 0);
    gcry_mpi_release(number);
    gcry_mpi_release(exponent);
    gcry_mpi_release(modulus);
}

/* MGF1 with SHA-1, added to what stands there. */
static void mask(uint8_t *data, size_t size, const uint8_t *seed, size_t seed_size)
{
    uint8_t hash[DRM_SHA1_SIZE], counter[4];

    for (size_t i = 0; i < size; i++)
    {
        if (i % DRM_SHA1_SIZE == 0)
        {
            drm_put_u32(counter, (uint32_t)(i / DRM_SHA1_SIZE));
            drm_sha1(drm_span(seed, seed_size), drm_span(counter, sizeof(counter)), hash);
        }
        data[i] ^= hash[i % DRM_SHA1_SIZE];
    }
}

size_t test_rsa_decrypt(const uint8_t encrypted[SIZE], uint8_t out[SIZE])
{
    uint8_t data[SIZE], label[DRM_SHA1_SIZE];
    uint8_t *seed = data + 1, *block = seed + DRM_SHA1_SIZE;
    const size_t block_size = SIZE - 1 - DRM_SHA1_SIZE;
    size_t i;

    raise(encrypted, data);
    assert_int_equal(data[0], 0);
    mask(seed, DRM_SHA1_SIZE, block, block_size);
    mask(block, block_size, seed, DRM_SHA1_SIZE);
    drm_sha1(drm_span(NULL, 0), drm_span(NULL, 0), label);
    assert_memory_equal(block, label, sizeof(label));
    for (i = sizeof(label); i < block_size && !block[i]; i++)
        ;
    assert_true(i < block_size);
    assert_int_equal(block[i], 1);
    memcpy(out, block + i + 1, block_size - i - 1);
    return block_size - i - 1;
}
