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
#include "service/content_options.h"
#include "service/hex.h"
#include "service/json.h"
#include "service/small_file.h"

/* --- add, set --------------------------------------------------------------------------------------------- */

static int add(int argc, char **argv)
{
    struct command_line line = {
        .name = "content add",
        .usage = "usage: wmdrm-service content add --data DIR [OPTION...]\n\n"
                 "Adds content and prints its key id. Rights are \"" CONTENT_DEFAULT_RIGHTS "\" where none are "
                 "given.\n\n"
                 "  --key-id KID            16 bytes in base64; a random one where it is not given\n"
                 "  --content-key-file FILE first line: the content key, 32 hexadecimal digits; - is the standard\n"
                 "                          input; a random one where it is not given (see 'content key')\n"
                 CONTENT_ITEM_USAGE
                 COMMAND_COMMON_USAGE,
    };
    struct drm_content_item item = {.rights = CONTENT_DEFAULT_RIGHTS}, known;
    char text[DRM_KEY_ID_TEXT_SIZE];
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {0};
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (content_read_options(&line, argc, argv, "inrfkam", &given) >= 0)
        return line.exit;
    exit = content_read_item(&line, &given, &item);
    if (exit == COMMAND_DONE && given.key_id)
        exit = content_read_key_id(&line, given.key_id, item.key_id);
    if (exit == COMMAND_DONE && given.key_file)
        exit = content_read_key(&line, given.key_file, key);
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
        exit = content_fail(&line, result);
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
                 CONTENT_ITEM_USAGE
                 COMMAND_COMMON_USAGE,
    };
    struct drm_content_item item;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct content_options given;
    struct service service;
    drm_result result;
    int exit;

    if (content_read_options(&line, argc, argv, "inrfam", &given) >= 0)
        return line.exit;
    exit = content_read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_get_content(service.authority, key_id, &item);
    if (DRM_SUCCEEDED(result) && (exit = content_read_item(&line, &given, &item)) == COMMAND_DONE)
        result = drm_authority_add_content(service.authority, &item, NULL);
    if (exit == COMMAND_DONE && DRM_FAILED(result))
        exit = content_fail(&line, result);
    service_close(&service);
    return exit;
}

/* --- import ----------------------------------------------------------------------------------------------- */

static void print_wrong_line(void *context, size_t number, const char *why)
{
    const char *table = context;

    fprintf(stderr, "%s, line %zu: %s\n", table, number, why);
}

static int import(int argc, char **argv)
{
    struct command_line line = {
        .name = "content import",
        .usage = "usage: wmdrm-service content import --data DIR --table FILE [OPTION...]\n\n"
                 "Adds the contents of a table, or changes those that are known: all of its lines, or none where one\n"
                 "is wrong. Prints how many. Each line is KID,KEY,RIGHTS,NAME as in any CSV file: a field with a\n"
                 "comma in it stands in double quotes. KEY (32 hexadecimal digits; none: a random one), RIGHTS and\n"
                 "NAME may be empty or left out.\n\n"
                 "  --table FILE            - is the standard input\n"
                 CONTENT_ITEM_USAGE
                 "                          (name and rights are those of lines that have none)\n"
                 COMMAND_COMMON_USAGE,
    };
    struct drm_content_item defaults = {.rights = CONTENT_DEFAULT_RIGHTS};
    struct drm_buffer table = {0};
    struct content_options given;
    struct service service;
    drm_result result;
    size_t count;
    int error, exit;

    if (content_read_options(&line, argc, argv, "nrfamt", &given) >= 0)
        return line.exit;
    if (!given.table)
        return command_misuse(&line, "--table is missing");
    if ((exit = content_read_item(&line, &given, &defaults)) != COMMAND_DONE)
        return exit;
    if ((error = small_file_read(given.table, DRM_TABLE_MAX_SIZE, &table)))
        exit = command_fail(&line, "%s: %s", given.table, strerror(error));
    else if ((exit = service_open(&line, NULL, &service)) == COMMAND_DONE)
    {
        result = drm_authority_add_contents(service.authority, drm_buffer_span(&table), &defaults, print_wrong_line,
                                            (void *)(uintptr_t)given.table, &count);
        if (result == DRM_E_INVALID_ARGUMENT)
            exit = command_fail(&line, "nothing was added: mend these lines, and import the table again");
        else if (DRM_FAILED(result))
            exit = command_fail_result(&line, line.data, result);
        else
        {
            printf("%zu\n", count);
            exit = command_flush_output(&line);
        }
        service_close(&service);
    }
    drm_wipe(table.data, table.size); /* content keys */
    drm_buffer_free(&table);
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

    if (content_read_options(&line, argc, argv, "ij", &given) >= 0)
        return line.exit;
    if (given.key_id)
        exit = content_read_key_id(&line, given.key_id, key_id);
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
        exit = content_fail(&line, result);
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

    if (content_read_options(&line, argc, argv, "i", &given) >= 0)
        return line.exit;
    exit = content_read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = drm_authority_withdraw_content(service.authority, key_id)))
        exit = content_fail(&line, result);
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

    if (content_read_options(&line, argc, argv, "iu", &given) >= 0)
        return line.exit;
    exit = content_read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE && given.url && *given.url
        && (strlen(given.url) >= DRM_CONTENT_HEADER_URL_SIZE || !drm_url_is_valid(given.url)))
        exit = command_misuse(&line, "--url takes an http: or https: URL without user name and fragment, or \"\"");
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = make_header(service.authority, key_id, given.url, &text)))
        exit = content_fail(&line, result);
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

    if (content_read_options(&line, argc, argv, "i", &given) >= 0)
        return line.exit;
    exit = content_read_key_id(&line, given.key_id, key_id);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    if (DRM_FAILED(result = drm_authority_get_content_key(service.authority, key_id, bytes)))
        exit = content_fail(&line, result);
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
        {"import", import, "add the contents of a table, all or none"},
        {"set", set, "change rights, name, limits"},
        {"list", list, "show contents, with numbers of licences"},
        {"withdraw", withdraw, "issue no more licences of it"},
        {"header", header, "print the header that the content carries"},
        {"key", key, "print the content key, for whoever encrypts"},
    };

    return command_of_group(argc, argv, commands, sizeof(commands) / sizeof(commands[0]));
}
