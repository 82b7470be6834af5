/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's folder: its key file, and the authority in it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/command.h"
#include "service/small_file.h"

#define PASSPHRASE_MAX_SIZE 1024

/* The file's first line. An empty one is refused: nobody means it. */
static int read_passphrase(const struct command_line *line, struct drm_buffer *out)
{
    const uint8_t *end;
    int error;

    if (!line->passphrase_file)
        return COMMAND_DONE;
    error = small_file_read(line->passphrase_file, PASSPHRASE_MAX_SIZE, out);
    if (error)
        return command_fail(line, "%s: %s", line->passphrase_file, strerror(error));
    end = out->size ? memchr(out->data, '\n', out->size) : NULL;
    if (end)
        out->size = (size_t)(end - out->data);
    if (!out->size)
        return command_fail(line, "%s: the first line is empty; it has to be the passphrase", line->passphrase_file);
    return COMMAND_DONE;
}

static int fail_key_file(const struct command_line *line, const char *path, enum key_file_result result)
{
    switch (result)
    {
        case KEY_FILE_OK:
            return COMMAND_DONE;
        case KEY_FILE_MISSING:
            return command_fail(line, "%s is not there: make a service with 'wmdrm-service init --data %s'", path,
                                line->data);
        case KEY_FILE_EXISTS:
            return command_fail(line, "%s was just made by somebody else; look before you try again", path);
        case KEY_FILE_EXPOSED:
            return command_fail(line, "%s can be read or written by others than its owner: chmod 600 it, and find out "
                                      "who has", path);
        case KEY_FILE_DAMAGED:
            return command_fail(line, "%s is damaged: restore it from a backup", path);
        case KEY_FILE_NEEDS_PASSPHRASE:
            return command_fail(line, "%s is sealed: give its passphrase with --passphrase-file", path);
        case KEY_FILE_WRONG_PASSPHRASE:
            return command_fail(line, "%s does not open with the passphrase in %s", path, line->passphrase_file);
        case KEY_FILE_NOT_SEALED:
            return command_fail(line, "%s is not sealed by any passphrase: leave --passphrase-file out", path);
        default:
            return command_fail(line, "%s: %s", path, strerror(errno));
    }
}

/* create: a key that is there already is an interrupted init's, and is used. */
static int open_key(const struct command_line *line, bool create, struct key_file_protector *out)
{
    struct drm_buffer passphrase = {0};
    char path[PATH_MAX];
    int exit;

    exit = read_passphrase(line, &passphrase);
    if (exit == COMMAND_DONE && (size_t)snprintf(path, sizeof(path), "%s/" KEY_FILE_NAME, line->data) >= sizeof(path))
        exit = command_fail(line, "%s: the path is too long", line->data);
    if (exit == COMMAND_DONE)
    {
        enum key_file_result result = key_file_open(path, drm_buffer_span(&passphrase), out);

        if (result == KEY_FILE_MISSING && create)
        {
            result = key_file_create(path, drm_buffer_span(&passphrase));
            if (result == KEY_FILE_OK)
                result = key_file_open(path, drm_buffer_span(&passphrase), out);
        }
        exit = fail_key_file(line, path, result);
    }
    drm_buffer_free(&passphrase);
    return exit;
}

static int open_authority(const struct command_line *line, const char *create, struct service *service)
{
    const struct drm_authority_options options = {
        .directory = line->data,
        .name = create ? create : "",
        .host = &service->host.host,
    };
    drm_result result = drm_authority_open(&options, DRM_AUTHORITY_OPEN, &service->authority);

    if (create)
    {
        if (DRM_SUCCEEDED(result))
            return command_fail(line, "%s holds a service already; its trust anchor is shown by 'wmdrm-service anchor'",
                                line->data);
        if (result == DRM_E_NOT_FOUND)
            result = drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &service->authority);
    }
    if (result == DRM_E_NOT_FOUND)
        return command_fail(line, "%s has a key but no authority: finish with 'wmdrm-service init --data %s', or "
                                  "restore authority.db from a backup", line->data, line->data);
    return DRM_FAILED(result) ? command_fail_result(line, line->data, result) : COMMAND_DONE;
}

int service_open(const struct command_line *line, const char *create, struct service *out)
{
    drm_result result;
    int error, exit;

    *out = (struct service){.authority = NULL};
    error = service_host_init(&out->host, line->log);
    if (error)
        return command_fail(line, "%s: %s", line->log, strerror(error));
    result = drm_crypto_init();
    if (DRM_FAILED(result))
        exit = command_fail_result(line, "libgcrypt cannot be used", result);
    else if (create && mkdir(line->data, 0700) && errno != EEXIST)
        exit = command_fail(line, "%s: %s", line->data, strerror(errno));
    else
        exit = open_key(line, create != NULL, &out->protector);
    if (exit == COMMAND_DONE)
    {
        out->host.host.protector = key_file_protector(&out->protector);
        exit = open_authority(line, create, out);
    }
    if (exit != COMMAND_DONE)
        service_close(out);
    return exit;
}

void service_close(struct service *service)
{
    drm_authority_close(service->authority);
    service->authority = NULL;
    key_file_protector_wipe(&service->protector);
    service_host_cleanup(&service->host);
}
