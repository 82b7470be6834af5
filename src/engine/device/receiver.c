/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A receiver: registration, and asking for licences. What comes back is receiver_license.c's. */
#include <stdlib.h>
#include <string.h>

#include "engine/device/identity.h"
#include "engine/device/receiver_internal.h"
#include "engine/device/registration.h"

drm_result drm_receiver_create(struct drm_client *client, struct drm_receiver **out)
{
    struct drm_receiver *receiver = calloc(1, sizeof(*receiver));

    if (!receiver)
        return DRM_E_OUT_OF_MEMORY;
    receiver->client = client;
    receiver->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!receiver->lock)
    {
        free(receiver);
        return DRM_E_OUT_OF_MEMORY;
    }
    *out = receiver;
    return DRM_S_OK;
}

void drm_receiver_free(struct drm_receiver *receiver)
{
    if (!receiver)
        return;
    sqlite3_mutex_free(receiver->lock);
    drm_wipe(receiver, sizeof(*receiver));
    free(receiver);
}

struct drm_receiver_state drm_receiver_state_of(struct drm_receiver *receiver)
{
    struct drm_receiver_state state;

    sqlite3_mutex_enter(receiver->lock);
    state = receiver->state;
    sqlite3_mutex_leave(receiver->lock);
    return state;
}

/* --- registration ------------------------------------------------------------------------------------------- */

drm_result drm_receiver_request_registration(struct drm_receiver *receiver, struct drm_buffer *out)
{
    struct drm_registration_request request;
    struct drm_device_identity self;
    struct drm_question question;
    drm_result result = drm_question_begin(&question, receiver->client);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = drm_device_identity_load(&question, &self)))
    {
        drm_random(request.serial, sizeof(request.serial));
        request.chain = drm_buffer_span(&self.identity.chain);
        result = drm_registration_request_write(&request, out);
        drm_device_identity_free(&self);
    }
    if (DRM_SUCCEEDED(result))
    {
        sqlite3_mutex_enter(receiver->lock);
        receiver->state.has_serial = true;
        memcpy(receiver->state.serial, request.serial, sizeof(request.serial));
        sqlite3_mutex_leave(receiver->lock);
    }
    return drm_question_end(&question, result);
}

static drm_result open_registration(const struct drm_question *question, const struct drm_device_identity *self,
                                    const struct drm_registration_response *response, struct drm_registration *out)
{
    uint8_t seed[DRM_DEVICE_SEED_SIZE];
    struct drm_chain chain;
    drm_result result;

    if (DRM_FAILED(result = drm_device_chain_read(response->chain, self->anchor, DRM_ROLE_MACHINE, self->now, &chain))
        || DRM_FAILED(result = drm_registration_response_verify(response, &chain))
        || DRM_FAILED(result = drm_device_check_chain_revoked(question, &chain)))
        return result;
    result = drm_registration_response_open(response, self->keys.encrypt_private, seed);
    if (DRM_FAILED(result))
        return result == DRM_E_DECRYPT_ERROR ? DRM_E_INVALID_MACHINE : result;
    *out = (struct drm_registration){.address = response->address};
    memcpy(out->transmitter, chain.certificates[0].subject, DRM_ID_SIZE);
    memcpy(out->session.id, response->session, sizeof(out->session.id));
    memcpy(out->session.serial, response->serial, sizeof(out->session.serial));
    result = drm_device_session_derive(&out->session, seed);
    drm_wipe(seed, sizeof(seed));
    return result;
}

/* False where no request may be answered. The rest of the state is secret, and stays where it is. */
static bool get_serial(struct drm_receiver *receiver, uint8_t serial[DRM_DEVICE_ID_SIZE])
{
    bool has_serial;

    sqlite3_mutex_enter(receiver->lock);
    has_serial = receiver->state.has_serial;
    memcpy(serial, receiver->state.serial, DRM_DEVICE_ID_SIZE);
    sqlite3_mutex_leave(receiver->lock);
    return has_serial;
}

/* The serial is used up; false where another thread did that, or asked anew, meanwhile. */
static bool use_serial(struct drm_receiver *receiver, const uint8_t serial[DRM_DEVICE_ID_SIZE])
{
    bool mine;

    sqlite3_mutex_enter(receiver->lock);
    mine = receiver->state.has_serial && !memcmp(receiver->state.serial, serial, DRM_DEVICE_ID_SIZE);
    if (mine)
        receiver->state.has_serial = false;
    sqlite3_mutex_leave(receiver->lock);
    return mine;
}

drm_result drm_receiver_take_registration(struct drm_receiver *receiver, struct drm_span data,
                                          struct drm_registration *out)
{
    uint8_t serial[DRM_DEVICE_ID_SIZE];
    struct drm_registration_response response;
    struct drm_device_identity self;
    struct drm_question question;
    drm_result result;

    if (!get_serial(receiver, serial))
        return DRM_E_NOT_CONFIGURED;
    if (DRM_FAILED(result = drm_registration_response_read(data, &response)))
        return result;
    if (memcmp(response.serial, serial, sizeof(serial)))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (DRM_FAILED(result = drm_question_begin(&question, receiver->client)))
        return result;
    if (DRM_SUCCEEDED(result = drm_device_identity_load(&question, &self)))
    {
        result = open_registration(&question, &self, &response, out);
        drm_device_identity_free(&self);
    }
    if (DRM_SUCCEEDED(result) && !use_serial(receiver, serial))
    {
        drm_wipe(out, sizeof(*out));
        result = DRM_E_PARAMETERS_MISMATCHED;
    }
    return drm_question_end(&question, result);
}

void drm_receiver_keep_registration(struct drm_receiver *receiver, const struct drm_registration *registration)
{
    sqlite3_mutex_enter(receiver->lock);
    receiver->state.is_registered = true;
    receiver->state.registration = *registration;
    sqlite3_mutex_leave(receiver->lock);
}

/* --- asking for licences ------------------------------------------------------------------------------------- */

static drm_result write_request(const struct drm_device_identity *self, const struct drm_receiver_state *state,
                                const char *action, struct drm_buffer *out)
{
    const struct drm_device_session *session = state->is_registered ? &state->registration.session : NULL;
    struct drm_device_license_request request = {
        .chain = drm_buffer_span(&self->identity.chain), .action = drm_span(action, strlen(action))};

    if (session)
    {
        memcpy(request.serial, session->serial, sizeof(request.serial));
        memcpy(request.session, session->id, sizeof(request.session));
    }
    drm_random(request.rights_id, sizeof(request.rights_id));
    memcpy(request.list_versions, self->list_versions, sizeof(request.list_versions));
    return drm_device_license_request_write(&request, session, self->keys.sign_seed, out);
}

drm_result drm_receiver_request_license(struct drm_receiver *receiver, const char *action, struct drm_buffer *out)
{
    struct drm_receiver_state state;
    struct drm_device_identity self;
    struct drm_question question;
    size_t begun = out->size;
    drm_result result;

    if (strlen(action) > DRM_DEVICE_ACTION_MAX_SIZE)
        return DRM_E_ATTRIBUTE_TOO_LONG;
    if (strcmp(action, DRM_DEVICE_ACTION))
        return DRM_E_UNSUPPORTED_ACTION;
    if (DRM_FAILED(result = drm_question_begin(&question, receiver->client)))
        return result;
    state = drm_receiver_state_of(receiver);
    if (DRM_SUCCEEDED(result = drm_device_identity_load(&question, &self)))
    {
        result = write_request(&self, &state, action, out);
        drm_device_identity_free(&self);
    }
    if (DRM_SUCCEEDED(result))
    {
        sqlite3_mutex_enter(receiver->lock);
        receiver->state.has_request = true;
        drm_sha256(out->data + begun, out->size - begun, receiver->state.request_hash);
        sqlite3_mutex_leave(receiver->lock);
    }
    drm_wipe(&state, sizeof(state));
    return drm_question_end(&question, result);
}
