/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Installing an identity, lists, a component and what the authority said: one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/license_query.h"
#include "engine/store/secure_clock.h"
#include "engine/store/store_internal.h"

/* The identity in force now, as the transaction sees it. */
static drm_result read_current(struct drm_store *store, int64_t anchor, int64_t *number, struct drm_version *version,
                               int64_t *component)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database,
                          "SELECT ifnull(identity, 0), version, ifnull(component, 0) FROM anchor WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    if (drm_statement_step(&statement))
    {
        *number = drm_statement_int(&statement, 0);
        *version = drm_version_unpack((uint64_t)drm_statement_int(&statement, 1));
        *component = drm_statement_int(&statement, 2);
    }
    return drm_statement_finish(&statement);
}

static drm_result insert_identity(struct drm_store *store, int64_t anchor, const struct drm_install *install,
                                  int64_t *number)
{
    const struct drm_identity *identity = install->identity;
    uint8_t binding[DRM_IDENTITY_BINDING_SIZE];
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    drm_result result;

    drm_identity_binding(install->anchor, identity, binding);
    result = drm_store_secret_locked(store, 0, true, false);
    if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR && install->replace_lost_secret)
        result = drm_store_secret_locked(store, 0, true, true);
    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_seal(store->secret, drm_span(binding, sizeof(binding)),
                                        drm_span(install->keys, sizeof(*install->keys)), &sealed)))
        return result;
    drm_statement_prepare(&statement, store->database,
                          "INSERT INTO identity(anchor, machine_id, sign_key, encrypt_key, version, chain, secret,"
                          " sealed, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_blob(&statement, 2, identity->machine_id, sizeof(identity->machine_id));
    drm_statement_bind_blob(&statement, 3, identity->sign_key, sizeof(identity->sign_key));
    drm_statement_bind_blob(&statement, 4, identity->encrypt_key, sizeof(identity->encrypt_key));
    drm_statement_bind_int(&statement, 5, (int64_t)drm_version_pack(identity->version));
    drm_statement_bind_blob(&statement, 6, identity->chain.data, identity->chain.size);
    drm_statement_bind_int(&statement, 7, store->secret_number);
    drm_statement_bind_blob(&statement, 8, sealed.data, sealed.size);
    drm_statement_bind_int(&statement, 9, store->host->clock.now(store->host->clock.context));
    result = drm_statement_run(&statement);
    if (DRM_SUCCEEDED(result))
        *number = sqlite3_last_insert_rowid(store->database->handle);
    drm_buffer_free(&sealed);
    return result;
}

static drm_result install_component(struct drm_store *store, int64_t anchor, const struct drm_install *install,
                                    int64_t old)
{
    struct drm_statement statement;
    int64_t number = 0;
    drm_result result;

    if (!install->component)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_staged_content_install_locked(install->component, &number)))
        return result;
    drm_statement_prepare(&statement, store->database,
                          "UPDATE anchor SET component = ?2, component_name = ?3, component_hash = ?4 WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, number);
    drm_statement_bind_text(&statement, 3, install->component_name);
    drm_statement_bind_blob(&statement, 4, install->component_hash, DRM_SHA256_SIZE);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    return old ? drm_content_retire_locked(&store->contents, old) : DRM_S_OK;
}

static drm_result install_identity(struct drm_store *store, int64_t anchor, const struct drm_install *install,
                                   bool *superseded)
{
    struct drm_version version = {0};
    struct drm_statement statement;
    int64_t current = 0, component = 0, number = 0;
    drm_result result;

    if (DRM_FAILED(result = read_current(store, anchor, &current, &version, &component)))
        return result;
    if (current != install->expected)
    {
        *superseded = true;
        return DRM_S_OK;
    }
    if (drm_version_compare(install->identity->version, version) < 0)
        return DRM_E_PACKAGE_TOO_OLD;
    if (DRM_FAILED(result = insert_identity(store, anchor, install, &number)))
        return result;
    drm_statement_prepare(&statement, store->database, "UPDATE anchor SET identity = ?2, version = ?3 WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, number);
    drm_statement_bind_int(&statement, 3, (int64_t)drm_version_pack(install->identity->version));
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    return install_component(store, anchor, install, component);
}

static drm_result install_answer(struct drm_store *store, int64_t anchor, const struct drm_answer *answer)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database,
                          "UPDATE anchor SET signed_time = ?2, observed_time = ?3, daily_limit = ?4, renewal_url = ?5,"
                          " license_url = ?6, issuers = iif(length(?7), ?7, issuers) WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, answer->time);
    drm_statement_bind_int(&statement, 3, store->host->clock.now(store->host->clock.context));
    drm_statement_bind_int(&statement, 4, answer->policy.individualizations_per_day);
    drm_statement_bind_text(&statement, 5, answer->policy.renewal_url);
    drm_statement_bind_text(&statement, 6, answer->policy.license_url);
    drm_statement_bind_blob(&statement, 7, answer->issuers.data, answer->issuers.size);
    return drm_statement_run(&statement);
}

static drm_result mark_embedded(struct drm_store *store, int64_t anchor)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, store->database,
                          "UPDATE anchor SET embedded = (id = ?1) WHERE embedded <> (id = ?1)");
    drm_statement_bind_int(&statement, 1, anchor);
    return drm_statement_run(&statement);
}

static drm_result install_list(struct drm_store *store, int64_t anchor, const struct drm_install *install,
                               const struct drm_install_list *list, bool *taken)
{
    const struct drm_revocation_head *head = &list->head;
    struct drm_statement statement;
    int64_t number = 0, old_number = 0;
    uint64_t old_version = 0;
    drm_result result;

    *taken = false;
    drm_statement_prepare(&statement, store->database,
                          "SELECT version, content FROM revocation_list WHERE anchor = ?1 AND type = ?2");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, head->type);
    if (drm_statement_step(&statement))
    {
        old_version = (uint64_t)drm_statement_int(&statement, 0);
        old_number = drm_statement_int(&statement, 1);
    }
    if (DRM_FAILED(result = drm_statement_finish(&statement)) || head->version < old_version)
        return result;
    if (head->version == old_version
        && (result = drm_store_prove_list_locked(store, install->anchor, head->type)) != DRM_E_STORE_CORRUPT)
        return result;
    if (DRM_FAILED(result = drm_staged_content_install_locked(list->content, &number)))
        return result;

    drm_statement_prepare(&statement, store->database,
                          "INSERT OR REPLACE INTO revocation_list(anchor, type, version, issued, entry_size,"
                          " entry_count, entries_hash, entries_offset, content)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    drm_statement_bind_int(&statement, 1, anchor);
    drm_statement_bind_int(&statement, 2, head->type);
    drm_statement_bind_int(&statement, 3, (int64_t)head->version);
    drm_statement_bind_int(&statement, 4, head->issued);
    drm_statement_bind_int(&statement, 5, head->entry_size);
    drm_statement_bind_int(&statement, 6, head->entry_count);
    drm_statement_bind_blob(&statement, 7, head->entries_hash, sizeof(head->entries_hash));
    drm_statement_bind_int(&statement, 8, (int64_t)list->entries_offset);
    drm_statement_bind_int(&statement, 9, number);
    if (DRM_FAILED(result = drm_statement_run(&statement))
        || (old_number && DRM_FAILED(result = drm_content_retire_locked(&store->contents, old_number))))
        return result;
    *taken = true;
    return DRM_S_OK;
}

drm_result drm_store_install(struct drm_store *store, const struct drm_install *install, bool *superseded)
{
    bool dropped = false, changing = false, taken[DRM_ANSWER_MAX_PARTS] = {false};
    struct drm_told_time told = {0}; /* an answer carries a nonce of ours */
    bool noted = false;
    int64_t anchor = 0;
    drm_result result;

    drm_store_lock(store);
    if (DRM_FAILED(result = drm_database_begin(store->database))
        || DRM_FAILED(result = drm_store_anchor_locked(store, install->anchor, true, &anchor))
        || (install->identity && DRM_FAILED(result = install_identity(store, anchor, install, &dropped)))
        || (install->answer && DRM_FAILED(result = install_answer(store, anchor, install->answer)))
        || (install->embedded && DRM_FAILED(result = mark_embedded(store, anchor))))
        goto done;
    if (install->answer)
        told = (struct drm_told_time){.time = install->answer->time, .is_now = true};
    if (DRM_FAILED(result = drm_store_note_time_locked(store, anchor, &told, DRM_TIME_STEP_WITH_OTHERS, &noted)))
        goto done;
    for (size_t i = 0; i < install->list_count; i++)
        if (DRM_FAILED(result = install_list(store, anchor, install, &install->lists[i], &taken[i])))
            goto done;
    changing = true;
    if (DRM_SUCCEEDED(result = drm_generation_begin_change(&store->generation)))
        result = drm_content_commit_locked(&store->contents);
    if (DRM_SUCCEEDED(result))
    {
        for (size_t i = 0; i < install->list_count; i++)
            if (taken[i])
                drm_staged_content_keep(install->lists[i].content);
        if (install->component && !dropped)
            drm_staged_content_keep(install->component);
        *superseded = dropped;
        drm_store_believe_time(store, install->anchor, &told);
    }

done:
    drm_database_rollback(store->database);
    if (changing)
        (void)drm_store_settle_generation_locked(store);
    drm_store_forget_made_locked(store, result);
    drm_license_queries_let_go(store->queries);
    drm_store_unlock(store);
    return result;
}
