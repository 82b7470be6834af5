/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of licences: every one that was ever issued.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/issuing.h"

#define BATCH 256

drm_result drm_authority_count_licenses_locked(struct drm_authority *authority, uint64_t *contents,
                                               uint64_t *licenses)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database,
                          "SELECT (SELECT count(*) FROM offer WHERE NOT withdrawn), (SELECT count(*) FROM issued)");
    if (drm_statement_step(&statement))
    {
        *contents = (uint64_t)drm_statement_int(&statement, 0);
        *licenses = (uint64_t)drm_statement_int(&statement, 1);
    }
    return drm_statement_finish(&statement);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

/* Which of them; NULL: all. */
struct filter
{
    const uint8_t *key_id;
    const uint8_t *machine_id;
};

static drm_result read_row(struct drm_statement *statement, struct drm_issued_license *out)
{
    const char *user_id = drm_statement_text(statement, 4);

    if (!drm_statement_fixed(statement, 1, out->license_id, sizeof(out->license_id))
        || !drm_statement_fixed(statement, 2, out->key_id, sizeof(out->key_id))
        || !drm_statement_fixed(statement, 3, out->machine_id, sizeof(out->machine_id))
        || strlen(user_id) >= sizeof(out->user_id))
        return DRM_E_STORE_CORRUPT;
    strcpy(out->user_id, user_id);
    out->issued = drm_statement_int(statement, 5);
    out->removed = drm_statement_int(statement, 6);
    return DRM_S_OK;
}

/* Each finds its rows by an index, in the order of their numbers or nearly so. */
static const char *select_for(const struct filter *filter)
{
#define SELECT "SELECT id, license_id, key_id, machine_id, user_id, issued, removed FROM issued WHERE id > ?1"
    if (filter->key_id && filter->machine_id)
        return SELECT " AND key_id = ?3 AND machine_id = ?4 ORDER BY id LIMIT ?2";
    if (filter->key_id)
        return SELECT " AND key_id = ?3 ORDER BY id LIMIT ?2";
    if (filter->machine_id)
        return SELECT " AND machine_id = ?4 ORDER BY id LIMIT ?2";
    return SELECT " ORDER BY id LIMIT ?2";
#undef SELECT
}

/* The next rows after number *last. */
static drm_result read_batch(struct drm_authority *authority, const struct filter *filter, int64_t *last,
                             struct drm_issued_license *out, size_t *count)
{
    struct drm_statement statement;
    size_t read = 0;
    drm_result result, row = DRM_S_OK;

    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database, select_for(filter));
    drm_statement_bind_int(&statement, 1, *last);
    drm_statement_bind_int(&statement, 2, BATCH);
    if (filter->key_id)
        drm_statement_bind_blob(&statement, 3, filter->key_id, DRM_KEY_ID_SIZE);
    if (filter->machine_id)
        drm_statement_bind_blob(&statement, 4, filter->machine_id, DRM_ID_SIZE);
    while (read < BATCH && drm_statement_step(&statement) && DRM_SUCCEEDED(row = read_row(&statement, &out[read])))
    {
        *last = drm_statement_int(&statement, 0);
        read++;
    }
    result = drm_statement_finish(&statement);
    drm_authority_unlock(authority);
    *count = read;
    return DRM_FAILED(result) ? result : row;
}

drm_result drm_authority_each_license(struct drm_authority *authority, const uint8_t *key_id,
                                      const uint8_t *machine_id,
                                      drm_result (*each)(void *context, const struct drm_issued_license *license),
                                      void *context)
{
    const struct filter filter = {.key_id = key_id, .machine_id = machine_id};
    struct drm_issued_license *batch = calloc(BATCH, sizeof(*batch));
    int64_t last = 0;
    size_t count;
    drm_result result;

    if (!batch)
        return DRM_E_OUT_OF_MEMORY;
    do
    {
        result = read_batch(authority, &filter, &last, batch, &count);
        for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
            result = each(context, &batch[i]);
    } while (DRM_SUCCEEDED(result) && count == BATCH);
    free(batch);
    return result;
}
