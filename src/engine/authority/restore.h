/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of restoring share: a batch of another machine's backup on its way to a response. restore_batch.c
 * opens and proves it, restore_lineage.c knows where each licence has been, restore.c runs it.
 */
#ifndef WMDRM_ENGINE_AUTHORITY_RESTORE_H
#define WMDRM_ENGINE_AUTHORITY_RESTORE_H

#include "engine/authority/issuing.h"
#include "engine/format/backup.h"

/* One licence of the batch, proved to be this authority's. */
struct drm_restored_license
{
    size_t at, size;                           /* of it, in the batch's bytes */
    uint8_t license_id[DRM_ID_SIZE];           /* as it is in the backup */
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct drm_license_state state;
    uint8_t response_key[DRM_AEAD_KEY_SIZE];   /* of its response */
    bool has_uplink;
    uint8_t uplink[DRM_KEY_ID_SIZE];
    uint8_t uplink_key[DRM_CONTENT_KEY_SIZE];  /* of its root, where has_uplink */
    uint8_t lineage[DRM_ID_SIZE];              /* the licence that was issued first */
    bool elsewhere;                            /* that one is on a machine that no record tells of */
    uint8_t new_id[DRM_ID_SIZE];               /* of the licence that takes its place */
    size_t issuer;                             /* place in the batch's issuers, from 1; 0: the authority itself */
    bool left_out;                             /* used up or removed, or its issuer was revoked */
};

struct drm_restore_batch
{
    struct drm_authority *authority;
    struct drm_restore_request request;        /* points into what was read */
    struct drm_certificate machine;            /* that asks */
    struct drm_certificate backup_machine;     /* that made the backup */
    struct drm_backup_head head;
    struct drm_buffer bytes;                   /* opened records */
    uint8_t (*issuers)[DRM_SHA256_SIZE];       /* certificate ids of those that are not the authority itself */
    size_t issuer_count;
    struct drm_restored_license *licenses;
    size_t count, capacity;
};
void drm_restore_batch_free(struct drm_restore_batch *batch);

/* Verifies request and head, opens the records, proves every licence. */
DRM_MUST_CHECK drm_result drm_restore_batch_read(struct drm_restore_batch *batch, struct drm_span request);
static inline struct drm_span drm_restored_license_data(const struct drm_restore_batch *batch,
                                                        const struct drm_restored_license *license)
{
    return drm_span(batch->bytes.data + license->at, license->size);
}
/* Takes off a licence what its state says was used; false where nothing of use is left. */
bool drm_restore_lower(struct drm_license *license, const struct drm_license_state *state);

/* Fills in lineage and new_id, and leaves out what was removed for good. */
DRM_MUST_CHECK drm_result drm_restore_find_lineages_locked(struct drm_restore_batch *batch);
/* DRM_E_RESTORE_FRAUD where any licence would live on too many machines. */
DRM_MUST_CHECK drm_result drm_restore_count_machines_locked(const struct drm_restore_batch *batch);

#endif
