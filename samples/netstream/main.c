/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netstream: a file from one process to another as protected content for a network device, through
 * IWMDRMNetTransmitter at one end and IWMDRMNetReceiver at the other.
 */
#include <winsock2.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"
#include "common/output.h"
#include "common/sample.h"
#include "common/session.h"
#include "options.h"
#include "receive.h"
#include "serve.h"

static enum exit_code run(IWMDRMProvider *provider, void *context)
{
    const struct options *options = context;

    return options->serve ? serve(provider, options) : receive(provider, options);
}

int sample_main(int count, wchar_t **arguments)
{
    struct options options;
    enum exit_code code;
    WSADATA data;
    int error;

    output_open(L"netstream");
    if (!options_parse(count, arguments, &options))
        return EXIT_USAGE;
    if (options.help)
    {
        options_print_help();
        return EXIT_DONE;
    }
    if (options.version)
    {
        output_line(L"netstream " WMDRM_VERSION);
        return EXIT_DONE;
    }
    if ((error = WSAStartup(MAKEWORD(2, 2), &data)))
        return exit_failure(L"cannot use the network", HRESULT_FROM_WIN32(error));
    code = session_run(run, &options);
    WSACleanup();
    return code;
}
