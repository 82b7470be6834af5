/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing licences at the wish of the user or the program: by key id, by a deletion message, and all that was marked.
 */
#include <string.h>

#include "engine/client/licenses.h"
#include "engine/client/selection.h"
#include "engine/xml/deletion_message.h"

/* --- by key id ---------------------------------------------------------------------------------------------- */

static bool chooses_any(void *context, const struct drm_license_entry *entry, const struct drm_license *license)
{
    (void)context;
    (void)entry;
    (void)license;
    return true;
}

drm_result drm_client_delete_license(struct drm_client *client, const uint8_t key_id[DRM_KEY_ID_SIZE], bool mark_only)
{
    const struct drm_selector selector = {.chooses = chooses_any};
    struct drm_selection selection = {0};
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = drm_selection_add(&selection, &question, key_id, &selector)))
        result = selection.count ? drm_store_remove(question.store, selection.numbers, selection.count,
                                                    mark_only ? DRM_LICENSE_MARKED : DRM_LICENSE_DELETED, NULL)
                                 : DRM_E_LICENSE_NOT_FOUND;
    drm_selection_free(&selection);
    return drm_question_end(&question, result);
}

/* --- what was marked, and what is of no use any more ---------------------------------------------------------- */

drm_result drm_client_clean_store(struct drm_client *client, const struct drm_task *task)
{
    struct drm_store_options options = drm_client_store_options(client);
    struct drm_store *store;
    size_t purged = 0, temporary;
    drm_result result;

    if (task->cancelled(task->context))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(result = drm_store_open(&options, task, &store)))
        return result;
    /* Windows does not cut a file that somebody has mapped, as the store of questions has; the next question opens it
     * again. */
    drm_client_drop_shared_store(client);
    temporary = drm_store_count_temporary(store);
    result = drm_store_clean(store, task, &purged);
    drm_store_close(store);
    return DRM_SUCCEEDED(result) && !purged && !temporary ? DRM_E_LICENSE_NOT_FOUND : result;
}

/* --- imported licences, by a message --------------------------------------------------------------------------- */

struct deletion
{
    struct drm_deletion_message message;
    bool met_protected; /* the message names a licence that was not imported */
};

static bool chooses_imported(void *context, const struct drm_license_entry *entry, const struct drm_license *license)
{
    struct deletion *deletion = context;
    const struct drm_deletion_message *message = &deletion->message;

    (void)entry;
    if ((message->has_license_id && memcmp(message->license_id, license->license_id, sizeof(message->license_id)))
        || (message->user_id[0] && strcmp(message->user_id, license->user_id))
        || (message->has_revocation_key
            && (!license->has_revocation_key
                || memcmp(message->revocation_key, license->revocation_key, sizeof(message->revocation_key)))))
        return false;
    if (!(license->options & DRM_LICENSE_IMPORTED))
        deletion->met_protected = true;
    return license->options & DRM_LICENSE_IMPORTED;
}

drm_result drm_client_process_deletion_message(struct drm_client *client, struct drm_span text)
{
    struct deletion deletion = {.met_protected = false};
    const struct drm_selector selector = {.context = &deletion, .chooses = chooses_imported, .loads = true};
    struct drm_selection selection = {0};
    struct drm_question question;
    drm_result result = drm_deletion_message_read(text, &deletion.message);

    if (DRM_FAILED(result) || DRM_FAILED(result = drm_question_begin(&question, client)))
        return result;
    if (DRM_SUCCEEDED(result = drm_selection_add(&selection, &question, deletion.message.key_id, &selector)))
    {
        if (selection.count)
            result = drm_store_remove(question.store, selection.numbers, selection.count, DRM_LICENSE_DELETED, NULL);
        else
            result = deletion.met_protected ? DRM_E_LICENSE_DELETION_ERROR : DRM_E_LICENSE_NOT_FOUND;
    }
    drm_selection_free(&selection);
    return drm_question_end(&question, result);
}
