/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks a revocation list while it streams by. */
#include <stdlib.h>
#include <string.h>

#include "engine/format/revocation_list.h"

enum reader_state
{
    READER_LENGTH,
    READER_HEAD,
    READER_ENTRIES,
    READER_DONE,
    READER_FAILED,
};

struct drm_revocation_reader
{
    enum reader_state state;
    drm_result failure;
    size_t which;
    struct drm_revocation_head head;
    size_t head_size;
    uint64_t left;                                 /* bytes of entries that must still come */
    uint32_t key_size;
    struct drm_hash *hash;                         /* of the entries */
    bool has_previous;
    uint8_t previous[DRM_REVOCATION_ENTRY_SIZE];   /* the last entry that came whole */
    size_t part_size;                              /* of what follows */
    uint8_t part[DRM_REVOCATION_HEAD_MAX_SIZE];    /* the length, the head or the entry that is on its way */
    size_t anchor_count;
    uint8_t anchors[][DRM_SIGN_PUBLIC_SIZE];
};

drm_result drm_revocation_reader_create(const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE], size_t count,
                                        struct drm_revocation_reader **out)
{
    struct drm_revocation_reader *reader;
    drm_result result;

    if (count > 65536) /* nobody has as many; the size below cannot overflow */
        return DRM_E_INVALID_ARGUMENT;
    reader = calloc(1, sizeof(*reader) + count * DRM_SIGN_PUBLIC_SIZE);
    if (!reader)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_hash_create(&reader->hash);
    if (DRM_FAILED(result))
    {
        free(reader);
        return result;
    }
    reader->anchor_count = count;
    if (count)
        memcpy(reader->anchors, anchors, count * DRM_SIGN_PUBLIC_SIZE);
    *out = reader;
    return DRM_S_OK;
}

void drm_revocation_reader_free(struct drm_revocation_reader *reader)
{
    if (!reader)
        return;
    drm_hash_free(reader->hash);
    free(reader);
}

/* Fills part up to size bytes from data; true once it is full. */
static bool collect(struct drm_revocation_reader *reader, struct drm_span *data, size_t size)
{
    size_t take = size - reader->part_size;

    if (take > data->size)
        take = data->size;
    if (take)
        memcpy(reader->part + reader->part_size, data->data, take);
    reader->part_size += take;
    *data = drm_span(data->data + take, data->size - take);
    if (reader->part_size < size)
        return false;
    reader->part_size = 0;
    return true;
}

/* The hash is compared as soon as the last entry is there, so that a wrong list fails in feed already. */
static drm_result finish_entries(struct drm_revocation_reader *reader)
{
    uint8_t hash[DRM_SHA256_SIZE];

    drm_hash_finish(reader->hash, hash);
    reader->state = READER_DONE;
    return memcmp(hash, reader->head.entries_hash, sizeof(hash)) == 0 ? DRM_S_OK : DRM_E_INVALID_CRL;
}

static drm_result take_length(struct drm_revocation_reader *reader, struct drm_span *data)
{
    uint32_t size;

    if (!collect(reader, data, DRM_REVOCATION_LENGTH_SIZE))
        return DRM_S_OK;
    size = drm_get_u32(reader->part);
    if (!size || size > DRM_REVOCATION_HEAD_MAX_SIZE)
        return DRM_E_INVALID_CRL; /* a page of HTML ends here: "<!DO" is a length of a gigabyte */
    reader->head_size = size;
    reader->state = READER_HEAD;
    return DRM_S_OK;
}

static drm_result take_head(struct drm_revocation_reader *reader, struct drm_span *data)
{
    drm_result result;

    if (!collect(reader, data, reader->head_size))
        return DRM_S_OK;
    result = drm_revocation_head_read_any(drm_span(reader->part, reader->head_size),
                                          (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])reader->anchors,
                                          reader->anchor_count, &reader->which, &reader->head);
    if (DRM_FAILED(result))
        return result;
    reader->left = (uint64_t)reader->head.entry_count * reader->head.entry_size;
    reader->key_size = drm_revocation_type_key_size(reader->head.type);
    reader->state = READER_ENTRIES;
    return reader->left ? DRM_S_OK : finish_entries(reader);
}

static drm_result take_entry(struct drm_revocation_reader *reader, const uint8_t *entry)
{
    if (reader->has_previous && memcmp(reader->previous, entry, reader->key_size) >= 0)
        return DRM_E_INVALID_CRL;
    memcpy(reader->previous, entry, reader->head.entry_size);
    reader->has_previous = true;
    return DRM_S_OK;
}

static drm_result take_entries(struct drm_revocation_reader *reader, struct drm_span *data)
{
    const size_t entry_size = reader->head.entry_size;
    const size_t size = data->size < reader->left ? data->size : (size_t)reader->left;
    struct drm_span piece = drm_span(data->data, size);
    drm_result result = DRM_S_OK;

    drm_hash_update(reader->hash, piece.data, piece.size);
    reader->left -= size;
    *data = drm_span(data->data + size, data->size - size);
    if (reader->part_size)
    {
        if (!collect(reader, &piece, entry_size))
            return DRM_S_OK;
        result = take_entry(reader, reader->part);
    }
    while (DRM_SUCCEEDED(result) && piece.size >= entry_size)
    {
        result = take_entry(reader, piece.data);
        piece = drm_span(piece.data + entry_size, piece.size - entry_size);
    }
    if (DRM_FAILED(result))
        return result;
    if (piece.size)
        collect(reader, &piece, entry_size);
    return reader->left ? DRM_S_OK : finish_entries(reader);
}

drm_result drm_revocation_reader_feed(struct drm_revocation_reader *reader, const uint8_t *data, size_t size)
{
    struct drm_span rest = drm_span(data, size);
    drm_result result = reader->state == READER_FAILED ? reader->failure : DRM_S_OK;

    while (rest.size && DRM_SUCCEEDED(result))
    {
        switch (reader->state)
        {
        case READER_LENGTH:
            result = take_length(reader, &rest);
            break;
        case READER_HEAD:
            result = take_head(reader, &rest);
            break;
        case READER_ENTRIES:
            result = take_entries(reader, &rest);
            break;
        case READER_DONE: /* bytes after the last entry */
            result = DRM_E_INVALID_CRL;
            break;
        case READER_FAILED:
            return reader->failure;
        }
    }
    if (DRM_FAILED(result))
    {
        reader->state = READER_FAILED;
        reader->failure = result;
    }
    return result;
}

drm_result drm_revocation_reader_finish(struct drm_revocation_reader *reader, size_t *which,
                                        struct drm_revocation_head *head, size_t *entries_offset)
{
    if (reader->state == READER_FAILED)
        return reader->failure;
    if (reader->state != READER_DONE)
        return DRM_E_INVALID_CRL;
    if (which)
        *which = reader->which;
    if (head)
        *head = reader->head;
    if (entries_offset)
        *entries_offset = DRM_REVOCATION_LENGTH_SIZE + reader->head_size;
    return DRM_S_OK;
}
