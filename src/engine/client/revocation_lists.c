/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Revocation lists as the application sees them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/client_internal.h"

drm_result drm_client_get_revocation_list(struct drm_client *client, enum drm_revocation_type type,
                                          struct drm_buffer *list, uint64_t *size)
{
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    result = question.has_anchor ? drm_store_read_list(question.store, question.anchor, type, list, size)
                                 : DRM_E_NOT_FOUND;
    return drm_question_end(&question, result);
}

drm_result drm_client_get_revocation_version(struct drm_client *client, enum drm_revocation_type type,
                                             uint64_t *version)
{
    uint64_t versions[DRM_REVOCATION_TYPES] = {0};
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (question.has_anchor)
        result = drm_store_list_versions(question.store, question.anchor, versions);
    if (DRM_SUCCEEDED(result))
        *version = versions[type - 1];
    return drm_question_end(&question, result);
}

static drm_result ids_revoked(struct drm_client *client, enum drm_revocation_type type,
                              const uint8_t (*ids)[DRM_SHA256_SIZE], size_t count, bool *revoked)
{
    struct drm_question question;
    bool found = false;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (question.has_anchor)
        result = drm_store_is_revoked(question.store, question.anchor, type, ids, count, &found);
    /* Other issuers' lists count too: a certificate that any of them revoked is revoked. */
    for (size_t i = 0; DRM_SUCCEEDED(result) && !found && i < client->anchor_count; i++)
        if (!question.has_anchor || memcmp(client->anchors[i], question.anchor, DRM_SIGN_PUBLIC_SIZE))
            result = drm_store_is_revoked(question.store, client->anchors[i], type, ids, count, &found);
    if (DRM_SUCCEEDED(result))
        *revoked = found;
    return drm_question_end(&question, result);
}

drm_result drm_client_is_id_revoked(struct drm_client *client, enum drm_revocation_type type,
                                    const uint8_t id[DRM_SHA256_SIZE], bool *revoked)
{
    uint8_t ids[1][DRM_SHA256_SIZE];

    memcpy(ids[0], id, DRM_SHA256_SIZE);
    return ids_revoked(client, type, (const uint8_t (*)[DRM_SHA256_SIZE])ids, 1, revoked);
}

drm_result drm_client_is_revoked(struct drm_client *client, enum drm_revocation_type type, struct drm_span certificate,
                                 bool *revoked)
{
    uint8_t ids[DRM_CHAIN_MAX_DEPTH][DRM_SHA256_SIZE];
    struct drm_certificate single;
    struct drm_chain chain;
    size_t count = 1;
    drm_result result;

    if (DRM_SUCCEEDED(drm_certificate_read(certificate, &single)))
        memcpy(ids[0], single.id, sizeof(ids[0]));
    else if (DRM_FAILED(result = drm_chain_read(certificate, &chain)))
        return result;
    else
        for (count = 0; count < chain.count; count++)
            memcpy(ids[count], chain.certificates[count].id, sizeof(ids[count]));
    return ids_revoked(client, type, (const uint8_t (*)[DRM_SHA256_SIZE])ids, count, revoked);
}

static drm_result install_brought_list(struct drm_store *store, const uint8_t *anchor,
                                       const struct drm_revocation_head *head, size_t entries_offset,
                                       struct drm_span list)
{
    struct drm_install *install = calloc(1, sizeof(*install));
    struct drm_staged_content *staged = NULL;
    bool superseded;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!install)
        return result;
    if (DRM_FAILED(result = drm_store_stage(store, &staged))
        || DRM_FAILED(result = drm_staged_content_append(staged, list.data, list.size))
        || DRM_FAILED(result = drm_staged_content_finish(staged)))
        goto done;
    install->anchor = anchor;
    install->list_count = 1;
    install->lists[0] = (struct drm_install_list){.head = *head, .entries_offset = entries_offset, .content = staged};
    result = drm_store_install(store, install, &superseded);

done:
    drm_staged_content_discard(staged);
    free(install);
    return result;
}

drm_result drm_client_set_revocation_list(struct drm_client *client, enum drm_revocation_type type,
                                          struct drm_span list)
{
    uint64_t versions[DRM_REVOCATION_TYPES];
    uint8_t(*anchors)[DRM_SIGN_PUBLIC_SIZE] = NULL;
    struct drm_revocation_reader *reader = NULL;
    struct drm_revocation_head head;
    struct drm_question question;
    size_t count = 0, which = 0, offset = 0;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = drm_question_anchors(&question, &anchors, &count))
        || DRM_FAILED(result = drm_revocation_reader_create((const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])anchors, count,
                                                            &reader)))
        goto done;
    if (DRM_FAILED(result = drm_revocation_reader_feed(reader, list.data, list.size))
        || DRM_FAILED(result = drm_revocation_reader_finish(reader, &which, &head, &offset)))
    {
        /* To an application all of these are one: no list that may be stored (documented suggestion). The log tells
         * them apart. */
        drm_log_write(&client->host->log, "revocation: a %s list was refused: 0x%08x", drm_revocation_type_name(type),
                      (unsigned int)result);
        if (result != DRM_E_OUT_OF_MEMORY)
            result = DRM_E_INVALID_CRL;
        goto done;
    }
    if (DRM_FAILED(result = drm_store_list_versions(question.store, anchors[which], versions)))
        goto done;
    if (head.type != type || head.version < versions[type - 1])
        result = DRM_E_INVALID_CRL;
    else if (head.version > versions[type - 1])
        result = install_brought_list(question.store, anchors[which], &head, offset, list);

done:
    drm_revocation_reader_free(reader);
    free(anchors);
    return drm_question_end(&question, result);
}
