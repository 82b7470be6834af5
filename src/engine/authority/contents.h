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
    uint32_t per_machine; /* licences that one machine may have of it; 0: as many as it asks for */
    uint64_t issued;    /* licences */
    uint64_t machines;  /* that have one */
};

/*
 * Adds content; where the key id is known, changes its name, rights, interactive and per_machine, and offers it again
 * if it was withdrawn. Of item only these and the key id count. The rights are kept in their normal form. content_key
 * NULL: a new one is made, or the old one stays. An uplink must be known (DRM_E_NO_UPLINK_LICENSE), and may have none
 * itself (DRM_E_CHAIN_TOO_LONG). DRM_E_INVALID_ARGUMENT: another content key for a known key id, a key id of zeros,
 * rights that cannot be read, or that fit no licence.
 */
DRM_MUST_CHECK drm_result drm_authority_add_content(struct drm_authority *authority,
                                                    const struct drm_content_item *item, const uint8_t *content_key);

/*
 * The same of every line of a table (docs/authority.md, "Tables of content"), in one transaction: all of them, or none
 * where a line is wrong. Name, interactive, per_machine and, where they are not empty, rights of defaults are those of
 * lines that say nothing of them.
 *
 * report (may be NULL) gets each wrong line, the first is 1, and why, up to DRM_TABLE_MAX_REPORTS: first those that
 * cannot be read, and only where there are none those that the authority refuses. DRM_E_INVALID_ARGUMENT then, and of a
 * table without a content (line 0). DRM_E_RESPONSE_TOO_LARGE: of more than DRM_TABLE_MAX_SIZE bytes.
 */
#define DRM_TABLE_MAX_SIZE (256u * 1024 * 1024)
#define DRM_TABLE_MAX_REPORTS 100
DRM_MUST_CHECK drm_result drm_authority_add_contents(struct drm_authority *authority, struct drm_span table,
                                                     const struct drm_content_item *defaults,
                                                     void (*report)(void *context, size_t line, const char *why),
                                                     void *context, size_t *count);
/* DRM_E_NOT_FOUND of one that is unknown. */
DRM_MUST_CHECK drm_result drm_authority_withdraw_content(struct drm_authority *authority,
                                                         const uint8_t key_id[DRM_KEY_ID_SIZE]);
/* Oldest first; a failing result of each ends it and is returned. */
DRM_MUST_CHECK drm_result drm_authority_each_content(struct drm_authority *authority,
                                                     drm_result (*each)(void *context,
                                                                        const struct drm_content_item *item),
                                                     void *context);
/* DRM_E_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_authority_get_content(struct drm_authority *authority,
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                    struct drm_content_item *out);
/* For packagers: who encrypts the content needs it. DRM_E_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_authority_get_content_key(struct drm_authority *authority,
                                                        const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                        uint8_t out[DRM_CONTENT_KEY_SIZE]);

/* --- issuing ---------------------------------------------------------------------------------------------- */

/*
 * Answers a LICENSEREQUEST (engine/xml/license_request.h) with a LICENSERESPONSE, appended to out. Of a leaf its root
 * comes along, before it. A request without a header (pre-delivery) gets a licence of every content that is offered
 * with the rights that it asks for, the oldest first, up to DRM_PREDELIVERY_MAX licences. What was issued is on record
 * when this returns. user_id (may be NULL) goes into licences whose rights name no user.
 *
 * Returns
 *   DRM_E_BAD_REQUEST, DRM_E_MALFORMED_CONTENT_HEADER, DRM_E_INVALID_KID   the request or its header cannot be read
 *   DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE  the machine's chain does not end at this authority's root
 *   DRM_E_CERTIFICATE_REVOKED
 *   DRM_E_NEEDS_INDIVIDUALIZATION  the identity has expired, or its security version is below content's or header's
 *   DRM_E_UNABLE_TO_ACQUIRE        no such content, or it or its root is withdrawn; nothing at all to pre-deliver
 *   DRM_E_NO_RIGHTS                a right that is not offered, or no more licences for this machine
 *   DRM_E_LICENSE_NOTACQUIRED      interactive content, silently
 */
#define DRM_PREDELIVERY_MAX 10000
DRM_MUST_CHECK drm_result drm_authority_issue_licenses(struct drm_authority *authority, struct drm_span request,
                                                       bool silent, const char *user_id, struct drm_buffer *out);

/* What a request asks for, for a page that a person confirms: the same checks and results, and nothing is issued. each
 * is called for every content, roots included. */
DRM_MUST_CHECK drm_result drm_authority_preview_licenses(struct drm_authority *authority, struct drm_span request,
                                                         drm_result (*each)(void *context, const char *name,
                                                                            const struct drm_license *license),
                                                         void *context);

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

/*
 * Plans a removal: licences that exist by now, of this key id (NULL: any) for this user (empty or NULL: any), are to go
 * from this machine (NULL: any), with its next challenge. Only those that name this authority as the one that may
 * revoke them (rights without "revocable=no"). DRM_E_INVALID_ARGUMENT where all three say any. DRM_E_NOT_FOUND where
 * there is no such licence.
 */
DRM_MUST_CHECK drm_result drm_authority_plan_removal(struct drm_authority *authority, const uint8_t *machine_id,
                                                     const uint8_t *key_id, const char *user_id);
/*
 * Answers a challenge with a signed LRB: what is planned for the machine (where the caller's data is a user id, for
 * that user or for whomever), or else, where it is a user id that has licences on this machine, that user's licences.
 * Every challenge is answered once. Returns the codes of drm_removal_challenge_read, DRM_E_EXPIRED_LICENSEBLOB for one
 * that was answered before, DRM_E_UNABLE_TO_ACQUIRE where nothing is to go.
 */
DRM_MUST_CHECK drm_result drm_authority_answer_removal(struct drm_authority *authority, struct drm_span challenge,
                                                       struct drm_buffer *out);
/* Takes the machine's receipt, once: what the answer named is gone. The codes of drm_removal_receipt_read;
 * DRM_E_BAD_REQUEST where nothing was answered to this machine, DRM_E_EXPIRED_LICENSEBLOB for a receipt that came
 * before. */
DRM_MUST_CHECK drm_result drm_authority_record_removal(struct drm_authority *authority, struct drm_span receipt);

/* --- restoring on another machine -------------------------------------------------------------------------- */

/*
 * See engine/format/backup.h. Issues anew what a batch of a backup proves, appended to out as a LICENSERESPONSE: with
 * the remaining counts that the backup has, under a licence id that follows from machine and lineage, so that restoring
 * again gives nothing more. What is used up, was removed for good, or was made by an issuer that is revoked, is left
 * out.
 * DRM_E_RESTORE_FRAUD where a licence would live on more than DRM_RESTORE_MACHINES machines; DRM_E_UNABLE_TO_ACQUIRE
 * where nothing is left to be issued; DRM_E_BACKUP_CORRUPT; DRM_E_BAD_REQUEST, DRM_E_SIGNATURE_FAILURE,
 * DRM_E_INVALID_CERTIFICATE (another authority's); DRM_E_CERTIFICATE_REVOKED of either machine;
 * DRM_E_NEEDS_INDIVIDUALIZATION of an expired identity.
 */
#define DRM_RESTORE_MACHINES 4
DRM_MUST_CHECK drm_result drm_authority_restore(struct drm_authority *authority, struct drm_span request,
                                                struct drm_buffer *out);

/* --- moving ----------------------------------------------------------------------------------------------- */

/*
 * The authority's keys, contents and records as one new file under a passphrase (scrypt), and back. Import replaces the
 * authority of a folder, which nobody may have open, in one step; one that has issued licences only if replace (else
 * DRM_E_STORE_NOT_ALLOWED), and that one is kept as "authority-replaced-<UTC time>.db". DRM_E_INVALID_ARGUMENT for an
 * empty passphrase; export: DRM_E_BACKUP_EXISTS, DRM_E_PATH_NOT_FOUND, DRM_E_DISK_FULL; import:
 * DRM_E_INVALID_PASSPHRASE, DRM_E_BACKUP_CORRUPT, DRM_E_PATH_NOT_FOUND, DRM_E_BUSY where somebody has the old one open.
 */
DRM_MUST_CHECK drm_result drm_authority_export(struct drm_authority *authority, const char *passphrase,
                                               const char *path);
DRM_MUST_CHECK drm_result drm_authority_import(const struct drm_authority_options *options, const char *passphrase,
                                               const char *path, bool replace);

#endif
