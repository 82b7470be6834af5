/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf into the host's log, one line a call whatever the arguments hold.
 */
#include "engine/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOG_LINE_SIZE 1024

/* The length of the character that text begins with; 0 where there is none, or one that is not to be seen. */
static size_t character_length(const char *text)
{
    for (size_t length = 1; length <= 4 && text[length - 1]; length++)
        if (drm_text_is_valid(drm_span(text, length)))
            return length;
    return 0;
}

/*
 * Bytes from outside (a URL, a header) may not make lines of their own, nor steer a terminal, which some control
 * characters past ASCII do too; and a log is UTF-8 whatever came.
 */
static void mask(char *line)
{
    while (*line)
    {
        size_t length = character_length(line);

        if (!length)
            *line = '?';
        line += length ? length : 1;
    }
}

void drm_log_write(const struct drm_log *log, const char *format, ...)
{
    char line[LOG_LINE_SIZE];
    va_list arguments;
    int length;
    size_t size;

    if (!log || !log->write)
        return;
    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;

    size = strlen(line);
    if ((size_t)length > size)
    {
        /* Cut: not in the middle of a character, and visibly. */
        size -= 3;
        while (size > 0 && ((unsigned char)line[size] & 0xc0) == 0x80)
            size--;
        line[size] = line[size + 1] = line[size + 2] = '.';
        line[size + 3] = '\0';
    }
    mask(line);
    log->write(log->context, line);
}
