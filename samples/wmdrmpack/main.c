/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wmdrmpack: protects any file, with content of the embedded authority or under a licence that this machine gets.
 */
#include <stdbool.h>

#include "common/arguments.h"
#include "common/container.h"
#include "common/output.h"
#include "common/protect_file.h"
#include "common/sample.h"
#include "common/session.h"
#include "content.h"

static const wchar_t help[] =
    L"usage: wmdrmpack [OPTION...] INPUT OUTPUT\r\n"
    L"\r\n"
    L"Protects a file: what comes out opens only with a licence (see wmdrmplay).\r\n"
    L"\r\n"
    L"  --kid KID         content that its issuer knows; a licence is acquired where there is none. Without this,\r\n"
    L"                    new content is added to the embedded authority\r\n"
    L"  --rights TEXT     what licences of new content grant (\"Play\")\r\n"
    L"  --name TEXT       its name (the input's)\r\n"
    L"  --url URL         where licences come from: goes into the file\r\n"
    L"  --block-size N    bytes, 1 to 16777216 (65536)\r\n"
    L"  --overwrite       an output that is there\r\n"
    L"  --help, --version\r\n"
    L"\r\n"
    L"The one use of the licence that this takes counts like any other.\r\n"
    L"exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled\r\n";

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    const struct options *options = context;
    struct content content;
    enum exit_code code;

    /* Before there is content for nothing. */
    if (GetFileAttributesW(options->input) == INVALID_FILE_ATTRIBUTES)
        return exit_failure(L"cannot open the input", HRESULT_FROM_WIN32(GetLastError()));
    if (!options->overwrite && GetFileAttributesW(options->output) != INVALID_FILE_ATTRIBUTES)
        return exit_failure(L"cannot make the output", HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    code = content_prepare(provider, options, &content);
    if (code == EXIT_DONE)
        code = protect_file(&(struct protect_order){.input = options->input, .output = options->output,
                                                    .block_size = options->block_size,
                                                    .overwrite = options->overwrite, .header = content.header,
                                                    .encryptor = content.encryptor});
    if (code == EXIT_DONE)
        output_line(L"%ls", content.key_id);
    content_free(&content);
    return code;
}

static bool check(struct options *options, const wchar_t *block_size, int rest)
{
    options->block_size = PROTECT_BLOCK_SIZE;
    if (rest != 2)
        output_error(L"an input and an output are needed; see wmdrmpack --help");
    else if (options->key_id && (options->rights || options->name))
        output_error(L"--rights and --name are for new content, without --kid; see wmdrmpack --help");
    else if (block_size && (!arguments_parse_number(block_size, &options->block_size) || !options->block_size
                            || options->block_size > CONTAINER_MAX_BLOCK_SIZE))
        output_error(L"--block-size needs a number from 1 to %d; see wmdrmpack --help", CONTAINER_MAX_BLOCK_SIZE);
    else
        return true;
    return false;
}

int sample_main(int count, wchar_t **arguments)
{
    bool wants_help = false, wants_version = false;
    const wchar_t *block_size = NULL;
    struct options options = {0};
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &wants_help},
        {.name = L"-h", .flag = &wants_help},
        {.name = L"--version", .flag = &wants_version},
        {.name = L"--kid", .value = &options.key_id},
        {.name = L"--rights", .value = &options.rights},
        {.name = L"--name", .value = &options.name},
        {.name = L"--url", .value = &options.url},
        {.name = L"--block-size", .value = &block_size},
        {.name = L"--overwrite", .flag = &options.overwrite},
    };
    int rest;

    output_open(L"wmdrmpack");
    if (!arguments_parse(count - 1, arguments + 1, list, ARRAYSIZE(list), &rest))
        return EXIT_USAGE;
    if (wants_help)
        output_text(help);
    else if (wants_version)
        output_line(L"wmdrmpack " WMDRM_VERSION);
    if (wants_help || wants_version)
        return EXIT_DONE;
    if (!check(&options, block_size, rest))
        return EXIT_USAGE;
    options.input = arguments[1];
    options.output = arguments[2];
    return session_run(run, &options);
}
