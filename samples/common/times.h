/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as text: "2026-12-01T12:00:00Z". */
#ifndef SAMPLES_TIMES_H
#define SAMPLES_TIMES_H

#include <stdbool.h>
#include <windows.h>

#define TIME_TEXT_SIZE 32

/* Returns text. */
const wchar_t *time_format(const FILETIME *time, wchar_t text[TIME_TEXT_SIZE]);

/* Reads a date, or a date and a time of day, with seconds and Z or without: "2026-12-01", "2026-12-01T12:00". UTC. */
bool time_parse(const wchar_t *text, FILETIME *out);

#endif
