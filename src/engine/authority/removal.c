/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking licences back: what is to go, the answer to a machine's challenge, and its receipt (contents.h).
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/issuing.h"
#include "engine/format/license_removal.h"

#define REVOCATION_KEY_LABEL "wmdrmsdk revocation key 1"

drm_result drm_authority_revocation_key(const struct drm_authority *authority, uint8_t *seed, uint8_t *public_key)
{
    uint8_t extracted[DRM_SHA256_SIZE], derived[DRM_SIGN_SEED_SIZE];
    drm_result result = drm_hkdf_extract(
        drm_span(NULL, 0), drm_span(authority->keys[DRM_KEY_ISSUE_LICENSES].seed, DRM_SIGN_SEED_SIZE), extracted);

    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(extracted, drm_span(REVOCATION_KEY_LABEL, sizeof(REVOCATION_KEY_LABEL) - 1), derived,
                                 sizeof(derived));
    if (DRM_SUCCEEDED(result) && public_key)
        result = drm_sign_public(derived, public_key);
    if (DRM_SUCCEEDED(result) && seed)
        memcpy(seed, derived, sizeof(derived));
    drm_wipe(derived, sizeof(derived));
    drm_wipe(extracted, sizeof(extracted));
    return result;
}

/* --- planning --------------------------------------------------------------------------------------------- */

static drm_result plan_locked(struct drm_authority *authority, const uint8_t *machine_id, const uint8_t *key_id,
                              const char *user_id)
{
    struct drm_statement statement;
    int64_t last = 0;
    drm_result result;

    if (DRM_FAILED(result = drm_database_begin(authority->database)))
        return result;
    drm_statement_prepare(&statement, authority->database,
                          "SELECT ifnull(max(id), 0) FROM issued WHERE revocable AND NOT removed AND"
                          " (?1 IS NULL OR machine_id = ?1) AND (?2 IS NULL OR key_id = ?2) AND"
                          " (?3 = '' OR user_id = ?3)");
    if (machine_id)
        drm_statement_bind_blob(&statement, 1, machine_id, DRM_ID_SIZE);
    if (key_id)
        drm_statement_bind_blob(&statement, 2, key_id, DRM_KEY_ID_SIZE);
    drm_statement_bind_text(&statement, 3, user_id);
    if (drm_statement_step(&statement))
        last = drm_statement_int(&statement, 0);
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;
    if (!last)
        return DRM_E_NOT_FOUND;
    drm_statement_prepare(&statement, authority->database,
                          "INSERT INTO removal(machine_id, key_id, user_id, last, planned)"
                          " VALUES(?1, ?2, ?3, ?4, ?5)");
    if (machine_id)
        drm_statement_bind_blob(&statement, 1, machine_id, DRM_ID_SIZE);
    if (key_id)
        drm_statement_bind_blob(&statement, 2, key_id, DRM_KEY_ID_SIZE);
    drm_statement_bind_text(&statement, 3, user_id);
    drm_statement_bind_int(&statement, 4, last);
    drm_statement_bind_int(&statement, 5, drm_authority_now(authority));
    result = drm_statement_run(&statement);
    return DRM_SUCCEEDED(result) ? drm_database_commit(authority->database) : result;
}

drm_result drm_authority_plan_removal(struct drm_authority *authority, const uint8_t *machine_id,
                                      const uint8_t *key_id, const char *user_id)
{
    drm_result result;

    if (!user_id)
        user_id = "";
    if ((!machine_id && !key_id && !*user_id) || strlen(user_id) >= DRM_LICENSE_TEXT_SIZE
        || !drm_text_is_valid(drm_span(user_id, strlen(user_id))))
        return DRM_E_INVALID_ARGUMENT;
    drm_authority_lock(authority);
    result = plan_locked(authority, machine_id, key_id, user_id);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    return result;
}

/* --- answering -------------------------------------------------------------------------------------------- */

/* A challenge on its way to its answer. */
struct removing
{
    struct drm_authority *authority;
    struct drm_removal_challenge challenge;
    char caller[DRM_LICENSE_TEXT_SIZE]; /* the caller's data, where it can be a user id */
    char user_id[DRM_LICENSE_TEXT_SIZE];
    struct drm_buffer key_ids;
};

static void take_caller(struct removing *removing)
{
    struct drm_span data = removing->challenge.caller_data;

    if (data.size && data.size < sizeof(removing->caller) && drm_text_is_valid(data))
        memcpy(removing->caller, data.data, data.size);
}

/* Licences on the machine that a plan speaks of. ?1: the machine. */
#define PLANNED_FROM                                                                                                 \
    " FROM removal JOIN issued ON issued.machine_id = ?1 AND issued.revocable AND NOT issued.removed"                 \
    " AND issued.id <= removal.last AND (removal.key_id IS NULL OR issued.key_id = removal.key_id)"                   \
    " AND (removal.user_id = '' OR issued.user_id = removal.user_id)"                                                 \
    " WHERE (removal.machine_id IS NULL OR removal.machine_id = ?1)"

static drm_result find_planned_user(struct removing *removing, bool *found)
{
    struct drm_statement statement;
    drm_result result = DRM_S_OK, finished;

    *found = false;
    drm_statement_prepare(&statement, removing->authority->database,
                          "SELECT removal.user_id" PLANNED_FROM
                          " AND (?2 = '' OR removal.user_id IN ('', ?2)) ORDER BY removal.id LIMIT 1");
    drm_statement_bind_blob(&statement, 1, removing->challenge.machine_id, DRM_ID_SIZE);
    drm_statement_bind_text(&statement, 2, removing->caller);
    if (drm_statement_step(&statement))
    {
        const char *user_id = drm_statement_text(&statement, 0);

        *found = true;
        if (strlen(user_id) < sizeof(removing->user_id))
            strcpy(removing->user_id, user_id);
        else
            result = DRM_E_STORE_CORRUPT;
    }
    finished = drm_statement_finish(&statement);
    return DRM_FAILED(finished) ? finished : result;
}

/* An answer speaks of one user, or of none: what is planned for others waits for the next challenge, and so does what
 * does not fit. */
static drm_result find_planned_keys(struct removing *removing)
{
    struct drm_statement statement;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    drm_result result = DRM_S_OK, finished;

    drm_statement_prepare(&statement, removing->authority->database,
                          "SELECT DISTINCT issued.key_id" PLANNED_FROM " AND removal.user_id = ?2"
                          " ORDER BY issued.key_id LIMIT ?3");
    drm_statement_bind_blob(&statement, 1, removing->challenge.machine_id, DRM_ID_SIZE);
    drm_statement_bind_text(&statement, 2, removing->user_id);
    drm_statement_bind_int(&statement, 3, DRM_REMOVAL_MAX_KEYS);
    while (DRM_SUCCEEDED(result) && drm_statement_step(&statement)
           && drm_statement_fixed(&statement, 0, key_id, sizeof(key_id)))
        result = drm_buffer_append(&removing->key_ids, key_id, sizeof(key_id));
    finished = drm_statement_finish(&statement);
    return DRM_FAILED(finished) ? finished : result;
}

/* The caller's own licences on this machine: all of its key ids are meant. */
static drm_result find_callers(struct removing *removing)
{
    struct drm_statement statement;
    bool found;
    drm_result result;

    if (!*removing->caller)
        return DRM_E_UNABLE_TO_ACQUIRE;
    drm_statement_prepare(&statement, removing->authority->database,
                          "SELECT 1 FROM issued WHERE machine_id = ?1 AND user_id = ?2 AND revocable AND NOT removed"
                          " LIMIT 1");
    drm_statement_bind_blob(&statement, 1, removing->challenge.machine_id, DRM_ID_SIZE);
    drm_statement_bind_text(&statement, 2, removing->caller);
    found = drm_statement_step(&statement);
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;
    memcpy(removing->user_id, removing->caller, sizeof(removing->user_id));
    return found ? DRM_S_OK : DRM_E_UNABLE_TO_ACQUIRE;
}

static drm_result was_answered(struct removing *removing, bool *out)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, removing->authority->database, "SELECT 1 FROM removal_answer WHERE id = ?1");
    drm_statement_bind_blob(&statement, 1, removing->challenge.transaction, DRM_ID_SIZE);
    *out = drm_statement_step(&statement);
    return drm_statement_finish(&statement);
}

static drm_result record_answer(struct removing *removing)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, removing->authority->database,
                          "INSERT INTO removal_answer(id, machine_id, user_id, key_ids, last, answered)"
                          " SELECT ?1, ?2, ?3, ?4, ifnull(max(id), 0), ?5 FROM issued");
    drm_statement_bind_blob(&statement, 1, removing->challenge.transaction, DRM_ID_SIZE);
    drm_statement_bind_blob(&statement, 2, removing->challenge.machine_id, DRM_ID_SIZE);
    drm_statement_bind_text(&statement, 3, removing->user_id);
    drm_statement_bind_blob(&statement, 4, removing->key_ids.size ? removing->key_ids.data : (const uint8_t *)"",
                            removing->key_ids.size);
    drm_statement_bind_int(&statement, 5, drm_authority_now(removing->authority));
    return drm_statement_run(&statement);
}

static drm_result decide_locked(struct removing *removing)
{
    struct drm_authority *authority = removing->authority;
    bool answered, planned;
    drm_result result;

    if (DRM_FAILED(result = drm_database_begin(authority->database))
        || DRM_FAILED(result = was_answered(removing, &answered)))
        return result;
    if (answered)
        return DRM_E_EXPIRED_LICENSEBLOB;
    if (DRM_FAILED(result = find_planned_user(removing, &planned))
        || DRM_FAILED(result = planned ? find_planned_keys(removing) : find_callers(removing))
        || DRM_FAILED(result = record_answer(removing)))
        return result;
    return drm_database_commit(authority->database);
}

static drm_result write_answer(const struct removing *removing, struct drm_buffer *out)
{
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_removal removal = {
        .key_ids = drm_buffer_span(&removing->key_ids),
        .user_id = drm_span(removing->user_id, strlen(removing->user_id)),
    };
    drm_result result = drm_authority_revocation_key(removing->authority, seed, removal.revocation_key);

    if (DRM_FAILED(result))
        return result;
    memcpy(removal.transaction, removing->challenge.transaction, sizeof(removal.transaction));
    memcpy(removal.machine_id, removing->challenge.machine_id, sizeof(removal.machine_id));
    result = drm_removal_write(&removal, seed, out);
    drm_wipe(seed, sizeof(seed));
    return result;
}

static void log_refusal(const struct drm_authority *authority, const char *what, drm_result result)
{
    if (DRM_FAILED(result))
        drm_log_write(&authority->host->log, "authority: a removal %s was refused: 0x%08x", what, (unsigned int)result);
}

drm_result drm_authority_answer_removal(struct drm_authority *authority, struct drm_span challenge,
                                        struct drm_buffer *out)
{
    struct removing removing = {.authority = authority};
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_removal_challenge_read(challenge, drm_authority_root(authority), 0,
                                                          &removing.challenge)))
    {
        take_caller(&removing);
        drm_authority_lock(authority);
        result = decide_locked(&removing);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
        if (DRM_SUCCEEDED(result))
            result = write_answer(&removing, out);
    }
    drm_buffer_free(&removing.key_ids);
    log_refusal(authority, "challenge", result);
    return result;
}

/* --- the receipt ------------------------------------------------------------------------------------------ */

/* An answer, as it was recorded. */
struct answered
{
    char user_id[DRM_LICENSE_TEXT_SIZE];
    struct drm_buffer key_ids;
    int64_t last;
};

static drm_result read_answer(struct drm_statement *statement, struct answered *out)
{
    const char *user_id = drm_statement_text(statement, 0);
    struct drm_span key_ids = drm_statement_blob(statement, 1);

    if (drm_statement_int(statement, 3))
        return DRM_E_EXPIRED_LICENSEBLOB;
    if (strlen(user_id) >= sizeof(out->user_id) || key_ids.size % DRM_KEY_ID_SIZE)
        return DRM_E_STORE_CORRUPT;
    strcpy(out->user_id, user_id);
    out->last = drm_statement_int(statement, 2);
    return drm_buffer_append(&out->key_ids, key_ids.data, key_ids.size);
}

static drm_result find_answer(struct drm_authority *authority, const struct drm_removal_receipt *receipt,
                              struct answered *out)
{
    struct drm_statement statement;
    drm_result result, found = DRM_E_BAD_REQUEST;

    drm_statement_prepare(&statement, authority->database,
                          "SELECT user_id, key_ids, last, received FROM removal_answer WHERE id = ?1"
                          " AND machine_id = ?2");
    drm_statement_bind_blob(&statement, 1, receipt->transaction, DRM_ID_SIZE);
    drm_statement_bind_blob(&statement, 2, receipt->machine_id, DRM_ID_SIZE);
    if (drm_statement_step(&statement))
        found = read_answer(&statement, out);
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : found;
}

/*
 * Everything that the answer named is gone from the machine, also what the receipt does not list: that was not there
 * any more. Licences that were issued since are none of it.
 */
static drm_result mark_removed(struct drm_authority *authority, const struct drm_removal_receipt *receipt,
                               const struct answered *answered, int64_t now)
{
#define MARK                                                                                                         \
    "UPDATE issued SET removed = ?1 WHERE revocable AND NOT removed AND id <= ?5 AND (?4 = '' OR user_id = ?4)"       \
    " AND machine_id = ?2"
    struct drm_statement statement;
    size_t count = answered->key_ids.size / DRM_KEY_ID_SIZE;

    drm_statement_prepare(&statement, authority->database, count ? MARK " AND key_id = ?3" : MARK);
    drm_statement_bind_int(&statement, 1, now);
    drm_statement_bind_blob(&statement, 2, receipt->machine_id, DRM_ID_SIZE);
    drm_statement_bind_text(&statement, 4, answered->user_id);
    drm_statement_bind_int(&statement, 5, answered->last);
    for (size_t i = 0; i < (count ? count : 1) && DRM_SUCCEEDED(statement.result); i++)
    {
        if (count)
            drm_statement_bind_blob(&statement, 3, answered->key_ids.data + i * DRM_KEY_ID_SIZE, DRM_KEY_ID_SIZE);
        drm_statement_step(&statement);
        drm_statement_reset(&statement);
    }
    return drm_statement_finish(&statement);
#undef MARK
}

static drm_result mark_received(struct drm_authority *authority, const struct drm_removal_receipt *receipt,
                                int64_t now)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database, "UPDATE removal_answer SET received = ?2 WHERE id = ?1");
    drm_statement_bind_blob(&statement, 1, receipt->transaction, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 2, now);
    return drm_statement_run(&statement);
}

static drm_result record_locked(struct drm_authority *authority, const struct drm_removal_receipt *receipt,
                                struct answered *answered)
{
    int64_t now = drm_authority_now(authority);
    drm_result result;

    if (DRM_FAILED(result = drm_database_begin(authority->database))
        || DRM_FAILED(result = find_answer(authority, receipt, answered))
        || DRM_FAILED(result = mark_removed(authority, receipt, answered, now))
        || DRM_FAILED(result = mark_received(authority, receipt, now)))
        return result;
    return drm_database_commit(authority->database);
}

drm_result drm_authority_record_removal(struct drm_authority *authority, struct drm_span receipt)
{
    struct answered answered = {.last = 0};
    struct drm_removal_receipt read;
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_removal_receipt_read(receipt, drm_authority_root(authority), 0, &read)))
    {
        drm_authority_lock(authority);
        result = record_locked(authority, &read, &answered);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
    }
    drm_buffer_free(&answered.key_ids);
    log_refusal(authority, "receipt", result);
    return result;
}
