/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading what an acquisition asks for, and choosing its URL.
 */
#include "engine/client/acquisition.h"

#include <string.h>

#include "engine/net/url.h"
#include "engine/xml/base64.h"

#define LICENSE_PATH "v1/license" /* of the service */

static struct drm_span text_span(const char *text)
{
    return drm_span(text, text ? strlen(text) : 0);
}

static bool is_local(const char *url)
{
    return !strcmp(url, DRM_LOCAL_URL);
}

bool drm_acquisition_is_local(const struct drm_acquisition_plan *plan)
{
    return is_local(plan->url);
}

/* --- the URL ------------------------------------------------------------------------------------------------ */

static drm_result take_url(const char *url, struct drm_acquisition_plan *plan)
{
    size_t size = strlen(url) + 1;

    if (size > sizeof(plan->url))
        return DRM_E_HTTP_INVALID_URL;
    memcpy(plan->url, url, size);
    return DRM_S_OK;
}

static drm_result take_absolute(const struct drm_client *client, const char *url, struct drm_acquisition_plan *plan)
{
    /* The embedded authority of a machine is none of it while a service is configured. */
    if (is_local(url) ? !drm_client_is_embedded(client) : !drm_url_is_valid(url))
        return DRM_E_HTTP_INVALID_URL;
    return take_url(url, plan);
}

static bool has_scheme(const char *url)
{
    return url[strcspn(url, ":/?#")] == ':';
}

/* LAINFO may be relative (documented): to the service here, as its own paths are. */
static drm_result take_named_by_header(const struct drm_client *client, const char *url,
                                       struct drm_acquisition_plan *plan)
{
    char base[DRM_EXCHANGE_MAX_URL];
    drm_result result;

    if (has_scheme(url))
        return take_absolute(client, url, plan);
    if (drm_client_is_embedded(client))
        return take_url(DRM_LOCAL_URL, plan);
    if (DRM_FAILED(result = drm_url_append(client->service_url, "", base, sizeof(base))))
        return result;
    return drm_url_resolve(base, url, plan->url, sizeof(plan->url));
}

static drm_result read_url(const struct drm_client *client, const struct drm_acquisition *acquisition,
                           struct drm_acquisition_plan *plan)
{
    if (acquisition->url && acquisition->url[0])
        return take_absolute(client, acquisition->url, plan);
    if (plan->has_header && plan->header.url[0])
        return take_named_by_header(client, plan->header.url, plan);
    if (!drm_client_is_embedded(client))
        return DRM_S_OK;
    /* The embedded authority has no page that could be opened. */
    return plan->mode == DRM_ACQUIRE_SILENT ? take_url(DRM_LOCAL_URL, plan) : DRM_E_LICENSE_HEADER_MISSING_URL;
}

drm_result drm_acquisition_choose_url(const struct drm_question *question, struct drm_acquisition_plan *plan)
{
    struct drm_policy policy = {0};
    drm_result result;

    if (plan->url[0])
        return DRM_S_OK;
    if (question->has_anchor
        && DRM_FAILED(result = drm_store_get_policy(question->store, question->anchor, &policy)))
        return result;
    if (policy.license_url[0])
        return take_absolute(question->client, policy.license_url, plan);
    return drm_url_append(question->client->service_url, LICENSE_PATH, plan->url, sizeof(plan->url));
}

/* --- arguments ---------------------------------------------------------------------------------------------- */

static drm_result read_header(const struct drm_acquisition *acquisition, struct drm_acquisition_plan *plan)
{
    const char *header = acquisition->header;
    drm_result result;

    if (plan->mode == DRM_ACQUIRE_LEGACY)
    {
        result = drm_key_id_parse(header, plan->key_id);
        plan->has_key_id = DRM_SUCCEEDED(result);
        return result;
    }
    if (!header || !header[0])
        return DRM_S_OK; /* pre-delivery */
    result = drm_content_header_read(text_span(header), &plan->header);
    plan->has_header = DRM_SUCCEEDED(result);
    return result;
}

drm_result drm_acquisition_read(const struct drm_client *client, const struct drm_acquisition *acquisition,
                                struct drm_acquisition_plan *out)
{
    drm_result result;

    memset(out, 0, sizeof(*out));
    if (acquisition->mode != DRM_ACQUIRE_SILENT && acquisition->mode != DRM_ACQUIRE_NONSILENT
        && acquisition->mode != DRM_ACQUIRE_LEGACY)
        return DRM_E_INVALID_ARGUMENT;
    out->mode = acquisition->mode;
    if (DRM_FAILED(result = drm_action_list_read(text_span(acquisition->actions), &out->rights))
        || DRM_FAILED(result = read_header(acquisition, out)))
        return result;
    return read_url(client, acquisition, out);
}

drm_result drm_client_check_acquisition(struct drm_client *client, const struct drm_acquisition *acquisition)
{
    struct drm_acquisition_plan plan;

    return drm_acquisition_read(client, acquisition, &plan);
}
