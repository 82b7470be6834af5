/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sealing and writing the records of a backup, on a thread of its own (backup_sealer.h). */
#include "engine/client/backup_sealer.h"

#include <stdlib.h>

#include "engine/base/conveyor.h"
#include "engine/base/thread.h"

#define PLACES 3
#define BATCH 8 /* records: waking a thread costs as much as sealing one */

struct drm_backup_sealer
{
    struct drm_backup_writer *writer;
    const struct drm_backup_head *head;
    const uint8_t *key;
    struct drm_conveyor *conveyor;
    struct drm_thread *thread;          /* NULL: whoever puts a record seals it */
    struct batch
    {
        struct record
        {
            enum drm_backup_record type;
            struct drm_buffer content;
        } records[BATCH];
        size_t count;
    } batches[PLACES], *batch;          /* batch: that is being filled, if any */

    /* The thread's, as long as there is one. */
    struct drm_buffer sealed;
    uint32_t count;
    drm_result result;                  /* of the first that failed */
};

static void seal(struct drm_backup_sealer *sealer, const struct record *record)
{
    drm_result result;

    sealer->sealed.size = 0; /* sealed: nothing to wipe */
    result = drm_backup_record_seal(sealer->key, sealer->head, sealer->count, record->type,
                                    drm_buffer_span(&record->content), &sealer->sealed);
    if (DRM_SUCCEEDED(result))
        result = drm_backup_writer_put(sealer->writer, drm_buffer_span(&sealer->sealed));
    sealer->count++;
    sealer->result = result;
}

static void seal_batch(struct drm_backup_sealer *sealer, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
    {
        struct record *record = &batch->records[i];

        if (DRM_SUCCEEDED(sealer->result))
            seal(sealer, record);
        if (record->type == DRM_BACKUP_RECORD_RESPONSE)
            drm_buffer_truncate(&record->content, 0); /* wipes the key */
        record->content.size = 0;
    }
    batch->count = 0;
}

static void seal_all(void *context)
{
    struct drm_backup_sealer *sealer = context;
    size_t place;

    while (drm_conveyor_take(sealer->conveyor, &place))
    {
        seal_batch(sealer, &sealer->batches[place]);
        if (DRM_FAILED(sealer->result))
            break;
        drm_conveyor_return(sealer->conveyor);
    }
    drm_conveyor_stop(sealer->conveyor);
}

drm_result drm_backup_sealer_create(struct drm_backup_writer *writer, const struct drm_backup_head *head,
                                    const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_backup_sealer **out)
{
    struct drm_backup_sealer *sealer = calloc(1, sizeof(*sealer));

    if (!sealer || !(sealer->conveyor = drm_conveyor_create(PLACES)))
    {
        free(sealer);
        return DRM_E_OUT_OF_MEMORY;
    }
    sealer->writer = writer;
    sealer->head = head;
    sealer->key = key;
    sealer->thread = drm_thread_start(seal_all, sealer);
    *out = sealer;
    return DRM_S_OK;
}

/* The buffers change places, so that none is copied and each is used again. */
static void swap(struct drm_buffer *a, struct drm_buffer *b)
{
    const struct drm_buffer before = *a;

    *a = *b;
    *b = before;
}

/* Hands the batch over, or seals it here. */
static void give_batch(struct drm_backup_sealer *sealer)
{
    if (sealer->batch && sealer->thread)
        drm_conveyor_give(sealer->conveyor);
    else if (sealer->batch)
        seal_batch(sealer, sealer->batch);
    sealer->batch = NULL;
}

/* Afterwards everything is the caller's again. */
static drm_result end_thread(struct drm_backup_sealer *sealer)
{
    drm_conveyor_end(sealer->conveyor);
    drm_thread_join(sealer->thread);
    sealer->thread = NULL;
    return sealer->result;
}

drm_result drm_backup_sealer_put(struct drm_backup_sealer *sealer, enum drm_backup_record type,
                                 struct drm_buffer *content)
{
    struct record *record;
    size_t place;

    if (!sealer->batch)
    {
        if (!drm_conveyor_claim(sealer->conveyor, &place))
            return end_thread(sealer); /* it failed */
        sealer->batch = &sealer->batches[place];
    }
    record = &sealer->batch->records[sealer->batch->count++];
    record->type = type;
    swap(&record->content, content);
    if (sealer->batch->count == BATCH)
        give_batch(sealer);
    return sealer->thread ? DRM_S_OK : sealer->result;
}

drm_result drm_backup_sealer_finish(struct drm_backup_sealer *sealer, uint32_t *records)
{
    drm_result result;

    give_batch(sealer);
    result = end_thread(sealer);
    *records = sealer->count;
    return result;
}

void drm_backup_sealer_free(struct drm_backup_sealer *sealer)
{
    if (!sealer)
        return;
    (void)end_thread(sealer);
    for (size_t i = 0; i < PLACES; i++)
        for (size_t j = 0; j < BATCH; j++)
            drm_buffer_free(&sealer->batches[i].records[j].content);
    drm_buffer_free(&sealer->sealed);
    drm_conveyor_free(sealer->conveyor);
    free(sealer);
}
