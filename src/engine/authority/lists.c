/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority's revocation lists: where they are, and whether somebody is on one. revoke.c makes them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"

drm_result drm_authority_find_list_locked(struct drm_authority *authority, enum drm_revocation_type type,
                                          struct drm_authority_list *out)
{
    struct drm_statement statement;
    struct drm_authority_list list = {.type = type};
    drm_result result;

    drm_statement_prepare(&statement, authority->database,
                          "SELECT version, entry_count, size, hash, content FROM revocation_list WHERE type = ?1");
    drm_statement_bind_int(&statement, 1, type);
    if (drm_statement_step(&statement) && drm_statement_fixed(&statement, 3, list.hash, sizeof(list.hash)))
    {
        list.version = (uint64_t)drm_statement_int(&statement, 0);
        list.entry_count = (uint32_t)drm_statement_int(&statement, 1);
        list.size = (uint64_t)drm_statement_int(&statement, 2);
        list.content = drm_statement_int(&statement, 4);
    }
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;
    if (!list.version || list.version > DRM_REVOCATION_MAX_VERSION || !list.size
        || list.size > DRM_REVOCATION_MAX_SIZE)
        return DRM_E_STORE_CORRUPT; /* an authority has all six from the beginning */
    *out = list;
    return DRM_S_OK;
}

/* What an authority signs on it must have signed before: anything else is damage. */
static drm_result prove_list(struct drm_authority *authority, const struct drm_authority_list *list,
                             struct drm_content *content, struct drm_revocation_head *head, const uint8_t **entries)
{
    uint8_t hash[DRM_SHA256_SIZE];
    const uint8_t *data;
    uint64_t head_size, entries_size;
    drm_result result;

    if (DRM_FAILED(result = drm_content_data(content, &data)))
        return result;
    if (content->size < DRM_REVOCATION_LENGTH_SIZE)
        return DRM_E_STORE_CORRUPT;
    head_size = drm_get_u32(data);
    if (head_size > content->size - DRM_REVOCATION_LENGTH_SIZE
        || DRM_FAILED(drm_revocation_head_read(drm_span(data + DRM_REVOCATION_LENGTH_SIZE, (size_t)head_size),
                                               drm_authority_root(authority), head)))
        return DRM_E_STORE_CORRUPT;
    entries_size = (uint64_t)head->entry_size * head->entry_count;
    if (head->type != list->type || head->version != list->version
        || content->size - DRM_REVOCATION_LENGTH_SIZE - head_size != entries_size)
        return DRM_E_STORE_CORRUPT;
    *entries = data + DRM_REVOCATION_LENGTH_SIZE + head_size;
    drm_sha256(*entries, (size_t)entries_size, hash);
    return memcmp(hash, head->entries_hash, sizeof(hash)) ? DRM_E_STORE_CORRUPT : DRM_S_OK;
}

drm_result drm_authority_open_list_locked(struct drm_authority *authority, const struct drm_authority_list *list,
                                          struct drm_content *content, struct drm_revocation_head *head,
                                          const uint8_t **entries)
{
    drm_result result = drm_content_open_locked(&authority->contents, list->content, content);

    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = prove_list(authority, list, content, head, entries)))
    {
        drm_log_write(&authority->host->log, "authority: its list %s is not what it signed",
                      drm_revocation_type_name(list->type));
        drm_content_close(content);
    }
    return result;
}

void drm_authority_close_lists_locked(struct drm_authority *authority)
{
    drm_content_close(&authority->grl);
    authority->grl_number = 0;
}

drm_result drm_authority_is_revoked_locked(struct drm_authority *authority, const uint8_t id[DRM_SHA256_SIZE],
                                           bool *out)
{
    struct drm_authority_list list;
    drm_result result;

    if (DRM_FAILED(result = drm_authority_find_list_locked(authority, DRM_REVOCATION_GRL, &list)))
        return result;
    if (authority->grl_number != list.content)
    {
        drm_authority_close_lists_locked(authority);
        result = drm_authority_open_list_locked(authority, &list, &authority->grl, &authority->grl_head,
                                                &authority->grl_entries);
        if (DRM_FAILED(result))
            return result;
        authority->grl_number = list.content;
    }
    *out = drm_revocation_entries_contain(authority->grl_entries, &authority->grl_head, id);
    return DRM_S_OK;
}

drm_result drm_authority_read_list(struct drm_authority *authority, enum drm_revocation_type type,
                                   struct drm_buffer *out)
{
    struct drm_authority_list list;
    struct drm_content content = {0};
    uint8_t *place;
    drm_result result;

    if (type < DRM_REVOCATION_FIRST || type > DRM_REVOCATION_LAST)
        return DRM_E_INVALID_ARGUMENT;
    for (unsigned int attempt = 0; attempt < DRM_AUTHORITY_OPEN_ATTEMPTS; attempt++)
    {
        drm_authority_lock(authority);
        if (DRM_SUCCEEDED(result = drm_authority_find_list_locked(authority, type, &list)))
            result = drm_content_open_locked(&authority->contents, list.content, &content);
        drm_authority_unlock(authority);
        if (result != DRM_E_NOT_FOUND) /* not replaced between the two */
            break;
    }
    if (result == DRM_E_NOT_FOUND)
        result = DRM_E_STORE_CORRUPT;
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = drm_buffer_extend(out, (size_t)content.size, &place))
        && DRM_FAILED(result = drm_content_read(&content, 0, place, (size_t)content.size)))
        drm_buffer_truncate(out, out->size - (size_t)content.size);
    drm_content_close(&content);
    return result;
}
