/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Putting a backup into the store, all of it in one transaction. What was made here comes from the file, which is read
 * a second time; that it is the same file is proved by the seals of its records. What the authority issued anew comes
 * from its answers.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/restoring.h"

#define CHUNK_LICENSES 1024

struct source
{
    struct drm_restoring *run;
    struct drm_license *license;     /* scratch: it is large */

    size_t section;                  /* that is read, or is next */
    bool in_section;
    uint32_t index;                  /* of its next record */
    struct drm_buffer response_plain, plain;
    struct drm_license_head head;    /* of the current response; points into response_plain */
    struct drm_new_response response;
    struct drm_new_license *licenses;
    size_t count;

    uint64_t answer_offset;
    struct drm_restore_answer answer;
};

/* --- from the file ---------------------------------------------------------------------------------------------- */

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
    struct source *source = context;
    struct drm_license *license = source->license;
    struct drm_new_license *out;
    drm_result result;

    if (source->count == CHUNK_LICENSES)
        return DRM_E_BACKUP_CORRUPT;
    /* It was proved by its response when this machine stored it, and has been under its seal since. */
    result = drm_license_read(data, NULL, license);
    if (DRM_FAILED(result))
        return result == DRM_E_INVALID_LICENSE ? DRM_E_BACKUP_CORRUPT : result;
    if (!state_fits(state, &license->terms))
        return DRM_E_BACKUP_CORRUPT;
    out = &source->licenses[source->count++];
    *out = (struct drm_new_license){
        .priority = license->terms.priority, .terms = license->encoded_terms, .license = data, .state = *state};
    memcpy(out->license_id, license->license_id, DRM_ID_SIZE);
    memcpy(out->key_id, license->key_id, DRM_KEY_ID_SIZE);
    return DRM_S_OK;
}

static drm_result take_response(struct source *source, const struct drm_restore_section *section)
{
    struct drm_span encoded;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    int64_t identity;
    drm_result result;

    drm_buffer_truncate(&source->response_plain, 0);
    result = drm_backup_record_open(section->key, &section->head, source->index, DRM_BACKUP_RECORD_RESPONSE,
                                    source->run->reader.content, &source->response_plain);
    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_backup_response_read(drm_buffer_span(&source->response_plain), &encoded, key)))
        return result;
    drm_wipe(key, sizeof(key)); /* the store opens it again from the head */
    if (DRM_FAILED(drm_license_head_read_trusted(encoded, &source->head)))
        return DRM_E_BACKUP_CORRUPT;
    identity = drm_restore_recipient(source->run, section->head.anchor, source->head.encrypt_key);
    if (!identity)
        return DRM_E_BACKUP_CORRUPT; /* another file than the one that was verified */
    source->response = (struct drm_new_response){.anchor = section->head.anchor, .identity = identity, .head = encoded,
                                                 .signed_time = drm_license_head_signed_time(&source->head)};
    memcpy(source->response.response_id, source->head.response_id, DRM_ID_SIZE);
    return DRM_S_OK;
}

/* Reads on to the next licences; *found is false at the section's end. */
static drm_result next_chunk(struct source *source, const struct drm_restore_section *section, bool *found)
{
    struct drm_backup_reader *reader = &source->run->reader;
    bool end;
    drm_result result;

    for (*found = false; !*found && source->index < section->records; source->index++)
    {
        if (drm_restore_is_cancelled(source->run))
            return DRM_E_OPERATION_CANCELED;
        if (DRM_FAILED(result = drm_backup_reader_next(reader, &end)))
            return result;
        if (end || (!source->index && reader->type != DRM_BACKUP_RECORD_RESPONSE))
            return DRM_E_BACKUP_CORRUPT;
        if (reader->type == DRM_BACKUP_RECORD_RESPONSE)
        {
            if (DRM_FAILED(result = take_response(source, section)))
                return result;
            continue;
        }
        source->count = 0;
        source->plain.size = 0; /* licences are no secret: their keys are wrapped */
        if (DRM_FAILED(result = drm_backup_record_open(section->key, &section->head, source->index, reader->type,
                                                       reader->content, &source->plain))
            || DRM_FAILED(result = drm_backup_licenses_read(drm_buffer_span(&source->plain), take_license, source)))
            return result;
        *found = true;
    }
    return DRM_S_OK;
}

static drm_result next_of_file(struct source *source, const struct drm_new_response **response)
{
    struct drm_restoring *run = source->run;
    bool found;
    drm_result result;

    for (; source->section < run->section_count; source->section++, source->in_section = false)
    {
        const struct drm_restore_section *section = &run->sections[source->section];

        if (!section->local)
            continue;
        if (!source->in_section)
        {
            run->reader.offset = section->begin;
            source->index = 0;
            source->in_section = true;
        }
        if (DRM_FAILED(result = next_chunk(source, section, &found)))
            return result;
        if (!found)
            continue;
        source->response.licenses = source->licenses;
        source->response.count = source->count;
        *response = &source->response;
        return DRM_S_OK;
    }
    return DRM_S_OK;
}

/* --- from the authority ----------------------------------------------------------------------------------------- */

static drm_result next_answer(struct source *source, const struct drm_new_response **response)
{
    bool end;
    drm_result result;

    drm_restore_answer_free(&source->answer);
    if (drm_restore_is_cancelled(source->run))
        return DRM_E_OPERATION_CANCELED;
    result = drm_restore_answer_read(source->run, &source->answer_offset, &source->answer, &end);
    if (DRM_SUCCEEDED(result) && !end)
        *response = &source->answer.response;
    return result;
}

/* --- both ------------------------------------------------------------------------------------------------------- */

static drm_result next(void *context, const struct drm_new_response **response)
{
    struct source *source = context;
    drm_result result;

    *response = NULL;
    result = next_of_file(source, response);
    if (DRM_FAILED(result) || *response || !source->run->answers)
        return result;
    return next_answer(source, response);
}

drm_result drm_restore_store(struct drm_restoring *run)
{
    struct source source = {.run = run};
    const struct drm_response_source responses = {.context = &source, .many = true, .next = next};
    drm_result result = DRM_E_OUT_OF_MEMORY;

    source.license = malloc(sizeof(*source.license));
    source.licenses = malloc(CHUNK_LICENSES * sizeof(*source.licenses));
    if (source.license && source.licenses)
        result = drm_store_add_responses(run->store, &responses, &run->stored);
    drm_restore_answer_free(&source.answer);
    drm_buffer_free(&source.response_plain);
    drm_buffer_free(&source.plain);
    free(source.licenses);
    free(source.license);
    return result;
}
