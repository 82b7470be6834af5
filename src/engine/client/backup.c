/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing up (docs/backup.md): every permanent licence that grants it, as it came and with its state, streamed into one
 * file. A section for each issuer that this machine has an identity of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/client/backup_file.h"
#include "engine/client/backup_sealer.h"
#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"
#include "engine/store/license_store.h"
#include "engine/xml/base64.h"

#define MAX_RESTRICTED_REPORTS 1000

/* An identity whose private keys were opened a moment ago: most responses are for the same. */
struct opened_identity
{
    int64_t number;
    uint8_t encrypt_key[DRM_X25519_SIZE];
    struct drm_identity_keys keys;
};

struct backing_up
{
    struct drm_client *client;
    const struct drm_backup_task *task;
    struct drm_store *store;
    struct drm_backup_writer *writer;
    uint8_t backup_id[DRM_ID_SIZE];
    uint64_t written, restricted, unknown;

    /* Of the current section. */
    struct drm_identity identity;
    struct opened_identity own, other; /* the one in force, and the last other one */
    struct drm_backup_head head;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_backup_sealer *sealer;
    uint32_t records;
    uint64_t licenses;
    int64_t response;                  /* of the chunk; 0: none yet */
    struct drm_store_now now;

    struct drm_buffer chunk, license, response_head, plain;
};

static bool is_cancelled(const struct backing_up *run)
{
    return run->task->task.cancelled(run->task->task.context);
}

static void report(const struct backing_up *run, enum drm_backup_status status, const char *text)
{
    run->task->report(run->task->task.context, status, text);
}

/* --- keys --------------------------------------------------------------------------------------------------- */

static drm_result open_identity(struct backing_up *run, const struct drm_identity *identity,
                                struct opened_identity *out)
{
    const drm_result result = drm_store_get_identity_keys(run->store, run->head.anchor, identity, &out->keys);

    if (DRM_FAILED(result))
        return result;
    out->number = identity->number;
    memcpy(out->encrypt_key, identity->encrypt_key, sizeof(out->encrypt_key));
    return DRM_S_OK;
}

/* The private keys of the identity to which a response is sealed. */
static drm_result find_recipient(struct backing_up *run, const uint8_t encrypt_key[DRM_X25519_SIZE],
                                 const struct opened_identity **out)
{
    struct opened_identity *const known[] = {&run->own, &run->other};
    struct drm_identity identity = {0};
    drm_result result;

    for (size_t i = 0; i < 2; i++)
    {
        if (known[i]->number && !memcmp(known[i]->encrypt_key, encrypt_key, DRM_X25519_SIZE))
        {
            *out = known[i];
            return DRM_S_OK;
        }
    }
    result = drm_store_find_identity_by_key(run->store, run->head.anchor, encrypt_key, &identity);
    if (DRM_SUCCEEDED(result))
        result = identity.number ? open_identity(run, &identity, &run->other) : DRM_E_STORE_CORRUPT;
    drm_identity_free(&identity);
    if (DRM_SUCCEEDED(result))
        *out = &run->other;
    return result;
}

static drm_result find_response_key(struct backing_up *run, int64_t license, uint8_t key[DRM_AEAD_KEY_SIZE])
{
    const struct opened_identity *recipient;
    struct drm_license_head head;
    int64_t identity;
    bool found = false;
    drm_result result = drm_store_get_response_key(run->store, license, &found, key, &identity);

    /* Not kept, or the licence went since the cursor began: its head still tells. */
    if (result != DRM_E_LICENSE_NOT_FOUND && (DRM_FAILED(result) || found))
        return result;
    result = drm_license_head_read_trusted(drm_buffer_span(&run->response_head), &head);
    if (DRM_FAILED(result))
        return DRM_E_STORE_CORRUPT;
    result = find_recipient(run, head.encrypt_key, &recipient);
    return DRM_FAILED(result) ? result : drm_response_key_open(&head, recipient->keys.encrypt_private, key);
}

/* --- records ------------------------------------------------------------------------------------------------ */

static drm_result put_chunk(struct backing_up *run)
{
    if (!run->chunk.size)
        return DRM_S_OK;
    if (is_cancelled(run))
        return DRM_E_OPERATION_CANCELED;
    return drm_backup_sealer_put(run->sealer, DRM_BACKUP_RECORD_LICENSES, &run->chunk);
}

static drm_result put_response(struct backing_up *run, const struct drm_license_entry *entry)
{
    uint8_t key[DRM_AEAD_KEY_SIZE];
    drm_result result;

    if (DRM_FAILED(result = put_chunk(run)) || DRM_FAILED(result = find_response_key(run, entry->number, key)))
        return result;
    result = drm_backup_response_write(drm_buffer_span(&run->response_head), key, &run->plain);
    drm_wipe(key, sizeof(key));
    if (DRM_SUCCEEDED(result))
        result = drm_backup_sealer_put(run->sealer, DRM_BACKUP_RECORD_RESPONSE, &run->plain);
    run->response = entry->response;
    return result;
}

static drm_result put_license(struct backing_up *run, struct drm_license_cursor *cursor,
                              const struct drm_license_entry *entry)
{
    const bool new_response = entry->response != run->response;
    bool full;
    drm_result result;

    run->license.size = run->response_head.size = 0;
    result = drm_license_cursor_read(cursor, &run->license, new_response ? &run->response_head : NULL);
    if (DRM_FAILED(result))
        return result;
    if (new_response && DRM_FAILED(result = put_response(run, entry)))
        return result;
    for (;;)
    {
        result = drm_backup_licenses_add(&entry->state, drm_buffer_span(&run->license), &run->chunk, &full);
        if (DRM_FAILED(result) || !full)
            break;
        if (DRM_FAILED(result = put_chunk(run)))
            break;
    }
    if (DRM_SUCCEEDED(result))
        run->licenses++;
    return result;
}

/* --- which licences ----------------------------------------------------------------------------------------- */

/* Is the right there, with something left of it and within its time? What a backup takes of it is not counted. */
static bool may_be_backed_up(const struct backing_up *run, const struct drm_license_entry *entry)
{
    const struct drm_store_now *now = &run->now;

    for (size_t i = 0; i < entry->terms.grant_count; i++)
    {
        const struct drm_grant *grant = &entry->terms.grants[i];

        if (grant->right == DRM_RIGHT_BACKUP && i < entry->state.count && entry->state.remaining[i]
            && (!grant->from || (now->known && now->time >= grant->from))
            && (!grant->until || (now->known && now->time < grant->until)))
            return true;
    }
    return false;
}

static void leave_out(struct backing_up *run, const struct drm_license_entry *entry)
{
    const bool is_restricted = entry->state_known;
    uint64_t *count = is_restricted ? &run->restricted : &run->unknown;
    char text[DRM_KEY_ID_TEXT_SIZE];

    if ((*count)++ >= MAX_RESTRICTED_REPORTS)
        return;
    drm_key_id_format(entry->key_id, text);
    report(run, is_restricted ? DRM_BACKUP_RESTRICTED : DRM_BACKUP_ERROR, text);
}

static void report_rest(const struct backing_up *run)
{
    char text[24];

    if (run->restricted <= MAX_RESTRICTED_REPORTS)
        return;
    snprintf(text, sizeof(text), "%llu", (unsigned long long)(run->restricted - MAX_RESTRICTED_REPORTS));
    report(run, DRM_BACKUP_INFORMATION, text);
}

static drm_result put_each_license(struct backing_up *run)
{
    const struct drm_license_filter filter = {
        .anchors = (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])run->head.anchor, .anchor_count = 1, .only_backup = true};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    uint64_t seen = 0;
    drm_result result = drm_license_cursor_open(run->store, &filter, &run->task->task, &cursor);

    if (DRM_FAILED(result))
        return result;
    while (DRM_SUCCEEDED(result = drm_license_cursor_next(cursor, &entry)) && entry)
    {
        if (++seen % 256 == 0 && is_cancelled(run))
        {
            result = DRM_E_OPERATION_CANCELED;
            break;
        }
        if (entry->state.flags & DRM_LICENSE_MARKED)
            continue; /* as good as gone */
        if (!entry->state_known || !may_be_backed_up(run, entry))
            leave_out(run, entry);
        else if (DRM_FAILED(result = put_license(run, cursor, entry)))
            break;
    }
    drm_license_cursor_close(cursor);
    return DRM_FAILED(result) ? result : put_chunk(run);
}

static drm_result put_licenses(struct backing_up *run)
{
    drm_result result = drm_backup_sealer_create(run->writer, &run->head, run->key, &run->sealer);

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = put_each_license(run)))
        result = drm_backup_sealer_finish(run->sealer, &run->records);
    drm_backup_sealer_free(run->sealer);
    run->sealer = NULL;
    return result;
}

/* --- sections ----------------------------------------------------------------------------------------------- */

/* The authority's key for backups, from the certificates that came with its last answer; proved by the anchor. */
static drm_result find_authority_key(struct backing_up *run)
{
    struct drm_span certificates[DRM_COLLECTION_MAX_COUNT];
    struct drm_buffer issuers = {0}, encoded = {0};
    struct drm_chain chain;
    size_t count = 0;
    drm_result result = drm_store_get_issuers(run->store, run->head.anchor, &issuers);

    if (DRM_FAILED(result))
        goto done;
    if (issuers.size
        && DRM_FAILED(drm_collection_read(drm_buffer_span(&issuers), certificates, DRM_COLLECTION_MAX_COUNT, &count)))
        count = 0;
    for (size_t i = 0; i < count && !run->head.has_authority_key; i++)
    {
        drm_buffer_truncate(&encoded, 0);
        if (DRM_FAILED(result = drm_chain_write(&certificates[i], 1, &encoded)))
            goto done;
        if (DRM_FAILED(drm_chain_read(drm_buffer_span(&encoded), &chain)) || !chain.certificates[0].has_encrypt_key
            || DRM_FAILED(drm_chain_verify(&chain, run->head.anchor, DRM_ROLE_ISSUE_LICENSES, 0)))
            continue;
        run->head.has_authority_key = true;
        memcpy(run->head.authority_encrypt_key, chain.certificates[0].encrypt_key, DRM_X25519_SIZE);
    }

done:
    drm_buffer_free(&encoded);
    drm_buffer_free(&issuers);
    return result;
}

static drm_result put_head(struct backing_up *run)
{
    struct drm_buffer for_machine = {0}, for_authority = {0}, encoded = {0};
    struct drm_backup_head *head = &run->head;
    drm_result result;

    drm_random(run->key, sizeof(run->key));
    if (DRM_FAILED(result = drm_backup_key_seal(head, false, head->encrypt_key, run->key, &for_machine))
        || (head->has_authority_key
            && DRM_FAILED(result = drm_backup_key_seal(head, true, head->authority_encrypt_key, run->key,
                                                       &for_authority))))
        goto done;
    head->machine_key = drm_buffer_span(&for_machine);
    head->authority_key = drm_buffer_span(&for_authority);
    if (DRM_SUCCEEDED(result = drm_backup_head_write(head, run->own.keys.sign_seed,
                                                     drm_buffer_span(&run->identity.chain), &encoded)))
        result = drm_backup_writer_put_signed(run->writer, DRM_BACKUP_RECORD_HEAD, drm_buffer_span(&encoded));

done:
    head->machine_key = head->authority_key = drm_span(NULL, 0);
    drm_buffer_free(&encoded);
    drm_buffer_free(&for_authority);
    drm_buffer_free(&for_machine);
    return result;
}

static drm_result put_end(struct backing_up *run)
{
    struct drm_backup_end end = {.section = run->head.section, .records = run->records, .licenses = run->licenses};
    struct drm_buffer encoded = {0};
    uint8_t rest[DRM_SHA256_SIZE];
    drm_result result = drm_backup_writer_hash(run->writer, end.hash);

    memcpy(end.backup_id, run->backup_id, DRM_ID_SIZE);
    if (DRM_SUCCEEDED(result)
        && DRM_SUCCEEDED(result = drm_backup_end_write(&end, run->own.keys.sign_seed, &encoded))
        && DRM_SUCCEEDED(result = drm_backup_writer_put_signed(run->writer, DRM_BACKUP_RECORD_END,
                                                               drm_buffer_span(&encoded))))
        result = drm_backup_writer_hash(run->writer, rest); /* the next section begins behind it */
    drm_buffer_free(&encoded);
    return result;
}

static void forget_section(struct backing_up *run)
{
    drm_identity_free(&run->identity);
    drm_wipe(&run->own, sizeof(run->own));
    drm_wipe(&run->other, sizeof(run->other));
    drm_wipe(run->key, sizeof(run->key));
    memset(&run->head, 0, sizeof(run->head));
    run->records = 0;
    run->licenses = 0;
    run->response = 0;
}

static drm_result put_section(struct backing_up *run, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], uint32_t section,
                              uint32_t sections)
{
    struct drm_backup_head *head = &run->head;
    const struct drm_clock *clock = &run->client->host->clock;
    const int64_t time = clock->now(clock->context);
    drm_result result;

    memcpy(head->backup_id, run->backup_id, DRM_ID_SIZE);
    head->section = section;
    head->sections = sections;
    memcpy(head->anchor, anchor, DRM_SIGN_PUBLIC_SIZE);
    head->time = time < 0 || time > DRM_TIME_MAX ? 0 : time;
    if (DRM_FAILED(result = drm_store_get_identity(run->store, anchor, &run->identity))
        || DRM_FAILED(result = open_identity(run, &run->identity, &run->own)))
        goto done;
    memcpy(head->machine_id, run->identity.machine_id, DRM_ID_SIZE);
    memcpy(head->encrypt_key, run->identity.encrypt_key, DRM_X25519_SIZE);
    if (DRM_FAILED(result = drm_store_now(run->store, anchor, &run->now))
        || DRM_FAILED(result = find_authority_key(run)) || DRM_FAILED(result = put_head(run))
        || DRM_FAILED(result = put_licenses(run)) || DRM_FAILED(result = put_end(run)))
        goto done;
    run->written += run->licenses;

done:
    forget_section(run);
    return result;
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

/* The anchors under which this machine has an identity, at the front of anchors. */
static drm_result keep_identities(struct backing_up *run, uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE], size_t *count)
{
    size_t kept = 0;
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < *count && DRM_SUCCEEDED(result); i++)
    {
        struct drm_identity identity = {0};

        result = drm_store_get_identity(run->store, anchors[i], &identity);
        if (DRM_SUCCEEDED(result) && identity.number)
            memmove(anchors[kept++], anchors[i], DRM_SIGN_PUBLIC_SIZE);
        drm_identity_free(&identity);
    }
    *count = kept;
    return result;
}

static drm_result find_anchors(struct backing_up *run, uint8_t (**out)[DRM_SIGN_PUBLIC_SIZE], size_t *count)
{
    struct drm_question question;
    drm_result result = drm_question_begin_own(&question, run->client, run->store);

    if (DRM_FAILED(result) || DRM_FAILED(result = drm_question_anchors(&question, out, count)))
        return result;
    result = keep_identities(run, *out, count);
    if (DRM_SUCCEEDED(result) && *count > DRM_BACKUP_MAX_SECTIONS)
        result = DRM_E_INVALID_ARGUMENT;
    if (DRM_SUCCEEDED(result) && !*count)
    {
        report(run, DRM_BACKUP_NEEDS_INDIVIDUALIZATION, NULL);
        result = DRM_E_NEEDS_INDIVIDUALIZATION;
    }
    return result;
}

static drm_result write_all(struct backing_up *run, const char *directory, bool overwrite,
                            uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE], size_t count)
{
    drm_result result = drm_backup_writer_create(directory, overwrite, &run->client->host->log, &run->writer);

    if (DRM_FAILED(result))
        return result;
    report(run, DRM_BACKUP_BEGIN, NULL);
    drm_random(run->backup_id, sizeof(run->backup_id));
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = put_section(run, anchors[i], (uint32_t)i, (uint32_t)count);
    if (DRM_SUCCEEDED(result) && is_cancelled(run))
        result = DRM_E_OPERATION_CANCELED;
    if (DRM_SUCCEEDED(result))
        result = drm_backup_writer_finish(run->writer);
    if (DRM_SUCCEEDED(result))
        report_rest(run);
    report(run, DRM_BACKUP_END, NULL);
    return result;
}

static drm_result run_backup(struct backing_up *run, const char *directory, bool overwrite)
{
    const struct drm_store_options options = drm_client_store_options(run->client);
    uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE] = NULL;
    size_t count = 0;
    drm_result result;

    if (is_cancelled(run))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_SUCCEEDED(result = drm_store_open(&options, &run->task->task, &run->store))
        && DRM_SUCCEEDED(result = find_anchors(run, &anchors, &count)))
        result = write_all(run, directory, overwrite, anchors, count);
    free(anchors);
    return result;
}

drm_result drm_client_backup(struct drm_client *client, const char *directory, bool overwrite,
                             const struct drm_backup_task *task)
{
    struct backing_up *run = calloc(1, sizeof(*run));
    drm_result result;

    if (!run)
        return DRM_E_OUT_OF_MEMORY;
    run->client = client;
    run->task = task;
    result = run_backup(run, directory, overwrite);
    drm_log_write(&client->host->log,
                  "backup: %llu licences written, %llu without the right, %llu whose rows cannot be believed: 0x%08x",
                  (unsigned long long)run->written, (unsigned long long)run->restricted,
                  (unsigned long long)run->unknown, (unsigned int)result);
    drm_backup_writer_free(run->writer);
    drm_store_close(run->store);
    drm_buffer_free(&run->plain);
    drm_buffer_free(&run->response_head);
    drm_buffer_free(&run->license);
    drm_buffer_free(&run->chunk);
    forget_section(run);
    free(run);
    return result;
}
