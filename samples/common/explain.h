/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a result means: cause and remedy, from the message table of wmdrmsdk.dll. */
#ifndef SAMPLES_EXPLAIN_H
#define SAMPLES_EXPLAIN_H

#include <windows.h>

#define EXPLANATION_SIZE 512

/* Gives one line of text with the number at its end, also for a code that nobody knows. Returns text. */
const wchar_t *explain(HRESULT hr, wchar_t text[EXPLANATION_SIZE]);

#endif
