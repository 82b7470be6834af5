/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fetching newer revocation lists. The request is signed by nobody and names no machine: the lists are the same for
 * all.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority.h"
#include "engine/client/answer_receiver.h"
#include "engine/client/client_internal.h"

static void on_phase(void *context, enum drm_http_phase phase, const char *url)
{
    (void)context;
    (void)phase;
    (void)url;
}

static drm_result on_begin(void *context, uint64_t total)
{
    (void)context;
    (void)total;
    return DRM_S_OK;
}

static drm_result on_data(void *context, const uint8_t *data, size_t size)
{
    return drm_answer_receiver_feed(context, data, size);
}

static drm_result install(struct drm_store *store, const uint8_t *anchor, bool embedded,
                          struct drm_answer_receiver *receiver)
{
    struct drm_install *order = calloc(1, sizeof(*order));
    bool superseded;
    drm_result result;

    if (!order)
        return DRM_E_OUT_OF_MEMORY;
    order->anchor = anchor;
    order->embedded = embedded;
    order->answer = &receiver->answer;
    order->list_count = receiver->list_count;
    memcpy(order->lists, receiver->lists, sizeof(order->lists));
    result = drm_store_install(store, order, &superseded);
    free(order);
    return result;
}

drm_result drm_client_refresh_revocation(struct drm_client *client, const struct drm_task *task)
{
    struct drm_store_options options = drm_client_store_options(client);
    struct drm_answer_receiver *receiver = calloc(1, sizeof(*receiver));
    const struct drm_exchange_sink sink = {
        .context = receiver, .phase = on_phase, .begin = on_begin, .data = on_data};
    struct drm_request request = {.kind = DRM_REQUEST_REVOCATION};
    struct drm_authority *authority = NULL;
    struct drm_store *store = NULL;
    struct drm_buffer encoded = {0};
    const uint8_t *anchor;
    uint32_t round_trips = 0;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!receiver)
        return result;
    if (task->cancelled(task->context))
        result = DRM_E_OPERATION_CANCELED;
    else
        result = drm_store_open(&options, task, &store);
    if (DRM_FAILED(result))
        goto done;
    if (drm_client_is_embedded(client))
    {
        if (DRM_FAILED(result = drm_client_open_authority(client, task, &authority)))
            goto done;
        anchor = drm_authority_root(authority);
    }
    else if (client->anchor_count)
        anchor = client->anchors[0];
    else
    {
        result = DRM_E_NOT_CONFIGURED;
        goto done;
    }

    drm_random(request.nonce, sizeof(request.nonce));
    if (DRM_FAILED(result = drm_store_sound_list_versions(store, anchor, request.list_versions))
        || DRM_FAILED(result = drm_request_write(&request, NULL, NULL, &encoded)))
        goto done;
    drm_answer_receiver_init(receiver, &request, anchor, store);
    if (DRM_FAILED(result = drm_client_ask(client, authority, task, DRM_REQUEST_REVOCATION, &encoded, &sink,
                                           &round_trips))
        || DRM_FAILED(result = drm_answer_receiver_finish(receiver)))
        goto done;
    result = task->cancelled(task->context) ? DRM_E_OPERATION_CANCELED
                                            : install(store, anchor, authority != NULL, receiver);

done:
    drm_answer_receiver_cleanup(receiver);
    free(receiver);
    drm_buffer_free(&encoded);
    drm_authority_close(authority);
    drm_store_close(store);
    return result;
}
