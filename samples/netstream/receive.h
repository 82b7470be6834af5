/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving end: IWMDRMNetReceiver. */
#ifndef NETSTREAM_RECEIVE_H
#define NETSTREAM_RECEIVE_H

#include <winsock2.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"
#include "options.h"

/* Asks a sender for its file and writes it. Nothing is left of the output where that fails. */
enum exit_code receive(IWMDRMProvider *provider, const struct options *options);

#endif
