/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * licenses: what was issued, and taking it back.
 */
#include <stdio.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/base/time_text.h"
#include "engine/xml/base64.h"
#include "service/command.h"
#include "service/hex.h"
#include "service/json.h"

/* Which licences; NULL where any. */
struct selection
{
    const char *key_id_text, *machine_text, *user_id;
    uint8_t key_id_bytes[DRM_KEY_ID_SIZE], machine_bytes[DRM_ID_SIZE];
    const uint8_t *key_id, *machine;
};

static int read_selection(const struct command_line *line, struct selection *selection)
{
    if (selection->key_id_text)
    {
        if (DRM_FAILED(drm_key_id_parse(selection->key_id_text, selection->key_id_bytes)))
            return command_misuse(line, "\"%.80s\" is no key id: 16 bytes in base64, 24 characters",
                                  selection->key_id_text);
        selection->key_id = selection->key_id_bytes;
    }
    if (selection->machine_text)
    {
        if (!hex_read(selection->machine_text, selection->machine_bytes, sizeof(selection->machine_bytes)))
            return command_misuse(line, "\"%.80s\" is no machine id: 32 hexadecimal digits, as 'wmdrm-service "
                                        "machines' prints them", selection->machine_text);
        selection->machine = selection->machine_bytes;
    }
    return COMMAND_DONE;
}

/* --- list ------------------------------------------------------------------------------------------------- */

struct printer
{
    bool json;
    uint64_t count;
};

static drm_result print_license(void *context, const struct drm_issued_license *license)
{
    struct printer *printer = context;
    char id[2 * DRM_ID_SIZE + 1], machine[2 * DRM_ID_SIZE + 1], key_id[DRM_KEY_ID_TEXT_SIZE];
    char issued[DRM_TIME_ISO_SIZE], removed[DRM_TIME_ISO_SIZE];

    hex_write(license->license_id, sizeof(license->license_id), id);
    hex_write(license->machine_id, sizeof(license->machine_id), machine);
    drm_key_id_format(license->key_id, key_id);
    drm_time_iso(license->issued, issued);
    drm_time_iso(license->removed, removed);
    if (printer->json)
    {
        printf("%s\n  {\"license\": \"%s\", \"key_id\": \"%s\", \"machine\": \"%s\", \"user\": ",
               printer->count ? "," : "", id, key_id, machine);
        json_write_string(stdout, license->user_id);
        printf(", \"issued\": \"%s\", \"removed\": ", issued);
        printf(license->removed ? "\"%s\"}" : "null}", removed);
    }
    else
        printf("%s %s %s %s%s%s%s%s\n", id, key_id, machine, issued, *license->user_id ? " user " : "",
               license->user_id, license->removed ? " removed " : "", license->removed ? removed : "");
    ++printer->count;
    return ferror(stdout) ? DRM_E_IO : DRM_S_OK; /* nobody reads on: no need to go through millions */
}

static int list(int argc, char **argv)
{
    static const struct option options[] = {
        {"key-id", required_argument, NULL, 'i'},
        {"machine", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = "licenses list",
        .usage = "usage: wmdrm-service licenses list --data DIR [OPTION...]\n\n"
                 "Lists licences, the newest last: licence id, key id, machine, time of issue, user, and when the\n"
                 "machine proved that it is gone.\n\n"
                 "  --key-id KID            only of this content\n"
                 "  --machine HEX           only on this machine, as 'wmdrm-service machines' prints it\n"
                 "  --json                  as one JSON array\n"
                 COMMAND_COMMON_USAGE,
    };
    struct selection selection = {.key_id = NULL};
    struct printer printer = {.json = false};
    struct service service;
    drm_result result;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 'i')
            selection.key_id_text = optarg;
        else if (option == 'm')
            selection.machine_text = optarg;
        else
            printer.json = true;
    }
    if (line.exit >= 0)
        return line.exit;
    exit = read_selection(&line, &selection);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (printer.json)
        putchar('[');
    result = drm_authority_each_license(service.authority, selection.key_id, selection.machine, print_license,
                                        &printer);
    if (printer.json)
        puts(printer.count ? "\n]" : "]");
    exit = command_flush_output(&line);
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = command_fail_result(&line, line.data, result);
    service_close(&service);
    return exit;
}

/* --- revoke ----------------------------------------------------------------------------------------------- */

static int revoke(int argc, char **argv)
{
    static const struct option options[] = {
        {"key-id", required_argument, NULL, 'i'},
        {"machine", required_argument, NULL, 'm'},
        {"user", required_argument, NULL, 'u'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = "licenses revoke",
        .usage = "usage: wmdrm-service licenses revoke --data DIR [--key-id KID] [--machine HEX] [--user ID]\n\n"
                 "Plans that licences which exist by now go: each machine removes them when its program next asks\n"
                 "(IWMDRMLicenseManagement::CreateLicenseRevocationChallenge), and proves it. At least one option\n"
                 "says which; several all hold. A machine that never asks keeps them: to put it out of use, revoke\n"
                 "its certificate.\n\n"
                 "  --key-id KID            of this content\n"
                 "  --machine HEX           on this machine, as 'wmdrm-service machines' prints it\n"
                 "  --user ID               of this user\n"
                 COMMAND_COMMON_USAGE,
    };
    struct selection selection = {.key_id = NULL};
    struct service service;
    drm_result result;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 'i')
            selection.key_id_text = optarg;
        else if (option == 'm')
            selection.machine_text = optarg;
        else
            selection.user_id = optarg;
    }
    if (line.exit >= 0)
        return line.exit;
    exit = read_selection(&line, &selection);
    if (exit == COMMAND_DONE && !selection.key_id && !selection.machine
        && (!selection.user_id || !*selection.user_id))
        exit = command_misuse(&line, "which licences? --key-id, --machine or --user");
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_plan_removal(service.authority, selection.machine, selection.key_id, selection.user_id);
    if (result == DRM_E_NOT_FOUND)
        exit = command_fail(&line, "there is no such licence that can be revoked; 'wmdrm-service licenses list' shows "
                                   "them all");
    else if (DRM_FAILED(result))
        exit = command_fail_result(&line, line.data, result);
    service_close(&service);
    return exit;
}

int command_licenses(int argc, char **argv)
{
    static const struct command commands[] = {
        {"list", list, "show what was issued to whom"},
        {"revoke", revoke, "have machines remove licences"},
    };

    return command_of_group(argc, argv, commands, sizeof(commands) / sizeof(commands[0]));
}
