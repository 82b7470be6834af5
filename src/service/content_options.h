/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands for contents are told: their options, and the values in them. Each function that returns an exit
 * code has said what is wrong where that is not COMMAND_DONE.
 */
#ifndef WMDRM_SERVICE_CONTENT_OPTIONS_H
#define WMDRM_SERVICE_CONTENT_OPTIONS_H

#include "engine/authority/contents.h"
#include "service/command.h"

#define CONTENT_DEFAULT_RIGHTS "Play"

/* What the options of any of them say; NULL where they say nothing. */
struct content_options
{
    const char *key_id, *name, *rights, *rights_file, *key_file, *interactive, *per_machine, *url, *table;
    bool json;
};

/* The usage of what content_read_item reads. */
#define CONTENT_ITEM_USAGE                                                                                           \
    "  --name TEXT             what people call it\n"                                                                \
    "  --rights TEXT           what a licence grants, e.g. \"Play(count=3); Copy; until=2027-01-01\"\n"              \
    "  --rights-file FILE      the same from a file; - is the standard input\n"                                      \
    "  --interactive yes|no    yes: a person has to agree on the web page, silent requests are refused\n"            \
    "  --per-machine N         licences that one machine may have of it; 0: as many as it asks for\n"

/* allowed: the letters of the options that this command has. Returns line->exit. */
int content_read_options(struct command_line *line, int argc, char **argv, const char *allowed,
                         struct content_options *out);

int content_read_key_id(const struct command_line *line, const char *text, uint8_t out[DRM_KEY_ID_SIZE]);
/* The first line of a file: 32 hexadecimal digits. Never an argument, which everybody on the machine can see. */
int content_read_key(const struct command_line *line, const char *path, uint8_t out[DRM_CONTENT_KEY_SIZE]);
/* Name, rights, interactive and limit, as far as they are given; the rights are checked in any case. */
int content_read_item(const struct command_line *line, const struct content_options *given,
                      struct drm_content_item *item);

/* What the authority says of a content. Returns COMMAND_FAILED. */
int content_fail(const struct command_line *line, drm_result result);

#endif
