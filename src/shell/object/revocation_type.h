/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WMDRM_REVOCATIONTYPE_x GUIDs and the engine's names for them.
 */
#ifndef WMDRM_SHELL_REVOCATION_TYPE_H
#define WMDRM_SHELL_REVOCATION_TYPE_H

#include <windows.h>

#include "engine/format/revocation_list.h"

/* 0 for an unknown one. */
int revocation_type_from_guid(REFGUID guid);

#endif
