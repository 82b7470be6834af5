/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "output.h"

#define TEXT_SIZE 256
#define BAR_MAX 50
#define BAR_MIN 8

static const wchar_t *step_of(const WM_INDIVIDUALIZE_STATUS *status)
{
    switch (status->enIndiStatus)
    {
        case INDI_BEGIN: return L"Preparing";
        case INDI_INSTALL: return L"Installing";
        case INDI_SUCCEED: return L"Done";
        case INDI_FAIL: return L"Failed";
        case INDI_CANCEL: return L"Cancelled";
        default: break;
    }
    switch (status->enHTTPStatus)
    {
        case HTTP_CONNECTING: return L"Connecting";
        case HTTP_REQUESTING: return L"Requesting";
        case HTTP_RECEIVING: return L"Downloading";
        default: return L"Verifying";
    }
}

static void format_size(wchar_t text[TEXT_SIZE], DWORD size)
{
    if (size < 10 * 1024)
        swprintf(text, TEXT_SIZE, L"%lu bytes", (unsigned long)size);
    else if (size < 10 * 1024 * 1024)
        swprintf(text, TEXT_SIZE, L"%.1f KB", size / 1024.0);
    else
        swprintf(text, TEXT_SIZE, L"%.1f MB", size / 1048576.0);
}

static int tenths_of(const WM_INDIVIDUALIZE_STATUS *status)
{
    if (!status->dwHTTPReadTotal)
        return 0;
    return (int)((unsigned long long)status->dwHTTPReadProgress * 10 / status->dwHTTPReadTotal);
}

/* "Downloading  [#########           ]  45 %, 18.2 MB of 40.0 MB", as wide as the terminal lets it be. */
static void show_bar(const wchar_t *step, const WM_INDIVIDUALIZE_STATUS *status)
{
    wchar_t line[2 * TEXT_SIZE], bar[BAR_MAX + 3], size[TEXT_SIZE], total[TEXT_SIZE], tail[TEXT_SIZE];
    unsigned long long percent;
    int width, filled;

    format_size(size, status->dwHTTPReadProgress);
    if (!status->dwHTTPReadTotal)
    {
        swprintf(line, ARRAYSIZE(line), status->dwHTTPReadProgress ? L"%-12ls %ls" : L"%ls", step, size);
        output_transient(line);
        return;
    }
    format_size(total, status->dwHTTPReadTotal);
    percent = (unsigned long long)status->dwHTTPReadProgress * 100 / status->dwHTTPReadTotal;
    swprintf(tail, ARRAYSIZE(tail), L"%3u %%, %ls of %ls", (unsigned int)percent, size, total);
    width = output_width() - 12 - 5 - (int)wcslen(tail);
    width = width > BAR_MAX ? BAR_MAX : width;
    bar[0] = 0;
    if (width >= BAR_MIN)
    {
        filled = (int)((unsigned int)width * percent / 100);
        filled = filled > width ? width : filled;
        bar[0] = L'[';
        wmemset(bar + 1, L'#', (size_t)filled);
        wmemset(bar + 1 + filled, L' ', (size_t)(width - filled));
        bar[width + 1] = L']';
        bar[width + 2] = 0;
    }
    swprintf(line, ARRAYSIZE(line), L"%-12ls %ls %ls", step, bar, tail);
    output_transient(line);
}

/* A line when the step changes, and for each tenth of a download whose size is known. */
static void show_line(struct progress *progress, const wchar_t *step, const WM_INDIVIDUALIZE_STATUS *status)
{
    const int tenths = tenths_of(status);
    const bool receiving = status->enIndiStatus == INDI_DOWNLOAD && status->enHTTPStatus == HTTP_RECEIVING;
    wchar_t total[TEXT_SIZE];

    if (receiving && status->dwHTTPReadTotal && (progress->step != step || tenths != progress->tenths))
    {
        format_size(total, status->dwHTTPReadTotal);
        output_line(L"%ls: %d %% of %ls", step, tenths * 10, total);
        progress->tenths = tenths;
    }
    else if (progress->step != step)
        output_line(L"%ls", step);
}

void progress_show(struct progress *progress, const WM_INDIVIDUALIZE_STATUS *status)
{
    const wchar_t *step = step_of(status);

    if (output_is_terminal())
        show_bar(step, status);
    else
        show_line(progress, step, status);
    progress->step = step;
}
