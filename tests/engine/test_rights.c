/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Terms, states and decisions about rights, in one program.
 */
#include "engine/rights_tests.h"

int main(void)
{
    int failed = 0;

    failed += run_rights_terms_tests();
    failed += run_rights_state_tests();
    failed += run_rights_action_tests();
    failed += run_rights_aggregation_tests();
    return failed > 0;
}
