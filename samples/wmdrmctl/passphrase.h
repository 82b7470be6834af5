/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passphrases: from a file, or asked for on the terminal, unseen; never from the command line, which others read. */
#ifndef WMDRMCTL_PASSPHRASE_H
#define WMDRMCTL_PASSPHRASE_H

#include <stdbool.h>
#include <windows.h>

#define PASSPHRASE_SIZE 512

/* path NULL: asks, twice where it is new. Returns a failure, said on the error output, where there is none. */
bool passphrase_get(const wchar_t *path, bool is_new, wchar_t out[PASSPHRASE_SIZE]);

void passphrase_wipe(wchar_t text[PASSPHRASE_SIZE]);

#endif
