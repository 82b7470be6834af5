/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operator's component: what made the security package large, offered to programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/store/store_internal.h"

#define COPY_BLOCK 65536
#define OPEN_ATTEMPTS 3

struct component
{
    int64_t number;
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t hash[DRM_SHA256_SIZE];
};

static drm_result find_component(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 struct component *out)
{
    struct drm_statement statement;
    drm_result result;

    memset(out, 0, sizeof(*out));
    drm_statement_prepare(&statement, store->database,
                          "SELECT component, component_name, component_hash FROM anchor"
                          " WHERE root = ?1 AND component IS NOT NULL");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement) && drm_statement_fixed(&statement, 2, out->hash, sizeof(out->hash)))
    {
        out->number = drm_statement_int(&statement, 0);
        snprintf(out->name, sizeof(out->name), "%s", drm_statement_text(&statement, 1));
    }
    result = drm_statement_finish(&statement);
    return DRM_SUCCEEDED(result) && !out->number ? DRM_E_NOT_FOUND : result;
}

static drm_result copy(struct drm_content *from, struct drm_file *to, const uint8_t expected[DRM_SHA256_SIZE])
{
    uint8_t hash_value[DRM_SHA256_SIZE], *block = malloc(COPY_BLOCK);
    struct drm_hash *hash = NULL;
    drm_result result = block ? drm_hash_create(&hash) : DRM_E_OUT_OF_MEMORY;

    for (uint64_t offset = 0; DRM_SUCCEEDED(result) && offset < from->size; offset += COPY_BLOCK)
    {
        uint64_t left = from->size - offset;
        size_t size = left < COPY_BLOCK ? (size_t)left : COPY_BLOCK;

        if (DRM_SUCCEEDED(result = drm_content_read(from, offset, block, size)))
        {
            drm_hash_update(hash, block, size);
            result = drm_file_append(to, block, size);
        }
    }
    if (DRM_SUCCEEDED(result))
    {
        drm_hash_finish(hash, hash_value);
        result = memcmp(hash_value, expected, sizeof(hash_value)) ? DRM_E_COMPONENT_INVALID : drm_file_flush(to);
    }
    drm_hash_free(hash);
    free(block);
    return result;
}

/* A content that is gone was replaced by another process between the look at its row and its opening, or lost. */
static drm_result open_component(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 struct component *component, struct drm_content *content)
{
    drm_result result = DRM_E_NOT_FOUND;

    for (unsigned int attempt = 0; attempt < OPEN_ATTEMPTS && result == DRM_E_NOT_FOUND; attempt++)
    {
        if (DRM_FAILED(result = find_component(store, anchor, component)))
            return result;
        result = drm_content_open_locked(&store->contents, component->number, content);
    }
    return result == DRM_E_NOT_FOUND || result == DRM_E_STORE_CORRUPT ? DRM_E_COMPONENT_INVALID : result;
}

drm_result drm_store_copy_component(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                    const char *path, char name[DRM_CERTIFICATE_NAME_SIZE + 1], uint64_t *size)
{
    struct drm_content content = {0};
    struct component component;
    struct drm_file *to = NULL;
    uint64_t found_size;
    drm_result result;

    drm_store_lock(store);
    result = open_component(store, anchor, &component, &content);
    drm_store_unlock(store); /* an open content stays readable whatever happens to its row */
    if (DRM_FAILED(result))
        return result;

    found_size = content.size;
    if (path && DRM_SUCCEEDED(result = drm_file_create(path, &store->host->log, &to)))
    {
        result = copy(&content, to, component.hash);
        drm_file_close(to);
        if (DRM_FAILED(result))
            (void)drm_file_delete(path, &store->host->log);
    }
    drm_content_close(&content);
    if (DRM_FAILED(result))
        return result;
    if (name)
        memcpy(name, component.name, sizeof(component.name));
    if (size)
        *size = found_size;
    return DRM_S_OK;
}
