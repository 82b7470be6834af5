/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Putting a backup into the store, all of it in one transaction: what was made here comes from the file, what the
 * authority issued anew from its answers.
 */
#include "engine/client/restoring.h"

struct source
{
    struct drm_restoring *run;
    struct drm_restore_file *file;
    uint64_t answer_offset;
    struct drm_restore_answer answer;
};

/* --- from the authority ----------------------------------------------------------------------------------------- */

static drm_result next_answer(struct source *source, const struct drm_new_response **response)
{
    bool end;
    drm_result result;

    drm_restore_answer_free(&source->answer);
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
    if (drm_restore_is_cancelled(source->run))
        return DRM_E_OPERATION_CANCELED;
    result = drm_restore_file_next(source->file, response);
    if (DRM_FAILED(result) || *response || !source->run->answers)
        return result;
    return next_answer(source, response);
}

drm_result drm_restore_store(struct drm_restoring *run)
{
    struct source source = {.run = run};
    const struct drm_response_source responses = {.context = &source, .many = true, .next = next};
    drm_result result = drm_restore_file_open(run, &source.file);

    if (DRM_SUCCEEDED(result))
        result = drm_store_add_responses(run->store, &responses, &run->stored);
    drm_restore_answer_free(&source.answer);
    drm_restore_file_close(source.file);
    return result;
}
