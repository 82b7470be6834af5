/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning and the end of every sample. */
#include "sample.h"

#include "leave.h"

int wmain(int count, wchar_t **arguments);

int wmain(int count, wchar_t **arguments)
{
    leave(sample_main(count, arguments));
}
