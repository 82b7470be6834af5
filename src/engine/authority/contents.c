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

static drm_result seal_key(const struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
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

/* --- adding ----------------------------------------------------------------------------------------------- */

/* A content on its way into its row. */
struct addition
{
    const struct drm_content_item *item;
    struct drm_license license; /* that would be issued of it */
    struct drm_buffer rights;   /* in the normal form, terminated */
    const uint8_t *content_key; /* may be NULL */
};

/* A licence of it can be written: whatever the issuer fills in, it fits. */
static drm_result try_license(struct drm_license *license)
{
    struct drm_buffer body = {0};
    drm_result result;

    license->issued = 1;
    drm_random(license->license_id, sizeof(license->license_id));
    drm_random(license->revocation_key, sizeof(license->revocation_key));
    result = drm_license_write_body(license, &body);
    drm_buffer_free(&body);
    return result;
}

static drm_result prepare(struct addition *addition)
{
    const struct drm_content_item *item = addition->item;
    drm_result result;

    if (drm_id_is_zero(item->key_id) || !memchr(item->name, 0, sizeof(item->name))
        || !drm_text_is_valid(drm_span(item->name, strlen(item->name)))
        || !memchr(item->rights, 0, sizeof(item->rights)))
        return DRM_E_INVALID_ARGUMENT;
    memcpy(addition->license.key_id, item->key_id, sizeof(item->key_id));
    if (DRM_FAILED(result = drm_rights_text_read(item->rights, &addition->license, NULL))
        || DRM_FAILED(result = drm_rights_text_write(&addition->license, &addition->rights))
        || DRM_FAILED(result = drm_buffer_append(&addition->rights, "", 1)))
        return result;
    if (addition->rights.size > DRM_RIGHTS_TEXT_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    if (addition->license.terms.has_uplink
        && !memcmp(addition->license.terms.uplink, item->key_id, sizeof(item->key_id)))
        return DRM_E_CHAIN_TOO_LONG;
    return try_license(&addition->license);
}

static drm_result count_locked(struct drm_authority *authority, const char *sql,
                               const uint8_t key_id[DRM_KEY_ID_SIZE], uint64_t *count)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database, sql);
    drm_statement_bind_blob(&statement, 1, key_id, DRM_KEY_ID_SIZE);
    *count = drm_statement_step(&statement) ? (uint64_t)drm_statement_int(&statement, 0) : 0;
    return drm_statement_finish(&statement);
}

/* A chain is a leaf and its root. */
static drm_result check_chain_locked(struct drm_authority *authority, const struct addition *addition)
{
    const struct drm_terms *terms = &addition->license.terms;
    uint64_t known, leaves, roots;
    drm_result result;

    if (!terms->has_uplink)
        return DRM_S_OK;
    if (DRM_FAILED(result = count_locked(authority, "SELECT count(*) FROM offer WHERE key_id = ?1", terms->uplink,
                                         &known))
        || DRM_FAILED(result = count_locked(authority, "SELECT count(uplink) FROM offer WHERE key_id = ?1",
                                            terms->uplink, &roots))
        || DRM_FAILED(result = count_locked(authority, "SELECT count(*) FROM offer WHERE uplink = ?1",
                                            addition->item->key_id, &leaves)))
        return result;
    if (!known)
        return DRM_E_NO_UPLINK_LICENSE;
    return roots || leaves ? DRM_E_CHAIN_TOO_LONG : DRM_S_OK;
}

static void bind_item(struct drm_statement *statement, const struct addition *addition)
{
    const struct drm_license *license = &addition->license;

    drm_statement_bind_blob(statement, 1, addition->item->key_id, DRM_KEY_ID_SIZE);
    drm_statement_bind_text(statement, 2, addition->item->name);
    drm_statement_bind_text(statement, 3, (const char *)addition->rights.data);
    if (license->terms.has_uplink)
        drm_statement_bind_blob(statement, 4, license->terms.uplink, DRM_KEY_ID_SIZE);
    drm_statement_bind_int(statement, 5, addition->item->interactive);
    drm_statement_bind_int(statement, 6, addition->item->per_machine);
}

static drm_result insert_locked(struct drm_authority *authority, const struct addition *addition)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    drm_result result;

    if (addition->content_key)
        memcpy(key, addition->content_key, sizeof(key));
    else
        drm_random(key, sizeof(key));
    result = seal_key(authority, addition->item->key_id, key, &sealed);
    drm_wipe(key, sizeof(key));
    if (DRM_SUCCEEDED(result))
    {
        drm_statement_prepare(&statement, authority->database,
                              "INSERT INTO offer(key_id, name, rights, uplink, interactive, per_machine, sealed, added)"
                              " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        bind_item(&statement, addition);
        drm_statement_bind_blob(&statement, 7, sealed.data, sealed.size);
        drm_statement_bind_int(&statement, 8, drm_authority_now(authority));
        result = drm_statement_run(&statement);
    }
    drm_buffer_free(&sealed);
    return result;
}

/* Offered again where it was withdrawn. */
static drm_result update_locked(struct drm_authority *authority, const struct addition *addition,
                                const uint8_t key[DRM_CONTENT_KEY_SIZE])
{
    struct drm_statement statement;

    if (addition->content_key && !drm_equal_secret(addition->content_key, key, DRM_CONTENT_KEY_SIZE))
        return DRM_E_INVALID_ARGUMENT;
    drm_statement_prepare(&statement, authority->database,
                          "UPDATE offer SET name = ?2, rights = ?3, uplink = ?4, interactive = ?5, per_machine = ?6,"
                          " withdrawn = 0 WHERE key_id = ?1");
    bind_item(&statement, addition);
    return drm_statement_run(&statement);
}

static drm_result add_locked(struct drm_authority *authority, const struct addition *addition)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    drm_result result;

    if (DRM_FAILED(result = drm_database_begin(authority->database))
        || DRM_FAILED(result = check_chain_locked(authority, addition)))
        return result;
    result = drm_authority_find_content_key_locked(authority, addition->item->key_id, key);
    if (result == DRM_E_NOT_FOUND)
        result = insert_locked(authority, addition);
    else if (DRM_SUCCEEDED(result))
        result = update_locked(authority, addition, key);
    drm_wipe(key, sizeof(key));
    return DRM_SUCCEEDED(result) ? drm_database_commit(authority->database) : result;
}

drm_result drm_authority_add_content(struct drm_authority *authority, const struct drm_content_item *item,
                                     const uint8_t *content_key)
{
    struct addition *addition = calloc(1, sizeof(*addition));
    drm_result result;

    if (!addition)
        return DRM_E_OUT_OF_MEMORY;
    addition->item = item;
    addition->content_key = content_key;
    if (DRM_SUCCEEDED(result = prepare(addition)))
    {
        drm_authority_lock(authority);
        result = add_locked(authority, addition);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
    }
    drm_buffer_free(&addition->rights);
    free(addition);
    return result;
}

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
