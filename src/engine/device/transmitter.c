/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transmitter: one receiver, and licences for it. */
#include "engine/device/transmitter.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "engine/device/identity.h"
#include "engine/device/made_license.h"
#include "engine/device/registration.h"

/* Who asked. */
struct requester
{
    uint8_t id[DRM_ID_SIZE];
    uint8_t session[DRM_DEVICE_ID_SIZE];
    uint8_t encrypt_key[DRM_X25519_SIZE];
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    uint8_t nonce[DRM_NONCE_SIZE];
    uint8_t certificates[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE];
    size_t certificate_count;
};

struct root
{
    bool made;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
};

struct drm_transmitter
{
    struct drm_client *client;
    struct drm_registrar *registrar;
    sqlite3_mutex *lock; /* guards: all below */
    bool has_request;
    struct requester requester;
    struct root root;
};

drm_result drm_transmitter_create(struct drm_client *client, struct drm_registrar *registrar,
                                  struct drm_transmitter **out)
{
    struct drm_transmitter *transmitter = calloc(1, sizeof(*transmitter));

    if (!transmitter)
        return DRM_E_OUT_OF_MEMORY;
    transmitter->client = client;
    transmitter->registrar = registrar;
    transmitter->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!transmitter->lock)
    {
        free(transmitter);
        return DRM_E_OUT_OF_MEMORY;
    }
    *out = transmitter;
    return DRM_S_OK;
}

void drm_transmitter_free(struct drm_transmitter *transmitter)
{
    if (!transmitter)
        return;
    sqlite3_mutex_free(transmitter->lock);
    drm_wipe(transmitter, sizeof(*transmitter));
    free(transmitter);
}

/* --- the request -------------------------------------------------------------------------------------------- */

static drm_result read_request(struct drm_transmitter *transmitter, const struct drm_question *question,
                               struct drm_span data, struct requester *out)
{
    struct drm_device_license_request request;
    struct drm_device_identity self;
    struct drm_chain chain;
    drm_result result;

    if (DRM_FAILED(result = drm_device_license_request_read(data, &request)))
        return result;
    if (!drm_span_equal(request.action, drm_span(DRM_DEVICE_ACTION, strlen(DRM_DEVICE_ACTION))))
        return DRM_E_UNSUPPORTED_ACTION;
    if (DRM_FAILED(result = drm_device_identity_load(question, &self)))
        return result;
    result = drm_device_chain_read(request.chain, self.anchor, DRM_DEVICE_ROLES, self.now, &chain);
    drm_device_identity_free(&self);
    if (DRM_FAILED(result) || DRM_FAILED(result = drm_device_license_request_verify(&request, &chain))
        || DRM_FAILED(result = drm_device_check_chain_revoked(question, &chain)))
        return result;
    if (drm_registrar_is_used(transmitter->registrar)
        && DRM_FAILED(result = drm_registrar_check(transmitter->registrar, chain.certificates[0].subject,
                                                   request.session, request.coded_part, request.code)))
        return result;

    *out = (struct requester){.certificate_count = chain.count};
    memcpy(out->id, chain.certificates[0].subject, sizeof(out->id));
    memcpy(out->session, request.session, sizeof(out->session));
    memcpy(out->encrypt_key, chain.certificates[0].encrypt_key, sizeof(out->encrypt_key));
    memcpy(out->list_versions, request.list_versions, sizeof(out->list_versions));
    memcpy(out->nonce, request.hash, sizeof(out->nonce));
    for (size_t i = 0; i < chain.count; i++)
        memcpy(out->certificates[i], chain.certificates[i].id, DRM_SHA256_SIZE);
    return DRM_S_OK;
}

drm_result drm_transmitter_take_request(struct drm_transmitter *transmitter, struct drm_span request)
{
    struct drm_question question;
    struct requester requester;
    drm_result result = drm_question_begin(&question, transmitter->client);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = read_request(transmitter, &question, request, &requester)))
    {
        sqlite3_mutex_enter(transmitter->lock);
        transmitter->has_request = true;
        transmitter->requester = requester;
        drm_wipe(&transmitter->root, sizeof(transmitter->root));
        sqlite3_mutex_leave(transmitter->lock);
    }
    drm_log_write(&transmitter->client->host->log, "devices: a licence request: 0x%08x", (unsigned int)result);
    return drm_question_end(&question, result);
}

/* --- licences ----------------------------------------------------------------------------------------------- */

/* What may have changed since the request came. */
static drm_result check_requester(struct drm_transmitter *transmitter, const struct drm_question *question,
                                  const struct drm_device_identity *self, const struct requester *requester,
                                  const struct drm_device_policy *policy)
{
    drm_result result = drm_device_check_revoked(question, requester->certificates, requester->certificate_count);

    if (DRM_SUCCEEDED(result) && drm_registrar_is_used(transmitter->registrar))
        result = drm_registrar_check(transmitter->registrar, requester->id, requester->session, drm_span(NULL, 0),
                                     drm_span(NULL, 0));
    if (DRM_FAILED(result))
        return result;
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        if (requester->list_versions[i] > self->list_versions[i])
            return DRM_E_RIV_TOO_SMALL;
    if (policy
        && (policy->min_app_list > self->list_versions[DRM_REVOCATION_APP - 1]
            || policy->min_device_list > self->list_versions[DRM_REVOCATION_CARDEA - 1]))
        return DRM_E_RIV_TOO_SMALL;
    return DRM_S_OK;
}

/* The order is complete but for who makes it. */
static drm_result make(struct drm_transmitter *transmitter, const struct requester *requester,
                       struct drm_made_license *order, struct drm_buffer *out)
{
    struct drm_device_identity self;
    struct drm_question question;
    drm_result result = drm_question_begin(&question, transmitter->client);

    if (DRM_FAILED(result))
        return result;
    memcpy(order->machine_id, requester->id, sizeof(order->machine_id));
    memcpy(order->encrypt_key, requester->encrypt_key, sizeof(order->encrypt_key));
    memcpy(order->nonce, requester->nonce, sizeof(order->nonce));
    if (DRM_SUCCEEDED(result = drm_device_identity_load(&question, &self)))
    {
        result = check_requester(transmitter, &question, &self, requester, order->policy);
        if (DRM_SUCCEEDED(result))
            result = drm_made_license_write(order, &self, out);
        drm_device_identity_free(&self);
    }
    return drm_question_end(&question, result);
}

static bool get_request(struct drm_transmitter *transmitter, struct requester *requester, struct root *root)
{
    bool has_request;

    sqlite3_mutex_enter(transmitter->lock);
    has_request = transmitter->has_request;
    *requester = transmitter->requester;
    *root = transmitter->root;
    sqlite3_mutex_leave(transmitter->lock);
    return has_request;
}

drm_result drm_transmitter_make_root(struct drm_transmitter *transmitter, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                     struct drm_buffer *out)
{
    struct drm_made_license order = {.key_id = key_id};
    struct requester requester;
    struct root root;
    drm_result result;

    if (drm_id_is_zero(key_id))
        return DRM_E_INVALID_KID;
    if (!get_request(transmitter, &requester, &root))
        return DRM_E_NOT_CONFIGURED;
    root.made = true;
    memcpy(root.key_id, key_id, sizeof(root.key_id));
    drm_random(root.content_key, sizeof(root.content_key));
    order.content_key = root.content_key;
    if (DRM_SUCCEEDED(result = make(transmitter, &requester, &order, out)))
    {
        sqlite3_mutex_enter(transmitter->lock);
        /* Another request that came meanwhile has no use for this root. */
        if (!memcmp(transmitter->requester.nonce, requester.nonce, sizeof(requester.nonce)))
            transmitter->root = root;
        sqlite3_mutex_leave(transmitter->lock);
    }
    drm_wipe(&root, sizeof(root));
    return result;
}

/* A leaf, or with no uplink a simple licence. */
static drm_result make_for_content(struct drm_transmitter *transmitter, const struct requester *requester,
                                   const struct root *root, const uint8_t *key_id,
                                   const struct drm_device_policy *policy, uint8_t *content_key,
                                   struct drm_buffer *out)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_made_license order = {.key_id = key_id, .content_key = key, .policy = policy};
    drm_result result;

    if (root)
    {
        order.uplink_id = root->key_id;
        order.uplink_key = root->content_key;
    }
    drm_random(key, sizeof(key));
    if (DRM_SUCCEEDED(result = make(transmitter, requester, &order, out)))
        memcpy(content_key, key, sizeof(key));
    drm_wipe(key, sizeof(key));
    return result;
}

drm_result drm_transmitter_make_leaf(struct drm_transmitter *transmitter, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                     const struct drm_device_policy *policy,
                                     uint8_t content_key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out)
{
    struct requester requester;
    struct root root;
    drm_result result;

    if (drm_id_is_zero(key_id))
        return DRM_E_INVALID_KID;
    if (!get_request(transmitter, &requester, &root) || !root.made)
        return DRM_E_NOT_CONFIGURED;
    result = memcmp(key_id, root.key_id, sizeof(root.key_id)) ? DRM_S_OK : DRM_E_INVALID_KID;
    if (DRM_SUCCEEDED(result))
        result = make_for_content(transmitter, &requester, &root, key_id, policy, content_key, out);
    drm_wipe(&root, sizeof(root));
    return result;
}

drm_result drm_transmitter_make_simple(struct drm_transmitter *transmitter, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                       const struct drm_device_policy *policy,
                                       uint8_t content_key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out)
{
    struct requester requester;
    struct root root;
    bool has_request;

    if (drm_id_is_zero(key_id))
        return DRM_E_INVALID_KID;
    has_request = get_request(transmitter, &requester, &root);
    drm_wipe(&root, sizeof(root));
    if (!has_request)
        return DRM_E_NOT_CONFIGURED;
    return make_for_content(transmitter, &requester, NULL, key_id, policy, content_key, out);
}
