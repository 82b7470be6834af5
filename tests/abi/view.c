/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables as C sees them, and the types that only C can compare. */
#include "abi/abi_tables.h"

#define SAME_TYPE(a, b, name) _Static_assert(__builtin_types_compatible_p(a, b), name)

#define FIELD(structure, field, type, offset_32, size_32, offset_64, size_64) \
    SAME_TYPE(__typeof__(((structure *)0)->field), type, "type of " #structure "." #field);
#define STRUCTURE(structure, tag, size_32, size_64) SAME_TYPE(structure, struct tag, "tag of " #structure);
#define ALIAS(alias, structure) SAME_TYPE(alias, structure, "type of " #alias);
#define ENUMERATION(name, tag) SAME_TYPE(name, enum tag, "tag of " #name);
#include "expect_structures.h"

#define VTABLE(iface, slots, id)
#define SELF(iface) iface *
#define SELF_(iface) iface *,
#define SLOT(iface, slot, result, method, parameters, arguments) \
    SAME_TYPE(__typeof__(((iface##Vtbl *)0)->method), result (STDMETHODCALLTYPE *)parameters, \
        "type of " #iface "::" #method);
#define END(iface)
#include "expect_interfaces.h"

SAME_TYPE(__typeof__(WMDRMStartup), HRESULT STDMETHODCALLTYPE (void), "type of WMDRMStartup");
SAME_TYPE(__typeof__(WMDRMShutdown), HRESULT STDMETHODCALLTYPE (void), "type of WMDRMShutdown");
SAME_TYPE(__typeof__(WMDRMCreateProvider), HRESULT STDMETHODCALLTYPE (IWMDRMProvider **),
    "type of WMDRMCreateProvider");
SAME_TYPE(__typeof__(WMDRMCreateProtectedProvider), HRESULT STDMETHODCALLTYPE (IWMDRMProvider **),
    "type of WMDRMCreateProtectedProvider");

const struct abi_view *abi_view_c(void)
{
    return &abi_view;
}
