/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the engine asks of the program around it, for the service: the system's clocks and a log file. The service asks
 * nobody, so there is no transport.
 */
#ifndef WMDRM_SERVICE_SERVICE_HOST_H
#define WMDRM_SERVICE_SERVICE_HOST_H

#include <pthread.h>
#include <stdio.h>

#include "engine/host.h"

struct service_host
{
    struct drm_host host;
    pthread_mutex_t lock; /* guards: log */
    FILE *log;            /* NULL: none */
};

/* log: a file to append to, "-" for the standard error, NULL for none. The protector stays empty. 0, or an errno. */
int service_host_init(struct service_host *service_host, const char *log);
void service_host_cleanup(struct service_host *service_host);

#endif
