/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing HTML: what is ours goes in as it is, everything else escaped.
 */
#ifndef WMDRM_SERVICE_HTML_H
#define WMDRM_SERVICE_HTML_H

#include "engine/base/bytes.h"

/* Remembers its first failure. */
struct html
{
    struct drm_buffer out;
    drm_result result;
};

void html_put(struct html *html, const char *markup);
/* Text, also between the quotes of an attribute. */
void html_put_text(struct html *html, const char *text);
void html_put_span(struct html *html, struct drm_span text);
/* Base64, which needs no escape. */
void html_put_base64(struct html *html, struct drm_span data);

#endif
