/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A receiver takes a transmitter's licence. Nothing of it may pass for an issuer's: it has a head of its own kind, an
 * id that nobody can choose, the right Play alone, the lowest priority; it never leaves the temporary store, and says
 * nothing about the time.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/device/identity.h"
#include "engine/device/receiver_internal.h"
#include "engine/store/license_store.h"

/* One answer on its way into the store. */
struct taking
{
    const struct drm_question *question;
    struct drm_receiver_state state;
    struct drm_device_identity self;
    struct drm_device_license_response message;
    struct drm_license_head head;
    struct drm_chain transmitter;
    struct drm_license license;
    struct drm_new_license stored;
    struct drm_new_response response;
    bool delivered;
};

/* Whose it is, and for whom. */
static drm_result check_head(struct taking *taking)
{
    const struct drm_license_head *head = &taking->head;
    const struct drm_receiver_state *state = &taking->state;
    const uint8_t *transmitter = taking->transmitter.certificates[0].subject;

    if (memcmp(head->nonce, state->request_hash, sizeof(head->nonce)))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (memcmp(head->machine_id, taking->self.identity.machine_id, sizeof(head->machine_id))
        || memcmp(head->encrypt_key, taking->self.identity.encrypt_key, sizeof(head->encrypt_key)))
        return DRM_E_INVALID_MACHINE;
    if (state->is_registered && memcmp(transmitter, state->registration.transmitter, DRM_ID_SIZE))
        return DRM_E_INVALID_SESSION;
    return drm_device_check_chain_revoked(taking->question, &taking->transmitter);
}

static bool is_modest(const struct taking *taking)
{
    const struct drm_license *license = &taking->license;
    uint8_t id[DRM_ID_SIZE];

    drm_device_license_id(taking->transmitter.certificates[0].subject, taking->head.response_id, id);
    return !memcmp(license->license_id, id, sizeof(id)) && license->options == DRM_LICENSE_NOT_PERSISTABLE
        && !license->terms.priority && drm_terms_rights(&license->terms) == DRM_RIGHT_BIT(DRM_RIGHT_PLAY)
        && !license->has_revocation_key && !license->has_metering_id;
}

static drm_result read_license(struct taking *taking)
{
    struct drm_license_object object;
    uint32_t index;
    drm_result result;

    if (DRM_FAILED(result = drm_license_read(taking->message.license, &object, &taking->license))
        || DRM_FAILED(result = drm_license_prove(&object, taking->head.count, taking->head.root, &index)))
        return result;
    return is_modest(taking) ? DRM_S_OK : DRM_E_INVALID_LICENSE;
}

/* Lists as new as the transmitter's own index, and as its policy asks for. */
static drm_result check_lists(const struct taking *taking)
{
    const struct drm_license_head *head = &taking->head;
    const uint64_t *versions = taking->self.list_versions;

    return head->list_versions[DRM_REVOCATION_REVINFO - 1] > versions[DRM_REVOCATION_REVINFO - 1]
            || taking->license.terms.min_revinfo > versions[DRM_REVOCATION_REVINFO - 1]
            || head->min_app_list > versions[DRM_REVOCATION_APP - 1]
            || head->min_device_list > versions[DRM_REVOCATION_CARDEA - 1]
        ? DRM_E_RIV_TOO_SMALL : DRM_S_OK;
}

/* In the temporary store there are transmitters' licences too; the head of its response tells. */
static drm_result is_issuers(struct drm_store *store, int64_t number, bool *out)
{
    struct drm_buffer license = {0}, encoded = {0};
    struct drm_license_head head;
    drm_result result;

    *out = number > 0;
    if (*out)
        return DRM_S_OK;
    result = drm_store_read_license(store, number, &license, &encoded);
    if (DRM_SUCCEEDED(result)
        && DRM_SUCCEEDED(result = drm_license_head_read_trusted(drm_buffer_span(&encoded), &head)))
        *out = !head.of_device;
    drm_buffer_free(&license);
    drm_buffer_free(&encoded);
    return result == DRM_E_LICENSE_NOT_FOUND ? DRM_S_OK : result; /* it went a moment ago */
}

/* Content that an issuer licensed here is none of a transmitter's business. */
static drm_result check_key_id(const struct taking *taking)
{
    const struct drm_license_set *set;
    drm_result result = drm_store_find_licenses(taking->question->store, taking->license.key_id, &set);

    if (DRM_FAILED(result))
        return result;
    for (size_t i = 0; i < set->count && DRM_SUCCEEDED(result); i++)
    {
        bool issuers = false;

        result = is_issuers(taking->question->store, set->licenses[i].number, &issuers);
        if (DRM_SUCCEEDED(result) && issuers)
            result = DRM_E_STORE_NOT_ALLOWED;
    }
    drm_license_set_release(taking->question->store, set);
    return result;
}

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct taking *taking = context;

    *response = taking->delivered ? NULL : &taking->response;
    taking->delivered = true;
    return DRM_S_OK;
}

static drm_result store(struct taking *taking)
{
    const struct drm_response_source source = {.context = taking, .next = next_response};
    struct drm_stored stored = {0};
    drm_result result;

    memcpy(taking->stored.license_id, taking->license.license_id, sizeof(taking->stored.license_id));
    memcpy(taking->stored.key_id, taking->license.key_id, sizeof(taking->stored.key_id));
    taking->stored.temporary = true;
    taking->stored.terms = taking->license.encoded_terms;
    taking->stored.license = taking->message.license;
    drm_license_state_begin(&taking->license.terms, &taking->stored.state);
    taking->response.anchor = taking->self.anchor;
    memcpy(taking->response.response_id, taking->head.response_id, sizeof(taking->response.response_id));
    taking->response.identity = taking->self.identity.number;
    taking->response.head = taking->message.head;
    taking->response.licenses = &taking->stored;
    taking->response.count = 1;
    if (DRM_FAILED(result = drm_store_add_responses(taking->question->store, &source, &stored)))
        return result;
    return stored.refused ? DRM_E_STORE_NOT_ALL_STORED : DRM_S_OK;
}

static drm_result take(struct taking *taking, struct drm_span data)
{
    drm_result result;

    if (!taking->state.has_request)
        return DRM_E_NOT_CONFIGURED;
    if (DRM_FAILED(result = drm_device_license_response_read(data, &taking->message))
        || DRM_FAILED(result = drm_device_identity_load(taking->question, &taking->self))
        || DRM_FAILED(result = drm_device_head_read(taking->message.head, taking->self.anchor, taking->self.now,
                                                    &taking->head, &taking->transmitter))
        || DRM_FAILED(result = check_head(taking)) || DRM_FAILED(result = read_license(taking))
        || DRM_FAILED(result = check_lists(taking)) || DRM_FAILED(result = check_key_id(taking)))
        return result;
    return store(taking);
}

drm_result drm_receiver_take_license(struct drm_receiver *receiver, struct drm_span response,
                                     struct drm_buffer *representation, uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct taking *taking = calloc(1, sizeof(*taking));
    struct drm_question question;
    size_t before = representation ? representation->size : 0;
    drm_result result;

    if (!taking)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_FAILED(result = drm_question_begin(&question, receiver->client)))
    {
        free(taking);
        return result;
    }
    taking->question = &question;
    taking->state = drm_receiver_state_of(receiver);
    /* What could fail for lack of memory comes before the licence is in the store. */
    if (representation)
        result = drm_buffer_append(representation, response.data, response.size);
    if (DRM_SUCCEEDED(result))
        result = take(taking, response);
    if (representation)
    {
        drm_buffer_truncate(representation, before);
        if (DRM_SUCCEEDED(result)) /* has room for the whole response */
            result = drm_buffer_append(representation, taking->message.license.data, taking->message.license.size);
    }
    if (DRM_SUCCEEDED(result) && key_id)
        memcpy(key_id, taking->license.key_id, DRM_KEY_ID_SIZE);
    drm_log_write(&receiver->client->host->log, "devices: a licence of a transmitter: 0x%08x", (unsigned int)result);
    drm_device_identity_free(&taking->self);
    drm_wipe(taking, sizeof(*taking));
    free(taking);
    return drm_question_end(&question, result);
}
