/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wmdrm-service: finds the command and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "service/command.h"

static const struct command commands[] = {
    {"init", command_init, "make a service's folder and keys; print the trust anchor"},
    {"anchor", command_anchor, "print the trust anchor that clients are given"},
    {"status", command_status, "show version, lists, policy and counts"},
    {"publish", command_publish, "publish a security version, with a component or without"},
    {"policy", command_policy, "change limits and URLs"},
    {"machines", command_machines, "list the certificates that machines were given"},
    {"revoke", command_revoke, "put certificates on a revocation list"},
    {"list", command_list, "write a signed revocation list to a file"},
    {"certify", command_certify, "issue a certificate for an application or a device"},
    {"content", command_content, "add content, set its rights, list, withdraw; header, key"},
    {"licenses", command_licenses, "list licences that were issued; take them back"},
    {"serve", command_serve, "answer over HTTP until told to stop"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *out)
{
    size_t i;

    fputs("usage: wmdrm-service COMMAND [OPTION...]\n\n"
          "Certifies machines, issues licences, serves security packages and revocation lists to\n"
          "wmdrmsdk.dll.\n\n", out);
    for (i = 0; i < COMMAND_COUNT; ++i)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fputs("\n'wmdrm-service COMMAND --help' shows a command's options.\n"
          "Exit codes: 0 done, 1 failed (the message says why), 2 not understood.\n", out);
}

int main(int argc, char **argv)
{
    const struct command_line line = {.name = argc > 1 ? argv[1] : ""};
    size_t i;

    if (argc < 2)
    {
        print_usage(stderr);
        return COMMAND_MISUSED;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
    {
        print_usage(stdout);
        return command_flush_output(&line);
    }
    if (!strcmp(argv[1], "--version"))
    {
        puts("wmdrm-service " WMDRM_VERSION);
        return command_flush_output(&line);
    }
    for (i = 0; i < COMMAND_COUNT; ++i)
    {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "wmdrm-service: there is no command \"%s\"\nTry 'wmdrm-service --help'.\n", argv[1]);
    return COMMAND_MISUSED;
}
