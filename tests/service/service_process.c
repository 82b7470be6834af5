/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the built wmdrm-service.
 */
#include "service/service_process.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/hex.h"

#define MAX_ARGUMENTS 48

/* --- folders ---------------------------------------------------------------------------------------------- */

void sandbox_create(struct sandbox *sandbox, bool init)
{
    memset(sandbox, 0, sizeof(*sandbox));
    snprintf(sandbox->folder, sizeof(sandbox->folder), "/tmp/wmdrm-service-test.");
    memset(sandbox->folder + strlen(sandbox->folder), 'X', 6); /* for mkdtemp to fill in */
    assert_non_null(mkdtemp(sandbox->folder));
    snprintf(sandbox->data, sizeof(sandbox->data), "%s/data", sandbox->folder);
    if (init)
        RUN_WELL("init", "--data", sandbox->data);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void sandbox_remove(struct sandbox *sandbox)
{
    nftw(sandbox->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    while (sandbox->path_count)
        free(sandbox->paths[--sandbox->path_count]);
}

const char *sandbox_path(struct sandbox *sandbox, const char *name)
{
    char *path = malloc(sizeof(sandbox->folder) + strlen(name) + 1);

    assert_non_null(path);
    sprintf(path, "%s/%s", sandbox->folder, name);
    assert_true(sandbox->path_count < COUNT(sandbox->paths));
    sandbox->paths[sandbox->path_count++] = path;
    return path;
}

void sandbox_write(struct sandbox *sandbox, const char *name, const void *data, size_t size)
{
    FILE *file = fopen(sandbox_path(sandbox, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void sandbox_anchor(const struct sandbox *sandbox, uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    static struct command_outcome outcome;

    RUN(&outcome, "anchor", "--data", sandbox->data);
    assert_int_equal(outcome.exit_code, 0);
    outcome.out[strcspn(outcome.out, "\n")] = 0;
    assert_true(hex_read(outcome.out, out, DRM_SIGN_PUBLIC_SIZE));
}

/* --- commands --------------------------------------------------------------------------------------------- */

/* Replaces this process, a child, by the program. Standard input and outputs are set already. */
static void become_service(const char *const *arguments)
{
    char *argv[MAX_ARGUMENTS] = {(char *)(uintptr_t) "wmdrm-service"};
    sigset_t none;
    size_t i;

    for (i = 0; arguments[i] && i + 2 < MAX_ARGUMENTS; ++i)
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(WMDRM_SERVICE_PROGRAM, argv);
    _exit(127);
}

static FILE *temporary(const char *text)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    if (text)
        fputs(text, file);
    fflush(file);
    rewind(file);
    return file;
}

static void read_back(FILE *file, char *out, size_t size)
{
    rewind(file);
    out[fread(out, 1, size - 1, file)] = 0;
    fclose(file);
}

static void run(struct command_outcome *out, const char *input, FILE *output, const char *const *arguments)
{
    FILE *standard_input = temporary(input), *errors = temporary(NULL);
    pid_t process = fork();
    int status;

    assert_true(process >= 0);
    if (!process)
    {
        dup2(fileno(standard_input), STDIN_FILENO);
        dup2(fileno(output), STDOUT_FILENO);
        dup2(fileno(errors), STDERR_FILENO);
        become_service(arguments);
    }
    assert_int_equal(waitpid(process, &status, 0), process);
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    fclose(standard_input);
    read_back(errors, out->err, sizeof(out->err));
    out->out[0] = 0;
}

void run_service_command(struct command_outcome *out, const char *input, const char *const *arguments)
{
    FILE *output = temporary(NULL);

    run(out, input, output, arguments);
    read_back(output, out->out, sizeof(out->out));
}

void run_service_into(struct command_outcome *out, const char *output, const char *const *arguments)
{
    FILE *file = fopen(output, "w");

    assert_non_null(file);
    run(out, NULL, file, arguments);
    fclose(file);
}

void run_service_well(const char *const *arguments)
{
    static struct command_outcome outcome;

    run_service_command(&outcome, NULL, arguments);
    if (outcome.exit_code)
        fail_msg("wmdrm-service %s: exit code %d: %s", arguments[0], outcome.exit_code, outcome.err);
}

/* --- the server ------------------------------------------------------------------------------------------- */

/* The first line of the server's output, which comes when it listens. False where it ends before. */
static bool read_line(int pipe_end, char *out, size_t size)
{
    struct pollfd readable = {.fd = pipe_end, .events = POLLIN};
    size_t length = 0;

    while (length + 1 < size && poll(&readable, 1, PATIENCE_SECONDS * 1000) > 0 && read(pipe_end, out + length, 1) == 1)
    {
        if (out[length++] == '\n')
        {
            out[length - 1] = 0;
            return true;
        }
    }
    return false;
}

void service_start(struct running_service *service, const struct sandbox *sandbox, const char *const *more)
{
    const char *arguments[MAX_ARGUMENTS] = {"serve", "--data", sandbox->data, "--port", "0", "--log"};
    char line[512], log[128];
    size_t i, count = 6;
    int ends[2];

    snprintf(log, sizeof(log), "%s/log", sandbox->folder);
    arguments[count++] = log;
    for (i = 0; more[i]; ++i)
        arguments[count++] = more[i];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    service->process = fork();
    assert_true(service->process >= 0);
    if (!service->process)
    {
        dup2(ends[1], STDOUT_FILENO);
        become_service(arguments);
    }
    close(ends[1]);
    if (!read_line(ends[0], line, sizeof(line)) || !strrchr(line, ':'))
        fail_msg("the service did not start");
    close(ends[0]);
    assert_int_equal(sscanf(strrchr(line, ':'), ":%u", &service->port), 1);
}

int service_end(struct running_service *service, int signal)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    pid_t process = service->process;
    int status, tries;

    service->process = 0;
    kill(process, signal);
    for (tries = 0; tries < PATIENCE_SECONDS * 200; ++tries)
    {
        if (waitpid(process, &status, WNOHANG) == process)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        nanosleep(&pause, NULL);
    }
    kill(process, SIGKILL);
    waitpid(process, &status, 0);
    fail_msg("the service did not end");
    return -1;
}
