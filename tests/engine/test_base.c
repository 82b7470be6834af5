/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes, text, log lines and the TLV encoding, in one program.
 */
#include "engine/base_tests.h"

int main(void)
{
    int failed = 0;

    failed += run_bytes_tests();
    failed += run_text_tests();
    failed += run_log_tests();
    failed += run_tlv_tests();
    failed += run_tlv_random_tests();
    return failed > 0;
}
