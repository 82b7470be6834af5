/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl content ...: what the embedded authority issues licences for. */
#include "command.h"

#include <stdlib.h>
#include <oleauto.h>

#include "common/hex.h"
#include "common/json.h"
#include "common/output.h"
#include "common/text_file.h"
#include "common/times.h"

#define CONTENT_KEY_SIZE 16
#define DEFAULT_RIGHTS L"Play"

/* --- add -------------------------------------------------------------------------------------------------- */

static HRESULT read_key(const wchar_t *path, BYTE key[CONTENT_KEY_SIZE])
{
    wchar_t *text, *next, *line;
    HRESULT hr = text_file_read(path, &text);

    if (FAILED(hr))
        return hr;
    next = text;
    line = text_file_next_line(&next);
    if (!line || !hex_parse(line, key, CONTENT_KEY_SIZE))
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    SecureZeroMemory(text, wcslen(text) * sizeof(*text));
    free(text);
    return hr;
}

static HRESULT add(IWMDRMAuthority *authority, const WMDRM_CONTENT *content, const wchar_t *key_path, BSTR *key_id)
{
    BYTE key[CONTENT_KEY_SIZE];
    HRESULT hr;

    if (!key_path)
        return IWMDRMAuthority_AddContent(authority, content, NULL, 0, key_id);
    if (FAILED(hr = read_key(key_path, key)))
        return hr;
    hr = IWMDRMAuthority_AddContent(authority, content, key, CONTENT_KEY_SIZE, key_id);
    SecureZeroMemory(key, sizeof(key));
    return hr;
}

static enum exit_code run_add(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    const wchar_t *key_id = NULL, *key_path = NULL, *name = NULL, *rights = NULL, *per_machine = NULL;
    bool interactive = false;
    const struct argument_option options[] = {
        {.name = L"--kid", .value = &key_id},
        {.name = L"--key-file", .value = &key_path},
        {.name = L"--name", .value = &name},
        {.name = L"--rights", .value = &rights},
        {.name = L"--per-machine", .value = &per_machine},
        {.name = L"--interactive", .flag = &interactive},
    };
    unsigned long limit = 0;
    WMDRM_CONTENT content;
    IWMDRMAuthority *authority;
    BSTR result = NULL;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (per_machine && !arguments_parse_number(per_machine, &limit))
        return command_misused(command, L"--per-machine needs a number");
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    content = (WMDRM_CONTENT){
        .bstrKID = key_id ? SysAllocString(key_id) : NULL,
        .bstrName = SysAllocString(name ? name : L""),
        .bstrRights = SysAllocString(rights ? rights : DEFAULT_RIGHTS),
        .dwFlags = interactive ? WMDRM_CONTENT_INTERACTIVE : 0,
        .dwPerMachine = limit,
    };
    hr = add(authority, &content, key_path, &result);
    SysFreeString(content.bstrKID);
    SysFreeString(content.bstrName);
    SysFreeString(content.bstrRights);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(hr == E_INVALIDARG
                                ? L"the content was not added: its rights cannot be read, or another key is known"
                                : L"the content was not added",
                            hr);
    output_line(L"%ls", result);
    SysFreeString(result);
    return EXIT_DONE;
}

/* --- import ----------------------------------------------------------------------------------------------- */

static HRESULT import(IWMDRMAuthority *authority, const wchar_t *path, const WMDRM_CONTENT *defaults, DWORD *count,
                      BSTR *wrong)
{
    wchar_t *text;
    HRESULT hr = text_file_read(path, &text);
    BSTR table;

    if (FAILED(hr))
        return hr;
    table = SysAllocString(text);
    SecureZeroMemory(text, wcslen(text) * sizeof(*text));
    free(text);
    if (!table)
        return E_OUTOFMEMORY;
    hr = IWMDRMAuthority_ImportContents(authority, table, defaults, count, wrong);
    SecureZeroMemory(table, SysStringByteLen(table));
    SysFreeString(table);
    return hr;
}

static void report_wrong_lines(const wchar_t *path, wchar_t *lines)
{
    for (wchar_t *next; lines; lines = next)
    {
        if ((next = wcschr(lines, L'\n')))
            *next++ = 0;
        output_error(L"%ls: %ls", path, lines);
    }
    output_error(L"%ls: nothing was added; mend this, and import the table again", path);
}

static enum exit_code run_import(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    const wchar_t *name = NULL, *rights = NULL, *per_machine = NULL;
    bool interactive = false;
    const struct argument_option options[] = {
        {.name = L"--name", .value = &name},
        {.name = L"--rights", .value = &rights},
        {.name = L"--per-machine", .value = &per_machine},
        {.name = L"--interactive", .flag = &interactive},
    };
    unsigned long limit = 0;
    IWMDRMAuthority *authority;
    WMDRM_CONTENT defaults;
    BSTR wrong = NULL;
    DWORD added = 0;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (per_machine && !arguments_parse_number(per_machine, &limit))
        return command_misused(command, L"--per-machine needs a number");
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    defaults = (WMDRM_CONTENT){
        .bstrName = SysAllocString(name ? name : L""),
        .bstrRights = SysAllocString(rights ? rights : DEFAULT_RIGHTS),
        .dwFlags = interactive ? WMDRM_CONTENT_INTERACTIVE : 0,
        .dwPerMachine = limit,
    };
    hr = import(authority, arguments[0], &defaults, &added, &wrong);
    SysFreeString(defaults.bstrName);
    SysFreeString(defaults.bstrRights);
    IWMDRMAuthority_Release(authority);
    if (wrong)
    {
        report_wrong_lines(arguments[0], wrong);
        SysFreeString(wrong);
        return EXIT_FAILED;
    }
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    output_line(L"%lu", added);
    return EXIT_DONE;
}

/* --- list ------------------------------------------------------------------------------------------------- */

static void print_line(const WMDRM_CONTENT *content)
{
    output_line(L"%-24ls  %8llu  %8llu  %-11ls  %ls%ls%ls", content->bstrKID, content->cLicenses, content->cMachines,
                content->dwFlags & WMDRM_CONTENT_WITHDRAWN ? L"withdrawn"
                    : content->dwFlags & WMDRM_CONTENT_INTERACTIVE ? L"interactive" : L"offered",
                content->bstrRights, content->bstrName && *content->bstrName ? L"  # " : L"",
                content->bstrName ? content->bstrName : L"");
}

static void put_json(struct json *json, const WMDRM_CONTENT *content)
{
    wchar_t text[TIME_TEXT_SIZE];

    json_open_object(json, NULL);
    json_text(json, L"keyId", content->bstrKID);
    json_text(json, L"name", content->bstrName);
    json_text(json, L"rights", content->bstrRights);
    json_text(json, L"added", time_format(&content->ftAdded, text));
    json_bool(json, L"withdrawn", content->dwFlags & WMDRM_CONTENT_WITHDRAWN);
    json_bool(json, L"interactive", content->dwFlags & WMDRM_CONTENT_INTERACTIVE);
    json_number(json, L"perMachine", content->dwPerMachine);
    json_number(json, L"licenses", content->cLicenses);
    json_number(json, L"machines", content->cMachines);
    json_close_object(json);
}

static void print_contents(const WMDRM_CONTENT *contents, DWORD count, bool as_json)
{
    struct json json;

    if (as_json)
    {
        json_begin(&json);
        json_open_array(&json, NULL);
        for (DWORD i = 0; i < count; ++i)
            put_json(&json, &contents[i]);
        json_close_array(&json);
        json_end(&json);
        return;
    }
    if (!count)
        output_line(L"There is no content.");
    else
        output_line(L"%-24ls  %8ls  %8ls  %-11ls  %ls", L"KEY ID", L"LICENCES", L"MACHINES", L"STATE", L"RIGHTS");
    for (DWORD i = 0; i < count; ++i)
        print_line(&contents[i]);
}

static enum exit_code run_list(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    bool as_json = false;
    const struct argument_option options[] = {{.name = L"--json", .flag = &as_json}};
    IWMDRMAuthority *authority;
    WMDRM_CONTENT *contents;
    DWORD content_count;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    hr = IWMDRMAuthority_GetContents(authority, &content_count, &contents);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the content cannot be listed", hr);
    print_contents(contents, content_count, as_json);
    for (DWORD i = 0; i < content_count; ++i)
    {
        SysFreeString(contents[i].bstrKID);
        SysFreeString(contents[i].bstrName);
        SysFreeString(contents[i].bstrRights);
    }
    CoTaskMemFree(contents);
    return EXIT_DONE;
}

/* --- withdraw, header, key -------------------------------------------------------------------------------- */

static enum exit_code run_withdraw(IWMDRMProvider *provider, const struct command *command, int count,
                                   wchar_t **arguments)
{
    IWMDRMAuthority *authority;
    HRESULT hr = E_OUTOFMEMORY;
    BSTR key_id;
    int rest;

    if (!command_parse(command, count, arguments, NULL, 0, 1, 1, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    if ((key_id = SysAllocString(arguments[0])))
        hr = IWMDRMAuthority_WithdrawContent(authority, key_id);
    SysFreeString(key_id);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    output_line(L"No licences of it are issued any more. Those that were issued stay.");
    return EXIT_DONE;
}

static enum exit_code run_header(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    const wchar_t *url = NULL, *min_version = NULL;
    const struct argument_option options[] = {
        {.name = L"--url", .value = &url},
        {.name = L"--min-version", .value = &min_version},
    };
    BSTR key_id, url_text, version_text, header;
    IWMDRMAuthority *authority;
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    key_id = SysAllocString(arguments[0]);
    url_text = url ? SysAllocString(url) : NULL;
    version_text = min_version ? SysAllocString(min_version) : NULL;
    hr = IWMDRMAuthority_MakeContentHeader(authority, key_id, url_text, version_text, &header);
    SysFreeString(version_text);
    SysFreeString(url_text);
    SysFreeString(key_id);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    output_text(header);
    output_text(L"\r\n");
    SysFreeString(header);
    return EXIT_DONE;
}

static enum exit_code run_key(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments)
{
    wchar_t text[2 * CONTENT_KEY_SIZE + 1];
    BYTE key[CONTENT_KEY_SIZE];
    IWMDRMAuthority *authority;
    HRESULT hr = E_OUTOFMEMORY;
    BSTR key_id;
    int rest;

    if (!command_parse(command, count, arguments, NULL, 0, 1, 1, &rest))
        return EXIT_USAGE;
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    if ((key_id = SysAllocString(arguments[0])))
        hr = IWMDRMAuthority_GetContentKey(authority, key_id, key);
    SysFreeString(key_id);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(arguments[0], hr);
    hex_format(key, sizeof(key), text);
    output_line(L"%ls", text);
    SecureZeroMemory(key, sizeof(key));
    SecureZeroMemory(text, sizeof(text));
    return EXIT_DONE;
}

const struct command command_content_add = {
    .name = L"content add",
    .arguments = L"[--kid KID] [--key-file FILE] [--name NAME] [--rights RIGHTS] [--per-machine N] [--interactive]",
    .summary = L"add content to the embedded authority, or change it; prints its key id",
    .help = L"  --kid KID        its key id; a random one where it is left out\r\n"
            L"  --key-file FILE  its content key, 32 hexadecimal digits; a random one where it is left out\r\n"
            L"  --name NAME      for people\r\n"
            L"  --rights RIGHTS  what its licences grant, such as \"Play(count=3); Backup\"; Play without it\r\n"
            L"  --per-machine N  how many licences one machine may have; any number where it is left out\r\n"
            L"  --interactive    its licences are not issued silently\r\n",
    .run = run_add,
};

const struct command command_content_import = {
    .name = L"content import",
    .arguments = L"FILE [--name NAME] [--rights RIGHTS] [--per-machine N] [--interactive]",
    .summary = L"add the content of a table, all of it or nothing; prints how much",
    .help = L"  FILE             lines of KID,KEY,RIGHTS,NAME as in any CSV file, - is the standard input; a field\r\n"
            L"                   with a comma in it stands in double quotes; all but KID may be empty\r\n"
            L"  --name NAME      of lines without one\r\n"
            L"  --rights RIGHTS  of lines without any; Play without it\r\n"
            L"  --per-machine N  how many licences one machine may have; any number where it is left out\r\n"
            L"  --interactive    its licences are not issued silently\r\n",
    .run = run_import,
};

const struct command command_content_list = {
    .name = L"content list",
    .arguments = L"[--json]",
    .summary = L"show the content of the embedded authority",
    .run = run_list,
};

const struct command command_content_withdraw = {
    .name = L"content withdraw",
    .arguments = L"KID",
    .summary = L"issue no more licences of some content",
    .run = run_withdraw,
};

const struct command command_content_header = {
    .name = L"content header",
    .arguments = L"KID [--url URL] [--min-version VERSION]",
    .summary = L"print a content header (WRMHEADER)",
    .run = run_header,
};

const struct command command_content_key = {
    .name = L"content key",
    .arguments = L"KID",
    .summary = L"print a content key, for who encrypts the content",
    .run = run_key,
};
