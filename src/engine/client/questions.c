/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Short questions to the store: version, certificate, policy, component.
 */
#include <string.h>

#include "engine/client/client_internal.h"

/* --- questions -------------------------------------------------------------------------------------------- */

/* What the shared store remembers of the embedded anchor, as long as nothing changed: no lock of the database then. */
static bool recall_anchor(struct drm_question *question, uint64_t generation)
{
    struct drm_shared_store *shared = question->shared;
    bool known;

    sqlite3_mutex_enter(question->client->lock);
    known = generation && shared->anchor_generation == generation;
    if (known)
    {
        question->has_anchor = shared->has_anchor;
        memcpy(question->anchor, shared->anchor, sizeof(question->anchor));
    }
    sqlite3_mutex_leave(question->client->lock);
    return known;
}

static void remember_anchor(const struct drm_question *question, uint64_t generation)
{
    struct drm_shared_store *shared = question->shared;

    sqlite3_mutex_enter(question->client->lock);
    shared->anchor_generation = generation;
    shared->has_anchor = question->has_anchor;
    memcpy(shared->anchor, question->anchor, sizeof(shared->anchor));
    sqlite3_mutex_leave(question->client->lock);
}

static drm_result find_embedded_anchor(struct drm_question *question)
{
    /* Before the look: a change in between is seen the next time. */
    uint64_t generation = drm_store_generation(question->store);
    drm_result result;

    if (recall_anchor(question, generation))
        return DRM_S_OK;
    result = drm_store_get_embedded_anchor(question->store, question->anchor);
    if (DRM_FAILED(result) && result != DRM_E_NOT_FOUND)
        return result;
    question->has_anchor = DRM_SUCCEEDED(result);
    remember_anchor(question, generation);
    return DRM_S_OK;
}

/* The anchor whose identity and lists this client shows. */
static drm_result find_anchor(struct drm_question *question)
{
    const struct drm_client *client = question->client;

    if (drm_client_is_embedded(client))
        return find_embedded_anchor(question);
    if (!client->anchor_count)
        return DRM_E_NOT_CONFIGURED;
    memcpy(question->anchor, client->anchors[0], sizeof(question->anchor));
    question->has_anchor = true;
    return DRM_S_OK;
}

static drm_result begin(struct drm_question *question, struct drm_client *client,
                        drm_result (*acquire)(struct drm_client *client, struct drm_shared_store **out))
{
    drm_result result;

    memset(question, 0, sizeof(*question));
    question->client = client;
    if (DRM_FAILED(result = acquire(client, &question->shared)))
        return result;
    question->store = question->shared->store;
    result = find_anchor(question);
    return DRM_FAILED(result) ? drm_question_end(question, result) : result;
}

drm_result drm_question_begin(struct drm_question *question, struct drm_client *client)
{
    return begin(question, client, drm_client_acquire_store);
}

drm_result drm_question_begin_watching(struct drm_question *question, struct drm_client *client)
{
    return begin(question, client, drm_client_acquire_watching_store);
}

drm_result drm_question_begin_own(struct drm_question *question, struct drm_client *client, struct drm_store *store)
{
    drm_result result;

    memset(question, 0, sizeof(*question));
    question->client = client;
    question->store = store;
    if (!drm_client_is_embedded(client))
        return find_anchor(question);
    result = drm_store_get_embedded_anchor(store, question->anchor);
    question->has_anchor = DRM_SUCCEEDED(result);
    return result == DRM_E_NOT_FOUND ? DRM_S_OK : result;
}

drm_result drm_question_end(struct drm_question *question, drm_result result)
{
    /* A damaged store may be set aside, also by another process: it is opened anew for the next question. */
    if (result == DRM_E_STORE_CORRUPT)
        drm_client_drop_shared_store(question->client);
    drm_client_release_store(question->client, question->shared);
    return result;
}

drm_result drm_client_get_version(struct drm_client *client, struct drm_version *version, bool *individualized)
{
    struct drm_identity identity = {0};
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (question.has_anchor)
        result = drm_store_get_identity(question.store, question.anchor, &identity);
    if (DRM_SUCCEEDED(result))
    {
        *individualized = identity.number != 0;
        *version = identity.number ? identity.version : DRM_VERSION_BASE;
    }
    drm_identity_free(&identity);
    return drm_question_end(&question, result);
}

drm_result drm_client_get_machine_chain(struct drm_client *client, struct drm_buffer *chain,
                                        struct drm_version *version)
{
    struct drm_identity identity = {0};
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (question.has_anchor)
        result = drm_store_get_identity(question.store, question.anchor, &identity);
    if (DRM_SUCCEEDED(result))
        result = identity.number ? drm_buffer_append(chain, identity.chain.data, identity.chain.size)
                                 : DRM_E_NEEDS_INDIVIDUALIZATION;
    if (DRM_SUCCEEDED(result) && version)
        *version = identity.version;
    drm_identity_free(&identity);
    return drm_question_end(&question, result);
}

drm_result drm_client_get_policy(struct drm_client *client, struct drm_policy *policy)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    memset(policy, 0, sizeof(*policy));
    if (question.has_anchor)
        result = drm_store_get_policy(question.store, question.anchor, policy);
    return drm_question_end(&question, result);
}

drm_result drm_client_get_set_backs(struct drm_client *client, struct drm_set_backs *out)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    drm_store_get_set_backs(question.store, out);
    return drm_question_end(&question, DRM_S_OK);
}

drm_result drm_client_copy_component(struct drm_client *client, const char *path,
                                     char name[DRM_CERTIFICATE_NAME_SIZE + 1], uint64_t *size)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = question.has_anchor ? drm_store_copy_component(question.store, question.anchor, path, name, size)
                                 : DRM_E_NOT_FOUND;
    return drm_question_end(&question, result);
}
