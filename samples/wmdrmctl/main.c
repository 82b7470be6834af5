/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wmdrmctl: licences of this machine from the command line, by the COM interface of wmdrmsdk.dll alone. What stands
 * beside the original's interface (the embedded authority, a licence's ids) is asked for by QueryInterface.
 */
#include <wchar.h>

#include "command.h"
#include "common/output.h"
#include "common/sample.h"
#include "common/session.h"

struct program
{
    const struct command *command;
    int count;
    wchar_t **arguments;
};

static void print_help(void)
{
    output_line(L"usage: wmdrmctl COMMAND [ARGUMENTS]");
    output_line(L"");
    output_line(L"Shows, acquires, uses, backs up and removes the Windows Media DRM licences of this machine.");
    output_line(L"");
    for (size_t i = 0; commands[i]; ++i)
        output_line(L"  %-18ls %ls", commands[i]->name, commands[i]->summary);
    output_line(L"");
    output_line(L"wmdrmctl COMMAND --help shows what a command takes. KID is a key id: base64 of 16 bytes. FILE \"-\"");
    output_line(L"is the standard input. Ctrl+C cancels and waits for the end of the operation; a second one ends the");
    output_line(L"program at once.");
    output_line(L"");
    output_line(L"exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled");
}

static bool is_help(const wchar_t *argument)
{
    return !wcscmp(argument, L"--help") || !wcscmp(argument, L"-h") || !wcscmp(argument, L"/?");
}

static bool has_help(int count, wchar_t **arguments)
{
    for (int i = 0; i < count && wcscmp(arguments[i], L"--"); ++i)
    {
        if (is_help(arguments[i]))
            return true;
    }
    return false;
}

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    const struct program *program = context;

    return program->command->run(provider, program->command, program->count, program->arguments);
}

int sample_main(int count, wchar_t **arguments)
{
    struct program program;
    int words;

    output_open(L"wmdrmctl");
    if (count > 1 && (is_help(arguments[1]) || !wcscmp(arguments[1], L"help")))
    {
        print_help();
        return EXIT_DONE;
    }
    if (count > 1 && !wcscmp(arguments[1], L"--version"))
    {
        output_line(L"wmdrmctl " WMDRM_VERSION);
        return EXIT_DONE;
    }
    if (!(program.command = command_find(count - 1, arguments + 1, &words)))
    {
        if (count > 1)
            output_error(L"unknown command \"%ls%ls%ls\"; see wmdrmctl --help", arguments[1], count > 2 ? L" " : L"",
                         count > 2 ? arguments[2] : L"");
        else
            output_error(L"no command; see wmdrmctl --help");
        return EXIT_USAGE;
    }
    program.count = count - 1 - words;
    program.arguments = arguments + 1 + words;
    if (has_help(program.count, program.arguments))
    {
        command_print_help(program.command);
        return EXIT_DONE;
    }
    return session_run(run, &program);
}
