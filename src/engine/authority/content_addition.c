/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adding content (content_addition.h).
 */
#include "engine/authority/content_addition.h"

#include <stdlib.h>
#include <string.h>

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

drm_result drm_content_addition_prepare(struct drm_content_addition *addition)
{
    const struct drm_content_item *item = addition->item;
    drm_result result;

    if (drm_id_is_zero(item->key_id) || !memchr(item->name, 0, sizeof(item->name))
        || !drm_text_is_valid(drm_span(item->name, strlen(item->name)))
        || !memchr(item->rights, 0, sizeof(item->rights)))
        return DRM_E_INVALID_ARGUMENT;
    memcpy(addition->license.key_id, item->key_id, sizeof(item->key_id));
    result = drm_rights_text_read(item->rights, &addition->license, &addition->where);
    addition->rights_fail = result == DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result) || DRM_FAILED(result = drm_rights_text_write(&addition->license, &addition->rights))
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
static drm_result check_chain_locked(struct drm_authority *authority, const struct drm_content_addition *addition)
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

static void bind_item(struct drm_statement *statement, const struct drm_content_addition *addition)
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

static drm_result insert_locked(struct drm_authority *authority, const struct drm_content_addition *addition)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    drm_result result;

    if (addition->content_key)
        memcpy(key, addition->content_key, sizeof(key));
    else
        drm_random(key, sizeof(key));
    result = drm_authority_seal_content_key(authority, addition->item->key_id, key, &sealed);
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
static drm_result update_locked(struct drm_authority *authority, const struct drm_content_addition *addition,
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

drm_result drm_content_addition_write_locked(struct drm_authority *authority,
                                             const struct drm_content_addition *addition)
{
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    drm_result result;

    if (DRM_FAILED(result = check_chain_locked(authority, addition)))
        return result;
    result = drm_authority_find_content_key_locked(authority, addition->item->key_id, key);
    if (result == DRM_E_NOT_FOUND)
        result = insert_locked(authority, addition);
    else if (DRM_SUCCEEDED(result))
        result = update_locked(authority, addition, key);
    drm_wipe(key, sizeof(key));
    return result;
}

drm_result drm_authority_add_content(struct drm_authority *authority, const struct drm_content_item *item,
                                     const uint8_t *content_key)
{
    struct drm_content_addition *addition = calloc(1, sizeof(*addition));
    drm_result result;

    if (!addition)
        return DRM_E_OUT_OF_MEMORY;
    addition->item = item;
    addition->content_key = content_key;
    result = drm_content_addition_prepare(addition);
    if (addition->rights_fail)
        drm_log_write(&authority->host->log, "authority: rights cannot be read from character %zu on: \"%.40s\"",
                      addition->where + 1, item->rights + addition->where);
    if (DRM_SUCCEEDED(result))
    {
        drm_authority_lock(authority);
        if (DRM_SUCCEEDED(result = drm_database_begin(authority->database))
            && DRM_SUCCEEDED(result = drm_content_addition_write_locked(authority, addition)))
            result = drm_database_commit(authority->database);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
    }
    drm_buffer_free(&addition->rights);
    free(addition);
    return result;
}
