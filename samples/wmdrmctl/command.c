/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <wchar.h>

#include "common/output.h"

const struct command *const commands[] = {
    &command_status, &command_list, &command_show, &command_query, &command_acquire, &command_store, &command_use,
    &command_backup, &command_restore, &command_delete, &command_clean, &command_content_add, &command_content_import,
    &command_content_list, &command_content_withdraw, &command_content_header, &command_content_key,
    &command_authority_status, &command_authority_export, &command_authority_import, &command_authority_certify,
    &command_authority_revoke, &command_clock_show, &command_clock_set, NULL,
};

/* How many words of the arguments are the name; 0: others. */
static int match_name(const wchar_t *name, int count, wchar_t **arguments)
{
    const wchar_t *space = wcschr(name, L' ');
    size_t length;

    if (!space)
        return count > 0 && !wcscmp(arguments[0], name);
    length = (size_t)(space - name);
    return count > 1 && !wcsncmp(arguments[0], name, length) && !arguments[0][length]
        && !wcscmp(arguments[1], space + 1) ? 2 : 0;
}

const struct command *command_find(int count, wchar_t **arguments, int *words)
{
    for (size_t i = 0; commands[i]; ++i)
    {
        if ((*words = match_name(commands[i]->name, count, arguments)))
            return commands[i];
    }
    return NULL;
}

enum exit_code command_misused(const struct command *command, const wchar_t *what)
{
    output_error(L"%ls; see wmdrmctl %ls --help", what, command->name);
    return EXIT_USAGE;
}

bool command_parse(const struct command *command, int count, wchar_t **arguments, const struct argument_option *options,
                   size_t option_count, int min, int max, int *rest)
{
    if (!arguments_parse(count, arguments, options, option_count, rest))
        output_error(L"see wmdrmctl %ls --help", command->name);
    else if (*rest < min)
        command_misused(command, L"too few arguments");
    else if (*rest > max)
        command_misused(command, L"too many arguments");
    else
        return true;
    return false;
}

void command_print_help(const struct command *command)
{
    output_line(L"usage: wmdrmctl %ls%ls%ls", command->name, *command->arguments ? L" " : L"", command->arguments);
    output_line(L"");
    output_line(L"%ls", command->summary);
    if (command->help)
    {
        output_line(L"");
        output_text(command->help);
    }
}

IWMDRMLicenseManagement *command_open_management(IWMDRMProvider *provider)
{
    IWMDRMLicenseManagement *management;
    HRESULT hr;

    hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management);
    if (SUCCEEDED(hr))
        return management;
    exit_failure(L"cannot make a licence management object", hr);
    return NULL;
}

IWMDRMLicenseQuery *command_open_query(IWMDRMProvider *provider)
{
    IWMDRMLicenseQuery *query;
    HRESULT hr;

    hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseQuery, (void **)&query);
    if (SUCCEEDED(hr))
        return query;
    exit_failure(L"cannot make a query object", hr);
    return NULL;
}

IWMDRMAuthority *command_open_authority(IWMDRMProvider *provider)
{
    IWMDRMLicenseManagement *management = command_open_management(provider);
    IWMDRMAuthority *authority;
    HRESULT hr;

    if (!management)
        return NULL;
    hr = IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMAuthority, (void **)&authority);
    IWMDRMLicenseManagement_Release(management);
    if (SUCCEEDED(hr))
        return authority;
    exit_failure(L"this wmdrmsdk.dll has no authority to administer", hr);
    return NULL;
}
