/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plain file to a protected one. */
#ifndef WMDRMPACK_PACK_H
#define WMDRMPACK_PACK_H

#include "content.h"

/* Says what failed; then nothing is left of the output. */
enum exit_code pack_file(const struct options *options, const struct content *content);

#endif
