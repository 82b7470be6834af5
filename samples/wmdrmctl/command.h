/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands of wmdrmctl: each reads its own arguments, does one thing and says how it went.
 */
#ifndef WMDRMCTL_COMMAND_H
#define WMDRMCTL_COMMAND_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "common/arguments.h"
#include "common/exit_code.h"

struct command
{
    const wchar_t *name;      /* one word or two: "list", "content add" */
    const wchar_t *arguments; /* for the line of its usage */
    const wchar_t *summary;   /* one line */
    const wchar_t *help;      /* more lines, each with its end; may be NULL */
    enum exit_code (*run)(IWMDRMProvider *provider, const struct command *command, int count, wchar_t **arguments);
};

/* All of them, in the order of the help. The last one has no name. */
extern const struct command *const commands[];

extern const struct command command_list, command_show, command_query, command_status;
extern const struct command command_acquire, command_store, command_use;
extern const struct command command_backup, command_restore;
extern const struct command command_delete, command_clean;
extern const struct command command_content_add, command_content_import, command_content_list;
extern const struct command command_content_withdraw, command_content_header, command_content_key;
extern const struct command command_authority_status, command_authority_export, command_authority_import,
    command_authority_certify, command_authority_revoke;
extern const struct command command_clock_show, command_clock_set;

/* The command that the first words of the arguments name, and how many words those are; NULL where there is none. */
const struct command *command_find(int count, wchar_t **arguments, int *words);

/*
 * Reads a command's arguments: options, and between min and max others, which come to the front. Where they are wrong
 * it says so, and how it would be right, and returns false: end with EXIT_USAGE.
 */
bool command_parse(const struct command *command, int count, wchar_t **arguments, const struct argument_option *options,
                   size_t option_count, int min, int max, int *rest);

/* Says that arguments are wrong, and where help is. Returns EXIT_USAGE. */
enum exit_code command_misused(const struct command *command, const wchar_t *what);

void command_print_help(const struct command *command);

/* The objects that commands use; each says itself what failed. NULL then. */
IWMDRMLicenseManagement *command_open_management(IWMDRMProvider *provider);
IWMDRMLicenseQuery *command_open_query(IWMDRMProvider *provider);
IWMDRMAuthority *command_open_authority(IWMDRMProvider *provider);

#endif
