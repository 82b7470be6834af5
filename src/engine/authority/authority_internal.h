/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the authority share. Functions whose name ends in _locked need the authority's lock.
 */
#ifndef WMDRM_ENGINE_AUTHORITY_INTERNAL_H
#define WMDRM_ENGINE_AUTHORITY_INTERNAL_H

#include "engine/authority/authority.h"
#include "engine/database/content.h"

enum drm_authority_key_index
{
    DRM_KEY_ROOT,
    DRM_KEY_CERTIFY,
    DRM_KEY_SIGN_REVOCATION,
    DRM_KEY_ANSWER,
    DRM_KEY_ISSUE_LICENSES,
    DRM_KEY_COUNT,
};

struct drm_authority_key
{
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    uint8_t public_key[DRM_SIGN_PUBLIC_SIZE];
    struct drm_buffer certificate; /* encoded */
    struct drm_buffer chain;       /* the certificate alone: whoever reads it has the root's key already */
    int64_t not_before, not_after;
};

struct drm_authority
{
    char *directory;
    const struct drm_host *host;
    struct drm_authority_key keys[DRM_KEY_COUNT]; /* never change while it is open */
    struct drm_buffer issuers;                    /* the collection of all of them but the root's */
    uint8_t content_secret[DRM_AEAD_KEY_SIZE];    /* that content keys rest under; as constant as the keys */

    sqlite3_mutex *lock; /* guards: all below */
    struct drm_database *database;
    struct drm_content_table contents;
    int64_t grl_number; /* of the open list of revoked machines; 0: not open */
    struct drm_content grl;
    struct drm_revocation_head grl_head;
    const uint8_t *grl_entries;
};

void drm_authority_lock(struct drm_authority *authority);
void drm_authority_unlock(struct drm_authority *authority);
int64_t drm_authority_now(const struct drm_authority *authority);

/* What changes: version, policy, component (administration.c). */
struct drm_authority_state
{
    struct drm_version version;
    struct drm_policy policy;
    int64_t component; /* number of its content; 0: none */
    uint64_t component_size;
    char component_name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t component_hash[DRM_SHA256_SIZE];
};
drm_result drm_authority_read_state_locked(struct drm_authority *authority, struct drm_authority_state *out);

/* --- keys.c ----------------------------------------------------------------------------------------------- */

/* Parts of a write transaction; name goes into the certificates. */
drm_result drm_authority_make_keys_locked(struct drm_authority *authority, const char *name);
/* New certificates for the same keys. */
drm_result drm_authority_renew_keys_locked(struct drm_authority *authority);
/* Reads all keys. DRM_E_STORE_CORRUPT where any is missing: there is no authority without. */
drm_result drm_authority_load_keys_locked(struct drm_authority *authority);
/* Is any certificate not valid, or about to end? */
bool drm_authority_keys_need_renewal(const struct drm_authority *authority);
void drm_authority_forget_keys(struct drm_authority *authority);
/* The private half of the key to which machines seal the keys of their backups, for the caller to wipe. */
drm_result drm_authority_backup_key(const struct drm_authority *authority, uint8_t private_key[DRM_X25519_SIZE]);

/* Signs the certificate of a client or an issuer, whose serial and times are filled in where they are zero, and appends
 * its chain: itself, of a client the key that certifies, the root. */
drm_result drm_authority_issue(const struct drm_authority *authority, struct drm_certificate *certificate,
                               struct drm_buffer *chain);

/* --- machines.c ------------------------------------------------------------------------------------------- */

drm_result drm_authority_machine_is_known_locked(struct drm_authority *authority, const uint8_t id[DRM_ID_SIZE],
                                                 bool *known);
/* Certificates issued to this machine in the 24 hours before time. */
drm_result drm_authority_count_recent_locked(struct drm_authority *authority, const uint8_t id[DRM_ID_SIZE],
                                             int64_t time, uint64_t *count);
/* Part of a write transaction. */
drm_result drm_authority_record_machine_locked(struct drm_authority *authority,
                                               const struct drm_certificate *certificate, int64_t time);
drm_result drm_authority_count_machines_locked(struct drm_authority *authority, uint64_t *machines,
                                               uint64_t *certificates);

/* --- licenses.c ------------------------------------------------------------------------------------------- */

/* Contents that are offered, and licences that were ever issued. */
drm_result drm_authority_count_licenses_locked(struct drm_authority *authority, uint64_t *contents,
                                               uint64_t *licenses);

/* --- lists.c ---------------------------------------------------------------------------------------------- */

/* How often a reader looks again where a content was replaced between the look at its row and its opening. */
#define DRM_AUTHORITY_OPEN_ATTEMPTS 3

struct drm_authority_list
{
    enum drm_revocation_type type;
    uint64_t version;
    uint32_t entry_count;
    uint64_t size;
    uint8_t hash[DRM_SHA256_SIZE]; /* of all of its bytes */
    int64_t content;               /* its number */
};
drm_result drm_authority_find_list_locked(struct drm_authority *authority, enum drm_revocation_type type,
                                          struct drm_authority_list *out);
/* Part of a write transaction: version 1 of all lists, empty. */
drm_result drm_authority_make_lists_locked(struct drm_authority *authority);
/* Is this certificate on the current list GRL? Part of a transaction. */
drm_result drm_authority_is_revoked_locked(struct drm_authority *authority, const uint8_t id[DRM_SHA256_SIZE],
                                           bool *out);
void drm_authority_close_lists_locked(struct drm_authority *authority);

/* Opens a list that this authority signed and proves that it is what was signed. *entries is valid until the content
 * is closed. */
drm_result drm_authority_open_list_locked(struct drm_authority *authority, const struct drm_authority_list *list,
                                          struct drm_content *content, struct drm_revocation_head *head,
                                          const uint8_t **entries);

/* --- reply.c ---------------------------------------------------------------------------------------------- */

struct drm_authority_reply
{
    struct drm_buffer head; /* its length included */
    size_t part_count;
    struct drm_content parts[DRM_ANSWER_MAX_PARTS];
};

#endif
