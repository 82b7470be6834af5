/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All of the cryptography, in one program. The first group must be the first: it races to initialize.
 */
#include "engine/crypto_tests.h"

int main(void)
{
    int failed = 0;

    failed += run_init_tests();
    failed += run_hash_tests();
    failed += run_sign_tests();
    failed += run_hpke_tests();
    failed += run_seal_tests();
    failed += run_ctr_tests();
    failed += run_export_tests();
    failed += run_wipe_tests();
    return failed > 0;
}
