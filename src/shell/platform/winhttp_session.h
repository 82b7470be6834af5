/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process's WinHTTP session, and the way to a server: proxies as the system says.
 */
#ifndef WMDRM_SHELL_WINHTTP_SESSION_H
#define WMDRM_SHELL_WINHTTP_SESSION_H

#include "shell/platform/winhttp_target.h"

/* The session, asynchronous, opened at the first call and never closed: an abandoned request may outlive everybody who
 * could close it. NULL with a last error. */
HINTERNET winhttp_session(void);

/*
 * Tells request how to reach target: directly where that is this machine, else through what the user's settings or
 * their automatic configuration name, else as the system's default says. May block for seconds while the network is
 * asked for a configuration.
 */
void winhttp_session_choose_proxy(HINTERNET session, HINTERNET request, const struct winhttp_target *target);

#endif
