/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bar.h"

#include <stdio.h>

#include "output.h"

#define BAR_MAX 50
#define BAR_MIN 8
#define STEP_WIDTH 12

void bar_format_size(wchar_t text[BAR_TEXT_SIZE], unsigned long long size)
{
    if (size < 10 * 1024)
        swprintf(text, BAR_TEXT_SIZE, L"%llu bytes", size);
    else if (size < 10 * 1024 * 1024)
        swprintf(text, BAR_TEXT_SIZE, L"%.1f KB", (double)size / 1024.0);
    else
        swprintf(text, BAR_TEXT_SIZE, L"%.1f MB", (double)size / 1048576.0);
}

void bar_show(const wchar_t *step, unsigned long long done, unsigned long long total, const wchar_t *tail)
{
    wchar_t line[2 * BAR_TEXT_SIZE], bar[BAR_MAX + 3], rest[BAR_TEXT_SIZE];
    unsigned long long percent;
    int width, filled;

    if (!total)
    {
        swprintf(line, 2 * BAR_TEXT_SIZE, *tail ? L"%-12ls %ls" : L"%ls%ls", step, tail);
        output_transient(line);
        return;
    }
    percent = done >= total ? 100 : done * 100 / total;
    swprintf(rest, BAR_TEXT_SIZE, L"%3u %%%ls%ls", (unsigned int)percent, *tail ? L", " : L"", tail);
    width = output_width() - STEP_WIDTH - 5 - (int)wcslen(rest);
    width = width > BAR_MAX ? BAR_MAX : width;
    bar[0] = 0;
    if (width >= BAR_MIN)
    {
        filled = (int)((unsigned int)width * percent / 100);
        bar[0] = L'[';
        wmemset(bar + 1, L'#', (size_t)filled);
        wmemset(bar + 1 + filled, L' ', (size_t)(width - filled));
        bar[width + 1] = L']';
        bar[width + 2] = 0;
    }
    swprintf(line, 2 * BAR_TEXT_SIZE, L"%-*ls %ls %ls", STEP_WIDTH, step, bar, rest);
    output_transient(line);
}
