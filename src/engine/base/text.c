/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text from outside: UTF-8 as RFC 3629 allows it, fit to be shown and logged.
 */
#include "engine/base/bytes.h"

/* Length of the character at the start of text, 0 where there is none that we accept. */
static size_t character_size(struct drm_span text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[0];
    uint32_t value;
    size_t size, i;

    if (lead < 0x80)
        return lead >= 0x20 && lead != 0x7f;
    if (lead >= 0xc2 && lead <= 0xdf)
        size = 2;
    else if (lead >= 0xe0 && lead <= 0xef)
        size = 3;
    else if (lead >= 0xf0 && lead <= 0xf4)
        size = 4;
    else
        return 0;
    if (size > text.size)
        return 0;
    value = lead & (0x7fU >> size);
    for (i = 1; i < size; i++)
    {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text.data[i] & 0x3f);
    }
    /* Overlong forms, the C1 controls (a terminal obeys them), UTF-16's halves, and what is past Unicode. */
    if (value < smallest[size] || value < 0xa0 || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
        return 0;
    return size;
}

bool drm_text_is_valid(struct drm_span text)
{
    size_t size;

    while (text.size > 0)
    {
        size = character_size(text);
        if (size == 0)
            return false;
        text = drm_span(text.data + size, text.size - size);
    }
    return true;
}
