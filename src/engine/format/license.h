/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences (docs/formats.md, "Licences"): what stands, as base64, in LICENSERESPONSE/LICENSE of version 3.0.0.0.
 *
 *   TYPE   4 bytes, DRM_OBJECT_LICENSE
 *   BODY   ids, issuer, terms, output protection and so on
 *   KEY    the content key, wrapped under the key of its response and bound to this licence
 *   PROOF  index and path in the response's hash tree (engine/format/license_response.h)
 *
 * A licence carries no signature of its own: its path leads to the root that the response's head signs.
 */
#ifndef WMDRM_ENGINE_LICENSE_H
#define WMDRM_ENGINE_LICENSE_H

#include "engine/format/certificate.h"
#include "engine/rights/terms.h"

#define DRM_LICENSE_MAX_SIZE 16384       /* encoded, proof included */
#define DRM_LICENSE_URL_SIZE 2048        /* with terminator */
#define DRM_LICENSE_TEXT_SIZE 129        /* of UTF-8, with terminator */
#define DRM_LICENSE_MAX_INCLUSIONS 64
#define DRM_LICENSE_MAX_RESTRICTIONS 32
#define DRM_CONTENT_KEY_SIZE 16
#define DRM_WRAPPED_KEY_SIZE 44          /* a sealed content key */
#define DRM_WRAPPED_LEAF_KEY_SIZE 72     /* of a leaf: sealed twice */

enum drm_license_option
{
    DRM_LICENSE_NOT_PERSISTABLE = 0x1, /* lives in the temporary store */
    DRM_LICENSE_IMPORTED = 0x2,        /* content of another protection system: a deletion message may remove it */
    DRM_LICENSE_BEGINS_TEMPORARY = 0x4, /* in the temporary store until a program persists it */
};

struct drm_analog_restriction
{
    uint8_t id[16]; /* GUID, as text reads */
    uint32_t value;
};

struct drm_license
{
    uint8_t license_id[DRM_ID_SIZE];       /* neither id is zero */
    uint8_t key_id[DRM_KEY_ID_SIZE];
    int64_t issued;                        /* UTC, milliseconds since 1970 */
    uint32_t options;                      /* enum drm_license_option */
    char issuer[DRM_LICENSE_TEXT_SIZE];    /* name for people; may be empty */
    char url[DRM_LICENSE_URL_SIZE];        /* where the licence can be acquired again; may be empty */
    struct drm_terms terms;
    struct drm_span encoded_terms;         /* of a licence that was read: the field as it stands */
    bool has_source_id;
    uint32_t source_id;
    size_t inclusion_count;                /* protection systems to which content may be exported */
    uint8_t inclusions[DRM_LICENSE_MAX_INCLUSIONS][16];
    size_t restriction_count;
    struct drm_analog_restriction restrictions[DRM_LICENSE_MAX_RESTRICTIONS];
    bool has_metering_id;                  /* only of one whose terms say metered */
    uint8_t metering_id[16];
    bool has_revocation_key;               /* who may revoke it: an Ed25519 key (LGPUBKEY) */
    uint8_t revocation_key[DRM_SIGN_PUBLIC_SIZE];
    char user_id[DRM_LICENSE_TEXT_SIZE];   /* UID; may be empty */
};

/* A licence that was read; spans point into what was read. */
struct drm_license_object
{
    struct drm_span body;
    struct drm_span wrapped_key;
    struct drm_span proof;
};

/* Splits the envelope and reads the body. Returns DRM_E_INVALID_LICENSE for anything else: an id of zeros, a GUID twice
 * in a list, a licence that is its own root, a leaf whose key is not wrapped twice. Either out may be NULL. The struct
 * is large: on the heap, please. */
DRM_MUST_CHECK drm_result drm_license_read(struct drm_span data, struct drm_license_object *object,
                                           struct drm_license *license);

/* Appends the BODY alone, from terms, not from encoded_terms. DRM_E_INVALID_ARGUMENT for what read would refuse. */
DRM_MUST_CHECK drm_result drm_license_write_body(const struct drm_license *license, struct drm_buffer *out);

/*
 * Wraps a content key: AES-256-GCM-SIV under the response's key, bound to machine id, licence id, key id and a hash of
 * the body. Of a leaf (uplink_key not NULL) what is wrapped is sealed before under a key that follows from its root's
 * content key, so that no leaf opens without its root. wrap appends; unwrap returns DRM_E_DECRYPT_ERROR for anything
 * else.
 */
DRM_MUST_CHECK drm_result drm_license_wrap_key(const uint8_t response_key[DRM_AEAD_KEY_SIZE],
                                               const uint8_t machine_id[DRM_ID_SIZE], struct drm_span body,
                                               const uint8_t *uplink_key,
                                               const uint8_t content_key[DRM_CONTENT_KEY_SIZE],
                                               struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_license_unwrap_key(const uint8_t response_key[DRM_AEAD_KEY_SIZE],
                                                 const uint8_t machine_id[DRM_ID_SIZE], struct drm_span body,
                                                 const uint8_t *uplink_key, struct drm_span wrapped,
                                                 uint8_t out[DRM_CONTENT_KEY_SIZE]);

#endif
