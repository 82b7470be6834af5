/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store of licences (engine/store/license_store.h): all groups. */
#include "engine/store_fixture.h"

int main(void)
{
    return run_store_adding_tests() + run_store_listing_tests() + run_store_using_tests() + run_store_removing_tests()
           + run_store_temporary_tests() + run_store_damage_tests() + run_store_clock_tests()
           + run_store_set_back_tests() + run_store_thread_tests();
}
