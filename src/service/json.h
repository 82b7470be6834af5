/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text as JSON writes it.
 */
#ifndef WMDRM_SERVICE_JSON_H
#define WMDRM_SERVICE_JSON_H

#include <stdio.h>

/* Writes text (UTF-8) with its quotes, escaped (RFC 8259, 7). */
void json_write_string(FILE *out, const char *text);

#endif
