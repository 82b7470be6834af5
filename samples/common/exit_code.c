/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exit_code.h"

#include <nserror.h>

#include "explain.h"
#include "output.h"

enum exit_code exit_failure(const wchar_t *what, HRESULT hr)
{
    wchar_t text[EXPLANATION_SIZE];

    output_error(L"%ls: %ls", what, explain(hr, text));
    return hr == NS_E_DRM_OPERATION_CANCELED ? EXIT_CANCELLED : EXIT_FAILED;
}
