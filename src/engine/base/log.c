/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf into the host's log, one line a call whatever the arguments hold.
 */
#include "engine/host.h"

#include <stdarg.h>
#include <stdio.h>

#define LOG_LINE_SIZE 1024

void drm_log_write(const struct drm_log *log, const char *format, ...)
{
    char line[LOG_LINE_SIZE];
    va_list arguments;
    int length;
    size_t i, size;

    if (!log || !log->write)
        return;
    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;

    /* Bytes from outside (a URL, a header) may not make lines of their own or steer a terminal. */
    for (i = 0; line[i]; i++)
    {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    }
    size = i;
    if ((size_t)length > size)
    {
        /* Cut: not in the middle of a character, and visibly. */
        size -= 3;
        while (size > 0 && ((unsigned char)line[size] & 0xc0) == 0x80)
            size--;
        line[size] = line[size + 1] = line[size + 2] = '.';
        line[size + 3] = '\0';
    }
    log->write(log->context, line);
}
