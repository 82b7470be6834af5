/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Responses with licences that are wrong in a chosen way. Each is as good as its forger could make it: a wrong anchor's
 * response is well signed, another machine's carries the right nonce and opens for that one.
 */
#include <stdio.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/format/license_challenge.h"
#include "engine/format/license_response.h"
#include "engine/xml/license_request.h"
#include "engine/xml/license_response_xml.h"
#include "service/fault_answer.h"

/* --- another machine's ------------------------------------------------------------------------------------ */

/* A machine that nobody has, with an identity; chain points into answer. */
struct other_machine
{
    struct drm_request request;
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_buffer answer;
    struct drm_answer head;
};

static drm_result make_other_machine(struct drm_authority *authority, struct other_machine *machine)
{
    uint8_t decrypt_key[DRM_X25519_SIZE];
    struct drm_buffer request = {0};
    drm_result result;

    machine->request.kind = DRM_REQUEST_INDIVIDUALIZE;
    drm_random(machine->request.nonce, sizeof(machine->request.nonce));
    drm_random(machine->request.machine_id, sizeof(machine->request.machine_id));
    drm_random(machine->seed, sizeof(machine->seed));
    drm_random(decrypt_key, sizeof(decrypt_key));
    if (DRM_FAILED(result = drm_sign_public(machine->seed, machine->request.sign_key))
        || DRM_FAILED(result = drm_x25519_public(decrypt_key, machine->request.encrypt_key))
        || DRM_FAILED(result = drm_request_write(&machine->request, machine->seed, NULL, &request))
        || DRM_FAILED(result = fault_read_reply(authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&request),
                                                &machine->answer)))
        goto done;
    if (machine->answer.size < DRM_ANSWER_LENGTH_SIZE
        || drm_get_u32(machine->answer.data) > machine->answer.size - DRM_ANSWER_LENGTH_SIZE)
        result = DRM_E_UNEXPECTED;
    else
        result = drm_answer_head_read(drm_span(machine->answer.data + DRM_ANSWER_LENGTH_SIZE,
                                               drm_get_u32(machine->answer.data)),
                                      drm_authority_root(authority), &machine->head);

done:
    drm_buffer_free(&request);
    return result;
}

/* The same request, with another machine's signature and chain. */
static drm_result sign_as_other(struct drm_authority *authority, struct drm_license_request *request,
                                const struct other_machine *machine, struct drm_buffer *out)
{
    struct drm_license_challenge challenge;
    struct drm_certificate asking;
    drm_result result;

    if (DRM_FAILED(result = drm_license_challenge_read(drm_buffer_span(&request->challenge),
                                                       drm_buffer_span(&request->chain),
                                                       drm_authority_root(authority), 0, &challenge, &asking)))
        return result;
    memcpy(challenge.machine_id, machine->request.machine_id, sizeof(challenge.machine_id));
    drm_buffer_free(&request->challenge);
    drm_buffer_free(&request->chain);
    if (DRM_FAILED(result = drm_license_challenge_write(&challenge, machine->seed, &request->challenge))
        || DRM_FAILED(result = drm_buffer_append(&request->chain, machine->head.machine_chain.data,
                                                 machine->head.machine_chain.size)))
        return result;
    return drm_license_request_write(request, out);
}

static drm_result answer_other_machine(struct drm_authority *authority, struct drm_span text, struct drm_buffer *out)
{
    struct drm_license_request request = {0};
    struct other_machine machine = {.seed = {0}};
    struct drm_buffer other = {0};
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_license_request_read(text, &request))
        && DRM_SUCCEEDED(result = make_other_machine(authority, &machine))
        && DRM_SUCCEEDED(result = sign_as_other(authority, &request, &machine, &other)))
        result = drm_authority_issue_licenses(authority, drm_buffer_span(&other), true, NULL, out);
    drm_buffer_free(&other);
    drm_buffer_free(&machine.answer);
    drm_license_request_free(&request);
    return result;
}

/* --- another head ----------------------------------------------------------------------------------------- */

static void spoil_signature(struct drm_buffer *head)
{
    struct drm_signed_object object;

    if (DRM_FAILED(drm_signed_object_read(drm_buffer_span(head), DRM_OBJECT_LICENSE_RESPONSE, &object)))
        return;
    for (size_t i = 0; i + DRM_SIGNATURE_SIZE <= head->size; ++i)
    {
        if (!memcmp(head->data + i, object.signature, DRM_SIGNATURE_SIZE))
            head->data[i] ^= 1;
    }
}

static drm_result write_response(struct drm_span head, const struct drm_license_response_xml *xml,
                                 struct drm_buffer *out)
{
    drm_result result = drm_license_response_xml_begin(head, out);

    for (size_t i = 0; i < xml->count && DRM_SUCCEEDED(result); ++i)
        result = drm_license_response_xml_license(xml->licenses[i], out);
    return DRM_SUCCEEDED(result) ? drm_license_response_xml_end(out) : result;
}

/* The head signed by an authority that nobody trusts, or with a wrong signature; the licences stay. */
static drm_result replace_head(struct drm_authority *authority, bool wrong_anchor, bool wrong_signature,
                               struct drm_buffer *answer)
{
    struct drm_license_response_xml xml = {.count = 0};
    struct drm_buffer head = {0}, chain = {0}, out = {0};
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_license_head fields;
    drm_result result;

    if (DRM_FAILED(result = drm_license_response_xml_read(drm_buffer_span(answer), &xml)))
        goto done;
    if (!wrong_anchor)
        result = drm_buffer_append(&head, xml.head.data, xml.head.size);
    else if (DRM_SUCCEEDED(result = drm_license_head_read(drm_buffer_span(&xml.head), drm_authority_root(authority),
                                                          &fields))
             && DRM_SUCCEEDED(result = fault_make_foreign_signer(fields.time, DRM_ROLE_ISSUE_LICENSES, seed, &chain)))
        result = drm_license_head_write(&fields, seed, drm_buffer_span(&chain), &head);
    if (DRM_SUCCEEDED(result) && wrong_signature)
        spoil_signature(&head);
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = write_response(drm_buffer_span(&head), &xml, &out)))
    {
        drm_buffer_free(answer);
        *answer = out;
        out = (struct drm_buffer){0};
    }

done:
    drm_buffer_free(&out);
    drm_buffer_free(&chain);
    drm_buffer_free(&head);
    drm_license_response_xml_free(&xml);
    return result;
}

drm_result fault_license_make(struct faults *faults, const struct fault_plan *plan, struct drm_authority *authority,
                              struct drm_span request, struct drm_buffer *out)
{
    bool wrong_anchor = fault_plan_find(plan, FAULT_WRONG_ANCHOR) != NULL;
    bool wrong_signature = fault_plan_find(plan, FAULT_WRONG_SIGNATURE) != NULL;
    struct drm_buffer answer = {0};
    drm_result result;

    if (fault_plan_find(plan, FAULT_OTHER_MACHINE))
        result = answer_other_machine(authority, request, &answer);
    else if (DRM_SUCCEEDED(result = drm_authority_issue_licenses(authority, request, true, NULL, &answer)))
        result = fault_replay(faults, FAULT_LICENSE, fault_plan_find(plan, FAULT_REPLAY) != NULL, &answer);
    if (DRM_SUCCEEDED(result) && (wrong_anchor || wrong_signature))
        result = replace_head(authority, wrong_anchor, wrong_signature, &answer);
    if (DRM_FAILED(result))
    {
        drm_buffer_free(&answer);
        return result;
    }
    fault_spoil_bytes(plan, &answer);
    *out = answer;
    return DRM_S_OK;
}
