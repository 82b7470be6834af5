/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands share: their options, their words for failures, and how they open the service's folder.
 */
#ifndef WMDRM_SERVICE_COMMAND_H
#define WMDRM_SERVICE_COMMAND_H

#include <getopt.h>

#include "engine/authority/authority.h"
#include "service/key_file_protector.h"
#include "service/service_host.h"

/* Exit codes. */
#define COMMAND_DONE 0
#define COMMAND_FAILED 1
#define COMMAND_MISUSED 2

/* One subcommand. argv[0] is its name. */
struct command
{
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary; /* one line, for the list of commands */
};

int command_init(int argc, char **argv);
int command_anchor(int argc, char **argv);
int command_status(int argc, char **argv);
int command_publish(int argc, char **argv);
int command_policy(int argc, char **argv);
int command_machines(int argc, char **argv);
int command_revoke(int argc, char **argv);
int command_list(int argc, char **argv);
int command_certify(int argc, char **argv);
int command_content(int argc, char **argv);
int command_licenses(int argc, char **argv);
int command_serve(int argc, char **argv);

/* Runs the one that argv[1] names; says what there is where that is none. */
int command_of_group(int argc, char **argv, const struct command *commands, size_t count);

/* --- options ---------------------------------------------------------------------------------------------- */

/* At the end of every command's option table. */
#define COMMAND_COMMON_OPTIONS                                                                                       \
    {"data", required_argument, NULL, 'd'}, {"passphrase-file", required_argument, NULL, 'P'},                       \
        {"log", required_argument, NULL, 'L'}, {"help", no_argument, NULL, 'h'}, {0}
#define COMMAND_COMMON_USAGE                                                                                         \
    "  --data DIR              the service's folder\n"                                                               \
    "  --passphrase-file FILE  first line: the passphrase that seals the service's key, if one does\n"               \
    "  --log FILE              append what happens to FILE; - is the standard error\n"                               \
    "  --help                  show this\n"

struct command_line
{
    const char *name;
    const char *usage;
    const char *data;
    const char *passphrase_file;
    const char *log;
    int exit; /* -1: go on; else end with it */
};

/*
 * The next option that is the command's own, or 0 at the end, when line->exit says whether to go on. Handles the common
 * options, --help, and misuse: unknown options, arguments behind them, no --data.
 */
int command_next_option(struct command_line *line, int argc, char **argv, const struct option *options);

/* --- words ------------------------------------------------------------------------------------------------ */

/* "wmdrm-service NAME: ..." on the standard error. Return COMMAND_FAILED and COMMAND_MISUSED. */
int command_fail(const struct command_line *line, const char *format, ...) DRM_PRINTF(2, 3);
int command_misuse(const struct command_line *line, const char *format, ...) DRM_PRINTF(2, 3);

/* What failed, why, and what to do about it. Returns COMMAND_FAILED. */
int command_fail_result(const struct command_line *line, const char *what, drm_result result);

/* COMMAND_DONE where everything that was printed has reached the standard output. */
int command_flush_output(const struct command_line *line);

/* A whole number within the limits; says what is wrong otherwise. */
bool command_read_number(const struct command_line *line, const char *option, const char *text, uint64_t min,
                         uint64_t max, uint64_t *out);

/* --- the service's folder --------------------------------------------------------------------------------- */

struct service
{
    struct service_host host;
    struct key_file_protector protector;
    struct drm_authority *authority;
};

/*
 * Opens the folder line->data. Where it fails, it says why and returns the exit code; the service is then closed.
 * create: makes the folder's key and keys with this name, and refuses a folder that has them; NULL opens.
 */
int service_open(const struct command_line *line, const char *create, struct service *out);
void service_close(struct service *service);

#endif
