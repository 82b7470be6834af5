/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rights' names (right.h): the strings of wmdrmsdk.h. */
#include "engine/rights/right.h"

#include <string.h>

static const char *const names[DRM_RIGHTS] = {
    [DRM_RIGHT_PLAY] = "Play",
    [DRM_RIGHT_COPY] = "Copy",
    [DRM_RIGHT_PLAYLIST_BURN] = "PlaylistBurn",
    [DRM_RIGHT_THUMBNAIL] = "CreateThumbnailImage",
    [DRM_RIGHT_PRINT_REDBOOK] = "Print.redbook",
    [DRM_RIGHT_TRANSFER_SDMI] = "Transfer.SDMI",
    [DRM_RIGHT_TRANSFER_NONSDMI] = "Transfer.NONSDMI",
    [DRM_RIGHT_BACKUP] = "Backup",
    [DRM_RIGHT_COLLABORATIVE_PLAY] = "CollaborativePlay",
};

const char *drm_right_name(enum drm_right right)
{
    return names[right];
}

int drm_right_from_name(const char *name)
{
    for (int right = 0; right < DRM_RIGHTS; right++)
        if (!strcmp(name, names[right]))
            return right;
    return -1;
}
