/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The six kinds of revocation list: GUIDs, names, sizes of entries. */
#include <string.h>

#include "engine/format/revocation_list.h"

struct revocation_type
{
    const char *name;
    uint8_t guid[DRM_ID_SIZE]; /* as its text reads; a GUID in memory of Windows has its first three numbers turned */
    uint32_t entry_size;
    uint32_t key_size;
};

/* In the order of enum drm_revocation_type. */
static const struct revocation_type types[DRM_REVOCATION_TYPES] = {
    {"APP",
     {0x90, 0xa3, 0x73, 0x13, 0x0e, 0xcf, 0x4c, 0xaa, 0xa9, 0x06, 0xb1, 0x88, 0xf6, 0x12, 0x93, 0x00},
     DRM_REVOCATION_ENTRY_SIZE, DRM_REVOCATION_ENTRY_SIZE},
    {"DEVICE",
     {0x31, 0x29, 0xe3, 0x75, 0xce, 0xb0, 0x47, 0xd5, 0x9c, 0xca, 0x9d, 0xb7, 0x4c, 0xfd, 0x43, 0x32},
     DRM_REVOCATION_ENTRY_SIZE, DRM_REVOCATION_ENTRY_SIZE},
    {"CARDEA",
     {0xcd, 0x75, 0xe6, 0x04, 0x54, 0x3d, 0x4a, 0x9c, 0x9f, 0x09, 0xfe, 0x6d, 0x24, 0xe8, 0xbf, 0x90},
     DRM_REVOCATION_ENTRY_SIZE, DRM_REVOCATION_ENTRY_SIZE},
    {"REVINFO",
     {0xcc, 0xde, 0x5a, 0x55, 0xa6, 0x88, 0x44, 0x05, 0xa8, 0x8b, 0xd1, 0x3f, 0x90, 0xd5, 0xba, 0x3e},
     DRM_REVINFO_ENTRY_SIZE, DRM_ID_SIZE},
    {"GRL",
     {0xa2, 0x19, 0x02, 0x40, 0xb2, 0xca, 0x40, 0xb3, 0xb4, 0x8d, 0x9b, 0xc4, 0xc2, 0xdc, 0x42, 0x8d},
     DRM_REVOCATION_ENTRY_SIZE, DRM_REVOCATION_ENTRY_SIZE},
    {"HDCP",
     {0xe6, 0x27, 0x55, 0x3a, 0x82, 0x0f, 0x40, 0xfd, 0xb4, 0x65, 0xa4, 0x28, 0x30, 0xa5, 0x74, 0xc9},
     DRM_REVOCATION_ENTRY_SIZE, DRM_REVOCATION_ENTRY_SIZE},
};

const uint8_t *drm_revocation_type_guid(enum drm_revocation_type type)
{
    return types[type - DRM_REVOCATION_FIRST].guid;
}

int drm_revocation_type_from_guid(const uint8_t guid[DRM_ID_SIZE])
{
    for (int i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        if (memcmp(types[i].guid, guid, DRM_ID_SIZE) == 0)
            return DRM_REVOCATION_FIRST + i;
    }
    return 0;
}

const char *drm_revocation_type_name(enum drm_revocation_type type)
{
    return types[type - DRM_REVOCATION_FIRST].name;
}

/* Without the locale's opinion: the names are ASCII. */
static bool equal_ignoring_case(const char *name, const char *upper)
{
    for (; *name && *upper; name++, upper++)
    {
        if ((*name >= 'a' && *name <= 'z' ? *name - ('a' - 'A') : *name) != *upper)
            return false;
    }
    return *name == *upper;
}

int drm_revocation_type_from_name(const char *name)
{
    for (int i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        if (equal_ignoring_case(name, types[i].name))
            return DRM_REVOCATION_FIRST + i;
    }
    return 0;
}

uint32_t drm_revocation_type_entry_size(enum drm_revocation_type type)
{
    return types[type - DRM_REVOCATION_FIRST].entry_size;
}

uint32_t drm_revocation_type_key_size(enum drm_revocation_type type)
{
    return types[type - DRM_REVOCATION_FIRST].key_size;
}

void drm_revocation_versions_put(const uint64_t versions[DRM_REVOCATION_TYPES],
                                 uint8_t out[DRM_REVOCATION_VERSIONS_SIZE])
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        drm_put_u64(out + i * 8, versions[i]);
}

void drm_revocation_versions_get(const uint8_t data[DRM_REVOCATION_VERSIONS_SIZE], uint64_t out[DRM_REVOCATION_TYPES])
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        out[i] = drm_get_u64(data + i * 8);
}

bool drm_revocation_versions_are_valid(const uint64_t versions[DRM_REVOCATION_TYPES])
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        if (versions[i] > DRM_REVOCATION_MAX_VERSION)
            return false;
    }
    return true;
}
