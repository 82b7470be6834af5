/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * queryrights: the rights of a list of key ids, by both questions of IWMDRMLicenseQuery.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "common/cancel.h"
#include "common/exit_code.h"
#include "common/explain.h"
#include "common/output.h"
#include "common/rights.h"
#include "common/sample.h"
#include "common/session.h"
#include "common/text_file.h"
#include "options.h"
#include "print.h"

struct program
{
    const struct options *options;
    IWMDRMLicenseQuery *query;
    struct printer printer;
    enum exit_code code;
};

/* One that fails does not keep the others from being answered. */
static void ask(struct program *program, const wchar_t *key_id)
{
    struct right_answer answers[RIGHTS];
    wchar_t text[EXPLANATION_SIZE];
    HRESULT hr;

    hr = rights_query(program->query, key_id, program->options->min_version, answers);
    if (SUCCEEDED(hr))
    {
        print_answers(&program->printer, key_id, answers);
        return;
    }
    output_error(L"%ls: %ls", key_id, explain(hr, text));
    program->code = EXIT_FAILED;
}

static void ask_all(struct program *program, wchar_t *lines)
{
    wchar_t *key_id;

    for (int i = 0; i < program->options->key_id_count && !cancel_is_requested(); ++i)
        ask(program, program->options->key_ids[i]);
    while (lines && !cancel_is_requested() && (key_id = text_file_next_line(&lines)))
        ask(program, key_id);
    if (cancel_is_requested())
        program->code = EXIT_CANCELLED;
}

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    struct program *program = context;
    wchar_t *text = NULL;
    HRESULT hr;

    if (program->options->file && FAILED(hr = text_file_read(program->options->file, &text)))
        return exit_failure(L"cannot read the key ids", hr);
    hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseQuery, (void **)&program->query);
    if (SUCCEEDED(hr))
    {
        hr = IWMDRMLicenseQuery_SetActionAllowedQueryParams(program->query, FALSE, program->options->app_level, FALSE,
                                                            NULL);
        if (SUCCEEDED(hr))
        {
            print_begin(&program->printer, program->options);
            ask_all(program, text);
            print_end(&program->printer);
        }
        IWMDRMLicenseQuery_Release(program->query);
    }
    free(text);
    return SUCCEEDED(hr) ? program->code : exit_failure(L"cannot ask", hr);
}

int sample_main(int count, wchar_t **arguments)
{
    struct options options;
    struct program program = {.options = &options};

    output_open(L"queryrights");
    if (!options_parse(count, arguments, &options))
        return EXIT_USAGE;
    if (options.help)
    {
        options_print_help();
        return EXIT_DONE;
    }
    if (options.version)
    {
        output_line(L"queryrights " WMDRM_VERSION);
        return EXIT_DONE;
    }
    return session_run(run, &program);
}
