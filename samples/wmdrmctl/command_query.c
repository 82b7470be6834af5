/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl query: what may be done now. (The sample queryrights asks about many key ids.) */
#include "command.h"

#include "common/json.h"
#include "common/output.h"
#include "common/rights.h"

#define DEFAULT_APP_LEVEL 1000

static void print(const wchar_t *key_id, const struct right_answer answers[RIGHTS], struct json *json)
{
    wchar_t result[RIGHTS_TEXT_SIZE], state[RIGHTS_TEXT_SIZE];

    if (json)
    {
        json_begin(json);
        json_open_object(json, NULL);
        json_text(json, L"keyId", key_id);
        rights_put_json(json, L"rights", answers);
        json_close_object(json);
        json_end(json);
        return;
    }
    for (int i = 0; i < RIGHTS; ++i)
        output_line(L"%-20ls  %-20ls  %ls", right_name(i), rights_result_text(answers[i].result, result),
                    rights_state_text(&answers[i].state, state));
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    const wchar_t *min_version = NULL, *level_text = NULL;
    bool as_json = false;
    const struct argument_option options[] = {
        {.name = L"--min-version", .value = &min_version},
        {.name = L"--app-level", .value = &level_text},
        {.name = L"--json", .flag = &as_json},
    };
    unsigned long level = DEFAULT_APP_LEVEL;
    struct right_answer answers[RIGHTS];
    IWMDRMLicenseQuery *query;
    struct json json;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (level_text && !arguments_parse_number(level_text, &level))
        return command_misused(command, L"--app-level needs a number");
    if (!(query = command_open_query(provider)))
        return EXIT_FAILED;
    if (SUCCEEDED(hr = IWMDRMLicenseQuery_SetActionAllowedQueryParams(query, FALSE, level, FALSE, NULL)))
        hr = rights_query(query, arguments[0], min_version, answers);
    IWMDRMLicenseQuery_Release(query);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    print(arguments[0], answers, as_json ? &json : NULL);
    return EXIT_DONE;
}

const struct command command_query = {
    .name = L"query",
    .arguments = L"KID [--min-version VERSION] [--app-level LEVEL] [--json]",
    .summary = L"show what may be done with content now",
    .help = L"  --min-version VERSION  the security version that the content asks for, such as 2.10\r\n"
            L"  --app-level LEVEL      the security level of the application; 1000 where it is left out\r\n"
            L"  --json                 an object\r\n"
            L"\r\n"
            L"Nothing is used up by asking.\r\n",
    .run = run,
};
