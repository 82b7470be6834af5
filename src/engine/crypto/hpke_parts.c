/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HPKE's KEM and key schedule (RFC 9180, sections 4 and 5).
 */
#include "engine/crypto/hpke_parts.h"

#include <string.h>

#define KEM_X25519_HKDF_SHA256 0x0020
#define KDF_HKDF_SHA256 0x0001
#define AEAD_AES_128_GCM 0x0001
#define AEAD_AES_256_GCM 0x0002
#define MODE_BASE 0x00

static const char version_label[] = "HPKE-v1";

/* Bytes that name the algorithms in every derivation, so that none of them yields another suite's keys. */
struct suite
{
    uint8_t id[10];
    size_t size;
};

static struct suite kem_suite(void)
{
    struct suite suite = {.id = "KEM", .size = 5};

    drm_put_u16(suite.id + 3, KEM_X25519_HKDF_SHA256);
    return suite;
}

static struct suite hpke_suite(enum drm_aead aead)
{
    struct suite suite = {.id = "HPKE", .size = 10};

    drm_put_u16(suite.id + 4, KEM_X25519_HKDF_SHA256);
    drm_put_u16(suite.id + 6, KDF_HKDF_SHA256);
    drm_put_u16(suite.id + 8, aead == DRM_AEAD_AES_128_GCM ? AEAD_AES_128_GCM : AEAD_AES_256_GCM);
    return suite;
}

/* Appends version, suite, label and value: the common part of both labelled derivations. */
static drm_result append_labeled(struct drm_buffer *buffer, const struct suite *suite, const char *label,
                                 struct drm_span value)
{
    drm_result result;

    result = drm_buffer_append(buffer, version_label, strlen(version_label));
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(buffer, suite->id, suite->size);
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(buffer, label, strlen(label));
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(buffer, value.data, value.size);
    return result;
}

static drm_result labeled_extract(const struct suite *suite, struct drm_span salt, const char *label,
                                  struct drm_span secret, uint8_t out[DRM_SHA256_SIZE])
{
    struct drm_buffer labeled = {0};
    drm_result result;

    result = append_labeled(&labeled, suite, label, secret);
    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_extract(salt, drm_buffer_span(&labeled), out);
    drm_buffer_free(&labeled);
    return result;
}

static drm_result labeled_expand(const struct suite *suite, const uint8_t key[DRM_SHA256_SIZE], const char *label,
                                 struct drm_span info, uint8_t *out, size_t size)
{
    struct drm_buffer labeled = {0};
    uint8_t length[2];
    drm_result result;

    drm_put_u16(length, (uint16_t)size);
    result = drm_buffer_append(&labeled, length, sizeof(length));
    if (DRM_SUCCEEDED(result))
        result = append_labeled(&labeled, suite, label, info);
    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(key, drm_buffer_span(&labeled), out, size);
    drm_buffer_free(&labeled);
    return result;
}

/* ExtractAndExpand of section 4.1 over the exchanged secret, bound to both public keys. */
static drm_result derive_shared_secret(const uint8_t exchanged[DRM_X25519_SIZE],
                                       const uint8_t encapsulated[DRM_X25519_SIZE],
                                       const uint8_t recipient[DRM_X25519_SIZE], uint8_t out[DRM_SHA256_SIZE])
{
    struct suite suite = kem_suite();
    uint8_t key[DRM_SHA256_SIZE];
    uint8_t context[2 * DRM_X25519_SIZE];
    drm_result result;

    memcpy(context, encapsulated, DRM_X25519_SIZE);
    memcpy(context + DRM_X25519_SIZE, recipient, DRM_X25519_SIZE);
    result = labeled_extract(&suite, drm_span(NULL, 0), "eae_prk", drm_span(exchanged, DRM_X25519_SIZE), key);
    if (DRM_SUCCEEDED(result))
    {
        result = labeled_expand(&suite, key, "shared_secret", drm_span(context, sizeof(context)), out,
                                DRM_SHA256_SIZE);
    }
    drm_wipe(key, sizeof(key));
    return result;
}

drm_result drm_hpke_encapsulate(const uint8_t ephemeral[DRM_X25519_SIZE], const uint8_t recipient[DRM_X25519_SIZE],
                                uint8_t encapsulated[DRM_X25519_SIZE], uint8_t secret[DRM_SHA256_SIZE])
{
    uint8_t exchanged[DRM_X25519_SIZE];
    uint8_t public_half[DRM_X25519_SIZE];
    drm_result result;

    result = drm_x25519(ephemeral, recipient, exchanged);
    if (DRM_FAILED(result))
        return result;
    result = drm_x25519_public(ephemeral, public_half);
    if (DRM_SUCCEEDED(result))
        result = derive_shared_secret(exchanged, public_half, recipient, secret);
    if (DRM_SUCCEEDED(result))
        memcpy(encapsulated, public_half, sizeof(public_half));
    drm_wipe(exchanged, sizeof(exchanged));
    return result;
}

drm_result drm_hpke_decapsulate(const uint8_t private_key[DRM_X25519_SIZE],
                                const uint8_t encapsulated[DRM_X25519_SIZE], uint8_t secret[DRM_SHA256_SIZE])
{
    uint8_t exchanged[DRM_X25519_SIZE];
    uint8_t recipient[DRM_X25519_SIZE];
    drm_result result;

    result = drm_x25519(private_key, encapsulated, exchanged);
    if (DRM_FAILED(result))
        return result;
    result = drm_x25519_public(private_key, recipient);
    if (DRM_SUCCEEDED(result))
        result = derive_shared_secret(exchanged, encapsulated, recipient, secret);
    drm_wipe(exchanged, sizeof(exchanged));
    return result;
}

drm_result drm_hpke_schedule(enum drm_aead aead, const uint8_t secret[DRM_SHA256_SIZE], struct drm_span info,
                             struct drm_hpke_context *out)
{
    struct suite suite = hpke_suite(aead);
    struct drm_span nothing = drm_span(NULL, 0);
    struct drm_hpke_context context = {.aead = aead};
    uint8_t schedule[1 + 2 * DRM_SHA256_SIZE] = {MODE_BASE};
    struct drm_span schedule_span = drm_span(schedule, sizeof(schedule));
    uint8_t key[DRM_SHA256_SIZE];
    drm_result result;

    result = labeled_extract(&suite, nothing, "psk_id_hash", nothing, schedule + 1);
    if (DRM_SUCCEEDED(result))
        result = labeled_extract(&suite, nothing, "info_hash", info, schedule + 1 + DRM_SHA256_SIZE);
    if (DRM_SUCCEEDED(result))
        result = labeled_extract(&suite, drm_span(secret, DRM_SHA256_SIZE), "secret", nothing, key);
    if (DRM_SUCCEEDED(result))
        result = labeled_expand(&suite, key, "key", schedule_span, context.key, drm_aead_key_size(aead));
    if (DRM_SUCCEEDED(result))
    {
        result = labeled_expand(&suite, key, "base_nonce", schedule_span, context.base_nonce,
                                sizeof(context.base_nonce));
    }
    if (DRM_SUCCEEDED(result))
        *out = context;
    drm_wipe(key, sizeof(key));
    drm_wipe(&context, sizeof(context));
    return result;
}

void drm_hpke_nonce(const struct drm_hpke_context *context, uint64_t sequence, uint8_t out[DRM_AEAD_NONCE_SIZE])
{
    uint8_t number[8];
    size_t i;

    memcpy(out, context->base_nonce, DRM_AEAD_NONCE_SIZE);
    drm_put_u64(number, sequence);
    for (i = 0; i < sizeof(number); i++)
        out[DRM_AEAD_NONCE_SIZE - sizeof(number) + i] ^= number[i];
}
