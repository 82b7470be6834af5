/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Individualization: the machine's keys are made here, the authority certifies them, one transaction puts them in
 * force.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority.h"
#include "engine/client/answer_receiver.h"
#include "engine/client/client_internal.h"

#define MAX_TRANSFER_REPORTS 100

struct individualization
{
    struct drm_client *client;
    const struct drm_task *task;
    bool forced;

    struct drm_store *store;
    struct drm_authority *authority; /* the embedded one; NULL for the service */
    const uint8_t *anchor;

    struct drm_identity old;         /* number 0: none, or one that cannot be used any more */
    int64_t expected;                /* the identity in force now, usable or not */
    struct drm_identity_keys old_keys;

    struct drm_request request;
    struct drm_identity_keys keys;
    struct drm_buffer encoded;
    struct drm_answer_receiver receiver;

    struct drm_progress progress;
    char url[DRM_EXCHANGE_MAX_URL];
    uint32_t transfer_reports;
};

/* --- progress --------------------------------------------------------------------------------------------- */

static void report(struct individualization *run)
{
    run->task->progress(run->task->context, &run->progress);
}

static void enter(struct individualization *run, enum drm_individualization_state state, enum drm_http_phase http)
{
    run->progress.state = state;
    run->progress.http = http;
    report(run);
}

/* Like a counter of percent: shows the first bytes and the last, and at most MAX_TRANSFER_REPORTS times in all. */
static void report_transfer(struct individualization *run)
{
    const struct drm_answer_receiver *receiver = &run->receiver;
    uint64_t received = receiver->received < receiver->total ? receiver->received : receiver->total;
    uint64_t due = 1 + received * (MAX_TRANSFER_REPORTS - 1) / receiver->total;

    /* A second round trip begins where the first one stopped: what is shown never falls. */
    if (received > run->progress.received)
        run->progress.received = received;
    if (receiver->total > run->progress.total)
        run->progress.total = receiver->total;
    if (run->transfer_reports < due)
    {
        run->transfer_reports = (uint32_t)due;
        enter(run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_RECEIVING);
    }
}

/* --- the answer ------------------------------------------------------------------------------------------- */

static void on_phase(void *context, enum drm_http_phase phase, const char *url)
{
    struct individualization *run = context;
    size_t length = strlen(url);

    if (phase == DRM_HTTP_RECEIVING)
        return; /* shown when the head tells that a package comes, and how large */
    if (length < sizeof(run->url))
    {
        memcpy(run->url, url, length + 1);
        run->progress.url = run->url;
    }
    enter(run, DRM_INDIVIDUALIZATION_DOWNLOAD, phase);
}

static drm_result on_begin(void *context, uint64_t total)
{
    (void)context;
    (void)total;
    return DRM_S_OK;
}

static drm_result on_data(void *context, const uint8_t *data, size_t size)
{
    struct individualization *run = context;
    drm_result result = drm_answer_receiver_feed(&run->receiver, data, size);

    if (DRM_SUCCEEDED(result) && run->receiver.has_head && !run->receiver.answer.up_to_date)
        report_transfer(run);
    return result;
}

/* --- before the request ----------------------------------------------------------------------------------- */

static drm_result open_store(struct individualization *run)
{
    struct drm_store_options options = drm_client_store_options(run->client);
    drm_result result = drm_store_open(&options, run->task, &run->store);

    if (DRM_SUCCEEDED(result) && run->forced)
        result = drm_store_check(run->store);
    if (result != DRM_E_STORE_CORRUPT || !run->forced)
        return result;

    drm_store_close(run->store);
    run->store = NULL;
    drm_client_drop_shared_store(run->client);
    if (DRM_FAILED(result = drm_store_set_aside(&options, run->task)))
        return result;
    return drm_store_open(&options, run->task, &run->store);
}

static drm_result find_authority(struct individualization *run)
{
    drm_result result;

    if (!drm_client_is_embedded(run->client))
    {
        if (!run->client->anchor_count)
            return DRM_E_NOT_CONFIGURED; /* without a trust anchor no answer could be believed: do not even ask */
        run->anchor = run->client->anchors[0];
        return DRM_S_OK;
    }
    if (DRM_SUCCEEDED(result = drm_client_open_authority(run->client, run->task, &run->authority)))
        run->anchor = drm_authority_root(run->authority);
    return result;
}

static void forget_old_identity(struct individualization *run)
{
    drm_identity_free(&run->old);
    drm_wipe(&run->old_keys, sizeof(run->old_keys));
}

/* Its keys are lost, its row was edited, or it was revoked. A store that is busy or a disk that fails loses nothing. */
static bool is_loss_of_identity(drm_result result)
{
    return result == DRM_E_SECURE_STORE_UNLOCK_ERROR || result == DRM_E_STORE_CORRUPT
           || result == DRM_E_CERTIFICATE_REVOKED || result == DRM_E_INVALID_CERTIFICATE;
}

static drm_result load_old_identity(struct individualization *run)
{
    struct drm_certificate certificate;
    struct drm_chain chain;
    bool revoked = false;
    drm_result result;

    if (DRM_FAILED(result = drm_store_get_identity(run->store, run->anchor, &run->old)))
        return result;
    run->expected = run->old.number;
    if (!run->old.number)
        return DRM_S_OK;
    run->request.installed = run->old.version;

    result = drm_store_get_identity_keys(run->store, run->anchor, &run->old, &run->old_keys);
    if (DRM_SUCCEEDED(result))
        result = drm_chain_read(drm_buffer_span(&run->old.chain), &chain);
    if (DRM_SUCCEEDED(result))
    {
        certificate = chain.certificates[0];
        result = drm_store_is_revoked(run->store, run->anchor, DRM_REVOCATION_GRL,
                                      (const uint8_t(*)[DRM_SHA256_SIZE])certificate.id, 1, &revoked);
        if (result == DRM_E_STORE_CORRUPT && run->forced)
            result = DRM_S_OK; /* the list is damaged and comes again; the authority has its own */
        if (DRM_SUCCEEDED(result) && revoked)
            result = DRM_E_CERTIFICATE_REVOKED;
    }
    if (!run->forced || !is_loss_of_identity(result))
        return result;

    /* A forced individualization makes a new machine. */
    drm_log_write(&run->client->host->log, "client: the old identity cannot sign any more: 0x%08x",
                  (unsigned int)result);
    forget_old_identity(run);
    return DRM_S_OK;
}

static drm_result build_request(struct individualization *run)
{
    struct drm_request_signer signer = {.seed = run->old_keys.sign_seed, .chain = drm_buffer_span(&run->old.chain)};
    struct drm_request *request = &run->request;
    drm_result result;

    request->kind = DRM_REQUEST_INDIVIDUALIZE;
    request->forced = run->forced;
    drm_random(request->nonce, sizeof(request->nonce));
    if (run->old.number)
    {
        memcpy(request->machine_id, run->old.machine_id, sizeof(request->machine_id));
        memcpy(request->component_hash, run->old.component_hash, sizeof(request->component_hash));
    }
    else
        drm_random(request->machine_id, sizeof(request->machine_id));

    drm_random(&run->keys, sizeof(run->keys));
    if (DRM_FAILED(result = drm_sign_public(run->keys.sign_seed, request->sign_key))
        || DRM_FAILED(result = drm_x25519_public(run->keys.encrypt_private, request->encrypt_key))
        || DRM_FAILED(result = run->forced ? drm_store_sound_list_versions(run->store, run->anchor,
                                                                           request->list_versions)
                                           : drm_store_list_versions(run->store, run->anchor,
                                                                     request->list_versions)))
        return result;
    drm_buffer_free(&run->encoded);
    return drm_request_write(request, run->keys.sign_seed, run->old.number ? &signer : NULL, &run->encoded);
}

/* --- the round trip, and what comes of it ----------------------------------------------------------------- */

static drm_result ask_once(struct individualization *run)
{
    const struct drm_exchange_sink sink = {.context = run, .phase = on_phase, .begin = on_begin, .data = on_data};
    drm_result result;

    drm_answer_receiver_cleanup(&run->receiver);
    if (DRM_FAILED(result = build_request(run)))
        return result;
    drm_answer_receiver_init(&run->receiver, &run->request, run->anchor, run->store);
    if (DRM_FAILED(result = drm_client_ask(run->client, run->authority, run->task, DRM_REQUEST_INDIVIDUALIZE,
                                           &run->encoded, &sink, &run->progress.round_trips)))
        return result;
    return drm_answer_receiver_finish(&run->receiver);
}

static bool is_refusal_of_identity(drm_result result)
{
    return result == DRM_E_CERTIFICATE_REVOKED || result == DRM_E_MACHINE_REFUSED;
}

static drm_result ask(struct individualization *run)
{
    drm_result result = ask_once(run);

    /* Revoked, and this machine had not heard of it: once more, as a new machine. */
    if (run->forced && run->old.number && is_refusal_of_identity(result))
    {
        forget_old_identity(run);
        result = ask_once(run);
    }
    return result;
}

static drm_result install(struct individualization *run)
{
    struct drm_answer_receiver *receiver = &run->receiver;
    struct drm_identity identity = {.version = receiver->answer.version};
    struct drm_install *order = calloc(1, sizeof(*order));
    bool superseded = false;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!order)
        return result;
    memcpy(identity.machine_id, run->request.machine_id, sizeof(identity.machine_id));
    memcpy(identity.sign_key, run->request.sign_key, sizeof(identity.sign_key));
    memcpy(identity.encrypt_key, run->request.encrypt_key, sizeof(identity.encrypt_key));
    if (!receiver->answer.up_to_date
        && DRM_FAILED(result = drm_buffer_append(&identity.chain, receiver->answer.machine_chain.data,
                                                 receiver->answer.machine_chain.size)))
        goto done;

    order->anchor = run->anchor;
    order->expected = run->expected;
    order->replace_lost_secret = run->forced;
    order->embedded = run->authority != NULL;
    order->answer = &receiver->answer;
    order->list_count = receiver->list_count;
    memcpy(order->lists, receiver->lists, sizeof(order->lists));
    if (!receiver->answer.up_to_date)
    {
        order->identity = &identity;
        order->keys = &run->keys;
    }
    for (size_t i = 0; i < receiver->answer.part_count; i++)
        if (receiver->answer.parts[i].kind == DRM_PART_COMPONENT)
        {
            order->component = receiver->component;
            order->component_name = receiver->answer.parts[i].name;
            order->component_hash = receiver->answer.parts[i].hash;
            order->component_size = receiver->answer.parts[i].size;
        }
    result = drm_store_install(run->store, order, &superseded);
    if (DRM_SUCCEEDED(result) && superseded)
        drm_log_write(&run->client->host->log, "client: another process individualized first; its identity stays");

done:
    drm_buffer_free(&identity.chain);
    free(order);
    return result;
}

static drm_result find_and_ask(struct individualization *run)
{
    drm_result result;

    if (DRM_FAILED(result = find_authority(run)) || DRM_FAILED(result = load_old_identity(run)))
        return result;
    return ask(run);
}

/* An embedded authority that is damaged, or whose keys are lost, gives place to a new one. */
static drm_result replace_authority(struct individualization *run, drm_result reason)
{
    drm_log_write(&run->client->host->log, "client: the embedded authority is unusable: 0x%08x", (unsigned int)reason);
    drm_answer_receiver_cleanup(&run->receiver);
    forget_old_identity(run);
    run->anchor = NULL;
    drm_authority_close(run->authority);
    run->authority = NULL;
    memset(&run->request, 0, sizeof(run->request));
    return drm_client_set_authority_aside(run->client, run->task);
}

static drm_result run_all(struct individualization *run)
{
    drm_result result;

    enter(run, DRM_INDIVIDUALIZATION_BEGIN, DRM_HTTP_NOT_INITIATED);
    if (run->task->cancelled(run->task->context))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(result = open_store(run)))
        return result;
    result = find_and_ask(run);
    if (run->forced && drm_client_is_embedded(run->client)
        && (result == DRM_E_STORE_CORRUPT || result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        && DRM_SUCCEEDED(result = replace_authority(run, result)))
        result = find_and_ask(run);
    if (DRM_FAILED(result))
        return result;

    enter(run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_COMPLETED);
    if (run->task->cancelled(run->task->context))
        return DRM_E_OPERATION_CANCELED;
    if (!run->receiver.answer.up_to_date)
        enter(run, DRM_INDIVIDUALIZATION_INSTALL, DRM_HTTP_COMPLETED);
    return install(run);
}

drm_result drm_client_individualize(struct drm_client *client, bool forced, const struct drm_task *task)
{
    struct individualization *run = calloc(1, sizeof(*run));
    drm_result result;

    if (!run)
    {
        /* Even then a last state comes. */
        struct drm_progress failed = {.state = DRM_INDIVIDUALIZATION_FAIL, .result = DRM_E_OUT_OF_MEMORY};

        task->progress(task->context, &failed);
        return DRM_E_OUT_OF_MEMORY;
    }
    run->client = client;
    run->task = task;
    run->forced = forced;
    result = run_all(run);

    run->progress.result = DRM_FAILED(result) ? result : DRM_S_OK;
    enter(run, DRM_SUCCEEDED(result)                  ? DRM_INDIVIDUALIZATION_SUCCEED
               : result == DRM_E_OPERATION_CANCELED ? DRM_INDIVIDUALIZATION_CANCEL
                                                    : DRM_INDIVIDUALIZATION_FAIL,
          run->progress.http);

    drm_answer_receiver_cleanup(&run->receiver);
    forget_old_identity(run);
    drm_buffer_free(&run->encoded);
    drm_authority_close(run->authority);
    drm_store_close(run->store);
    drm_wipe(run, sizeof(*run));
    free(run);
    return result;
}
