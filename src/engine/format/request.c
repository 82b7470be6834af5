/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests: fields, proof of possession, the old identity's signature. */
#include "engine/format/request.h"

#include <string.h>

#include "engine/base/tlv.h"

/* One context for each signer, so that the proof is never taken for the identity's word. */
#define PROOF_CONTEXT "wmdrmsdk request proof 1"
#define IDENTITY_CONTEXT "wmdrmsdk request identity 1"

enum request_tag
{
    TAG_TYPE = DRM_TLV_CRITICAL | 1,
    TAG_BODY = DRM_TLV_CRITICAL | 2,
    TAG_PROOF = DRM_TLV_CRITICAL | 3,
    TAG_SIGNATURE = DRM_TLV_CRITICAL | 4,
    TAG_CHAIN = DRM_TLV_CRITICAL | 5,
};

enum request_body_tag
{
    TAG_KIND = DRM_TLV_CRITICAL | 1,
    TAG_NONCE = DRM_TLV_CRITICAL | 2,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 3,
    TAG_INSTALLED = DRM_TLV_CRITICAL | 4,
    TAG_FORCED = DRM_TLV_CRITICAL | 5,
    TAG_LIST_VERSIONS = DRM_TLV_CRITICAL | 6,
    TAG_SIGN_KEY = DRM_TLV_CRITICAL | 7,
    TAG_ENCRYPT_KEY = DRM_TLV_CRITICAL | 8,
    TAG_COMPONENT_HASH = DRM_TLV_CRITICAL | 9,
    TAG_IDENTITY = DRM_TLV_CRITICAL | 10,
};

/* A request in its parts, before any of it is verified. */
struct request_parts
{
    struct drm_span body;
    bool has_proof, has_signature;
    uint8_t proof[DRM_SIGNATURE_SIZE];
    uint8_t signature[DRM_SIGNATURE_SIZE];
    struct drm_span chain;
    bool has_identity;
    uint8_t identity[DRM_SHA256_SIZE]; /* id of the certificate that the body says it is signed with */
};

/* What reader and writer ask of a request and its signers. */
static bool makes_sense(const struct drm_request *request, bool has_identity)
{
    if (!drm_version_is_valid(request->installed) || !drm_revocation_versions_are_valid(request->list_versions))
        return false;
    switch (request->kind)
    {
    case DRM_REQUEST_INDIVIDUALIZE:
        return !drm_id_is_zero(request->machine_id);
    case DRM_REQUEST_REVOCATION:
        return !request->forced && has_identity == !drm_id_is_zero(request->machine_id);
    }
    return false;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static drm_result write_body(const struct drm_request *request, const struct drm_certificate *identity,
                             struct drm_buffer *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    struct drm_tlv_writer writer;

    drm_revocation_versions_put(request->list_versions, versions);
    drm_tlv_begin(&writer, out);
    drm_tlv_put_u32(&writer, TAG_KIND, request->kind);
    drm_tlv_put(&writer, TAG_NONCE, drm_span(request->nonce, DRM_NONCE_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(request->machine_id, DRM_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_INSTALLED, drm_version_pack(request->installed));
    drm_tlv_put_u8(&writer, TAG_FORCED, request->forced);
    drm_tlv_put(&writer, TAG_LIST_VERSIONS, drm_span(versions, sizeof(versions)));
    if (request->kind == DRM_REQUEST_INDIVIDUALIZE)
    {
        drm_tlv_put(&writer, TAG_SIGN_KEY, drm_span(request->sign_key, DRM_SIGN_PUBLIC_SIZE));
        drm_tlv_put(&writer, TAG_ENCRYPT_KEY, drm_span(request->encrypt_key, DRM_X25519_SIZE));
        drm_tlv_put(&writer, TAG_COMPONENT_HASH, drm_span(request->component_hash, DRM_SHA256_SIZE));
    }
    if (identity)
        drm_tlv_put(&writer, TAG_IDENTITY, drm_span(identity->id, DRM_SHA256_SIZE));
    return drm_tlv_finish(&writer);
}

static drm_result write_all(struct drm_span body, const uint8_t *seed, const struct drm_request_signer *old,
                            struct drm_buffer *out)
{
    uint8_t proof[DRM_SIGNATURE_SIZE], signature[DRM_SIGNATURE_SIZE];
    struct drm_tlv_writer writer;
    drm_result result;

    drm_tlv_begin(&writer, out);
    drm_tlv_put_u32(&writer, TAG_TYPE, DRM_OBJECT_REQUEST);
    drm_tlv_put(&writer, TAG_BODY, body);
    if (seed)
    {
        result = drm_sign(seed, PROOF_CONTEXT, body, proof);
        if (DRM_FAILED(result))
            return result;
        drm_tlv_put(&writer, TAG_PROOF, drm_span(proof, sizeof(proof)));
    }
    if (old)
    {
        result = drm_sign(old->seed, IDENTITY_CONTEXT, body, signature);
        if (DRM_FAILED(result))
            return result;
        drm_tlv_put(&writer, TAG_SIGNATURE, drm_span(signature, sizeof(signature)));
        drm_tlv_put(&writer, TAG_CHAIN, old->chain);
    }
    return drm_tlv_finish(&writer);
}

drm_result drm_request_write(const struct drm_request *request, const uint8_t *seed,
                             const struct drm_request_signer *old, struct drm_buffer *out)
{
    const size_t start = out->size;
    const struct drm_certificate *identity = NULL;
    struct drm_buffer body = {0};
    struct drm_chain chain;
    drm_result result;

    if (!makes_sense(request, old != NULL) || (seed != NULL) != (request->kind == DRM_REQUEST_INDIVIDUALIZE))
        return DRM_E_INVALID_ARGUMENT;
    if (old)
    {
        result = drm_chain_read(old->chain, &chain);
        if (DRM_FAILED(result))
            return result;
        identity = &chain.certificates[0];
        if (memcmp(identity->subject, request->machine_id, DRM_ID_SIZE) != 0)
            return DRM_E_INVALID_CERTIFICATE;
    }
    result = write_body(request, identity, &body);
    if (DRM_SUCCEEDED(result))
        result = write_all(drm_buffer_span(&body), seed, old, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_buffer_free(&body);
    return result;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static drm_result read_envelope(struct drm_span data, struct request_parts *parts)
{
    uint32_t type = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TYPE, .kind = DRM_TLV_U32, .required = true, .out.u32 = &type},
        {.tag = TAG_BODY, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = DRM_REQUEST_MAX_SIZE,
         .out.span = &parts->body},
        {.tag = TAG_PROOF, .kind = DRM_TLV_FIXED, .max_size = DRM_SIGNATURE_SIZE, .out.fixed = parts->proof,
         .present = &parts->has_proof},
        {.tag = TAG_SIGNATURE, .kind = DRM_TLV_FIXED, .max_size = DRM_SIGNATURE_SIZE, .out.fixed = parts->signature,
         .present = &parts->has_signature},
        {.tag = TAG_CHAIN, .kind = DRM_TLV_BYTES, .min_size = 1, .max_size = DRM_CHAIN_MAX_SIZE,
         .out.span = &parts->chain},
    };
    size_t expected;

    if (data.size > DRM_REQUEST_MAX_SIZE
        || DRM_FAILED(drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]))) || type != DRM_OBJECT_REQUEST)
        return DRM_E_BAD_REQUEST;
    /* As in every envelope: no room for anything that nobody signed. */
    expected = 2 * DRM_TLV_HEADER_SIZE + sizeof(type) + parts->body.size;
    if (parts->has_proof)
        expected += DRM_TLV_HEADER_SIZE + DRM_SIGNATURE_SIZE;
    if (parts->has_signature)
        expected += DRM_TLV_HEADER_SIZE + DRM_SIGNATURE_SIZE;
    if (parts->chain.size)
        expected += DRM_TLV_HEADER_SIZE + parts->chain.size;
    return data.size == expected ? DRM_S_OK : DRM_E_BAD_REQUEST;
}

static drm_result read_body(struct request_parts *parts, struct drm_request *request)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE], forced = 0;
    bool has_sign_key, has_encrypt_key, has_hash, individualize;
    uint32_t kind = 0;
    uint64_t installed = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_KIND, .kind = DRM_TLV_U32, .required = true, .out.u32 = &kind},
        {.tag = TAG_NONCE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_NONCE_SIZE,
         .out.fixed = request->nonce},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = request->machine_id},
        {.tag = TAG_INSTALLED, .kind = DRM_TLV_U64, .required = true, .out.u64 = &installed},
        {.tag = TAG_FORCED, .kind = DRM_TLV_U8, .required = true, .out.u8 = &forced},
        {.tag = TAG_LIST_VERSIONS, .kind = DRM_TLV_FIXED, .required = true, .max_size = sizeof(versions),
         .out.fixed = versions},
        {.tag = TAG_SIGN_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_SIGN_PUBLIC_SIZE, .out.fixed = request->sign_key,
         .present = &has_sign_key},
        {.tag = TAG_ENCRYPT_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_X25519_SIZE,
         .out.fixed = request->encrypt_key, .present = &has_encrypt_key},
        {.tag = TAG_COMPONENT_HASH, .kind = DRM_TLV_FIXED, .max_size = DRM_SHA256_SIZE,
         .out.fixed = request->component_hash, .present = &has_hash},
        {.tag = TAG_IDENTITY, .kind = DRM_TLV_FIXED, .max_size = DRM_SHA256_SIZE, .out.fixed = parts->identity,
         .present = &parts->has_identity},
    };

    if (DRM_FAILED(drm_tlv_read(parts->body, fields, sizeof(fields) / sizeof(fields[0]))))
        return DRM_E_BAD_REQUEST;
    if ((kind != DRM_REQUEST_INDIVIDUALIZE && kind != DRM_REQUEST_REVOCATION) || forced > 1)
        return DRM_E_BAD_REQUEST;
    drm_revocation_versions_get(versions, request->list_versions);
    request->kind = (enum drm_request_kind)kind;
    request->forced = forced;
    request->installed = drm_version_unpack(installed);
    individualize = request->kind == DRM_REQUEST_INDIVIDUALIZE;
    if (has_sign_key != individualize || has_encrypt_key != individualize || has_hash != individualize
        || !makes_sense(request, parts->has_identity))
        return DRM_E_BAD_REQUEST;
    /* The signatures are those that the body speaks of: one that was taken off is missed, one put on is refused. */
    if (parts->has_proof != individualize || parts->has_signature != parts->has_identity
        || (parts->chain.size > 0) != parts->has_identity)
        return DRM_E_BAD_REQUEST;
    return DRM_S_OK;
}

static drm_result verify_identity(const struct request_parts *parts, const struct drm_request *request,
                                  const uint8_t *anchor, struct drm_certificate *out)
{
    const struct drm_certificate *leaf;
    struct drm_chain chain;
    drm_result result;

    result = drm_chain_read(parts->chain, &chain);
    if (DRM_FAILED(result))
        return result;
    leaf = &chain.certificates[0];
    if (memcmp(leaf->id, parts->identity, DRM_SHA256_SIZE) != 0
        || memcmp(leaf->subject, request->machine_id, DRM_ID_SIZE) != 0)
        return DRM_E_INVALID_CERTIFICATE;
    result = drm_chain_verify(&chain, anchor, DRM_ROLE_MACHINE, 0);
    if (DRM_FAILED(result))
        return result;
    result = drm_verify(leaf->sign_key, IDENTITY_CONTEXT, parts->body, parts->signature);
    if (DRM_FAILED(result))
        return result;
    *out = *leaf;
    return DRM_S_OK;
}

drm_result drm_request_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            struct drm_request *out, struct drm_request_identity *identity)
{
    struct drm_request_identity found = {0};
    struct drm_request request = {0};
    struct request_parts parts = {0};
    drm_result result;

    result = read_envelope(data, &parts);
    if (DRM_FAILED(result))
        return result;
    result = read_body(&parts, &request);
    if (DRM_FAILED(result))
        return result;
    if (parts.has_proof)
    {
        result = drm_verify(request.sign_key, PROOF_CONTEXT, parts.body, parts.proof);
        if (DRM_FAILED(result))
            return result;
    }
    if (parts.has_identity)
    {
        result = verify_identity(&parts, &request, anchor, &found.certificate);
        if (DRM_FAILED(result))
            return result;
        found.signed_by_identity = true;
    }
    *out = request;
    *identity = found;
    return DRM_S_OK;
}
