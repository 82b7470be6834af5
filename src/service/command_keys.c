/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init, anchor, status: what a service is.
 */
#include <stdio.h>
#include <string.h>

#include "service/command.h"
#include "service/hex.h"
#include "service/json.h"

#define DEFAULT_NAME "wmdrm service"

static void format_anchor(const struct service *service, char out[2 * DRM_SIGN_PUBLIC_SIZE + 1])
{
    hex_write(drm_authority_root(service->authority), DRM_SIGN_PUBLIC_SIZE, out);
}

static int print_anchor(const struct command_line *line, const struct service *service)
{
    char anchor[2 * DRM_SIGN_PUBLIC_SIZE + 1];

    format_anchor(service, anchor);
    puts(anchor);
    return command_flush_output(line);
}

int command_init(int argc, char **argv)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service init --data DIR [--name NAME]\n\n"
                 "Makes the folder, its key and the authority's keys, and prints the trust anchor (64 hexadecimal\n"
                 "digits) that clients are given. With --passphrase-file every later command needs the passphrase.\n\n"
                 "  --name NAME             what the authority's certificates are called (\"" DEFAULT_NAME "\")\n"
                 COMMAND_COMMON_USAGE,
    };
    const char *name = DEFAULT_NAME;
    struct service service;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
        name = optarg; /* the only one */
    if (line.exit >= 0)
        return line.exit;
    if (!*name || strlen(name) > DRM_CERTIFICATE_NAME_SIZE || !drm_text_is_valid(drm_span(name, strlen(name))))
        return command_misuse(&line, "--name takes 1 to %d bytes of UTF-8 text", DRM_CERTIFICATE_NAME_SIZE);
    exit = service_open(&line, name, &service);
    if (exit != COMMAND_DONE)
        return exit;
    exit = print_anchor(&line, &service);
    service_close(&service);
    return exit;
}

int command_anchor(int argc, char **argv)
{
    static const struct option options[] = {COMMAND_COMMON_OPTIONS};
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service anchor --data DIR\n\n"
                 "Prints the trust anchor, 64 hexadecimal digits: WMDRM_TRUST_ANCHOR of the clients.\n\n"
                 COMMAND_COMMON_USAGE,
    };
    struct service service;
    int exit;

    command_next_option(&line, argc, argv, options);
    if (line.exit >= 0)
        return line.exit;
    exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    exit = print_anchor(&line, &service);
    service_close(&service);
    return exit;
}

static void print_status_text(const char *anchor, const struct drm_authority_status *status)
{
    size_t i;

    printf("trust anchor  %s\n", anchor);
    printf("version       %u.%u\n", status->version.major, status->version.minor);
    if (status->component_size)
        printf("component     %s, %llu bytes\n", status->component_name, (unsigned long long)status->component_size);
    else
        printf("component     none\n");
    printf("machines      %llu, with %llu certificates ever\n", (unsigned long long)status->machines,
           (unsigned long long)status->certificates);
    printf("licences      %llu ever, %llu contents are offered\n", (unsigned long long)status->licenses,
           (unsigned long long)status->contents);
    if (status->policy.individualizations_per_day)
        printf("limit         %u individualizations a machine and day\n", status->policy.individualizations_per_day);
    else
        printf("limit         none\n");
    printf("renewal URL   %s\n", *status->policy.renewal_url ? status->policy.renewal_url : "none");
    printf("license URL   %s\n", *status->policy.license_url ? status->policy.license_url : "none");
    for (i = 0; i < DRM_REVOCATION_TYPES; ++i)
        printf("list %-8s version %llu, %u entries\n", drm_revocation_type_name((enum drm_revocation_type)(i + 1)),
               (unsigned long long)status->list_versions[i], status->list_entries[i]);
}

static void print_status_json(const char *anchor, const struct drm_authority_status *status)
{
    size_t i;

    printf("{\n  \"anchor\": \"%s\",\n", anchor);
    printf("  \"version\": \"%u.%u\",\n", status->version.major, status->version.minor);
    printf("  \"component\": ");
    if (status->component_size)
    {
        printf("{\"name\": ");
        json_write_string(stdout, status->component_name);
        printf(", \"size\": %llu},\n", (unsigned long long)status->component_size);
    }
    else
    {
        printf("null,\n");
    }
    printf("  \"machines\": %llu,\n  \"certificates\": %llu,\n", (unsigned long long)status->machines,
           (unsigned long long)status->certificates);
    printf("  \"licenses\": %llu,\n  \"contents\": %llu,\n", (unsigned long long)status->licenses,
           (unsigned long long)status->contents);
    printf("  \"individualizations_per_day\": %u,\n  \"renewal_url\": ", status->policy.individualizations_per_day);
    json_write_string(stdout, status->policy.renewal_url);
    printf(",\n  \"license_url\": ");
    json_write_string(stdout, status->policy.license_url);
    printf(",\n  \"lists\": [\n");
    for (i = 0; i < DRM_REVOCATION_TYPES; ++i)
        printf("    {\"type\": \"%s\", \"version\": %llu, \"entries\": %u}%s\n",
               drm_revocation_type_name((enum drm_revocation_type)(i + 1)),
               (unsigned long long)status->list_versions[i], status->list_entries[i],
               i + 1 < DRM_REVOCATION_TYPES ? "," : "");
    printf("  ]\n}\n");
}

int command_status(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service status --data DIR [--json]\n\n"
                 "Shows the trust anchor, what is published, the policy, the revocation lists and the numbers of\n"
                 "machines and licences.\n\n"
                 "  --json                  as one JSON object\n"
                 COMMAND_COMMON_USAGE,
    };
    char anchor[2 * DRM_SIGN_PUBLIC_SIZE + 1];
    struct drm_authority_status status;
    struct service service;
    bool json = false;
    drm_result result;
    int exit;

    while (command_next_option(&line, argc, argv, options))
        json = true;
    if (line.exit >= 0)
        return line.exit;
    exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_get_status(service.authority, &status);
    if (DRM_FAILED(result))
    {
        exit = command_fail_result(&line, line.data, result);
    }
    else
    {
        format_anchor(&service, anchor);
        (json ? print_status_json : print_status_text)(anchor, &status);
        exit = command_flush_output(&line);
    }
    service_close(&service);
    return exit;
}
