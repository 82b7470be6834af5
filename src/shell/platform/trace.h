/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trace: one line for each call, state and failure, for whoever wants to know what happened. It never holds a key,
 * a secret or the body of a licence.
 */
#ifndef WMDRM_SHELL_TRACE_H
#define WMDRM_SHELL_TRACE_H

#include <windows.h>

#include "engine/host.h"

/*
 * Where lines go from now on: NULL or "" nowhere, "-" to the debugger, else to the end of the file of that name
 * (UTF-8), which is made where it is missing. Several processes may share the file. A file that cannot be opened turns
 * the trace off and returns DRM_E_NOT_CONFIGURED. Cheap where that is open already. Any thread may call it at any time.
 */
drm_result trace_open(const char *where);
void trace_close(void);

/* Read without a lock by trace_line; use trace_open. */
extern volatile LONG trace_is_on;

/*
 * printf of one line, without its end; time, process and thread are put before it. Control characters become question
 * marks, and a line over 1000 bytes is cut. Costs a branch where the trace is off; the arguments are evaluated all the
 * same. Keeps the last error.
 */
#define trace_line(...)                     \
    do                                      \
    {                                       \
        if (trace_is_on)                    \
            trace_write_line(__VA_ARGS__);  \
    } while (0)
void trace_write_line(const char *format, ...) DRM_PRINTF(1, 2);

/* "{01234567-89ab-cdef-0123-456789abcdef}", or "(null)". Returns out. */
#define TRACE_GUID_SIZE 39
const char *trace_guid(const GUID *guid, char out[TRACE_GUID_SIZE]);

/* "0x80004005". Returns out. */
#define TRACE_HRESULT_SIZE 11
const char *trace_hresult(HRESULT hr, char out[TRACE_HRESULT_SIZE]);

/* One line that says that what failed, and hr again: for return trace_failure("Method", hr). */
static inline HRESULT trace_failure(const char *what, HRESULT hr)
{
    trace_line("%s failed: 0x%08lx", what, (unsigned long)hr);
    return hr;
}

/* The engine's log, as lines of the trace. */
void trace_log_init(struct drm_log *out);

#endif
