/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the authority, wherever it lives.
 */
#include <stdlib.h>

#include "engine/authority/contents.h"
#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"

#define BLOCK_SIZE 65536
#define MAX_ANSWER (UINT64_C(4) * 1024 * 1024 * 1024) /* more than any answer's parts can be */
#define EMBEDDED_NAME "wmdrmsdk embedded authority"

/* --- the embedded authority ------------------------------------------------------------------------------- */

static struct drm_authority_options authority_options(const struct drm_client *client, const struct drm_task *task)
{
    return (struct drm_authority_options){
        .directory = client->directory,
        .name = EMBEDDED_NAME,
        .host = client->host,
        .task = task,
    };
}

drm_result drm_client_open_authority(struct drm_client *client, const struct drm_task *task,
                                     struct drm_authority **out)
{
    struct drm_authority_options options = authority_options(client, task);

    return drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, out);
}

drm_result drm_client_set_authority_aside(struct drm_client *client, const struct drm_task *task)
{
    struct drm_authority_options options = authority_options(client, task);

    return drm_authority_set_aside(&options);
}

drm_result drm_client_import_authority(struct drm_client *client, const char *passphrase, const char *path,
                                       bool replace)
{
    struct drm_authority_options options = authority_options(client, NULL);

    if (!drm_client_is_embedded(client))
        return DRM_E_STORE_NOT_ALLOWED;
    return drm_authority_import(&options, passphrase, path, replace);
}

static drm_result deliver(struct drm_authority_reply *reply, const struct drm_task *task,
                          const struct drm_exchange_sink *sink)
{
    uint8_t *block = malloc(BLOCK_SIZE);
    uint64_t offset = 0;
    size_t size = 1;
    drm_result result = block ? sink->begin(sink->context, drm_authority_reply_size(reply)) : DRM_E_OUT_OF_MEMORY;

    while (DRM_SUCCEEDED(result) && size)
    {
        if (task->cancelled(task->context))
            result = DRM_E_OPERATION_CANCELED;
        else if (DRM_SUCCEEDED(result = drm_authority_reply_read(reply, offset, block, BLOCK_SIZE, &size)) && size)
        {
            result = sink->data(sink->context, block, size);
            offset += size;
        }
    }
    free(block);
    return result;
}

static drm_result ask_embedded(struct drm_authority *authority, const struct drm_task *task,
                               enum drm_request_kind kind, const struct drm_buffer *request,
                               const struct drm_exchange_sink *sink, uint32_t *round_trips)
{
    struct drm_authority_reply *reply = NULL;
    drm_result result;

    sink->phase(sink->context, DRM_HTTP_CONNECTING, DRM_LOCAL_URL);
    sink->phase(sink->context, DRM_HTTP_REQUESTING, DRM_LOCAL_URL);
    if (task->cancelled(task->context))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(result = drm_authority_handle(authority, kind, drm_buffer_span(request), &reply)))
        return result;
    sink->phase(sink->context, DRM_HTTP_RECEIVING, DRM_LOCAL_URL);
    result = deliver(reply, task, sink);
    drm_authority_reply_free(reply);
    if (DRM_SUCCEEDED(result))
        ++*round_trips;
    return result;
}

/* --- either ----------------------------------------------------------------------------------------------- */

drm_result drm_client_ask(struct drm_client *client, struct drm_authority *authority, const struct drm_task *task,
                          enum drm_request_kind kind, const struct drm_buffer *request,
                          const struct drm_exchange_sink *sink, uint32_t *round_trips)
{
    struct drm_exchange exchange = {
        .url = client->service_url,
        .path = kind == DRM_REQUEST_INDIVIDUALIZE ? "v1/individualize" : "v1/revocation",
        .body = request->data,
        .body_size = request->size,
        .max_answer = MAX_ANSWER,
        .for_package = kind == DRM_REQUEST_INDIVIDUALIZE,
        .timeout_ms = client->timeout_ms,
    };

    if (authority)
        return ask_embedded(authority, task, kind, request, sink, round_trips);
    return drm_exchange(client->host, task, &exchange, sink, round_trips);
}
