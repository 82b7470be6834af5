/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The store of a user: identities, revocation lists, and what the service said (docs/store.md).
 *
 * One folder: store.db, a generation file that tells other processes of a change, and the files of large lists and
 * components. Everything is kept apart for each trust anchor. Safe from several threads and processes; each change is
 * one transaction, so that a process killed at any instant leaves the state before or the state after.
 */
#ifndef WMDRM_ENGINE_STORE_H
#define WMDRM_ENGINE_STORE_H

#include "engine/database/content.h"
#include "engine/format/answer.h"

struct drm_store;

struct drm_store_options
{
    const char *directory;        /* UTF-8; made where it is missing */
    const struct drm_host *host;  /* protector, clock and log are used; must outlive the store */
};

/*
 * Opens the store, and makes it where there is none. Where the folder cannot be written, what is there can be read
 * and every change ends with DRM_E_WRITE_PROTECTED. task ends a wait for another process, now and as long as the
 * store is open (DRM_E_OPERATION_CANCELED); may be NULL. Failures as in drm_database_open.
 */
drm_result drm_store_open(const struct drm_store_options *options, const struct drm_task *task, struct drm_store **out);
void drm_store_close(struct drm_store *store); /* NULL is fine */

/*
 * Where the store's database is damaged, moves it aside as "store-damaged-<UTC time>.db", so that the next open makes
 * a new one. Nothing is deleted; a store that proves whole is left alone. No store of this folder may be open in this
 * process. DRM_E_BUSY where another process has it open.
 */
drm_result drm_store_set_aside(const struct drm_store_options *options, const struct drm_task *task);

/* Looks for damage where identities and lists are kept. DRM_E_STORE_CORRUPT. */
drm_result drm_store_check(struct drm_store *store);

/* A number that is another one after each change, whoever made it; 0 where that cannot be told now. Takes no lock of
 * the database. */
uint64_t drm_store_generation(struct drm_store *store);

/* What became of it when an older copy of the whole store was put in its place (docs/store.md, "An old copy"). */
struct drm_set_backs
{
    uint64_t count;
    int64_t last; /* UTC, milliseconds since 1970-01-01; 0: never */
};
void drm_store_get_set_backs(struct drm_store *store, struct drm_set_backs *out);

/* --- identity --------------------------------------------------------------------------------------------- */

struct drm_identity
{
    int64_t number;                           /* of the row; 0: there is none */
    uint8_t machine_id[DRM_ID_SIZE];
    struct drm_version version;               /* security version that it was certified with */
    struct drm_buffer chain;                  /* the machine's certificate and its issuers */
    uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE];
    uint8_t encrypt_key[DRM_X25519_SIZE];
    uint8_t component_hash[DRM_SHA256_SIZE];  /* of the installed component; zero where there is none */
};

struct drm_identity_keys
{
    uint8_t sign_seed[DRM_SIGN_SEED_SIZE];
    uint8_t encrypt_private[DRM_X25519_SIZE];
};

/* The identity in force under an anchor; number 0 where there is none. Free with drm_identity_free. */
drm_result drm_store_get_identity(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                  struct drm_identity *out);
void drm_identity_free(struct drm_identity *identity);

/* Its private keys, to be wiped by the caller. DRM_E_SECURE_STORE_UNLOCK_ERROR where the user's secret is lost,
 * DRM_E_STORE_CORRUPT where the row was edited. */
drm_result drm_store_get_identity_keys(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                       const struct drm_identity *identity, struct drm_identity_keys *out);

/* The anchor of the embedded authority that last answered. DRM_E_NOT_FOUND where none ever did. */
drm_result drm_store_get_embedded_anchor(struct drm_store *store, uint8_t out[DRM_SIGN_PUBLIC_SIZE]);

/* What the service last said; zeroed where it never spoke. */
drm_result drm_store_get_policy(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                struct drm_policy *out);

/* Certificates of the authority's keys, a collection as its last answer brought it: none of them is verified. Appends;
 * nothing where it never spoke. */
drm_result drm_store_get_issuers(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 struct drm_buffer *out);

/* --- installing ------------------------------------------------------------------------------------------- */

/* A content on its way into the store, to be named in an install. */
drm_result drm_store_stage(struct drm_store *store, struct drm_staged_content **out);

struct drm_install_list
{
    struct drm_revocation_head head;
    size_t entries_offset;
    struct drm_staged_content *content;
};

struct drm_install
{
    const uint8_t *anchor;
    /* A new identity; NULL where there is none. expected is the number of the identity that it is to replace (0:
     * none). */
    const struct drm_identity *identity;
    const struct drm_identity_keys *keys;
    int64_t expected;
    bool replace_lost_secret;             /* where the store's key does not open any more: seal under a fresh one */
    bool embedded;                        /* the anchor is the embedded authority's; there is one at a time */
    /* What an answer said; NULL where nothing was answered (a list that the application brought). */
    const struct drm_answer *answer;
    size_t list_count;
    struct drm_install_list lists[DRM_ANSWER_MAX_PARTS];
    /* The component that comes with the identity; NULL where there is none. */
    struct drm_staged_content *component;
    const char *component_name;
    const uint8_t *component_hash;
    uint64_t component_size;
};

/*
 * All of it in one transaction. A list that is not newer than what is stored is passed over, unless what is stored is
 * damaged and of the same version. Where another process replaced the expected identity meanwhile, its identity stays
 * and the new one is dropped (*superseded), so that two that individualize at once end with one.
 * DRM_E_PACKAGE_TOO_OLD where the stored identity has a higher version.
 */
drm_result drm_store_install(struct drm_store *store, const struct drm_install *install, bool *superseded);

/* --- revocation lists ------------------------------------------------------------------------------------- */

/* The versions of the stored lists, 0 where there is none. Index: type - 1. */
drm_result drm_store_list_versions(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                   uint64_t out[DRM_REVOCATION_TYPES]);

/* The same, but 0 also for a list whose bytes are damaged: what to ask an authority for, so that it sends those
 * again. Reads all of their bytes. */
drm_result drm_store_sound_list_versions(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                         uint64_t out[DRM_REVOCATION_TYPES]);

/* The stored list as it was signed. Appends to out, or, where out is NULL, just tells its size. DRM_E_NOT_FOUND where
 * there is none. */
drm_result drm_store_read_list(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                               enum drm_revocation_type type, struct drm_buffer *out, uint64_t *size);

/* Is any of these certificate ids on the list? False where there is no list. Lists stay open and mapped; while nothing
 * changes no lock of the database is taken. */
drm_result drm_store_is_revoked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                enum drm_revocation_type type, const uint8_t (*ids)[DRM_SHA256_SIZE], size_t count,
                                bool *out);

/* --- component -------------------------------------------------------------------------------------------- */

/* The operator's component: its name, its bytes appended to a file that must not exist yet. DRM_E_NOT_FOUND where
 * there is none, DRM_E_COMPONENT_INVALID where its bytes are not what was signed. name and size may be NULL; path
 * NULL: just tell. */
drm_result drm_store_copy_component(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                    const char *path, char name[DRM_CERTIFICATE_NAME_SIZE + 1], uint64_t *size);

#endif
