/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collections and chains of certificates, and whom a chain convinces. */
#include "engine/format/chain.h"

#include <string.h>

#include "engine/base/tlv.h"

enum collection_tag
{
    TAG_CERTIFICATE = DRM_TLV_CRITICAL | 1,
};

/* --- collections ------------------------------------------------------------------------------------------ */

struct collection
{
    struct drm_span *certificates;
    size_t count;
    size_t size; /* of all fields so far */
};

static drm_result collect(void *context, struct drm_span value)
{
    struct collection *collection = context;

    collection->certificates[collection->count++] = value;
    collection->size += DRM_TLV_HEADER_SIZE + value.size;
    return DRM_S_OK;
}

drm_result drm_collection_read(struct drm_span data, struct drm_span *certificates, size_t max, size_t *count)
{
    struct collection collection = {.certificates = certificates};
    const struct drm_tlv_field field = {.tag = TAG_CERTIFICATE, .kind = DRM_TLV_EACH, .required = true, .min_size = 1,
                                        .max_size = DRM_CERTIFICATE_MAX_SIZE, .max_count = max, .out.each = collect,
                                        .context = &collection};

    /* The sizes: as around any signed object, nothing that nobody signed may ride along. */
    if (DRM_FAILED(drm_tlv_read(data, &field, 1)) || !collection.count || collection.size != data.size)
        return DRM_E_INVALID_CERTIFICATE;
    *count = collection.count;
    return DRM_S_OK;
}

drm_result drm_collection_write(const struct drm_span *certificates, size_t count, struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_tlv_writer writer;
    drm_result result;

    if (!count || count > DRM_COLLECTION_MAX_COUNT)
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, out);
    for (size_t i = 0; i < count; i++)
        drm_tlv_put(&writer, TAG_CERTIFICATE, certificates[i]);
    result = drm_tlv_finish(&writer);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}

/* --- chains ----------------------------------------------------------------------------------------------- */

drm_result drm_chain_read(struct drm_span data, struct drm_chain *out)
{
    struct drm_span encoded[DRM_CHAIN_MAX_DEPTH];
    struct drm_chain chain = {0};
    drm_result result;

    result = drm_collection_read(data, encoded, DRM_CHAIN_MAX_DEPTH, &chain.count);
    if (DRM_FAILED(result))
        return result;
    for (size_t i = 0; i < chain.count; i++)
    {
        chain.encoded[i] = encoded[i];
        result = drm_certificate_read(encoded[i], &chain.certificates[i]);
        if (DRM_FAILED(result))
            return result;
    }
    *out = chain;
    return DRM_S_OK;
}

drm_result drm_chain_write(const struct drm_span *certificates, size_t count, struct drm_buffer *out)
{
    return count > DRM_CHAIN_MAX_DEPTH ? DRM_E_INVALID_ARGUMENT : drm_collection_write(certificates, count, out);
}

static bool may_sign(uint32_t issuer_roles, uint32_t roles)
{
    if (issuer_roles == DRM_ROLE_ROOT)
        return !(roles & ~(uint32_t)(DRM_ROLES_OF_AUTHORITY | DRM_ROLE_ISSUER));
    if (issuer_roles & DRM_ROLE_CERTIFY)
        return !(roles & ~(uint32_t)DRM_ROLES_OF_CLIENTS);
    return false;
}

static bool is_valid_at(const struct drm_certificate *certificate, int64_t now)
{
    return certificate->not_before <= now && (!certificate->not_after || now < certificate->not_after);
}

/* The key that must have signed certificate number i. */
static const uint8_t *issuer_key_of(const struct drm_chain *chain, size_t i, const uint8_t *anchor)
{
    return i + 1 < chain->count ? chain->certificates[i + 1].sign_key : anchor;
}

/* All that can be said of certificate number i without looking at signatures. */
static bool link_is_sound(const struct drm_chain *chain, size_t i, const uint8_t *anchor, int64_t now)
{
    const struct drm_certificate *certificate = &chain->certificates[i];
    const bool last = i + 1 == chain->count;
    uint8_t issuer[DRM_SHA256_SIZE];

    drm_sha256(issuer_key_of(chain, i, anchor), DRM_SIGN_PUBLIC_SIZE, issuer);
    if (memcmp(issuer, certificate->issuer, sizeof(issuer)) != 0 || (now && !is_valid_at(certificate, now)))
        return false;
    if (last && certificate->roles == DRM_ROLE_ROOT)
        return memcmp(certificate->sign_key, anchor, DRM_SIGN_PUBLIC_SIZE) == 0;
    return may_sign(last ? (uint32_t)DRM_ROLE_ROOT : chain->certificates[i + 1].roles, certificate->roles);
}

drm_result drm_chain_verify(const struct drm_chain *chain, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], uint32_t roles,
                            int64_t now)
{
    drm_result result;

    if (!chain->count || (chain->certificates[0].roles & roles) != roles)
        return DRM_E_INVALID_CERTIFICATE;
    /* What costs nothing comes first, so that a foreign chain is refused without a signature being computed. */
    for (size_t i = 0; i < chain->count; i++)
    {
        if (!link_is_sound(chain, i, anchor, now))
            return DRM_E_INVALID_CERTIFICATE;
    }
    for (size_t i = chain->count; i-- > 0;)
    {
        result = drm_certificate_verify(chain->encoded[i], issuer_key_of(chain, i, anchor));
        if (DRM_FAILED(result))
            return result;
    }
    return DRM_S_OK;
}

drm_result drm_chain_verify_object(const struct drm_signed_object *object, enum drm_object_type type,
                                   const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], uint32_t roles, int64_t now,
                                   struct drm_certificate *signer)
{
    struct drm_chain chain;
    drm_result result;

    if (!object->chain.size)
        return DRM_E_INVALID_DATA;
    result = drm_chain_read(object->chain, &chain);
    if (DRM_FAILED(result))
        return result;
    result = drm_chain_verify(&chain, anchor, roles, now);
    if (DRM_FAILED(result))
        return result;
    result = drm_signed_object_verify(object, type, chain.certificates[0].sign_key);
    if (DRM_FAILED(result))
        return result;
    if (signer)
        *signer = chain.certificates[0];
    return DRM_S_OK;
}
