/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking an answer (answer_receiver.h).
 */
#include "engine/client/answer_receiver.h"

#include <string.h>

void drm_answer_receiver_init(struct drm_answer_receiver *receiver, const struct drm_request *request,
                              const uint8_t *anchor, struct drm_store *store)
{
    memset(receiver, 0, sizeof(*receiver));
    receiver->request = request;
    receiver->anchor = anchor;
    receiver->store = store;
}

static void end_part(struct drm_answer_receiver *receiver)
{
    drm_hash_free(receiver->hash);
    drm_revocation_reader_free(receiver->reader);
    drm_staged_content_discard(receiver->staged);
    receiver->hash = NULL;
    receiver->reader = NULL;
    receiver->staged = NULL;
}

void drm_answer_receiver_cleanup(struct drm_answer_receiver *receiver)
{
    end_part(receiver);
    for (size_t i = 0; i < receiver->list_count; i++)
        drm_staged_content_discard(receiver->lists[i].content);
    drm_staged_content_discard(receiver->component);
    drm_buffer_free(&receiver->head);
    memset(receiver, 0, sizeof(*receiver));
}

/* --- the head --------------------------------------------------------------------------------------------- */

/* The new identity must be this machine's: its id, and the keys that the request proved. */
static drm_result check_machine_chain(const struct drm_answer_receiver *receiver)
{
    const struct drm_request *request = receiver->request;
    const struct drm_certificate *leaf;
    struct drm_chain chain;
    drm_result result;

    if (DRM_FAILED(result = drm_chain_read(receiver->answer.machine_chain, &chain))
        || DRM_FAILED(result = drm_chain_verify(&chain, receiver->anchor, DRM_ROLE_MACHINE, receiver->answer.time)))
        return result;
    leaf = &chain.certificates[0];
    if (memcmp(leaf->subject, request->machine_id, sizeof(leaf->subject))
        || memcmp(leaf->sign_key, request->sign_key, sizeof(leaf->sign_key)) || !leaf->has_encrypt_key
        || memcmp(leaf->encrypt_key, request->encrypt_key, sizeof(leaf->encrypt_key)))
        return DRM_E_INVALID_MACHINE;
    return DRM_S_OK;
}

static drm_result check_head(const struct drm_answer_receiver *receiver)
{
    const struct drm_request *request = receiver->request;
    const struct drm_answer *answer = &receiver->answer;

    if (answer->kind != request->kind)
        return DRM_E_BAD_NET_RESPONSE;
    if (memcmp(answer->machine_id, request->machine_id, sizeof(answer->machine_id)))
        return DRM_E_INVALID_MACHINE;
    if (memcmp(answer->nonce, request->nonce, sizeof(answer->nonce)))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (request->kind != DRM_REQUEST_INDIVIDUALIZE)
        return DRM_S_OK;
    if (drm_version_compare(answer->version, request->installed) < 0)
        return DRM_E_PACKAGE_TOO_OLD;
    return answer->up_to_date ? DRM_S_OK : check_machine_chain(receiver);
}

static drm_result begin_part(struct drm_answer_receiver *receiver)
{
    const struct drm_part *part = &receiver->answer.parts[receiver->part];
    const uint8_t(*anchor)[DRM_SIGN_PUBLIC_SIZE] = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])receiver->anchor;
    drm_result result;

    receiver->part_left = part->size;
    if (DRM_FAILED(result = drm_hash_create(&receiver->hash))
        || (part->kind == DRM_PART_REVOCATION_LIST
            && DRM_FAILED(result = drm_revocation_reader_create(anchor, 1, &receiver->reader))))
        return result;
    return drm_store_stage(receiver->store, &receiver->staged);
}

static drm_result finish_head(struct drm_answer_receiver *receiver)
{
    struct drm_span head = drm_span(receiver->head.data + DRM_ANSWER_LENGTH_SIZE,
                                    receiver->head.size - DRM_ANSWER_LENGTH_SIZE);
    drm_result result;

    if (DRM_FAILED(result = drm_answer_head_read(head, receiver->anchor, &receiver->answer))
        || DRM_FAILED(result = check_head(receiver)))
        return result;
    receiver->has_head = true;
    receiver->total = receiver->head.size;
    for (size_t i = 0; i < receiver->answer.part_count; i++)
        receiver->total += receiver->answer.parts[i].size;
    return receiver->answer.part_count ? begin_part(receiver) : DRM_S_OK;
}

/* Takes as much of data as belongs to the head. */
static drm_result feed_head(struct drm_answer_receiver *receiver, const uint8_t **data, size_t *size)
{
    size_t wanted = DRM_ANSWER_LENGTH_SIZE, piece;
    drm_result result;

    if (receiver->head.size >= DRM_ANSWER_LENGTH_SIZE)
        wanted += drm_get_u32(receiver->head.data);
    piece = wanted - receiver->head.size < *size ? wanted - receiver->head.size : *size;
    if (DRM_FAILED(result = drm_buffer_append(&receiver->head, *data, piece)))
        return result;
    *data += piece;
    *size -= piece;
    if (receiver->head.size < wanted)
        return DRM_S_OK;
    if (wanted == DRM_ANSWER_LENGTH_SIZE)
    {
        /* A page of some proxy's ends here: "<htm" is a length of a gigabyte. */
        uint32_t length = drm_get_u32(receiver->head.data);

        return length && length <= DRM_ANSWER_HEAD_MAX_SIZE ? DRM_S_OK : DRM_E_BAD_NET_RESPONSE;
    }
    return finish_head(receiver);
}

/* --- the parts -------------------------------------------------------------------------------------------- */

static drm_result finish_part(struct drm_answer_receiver *receiver)
{
    const struct drm_part *part = &receiver->answer.parts[receiver->part];
    uint8_t hash[DRM_SHA256_SIZE];
    drm_result result;

    drm_hash_finish(receiver->hash, hash);
    if (memcmp(hash, part->hash, sizeof(hash)))
        return DRM_E_COMPONENT_INVALID;
    if (DRM_FAILED(result = drm_staged_content_finish(receiver->staged)))
        return result;
    if (part->kind == DRM_PART_REVOCATION_LIST)
    {
        struct drm_install_list *list = &receiver->lists[receiver->list_count];

        if (DRM_FAILED(result = drm_revocation_reader_finish(receiver->reader, NULL, &list->head,
                                                             &list->entries_offset)))
            return result;
        if (list->head.type != part->list_type)
            return DRM_E_INVALID_CRL;
        list->content = receiver->staged;
        receiver->list_count++;
    }
    else
        receiver->component = receiver->staged;
    receiver->staged = NULL;
    end_part(receiver);
    return ++receiver->part < receiver->answer.part_count ? begin_part(receiver) : DRM_S_OK;
}

static drm_result feed_part(struct drm_answer_receiver *receiver, const uint8_t **data, size_t *size)
{
    size_t piece = receiver->part_left < *size ? (size_t)receiver->part_left : *size;
    drm_result result;

    if (receiver->part >= receiver->answer.part_count)
        return DRM_E_COMPONENT_INVALID;
    drm_hash_update(receiver->hash, *data, piece);
    if ((receiver->reader && DRM_FAILED(result = drm_revocation_reader_feed(receiver->reader, *data, piece)))
        || DRM_FAILED(result = drm_staged_content_append(receiver->staged, *data, piece)))
        return result;
    *data += piece;
    *size -= piece;
    receiver->part_left -= piece;
    return receiver->part_left ? DRM_S_OK : finish_part(receiver);
}

drm_result drm_answer_receiver_feed(struct drm_answer_receiver *receiver, const uint8_t *data, size_t size)
{
    drm_result result = DRM_S_OK;

    receiver->received += size;
    while (size && DRM_SUCCEEDED(result))
        result = receiver->has_head ? feed_part(receiver, &data, &size) : feed_head(receiver, &data, &size);
    return result;
}

drm_result drm_answer_receiver_finish(struct drm_answer_receiver *receiver)
{
    if (!receiver->has_head)
        return DRM_E_BAD_NET_RESPONSE;
    return receiver->part == receiver->answer.part_count ? DRM_S_OK : DRM_E_COMPONENT_INVALID;
}
