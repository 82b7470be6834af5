/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sending answers wrongly, or none.
 */
#include "service/fault_delivery.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/fault_answer.h"

#define STREAM_BLOCK_SIZE 65536
#define DRIP_MILLISECONDS 1000
#define WRONG_LENGTH_EXTRA 1000
#define LOOK_MILLISECONDS 100 /* how often a wait looks whether the server stops */

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}

/* Waits; false where the client has gone or the server stops. A negative time never ends by itself. */
static bool wait_with_client(int socket, const atomic_bool *stopping, int64_t milliseconds)
{
    struct pollfd client = {.fd = socket, .events = POLLRDHUP};

    while (milliseconds)
    {
        int piece = milliseconds < 0 || milliseconds > LOOK_MILLISECONDS ? LOOK_MILLISECONDS : (int)milliseconds;
        int ready = poll(&client, 1, piece);

        if (atomic_load(stopping) || ready > 0 || (ready < 0 && errno != EINTR))
            return false;
        if (milliseconds > 0)
            milliseconds -= piece;
    }
    return true;
}

/* --- instead of an answer --------------------------------------------------------------------------------- */

static enum MHD_Result redirect(struct http_answer *answer, struct MHD_Connection *connection, const char *location)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

    if (response)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, location);
    return http_answer_queue(answer, connection, 307, "text/plain", 0, response);
}

/* Each hop is a URL of its own, so that only counting ends it. *done: the hops are over, and the answer may come. */
static enum MHD_Result redirect_many(const struct fault_request *request, const struct fault *fault,
                                     struct MHD_Connection *connection, struct http_answer *answer, bool *done)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "hop");
    unsigned long long hop = text ? strtoull(text, NULL, 10) : 0; /* whatever a client says; it may wrap around */
    char location[128];

    *done = fault->has_argument && hop >= (uint64_t)fault->number;
    if (*done)
        return MHD_YES;
    snprintf(location, sizeof(location), "%s?hop=%llu", request->path, hop + 1);
    return redirect(answer, connection, location);
}

static enum MHD_Result answer_html(struct http_answer *answer, struct MHD_Connection *connection)
{
    static const char page[] = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\n"
                               "<body><form>Please sign in to use this network.</form></body></html>\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(page), (void *)(uintptr_t)page, MHD_RESPMEM_MUST_COPY);

    return http_answer_queue(answer, connection, 200, "text/html", strlen(page), response);
}

/* What is answered without asking the authority. *done: nothing of this kind is planned. */
static enum MHD_Result deliver_instead(const struct fault_request *request, const struct fault_plan *plan,
                                       struct MHD_Connection *connection, struct http_answer *answer, bool *done)
{
    const struct fault *fault;

    *done = false;
    if (fault_plan_find(plan, FAULT_SILENCE))
    {
        wait_with_client(socket_of(connection), request->stopping, -1);
        return MHD_NO;
    }
    if ((fault = fault_plan_find(plan, FAULT_STATUS)))
        return http_answer_text(answer, connection, (unsigned int)fault->number, "this status is a test's fault\n");
    if (fault_plan_find(plan, FAULT_REDIRECT_LOOP))
        return redirect(answer, connection, request->path);
    if ((fault = fault_plan_find(plan, FAULT_REDIRECT_TO)))
        return redirect(answer, connection, fault->text);
    if (fault_plan_find(plan, FAULT_EMPTY))
        return http_answer_text(answer, connection, 200, "");
    if (fault_plan_find(plan, FAULT_HTML))
        return answer_html(answer, connection);
    if ((fault = fault_plan_find(plan, FAULT_REDIRECT_MANY)))
        return redirect_many(request, fault, connection, answer, done);
    *done = true;
    return MHD_YES;
}

/* --- the answer, badly sent ------------------------------------------------------------------------------- */

struct bad_stream
{
    struct drm_buffer answer;
    uint64_t end;             /* what comes after that many bytes: an end with an error */
    int64_t drip;             /* milliseconds before each byte but the first; 0: as fast as it goes */
    int socket;
    const atomic_bool *stopping;
};

static ssize_t bad_stream_read(void *context, uint64_t offset, char *out, size_t size)
{
    struct bad_stream *stream = context;
    uint64_t left = stream->end > offset ? stream->end - offset : 0;
    size_t real;

    if (!left || atomic_load(stream->stopping))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->drip)
    {
        if (offset && !wait_with_client(stream->socket, stream->stopping, stream->drip))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        size = 1;
    }
    if (size > left)
        size = (size_t)left;
    /* Behind the answer, where there is to be more, zeros. */
    memset(out, 0, size);
    if (offset < stream->answer.size)
    {
        real = stream->answer.size - (size_t)offset;
        memcpy(out, stream->answer.data + offset, real < size ? real : size);
    }
    return (ssize_t)size;
}

static void bad_stream_free(void *context)
{
    struct bad_stream *stream = context;

    drm_buffer_free(&stream->answer);
    free(stream);
}

/* Takes over made. */
static enum MHD_Result deliver_answer(const struct fault_request *request, const struct fault_plan *plan,
                                      struct drm_buffer *made, struct MHD_Connection *connection,
                                      struct http_answer *answer)
{
    const struct fault *drip = fault_plan_find(plan, FAULT_DRIP), *cut = fault_plan_find(plan, FAULT_CUT);
    const struct fault *longer = fault_plan_find(plan, FAULT_WRONG_LENGTH);
    const struct fault *endless = fault_plan_find(plan, FAULT_ENDLESS);
    struct bad_stream *stream = calloc(1, sizeof(*stream));
    struct MHD_Response *response;
    uint64_t size = made->size;

    if (!stream)
    {
        drm_buffer_free(made);
        return MHD_NO;
    }
    stream->answer = *made;
    stream->end = made->size;
    *made = (struct drm_buffer){0};
    if (cut)
        stream->end = cut->has_argument ? (uint64_t)cut->number : size / 2;
    if (longer)
        size += longer->has_argument ? (uint64_t)longer->number : WRONG_LENGTH_EXTRA;
    if (endless)
    {
        stream->end = UINT64_MAX;
        size = endless->has_argument ? (uint64_t)endless->number : MHD_SIZE_UNKNOWN;
    }
    if (drip)
        stream->drip = drip->has_argument ? drip->number : DRIP_MILLISECONDS;
    stream->socket = socket_of(connection);
    stream->stopping = request->stopping;
    if (request->connection)
        connection_begin_answer(request->connection, drip || endless ? CONNECTION_NO_LIMIT : size);
    response = MHD_create_response_from_callback(size, STREAM_BLOCK_SIZE, bad_stream_read, stream, bad_stream_free);
    if (!response)
        bad_stream_free(stream);
    return http_answer_queue(answer, connection, 200, request->content_type, size, response);
}

enum MHD_Result fault_deliver(const struct fault_request *request, struct MHD_Connection *connection,
                              struct http_answer *answer)
{
    struct fault_plan *plan = malloc(sizeof(*plan));
    struct drm_buffer made = {0};
    enum MHD_Result delivered;
    char why[256];
    drm_result result;
    bool done;

    if (!plan)
        return MHD_NO;
    if (!faults_plan(request->faults, request->target, plan, why, sizeof(why)))
    {
        drm_log_write(&request->host->log, "faults: %s", why);
        free(plan);
        return http_answer_text(answer, connection, 500, "the list of faults cannot be read; the log says why\n");
    }
    if (request->connection && fault_plan_find(plan, FAULT_SILENCE))
        connection_begin_answer(request->connection, CONNECTION_NO_LIMIT);
    delivered = deliver_instead(request, plan, connection, answer, &done);
    if (done)
    {
        result = fault_answer_make(request->faults, plan, request->authority, request->target, request->body, &made);
        if (DRM_FAILED(result))
            delivered = http_answer_result(answer, connection, result);
        else
            delivered = deliver_answer(request, plan, &made, connection, answer);
    }
    free(plan);
    return delivered;
}
