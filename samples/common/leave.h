/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a program whose exit code must come through under Wine 8. */
#ifndef SAMPLES_LEAVE_H
#define SAMPLES_LEAVE_H

#include <stdnoreturn.h>

/*
 * Ends the process with this exit code, its streams flushed. Nothing else is tidied up: no atexit function, no
 * DLL_PROCESS_DETACH.
 */
noreturn void leave(int code);

#endif
