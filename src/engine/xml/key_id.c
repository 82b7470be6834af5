/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key ids as text (base64.h). */
#include "engine/xml/base64.h"

#include <string.h>

#define KEY_ID_SIZE 16

drm_result drm_key_id_parse(const char *text, uint8_t out[KEY_ID_SIZE])
{
    uint8_t key_id[KEY_ID_SIZE];

    if (!text || DRM_FAILED(drm_base64_read_fixed(drm_span(text, strlen(text)), key_id, KEY_ID_SIZE)))
        return DRM_E_INVALID_KID;
    memcpy(out, key_id, KEY_ID_SIZE);
    return DRM_S_OK;
}

void drm_key_id_format(const uint8_t key_id[KEY_ID_SIZE], char out[DRM_KEY_ID_TEXT_SIZE])
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /* 21 characters of 6 bits, the 22nd has the last two; no memory and so no failure. */
    for (size_t i = 0; i < 22; i++)
    {
        const size_t byte = i * 6 / 8;
        const unsigned int pair = (unsigned int)key_id[byte] << 8 | (byte + 1 < KEY_ID_SIZE ? key_id[byte + 1] : 0U);

        out[i] = characters[pair >> (10 - i * 6 % 8) & 63];
    }
    memcpy(out + 22, "==", 3);
}
