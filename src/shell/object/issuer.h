/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMIssuer of the licence management object (idl/wmdrmsdkext.idl): licences that somebody else than the authority
 * makes.
 */
#ifndef WMDRM_SHELL_ISSUER_H
#define WMDRM_SHELL_ISSUER_H

#include "shell/object/license_management.h"

extern const IWMDRMIssuerVtbl license_issuer_vtbl;

#endif
