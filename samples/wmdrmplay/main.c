/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wmdrmplay: opens a protected file where a licence allows it, to another file or to a player that reads the standard
 * output.
 */
#include "common/arguments.h"
#include "common/output.h"
#include "common/sample.h"
#include "common/session.h"
#include "play.h"

static const wchar_t help[] =
    L"usage: wmdrmplay [OPTION...] INPUT\r\n"
    L"\r\n"
    L"Opens a file that wmdrmpack protected; a licence is acquired where none allows it yet. Only bytes that are as\r\n"
    L"they were protected come out.\r\n"
    L"\r\n"
    L"  --output FILE   where to; without this and --stdout the file is only checked\r\n"
    L"  --stdout        to the standard output, for a player: wmdrmplay --stdout song.pack | player -\r\n"
    L"  --overwrite     an output that is there\r\n"
    L"  --no-acquire    only licences that are there\r\n"
    L"  --url URL       where a licence comes from, in place of what the file says\r\n"
    L"  --help, --version\r\n"
    L"\r\n"
    L"Checking takes a use of the licence too.\r\n"
    L"exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled\r\n";

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    return play(provider, context);
}

int sample_main(int count, wchar_t **arguments)
{
    bool wants_help = false, wants_version = false, to_stdout = false;
    struct options options = {0};
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &wants_help},
        {.name = L"-h", .flag = &wants_help},
        {.name = L"--version", .flag = &wants_version},
        {.name = L"--output", .value = &options.output},
        {.name = L"--stdout", .flag = &to_stdout},
        {.name = L"--overwrite", .flag = &options.overwrite},
        {.name = L"--no-acquire", .flag = &options.no_acquire},
        {.name = L"--url", .value = &options.url},
    };
    int rest;

    output_open(L"wmdrmplay");
    if (!arguments_parse(count - 1, arguments + 1, list, ARRAYSIZE(list), &rest))
        return EXIT_USAGE;
    if (wants_help)
        output_text(help);
    else if (wants_version)
        output_line(L"wmdrmplay " WMDRM_VERSION);
    if (wants_help || wants_version)
        return EXIT_DONE;
    if (rest != 1 || (to_stdout && options.output))
    {
        output_error(rest != 1 ? L"one input is needed; see wmdrmplay --help"
                               : L"--output or --stdout, not both; see wmdrmplay --help");
        return EXIT_USAGE;
    }
    options.input = arguments[1];
    if (to_stdout)
        options.output = L"-";
    return session_run(run, &options);
}
