/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Test tools: sending answers wrongly, or none.
 */
#ifndef WMDRM_SERVICE_FAULT_DELIVERY_H
#define WMDRM_SERVICE_FAULT_DELIVERY_H

#include <stdatomic.h>

#include "engine/authority/authority.h"
#include "service/connections.h"
#include "service/faults.h"
#include "service/http_answer.h"

/* A request that is to meet its faults. */
struct fault_request
{
    struct faults *faults;
    struct drm_authority *authority;
    const struct drm_host *host;
    struct connection *connection; /* its deadlines; may be NULL */
    const atomic_bool *stopping;   /* the server's: ends every wait */
    const char *path;
    enum fault_target target;
    const char *content_type;      /* of a right answer */
    struct drm_span body;
};

/* Answers it as the faults of this moment say, rightly where they say nothing. May sleep: each connection needs a
 * thread of its own. */
enum MHD_Result fault_deliver(const struct fault_request *request, struct MHD_Connection *connection,
                              struct http_answer *answer);

#endif
