/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the user of a machine without a service decides himself: the embedded authority, and the clock.
 */
#include <string.h>

#include "engine/authority/authority.h"
#include "engine/base/time_text.h"
#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"
#include "engine/store/license_store.h"

drm_result drm_client_administer(struct drm_client *client, struct drm_authority **out)
{
    if (!drm_client_is_embedded(client))
        return DRM_E_STORE_NOT_ALLOWED;
    return drm_client_open_authority(client, NULL, out);
}

/* The anchor under which the time is kept: that of the authority that is there, and of the one to come where there is
 * none yet. */
static drm_result find_clock_anchor(struct drm_question *question)
{
    struct drm_authority *authority;
    drm_result result;

    if (question->has_anchor)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_client_open_authority(question->client, NULL, &authority)))
        return result;
    memcpy(question->anchor, drm_authority_root(authority), sizeof(question->anchor));
    drm_authority_close(authority);
    return DRM_S_OK;
}

drm_result drm_client_set_clock(struct drm_client *client, int64_t time)
{
    char text[DRM_TIME_ISO_SIZE];
    struct drm_question question;
    drm_result result;

    if (!drm_client_is_embedded(client))
        return DRM_E_STORE_NOT_ALLOWED;
    if (time < 0 || time > DRM_TIME_MAX)
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = drm_question_begin(&question, client)))
        return result;
    if (DRM_SUCCEEDED(result = find_clock_anchor(&question))
        && DRM_SUCCEEDED(result = drm_store_set_time(question.store, question.anchor, time)))
    {
        drm_time_iso(time, text);
        drm_log_write(&client->host->log, "clock: the user says that it is %s", text);
    }
    return drm_question_end(&question, result);
}

drm_result drm_client_get_clock(struct drm_client *client, struct drm_now *out)
{
    const struct drm_clock *clock = &client->host->clock;
    struct drm_store_now now = {.known = true, .time = clock->now(clock->context)};
    struct drm_question question;
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    if (question.has_anchor)
        result = drm_store_now(question.store, question.anchor, &now);
    if (DRM_SUCCEEDED(result))
        *out = (struct drm_now){.known = now.known, .time = now.time};
    return drm_question_end(&question, result);
}
