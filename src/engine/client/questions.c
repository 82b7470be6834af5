/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Short questions to the store: version, certificate, policy, component.
 */
#include <string.h>

#include "engine/client/client_internal.h"

/* --- questions -------------------------------------------------------------------------------------------- */

/* The anchor whose identity and lists this client shows. DRM_E_NOT_FOUND where there is none yet. */
static drm_result own_anchor(struct drm_client *client, struct drm_store *store, uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    if (drm_client_is_embedded(client))
        return drm_store_get_embedded_anchor(store, out);
    if (!client->anchor_count)
        return DRM_E_NOT_CONFIGURED;
    memcpy(out, client->anchors[0], DRM_SIGN_PUBLIC_SIZE);
    return DRM_S_OK;
}

drm_result drm_question_begin(struct drm_question *question, struct drm_client *client)
{
    drm_result result;

    memset(question, 0, sizeof(*question));
    question->client = client;
    if (DRM_FAILED(result = drm_client_acquire_store(client, &question->shared)))
        return result;
    question->store = question->shared->store;
    result = own_anchor(client, question->store, question->anchor);
    question->has_anchor = DRM_SUCCEEDED(result);
    if (result == DRM_E_NOT_FOUND)
        result = DRM_S_OK;
    if (DRM_FAILED(result))
        drm_client_release_store(client, question->shared);
    return result;
}

drm_result drm_question_end(struct drm_question *question, drm_result result)
{
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

drm_result drm_client_get_machine_chain(struct drm_client *client, struct drm_buffer *chain)
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
