/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <stddef.h>

#include "common/output.h"

/* Whether the argument is the option; then *value is what follows its "=", or NULL. */
static bool is_option(const wchar_t *argument, const wchar_t *option, const wchar_t **value)
{
    const size_t length = wcslen(option);

    if (wcsncmp(argument, option, length) || (argument[length] && argument[length] != L'='))
        return false;
    *value = argument[length] ? argument + length + 1 : NULL;
    return true;
}

static bool parse_switch(const wchar_t *argument, struct options *options)
{
    if (!wcscmp(argument, L"--help") || !wcscmp(argument, L"-h") || !wcscmp(argument, L"/?"))
        options->help = true;
    else if (!wcscmp(argument, L"--version"))
        options->version = true;
    else if (!wcscmp(argument, L"--force"))
        options->force = true;
    else if (!wcscmp(argument, L"--refresh"))
        options->refresh = true;
    else
        return false;
    return true;
}

bool options_parse(int count, wchar_t **arguments, struct options *options)
{
    const wchar_t *value;

    *options = (struct options){0};
    for (int i = 1; i < count; ++i)
    {
        if (parse_switch(arguments[i], options))
            continue;
        if (!is_option(arguments[i], L"--report", &value))
        {
            output_error(L"unknown argument \"%ls\"; see drmupdate --help", arguments[i]);
            return false;
        }
        if (!value && i + 1 < count)
            value = arguments[++i];
        if (!value || !*value)
        {
            output_error(L"--report needs the name of a file; see drmupdate --help");
            return false;
        }
        options->report = value;
    }
    return true;
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
