/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * revoke: puts certificates on a list.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "service/command.h"
#include "service/hex.h"
#include "service/small_file.h"

/* A whole list of the largest kind as text, with room for line ends. */
#define IDS_MAX_SIZE ((size_t)DRM_REVOCATION_MAX_ENTRIES * (2 * DRM_REVOCATION_ENTRY_SIZE + 2))

static int add_id(const struct command_line *line, const char *where, const char *text, struct drm_buffer *ids)
{
    uint8_t id[DRM_REVOCATION_ENTRY_SIZE];

    if (!hex_read(text, id, sizeof(id)))
        return command_misuse(line, "%s: \"%.80s\" is no certificate id: 64 hexadecimal digits, as "
                                    "'wmdrm-service machines' prints them", where, text);
    if (DRM_FAILED(drm_buffer_append(ids, id, sizeof(id))))
        return command_fail_result(line, where, DRM_E_OUT_OF_MEMORY);
    return COMMAND_DONE;
}

/* The leaf of a chain, or a certificate alone. */
static int add_certificate(const struct command_line *line, const char *path, struct drm_buffer *ids)
{
    struct drm_buffer content = {0};
    struct drm_certificate certificate;
    struct drm_chain chain;
    drm_result result;
    int error, exit = COMMAND_DONE;

    error = small_file_read(path, DRM_CHAIN_MAX_SIZE, &content);
    if (error)
    {
        drm_buffer_free(&content);
        return command_fail(line, "%s: %s", path, strerror(error));
    }
    if (DRM_SUCCEEDED(drm_chain_read(drm_buffer_span(&content), &chain)))
        certificate = chain.certificates[0];
    else if (DRM_FAILED(drm_certificate_read(drm_buffer_span(&content), &certificate)))
        exit = command_fail(line, "%s holds neither a certificate nor a chain of them", path);
    if (exit == COMMAND_DONE)
    {
        result = drm_buffer_append(ids, certificate.id, sizeof(certificate.id));
        if (DRM_FAILED(result))
            exit = command_fail_result(line, path, result);
    }
    drm_buffer_free(&content);
    return exit;
}

/* One id a line; empty lines and what follows a # do not count. */
static int add_ids_from(const struct command_line *line, const char *path, struct drm_buffer *ids)
{
    struct drm_buffer content = {0};
    char *text, *next, where[512];
    unsigned int number = 0;
    int error, exit = COMMAND_DONE;

    error = small_file_read(path, IDS_MAX_SIZE, &content);
    if (!error && DRM_FAILED(drm_buffer_append(&content, "", 1)))
        error = ENOMEM;
    if (error)
        exit = command_fail(line, "%s: %s", path, strerror(error));
    for (text = (char *)content.data; exit == COMMAND_DONE && text; text = next)
    {
        next = strchr(text, '\n');
        if (next)
            *next++ = 0;
        ++number;
        text[strcspn(text, "#")] = 0;
        text += strspn(text, " \t\r");
        text[strcspn(text, " \t\r")] = 0;
        snprintf(where, sizeof(where), "%s, line %u", path, number);
        if (*text)
            exit = add_id(line, where, text, ids);
    }
    drm_buffer_free(&content);
    return exit;
}

static int read_type(const struct command_line *line, const char *text, enum drm_revocation_type *out)
{
    int type;

    if (!text)
        return command_misuse(line, "--list is missing");
    type = drm_revocation_type_from_name(text);
    if (!type)
        return command_misuse(line, "there is no list \"%s\": GRL, APP, DEVICE, CARDEA or HDCP", text);
    if (type == DRM_REVOCATION_REVINFO)
        return command_misuse(line, "REVINFO is the index of the other lists and follows them by itself");
    *out = (enum drm_revocation_type)type;
    return COMMAND_DONE;
}

int command_revoke(int argc, char **argv)
{
    static const struct option options[] = {
        {"list", required_argument, NULL, 'l'},
        {"certificate-id", required_argument, NULL, 'i'},
        {"certificate", required_argument, NULL, 'c'},
        {"ids-from", required_argument, NULL, 'f'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service revoke --data DIR --list TYPE CERTIFICATE...\n\n"
                 "Adds certificates to a revocation list and signs its next version. What is on a list stays there.\n\n"
                 "  --list TYPE             GRL (machines), APP, DEVICE, CARDEA (network devices) or HDCP\n"
                 "Certificates, each option as often as needed:\n"
                 "  --certificate-id HEX    64 hexadecimal digits, as 'wmdrm-service machines' prints them\n"
                 "  --certificate FILE      a certificate or chain, as 'wmdrm-service certify' writes it\n"
                 "  --ids-from FILE         one id a line, # begins a comment; - is the standard input\n"
                 COMMAND_COMMON_USAGE,
    };
    struct drm_buffer ids = {0};
    const char *type_text = NULL;
    enum drm_revocation_type type = DRM_REVOCATION_GRL;
    struct service service;
    drm_result result;
    int option, exit = COMMAND_DONE;

    while (exit == COMMAND_DONE && (option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 'l')
            type_text = optarg;
        else if (option == 'i')
            exit = add_id(&line, "--certificate-id", optarg, &ids);
        else if (option == 'c')
            exit = add_certificate(&line, optarg, &ids);
        else
            exit = add_ids_from(&line, optarg, &ids);
    }
    if (exit == COMMAND_DONE && line.exit >= 0)
    {
        drm_buffer_free(&ids);
        return line.exit;
    }
    if (exit == COMMAND_DONE)
        exit = read_type(&line, type_text, &type);
    if (exit == COMMAND_DONE && !ids.size)
        exit = command_misuse(&line, "which certificates? --certificate-id, --certificate or --ids-from");
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit == COMMAND_DONE)
    {
        result = drm_authority_revoke(service.authority, type, ids.data, ids.size / DRM_REVOCATION_ENTRY_SIZE);
        if (DRM_FAILED(result))
            exit = command_fail_result(&line, type_text, result);
        service_close(&service);
    }
    drm_buffer_free(&ids);
    return exit;
}
