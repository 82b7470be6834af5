/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences over HTTP: requests for them, and what is to go.
 */
#include <string.h>
#include <strings.h>

#include "engine/authority/contents.h"
#include "engine/net/exchange.h"
#include "engine/xml/license_request.h"
#include "service/fault_delivery.h"
#include "service/http_page.h"
#include "service/http_request.h"

/* --- who asks --------------------------------------------------------------------------------------------- */

struct user_search
{
    const char *header;
    const char *value; /* the last */
    size_t count;
};

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct user_search *search = context;

    (void)kind;
    if (!strcasecmp(name, search->header))
    {
        search->value = value;
        ++search->count;
    }
    return MHD_YES;
}

/* A header that stands twice came from the client too: which of them is the proxy's word, nobody knows. */
drm_result http_request_user(const struct http_routes *context, struct MHD_Connection *connection, const char **out)
{
    struct user_search search = {.header = context->user_header};
    size_t length;

    *out = NULL;
    if (!context->user_header)
        return DRM_S_OK;
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, see_header, &search);
    length = search.value ? strlen(search.value) : 0;
    if (search.count > 1 || length >= DRM_LICENSE_TEXT_SIZE || !drm_text_is_valid(drm_span(search.value, length)))
        return DRM_E_BAD_REQUEST;
    *out = search.value;
    return DRM_S_OK;
}

/* These bytes, or why there are none. Takes them over. */
static enum MHD_Result answer_bytes(struct MHD_Connection *connection, struct http_request *request,
                                    drm_result result, const char *content_type, struct drm_buffer *bytes)
{
    if (DRM_FAILED(result))
    {
        drm_buffer_free(bytes);
        return http_answer_result(&request->answer, connection, result);
    }
    if (request->connection)
        connection_begin_answer(request->connection, bytes->size);
    return http_answer_bytes(&request->answer, connection, content_type, bytes);
}

static enum MHD_Result answer_silently(struct http_routes *context, struct MHD_Connection *connection,
                                       struct http_request *request, struct drm_span challenge)
{
    struct drm_buffer response = {0};
    const char *user;
    drm_result result;

    if (context->faults)
    {
        const struct fault_request fault_request = {
            .faults = context->faults,
            .authority = context->authority,
            .host = context->host,
            .connection = request->connection,
            .stopping = &context->stopping,
            .path = request->route->path,
            .target = FAULT_LICENSE,
            .content_type = HTTP_LICENSE_TYPE,
            .body = challenge,
        };

        return fault_deliver(&fault_request, connection, &request->answer);
    }
    if (DRM_SUCCEEDED(result = http_request_user(context, connection, &user)))
        result = drm_authority_issue_licenses(context->authority, challenge, true, user, &response);
    return answer_bytes(connection, request, result, HTTP_LICENSE_TYPE, &response);
}

/* Silent and not: the form says which. */
enum MHD_Result http_answer_license(struct http_routes *context, struct MHD_Connection *connection,
                                    struct http_request *request)
{
    struct drm_buffer challenge = {0};
    bool nonsilent = false;
    enum MHD_Result answered;
    drm_result result = drm_license_form_read(drm_buffer_span(&request->body), &challenge, &nonsilent);

    if (DRM_FAILED(result))
        answered = http_answer_result(&request->answer, connection, result);
    else if (nonsilent)
        answered = http_answer_page(context, connection, request, drm_buffer_span(&challenge));
    else
        answered = answer_silently(context, connection, request, drm_buffer_span(&challenge));
    drm_buffer_free(&challenge);
    return answered;
}

/* --- restoring on another machine ------------------------------------------------------------------------- */

enum MHD_Result http_answer_restore(struct http_routes *context, struct MHD_Connection *connection,
                                    struct http_request *request)
{
    struct drm_buffer response = {0};
    drm_result result = drm_authority_restore(context->authority, drm_buffer_span(&request->body), &response);

    /* Not 404, which a service without this path says: the machine goes on with its next batch. */
    if (result == DRM_E_UNABLE_TO_ACQUIRE)
        return http_answer_text(&request->answer, connection, 204, "");
    return answer_bytes(connection, request, result, HTTP_LICENSE_TYPE, &response);
}

/* --- removal ---------------------------------------------------------------------------------------------- */

enum MHD_Result http_answer_removal(struct http_routes *context, struct MHD_Connection *connection,
                                    struct http_request *request)
{
    struct drm_buffer answer = {0};
    drm_result result =
        drm_authority_answer_removal(context->authority, drm_buffer_span(&request->body), &answer);

    return answer_bytes(connection, request, result, DRM_EXCHANGE_CONTENT_TYPE, &answer);
}

enum MHD_Result http_answer_receipt(struct http_routes *context, struct MHD_Connection *connection,
                                    struct http_request *request)
{
    drm_result result = drm_authority_record_removal(context->authority, drm_buffer_span(&request->body));

    if (DRM_FAILED(result))
        return http_answer_result(&request->answer, connection, result);
    return http_answer_text(&request->answer, connection, 200, "it is on record\n");
}
