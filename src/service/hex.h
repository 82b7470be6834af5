/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as hexadecimal text.
 */
#ifndef WMDRM_SERVICE_HEX_H
#define WMDRM_SERVICE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * size lower-case digits and a terminator. */
void hex_write(const uint8_t *data, size_t size, char *out);

/* Reads exactly 2 * size digits, either case, and nothing else. */
bool hex_read(const char *text, uint8_t *out, size_t size);

#endif
