/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * content: what licences are issued of. "content add" and the others are commands of their own behind one word.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/base/time_text.h"
#include "engine/net/url.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"
#include "service/command.h"
#include "service/hex.h"
#include "service/json.h"
#include "service/small_file.h"

#define KEY_FILE_MAX_SIZE 1024
#define DEFAULT_RIGHTS "Play"

/* What the options of any of them say; NULL where they say nothing. */
struct content_options
{
    const char *key_id, *name, *rights, *rights_file, *key_file, *interactive, *per_machine, *url;
    bool json;
};

static const struct option options[] = {
    {"key-id", required_argument, NULL, 'i'},
    {"name", required_argument, NULL, 'n'},
    {"rights", required_argument, NULL, 'r'},
    {"rights-file", required_argument, NULL, 'f'},
    {"content-key-file", required_argument, NULL, 'k'},
    {"interactive", required_argument, NULL, 'a'},
    {"per-machine", required_argument, NULL, 'm'},
    {"url", required_argument, NULL, 'u'},
    {"json", no_argument, NULL, 'j'},
    COMMAND_COMMON_OPTIONS,
};

/* allowed: the letters of the options that this command has. */
static int read_options(struct command_line *line, int argc, char **argv, const char *allowed,
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
            default: out->json = true; break;
        }
    }
    return line->exit;
}

/* --- values ----------------------------------------------------------------------------------------------- */

static int read_key_id(const struct command_line *line, const char *text, uint8_t out[DRM_KEY_ID_SIZE])
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

/* The first line of a file: 32 hexadecimal digits. Never an argument, which everybody on the machine can see. */
static int read_content_key(const struct command_line *line, const char *path, uint8_t out[DRM_CONTENT_KEY_SIZE])
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

/* What add and set have in common, into item. */
static int read_item(const struct command_line *line, const struct content_options *given,
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

static int fail_content(const struct command_line *line, drm_result result)
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

/* --- add, set --------------------------------------------------------------------------------------------- */

#define ITEM_USAGE                                                                                                   \
    "  --name TEXT             what people call it\n"                                                                \
    "  --rights TEXT           what a licence grants, e.g. \"Play(count=3); Copy; until=2027-01-01\"\n"              \
    "  --rights-file FILE      the same from a file; - is the standard input\n"                                      \
    "  --interactive yes|no    yes: a person has to agree on the web page, silent requests are refused\n"            \
    "  --per-machine N         licences that one machine may have of it; 0: as many as it asks for\n"

static int add(int argc, char **argv)
{
    struct command_line line = {
        .name = "content add",
        .usage = "usage: wmdrm-service content add --data DIR [OPTION...]\n\n"
                 "Adds content and prints its key id. Rights are \"" DEFAULT_RIGHTS "\" where none are given.\n\n"
                 "  --key-id KID            16 bytes in base64; a random one where it is not given\n"
                 "  --content-key-file FILE first line: the content key, 32 hexadecimal digits; - is the standard\n"
                 "                          input; a random one where it is not given (see 'content key')\n"
                 ITEM_USAGE
                 COMMAND_COMMON_USAGE,
    };
    struct drm_content_item item = {.rights = DEFAULT_RIGHTS}, known;
    char text[DRM_KEY_ID_TEXT_SIZE];
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {0};
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (read_options(&line, argc, argv, "inrfkam", &given) >= 0)
        return line.exit;
    exit = read_item(&line, &given, &item);
    if (exit == COMMAND_DONE && given.key_id)
        exit = read_key_id(&line, given.key_id, item.key_id);
    if (exit == COMMAND_DONE && given.key_file)
        exit = read_content_key(&line, given.key_file, key);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
    {
        drm_wipe(key, sizeof(key));
        return exit;
    }
    if (!given.key_id)
        drm_random(item.key_id, sizeof(item.key_id));
    result = drm_authority_get_content(service.authority, item.key_id, &known);
    if (DRM_SUCCEEDED(result))
        exit = command_fail(&line, "this key id is known (\"%s\"); change it with 'wmdrm-service content set'",
                            known.name);
    else if (result == DRM_E_NOT_FOUND)
        result = drm_authority_add_content(service.authority, &item, given.key_file ? key : NULL);
    drm_wipe(key, sizeof(key));
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = fail_content(&line, result);
    service_close(&service);
    if (exit != COMMAND_DONE)
        return exit;
    drm_key_id_format(item.key_id, text);
    puts(text);
    return command_flush_output(&line);
}

static int set(int argc, char **argv)
{
    struct command_line line = {
        .name = "content set",
        .usage = "usage: wmdrm-service content set --data DIR --key-id KID [OPTION...]\n\n"
                 "Changes what is given and leaves the rest; offers it again where it was withdrawn. Licences that\n"
                 "were issued stay as they are.\n\n"
                 "  --key-id KID            16 bytes in base64\n"
                 ITEM_USAGE
                 COMMAND_COMMON_USAGE,
    };
    struct drm_content_item item;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (read_options(&line, argc, argv, "inrfam", &given) >= 0)
        return line.exit;
    exit = read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_get_content(service.authority, key_id, &item);
    if (DRM_SUCCEEDED(result) && (exit = read_item(&line, &given, &item)) == COMMAND_DONE)
        result = drm_authority_add_content(service.authority, &item, NULL);
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = fail_content(&line, result);
    service_close(&service);
    return exit;
}

/* --- list ------------------------------------------------------------------------------------------------- */

struct printer
{
    bool json;
    uint64_t count;
};

static void print_json(const struct drm_content_item *item, const char *key_id, const char *added)
{
    printf("  {\"key_id\": \"%s\", \"name\": ", key_id);
    json_write_string(stdout, item->name);
    printf(", \"rights\": ");
    json_write_string(stdout, item->rights);
    printf(", \"added\": \"%s\", \"offered\": %s, \"interactive\": %s, \"per_machine\": %lu, \"licenses\": %llu, "
           "\"machines\": %llu}", added, item->withdrawn ? "false" : "true", item->interactive ? "true" : "false",
           (unsigned long)item->per_machine, (unsigned long long)item->issued, (unsigned long long)item->machines);
}

static void print_text(const struct drm_content_item *item, const char *key_id, const char *added)
{
    printf("%s %s %llu licences on %llu machines%s%s", key_id, added, (unsigned long long)item->issued,
           (unsigned long long)item->machines, item->withdrawn ? ", withdrawn" : "",
           item->interactive ? ", interactive" : "");
    if (item->per_machine)
        printf(", at most %lu a machine", (unsigned long)item->per_machine);
    printf("\n    %s\n    %s\n", *item->name ? item->name : "(no name)", item->rights);
}

static drm_result print_content(void *context, const struct drm_content_item *item)
{
    struct printer *printer = context;
    char key_id[DRM_KEY_ID_TEXT_SIZE], added[DRM_TIME_ISO_SIZE];

    drm_key_id_format(item->key_id, key_id);
    drm_time_iso(item->added, added);
    if (printer->json)
    {
        puts(printer->count ? "," : "");
        print_json(item, key_id, added);
    }
    else
        print_text(item, key_id, added);
    ++printer->count;
    return ferror(stdout) ? DRM_E_IO : DRM_S_OK;
}

static int list(int argc, char **argv)
{
    struct command_line line = {
        .name = "content list",
        .usage = "usage: wmdrm-service content list --data DIR [--key-id KID] [--json]\n\n"
                 "Lists contents, the oldest first: key id, when it was added, licences and machines that have one,\n"
                 "name, rights.\n\n"
                 "  --key-id KID            only this one\n"
                 "  --json                  as one JSON array\n"
                 COMMAND_COMMON_USAGE,
    };
    struct printer printer = {.json = false};
    struct drm_content_item item;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct content_options given;
    struct service service;
    drm_result result;
    int exit = COMMAND_DONE;

    if (read_options(&line, argc, argv, "ij", &given) >= 0)
        return line.exit;
    if (given.key_id)
        exit = read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    printer.json = given.json;
    if (printer.json)
        putchar('[');
    if (!given.key_id)
        result = drm_authority_each_content(service.authority, print_content, &printer);
    else if (DRM_SUCCEEDED(result = drm_authority_get_content(service.authority, key_id, &item)))
        result = print_content(&printer, &item);
    if (printer.json)
        puts(printer.count ? "\n]" : "]");
    exit = command_flush_output(&line);
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = fail_content(&line, result);
    service_close(&service);
    return exit;
}

/* --- withdraw, header, key -------------------------------------------------------------------------------- */

static int withdraw(int argc, char **argv)
{
    struct command_line line = {
        .name = "content withdraw",
        .usage = "usage: wmdrm-service content withdraw --data DIR --key-id KID\n\n"
                 "No more licences of it from now on; those that were issued stay good ('licenses revoke' takes them\n"
                 "back). 'content set' offers it again.\n\n"
                 "  --key-id KID            16 bytes in base64\n"
                 COMMAND_COMMON_USAGE,
    };
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (read_options(&line, argc, argv, "i", &given) >= 0)
        return line.exit;
    exit = read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = drm_authority_withdraw_content(service.authority, key_id)))
        exit = fail_content(&line, result);
    service_close(&service);
    return exit;
}

static drm_result make_header(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE], const char *url,
                              struct drm_buffer *out)
{
    struct drm_authority_status *status = calloc(1, sizeof(*status));
    struct drm_license *license = calloc(1, sizeof(*license));
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_content_header header = {.url = ""};
    drm_result result = status && license && item ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = drm_authority_get_status(authority, status))
        && DRM_SUCCEEDED(result = drm_authority_get_content(authority, key_id, item))
        && DRM_SUCCEEDED(result = drm_rights_text_read(item->rights, license, NULL)))
    {
        memcpy(header.key_id, key_id, sizeof(header.key_id));
        header.min_security = license->terms.min_security;
        if (!url)
            url = *license->url ? license->url : status->policy.license_url;
        memcpy(header.url, url, strlen(url) + 1);
        result = drm_content_header_write(&header, out);
    }
    free(item);
    free(license);
    free(status);
    return result;
}

static int header(int argc, char **argv)
{
    struct command_line line = {
        .name = "content header",
        .usage = "usage: wmdrm-service content header --data DIR --key-id KID [--url URL]\n\n"
                 "Prints the header (WRMHEADER) that content with this key id carries: what programs hand to\n"
                 "IWMDRMLicenseManagement::AcquireLicense.\n\n"
                 "  --key-id KID            16 bytes in base64\n"
                 "  --url URL               where its licences are; \"\" for none (that of the rights or the policy)\n"
                 COMMAND_COMMON_USAGE,
    };
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct content_options given;
    struct drm_buffer text = {0};
    struct service service;
    drm_result result;
    int exit;

    if (read_options(&line, argc, argv, "iu", &given) >= 0)
        return line.exit;
    exit = read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE && given.url && *given.url
        && (strlen(given.url) >= DRM_CONTENT_HEADER_URL_SIZE || !drm_url_is_valid(given.url)))
        exit = command_misuse(&line, "--url takes an http: or https: URL without user name and fragment, or \"\"");
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = make_header(service.authority, key_id, given.url, &text)))
        exit = fail_content(&line, result);
    else
    {
        printf("%.*s\n", (int)text.size, (char *)text.data);
        exit = command_flush_output(&line);
    }
    drm_buffer_free(&text);
    service_close(&service);
    return exit;
}

static int key(int argc, char **argv)
{
    struct command_line line = {
        .name = "content key",
        .usage = "usage: wmdrm-service content key --data DIR --key-id KID\n\n"
                 "Prints the content key, 32 hexadecimal digits, for whoever encrypts the content. Who has it needs\n"
                 "no licence: keep it to yourself.\n\n"
                 "  --key-id KID            16 bytes in base64\n"
                 COMMAND_COMMON_USAGE,
    };
    uint8_t key_id[DRM_KEY_ID_SIZE], bytes[DRM_CONTENT_KEY_SIZE];
    char text[2 * DRM_CONTENT_KEY_SIZE + 1];
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (read_options(&line, argc, argv, "i", &given) >= 0)
        return line.exit;
    exit = read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = drm_authority_get_content_key(service.authority, key_id, bytes)))
        exit = fail_content(&line, result);
    else
    {
        hex_write(bytes, sizeof(bytes), text);
        puts(text);
        exit = command_flush_output(&line);
    }
    drm_wipe(bytes, sizeof(bytes));
    drm_wipe(text, sizeof(text));
    service_close(&service);
    return exit;
}

/* --- which of them ---------------------------------------------------------------------------------------- */

int command_content(int argc, char **argv)
{
    static const struct command commands[] = {
        {"add", add, "add content; print its key id"},
        {"set", set, "change rights, name, limits"},
        {"list", list, "show contents, with numbers of licences"},
        {"withdraw", withdraw, "issue no more licences of it"},
        {"header", header, "print the header that the content carries"},
        {"key", key, "print the content key, for whoever encrypts"},
    };

    return command_of_group(argc, argv, commands, sizeof(commands) / sizeof(commands[0]));
}
