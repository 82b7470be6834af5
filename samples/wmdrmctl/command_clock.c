/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl clock ...: the secure clock, which rights with a time go by. */
#include "command.h"

#include "common/json.h"
#include "common/output.h"
#include "common/times.h"

static enum exit_code run_show(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    bool as_json = false;
    const struct argument_option options[] = {{.name = L"--json", .flag = &as_json}};
    wchar_t text[TIME_TEXT_SIZE];
    IWMDRMAuthority *authority;
    struct json json;
    FILETIME time;
    BOOL known;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    hr = IWMDRMAuthority_GetClock(authority, &time, &known);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the clock cannot be read", hr);
    time_format(&time, text);
    if (as_json)
    {
        json_begin(&json);
        json_open_object(&json, NULL);
        json_text(&json, L"clock", text);
        json_bool(&json, L"clockKnown", known);
        json_close_object(&json);
        json_end(&json);
    }
    else if (known)
        output_line(L"%ls", text);
    else
        output_line(L"%ls or later: the system's clock runs behind, and rights with a time have to wait.", text);
    return EXIT_DONE;
}

static enum exit_code run_set(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    IWMDRMAuthority *authority;
    FILETIME time;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, NULL, 0, 1, 1, &rest))
        return EXIT_USAGE;
    if (!wcscmp(arguments[0], L"now"))
        GetSystemTimeAsFileTime(&time);
    else if (!time_parse(arguments[0], &time))
        return command_misused(command, L"that is no time");
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    hr = IWMDRMAuthority_SetClock(authority, &time);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the clock was not set", hr);
    output_line(L"The clock is set. This is on record in the log.");
    return EXIT_DONE;
}

const struct command command_clock_show = {
    .name = L"clock show",
    .arguments = L"[--json]",
    .summary = L"show the time that licences go by",
    .run = run_show,
};

const struct command command_clock_set = {
    .name = L"clock set",
    .arguments = L"now | TIME",
    .summary = L"say what time it is, after the system's clock was wrong",
    .help = L"TIME is in UTC, such as 2026-12-01T12:00Z; \"now\" is what the system's clock says. With a service,\r\n"
            L"the service tells the time.\r\n",
    .run = run_set,
};
