/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forms of web pages: application/x-www-form-urlencoded, and text in HTML. UTF-8. */
#ifndef WMDRMCTL_FORM_H
#define WMDRMCTL_FORM_H

#include <windows.h>

/* The value of a field, as text of its own (free). HRESULT_FROM_WIN32(ERROR_NOT_FOUND),
 * HRESULT_FROM_WIN32(ERROR_INVALID_DATA). */
HRESULT form_get(const char *form, size_t size, const char *name, wchar_t **out);

/* Text as it may stand in an attribute of HTML (free); NULL without memory. */
char *html_escape(const wchar_t *text);

#endif
