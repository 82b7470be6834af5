/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands for contents are told (content_options.h).
 */
#include "service/content_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/xml/base64.h"
#include "service/hex.h"
#include "service/small_file.h"

#define KEY_FILE_MAX_SIZE 1024

static const struct option options[] = {
    {"key-id", required_argument, NULL, 'i'},
    {"name", required_argument, NULL, 'n'},
    {"rights", required_argument, NULL, 'r'},
    {"rights-file", required_argument, NULL, 'f'},
    {"content-key-file", required_argument, NULL, 'k'},
    {"interactive", required_argument, NULL, 'a'},
    {"per-machine", required_argument, NULL, 'm'},
    {"url", required_argument, NULL, 'u'},
    {"table", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    COMMAND_COMMON_OPTIONS,
};

int content_read_options(struct command_line *line, int argc, char **argv, const char *allowed,
                        struct content_options *out)
{
    struct option own[sizeof(options) / sizeof(options[0])];
    size_t count = 0;
    int option;

    /* The common options, --data to --help, have letters that no command leaves out. */
    for (const struct option *each = options; each->name; ++each)
    {
        if (strchr(allowed, each->val) || strchr("dPLh", each->val))
            own[count++] = *each;
    }
    memset(&own[count], 0, sizeof(own[count]));
    memset(out, 0, sizeof(*out));
    while ((option = command_next_option(line, argc, argv, own)))
    {
        switch (option)
        {
            case 'i': out->key_id = optarg; break;
            case 'n': out->name = optarg; break;
            case 'r': out->rights = optarg; break;
            case 'f': out->rights_file = optarg; break;
            case 'k': out->key_file = optarg; break;
            case 'a': out->interactive = optarg; break;
            case 'm': out->per_machine = optarg; break;
            case 'u': out->url = optarg; break;
            case 't': out->table = optarg; break;
            default: out->json = true; break;
        }
    }
    return line->exit;
}

/* --- values ----------------------------------------------------------------------------------------------- */

int content_read_key_id(const struct command_line *line, const char *text, uint8_t out[DRM_KEY_ID_SIZE])
{
    if (!text)
        return command_misuse(line, "--key-id is missing");
    if (DRM_FAILED(drm_key_id_parse(text, out)) || drm_id_is_zero(out))
        return command_misuse(line, "\"%.80s\" is no key id: 16 bytes in base64, 24 characters, not all zero", text);
    return COMMAND_DONE;
}

static int read_text(const struct command_line *line, const char *option, const char *text, char *out, size_t size)
{
    if (strlen(text) >= size)
        return command_misuse(line, "%s takes at most %zu bytes", option, size - 1);
    strcpy(out, text);
    return COMMAND_DONE;
}

/* Says where the text is wrong: the line as it stands, and a mark below the place. */
static int fail_rights(const struct command_line *line, const char *text, size_t where)
{
    size_t start = where, end = where;

    while (start && text[start - 1] != '\n')
        --start;
    while (text[end] && text[end] != '\n' && text[end] != '\r')
        ++end;
    command_misuse(line, "the rights are wrong at the mark (docs/authority.md, \"Rights as text\"):\n  %.*s\n  %*s^",
                   (int)(end - start), text + start, (int)(where - start), "");
    return COMMAND_MISUSED;
}

static int read_rights(const struct command_line *line, const struct content_options *given, char *out)
{
    struct drm_license *license;
    struct drm_buffer content = {0};
    size_t where = 0;
    drm_result result;
    int error, exit = COMMAND_DONE;

    if (given->rights && given->rights_file)
        return command_misuse(line, "--rights and --rights-file are two ways to say the same; give one");
    if (given->rights_file)
    {
        error = small_file_read(given->rights_file, DRM_RIGHTS_TEXT_SIZE - 1, &content);
        if (!error && DRM_FAILED(drm_buffer_append(&content, "", 1)))
            error = ENOMEM;
        if (error)
            exit = command_fail(line, "%s: %s", given->rights_file, strerror(error));
        else
            exit = read_text(line, "--rights-file", (char *)content.data, out, DRM_RIGHTS_TEXT_SIZE);
        drm_buffer_free(&content);
    }
    else if (given->rights)
        exit = read_text(line, "--rights", given->rights, out, DRM_RIGHTS_TEXT_SIZE);
    if (exit != COMMAND_DONE)
        return exit;
    license = calloc(1, sizeof(*license));
    result = license ? drm_rights_text_read(out, license, &where) : DRM_E_OUT_OF_MEMORY;
    free(license);
    if (result == DRM_E_INVALID_ARGUMENT)
        return fail_rights(line, out, where);
    return DRM_FAILED(result) ? command_fail_result(line, "rights", result) : COMMAND_DONE;
}

int content_read_key(const struct command_line *line, const char *path, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    struct drm_buffer content = {0};
    int error, exit = COMMAND_DONE;

    error = small_file_read(path, KEY_FILE_MAX_SIZE, &content);
    if (!error && DRM_FAILED(drm_buffer_append(&content, "", 1)))
        error = ENOMEM;
    if (error)
        exit = command_fail(line, "%s: %s", path, strerror(error));
    else
    {
        content.data[strcspn((char *)content.data, "\r\n")] = 0;
        if (!hex_read((char *)content.data, out, DRM_CONTENT_KEY_SIZE))
            exit = command_misuse(line, "%s: its first line is no content key, which has %d hexadecimal digits", path,
                                  2 * DRM_CONTENT_KEY_SIZE);
    }
    drm_buffer_free(&content);
    return exit;
}

int content_read_item(const struct command_line *line, const struct content_options *given,
                     struct drm_content_item *item)
{
    uint64_t number = item->per_machine;
    int exit = COMMAND_DONE;

    if (given->name)
        exit = read_text(line, "--name", given->name, item->name, sizeof(item->name));
    if (exit == COMMAND_DONE && !drm_text_is_valid(drm_span(item->name, strlen(item->name))))
        exit = command_misuse(line, "--name takes UTF-8 text without control characters");
    if (exit == COMMAND_DONE)
        exit = read_rights(line, given, item->rights);
    if (exit == COMMAND_DONE && given->interactive)
    {
        item->interactive = !strcmp(given->interactive, "yes");
        if (!item->interactive && strcmp(given->interactive, "no"))
            exit = command_misuse(line, "--interactive takes yes or no");
    }
    if (exit == COMMAND_DONE && given->per_machine
        && !command_read_number(line, "--per-machine", given->per_machine, 0, UINT32_MAX, &number))
        exit = COMMAND_MISUSED;
    item->per_machine = (uint32_t)number;
    return exit;
}

int content_fail(const struct command_line *line, drm_result result)
{
    switch (result)
    {
        case DRM_E_NOT_FOUND:
            return command_fail(line, "there is no content with this key id; 'wmdrm-service content list' shows them");
        case DRM_E_NO_UPLINK_LICENSE:
            return command_fail(line, "there is no content with the key id that uplink names; add the root first");
        case DRM_E_CHAIN_TOO_LONG:
            return command_fail(line, "a chain is a leaf and its root: a root names no uplink, and no leaf is one's "
                                      "root");
        default:
            return command_fail_result(line, line->data, result);
    }
}
