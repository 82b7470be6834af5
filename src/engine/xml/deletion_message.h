/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The local deletion message for imported licences:
 * response[type=LRB] / DATA / LICENSEDATA / DATA / { KID, LID, META }, META / { LGPUBKEY, UID }, and
 * LGPUBKEY / PublicKey / { Modulus, Exponent }.
 */
#ifndef WMDRM_ENGINE_DELETION_MESSAGE_H
#define WMDRM_ENGINE_DELETION_MESSAGE_H

#include "engine/base/bytes.h"
#include "engine/format/license.h"

struct drm_deletion_message
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    bool has_license_id;
    uint8_t license_id[DRM_ID_SIZE];              /* LID, the "rights id": base64 of 16 bytes */
    bool has_revocation_key;
    uint8_t revocation_key[DRM_SIGN_PUBLIC_SIZE]; /* Modulus; Exponent is passed over */
    char user_id[DRM_LICENSE_TEXT_SIZE];          /* UID; empty where there is none */
};

#define DRM_DELETION_MESSAGE_MAX_SIZE (64 * 1024) /* of text */

/* DRM_E_LICENSE_DELETION_ERROR for what is none; an optional element that is there but empty is wrong too. */
DRM_MUST_CHECK drm_result drm_deletion_message_read(struct drm_span text, struct drm_deletion_message *out);

#endif
