/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RSA-OAEP with a public key from outside (rsa.h). The key is looked at before libgcrypt sees it, and the seed is our
 * generator's: libgcrypt's own is not used (docs/security.md).
 */
#include "engine/crypto/rsa.h"

#include <string.h>

#include "engine/crypto/gcrypt_types.h"

#define OVERHEAD (2 * DRM_SHA1_SIZE + 2)

/* --- keys ------------------------------------------------------------------------------------------------- */

static struct drm_span without_zeros(struct drm_span number)
{
    while (number.size && !*number.data)
        number = drm_span(number.data + 1, number.size - 1);
    return number;
}

static size_t bits_of(struct drm_span number)
{
    size_t bits = 8 * number.size;

    for (uint8_t first = *number.data; !(first & 0x80); first = (uint8_t)(first << 1))
        bits--;
    return bits;
}

static bool is_odd(struct drm_span number)
{
    return number.data[number.size - 1] & 1;
}

drm_result drm_rsa_key_read(struct drm_span modulus, struct drm_span exponent, struct drm_rsa_key *out)
{
    modulus = without_zeros(modulus);
    exponent = without_zeros(exponent);
    if (!modulus.size || modulus.size > DRM_RSA_MODULUS_SIZE || bits_of(modulus) < DRM_RSA_MIN_BITS
        || !is_odd(modulus))
        return DRM_E_KEY_ERROR;
    if (!exponent.size || exponent.size > DRM_RSA_EXPONENT_SIZE || bits_of(exponent) < 2 || !is_odd(exponent))
        return DRM_E_KEY_ERROR;
    memset(out, 0, sizeof(*out));
    out->modulus_size = modulus.size;
    out->exponent_size = exponent.size;
    memcpy(out->modulus, modulus.data, modulus.size);
    memcpy(out->exponent, exponent.data, exponent.size);
    return DRM_S_OK;
}

drm_result drm_rsa_key_hash(const struct drm_rsa_key *key, uint8_t out[DRM_SHA256_SIZE])
{
    uint8_t size[4];
    struct drm_hash *hash;
    drm_result result = drm_hash_create(&hash);

    if (DRM_FAILED(result))
        return result;
    drm_put_u32(size, (uint32_t)key->modulus_size);
    drm_hash_update(hash, size, sizeof(size));
    drm_hash_update(hash, key->modulus, key->modulus_size);
    drm_hash_update(hash, key->exponent, key->exponent_size);
    drm_hash_finish(hash, out);
    drm_hash_free(hash);
    return DRM_S_OK;
}

/* --- encryption ------------------------------------------------------------------------------------------- */

/* The number of a result, with the zeros in front that libgcrypt leaves out. */
static gcry_error_t write_result(gcry_sexp_t result, uint8_t *out, size_t size)
{
    gcry_sexp_t part = gcry_sexp_find_token(result, "a", 1);
    gcry_mpi_t number = part ? gcry_sexp_nth_mpi(part, 1, GCRYMPI_FMT_USG) : NULL;
    gcry_error_t error = number ? 0 : gcry_error(GPG_ERR_ENOMEM);
    size_t length;

    if (!error)
        error = gcry_mpi_print(GCRYMPI_FMT_USG, NULL, 0, &length, number);
    if (!error && length > size)
        error = gcry_error(GPG_ERR_INTERNAL);
    if (!error)
    {
        memset(out, 0, size - length);
        error = gcry_mpi_print(GCRYMPI_FMT_USG, out + (size - length), length, NULL, number);
    }
    gcry_mpi_release(number);
    gcry_sexp_release(part);
    return error;
}

drm_result drm_rsa_encrypt_seeded(const struct drm_rsa_key *key, const uint8_t seed[DRM_SHA1_SIZE],
                                  struct drm_span message, uint8_t out[DRM_RSA_MODULUS_SIZE])
{
    uint8_t encrypted[DRM_RSA_MODULUS_SIZE];
    gcry_sexp_t public_key = NULL, data = NULL, result = NULL;
    gcry_error_t error;

    /* libgcrypt's expressions know no empty value. */
    if (!message.size || message.size > key->modulus_size - OVERHEAD)
        return DRM_E_INVALID_ARGUMENT;
    error = gcry_sexp_build(&public_key, NULL, "(public-key(rsa(n%b)(e%b)))", (int)key->modulus_size, key->modulus,
                            (int)key->exponent_size, key->exponent);
    if (!error)
        error = gcry_sexp_build(&data, NULL, "(data(flags oaep)(hash-algo sha1)(random-override%b)(value%b))",
                                DRM_SHA1_SIZE, seed, (int)message.size, message.data);
    if (!error)
        error = gcry_pk_encrypt(&result, data, public_key);
    if (!error)
        error = write_result(result, encrypted, key->modulus_size);
    if (!error)
        memcpy(out, encrypted, key->modulus_size);
    gcry_sexp_release(result);
    gcry_sexp_release(data);
    gcry_sexp_release(public_key);
    return drm_result_from_gcrypt(error, DRM_E_ENCRYPT_ERROR);
}

drm_result drm_rsa_encrypt(const struct drm_rsa_key *key, struct drm_span message, uint8_t out[DRM_RSA_MODULUS_SIZE])
{
    uint8_t seed[DRM_SHA1_SIZE];
    drm_result result;

    drm_random(seed, sizeof(seed));
    result = drm_rsa_encrypt_seeded(key, seed, message, out);
    drm_wipe(seed, sizeof(seed));
    return result;
}
