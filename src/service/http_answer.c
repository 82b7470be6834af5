/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of the HTTP server.
 */
#include "service/http_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/net/exchange.h"

#define STREAM_BLOCK_SIZE 65536
/* The limit counts the last 24 hours, so that the moment depends on the machine: it may ask again now and then. */
#define LIMIT_RETRY "3600"
#define BUSY_RETRY "10"

enum MHD_Result http_answer_queue(struct http_answer *answer, struct MHD_Connection *connection, unsigned int status,
                                  const char *content_type, uint64_t size, struct MHD_Response *response)
{
    enum MHD_Result queued;

    if (!response)
        return MHD_NO;
    /* A header that cannot be added, for want of memory, is no reason to withhold the answer. */
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    answer->status = status;
    answer->size = size;
    return queued;
}

static struct MHD_Response *make_text(const char *text)
{
    return MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result queue_text(struct http_answer *answer, struct MHD_Connection *connection, unsigned int status,
                                  const char *text, const char *header, const char *value)
{
    struct MHD_Response *response = make_text(text);

    if (response && header)
        (void)MHD_add_response_header(response, header, value);
    return http_answer_queue(answer, connection, status, "text/plain; charset=utf-8", strlen(text), response);
}

enum MHD_Result http_answer_text(struct http_answer *answer, struct MHD_Connection *connection, unsigned int status,
                                 const char *text)
{
    return queue_text(answer, connection, status, text, NULL, NULL);
}

enum MHD_Result http_answer_wrong_method(struct http_answer *answer, struct MHD_Connection *connection,
                                         const char *allowed)
{
    char text[64];

    snprintf(text, sizeof(text), "this path takes %s\n", allowed);
    return queue_text(answer, connection, 405, text, MHD_HTTP_HEADER_ALLOW, allowed);
}

/* What a failure is to the client. */
static const struct meaning
{
    drm_result result;
    unsigned int status;
    const char *text;
} meanings[] = {
    {DRM_E_BAD_REQUEST, 400, "the request cannot be read"},
    {DRM_E_INVALID_ARGUMENT, 400, "the request cannot be read"},
    {DRM_E_MALFORMED_CONTENT_HEADER, 400, "the request's content header cannot be read"},
    {DRM_E_INVALID_KID, 400, "the request's key id is none"},
    {DRM_E_SIGNATURE_FAILURE, 400, "a signature of the request is wrong"},
    {DRM_E_INVALID_CERTIFICATE, 400, "the request's identity is not one of this authority's"},
    {DRM_E_CERTIFICATE_REVOKED, 410, "the identity of this machine, or of its backup, is revoked"},
    {DRM_E_MACHINE_REFUSED, 403, "this machine is known: its request has to be signed by its identity"},
    {DRM_E_BACKUP_CORRUPT, 400, "the backup is damaged, or none of this authority's"},
    {DRM_E_RESTORE_FRAUD, 409, "these licences live on as many machines as they may"},
    {DRM_E_NO_RIGHTS, 403, "these rights are not offered, or this machine has as many licences as it may have"},
    {DRM_E_UNABLE_TO_ACQUIRE, 404, "there is nothing for this machine here"},
    {DRM_E_LICENSE_NOTACQUIRED, 409, "somebody has to agree: ask with nonsilent=1, in a browser"},
    {DRM_E_EXPIRED_LICENSEBLOB, 409, "this came before"},
    {DRM_E_NEEDS_INDIVIDUALIZATION, 426, "this machine has to individualize first"},
    {DRM_E_INDIV_LIMIT, 429, "this machine has individualized too often within a day"},
    {DRM_E_BUSY, 503, "the service is busy"},
    {DRM_E_DISK_FULL, 503, "the service's disk is full"},
};

unsigned int http_answer_meaning(drm_result result, const char **text)
{
    size_t i;

    for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); ++i)
    {
        if (meanings[i].result == result)
        {
            *text = meanings[i].text;
            return meanings[i].status;
        }
    }
    *text = "the service cannot answer now; its log says why";
    return 503;
}

enum MHD_Result http_answer_result(struct http_answer *answer, struct MHD_Connection *connection,
                                   drm_result result)
{
    const char *words;
    unsigned int status = http_answer_meaning(result, &words);
    char text[160];

    snprintf(text, sizeof(text), "%s (0x%08x)\n", words, (unsigned int)result);
    if (status < 429)
        return queue_text(answer, connection, status, text, NULL, NULL);
    return queue_text(answer, connection, status, text, MHD_HTTP_HEADER_RETRY_AFTER,
                      status == 429 ? LIMIT_RETRY : BUSY_RETRY);
}

enum MHD_Result http_answer_bytes(struct http_answer *answer, struct MHD_Connection *connection,
                                  const char *content_type, struct drm_buffer *bytes)
{
    size_t size = bytes->size;
    struct MHD_Response *response = MHD_create_response_from_buffer(size, bytes->data, MHD_RESPMEM_MUST_FREE);

    if (response)
        *bytes = (struct drm_buffer){0}; /* the response frees them */
    else
        drm_buffer_free(bytes);
    return http_answer_queue(answer, connection, 200, content_type, size, response);
}

/* --- streaming -------------------------------------------------------------------------------------------- */

struct stream
{
    struct drm_authority_reply *reply;
    const struct drm_host *host;
};

static ssize_t stream_read(void *context, uint64_t offset, char *out, size_t size)
{
    struct stream *stream = context;
    size_t read;
    drm_result result = drm_authority_reply_read(stream->reply, offset, (uint8_t *)out, size, &read);

    if (DRM_SUCCEEDED(result) && read)
        return (ssize_t)read;
    drm_log_write(&stream->host->log, "a reply ends at byte %llu: 0x%08x", (unsigned long long)offset,
                  (unsigned int)result);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_free(void *context)
{
    struct stream *stream = context;

    drm_authority_reply_free(stream->reply);
    free(stream);
}

enum MHD_Result http_answer_reply(struct http_answer *answer, struct MHD_Connection *connection,
                                  const struct drm_host *host, struct drm_authority_reply *reply)
{
    uint64_t size = drm_authority_reply_size(reply);
    struct stream *stream = malloc(sizeof(*stream));
    struct MHD_Response *response = NULL;

    if (stream)
    {
        *stream = (struct stream){.reply = reply, .host = host};
        response = MHD_create_response_from_callback(size, STREAM_BLOCK_SIZE, stream_read, stream, stream_free);
    }
    if (!response)
    {
        free(stream);
        drm_authority_reply_free(reply);
        return http_answer_result(answer, connection, DRM_E_OUT_OF_MEMORY);
    }
    return http_answer_queue(answer, connection, 200, DRM_EXCHANGE_CONTENT_TYPE, size, response);
}
