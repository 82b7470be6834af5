/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the authority to issue anew what another machine's backup proves: in batches, none of which this machine can
 * read. Answers wait in a file beside the store until all of them are there.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/base/path.h"
#include "engine/client/received_response.h"
#include "engine/client/restoring.h"

#define ANSWERS_NAME "restore.part"
#define ANSWER_HEADER_SIZE (4 + DRM_NONCE_SIZE)
#define MAX_ANSWER (16 * 1024 * 1024) /* of a batch of DRM_RESTORE_BATCH_SIZE: base64, and room */

struct asking
{
    struct drm_restoring *run;
    const struct drm_restore_section *section;
    struct drm_authority *authority;   /* the embedded one; NULL for the service */
    struct drm_identity_keys keys;
    uint8_t nonce[DRM_NONCE_SIZE];
    struct drm_buffer response;        /* the current response's piece: each batch begins with it */
    struct drm_buffer records;         /* of the batch */
    bool has_licenses;
    struct drm_buffer request, answer;
};

/* --- answers ------------------------------------------------------------------------------------------------ */

void drm_restore_answer_free(struct drm_restore_answer *answer)
{
    free(answer->licenses);
    if (answer->xml)
        drm_license_response_xml_free(answer->xml);
    free(answer->xml);
    drm_buffer_free(&answer->text);
    memset(answer, 0, sizeof(*answer));
}

/* Is it the answer to this nonce, by this anchor, for this machine's identity? */
static drm_result verify_answer(struct drm_restoring *run, const uint8_t nonce[DRM_NONCE_SIZE],
                                struct drm_restore_answer *answer)
{
    const uint8_t *anchor = run->question.anchor;
    struct drm_license_head *head = &answer->head;
    drm_result result;

    answer->xml = calloc(1, sizeof(*answer->xml));
    if (!answer->xml)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_FAILED(result = drm_license_response_xml_read(drm_buffer_span(&answer->text), answer->xml))
        || DRM_FAILED(result = drm_license_head_read(drm_buffer_span(&answer->xml->head), anchor, head)))
        return result;
    if (drm_license_head_is_issuers(head))
        return DRM_E_INVALID_CERTIFICATE; /* only the authority issues anew */
    if (memcmp(head->nonce, nonce, DRM_NONCE_SIZE) != 0)
        return DRM_E_PARAMETERS_MISMATCHED;
    if (memcmp(head->machine_id, run->identity.machine_id, DRM_ID_SIZE) != 0
        || memcmp(head->encrypt_key, run->identity.encrypt_key, DRM_X25519_SIZE) != 0)
        return DRM_E_INVALID_MACHINE;
    if (DRM_FAILED(result = drm_received_licenses_read(answer->xml, head, &answer->licenses)))
        return result;
    answer->response = (struct drm_new_response){
        .anchor = anchor, .identity = run->identity.number, .head = drm_buffer_span(&answer->xml->head),
        .signed_time = head->time, .licenses = answer->licenses, .count = head->count};
    memcpy(answer->response.response_id, head->response_id, DRM_ID_SIZE);
    return DRM_S_OK;
}

drm_result drm_restore_answer_read(struct drm_restoring *run, uint64_t *offset, struct drm_restore_answer *out,
                                   bool *end)
{
    uint8_t header[ANSWER_HEADER_SIZE], *place;
    const uint64_t size = drm_file_size(run->answers);
    uint32_t length;
    drm_result result;

    *end = *offset == size;
    if (*end)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_file_read(run->answers, *offset, header, sizeof(header))))
        return result;
    length = drm_get_u32(header);
    if (length > size - *offset - sizeof(header))
        return DRM_E_STORE_CORRUPT;
    if (DRM_FAILED(result = drm_buffer_extend(&out->text, length, &place))
        || DRM_FAILED(result = drm_file_read(run->answers, *offset + sizeof(header), place, length)))
        return result;
    *offset += sizeof(header) + length;
    return verify_answer(run, header + 4, out);
}

static drm_result keep_answer(struct asking *asking)
{
    struct drm_restoring *run = asking->run;
    struct drm_restore_answer answer = {.text = asking->answer};
    uint8_t header[ANSWER_HEADER_SIZE];
    drm_result result;

    asking->answer = (struct drm_buffer){0};
    result = verify_answer(run, asking->nonce, &answer);
    drm_put_u32(header, (uint32_t)answer.text.size);
    memcpy(header + 4, asking->nonce, DRM_NONCE_SIZE);
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = drm_file_append(run->answers, header, sizeof(header))))
        result = drm_file_append(run->answers, answer.text.data, answer.text.size);
    drm_restore_answer_free(&answer);
    return result;
}

static drm_result create_answers(struct drm_restoring *run)
{
    drm_result result;

    if (run->answers)
        return DRM_S_OK;
    run->answers_path = drm_path_join(run->client->directory, ANSWERS_NAME);
    if (!run->answers_path)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_path_delete(run->answers_path);
    if (DRM_SUCCEEDED(result))
        result = drm_file_create(run->answers_path, &run->client->host->log, &run->answers);
    /* Another process restores. */
    return result == DRM_E_BUSY || result == DRM_E_UNABLE_TO_OPEN_STORE ? DRM_E_BACKUPRESTORE_BUSY : result;
}

void drm_restore_forget_answers(struct drm_restoring *run)
{
    if (run->answers)
    {
        drm_file_close(run->answers);
        (void)!drm_path_delete(run->answers_path); /* the next restore tries again */
    }
    run->answers = NULL;
    free(run->answers_path);
    run->answers_path = NULL;
}

/* --- batches ------------------------------------------------------------------------------------------------ */

static void on_phase(void *context, enum drm_http_phase phase, const char *url)
{
    (void)context;
    (void)phase;
    (void)url;
}

static drm_result on_begin(void *context, uint64_t total)
{
    (void)context;
    (void)total;
    return DRM_S_OK;
}

static drm_result on_data(void *context, const uint8_t *data, size_t size)
{
    struct asking *asking = context;

    return drm_buffer_append(&asking->answer, data, size);
}

static drm_result result_of_status(unsigned int status)
{
    switch (status)
    {
    case 204:
        return DRM_E_UNABLE_TO_ACQUIRE; /* nothing of it is left to be issued */
    case 409:
        return DRM_E_RESTORE_FRAUD;
    case 426:
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    case 404: /* a service that knows nothing of restoring */
    case 429: /* their usual meanings are an individualization's */
    case 501:
    case 503:
        return DRM_E_RESTORE_UNAVAILABLE;
    default:
        return DRM_S_OK;
    }
}

static drm_result post(struct asking *asking)
{
    const struct drm_exchange_sink sink = {.context = asking, .phase = on_phase, .begin = on_begin, .data = on_data};
    struct drm_client *client = asking->run->client;
    const struct drm_exchange exchange = {
        .url = client->service_url,
        .path = "v1/restore",
        .body = asking->request.data,
        .body_size = asking->request.size,
        .max_answer = MAX_ANSWER,
        .result_of_status = result_of_status,
        .timeout_ms = client->timeout_ms,
    };
    uint32_t round_trips = 0;

    return drm_exchange(client->host, &asking->run->task->task, &exchange, &sink, &round_trips);
}

static drm_result send_batch(struct asking *asking)
{
    struct drm_restoring *run = asking->run;
    struct drm_restore_request request = {.head = drm_buffer_span(&asking->section->encoded),
                                          .records = drm_buffer_span(&asking->records)};
    drm_result result;

    if (!asking->has_licenses)
        return DRM_S_OK;
    if (drm_restore_is_cancelled(run))
        return DRM_E_OPERATION_CANCELED;
    drm_random(asking->nonce, sizeof(asking->nonce));
    memcpy(request.nonce, asking->nonce, sizeof(request.nonce));
    memcpy(request.machine_id, run->identity.machine_id, DRM_ID_SIZE);
    drm_buffer_truncate(&asking->request, 0);
    drm_buffer_truncate(&asking->answer, 0);
    if (DRM_FAILED(result = drm_restore_request_write(&request, asking->keys.sign_seed,
                                                      drm_buffer_span(&run->identity.chain), &asking->request)))
        return result;
    result = asking->authority ? drm_authority_restore(asking->authority, drm_buffer_span(&asking->request),
                                                       &asking->answer)
                               : post(asking);
    drm_buffer_truncate(&asking->records, 0);
    asking->has_licenses = false;
    if (result == DRM_E_UNABLE_TO_ACQUIRE)
        return DRM_S_OK;
    return DRM_FAILED(result) ? result : keep_answer(asking);
}

static drm_result add_record(struct asking *asking, uint32_t index)
{
    const struct drm_backup_reader *reader = &asking->run->reader;
    const struct drm_backup_piece piece = {.index = index, .type = reader->type, .sealed = reader->content};
    drm_result result;

    if (piece.type == DRM_BACKUP_RECORD_RESPONSE)
    {
        drm_buffer_truncate(&asking->response, 0);
        result = drm_restore_records_add(&piece, &asking->response);
        if (DRM_SUCCEEDED(result))
            result = drm_buffer_append(&asking->records, asking->response.data, asking->response.size);
        return result;
    }
    if (!asking->records.size)
        result = drm_buffer_append(&asking->records, asking->response.data, asking->response.size);
    else
        result = DRM_S_OK;
    if (DRM_SUCCEEDED(result))
        result = drm_restore_records_add(&piece, &asking->records);
    asking->has_licenses = true;
    return result;
}

static drm_result ask_all(struct asking *asking)
{
    struct drm_backup_reader *reader = &asking->run->reader;
    bool end;
    drm_result result = DRM_S_OK;

    reader->offset = asking->section->records_begin;
    for (uint32_t i = 0; i < asking->section->records && DRM_SUCCEEDED(result); i++)
    {
        if (DRM_FAILED(result = drm_backup_reader_next(reader, &end)))
            break;
        if (end || (reader->type != DRM_BACKUP_RECORD_RESPONSE && reader->type != DRM_BACKUP_RECORD_LICENSES))
            return DRM_E_BACKUP_CORRUPT; /* another file than the one that was verified */
        if (DRM_SUCCEEDED(result = add_record(asking, i)) && asking->records.size >= DRM_RESTORE_BATCH_SIZE)
            result = send_batch(asking);
    }
    return DRM_FAILED(result) ? result : send_batch(asking);
}

drm_result drm_restore_ask(struct drm_restoring *run, const struct drm_restore_section *section)
{
    struct asking asking = {.run = run, .section = section};
    drm_result result;

    if (DRM_FAILED(result = create_answers(run))
        || DRM_FAILED(result = drm_store_get_identity_keys(run->store, run->question.anchor, &run->identity,
                                                           &asking.keys)))
        return result;
    if (drm_client_is_embedded(run->client))
        result = drm_client_open_authority(run->client, &run->task->task, &asking.authority);
    if (DRM_SUCCEEDED(result))
        result = ask_all(&asking);
    drm_authority_close(asking.authority);
    drm_wipe(&asking.keys, sizeof(asking.keys));
    drm_buffer_free(&asking.answer);
    drm_buffer_free(&asking.request);
    drm_buffer_free(&asking.records);
    drm_buffer_free(&asking.response);
    return result;
}
