/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables as C++ sees them, and a class for each interface whose methods answer with their slot, for C to call.
 */
#include "abi/abi_tables.h"
#include "abi/dispatch.h"

extern "C" const struct abi_view *abi_view_cpp(void)
{
    return &abi_view;
}

#define SELF(iface)
#define SELF_(iface)
#define VTABLE(iface, slots, id) \
    namespace \
    { \
    class iface##_fake : public iface \
    { \
    public:
#define SLOT(iface, slot, result, method, parameters, arguments) \
    result STDMETHODCALLTYPE method parameters override \
    { \
        return DISPATCH_RESULT(slot); \
    }
#define END(iface) \
    }; \
    iface##_fake iface##_object; \
    } \
    extern "C" iface *iface##_from_cpp(void) \
    { \
        return &iface##_object; \
    }
#include "expect_interfaces.h"
