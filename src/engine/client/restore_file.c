/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licences of a backup that was made here, read, proved and opened on a thread of its own while the store takes
 * those before (restoring.h).
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/conveyor.h"
#include "engine/base/thread.h"
#include "engine/client/restoring.h"

#define PLACES 3
#define PIECE_SIZE (512 * 1024) /* of licences: no record is added past it */
#define MAX_LICENSES 2048       /* in a piece, nor where another thousand may not fit */

/* Licences of one response, those of several records. */
struct piece
{
    struct drm_buffer head, plain;
    struct drm_new_license *licenses;
    size_t count;
    struct drm_new_response response;
};

struct drm_restore_file
{
    struct drm_restoring *run;
    struct drm_conveyor *conveyor;
    struct drm_thread *thread;           /* NULL: whoever wants a piece reads it */
    struct piece pieces[PLACES];
    bool has_piece;                      /* the taker has one */

    /* The reading thread's, as long as there is one. */
    struct drm_license *license;         /* scratch: it is large */
    size_t section;                      /* that is read, or is next */
    bool in_section, has_record;         /* has_record: the reader's current one was not used yet */
    uint32_t index;                      /* of the current or next record */
    struct drm_hash *hash;               /* of the section; NULL where it is proved */
    struct drm_buffer response_plain;
    struct drm_new_response response;    /* the current one; its head points into response_plain */
    struct piece *piece;                 /* that is being filled */
    drm_result result;
};

/* --- licences --------------------------------------------------------------------------------------------------- */

static bool state_fits(const struct drm_license_state *state, const struct drm_terms *terms)
{
    if (state->count != terms->grant_count)
        return false;
    for (size_t i = 0; i < state->count; i++)
        if (state->remaining[i] > terms->grants[i].count)
            return false;
    return true;
}

static drm_result take_license(void *context, const struct drm_license_state *state, struct drm_span data)
{
    struct drm_restore_file *file = context;
    struct drm_license *license = file->license;
    struct drm_new_license *out;
    drm_result result;

    if (file->piece->count == MAX_LICENSES)
        return DRM_E_BACKUP_CORRUPT;
    /* It was proved by its response when this machine stored it, and has been under its seal since. */
    result = drm_license_read(data, NULL, license);
    if (DRM_FAILED(result))
        return result == DRM_E_INVALID_LICENSE ? DRM_E_BACKUP_CORRUPT : result;
    if (!state_fits(state, &license->terms))
        return DRM_E_BACKUP_CORRUPT;
    out = &file->piece->licenses[file->piece->count++];
    *out = (struct drm_new_license){
        .priority = license->terms.priority, .terms = license->encoded_terms, .license = data, .state = *state};
    memcpy(out->license_id, license->license_id, DRM_ID_SIZE);
    memcpy(out->key_id, license->key_id, DRM_KEY_ID_SIZE);
    return DRM_S_OK;
}

/* --- records ---------------------------------------------------------------------------------------------------- */

static drm_result read_record(struct drm_restore_file *file)
{
    struct drm_backup_reader *reader = &file->run->reader;
    bool end;
    drm_result result = drm_backup_reader_next(reader, &end);

    if (DRM_FAILED(result))
        return result;
    if (end)
        return DRM_E_BACKUP_CORRUPT; /* another file than the one that was looked through */
    if (file->hash)
        drm_hash_update(file->hash, reader->record.data, reader->record.size);
    return DRM_S_OK;
}

static drm_result open_record(struct drm_restore_file *file, enum drm_backup_record type, struct drm_buffer *out)
{
    const struct drm_restore_section *section = &file->run->sections[file->section];

    return drm_backup_record_open(section->key, &section->head, file->index, type, file->run->reader.content, out);
}

static drm_result take_response(struct drm_restore_file *file)
{
    const struct drm_restore_section *section = &file->run->sections[file->section];
    struct drm_license_head head;
    struct drm_span encoded;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    int64_t identity;
    drm_result result;

    drm_buffer_truncate(&file->response_plain, 0);
    result = open_record(file, DRM_BACKUP_RECORD_RESPONSE, &file->response_plain);
    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_backup_response_read(drm_buffer_span(&file->response_plain), &encoded, key)))
        return result;
    drm_wipe(key, sizeof(key)); /* the store opens it again from the head */
    if (DRM_FAILED(drm_license_head_read_trusted(encoded, &head)))
        return DRM_E_BACKUP_CORRUPT;
    identity = drm_restore_recipient(file->run, section->head.anchor, head.encrypt_key);
    if (!identity)
        return DRM_E_BACKUP_CORRUPT;
    file->response = (struct drm_new_response){.anchor = section->head.anchor, .identity = identity, .head = encoded,
                                               .signed_time = drm_license_head_signed_time(&head)};
    memcpy(file->response.response_id, head.response_id, DRM_ID_SIZE);
    return DRM_S_OK;
}

static bool has_room(const struct piece *piece)
{
    return piece->plain.size + DRM_BACKUP_RECORD_MAX_SIZE <= PIECE_SIZE
           && piece->count + DRM_BACKUP_CHUNK_MAX_LICENSES <= MAX_LICENSES;
}

/* Licences point into the piece's bytes, which have their place from the beginning. */
static drm_result take_licenses(struct drm_restore_file *file)
{
    struct drm_buffer *plain = &file->piece->plain;
    const size_t begin = plain->size;
    drm_result result = open_record(file, DRM_BACKUP_RECORD_LICENSES, plain);

    if (DRM_FAILED(result))
        return result;
    return drm_backup_licenses_read(drm_span(plain->data + begin, plain->size - begin), take_license, file);
}

/* --- sections --------------------------------------------------------------------------------------------------- */

static drm_result begin_section(struct drm_restore_file *file)
{
    const struct drm_restore_section *section = &file->run->sections[file->section];
    drm_result result = DRM_S_OK;

    file->run->reader.offset = section->begin;
    file->index = 0;
    file->has_record = false;
    file->in_section = true;
    if (!file->run->proved)
        result = drm_hash_create(&file->hash);
    return DRM_FAILED(result) ? result : read_record(file); /* its head */
}

/* All of it was read. */
static drm_result end_section(struct drm_restore_file *file)
{
    const struct drm_restore_section *section = &file->run->sections[file->section++];
    uint8_t hash[DRM_SHA256_SIZE];

    file->in_section = false;
    if (!file->hash)
        return DRM_S_OK;
    drm_hash_finish(file->hash, hash);
    drm_hash_free(file->hash);
    file->hash = NULL;
    return memcmp(hash, section->hash, sizeof(hash)) != 0 ? DRM_E_BACKUP_CORRUPT : DRM_S_OK;
}

/* Takes licences until the piece is full, or the response or the section ends. */
static drm_result fill_from_section(struct drm_restore_file *file)
{
    const struct drm_restore_section *section = &file->run->sections[file->section];
    const struct drm_backup_reader *reader = &file->run->reader;
    drm_result result;

    for (; file->index < section->records; file->index++, file->has_record = false)
    {
        if (!file->has_record && DRM_FAILED(result = read_record(file)))
            return result;
        file->has_record = true;
        if (!file->index && reader->type != DRM_BACKUP_RECORD_RESPONSE)
            return DRM_E_BACKUP_CORRUPT;
        if (file->piece->count && (reader->type == DRM_BACKUP_RECORD_RESPONSE || !has_room(file->piece)))
            return DRM_S_OK;
        result = reader->type == DRM_BACKUP_RECORD_RESPONSE ? take_response(file) : take_licenses(file);
        if (DRM_FAILED(result))
            return result;
    }
    return end_section(file);
}

/* --- pieces ----------------------------------------------------------------------------------------------------- */

static drm_result finish_piece(struct drm_restore_file *file)
{
    struct piece *piece = file->piece;
    drm_result result;

    piece->head.size = 0;
    result = drm_buffer_append(&piece->head, file->response.head.data, file->response.head.size);
    piece->response = file->response;
    piece->response.head = drm_buffer_span(&piece->head);
    piece->response.licenses = piece->licenses;
    piece->response.count = piece->count;
    return result;
}

/* An empty piece comes after the last. */
static drm_result fill(struct drm_restore_file *file, struct piece *piece)
{
    const struct drm_restoring *run = file->run;
    drm_result result;

    file->piece = piece;
    piece->count = 0;
    piece->plain.size = 0; /* licences are no secret: their keys are wrapped */
    while (!piece->count && file->section < run->section_count)
    {
        if (!run->sections[file->section].local)
        {
            file->section++;
            continue;
        }
        if ((!file->in_section && DRM_FAILED(result = begin_section(file)))
            || DRM_FAILED(result = fill_from_section(file)))
            return result;
    }
    return piece->count ? finish_piece(file) : DRM_S_OK;
}

static void read_all(void *context)
{
    struct drm_restore_file *file = context;
    size_t place;

    while (drm_conveyor_claim(file->conveyor, &place))
    {
        file->result = fill(file, &file->pieces[place]);
        if (DRM_FAILED(file->result) || !file->pieces[place].count)
            break;
        drm_conveyor_give(file->conveyor);
    }
    drm_conveyor_end(file->conveyor);
}

/* --- taking them ------------------------------------------------------------------------------------------------ */

static drm_result make_pieces(struct drm_restore_file *file)
{
    uint8_t *bytes;

    for (size_t i = 0; i < PLACES; i++)
    {
        struct piece *piece = &file->pieces[i];

        if (!(piece->licenses = malloc(MAX_LICENSES * sizeof(*piece->licenses)))
            || DRM_FAILED(drm_buffer_extend(&piece->plain, PIECE_SIZE, &bytes)))
            return DRM_E_OUT_OF_MEMORY;
    }
    return DRM_S_OK;
}

drm_result drm_restore_file_open(struct drm_restoring *run, struct drm_restore_file **out)
{
    struct drm_restore_file *file = calloc(1, sizeof(*file));

    if (!file)
        return DRM_E_OUT_OF_MEMORY;
    file->run = run;
    if (!(file->license = malloc(sizeof(*file->license))) || !(file->conveyor = drm_conveyor_create(PLACES))
        || DRM_FAILED(make_pieces(file)))
    {
        drm_restore_file_close(file);
        return DRM_E_OUT_OF_MEMORY;
    }
    file->thread = drm_thread_start(read_all, file);
    *out = file;
    return DRM_S_OK;
}

/* Afterwards everything is the caller's again. */
static void end_thread(struct drm_restore_file *file)
{
    drm_conveyor_stop(file->conveyor);
    drm_thread_join(file->thread);
    file->thread = NULL;
}

void drm_restore_file_close(struct drm_restore_file *file)
{
    if (!file)
        return;
    if (file->conveyor)
        end_thread(file);
    for (size_t i = 0; i < PLACES; i++)
    {
        free(file->pieces[i].licenses);
        drm_buffer_free(&file->pieces[i].plain);
        drm_buffer_free(&file->pieces[i].head);
    }
    drm_hash_free(file->hash);
    drm_buffer_free(&file->response_plain);
    drm_conveyor_free(file->conveyor);
    free(file->license);
    free(file);
}

drm_result drm_restore_file_next(struct drm_restore_file *file, const struct drm_new_response **response)
{
    struct piece *piece = &file->pieces[0];
    size_t place;

    *response = NULL;
    if (file->thread)
    {
        if (file->has_piece)
            drm_conveyor_return(file->conveyor);
        file->has_piece = drm_conveyor_take(file->conveyor, &place);
        if (!file->has_piece)
        {
            end_thread(file);
            return file->result;
        }
        piece = &file->pieces[place];
    }
    else if (DRM_FAILED(file->result) || DRM_FAILED(file->result = fill(file, piece)))
        return file->result;
    if (piece->count)
        *response = &piece->response;
    return DRM_S_OK;
}
