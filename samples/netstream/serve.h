/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending end: IWMDRMNetTransmitter and, for the home, IWMDRMNetRegistrar. */
#ifndef NETSTREAM_SERVE_H
#define NETSTREAM_SERVE_H

#include <winsock2.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"
#include "options.h"

/* Waits for one receiver and serves it. */
enum exit_code serve(IWMDRMProvider *provider, const struct options *options);

#endif
