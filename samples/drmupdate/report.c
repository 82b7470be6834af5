/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 1024

struct name
{
    DWORD value;
    const char *text;
};

#define NAME(value) {value, #value}

static const struct name event_names[] = {
    NAME(MEWMDRMIndividualizationProgress),
    NAME(MEWMDRMIndividualizationCompleted),
    NAME(MEWMDRMRevocationDownloadCompleted),
};

static const struct name state_names[] = {
    NAME(INDI_BEGIN), NAME(INDI_SUCCEED), NAME(INDI_FAIL), NAME(INDI_CANCEL), NAME(INDI_DOWNLOAD), NAME(INDI_INSTALL),
};

static const struct name http_names[] = {
    NAME(HTTP_NOTINITIATED), NAME(HTTP_CONNECTING), NAME(HTTP_REQUESTING), NAME(HTTP_RECEIVING), NAME(HTTP_COMPLETED),
};

static const char *name_of(const struct name *names, size_t count, DWORD value)
{
    for (size_t i = 0; i < count; ++i)
    {
        if (names[i].value == value)
            return names[i].text;
    }
    return "unknown";
}

#define NAME_OF(names, value) name_of(names, ARRAYSIZE(names), (DWORD)(value))

HRESULT report_open(struct report *report, const wchar_t *path)
{
    *report = (struct report){NULL, S_OK};
    if (!path)
        return S_OK;
    report->file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (report->file != INVALID_HANDLE_VALUE)
        return S_OK;
    report->file = NULL;
    return HRESULT_FROM_WIN32(GetLastError());
}

void report_line(struct report *report, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    SYSTEMTIME now;
    DWORD written;
    int length;

    if (!report->file || FAILED(report->result))
        return;
    GetSystemTime(&now);
    length = snprintf(line, sizeof(line), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ ", now.wYear, now.wMonth, now.wDay,
                      now.wHour, now.wMinute, now.wSecond, now.wMilliseconds);
    va_start(arguments, format);
    length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
    va_end(arguments);
    if (length > LINE_SIZE - 2)
        length = LINE_SIZE - 2;
    line[length++] = '\n';
    if (!WriteFile(report->file, line, (DWORD)length, &written, NULL))
        report->result = HRESULT_FROM_WIN32(GetLastError());
    else if (written != (DWORD)length)
        report->result = HRESULT_FROM_WIN32(ERROR_DISK_FULL);
}

void report_event(struct report *report, MediaEventType type, HRESULT hr, const WM_INDIVIDUALIZE_STATUS *status)
{
    const char *name = NAME_OF(event_names, type);

    if (!status)
    {
        report_line(report, "%lu %s status=0x%08lX", (unsigned long)type, name, (unsigned long)hr);
        return;
    }
    report_line(report, "%lu %s status=0x%08lX hr=0x%08lX state=%s http=%s requests=%lu read=%lu total=%lu url=%s",
                (unsigned long)type, name, (unsigned long)hr, (unsigned long)status->hr,
                NAME_OF(state_names, status->enIndiStatus), NAME_OF(http_names, status->enHTTPStatus),
                (unsigned long)status->dwHTTPRequest, (unsigned long)status->dwHTTPReadProgress,
                (unsigned long)status->dwHTTPReadTotal, status->pszIndiRespUrl ? status->pszIndiRespUrl : "");
}

HRESULT report_close(struct report *report)
{
    if (report->file && !CloseHandle(report->file) && SUCCEEDED(report->result))
        report->result = HRESULT_FROM_WIN32(GetLastError());
    report->file = NULL;
    return report->result;
}
