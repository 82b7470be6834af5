/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an operator sees and sets, and certificates for others than machines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"
#include "engine/net/url.h"

static bool copy_text(char *out, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

/* False for a row that the authority did not write. */
static bool read_row(struct drm_statement *statement, struct drm_authority_state *out)
{
    int64_t limit = drm_statement_int(statement, 1), size = drm_statement_int(statement, 5);

    out->version = drm_version_unpack((uint64_t)drm_statement_int(statement, 0));
    out->component = drm_statement_int(statement, 4);
    if (!drm_version_is_valid(out->version) || limit < 0 || limit > UINT32_MAX
        || !copy_text(out->policy.renewal_url, sizeof(out->policy.renewal_url), drm_statement_text(statement, 2))
        || !copy_text(out->policy.license_url, sizeof(out->policy.license_url), drm_statement_text(statement, 3)))
        return false;
    out->policy.individualizations_per_day = (uint32_t)limit;
    if (!out->component)
        return true;
    out->component_size = (uint64_t)size;
    return size > 0 && out->component_size <= DRM_COMPONENT_MAX_SIZE
           && copy_text(out->component_name, sizeof(out->component_name), drm_statement_text(statement, 6))
           && drm_statement_fixed(statement, 7, out->component_hash, sizeof(out->component_hash));
}

drm_result drm_authority_read_state_locked(struct drm_authority *authority, struct drm_authority_state *out)
{
    struct drm_statement statement;
    bool sound = false;
    drm_result result;

    memset(out, 0, sizeof(*out));
    drm_statement_prepare(&statement, authority->database,
                          "SELECT version, daily_limit, renewal_url, license_url, ifnull(component, 0),"
                          " component_size, component_name, component_hash FROM state");
    if (drm_statement_step(&statement))
        sound = read_row(&statement, out);
    result = drm_statement_finish(&statement);
    return DRM_SUCCEEDED(result) && !sound ? DRM_E_STORE_CORRUPT : result;
}

static drm_result fill_status(struct drm_authority *authority, struct drm_authority_status *out)
{
    struct drm_authority_state *state = calloc(1, sizeof(*state));
    struct drm_authority_list list;
    drm_result result;

    if (!state)
        return DRM_E_OUT_OF_MEMORY;
    result = drm_authority_read_state_locked(authority, state);
    out->version = state->version;
    out->policy = state->policy;
    out->component_size = state->component_size;
    memcpy(out->component_name, state->component_name, sizeof(out->component_name));
    free(state);
    for (int type = DRM_REVOCATION_FIRST; DRM_SUCCEEDED(result) && type <= DRM_REVOCATION_LAST; type++)
    {
        if (DRM_FAILED(result = drm_authority_find_list_locked(authority, type, &list)))
            break;
        out->list_versions[type - 1] = list.version;
        out->list_entries[type - 1] = list.entry_count;
    }
    if (DRM_SUCCEEDED(result))
        result = drm_authority_count_machines_locked(authority, &out->machines, &out->certificates);
    if (DRM_SUCCEEDED(result))
        result = drm_authority_count_licenses_locked(authority, &out->contents, &out->licenses);
    return result;
}

drm_result drm_authority_get_status(struct drm_authority *authority, struct drm_authority_status *out)
{
    struct drm_authority_status *status = calloc(1, sizeof(*status));
    drm_result result;

    if (!status)
        return DRM_E_OUT_OF_MEMORY;
    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_execute(authority->database, "BEGIN")))
        result = fill_status(authority, status);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    if (DRM_SUCCEEDED(result))
        *out = *status;
    free(status);
    return result;
}

/* --- policy ----------------------------------------------------------------------------------------------- */

static bool url_is_fine(const char *url)
{
    return !url || !*url || (strlen(url) < DRM_ANSWER_URL_SIZE && drm_url_is_valid(url));
}

/* One statement, so that two who change different parts at once do not undo each other. */
drm_result drm_authority_change_policy(struct drm_authority *authority, const struct drm_policy_change *change)
{
    struct drm_statement statement;
    drm_result result;

    if (!url_is_fine(change->renewal_url) || !url_is_fine(change->license_url))
        return DRM_E_INVALID_ARGUMENT;
    drm_authority_lock(authority);
    drm_statement_prepare(&statement, authority->database,
                          "UPDATE state SET daily_limit = ifnull(?1, daily_limit),"
                          " renewal_url = ifnull(?2, renewal_url), license_url = ifnull(?3, license_url)");
    if (change->individualizations_per_day)
        drm_statement_bind_int(&statement, 1, *change->individualizations_per_day);
    if (change->renewal_url)
        drm_statement_bind_text(&statement, 2, change->renewal_url);
    if (change->license_url)
        drm_statement_bind_text(&statement, 3, change->license_url);
    result = drm_statement_run(&statement);
    drm_authority_unlock(authority);
    return result;
}

drm_result drm_authority_set_policy(struct drm_authority *authority, const struct drm_policy *policy)
{
    const struct drm_policy_change change = {
        .individualizations_per_day = &policy->individualizations_per_day,
        .renewal_url = policy->renewal_url,
        .license_url = policy->license_url,
    };

    if (!memchr(policy->renewal_url, 0, sizeof(policy->renewal_url))
        || !memchr(policy->license_url, 0, sizeof(policy->license_url)))
        return DRM_E_INVALID_ARGUMENT;
    return drm_authority_change_policy(authority, &change);
}

/* --- certificates for others than machines ---------------------------------------------------------------- */

drm_result drm_authority_certify(struct drm_authority *authority, const struct drm_certificate *subject,
                                 struct drm_buffer *chain)
{
    static const uint8_t no_key[DRM_SIGN_PUBLIC_SIZE];
    struct drm_certificate certificate = *subject, own;
    drm_result result;

    switch (certificate.roles)
    {
    case DRM_ROLE_APPLICATION:
    case DRM_ROLE_DEVICE:
    case DRM_ROLE_NETWORK_DEVICE:
        return drm_authority_issue(authority, &certificate, chain);
    case DRM_ROLE_ISSUER:
        result = drm_certificate_read(drm_buffer_span(&authority->keys[DRM_KEY_ISSUE_LICENSES].certificate), &own);
        if (DRM_FAILED(result))
            return result;
        /* Nobody else's licences may look like this authority's. A key of zeros signs nothing. */
        if (!strcmp(certificate.name, own.name) || !memcmp(certificate.sign_key, no_key, sizeof(no_key)))
            return DRM_E_INVALID_ARGUMENT;
        return drm_authority_issue(authority, &certificate, chain);
    default:
        return DRM_E_INVALID_ARGUMENT;
    }
}
