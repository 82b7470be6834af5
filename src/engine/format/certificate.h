/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates (docs/formats.md, "Certificates"): who holds a key, and what for.
 */
#ifndef WMDRM_ENGINE_CERTIFICATE_H
#define WMDRM_ENGINE_CERTIFICATE_H

#include "engine/base/bytes.h"
#include "engine/crypto/crypto.h"
#include "engine/base/version.h"

#define DRM_ID_SIZE 16
#define DRM_CERTIFICATE_NAME_SIZE 128 /* bytes of UTF-8, without a terminator */
#define DRM_CERTIFICATE_MAX_SIZE 1024 /* an encoded certificate */

/*
 * What a key may do. A certificate has at least one role. The root, issuers, machines, applications and devices have
 * exactly one; those of an authority may stand together.
 */
enum drm_role
{
    DRM_ROLE_ROOT = 0x001,            /* signs the certificates of the next four, and of issuers */
    DRM_ROLE_CERTIFY = 0x002,         /* signs certificates of machines, applications and devices */
    DRM_ROLE_SIGN_REVOCATION = 0x004, /* signs revocation lists */
    DRM_ROLE_ANSWER = 0x008,          /* signs the service's answers and security packages */
    DRM_ROLE_ISSUE_LICENSES = 0x010,
    DRM_ROLE_MACHINE = 0x020,
    DRM_ROLE_APPLICATION = 0x040,
    DRM_ROLE_DEVICE = 0x080,
    DRM_ROLE_NETWORK_DEVICE = 0x100,
    DRM_ROLE_ISSUER = 0x200,          /* somebody else than the authority: issues licences that name it */
};

#define DRM_ROLES_OF_AUTHORITY                                                                                       \
    (DRM_ROLE_CERTIFY | DRM_ROLE_SIGN_REVOCATION | DRM_ROLE_ANSWER | DRM_ROLE_ISSUE_LICENSES)
#define DRM_ROLES_OF_CLIENTS (DRM_ROLE_MACHINE | DRM_ROLE_APPLICATION | DRM_ROLE_DEVICE | DRM_ROLE_NETWORK_DEVICE)

/* Zero stands for no machine. */
bool drm_id_is_zero(const uint8_t id[DRM_ID_SIZE]);

struct drm_certificate
{
    uint8_t serial[DRM_ID_SIZE];
    uint32_t roles;                                 /* enum drm_role */
    uint8_t subject[DRM_ID_SIZE];                   /* the machine id of a machine; zero where there is none */
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];       /* for people; may be empty */
    uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE];         /* zero where it signs nothing: no signature is right under that */
    bool has_encrypt_key;
    uint8_t encrypt_key[DRM_X25519_SIZE];
    int64_t not_before;                             /* UTC, milliseconds since 1970; inclusive */
    int64_t not_after;                              /* exclusive; 0: never ends */
    uint8_t issuer[DRM_SHA256_SIZE];                /* SHA-256 of the issuer's signature key */
    uint32_t security_level;                        /* 0 where it says nothing */
    struct drm_version security_version;            /* of a machine: the package it was certified with */
    bool has_rsa_key;                               /* of an application alone: */
    uint8_t rsa_key[DRM_SHA256_SIZE];               /* names its RSA key, see drm_rsa_key_hash */
    uint8_t id[DRM_SHA256_SIZE];                    /* SHA-256 of the body, derived: how lists name it */
};

/*
 * Reads one encoded certificate (a signed object without a chain); verifies no signature. Returns
 * DRM_E_INVALID_CERTIFICATE for what is none or cannot be: roles that do not go together, an end before the beginning,
 * a machine without id or encryption key.
 */
drm_result drm_certificate_read(struct drm_span data, struct drm_certificate *out);

/* Signs certificate (its id and issuer are filled in) with the issuer's key and appends it to out. Returns
 * DRM_E_INVALID_ARGUMENT for what drm_certificate_read would refuse. */
drm_result drm_certificate_write(struct drm_certificate *certificate, const uint8_t issuer_seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_buffer *out);

/* Returns DRM_E_SIGNATURE_FAILURE where the encoded certificate is not signed by this key, DRM_E_INVALID_CERTIFICATE
 * where it is none. */
DRM_MUST_CHECK drm_result drm_certificate_verify(struct drm_span data,
                                                 const uint8_t issuer_key[DRM_SIGN_PUBLIC_SIZE]);

#endif
