/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contents: key ids with their content keys and rights (contents.h). Content keys rest sealed, each bound to its key
 * id: a row edited or moved by hand does not open.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/issuing.h"

#define BINDING "wmdrmsdk content key"
#define BATCH 32

/* --- content keys ----------------------------------------------------------------------------------------- */

static void bind(const uint8_t key_id[DRM_KEY_ID_SIZE], uint8_t out[sizeof(BINDING) + DRM_KEY_ID_SIZE])
{
    memcpy(out, BINDING, sizeof(BINDING)); /* with its zero byte */
    memcpy(out + sizeof(BINDING), key_id, DRM_KEY_ID_SIZE);
}

drm_result drm_authority_seal_content_key(const struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                          const uint8_t key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out)
{
    uint8_t binding[sizeof(BINDING) + DRM_KEY_ID_SIZE];

    bind(key_id, binding);
    return drm_seal(authority->content_secret, drm_span(binding, sizeof(binding)),
                    drm_span(key, DRM_CONTENT_KEY_SIZE), out);
}

drm_result drm_authority_unseal_content_key(const struct drm_authority *authority,
                                            const uint8_t key_id[DRM_KEY_ID_SIZE], struct drm_span sealed,
                                            uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    uint8_t binding[sizeof(BINDING) + DRM_KEY_ID_SIZE];
    struct drm_buffer key = {0};
    drm_result result;

    bind(key_id, binding);
    result = drm_unseal(authority->content_secret, drm_span(binding, sizeof(binding)), sealed, &key);
    if (result == DRM_E_DECRYPT_ERROR || (DRM_SUCCEEDED(result) && key.size != DRM_CONTENT_KEY_SIZE))
        result = DRM_E_STORE_CORRUPT;
    if (DRM_SUCCEEDED(result))
        memcpy(out, key.data, DRM_CONTENT_KEY_SIZE);
    drm_buffer_free(&key);
    return result;
}

drm_result drm_authority_find_content_key_locked(struct drm_authority *authority,
                                                 const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                 uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    struct drm_statement statement;
    drm_result result, found = DRM_E_NOT_FOUND;

    drm_statement_prepare(&statement, authority->database, "SELECT sealed FROM offer WHERE key_id = ?1");
    drm_statement_bind_blob(&statement, 1, key_id, DRM_KEY_ID_SIZE);
    if (drm_statement_step(&statement))
        found = drm_authority_unseal_content_key(authority, key_id, drm_statement_blob(&statement, 0), out);
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : found;
}

drm_result drm_authority_get_content_key(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                         uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    drm_result result;

    drm_authority_lock(authority);
    result = drm_authority_find_content_key_locked(authority, key_id, out);
    drm_authority_unlock(authority);
    return result;
}

/* --- withdrawing ------------------------------------------------------------------------------------------ */

drm_result drm_authority_withdraw_content(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct drm_statement statement;
    drm_result result;

    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database, "UPDATE offer SET withdrawn = 1 WHERE key_id = ?1");
    drm_statement_bind_blob(&statement, 1, key_id, DRM_KEY_ID_SIZE);
    result = drm_statement_run(&statement);
    if (DRM_SUCCEEDED(result) && !sqlite3_changes(authority->database->handle))
        result = DRM_E_NOT_FOUND;
    drm_authority_unlock(authority);
    return result;
}

/* --- looking ---------------------------------------------------------------------------------------------- */

#define ITEM_COLUMNS                                                                                                 \
    "SELECT id, key_id, name, rights, added, withdrawn, interactive, per_machine,"                                    \
    " (SELECT count(*) FROM issued WHERE issued.key_id = offer.key_id),"                                              \
    " (SELECT count(DISTINCT machine_id) FROM issued WHERE issued.key_id = offer.key_id) FROM offer"

static bool copy_text(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

static drm_result read_item(struct drm_statement *statement, struct drm_content_item *out)
{
    int64_t per_machine = drm_statement_int(statement, 7);

    memset(out, 0, sizeof(*out));
    if (!drm_statement_fixed(statement, 1, out->key_id, sizeof(out->key_id))
        || !copy_text(out->name, sizeof(out->name), drm_statement_text(statement, 2))
        || !copy_text(out->rights, sizeof(out->rights), drm_statement_text(statement, 3)) || per_machine < 0
        || per_machine > UINT32_MAX)
        return DRM_E_STORE_CORRUPT;
    out->added = drm_statement_int(statement, 4);
    out->withdrawn = drm_statement_int(statement, 5) != 0;
    out->interactive = drm_statement_int(statement, 6) != 0;
    out->per_machine = (uint32_t)per_machine;
    out->issued = (uint64_t)drm_statement_int(statement, 8);
    out->machines = (uint64_t)drm_statement_int(statement, 9);
    return DRM_S_OK;
}

static drm_result get_locked(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                             struct drm_content_item *out)
{
    struct drm_statement statement;
    drm_result result, found = DRM_E_NOT_FOUND;

    drm_statement_prepare(&statement, authority->database, ITEM_COLUMNS " WHERE key_id = ?1");
    drm_statement_bind_blob(&statement, 1, key_id, DRM_KEY_ID_SIZE);
    if (drm_statement_step(&statement))
        found = read_item(&statement, out);
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : found;
}

drm_result drm_authority_get_content(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                     struct drm_content_item *out)
{
    struct drm_content_item *item = malloc(sizeof(*item));
    drm_result result;

    if (!item)
        return DRM_E_OUT_OF_MEMORY;
    drm_authority_lock(authority);
    result = get_locked(authority, key_id, item);
    drm_authority_unlock(authority);
    if (DRM_SUCCEEDED(result))
        *out = *item;
    free(item);
    return result;
}

/* The next rows after number *last. */
static drm_result read_batch(struct drm_authority *authority, int64_t *last, struct drm_content_item *out,
                             size_t *count)
{
    struct drm_statement statement;
    size_t read = 0;
    drm_result result, row = DRM_S_OK;

    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database, ITEM_COLUMNS " WHERE id > ?1 ORDER BY id LIMIT ?2");
    drm_statement_bind_int(&statement, 1, *last);
    drm_statement_bind_int(&statement, 2, BATCH);
    while (read < BATCH && drm_statement_step(&statement) && DRM_SUCCEEDED(row = read_item(&statement, &out[read])))
    {
        *last = drm_statement_int(&statement, 0);
        read++;
    }
    result = drm_statement_finish(&statement);
    drm_authority_unlock(authority);
    *count = read;
    return DRM_FAILED(result) ? result : row;
}

drm_result drm_authority_each_content(struct drm_authority *authority,
                                      drm_result (*each)(void *context, const struct drm_content_item *item),
                                      void *context)
{
    struct drm_content_item *batch = calloc(BATCH, sizeof(*batch));
    int64_t last = 0;
    size_t count;
    drm_result result;

    if (!batch)
        return DRM_E_OUT_OF_MEMORY;
    do
    {
        result = read_batch(authority, &last, batch, &count);
        for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
            result = each(context, &batch[i]);
    } while (DRM_SUCCEEDED(result) && count == BATCH);
    free(batch);
    return result;
}
