/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of a moving authority (archive.h). */
#include "engine/authority/archive.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"

#define MAGIC "WMDRMAU1"
#define MAGIC_SIZE 8
#define SALT_SIZE 16
#define HEADER_SIZE (MAGIC_SIZE + 4 + SALT_SIZE)
#define RECORD_HEADER_SIZE 5
#define RECORD_LABEL "wmdrmsdk authority archive 1"
#define BINDING_SIZE (sizeof(RECORD_LABEL) + HEADER_SIZE + 8 + 1)

#define COST 65536         /* 64 MiB, and about a fifth of a second */
#define MAX_COST (1 << 18) /* of one that is read: 256 MiB */

struct drm_archive
{
    struct drm_file *file;
    uint8_t header[HEADER_SIZE];
    uint8_t key[DRM_AEAD_KEY_SIZE];
    uint64_t index;  /* of the next record */
    uint64_t offset; /* in the file, of one that is read */
    struct drm_buffer record;
};

static drm_result make_key(struct drm_archive *archive, const char *passphrase)
{
    return drm_scrypt(drm_span(passphrase, strlen(passphrase)),
                      drm_span(archive->header + MAGIC_SIZE + 4, SALT_SIZE), drm_get_u32(archive->header + MAGIC_SIZE),
                      archive->key);
}

static void bind(const struct drm_archive *archive, enum drm_archive_record type, uint8_t out[BINDING_SIZE])
{
    uint8_t *at = out + sizeof(RECORD_LABEL);

    memcpy(out, RECORD_LABEL, sizeof(RECORD_LABEL)); /* with its zero byte */
    memcpy(at, archive->header, HEADER_SIZE);
    drm_put_u64(at + HEADER_SIZE, archive->index);
    at[HEADER_SIZE + 8] = (uint8_t)type;
}

void drm_archive_close(struct drm_archive *archive)
{
    if (!archive)
        return;
    drm_file_close(archive->file);
    drm_buffer_free(&archive->record);
    drm_wipe(archive->key, sizeof(archive->key));
    free(archive);
}

/* --- writing ---------------------------------------------------------------------------------------------- */

drm_result drm_archive_create(const char *path, const char *passphrase, const struct drm_log *log,
                              struct drm_archive **out)
{
    struct drm_archive *archive = calloc(1, sizeof(*archive));
    drm_result result;

    if (!archive)
        return DRM_E_OUT_OF_MEMORY;
    memcpy(archive->header, MAGIC, MAGIC_SIZE);
    drm_put_u32(archive->header + MAGIC_SIZE, COST);
    drm_random(archive->header + MAGIC_SIZE + 4, SALT_SIZE);
    if (DRM_SUCCEEDED(result = make_key(archive, passphrase))
        && DRM_SUCCEEDED(result = drm_file_create(path, log, &archive->file)))
        result = drm_file_append(archive->file, archive->header, HEADER_SIZE);
    if (DRM_SUCCEEDED(result))
        *out = archive;
    else
        drm_archive_close(archive);
    return result;
}

drm_result drm_archive_put(struct drm_archive *archive, enum drm_archive_record type, struct drm_span content)
{
    uint8_t binding[BINDING_SIZE], header[RECORD_HEADER_SIZE];
    drm_result result;

    bind(archive, type, binding);
    header[0] = (uint8_t)type;
    drm_put_u32(header + 1, (uint32_t)(content.size + DRM_SEAL_OVERHEAD));
    archive->record.size = 0; /* sealed */
    if (DRM_FAILED(result = drm_buffer_append(&archive->record, header, sizeof(header)))
        || DRM_FAILED(result = drm_seal(archive->key, drm_span(binding, sizeof(binding)), content, &archive->record)))
        return result;
    archive->index++;
    return drm_file_append(archive->file, archive->record.data, archive->record.size);
}

drm_result drm_archive_flush(struct drm_archive *archive)
{
    return drm_file_flush(archive->file);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static drm_result read_header(struct drm_archive *archive)
{
    uint32_t cost;
    drm_result result = drm_file_read(archive->file, 0, archive->header, HEADER_SIZE);

    if (DRM_FAILED(result))
        return result == DRM_E_STORE_CORRUPT ? DRM_E_BACKUP_CORRUPT : result;
    cost = drm_get_u32(archive->header + MAGIC_SIZE);
    archive->offset = HEADER_SIZE;
    /* A file of somebody else's must not take all memory. */
    return memcmp(archive->header, MAGIC, MAGIC_SIZE) || cost < 2 || cost > MAX_COST || (cost & (cost - 1))
               ? DRM_E_BACKUP_CORRUPT
               : DRM_S_OK;
}

drm_result drm_archive_open(const char *path, const char *passphrase, const struct drm_log *log,
                            struct drm_archive **out)
{
    struct drm_archive *archive = calloc(1, sizeof(*archive));
    drm_result result;

    if (!archive)
        return DRM_E_OUT_OF_MEMORY;
    if (!drm_path_exists(path))
        result = DRM_E_PATH_NOT_FOUND;
    else if (DRM_SUCCEEDED(result = drm_file_open(path, log, &archive->file))
             && DRM_SUCCEEDED(result = read_header(archive)))
        result = make_key(archive, passphrase);
    if (DRM_SUCCEEDED(result))
        *out = archive;
    else
        drm_archive_close(archive);
    return result;
}

bool drm_archive_is_at_end(const struct drm_archive *archive)
{
    return archive->offset == drm_file_size(archive->file);
}

static drm_result read_record(struct drm_archive *archive, uint8_t *type)
{
    const uint64_t left = drm_file_size(archive->file) - archive->offset;
    uint8_t header[RECORD_HEADER_SIZE], *place;
    uint32_t size;
    drm_result result;

    if (left < sizeof(header))
        return DRM_E_BACKUP_CORRUPT;
    if (DRM_FAILED(result = drm_file_read(archive->file, archive->offset, header, sizeof(header))))
        return result;
    size = drm_get_u32(header + 1);
    if (size < DRM_SEAL_OVERHEAD || size > DRM_ARCHIVE_CHUNK_SIZE + DRM_SEAL_OVERHEAD || size > left - sizeof(header))
        return DRM_E_BACKUP_CORRUPT;
    archive->record.size = 0;
    if (DRM_FAILED(result = drm_buffer_extend(&archive->record, size, &place))
        || DRM_FAILED(result = drm_file_read(archive->file, archive->offset + sizeof(header), place, size)))
        return result;
    archive->offset += sizeof(header) + size;
    *type = header[0];
    return DRM_S_OK;
}

drm_result drm_archive_next(struct drm_archive *archive, enum drm_archive_record *type, struct drm_buffer *content)
{
    uint8_t binding[BINDING_SIZE], found;
    drm_result result = read_record(archive, &found);

    if (DRM_FAILED(result))
        return result == DRM_E_STORE_CORRUPT ? DRM_E_BACKUP_CORRUPT : result;
    if (found < DRM_ARCHIVE_SECRET || found > DRM_ARCHIVE_END)
        return DRM_E_BACKUP_CORRUPT;
    bind(archive, (enum drm_archive_record)found, binding);
    result = drm_unseal(archive->key, drm_span(binding, sizeof(binding)), drm_buffer_span(&archive->record), content);
    if (result == DRM_E_DECRYPT_ERROR)
        return archive->index ? DRM_E_BACKUP_CORRUPT : DRM_E_INVALID_PASSPHRASE;
    archive->index++;
    *type = (enum drm_archive_record)found;
    return result;
}
