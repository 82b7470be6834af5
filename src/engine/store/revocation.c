/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stored revocation lists: their versions, their bytes, and the question whether somebody is on one.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/store_internal.h"

#define OPEN_ATTEMPTS 3

drm_result drm_store_list_versions(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                   uint64_t out[DRM_REVOCATION_TYPES])
{
    uint64_t versions[DRM_REVOCATION_TYPES] = {0};
    struct drm_statement statement;
    drm_result result;

    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT type, revocation_list.version FROM revocation_list"
                          " JOIN anchor ON anchor.id = revocation_list.anchor WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    while (drm_statement_step(&statement))
    {
        int64_t type = drm_statement_int(&statement, 0);

        if (type >= DRM_REVOCATION_FIRST && type <= DRM_REVOCATION_LAST)
            versions[type - 1] = (uint64_t)drm_statement_int(&statement, 1);
    }
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        memcpy(out, versions, sizeof(versions));
    return result;
}

void drm_store_close_lists_locked(struct drm_store *store)
{
    struct drm_open_list *list;

    while ((list = store->lists))
    {
        store->lists = list->next;
        drm_content_close(&list->content);
        free(list);
    }
    store->lists_generation = 0;
}

/* What the database knows of a list. *offset: where its entries begin. */
static drm_result find_list(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            enum drm_revocation_type type, struct drm_open_list *out, uint64_t *offset)
{
    struct drm_statement statement;

    memset(out, 0, sizeof(*out));
    drm_statement_prepare(&statement, store->database,
                          "SELECT revocation_list.version, issued, entry_size, entry_count, entries_hash,"
                          " entries_offset, content FROM revocation_list"
                          " JOIN anchor ON anchor.id = revocation_list.anchor WHERE root = ?1 AND type = ?2");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    drm_statement_bind_int(&statement, 2, type);
    if (drm_statement_step(&statement))
    {
        out->present = true;
        out->head.type = type;
        out->head.version = (uint64_t)drm_statement_int(&statement, 0);
        out->head.issued = drm_statement_int(&statement, 1);
        out->head.entry_size = (uint32_t)drm_statement_int(&statement, 2);
        out->head.entry_count = (uint32_t)drm_statement_int(&statement, 3);
        (void)drm_statement_fixed(&statement, 4, out->head.entries_hash, sizeof(out->head.entries_hash));
        *offset = (uint64_t)drm_statement_int(&statement, 5);
        out->number = drm_statement_int(&statement, 6);
    }
    return drm_statement_finish(&statement);
}

/* The offset is bounded by itself: in a row that was edited by hand it may be one with which the sum wraps around. */
static bool is_sound(const struct drm_open_list *list, uint64_t offset)
{
    return list->head.entry_count <= DRM_REVOCATION_MAX_ENTRIES
           && list->head.entry_size == drm_revocation_type_entry_size(list->head.type)
           && offset <= DRM_REVOCATION_LENGTH_SIZE + DRM_REVOCATION_HEAD_MAX_SIZE
           && list->content.size == offset + (uint64_t)list->head.entry_size * list->head.entry_count;
}

/* Looks a list up and opens its content; present is false where there is none. */
static drm_result open_list(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            enum drm_revocation_type type, struct drm_open_list *out, uint64_t *offset)
{
    struct drm_open_list list;
    drm_result result = DRM_E_NOT_FOUND;

    /* Another process may replace it between the two. */
    for (unsigned int attempt = 0; attempt < OPEN_ATTEMPTS && result == DRM_E_NOT_FOUND; attempt++)
    {
        if (DRM_FAILED(result = find_list(store, anchor, type, &list, offset)))
            return result;
        if (list.present)
            result = drm_content_open_locked(&store->contents, list.number, &list.content);
    }
    if (DRM_SUCCEEDED(result) && list.present && !is_sound(&list, *offset))
    {
        drm_content_close(&list.content);
        result = DRM_E_STORE_CORRUPT;
    }
    if (DRM_SUCCEEDED(result))
        *out = list;
    return result == DRM_E_NOT_FOUND ? DRM_E_STORE_CORRUPT : result;
}

/* Finds the entries of an open list and proves once that they are what was signed. */
static drm_result prove_entries(struct drm_open_list *list, uint64_t offset)
{
    uint8_t hash[DRM_SHA256_SIZE];
    const uint8_t *data;
    drm_result result = drm_content_data(&list->content, &data);

    if (DRM_FAILED(result))
        return result;
    list->entries = data + offset;
    drm_sha256(list->entries, (size_t)(list->content.size - offset), hash);
    return memcmp(hash, list->head.entries_hash, sizeof(hash)) ? DRM_E_STORE_CORRUPT : DRM_S_OK;
}

drm_result drm_store_prove_list_locked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                       enum drm_revocation_type type)
{
    struct drm_revocation_reader *reader = NULL;
    struct drm_revocation_head head;
    struct drm_open_list list = {0};
    uint64_t offset = 0;
    const uint8_t *data;
    drm_result result = open_list(store, anchor, type, &list, &offset);

    if (DRM_FAILED(result) || !list.present)
        return result;
    if (DRM_FAILED(result = drm_content_data(&list.content, &data))
        || DRM_FAILED(result = drm_revocation_reader_create((const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchor, 1,
                                                            &reader)))
        goto done;
    if (DRM_FAILED(drm_revocation_reader_feed(reader, data, (size_t)list.content.size))
        || DRM_FAILED(drm_revocation_reader_finish(reader, NULL, &head, NULL)) || head.type != type
        || head.version != list.head.version)
    {
        drm_log_write(&store->host->log, "store: the stored list %s is damaged", drm_revocation_type_name(type));
        result = DRM_E_STORE_CORRUPT;
    }

done:
    drm_revocation_reader_free(reader);
    drm_content_close(&list.content);
    return result;
}

drm_result drm_store_sound_list_versions(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                         uint64_t out[DRM_REVOCATION_TYPES])
{
    uint64_t versions[DRM_REVOCATION_TYPES];
    drm_result result = drm_store_list_versions(store, anchor, versions);

    drm_store_lock(store);
    for (int type = DRM_REVOCATION_FIRST; DRM_SUCCEEDED(result) && type <= DRM_REVOCATION_LAST; type++)
    {
        result = drm_store_prove_list_locked(store, anchor, type);
        if (result == DRM_E_STORE_CORRUPT)
        {
            versions[type - 1] = 0;
            result = DRM_S_OK;
        }
    }
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        memcpy(out, versions, sizeof(versions));
    return result;
}

/* --- is somebody on it? ------------------------------------------------------------------------------------ */

static void forget_list(struct drm_open_list *list)
{
    drm_content_close(&list->content);
    list->known = list->present = false;
}

/* The place of a list among those that were asked for. */
static drm_result find_place(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                             enum drm_revocation_type type, struct drm_open_list **out)
{
    struct drm_open_list *list;

    for (list = store->lists; list; list = list->next)
        if (list->type == type && !memcmp(list->anchor, anchor, sizeof(list->anchor)))
            break;
    if (!list)
    {
        if (!(list = calloc(1, sizeof(*list))))
            return DRM_E_OUT_OF_MEMORY;
        list->type = type;
        memcpy(list->anchor, anchor, sizeof(list->anchor));
        list->next = store->lists;
        store->lists = list;
    }
    *out = list;
    return DRM_S_OK;
}

/* Makes an open list what the database says of it now. */
static drm_result renew_list(struct drm_store *store, struct drm_open_list *list)
{
    struct drm_open_list found;
    uint64_t offset = 0;
    drm_result result;

    if (DRM_FAILED(result = find_list(store, list->anchor, list->type, &found, &offset)))
        return result;
    if (list->present && found.present && list->number == found.number)
        return DRM_S_OK; /* something else changed; the open list is still the one */
    forget_list(list);
    if (DRM_FAILED(result = open_list(store, list->anchor, list->type, &found, &offset)))
        return result;
    if (found.present && DRM_FAILED(result = prove_entries(&found, offset)))
    {
        drm_content_close(&found.content);
        return result;
    }
    list->present = found.present;
    list->number = found.number;
    list->head = found.head;
    list->content = found.content;
    list->entries = found.entries;
    return DRM_S_OK;
}

uint64_t drm_store_settle_generation(struct drm_store *store, struct drm_database *database)
{
    if (database->read_only || DRM_FAILED(drm_database_try_begin(database)))
        return 0;
    drm_store_age_witness(store, database);
    drm_generation_end_change(&store->generation);
    drm_database_rollback(database);
    return drm_generation_read(&store->generation);
}

uint64_t drm_store_settle_generation_locked(struct drm_store *store)
{
    return drm_store_settle_generation(store, store->database);
}

/* Gives an open list, asking the database only where something may have changed since the last time. */
static drm_result current_list(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                               enum drm_revocation_type type, struct drm_open_list **out)
{
    uint64_t generation = drm_generation_read(&store->generation);
    struct drm_open_list *list;
    drm_result result;

    if (!generation)
        /* A process that was killed in mid-commit left it odd, and a file that is new has none: until the next commit
         * every question would ask the database. */
        generation = drm_store_settle_generation_locked(store);
    if (!generation || generation != store->lists_generation)
        for (list = store->lists; list; list = list->next)
            list->known = false;
    store->lists_generation = generation;

    if (DRM_FAILED(result = find_place(store, anchor, type, &list))
        || (!list->known && DRM_FAILED(result = renew_list(store, list))))
        return result;
    list->known = true;
    *out = list;
    return DRM_S_OK;
}

drm_result drm_store_is_revoked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                enum drm_revocation_type type, const uint8_t (*ids)[DRM_SHA256_SIZE], size_t count,
                                bool *out)
{
    struct drm_open_list *list;
    bool revoked = false;
    drm_result result;

    drm_store_lock(store);
    result = current_list(store, anchor, type, &list);
    if (DRM_SUCCEEDED(result) && list->present && list->head.entry_size == DRM_SHA256_SIZE)
        for (size_t i = 0; i < count && !revoked; i++)
            revoked = drm_revocation_entries_contain(list->entries, &list->head, ids[i]);
    drm_store_unlock(store);
    if (DRM_SUCCEEDED(result))
        *out = revoked;
    return result;
}

drm_result drm_store_read_list(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                               enum drm_revocation_type type, struct drm_buffer *out, uint64_t *size)
{
    struct drm_open_list found;
    uint64_t offset = 0;
    uint8_t *place;
    drm_result result;

    drm_store_lock(store);
    result = open_list(store, anchor, type, &found, &offset);
    drm_store_unlock(store); /* an open content stays readable whatever happens to its row */
    if (DRM_FAILED(result))
        return result;
    if (!found.present)
        return DRM_E_NOT_FOUND;
    if (out && DRM_SUCCEEDED(result = drm_buffer_extend(out, (size_t)found.content.size, &place))
        && DRM_FAILED(result = drm_content_read(&found.content, 0, place, (size_t)found.content.size)))
        drm_buffer_truncate(out, out->size - (size_t)found.content.size);
    if (DRM_SUCCEEDED(result) && size)
        *size = found.content.size;
    drm_content_close(&found.content);
    return result;
}
