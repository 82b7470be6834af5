/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of store_tool.h, done by the engine with the embedded authority. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disks/store_tool.h"
#include "engine/client/client.h"
#include "support/plain_host.h"

static struct plain_host host;
static struct drm_client *client;

int32_t tool_folder(const char *path)
{
    const struct drm_client_options options = {.directory = path, .host = &host.host};

    drm_client_free(client);
    client = NULL;
    return drm_client_create(&options, &client);
}

struct last
{
    const char *state;
    unsigned int count; /* of last states */
};

static void on_progress(void *context, const struct drm_progress *progress)
{
    struct last *last = context;

    if (progress->state == DRM_INDIVIDUALIZATION_SUCCEED || progress->state == DRM_INDIVIDUALIZATION_FAIL
        || progress->state == DRM_INDIVIDUALIZATION_CANCEL)
    {
        last->count++;
        last->state = progress->state == DRM_INDIVIDUALIZATION_SUCCEED ? "SUCCEED"
                      : progress->state == DRM_INDIVIDUALIZATION_FAIL  ? "FAIL"
                                                                       : "CANCEL";
    }
    else if (last->count)
        last->count = 100; /* something came after it */
}

int32_t tool_individualize(bool forced, const char **last_state)
{
    struct last last = {0};
    const struct drm_task task = {.context = &last, .cancelled = plain_task.cancelled, .progress = on_progress};
    drm_result result = drm_client_individualize(client, forced, &task);

    *last_state = last.count == 1 ? last.state : "not one last state";
    return result;
}

int32_t tool_refresh(void)
{
    return drm_client_refresh_revocation(client, &plain_task);
}

int32_t tool_version(char *out, size_t size)
{
    char text[DRM_VERSION_TEXT_SIZE];
    struct drm_version version;
    bool individualized;
    drm_result result = drm_client_get_version(client, &version, &individualized);

    if (DRM_SUCCEEDED(result))
    {
        drm_version_format(version, individualized, text);
        snprintf(out, size, "%s", text);
    }
    return result;
}

int32_t tool_certificate(uint8_t **out, size_t *size)
{
    struct drm_buffer chain = {0};
    drm_result result = drm_client_get_machine_chain(client, &chain, NULL);

    if (DRM_SUCCEEDED(result) && !(*out = malloc(chain.size)))
        result = DRM_E_OUT_OF_MEMORY;
    if (DRM_SUCCEEDED(result))
    {
        memcpy(*out, chain.data, chain.size);
        *size = chain.size;
    }
    drm_buffer_free(&chain);
    return result;
}

int32_t tool_is_revoked(bool *out)
{
    struct drm_buffer chain = {0};
    drm_result result = drm_client_get_machine_chain(client, &chain, NULL);

    if (DRM_SUCCEEDED(result))
        result = drm_client_is_revoked(client, DRM_REVOCATION_GRL, drm_buffer_span(&chain), out);
    drm_buffer_free(&chain);
    return result;
}

int32_t tool_list_version(uint64_t *out)
{
    return drm_client_get_revocation_version(client, DRM_REVOCATION_APP, out);
}

int main(void)
{
    int status;

    plain_host_init(&host);
    host.verbose = getenv("STORE_TOOL_LOG") != NULL;
    status = store_tool_main();
    drm_client_free(client);
    return status;
}
