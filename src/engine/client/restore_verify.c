/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking through a backup before anything happens: heads, ends and what lies between, and whether this store has the
 * keys that each section takes. Where it has not, the bytes are proved here too.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/restoring.h"

/* A section on its way through. */
struct verifying
{
    struct drm_restoring *run;
    struct drm_restore_section *section;
    struct drm_certificate machine; /* that signed it */
    struct drm_buffer plain;
};

/* --- keys ----------------------------------------------------------------------------------------------------- */

static const struct drm_restore_recipient *find_known(const struct drm_restoring *run,
                                                      const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                      const uint8_t encrypt_key[DRM_X25519_SIZE])
{
    for (size_t i = run->recipient_count; i > 0; i--)
    {
        const struct drm_restore_recipient *known = &run->recipients[i - 1];

        if (!memcmp(known->encrypt_key, encrypt_key, DRM_X25519_SIZE)
            && !memcmp(known->anchor, anchor, DRM_SIGN_PUBLIC_SIZE))
            return known;
    }
    return NULL;
}

int64_t drm_restore_recipient(const struct drm_restoring *run, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                              const uint8_t encrypt_key[DRM_X25519_SIZE])
{
    const struct drm_restore_recipient *known = find_known(run, anchor, encrypt_key);

    return known ? known->number : 0;
}

/* The same, looked for in the store at the first time. */
static drm_result find_recipient(struct drm_restoring *run, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 const uint8_t encrypt_key[DRM_X25519_SIZE], int64_t *number)
{
    const struct drm_restore_recipient *known = find_known(run, anchor, encrypt_key);
    struct drm_identity identity = {0};
    struct drm_restore_recipient *grown;
    drm_result result;

    if (known)
    {
        *number = known->number;
        return DRM_S_OK;
    }
    result = drm_store_find_identity_by_key(run->store, anchor, encrypt_key, &identity);
    *number = identity.number;
    drm_identity_free(&identity);
    if (DRM_FAILED(result))
        return result;
    grown = realloc(run->recipients, (run->recipient_count + 1) * sizeof(*grown));
    if (!grown)
        return DRM_E_OUT_OF_MEMORY;
    run->recipients = grown;
    grown += run->recipient_count++;
    memcpy(grown->anchor, anchor, DRM_SIGN_PUBLIC_SIZE);
    memcpy(grown->encrypt_key, encrypt_key, DRM_X25519_SIZE);
    grown->number = *number;
    return DRM_S_OK;
}

/* Is the section's key sealed to an identity of this store, whose private key still opens? */
static drm_result open_section(struct verifying *verifying)
{
    struct drm_restore_section *section = verifying->section;
    const struct drm_backup_head *head = &section->head;
    struct drm_store *store = verifying->run->store;
    struct drm_identity identity = {0};
    struct drm_identity_keys keys;
    drm_result result = drm_store_find_identity_by_key(store, head->anchor, head->encrypt_key, &identity);

    if (DRM_SUCCEEDED(result) && identity.number)
    {
        result = drm_store_get_identity_keys(store, head->anchor, &identity, &keys);
        if (DRM_SUCCEEDED(result))
        {
            section->local = DRM_SUCCEEDED(drm_backup_key_open(head, false, keys.encrypt_private, section->key));
            drm_wipe(&keys, sizeof(keys));
        }
        else if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
            result = DRM_S_OK; /* lost with the user's secret: as on another machine */
    }
    drm_identity_free(&identity);
    return result;
}

/* A response of a local section must be for an identity of this store too. */
static drm_result check_response(struct verifying *verifying, uint32_t index)
{
    struct drm_restore_section *section = verifying->section;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_license_head head;
    struct drm_span encoded;
    int64_t number;
    drm_result result;

    drm_buffer_truncate(&verifying->plain, 0);
    result = drm_backup_record_open(section->key, &section->head, index, DRM_BACKUP_RECORD_RESPONSE,
                                    verifying->run->reader.content, &verifying->plain);
    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_backup_response_read(drm_buffer_span(&verifying->plain), &encoded, key)))
        return result;
    drm_wipe(key, sizeof(key));
    if (DRM_FAILED(drm_license_head_read_trusted(encoded, &head)))
        return DRM_E_BACKUP_CORRUPT;
    result = find_recipient(verifying->run, section->head.anchor, head.encrypt_key, &number);
    if (DRM_SUCCEEDED(result) && !number)
        section->local = false;
    return result;
}

/* --- sections ------------------------------------------------------------------------------------------------- */

/* Heads are judged by the anchor that they name; whether this machine knows it is asked later. */
static drm_result read_head(struct verifying *verifying, size_t number)
{
    struct drm_restore_section *section = verifying->section;
    struct drm_restoring *run = verifying->run;
    const struct drm_backup_head *first = &run->sections[0].head;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_span encoded;
    drm_result result;

    result = drm_buffer_append(&section->encoded, run->reader.content.data, run->reader.content.size);
    if (DRM_FAILED(result))
        return result;
    encoded = drm_buffer_span(&section->encoded);
    if (DRM_FAILED(drm_backup_head_peek(encoded, anchor))
        || DRM_FAILED(drm_backup_head_read(encoded, anchor, &section->head, &verifying->machine))
        || section->head.section != number
        || (number && (section->head.sections != first->sections
                       || memcmp(section->head.backup_id, first->backup_id, DRM_ID_SIZE) != 0)))
        return DRM_E_BACKUP_CORRUPT;
    section->records_begin = run->reader.offset;
    section->begin = run->reader.offset - run->reader.record.size;
    return open_section(verifying);
}

static drm_result check_end(struct verifying *verifying)
{
    struct drm_restore_section *section = verifying->section;
    struct drm_backup_end end;

    if (DRM_FAILED(drm_backup_end_read(verifying->run->reader.content, verifying->machine.sign_key, &end))
        || memcmp(end.backup_id, section->head.backup_id, DRM_ID_SIZE) != 0 || end.section != section->head.section
        || end.records != section->records)
        return DRM_E_BACKUP_CORRUPT;
    section->licenses = end.licenses;
    memcpy(section->hash, end.hash, sizeof(section->hash));
    return DRM_S_OK;
}

static drm_result read_records(struct verifying *verifying)
{
    struct drm_restore_section *section = verifying->section;
    struct drm_backup_reader *reader = &verifying->run->reader;
    bool end;
    drm_result result;

    for (;;)
    {
        if (drm_restore_is_cancelled(verifying->run))
            return DRM_E_OPERATION_CANCELED;
        if (DRM_FAILED(result = drm_backup_reader_next(reader, &end)))
            return result;
        if (end || reader->type == DRM_BACKUP_RECORD_HEAD)
            return DRM_E_BACKUP_CORRUPT;
        if (reader->type == DRM_BACKUP_RECORD_END)
            return check_end(verifying);
        if (!section->records && reader->type != DRM_BACKUP_RECORD_RESPONSE)
            return DRM_E_BACKUP_CORRUPT; /* licences of no response */
        if (section->local && reader->type == DRM_BACKUP_RECORD_RESPONSE
            && DRM_FAILED(result = check_response(verifying, section->records)))
            return result;
        section->records++;
    }
}

static drm_result read_section(struct drm_restoring *run, size_t number)
{
    struct verifying verifying = {.run = run, .section = &run->sections[number]};
    drm_result result;

    run->section_count = number + 1;
    if (DRM_SUCCEEDED(result = read_head(&verifying, number)))
        result = read_records(&verifying);
    drm_buffer_free(&verifying.plain);
    return result;
}

static drm_result read_sections(struct drm_restoring *run)
{
    bool end;
    drm_result result;

    for (size_t i = 0; i == 0 || i < run->sections[0].head.sections; i++)
    {
        if (DRM_FAILED(result = drm_backup_reader_next(&run->reader, &end)))
            return result;
        if (end || run->reader.type != DRM_BACKUP_RECORD_HEAD)
            return DRM_E_BACKUP_CORRUPT;
        if (DRM_FAILED(result = read_section(run, i)))
            return result;
    }
    if (DRM_FAILED(result = drm_backup_reader_next(&run->reader, &end)))
        return result;
    return end ? DRM_S_OK : DRM_E_BACKUP_CORRUPT;
}

/* --- proving what nobody here can open ------------------------------------------------------------------------ */

static drm_result prove_section(struct drm_restoring *run, const struct drm_restore_section *section,
                                struct drm_hash *hash)
{
    struct drm_backup_reader *reader = &run->reader;
    uint8_t digest[DRM_SHA256_SIZE];
    bool end;
    drm_result result;

    reader->offset = section->begin;
    for (uint32_t i = 0; i <= section->records; i++) /* and its head */
    {
        if (drm_restore_is_cancelled(run))
            return DRM_E_OPERATION_CANCELED;
        if (DRM_FAILED(result = drm_backup_reader_next(reader, &end)))
            return result;
        if (end)
            return DRM_E_BACKUP_CORRUPT;
        drm_hash_update(hash, reader->record.data, reader->record.size);
    }
    drm_hash_finish(hash, digest);
    return memcmp(digest, section->hash, sizeof(digest)) != 0 ? DRM_E_BACKUP_CORRUPT : DRM_S_OK;
}

/* A section of another machine, and with it all the others: nobody is asked about a file that is damaged anywhere. One
 * that was made here is proved while it is stored. */
static drm_result prove_sections(struct drm_restoring *run)
{
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < run->section_count && !run->proved; i++)
        run->proved = !run->sections[i].local;
    for (size_t i = 0; run->proved && i < run->section_count && DRM_SUCCEEDED(result); i++)
    {
        struct drm_hash *hash;

        if (DRM_FAILED(result = drm_hash_create(&hash)))
            break;
        result = prove_section(run, &run->sections[i], hash);
        drm_hash_free(hash);
    }
    return result;
}

drm_result drm_restore_verify(struct drm_restoring *run)
{
    drm_result result;

    run->sections = calloc(DRM_BACKUP_MAX_SECTIONS, sizeof(*run->sections));
    if (!run->sections)
        return DRM_E_OUT_OF_MEMORY;
    result = read_sections(run);
    return DRM_FAILED(result) ? result : prove_sections(run);
}
