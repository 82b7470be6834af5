/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What WinHTTP's errors mean to the engine.
 */
#ifndef WMDRM_SHELL_WINHTTP_ERROR_H
#define WMDRM_SHELL_WINHTTP_ERROR_H

#include <windows.h>

#include "engine/base/result.h"

/* The result of an error that WinHTTP reported, in its callback or as last error. Always a failure. */
drm_result winhttp_error_result(DWORD error);

#endif
