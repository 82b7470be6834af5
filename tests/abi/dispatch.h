/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects made by C++ and called by C: each method answers with its slot. */
#ifndef WMDRM_TESTS_ABI_DISPATCH_H
#define WMDRM_TESTS_ABI_DISPATCH_H

#include <windows.h>
#include <wmdrmsdk.h>

/* Far from what a method that does nothing would return. */
#define DISPATCH_RESULT(slot) (0x5100 + (slot))

#ifdef __cplusplus
extern "C" {
#endif

#define VTABLE(iface, slots, id) iface *iface##_from_cpp(void);
#define SLOT(iface, slot, result, method, parameters, arguments)
#define END(iface)
#include "expect_interfaces.h"

#ifdef __cplusplus
}
#endif

#endif
