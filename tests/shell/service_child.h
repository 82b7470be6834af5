/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service of fault_service.h in a process of its own, for tests that look at the memory of theirs: the same
 * program, started with SERVICE_CHILD_ARGUMENT, obeys lines on its standard input and answers each with one on its
 * standard output.
 */
#ifndef WMDRM_TESTS_SERVICE_CHILD_H
#define WMDRM_TESTS_SERVICE_CHILD_H

#include <stddef.h>
#include <windows.h>

#define SERVICE_CHILD_ARGUMENT "--serve"

struct service_child
{
    HANDLE process, input, output; /* the two ends of ours */
};

/* For main, where the argument is given: serves until the input ends. Returns the exit code. */
int service_child_run(void);

/* Starts it and points the DLL's configuration at it. */
void service_child_start(struct service_child *child);
/* Its next answers bring a component of this size, under a new version. */
void service_child_publish(struct service_child *child, size_t size);
void service_child_stop(struct service_child *child);

#endif
