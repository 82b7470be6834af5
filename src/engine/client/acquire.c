/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Acquiring silently: the request goes to the issuer, and all of its answer into the store, or nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/client/acquisition.h"
#include "engine/client/received_response.h"
#include "engine/xml/license_request.h"
#include "engine/xml/license_response_xml.h"

#define FORM_CONTENT_TYPE "application/x-www-form-urlencoded"
#define PAGE_BEGINNING 64 /* bytes of an answer that tell whether it is a web page */

struct acquiring
{
    struct drm_client *client;
    const struct drm_task *task;
    struct drm_store *store;
    struct drm_question question;
    struct drm_acquisition_plan plan;
    uint8_t nonce[DRM_NONCE_SIZE];
    struct drm_buffer request;  /* LICENSEREQUEST */
    struct drm_buffer answer;
};

/* --- over the network --------------------------------------------------------------------------------------- */

/* What a status means of a licence; the others are what they are. */
static drm_result result_of_status(unsigned int status)
{
    switch (status)
    {
        case 403: return DRM_E_NO_RIGHTS;
        case 404: return DRM_E_UNABLE_TO_ACQUIRE;
        case 409: return DRM_E_LICENSE_NOTACQUIRED;
        case 426: return DRM_E_NEEDS_INDIVIDUALIZATION;
        case 429:
        case 503: return DRM_RESULT_FROM_HTTP(status); /* their usual meanings are an individualization's */
        default: return DRM_S_OK;
    }
}

static bool begins_with(const uint8_t *data, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (size < length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (tolower(data[i]) != (unsigned char)text[i])
            return false;
    return true;
}

/* An issuer that offers only the way with a web page answers with that page. */
static bool is_web_page(const struct drm_buffer *answer)
{
    const uint8_t *data = answer->data;
    size_t size = answer->size;

    if (begins_with(data, size, "\xef\xbb\xbf"))
        data += 3, size -= 3;
    while (size && (*data == ' ' || *data == '\t' || *data == '\r' || *data == '\n'))
        data++, size--;
    return begins_with(data, size, "<!doctype html") || begins_with(data, size, "<html");
}

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
    struct acquiring *acquiring = context;
    bool judged = acquiring->answer.size >= PAGE_BEGINNING;
    drm_result result = drm_buffer_append(&acquiring->answer, data, size);

    if (DRM_FAILED(result))
        return result;
    /* As soon as that is certain: nobody needs the rest of a page. */
    return !judged && acquiring->answer.size >= PAGE_BEGINNING && is_web_page(&acquiring->answer)
               ? DRM_E_LICENSE_NOTACQUIRED
               : DRM_S_OK;
}

static drm_result post(struct acquiring *acquiring)
{
    const struct drm_exchange_sink sink = {
        .context = acquiring, .phase = on_phase, .begin = on_begin, .data = on_data};
    struct drm_exchange exchange = {
        .url = acquiring->plan.url,
        .content_type = FORM_CONTENT_TYPE,
        .max_answer = DRM_LICENSE_RESPONSE_MAX_SIZE,
        .result_of_status = result_of_status,
        .timeout_ms = acquiring->client->timeout_ms,
    };
    struct drm_buffer form = {0};
    uint32_t round_trips = 0;
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_license_form_write(drm_buffer_span(&acquiring->request), false, &form)))
    {
        exchange.body = form.data;
        exchange.body_size = form.size;
        result = drm_exchange(acquiring->client->host, acquiring->task, &exchange, &sink, &round_trips);
    }
    drm_buffer_free(&form);
    if (DRM_FAILED(result))
        return result;
    return is_web_page(&acquiring->answer) ? DRM_E_LICENSE_NOTACQUIRED : DRM_S_OK;
}

/* --- on this machine ---------------------------------------------------------------------------------------- */

static drm_result ask_embedded(struct acquiring *acquiring)
{
    struct drm_authority *authority;
    drm_result result;

    if (DRM_FAILED(result = drm_client_open_authority(acquiring->client, acquiring->task, &authority)))
        return result;
    /* Another authority has taken the place of the one that certified this machine. */
    if (memcmp(drm_authority_root(authority), acquiring->question.anchor, DRM_SIGN_PUBLIC_SIZE))
        result = DRM_E_NEEDS_INDIVIDUALIZATION;
    else
        result = drm_authority_issue_licenses(authority, drm_buffer_span(&acquiring->request), true, NULL,
                                              &acquiring->answer);
    drm_authority_close(authority);
    return result;
}

/* --- either ------------------------------------------------------------------------------------------------- */

static drm_result run(struct acquiring *acquiring, const struct drm_acquisition *acquisition)
{
    struct drm_store_options options = drm_client_store_options(acquiring->client);
    const struct drm_task *task = acquiring->task;
    drm_result result;

    if (acquisition->mode != DRM_ACQUIRE_SILENT)
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = drm_acquisition_read(acquiring->client, acquisition, &acquiring->plan)))
        return result;
    if (task->cancelled(task->context))
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(result = drm_store_open(&options, task, &acquiring->store))
        || DRM_FAILED(result = drm_question_begin_own(&acquiring->question, acquiring->client, acquiring->store))
        || DRM_FAILED(result = drm_acquisition_choose_url(&acquiring->question, &acquiring->plan))
        || DRM_FAILED(result = drm_acquisition_make_request(&acquiring->question, &acquiring->plan, acquiring->nonce,
                                                            &acquiring->request)))
        return result;
    result = drm_acquisition_is_local(&acquiring->plan) ? ask_embedded(acquiring) : post(acquiring);
    if (DRM_FAILED(result))
        return result;
    if (task->cancelled(task->context))
        return DRM_E_OPERATION_CANCELED;
    return drm_question_store_response(&acquiring->question, drm_buffer_span(&acquiring->answer), acquiring->nonce);
}

drm_result drm_client_acquire(struct drm_client *client, const struct drm_acquisition *acquisition,
                              const struct drm_task *task)
{
    struct acquiring *acquiring = calloc(1, sizeof(*acquiring));
    drm_result result;

    if (!acquiring)
        return DRM_E_OUT_OF_MEMORY;
    acquiring->client = client;
    acquiring->task = task;
    result = run(acquiring, acquisition);
    drm_log_write(&client->host->log, "licences: acquisition: 0x%08x", (unsigned int)result);
    drm_buffer_free(&acquiring->request);
    drm_buffer_free(&acquiring->answer);
    drm_store_close(acquiring->store);
    free(acquiring);
    return DRM_FAILED(result) ? result : DRM_S_LICENSE_ACQUIRED;
}
