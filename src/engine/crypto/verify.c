/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519 verification (RFC 8032, 5.1.7).
 */
#include "engine/crypto/ed25519.h"

#include <string.h>

/*
 * The y coordinates of the points of low order (eight points, five coordinates; the other encodings of them are not
 * canonical). For such a key a signature can be made that fits every message.
 */
static const uint8_t low_order_keys[][DRM_SIGN_PUBLIC_SIZE] = {
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

/* The prime of the field, 2^255 - 19, and the order of the group, both little-endian. */
static const uint8_t field_prime[DRM_ED25519_NUMBER_SIZE] = {
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
};
static const uint8_t group_order[DRM_ED25519_NUMBER_SIZE] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
};

/* Compares public numbers, little-endian. */
static bool number_is_less(const uint8_t a[DRM_ED25519_NUMBER_SIZE], const uint8_t b[DRM_ED25519_NUMBER_SIZE])
{
    size_t i;

    for (i = DRM_ED25519_NUMBER_SIZE; i-- > 0;)
    {
        if (a[i] != b[i])
            return a[i] < b[i];
    }
    return false;
}

/* A key has one encoding and a meaning. libgcrypt would reduce y, and take points of any order. */
static bool public_key_is_sound(const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE])
{
    uint8_t y[DRM_SIGN_PUBLIC_SIZE];
    size_t i;

    memcpy(y, public_key, sizeof(y));
    y[31] &= 0x7f; /* the sign of x */
    if (!number_is_less(y, field_prime))
        return false;
    for (i = 0; i < sizeof(low_order_keys) / sizeof(low_order_keys[0]); i++)
    {
        if (memcmp(y, low_order_keys[i], sizeof(y)) == 0)
            return false;
    }
    return true;
}

/* libgcrypt finds an x for each y, whether the curve has one or not. */
static bool is_on_curve(const struct drm_ed25519_curve *curve, gcry_mpi_t x, gcry_mpi_t y)
{
    gcry_mpi_t left = gcry_mpi_new(0);
    gcry_mpi_t right = gcry_mpi_new(0);
    gcry_mpi_t xx = gcry_mpi_new(0);
    bool equal;

    gcry_mpi_mulm(xx, x, x, curve->p);
    gcry_mpi_mulm(right, y, y, curve->p);
    gcry_mpi_subm(left, right, xx, curve->p);
    gcry_mpi_mulm(right, right, xx, curve->p);
    gcry_mpi_mulm(right, right, curve->d, curve->p);
    gcry_mpi_add_ui(right, right, 1);
    gcry_mpi_mod(left, left, curve->p);
    gcry_mpi_mod(right, right, curve->p);
    equal = gcry_mpi_cmp(left, right) == 0;
    gcry_mpi_release(xx);
    gcry_mpi_release(right);
    gcry_mpi_release(left);
    return equal;
}

/* The key's point, negated: the sign of x is the top bit of its encoding. */
static drm_result read_negated_key(const struct drm_ed25519_curve *curve,
                                   const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE], gcry_mpi_point_t out)
{
    uint8_t negated[DRM_SIGN_PUBLIC_SIZE];
    gcry_mpi_t encoded, x, y;
    drm_result result;

    memcpy(negated, public_key, sizeof(negated));
    negated[31] ^= 0x80;
    encoded = gcry_mpi_set_opaque_copy(NULL, negated, sizeof(negated) * 8);
    result = drm_result_from_gcrypt(gcry_mpi_ec_decode_point(out, encoded, curve->context), DRM_E_SIGNATURE_FAILURE);
    gcry_mpi_release(encoded);
    if (DRM_FAILED(result))
        return result;
    x = gcry_mpi_new(0);
    y = gcry_mpi_new(0);
    if (gcry_mpi_ec_get_affine(x, y, out, curve->context) != 0 || !is_on_curve(curve, x, y))
        result = DRM_E_SIGNATURE_FAILURE;
    gcry_mpi_release(y);
    gcry_mpi_release(x);
    return result;
}

/* S B = R + h A, as R = S B + h (-A): the curve's own R is then compared as bytes, and need not be read. */
static drm_result check_equation(const struct drm_ed25519_curve *curve, const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE],
                                 const uint8_t hash[DRM_ED25519_HASH_SIZE], const uint8_t signature[DRM_SIGNATURE_SIZE])
{
    gcry_mpi_point_t key = gcry_mpi_point_new(0);
    gcry_mpi_point_t sum = gcry_mpi_point_new(0);
    gcry_mpi_point_t product = gcry_mpi_point_new(0);
    gcry_mpi_t h = NULL, s = NULL;
    uint8_t r[DRM_ED25519_NUMBER_SIZE];
    drm_result result;

    result = read_negated_key(curve, public_key, key);
    if (DRM_SUCCEEDED(result))
        result = drm_ed25519_number_read(hash, DRM_ED25519_HASH_SIZE, &h);
    if (DRM_SUCCEEDED(result))
        result = drm_ed25519_number_read(signature + DRM_ED25519_NUMBER_SIZE, DRM_ED25519_NUMBER_SIZE, &s);
    if (DRM_SUCCEEDED(result))
    {
        gcry_mpi_mod(h, h, curve->n);
        gcry_mpi_ec_mul(product, h, key, curve->context);
        gcry_mpi_ec_mul(sum, s, curve->base, curve->context);
        gcry_mpi_ec_add(sum, sum, product, curve->context);
        result = drm_ed25519_point_write(curve, sum, r);
    }
    if (DRM_SUCCEEDED(result) && memcmp(r, signature, sizeof(r)) != 0)
        result = DRM_E_SIGNATURE_FAILURE;
    gcry_mpi_release(s);
    gcry_mpi_release(h);
    gcry_mpi_point_release(product);
    gcry_mpi_point_release(sum);
    gcry_mpi_point_release(key);
    return result;
}

drm_result drm_verify(const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE], const char *context, struct drm_span message,
                      const uint8_t signature[DRM_SIGNATURE_SIZE])
{
    struct drm_ed25519_curve curve = {0};
    uint8_t hash[DRM_ED25519_HASH_SIZE];
    drm_result result;

    if (!public_key_is_sound(public_key) || !number_is_less(signature + DRM_ED25519_NUMBER_SIZE, group_order))
        return DRM_E_SIGNATURE_FAILURE;
    result = drm_ed25519_hash(drm_span(signature, DRM_ED25519_NUMBER_SIZE),
                              drm_span(public_key, DRM_SIGN_PUBLIC_SIZE), context, message, hash);
    if (DRM_FAILED(result))
        return result;
    result = drm_ed25519_curve_open(&curve);
    if (DRM_SUCCEEDED(result))
        result = check_equation(&curve, public_key, hash, signature);
    drm_ed25519_curve_release(&curve);
    return result;
}
