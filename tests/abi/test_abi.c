/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generated header against the original's numbers: sizes, offsets, values, strings and ids, in C and in C++; the
 * slot of each method in the vtable, and that a C call of it reaches the method of the same name of a C++ class. The
 * types are compared while view.c compiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

#include "abi/abi_tables.h"
#include "abi/dispatch.h"

static int differs(const struct abi_view *view, const char *name, unsigned long long expected,
                   unsigned long long actual)
{
    if (expected == actual)
        return 0;
    print_error("%s, %s: expected %llu, found %llu\n", view->language, name, expected, actual);
    return 1;
}

static void format_id(char text[37], const GUID *id)
{
    snprintf(text, 37, "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned long)id->Data1, id->Data2,
             id->Data3, id->Data4[0], id->Data4[1], id->Data4[2], id->Data4[3], id->Data4[4], id->Data4[5],
             id->Data4[6], id->Data4[7]);
}

/* Each test below runs once for each language; its state is the view. */
static void test_abi__sizes_offsets_and_values_are_the_originals(void **state)
{
    const struct abi_view *view = *state;
    int failures = 0;

    for (size_t i = 0; i < view->number_count; ++i)
        failures += differs(view, view->numbers[i].name, view->numbers[i].expected, view->numbers[i].actual);
    assert_true(view->number_count > 300);
    assert_int_equal(failures, 0);
}

static void test_abi__strings_are_the_originals(void **state)
{
    const struct abi_view *view = *state;
    int failures = 0;

    for (size_t i = 0; i < view->string_count; ++i)
    {
        const struct abi_string *row = &view->strings[i];

        if (wcscmp(row->expected, row->actual))
        {
            print_error("%s, %s: expected \"%ls\", found \"%ls\"\n", view->language, row->name, row->expected,
                        row->actual);
            ++failures;
        }
        failures += differs(view, row->name, (wcslen(row->expected) + 1) * sizeof(WCHAR), row->actual_size);
    }
    assert_int_equal(view->string_count, 39);
    assert_int_equal(failures, 0);
}

static void test_abi__ids_are_the_originals(void **state)
{
    const struct abi_view *view = *state;
    int failures = 0;
    char text[37];

    for (size_t i = 0; i < view->id_count; ++i)
    {
        const struct abi_id *row = &view->ids[i];

        format_id(text, row->actual);
        if (strcmp(row->expected, text))
        {
            print_error("%s, %s: expected %s, found %s\n", view->language, row->name, row->expected, text);
            ++failures;
        }
    }
    assert_true(view->id_count > 40);
    assert_int_equal(failures, 0);
}

static void test_abi__vtables_have_the_originals_slots(void **state)
{
    static const struct abi_number rows[] = {
#define VTABLE(iface, slots, id) {"slots of " #iface, slots, sizeof(iface##Vtbl) / sizeof(void *)},
#define SLOT(iface, slot, result, method, parameters, arguments) \
        {"slot of " #iface "::" #method, slot, offsetof(iface##Vtbl, method) / sizeof(void *)},
#define END(iface)
#include "abi/expect_interfaces.h"
    };
    const struct abi_view *view = *state;
    int failures = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
        failures += differs(view, rows[i].name, rows[i].expected, rows[i].actual);
    assert_int_equal(failures, 0);
}

static void test_abi__a_call_from_c_reaches_the_cpp_method(void **state)
{
    const struct abi_view *view = *state;
    int failures = 0;

#define VTABLE(iface, slots, id) \
    { \
        iface *object = iface##_from_cpp();
#define SLOT(iface, slot, result, method, parameters, arguments) \
        failures += differs(view, "call of " #iface "::" #method, DISPATCH_RESULT(slot), \
                            (unsigned long long)object->lpVtbl->method arguments);
#define END(iface) \
    }
#include "abi/expect_interfaces.h"
    assert_int_equal(failures, 0);
}

int main(void)
{
    void *c = (void *)abi_view_c();
    void *cpp = (void *)abi_view_cpp();
    const struct CMUnitTest tests[] = {
        {"c_sizes_offsets_and_values", test_abi__sizes_offsets_and_values_are_the_originals, NULL, NULL, c},
        {"c_strings", test_abi__strings_are_the_originals, NULL, NULL, c},
        {"c_ids", test_abi__ids_are_the_originals, NULL, NULL, c},
        {"c_vtables", test_abi__vtables_have_the_originals_slots, NULL, NULL, c},
        {"cpp_sizes_offsets_and_values", test_abi__sizes_offsets_and_values_are_the_originals, NULL, NULL, cpp},
        {"cpp_strings", test_abi__strings_are_the_originals, NULL, NULL, cpp},
        {"cpp_ids", test_abi__ids_are_the_originals, NULL, NULL, cpp},
        {"cpp_dispatch", test_abi__a_call_from_c_reaches_the_cpp_method, NULL, NULL, cpp},
    };

    return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
