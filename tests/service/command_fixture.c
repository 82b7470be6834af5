/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service/command_fixture.h"

#include "engine/check.h"

struct sandbox sandbox;
struct command_outcome outcome;

int make_service(void **state)
{
    (void)state;
    sandbox_create(&sandbox, true);
    return 0;
}

int remove_service(void **state)
{
    (void)state;
    sandbox_remove(&sandbox);
    return 0;
}

void assert_fails(int exit_code, const char *words)
{
    if (outcome.exit_code != exit_code || !strstr(outcome.err, words) || *outcome.out)
        fail_msg("exit code %d, said \"%s\", printed \"%s\"; expected %d and \"%s\"", outcome.exit_code, outcome.err,
                 outcome.out, exit_code, words);
}

void assert_says(const char *words)
{
    if (outcome.exit_code || !strstr(outcome.out, words))
        fail_msg("exit code %d, printed \"%s\"; expected \"%s\"; %s", outcome.exit_code, outcome.out, words,
                 outcome.err);
}
