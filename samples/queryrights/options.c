/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "common/arguments.h"
#include "common/output.h"

/* A level as players have it: that of a plain one is 1000, of a device without Windows Media DRM 150. */
#define DEFAULT_APP_LEVEL 1000

static bool check(const wchar_t *app_level, struct options *options)
{
    options->app_level = DEFAULT_APP_LEVEL;
    if (app_level && !arguments_parse_number(app_level, &options->app_level))
    {
        output_error(L"--app-level needs a number; see queryrights --help");
        return false;
    }
    if (options->csv && options->json)
    {
        output_error(L"--csv or --json, not both; see queryrights --help");
        return false;
    }
    if (options->help || options->version)
        return true;
    /* "-" in place of key ids, as many programs have it */
    if (options->key_id_count == 1 && !wcscmp(options->key_ids[0], L"-") && !options->file)
    {
        options->file = L"-";
        options->key_id_count = 0;
    }
    if (!options->key_id_count && !options->file)
    {
        output_error(L"no key id; see queryrights --help");
        return false;
    }
    return true;
}

bool options_parse(int count, wchar_t **arguments, struct options *options)
{
    const wchar_t *app_level = NULL;
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &options->help},
        {.name = L"-h", .flag = &options->help},
        {.name = L"--version", .flag = &options->version},
        {.name = L"--csv", .flag = &options->csv},
        {.name = L"--json", .flag = &options->json},
        {.name = L"--file", .value = &options->file},
        {.name = L"--min-version", .value = &options->min_version},
        {.name = L"--app-level", .value = &app_level},
    };

    *options = (struct options){.key_ids = arguments + 1};
    return arguments_parse(count - 1, arguments + 1, list, sizeof(list) / sizeof(list[0]), &options->key_id_count)
        && check(app_level, options);
}

void options_print_help(void)
{
    output_line(L"usage: queryrights [--csv | --json] [--min-version VERSION] [--app-level LEVEL] KID...");
    output_line(L"       queryrights [options] --file FILE");
    output_line(L"");
    output_line(L"Shows what may be done with content on this machine, for each right: whether it is allowed now, and");
    output_line(L"what the licences say. Nothing is used up by asking. KID is a key id: base64 of 16 bytes.");
    output_line(L"");
    output_line(L"  --file FILE            read key ids from FILE, one a line; \"-\" is the standard input");
    output_line(L"  --csv                  comma-separated values, with a line of names first");
    output_line(L"  --json                 an array of objects");
    output_line(L"  --min-version VERSION  the security version that the content asks for, such as 2.10");
    output_line(L"  --app-level LEVEL      the security level of the application; 1000 where it is left out");
    output_line(L"  --help                 show this text");
    output_line(L"  --version              show the version of this program");
    output_line(L"");
    output_line(L"exit codes: 0 all key ids were answered, 1 some were not, 2 wrong usage, 3 cancelled");
}
