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

static drm_result open_shared_store(const struct drm_client *client, const struct drm_task *task,
                                    struct drm_shared_store **out)
{
    struct drm_store_options options = drm_client_store_options(client);
    struct drm_shared_store *shared = calloc(1, sizeof(*shared));
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (shared && (shared->views = calloc(client->anchor_count + 1, sizeof(*shared->views))))
        result = drm_store_open(&options, task, &shared->store);
    if (DRM_FAILED(result))
    {
        free_shared_store(shared);
        return result;
    }
    shared->references = 1; /* the client's own */
    *out = shared;
    return DRM_S_OK;
}

/* Opening may wait for another process: without the lock, so that two threads may each open one. The first counts. */
static drm_result acquire(struct drm_client *client, struct drm_shared_store **slot, const struct drm_task *task,
                          struct drm_shared_store **out)
{
    struct drm_shared_store *opened = NULL;
    drm_result result;
    bool there;

    sqlite3_mutex_enter(client->lock);
    there = *slot != NULL;
    if (there)
        (*out = *slot)->references++;
    sqlite3_mutex_leave(client->lock);
    if (there)
        return DRM_S_OK;
    if (DRM_FAILED(result = open_shared_store(client, task, &opened)))
        return result;
    sqlite3_mutex_enter(client->lock);
    if (!*slot)
    {
        *slot = opened;
        opened = NULL;
    }
    (*out = *slot)->references++;
    sqlite3_mutex_leave(client->lock);
    free_shared_store(opened);
    return DRM_S_OK;
}

drm_result drm_client_acquire_store(struct drm_client *client, struct drm_shared_store **out)
{
    return acquire(client, &client->shared, NULL, out);
}

/* Whoever asks has been cancelled already: no wait is begun. */
static bool always(void *context)
{
    (void)context;
    return true;
}

drm_result drm_client_acquire_watching_store(struct drm_client *client, struct drm_shared_store **out)
{
    static const struct drm_task impatient = {.cancelled = always};

    return acquire(client, &client->watching, &impatient, out);
}

static void rest(struct drm_client *client, struct drm_shared_store *const *slot)
{
    struct drm_shared_store *shared;

    sqlite3_mutex_enter(client->lock);
    if ((shared = *slot))
        shared->references++;
    sqlite3_mutex_leave(client->lock);
    if (!shared)
        return;
    drm_store_rest(shared->store);
    drm_client_release_store(client, shared);
}

void drm_client_rest(struct drm_client *client)
{
    rest(client, &client->shared);
    rest(client, &client->watching);
}

static void drop(struct drm_client *client, struct drm_shared_store **slot)
{
    struct drm_shared_store *shared;

    sqlite3_mutex_enter(client->lock);
    shared = *slot;
    *slot = NULL;
    sqlite3_mutex_leave(client->lock);
    if (shared)
        drm_client_release_store(client, shared);
}

void drm_client_drop_shared_store(struct drm_client *client)
{
    drop(client, &client->shared);
    drop(client, &client->watching);
}
