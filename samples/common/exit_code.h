/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the samples end. */
#ifndef SAMPLES_EXIT_CODE_H
#define SAMPLES_EXIT_CODE_H

#include <windows.h>

enum exit_code
{
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CANCELLED = 3,
};

/* Says on the error output what failed, why, and what to do: "what: cause; remedy. (number)". Returns EXIT_CANCELLED
 * where the user wanted it so, else EXIT_FAILED. */
enum exit_code exit_failure(const wchar_t *what, HRESULT hr);

#endif
