/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences in the store (docs/store.md, "Licences"): the permanent ones in its database, the temporary ones in memory,
 * one set of them for a process and a folder.
 *
 * A licence, once seen, is remembered for ever by anchor and licence id: its state only goes down, also of one that is
 * gone. States and terms are bound to their place by a key that the store's secret gives (a row that was edited or
 * moved by hand is DRM_E_STORE_CORRUPT); what a licence is stays readable without that key.
 */
#ifndef WMDRM_ENGINE_LICENSE_STORE_H
#define WMDRM_ENGINE_LICENSE_STORE_H

#include "engine/rights/state.h"
#include "engine/store/store.h"

/* --- storing ---------------------------------------------------------------------------------------------- */

struct drm_new_license
{
    uint8_t license_id[DRM_ID_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t priority;
    bool temporary;                  /* not persistable */
    struct drm_span terms;           /* encoded */
    struct drm_span license;         /* all of it, as it came */
    struct drm_license_state state;  /* to begin with; a lower one that is remembered stays */
};

/* One response, verified by the caller. */
struct drm_new_response
{
    const uint8_t *anchor;
    uint8_t response_id[DRM_ID_SIZE];
    int64_t identity;                /* number of the identity whose key opens it */
    struct drm_span head;            /* as it came */
    int64_t signed_time;             /* the issuer's clock: at least a floor of the time */
    bool fresh;                      /* it answers a nonce of ours: signed_time is now */
    const struct drm_new_license *licenses;
    size_t count;
};

struct drm_stored
{
    size_t added;
    size_t known;    /* were there already */
    size_t refused;  /* were deleted or revoked here: they stay so */
};

/*
 * Stores responses in one transaction: all or nothing, but for refused ones. next is called for each until it sets
 * *response to NULL; what it points to must live until the next call; its failure ends it all. It is called inside the
 * transaction, so that it may not call the store. DRM_E_OUT_OF_MEMORY also for more temporary licences than the process
 * may have (65,536, or 32 MiB); DRM_E_STORE_CORRUPT where one of them is known, and its row was edited.
 * DRM_E_DISK_FULL, DRM_E_BUSY, DRM_E_WRITE_PROTECTED, DRM_E_SECURE_STORE_UNLOCK_ERROR and the other failures of the
 * store.
 */
struct drm_response_source
{
    void *context;
    bool many; /* so many licences that this store, from then on, reads through its cache and maps nothing */
    drm_result (*next)(void *context, const struct drm_new_response **response);
};
DRM_MUST_CHECK drm_result drm_store_add_responses(struct drm_store *store, const struct drm_response_source *source,
                                                  struct drm_stored *out);

/* Moves a temporary licence into the permanent store. DRM_E_LICENSE_NOT_FOUND where it is not in the temporary one. */
DRM_MUST_CHECK drm_result drm_store_persist(struct drm_store *store, int64_t number, int64_t *new_number);

/* --- asking by key id ------------------------------------------------------------------------------------- */

/* One licence as a query needs it. */
struct drm_known_license
{
    int64_t number;                           /* of the row; below 0: temporary */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    uint8_t license_id[DRM_ID_SIZE];
    struct drm_terms terms;
    struct drm_license_state state;
};

/*
 * All usable licences of a key id (removed ones left out, marked ones kept with their flag), highest priority first.
 * Immutable; many threads may hold one. The store keeps a bounded number of them, so that asking again, while the
 * generation has not moved, costs neither a lock of the database nor an allocation. Release with
 * drm_license_set_release.
 */
struct drm_license_set
{
    size_t count;
    const struct drm_known_license *licenses;
};
DRM_MUST_CHECK drm_result drm_store_find_licenses(struct drm_store *store, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                  const struct drm_license_set **out);
void drm_license_set_release(struct drm_store *store, const struct drm_license_set *set); /* NULL is fine */

/* Ends the read transaction that a question left open for the next one. While it is open and others write, the log of
 * the database cannot be written back wholly: for a program that asks no more for a while. Any change in this process
 * does the same. */
void drm_store_rest(struct drm_store *store);

/* --- enumerating ------------------------------------------------------------------------------------------ */

struct drm_license_filter
{
    const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE]; /* only theirs; NULL: whoever's */
    size_t anchor_count;
    bool has_key_id;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t rights;               /* all of these are granted, whatever their limits: DRM_RIGHT_BIT */
    bool only_backup;              /* order of the file, permanent ones only: for a backup */
};

/* Where a cursor stands. */
struct drm_license_entry
{
    int64_t number;                /* below 0: temporary */
    bool temporary;
    int64_t response;              /* those of one response have the same number */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    uint8_t license_id[DRM_ID_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t priority;
    /* False: the store's key is lost, or the row was edited; then state is that of a licence never used, and terms are
     * what stands there (no grants where that is unreadable). */
    bool state_known;
    struct drm_terms terms;
    struct drm_license_state state;
};

/*
 * A cursor has a connection of its own and sees one state of the store, that of its creation (a reset begins a new
 * look at the same one), whatever others write; the temporary ones come with their priority among the others. Highest
 * priority first. Works without the store's key. One thread at a time; the store must outlive it. While it is open the
 * log of the database is not written back past its state.
 */
struct drm_license_cursor;
DRM_MUST_CHECK drm_result drm_license_cursor_open(struct drm_store *store, const struct drm_license_filter *filter,
                                                  const struct drm_task *task, struct drm_license_cursor **out);
void drm_license_cursor_close(struct drm_license_cursor *cursor); /* NULL is fine */
/* Moves on; *entry is NULL past the end, and valid until the next move otherwise. */
DRM_MUST_CHECK drm_result drm_license_cursor_next(struct drm_license_cursor *cursor,
                                                  const struct drm_license_entry **entry);
DRM_MUST_CHECK drm_result drm_license_cursor_reset(struct drm_license_cursor *cursor);
/* The current licence as it came, and its response's head (NULL: not wanted); both appended. */
DRM_MUST_CHECK drm_result drm_license_cursor_read(struct drm_license_cursor *cursor, struct drm_buffer *license,
                                                  struct drm_buffer *head);

/* The same of any licence, by number. DRM_E_LICENSE_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_store_read_license(struct drm_store *store, int64_t number, struct drm_buffer *license,
                                                 struct drm_buffer *head);

/* --- keys of responses ------------------------------------------------------------------------------------ */

/*
 * The key of a licence's response, if it was kept; *found false: open it from the head with the private key of
 * *identity (number; drm_store_get_identity_by_number), then keep it: sealed under the store's key, so that the
 * public-key work is paid once a response.
 */
DRM_MUST_CHECK drm_result drm_store_get_response_key(struct drm_store *store, int64_t number, bool *found,
                                                     uint8_t key[DRM_AEAD_KEY_SIZE], int64_t *identity);
DRM_MUST_CHECK drm_result drm_store_keep_response_key(struct drm_store *store, int64_t number,
                                                      const uint8_t key[DRM_AEAD_KEY_SIZE]);

/* Any identity this store ever had, also one that is no longer in force. DRM_E_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_store_get_identity_by_number(struct drm_store *store, int64_t number,
                                                           uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                           struct drm_identity *out);
/* The identity under this anchor that has this encryption key; number 0 where there is none. */
DRM_MUST_CHECK drm_result drm_store_find_identity_by_key(struct drm_store *store,
                                                         const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                         const uint8_t encrypt_key[DRM_X25519_SIZE],
                                                         struct drm_identity *out);

/*
 * A content key is about to encrypt something; *first: that was never so before, in any process that uses this store,
 * with whatever licence. Remembered for ever. fingerprint tells nothing of the key.
 */
DRM_MUST_CHECK drm_result drm_store_claim_key(struct drm_store *store, const uint8_t fingerprint[DRM_SHA256_SIZE],
                                              bool *first);

/* --- changing --------------------------------------------------------------------------------------------- */

/*
 * Changes the states of up to DRM_CHANGE_MAX licences in one transaction: change sees the current terms and states,
 * in the order of numbers, and may lower them; its failure undoes all. For the use of a licence (and of its root).
 */
#define DRM_CHANGE_MAX 2
DRM_MUST_CHECK drm_result drm_store_change_states(struct drm_store *store, const int64_t *numbers, size_t count,
                                                  drm_result (*change)(void *context,
                                                                       const struct drm_known_license *licenses,
                                                                       struct drm_license_state *states),
                                                  void *context);

/* A removal challenge that a response answers, and what proves the removal. */
struct drm_used_challenge
{
    const uint8_t *transaction; /* DRM_ID_SIZE bytes */
    const uint8_t *response;    /* SHA-256 of all of it */
    struct drm_span receipt;    /* kept until it is dropped; empty: not to be kept, and without response */
};

/* Removes licences in one transaction, and remembers why: DRM_LICENSE_DELETED, DRM_LICENSE_REVOKED; or marks them:
 * DRM_LICENSE_MARKED. challenge, where it is not NULL, is used up by this (DRM_E_PARAMETERS_MISMATCHED where it is
 * unknown or was used). Numbers that are gone are passed over. */
DRM_MUST_CHECK drm_result drm_store_remove(struct drm_store *store, const int64_t *numbers, size_t count,
                                           enum drm_license_flag why, const struct drm_used_challenge *challenge);
/* The receipt of a removal that the program may not have, appended. DRM_E_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_store_find_receipt(struct drm_store *store, const uint8_t response[DRM_SHA256_SIZE],
                                                 struct drm_buffer *out);
/* The program has it; one that is not there is fine. */
DRM_MUST_CHECK drm_result drm_store_drop_receipt(struct drm_store *store, const uint8_t response[DRM_SHA256_SIZE]);
/* Remembers a removal challenge. */
DRM_MUST_CHECK drm_result drm_store_add_removal_challenge(struct drm_store *store,
                                                          const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                          const uint8_t transaction[DRM_ID_SIZE]);

/* Purges what is marked from both stores and what can never be used again (exhausted, or expired at a known time) from
 * the temporary one, then compacts the database. task cancels; what is purged before stays purged. */
DRM_MUST_CHECK drm_result drm_store_clean(struct drm_store *store, const struct drm_task *task, size_t *purged);
/* How many licences the temporary store has. */
size_t drm_store_count_temporary(struct drm_store *store);

/* --- the secure clock (docs/rights.md, "Time") ---------------------------------------------------------------- */

struct drm_store_now
{
    bool known;
    int64_t time;
};
/* Takes no lock of the database while nothing changed. */
DRM_MUST_CHECK drm_result drm_store_now(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                        struct drm_store_now *out);
/* The user, or an answer to a nonce of ours, says what time it is: replaces what was observed. */
DRM_MUST_CHECK drm_result drm_store_set_time(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                             int64_t time);

#endif
