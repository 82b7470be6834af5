/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drmupdate: individualizes this machine through the public interface of wmdrmsdk.dll and shows what happens.
 */
#include <stdbool.h>
#include <windows.h>
#include <nserror.h>
#include <wmdrmsdk.h>

#include "common/cancel.h"
#include "common/explain.h"
#include "identity.h"
#include "options.h"
#include "common/output.h"
#include "report.h"
#include "update.h"

enum exit_code
{
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CANCELLED = 3,
};

static enum exit_code fail(const wchar_t *what, HRESULT hr)
{
    wchar_t text[EXPLANATION_SIZE];

    output_error(L"%ls: %ls", what, explain(hr, text));
    return EXIT_FAILED;
}

/* The worse of two ends: a failure before a cancellation before a success. */
static enum exit_code judge(const wchar_t *what, HRESULT hr, enum exit_code code)
{
    if (SUCCEEDED(hr))
        return code;
    if (hr == NS_E_DRM_OPERATION_CANCELED)
    {
        fail(what, hr);
        return code == EXIT_FAILED ? EXIT_FAILED : EXIT_CANCELLED;
    }
    return fail(what, hr);
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
        return fail(L"cannot individualize", hr);

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

static enum exit_code run(const struct options *options, struct report *report)
{
    IWMDRMProvider *provider;
    IWMDRMSecurity *security;
    enum exit_code code;
    HRESULT hr;

    if (FAILED(hr = WMDRMCreateProvider(&provider)))
        return fail(L"cannot make a provider", hr);
    hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security);
    IWMDRMProvider_Release(provider);
    if (FAILED(hr))
        return fail(L"cannot make a security object", hr);
    code = update_machine(security, options, report);
    IWMDRMSecurity_Shutdown(security);
    IWMDRMSecurity_Release(security);
    return code;
}

int wmain(int count, wchar_t **arguments);

int wmain(int count, wchar_t **arguments)
{
    struct options options;
    struct report report;
    enum exit_code code;
    HRESULT hr;

    output_open(L"drmupdate");
    if (!options_parse(count, arguments, &options))
        return EXIT_USAGE;
    if (options.help)
    {
        options_print_help();
        return EXIT_DONE;
    }
    if (options.version)
    {
        output_line(L"drmupdate " WMDRM_VERSION);
        return EXIT_DONE;
    }
    if (FAILED(hr = report_open(&report, options.report)))
        return fail(L"cannot make the report", hr);
    cancel_install();
    if (SUCCEEDED(hr = WMDRMStartup()))
    {
        code = run(&options, &report);
        WMDRMShutdown();
    }
    else
        code = fail(L"cannot start Windows Media DRM", hr);
    report_line(&report, "exit code=%d", (int)code);
    if (FAILED(hr = report_close(&report)))
        code = fail(L"cannot write the report", hr);
    return code;
}
