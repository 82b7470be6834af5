/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "common/arguments.h"
#include "common/output.h"

#define DEFAULT_PATIENCE 60
#define MAX_PATIENCE 3600

static bool usage(const wchar_t *what)
{
    output_error(L"%ls; see netstream --help", what);
    return false;
}

static bool check_serve(struct options *options, int rest)
{
    if (rest)
        return usage(L"--serve needs nothing but its file");
    if (options->unregistered)
        return usage(L"--unregistered is for a receiver");
    return true;
}

static bool check_receive(struct options *options, wchar_t **arguments, int rest)
{
    if (rest != 2)
        return usage(rest ? L"an address and a file are needed" : L"what to do");
    if (options->deny)
        return usage(L"--deny is for --serve");
    if (!options->port)
        return usage(L"--port is needed to receive");
    options->host = arguments[0];
    options->output = arguments[1];
    return true;
}

bool options_parse(int count, wchar_t **arguments, struct options *options)
{
    const wchar_t *port = NULL, *patience = NULL;
    int rest;
    const struct argument_option list[] = {
        {.name = L"--help", .flag = &options->help},
        {.name = L"-h", .flag = &options->help},
        {.name = L"--version", .flag = &options->version},
        {.name = L"--serve", .value = &options->serve},
        {.name = L"--port", .value = &port},
        {.name = L"--timeout", .value = &patience},
        {.name = L"--deny", .flag = &options->deny},
        {.name = L"--unregistered", .flag = &options->unregistered},
    };

    *options = (struct options){.patience = DEFAULT_PATIENCE};
    if (!arguments_parse(count - 1, arguments + 1, list, sizeof(list) / sizeof(list[0]), &rest))
        return false;
    if (options->help || options->version)
        return true;
    if (port && (!arguments_parse_number(port, &options->port) || options->port > 65535))
        return usage(L"--port needs a number up to 65535");
    if (patience && (!arguments_parse_number(patience, &options->patience) || !options->patience
                     || options->patience > MAX_PATIENCE))
        return usage(L"--timeout needs a number from 1 to 3600");
    return options->serve ? check_serve(options, rest) : check_receive(options, arguments + 1, rest);
}

void options_print_help(void)
{
    output_line(L"usage: netstream --serve FILE [--port PORT] [--timeout SECONDS] [--deny]");
    output_line(L"       netstream --port PORT [--timeout SECONDS] [--unregistered] ADDRESS OUTPUT");
    output_line(L"");
    output_line(L"Sends a file from one machine to another as protected content for a network device. The first form");
    output_line(L"waits for one receiver, which registers, shows that it is near, and gets a licence; the file is");
    output_line(L"encrypted on the way. The second form receives it, decrypts it, and writes it to OUTPUT.");
    output_line(L"Both machines need an identity of the same authority (drmupdate).");
    output_line(L"");
    output_line(L"  --serve FILE    send FILE");
    output_line(L"  --port PORT     the TCP port; to serve, any free one where it is left out");
    output_line(L"  --timeout SECONDS");
    output_line(L"                  how long the other end may be silent (60)");
    output_line(L"  --deny          approve no receiver");
    output_line(L"  --unregistered  ask for a licence without registering, which the sender refuses");
    output_line(L"  --help          show this text");
    output_line(L"  --version       show the version of this program");
    output_line(L"");
    output_line(L"exit codes: 0 the whole file went over, 1 failed, 2 wrong usage, 3 cancelled");
}
