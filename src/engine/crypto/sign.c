/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ed25519 signatures (RFC 8032, 5.1.5 and 5.1.6).
 */
#include "engine/crypto/ed25519.h"

#include <string.h>

#include "engine/crypto/memo.h"

/* The public halves of the keys that were used last, by a hash of the private ones: half the work of a signature. */
static struct drm_memo public_keys = DRM_MEMO_INITIALIZER;

/* A private key at work. A secret: close wipes it. */
struct signer
{
    struct drm_ed25519_curve curve;
    uint8_t hash[DRM_ED25519_HASH_SIZE]; /* of the seed: the first half becomes the scalar, the second goes into r */
    gcry_mpi_t scalar;
    uint8_t public_key[DRM_SIGN_PUBLIC_SIZE];
};

/* Reads a secret number. libgcrypt multiplies points in constant time by a number with this flag only. */
static drm_result read_secret(const uint8_t *bytes, size_t size, gcry_mpi_t *out)
{
    drm_result result = drm_ed25519_number_read(bytes, size, out);

    if (DRM_SUCCEEDED(result))
        gcry_mpi_set_flag(*out, GCRYMPI_FLAG_SECURE);
    return result;
}

/* The encoding of number * B. */
static drm_result multiply_base(const struct drm_ed25519_curve *curve, gcry_mpi_t number,
                                uint8_t out[DRM_ED25519_NUMBER_SIZE])
{
    gcry_mpi_point_t product = gcry_mpi_point_new(0);
    drm_result result;

    gcry_mpi_ec_mul(product, number, curve->base, curve->context);
    result = drm_ed25519_point_write(curve, product, out);
    gcry_mpi_point_release(product);
    return result;
}

static drm_result find_public_key(const uint8_t seed[DRM_SIGN_SEED_SIZE], struct signer *signer)
{
    uint8_t key[DRM_SHA256_SIZE];
    drm_result result = DRM_S_OK;

    drm_sha256(seed, DRM_SIGN_SEED_SIZE, key);
    if (!drm_memo_find(&public_keys, key, signer->public_key))
    {
        result = multiply_base(&signer->curve, signer->scalar, signer->public_key);
        if (DRM_SUCCEEDED(result))
            drm_memo_put(&public_keys, key, signer->public_key);
    }
    return result;
}

static void signer_close(struct signer *signer)
{
    gcry_mpi_release(signer->scalar);
    drm_ed25519_curve_release(&signer->curve);
    drm_wipe(signer, sizeof(*signer));
}

/* Leaves nothing to be closed on failure. */
static drm_result signer_open(const uint8_t seed[DRM_SIGN_SEED_SIZE], struct signer *out)
{
    struct drm_span nothing = drm_span(NULL, 0);
    uint8_t clamped[DRM_ED25519_NUMBER_SIZE];
    drm_result result;

    memset(out, 0, sizeof(*out));
    result = drm_ed25519_curve_open(&out->curve);
    if (DRM_SUCCEEDED(result))
        result = drm_ed25519_hash(drm_span(seed, DRM_SIGN_SEED_SIZE), nothing, NULL, nothing, out->hash);
    if (DRM_SUCCEEDED(result))
    {
        memcpy(clamped, out->hash, sizeof(clamped));
        clamped[0] &= 0xf8;
        clamped[31] = (clamped[31] & 0x7f) | 0x40;
        result = read_secret(clamped, sizeof(clamped), &out->scalar);
        drm_wipe(clamped, sizeof(clamped));
    }
    if (DRM_SUCCEEDED(result))
        result = find_public_key(seed, out);
    if (DRM_FAILED(result))
        signer_close(out);
    return result;
}

drm_result drm_sign_public(const uint8_t seed[DRM_SIGN_SEED_SIZE], uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    struct signer signer;
    drm_result result = signer_open(seed, &signer);

    if (DRM_FAILED(result))
        return result;
    memcpy(out, signer.public_key, DRM_SIGN_PUBLIC_SIZE);
    signer_close(&signer);
    return DRM_S_OK;
}

drm_result drm_sign(const uint8_t seed[DRM_SIGN_SEED_SIZE], const char *context, struct drm_span message,
                    uint8_t out[DRM_SIGNATURE_SIZE])
{
    struct signer signer;
    uint8_t hash[DRM_ED25519_HASH_SIZE], value[DRM_SIGNATURE_SIZE];
    gcry_mpi_t r = NULL, h = NULL;
    drm_result result;

    result = signer_open(seed, &signer);
    if (DRM_FAILED(result))
        return result;

    /* R = r B, where r is a hash of the secret and the message */
    result = drm_ed25519_hash(drm_span(signer.hash + 32, 32), drm_span(NULL, 0), context, message, hash);
    if (DRM_SUCCEEDED(result))
        result = read_secret(hash, sizeof(hash), &r);
    if (DRM_SUCCEEDED(result))
    {
        gcry_mpi_mod(r, r, signer.curve.n);
        result = multiply_base(&signer.curve, r, value);
    }

    /* S = r + h a, where h is a hash of R, the public key and the message */
    if (DRM_SUCCEEDED(result))
        result = drm_ed25519_hash(drm_span(value, 32), drm_span(signer.public_key, 32), context, message, hash);
    if (DRM_SUCCEEDED(result))
        result = drm_ed25519_number_read(hash, sizeof(hash), &h);
    if (DRM_SUCCEEDED(result))
    {
        gcry_mpi_mulm(h, h, signer.scalar, signer.curve.n);
        gcry_mpi_addm(r, r, h, signer.curve.n);
        result = drm_ed25519_number_write(r, value + 32);
    }
    if (DRM_SUCCEEDED(result))
        memcpy(out, value, sizeof(value));

    gcry_mpi_release(h);
    gcry_mpi_release(r);
    drm_wipe(hash, sizeof(hash));
    signer_close(&signer);
    return result;
}
