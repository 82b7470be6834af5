/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an authority answers (docs/protocol.md, "Answers"). The answer to an individualization is the security package.
 *
 *   length of the head (4 bytes, big-endian), head (a signed object with its signer's chain), the parts in their order
 *
 * The head names every part with its size and SHA-256, so that parts of any size stream and need no signature.
 */
#ifndef WMDRM_ENGINE_ANSWER_H
#define WMDRM_ENGINE_ANSWER_H

#include "engine/format/request.h"

#define DRM_ANSWER_HEAD_MAX_SIZE (1024 * 1024)
#define DRM_ANSWER_LENGTH_SIZE 4          /* of the length before the head */
#define DRM_ANSWER_MAX_PARTS 16
#define DRM_ANSWER_URL_SIZE 2048          /* with terminator */
#define DRM_COMPONENT_MAX_SIZE UINT64_C(0x10000000) /* 256 MiB */

enum drm_part_kind
{
    DRM_PART_REVOCATION_LIST = 1,
    DRM_PART_COMPONENT = 2,
};

struct drm_part
{
    enum drm_part_kind kind;
    uint32_t list_type;                        /* enum drm_revocation_type of a list, else 0 */
    uint64_t size;                             /* above 0; at most DRM_REVOCATION_MAX_SIZE or DRM_COMPONENT_MAX_SIZE */
    uint8_t hash[DRM_SHA256_SIZE];
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];  /* of a component; may be empty */
};

/* What the operator decides for its machines; kept with the identity. */
struct drm_policy
{
    uint32_t individualizations_per_day;       /* 0: no limit; told so that clients can say it */
    char renewal_url[DRM_ANSWER_URL_SIZE];     /* where revoked components are renewed; may be empty */
    char license_url[DRM_ANSWER_URL_SIZE];     /* may be empty */
};

struct drm_answer
{
    enum drm_request_kind kind;
    uint8_t nonce[DRM_NONCE_SIZE];             /* of the request */
    uint8_t machine_id[DRM_ID_SIZE];           /* of the request */
    int64_t time;                              /* the authority's clock: UTC, milliseconds since 1970 */
    struct drm_version version;                /* current security version */
    uint64_t list_versions[DRM_REVOCATION_TYPES]; /* current ones; index: type - 1 */
    bool up_to_date;                           /* nothing to install, no parts, no chain */
    struct drm_span machine_chain;             /* of an individualization that is not up_to_date, and only there: the
                                                  machine's new certificate and its issuers */
    struct drm_span issuers;                   /* certificates of the authority's keys, a collection; may be empty */
    struct drm_policy policy;
    size_t part_count;
    struct drm_part parts[DRM_ANSWER_MAX_PARTS]; /* every list at most once, one component at most and only in an
                                                  individualization */
};

/*
 * Signs the head and appends it, its length first, to out; the parts follow from wherever they are kept. Returns
 * DRM_E_INVALID_ARGUMENT for what drm_answer_head_read would refuse.
 */
drm_result drm_answer_head_write(const struct drm_answer *answer, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_span chain, struct drm_buffer *out);

/*
 * Reads and verifies a head (without its length): signed by a key with DRM_ROLE_ANSWER under anchor, valid at the
 * answer's own time. Spans point into head; machine_chain and issuers are not verified. Returns DRM_E_BAD_NET_RESPONSE
 * for what is no answer, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE (another anchor's, or another role's, or
 * an unreadable chain). Whether it answers the request (kind, nonce, machine id) is the caller's to compare.
 */
drm_result drm_answer_head_read(struct drm_span head, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                struct drm_answer *out);

#endif
