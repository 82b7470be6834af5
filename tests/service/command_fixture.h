/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of commands have in common: one service in a folder, and what the last command did. */
#ifndef WMDRM_TESTS_COMMAND_FIXTURE_H
#define WMDRM_TESTS_COMMAND_FIXTURE_H

#include "service/service_process.h"

extern struct sandbox sandbox;
extern struct command_outcome outcome;

/* CMocka's set-up and tear-down. */
int make_service(void **state);
int remove_service(void **state);

/* The command failed with this code, said this on the standard error, and nothing on the standard output. */
void assert_fails(int exit_code, const char *words);
/* It succeeded and printed this, among other things. */
void assert_says(const char *words);

#endif
