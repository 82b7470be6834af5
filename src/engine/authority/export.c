/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking an authority to another machine (contents.h): a copy of its database, with its lists and its component in it,
 * and the key that its keys rest under, in one file under a passphrase.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/archive.h"
#include "engine/authority/contents.h"
#include "engine/authority/moving.h"
#include "engine/base/path.h"

#define COPY_SUFFIX ".db"
#define PART_SUFFIX ".part"
#define COPY_ATTEMPTS 3

/* --- the copy ----------------------------------------------------------------------------------------------- */

/* Contents that lie in files come into the copy's rows; what is on its way in or out stays behind. */
static drm_result take_contents_in_locked(struct drm_authority *authority, struct drm_database *copy)
{
    struct drm_statement find, update;
    drm_result result = drm_database_execute(copy, "DELETE FROM content WHERE state <> 1"), taken = DRM_S_OK;

    if (DRM_FAILED(result))
        return result;
    drm_statement_prepare(&find, authority->database, "SELECT id FROM content WHERE state = 1 AND bytes IS NULL");
    while (DRM_SUCCEEDED(taken) && drm_statement_step(&find))
    {
        const int64_t number = drm_statement_int(&find, 0);
        struct drm_content content = {0};
        const uint8_t *bytes;

        if (DRM_FAILED(taken = drm_content_open_locked(&authority->contents, number, &content)))
            break;
        if (DRM_SUCCEEDED(taken = drm_content_data(&content, &bytes)))
        {
            drm_statement_prepare(&update, copy, "UPDATE content SET bytes = ?2 WHERE id = ?1");
            drm_statement_bind_int(&update, 1, number);
            drm_statement_bind_blob(&update, 2, bytes, (size_t)content.size);
            taken = drm_statement_run(&update);
        }
        drm_content_close(&content);
    }
    result = drm_statement_finish(&find);
    return DRM_FAILED(result) ? result : taken;
}

/* Is nothing left in files that this machine alone has? */
static drm_result check_contents(struct drm_database *copy)
{
    struct drm_statement statement;
    bool missing;
    drm_result result;

    drm_statement_prepare(&statement, copy, "SELECT 1 FROM content WHERE bytes IS NULL LIMIT 1");
    missing = drm_statement_step(&statement);
    result = drm_statement_finish(&statement);
    return DRM_SUCCEEDED(result) && missing ? DRM_E_NOT_FOUND : result;
}

static drm_result make_copy_locked(struct drm_authority *authority, const char *path)
{
    struct drm_statement statement;
    struct drm_database *copy;
    drm_result result;

    if (DRM_FAILED(result = drm_path_delete(path)))
        return result;
    drm_statement_prepare(&statement, authority->database, "VACUUM INTO ?1");
    drm_statement_bind_text(&statement, 1, path);
    if (DRM_FAILED(result = drm_statement_run(&statement)))
        return result;
    if (DRM_FAILED(result = drm_database_open(path, &drm_authority_schema, DRM_DATABASE_OPEN, &authority->host->log,
                                              NULL, &copy)))
        return result;
    if (DRM_SUCCEEDED(result = take_contents_in_locked(authority, copy)))
        result = check_contents(copy);
    drm_database_close(copy);
    return result;
}

static drm_result make_copy(struct drm_authority *authority, const char *path)
{
    drm_result result = DRM_E_NOT_FOUND;

    for (int i = 0; i < COPY_ATTEMPTS && result == DRM_E_NOT_FOUND; i++)
    {
        drm_authority_lock(authority);
        result = make_copy_locked(authority, path);
        drm_authority_unlock(authority);
    }
    /* A list was replaced by another process each time, or its file is gone for good. */
    return result == DRM_E_NOT_FOUND ? DRM_E_STORE_CORRUPT : result;
}

/* --- the archive -------------------------------------------------------------------------------------------- */

static drm_result put_database(struct drm_archive *archive, struct drm_file *database)
{
    const uint64_t size = drm_file_size(database);
    uint8_t *chunk = malloc(DRM_ARCHIVE_CHUNK_SIZE), total[8];
    drm_result result = chunk ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    for (uint64_t offset = 0; offset < size && DRM_SUCCEEDED(result); offset += DRM_ARCHIVE_CHUNK_SIZE)
    {
        const uint64_t left = size - offset;
        const size_t now = left < DRM_ARCHIVE_CHUNK_SIZE ? (size_t)left : DRM_ARCHIVE_CHUNK_SIZE;

        if (DRM_SUCCEEDED(result = drm_file_read(database, offset, chunk, now)))
            result = drm_archive_put(archive, DRM_ARCHIVE_DATABASE, drm_span(chunk, now));
    }
    free(chunk);
    drm_put_u64(total, size);
    return DRM_FAILED(result) ? result : drm_archive_put(archive, DRM_ARCHIVE_END, drm_span(total, sizeof(total)));
}

static drm_result put_all(struct drm_authority *authority, struct drm_archive *archive, const char *copy_path)
{
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    struct drm_file *database;
    drm_result result;

    drm_authority_lock(authority);
    result = drm_authority_open_secret_locked(authority, secret);
    drm_authority_unlock(authority);
    if (DRM_SUCCEEDED(result))
        result = drm_archive_put(archive, DRM_ARCHIVE_SECRET, drm_span(secret, sizeof(secret)));
    drm_wipe(secret, sizeof(secret));
    if (DRM_FAILED(result) || DRM_FAILED(result = drm_file_open(copy_path, &authority->host->log, &database)))
        return result;
    result = put_database(archive, database);
    drm_file_close(database);
    return DRM_FAILED(result) ? result : drm_archive_flush(archive);
}

static drm_result write_archive(struct drm_authority *authority, const char *passphrase, const char *part_path,
                                const char *copy_path)
{
    struct drm_archive *archive;
    drm_result result = drm_path_delete(part_path);

    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_archive_create(part_path, passphrase, &authority->host->log, &archive)))
        return result;
    if (DRM_SUCCEEDED(result = make_copy(authority, copy_path)))
        result = put_all(authority, archive, copy_path);
    drm_archive_close(archive);
    return result;
}

drm_result drm_authority_export(struct drm_authority *authority, const char *passphrase, const char *path)
{
    char *part_path, *copy_path;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!*passphrase)
        return DRM_E_INVALID_ARGUMENT;
    if (!drm_path_has_folder(path))
        return DRM_E_PATH_NOT_FOUND;
    if (drm_path_exists(path))
        return DRM_E_BACKUP_EXISTS;
    part_path = drm_path_append(path, PART_SUFFIX);
    copy_path = drm_path_append(path, COPY_SUFFIX PART_SUFFIX);
    if (part_path && copy_path)
    {
        result = write_archive(authority, passphrase, part_path, copy_path);
        if (DRM_SUCCEEDED(result))
            result = drm_path_rename(part_path, path);
        if (DRM_FAILED(result))
            (void)!drm_path_delete(part_path);
        (void)!drm_path_delete(copy_path);
    }
    free(copy_path);
    free(part_path);
    drm_log_write(&authority->host->log, "authority: export: 0x%08x", (unsigned int)result);
    return result;
}
