/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority as an issuer of licences: contents (key ids with their content keys and rights), what was issued to
 * whom, and what was revoked. In the DLL and in the service alike (docs/authority.md, "Licences").
 */
#ifndef WMDRM_ENGINE_CONTENTS_H
#define WMDRM_ENGINE_CONTENTS_H

#include "engine/authority/authority.h"
#include "engine/format/license.h"

/* --- contents --------------------------------------------------------------------------------------------- */

#define DRM_RIGHTS_TEXT_SIZE 4096 /* with terminator */

/*
 * Rights as text (docs/authority.md, "Rights as text"): clauses between semicolons or line ends, for example
 *   Play; Copy(count=3); Play(from=2026-12-01, until=2027-01-01T12:00Z, hours=48); priority=5; persist=no;
 * Fills terms, options, source, inclusions and the like of license; ids and times of issue are left. Returns
 * DRM_E_INVALID_ARGUMENT, and in *where (may be NULL) the place in the text.
 */
DRM_MUST_CHECK drm_result drm_rights_text_read(const char *text, struct drm_license *license, size_t *where);
/* The normal form. Appends, without a terminator. */
DRM_MUST_CHECK drm_result drm_rights_text_write(const struct drm_license *license, struct drm_buffer *out);

struct drm_content_item
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    char name[DRM_LICENSE_TEXT_SIZE];
    char rights[DRM_RIGHTS_TEXT_SIZE];
    int64_t added;
    bool withdrawn;     /* no licences any more */
    bool interactive;   /* silent requests are refused (DRM_E_LICENSE_NOTACQUIRED): the web page is the way */
    uint64_t issued;    /* licences */
    uint64_t machines;  /* that have one */
};

/* Adds content, or changes its name, rights and interactive where the key id is known. content_key NULL: a new one is
 * made, or the old one stays; another key for a known key id is DRM_E_INVALID_ARGUMENT. An uplink must be known:
 * DRM_E_NO_UPLINK_LICENSE; and may have none itself: DRM_E_CHAIN_TOO_LONG. */
DRM_MUST_CHECK drm_result drm_authority_add_content(struct drm_authority *authority,
                                                    const struct drm_content_item *item, const uint8_t *content_key);
DRM_MUST_CHECK drm_result drm_authority_withdraw_content(struct drm_authority *authority,
                                                         const uint8_t key_id[DRM_KEY_ID_SIZE]);
/* Oldest first. DRM_E_NOT_FOUND of one that is unknown. */
DRM_MUST_CHECK drm_result drm_authority_each_content(struct drm_authority *authority,
                                                     drm_result (*each)(void *context,
                                                                        const struct drm_content_item *item),
                                                     void *context);
DRM_MUST_CHECK drm_result drm_authority_get_content(struct drm_authority *authority,
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                    struct drm_content_item *out);
/* For packagers: who encrypts the content needs it. */
DRM_MUST_CHECK drm_result drm_authority_get_content_key(struct drm_authority *authority,
                                                        const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                        uint8_t out[DRM_CONTENT_KEY_SIZE]);

/* --- issuing ---------------------------------------------------------------------------------------------- */

/*
 * Answers a LICENSEREQUEST (engine/xml/license_request.h) with a LICENSERESPONSE, appended to out. Of a leaf its root
 * comes along. A request without a header (pre-delivery) gets a licence of every content that is not withdrawn, up to
 * DRM_PREDELIVERY_MAX. What was issued is on record when this returns. user_id (may be NULL) goes into the licences.
 *
 * Returns DRM_E_BAD_REQUEST, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE, DRM_E_CERTIFICATE_REVOKED,
 * DRM_E_UNABLE_TO_ACQUIRE (no such content, or withdrawn), DRM_E_NO_RIGHTS (a right that is not offered),
 * DRM_E_LICENSE_NOTACQUIRED (interactive content, silently), DRM_E_NEEDS_INDIVIDUALIZATION (security version).
 */
#define DRM_PREDELIVERY_MAX 10000
DRM_MUST_CHECK drm_result drm_authority_issue_licenses(struct drm_authority *authority, struct drm_span request,
                                                       bool silent, const char *user_id, struct drm_buffer *out);

struct drm_issued_license
{
    uint8_t license_id[DRM_ID_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint8_t machine_id[DRM_ID_SIZE];
    char user_id[DRM_LICENSE_TEXT_SIZE];
    int64_t issued;
    int64_t removed;  /* when the machine proved that it is gone; 0: never */
};
/* Newest last; NULL filters: all. */
DRM_MUST_CHECK drm_result drm_authority_each_license(struct drm_authority *authority, const uint8_t *key_id,
                                                     const uint8_t *machine_id,
                                                     drm_result (*each)(void *context,
                                                                        const struct drm_issued_license *license),
                                                     void *context);

/* --- removal ---------------------------------------------------------------------------------------------- */

/* Plans a removal: the next challenge of this machine (NULL: any) for this user (empty: any) is answered with these
 * key ids. */
DRM_MUST_CHECK drm_result drm_authority_plan_removal(struct drm_authority *authority, const uint8_t *machine_id,
                                                     const uint8_t *key_id, const char *user_id);
/* Answers a challenge with a signed LRB: what is planned for the machine, or, where the caller's data is a user id that
 * owns licences on this machine, that user's licences. DRM_E_UNABLE_TO_ACQUIRE where nothing is to go. */
DRM_MUST_CHECK drm_result drm_authority_answer_removal(struct drm_authority *authority, struct drm_span challenge,
                                                       struct drm_buffer *out);
/* Takes the machine's receipt, once. */
DRM_MUST_CHECK drm_result drm_authority_record_removal(struct drm_authority *authority, struct drm_span receipt);

/* --- restoring on another machine -------------------------------------------------------------------------- */

/* See engine/format/backup.h. Issues anew what a batch of a backup proves, appended to out as a LICENSERESPONSE.
 * DRM_E_RESTORE_FRAUD where a licence would live on more than DRM_RESTORE_MACHINES machines. */
#define DRM_RESTORE_MACHINES 4
DRM_MUST_CHECK drm_result drm_authority_restore(struct drm_authority *authority, struct drm_span request,
                                                struct drm_buffer *out);

/* --- moving ----------------------------------------------------------------------------------------------- */

/* The authority's keys, contents and records as one file under a passphrase (scrypt), and back. Import replaces the
 * embedded authority of a folder only where it has issued nothing (else DRM_E_STORE_NOT_ALLOWED), unless replace. */
DRM_MUST_CHECK drm_result drm_authority_export(struct drm_authority *authority, const char *passphrase,
                                               const char *path);
DRM_MUST_CHECK drm_result drm_authority_import(const struct drm_authority_options *options, const char *passphrase,
                                               const char *path, bool replace);

#endif
