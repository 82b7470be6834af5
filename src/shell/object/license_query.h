/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicenseQuery: what the licences of a key id allow, together.
 */
#ifndef WMDRM_SHELL_LICENSE_QUERY_H
#define WMDRM_SHELL_LICENSE_QUERY_H

#include <stdbool.h>
#include <windows.h>

/* For the provider's table. protected makes no difference. */
HRESULT license_query_create(bool protected, REFIID iid, void **out);

#endif
