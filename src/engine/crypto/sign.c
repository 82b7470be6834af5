/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519 (RFC 8032) over libgcrypt's expressions.
 */
#include "engine/crypto/crypto.h"

#include <string.h>

#include "engine/crypto/gcrypt_result.h"

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
static const uint8_t field_prime[32] = {
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
};
static const uint8_t group_order[32] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
};

/* Compares public numbers, little-endian. */
static bool number_is_less(const uint8_t a[32], const uint8_t b[32])
{
    size_t i;

    for (i = 32; i-- > 0;)
    {
        if (a[i] != b[i])
            return a[i] < b[i];
    }
    return false;
}

/* libgcrypt reduces coordinates and takes points of any order; a key must have one encoding and a meaning. */
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

/* What is signed: context, a zero byte, message; the message alone without a context. */
static drm_result build_message(const char *context, struct drm_span message, gcry_sexp_t *out)
{
    struct drm_buffer bytes = {0};
    drm_result result = DRM_S_OK;

    if (context)
        result = drm_buffer_append(&bytes, context, strlen(context) + 1);
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(&bytes, message.data, message.size);
    if (DRM_SUCCEEDED(result) && bytes.size > INT32_MAX) /* the length of %b is an int */
        result = DRM_E_INVALID_ARGUMENT;
    if (DRM_SUCCEEDED(result))
    {
        result = drm_result_from_gcrypt(
            gcry_sexp_build(out, NULL, "(data (flags eddsa) (hash-algo sha512) (value %b))", (int)bytes.size,
                            bytes.size > 0 ? (const char *)bytes.data : ""),
            DRM_E_UNEXPECTED);
    }
    drm_buffer_free(&bytes);
    return result;
}

static drm_result build_private_key(const uint8_t seed[DRM_SIGN_SEED_SIZE], gcry_sexp_t *out)
{
    return drm_result_from_gcrypt(
        gcry_sexp_build(out, NULL, "(private-key (ecc (curve Ed25519) (flags eddsa) (d %b)))", DRM_SIGN_SEED_SIZE,
                        seed),
        DRM_E_KEY_ERROR);
}

/* Copies a value of exactly 32 bytes out of an expression. */
static drm_result copy_value(gcry_sexp_t expression, const char *name, uint8_t out[32])
{
    gcry_sexp_t part = gcry_sexp_find_token(expression, name, 0);
    const char *data;
    size_t size;
    drm_result result = DRM_E_UNEXPECTED;

    data = part ? gcry_sexp_nth_data(part, 1, &size) : NULL;
    if (data && size == 32)
    {
        memcpy(out, data, size);
        result = DRM_S_OK;
    }
    gcry_sexp_release(part);
    return result;
}

drm_result drm_sign_public(const uint8_t seed[DRM_SIGN_SEED_SIZE], uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    gcry_sexp_t key = NULL;
    gcry_ctx_t context = NULL;
    gcry_mpi_t point = NULL;
    const uint8_t *encoded;
    unsigned int bits;
    drm_result result;

    result = build_private_key(seed, &key);
    if (DRM_FAILED(result))
        return result;
    result = drm_result_from_gcrypt(gcry_mpi_ec_new(&context, key, NULL), DRM_E_KEY_ERROR);
    if (DRM_FAILED(result))
        goto done;
    point = gcry_mpi_ec_get_mpi("q@eddsa", context, 0);
    encoded = point ? gcry_mpi_get_opaque(point, &bits) : NULL;
    if (!encoded || bits != DRM_SIGN_PUBLIC_SIZE * 8)
    {
        result = DRM_E_KEY_ERROR;
        goto done;
    }
    memcpy(out, encoded, DRM_SIGN_PUBLIC_SIZE);

done:
    gcry_mpi_release(point);
    gcry_ctx_release(context);
    gcry_sexp_release(key);
    return result;
}

drm_result drm_sign(const uint8_t seed[DRM_SIGN_SEED_SIZE], const char *context, struct drm_span message,
                    uint8_t out[DRM_SIGNATURE_SIZE])
{
    gcry_sexp_t key = NULL, data = NULL, signature = NULL;
    uint8_t value[DRM_SIGNATURE_SIZE];
    drm_result result;

    result = build_message(context, message, &data);
    if (DRM_FAILED(result))
        return result;
    result = build_private_key(seed, &key);
    if (DRM_FAILED(result))
        goto done;
    result = drm_result_from_gcrypt(gcry_pk_sign(&signature, data, key), DRM_E_KEY_ERROR);
    if (DRM_FAILED(result))
        goto done;
    result = copy_value(signature, "r", value);
    if (DRM_FAILED(result))
        goto done;
    result = copy_value(signature, "s", value + 32);
    if (DRM_FAILED(result))
        goto done;
    memcpy(out, value, sizeof(value));

done:
    gcry_sexp_release(signature);
    gcry_sexp_release(key);
    gcry_sexp_release(data);
    return result;
}

drm_result drm_verify(const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE], const char *context, struct drm_span message,
                      const uint8_t signature[DRM_SIGNATURE_SIZE])
{
    gcry_sexp_t key = NULL, data = NULL, value = NULL;
    drm_result result;

    /* libgcrypt accepts S + the group's order: a second signature of the same message (RFC 8032, 5.1.7). */
    if (!public_key_is_sound(public_key) || !number_is_less(signature + 32, group_order))
        return DRM_E_SIGNATURE_FAILURE;
    result = build_message(context, message, &data);
    if (DRM_FAILED(result))
        return result;
    result = drm_result_from_gcrypt(
        gcry_sexp_build(&key, NULL, "(public-key (ecc (curve Ed25519) (flags eddsa) (q %b)))", DRM_SIGN_PUBLIC_SIZE,
                        public_key),
        DRM_E_SIGNATURE_FAILURE);
    if (DRM_FAILED(result))
        goto done;
    result = drm_result_from_gcrypt(
        gcry_sexp_build(&value, NULL, "(sig-val (eddsa (r %b) (s %b)))", 32, signature, 32, signature + 32),
        DRM_E_SIGNATURE_FAILURE);
    if (DRM_FAILED(result))
        goto done;
    result = drm_result_from_gcrypt(gcry_pk_verify(value, data, key), DRM_E_SIGNATURE_FAILURE);

done:
    gcry_sexp_release(value);
    gcry_sexp_release(key);
    gcry_sexp_release(data);
    return result;
}
