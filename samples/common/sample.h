/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a sample begins: wmain of sample.c calls it, and ends the process with what it returns (enum exit_code). */
#ifndef SAMPLES_SAMPLE_H
#define SAMPLES_SAMPLE_H

#include <wchar.h>

int sample_main(int count, wchar_t **arguments);

#endif
