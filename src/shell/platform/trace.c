/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace: lines to a file that processes may share, or to the debugger. */
#include "shell/platform/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/platform/utf8.h"

#define TRACE_MAX_TEXT 1000
#define TRACE_MAX_LINE (TRACE_MAX_TEXT + 64) /* with time, ids and end of line */
#define TRACE_TURN_MS 1000

volatile LONG trace_is_on;

static SRWLOCK trace_lock = SRWLOCK_INIT;          /* guards: all below, and writing */
static HANDLE trace_file = INVALID_HANDLE_VALUE;
static char *trace_name;                           /* as opened; NULL while it is off */
static bool trace_to_debugger;

/* Write access is for appending alone, so that nothing here can overwrite what others wrote; reading is what a lock
 * asks. */
static HANDLE open_file(const char *name)
{
    HANDLE file;
    WCHAR *wide;

    if (DRM_FAILED(utf8_to_wide(name, &wide)))
        return INVALID_HANDLE_VALUE;
    file = CreateFileW(wide, FILE_APPEND_DATA | FILE_READ_DATA | SYNCHRONIZE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    free(wide);
    return file;
}

/* Whether where is what is open already; such a file is kept, which makes opening cheap for each new object. */
static bool is_open_locked(const char *where)
{
    return trace_name && !strcmp(trace_name, where);
}

drm_result trace_open(const char *where)
{
    HANDLE file = INVALID_HANDLE_VALUE, old = INVALID_HANDLE_VALUE;
    drm_result result = DRM_S_OK;
    char *name = NULL, *old_name = NULL;
    bool debugger = false, kept;

    if (where && where[0])
    {
        AcquireSRWLockShared(&trace_lock);
        kept = is_open_locked(where);
        ReleaseSRWLockShared(&trace_lock);
        if (kept)
            return DRM_S_OK;
        debugger = !strcmp(where, "-");
        if (!(name = _strdup(where)))
            result = DRM_E_OUT_OF_MEMORY;
        else if (!debugger && (file = open_file(where)) == INVALID_HANDLE_VALUE)
            result = DRM_E_NOT_CONFIGURED;
    }
    if (DRM_FAILED(result))
    {
        free(name);
        name = NULL;
    }

    AcquireSRWLockExclusive(&trace_lock);
    old = trace_file;
    old_name = trace_name;
    trace_file = file;
    trace_name = name;
    trace_to_debugger = name && debugger;
    InterlockedExchange(&trace_is_on, name != NULL);
    ReleaseSRWLockExclusive(&trace_lock);

    if (old != INVALID_HANDLE_VALUE)
        CloseHandle(old);
    free(old_name);
    return result;
}

void trace_close(void)
{
    trace_open(NULL);
}

static int put_prefix(char *line, size_t size)
{
    SYSTEMTIME now;

    GetSystemTime(&now);
    return snprintf(line, size, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ %lu:%lu ", (unsigned int)now.wYear,
                    (unsigned int)now.wMonth, (unsigned int)now.wDay, (unsigned int)now.wHour,
                    (unsigned int)now.wMinute, (unsigned int)now.wSecond, (unsigned int)now.wMilliseconds,
                    (unsigned long)GetCurrentProcessId(), (unsigned long)GetCurrentThreadId());
}

/* What comes from outside may not make lines of its own, nor end in half a character. Returns the length. */
static size_t make_one_line(char *text, size_t length)
{
    size_t i, size = strlen(text);

    for (i = 0; i < size; ++i)
    {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = '?';
    }
    if (length <= size)
        return size;
    size -= 3;
    while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
        --size;
    memcpy(text + size, "...", 4);
    return size + 3;
}

/* A byte that no file has, locked by whichever process writes. */
static OVERLAPPED turn_place(void)
{
    return (OVERLAPPED){.Offset = 0, .OffsetHigh = 0x7fffffff};
}

/*
 * Windows appends each write as a whole; under Wine two processes that append at once overwrite each other's lines
 * (measured), so they take turns. Whoever holds the turn for a second (a process in a debugger) is not waited for.
 */
static bool take_turn(HANDLE file)
{
    const ULONGLONG patience = GetTickCount64() + TRACE_TURN_MS;
    OVERLAPPED place = turn_place();

    while (!LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &place))
    {
        if (GetLastError() != ERROR_LOCK_VIOLATION || GetTickCount64() >= patience)
            return false;
        Sleep(0);
    }
    return true;
}

static void write_file(HANDLE file, const char *line, size_t size)
{
    const bool turn = take_turn(file);
    DWORD written;

    WriteFile(file, line, (DWORD)size, &written, NULL);
    if (turn)
    {
        OVERLAPPED place = turn_place();

        UnlockFileEx(file, 0, 1, 0, &place);
    }
}

/* One line with its end, in one write. The debugger's line is an exception, which handlers of the application's may
 * see: no lock is held for it. */
static void put_line(const char *line, size_t size)
{
    WCHAR wide[TRACE_MAX_LINE];
    bool to_debugger;
    int length;

    AcquireSRWLockExclusive(&trace_lock);
    if (trace_file != INVALID_HANDLE_VALUE)
        write_file(trace_file, line, size);
    to_debugger = trace_to_debugger;
    ReleaseSRWLockExclusive(&trace_lock);

    if (to_debugger)
    {
        /* Not utf8_to_wide: no memory is needed, and a line from outside that is no UTF-8 is shown as far as it is. */
        length = MultiByteToWideChar(CP_UTF8, 0, line, (int)size, wide, ARRAYSIZE(wide) - 1);
        wide[length] = 0;
        OutputDebugStringW(wide);
    }
}

void trace_write_line(const char *format, ...)
{
    const DWORD error = GetLastError();
    char line[TRACE_MAX_LINE];
    va_list arguments;
    int prefix, length;
    size_t size;

    prefix = put_prefix(line, sizeof(line));
    va_start(arguments, format);
    length = vsnprintf(line + prefix, TRACE_MAX_TEXT + 1, format, arguments);
    va_end(arguments);
    if (prefix > 0 && length >= 0)
    {
        size = (size_t)prefix + make_one_line(line + prefix, (size_t)length);
        memcpy(line + size, "\r\n", 2);
        put_line(line, size + 2);
    }
    SetLastError(error);
}

const char *trace_guid(const GUID *guid, char out[TRACE_GUID_SIZE])
{
    if (!guid)
        return strcpy(out, "(null)");
    snprintf(out, TRACE_GUID_SIZE, "{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", (unsigned long)guid->Data1,
             guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2], guid->Data4[3], guid->Data4[4],
             guid->Data4[5], guid->Data4[6], guid->Data4[7]);
    return out;
}

const char *trace_hresult(HRESULT hr, char out[TRACE_HRESULT_SIZE])
{
    snprintf(out, TRACE_HRESULT_SIZE, "0x%08lx", (unsigned long)hr);
    return out;
}

static void log_write(void *context, const char *line)
{
    (void)context;
    trace_line("%s", line);
}

void trace_log_init(struct drm_log *out)
{
    *out = (struct drm_log){.write = log_write};
}
