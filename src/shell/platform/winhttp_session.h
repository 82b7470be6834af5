/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WinHTTP sessions, and with them the way to a server: proxies as the system says.
 */
#ifndef WMDRM_SHELL_WINHTTP_SESSION_H
#define WMDRM_SHELL_WINHTTP_SESSION_H

#include "shell/platform/winhttp_target.h"

/*
 * Opens an asynchronous session for one exchange with target: directly where that is this machine, else through what
 * the user's settings or their automatic configuration name, else as the system's default says. May block for as long
 * as the network and its configuration script take. The caller closes the session, after its connection and request.
 * Fails with what winhttp_error_result makes of WinHTTP's error.
 */
drm_result winhttp_session_open(const struct winhttp_target *target, HINTERNET *out);

#endif
