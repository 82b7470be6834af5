/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading licences as they came, and the heads of their responses.
 */
#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

static drm_result append(struct drm_buffer *license, struct drm_span license_bytes, struct drm_buffer *head,
                         struct drm_span head_bytes)
{
    size_t before = license ? license->size : 0;
    drm_result result = license ? drm_buffer_append(license, license_bytes.data, license_bytes.size) : DRM_S_OK;

    if (DRM_SUCCEEDED(result) && head
        && DRM_FAILED(result = drm_buffer_append(head, head_bytes.data, head_bytes.size)) && license)
        drm_buffer_truncate(license, before);
    return result;
}

drm_result drm_license_copy_temporary(const struct drm_temporary_license *from, struct drm_buffer *license,
                                      struct drm_buffer *head)
{
    return append(license, from->license, head, drm_buffer_span(&from->response->head));
}

drm_result drm_license_copy_row(struct drm_database *database, int64_t number, struct drm_buffer *license,
                                struct drm_buffer *head)
{
    struct drm_statement statement;
    drm_result result, copied = DRM_E_LICENSE_NOT_FOUND;

    drm_statement_prepare(&statement, database,
                          head ? "SELECT license_body.license, head FROM license_body JOIN license USING(id)"
                                 " JOIN response ON response.id = license.response WHERE license_body.id = ?1"
                               : "SELECT license FROM license_body WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, number);
    if (drm_statement_step(&statement))
        copied = append(license, drm_statement_blob(&statement, 0), head,
                        head ? drm_statement_blob(&statement, 1) : drm_span(NULL, 0));
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : copied;
}

drm_result drm_store_read_license(struct drm_store *store, int64_t number, struct drm_buffer *license,
                                  struct drm_buffer *head)
{
    struct drm_temporary_license *temporary;
    drm_result result;

    if (number < 0)
    {
        if (!(temporary = drm_temporary_find(store->process, number)))
            return DRM_E_LICENSE_NOT_FOUND;
        result = drm_license_copy_temporary(temporary, license, head);
        drm_temporary_license_release(temporary);
        return result;
    }
    drm_store_lock(store);
    result = drm_license_copy_row(store->database, number, license, head);
    drm_store_unlock(store);
    return result;
}
