/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report: every event as one line of a UTF-8 file. */
#ifndef DRMUPDATE_REPORT_H
#define DRMUPDATE_REPORT_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

struct report
{
    HANDLE file; /* NULL where no report was asked for */
    HRESULT result; /* the first failure to write */
};

/* Makes the file, in place of an existing one. A NULL path is no report: every call does nothing then. */
HRESULT report_open(struct report *report, const wchar_t *path);

/* printf of one line after the time. */
void report_line(struct report *report, const char *format, ...) __attribute__((format(gnu_printf, 2, 3)));

/* One event; status is that of a progress event, else NULL. */
void report_event(struct report *report, MediaEventType type, HRESULT hr, const WM_INDIVIDUALIZE_STATUS *status);

/* Returns the first failure of the whole report. */
HRESULT report_close(struct report *report);

#endif
