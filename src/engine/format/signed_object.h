/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The envelope of everything signed (docs/formats.md, "Signed objects").
 *
 *   TYPE       4 bytes, one of enum drm_object_type
 *   BODY       the object's own fields, as signed
 *   SIGNATURE  64 bytes, Ed25519 over the type's context string, a zero byte, BODY
 *   CHAIN      the certificates of the signer (engine/format/chain.h); absent where the reader knows the signer
 *
 * Outside of BODY nothing is signed, so nothing optional may stand there: an envelope has these fields and no others.
 */
#ifndef WMDRM_ENGINE_SIGNED_OBJECT_H
#define WMDRM_ENGINE_SIGNED_OBJECT_H

#include "engine/base/bytes.h"
#include "engine/crypto/crypto.h"

/* The last moment that an object may name, in milliseconds since 1970 (the end of the year 9999): arithmetic on times
 * that come from outside cannot overflow. */
#define DRM_TIME_MAX INT64_C(253402300799999)

enum drm_object_type
{
    DRM_OBJECT_CERTIFICATE = 0x43455254,     /* "CERT" */
    DRM_OBJECT_REVOCATION_LIST = 0x52564c53, /* "RVLS": the head of a list */
    DRM_OBJECT_REQUEST = 0x52455155,         /* "REQU": from a machine to its authority; has an envelope of its own */
    DRM_OBJECT_ANSWER = 0x414e5357,          /* "ANSW": the head of an authority's answer */
    DRM_OBJECT_LICENSE = 0x4c494345,         /* "LICE": has an envelope of its own */
    DRM_OBJECT_LICENSE_RESPONSE = 0x4c525350, /* "LRSP": the head of a response with licences */
    DRM_OBJECT_DEVICE_RESPONSE = 0x44525350, /* "DRSP": the head of a transmitter's response with a licence */
    DRM_OBJECT_LICENSE_CHALLENGE = 0x4c524551, /* "LREQ": what a machine asks an issuer */
    DRM_OBJECT_REMOVAL_CHALLENGE = 0x4c524348, /* "LRCH" */
    DRM_OBJECT_REMOVAL = 0x4c52424c,         /* "LRBL": names licences that are to go */
    DRM_OBJECT_REMOVAL_RECEIPT = 0x4c52434b, /* "LRCK" */
    DRM_OBJECT_BACKUP = 0x42434b50,          /* "BCKP": the head of a backup */
    DRM_OBJECT_RESTORE_REQUEST = 0x52535452, /* "RSTR" */
};

struct drm_signed_object
{
    struct drm_span body;  /* all spans point into what was read */
    uint8_t signature[DRM_SIGNATURE_SIZE];
    struct drm_span chain; /* empty where absent */
};

/* Splits an envelope of this type; verifies nothing. Returns DRM_E_INVALID_DATA for anything else. */
drm_result drm_signed_object_read(struct drm_span data, enum drm_object_type type, struct drm_signed_object *out);

/* Returns DRM_E_SIGNATURE_FAILURE where the body is not signed by this key as this type. */
DRM_MUST_CHECK drm_result drm_signed_object_verify(const struct drm_signed_object *object, enum drm_object_type type,
                                                   const uint8_t public_key[DRM_SIGN_PUBLIC_SIZE]);

/* Signs body, which is not empty, and appends the envelope to out. chain may be empty. */
drm_result drm_signed_object_write(enum drm_object_type type, struct drm_span body,
                                   const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                   struct drm_buffer *out);

#endif
