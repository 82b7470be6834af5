/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the built wmdrm-service: commands to their end, the server in the background, in a folder of the test's own.
 */
#ifndef WMDRM_TESTS_SERVICE_PROCESS_H
#define WMDRM_TESTS_SERVICE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "engine/crypto/crypto.h"

/* An upper bound for anything that a test waits for; nothing is expected to take that long. */
#define PATIENCE_SECONDS 60

/* A folder for one test, with a service in it: folder/data. */
struct sandbox
{
    char folder[64];
    char data[96];
    char *paths[256]; /* given out by sandbox_path */
    size_t path_count;
};

/* Ends the test where it cannot be made. init runs 'wmdrm-service init' in it. */
void sandbox_create(struct sandbox *sandbox, bool init);
void sandbox_remove(struct sandbox *sandbox);
/* folder/name; valid until the sandbox is removed. */
const char *sandbox_path(struct sandbox *sandbox, const char *name);
void sandbox_write(struct sandbox *sandbox, const char *name, const void *data, size_t size);
/* The service's trust anchor, asked of the program. */
void sandbox_anchor(const struct sandbox *sandbox, uint8_t out[DRM_SIGN_PUBLIC_SIZE]);

/* What a command did. Texts are terminated and cut at their room. */
struct command_outcome
{
    int exit_code; /* -1: ended by a signal */
    char out[65536];
    char err[8192];
};

/* Runs wmdrm-service with these arguments (the last NULL) to its end. input: its standard input; NULL: none. */
void run_service_command(struct command_outcome *out, const char *input, const char *const *arguments);
#define RUN(outcome, ...) run_service_command(outcome, NULL, (const char *const[]){__VA_ARGS__, NULL})
/* Runs it with its standard output going to this file; what it prints there is not read back. */
void run_service_into(struct command_outcome *out, const char *output, const char *const *arguments);
/* Runs what has to succeed. */
#define RUN_WELL(...) run_service_well((const char *const[]){__VA_ARGS__, NULL})
void run_service_well(const char *const *arguments);

/* A server in the background. */
struct running_service
{
    pid_t process;
    unsigned int port;
};

/* Starts 'serve' on the sandbox with these more arguments (the last NULL) and waits until it listens. */
void service_start(struct running_service *service, const struct sandbox *sandbox, const char *const *more);
#define START(service, sandbox, ...) service_start(service, sandbox, (const char *const[]){__VA_ARGS__, NULL})
/* Ends it with this signal; its exit code, or -1 where the signal itself ended it. */
int service_end(struct running_service *service, int signal);

#endif
