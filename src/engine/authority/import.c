/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bringing an authority from another machine (contents.h). It is put together beside the one that is here, opened once
 * to prove that all of it works, and then moved into place in one step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/archive.h"
#include "engine/authority/contents.h"
#include "engine/authority/moving.h"
#include "engine/base/path.h"
#include "engine/base/time_text.h"

#define PART_DIRECTORY "authority-import"

struct importing
{
    const struct drm_authority_options *options;
    char *path;           /* of the authority's database */
    char *part_directory; /* where the new one is put together */
    char *part_path;      /* of its database */
    uint8_t secret[DRM_AEAD_KEY_SIZE];
};

/* --- the new one -------------------------------------------------------------------------------------------- */

static drm_result take_secret(struct importing *importing, struct drm_archive *archive)
{
    struct drm_buffer content = {0};
    enum drm_archive_record type;
    drm_result result = drm_archive_next(archive, &type, &content);

    if (DRM_SUCCEEDED(result) && (type != DRM_ARCHIVE_SECRET || content.size != DRM_AEAD_KEY_SIZE))
        result = DRM_E_BACKUP_CORRUPT;
    if (DRM_SUCCEEDED(result))
        memcpy(importing->secret, content.data, DRM_AEAD_KEY_SIZE);
    drm_buffer_free(&content);
    return result;
}

static drm_result take_database(struct drm_archive *archive, struct drm_file *out)
{
    struct drm_buffer content = {0};
    enum drm_archive_record type;
    drm_result result;

    for (;;)
    {
        drm_buffer_truncate(&content, 0);
        if (DRM_FAILED(result = drm_archive_next(archive, &type, &content)) || type != DRM_ARCHIVE_DATABASE)
            break;
        if (DRM_FAILED(result = drm_file_append(out, content.data, content.size)))
            break;
    }
    if (DRM_SUCCEEDED(result)
        && (type != DRM_ARCHIVE_END || content.size != 8 || drm_get_u64(content.data) != drm_file_size(out)
            || !drm_archive_is_at_end(archive)))
        result = DRM_E_BACKUP_CORRUPT;
    drm_buffer_free(&content);
    return DRM_FAILED(result) ? result : drm_file_flush(out);
}

static drm_result unpack(struct importing *importing, const char *passphrase, const char *path)
{
    const struct drm_log *log = &importing->options->host->log;
    struct drm_archive *archive;
    struct drm_file *file;
    drm_result result;

    if (DRM_FAILED(result = drm_archive_open(path, passphrase, log, &archive)))
        return result;
    if (DRM_SUCCEEDED(result = take_secret(importing, archive))
        && DRM_SUCCEEDED(result = drm_file_create(importing->part_path, log, &file)))
    {
        result = take_database(archive, file);
        drm_file_close(file);
    }
    drm_archive_close(archive);
    return result;
}

/* Its keys come under this machine's protector. */
static drm_result reseal(const struct importing *importing)
{
    const struct drm_host *host = importing->options->host;
    struct drm_database *database;
    drm_result result = drm_database_open(importing->part_path, &drm_authority_schema, DRM_DATABASE_OPEN, &host->log,
                                          importing->options->task, &database);

    if (DRM_FAILED(result))
        return result;
    result = drm_authority_reseal_secret(database, host, importing->secret);
    drm_database_close(database);
    return result;
}

/* Everything in it opens. */
static drm_result prove(const struct importing *importing)
{
    struct drm_authority_options options = *importing->options;
    struct drm_authority *authority;
    drm_result result;

    options.directory = importing->part_directory;
    if (DRM_SUCCEEDED(result = drm_authority_open(&options, DRM_AUTHORITY_OPEN, &authority)))
    {
        result = drm_authority_prove(authority);
        drm_authority_close(authority);
    }
    return result == DRM_E_STORE_CORRUPT || result == DRM_E_NOT_FOUND ? DRM_E_BACKUP_CORRUPT : result;
}

/* --- the old one -------------------------------------------------------------------------------------------- */

static drm_result has_issued(struct drm_authority *authority, bool *out)
{
    struct drm_statement statement;
    drm_result result;

    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database, "SELECT 1 FROM issued LIMIT 1");
    *out = drm_statement_step(&statement);
    result = drm_statement_finish(&statement);
    drm_authority_unlock(authority);
    return result;
}

/* A copy under a name that says so: what was issued under it may still be needed. */
static drm_result keep_copy(const struct importing *importing, struct drm_authority *authority)
{
    const struct drm_clock *clock = &importing->options->host->clock;
    char time[DRM_TIME_COMPACT_SIZE], name[64], *path;
    struct drm_statement statement;
    drm_result result;

    drm_time_compact(clock->now(clock->context), time);
    snprintf(name, sizeof(name), "authority-replaced-%s.db", time);
    if (!(path = drm_path_join(importing->options->directory, name)))
        return DRM_E_OUT_OF_MEMORY;
    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database, "VACUUM INTO ?1");
    drm_statement_bind_text(&statement, 1, path);
    result = drm_statement_run(&statement);
    drm_authority_unlock(authority);
    free(path);
    return result;
}

/* One whose keys are lost, or that cannot be read, is no reason to refuse, if it is to be replaced anyway. */
static drm_result make_way(const struct importing *importing, bool replace)
{
    struct drm_authority *authority;
    bool issued;
    drm_result result = drm_authority_open(importing->options, DRM_AUTHORITY_OPEN, &authority);

    if (result == DRM_E_NOT_FOUND)
        return DRM_S_OK;
    if (replace && (result == DRM_E_STORE_CORRUPT || result == DRM_E_SECURE_STORE_UNLOCK_ERROR))
        return drm_authority_set_aside(importing->options);
    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = has_issued(authority, &issued)) && issued)
        result = replace ? keep_copy(importing, authority) : DRM_E_STORE_NOT_ALLOWED;
    drm_authority_close(authority); /* the last one to close it empties its log */
    return result;
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

/* Deletes path with each of these suffixes. */
static drm_result delete_all(const char *path, const char *const *suffixes, size_t count)
{
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
    {
        char *each = drm_path_append(path, suffixes[i]);

        result = each ? drm_path_delete(each) : DRM_E_OUT_OF_MEMORY;
        free(each);
    }
    return result;
}

static drm_result clear_part(const struct importing *importing)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-lock", ""};

    return delete_all(importing->part_path, suffixes, sizeof(suffixes) / sizeof(suffixes[0]));
}

/*
 * A log beside the old database belongs to somebody who has it open, and who would go on writing to a file that has no
 * name any more; SQLite would take that log for the new one's. Without a database it is what is left of one.
 */
static drm_result move_into_place(const struct importing *importing)
{
    static const char *const remains[] = {"-wal", "-shm", "-journal"};
    char *log = drm_path_append(importing->path, "-wal");
    drm_result result = log ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    if (DRM_SUCCEEDED(result) && !drm_path_exists(importing->path))
        result = delete_all(importing->path, remains, sizeof(remains) / sizeof(remains[0]));
    else if (DRM_SUCCEEDED(result) && drm_path_exists(log))
        result = DRM_E_BUSY;
    free(log);
    return DRM_FAILED(result) ? result : drm_path_replace(importing->part_path, importing->path);
}

static drm_result import(struct importing *importing, const char *passphrase, const char *path, bool replace)
{
    struct drm_database *lock;
    drm_result result;

    if (DRM_FAILED(result = drm_path_make_directory(importing->part_directory))
        || DRM_FAILED(result = clear_part(importing)) || DRM_FAILED(result = unpack(importing, passphrase, path))
        || DRM_FAILED(result = reseal(importing)) || DRM_FAILED(result = prove(importing))
        || DRM_FAILED(result = make_way(importing, replace)))
        return result;
    /* Nobody makes one, or sets one aside, meanwhile. */
    if (DRM_FAILED(result = drm_database_lock(importing->path, &importing->options->host->log,
                                              importing->options->task, &lock)))
        return result;
    result = move_into_place(importing);
    drm_database_close(lock);
    return result;
}

drm_result drm_authority_import(const struct drm_authority_options *options, const char *passphrase, const char *path,
                                bool replace)
{
    struct importing importing = {.options = options};
    drm_result result = drm_crypto_init();

    if (DRM_FAILED(result))
        return result;
    if (!*passphrase)
        return DRM_E_INVALID_ARGUMENT;
    importing.path = drm_path_join(options->directory, DRM_AUTHORITY_DATABASE);
    importing.part_directory = drm_path_join(options->directory, PART_DIRECTORY);
    importing.part_path = importing.part_directory ? drm_path_join(importing.part_directory, DRM_AUTHORITY_DATABASE)
                                                   : NULL;
    if (importing.path && importing.part_path)
    {
        result = import(&importing, passphrase, path, replace);
        (void)!clear_part(&importing);
        drm_path_remove_directory(importing.part_directory);
    }
    else
        result = DRM_E_OUT_OF_MEMORY;
    drm_wipe(importing.secret, sizeof(importing.secret));
    free(importing.part_path);
    free(importing.part_directory);
    free(importing.path);
    drm_log_write(&options->host->log, "authority: import: 0x%08x", (unsigned int)result);
    return result;
}
