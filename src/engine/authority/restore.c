/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Issuing licences of a backup anew, for another machine (contents.h). The database is looked at first, and written to
 * last: no lock is held while licences are opened, written and signed.
 */
#include "engine/authority/restore.h"

#include <stdlib.h>
#include <string.h>

static drm_result check_machines_locked(struct drm_restore_batch *batch)
{
    const struct drm_certificate *machines[] = {&batch->machine, &batch->backup_machine};
    bool revoked = false;
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < 2 && DRM_SUCCEEDED(result) && !revoked; i++)
        result = drm_authority_is_revoked_locked(batch->authority, machines[i]->id, &revoked);
    return DRM_SUCCEEDED(result) && revoked ? DRM_E_CERTIFICATE_REVOKED : result;
}

/* What a revoked issuer made is not made anew; the rest is. After the look at lineages, which begins with none left
 * out. */
static drm_result leave_out_revoked_locked(struct drm_restore_batch *batch)
{
    for (size_t i = 0; i < batch->issuer_count; i++)
    {
        bool revoked = false;
        const drm_result result = drm_authority_is_revoked_locked(batch->authority, batch->issuers[i], &revoked);

        if (DRM_FAILED(result))
            return result;
        for (size_t j = 0; revoked && j < batch->count; j++)
            if (batch->licenses[j].issuer == i + 1)
                batch->licenses[j].left_out = true;
    }
    return DRM_S_OK;
}

static drm_result look_up(struct drm_restore_batch *batch)
{
    struct drm_authority *authority = batch->authority;
    drm_result result = DRM_E_STORE_CORRUPT;

    for (unsigned int attempt = 0; attempt < DRM_AUTHORITY_OPEN_ATTEMPTS; attempt++)
    {
        drm_authority_lock(authority);
        if (DRM_SUCCEEDED(result = drm_database_execute(authority->database, "BEGIN"))
            && DRM_SUCCEEDED(result = check_machines_locked(batch))
            && DRM_SUCCEEDED(result = drm_restore_find_lineages_locked(batch))
            && DRM_SUCCEEDED(result = leave_out_revoked_locked(batch)))
            result = drm_restore_count_machines_locked(batch);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
        if (result != DRM_E_NOT_FOUND) /* the list GRL was replaced by another process while it was looked up */
            return result;
    }
    return DRM_E_STORE_CORRUPT;
}

static drm_result add_license(struct drm_restore_batch *batch, struct drm_restored_license *restored,
                              struct drm_issuing *issuing, struct drm_license *license)
{
    const uint8_t *uplink_key = restored->has_uplink ? restored->uplink_key : NULL;
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    struct drm_license_object object;
    drm_result result = drm_license_read(drm_restored_license_data(batch, restored), &object, license);

    if (DRM_FAILED(result))
        return result;
    if (!drm_restore_lower(license, &restored->state))
    {
        restored->left_out = true;
        return DRM_S_OK;
    }
    result = drm_license_unwrap_key(restored->response_key, batch->head.machine_id, object.body, uplink_key,
                                    object.wrapped_key, content_key);
    if (result == DRM_E_DECRYPT_ERROR)
        return DRM_E_BACKUP_CORRUPT;
    if (DRM_FAILED(result))
        return result;
    memcpy(license->license_id, restored->new_id, DRM_ID_SIZE);
    license->options &= ~(uint32_t)DRM_LICENSE_BEGINS_TEMPORARY; /* backups hold what was persisted */
    result = drm_issuing_add(issuing, license, uplink_key, content_key, restored->lineage);
    drm_wipe(content_key, sizeof(content_key));
    return result;
}

static drm_result add_licenses(struct drm_restore_batch *batch, struct drm_issuing *issuing)
{
    struct drm_license *license = malloc(sizeof(*license));
    drm_result result = license ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    for (size_t i = 0; i < batch->count && DRM_SUCCEEDED(result); i++)
        if (!batch->licenses[i].left_out)
            result = add_license(batch, &batch->licenses[i], issuing, license);
    free(license);
    return result;
}

static drm_result record(const struct drm_restore_batch *batch, const struct drm_issuing *issuing)
{
    struct drm_authority *authority = batch->authority;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_begin(authority->database))
        && DRM_SUCCEEDED(result = drm_restore_count_machines_locked(batch)) /* others may have been faster */
        && DRM_SUCCEEDED(result = drm_issuing_record_locked(issuing)))
        result = drm_database_commit(authority->database);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    return result;
}

static drm_result issue(struct drm_restore_batch *batch, struct drm_buffer *out)
{
    struct drm_issuing *issuing = NULL;
    const size_t start = out->size;
    drm_result result = drm_issuing_begin(batch->authority, &batch->machine, batch->request.nonce, &issuing);

    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = add_licenses(batch, issuing)))
        goto done;
    if (!drm_issuing_count(issuing))
    {
        result = DRM_E_UNABLE_TO_ACQUIRE;
        goto done;
    }
    if (DRM_SUCCEEDED(result = drm_issuing_finish(issuing, out)) && DRM_FAILED(result = record(batch, issuing)))
        drm_buffer_truncate(out, start);

done:
    drm_issuing_free(issuing);
    return result;
}

drm_result drm_authority_restore(struct drm_authority *authority, struct drm_span request, struct drm_buffer *out)
{
    struct drm_restore_batch batch = {.authority = authority};
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_restore_batch_read(&batch, request)) && DRM_SUCCEEDED(result = look_up(&batch)))
        result = issue(&batch, out);
    if (DRM_FAILED(result) && result != DRM_E_UNABLE_TO_ACQUIRE)
        drm_log_write(&authority->host->log, "authority: a restore was refused: 0x%08x", (unsigned int)result);
    drm_restore_batch_free(&batch);
    return result;
}
