/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options that every command has, and their words for failures.
 */
#include "service/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "wmdrm-service"

static void complain(const struct command_line *line, const char *format, va_list arguments)
{
    fprintf(stderr, PROGRAM " %s: ", line->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

int command_fail(const struct command_line *line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(line, format, arguments);
    va_end(arguments);
    return COMMAND_FAILED;
}

int command_misuse(const struct command_line *line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", line->name);
    return COMMAND_MISUSED;
}

int command_next_option(struct command_line *line, int argc, char **argv, const struct option *options)
{
    const char *given;
    int option;

    line->exit = -1;
    opterr = 0;
    for (;;)
    {
        /* The one that is read now: without permutation (the "+") also of several letters behind one dash. */
        given = argv[optind];
        option = getopt_long(argc, argv, "+:", options, NULL);
        if (option < 0)
            break;
        switch (option)
        {
            case 'd':
                line->data = optarg;
                break;
            case 'P':
                line->passphrase_file = optarg;
                break;
            case 'L':
                line->log = optarg;
                break;
            case 'h':
                fputs(line->usage, stdout);
                line->exit = command_flush_output(line);
                return 0;
            case ':':
                line->exit = command_misuse(line, "%s needs a value", given);
                return 0;
            case '?':
                line->exit = command_misuse(line, "there is no option %s", given);
                return 0;
            default:
                return option;
        }
    }
    if (optind < argc)
        line->exit = command_misuse(line, "\"%s\" is one argument too many", argv[optind]);
    else if (!line->data || !*line->data)
        line->exit = command_misuse(line, "--data DIR is missing: which folder holds the service?");
    return 0;
}

static void print_group(FILE *out, const char *group, const struct command *commands, size_t count)
{
    fprintf(out, "usage: " PROGRAM " %s COMMAND [OPTION...]\n\n", group);
    for (size_t i = 0; i < count; ++i)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n'" PROGRAM " %s COMMAND --help' shows a command's options.\n", group);
}

int command_of_group(int argc, char **argv, const struct command *commands, size_t count)
{
    const struct command_line line = {.name = argv[0]};

    if (argc < 2)
    {
        print_group(stderr, argv[0], commands, count);
        return COMMAND_MISUSED;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
    {
        print_group(stdout, argv[0], commands, count);
        return command_flush_output(&line);
    }
    for (size_t i = 0; i < count; ++i)
    {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    return command_misuse(&line, "there is no command \"%s\"", argv[1]);
}

int command_flush_output(const struct command_line *line)
{
    if (fflush(stdout) || ferror(stdout))
        return command_fail(line, "the standard output cannot be written: %s", strerror(errno));
    return COMMAND_DONE;
}

bool command_read_number(const struct command_line *line, const char *option, const char *text, uint64_t min,
                         uint64_t max, uint64_t *out)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < min || value > max)
    {
        command_misuse(line, "%s takes a whole number from %llu to %llu, not \"%s\"", option, (unsigned long long)min,
                       (unsigned long long)max, text);
        return false;
    }
    *out = value;
    return true;
}

/* Cause and remedy. */
static const char *explain(drm_result result)
{
    switch (result)
    {
        case DRM_E_NOT_FOUND:
            return "it is not there";
        case DRM_E_PATH_NOT_FOUND:
            return "the folder or file does not exist; check the path";
        case DRM_E_ACCESS_DENIED:
            return "access is denied; run this as the user that owns the folder";
        case DRM_E_WRITE_PROTECTED:
            return "the folder cannot be written; is it mounted read-only?";
        case DRM_E_DISK_FULL:
            return "the disk is full; make room and try again, nothing was changed";
        case DRM_E_IO:
            return "reading or writing failed; check the disk (dmesg)";
        case DRM_E_BUSY:
            return "another process has been writing for too long; try again";
        case DRM_E_STORE_CORRUPT:
            return "a file in the folder is damaged; restore the folder from a backup (docs/service.md)";
        case DRM_E_STORE_TOO_NEW:
            return "the folder was written by a newer wmdrm-service; use that one";
        case DRM_E_UNABLE_TO_OPEN_STORE:
            return "a file in the folder cannot be opened; --log - tells more";
        case DRM_E_SECURE_STORE_UNLOCK_ERROR:
            return "service.key is not the key that this folder was made with; restore both from the same backup";
        case DRM_E_PACKAGE_TOO_OLD:
            return "a newer version is published already; machines never go back to an older one";
        case DRM_E_RESPONSE_TOO_LARGE:
            return "it is too large";
        case DRM_E_INVALID_ARGUMENT:
            return "the authority refuses the values that were given";
        case DRM_E_OUT_OF_MEMORY:
            return "there is not enough memory";
        default:
            return "--log - tells more, docs/errors.md what the code means";
    }
}

int command_fail_result(const struct command_line *line, const char *what, drm_result result)
{
    return command_fail(line, "%s: %s (0x%08x)", what, explain(result), (unsigned int)result);
}
