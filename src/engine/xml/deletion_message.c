/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deletion messages (deletion_message.h). */
#include "engine/xml/deletion_message.h"

#include <string.h>

#include "engine/xml/base64.h"
#include "engine/xml/xml_reader.h"

#define MESSAGE_MAX_DEPTH 16
#define DATA_PATH "response/DATA/LICENSEDATA/DATA"

/* All elements of a message; each at most once. */
enum field
{
    KEY_ID, LICENSE_ID, META, REVOCATION_KEY, PUBLIC_KEY, MODULUS, EXPONENT, USER_ID, LICENSE_DATA, DATA, FIELDS,
};

static const char *const paths[FIELDS] = {
    [KEY_ID] = DATA_PATH "/KID",
    [LICENSE_ID] = DATA_PATH "/LID",
    [META] = DATA_PATH "/META",
    [REVOCATION_KEY] = DATA_PATH "/META/LGPUBKEY",
    [PUBLIC_KEY] = DATA_PATH "/META/LGPUBKEY/PublicKey",
    [MODULUS] = DATA_PATH "/META/LGPUBKEY/PublicKey/Modulus",
    [EXPONENT] = DATA_PATH "/META/LGPUBKEY/PublicKey/Exponent",
    [USER_ID] = DATA_PATH "/META/UID",
    [LICENSE_DATA] = "response/DATA/LICENSEDATA",
    [DATA] = DATA_PATH,
};

struct message_reader
{
    struct drm_deletion_message *message;
    bool seen[FIELDS];
};

static int find_field(const char *path)
{
    for (int field = 0; field < FIELDS; field++)
        if (!strcmp(path, paths[field]))
            return field;
    return -1;
}

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    struct message_reader *reader = context;
    const char *type;
    int field;

    if (element->depth == 1)
    {
        type = drm_xml_attribute(element, "type");
        return !strcmp(element->path, "response") && type && !strcmp(type, "LRB") ? DRM_S_OK
                                                                                  : DRM_E_LICENSE_DELETION_ERROR;
    }
    field = find_field(element->path);
    if (field < 0)
        return DRM_S_OK;
    if (reader->seen[field])
        return DRM_E_LICENSE_DELETION_ERROR;
    reader->seen[field] = true;
    return DRM_S_OK;
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct message_reader *reader = context;
    struct drm_deletion_message *message = reader->message;
    const int field = find_field(element->path);
    bool valid = true;

    if (field < 0)
        return DRM_S_OK;
    /* Documented: what has no value is left out. Who sends it empty may have meant to restrict the message. */
    if (!element->has_children && drm_xml_trim(element->text).size == 0)
        return DRM_E_LICENSE_DELETION_ERROR;
    switch (field)
    {
    case KEY_ID:
        valid = DRM_SUCCEEDED(drm_base64_read_fixed(element->text, message->key_id, sizeof(message->key_id)));
        break;
    case LICENSE_ID:
        valid = DRM_SUCCEEDED(drm_base64_read_fixed(element->text, message->license_id, sizeof(message->license_id)));
        message->has_license_id = true;
        break;
    case MODULUS:
        valid = DRM_SUCCEEDED(drm_base64_read_fixed(element->text, message->revocation_key,
                                                    sizeof(message->revocation_key)));
        message->has_revocation_key = true;
        break;
    case USER_ID:
        valid = !element->has_children && drm_xml_copy_text(element->text, message->user_id, sizeof(message->user_id));
        break;
    }
    return valid ? DRM_S_OK : DRM_E_LICENSE_DELETION_ERROR;
}

drm_result drm_deletion_message_read(struct drm_span text, struct drm_deletion_message *out)
{
    struct drm_deletion_message message = {0};
    struct message_reader reader = {.message = &message};
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = &reader,
        .max_depth = MESSAGE_MAX_DEPTH,
        .malformed = DRM_E_LICENSE_DELETION_ERROR,
    };
    drm_result result;

    if (text.size > DRM_DELETION_MESSAGE_MAX_SIZE)
        return DRM_E_LICENSE_DELETION_ERROR;
    result = drm_xml_read(text, &handler);
    if (DRM_FAILED(result))
        return result;
    /* A key that is named and cannot be read must not widen what the message deletes. */
    if (!reader.seen[KEY_ID] || (reader.seen[REVOCATION_KEY] && !message.has_revocation_key))
        return DRM_E_LICENSE_DELETION_ERROR;
    *out = message;
    return DRM_S_OK;
}
