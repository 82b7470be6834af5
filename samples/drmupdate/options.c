/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "common/arguments.h"
#include "common/output.h"

bool options_parse(int count, wchar_t **arguments, struct options *options)
{
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &options->help},
        {.name = L"-h", .flag = &options->help},
        {.name = L"--version", .flag = &options->version},
        {.name = L"--force", .flag = &options->force},
        {.name = L"--refresh", .flag = &options->refresh},
        {.name = L"--report", .value = &options->report},
    };
    int rest;

    *options = (struct options){.help = false};
    if (arguments_parse(count - 1, arguments + 1, list, sizeof(list) / sizeof(list[0]), &rest) && !rest)
        return true;
    if (rest)
        output_error(L"\"%ls\" is no option", arguments[1]);
    output_error(L"see drmupdate --help");
    return false;
}

void options_print_help(void)
{
    output_line(L"usage: drmupdate [--force] [--refresh] [--report FILE]");
    output_line(L"");
    output_line(L"Individualizes this machine for Windows Media DRM where its identity is missing or not current.");
    output_line(L"");
    output_line(L"  --force        individualize in any case; licences stay usable");
    output_line(L"  --refresh      fetch newer revocation lists too");
    output_line(L"  --report FILE  write every event to FILE, one a line (UTF-8; an existing file is replaced)");
    output_line(L"  --help         show this text");
    output_line(L"  --version      show the version of this program");
    output_line(L"");
    output_line(L"Ctrl+C cancels and waits for the end of the operation; a second one ends the program at once.");
    output_line(L"");
    output_line(L"exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled");
}
