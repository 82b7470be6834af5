/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine's side: individualization, revocation lists, and what programs ask about them.
 *
 * A client is one configuration: a store folder, and a service with its trust anchors or, without a service, the
 * embedded authority. Everything is safe from any thread. Creating one opens nothing; the first call that needs the
 * store opens it.
 */
#ifndef WMDRM_ENGINE_CLIENT_H
#define WMDRM_ENGINE_CLIENT_H

#include "engine/format/answer.h"
#include "engine/host.h"

#define DRM_LOCAL_URL "local:" /* what the embedded authority shows as its URL */

struct drm_client;

struct drm_client_options
{
    const char *directory;                          /* of the store; UTF-8 */
    const char *service_url;                        /* NULL or empty: the embedded authority */
    const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE]; /* root keys; the first is the service's */
    size_t anchor_count;
    uint32_t timeout_ms;                            /* see drm_http_request */
    const struct drm_host *host;                    /* must outlive the client */
};

/* Copies what it needs of options. Returns DRM_E_OUT_OF_MEMORY. */
drm_result drm_client_create(const struct drm_client_options *options, struct drm_client **out);
void drm_client_free(struct drm_client *client); /* NULL is fine; no call may be running */

/* Ends what questions leave open for the next one: a read transaction, which keeps the store's log from beginning anew.
 * For a while in which nobody asks. */
void drm_client_rest(struct drm_client *client);

/* --- operations: long, cancelled and reported through task -------------------------------------------------- */

/*
 * Gives the machine an identity. Not forced, it asks the authority whether there is anything newer; forced, it always
 * makes a new one, and works from every broken state: lost keys, a damaged store, an identity that expired or was
 * revoked. Reports every state through task->progress, the last one (SUCCEED, FAIL or CANCEL) included. The old
 * identity is in force until the one transaction at the end. The results are those of docs/errors.md,
 * "Individualization".
 */
drm_result drm_client_individualize(struct drm_client *client, bool forced, const struct drm_task *task);

/* Fetches newer revocation lists. task->progress is not called. */
drm_result drm_client_refresh_revocation(struct drm_client *client, const struct drm_task *task);

/* --- questions: short ------------------------------------------------------------------------------------- */

/* The security version; DRM_VERSION_BASE and false before individualization. */
drm_result drm_client_get_version(struct drm_client *client, struct drm_version *version, bool *individualized);

/* Appends the machine's certificate chain; version (may be NULL) is the one it belongs to.
 * DRM_E_NEEDS_INDIVIDUALIZATION. */
drm_result drm_client_get_machine_chain(struct drm_client *client, struct drm_buffer *chain,
                                        struct drm_version *version);

/* What the operator decides; zeroed before the service ever answered. */
drm_result drm_client_get_policy(struct drm_client *client, struct drm_policy *policy);

/* Stores a list that the application brings. DRM_E_INVALID_CRL for what is no list of this type, unsigned, altered,
 * another authority's, or older than the stored one; the stored one again is DRM_S_OK. */
drm_result drm_client_set_revocation_list(struct drm_client *client, enum drm_revocation_type type,
                                          struct drm_span list);
/* Appends the stored list, or with a NULL list just tells its size (may be NULL). DRM_E_NOT_FOUND. */
drm_result drm_client_get_revocation_list(struct drm_client *client, enum drm_revocation_type type,
                                          struct drm_buffer *list, uint64_t *size);
/* 0 where none is stored. */
drm_result drm_client_get_revocation_version(struct drm_client *client, enum drm_revocation_type type,
                                             uint64_t *version);
/*
 * Is this certificate, or any in this chain, on the list? It is read, but its signatures are not verified: the
 * question is only whether it was revoked. False where no list is stored. DRM_E_INVALID_CERTIFICATE for what is no
 * certificate.
 */
drm_result drm_client_is_revoked(struct drm_client *client, enum drm_revocation_type type, struct drm_span certificate,
                                 bool *revoked);
/* The same for one certificate id. */
drm_result drm_client_is_id_revoked(struct drm_client *client, enum drm_revocation_type type,
                                    const uint8_t id[DRM_SHA256_SIZE], bool *revoked);

/* How often an older copy of the store was put in its place (engine/store/store.h). */
struct drm_set_backs;
drm_result drm_client_get_set_backs(struct drm_client *client, struct drm_set_backs *out);

/* The operator's component, see drm_store_copy_component. */
drm_result drm_client_copy_component(struct drm_client *client, const char *path,
                                     char name[DRM_CERTIFICATE_NAME_SIZE + 1], uint64_t *size);

#endif
