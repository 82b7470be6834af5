/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and proving a batch of a backup (restore.h). */
#include "engine/authority/restore.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

/* The records of a batch, one after the other. */
struct opening
{
    struct drm_restore_batch *batch;
    uint8_t key[DRM_AEAD_KEY_SIZE];            /* the section's */
    bool has_response;
    struct drm_buffer response;                /* opened */
    struct drm_license_head head;              /* of the response; points into it */
    uint8_t response_key[DRM_AEAD_KEY_SIZE];
    struct drm_buffer chunk;                   /* opened */
    struct drm_license *license;               /* scratch: it is large */
};

void drm_restore_batch_free(struct drm_restore_batch *batch)
{
    if (batch->licenses)
        drm_wipe(batch->licenses, batch->capacity * sizeof(*batch->licenses));
    free(batch->licenses);
    free(batch->issuers);
    drm_buffer_free(&batch->bytes);
    memset(batch, 0, sizeof(*batch));
}

/* --- licences ------------------------------------------------------------------------------------------------- */

static drm_result add(struct opening *opening, struct drm_span data, const struct drm_license_state *state)
{
    struct drm_restore_batch *batch = opening->batch;
    const struct drm_license *license = opening->license;
    struct drm_restored_license *out;
    drm_result result;

    if (batch->count == batch->capacity)
    {
        const size_t capacity = batch->capacity ? 2 * batch->capacity : 64;

        out = calloc(capacity, sizeof(*out)); /* not realloc: what it leaves behind holds keys */
        if (!out)
            return DRM_E_OUT_OF_MEMORY;
        if (batch->count)
        {
            memcpy(out, batch->licenses, batch->count * sizeof(*out));
            drm_wipe(batch->licenses, batch->count * sizeof(*out));
        }
        free(batch->licenses);
        batch->licenses = out;
        batch->capacity = capacity;
    }
    out = &batch->licenses[batch->count];
    out->at = batch->bytes.size;
    out->size = data.size;
    if (DRM_FAILED(result = drm_buffer_append(&batch->bytes, data.data, data.size)))
        return result;
    memcpy(out->license_id, license->license_id, DRM_ID_SIZE);
    memcpy(out->key_id, license->key_id, DRM_KEY_ID_SIZE);
    out->state = *state;
    memcpy(out->response_key, opening->response_key, DRM_AEAD_KEY_SIZE);
    out->has_uplink = license->terms.has_uplink;
    memcpy(out->uplink, license->terms.uplink, DRM_KEY_ID_SIZE);
    out->issuer = drm_license_head_is_issuers(&opening->head) ? batch->issuer_count : 0;
    batch->count++;
    return DRM_S_OK;
}

static drm_result take_license(void *context, const struct drm_license_state *state, struct drm_span data)
{
    struct opening *opening = context;
    struct drm_license_object object;
    uint32_t index;
    drm_result result = drm_license_read(data, &object, opening->license);

    if (DRM_SUCCEEDED(result))
        result = drm_license_prove(&object, opening->head.count, opening->head.root, &index);
    if (DRM_SUCCEEDED(result))
        result = drm_license_check_issuer(&opening->head, opening->license, index);
    if (DRM_SUCCEEDED(result) && state->count != opening->license->terms.grant_count)
        result = DRM_E_BACKUP_CORRUPT;
    return DRM_FAILED(result) ? result : add(opening, data, state);
}

bool drm_restore_lower(struct drm_license *license, const struct drm_license_state *state)
{
    const uint32_t backup = DRM_RIGHT_BIT(DRM_RIGHT_BACKUP), granted = drm_terms_rights(&license->terms);
    struct drm_terms *terms = &license->terms;
    size_t kept = 0;

    if (state->flags)
        return false;
    for (size_t i = 0; i < terms->grant_count; i++)
    {
        struct drm_grant grant = terms->grants[i];

        if (state->remaining[i] < grant.count)
            grant.count = state->remaining[i];
        if (grant.hours && state->first_use > 0 && state->first_use <= DRM_TIME_MAX)
        {
            /* The hours began on the other machine. */
            const int64_t end = state->first_use + grant.hours * HOUR_MS;

            if (!grant.until || end < grant.until)
                grant.until = end > DRM_TIME_MAX ? DRM_TIME_MAX : end;
            grant.hours = 0;
        }
        if (grant.count && (!grant.until || grant.from < grant.until))
            terms->grants[kept++] = grant;
    }
    terms->grant_count = kept;
    /* The right to back up a licence that is good for nothing more is no right. */
    return kept && (drm_terms_rights(terms) != backup || granted == backup);
}

/* --- records -------------------------------------------------------------------------------------------------- */

static drm_result note_issuer(struct drm_restore_batch *batch, const struct drm_license_head *head)
{
    const size_t count = batch->issuer_count;
    uint8_t (*grown)[DRM_SHA256_SIZE];

    if (!drm_license_head_is_issuers(head)
        || (count && !memcmp(batch->issuers[count - 1], head->signer.id, DRM_SHA256_SIZE)))
        return DRM_S_OK;
    grown = realloc(batch->issuers, (count + 1) * sizeof(*grown));
    if (!grown)
        return DRM_E_OUT_OF_MEMORY;
    memcpy(grown[count], head->signer.id, DRM_SHA256_SIZE);
    batch->issuers = grown;
    batch->issuer_count++;
    return DRM_S_OK;
}

static drm_result take_response(struct opening *opening)
{
    struct drm_restore_batch *batch = opening->batch;
    struct drm_span encoded;
    drm_result result = drm_backup_response_read(drm_buffer_span(&opening->response), &encoded, opening->response_key);

    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_license_head_read(encoded, drm_authority_root(batch->authority), &opening->head))
        || DRM_FAILED(result = note_issuer(batch, &opening->head)))
        return result;
    opening->has_response = true;
    /* Whoever signed the backup speaks of its own licences alone. */
    return memcmp(opening->head.machine_id, batch->head.machine_id, DRM_ID_SIZE) ? DRM_E_INVALID_CERTIFICATE
                                                                                 : DRM_S_OK;
}

static drm_result open_piece(struct opening *opening, const struct drm_backup_piece *piece)
{
    const struct drm_backup_head *head = &opening->batch->head;
    struct drm_buffer *out = piece->type == DRM_BACKUP_RECORD_RESPONSE ? &opening->response : &opening->chunk;
    drm_result result;

    drm_buffer_truncate(out, 0);
    result = drm_backup_record_open(opening->key, head, piece->index, piece->type, piece->sealed, out);
    if (DRM_FAILED(result))
        return result;
    if (piece->type == DRM_BACKUP_RECORD_RESPONSE)
        return take_response(opening);
    if (!opening->has_response)
        return DRM_E_BAD_REQUEST;
    return drm_backup_licenses_read(drm_buffer_span(out), take_license, opening);
}

static drm_result open_records(struct opening *opening)
{
    struct drm_span records = opening->batch->request.records;
    struct drm_backup_piece piece;
    drm_result result;

    while (drm_restore_records_next(&records, &piece, &result))
    {
        result = open_piece(opening, &piece);
        /* Whoever has the section's key sealed what is no licence, or of no response. */
        if (result == DRM_E_INVALID_LICENSE || result == DRM_E_INVALID_LICENSE_ACQUIRED)
            return DRM_E_BACKUP_CORRUPT;
        if (DRM_FAILED(result))
            return result;
    }
    return result;
}

/* The key of the section, with the authority's own. */
static drm_result open_key(struct opening *opening)
{
    struct drm_restore_batch *batch = opening->batch;
    uint8_t private_key[DRM_X25519_SIZE];
    drm_result result = drm_authority_backup_key(batch->authority, private_key);

    if (DRM_SUCCEEDED(result))
        result = drm_backup_key_open(&batch->head, true, private_key, opening->key);
    drm_wipe(private_key, sizeof(private_key));
    return result == DRM_E_DECRYPT_ERROR ? DRM_E_BACKUP_CORRUPT : result;
}

static bool has_expired(const struct drm_restore_batch *batch)
{
    const int64_t now = drm_authority_now(batch->authority);

    return now < batch->machine.not_before || (batch->machine.not_after && now >= batch->machine.not_after);
}

drm_result drm_restore_batch_read(struct drm_restore_batch *batch, struct drm_span request)
{
    const uint8_t *root = drm_authority_root(batch->authority);
    struct opening opening = {.batch = batch};
    drm_result result;

    if (DRM_FAILED(result = drm_restore_request_read(request, root, 0, &batch->request, &batch->machine)))
        return result;
    if (has_expired(batch))
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    if (DRM_FAILED(result = drm_backup_head_read(batch->request.head, root, &batch->head, &batch->backup_machine)))
        return result;
    opening.license = malloc(sizeof(*opening.license));
    if (!opening.license)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_SUCCEEDED(result = open_key(&opening)))
        result = open_records(&opening);
    drm_wipe(opening.key, sizeof(opening.key));
    drm_wipe(opening.response_key, sizeof(opening.response_key));
    drm_buffer_free(&opening.chunk);
    drm_buffer_free(&opening.response);
    free(opening.license);
    return result;
}
