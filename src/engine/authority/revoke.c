/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making revocation lists: the first ones, and the next version of one with the index that follows it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"

#define REVOKE_ATTEMPTS 10

/* Sorts and signs a list and stages it; the array is not copied, since it may be large. list->content is set when it
 * is put in force. A list of few entries takes no lock. */
static drm_result stage_list(struct drm_authority *authority, struct drm_authority_list *list, uint8_t *entries,
                             size_t entry_count, struct drm_staged_content **out)
{
    const struct drm_authority_key *key = &authority->keys[DRM_KEY_SIGN_REVOCATION];
    struct drm_revocation_head head = {
        .type = list->type, .version = list->version, .issued = drm_authority_now(authority)};
    struct drm_staged_content *staged = NULL;
    struct drm_buffer signed_head = {0};
    struct drm_hash *hash = NULL;
    size_t entries_size;
    drm_result result;

    if (DRM_FAILED(result = drm_revocation_list_write_head(&head, entries, entry_count, key->seed,
                                                           drm_buffer_span(&key->chain), &signed_head)))
        goto done;
    entries_size = (size_t)head.entry_count * head.entry_size;
    if (DRM_FAILED(result = drm_hash_create(&hash))
        || DRM_FAILED(result = drm_content_stage(&authority->contents, &staged))
        || DRM_FAILED(result = drm_staged_content_append(staged, signed_head.data, signed_head.size))
        || DRM_FAILED(result = drm_staged_content_append(staged, entries, entries_size))
        || DRM_FAILED(result = drm_staged_content_finish(staged)))
        goto done;
    drm_hash_update(hash, signed_head.data, signed_head.size);
    drm_hash_update(hash, entries, entries_size);
    drm_hash_finish(hash, list->hash);
    list->entry_count = head.entry_count;
    list->size = signed_head.size + entries_size;
    *out = staged;
    staged = NULL;

done:
    drm_staged_content_discard(staged);
    drm_hash_free(hash);
    drm_buffer_free(&signed_head);
    return result;
}

/* Puts a staged list in the place of the one with number old (0: there is none). */
static drm_result put_list_locked(struct drm_authority *authority, struct drm_authority_list *list,
                                  struct drm_staged_content *staged, int64_t old)
{
    struct drm_statement statement;
    drm_result result;

    if (DRM_FAILED(result = drm_staged_content_install_locked(staged, &list->content)))
        return result;
    drm_statement_prepare(&statement, authority->database,
                          "INSERT OR REPLACE INTO revocation_list(type, version, entry_count, size, hash, content)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    drm_statement_bind_int(&statement, 1, list->type);
    drm_statement_bind_int(&statement, 2, (int64_t)list->version);
    drm_statement_bind_int(&statement, 3, list->entry_count);
    drm_statement_bind_int(&statement, 4, (int64_t)list->size);
    drm_statement_bind_blob(&statement, 5, list->hash, sizeof(list->hash));
    drm_statement_bind_int(&statement, 6, list->content);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    return old ? drm_content_retire_locked(&authority->contents, old) : DRM_S_OK;
}

/* A list of so few entries that it lies in its row. */
static drm_result put_small_list_locked(struct drm_authority *authority, enum drm_revocation_type type,
                                        uint64_t version, uint8_t *entries, size_t entry_count, int64_t old)
{
    struct drm_authority_list list = {.type = type, .version = version};
    struct drm_staged_content *staged = NULL;
    drm_result result = stage_list(authority, &list, entries, entry_count, &staged);

    if (DRM_SUCCEEDED(result))
        result = put_list_locked(authority, &list, staged, old);
    drm_staged_content_discard(staged);
    return result;
}

/* The index: the versions of the other five. */
static drm_result put_index_locked(struct drm_authority *authority, uint64_t version, int64_t old)
{
    uint8_t entries[DRM_REVOCATION_TYPES][DRM_REVINFO_ENTRY_SIZE];
    struct drm_authority_list list;
    size_t count = 0;
    drm_result result;

    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        if (type == DRM_REVOCATION_REVINFO)
            continue;
        if (DRM_FAILED(result = drm_authority_find_list_locked(authority, type, &list)))
            return result;
        drm_revinfo_entry_put(type, list.version, entries[count++]);
    }
    return put_small_list_locked(authority, DRM_REVOCATION_REVINFO, version, &entries[0][0], count, old);
}

drm_result drm_authority_make_lists_locked(struct drm_authority *authority)
{
    uint8_t none[DRM_REVOCATION_ENTRY_SIZE];
    drm_result result;

    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
        if (type != DRM_REVOCATION_REVINFO
            && DRM_FAILED(result = put_small_list_locked(authority, type, 1, none, 0, 0)))
            return result;
    return put_index_locked(authority, 1, 0);
}

/* --- the next version ------------------------------------------------------------------------------------- */

/* The current list, and its entries with room for more behind them; *entries is the caller's to free. */
static drm_result copy_entries(struct drm_authority *authority, enum drm_revocation_type type, size_t more,
                               struct drm_authority_list *list, uint8_t **entries)
{
    struct drm_revocation_head head;
    struct drm_content content = {0};
    const uint8_t *old;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_authority_find_list_locked(authority, type, list)))
        result = drm_authority_open_list_locked(authority, list, &content, &head, &old);
    drm_authority_unlock(authority);
    if (DRM_FAILED(result))
        return result;
    *entries = malloc(((size_t)head.entry_count + more + 1) * DRM_REVOCATION_ENTRY_SIZE);
    if (*entries)
        memcpy(*entries, old, (size_t)head.entry_count * DRM_REVOCATION_ENTRY_SIZE);
    list->entry_count = head.entry_count;
    drm_content_close(&content);
    return *entries ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;
}

/* *outrun: the current list is not old any more, and nothing was done. */
static drm_result publish_list(struct drm_authority *authority, struct drm_authority_list *list,
                               struct drm_staged_content *staged, const struct drm_authority_list *old, bool *outrun)
{
    struct drm_authority_list current, index;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_FAILED(result = drm_database_begin(authority->database))
        || DRM_FAILED(result = drm_authority_find_list_locked(authority, list->type, &current)))
        goto done;
    *outrun = current.content != old->content;
    if (*outrun)
        goto done;
    if (DRM_FAILED(result = put_list_locked(authority, list, staged, current.content))
        || DRM_FAILED(result = drm_authority_find_list_locked(authority, DRM_REVOCATION_REVINFO, &index))
        || DRM_FAILED(result = put_index_locked(authority, index.version + 1, index.content)))
        goto done;
    if (DRM_SUCCEEDED(result = drm_content_commit_locked(&authority->contents)))
        drm_staged_content_keep(staged);

done:
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    return result;
}

static drm_result revoke_once(struct drm_authority *authority, enum drm_revocation_type type, const uint8_t *entries,
                              size_t entry_count, bool *outrun)
{
    struct drm_authority_list old, list = {.type = type};
    struct drm_staged_content *staged = NULL;
    uint8_t *all = NULL;
    drm_result result = copy_entries(authority, type, entry_count, &old, &all);

    if (DRM_FAILED(result))
        return result;
    if (entry_count)
        memcpy(all + (size_t)old.entry_count * DRM_REVOCATION_ENTRY_SIZE, entries,
               entry_count * DRM_REVOCATION_ENTRY_SIZE);
    list.version = old.version + 1;
    result = stage_list(authority, &list, all, old.entry_count + entry_count, &staged);
    if (DRM_SUCCEEDED(result))
        result = publish_list(authority, &list, staged, &old, outrun);
    drm_staged_content_discard(staged);
    free(all);
    return result;
}

drm_result drm_authority_revoke(struct drm_authority *authority, enum drm_revocation_type type, const uint8_t *entries,
                                size_t entry_count)
{
    bool outrun = false;
    drm_result result = DRM_S_OK;

    if (type < DRM_REVOCATION_FIRST || type > DRM_REVOCATION_LAST || type == DRM_REVOCATION_REVINFO
        || entry_count > DRM_REVOCATION_MAX_ENTRIES)
        return DRM_E_INVALID_ARGUMENT;
    /* A million entries take a second, in which no lock is held: where somebody else was faster, once more. */
    for (unsigned int attempt = 0; attempt < REVOKE_ATTEMPTS; attempt++)
    {
        outrun = false;
        result = revoke_once(authority, type, entries, entry_count, &outrun);
        if (!outrun && result != DRM_E_NOT_FOUND) /* not replaced between the look at its row and its opening */
            return result;
    }
    return outrun ? DRM_E_BUSY : DRM_E_STORE_CORRUPT;
}
