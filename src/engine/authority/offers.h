/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine may have of what it asks for.
 */
#ifndef WMDRM_ENGINE_OFFERS_H
#define WMDRM_ENGINE_OFFERS_H

#include "engine/authority/issuing.h"

/* A content that a licence is to be issued of. */
struct drm_offer
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    bool has_uplink;
    uint8_t uplink[DRM_KEY_ID_SIZE];
    uint8_t uplink_key[DRM_CONTENT_KEY_SIZE];  /* of its root */
    uint32_t rights;                           /* a set of DRM_RIGHT_BIT */
    struct drm_version min_security;
    bool withdrawn, interactive;
    bool runs_out;                             /* its rights have counts, or hours after the first use */
    uint32_t per_machine;
    size_t name, rights_text;                  /* terminated, in the list's texts */
};

/* Who asks, and how. */
struct drm_asking
{
    const struct drm_certificate *machine;
    uint32_t rights;                           /* asked for: what is offered has to have all of them */
    bool silent;
};

/* Contents for one machine; roots stand before their leaves. Zeroed, it is empty. */
struct drm_offers
{
    struct drm_asking asking;
    struct drm_offer *offers;
    size_t count, capacity;
    struct drm_buffer texts;
};
void drm_offers_free(struct drm_offers *offers);

/* The content with this key id, after its root where it has one. DRM_E_UNABLE_TO_ACQUIRE, DRM_E_NO_RIGHTS,
 * DRM_E_NEEDS_INDIVIDUALIZATION, DRM_E_LICENSE_NOTACQUIRED: see drm_authority_issue_licenses. */
DRM_MUST_CHECK drm_result drm_offers_find_locked(struct drm_authority *authority, struct drm_offers *offers,
                                                 const uint8_t key_id[DRM_KEY_ID_SIZE]);
/* Every content that the machine may have. Where there is none, why it may not have the first one. */
DRM_MUST_CHECK drm_result drm_offers_find_all_locked(struct drm_authority *authority, struct drm_offers *offers);
/* Part of the transaction that puts the licences on record: is none of them one too many by now? DRM_E_NO_RIGHTS. */
DRM_MUST_CHECK drm_result drm_offers_recount_locked(struct drm_authority *authority, const struct drm_offers *offers);

const char *drm_offers_name(const struct drm_offers *offers, size_t index);
/* Fills in a licence of it. */
DRM_MUST_CHECK drm_result drm_offers_read(const struct drm_offers *offers, size_t index, struct drm_license *out);

#endif
