/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registrar: a transmitter's book of network devices. */
#include "engine/device/registrar.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "engine/device/identity.h"
#include "engine/device/registration.h"

struct device
{
    struct drm_registered_device shown; /* validated and validity_ms are made when it is asked for */
    uint8_t certificates[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE]; /* their ids, for lists that come later */
    size_t certificate_count;
    bool has_session;
    struct drm_device_session session;   /* the one whose proximity was shown last */
    uint64_t valid_until;                /* monotonic milliseconds */
};

/* A registration whose proximity is not settled, or was a moment ago. */
struct session
{
    bool used;
    uint8_t device[DRM_ID_SIZE];
    uint64_t begun;                      /* monotonic milliseconds */
    struct drm_proximity_transmitter proximity;
};

struct drm_registrar
{
    struct drm_client *client;
    sqlite3_mutex *lock; /* guards: all below */
    bool used;
    size_t count;
    struct device *devices[DRM_REGISTRAR_MAX_DEVICES];
    struct session sessions[DRM_REGISTRAR_MAX_SESSIONS];
};

drm_result drm_registrar_create(struct drm_client *client, struct drm_registrar **out)
{
    struct drm_registrar *registrar = calloc(1, sizeof(*registrar));

    if (!registrar)
        return DRM_E_OUT_OF_MEMORY;
    registrar->client = client;
    registrar->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!registrar->lock)
    {
        free(registrar);
        return DRM_E_OUT_OF_MEMORY;
    }
    *out = registrar;
    return DRM_S_OK;
}

static void device_free(struct device *device)
{
    drm_wipe(device, sizeof(*device));
    free(device);
}

void drm_registrar_free(struct drm_registrar *registrar)
{
    if (!registrar)
        return;
    for (size_t i = 0; i < registrar->count; i++)
        device_free(registrar->devices[i]);
    sqlite3_mutex_free(registrar->lock);
    drm_wipe(registrar, sizeof(*registrar));
    free(registrar);
}

static void lock(struct drm_registrar *registrar)
{
    sqlite3_mutex_enter(registrar->lock);
}

static void unlock(struct drm_registrar *registrar)
{
    sqlite3_mutex_leave(registrar->lock);
}

static uint64_t now_of(const struct drm_registrar *registrar)
{
    const struct drm_clock *clock = &registrar->client->host->clock;

    return clock->monotonic(clock->context);
}

bool drm_registrar_is_used(struct drm_registrar *registrar)
{
    bool used;

    lock(registrar);
    used = registrar->used;
    unlock(registrar);
    return used;
}

/* --- the book: the lock is held ----------------------------------------------------------------------------- */

static struct device *find_locked(struct drm_registrar *registrar, const uint8_t *id)
{
    for (size_t i = 0; i < registrar->count; i++)
        if (!memcmp(registrar->devices[i]->shown.id, id, DRM_ID_SIZE))
            return registrar->devices[i];
    return NULL;
}

static void forget_locked(struct drm_registrar *registrar, struct device *device)
{
    size_t place = 0;

    while (registrar->devices[place] != device)
        place++;
    for (size_t i = 0; i < DRM_REGISTRAR_MAX_SESSIONS; i++)
        if (registrar->sessions[i].used && !memcmp(registrar->sessions[i].device, device->shown.id, DRM_ID_SIZE))
            drm_wipe(&registrar->sessions[i], sizeof(registrar->sessions[i]));
    device_free(device);
    registrar->count--;
    memmove(&registrar->devices[place], &registrar->devices[place + 1],
            (registrar->count - place) * sizeof(registrar->devices[0]));
}

/* Whoever has a certificate may register: so that strangers cannot fill the book, the oldest of them makes room. */
static drm_result make_room_locked(struct drm_registrar *registrar)
{
    if (registrar->count < DRM_REGISTRAR_MAX_DEVICES)
        return DRM_S_OK;
    for (size_t i = 0; i < registrar->count; i++)
        if (!registrar->devices[i]->shown.approved)
        {
            forget_locked(registrar, registrar->devices[i]);
            return DRM_S_OK;
        }
    return DRM_E_DEVICE_LIMIT_REACHED;
}

static drm_result enter_locked(struct drm_registrar *registrar, const struct drm_chain *chain)
{
    const struct drm_certificate *leaf = &chain->certificates[0];
    struct device *device = find_locked(registrar, leaf->subject);
    drm_result result;

    if (!device)
    {
        if (DRM_FAILED(result = make_room_locked(registrar)))
            return result;
        if (!(device = calloc(1, sizeof(*device))))
            return DRM_E_OUT_OF_MEMORY;
        memcpy(device->shown.id, leaf->subject, DRM_ID_SIZE);
        registrar->devices[registrar->count++] = device;
    }
    memcpy(device->shown.name, leaf->name, sizeof(device->shown.name));
    device->certificate_count = chain->count;
    for (size_t i = 0; i < chain->count; i++)
        memcpy(device->certificates[i], chain->certificates[i].id, DRM_SHA256_SIZE);
    return DRM_S_OK;
}

/* --- sessions: the lock is held ----------------------------------------------------------------------------- */

/* A place for one more: a free one, or that of the oldest. */
static struct session *session_place_locked(struct drm_registrar *registrar)
{
    struct session *oldest = &registrar->sessions[0];

    for (size_t i = 0; i < DRM_REGISTRAR_MAX_SESSIONS; i++)
    {
        struct session *session = &registrar->sessions[i];

        if (!session->used)
            return session;
        if (session->begun < oldest->begun)
            oldest = session;
    }
    return oldest;
}

static struct session *find_session_locked(struct drm_registrar *registrar, const uint8_t *id)
{
    uint64_t now = now_of(registrar);

    for (size_t i = 0; i < DRM_REGISTRAR_MAX_SESSIONS; i++)
    {
        struct session *session = &registrar->sessions[i];

        if (session->used && now - session->begun >= DRM_REGISTRAR_SESSION_MS)
            drm_wipe(session, sizeof(*session));
        if (session->used && !memcmp(session->proximity.session.id, id, DRM_DEVICE_ID_SIZE))
            return session;
    }
    return NULL;
}

/* The device is near: for 48 hours, with the keys of this session. */
static void validate_locked(struct drm_registrar *registrar, const struct session *session)
{
    struct device *device = find_locked(registrar, session->device);

    if (!device)
        return;
    device->has_session = true;
    device->session = session->proximity.session;
    device->valid_until = now_of(registrar) + DRM_REGISTRAR_VALIDITY_MS;
    device->shown.round_trip_us = (uint32_t)session->proximity.best;
}

static bool is_valid_locked(struct drm_registrar *registrar, const struct device *device)
{
    return device->has_session && now_of(registrar) < device->valid_until;
}

/* --- registering -------------------------------------------------------------------------------------------- */

static drm_result add_session(struct drm_registrar *registrar, const struct drm_chain *chain,
                              const struct drm_device_session *keys)
{
    struct session *session;
    drm_result result;

    lock(registrar);
    registrar->used = true;
    if (DRM_SUCCEEDED(result = enter_locked(registrar, chain)))
    {
        session = session_place_locked(registrar);
        session->used = true;
        session->begun = now_of(registrar);
        memcpy(session->device, chain->certificates[0].subject, DRM_ID_SIZE);
        drm_proximity_transmitter_begin(&session->proximity, keys);
    }
    unlock(registrar);
    return result;
}

static drm_result respond(struct drm_registrar *registrar, const struct drm_device_identity *self,
                          const struct drm_registration_request *request, const struct drm_chain *chain,
                          const struct drm_device_address *address, struct drm_buffer *out)
{
    struct drm_registration_response response = {.address = *address, .chain = drm_buffer_span(&self->identity.chain)};
    struct drm_device_session session = {0};
    uint8_t seed[DRM_DEVICE_SEED_SIZE];
    size_t before = out->size;
    drm_result result;

    drm_random(seed, sizeof(seed));
    drm_random(session.id, sizeof(session.id));
    memcpy(session.serial, request->serial, sizeof(session.serial));
    memcpy(response.serial, request->serial, sizeof(response.serial));
    memcpy(response.session, session.id, sizeof(response.session));
    if (DRM_SUCCEEDED(result = drm_device_session_derive(&session, seed))
        && DRM_SUCCEEDED(result = drm_registration_response_write(&response, seed,
                                                                  chain->certificates[0].encrypt_key,
                                                                  self->keys.sign_seed, out))
        && DRM_FAILED(result = add_session(registrar, chain, &session)))
        drm_buffer_truncate(out, before);
    drm_wipe(seed, sizeof(seed));
    drm_wipe(&session, sizeof(session));
    return result;
}

static drm_result take_request(struct drm_registrar *registrar, const struct drm_question *question,
                               struct drm_span data, const struct drm_device_address *address, struct drm_buffer *out)
{
    struct drm_registration_request request;
    struct drm_device_identity self;
    struct drm_chain chain;
    drm_result result;

    if (DRM_FAILED(result = drm_registration_request_read(data, &request))
        || DRM_FAILED(result = drm_device_identity_load(question, &self)))
        return result;
    if (DRM_SUCCEEDED(result = drm_device_chain_read(request.chain, self.anchor, DRM_DEVICE_ROLES, self.now, &chain))
        && DRM_SUCCEEDED(result = drm_device_check_chain_revoked(question, &chain)))
        result = respond(registrar, &self, &request, &chain, address, out);
    drm_device_identity_free(&self);
    return result;
}

drm_result drm_registrar_register(struct drm_registrar *registrar, struct drm_span request,
                                  const struct drm_device_address *address, struct drm_buffer *response)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, registrar->client);

    if (DRM_FAILED(result))
        return result;
    result = take_request(registrar, &question, request, address, response);
    drm_log_write(&registrar->client->host->log, "devices: a registration: 0x%08x", (unsigned int)result);
    return drm_question_end(&question, result);
}

size_t drm_registrar_take(struct drm_registrar *registrar, struct drm_span datagram,
                          const struct drm_device_address *from, uint64_t now, uint8_t out[DRM_DATAGRAM_MAX_SIZE])
{
    uint8_t id[DRM_DEVICE_ID_SIZE];
    struct session *session;
    size_t size = 0;

    if (!drm_proximity_session_of(datagram, id))
        return 0;
    lock(registrar);
    if ((session = find_session_locked(registrar, id)))
    {
        bool passed = session->proximity.state == DRM_PROXIMITY_PASSED;

        size = drm_proximity_transmitter_take(&session->proximity, datagram, from, now, out);
        if (!passed && session->proximity.state == DRM_PROXIMITY_PASSED)
            validate_locked(registrar, session);
    }
    unlock(registrar);
    return size;
}

/* --- the book ----------------------------------------------------------------------------------------------- */

void drm_registrar_list(struct drm_registrar *registrar, struct drm_registered_device *out, size_t capacity,
                        size_t *count)
{
    uint64_t now = now_of(registrar);

    lock(registrar);
    *count = registrar->count;
    for (size_t i = 0; i < registrar->count && i < capacity; i++)
    {
        const struct device *device = registrar->devices[i];

        out[i] = device->shown;
        out[i].validated = is_valid_locked(registrar, device);
        out[i].validity_ms = device->has_session && device->valid_until > now ? device->valid_until - now : 0;
    }
    unlock(registrar);
}

drm_result drm_registrar_approve(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE], bool approved)
{
    struct device *device;

    lock(registrar);
    registrar->used = true;
    if ((device = find_locked(registrar, id)))
    {
        device->shown.approved = approved;
        device->shown.open = device->shown.open && approved;
    }
    unlock(registrar);
    return device ? DRM_S_OK : DRM_E_MUST_REGISTER;
}

drm_result drm_registrar_close(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE])
{
    struct device *device;

    lock(registrar);
    if ((device = find_locked(registrar, id)))
        device->shown.open = false;
    unlock(registrar);
    return device ? DRM_S_OK : DRM_E_MUST_REGISTER;
}

drm_result drm_registrar_remove(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE])
{
    struct device *device;

    lock(registrar);
    if ((device = find_locked(registrar, id)))
        forget_locked(registrar, device);
    unlock(registrar);
    return device ? DRM_S_OK : DRM_E_MUST_REGISTER;
}

/* --- who may be served -------------------------------------------------------------------------------------- */

static drm_result check_locked(struct drm_registrar *registrar, const struct device *device)
{
    if (!device)
        return DRM_E_MUST_REGISTER;
    if (!device->shown.approved)
        return DRM_E_MUST_APPROVE;
    return is_valid_locked(registrar, device) ? DRM_S_OK : DRM_E_MUST_REVALIDATE;
}

/* Lists may have come since it registered. */
static drm_result check_lists(struct drm_registrar *registrar, const uint8_t *id)
{
    uint8_t ids[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE];
    struct drm_question question;
    const struct device *device;
    size_t count = 0;
    drm_result result;

    lock(registrar);
    if ((device = find_locked(registrar, id)))
    {
        count = device->certificate_count;
        memcpy(ids, device->certificates, sizeof(ids));
    }
    unlock(registrar);
    if (!count)
        return DRM_E_MUST_REGISTER;
    if (DRM_FAILED(result = drm_question_begin(&question, registrar->client)))
        return result;
    result = drm_device_check_revoked(&question, (const uint8_t(*)[DRM_SHA256_SIZE])ids, count);
    return drm_question_end(&question, result);
}

static size_t count_open_locked(const struct drm_registrar *registrar)
{
    size_t count = 0;

    for (size_t i = 0; i < registrar->count; i++)
        count += registrar->devices[i]->shown.open;
    return count;
}

drm_result drm_registrar_open(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE])
{
    struct device *device;
    drm_result result = check_lists(registrar, id);

    if (DRM_FAILED(result))
        return result;
    lock(registrar);
    device = find_locked(registrar, id);
    result = check_locked(registrar, device);
    if (DRM_SUCCEEDED(result) && !device->shown.open)
    {
        if (count_open_locked(registrar) >= DRM_REGISTRAR_MAX_OPEN)
            result = DRM_E_DEVICE_LIMIT_REACHED;
        else
            device->shown.open = true;
    }
    unlock(registrar);
    return result;
}

drm_result drm_registrar_check(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE],
                               const uint8_t session[DRM_DEVICE_ID_SIZE], struct drm_span message,
                               struct drm_span code)
{
    const struct device *device;
    drm_result result = check_lists(registrar, id);

    if (DRM_FAILED(result))
        return result;
    lock(registrar);
    device = find_locked(registrar, id);
    result = check_locked(registrar, device);
    if (DRM_SUCCEEDED(result) && memcmp(device->session.id, session, DRM_DEVICE_ID_SIZE))
        result = DRM_E_INVALID_SESSION;
    if (DRM_SUCCEEDED(result) && message.size
        && (code.size != DRM_DEVICE_MAC_SIZE || !drm_device_mac_is(device->session.command_key, message, code.data)))
        result = DRM_E_INVALID_SESSION;
    if (DRM_SUCCEEDED(result) && !device->shown.open)
        result = DRM_E_DEVICE_NOT_OPEN;
    unlock(registrar);
    return result;
}
