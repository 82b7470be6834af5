/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rights of Windows Media DRM and their names.
 */
#ifndef WMDRM_ENGINE_RIGHT_H
#define WMDRM_ENGINE_RIGHT_H

#include <stdint.h>

/* Values stand in licences and never change. */
enum drm_right
{
    DRM_RIGHT_PLAY = 0,               /* Play */
    DRM_RIGHT_COPY = 1,               /* Copy */
    DRM_RIGHT_PLAYLIST_BURN = 2,      /* PlaylistBurn */
    DRM_RIGHT_THUMBNAIL = 3,          /* CreateThumbnailImage */
    DRM_RIGHT_PRINT_REDBOOK = 4,      /* Print.redbook */
    DRM_RIGHT_TRANSFER_SDMI = 5,      /* Transfer.SDMI */
    DRM_RIGHT_TRANSFER_NONSDMI = 6,   /* Transfer.NONSDMI */
    DRM_RIGHT_BACKUP = 7,             /* Backup */
    DRM_RIGHT_COLLABORATIVE_PLAY = 8, /* CollaborativePlay */
};
#define DRM_RIGHTS 9
#define DRM_RIGHT_BIT(right) (UINT32_C(1) << (right))

/* "Play", ... */
const char *drm_right_name(enum drm_right right);
/* -1 for an unknown name. Case counts, as in the original's strings. */
int drm_right_from_name(const char *name);

#endif
