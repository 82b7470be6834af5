/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of machines: every certificate that was ever issued to one.
 */
#include <string.h>

#include "engine/authority/authority_internal.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define BATCH 256

drm_result drm_authority_machine_is_known_locked(struct drm_authority *authority, const uint8_t id[DRM_ID_SIZE],
                                                 bool *known)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database, "SELECT 1 FROM certificate WHERE machine_id = ?1 LIMIT 1");
    drm_statement_bind_blob(&statement, 1, id, DRM_ID_SIZE);
    *known = drm_statement_step(&statement);
    return drm_statement_finish(&statement);
}

drm_result drm_authority_count_recent_locked(struct drm_authority *authority, const uint8_t id[DRM_ID_SIZE],
                                             int64_t time, uint64_t *count)
{
    struct drm_statement statement;

    /* What was issued in the future, before the clock was set back, does not count: nobody is locked out for years. */
    drm_statement_prepare(&statement, authority->database,
                          "SELECT count(*) FROM certificate WHERE machine_id = ?1 AND issued > ?2 AND issued <= ?3");
    drm_statement_bind_blob(&statement, 1, id, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 2, time - DAY_MS);
    drm_statement_bind_int(&statement, 3, time);
    *count = drm_statement_step(&statement) ? (uint64_t)drm_statement_int(&statement, 0) : 0;
    return drm_statement_finish(&statement);
}

drm_result drm_authority_record_machine_locked(struct drm_authority *authority,
                                               const struct drm_certificate *certificate, int64_t time)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database,
                          "INSERT INTO certificate(machine_id, certificate_id, serial, issued, version)"
                          " VALUES(?1, ?2, ?3, ?4, ?5)");
    drm_statement_bind_blob(&statement, 1, certificate->subject, sizeof(certificate->subject));
    drm_statement_bind_blob(&statement, 2, certificate->id, sizeof(certificate->id));
    drm_statement_bind_blob(&statement, 3, certificate->serial, sizeof(certificate->serial));
    drm_statement_bind_int(&statement, 4, time);
    drm_statement_bind_int(&statement, 5, (int64_t)drm_version_pack(certificate->security_version));
    return drm_statement_run(&statement);
}

drm_result drm_authority_count_machines_locked(struct drm_authority *authority, uint64_t *machines,
                                               uint64_t *certificates)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database,
                          "SELECT count(DISTINCT machine_id), count(*) FROM certificate");
    if (drm_statement_step(&statement))
    {
        *machines = (uint64_t)drm_statement_int(&statement, 0);
        *certificates = (uint64_t)drm_statement_int(&statement, 1);
    }
    return drm_statement_finish(&statement);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

/* The next rows after number *last, as one transaction sees them. */
static drm_result read_rows(struct drm_authority *authority, int64_t *last, struct drm_authority_machine *out,
                            size_t *count)
{
    struct drm_statement statement;
    int64_t number = *last;
    size_t read = 0;
    drm_result result;

    drm_statement_prepare(&statement, authority->database,
                          "SELECT id, machine_id, certificate_id, issued, version FROM certificate WHERE id > ?1"
                          " ORDER BY id LIMIT ?2");
    drm_statement_bind_int(&statement, 1, number);
    drm_statement_bind_int(&statement, 2, BATCH);
    while (read < BATCH && drm_statement_step(&statement))
    {
        struct drm_authority_machine *machine = &out[read];

        if (!drm_statement_fixed(&statement, 1, machine->machine_id, sizeof(machine->machine_id))
            || !drm_statement_fixed(&statement, 2, machine->certificate_id, sizeof(machine->certificate_id)))
            break;
        number = drm_statement_int(&statement, 0);
        machine->issued = drm_statement_int(&statement, 3);
        machine->version = drm_version_unpack((uint64_t)drm_statement_int(&statement, 4));
        read++;
    }
    result = drm_statement_finish(&statement);
    for (size_t i = 0; i < read && DRM_SUCCEEDED(result); i++)
        result = drm_authority_is_revoked_locked(authority, out[i].certificate_id, &out[i].revoked);
    if (DRM_SUCCEEDED(result))
    {
        *last = number;
        *count = read;
    }
    return result;
}

static drm_result read_batch(struct drm_authority *authority, int64_t *last, struct drm_authority_machine *out,
                             size_t *count)
{
    drm_result result = DRM_E_STORE_CORRUPT;

    for (unsigned int attempt = 0; attempt < DRM_AUTHORITY_OPEN_ATTEMPTS; attempt++)
    {
        drm_authority_lock(authority);
        if (DRM_SUCCEEDED(result = drm_database_execute(authority->database, "BEGIN")))
            result = read_rows(authority, last, out, count);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
        if (result != DRM_E_NOT_FOUND)
            return result;
    }
    return DRM_E_STORE_CORRUPT;
}

drm_result drm_authority_each_machine(struct drm_authority *authority,
                                      drm_result (*each)(void *context, const struct drm_authority_machine *machine),
                                      void *context)
{
    struct drm_authority_machine batch[BATCH];
    int64_t last = 0;
    size_t count;
    drm_result result;

    do
    {
        if (DRM_FAILED(result = read_batch(authority, &last, batch, &count)))
            return result;
        for (size_t i = 0; i < count; i++)
            if (DRM_FAILED(result = each(context, &batch[i])))
                return result;
    } while (count == BATCH);
    return DRM_S_OK;
}
