/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine's side of licences.
 */
#include "engine/licenses_tests.h"

int main(void)
{
    int failed = 0;

    failed += run_licenses_local_tests();
    failed += run_licenses_network_tests();
    failed += run_licenses_store_tests();
    failed += run_licenses_query_tests();
    failed += run_licenses_enumerate_tests();
    failed += run_licenses_remove_tests();
    failed += run_licenses_held_tests();
    return failed > 0;
}
