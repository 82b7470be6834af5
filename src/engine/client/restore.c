/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Restoring a backup (docs/backup.md): the file is looked through before anything happens; what was made on this
 * machine needs nobody, for the rest the authority is asked; then one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority.h"
#include "engine/client/restoring.h"

bool drm_restore_is_cancelled(const struct drm_restoring *run)
{
    return run->task->task.cancelled(run->task->task.context);
}

void drm_restore_report(const struct drm_restoring *run, enum drm_backup_status status, const char *text)
{
    run->task->report(run->task->task.context, status, text);
}

/* --- the store -------------------------------------------------------------------------------------------------- */

static drm_result open_store(struct drm_restoring *run)
{
    const struct drm_store_options options = drm_client_store_options(run->client);
    drm_result result = drm_store_open(&options, &run->task->task, &run->store);

    return DRM_FAILED(result) ? result : drm_question_begin_own(&run->question, run->client, run->store);
}

static void close_store(struct drm_restoring *run)
{
    drm_identity_free(&run->identity);
    drm_store_close(run->store);
    run->store = NULL;
}

/* Of the embedded authority that is there: another may have taken its place since this machine got its identity. */
static drm_result find_embedded_anchor(struct drm_restoring *run)
{
    struct drm_authority *authority;
    drm_result result;

    if (!drm_client_is_embedded(run->client))
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_client_open_authority(run->client, &run->task->task, &authority)))
        return result;
    run->question.has_anchor = true;
    memcpy(run->question.anchor, drm_authority_root(authority), DRM_SIGN_PUBLIC_SIZE);
    drm_authority_close(authority);
    return DRM_S_OK;
}

static drm_result read_identity(struct drm_restoring *run)
{
    drm_result result = find_embedded_anchor(run);

    drm_identity_free(&run->identity);
    if (DRM_FAILED(result) || !run->question.has_anchor)
        return result;
    return drm_store_get_identity(run->store, run->question.anchor, &run->identity);
}

static void ignore_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

/* A machine without an identity gets one, if the user agreed. */
static drm_result need_identity(struct drm_restoring *run, bool individualize)
{
    const struct drm_task task = {.context = run->task->task.context, .cancelled = run->task->task.cancelled,
                                  .progress = ignore_progress};
    drm_result result = read_identity(run);

    if (DRM_FAILED(result) || run->identity.number)
        return result;
    if (!individualize)
    {
        drm_restore_report(run, DRM_BACKUP_NEEDS_INDIVIDUALIZATION, NULL);
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    }
    close_store(run);
    if (DRM_FAILED(result = drm_client_individualize(run->client, false, &task))
        || DRM_FAILED(result = open_store(run)) || DRM_FAILED(result = read_identity(run)))
        return result;
    return run->identity.number ? DRM_S_OK : DRM_E_NEEDS_INDIVIDUALIZATION;
}

/* --- asking ----------------------------------------------------------------------------------------------------- */

static bool has_foreign_sections(const struct drm_restoring *run)
{
    for (size_t i = 0; i < run->section_count; i++)
        if (!run->sections[i].local && run->sections[i].licenses)
            return true;
    return false;
}

/* Why the authority that this client asks cannot help with a section; DRM_S_OK where it can. */
static drm_result judge(const struct drm_restoring *run, const struct drm_restore_section *section)
{
    size_t place;

    if (!drm_question_find_anchor(&run->question, section->head.anchor, &place))
        return DRM_E_INVALID_CERTIFICATE;
    if (memcmp(section->head.anchor, run->question.anchor, DRM_SIGN_PUBLIC_SIZE) != 0
        || !section->head.has_authority_key)
        return DRM_E_RESTORE_UNAVAILABLE;
    return DRM_S_OK;
}

/* Where the user reads why: the operator's page, or at least who said so. */
static void report_limit(struct drm_restoring *run)
{
    struct drm_policy *policy = calloc(1, sizeof(*policy));
    const char *url = drm_client_is_embedded(run->client) ? DRM_LOCAL_URL : run->client->service_url;

    if (policy && DRM_SUCCEEDED(drm_store_get_policy(run->store, run->question.anchor, policy))
        && policy->license_url[0])
        url = policy->license_url;
    drm_restore_report(run, DRM_BACKUP_ERROR_WITH_URL, url);
    free(policy);
}

/* *left: why the first one was left out that was; sections that are left out leave the others alone. */
static drm_result ask_for_sections(struct drm_restoring *run, drm_result *left)
{
    bool connected = false;
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < run->section_count && DRM_SUCCEEDED(result); i++)
    {
        const struct drm_restore_section *section = &run->sections[i];
        drm_result reason;

        if (section->local || !section->licenses)
            continue;
        reason = judge(run, section);
        if (DRM_FAILED(reason))
        {
            if (DRM_SUCCEEDED(*left))
                *left = reason;
            continue;
        }
        if (!connected)
            drm_restore_report(run, DRM_BACKUP_CONNECTING, NULL);
        connected = true;
        result = drm_restore_ask(run, section);
    }
    if (result == DRM_E_RESTORE_FRAUD)
        report_limit(run);
    if (connected)
        drm_restore_report(run, DRM_BACKUP_DISCONNECTING, NULL);
    return result;
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static bool has_anything(const struct drm_restoring *run)
{
    for (size_t i = 0; i < run->section_count; i++)
        if (run->sections[i].local && run->sections[i].licenses)
            return true;
    return run->answers && drm_file_size(run->answers);
}

static drm_result restore(struct drm_restoring *run, bool individualize)
{
    drm_result result, left = DRM_S_OK;

    if (DRM_FAILED(result = drm_restore_verify(run)))
        return result;
    if (has_foreign_sections(run)
        && (DRM_FAILED(result = need_identity(run, individualize))
            || DRM_FAILED(result = ask_for_sections(run, &left))))
        return result;
    if (drm_restore_is_cancelled(run))
        return DRM_E_OPERATION_CANCELED;
    if (!has_anything(run))
        return left;
    if (DRM_FAILED(result = drm_restore_store(run)))
        return result;
    return DRM_FAILED(left) || run->stored.refused ? DRM_E_STORE_NOT_ALL_STORED : DRM_S_OK;
}

static drm_result run_restore(struct drm_restoring *run, const char *directory, bool individualize)
{
    drm_result result;

    if (drm_restore_is_cancelled(run))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(result = drm_backup_reader_open(directory, &run->client->host->log, &run->reader))
        || DRM_FAILED(result = open_store(run)))
        return result;
    drm_restore_report(run, DRM_BACKUP_BEGIN, NULL);
    result = restore(run, individualize);
    drm_restore_report(run, DRM_BACKUP_END, NULL);
    return result;
}

drm_result drm_client_restore(struct drm_client *client, const char *directory, bool individualize,
                              const struct drm_backup_task *task)
{
    struct drm_restoring *run = calloc(1, sizeof(*run));
    drm_result result;

    if (!run)
        return DRM_E_OUT_OF_MEMORY;
    run->client = client;
    run->task = task;
    result = run_restore(run, directory, individualize);
    drm_log_write(&client->host->log,
                  "restore: %llu licences stored, %llu known already, %llu were removed here before: 0x%08x",
                  (unsigned long long)run->stored.added, (unsigned long long)run->stored.known,
                  (unsigned long long)run->stored.refused, (unsigned int)result);
    drm_restore_forget_answers(run);
    drm_backup_reader_close(&run->reader);
    close_store(run);
    for (size_t i = 0; run->sections && i < DRM_BACKUP_MAX_SECTIONS; i++)
    {
        drm_buffer_free(&run->sections[i].encoded);
        drm_wipe(run->sections[i].key, DRM_AEAD_KEY_SIZE);
    }
    free(run->sections);
    free(run->recipients);
    free(run);
    return result;
}
