/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Storing a LICENSERESPONSE: read, verified to its last licence, and only then stored, all in one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/licenses.h"
#include "engine/client/received_response.h"
#include "engine/format/chain.h"
#include "engine/format/license_response.h"
#include "engine/store/license_store.h"
#include "engine/xml/license_response_xml.h"

struct received
{
    const struct drm_question *question;
    struct drm_license_response_xml xml;
    struct drm_license_head head;        /* points into xml */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_new_license *licenses;
    struct drm_new_response response;
    bool delivered;
};

/* --- whose it is, and for whom ------------------------------------------------------------------------------ */

/* Of several anchors one may know the signer and see that the signature is wrong: that is the answer then. */
static drm_result find_issuer(struct received *received)
{
    uint8_t(*anchors)[DRM_SIGN_PUBLIC_SIZE];
    struct drm_span head = drm_buffer_span(&received->xml.head);
    size_t count;
    drm_result result, outcome = DRM_E_INVALID_CERTIFICATE;

    if (DRM_FAILED(result = drm_question_anchors(received->question, &anchors, &count)))
        return result;
    for (size_t i = 0; i < count; i++)
    {
        result = drm_license_head_read(head, anchors[i], &received->head);
        if (result == DRM_E_INVALID_CERTIFICATE)
            continue;
        memcpy(received->anchor, anchors[i], sizeof(received->anchor));
        outcome = result;
        if (DRM_SUCCEEDED(result))
            break;
    }
    if (!count && DRM_SUCCEEDED(drm_license_head_read_trusted(head, &received->head)))
        outcome = DRM_E_STORE_NEEDINDI; /* no authority ever answered this machine */
    free(anchors);
    return outcome;
}

static drm_result check_issuer_revoked(const struct received *received)
{
    uint8_t ids[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE];
    struct drm_signed_object object;
    struct drm_chain chain;
    bool revoked;
    drm_result result;

    if (DRM_FAILED(result = drm_signed_object_read(drm_buffer_span(&received->xml.head), DRM_OBJECT_LICENSE_RESPONSE,
                                                   &object))
        || DRM_FAILED(result = drm_chain_read(object.chain, &chain)))
        return result;
    for (size_t i = 0; i < chain.count; i++)
        memcpy(ids[i], chain.certificates[i].id, sizeof(ids[i]));
    result = drm_store_is_revoked(received->question->store, received->anchor, DRM_REVOCATION_GRL,
                                  (const uint8_t(*)[DRM_SHA256_SIZE])ids, chain.count, &revoked);
    return DRM_SUCCEEDED(result) && revoked ? DRM_E_CERTIFICATE_REVOKED : result;
}

/* An issuer's certificate also counts no more once its time is over, whatever time the issuer wrote into its head. */
static drm_result check_issuer_expired(const struct received *received)
{
    const struct drm_certificate *signer = &received->head.signer;
    struct drm_store_now now;
    drm_result result;

    if (!drm_license_head_is_issuers(&received->head) || !signer->not_after)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_store_now(received->question->store, received->anchor, &now)))
        return result;
    return now.time >= signer->not_after ? DRM_E_INVALID_CERTIFICATE : DRM_S_OK;
}

/* The identity, also one that is no longer in force, whose key opens the response. */
static drm_result find_identity(struct received *received)
{
    struct drm_store *store = received->question->store;
    struct drm_identity identity = {0}, in_force = {0};
    drm_result result;

    if (DRM_FAILED(result = drm_store_find_identity_by_key(store, received->anchor, received->head.encrypt_key,
                                                           &identity)))
        return result;
    if (!identity.number)
    {
        if (DRM_SUCCEEDED(result = drm_store_get_identity(store, received->anchor, &in_force)))
            result = in_force.number ? DRM_E_INVALID_MACHINE : DRM_E_STORE_NEEDINDI;
        drm_identity_free(&in_force);
        return result;
    }
    received->response.identity = identity.number;
    if (memcmp(identity.machine_id, received->head.machine_id, sizeof(identity.machine_id)))
        result = DRM_E_INVALID_MACHINE;
    drm_identity_free(&identity);
    return result;
}

/* --- storing ------------------------------------------------------------------------------------------------ */

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct received *received = context;

    *response = received->delivered ? NULL : &received->response;
    received->delivered = true;
    return DRM_S_OK;
}

static drm_result store(struct received *received, bool fresh)
{
    const struct drm_host *host = received->question->client->host;
    const struct drm_response_source source = {.context = received, .next = next_response};
    struct drm_stored stored = {0};
    drm_result result;

    received->response.anchor = received->anchor;
    memcpy(received->response.response_id, received->head.response_id, sizeof(received->response.response_id));
    received->response.head = drm_buffer_span(&received->xml.head);
    received->response.signed_time = drm_license_head_signed_time(&received->head);
    received->response.fresh = fresh && received->response.signed_time;
    received->response.licenses = received->licenses;
    received->response.count = received->head.count;
    if (DRM_FAILED(result = drm_store_add_responses(received->question->store, &source, &stored)))
        return result;
    drm_log_write(&host->log, "licences: %u stored, %u known already, %u were removed here before",
                  (unsigned int)stored.added, (unsigned int)stored.known, (unsigned int)stored.refused);
    return stored.refused ? DRM_E_STORE_NOT_ALL_STORED : DRM_S_OK;
}

static drm_result take(struct received *received, struct drm_span text, const uint8_t *nonce)
{
    drm_result result;

    if (DRM_FAILED(result = drm_license_response_xml_read(text, &received->xml))
        || DRM_FAILED(result = find_issuer(received)) || DRM_FAILED(result = check_issuer_revoked(received))
        || DRM_FAILED(result = check_issuer_expired(received)) || DRM_FAILED(result = find_identity(received)))
        return result;
    if (nonce && memcmp(nonce, received->head.nonce, sizeof(received->head.nonce)))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (DRM_FAILED(result = drm_received_licenses_read(&received->xml, &received->head, &received->licenses)))
        return result;
    return store(received, nonce != NULL);
}

drm_result drm_question_store_response(const struct drm_question *question, struct drm_span text,
                                       const uint8_t *nonce)
{
    struct received *received = calloc(1, sizeof(*received));
    drm_result result;

    if (!received)
        return DRM_E_OUT_OF_MEMORY;
    received->question = question;
    result = take(received, text, nonce);
    if (DRM_FAILED(result))
        drm_log_write(&question->client->host->log, "licences: a response was refused or not stored whole: 0x%08x",
                      (unsigned int)result);
    drm_license_response_xml_free(&received->xml);
    free(received->licenses);
    free(received);
    return result;
}

drm_result drm_client_store_response(struct drm_client *client, struct drm_span text)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = drm_question_store_response(&question, text, NULL);
    return drm_question_end(&question, result);
}
