/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machines, list: what the authority has issued and signed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/time_text.h"
#include "service/command.h"
#include "service/hex.h"
#include "service/small_file.h"

struct machine_printer
{
    bool json;
    uint64_t count;
};

static drm_result print_machine(void *context, const struct drm_authority_machine *machine)
{
    struct machine_printer *printer = context;
    char id[2 * DRM_ID_SIZE + 1], certificate[2 * DRM_SHA256_SIZE + 1], issued[DRM_TIME_ISO_SIZE];

    hex_write(machine->machine_id, sizeof(machine->machine_id), id);
    hex_write(machine->certificate_id, sizeof(machine->certificate_id), certificate);
    drm_time_iso(machine->issued, issued);
    if (printer->json)
        printf("%s\n  {\"machine\": \"%s\", \"certificate\": \"%s\", \"issued\": \"%s\", \"version\": \"%u.%u\", "
               "\"revoked\": %s}", printer->count ? "," : "", id, certificate, issued, machine->version.major,
               machine->version.minor, machine->revoked ? "true" : "false");
    else
        printf("%s %s %s %u.%u%s\n", id, certificate, issued, machine->version.major, machine->version.minor,
               machine->revoked ? " revoked" : "");
    ++printer->count;
    return ferror(stdout) ? DRM_E_IO : DRM_S_OK; /* nobody reads on: no need to go through millions */
}

int command_machines(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service machines --data DIR [--json]\n\n"
                 "Lists every certificate that machines were given, the oldest first: machine id, certificate id\n"
                 "(which 'wmdrm-service revoke' takes), time of issue, version, and whether it is revoked.\n\n"
                 "  --json                  as one JSON array\n"
                 COMMAND_COMMON_USAGE,
    };
    struct machine_printer printer = {.json = false};
    struct service service;
    drm_result result;
    int exit;

    while (command_next_option(&line, argc, argv, options))
        printer.json = true;
    if (line.exit >= 0)
        return line.exit;
    exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (printer.json)
        putchar('[');
    result = drm_authority_each_machine(service.authority, print_machine, &printer);
    if (printer.json)
        puts(printer.count ? "\n]" : "]");
    exit = command_flush_output(&line);
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = command_fail_result(&line, line.data, result);
    service_close(&service);
    return exit;
}

int command_list(int argc, char **argv)
{
    static const struct option options[] = {
        {"type", required_argument, NULL, 't'},
        {"output", required_argument, NULL, 'o'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service list --data DIR --type TYPE --output FILE\n\n"
                 "Writes a signed revocation list, as IWMDRMSecurity::SetRevocationData takes it.\n\n"
                 "  --type TYPE             APP, DEVICE, CARDEA, REVINFO, GRL or HDCP\n"
                 "  --output FILE           is replaced in one step; - is the standard output\n"
                 COMMAND_COMMON_USAGE,
    };
    const char *type_text = NULL, *output = NULL;
    struct drm_buffer list = {0};
    struct service service;
    drm_result result;
    int option, type, error, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 't')
            type_text = optarg;
        else
            output = optarg;
    }
    if (line.exit >= 0)
        return line.exit;
    if (!type_text || !output)
        return command_misuse(&line, "%s is missing", type_text ? "--output" : "--type");
    type = drm_revocation_type_from_name(type_text);
    if (!type)
        return command_misuse(&line, "there is no list \"%s\": APP, DEVICE, CARDEA, REVINFO, GRL or HDCP", type_text);
    exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_read_list(service.authority, (enum drm_revocation_type)type, &list);
    if (DRM_FAILED(result))
        exit = command_fail_result(&line, type_text, result);
    else if ((error = small_file_write(output, drm_buffer_span(&list), 0644, true)))
        exit = command_fail(&line, "%s: %s", output, strerror(error));
    drm_buffer_free(&list);
    service_close(&service);
    return exit;
}
