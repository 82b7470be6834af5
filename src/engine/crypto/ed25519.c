/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519's curve: numbers and points as RFC 8032 writes them.
 */
#include "engine/crypto/ed25519.h"

#include <string.h>

drm_result drm_ed25519_prepare(void)
{
    /* The public key of RFC 8032's TEST 1. To find its x takes the square root of -1, the last of the constants. */
    static const uint8_t key[DRM_SIGN_PUBLIC_SIZE] = {
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
        0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    };
    struct drm_ed25519_curve curve = {0};
    gcry_mpi_point_t point;
    gcry_mpi_t encoded;
    drm_result result;

    result = drm_ed25519_curve_open(&curve);
    if (DRM_SUCCEEDED(result))
    {
        point = gcry_mpi_point_new(0);
        encoded = gcry_mpi_set_opaque_copy(NULL, key, sizeof(key) * 8);
        result = drm_result_from_gcrypt(gcry_mpi_ec_decode_point(point, encoded, curve.context), DRM_E_UNEXPECTED);
        gcry_mpi_release(encoded);
        gcry_mpi_point_release(point);
    }
    drm_ed25519_curve_release(&curve);
    return result;
}

drm_result drm_ed25519_curve_open(struct drm_ed25519_curve *curve)
{
    drm_result result;

    result = drm_result_from_gcrypt(gcry_mpi_ec_new(&curve->context, NULL, "Ed25519"), DRM_E_UNEXPECTED);
    if (DRM_FAILED(result))
        return result;
    curve->p = gcry_mpi_ec_get_mpi("p", curve->context, 1);
    curve->n = gcry_mpi_ec_get_mpi("n", curve->context, 1);
    curve->d = gcry_mpi_ec_get_mpi("b", curve->context, 1);
    curve->base = gcry_mpi_ec_get_point("g", curve->context, 1);
    return curve->p && curve->n && curve->d && curve->base ? DRM_S_OK : DRM_E_UNEXPECTED;
}

void drm_ed25519_curve_release(struct drm_ed25519_curve *curve)
{
    gcry_mpi_point_release(curve->base);
    gcry_mpi_release(curve->d);
    gcry_mpi_release(curve->n);
    gcry_mpi_release(curve->p);
    gcry_ctx_release(curve->context);
}

drm_result drm_ed25519_number_read(const uint8_t *bytes, size_t size, gcry_mpi_t *out)
{
    uint8_t reversed[DRM_ED25519_HASH_SIZE];
    drm_result result;
    size_t i;

    for (i = 0; i < size; i++)
        reversed[i] = bytes[size - 1 - i];
    result = drm_result_from_gcrypt(gcry_mpi_scan(out, GCRYMPI_FMT_USG, reversed, size, NULL), DRM_E_UNEXPECTED);
    drm_wipe(reversed, sizeof(reversed));
    return result;
}

drm_result drm_ed25519_number_write(gcry_mpi_t number, uint8_t out[DRM_ED25519_NUMBER_SIZE])
{
    uint8_t printed[DRM_ED25519_NUMBER_SIZE];
    drm_result result;
    size_t size, i;

    result = drm_result_from_gcrypt(gcry_mpi_print(GCRYMPI_FMT_USG, printed, sizeof(printed), &size, number),
                                    DRM_E_UNEXPECTED);
    if (DRM_FAILED(result))
        return result;
    for (i = 0; i < DRM_ED25519_NUMBER_SIZE; i++)
        out[i] = i < size ? printed[size - 1 - i] : 0;
    return DRM_S_OK;
}

drm_result drm_ed25519_point_write(const struct drm_ed25519_curve *curve, gcry_mpi_point_t point,
                               uint8_t out[DRM_ED25519_NUMBER_SIZE])
{
    gcry_mpi_t x = gcry_mpi_new(0);
    gcry_mpi_t y = gcry_mpi_new(0);
    drm_result result = DRM_E_UNEXPECTED;

    if (gcry_mpi_ec_get_affine(x, y, point, curve->context) == 0)
    {
        gcry_mpi_mod(x, x, curve->p);
        gcry_mpi_mod(y, y, curve->p);
        result = drm_ed25519_number_write(y, out);
        if (DRM_SUCCEEDED(result) && gcry_mpi_test_bit(x, 0))
            out[DRM_ED25519_NUMBER_SIZE - 1] |= 0x80; /* the sign of x */
    }
    gcry_mpi_release(y);
    gcry_mpi_release(x);
    return result;
}

drm_result drm_ed25519_hash(struct drm_span first, struct drm_span second, const char *context, struct drm_span message,
                        uint8_t out[DRM_ED25519_HASH_SIZE])
{
    gcry_buffer_t parts[] = {
        drm_gcrypt_buffer(first.data, first.size),
        drm_gcrypt_buffer(second.data, second.size),
        drm_gcrypt_buffer(context, context ? strlen(context) + 1 : 0),
        drm_gcrypt_buffer(message.data, message.size),
    };

    return drm_result_from_gcrypt(gcry_md_hash_buffers(GCRY_MD_SHA512, 0, out, parts, 4), DRM_E_UNEXPECTED);
}
