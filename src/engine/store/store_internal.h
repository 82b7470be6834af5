/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the store share. Functions whose name ends in _locked need the store's lock.
 */
#ifndef WMDRM_ENGINE_STORE_INTERNAL_H
#define WMDRM_ENGINE_STORE_INTERNAL_H

#include "engine/database/content.h"
#include "engine/store/generation.h"
#include "engine/store/license_row.h"
#include "engine/store/store.h"
#include "engine/store/store_age.h"

/* A list that is open, with its entries at one place. */
struct drm_open_list
{
    struct drm_open_list *next;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    enum drm_revocation_type type;
    bool known;                  /* the database was asked, and nothing changed since */
    bool present;                /* there is such a list: what follows is set */
    int64_t number;              /* of its content */
    struct drm_revocation_head head;
    struct drm_content content;
    const uint8_t *entries;
};

struct drm_store
{
    char *directory;
    const struct drm_host *host;
    sqlite3_mutex *lock; /* guards: all below */
    struct drm_database *database;
    struct drm_content_table contents;
    struct drm_generation generation;
    uint64_t lists_generation;   /* of the open lists */
    struct drm_open_list *lists; /* one for each anchor and type that was asked for */
    bool has_secret;
    int64_t secret_number;
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    struct drm_license_rows rows;         /* of licences, read and written on the connection above */
    bool changing;                        /* a commit was begun (change.c) */
    bool changes_much;                    /* so much that its end writes the log back */
    bool made_secret;                     /* in the open transaction */
    struct drm_store_age age;
    struct drm_process_store *process;    /* has a lock of its own */
    struct drm_license_queries *queries;  /* has a lock of its own, which is taken before the store's */
};

/* Another connection to the database, for reading. Close it with drm_database_close. */
DRM_MUST_CHECK drm_result drm_store_connect(struct drm_store *store, const struct drm_task *task,
                                            struct drm_database **out);

/* The bytes of a licence and the head of its response, appended; either may be NULL. DRM_E_LICENSE_NOT_FOUND. */
struct drm_temporary_license;
DRM_MUST_CHECK drm_result drm_license_copy_temporary(const struct drm_temporary_license *from,
                                                     struct drm_buffer *license, struct drm_buffer *head);
DRM_MUST_CHECK drm_result drm_license_copy_row(struct drm_database *database, int64_t number,
                                               struct drm_buffer *license, struct drm_buffer *head);

void drm_store_lock(struct drm_store *store);
void drm_store_unlock(struct drm_store *store);

/* Makes the generation even where no commit can be under way: after a commit, and after a process that was killed in
 * the middle of one. Does not wait for somebody who writes: then it stays odd, and a later question settles it. Returns
 * the generation as it is now. */
uint64_t drm_store_settle_generation_locked(struct drm_store *store);
/* The same on any connection to the database, guarded by whatever guards that. */
uint64_t drm_store_settle_generation(struct drm_store *store, struct drm_database *database);

/* The row of an anchor. *out is 0 where there is none and create is false. */
drm_result drm_store_anchor_locked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], bool create,
                                   int64_t *out);

/* The key that private keys rest under, from the protector once a process. number 0: the newest, made where there is
 * none and make is true. */
drm_result drm_store_secret_locked(struct drm_store *store, int64_t number, bool make, bool fresh);

/* What binds the sealed keys of an identity to their place: anchor, machine id, both public keys. */
#define DRM_IDENTITY_BINDING_SIZE (8 + DRM_SIGN_PUBLIC_SIZE + DRM_ID_SIZE + DRM_SIGN_PUBLIC_SIZE + DRM_X25519_SIZE)
void drm_identity_binding(const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], const struct drm_identity *identity,
                          uint8_t out[DRM_IDENTITY_BINDING_SIZE]);

/* A transaction ended: where it failed, what it made is gone with it. */
void drm_store_forget_made_locked(struct drm_store *store, drm_result result);

void drm_store_close_lists_locked(struct drm_store *store);

/* Reads all of a stored list: is it, byte by byte, what was signed? DRM_E_STORE_CORRUPT where it is not; DRM_S_OK
 * where there is none. */
drm_result drm_store_prove_list_locked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                       enum drm_revocation_type type);

#endif
