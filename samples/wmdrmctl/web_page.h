/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pages that a person sees on the way to a licence that is not acquired silently (docs/protocol.md, "Web page"). */
#ifndef WMDRMCTL_WEB_PAGE_H
#define WMDRMCTL_WEB_PAGE_H

#include <wchar.h>

/* The page that has the browser post the challenge to the issuer, and the response come back to our own URL. The
 * caller's (free); NULL without memory. */
char *web_page_start(const wchar_t *issuer_url, const wchar_t *challenge, const wchar_t *own_url);

/* The page after the response came; NULL without memory. */
char *web_page_end(const wchar_t *message);

#endif
