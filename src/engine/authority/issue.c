/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answering LICENSEREQUESTs (contents.h): who asks and for what, then a licence of each content that is offered to it.
 * The database is looked at first, and written to last: no lock is held while licences are written and signed.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/offers.h"
#include "engine/format/license_challenge.h"
#include "engine/xml/content_header.h"
#include "engine/xml/license_request.h"

/* One request on its way to its response. */
struct asked
{
    struct drm_authority *authority;
    struct drm_license_challenge challenge;
    struct drm_certificate machine;
    bool has_key_id; /* else everything */
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct drm_offers offers;
};

/* --- reading ---------------------------------------------------------------------------------------------- */

/* What the machine signed is what stands around it. */
static drm_result check_hash(const struct drm_license_request *request, const struct drm_license_challenge *challenge)
{
    uint8_t hash[DRM_SHA256_SIZE] = {0};

    if (request->has_header)
        drm_sha256(request->header.data, request->header.size, hash);
    else if (request->has_key_id)
        drm_sha256(request->key_id, sizeof(request->key_id), hash);
    return memcmp(hash, challenge->header_hash, sizeof(hash)) || request->rights != challenge->rights
               ? DRM_E_BAD_REQUEST
               : DRM_S_OK;
}

static drm_result read_content(struct asked *asked, const struct drm_license_request *request)
{
    struct drm_content_header header;
    drm_result result;

    asked->has_key_id = request->has_header || request->has_key_id;
    memcpy(asked->key_id, request->key_id, sizeof(asked->key_id));
    if (!request->has_header)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_content_header_read(drm_buffer_span(&request->header), &header)))
        return result;
    memcpy(asked->key_id, header.key_id, sizeof(asked->key_id));
    return drm_version_compare(asked->machine.security_version, header.min_security) < 0
               ? DRM_E_NEEDS_INDIVIDUALIZATION
               : DRM_S_OK;
}

static bool has_expired(const struct asked *asked)
{
    int64_t now = drm_authority_now(asked->authority);

    return now < asked->machine.not_before || (asked->machine.not_after && now >= asked->machine.not_after);
}

static drm_result read_request(struct asked *asked, struct drm_span text)
{
    struct drm_license_request request = {0};
    drm_result result;

    /* An identity that has expired is told so: the way out is another one. */
    if (DRM_SUCCEEDED(result = drm_license_request_read(text, &request))
        && DRM_SUCCEEDED(result = drm_license_challenge_read(
                             drm_buffer_span(&request.challenge), drm_buffer_span(&request.chain),
                             drm_authority_root(asked->authority), 0, &asked->challenge, &asked->machine))
        && DRM_SUCCEEDED(result = check_hash(&request, &asked->challenge)))
        result = has_expired(asked) ? DRM_E_NEEDS_INDIVIDUALIZATION : read_content(asked, &request);
    drm_license_request_free(&request);
    return result;
}

/* --- looking up ------------------------------------------------------------------------------------------- */

static drm_result find_offers_locked(struct asked *asked)
{
    bool revoked = false;
    drm_result result = drm_authority_is_revoked_locked(asked->authority, asked->machine.id, &revoked);

    if (DRM_FAILED(result))
        return result;
    if (revoked)
        return DRM_E_CERTIFICATE_REVOKED;
    return asked->has_key_id ? drm_offers_find_locked(asked->authority, &asked->offers, asked->key_id)
                             : drm_offers_find_all_locked(asked->authority, &asked->offers);
}

static drm_result find_offers(struct asked *asked)
{
    struct drm_authority *authority = asked->authority;
    drm_result result = DRM_E_STORE_CORRUPT;

    for (unsigned int attempt = 0; attempt < DRM_AUTHORITY_OPEN_ATTEMPTS; attempt++)
    {
        drm_authority_lock(authority);
        if (DRM_SUCCEEDED(result = drm_database_execute(authority->database, "BEGIN")))
            result = find_offers_locked(asked);
        drm_database_rollback(authority->database);
        drm_authority_unlock(authority);
        if (result != DRM_E_NOT_FOUND) /* the list GRL was replaced by another process while it was looked up */
            return result;
    }
    return DRM_E_STORE_CORRUPT;
}

static drm_result look_up(struct asked *asked, struct drm_span request, bool silent)
{
    drm_result result = read_request(asked, request);

    if (DRM_FAILED(result))
        return result;
    asked->offers.asking = (struct drm_asking){
        .machine = &asked->machine, .rights = asked->challenge.rights, .silent = silent};
    return find_offers(asked);
}

/* --- issuing ---------------------------------------------------------------------------------------------- */

static drm_result add_licenses(const struct asked *asked, struct drm_issuing *issuing)
{
    struct drm_license *license = calloc(1, sizeof(*license));
    drm_result result = license ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    for (size_t i = 0; i < asked->offers.count && DRM_SUCCEEDED(result); i++)
    {
        const struct drm_offer *offer = &asked->offers.offers[i];

        if (DRM_SUCCEEDED(result = drm_offers_read(&asked->offers, i, license)))
            result = drm_issuing_add(issuing, license, offer->has_uplink ? offer->uplink_key : NULL,
                                     offer->content_key, NULL);
    }
    free(license);
    return result;
}

static drm_result record(const struct asked *asked, const struct drm_issuing *issuing)
{
    struct drm_authority *authority = asked->authority;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_begin(authority->database))
        && DRM_SUCCEEDED(result = drm_offers_recount_locked(authority, &asked->offers))
        && DRM_SUCCEEDED(result = drm_issuing_record_locked(issuing)))
        result = drm_database_commit(authority->database);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    return result;
}

static drm_result issue(const struct asked *asked, const char *user_id, struct drm_buffer *out)
{
    struct drm_issuing *issuing = NULL;
    size_t start = out->size;
    drm_result result;

    if (DRM_FAILED(result = drm_issuing_begin(asked->authority, &asked->machine, asked->challenge.nonce, &issuing)))
        return result;
    drm_issuing_set_user(issuing, user_id);
    if (DRM_SUCCEEDED(result = add_licenses(asked, issuing))
        && DRM_SUCCEEDED(result = drm_issuing_finish(issuing, out))
        && DRM_FAILED(result = record(asked, issuing)))
        drm_buffer_truncate(out, start);
    drm_issuing_free(issuing);
    return result;
}

static void finish(struct asked *asked, drm_result result)
{
    if (DRM_FAILED(result))
        drm_log_write(&asked->authority->host->log, "authority: a license request was refused: 0x%08x",
                      (unsigned int)result);
    drm_offers_free(&asked->offers);
    free(asked);
}

drm_result drm_authority_issue_licenses(struct drm_authority *authority, struct drm_span request, bool silent,
                                        const char *user_id, struct drm_buffer *out)
{
    struct asked *asked = calloc(1, sizeof(*asked));
    drm_result result;

    if (!asked)
        return DRM_E_OUT_OF_MEMORY;
    asked->authority = authority;
    if (user_id && (strlen(user_id) >= DRM_LICENSE_TEXT_SIZE
                    || !drm_text_is_valid(drm_span(user_id, strlen(user_id)))))
        result = DRM_E_INVALID_ARGUMENT;
    else if (DRM_SUCCEEDED(result = look_up(asked, request, silent)))
        result = issue(asked, user_id, out);
    finish(asked, result);
    return result;
}

drm_result drm_authority_preview_licenses(struct drm_authority *authority, struct drm_span request,
                                          drm_result (*each)(void *context, const char *name,
                                                             const struct drm_license *license),
                                          void *context)
{
    struct asked *asked = calloc(1, sizeof(*asked));
    struct drm_license *license = calloc(1, sizeof(*license));
    drm_result result;

    if (!asked || !license)
    {
        free(license);
        free(asked);
        return DRM_E_OUT_OF_MEMORY;
    }
    asked->authority = authority;
    result = look_up(asked, request, false);
    for (size_t i = 0; DRM_SUCCEEDED(result) && i < asked->offers.count; i++)
        if (DRM_SUCCEEDED(result = drm_offers_read(&asked->offers, i, license)))
            result = each(context, drm_offers_name(&asked->offers, i), license);
    free(license);
    finish(asked, result);
    return result;
}
