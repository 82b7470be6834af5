/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define LINE_SIZE 2048
#define DEFAULT_WIDTH 80

struct stream
{
    HANDLE handle;
    bool terminal;
};

static const wchar_t *program_name;
static struct stream standard, error;
static DWORD failure; /* the first of the standard output; 0 where there was none */
static int transient_length; /* of the transient line on the terminal; 0 where there is none */

static struct stream open_stream(DWORD id)
{
    struct stream stream = {.handle = GetStdHandle(id)};
    DWORD mode;

    stream.terminal = GetConsoleMode(stream.handle, &mode);
    return stream;
}

void output_open(const wchar_t *program)
{
    program_name = program;
    standard = open_stream(STD_OUTPUT_HANDLE);
    error = open_stream(STD_ERROR_HANDLE);
}

bool output_is_terminal(void)
{
    return standard.terminal;
}

int output_width(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    int width = DEFAULT_WIDTH;

    if (GetConsoleScreenBufferInfo(standard.handle, &info))
        width = info.srWindow.Right - info.srWindow.Left + 1;
    return width > 1 ? width - 1 : 1; /* the last column would wrap */
}

static void write_text(const struct stream *stream, const wchar_t *text, int length)
{
    char bytes[LINE_SIZE * 3];
    DWORD written;
    int size;

    if (stream->terminal)
    {
        WriteConsoleW(stream->handle, text, (DWORD)length, &written, NULL);
        return;
    }
    if (!stream->handle || stream->handle == INVALID_HANDLE_VALUE)
        return; /* started without that stream: nobody wants to read */
    size = WideCharToMultiByte(CP_UTF8, 0, text, length, bytes, sizeof(bytes), NULL, NULL);
    for (int done = 0; done < size; done += (int)written) /* a pipe takes what it has room for */
        if (!WriteFile(stream->handle, bytes + done, (DWORD)(size - done), &written, NULL) || !written)
        {
            if (stream == &standard && !failure && !(failure = GetLastError()))
                failure = ERROR_DISK_FULL;
            return;
        }
}

unsigned long output_failure(void)
{
    return failure;
}

static void clear_transient(void)
{
    wchar_t blanks[LINE_SIZE];
    int length = transient_length;

    if (!length)
        return;
    transient_length = 0;
    blanks[0] = L'\r';
    wmemset(blanks + 1, L' ', (size_t)length);
    blanks[length + 1] = L'\r';
    write_text(&standard, blanks, length + 2);
}

static void write_line(const struct stream *stream, const wchar_t *start, const wchar_t *format, va_list arguments)
{
    wchar_t line[LINE_SIZE];
    int length = swprintf(line, LINE_SIZE, L"%ls", start), rest;

    rest = vswprintf(line + length, (size_t)(LINE_SIZE - length - 2), format, arguments);
    if (rest < 0) /* too long: it is cut off */
        rest = (int)wcsnlen(line + length, (size_t)(LINE_SIZE - length - 3));
    length += rest;
    line[length++] = L'\r';
    line[length++] = L'\n';
    clear_transient();
    write_text(stream, line, length);
}

void output_line(const wchar_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(&standard, L"", format, arguments);
    va_end(arguments);
}

void output_text(const wchar_t *text)
{
    size_t left = wcslen(text);

    clear_transient();
    while (left > 0)
    {
        size_t length = left < LINE_SIZE ? left : LINE_SIZE;

        /* A character of two halves stays in one piece. */
        if (length < left && IS_HIGH_SURROGATE(text[length - 1]))
            --length;
        write_text(&standard, text, (int)length);
        text += length;
        left -= length;
    }
}

void output_error(const wchar_t *format, ...)
{
    wchar_t start[64];
    va_list arguments;

    swprintf(start, ARRAYSIZE(start), L"%ls: ", program_name);
    va_start(arguments, format);
    write_line(&error, start, format, arguments);
    va_end(arguments);
}

void output_transient(const wchar_t *text)
{
    wchar_t line[LINE_SIZE];
    int length = (int)wcsnlen(text, LINE_SIZE - 2), previous = transient_length;

    if (!standard.terminal)
        return;
    if (length > output_width())
        length = output_width();
    line[0] = L'\r';
    wmemcpy(line + 1, text, (size_t)length);
    transient_length = length;
    while (length < previous && length < LINE_SIZE - 2) /* the end of a longer predecessor */
        line[1 + length++] = L' ';
    write_text(&standard, line, length + 1);
}
