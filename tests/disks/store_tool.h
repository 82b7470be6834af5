/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that does to a store what its standard input says, for the tests of bad disks and killed processes: one
 * process for many disks, and a script between them that makes them full, read-only, or whole again.
 *
 * One command a line, one line of answer for each: a result as 0x and eight digits, then what the command found.
 *
 *     folder PATH      the store of all commands that follow; anything open of another one is closed
 *     individualize    if needed: the last state, SUCCEED or FAIL
 *     force            always
 *     loop COUNT       forces so many times, with a line for each
 *     refresh          the revocation lists
 *     version          the security version, as text
 *     certificate      the machine's chain, in hexadecimal digits
 *     revoked          is this machine on the list of revoked ones? yes or no
 *     list             the version of the list of applications
 *     check            SQLite's integrity check of the folder's databases: two words, "ok" for each that has no damage
 *
 * store_tool_native.c does it with the engine, store_tool_windows.c through the DLL's interface.
 */
#ifndef WMDRM_TESTS_STORE_TOOL_H
#define WMDRM_TESTS_STORE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What each program has to bring. Results are those of the DLL's methods. */
int32_t tool_folder(const char *path);
int32_t tool_individualize(bool forced, const char **last_state);
int32_t tool_refresh(void);
int32_t tool_version(char *out, size_t size);
int32_t tool_certificate(uint8_t **out, size_t *size); /* free it */
int32_t tool_is_revoked(bool *out);
int32_t tool_list_version(uint64_t *out);

/* Reads commands until the input ends; the program's exit status. */
int store_tool_main(void);

#endif
