/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of a restore share: restore.c runs it, restore_verify.c looks through the file before anything
 * happens, restore_ask.c asks the authority where the backup is another machine's, restore_file.c reads the licences of
 * one that was made here, restore_store.c puts everything into the store.
 */
#ifndef WMDRM_ENGINE_RESTORING_H
#define WMDRM_ENGINE_RESTORING_H

#include "engine/client/backup_file.h"
#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"
#include "engine/store/license_store.h"

/* A section of the file, verified. */
struct drm_restore_section
{
    struct drm_buffer encoded;      /* its head */
    struct drm_backup_head head;    /* points into it */
    uint64_t begin, records_begin;  /* in the file: its head's record, and the next one */
    uint32_t records;
    uint64_t licenses;
    uint8_t hash[DRM_SHA256_SIZE];  /* what its end says */
    bool local;                     /* made here: this store has every key that it takes */
    uint8_t key[DRM_AEAD_KEY_SIZE]; /* the section's, of a local one */
};

/* An identity of this store to which responses of the backup are sealed. */
struct drm_restore_recipient
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    uint8_t encrypt_key[DRM_X25519_SIZE];
    int64_t number;                 /* 0: this store does not have it */
};

struct drm_restoring
{
    struct drm_client *client;
    const struct drm_backup_task *task;
    struct drm_store *store;
    struct drm_question question;   /* to it */
    struct drm_backup_reader reader;
    struct drm_restore_section *sections;
    size_t section_count;
    bool proved;                    /* the bytes of every section are those that its end tells */
    struct drm_restore_recipient *recipients;
    size_t recipient_count;
    struct drm_identity identity;   /* in force under the anchor that is asked */
    char *answers_path;             /* what the authority said, until it is stored */
    struct drm_file *answers;
    struct drm_stored stored;
};

bool drm_restore_is_cancelled(const struct drm_restoring *run);
void drm_restore_report(const struct drm_restoring *run, enum drm_backup_status status, const char *text);

/* --- restore_verify.c ------------------------------------------------------------------------------------- */

/* Looks through all of the file, and finds out which of its sections were made here. DRM_E_BACKUP_CORRUPT for whatever
 * is wrong in it; where all were made here, restore_file.c finds the rest while it opens and proves the licences. */
DRM_MUST_CHECK drm_result drm_restore_verify(struct drm_restoring *run);
/* The number of the identity to which a response's head is sealed, as far as verifying has seen it; 0 where this store
 * does not have it. Asks no store: it is for the inside of a transaction. */
int64_t drm_restore_recipient(const struct drm_restoring *run, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                              const uint8_t encrypt_key[DRM_X25519_SIZE]);

/* --- restore_ask.c ---------------------------------------------------------------------------------------- */

/* Has the authority issue anew what this section proves; its answers are verified and kept in a file.
 * DRM_E_RESTORE_FRAUD, DRM_E_RESTORE_UNAVAILABLE and the codes of drm_exchange. */
DRM_MUST_CHECK drm_result drm_restore_ask(struct drm_restoring *run, const struct drm_restore_section *section);
/* Deletes that file. */
void drm_restore_forget_answers(struct drm_restoring *run);

/* An answer that was kept; zeroed, it is empty. */
struct drm_restore_answer
{
    struct drm_buffer text;
    struct drm_license_response_xml *xml;
    struct drm_license_head head;
    struct drm_new_license *licenses;
    struct drm_new_response response;
};
/* Reads the one at *offset, verifies it again, and moves on; *end behind the last. */
DRM_MUST_CHECK drm_result drm_restore_answer_read(struct drm_restoring *run, uint64_t *offset,
                                                  struct drm_restore_answer *out, bool *end);
void drm_restore_answer_free(struct drm_restore_answer *answer);

/* --- restore_file.c --------------------------------------------------------------------------------------- */

/* The licences of the local sections. Until it is closed, the reader is its own. */
struct drm_restore_file;
DRM_MUST_CHECK drm_result drm_restore_file_open(struct drm_restoring *run, struct drm_restore_file **out);
/* Some licences of one response, valid until the next call; NULL after the last, when all of the sections is proved.
 * DRM_E_BACKUP_CORRUPT. */
DRM_MUST_CHECK drm_result drm_restore_file_next(struct drm_restore_file *file,
                                                const struct drm_new_response **response);
void drm_restore_file_close(struct drm_restore_file *file); /* NULL is fine */

/* --- restore_store.c -------------------------------------------------------------------------------------- */

/* Stores the local sections and all answers in one transaction. */
DRM_MUST_CHECK drm_result drm_restore_store(struct drm_restoring *run);

#endif
