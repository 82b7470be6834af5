/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine's side of licences: what the COM objects of the shell call. Texts are UTF-8; key ids as texts are base64
 * of 16 bytes (DRM_E_INVALID_KID otherwise).
 */
#ifndef WMDRM_ENGINE_CLIENT_LICENSES_H
#define WMDRM_ENGINE_CLIENT_LICENSES_H

#include "engine/client/client.h"
#include "engine/format/license.h"
#include "engine/rights/evaluate.h"

/* --- storing and acquiring -------------------------------------------------------------------------------- */

/*
 * Stores a LICENSERESPONSE. Its head must be of a known anchor and for an identity this machine has or had; every
 * licence must prove that it belongs to it. All in one transaction. Returns
 *   DRM_E_LICENSE_INVALID_XML, DRM_E_INVALID_LICENSE, DRM_E_UNSUPPORTED_ALGORITHM, DRM_E_SIGNATURE_FAILURE,
 *   DRM_E_INVALID_CERTIFICATE    another issuer's, or no chain to an anchor
 *                                (an issuer's that has expired too)
 *   DRM_E_CERTIFICATE_REVOKED    the issuer's certificate is on the list GRL
 *   DRM_E_INVALID_LICENSE_ACQUIRED  a licence names somebody else than the issuer that signed it
 *   DRM_E_RESPONSE_TOO_LARGE
 *   DRM_E_INVALID_MACHINE        for another machine
 *   DRM_E_STORE_NEEDINDI         this machine has no identity
 *   DRM_E_STORE_NOT_ALL_STORED   some were deleted or revoked here and stay so; the rest is stored
 * and the failures of the store.
 */
DRM_MUST_CHECK drm_result drm_client_store_response(struct drm_client *client, struct drm_span text);

enum drm_acquire_mode
{
    DRM_ACQUIRE_SILENT,
    DRM_ACQUIRE_NONSILENT,
    DRM_ACQUIRE_LEGACY, /* header is a key id's text */
};

struct drm_acquisition
{
    enum drm_acquire_mode mode;
    const char *url;     /* NULL or empty: docs/protocol.md, "Acquiring licences"; "local:" is the embedded authority */
    const char *header;  /* NULL or empty: pre-delivery */
    const char *actions; /* ACTIONLIST; may be NULL */
};

/* Looks at the arguments alone, before an operation is started: what is certain to fail. DRM_E_INVALID_ARGUMENT,
 * DRM_E_MALFORMED_CONTENT_HEADER, DRM_E_INVALID_KID, DRM_E_LICENSE_HEADER_MISSING_URL, DRM_E_HTTP_INVALID_URL. */
DRM_MUST_CHECK drm_result drm_client_check_acquisition(struct drm_client *client,
                                                       const struct drm_acquisition *acquisition);

/*
 * Acquires silently: asks, verifies the whole answer, stores all of it. DRM_S_LICENSE_ACQUIRED;
 * DRM_E_NEEDS_INDIVIDUALIZATION, DRM_E_UNABLE_TO_ACQUIRE (HTTP 404), DRM_E_NO_RIGHTS (HTTP 403),
 * DRM_E_LICENSE_NOTACQUIRED (HTTP 409, or a web page), DRM_E_OPERATION_CANCELED, the codes of drm_exchange and of
 * drm_client_store_response. DRM_E_PARAMETERS_MISMATCHED: an answer to another request.
 */
DRM_MUST_CHECK drm_result drm_client_acquire(struct drm_client *client, const struct drm_acquisition *acquisition,
                                             const struct drm_task *task);

/* For the ways that are not silent: where to post (appended, without a terminator), and what (the request as base64
 * that needs no escapes in a form). DRM_E_NEEDS_INDIVIDUALIZATION, and the results of drm_client_check_acquisition. */
DRM_MUST_CHECK drm_result drm_client_make_challenge(struct drm_client *client,
                                                    const struct drm_acquisition *acquisition, struct drm_buffer *url,
                                                    struct drm_buffer *challenge);

/* A monitor's look: may each of these rights (a set of DRM_RIGHT_BIT; 0: any right at all) be used now with some
 * licence of this key id? As cheap as a query. Waits for no other process, whatever other threads of this one do:
 * DRM_E_BUSY. */
DRM_MUST_CHECK drm_result drm_client_has_license(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                 uint32_t rights, bool *out);

/* --- queries ---------------------------------------------------------------------------------------------- */

struct drm_query
{
    bool app_level_counts;            /* see struct drm_environment */
    uint32_t app_level;
    bool has_device;
    uint32_t device_level;
    uint8_t device_technology[16];
    bool has_device_technology;
    struct drm_version min_security;
    bool has_state;                   /* the answer is for a machine as it was when the question's object was made: */
    bool individualized;
    struct drm_version version;
};
/* results: count of them. Neither consumes anything. */
DRM_MUST_CHECK drm_result drm_client_query_actions(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                   const struct drm_query *query, const enum drm_right *rights,
                                                   size_t count, uint32_t *results);
DRM_MUST_CHECK drm_result drm_client_query_states(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                  const enum drm_right *rights, size_t count,
                                                  struct drm_state_data *results);

/* --- enumerating ------------------------------------------------------------------------------------------ */

struct drm_license_request_filter
{
    const char *key_id;       /* NULL or empty: all */
    const char *rights;       /* names between semicolons or commas; NULL or empty: whatever */
    const char *source_ids;   /* decimal numbers between semicolons or commas; NULL or empty: whatever */
    uint32_t min_version;     /* of licences: 3 is ours; more finds none */
};

/* One thread at a time. The client must outlive it. */
struct drm_enumeration;
/* Stands on the first licence. DRM_E_LICENSE_NOT_FOUND where there is none; DRM_E_RIV_TOO_SMALL where the first one
 * needs a newer list (the enumeration exists all the same: *out is set); DRM_E_INVALID_ARGUMENT; DRM_E_INVALID_KID. A
 * NULL filter: all. Works without the store's key. It keeps the store open. */
DRM_MUST_CHECK drm_result drm_client_enumerate(struct drm_client *client,
                                               const struct drm_license_request_filter *filter,
                                               struct drm_enumeration **out);
void drm_enumeration_free(struct drm_enumeration *enumeration); /* NULL is fine */
/* DRM_E_NO_MORE_ITEMS: the last one stays current. DRM_E_RIV_TOO_SMALL: it has moved. */
DRM_MUST_CHECK drm_result drm_enumeration_next(struct drm_enumeration *enumeration);
DRM_MUST_CHECK drm_result drm_enumeration_reset(struct drm_enumeration *enumeration);
/* The current licence, read and verified against its response at first need; valid until drm_enumeration_next or reset.
 * DRM_E_STORE_CORRUPT where the store's row is not what the issuer signed. */
DRM_MUST_CHECK drm_result drm_enumeration_get(struct drm_enumeration *enumeration, const struct drm_license **out);
DRM_MUST_CHECK drm_result drm_enumeration_get_raw(struct drm_enumeration *enumeration, struct drm_span *out);
/* Inclusion list over the chain: of a leaf, what its root allows too. count up to DRM_LICENSE_MAX_INCLUSIONS. */
DRM_MUST_CHECK drm_result drm_enumeration_get_inclusions(struct drm_enumeration *enumeration, uint8_t (*out)[16],
                                                         size_t *count);
/* Is the current licence in the temporary store? */
bool drm_enumeration_is_temporary(const struct drm_enumeration *enumeration);
DRM_MUST_CHECK drm_result drm_enumeration_can_persist(struct drm_enumeration *enumeration, bool *out);
/* DRM_E_LICENSE_NOT_FOUND where it is permanent already, DRM_E_STORE_NOT_ALLOWED where it may not. */
DRM_MUST_CHECK drm_result drm_enumeration_persist(struct drm_enumeration *enumeration);
/*
 * Uses the current licence for a right (that of the filter where it names exactly one, else Play): checks everything
 * an action takes, lowers a count, and opens the content key. The codes are those of docs/errors.md, "Licences":
 * DRM_E_NO_RIGHTS, DRM_E_LICENSE_EXPIRED, DRM_E_LICENSE_NOT_ENABLED, DRM_E_NEEDS_INDIVIDUALIZATION,
 * DRM_E_NO_UPLINK_LICENSE, DRM_E_RIV_TOO_SMALL, ...
 */
DRM_MUST_CHECK drm_result drm_enumeration_use(struct drm_enumeration *enumeration,
                                              uint8_t content_key[DRM_CONTENT_KEY_SIZE]);

/* The key that a use gave is about to encrypt. *first: with this store that never happened before, so that no place of
 * its stream was used. */
DRM_MUST_CHECK drm_result drm_enumeration_claim_key(struct drm_enumeration *enumeration,
                                                    const uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool *first);

/*
 * May an application with this certificate (engine/xml/application_certificate.h) take the current licence's content to
 * another protection system? out: the key to which secrets for it are encrypted. Uses nothing up. DRM_E_INVALID_APPCERT
 * where the certificate cannot be read or is not of the licence's issuer, DRM_E_APPCERT_REVOKED,
 * DRM_E_INCLUSION_LIST_REQUIRED where the licence names no other system.
 */
struct drm_rsa_key;
DRM_MUST_CHECK drm_result drm_enumeration_check_application(struct drm_enumeration *enumeration, struct drm_span text,
                                                            struct drm_rsa_key *out);

/* --- removing --------------------------------------------------------------------------------------------- */

/* All licences of a key id, of both stores. mark_only: they become unusable, and go when the store is cleaned. Works
 * without the store's key. DRM_E_LICENSE_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_client_delete_license(struct drm_client *client,
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE], bool mark_only);
/* DRM_E_LICENSE_NOT_FOUND where neither the temporary store has any licence nor anything is marked. */
DRM_MUST_CHECK drm_result drm_client_clean_store(struct drm_client *client, const struct drm_task *task);
/* Of licences that were imported, which fit all that the message names. DRM_E_LICENSE_DELETION_ERROR for what is no
 * message, and where all that fits was not imported; DRM_E_LICENSE_NOT_FOUND. */
DRM_MUST_CHECK drm_result drm_client_process_deletion_message(struct drm_client *client, struct drm_span text);
/* Appended. DRM_E_NEEDS_INDIVIDUALIZATION, DRM_E_INVALID_ARGUMENT (too long). */
DRM_MUST_CHECK drm_result drm_client_make_removal_challenge(struct drm_client *client, struct drm_span machine_id,
                                                            struct drm_span data, struct drm_buffer *out);
/* Removes what the response names (which may be nothing) and appends the receipt. DRM_E_INVALID_LICENSEBLOB,
 * DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_MACHINE, DRM_E_NEEDS_INDIVIDUALIZATION, DRM_E_EXPIRED_LICENSEBLOB (used
 * before, or no challenge of this store). Until it is confirmed, the same response removes nothing more and appends the
 * same receipt, also in another process. */
DRM_MUST_CHECK drm_result drm_client_process_removal(struct drm_client *client, struct drm_span response,
                                                     struct drm_buffer *receipt);
/* The program has the receipt: from now on the response was used before. */
DRM_MUST_CHECK drm_result drm_client_confirm_removal(struct drm_client *client, struct drm_span response);

/* --- backup and restore ----------------------------------------------------------------------------------- */

/* Values of MSDRM_STATUS (wmdrmsdk.h). */
enum drm_backup_status
{
    DRM_BACKUP_ERROR = 0,
    DRM_BACKUP_INFORMATION = 1,
    DRM_BACKUP_BEGIN = 2,
    DRM_BACKUP_END = 3,
    DRM_BACKUP_CONNECTING = 4,
    DRM_BACKUP_DISCONNECTING = 5,
    DRM_BACKUP_ERROR_WITH_URL = 6,
    DRM_BACKUP_RESTRICTED = 7,
    DRM_BACKUP_NEEDS_INDIVIDUALIZATION = 8,
};

/* How an operation reports, on the thread that runs it. text may be NULL and is valid during the call. */
struct drm_backup_task
{
    struct drm_task task;
    void (*report)(void *context, enum drm_backup_status status, const char *text); /* context: task.context */
};

/* docs/backup.md. DRM_E_BACKUP_EXISTS, DRM_E_PATH_NOT_FOUND, DRM_E_DISK_FULL, DRM_E_OPERATION_CANCELED, ... */
DRM_MUST_CHECK drm_result drm_client_backup(struct drm_client *client, const char *directory, bool overwrite,
                                            const struct drm_backup_task *task);
/* DRM_E_BACKUP_CORRUPT, DRM_E_NEEDS_INDIVIDUALIZATION, DRM_E_RESTORE_FRAUD, DRM_E_RESTORE_UNAVAILABLE, ... */
DRM_MUST_CHECK drm_result drm_client_restore(struct drm_client *client, const char *directory, bool individualize,
                                             const struct drm_backup_task *task);

/* --- the embedded authority ------------------------------------------------------------------------------- */

/* Opens it for administration (engine/authority/contents.h); DRM_E_STORE_NOT_ALLOWED where a service is configured. */
struct drm_authority;
DRM_MUST_CHECK drm_result drm_client_administer(struct drm_client *client, struct drm_authority **out);
/* drm_authority_import into this client's folder. DRM_E_STORE_NOT_ALLOWED where a service is configured. */
DRM_MUST_CHECK drm_result drm_client_import_authority(struct drm_client *client, const char *passphrase,
                                                      const char *path, bool replace);
/* The user says what time it is (UTC, milliseconds since 1970); logged. DRM_E_STORE_NOT_ALLOWED where a service is
 * configured; DRM_E_INVALID_ARGUMENT. */
DRM_MUST_CHECK drm_result drm_client_set_clock(struct drm_client *client, int64_t time);
DRM_MUST_CHECK drm_result drm_client_get_clock(struct drm_client *client, struct drm_now *out);

#endif
