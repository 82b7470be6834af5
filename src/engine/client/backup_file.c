/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of a backup (backup_file.h). */
#include "engine/client/backup_file.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"

#define WRITE_SIZE (512 * 1024) /* so much is written at a time */
#define READ_SIZE (512 * 1024)  /* and read; any record fits */

_Static_assert(READ_SIZE >= DRM_BACKUP_RECORD_HEADER_SIZE + DRM_BACKUP_RECORD_MAX_SIZE
                   && READ_SIZE >= DRM_BACKUP_RECORD_HEADER_SIZE + DRM_BACKUP_HEAD_MAX_SIZE,
               "a record is read at once");

struct drm_backup_writer
{
    const struct drm_log *log;
    bool overwrite;
    char *path, *part_path;
    struct drm_file *file;
    struct drm_buffer pending;
    struct drm_hash *hash;
};

/* --- writing ---------------------------------------------------------------------------------------------- */

static drm_result create_part(struct drm_backup_writer *writer)
{
    drm_result result = drm_path_delete(writer->part_path);

    if (DRM_SUCCEEDED(result))
        result = drm_file_create(writer->part_path, writer->log, &writer->file);
    /* Somebody has it open, or made it in between. */
    return result == DRM_E_BUSY || result == DRM_E_UNABLE_TO_OPEN_STORE ? DRM_E_BACKUPRESTORE_BUSY : result;
}

drm_result drm_backup_writer_create(const char *directory, bool overwrite, const struct drm_log *log,
                                    struct drm_backup_writer **out)
{
    struct drm_backup_writer *writer = calloc(1, sizeof(*writer));
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!writer)
        return result;
    writer->log = log;
    writer->overwrite = overwrite;
    writer->path = drm_path_join(directory, DRM_BACKUP_NAME);
    writer->part_path = drm_path_join(directory, DRM_BACKUP_PART_NAME);
    if (!writer->path || !writer->part_path)
        goto done;
    if (!drm_path_has_folder(writer->path))
        result = DRM_E_PATH_NOT_FOUND;
    else if (!overwrite && drm_path_exists(writer->path))
        result = DRM_E_BACKUP_EXISTS;
    else if (DRM_SUCCEEDED(result = drm_hash_create(&writer->hash)))
        result = create_part(writer);

done:
    if (DRM_SUCCEEDED(result))
        *out = writer;
    else
        drm_backup_writer_free(writer);
    return result;
}

void drm_backup_writer_free(struct drm_backup_writer *writer)
{
    if (!writer)
        return;
    if (writer->file)
    {
        drm_file_close(writer->file);
        (void)!drm_path_delete(writer->part_path); /* the next backup tries again */
    }
    drm_hash_free(writer->hash);
    drm_buffer_free(&writer->pending);
    free(writer->part_path);
    free(writer->path);
    free(writer);
}

static drm_result write_pending(struct drm_backup_writer *writer)
{
    const drm_result result = drm_file_append(writer->file, writer->pending.data, writer->pending.size);

    writer->pending.size = 0; /* nothing secret in it */
    return result;
}

drm_result drm_backup_writer_put(struct drm_backup_writer *writer, struct drm_span records)
{
    drm_result result = drm_buffer_append(&writer->pending, records.data, records.size);

    if (DRM_FAILED(result))
        return result;
    drm_hash_update(writer->hash, records.data, records.size);
    return writer->pending.size < WRITE_SIZE ? DRM_S_OK : write_pending(writer);
}

drm_result drm_backup_writer_put_signed(struct drm_backup_writer *writer, enum drm_backup_record type,
                                        struct drm_span object)
{
    uint8_t header[DRM_BACKUP_RECORD_HEADER_SIZE];
    drm_result result;

    header[0] = (uint8_t)type;
    drm_put_u32(header + 1, (uint32_t)object.size);
    result = drm_backup_writer_put(writer, drm_span(header, sizeof(header)));
    return DRM_FAILED(result) ? result : drm_backup_writer_put(writer, object);
}

drm_result drm_backup_writer_hash(struct drm_backup_writer *writer, uint8_t out[DRM_SHA256_SIZE])
{
    struct drm_hash *next;
    drm_result result = drm_hash_create(&next);

    if (DRM_FAILED(result))
        return result;
    drm_hash_finish(writer->hash, out);
    drm_hash_free(writer->hash);
    writer->hash = next;
    return DRM_S_OK;
}

drm_result drm_backup_writer_finish(struct drm_backup_writer *writer)
{
    drm_result result;

    if (DRM_FAILED(result = write_pending(writer)) || DRM_FAILED(result = drm_file_flush(writer->file)))
        return result;
    drm_file_close(writer->file);
    writer->file = NULL;
    /* Another process may have been faster. */
    if (!writer->overwrite && drm_path_exists(writer->path))
        result = DRM_E_BACKUP_EXISTS;
    else
        result = drm_path_replace(writer->part_path, writer->path);
    if (DRM_FAILED(result))
        (void)!drm_path_delete(writer->part_path);
    return result == DRM_E_BUSY ? DRM_E_BACKUPRESTORE_BUSY : result; /* somebody reads the old one */
}

/* --- reading ---------------------------------------------------------------------------------------------- */

drm_result drm_backup_reader_open(const char *directory, const struct drm_log *log, struct drm_backup_reader *out)
{
    char *path = drm_path_join(directory, DRM_BACKUP_NAME);
    drm_result result;

    memset(out, 0, sizeof(*out));
    if (!path)
        return DRM_E_OUT_OF_MEMORY;
    if (!drm_path_has_folder(path))
        result = DRM_E_PATH_NOT_FOUND;
    else if (!drm_path_exists(path))
        result = DRM_E_BACKUP_CORRUPT; /* documented: missing or corrupt */
    else
        result = drm_file_open(path, log, &out->file);
    if (result == DRM_E_UNABLE_TO_OPEN_STORE)
        result = drm_file_exists(path) ? DRM_E_ACCESS_DENIED : DRM_E_BACKUP_CORRUPT; /* an empty file is none */
    free(path);
    return result;
}

void drm_backup_reader_close(struct drm_backup_reader *reader)
{
    drm_file_close(reader->file);
    drm_buffer_free(&reader->bytes);
    memset(reader, 0, sizeof(*reader));
}

static bool size_fits(uint8_t type, uint32_t size)
{
    switch (type)
    {
    case DRM_BACKUP_RECORD_HEAD:
    case DRM_BACKUP_RECORD_END:
        return size && size <= DRM_BACKUP_HEAD_MAX_SIZE;
    case DRM_BACKUP_RECORD_RESPONSE:
    case DRM_BACKUP_RECORD_LICENSES:
        return size > DRM_SEAL_OVERHEAD && size <= DRM_BACKUP_RECORD_MAX_SIZE;
    default:
        return false;
    }
}

/* Has bytes begin with the next record, with at least size bytes of the file; that many are left. */
static drm_result need(struct drm_backup_reader *reader, size_t size)
{
    const uint64_t left = drm_file_size(reader->file) - reader->offset;
    const uint64_t place = reader->offset - reader->begin;
    uint8_t *bytes;
    drm_result result;

    if (reader->offset >= reader->begin && place <= reader->bytes.size && size <= reader->bytes.size - place)
        return DRM_S_OK;
    reader->bytes.size = 0;
    reader->begin = reader->offset;
    size = left < READ_SIZE ? (size_t)left : READ_SIZE;
    if (DRM_FAILED(result = drm_buffer_extend(&reader->bytes, size, &bytes)))
        return result;
    result = drm_file_read(reader->file, reader->offset, bytes, size);
    if (DRM_FAILED(result))
        reader->bytes.size = 0;
    return result == DRM_E_STORE_CORRUPT ? DRM_E_BACKUP_CORRUPT : result;
}

drm_result drm_backup_reader_next(struct drm_backup_reader *reader, bool *end)
{
    const uint64_t left = drm_file_size(reader->file) - reader->offset;
    const uint8_t *header;
    uint32_t size;
    drm_result result;

    *end = !left;
    if (*end)
        return DRM_S_OK;
    if (left < DRM_BACKUP_RECORD_HEADER_SIZE)
        return DRM_E_BACKUP_CORRUPT;
    if (DRM_FAILED(result = need(reader, DRM_BACKUP_RECORD_HEADER_SIZE)))
        return result;
    header = reader->bytes.data + (reader->offset - reader->begin);
    size = drm_get_u32(header + 1);
    if (!size_fits(header[0], size) || size > left - DRM_BACKUP_RECORD_HEADER_SIZE)
        return DRM_E_BACKUP_CORRUPT;
    if (DRM_FAILED(result = need(reader, DRM_BACKUP_RECORD_HEADER_SIZE + size)))
        return result;
    header = reader->bytes.data + (reader->offset - reader->begin);
    reader->type = (enum drm_backup_record)header[0];
    reader->record = drm_span(header, DRM_BACKUP_RECORD_HEADER_SIZE + size);
    reader->content = drm_span(header + DRM_BACKUP_RECORD_HEADER_SIZE, size);
    reader->offset += reader->record.size;
    return DRM_S_OK;
}
