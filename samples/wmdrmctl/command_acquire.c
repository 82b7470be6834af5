/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl acquire. */
#include "command.h"

#include <stdlib.h>
#include <nserror.h>
#include <oleauto.h>

#include "acquisition.h"
#include "common/content_license.h"
#include "common/json.h"
#include "common/output.h"
#include "common/text_file.h"
#include "license_info.h"

#define ACTIONS_SIZE 1024

struct arguments
{
    const wchar_t *key_id, *header_path, *url, *rights;
    bool predelivery, nonsilent, legacy, browser, no_open, monitor, persist, as_json;
};

/* --- what is asked for ------------------------------------------------------------------------------------ */

/* "Play,Copy" as an ACTIONLIST; NULL of no rights. False where they do not fit. */
static bool make_actions(const wchar_t *rights, BSTR *out)
{
    wchar_t text[ACTIONS_SIZE];
    int length;

    *out = NULL;
    if (!rights)
        return true;
    length = swprintf(text, ACTIONS_SIZE, L"<ACTIONLIST>");
    while (length > 0 && *rights)
    {
        const int size = (int)wcscspn(rights, L",");
        const int more = swprintf(text + length, (size_t)(ACTIONS_SIZE - length), L"<ACTION>%.*ls</ACTION>", size,
                                  rights);

        length = more < 0 ? -1 : length + more;
        rights += size + (rights[size] == L',');
    }
    if (length < 0 || swprintf(text + length, (size_t)(ACTIONS_SIZE - length), L"</ACTIONLIST>") < 0)
        return false;
    return (*out = SysAllocString(text)) != NULL;
}

static HRESULT read_header(const wchar_t *path, BSTR *out)
{
    wchar_t *text;
    HRESULT hr = text_file_read(path, &text);

    if (FAILED(hr))
        return hr;
    *out = SysAllocString(text);
    free(text);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT make_header(IWMDRMProvider *provider, const struct acquisition *acquisition, BSTR *out)
{
    IWMDRMAuthority *authority = command_open_authority(provider);
    HRESULT hr;

    if (!authority)
        return E_NOINTERFACE;
    hr = IWMDRMAuthority_MakeContentHeader(authority, acquisition->key_id, NULL, NULL, out);
    IWMDRMAuthority_Release(authority);
    return hr;
}

static HRESULT make_acquisition(IWMDRMProvider *provider, const struct arguments *arguments,
                                struct acquisition *acquisition)
{
    HRESULT hr = S_OK;

    if (arguments->url && !(acquisition->url = SysAllocString(arguments->url)))
        return E_OUTOFMEMORY;
    if (!make_actions(arguments->rights, &acquisition->actions))
        return E_INVALIDARG;
    if (arguments->key_id && !(acquisition->key_id = SysAllocString(arguments->key_id)))
        return E_OUTOFMEMORY;
    if (arguments->header_path)
        hr = read_header(arguments->header_path, &acquisition->header);
    else if (arguments->key_id)
        hr = make_header(provider, acquisition, &acquisition->header);
    if (SUCCEEDED(hr) && acquisition->header && !acquisition->key_id)
        acquisition->key_id = content_key_id(acquisition->header); /* for monitoring */
    return hr;
}

static void free_acquisition(struct acquisition *acquisition)
{
    SysFreeString(acquisition->url);
    SysFreeString(acquisition->header);
    SysFreeString(acquisition->key_id);
    SysFreeString(acquisition->actions);
}

/* --- the ways --------------------------------------------------------------------------------------------- */

static HRESULT print_challenge(IWMDRMLicenseManagement *management, const struct acquisition *acquisition,
                               const struct arguments *arguments)
{
    BSTR url, challenge;
    struct json json;
    HRESULT hr = acquisition_prepare(management, acquisition, arguments->legacy, &url, &challenge);

    if (FAILED(hr))
        return hr;
    if (arguments->as_json)
    {
        json_begin(&json);
        json_open_object(&json, NULL);
        json_text(&json, L"url", url);
        json_text(&json, L"challenge", challenge);
        json_close_object(&json);
        json_end(&json);
    }
    else
    {
        output_line(L"%ls", url);
        output_text(challenge);
        output_text(L"\r\n");
    }
    SysFreeString(url);
    SysFreeString(challenge);
    return S_OK;
}

static HRESULT acquire(IWMDRMLicenseManagement *management, const struct acquisition *acquisition,
                       const struct arguments *arguments)
{
    HRESULT hr;

    if (arguments->browser)
        return acquisition_run_in_browser(management, acquisition, !arguments->no_open);
    if (!arguments->nonsilent && !arguments->legacy)
        return arguments->monitor ? acquisition_monitor(management, acquisition)
                                  : acquisition_run_silently(management, acquisition);
    hr = print_challenge(management, acquisition, arguments);
    return SUCCEEDED(hr) && arguments->monitor ? acquisition_monitor(management, acquisition) : hr;
}

/* --- temporary licences ----------------------------------------------------------------------------------- */

/* What this program has to tell of the licence: a temporary one ends with it. */
struct stay
{
    bool temporary, can_persist;
};

static HRESULT persist_current(IWMDRMLicense *license, bool persist, struct stay *out)
{
    struct license_info info;
    HRESULT hr = license_info_read(license, &info);

    if (SUCCEEDED(hr) && !info.details.fPermanent)
    {
        if (persist && info.can_persist)
            hr = IWMDRMLicense_PersistLicense(license);
        else
            *out = (struct stay){.temporary = true, .can_persist = info.can_persist};
    }
    license_info_free(&info);
    return hr;
}

/* Of all licences of the key id. Without one, after a pre-delivery, nobody looks. */
static HRESULT persist(IWMDRMLicenseManagement *management, const struct acquisition *acquisition, bool persist,
                       struct stay *out)
{
    IWMDRMLicense *license;
    HRESULT hr;

    if (!acquisition->key_id)
        return S_OK;
    if (FAILED(hr = license_enumerate(management, acquisition->key_id, NULL, NULL, &license)))
        return hr == DRM_E_LICENSENOTFOUND ? S_OK : hr;
    while (SUCCEEDED(hr = persist_current(license, persist, out)) && (hr = license_next(license)) == S_OK)
        ;
    IWMDRMLicense_Release(license);
    return SUCCEEDED(hr) ? S_OK : hr;
}

static enum exit_code finish(const struct arguments *arguments, const struct stay *stay, HRESULT hr)
{
    const bool only_challenge = (arguments->nonsilent || arguments->legacy) && !arguments->monitor;

    if (hr == NS_S_DRM_MONITOR_CANCELLED || hr == NS_S_DRM_ACQUIRE_CANCELLED)
        hr = NS_E_DRM_OPERATION_CANCELED;
    if (FAILED(hr))
        return exit_failure(L"no licence was acquired", hr);
    if (!only_challenge && !arguments->as_json)
    {
        output_line(L"The licence is in the store.");
        if (stay->temporary)
            output_line(L"It is a temporary one and ends with this program%ls.",
                        stay->can_persist ? L"; --persist makes it permanent" : L"");
    }
    return EXIT_DONE;
}

/* --- the command ------------------------------------------------------------------------------------------ */

static const wchar_t *check(const struct arguments *arguments)
{
    const int sources = !!arguments->key_id + !!arguments->header_path + arguments->predelivery;
    const int ways = arguments->nonsilent + arguments->legacy + arguments->browser;

    if (sources != 1)
        return L"either KID or --header or --predelivery";
    if (ways > 1)
        return L"at most one of --nonsilent, --legacy and --browser";
    if (arguments->legacy && !arguments->key_id)
        return L"--legacy needs KID";
    if (arguments->monitor && (arguments->browser || arguments->predelivery))
        return L"--monitor goes with a key id, and without --browser";
    if (arguments->no_open && !arguments->browser)
        return L"--no-open goes with --browser";
    if (arguments->persist && (arguments->predelivery || ((arguments->nonsilent || arguments->legacy)
                                                          && !arguments->monitor)))
        return L"--persist goes with a key id, and with a licence";
    if (arguments->as_json && !arguments->nonsilent && !arguments->legacy)
        return L"--json goes with --nonsilent or --legacy";
    return NULL;
}

static enum exit_code run(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    struct arguments read = {0};
    const struct argument_option options[] = {
        {.name = L"--header", .value = &read.header_path},
        {.name = L"--url", .value = &read.url},
        {.name = L"--right", .value = &read.rights},
        {.name = L"--predelivery", .flag = &read.predelivery},
        {.name = L"--nonsilent", .flag = &read.nonsilent},
        {.name = L"--legacy", .flag = &read.legacy},
        {.name = L"--browser", .flag = &read.browser},
        {.name = L"--no-open", .flag = &read.no_open},
        {.name = L"--monitor", .flag = &read.monitor},
        {.name = L"--persist", .flag = &read.persist},
        {.name = L"--json", .flag = &read.as_json},
    };
    struct stay stay = {0};
    struct acquisition acquisition = {0};
    IWMDRMLicenseManagement *management;
    const wchar_t *wrong;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 1, &rest))
        return EXIT_USAGE;
    read.key_id = rest ? arguments[0] : NULL;
    if ((wrong = check(&read)))
        return command_misused(command, wrong);
    if (!(management = command_open_management(provider)))
        return EXIT_FAILED;
    hr = make_acquisition(provider, &read, &acquisition);
    if (SUCCEEDED(hr))
        hr = acquire(management, &acquisition, &read);
    if (hr == S_OK || hr == NS_S_DRM_LICENSE_ACQUIRED)
        hr = persist(management, &acquisition, read.persist, &stay);
    free_acquisition(&acquisition);
    IWMDRMLicenseManagement_Shutdown(management);
    IWMDRMLicenseManagement_Release(management);
    return finish(&read, &stay, hr);
}

const struct command command_acquire = {
    .name = L"acquire",
    .arguments = L"KID | --header FILE | --predelivery [--url URL] [--right RIGHTS] [a way]",
    .summary = L"acquire a licence, silently or by a web page",
    .help = L"  --header FILE   the content's header (WRMHEADER) instead of a key id\r\n"
            L"  --predelivery   without content: whatever the issuer has for this machine\r\n"
            L"  --url URL       where to; the header's, or that of the configured service, where it is left out;\r\n"
            L"                  \"local:\" is the embedded authority\r\n"
            L"  --right RIGHTS  rights that are asked for, such as Play,Copy\r\n"
            L"  --persist       keep a temporary licence, where its issuer lets one: it would end with this program\r\n"
            L"\r\n"
            L"ways, instead of the silent one:\r\n"
            L"  --nonsilent     print the URL and, on the next line, the challenge to post there\r\n"
            L"  --legacy        the same with a challenge that names the key id alone\r\n"
            L"  --json          print them as an object\r\n"
            L"  --browser       have the browser do that, and store what comes back\r\n"
            L"  --no-open       do not start the browser: print the address to open\r\n"
            L"  --monitor       wait until a licence is there, whoever stores it; alone, or after a challenge\r\n",
    .run = run,
};
