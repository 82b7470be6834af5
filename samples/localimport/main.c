/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * localimport: a program that makes protected content on this machine, and the licence for it, without asking anybody:
 * as one that rips a disc would. It plays two parts that could be two programs: the issuer (license.c), who knows the
 * machine by its certificate alone, and the application (content.c), which protects the file and stores the licence.
 */
#include <stdbool.h>

#include "common/arguments.h"
#include "common/output.h"
#include "common/sample.h"
#include "common/session.h"
#include "content.h"

static const wchar_t help[] =
    L"usage: localimport --new-key KEYFILE\r\n"
    L"       localimport --key KEYFILE --certificate FILE [OPTION...] INPUT OUTPUT\r\n"
    L"\r\n"
    L"Protects a file under a licence that this program makes itself, for this machine, and stores\r\n"
    L"the licence (see wmdrmplay). The authority certifies it as an issuer once:\r\n"
    L"\r\n"
    L"  localimport --new-key issuer.key\r\n"
    L"  wmdrmctl authority certify --role issuer --name \"My ripper\" --sign-key HEX --output issuer.cert\r\n"
    L"  localimport --key issuer.key --certificate issuer.cert song.wav song.pack\r\n"
    L"\r\n"
    L"  --new-key KEYFILE   makes the issuer's key, for this user on this machine; prints its public half\r\n"
    L"  --key KEYFILE       the issuer's key\r\n"
    L"  --certificate FILE  its certificate, as the authority gave it\r\n"
    L"  --rights TEXT       what the licence grants (\"Play; imported=yes\")\r\n"
    L"  --url URL           where the licence can be had again: goes into it and the file\r\n"
    L"  --license FILE      writes the licence there, too\r\n"
    L"  --overwrite         an output that is there\r\n"
    L"  --help, --version\r\n"
    L"\r\n"
    L"exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled\r\n";

static enum exit_code run_parts(IWMDRMProvider *provider, IWMDRMLicenseManagement *management,
                                const struct options *options)
{
    struct license_maker maker;
    enum exit_code code = license_maker_open(provider, management, options->key, options->certificate, &maker);

    if (code == EXIT_DONE)
        code = content_import(management, &maker, options);
    license_maker_close(&maker);
    return code;
}

static enum exit_code make_key(IWMDRMLicenseManagement *management, const wchar_t *path)
{
    IWMDRMIssuer *issuer;
    enum exit_code code;
    HRESULT hr = IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMIssuer, (void **)&issuer);

    if (FAILED(hr))
        return exit_failure(L"this wmdrmsdk.dll makes no licences", hr);
    code = issuer_key_create(issuer, path);
    IWMDRMIssuer_Release(issuer);
    return code;
}

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    const struct options *options = context;
    IWMDRMLicenseManagement *management;
    enum exit_code code;
    HRESULT hr;

    /* Before there is a licence for nothing. */
    if (options->input && GetFileAttributesW(options->input) == INVALID_FILE_ATTRIBUTES)
        return exit_failure(L"cannot open the input", HRESULT_FROM_WIN32(GetLastError()));
    if (FAILED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management)))
        return exit_failure(L"licences are not available", hr);
    code = options->new_key ? make_key(management, options->new_key) : run_parts(provider, management, options);
    IWMDRMLicenseManagement_Shutdown(management);
    IWMDRMLicenseManagement_Release(management);
    return code;
}

static bool check(const struct options *options, int rest)
{
    const bool others = options->key || options->certificate || options->rights || options->url || options->license
                        || options->overwrite || rest;

    if (options->new_key && others)
        output_error(L"--new-key stands alone; see localimport --help");
    else if (!options->new_key && rest != 2)
        output_error(L"an input and an output are needed; see localimport --help");
    else if (!options->new_key && (!options->key || !options->certificate))
        output_error(L"--key and --certificate are needed; see localimport --help");
    else
        return true;
    return false;
}

int sample_main(int count, wchar_t **arguments)
{
    bool wants_help = false, wants_version = false;
    struct options options = {0};
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &wants_help},
        {.name = L"-h", .flag = &wants_help},
        {.name = L"--version", .flag = &wants_version},
        {.name = L"--new-key", .value = &options.new_key},
        {.name = L"--key", .value = &options.key},
        {.name = L"--certificate", .value = &options.certificate},
        {.name = L"--rights", .value = &options.rights},
        {.name = L"--url", .value = &options.url},
        {.name = L"--license", .value = &options.license},
        {.name = L"--overwrite", .flag = &options.overwrite},
    };
    int rest;

    output_open(L"localimport");
    if (!arguments_parse(count - 1, arguments + 1, list, ARRAYSIZE(list), &rest))
        return EXIT_USAGE;
    if (wants_help)
        output_text(help);
    else if (wants_version)
        output_line(L"localimport " WMDRM_VERSION);
    if (wants_help || wants_version)
        return EXIT_DONE;
    if (!check(&options, rest))
        return EXIT_USAGE;
    if (!options.new_key)
    {
        options.input = arguments[1];
        options.output = arguments[2];
    }
    if (!options.rights)
        options.rights = L"Play; imported=yes";
    return session_run(run, &options);
}
