/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a licence has been: the one that was issued first and all that were restored from it are one lineage, and a
 * lineage may live on so many machines.
 */
#include <string.h>

#include "engine/authority/restore.h"

#define RESTORED_LABEL "wmdrmsdk restored license 1"

/* What is on record of a licence id. */
struct issued_row
{
    bool found, removed, has_lineage;
    uint8_t lineage[DRM_ID_SIZE];
    uint8_t machine_id[DRM_ID_SIZE];
};

#define LOOK_UP "SELECT machine_id, lineage, removed FROM issued WHERE license_id = ?1"

static drm_result look_up(struct drm_statement *statement, const uint8_t license_id[DRM_ID_SIZE],
                          struct issued_row *out)
{
    memset(out, 0, sizeof(*out));
    drm_statement_bind_blob(statement, 1, license_id, DRM_ID_SIZE);
    if (drm_statement_step(statement))
    {
        out->found = drm_statement_fixed(statement, 0, out->machine_id, DRM_ID_SIZE);
        out->has_lineage = drm_statement_blob(statement, 1).size
            && drm_statement_fixed(statement, 1, out->lineage, DRM_ID_SIZE);
        out->removed = drm_statement_int(statement, 2) != 0;
    }
    drm_statement_reset(statement);
    return statement->result;
}

/* One licence a lineage and machine: where it was issued first it is that one again, elsewhere one whose id follows. */
static void name_new(const struct drm_restore_batch *batch, const uint8_t first_machine[DRM_ID_SIZE],
                     struct drm_restored_license *license)
{
    uint8_t data[sizeof(RESTORED_LABEL) + 2 * DRM_ID_SIZE], hash[DRM_SHA256_SIZE];

    if (!memcmp(first_machine, batch->machine.subject, DRM_ID_SIZE))
    {
        memcpy(license->new_id, license->lineage, DRM_ID_SIZE);
        return;
    }
    memcpy(data, RESTORED_LABEL, sizeof(RESTORED_LABEL)); /* with its zero byte */
    memcpy(data + sizeof(RESTORED_LABEL), license->lineage, DRM_ID_SIZE);
    memcpy(data + sizeof(RESTORED_LABEL) + DRM_ID_SIZE, batch->machine.subject, DRM_ID_SIZE);
    drm_sha256(data, sizeof(data), hash);
    memcpy(license->new_id, hash, DRM_ID_SIZE);
}

static drm_result find_lineage(const struct drm_restore_batch *batch, struct drm_statement *statement,
                               struct drm_restored_license *license)
{
    struct issued_row row, first, there;
    drm_result result = look_up(statement, license->license_id, &row);

    if (DRM_FAILED(result))
        return result;
    first = row;
    memcpy(license->lineage, row.has_lineage ? row.lineage : license->license_id, DRM_ID_SIZE);
    if (row.has_lineage && DRM_FAILED(result = look_up(statement, license->lineage, &first)))
        return result;
    /* One that this authority has no record of, because an issuer made it, or its folder is older than that: the
     * backup's own machine is the first that it knows. */
    name_new(batch, first.found ? first.machine_id : batch->head.machine_id, license);
    license->elsewhere = !first.found
        && (row.has_lineage || memcmp(batch->head.machine_id, batch->machine.subject, DRM_ID_SIZE) != 0);
    if (DRM_FAILED(result = look_up(statement, license->new_id, &there)))
        return result;
    license->left_out = row.removed || first.removed || there.removed;
    return DRM_S_OK;
}

/* The key of a leaf's root: of its content, or, where that is unknown here, of the root in this batch. */
static drm_result find_uplink_key_locked(const struct drm_restore_batch *batch, struct drm_restored_license *license)
{
    struct drm_license_object object;
    drm_result result = drm_authority_find_content_key_locked(batch->authority, license->uplink, license->uplink_key);

    if (result != DRM_E_NOT_FOUND)
        return result;
    for (size_t i = 0; i < batch->count; i++)
    {
        const struct drm_restored_license *root = &batch->licenses[i];

        if (root->has_uplink || memcmp(root->key_id, license->uplink, DRM_KEY_ID_SIZE) != 0)
            continue;
        result = drm_license_read(drm_restored_license_data(batch, root), &object, NULL);
        if (DRM_SUCCEEDED(result))
            result = drm_license_unwrap_key(root->response_key, batch->head.machine_id, object.body, NULL,
                                            object.wrapped_key, license->uplink_key);
        return result == DRM_E_DECRYPT_ERROR ? DRM_E_BACKUP_CORRUPT : result;
    }
    license->left_out = true; /* it could not be used without its root either */
    return DRM_S_OK;
}

drm_result drm_restore_find_lineages_locked(struct drm_restore_batch *batch)
{
    struct drm_statement statement;
    drm_result result = DRM_S_OK, finished;

    drm_statement_prepare(&statement, batch->authority->database, LOOK_UP);
    for (size_t i = 0; i < batch->count && DRM_SUCCEEDED(result); i++)
    {
        struct drm_restored_license *license = &batch->licenses[i];

        result = find_lineage(batch, &statement, license);
        if (DRM_SUCCEEDED(result) && license->has_uplink)
            result = find_uplink_key_locked(batch, license);
    }
    finished = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : finished;
}

drm_result drm_restore_count_machines_locked(const struct drm_restore_batch *batch)
{
    struct drm_statement statement;
    drm_result result, counted = DRM_S_OK;

    /* Machines other than the one that asks, which counts once however often it asks. */
    drm_statement_prepare(&statement, batch->authority->database,
                          "SELECT count(DISTINCT machine_id) FROM issued"
                          " WHERE (license_id = ?1 OR lineage = ?1) AND machine_id <> ?2");
    drm_statement_bind_blob(&statement, 2, batch->machine.subject, DRM_ID_SIZE);
    for (size_t i = 0; i < batch->count && DRM_SUCCEEDED(counted); i++)
    {
        const struct drm_restored_license *license = &batch->licenses[i];

        if (license->left_out)
            continue;
        drm_statement_bind_blob(&statement, 1, license->lineage, DRM_ID_SIZE);
        if (drm_statement_step(&statement)
            && drm_statement_int(&statement, 0) + license->elsewhere >= DRM_RESTORE_MACHINES)
            counted = DRM_E_RESTORE_FRAUD;
        drm_statement_reset(&statement);
    }
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : counted;
}
