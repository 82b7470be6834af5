/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Challenges of removals, and receipts (removal_challenge.h). A receipt is committed together with the removal that it
 * proves, and dropped once the program has it, so that no end of a process and no lack of memory loses it.
 */
#include "engine/store/removal_challenge.h"

#include "engine/store/change.h"
#include "engine/store/store_internal.h"

#define CHALLENGES_MAX 256 /* remembered for each anchor, the newest */
#define RECEIPTS_MAX 16    /* kept for each anchor, the newest; each has at most a mebibyte */

/* --- challenges ------------------------------------------------------------------------------------------- */

static drm_result insert_challenge(struct drm_store *store, int64_t anchor, const uint8_t transaction[DRM_ID_SIZE])
{
    struct drm_statement statement;
    drm_result result;

    drm_statement_prepare(&statement, store->database,
                          "INSERT OR IGNORE INTO removal_challenge(transaction_id, anchor) VALUES(?1, ?2)");
    drm_statement_bind_blob(&statement, 1, transaction, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 2, anchor);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    drm_statement_prepare(&statement, store->database,
                          "DELETE FROM removal_challenge WHERE anchor = ?1 AND id NOT IN"
                          " (SELECT id FROM removal_challenge WHERE anchor = ?1 ORDER BY id DESC LIMIT ?2)");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, CHALLENGES_MAX);
    return drm_statement_run(&statement);
}

drm_result drm_store_add_removal_challenge(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                           const uint8_t transaction[DRM_ID_SIZE])
{
    int64_t number = 0;
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = drm_store_anchor_locked(store, anchor, true, &number))
        && DRM_SUCCEEDED(result = insert_challenge(store, number, transaction)))
        result = drm_store_commit_change(store);
    drm_store_end_change(store, result);
    return result;
}

/* --- receipts --------------------------------------------------------------------------------------------- */

static drm_result find_anchor(struct drm_store *store, const uint8_t transaction[DRM_ID_SIZE], int64_t *anchor)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database,
                          "SELECT anchor FROM removal_challenge WHERE transaction_id = ?1");
    drm_statement_bind_blob(&statement, 1, transaction, DRM_ID_SIZE);
    if (drm_statement_step(&statement))
        *anchor = drm_statement_int(&statement, 0);
    return drm_statement_finish(&statement);
}

static drm_result keep_receipt(struct drm_store *store, int64_t anchor, const struct drm_used_challenge *challenge)
{
    struct drm_statement statement;
    drm_result result;

    drm_statement_prepare(&statement, store->database,
                          "INSERT OR REPLACE INTO removal_receipt(response, anchor, receipt) VALUES(?1, ?2, ?3)");
    drm_statement_bind_blob(&statement, 1, challenge->response, DRM_SHA256_SIZE);
    drm_statement_bind_int(&statement, 2, anchor);
    drm_statement_bind_blob(&statement, 3, challenge->receipt.data, challenge->receipt.size);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    drm_statement_prepare(&statement, store->database,
                          "DELETE FROM removal_receipt WHERE anchor = ?1 AND id NOT IN"
                          " (SELECT id FROM removal_receipt WHERE anchor = ?1 ORDER BY id DESC LIMIT ?2)");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, RECEIPTS_MAX);
    return drm_statement_run(&statement);
}

drm_result drm_removal_challenge_use_locked(struct drm_store *store, const struct drm_used_challenge *challenge)
{
    struct drm_statement statement;
    int64_t anchor = 0;
    drm_result result = find_anchor(store, challenge->transaction, &anchor);

    if (DRM_FAILED(result))
        return result;
    if (!anchor)
        return DRM_E_PARAMETERS_MISMATCHED;
    drm_statement_prepare(&statement, store->database, "DELETE FROM removal_challenge WHERE transaction_id = ?1");
    drm_statement_bind_blob(&statement, 1, challenge->transaction, DRM_ID_SIZE);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    return challenge->receipt.size ? keep_receipt(store, anchor, challenge) : DRM_S_OK;
}

drm_result drm_store_find_receipt(struct drm_store *store, const uint8_t response[DRM_SHA256_SIZE],
                                  struct drm_buffer *out)
{
    struct drm_statement statement;
    drm_result result = DRM_E_NOT_FOUND, found;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database, "SELECT receipt FROM removal_receipt WHERE response = ?1");
    drm_statement_bind_blob(&statement, 1, response, DRM_SHA256_SIZE);
    if (drm_statement_step(&statement))
    {
        struct drm_span receipt = drm_statement_blob(&statement, 0);

        result = drm_buffer_append(out, receipt.data, receipt.size);
    }
    found = drm_statement_finish(&statement);
    drm_store_unlock(store);
    return DRM_FAILED(found) ? found : result;
}

drm_result drm_store_drop_receipt(struct drm_store *store, const uint8_t response[DRM_SHA256_SIZE])
{
    struct drm_statement statement;
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return result;
    drm_statement_prepare(&statement, store->database, "DELETE FROM removal_receipt WHERE response = ?1");
    drm_statement_bind_blob(&statement, 1, response, DRM_SHA256_SIZE);
    if (DRM_SUCCEEDED(result = drm_statement_run(&statement)) && sqlite3_changes(store->database->handle))
        result = drm_store_commit_change(store);
    drm_store_end_change(store, result);
    return result;
}
