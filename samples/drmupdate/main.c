/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drmupdate: individualizes this machine through the public interface of wmdrmsdk.dll and shows what happens.
 */
#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"
#include "common/output.h"
#include "common/sample.h"
#include "common/session.h"
#include "identity.h"
#include "options.h"
#include "report.h"
#include "update.h"

/* The worse of two ends: a failure before a cancellation before a success. */
static enum exit_code judge(const wchar_t *what, HRESULT hr, enum exit_code code)
{
    enum exit_code found;

    if (SUCCEEDED(hr))
        return code;
    found = exit_failure(what, hr);
    return code == EXIT_FAILED ? EXIT_FAILED : found;
}

static enum exit_code update_machine(IWMDRMSecurity *security, const struct options *options, struct report *report)
{
    enum exit_code code = EXIT_DONE;
    struct identity before, after;
    struct update_outcome outcome;
    HRESULT hr;

    identity_read(security, &before);
    identity_print(L"before", &before);
    if (FAILED(hr = update_run(security, options, report, &outcome)))
        return exit_failure(L"cannot individualize", hr);

    code = judge(L"individualization ended", outcome.individualization, code);
    code = judge(L"the refresh of the revocation lists ended", outcome.refresh, code);
    if (outcome.service[0])
        output_line(L"service: %hs", outcome.service);
    identity_read(security, &after);
    if (SUCCEEDED(outcome.individualization))
        output_line(identity_equal(&before, &after) ? L"The machine's identity is current."
                                                    : L"The machine was individualized.");
    identity_print(L"after", &after);
    if (options->refresh)
        identity_print_revocation_lists(security);
    report_line(report, "version before=%ls after=%ls", before.version, after.version);
    return code;
}

struct program
{
    struct options options;
    struct report report;
};

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    struct program *program = context;
    IWMDRMSecurity *security;
    enum exit_code code;
    HRESULT hr;

    if (FAILED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security)))
        return exit_failure(L"cannot make a security object", hr);
    code = update_machine(security, &program->options, &program->report);
    IWMDRMSecurity_Shutdown(security);
    IWMDRMSecurity_Release(security);
    return code;
}

int sample_main(int count, wchar_t **arguments)
{
    struct program program;
    enum exit_code code;
    HRESULT hr;

    output_open(L"drmupdate");
    if (!options_parse(count, arguments, &program.options))
        return EXIT_USAGE;
    if (program.options.help)
    {
        options_print_help();
        return EXIT_DONE;
    }
    if (program.options.version)
    {
        output_line(L"drmupdate " WMDRM_VERSION);
        return EXIT_DONE;
    }
    if (FAILED(hr = report_open(&program.report, program.options.report)))
        return exit_failure(L"cannot make the report", hr);
    code = session_run(run, &program);
    report_line(&program.report, "exit code=%d", (int)code);
    if (FAILED(hr = report_close(&program.report)))
        code = exit_failure(L"cannot write the report", hr);
    return code;
}
