/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * serve: answers over HTTP until told to stop.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/net/url.h"
#include "service/command.h"
#include "service/http_server.h"
#include "service/small_file.h"

#define DEFAULT_PORT 8085
#define DEFAULT_THREADS 4
#define DEFAULT_CONNECTIONS 512
#define DEFAULT_TIMEOUT 30
#define MAX_FAULTS 16
#define OTHER_FILES 64 /* that are open beside the clients' */
#define ACQUIRE_PATH "acquire"

static const char usage[] =
    "usage: wmdrm-service serve --data DIR [OPTION...]\n\n"
    "Answers machines over HTTP until SIGTERM or SIGINT, which let answers under way end (ten seconds at most).\n\n"
    "  --address ADDRESS       where to listen (127.0.0.1); numeric, IPv4 or IPv6\n"
    "  --port N                (8085) 0: any that is free; printed, and written to --port-file\n"
    "  --port-file FILE        is written when the service listens\n"
    "  --public-url URL        how machines reach this service: licences and headers name URL/acquire from now on\n"
    "                          ('policy --license-url' says the same)\n"
    "  --tls-certificate FILE  PEM, the service's certificate and its issuers': https instead of http\n"
    "  --tls-key FILE          PEM, its private key\n"
    "  --user-header NAME      a proxy in front sets this header to who asks, and lets no client set it: the user\n"
    "                          id of licences\n"
    "  --threads N             that answer at the same time (4)\n"
    "  --connections N         at the same time (512)\n"
    "  --timeout SECONDS       for a request to arrive (30); answers have that and a second for each 4 KiB\n"
    COMMAND_COMMON_USAGE
    "                          (serve: the standard error, where not given)\n"
    "\nTest tools, for the tests of clients and never for a real service:\n"
    "  --fault NAME[=ARGUMENT] do this wrong (repeatable): silence, drip, cut, wrong-length, truncate,\n"
    "                          alter, wrong-signature, other-machine, replay, wrong-anchor, old-version,\n"
    "                          status, redirect-loop, redirect-many, redirect-to, empty, endless, html;\n"
    "                          docs/service.md explains them\n"
    "  --fault-file FILE       the same, one a line, read again for each request\n";

struct serve_options
{
    struct http_server_options http;
    const char *port_file;
    const char *public_url;
    const char *fault_file;
    const char *faults[MAX_FAULTS];
    size_t fault_count;
};

static bool read_uint(const struct command_line *line, const char *option, unsigned int min, unsigned int max,
                      unsigned int *out)
{
    uint64_t value;

    if (!command_read_number(line, option, optarg, min, max, &value))
        return false;
    *out = (unsigned int)value;
    return true;
}

/* False where a value is wrong, after saying so. */
static bool take_option(const struct command_line *line, int option, struct serve_options *out)
{
    switch (option)
    {
        case 'a': out->http.address = optarg; return true;
        case 'p': return read_uint(line, "--port", 0, 65535, &out->http.port);
        case 'f': out->port_file = optarg; return true;
        case 'u': out->public_url = optarg; return true;
        case 'U': out->http.user_header = optarg; return true;
        case 'c': out->http.tls_certificate = optarg; return true;
        case 'k': out->http.tls_key = optarg; return true;
        case 't': return read_uint(line, "--threads", 1, 64, &out->http.threads);
        case 'n': return read_uint(line, "--connections", 1, 65536, &out->http.connections);
        case 's': return read_uint(line, "--timeout", 1, 3600, &out->http.timeout);
        case 'F': out->fault_file = optarg; return true;
        default:
            if (out->fault_count == MAX_FAULTS)
            {
                command_misuse(line, "at most %d faults at a time", MAX_FAULTS);
                return false;
            }
            out->faults[out->fault_count++] = optarg;
            return true;
    }
}

static int make_faults(const struct command_line *line, const struct serve_options *options, struct faults **out)
{
    char why[256];
    size_t i;

    *out = NULL;
    if (!options->fault_file && !options->fault_count)
        return COMMAND_DONE;
    *out = faults_create(options->fault_file);
    if (!*out)
        return command_fail_result(line, "faults", DRM_E_OUT_OF_MEMORY);
    for (i = 0; i < options->fault_count; ++i)
    {
        if (!faults_add(*out, options->faults[i], why, sizeof(why)))
        {
            faults_free(*out);
            *out = NULL;
            return command_misuse(line, "%s", why);
        }
    }
    return COMMAND_DONE;
}

/* Where licences are acquired becomes a part of the policy, which every other command sees too. */
static int publish_url(const struct command_line *line, const char *public_url, struct drm_authority *authority)
{
    char url[DRM_ANSWER_URL_SIZE];
    const struct drm_policy_change change = {.license_url = url};
    drm_result result;

    if (DRM_FAILED(drm_url_append(public_url, ACQUIRE_PATH, url, sizeof(url))))
        return command_misuse(line, "--public-url takes an http: or https: URL without user name, query and fragment");
    result = drm_authority_change_policy(authority, &change);
    return DRM_FAILED(result) ? command_fail_result(line, "--public-url", result) : COMMAND_DONE;
}

/* A client has a socket, and mostly one file that is sent to it. Systems let programs have few unless they ask. */
static int allow_files(const struct command_line *line, unsigned int connections)
{
    const rlim_t least = (rlim_t)connections + OTHER_FILES, wanted = least + connections;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted) /* RLIM_INFINITY is the largest number */
        return COMMAND_DONE;
    if (limit.rlim_max < least)
        return command_fail(line, "--connections %u takes %llu open files, and this process may have %llu: fewer "
                                  "connections, or more files (ulimit -n, LimitNOFILE=)", connections,
                            (unsigned long long)least, (unsigned long long)limit.rlim_max);
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) ? command_fail(line, "more open files: %s", strerror(errno))
                                            : COMMAND_DONE;
}

static int announce(const struct command_line *line, const struct serve_options *options, unsigned int port)
{
    bool brackets = strchr(options->http.address, ':') != NULL;
    char text[16];
    int error;

    snprintf(text, sizeof(text), "%u\n", port);
    if (options->port_file &&
        (error = small_file_write(options->port_file, drm_span(text, strlen(text)), 0644, true)))
        return command_fail(line, "%s: %s", options->port_file, strerror(error));
    printf("serving %s at %s://%s%s%s:%u/\n", line->data, options->http.tls_certificate ? "https" : "http",
           brackets ? "[" : "", options->http.address, brackets ? "]" : "", port);
    return command_flush_output(line);
}

/* SIGHUP too: the terminal that the service was started from has gone. */
static void block_signals(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGHUP);
    pthread_sigmask(SIG_BLOCK, out, NULL); /* before any thread starts, so that all of them have it blocked */
    signal(SIGPIPE, SIG_IGN);
}

static int serve(const struct command_line *line, const struct serve_options *options)
{
    struct http_server *server;
    sigset_t signals;
    char why[512];
    int number, exit;

    block_signals(&signals);
    server = http_server_start(&options->http, why, sizeof(why));
    if (!server)
        return command_fail(line, "%s", why);
    drm_log_write(&options->http.host->log, "listening on %s port %u%s", options->http.address,
                  http_server_port(server), options->http.faults ? ", with faults" : "");
    exit = announce(line, options, http_server_port(server));
    if (exit == COMMAND_DONE)
    {
        while (sigwait(&signals, &number))
            ;
        drm_log_write(&options->http.host->log, "stopping: signal %d", number);
    }
    http_server_stop(server);
    drm_log_write(&options->http.host->log, "stopped");
    return exit;
}

int command_serve(int argc, char **argv)
{
    static const struct option options[] = {
        {"address", required_argument, NULL, 'a'},
        {"port", required_argument, NULL, 'p'},
        {"port-file", required_argument, NULL, 'f'},
        {"public-url", required_argument, NULL, 'u'},
        {"user-header", required_argument, NULL, 'U'},
        {"tls-certificate", required_argument, NULL, 'c'},
        {"tls-key", required_argument, NULL, 'k'},
        {"threads", required_argument, NULL, 't'},
        {"connections", required_argument, NULL, 'n'},
        {"timeout", required_argument, NULL, 's'},
        {"fault", required_argument, NULL, 'x'},
        {"fault-file", required_argument, NULL, 'F'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {.name = argv[0], .usage = usage, .log = "-"};
    struct serve_options given = {
        .http = {
            .address = "127.0.0.1",
            .port = DEFAULT_PORT,
            .threads = DEFAULT_THREADS,
            .connections = DEFAULT_CONNECTIONS,
            .timeout = DEFAULT_TIMEOUT,
        },
    };
    struct service service;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (!take_option(&line, option, &given))
            return COMMAND_MISUSED;
    }
    if (line.exit >= 0)
        return line.exit;
    if (!given.http.tls_certificate != !given.http.tls_key)
        return command_misuse(&line, "--tls-certificate and --tls-key go together");
    exit = allow_files(&line, given.http.connections);
    if (exit != COMMAND_DONE)
        return exit;
    exit = make_faults(&line, &given, &given.http.faults);
    if (exit != COMMAND_DONE)
        return exit;
    exit = service_open(&line, NULL, &service);
    if (exit == COMMAND_DONE)
    {
        given.http.authority = service.authority;
        given.http.host = &service.host.host;
        if (given.public_url)
            exit = publish_url(&line, given.public_url, service.authority);
        if (exit == COMMAND_DONE)
            exit = serve(&line, &given);
        service_close(&service);
    }
    faults_free(given.http.faults);
    return exit;
}
