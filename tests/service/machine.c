/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine as the service sees it.
 */
#include "service/machine.h"

#include <string.h>

#include "service/http_client.h"

void machine_init(struct machine *machine, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE])
{
    memset(machine, 0, sizeof(*machine));
    memcpy(machine->anchor, anchor, DRM_SIGN_PUBLIC_SIZE);
    drm_random(machine->id, sizeof(machine->id));
}

void machine_free(struct machine *machine)
{
    drm_buffer_free(&machine->chain);
}

drm_result machine_ask(struct machine *machine, enum drm_request_kind kind, struct drm_buffer *out)
{
    const struct drm_request_signer old = {.seed = machine->seed, .chain = drm_buffer_span(&machine->chain)};
    const struct drm_request_signer *signer = machine->chain.size ? &old : NULL;
    struct drm_request *request = &machine->request;
    drm_result result;

    memset(request, 0, sizeof(*request));
    request->kind = kind;
    request->installed = machine->installed;
    drm_random(request->nonce, sizeof(request->nonce));
    if (signer || kind == DRM_REQUEST_INDIVIDUALIZE)
        memcpy(request->machine_id, machine->id, DRM_ID_SIZE);
    if (kind == DRM_REQUEST_INDIVIDUALIZE)
    {
        request->forced = machine->forced;
        memcpy(request->component_hash, machine->component_hash, DRM_SHA256_SIZE);
        drm_random(machine->new_seed, sizeof(machine->new_seed));
        drm_random(machine->new_decrypt_key, sizeof(machine->new_decrypt_key));
        if (DRM_FAILED(result = drm_sign_public(machine->new_seed, request->sign_key)) ||
            DRM_FAILED(result = drm_x25519_public(machine->new_decrypt_key, request->encrypt_key)))
            return result;
    }
    return drm_request_write(request, kind == DRM_REQUEST_INDIVIDUALIZE ? machine->new_seed : NULL, signer, out);
}

static drm_result judge_head(const struct machine *machine, const struct drm_answer *answer)
{
    const struct drm_request *request = &machine->request;
    struct drm_chain chain;
    drm_result result;

    if (answer->kind != request->kind)
        return DRM_E_BAD_NET_RESPONSE;
    if (memcmp(answer->machine_id, request->machine_id, DRM_ID_SIZE))
        return DRM_E_INVALID_MACHINE;
    if (memcmp(answer->nonce, request->nonce, DRM_NONCE_SIZE))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (request->kind != DRM_REQUEST_INDIVIDUALIZE)
        return DRM_S_OK;
    if (drm_version_compare(answer->version, request->installed) < 0)
        return DRM_E_PACKAGE_TOO_OLD;
    if (answer->up_to_date)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_chain_read(answer->machine_chain, &chain)) ||
        DRM_FAILED(result = drm_chain_verify(&chain, machine->anchor, DRM_ROLE_MACHINE, answer->time)))
        return result;
    return memcmp(chain.certificates[0].sign_key, request->sign_key, DRM_SIGN_PUBLIC_SIZE) ? DRM_E_INVALID_MACHINE
                                                                                         : DRM_S_OK;
}

drm_result machine_judge(const struct machine *machine, struct drm_span answer, struct drm_answer *out)
{
    uint8_t hash[DRM_SHA256_SIZE];
    uint32_t head_size;
    drm_result result;
    size_t offset, i;

    if (answer.size < DRM_ANSWER_LENGTH_SIZE)
        return DRM_E_BAD_NET_RESPONSE;
    head_size = drm_get_u32(answer.data);
    if (head_size > answer.size - DRM_ANSWER_LENGTH_SIZE)
        return DRM_E_BAD_NET_RESPONSE;
    result = drm_answer_head_read(drm_span(answer.data + DRM_ANSWER_LENGTH_SIZE, head_size), machine->anchor, out);
    if (DRM_FAILED(result) || DRM_FAILED(result = judge_head(machine, out)))
        return result;
    offset = DRM_ANSWER_LENGTH_SIZE + head_size;
    for (i = 0; i < out->part_count; ++i)
    {
        if (out->parts[i].size > answer.size - offset)
            return DRM_E_BAD_NET_RESPONSE;
        drm_sha256(answer.data + offset, (size_t)out->parts[i].size, hash);
        if (memcmp(hash, out->parts[i].hash, sizeof(hash)))
            return DRM_E_COMPONENT_INVALID;
        offset += (size_t)out->parts[i].size;
    }
    return offset == answer.size ? DRM_S_OK : DRM_E_BAD_NET_RESPONSE;
}

drm_result machine_install(struct machine *machine, const struct drm_answer *answer)
{
    struct drm_chain chain;
    drm_result result;
    size_t i;

    if (answer->up_to_date)
        return DRM_S_OK;
    drm_buffer_free(&machine->chain);
    if (DRM_FAILED(result = drm_chain_read(answer->machine_chain, &chain)) ||
        DRM_FAILED(result = drm_buffer_append(&machine->chain, answer->machine_chain.data, answer->machine_chain.size)))
        return result;
    memcpy(machine->seed, machine->new_seed, sizeof(machine->seed));
    memcpy(machine->decrypt_key, machine->new_decrypt_key, sizeof(machine->decrypt_key));
    machine->installed = answer->version;
    memcpy(machine->certificate_id, chain.certificates[0].id, sizeof(machine->certificate_id));
    memset(machine->component_hash, 0, sizeof(machine->component_hash));
    for (i = 0; i < answer->part_count; ++i)
    {
        if (answer->parts[i].kind == DRM_PART_COMPONENT)
            memcpy(machine->component_hash, answer->parts[i].hash, DRM_SHA256_SIZE);
    }
    return DRM_S_OK;
}

int machine_individualize(struct machine *machine, unsigned int port)
{
    struct drm_buffer request = {0};
    struct http_response response;
    struct drm_answer answer;
    int status;

    if (DRM_FAILED(machine_ask(machine, DRM_REQUEST_INDIVIDUALIZE, &request)))
        return -1;
    http_exchange(port, "POST", "/v1/individualize", request.data, request.size, &response);
    drm_buffer_free(&request);
    status = response.status;
    if (status == 200 && (!response.complete ||
                          DRM_FAILED(machine_judge(machine, drm_buffer_span(&response.body), &answer)) ||
                          DRM_FAILED(machine_install(machine, &answer))))
        status = -1;
    http_response_free(&response);
    return status;
}
