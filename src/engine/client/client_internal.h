/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the client share.
 */
#ifndef WMDRM_ENGINE_CLIENT_INTERNAL_H
#define WMDRM_ENGINE_CLIENT_INTERNAL_H

#include <sqlite3.h>

#include "engine/client/client.h"
#include "engine/net/exchange.h"
#include "engine/store/store.h"

/* What a client knows of an issuer: what queries and uses of its licences need. */
struct drm_issuer_view
{
    uint64_t generation;        /* of the store when this was read; 0: never */
    bool individualized;
    struct drm_version version; /* of the identity */
    uint64_t revinfo;           /* version of the stored list REVINFO, 0 where there is none */
};

/* The store that questions share. Operations open stores of their own, whose waits their task can cancel. */
struct drm_shared_store
{
    struct drm_store *store;
    int references;             /* these are guarded by the client's lock */
    struct drm_issuer_view *views; /* of the client's anchors, and of the embedded authority's after them */
    uint64_t anchor_generation; /* of the store when anchor was read; 0: never */
    bool has_anchor;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
};

struct drm_client
{
    char *directory;
    char *service_url; /* empty: embedded */
    uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE];
    size_t anchor_count;
    uint32_t timeout_ms;
    const struct drm_host *host;
    sqlite3_mutex *lock; /* guards: shared, watching. Never held while a store is opened or asked */
    struct drm_shared_store *shared;
    struct drm_shared_store *watching; /* for who asks again and again, and waits for nobody (drm_client_has_license) */
};

bool drm_client_is_embedded(const struct drm_client *client);
struct drm_store_options drm_client_store_options(const struct drm_client *client);

drm_result drm_client_acquire_store(struct drm_client *client, struct drm_shared_store **out);
drm_result drm_client_acquire_watching_store(struct drm_client *client, struct drm_shared_store **out);
void drm_client_release_store(struct drm_client *client, struct drm_shared_store *shared);

/* A question holds the shared store from begin to end; begin leaves nothing held where it fails. */
struct drm_question
{
    struct drm_client *client;
    struct drm_shared_store *shared; /* NULL of a question to a store that an operation opened for itself */
    struct drm_store *store;
    bool has_anchor; /* the one whose identity and lists this client shows; false before there is one */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
};
drm_result drm_question_begin(struct drm_question *question, struct drm_client *client);
/* The same over a store of its own, in which nothing waits for another process: DRM_E_OPERATION_CANCELED instead. */
drm_result drm_question_begin_watching(struct drm_question *question, struct drm_client *client);
drm_result drm_question_end(struct drm_question *question, drm_result result);
/* The same over a store that the caller opened and closes; needs no end. */
drm_result drm_question_begin_own(struct drm_question *question, struct drm_client *client, struct drm_store *store);

/* --- issuers (issuers.c): the configured anchors, and the embedded authority's where no service is configured ----- */

/* Does this client take licences and lists of this anchor? *place is that among all of them. */
bool drm_question_find_anchor(const struct drm_question *question, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                              size_t *place);
/* All of them, for the caller to free; *count may be 0. DRM_E_OUT_OF_MEMORY. */
DRM_MUST_CHECK drm_result drm_question_anchors(const struct drm_question *question,
                                               uint8_t (**out)[DRM_SIGN_PUBLIC_SIZE], size_t *count);
/*
 * Fills in what the machine itself adds to an environment, for the licences of one issuer: the time, the identity and
 * its version; the rest stays as it is. revinfo (may be NULL): version of the stored list REVINFO. Takes no lock of the
 * database and no memory while nothing changed.
 */
struct drm_environment;
DRM_MUST_CHECK drm_result drm_question_environment(const struct drm_question *question,
                                                   const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                   struct drm_environment *environment, uint64_t *revinfo);

/* Forgets the shared store, which closes when its last user is done: it was damaged and is about to be set aside. */
void drm_client_drop_shared_store(struct drm_client *client);

/*
 * Asks the authority of this client, wherever it lives: the service through drm_exchange, or the embedded one, which
 * shows the same phases. authority: the open embedded one, NULL for the service.
 */
struct drm_authority;
drm_result drm_client_ask(struct drm_client *client, struct drm_authority *authority, const struct drm_task *task,
                          enum drm_request_kind kind, const struct drm_buffer *request,
                          const struct drm_exchange_sink *sink, uint32_t *round_trips);

/* Opens the embedded authority and makes it where there is none. */
drm_result drm_client_open_authority(struct drm_client *client, const struct drm_task *task,
                                     struct drm_authority **out);
/* Sets it aside where it is damaged or its keys are lost. It must not be open here. */
drm_result drm_client_set_authority_aside(struct drm_client *client, const struct drm_task *task);

#endif
