/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's key file.
 *
 *   wmdrm-service key 1
 *   key 64 hexadecimal digits
 *
 * or, where a passphrase seals it (scrypt, RFC 7914, with r = 8; AES-256-GCM-SIV):
 *
 *   wmdrm-service key 1
 *   scrypt N p SALT
 *   sealed SEALED
 */
#include "service/key_file_protector.h"

#include <errno.h>
#include <gcrypt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "service/hex.h"
#include "service/small_file.h"

#define FILE_TITLE "wmdrm-service key 1\n"
#define FILE_MAX_SIZE 1024
#define SEAL_CONTEXT "wmdrm-service key file"
#define SALT_SIZE 16
#define SEALED_SIZE (DRM_AEAD_KEY_SIZE + DRM_SEAL_OVERHEAD)
/* 128 MiB for a quarter of a second: a guess at the passphrase costs as much. */
#define SCRYPT_N 131072
#define SCRYPT_P 1
/* What a file may ask for: it must not take all memory or all day. */
#define SCRYPT_MIN_N 16384
#define SCRYPT_MAX_N 1048576
#define SCRYPT_MAX_P 16

static bool derive(struct drm_span passphrase, unsigned int n, unsigned int p, const uint8_t salt[SALT_SIZE],
                   uint8_t out[DRM_AEAD_KEY_SIZE])
{
    return !gcry_kdf_derive(passphrase.data, passphrase.size, GCRY_KDF_SCRYPT, (int)n, salt, SALT_SIZE, p,
                            DRM_AEAD_KEY_SIZE, out);
}

static bool write_sealed(struct drm_span passphrase, const uint8_t key[DRM_AEAD_KEY_SIZE], char *out, size_t size)
{
    uint8_t salt[SALT_SIZE], outer[DRM_AEAD_KEY_SIZE];
    char salt_text[2 * SALT_SIZE + 1], sealed_text[2 * SEALED_SIZE + 1];
    struct drm_buffer sealed = {0};
    bool done;

    drm_random(salt, sizeof(salt));
    done = derive(passphrase, SCRYPT_N, SCRYPT_P, salt, outer) &&
           DRM_SUCCEEDED(drm_seal(outer, drm_span(SEAL_CONTEXT, strlen(SEAL_CONTEXT)),
                                  drm_span(key, DRM_AEAD_KEY_SIZE), &sealed)) &&
           sealed.size == SEALED_SIZE;
    if (done)
    {
        hex_write(salt, sizeof(salt), salt_text);
        hex_write(sealed.data, sealed.size, sealed_text);
        snprintf(out, size, FILE_TITLE "scrypt %u %u %s\nsealed %s\n", SCRYPT_N, SCRYPT_P, salt_text, sealed_text);
    }
    drm_wipe(outer, sizeof(outer));
    drm_buffer_free(&sealed);
    return done;
}

enum key_file_result key_file_create(const char *path, struct drm_span passphrase)
{
    uint8_t key[DRM_AEAD_KEY_SIZE];
    char key_text[2 * DRM_AEAD_KEY_SIZE + 1], text[FILE_MAX_SIZE];
    int error = 0;

    drm_random(key, sizeof(key));
    hex_write(key, sizeof(key), key_text);
    if (!passphrase.size)
        snprintf(text, sizeof(text), FILE_TITLE "key %s\n", key_text);
    else if (!write_sealed(passphrase, key, text, sizeof(text)))
        error = ENOMEM;
    if (!error)
        error = small_file_write(path, drm_span(text, strlen(text)), 0600, false);
    drm_wipe(key, sizeof(key));
    drm_wipe(key_text, sizeof(key_text));
    drm_wipe(text, sizeof(text));
    errno = error;
    return !error ? KEY_FILE_OK : error == EEXIST ? KEY_FILE_EXISTS : KEY_FILE_SYSTEM_ERROR;
}

static enum key_file_result open_sealed(const char *text, struct drm_span passphrase, struct key_file_protector *out)
{
    enum key_file_result result = KEY_FILE_DAMAGED;
    uint8_t salt[SALT_SIZE], sealed[SEALED_SIZE], outer[DRM_AEAD_KEY_SIZE];
    char salt_text[2 * SALT_SIZE + 1], sealed_text[2 * SEALED_SIZE + 1];
    struct drm_buffer key = {0};
    unsigned int n, p;
    int end = 0;

    if (sscanf(text, "scrypt %7u %2u %32[0-9a-f]\nsealed %120[0-9a-f]%n", &n, &p, salt_text, sealed_text, &end) != 4 ||
        strcmp(text + end, "\n") || !hex_read(salt_text, salt, sizeof(salt)) ||
        !hex_read(sealed_text, sealed, sizeof(sealed)))
        return KEY_FILE_DAMAGED;
    if (n < SCRYPT_MIN_N || n > SCRYPT_MAX_N || (n & (n - 1)) || p < 1 || p > SCRYPT_MAX_P)
        return KEY_FILE_DAMAGED;
    if (!passphrase.size)
        return KEY_FILE_NEEDS_PASSPHRASE;
    errno = ENOMEM;
    if (!derive(passphrase, n, p, salt, outer))
        return KEY_FILE_SYSTEM_ERROR;
    if (DRM_FAILED(drm_unseal(outer, drm_span(SEAL_CONTEXT, strlen(SEAL_CONTEXT)), drm_span(sealed, sizeof(sealed)),
                              &key)))
    {
        result = KEY_FILE_WRONG_PASSPHRASE;
    }
    else if (key.size == sizeof(out->key))
    {
        memcpy(out->key, key.data, sizeof(out->key));
        result = KEY_FILE_OK;
    }
    drm_wipe(outer, sizeof(outer));
    drm_buffer_free(&key);
    return result;
}

static enum key_file_result open_plain(const char *text, struct drm_span passphrase, struct key_file_protector *out)
{
    char key_text[2 * DRM_AEAD_KEY_SIZE + 1];
    bool readable = strlen(text) == 4 + 2 * DRM_AEAD_KEY_SIZE + 1 && text[4 + 2 * DRM_AEAD_KEY_SIZE] == '\n';

    if (readable)
    {
        memcpy(key_text, text + 4, 2 * DRM_AEAD_KEY_SIZE);
        key_text[2 * DRM_AEAD_KEY_SIZE] = 0;
        readable = hex_read(key_text, out->key, sizeof(out->key));
        drm_wipe(key_text, sizeof(key_text));
    }
    if (!readable)
        return KEY_FILE_DAMAGED;
    /* Whoever gives a passphrase believes that it protects something. */
    return passphrase.size ? KEY_FILE_NOT_SEALED : KEY_FILE_OK;
}

enum key_file_result key_file_open(const char *path, struct drm_span passphrase, struct key_file_protector *out)
{
    enum key_file_result result = KEY_FILE_DAMAGED;
    struct drm_buffer content = {0};
    const char *text;
    struct stat status;

    if (stat(path, &status))
        return errno == ENOENT ? KEY_FILE_MISSING : KEY_FILE_SYSTEM_ERROR;
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return KEY_FILE_EXPOSED;
    errno = small_file_read(path, FILE_MAX_SIZE, &content);
    if (errno == EFBIG)
        return KEY_FILE_DAMAGED;
    if (!errno && DRM_FAILED(drm_buffer_append(&content, "", 1)))
        errno = ENOMEM;
    if (errno)
    {
        drm_buffer_free(&content);
        return KEY_FILE_SYSTEM_ERROR;
    }
    text = (const char *)content.data;
    if (!strncmp(text, FILE_TITLE, strlen(FILE_TITLE)))
    {
        text += strlen(FILE_TITLE);
        if (!strncmp(text, "key ", 4))
            result = open_plain(text, passphrase, out);
        else
            result = open_sealed(text, passphrase, out);
    }
    drm_buffer_free(&content);
    return result;
}

/* --- the table -------------------------------------------------------------------------------------------- */

static drm_result protector_seal(void *context, const char *label, const uint8_t *secret, size_t size,
                                 struct drm_buffer *out)
{
    const struct key_file_protector *protector = context;

    return DRM_FAILED(drm_seal(protector->key, drm_span(label, strlen(label)), drm_span(secret, size), out))
               ? DRM_E_SECURE_STORE_ERROR
               : DRM_S_OK;
}

static drm_result protector_unseal(void *context, const char *label, const uint8_t *sealed, size_t size,
                                   struct drm_buffer *out)
{
    const struct key_file_protector *protector = context;

    return DRM_FAILED(drm_unseal(protector->key, drm_span(label, strlen(label)), drm_span(sealed, size), out))
               ? DRM_E_SECURE_STORE_UNLOCK_ERROR
               : DRM_S_OK;
}

struct drm_protector key_file_protector(struct key_file_protector *protector)
{
    return (struct drm_protector){.context = protector, .seal = protector_seal, .unseal = protector_unseal};
}

void key_file_protector_wipe(struct key_file_protector *protector)
{
    drm_wipe(protector, sizeof(*protector));
}
