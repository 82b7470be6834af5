/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "common/bar.h"
#include "common/output.h"

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

static int tenths_of(const WM_INDIVIDUALIZE_STATUS *status)
{
    if (!status->dwHTTPReadTotal)
        return 0;
    return (int)((unsigned long long)status->dwHTTPReadProgress * 10 / status->dwHTTPReadTotal);
}

static void show_bar(const wchar_t *step, const WM_INDIVIDUALIZE_STATUS *status)
{
    wchar_t size[BAR_TEXT_SIZE], total[BAR_TEXT_SIZE], tail[BAR_TEXT_SIZE];

    bar_format_size(size, status->dwHTTPReadProgress);
    if (status->dwHTTPReadTotal)
    {
        bar_format_size(total, status->dwHTTPReadTotal);
        swprintf(tail, BAR_TEXT_SIZE, L"%.100ls of %.100ls", size, total);
    }
    else
        swprintf(tail, BAR_TEXT_SIZE, L"%ls", status->dwHTTPReadProgress ? size : L"");
    bar_show(step, status->dwHTTPReadProgress, status->dwHTTPReadTotal, tail);
}

/* A line when the step changes, and for each tenth of a download whose size is known. */
static void show_line(struct progress *progress, const wchar_t *step, const WM_INDIVIDUALIZE_STATUS *status)
{
    const int tenths = tenths_of(status);
    const bool receiving = status->enIndiStatus == INDI_DOWNLOAD && status->enHTTPStatus == HTTP_RECEIVING;
    wchar_t total[BAR_TEXT_SIZE];

    if (receiving && status->dwHTTPReadTotal && (progress->step != step || tenths != progress->tenths))
    {
        bar_format_size(total, status->dwHTTPReadTotal);
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
