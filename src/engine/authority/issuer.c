/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences that somebody else than the authority makes (issuer.h). */
#include "engine/authority/issuer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/authority/issuing.h"

/* The root's certificate at the end is whom the issuer itself believes: it has no other anchor. */
static drm_result read_issuer(const struct drm_issuer *issuer, int64_t now, struct drm_chain *out)
{
    uint8_t public_key[DRM_SIGN_PUBLIC_SIZE];
    const struct drm_certificate *root;
    drm_result result = drm_chain_read(issuer->chain, out);

    if (DRM_FAILED(result))
        return result;
    root = &out->certificates[out->count - 1];
    if (out->certificates[0].roles != DRM_ROLE_ISSUER || root->roles != DRM_ROLE_ROOT)
        return DRM_E_INVALID_CERTIFICATE;
    if (DRM_FAILED(result = drm_chain_verify(out, root->sign_key, DRM_ROLE_ISSUER, now))
        || DRM_FAILED(result = drm_sign_public(issuer->seed, public_key)))
        return result;
    return memcmp(public_key, out->certificates[0].sign_key, sizeof(public_key)) ? DRM_E_KEY_ERROR : DRM_S_OK;
}

static drm_result read_machine(struct drm_span encoded, const uint8_t root[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                               struct drm_certificate *out)
{
    struct drm_chain chain;
    drm_result result = drm_chain_read(encoded, &chain);

    if (DRM_SUCCEEDED(result))
        result = drm_chain_verify(&chain, root, DRM_ROLE_MACHINE, now);
    if (DRM_FAILED(result))
        return result == DRM_E_INVALID_CERTIFICATE ? DRM_E_INVALID_MACHINE : result;
    *out = chain.certificates[0];
    return DRM_S_OK;
}

static drm_result add(struct drm_issuing *issuing, const struct drm_issuer_license *order, const char *name,
                      struct drm_license *license)
{
    drm_result result;

    memset(license, 0, sizeof(*license));
    if (DRM_FAILED(result = drm_rights_text_read(order->rights, license, NULL)))
        return result;
    if (license->terms.has_uplink || (*license->issuer && strcmp(license->issuer, name) != 0))
        return DRM_E_INVALID_ARGUMENT;
    if (order->url && !*license->url)
    {
        const size_t length = strlen(order->url);

        if (length >= sizeof(license->url))
            return DRM_E_INVALID_ARGUMENT;
        memcpy(license->url, order->url, length + 1);
    }
    memcpy(license->key_id, order->key_id, sizeof(license->key_id));
    license->has_revocation_key = false; /* an issuer answers no challenge for removal */
    return drm_issuing_add(issuing, license, NULL, order->content_key, NULL);
}

drm_result drm_issuer_make_licenses(const struct drm_issuer *issuer, struct drm_span machine, int64_t now,
                                    const struct drm_issuer_license *licenses, size_t count, struct drm_buffer *out)
{
    struct drm_certificate certificate;
    struct drm_issuing *issuing = NULL;
    struct drm_license *license;
    struct drm_chain chain;
    drm_result result;

    if (!count || count > DRM_RESPONSE_MAX_LICENSES || now <= 0)
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = read_issuer(issuer, now, &chain))
        || DRM_FAILED(result = read_machine(machine, chain.certificates[chain.count - 1].sign_key, now, &certificate))
        || DRM_FAILED(result = drm_issuing_begin_issuers(issuer->seed, &chain, &certificate, now, &issuing)))
        return result;
    license = malloc(sizeof(*license));
    if (!license)
        result = DRM_E_OUT_OF_MEMORY;
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = add(issuing, &licenses[i], chain.certificates[0].name, license);
    if (DRM_SUCCEEDED(result))
        result = drm_issuing_finish(issuing, out);
    free(license);
    drm_issuing_free(issuing);
    return result;
}
