/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The web page of licences that are not issued silently (docs/protocol.md, "Web page").
 */
#ifndef WMDRM_SERVICE_HTTP_PAGE_H
#define WMDRM_SERVICE_HTTP_PAGE_H

#include "service/http_request.h"

/* Answers a form with nonsilent=1: what is asked for and a button; or, with confirm=1, the licences. */
enum MHD_Result http_answer_page(struct http_routes *context, struct MHD_Connection *connection,
                                 struct http_request *request, struct drm_span challenge);

/* Is this where a page may post a response: a program on the machine of whoever looks at it? *origin_size: of its
 * first bytes, up to the port. */
bool http_page_return_is_fine(const char *url, size_t *origin_size);

#endif
