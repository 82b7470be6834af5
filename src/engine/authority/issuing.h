/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What issuing, restoring and removing share: content keys, a response in the making, the record of licences.
 */
#ifndef WMDRM_ENGINE_ISSUING_H
#define WMDRM_ENGINE_ISSUING_H

#include "engine/authority/authority_internal.h"
#include "engine/authority/contents.h"
#include "engine/format/license_response.h"

/* --- contents.c ------------------------------------------------------------------------------------------- */

/* Appends the sealed key. */
drm_result drm_authority_seal_content_key(const struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                          const uint8_t key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out);
/* DRM_E_STORE_CORRUPT where it is not this key id's. */
drm_result drm_authority_unseal_content_key(const struct drm_authority *authority,
                                            const uint8_t key_id[DRM_KEY_ID_SIZE], struct drm_span sealed,
                                            uint8_t out[DRM_CONTENT_KEY_SIZE]);
/* DRM_E_NOT_FOUND where there is no such content. */
drm_result drm_authority_find_content_key_locked(struct drm_authority *authority,
                                                 const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                 uint8_t out[DRM_CONTENT_KEY_SIZE]);

/* --- response.c: licences for one machine ----------------------------------------------------------------- */

struct drm_issuing;

/* Begins a response to this machine. nonce is the request's. */
DRM_MUST_CHECK drm_result drm_issuing_begin(struct drm_authority *authority, const struct drm_certificate *machine,
                                            const uint8_t nonce[DRM_NONCE_SIZE], struct drm_issuing **out);
/* The same of an issuer's (issuer.h), whose chain was verified and whose key is seed, which has to live as long. Such a
 * response is on nobody's record. */
DRM_MUST_CHECK drm_result drm_issuing_begin_issuers(const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                                    const struct drm_chain *chain,
                                                    const struct drm_certificate *machine, int64_t now,
                                                    struct drm_issuing **out);
void drm_issuing_free(struct drm_issuing *issuing); /* NULL is fine */

/*
 * Adds a licence. License id (where there is no lineage) and time of issue are filled in; issuer, URL and user id where
 * they are empty; and the authority's revocation key where the licence has one. uplink_key: the root's content key, of
 * a leaf. lineage: the licence that this one restores, or NULL.
 */
DRM_MUST_CHECK drm_result drm_issuing_add(struct drm_issuing *issuing, struct drm_license *license,
                                          const uint8_t *uplink_key, const uint8_t content_key[DRM_CONTENT_KEY_SIZE],
                                          const uint8_t *lineage);
size_t drm_issuing_count(const struct drm_issuing *issuing);
/* Text of the licences added from here on; may be NULL. */
void drm_issuing_set_user(struct drm_issuing *issuing, const char *user_id);

/* Puts all of them on record: a part of a write transaction. */
DRM_MUST_CHECK drm_result drm_issuing_record_locked(const struct drm_issuing *issuing);
/* Signs, and appends the LICENSERESPONSE. */
DRM_MUST_CHECK drm_result drm_issuing_finish(struct drm_issuing *issuing, struct drm_buffer *out);

/* --- removal.c -------------------------------------------------------------------------------------------- */

/* The key pair that licences name as the one that may revoke them (LGPUBKEY). It follows from the key that signs
 * licences, so that it lives as long. out: either may be NULL. */
drm_result drm_authority_revocation_key(const struct drm_authority *authority, uint8_t *seed, uint8_t *public_key);

#endif
