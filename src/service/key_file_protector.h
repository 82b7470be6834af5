/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's protector: one random key in a file that only its owner may read, sealed under a passphrase or not.
 *
 * What DPAPI is to the DLL: the authority's private keys, in its database, rest under this key (docs/service.md).
 */
#ifndef WMDRM_SERVICE_KEY_FILE_PROTECTOR_H
#define WMDRM_SERVICE_KEY_FILE_PROTECTOR_H

#include "engine/crypto/crypto.h"
#include "engine/host.h"

#define KEY_FILE_NAME "service.key"

enum key_file_result
{
    KEY_FILE_OK,
    KEY_FILE_MISSING,
    KEY_FILE_EXISTS,
    KEY_FILE_EXPOSED,          /* others than its owner may read or write it */
    KEY_FILE_DAMAGED,
    KEY_FILE_NEEDS_PASSPHRASE,
    KEY_FILE_WRONG_PASSPHRASE,
    KEY_FILE_NOT_SEALED,       /* a passphrase was given, but the file needs none */
    KEY_FILE_SYSTEM_ERROR,     /* errno tells */
};

struct key_file_protector
{
    uint8_t key[DRM_AEAD_KEY_SIZE];
};

/* passphrase.size 0: none. create never replaces a file. */
enum key_file_result key_file_create(const char *path, struct drm_span passphrase);
enum key_file_result key_file_open(const char *path, struct drm_span passphrase, struct key_file_protector *out);

/* The table over an open key, which must outlive it. */
struct drm_protector key_file_protector(struct key_file_protector *protector);
void key_file_protector_wipe(struct key_file_protector *protector);

#endif
