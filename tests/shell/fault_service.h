/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A service in the test's own process: a real authority behind an HTTP server that can be told to fail. It
 * individualizes machines, has revocation lists, issues licences (/v1/license) and those of backups (/v1/restore).
 */
#ifndef WMDRM_TESTS_FAULT_SERVICE_H
#define WMDRM_TESTS_FAULT_SERVICE_H

#include "platform/http_server.h"

#include "engine/authority/authority.h"

/* What happens to the next answers. */
enum fault
{
    FAULT_NONE,
    FAULT_SILENCE,          /* no head ever */
    FAULT_DRIP,             /* a head, then hardly a byte */
    FAULT_CUT,              /* the connection ends in mid-body */
    FAULT_LONG_LENGTH,      /* Content-Length promises more than comes */
    FAULT_TRUNCATED_HEAD,   /* the body ends in the answer's head, properly */
    FAULT_TRUNCATED_PART,   /* the body ends in the last part, properly */
    FAULT_TRAILING_BYTE,    /* one byte more than was signed */
    FAULT_ALTERED_HEAD,     /* of a licence response: a character in its middle */
    FAULT_ALTERED_PART,     /* its last character but 100 */
    FAULT_OTHER_MACHINE,    /* the answer to another machine */
    FAULT_REPLAY,           /* the answer to this machine's request before */
    FAULT_OTHER_AUTHORITY,  /* all is well, but it is another root's */
    FAULT_OLD_VERSION,      /* signed, fresh, and older than what is installed */
    FAULT_HTML,             /* a proxy's page, status 200 */
    FAULT_EMPTY,
    FAULT_GIGABYTES,        /* Content-Length of 5 GB */
    FAULT_ENDLESS,          /* no length, and no end */
    FAULT_REDIRECT_LOOP,
    FAULT_REDIRECT_NOWHERE, /* no Location */
    FAULT_STATUS,           /* fault_service.status */
    FAULT_GATE,             /* as none, but the answer waits for fault_service_open_gate */
    FAULT_COMPONENT_GATE,   /* as none, but the second half of the body waits for it */
};

struct fault_service
{
    struct http_server server;
    char directories[2][MAX_PATH];
    struct drm_authority *authorities[2]; /* ours, and another one */
    char anchor[2 * DRM_SIGN_PUBLIC_SIZE + 1];

    enum fault fault; /* changed between requests only */
    unsigned int status;
    HANDLE gate;
    CRITICAL_SECTION lock;            /* guards: all below */
    struct drm_buffer last_answer;    /* of FAULT_NONE */
    struct drm_buffer last_response;  /* the same, of licences */
    struct drm_buffer other_answer;   /* for FAULT_OTHER_MACHINE */
};

/* Starts it and points the DLL's configuration at it: WMDRM_SERVICE_URL, WMDRM_TRUST_ANCHOR, WMDRM_TIMEOUT. */
void fault_service_start(struct fault_service *service);
void fault_service_stop(struct fault_service *service);

void fault_service_set(struct fault_service *service, enum fault fault);
void fault_service_open_gate(struct fault_service *service);

/* A component of size bytes under this version, in the next answers. */
void fault_service_publish(struct fault_service *service, struct drm_version version, size_t size);

#endif
