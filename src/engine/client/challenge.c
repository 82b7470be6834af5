/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The LICENSEREQUEST of an acquisition, signed by the machine.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/acquisition.h"
#include "engine/format/license_challenge.h"
#include "engine/xml/license_request.h"

struct challenge
{
    const struct drm_question *question;
    const struct drm_acquisition_plan *plan;
    struct drm_identity identity;
    struct drm_identity_keys keys;
    struct drm_license_challenge content;
    struct drm_license_request request;
};

static drm_result load_identity(struct challenge *challenge)
{
    const struct drm_question *question = challenge->question;
    struct drm_identity *identity = &challenge->identity;
    drm_result result;

    if (!question->has_anchor)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    if (DRM_FAILED(result = drm_store_get_identity(question->store, question->anchor, identity)))
        return result;
    if (!identity->number
        || (challenge->plan->has_header
            && drm_version_compare(identity->version, challenge->plan->header.min_security) < 0))
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    return drm_store_get_identity_keys(question->store, question->anchor, identity, &challenge->keys);
}

static drm_result sign(struct challenge *challenge)
{
    const struct drm_question *question = challenge->question;
    const struct drm_acquisition_plan *plan = challenge->plan;
    const struct drm_clock *clock = &question->client->host->clock;
    struct drm_license_challenge *content = &challenge->content;
    drm_result result;

    drm_random(content->nonce, sizeof(content->nonce));
    memcpy(content->machine_id, challenge->identity.machine_id, sizeof(content->machine_id));
    content->installed = challenge->identity.version;
    content->time = clock->now(clock->context);
    content->rights = plan->rights;
    if (plan->has_header)
        drm_sha256(plan->header.element.data, plan->header.element.size, content->header_hash);
    else if (plan->has_key_id)
        drm_sha256(plan->key_id, sizeof(plan->key_id), content->header_hash);
    if (DRM_FAILED(result = drm_store_list_versions(question->store, question->anchor, content->list_versions)))
        return result;
    return drm_license_challenge_write(content, challenge->keys.sign_seed, &challenge->request.challenge);
}

static drm_result wrap(struct challenge *challenge, struct drm_buffer *out)
{
    const struct drm_acquisition_plan *plan = challenge->plan;
    const struct drm_identity *identity = &challenge->identity;
    struct drm_license_request *request = &challenge->request;
    drm_result result;

    request->rights = plan->rights;
    drm_version_format(identity->version, true, request->client_version);
    drm_version_format(identity->version, true, request->security_version);
    request->has_header = plan->has_header;
    request->has_key_id = plan->has_key_id;
    memcpy(request->key_id, plan->key_id, sizeof(request->key_id));
    if (DRM_FAILED(result = drm_buffer_append(&request->chain, identity->chain.data, identity->chain.size))
        || (plan->has_header
            && DRM_FAILED(result = drm_buffer_append(&request->header, plan->header.element.data,
                                                     plan->header.element.size))))
        return result;
    return drm_license_request_write(request, out);
}

drm_result drm_acquisition_make_request(const struct drm_question *question, const struct drm_acquisition_plan *plan,
                                        uint8_t nonce[DRM_NONCE_SIZE], struct drm_buffer *out)
{
    struct challenge *challenge = calloc(1, sizeof(*challenge));
    drm_result result;

    if (!challenge)
        return DRM_E_OUT_OF_MEMORY;
    challenge->question = question;
    challenge->plan = plan;
    if (DRM_SUCCEEDED(result = load_identity(challenge)) && DRM_SUCCEEDED(result = sign(challenge))
        && DRM_SUCCEEDED(result = wrap(challenge, out)))
        memcpy(nonce, challenge->content.nonce, DRM_NONCE_SIZE);
    drm_license_request_free(&challenge->request);
    drm_identity_free(&challenge->identity);
    drm_wipe(challenge, sizeof(*challenge));
    free(challenge);
    return result;
}

drm_result drm_client_make_challenge(struct drm_client *client, const struct drm_acquisition *acquisition,
                                     struct drm_buffer *url, struct drm_buffer *challenge)
{
    struct drm_acquisition_plan *plan = calloc(1, sizeof(*plan));
    struct drm_buffer request = {0}, encoded = {0};
    uint8_t nonce[DRM_NONCE_SIZE];
    struct drm_question question;
    drm_result result = plan ? drm_acquisition_read(client, acquisition, plan) : DRM_E_OUT_OF_MEMORY;

    if (DRM_SUCCEEDED(result))
        result = drm_question_begin(&question, client);
    if (DRM_FAILED(result))
    {
        free(plan);
        return result;
    }
    if (DRM_SUCCEEDED(result = drm_acquisition_make_request(&question, plan, nonce, &request))
        && DRM_SUCCEEDED(result = drm_acquisition_choose_url(&question, plan))
        && DRM_SUCCEEDED(result = drm_license_request_encode(drm_buffer_span(&request), &encoded))
        && DRM_SUCCEEDED(result = drm_buffer_append(challenge, encoded.data, encoded.size)))
    {
        result = drm_buffer_append(url, plan->url, strlen(plan->url));
        if (DRM_FAILED(result))
            drm_buffer_truncate(challenge, challenge->size - encoded.size);
    }
    drm_buffer_free(&encoded);
    drm_buffer_free(&request);
    free(plan);
    return drm_question_end(&question, result);
}
