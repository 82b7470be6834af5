/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The expectations of expect_*.h beside what the compiler makes of wmdrmsdk.h, as tables. C and C++ each compile their
 * own.
 */
#ifndef WMDRM_TESTS_ABI_TABLES_H
#define WMDRM_TESTS_ABI_TABLES_H

#include <windows.h>
#include <wmdrmsdk.h>
#include <stddef.h>

struct abi_number
{
    const char *name;
    unsigned long long expected;
    unsigned long long actual;
};

struct abi_string
{
    const char *name;
    const WCHAR *expected;
    const WCHAR *actual;
    size_t actual_size; /* in bytes: an array, not a pointer, and no longer than its text */
};

struct abi_id
{
    const char *name;
    const char *expected;
    const GUID *actual;
};

/* What one compiler saw. */
struct abi_view
{
    const char *language;
    const struct abi_number *numbers;
    size_t number_count;
    const struct abi_string *strings;
    size_t string_count;
    const struct abi_id *ids;
    size_t id_count;
};

#ifdef __cplusplus
extern "C" {
#endif

const struct abi_view *abi_view_c(void);
const struct abi_view *abi_view_cpp(void);

#ifdef __cplusplus
}
#endif

#ifdef _WIN64
#define ABI_PICK(on_32, on_64) (on_64)
#else
#define ABI_PICK(on_32, on_64) (on_32)
#endif

static const struct abi_number abi_numbers[] = {
#define FIELD(structure, field, type, offset_32, size_32, offset_64, size_64) \
    {"offset of " #structure "." #field, ABI_PICK(offset_32, offset_64), offsetof(structure, field)}, \
    {"size of " #structure "." #field, ABI_PICK(size_32, size_64), sizeof(((structure *)0)->field)}, \
    {"size of the type of " #structure "." #field, ABI_PICK(size_32, size_64), sizeof(type)},
#define STRUCTURE(structure, tag, size_32, size_64) \
    {"size of " #structure, ABI_PICK(size_32, size_64), sizeof(structure)}, \
    {"size of struct " #tag, ABI_PICK(size_32, size_64), sizeof(struct tag)},
#define ALIAS(alias, structure) {"size of " #alias, sizeof(structure), sizeof(alias)},
#define ENUMERATION(name, tag) {"size of " #name, 4, sizeof(name)}, {"size of enum " #tag, 4, sizeof(enum tag)},
#include "expect_structures.h"
#define VALUE(name, value) {#name, value, (unsigned long long)(name)},
#define STRING(name, value)
#define ID(name, value)
#include "expect_constants.h"
};

static const struct abi_string abi_strings[] = {
#define VALUE(name, value)
#define STRING(name, value) {#name, value, name, sizeof(name)},
#define ID(name, value)
#include "expect_constants.h"
};

static const struct abi_id abi_ids[] = {
#define VALUE(name, value)
#define STRING(name, value)
#define ID(name, value) {#name, value, &name},
#include "expect_constants.h"
#ifdef __cplusplus
#define VTABLE(iface, slots, id) {"IID_" #iface, id, &IID_##iface}, {"__uuidof " #iface, id, &__uuidof(iface)},
#else
#define VTABLE(iface, slots, id) {"IID_" #iface, id, &IID_##iface},
#endif
#define SLOT(iface, slot, result, method, parameters, arguments)
#define END(iface)
#include "expect_interfaces.h"
};

static const struct abi_view abi_view = {
#ifdef __cplusplus
    "C++",
#else
    "C",
#endif
    abi_numbers, sizeof(abi_numbers) / sizeof(abi_numbers[0]),
    abi_strings, sizeof(abi_strings) / sizeof(abi_strings[0]),
    abi_ids, sizeof(abi_ids) / sizeof(abi_ids[0]),
};

#endif
