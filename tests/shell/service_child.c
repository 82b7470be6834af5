/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A service in a process of its own (service_child.h).
 */
#include "shell/service_child.h"

#include "shell/fault_service.h"
#include "shell/shell_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_PATIENCE_MS 60000
#define LINE_SIZE 256

/* --- the child -------------------------------------------------------------------------------------------- */

int service_child_run(void)
{
    static struct fault_service service;
    struct drm_version version = {.major = 2, .minor = 10};
    char line[LINE_SIZE];

    fault_service_start(&service);
    printf("%s %s\n", service.server.url, service.anchor);
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin))
    {
        version.minor++;
        fault_service_publish(&service, version, strtoul(line, NULL, 10));
        puts("published");
        fflush(stdout);
    }
    fault_service_stop(&service);
    return 0;
}

/* --- its parent ------------------------------------------------------------------------------------------- */

static void read_line(struct service_child *child, char line[LINE_SIZE])
{
    DWORD size = 0, read;

    do
    {
        assert_true(size + 1 < LINE_SIZE);
        assert_true(ReadFile(child->output, line + size, 1, &read, NULL));
        assert_int_equal(read, 1);
    } while (line[size++] != '\n');
    line[size - 1] = 0;
}

/* A pipe of which the child inherits one end. */
static void make_pipe(HANDLE *read, HANDLE *write, HANDLE *ours)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};

    assert_true(CreatePipe(read, write, &inherited, 0));
    assert_true(SetHandleInformation(*ours, HANDLE_FLAG_INHERIT, 0));
}

static void configure(char *line)
{
    WCHAR wide[LINE_SIZE];
    char *anchor = strchr(line, ' ');

    assert_non_null(anchor);
    *anchor++ = 0;
    anchor[strcspn(anchor, "\r")] = 0;
    swprintf(wide, ARRAYSIZE(wide), L"%hs", line);
    shell_configure(L"WMDRM_SERVICE_URL", wide);
    swprintf(wide, ARRAYSIZE(wide), L"%hs", anchor);
    shell_configure(L"WMDRM_TRUST_ANCHOR", wide);
    shell_configure(L"WMDRM_TIMEOUT", L"60");
}

void service_child_start(struct service_child *child)
{
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    WCHAR program[MAX_PATH], command[MAX_PATH + 40];
    PROCESS_INFORMATION process;
    char line[LINE_SIZE];
    HANDLE input, output;

    make_pipe(&input, &child->input, &child->input);
    make_pipe(&child->output, &output, &child->output);
    startup.hStdInput = input;
    startup.hStdOutput = output;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    assert_int_not_equal(GetModuleFileNameW(NULL, program, ARRAYSIZE(program)), 0);
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %hs", program, SERVICE_CHILD_ARGUMENT);
    assert_true(CreateProcessW(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process));
    CloseHandle(input);
    CloseHandle(output);
    CloseHandle(process.hThread);
    child->process = process.hProcess;
    read_line(child, line);
    configure(line);
}

void service_child_publish(struct service_child *child, size_t size)
{
    char line[LINE_SIZE];
    DWORD written;

    snprintf(line, sizeof(line), "%lu\n", (unsigned long)size);
    assert_true(WriteFile(child->input, line, (DWORD)strlen(line), &written, NULL));
    read_line(child, line);
    assert_memory_equal(line, "published", 9);
}

void service_child_stop(struct service_child *child)
{
    DWORD code = 0;

    CloseHandle(child->input);
    assert_int_equal(WaitForSingleObject(child->process, STOP_PATIENCE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(child->process, &code));
    assert_int_equal(code, 0);
    CloseHandle(child->output);
    CloseHandle(child->process);
}
