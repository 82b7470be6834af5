/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Publishing a security version, with the operator's component.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"

#define BLOCK_SIZE 65536

struct component
{
    struct drm_staged_content *staged;
    uint64_t size;
    uint8_t hash[DRM_SHA256_SIZE];
};

static drm_result copy(struct drm_file *from, struct component *component)
{
    struct drm_hash *hash = NULL;
    uint8_t *block = malloc(BLOCK_SIZE);
    drm_result result = block ? drm_hash_create(&hash) : DRM_E_OUT_OF_MEMORY;

    for (uint64_t offset = 0; DRM_SUCCEEDED(result) && offset < component->size; offset += BLOCK_SIZE)
    {
        uint64_t left = component->size - offset;
        size_t size = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;

        if (DRM_SUCCEEDED(result = drm_file_read(from, offset, block, size)))
        {
            drm_hash_update(hash, block, size);
            result = drm_staged_content_append(component->staged, block, size);
        }
    }
    if (DRM_SUCCEEDED(result))
    {
        drm_hash_finish(hash, component->hash);
        result = drm_staged_content_finish(component->staged);
    }
    drm_hash_free(hash);
    free(block);
    return result == DRM_E_STORE_CORRUPT ? DRM_E_IO : result; /* the file shrank: none of the database's */
}

static drm_result stage_component(struct drm_authority *authority, const char *path, struct component *component)
{
    struct drm_file *file;
    drm_result result = drm_file_open(path, &authority->host->log, &file);

    if (DRM_FAILED(result))
        return result;
    component->size = drm_file_size(file);
    if (!component->size)
        result = DRM_E_INVALID_ARGUMENT;
    else if (component->size > DRM_COMPONENT_MAX_SIZE)
        result = DRM_E_RESPONSE_TOO_LARGE;
    else if (DRM_SUCCEEDED(result = drm_content_stage(&authority->contents, &component->staged)))
        result = copy(file, component);
    drm_file_close(file);
    return result;
}

static drm_result write_state(struct drm_authority *authority, struct drm_version version,
                              const struct component *component, const char *name)
{
    struct drm_statement statement;
    int64_t number = 0;
    drm_result result;

    if (component->staged && DRM_FAILED(result = drm_staged_content_install_locked(component->staged, &number)))
        return result;
    drm_statement_prepare(&statement, authority->database,
                          "UPDATE state SET version = ?1, component = nullif(?2, 0), component_size = ?3,"
                          " component_name = ?4, component_hash = ?5");
    drm_statement_bind_int(&statement, 1, (int64_t)drm_version_pack(version));
    drm_statement_bind_int(&statement, 2, number);
    drm_statement_bind_int(&statement, 3, (int64_t)component->size);
    drm_statement_bind_text(&statement, 4, name);
    drm_statement_bind_blob(&statement, 5, component->hash, sizeof(component->hash));
    return drm_statement_run(&statement);
}

static drm_result put_in_force(struct drm_authority *authority, struct drm_version version,
                               const struct component *component, const char *name)
{
    struct drm_authority_state *old = calloc(1, sizeof(*old));
    drm_result result;

    if (!old)
        return DRM_E_OUT_OF_MEMORY;
    drm_authority_lock(authority);
    if (DRM_FAILED(result = drm_database_begin(authority->database))
        || DRM_FAILED(result = drm_authority_read_state_locked(authority, old)))
        goto done;
    if (drm_version_compare(version, old->version) < 0)
    {
        result = DRM_E_PACKAGE_TOO_OLD;
        goto done;
    }
    if (DRM_FAILED(result = write_state(authority, version, component, name))
        || (old->component && DRM_FAILED(result = drm_content_retire_locked(&authority->contents, old->component))))
        goto done;
    if (DRM_SUCCEEDED(result = drm_content_commit_locked(&authority->contents)) && component->staged)
        drm_staged_content_keep(component->staged);

done:
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    free(old);
    return result;
}

/* The last part of a path. */
static const char *name_of(const char *path)
{
    const char *name = path;

    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            name = path + 1;
    return name;
}

drm_result drm_authority_publish(struct drm_authority *authority, struct drm_version version,
                                 const char *component_path, const char *component_name)
{
    struct component component = {0};
    const char *name = "";
    drm_result result = DRM_S_OK;

    if (component_path)
        name = component_name ? component_name : name_of(component_path);
    if (!drm_version_is_valid(version) || strlen(name) > DRM_CERTIFICATE_NAME_SIZE
        || !drm_text_is_valid(drm_span(name, strlen(name))))
        return DRM_E_INVALID_ARGUMENT;
    if (component_path)
        result = stage_component(authority, component_path, &component);
    if (DRM_SUCCEEDED(result))
        result = put_in_force(authority, version, &component, name);
    drm_staged_content_discard(component.staged);
    return result;
}
