/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The GUIDs of revocation lists (revocation_type.h).
 */
#include "shell/object/revocation_type.h"

#include <string.h>

int revocation_type_from_guid(REFGUID guid)
{
    uint8_t bytes[DRM_ID_SIZE];

    /* The engine keeps a GUID's bytes in the order of its text. */
    drm_put_u32(bytes, (uint32_t)guid->Data1);
    drm_put_u16(bytes + 4, guid->Data2);
    drm_put_u16(bytes + 6, guid->Data3);
    memcpy(bytes + 8, guid->Data4, sizeof(guid->Data4));
    return drm_revocation_type_from_guid(bytes);
}
