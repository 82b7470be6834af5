/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of the HTTP server: texts, an authority's reply, and what a failure of the authority is in HTTP.
 */
#ifndef WMDRM_SERVICE_HTTP_ANSWER_H
#define WMDRM_SERVICE_HTTP_ANSWER_H

#include <microhttpd.h>

#include "engine/authority/authority.h"

/* What was answered, for the log. */
struct http_answer
{
    unsigned int status;
    uint64_t size;
};

/* All of these give what the request's callback returns: MHD_NO closes the connection. */

enum MHD_Result http_answer_text(struct http_answer *answer, struct MHD_Connection *connection, unsigned int status,
                                 const char *text);
enum MHD_Result http_answer_wrong_method(struct http_answer *answer, struct MHD_Connection *connection,
                                         const char *allowed);
/* What a failure of the authority is: a status from 400 to 503, and words for people. */
unsigned int http_answer_meaning(drm_result result, const char **text);
/* That, as a line of text. */
enum MHD_Result http_answer_result(struct http_answer *answer, struct MHD_Connection *connection,
                                   drm_result result);
/* Streams the reply and frees it, whatever happens. */
enum MHD_Result http_answer_reply(struct http_answer *answer, struct MHD_Connection *connection,
                                  const struct drm_host *host, struct drm_authority_reply *reply);

/* 200 with these bytes, which are taken over, whatever happens. */
enum MHD_Result http_answer_bytes(struct http_answer *answer, struct MHD_Connection *connection,
                                  const char *content_type, struct drm_buffer *bytes);

/* Queues a response, adds the headers that every answer has, and lets go of it. NULL: MHD_NO. */
enum MHD_Result http_answer_queue(struct http_answer *answer, struct MHD_Connection *connection, unsigned int status,
                                  const char *content_type, uint64_t size, struct MHD_Response *response);

#endif
