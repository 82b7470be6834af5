/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client: its configuration and its store.
 */
#include "engine/client/client.h"

#include <stdlib.h>
#include <string.h>

#include "engine/client/client_internal.h"
#include "engine/store/license_store.h"

static char *duplicate(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

drm_result drm_client_create(const struct drm_client_options *options, struct drm_client **out)
{
    struct drm_client *client = calloc(1, sizeof(*client));
    drm_result result = drm_crypto_init();

    if (!client)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_FAILED(result))
    {
        free(client);
        return result;
    }
    client->host = options->host;
    client->timeout_ms = options->timeout_ms;
    client->anchor_count = options->anchor_count;
    client->directory = duplicate(options->directory);
    client->service_url = duplicate(options->service_url ? options->service_url : "");
    client->anchors = malloc(options->anchor_count ? options->anchor_count * sizeof(*client->anchors) : 1);
    client->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!client->directory || !client->service_url || !client->anchors || !client->lock)
    {
        drm_client_free(client);
        return DRM_E_OUT_OF_MEMORY;
    }
    if (options->anchor_count)
        memcpy(client->anchors, options->anchors, options->anchor_count * sizeof(*client->anchors));
    *out = client;
    return DRM_S_OK;
}

void drm_client_free(struct drm_client *client)
{
    if (!client)
        return;
    if (client->lock)
        drm_client_drop_shared_store(client);
    sqlite3_mutex_free(client->lock);
    free(client->anchors);
    free(client->service_url);
    free(client->directory);
    free(client);
}

bool drm_client_is_embedded(const struct drm_client *client)
{
    return !client->service_url[0];
}

struct drm_store_options drm_client_store_options(const struct drm_client *client)
{
    return (struct drm_store_options){.directory = client->directory, .host = client->host};
}

/* --- the shared store ------------------------------------------------------------------------------------- */

static void free_shared_store(struct drm_shared_store *shared)
{
    if (!shared)
        return;
    drm_store_close(shared->store);
    free(shared->views);
    free(shared);
}

void drm_client_release_store(struct drm_client *client, struct drm_shared_store *shared)
{
    bool last;

    sqlite3_mutex_enter(client->lock);
    last = !--shared->references;
    sqlite3_mutex_leave(client->lock);
    if (last)
        free_shared_store(shared);
}

drm_result drm_client_acquire_store(struct drm_client *client, struct drm_shared_store **out)
{
    struct drm_store_options options = drm_client_store_options(client);
    drm_result result = DRM_S_OK;

    sqlite3_mutex_enter(client->lock);
    if (!client->shared)
    {
        struct drm_shared_store *shared = calloc(1, sizeof(*shared));

        if (shared)
            shared->views = calloc(client->anchor_count + 1, sizeof(*shared->views));
        result = shared && shared->views ? drm_store_open(&options, NULL, &shared->store) : DRM_E_OUT_OF_MEMORY;
        if (DRM_FAILED(result))
            free_shared_store(shared);
        else
        {
            shared->references = 1; /* the client's own */
            client->shared = shared;
        }
    }
    if (DRM_SUCCEEDED(result))
    {
        client->shared->references++;
        *out = client->shared;
    }
    sqlite3_mutex_leave(client->lock);
    return result;
}

void drm_client_rest(struct drm_client *client)
{
    struct drm_shared_store *shared;

    sqlite3_mutex_enter(client->lock);
    if ((shared = client->shared))
        shared->references++;
    sqlite3_mutex_leave(client->lock);
    if (!shared)
        return;
    drm_store_rest(shared->store);
    drm_client_release_store(client, shared);
}

void drm_client_drop_shared_store(struct drm_client *client)
{
    struct drm_shared_store *shared;

    sqlite3_mutex_enter(client->lock);
    shared = client->shared;
    client->shared = NULL;
    sqlite3_mutex_leave(client->lock);
    if (shared)
        drm_client_release_store(client, shared);
}
