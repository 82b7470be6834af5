/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answering requests: judging them, issuing certificates, choosing what the machine lacks.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"

#define MACHINE_NAME "machine"
/* Of the levels of Windows Media DRM (150, 1000, 2000, ...) the one of a player in software that was individualized. */
#define MACHINE_SECURITY_LEVEL 2000

/* One request on its way to its reply. */
struct handling
{
    struct drm_authority *authority;
    struct drm_request request;
    struct drm_request_identity identity;
    struct drm_authority_state state;
    struct drm_authority_list lists[DRM_REVOCATION_TYPES];
    struct drm_answer answer;
    struct drm_buffer chain;
    struct drm_authority_reply *reply;
};

/* --- judging ---------------------------------------------------------------------------------------------- */

static drm_result judge(struct handling *handling)
{
    struct drm_authority *authority = handling->authority;
    const struct drm_request_identity *identity = &handling->identity;
    bool known = false, revoked = false;
    drm_result result;

    if (identity->signed_by_identity)
    {
        result = drm_authority_is_revoked_locked(authority, identity->certificate.id, &revoked);
        return DRM_SUCCEEDED(result) && revoked ? DRM_E_CERTIFICATE_REVOKED : result;
    }
    /* A machine id is whoever's was first certified with it; nobody takes it over without that identity's word. */
    result = drm_authority_machine_is_known_locked(authority, handling->request.machine_id, &known);
    return DRM_SUCCEEDED(result) && known ? DRM_E_MACHINE_REFUSED : result;
}

static bool has_component(const struct handling *handling)
{
    return !handling->state.component
           || !memcmp(handling->request.component_hash, handling->state.component_hash, DRM_SHA256_SIZE);
}

static bool is_up_to_date(const struct handling *handling)
{
    const struct drm_certificate *certificate = &handling->identity.certificate;
    const struct drm_version current = handling->state.version;
    int64_t now = handling->answer.time;

    return !handling->request.forced && handling->identity.signed_by_identity && certificate->not_before <= now
           && (!certificate->not_after || now < certificate->not_after)
           && drm_version_compare(certificate->security_version, current) >= 0
           && drm_version_compare(handling->request.installed, current) >= 0 && has_component(handling);
}

static drm_result check_limit(struct handling *handling)
{
    uint32_t limit = handling->state.policy.individualizations_per_day;
    uint64_t count = 0;
    drm_result result;

    if (!limit)
        return DRM_S_OK;
    result = drm_authority_count_recent_locked(handling->authority, handling->request.machine_id,
                                               handling->answer.time, &count);
    return DRM_SUCCEEDED(result) && count >= limit ? DRM_E_INDIV_LIMIT : result;
}

/* --- the parts of an answer ------------------------------------------------------------------------------- */

static drm_result add_part(struct handling *handling, const struct drm_part *part, int64_t content)
{
    struct drm_authority_reply *reply = handling->reply;
    struct drm_content *opened = &reply->parts[reply->part_count];
    drm_result result = drm_content_open_locked(&handling->authority->contents, content, opened);

    if (DRM_FAILED(result))
        return result;
    reply->part_count++;
    if (opened->size != part->size)
        return DRM_E_STORE_CORRUPT;
    handling->answer.parts[handling->answer.part_count++] = *part;
    return DRM_S_OK;
}

static drm_result read_lists(struct handling *handling)
{
    drm_result result;

    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        struct drm_authority_list *list = &handling->lists[type - 1];

        if (DRM_FAILED(result = drm_authority_find_list_locked(handling->authority, type, list)))
            return result;
        handling->answer.list_versions[type - 1] = list->version;
    }
    return DRM_S_OK;
}

/* Those that are newer than what the machine has. */
static drm_result add_lists(struct handling *handling)
{
    drm_result result;

    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        const struct drm_authority_list *list = &handling->lists[i];
        struct drm_part part = {.kind = DRM_PART_REVOCATION_LIST, .list_type = list->type, .size = list->size};

        if (list->version <= handling->request.list_versions[i])
            continue;
        memcpy(part.hash, list->hash, sizeof(part.hash));
        if (DRM_FAILED(result = add_part(handling, &part, list->content)))
            return result;
    }
    return DRM_S_OK;
}

static drm_result add_component(struct handling *handling)
{
    const struct drm_authority_state *state = &handling->state;
    struct drm_part part = {.kind = DRM_PART_COMPONENT, .size = state->component_size};

    if (has_component(handling))
        return DRM_S_OK;
    memcpy(part.hash, state->component_hash, sizeof(part.hash));
    memcpy(part.name, state->component_name, sizeof(part.name));
    return add_part(handling, &part, state->component);
}

/* --- individualization ------------------------------------------------------------------------------------ */

static drm_result issue(struct handling *handling)
{
    const struct drm_request *request = &handling->request;
    struct drm_certificate certificate = {
        .roles = DRM_ROLE_MACHINE,
        .name = MACHINE_NAME,
        .has_encrypt_key = true,
        .security_level = MACHINE_SECURITY_LEVEL,
        .security_version = handling->state.version,
    };
    drm_result result;

    memcpy(certificate.subject, request->machine_id, sizeof(certificate.subject));
    memcpy(certificate.sign_key, request->sign_key, sizeof(certificate.sign_key));
    memcpy(certificate.encrypt_key, request->encrypt_key, sizeof(certificate.encrypt_key));
    if (DRM_FAILED(result = drm_authority_issue(handling->authority, &certificate, &handling->chain)))
        return result;
    handling->answer.machine_chain = drm_buffer_span(&handling->chain);
    return drm_authority_record_machine_locked(handling->authority, &certificate, handling->answer.time);
}

static drm_result individualize(struct handling *handling)
{
    drm_result result;

    if (DRM_FAILED(result = judge(handling)))
        return result;
    if (is_up_to_date(handling))
    {
        handling->answer.up_to_date = true;
        return DRM_S_OK;
    }
    if (DRM_FAILED(result = check_limit(handling)) || DRM_FAILED(result = issue(handling))
        || DRM_FAILED(result = add_lists(handling)) || DRM_FAILED(result = add_component(handling)))
        return result;
    return drm_database_commit(handling->authority->database);
}

/* A transaction that writes, from the beginning: of two requests for one machine id the second sees the first. */
static drm_result individualize_in_transaction(struct handling *handling)
{
    struct drm_authority *authority = handling->authority;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_begin(authority->database))
        && DRM_SUCCEEDED(result = drm_authority_read_state_locked(authority, &handling->state))
        && DRM_SUCCEEDED(result = read_lists(handling)))
        result = individualize(handling);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    /* Nobody else writes during this transaction: what it does not find is lost. */
    return result == DRM_E_NOT_FOUND ? DRM_E_STORE_CORRUPT : result;
}

/* --- revocation lists ------------------------------------------------------------------------------------- */

static drm_result find_newer_lists(struct handling *handling)
{
    struct drm_authority *authority = handling->authority;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_execute(authority->database, "BEGIN"))
        && DRM_SUCCEEDED(result = drm_authority_read_state_locked(authority, &handling->state))
        && DRM_SUCCEEDED(result = read_lists(handling)))
        result = add_lists(handling);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    handling->answer.up_to_date = !handling->answer.part_count;
    return result;
}

static void forget_parts(struct handling *handling)
{
    for (size_t i = 0; i < handling->reply->part_count; i++)
        drm_content_close(&handling->reply->parts[i]);
    handling->reply->part_count = 0;
    handling->answer.part_count = 0;
}

/* The lists are the same for everybody, so that nobody is judged, not even the revoked. */
static drm_result refresh(struct handling *handling)
{
    drm_result result = DRM_E_STORE_CORRUPT;

    for (unsigned int attempt = 0; attempt < DRM_AUTHORITY_OPEN_ATTEMPTS; attempt++)
    {
        result = find_newer_lists(handling);
        if (result != DRM_E_NOT_FOUND) /* replaced by another process while it was looked up */
            return result;
        forget_parts(handling);
    }
    return DRM_E_STORE_CORRUPT;
}

drm_result drm_authority_sign_answer(const struct drm_authority *authority, const struct drm_answer *answer,
                                     struct drm_buffer *out)
{
    const struct drm_authority_key *key = &authority->keys[DRM_KEY_ANSWER];

    return drm_answer_head_write(answer, key->seed, drm_buffer_span(&key->chain), out);
}

/* --- either ----------------------------------------------------------------------------------------------- */

static drm_result handle(struct handling *handling, enum drm_request_kind kind, struct drm_span request)
{
    const struct drm_authority *authority = handling->authority;
    struct drm_answer *answer = &handling->answer;
    drm_result result;

    if (DRM_FAILED(result = drm_request_read(request, drm_authority_root(authority), &handling->request,
                                             &handling->identity)))
        return result;
    if (handling->request.kind != kind)
        return DRM_E_BAD_REQUEST;
    answer->kind = kind;
    answer->time = drm_authority_now(authority);
    answer->issuers = drm_buffer_span(&authority->issuers);
    memcpy(answer->nonce, handling->request.nonce, sizeof(answer->nonce));
    memcpy(answer->machine_id, handling->request.machine_id, sizeof(answer->machine_id));
    if (DRM_FAILED(result = kind == DRM_REQUEST_INDIVIDUALIZE ? individualize_in_transaction(handling)
                                                              : refresh(handling)))
        return result;
    answer->version = handling->state.version;
    answer->policy = handling->state.policy;
    return drm_authority_sign_answer(authority, answer, &handling->reply->head);
}

drm_result drm_authority_handle(struct drm_authority *authority, enum drm_request_kind kind, struct drm_span request,
                                struct drm_authority_reply **out)
{
    struct handling *handling = calloc(1, sizeof(*handling));
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!handling)
        return result;
    handling->authority = authority;
    if ((handling->reply = calloc(1, sizeof(*handling->reply))))
        result = handle(handling, kind, request);
    if (DRM_SUCCEEDED(result))
    {
        *out = handling->reply;
        handling->reply = NULL;
    }
    else
        drm_log_write(&authority->host->log, "authority: a request was refused: 0x%08x", (unsigned int)result);
    drm_authority_reply_free(handling->reply);
    drm_buffer_free(&handling->chain);
    free(handling);
    return result;
}
