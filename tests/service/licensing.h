/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine that asks the service for licences, and judges responses the way the real client does.
 */
#ifndef WMDRM_TESTS_LICENSING_H
#define WMDRM_TESTS_LICENSING_H

#include "engine/format/license_response.h"
#include "engine/xml/base64.h"
#include "service/machine.h"
#include "service/service_process.h"

/* Runs 'content add' with these more arguments (the last NULL); the key id that it printed. */
struct key_id_text
{
    char text[DRM_KEY_ID_TEXT_SIZE];
};
struct key_id_text add_content(const struct sandbox *sandbox, const char *const *more);
#define ADD_CONTENT(sandbox, ...) add_content(sandbox, (const char *const[]){__VA_ARGS__, NULL})

/* What a machine asked. */
struct licensing
{
    const struct machine *machine;
    uint8_t nonce[DRM_NONCE_SIZE];
};

/* Appends a form. key_id: the content's, in its header; NULL: everything. rights: a set of DRM_RIGHT_BIT. */
void licensing_form(struct licensing *licensing, const struct machine *machine, const char *key_id, uint32_t rights,
                    bool nonsilent, struct drm_buffer *out);
/* Appends name=value, escaped. */
void form_add(struct drm_buffer *form, const char *name, struct drm_span value);

/* Judges a LICENSERESPONSE, proofs and keys included; *count: its licences. Returns DRM_E_LICENSE_INVALID_XML,
 * DRM_E_INVALID_LICENSE, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE, DRM_E_INVALID_MACHINE,
 * DRM_E_PARAMETERS_MISMATCHED, DRM_E_DECRYPT_ERROR. */
drm_result licensing_judge(const struct licensing *licensing, struct drm_span text, size_t *count);

#endif
