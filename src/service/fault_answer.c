/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers that are wrong in a chosen way. Each is as good as its forger could make it: a wrong anchor's answer is well
 * signed, another machine's carries the right nonce.
 */
#include "service/fault_answer.h"

#include <string.h>

#include "engine/format/signed_object.h"

#define MILLISECONDS_A_YEAR INT64_C(31536000000)

drm_result fault_read_reply(struct drm_authority *authority, enum drm_request_kind kind, struct drm_span request,
                            struct drm_buffer *out)
{
    struct drm_authority_reply *reply;
    drm_result result;
    uint64_t size, offset;
    uint8_t *place;
    size_t read;

    if (DRM_FAILED(result = drm_authority_handle(authority, kind, request, &reply)))
        return result;
    size = drm_authority_reply_size(reply);
    result = drm_buffer_extend(out, (size_t)size, &place);
    for (offset = 0; DRM_SUCCEEDED(result) && offset < size; offset += read)
    {
        result = drm_authority_reply_read(reply, offset, place + offset, (size_t)(size - offset), &read);
        if (DRM_SUCCEEDED(result) && !read)
            result = DRM_E_UNEXPECTED;
    }
    drm_authority_reply_free(reply);
    return result;
}

/* The head of a whole answer, without its length. Empty where the answer is shorter than it says. */
static struct drm_span head_of(const struct drm_buffer *answer)
{
    uint32_t size = answer->size >= DRM_ANSWER_LENGTH_SIZE ? drm_get_u32(answer->data) : 0;

    if (!size || size > answer->size - DRM_ANSWER_LENGTH_SIZE)
        return drm_span(NULL, 0);
    return drm_span(answer->data + DRM_ANSWER_LENGTH_SIZE, size);
}

/* --- another machine's ------------------------------------------------------------------------------------ */

/* A machine that nobody has. */
struct other_machine
{
    struct drm_request request;
    uint8_t seed[DRM_SIGN_SEED_SIZE];
};

static drm_result make_other_machine(const uint8_t nonce[DRM_NONCE_SIZE], struct other_machine *out)
{
    uint8_t decrypt_key[DRM_X25519_SIZE];
    drm_result result;

    memset(out, 0, sizeof(*out));
    out->request.kind = DRM_REQUEST_INDIVIDUALIZE;
    memcpy(out->request.nonce, nonce, DRM_NONCE_SIZE);
    drm_random(out->request.machine_id, sizeof(out->request.machine_id));
    drm_random(out->seed, sizeof(out->seed));
    drm_random(decrypt_key, sizeof(decrypt_key));
    if (DRM_FAILED(result = drm_sign_public(out->seed, out->request.sign_key)))
        return result;
    return drm_x25519_public(decrypt_key, out->request.encrypt_key);
}

/* Individualizes it, and lets it refresh where that is what was asked. The nonce is the real machine's. */
static drm_result answer_other_machine(struct drm_authority *authority, enum drm_request_kind kind,
                                       struct drm_span request, struct drm_buffer *out)
{
    struct drm_request asked;
    struct drm_request_identity identity;
    struct other_machine machine;
    struct drm_request_signer signer;
    struct drm_buffer buffer = {0}, answer = {0};
    struct drm_answer head;
    drm_result result;

    if (DRM_FAILED(result = drm_request_read(request, drm_authority_root(authority), &asked, &identity)) ||
        DRM_FAILED(result = make_other_machine(asked.nonce, &machine)) ||
        DRM_FAILED(result = drm_request_write(&machine.request, machine.seed, NULL, &buffer)) ||
        DRM_FAILED(result = fault_read_reply(authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&buffer), &answer)))
        goto done;
    if (kind == DRM_REQUEST_INDIVIDUALIZE)
    {
        result = drm_buffer_append(out, answer.data, answer.size);
        goto done;
    }
    if (DRM_FAILED(result = drm_answer_head_read(head_of(&answer), drm_authority_root(authority), &head)))
        goto done;
    signer = (struct drm_request_signer){.seed = machine.seed, .chain = head.machine_chain};
    machine.request.kind = kind;
    memset(machine.request.sign_key, 0, sizeof(machine.request.sign_key));
    memset(machine.request.encrypt_key, 0, sizeof(machine.request.encrypt_key));
    drm_buffer_free(&buffer);
    if (DRM_SUCCEEDED(result = drm_request_write(&machine.request, NULL, &signer, &buffer)))
        result = fault_read_reply(authority, kind, drm_buffer_span(&buffer), out);

done:
    drm_buffer_free(&buffer);
    drm_buffer_free(&answer);
    return result;
}

/* --- other heads ------------------------------------------------------------------------------------------ */

drm_result fault_make_foreign_signer(int64_t time, enum drm_role role, uint8_t seed[DRM_SIGN_SEED_SIZE],
                                     struct drm_buffer *chain)
{
    struct drm_certificate certificate = {
        .roles = role,
        .name = "foreign authority",
        .not_before = time - MILLISECONDS_A_YEAR,
        .not_after = time + MILLISECONDS_A_YEAR,
    };
    uint8_t root[DRM_SIGN_SEED_SIZE];
    struct drm_buffer encoded = {0};
    struct drm_span span;
    drm_result result;

    drm_random(root, sizeof(root));
    drm_random(seed, DRM_SIGN_SEED_SIZE);
    drm_random(certificate.serial, sizeof(certificate.serial));
    if (DRM_SUCCEEDED(result = drm_sign_public(seed, certificate.sign_key)) &&
        DRM_SUCCEEDED(result = drm_certificate_write(&certificate, root, &encoded)))
    {
        span = drm_buffer_span(&encoded);
        result = drm_chain_write(&span, 1, chain);
    }
    drm_buffer_free(&encoded);
    return result;
}

/* Writes the head of an answer anew: of another version, or signed by an authority that nobody trusts. */
static drm_result replace_head(struct drm_authority *authority, const struct fault *old_version,
                               const struct fault *wrong_anchor, struct drm_buffer *answer)
{
    struct drm_span head = head_of(answer);
    struct drm_buffer out = {0}, chain = {0};
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_answer fields;
    drm_result result;

    if (DRM_FAILED(result = drm_answer_head_read(head, drm_authority_root(authority), &fields)))
        goto done;
    if (old_version)
    {
        fields.version = (struct drm_version){.major = 1, .minor = 0};
        if (old_version->has_argument)
            (void)drm_version_parse(old_version->text, &fields.version); /* checked when the plan was read */
    }
    if (!wrong_anchor)
        result = drm_authority_sign_answer(authority, &fields, &out);
    else if (DRM_SUCCEEDED(result = fault_make_foreign_signer(fields.time, DRM_ROLE_ANSWER, seed, &chain)))
        result = drm_answer_head_write(&fields, seed, drm_buffer_span(&chain), &out);
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(&out, head.data + head.size,
                                   answer->size - DRM_ANSWER_LENGTH_SIZE - head.size);
    if (DRM_SUCCEEDED(result))
    {
        drm_buffer_free(answer);
        *answer = out;
        out = (struct drm_buffer){0};
    }

done:
    drm_buffer_free(&out);
    drm_buffer_free(&chain);
    return result;
}

/* --- other bytes ------------------------------------------------------------------------------------------ */

static void spoil_signature(struct drm_buffer *answer)
{
    struct drm_span head = head_of(answer);
    struct drm_signed_object object;
    size_t i;

    if (DRM_FAILED(drm_signed_object_read(head, DRM_OBJECT_ANSWER, &object)))
        return;
    for (i = 0; i + DRM_SIGNATURE_SIZE <= head.size; ++i)
    {
        if (!memcmp(head.data + i, object.signature, DRM_SIGNATURE_SIZE))
            answer->data[DRM_ANSWER_LENGTH_SIZE + i] ^= 1;
    }
}

static void alter(const struct fault *fault, struct drm_buffer *answer)
{
    int64_t offset = fault->has_argument ? fault->number : (int64_t)(answer->size / 2);

    if (offset < 0)
        offset += (int64_t)answer->size;
    if (offset >= 0 && (uint64_t)offset < answer->size)
        answer->data[offset] ^= 1;
}

static void truncate_answer(const struct fault *fault, struct drm_buffer *answer)
{
    uint64_t missing = fault->has_argument ? (uint64_t)fault->number : answer->size / 2;

    answer->size = missing < answer->size ? answer->size - (size_t)missing : 1;
}

/* There is none before the first. */
drm_result fault_replay(struct faults *faults, enum fault_target target, bool wanted, struct drm_buffer *answer)
{
    struct drm_buffer previous = {0};
    drm_result result = faults_swap_answer(faults, target, drm_buffer_span(answer), &previous);

    if (DRM_SUCCEEDED(result) && wanted && previous.size)
    {
        struct drm_buffer current = *answer;

        *answer = previous;
        previous = current;
    }
    drm_buffer_free(&previous);
    return result;
}

void fault_spoil_bytes(const struct fault_plan *plan, struct drm_buffer *answer)
{
    const struct fault *fault;

    if ((fault = fault_plan_find(plan, FAULT_ALTER)))
        alter(fault, answer);
    if ((fault = fault_plan_find(plan, FAULT_TRUNCATE)))
        truncate_answer(fault, answer);
}

drm_result fault_answer_make(struct faults *faults, const struct fault_plan *plan, struct drm_authority *authority,
                             enum fault_target target, struct drm_span request, struct drm_buffer *out)
{
    const struct fault *old_version = fault_plan_find(plan, FAULT_OLD_VERSION);
    const struct fault *wrong_anchor = fault_plan_find(plan, FAULT_WRONG_ANCHOR);
    const enum drm_request_kind kind = (enum drm_request_kind)target;
    struct drm_buffer answer = {0};
    drm_result result;

    if (target == FAULT_LICENSE)
        return fault_license_make(faults, plan, authority, request, out);
    if (fault_plan_find(plan, FAULT_OTHER_MACHINE))
        result = answer_other_machine(authority, kind, request, &answer);
    else if (DRM_SUCCEEDED(result = fault_read_reply(authority, kind, request, &answer)))
        result = fault_replay(faults, target, fault_plan_find(plan, FAULT_REPLAY) != NULL, &answer);
    if (DRM_SUCCEEDED(result) && (old_version || wrong_anchor))
        result = replace_head(authority, old_version, wrong_anchor, &answer);
    if (DRM_FAILED(result))
    {
        drm_buffer_free(&answer);
        return result;
    }
    if (fault_plan_find(plan, FAULT_WRONG_SIGNATURE))
        spoil_signature(&answer);
    fault_spoil_bytes(plan, &answer);
    *out = answer;
    return DRM_S_OK;
}
