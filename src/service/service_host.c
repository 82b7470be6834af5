/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's clocks and log.
 */
#include "service/service_host.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine/base/time_text.h"

static int64_t milliseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t host_now(void *context)
{
    (void)context;
    return milliseconds(CLOCK_REALTIME);
}

static uint64_t host_monotonic(void *context)
{
    (void)context;
    return (uint64_t)milliseconds(CLOCK_MONOTONIC);
}

static void host_write(void *context, const char *line)
{
    struct service_host *service_host = context;
    char time[DRM_TIME_ISO_SIZE];

    drm_time_iso(milliseconds(CLOCK_REALTIME), time);
    pthread_mutex_lock(&service_host->lock);
    /* A log that cannot be written is no reason to refuse service. */
    fprintf(service_host->log, "%s %s\n", time, line);
    fflush(service_host->log);
    pthread_mutex_unlock(&service_host->lock);
}

int service_host_init(struct service_host *service_host, const char *log)
{
    *service_host = (struct service_host){.lock = PTHREAD_MUTEX_INITIALIZER};
    service_host->host.clock.now = host_now;
    service_host->host.clock.monotonic = host_monotonic;
    if (!log)
        return 0;
    service_host->log = strcmp(log, "-") ? fopen(log, "ae") : stderr;
    if (!service_host->log)
        return errno;
    service_host->host.log.context = service_host;
    service_host->host.log.write = host_write;
    return 0;
}

void service_host_cleanup(struct service_host *service_host)
{
    if (service_host->log && service_host->log != stderr)
        fclose(service_host->log);
    service_host->log = NULL;
    service_host->host.log.write = NULL;
}
