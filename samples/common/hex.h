/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes as hexadecimal digits. */
#ifndef SAMPLES_HEX_H
#define SAMPLES_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>
#include <windows.h>

/* 2 * size digits and a terminator. */
void hex_format(const BYTE *data, size_t size, wchar_t *out);

/* Exactly size bytes, and nothing else. */
bool hex_parse(const wchar_t *text, BYTE *out, size_t size);

#endif
