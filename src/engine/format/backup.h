/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups (docs/backup.md): one file of records, which is written and read from its beginning to its end.
 *
 *   type (1 byte), length (4 bytes, big-endian), content
 *
 * A section for each issuer (trust anchor) of the machine: a HEAD, any number of RESPONSE and LICENSES records, an END.
 * The head is signed by the machine's identity under that anchor and carries the section's key, sealed to that identity
 * and to the authority; RESPONSE and LICENSES are sealed under it, bound to backup, section, type and place; the end is
 * signed again and proves that everything before it is there and as it was written.
 */
#ifndef WMDRM_ENGINE_BACKUP_H
#define WMDRM_ENGINE_BACKUP_H

#include "engine/format/license_response.h"
#include "engine/rights/state.h"

#define DRM_BACKUP_RECORD_HEADER_SIZE 5
#define DRM_BACKUP_MAX_SECTIONS 64
#define DRM_BACKUP_HEAD_MAX_SIZE (DRM_CHAIN_MAX_SIZE + 2048)
/* Content of a LICENSES record before it is sealed: full where another licence might not fit. */
#define DRM_BACKUP_CHUNK_SIZE 65536
#define DRM_BACKUP_CHUNK_MAX_LICENSES 1024
#define DRM_BACKUP_RECORD_MAX_SIZE (DRM_BACKUP_CHUNK_SIZE + DRM_SEAL_OVERHEAD)

enum drm_backup_record
{
    DRM_BACKUP_RECORD_HEAD = 1,
    DRM_BACKUP_RECORD_RESPONSE = 2, /* sealed: the head of a response, and the response's key */
    DRM_BACKUP_RECORD_LICENSES = 3, /* sealed: licences of the response before, and their states */
    DRM_BACKUP_RECORD_END = 4,
};

/* --- head and end (backup_head.c) ------------------------------------------------------------------------- */

struct drm_backup_head
{
    uint8_t backup_id[DRM_ID_SIZE];           /* random; the same in all sections */
    uint32_t section, sections;               /* its number, from 0; how many there are */
    uint8_t machine_id[DRM_ID_SIZE];
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    int64_t time;                             /* the machine's clock, for people; 0: it has none */
    uint8_t encrypt_key[DRM_X25519_SIZE];     /* the identity's, to which machine_key is sealed */
    struct drm_span machine_key;              /* the section's key, by HPKE */
    bool has_authority_key;                   /* false: it can be restored on this machine alone */
    uint8_t authority_encrypt_key[DRM_X25519_SIZE];
    struct drm_span authority_key;            /* the same key for the authority */
};

/* Signs and appends. chain: the identity's. DRM_E_INVALID_ARGUMENT for what read would refuse. */
DRM_MUST_CHECK drm_result drm_backup_head_write(const struct drm_backup_head *head,
                                                const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                struct drm_buffer *out);
/*
 * Reads and verifies: signed by a machine of that id and encryption key under anchor, which is the head's own; when its
 * certificate was valid does not matter. machine: its certificate, whose key signs the end too. Spans point into data.
 * DRM_E_BACKUP_CORRUPT for what is none, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE of another anchor.
 */
DRM_MUST_CHECK drm_result drm_backup_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                               struct drm_backup_head *out, struct drm_certificate *machine);
/* The anchor that a head names, before anything is verified. */
DRM_MUST_CHECK drm_result drm_backup_head_peek(struct drm_span data, uint8_t anchor[DRM_SIGN_PUBLIC_SIZE]);

struct drm_backup_end
{
    uint8_t backup_id[DRM_ID_SIZE];
    uint32_t section;
    uint32_t records;                         /* sealed ones */
    uint64_t licenses;
    uint8_t hash[DRM_SHA256_SIZE];            /* of the section, from its head's record to before the end's */
};
DRM_MUST_CHECK drm_result drm_backup_end_write(const struct drm_backup_end *end,
                                               const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_buffer *out);
/* DRM_E_BACKUP_CORRUPT, DRM_E_SIGNATURE_FAILURE. */
DRM_MUST_CHECK drm_result drm_backup_end_read(struct drm_span data, const uint8_t signer[DRM_SIGN_PUBLIC_SIZE],
                                              struct drm_backup_end *out);

/* --- the section's key ------------------------------------------------------------------------------------ */

#define DRM_BACKUP_SEALED_KEY_SIZE (DRM_AEAD_KEY_SIZE + DRM_HPKE_OVERHEAD)
/* Seals it for the machine, or for the authority; appends. head: what the key is bound to (ids, section). */
DRM_MUST_CHECK drm_result drm_backup_key_seal(const struct drm_backup_head *head, bool for_authority,
                                              const uint8_t recipient[DRM_X25519_SIZE],
                                              const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_buffer *out);
/* DRM_E_DECRYPT_ERROR. */
DRM_MUST_CHECK drm_result drm_backup_key_open(const struct drm_backup_head *head, bool for_authority,
                                              const uint8_t private_key[DRM_X25519_SIZE],
                                              uint8_t out[DRM_AEAD_KEY_SIZE]);

/* --- records (backup_record.c) ---------------------------------------------------------------------------- */

/* Appends a record's header and its sealed content. index: among the section's sealed records, from 0. */
DRM_MUST_CHECK drm_result drm_backup_record_seal(const uint8_t key[DRM_AEAD_KEY_SIZE],
                                                 const struct drm_backup_head *head, uint32_t index,
                                                 enum drm_backup_record type, struct drm_span content,
                                                 struct drm_buffer *out);
/* Opens what follows a header; appends. DRM_E_BACKUP_CORRUPT for what does not stand at this place of this backup. */
DRM_MUST_CHECK drm_result drm_backup_record_open(const uint8_t key[DRM_AEAD_KEY_SIZE],
                                                 const struct drm_backup_head *head, uint32_t index,
                                                 enum drm_backup_record type, struct drm_span sealed,
                                                 struct drm_buffer *out);

/* Contents of the two kinds. Reading points into data; DRM_E_BACKUP_CORRUPT. */
DRM_MUST_CHECK drm_result drm_backup_response_write(struct drm_span head, const uint8_t key[DRM_AEAD_KEY_SIZE],
                                                    struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_backup_response_read(struct drm_span data, struct drm_span *head,
                                                   uint8_t key[DRM_AEAD_KEY_SIZE]);
/* Adds one licence to a chunk; *full where it does not fit any more, and nothing was added. */
DRM_MUST_CHECK drm_result drm_backup_licenses_add(const struct drm_license_state *state, struct drm_span license,
                                                  struct drm_buffer *chunk, bool *full);
/* Calls each for every licence of a chunk; a failure of it ends the reading and is returned, DRM_E_INVALID_DATA as the
 * chunk's own DRM_E_BACKUP_CORRUPT. */
DRM_MUST_CHECK drm_result drm_backup_licenses_read(struct drm_span chunk,
                                                   drm_result (*each)(void *context,
                                                                      const struct drm_license_state *state,
                                                                      struct drm_span license),
                                                   void *context);

/* --- asking an authority (restore_request.c) -------------------------------------------------------------- */

#define DRM_RESTORE_BATCH_SIZE (1024 * 1024) /* of records: no more are added past it */
#define DRM_RESTORE_REQUEST_MAX_SIZE (2 * 1024 * 1024)

/*
 * A batch of a backup that another machine wants licences for. Signed by that machine's identity, with its chain. Its
 * records can be read by the authority alone.
 */
struct drm_restore_request
{
    uint8_t nonce[DRM_NONCE_SIZE];            /* not zero; the response answers it */
    uint8_t machine_id[DRM_ID_SIZE];          /* for which */
    struct drm_span head;                     /* of the section */
    struct drm_span records;                  /* index (4), header, sealed content, one after the other */
};
DRM_MUST_CHECK drm_result drm_restore_request_write(const struct drm_restore_request *request,
                                                    const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                    struct drm_buffer *out);
/* Verifies: signed by a machine of that id under anchor, valid at now (0: whenever). DRM_E_BAD_REQUEST,
 * DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE. */
DRM_MUST_CHECK drm_result drm_restore_request_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                   int64_t now, struct drm_restore_request *out,
                                                   struct drm_certificate *machine);

/* One record of a batch. */
struct drm_backup_piece
{
    uint32_t index;
    enum drm_backup_record type;
    struct drm_span sealed;
};
/* Appends one to the records of a request. */
DRM_MUST_CHECK drm_result drm_restore_records_add(const struct drm_backup_piece *piece, struct drm_buffer *records);
/* Takes the next one off *records; false at their end. *result: DRM_E_BAD_REQUEST for what is none. */
bool drm_restore_records_next(struct drm_span *records, struct drm_backup_piece *out, drm_result *result);

#endif
