/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace: whole lines whoever writes them, and nothing in them that is not text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shell/platform/trace.h"

#define PATIENCE_MS 60000
#define WRITERS 2 /* threads in each of two processes */
#define LINES 2000

#define assert_result(actual, expected) assert_int_equal((unsigned int)(actual), (unsigned int)(expected))

static char trace_name[MAX_PATH];

static int make_name(void **state)
{
    WCHAR folder[MAX_PATH], name[MAX_PATH];

    (void)state;
    if (!GetTempPathW(MAX_PATH, folder) || !GetTempFileNameW(folder, L"trc", 0, name))
        return -1;
    DeleteFileW(name);
    return WideCharToMultiByte(CP_UTF8, 0, name, -1, trace_name, sizeof(trace_name), NULL, NULL) ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    trace_close();
    DeleteFileA(trace_name);
    return 0;
}

/* The whole file, terminated; free with test_free. */
static char *read_trace(void)
{
    FILE *file = fopen(trace_name, "rb");
    char *text;
    long size;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = test_malloc((size_t)size + 1);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    text[size] = 0;
    fclose(file);
    return text;
}

/* Past time and ids of a line, or NULL where they are not as they should be. */
static const char *skip_prefix(const char *line)
{
    unsigned int year, month, day, hour, minute, second, ms, process, thread;
    int length = 0;

    if (sscanf(line, "%4u-%2u-%2uT%2u:%2u:%2u.%3uZ %u:%u %n", &year, &month, &day, &hour, &minute, &second, &ms,
               &process, &thread, &length) != 9 || !length)
        return NULL;
    return year >= 2020 && process && thread ? line + length : NULL;
}

static void trace__line_has_time_and_ids(void **state)
{
    const unsigned long long large = 12345678901234567ULL;
    const size_t size = 42;
    char *text, expected[64];

    (void)state;
    assert_result(trace_open(trace_name), DRM_S_OK);
    trace_line("numbers %llu %zu %s", large, size, "text");
    trace_close();
    trace_line("nobody %s", "writes this");
    text = read_trace();
    snprintf(expected, sizeof(expected), " %lu:%lu ", GetCurrentProcessId(), GetCurrentThreadId());
    assert_non_null(strstr(text, expected));
    assert_non_null(skip_prefix(text));
    assert_string_equal(skip_prefix(text), "numbers 12345678901234567 42 text\r\n");
    test_free(text);
}

static void trace__file_is_appended(void **state)
{
    char *text;

    (void)state;
    assert_result(trace_open(trace_name), DRM_S_OK);
    trace_line("first");
    trace_close();
    assert_result(trace_open(trace_name), DRM_S_OK);
    trace_line("second");
    text = read_trace(); /* while it is open */
    assert_non_null(strstr(text, "first\r\n"));
    assert_non_null(strstr(text, "second\r\n"));
    test_free(text);
}

static void trace__hostile_text_stays_one_line(void **state)
{
    const char *line;
    char *text;

    (void)state;
    assert_result(trace_open(trace_name), DRM_S_OK);
    trace_line("a%sb", "\r\n2026-01-01T00:00:00.000Z 1:1 forged\x1b[2J\t\x7f");
    trace_close();
    text = read_trace();
    line = skip_prefix(text);
    assert_non_null(line);
    assert_string_equal(line, "a??2026-01-01T00:00:00.000Z 1:1 forged?[2J??b\r\n");
    test_free(text);
}

/* 999 bytes fit, then two-byte characters are cut where one ends. */
static void trace__long_line_is_cut_visibly(void **state)
{
    char longer[4000], *text;
    const char *line;
    size_t i, size;

    (void)state;
    for (i = 0; i < sizeof(longer) - 2; i += 2)
        memcpy(longer + i, "\xc3\xa4", 2);
    longer[i] = 0;
    assert_result(trace_open(trace_name), DRM_S_OK);
    trace_line("%s", longer);
    trace_line("x%s", longer);
    trace_close();
    text = read_trace();
    for (line = text; *line; line += size + 5)
    {
        line = skip_prefix(line);
        assert_non_null(line);
        size = strcspn(line, ".");
        assert_true(size > 990 && size + 3 <= 1000);
        assert_int_equal((unsigned char)line[size - 1], 0xa4);
        assert_memory_equal(line + size, "...\r\n", 5);
    }
    test_free(text);
}

static void trace__unusable_file_turns_it_off(void **state)
{
    (void)state;
    assert_result(trace_open("Z:\\no\\such\\folder\\trace.txt"), DRM_E_NOT_CONFIGURED);
    assert_false(trace_is_on);
    assert_result(trace_open("\xff\xfe"), DRM_E_NOT_CONFIGURED);
    assert_result(trace_open(""), DRM_S_OK);
    assert_false(trace_is_on);
    assert_result(trace_open("-"), DRM_S_OK);
    assert_true(trace_is_on);
    SetLastError(1234);
    trace_line("to the debugger");
    assert_int_equal(GetLastError(), 1234);
}

static void trace__engine_log_is_traced(void **state)
{
    struct drm_log log;
    char *text;

    (void)state;
    trace_log_init(&log);
    assert_result(trace_open(trace_name), DRM_S_OK);
    drm_log_write(&log, "engine says %d%%", 100);
    trace_close();
    text = read_trace();
    assert_string_equal(skip_prefix(text), "engine says 100%\r\n");
    test_free(text);
}

static void guid_and_hresult__become_text(void **state)
{
    static const GUID guid = {0x01234567, 0x89ab, 0xcdef, {0, 1, 2, 3, 4, 5, 6, 0xff}};
    char text[TRACE_GUID_SIZE], number[TRACE_HRESULT_SIZE];

    (void)state;
    assert_string_equal(trace_guid(&guid, text), "{01234567-89ab-cdef-0001-0203040506ff}");
    assert_string_equal(trace_guid(NULL, text), "(null)");
    assert_string_equal(trace_hresult((HRESULT)0xc00d2768, number), "0xc00d2768");
    assert_string_equal(trace_hresult(S_OK, number), "0x00000000");
}

/* --- several writers ---------------------------------------------------------------------------------------- */

static DWORD WINAPI write_lines(void *argument)
{
    const unsigned int writer = (unsigned int)(ULONG_PTR)argument;
    char filler[200];
    unsigned int i;

    for (i = 0; i < LINES; ++i)
    {
        memset(filler, 'a' + (int)(writer % 26), sizeof(filler));
        filler[i % sizeof(filler)] = 0; /* all lengths */
        trace_line("writer %u line %u %s;", writer, i, filler);
    }
    return 0;
}

/* What each process of the test does: WRITERS threads from number first on. */
static void write_with_threads(unsigned int first)
{
    HANDLE threads[WRITERS];
    unsigned int i;

    for (i = 0; i < WRITERS; ++i)
        threads[i] = CreateThread(NULL, 0, write_lines, (void *)(ULONG_PTR)(first + i), 0, NULL);
    WaitForMultipleObjects(WRITERS, threads, TRUE, PATIENCE_MS);
    for (i = 0; i < WRITERS; ++i)
        CloseHandle(threads[i]);
}

static HANDLE start_other_process(void)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    char program[MAX_PATH], command[2 * MAX_PATH + 32];

    assert_true(GetModuleFileNameA(NULL, program, sizeof(program)) > 0);
    snprintf(command, sizeof(command), "\"%s\" --write \"%s\"", program, trace_name);
    assert_true(CreateProcessA(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void trace__threads_and_processes_write_whole_lines(void **state)
{
    unsigned int next[2 * WRITERS] = {0}, writer, number, lines = 0;
    const char *line, *end;
    char *text;
    HANDLE other;

    (void)state;
    assert_result(trace_open(trace_name), DRM_S_OK);
    other = start_other_process();
    write_with_threads(0);
    assert_int_equal(WaitForSingleObject(other, PATIENCE_MS), WAIT_OBJECT_0);
    CloseHandle(other);
    trace_close();

    text = read_trace();
    for (line = text; *line; line = end + 2, ++lines)
    {
        end = strstr(line, "\r\n");
        assert_non_null(end);
        line = skip_prefix(line);
        assert_non_null(line);
        assert_int_equal(sscanf(line, "writer %u line %u ", &writer, &number), 2);
        assert_true(writer < 2 * WRITERS);
        assert_int_equal(number, next[writer]++); /* none lost, none twice, each writer's in order */
        assert_int_equal(end[-1], ';');
    }
    assert_int_equal(lines, 2 * WRITERS * LINES);
    test_free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test_setup_teardown(trace__line_has_time_and_ids, make_name, remove_file),
        cmocka_unit_test_setup_teardown(trace__file_is_appended, make_name, remove_file),
        cmocka_unit_test_setup_teardown(trace__hostile_text_stays_one_line, make_name, remove_file),
        cmocka_unit_test_setup_teardown(trace__long_line_is_cut_visibly, make_name, remove_file),
        cmocka_unit_test_setup_teardown(trace__unusable_file_turns_it_off, make_name, remove_file),
        cmocka_unit_test_setup_teardown(trace__engine_log_is_traced, make_name, remove_file),
        cmocka_unit_test(guid_and_hresult__become_text),
        cmocka_unit_test_setup_teardown(trace__threads_and_processes_write_whole_lines, make_name, remove_file),
    };

    if (argc == 3 && !strcmp(argv[1], "--write"))
    {
        if (DRM_FAILED(trace_open(argv[2])))
            return 1;
        write_with_threads(WRITERS);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
