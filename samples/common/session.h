/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the start of Windows Media DRM to its end: what every program of it begins and ends with. */
#ifndef SAMPLES_SESSION_H
#define SAMPLES_SESSION_H

#include <windows.h>
#include <wmdrmsdk.h>

#include "exit_code.h"

/* Installs the handler of Ctrl+C, starts, makes a provider, calls run with it and ends all of that again. Says what
 * failed. Returns what run did, or EXIT_FAILED where its output could not be written. */
enum exit_code session_run(enum exit_code (*run)(IWMDRMProvider *provider, void *context), void *context);

#endif
