/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of store_tool.h. */
#include "disks/store_tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

static char folder[1024];

static void answer(int32_t result, const char *text)
{
    printf("0x%08" PRIx32 "%s%s\n", (uint32_t)result, *text ? " " : "", text);
    fflush(stdout);
}

static void individualize(bool forced)
{
    const char *state = "";
    int32_t result = tool_individualize(forced, &state);

    answer(result, state);
}

static void loop(unsigned long count)
{
    while (count--)
        individualize(true);
}

static void certificate(void)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int32_t result = tool_certificate(&bytes, &size);
    char *text = calloc(size + 1, 2);

    for (size_t i = 0; text && i < size; i++)
        sprintf(text + 2 * i, "%02x", bytes[i]);
    answer(result, text ? text : "");
    free(text);
    free(bytes);
}

static void version(void)
{
    char text[64] = "";
    int32_t result = tool_version(text, sizeof(text));

    answer(result, text);
}

static void revoked(void)
{
    bool is_revoked = false;
    int32_t result = tool_is_revoked(&is_revoked);

    answer(result, result < 0 ? "" : is_revoked ? "yes" : "no");
}

static void list(void)
{
    char text[32] = "";
    uint64_t number = 0;
    int32_t result = tool_list_version(&number);

    if (result >= 0)
        snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    answer(result, text);
}

/* What SQLite says of a database of the folder: "ok" or the first damage, with '_' for ' '. */
static void check_database(const char *name, char *out, size_t size)
{
    char path[1200];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    const char *text = "cannot-be-opened";

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
        && sqlite3_busy_timeout(database, 60000) == SQLITE_OK
        && sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK)
        text = sqlite3_step(statement) == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0)
                                                     : sqlite3_errmsg(database);
    snprintf(out, size, "%s", text);
    for (; *out; out++)
        if (*out == ' ')
            *out = '_';
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

static void check(void)
{
    char store[200], authority[200], both[401];

    check_database("store.db", store, sizeof(store));
    check_database("authority.db", authority, sizeof(authority));
    snprintf(both, sizeof(both), "%s %s", store, authority);
    answer(0, both);
}

static void set_folder(const char *path)
{
    snprintf(folder, sizeof(folder), "%s", path);
    answer(tool_folder(path), "");
}

static bool obey(const char *command)
{
    if (!strncmp(command, "folder ", 7))
        set_folder(command + 7);
    else if (!strcmp(command, "individualize"))
        individualize(false);
    else if (!strcmp(command, "force"))
        individualize(true);
    else if (!strncmp(command, "loop ", 5))
        loop(strtoul(command + 5, NULL, 10));
    else if (!strcmp(command, "refresh"))
        answer(tool_refresh(), "");
    else if (!strcmp(command, "version"))
        version();
    else if (!strcmp(command, "certificate"))
        certificate();
    else if (!strcmp(command, "revoked"))
        revoked();
    else if (!strcmp(command, "list"))
        list();
    else if (!strcmp(command, "check"))
        check();
    else
        return false;
    return true;
}

int store_tool_main(void)
{
    char line[1024];

    while (fgets(line, sizeof(line), stdin))
    {
        line[strcspn(line, "\r\n")] = 0;
        if (!obey(line))
        {
            fprintf(stderr, "no such command: %s\n", line);
            return 2;
        }
    }
    return 0;
}
