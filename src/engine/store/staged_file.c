/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files on their way into the store. Each has its row before it exists, so that none is ever forgotten.
 */
#include <stdlib.h>

#include "engine/store/store_internal.h"

static drm_result make_row(struct drm_store *store, int64_t *number)
{
    struct drm_statement statement;
    drm_result result;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database, "INSERT INTO file(state, created) VALUES(0, ?1)");
    drm_statement_bind_int(&statement, 1, store->host->clock.now(store->host->clock.context));
    result = drm_statement_run(&statement);
    if (DRM_SUCCEEDED(result))
        *number = sqlite3_last_insert_rowid(store->database->handle);
    drm_store_unlock(store);
    return result;
}

drm_result drm_store_stage(struct drm_store *store, struct drm_staged_file **out)
{
    struct drm_staged_file *file = calloc(1, sizeof(*file));
    char *path = NULL;
    drm_result result;

    if (!file)
        return DRM_E_OUT_OF_MEMORY;
    file->store = store;
    if (DRM_FAILED(result = make_row(store, &file->number)))
    {
        free(file);
        return result;
    }
    path = drm_store_file_path(store, file->number);
    result = path ? drm_file_create(path, &store->host->log, &file->file) : DRM_E_OUT_OF_MEMORY;
    free(path);
    if (DRM_FAILED(result))
    {
        drm_staged_file_discard(file);
        return result;
    }
    *out = file;
    return DRM_S_OK;
}

drm_result drm_staged_file_append(struct drm_staged_file *file, const uint8_t *data, size_t size)
{
    drm_result result = drm_file_append(file->file, data, size);

    if (DRM_SUCCEEDED(result))
        file->size += size;
    return result;
}

drm_result drm_staged_file_finish(struct drm_staged_file *file)
{
    drm_result result = drm_file_flush(file->file);

    drm_file_close(file->file);
    file->file = NULL;
    return result;
}

void drm_staged_file_discard(struct drm_staged_file *file)
{
    if (!file)
        return;
    drm_file_close(file->file);
    if (!file->installed)
    {
        struct drm_store *store = file->store;
        struct drm_statement statement;
        char *path = drm_store_file_path(store, file->number);

        /* The file first: a row without a file is swept later, a file without a row never. */
        if (path && DRM_SUCCEEDED(drm_file_delete(path, &store->host->log)))
        {
            drm_store_lock(store);
            drm_statement_prepare(&statement, store->database, "DELETE FROM file WHERE id = ?1");
            drm_statement_bind_int(&statement, 1, file->number);
            (void)drm_statement_run(&statement);
            drm_store_unlock(store);
        }
        free(path);
    }
    free(file);
}
