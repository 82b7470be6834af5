/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing HTML (html.h).
 */
#include "service/html.h"

#include <string.h>

#include "engine/xml/base64.h"

static void append(struct html *html, const void *data, size_t size)
{
    if (DRM_SUCCEEDED(html->result))
        html->result = drm_buffer_append(&html->out, data, size);
}

void html_put(struct html *html, const char *markup)
{
    append(html, markup, strlen(markup));
}

static const char *escape(uint8_t character)
{
    switch (character)
    {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return NULL;
    }
}

void html_put_span(struct html *html, struct drm_span text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.size; ++i)
    {
        const char *escaped = escape(text.data[i]);

        if (!escaped)
            continue;
        append(html, text.data + start, i - start);
        html_put(html, escaped);
        start = i + 1;
    }
    if (start < text.size)
        append(html, text.data + start, text.size - start);
}

void html_put_text(struct html *html, const char *text)
{
    html_put_span(html, drm_span(text, strlen(text)));
}

void html_put_base64(struct html *html, struct drm_span data)
{
    if (DRM_SUCCEEDED(html->result))
        html->result = drm_base64_write(data, &html->out);
}
