/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application's part: a file becomes protected content, and its licence is stored on this machine. */
#ifndef LOCALIMPORT_CONTENT_H
#define LOCALIMPORT_CONTENT_H

#include "license.h"
#include "options.h"

/* Prints the key id. Says what failed; then neither a file nor a licence is left. */
enum exit_code content_import(IWMDRMLicenseManagement *management, const struct license_maker *maker,
                              const struct options *options);

#endif
