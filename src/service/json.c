/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text as JSON writes it.
 */
#include "service/json.h"

void json_write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; ++text)
    {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}
