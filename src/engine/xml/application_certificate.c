/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Application certificates as XML (application_certificate.h). */
#include "engine/xml/application_certificate.h"

#include <stdlib.h>
#include <string.h>

#include "engine/xml/base64.h"
#include "engine/xml/xml_reader.h"
#include "engine/xml/xml_writer.h"

#define MAX_DEPTH 8
#define ROOT "APPLICATIONCERTIFICATE"
#define VERSION "1.0.0.0"

/* The elements that have a value; each stands once. */
enum field
{
    CHAIN, MODULUS, EXPONENT, FIELDS,
};

static const char *const paths[FIELDS] = {
    [CHAIN] = ROOT "/CHAIN",
    [MODULUS] = ROOT "/PublicKey/Modulus",
    [EXPONENT] = ROOT "/PublicKey/Exponent",
};

struct certificate_reader
{
    struct drm_buffer values[FIELDS];
};

static drm_result on_open(void *context, const struct drm_xml_element *element)
{
    const char *version;

    (void)context;
    if (element->depth > 1)
        return DRM_S_OK;
    version = drm_xml_attribute(element, "version");
    return !strcmp(element->path, ROOT) && version && !strcmp(version, VERSION) ? DRM_S_OK : DRM_E_INVALID_APPCERT;
}

static drm_result on_close(void *context, const struct drm_xml_element *element)
{
    struct certificate_reader *reader = context;
    drm_result result;
    int field;

    for (field = 0; field < FIELDS; field++)
        if (!strcmp(element->path, paths[field]))
            break;
    if (field == FIELDS)
        return DRM_S_OK;
    if (reader->values[field].size || element->has_children)
        return DRM_E_INVALID_APPCERT;
    result = drm_base64_read(element->text, &reader->values[field]);
    if (DRM_SUCCEEDED(result) && !reader->values[field].size)
        result = DRM_E_INVALID_APPCERT;
    return result == DRM_E_INVALID_DATA ? DRM_E_INVALID_APPCERT : result;
}

drm_result drm_application_certificate_read(struct drm_span text, struct drm_application_certificate *out)
{
    struct certificate_reader reader = {0};
    const struct drm_xml_handler handler = {
        .open = on_open,
        .close = on_close,
        .context = &reader,
        .max_depth = MAX_DEPTH,
        .malformed = DRM_E_INVALID_APPCERT,
    };
    struct drm_rsa_key key;
    drm_result result;

    if (text.size > DRM_APPLICATION_CERTIFICATE_MAX_SIZE)
        return DRM_E_INVALID_APPCERT;
    result = drm_xml_read(text, &handler);
    if (DRM_SUCCEEDED(result)
        && (!reader.values[CHAIN].size || reader.values[CHAIN].size > sizeof(out->chain)
            || DRM_FAILED(drm_rsa_key_read(drm_buffer_span(&reader.values[MODULUS]),
                                           drm_buffer_span(&reader.values[EXPONENT]), &key))))
        result = DRM_E_INVALID_APPCERT;
    if (DRM_SUCCEEDED(result))
    {
        out->key = key;
        out->chain_size = reader.values[CHAIN].size;
        memcpy(out->chain, reader.values[CHAIN].data, reader.values[CHAIN].size);
    }
    for (int field = 0; field < FIELDS; field++)
        drm_buffer_free(&reader.values[field]);
    return result;
}

drm_result drm_application_certificate_verify(const struct drm_application_certificate *certificate,
                                              const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now)
{
    struct drm_chain *chain = malloc(sizeof(*chain));
    uint8_t hash[DRM_SHA256_SIZE];
    drm_result result;

    if (!chain)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_FAILED(result = drm_chain_read(drm_span(certificate->chain, certificate->chain_size), chain))
        || DRM_FAILED(result = drm_chain_verify(chain, anchor, DRM_ROLE_APPLICATION, now)))
        result = result == DRM_E_OUT_OF_MEMORY ? result : DRM_E_INVALID_APPCERT;
    else if (DRM_SUCCEEDED(result = drm_rsa_key_hash(&certificate->key, hash))
             && (!chain->certificates[0].has_rsa_key
                 || memcmp(chain->certificates[0].rsa_key, hash, sizeof(hash)) != 0))
        result = DRM_E_INVALID_APPCERT;
    free(chain);
    return result;
}

drm_result drm_application_certificate_write(struct drm_span chain, const struct drm_rsa_key *key,
                                             struct drm_buffer *out)
{
    struct drm_xml_writer writer;

    drm_xml_begin(&writer, out);
    drm_xml_open(&writer, ROOT, "version", VERSION);
    drm_xml_put_base64(&writer, "CHAIN", chain);
    drm_xml_open(&writer, "PublicKey", NULL, NULL);
    drm_xml_put_base64(&writer, "Modulus", drm_span(key->modulus, key->modulus_size));
    drm_xml_put_base64(&writer, "Exponent", drm_span(key->exponent, key->exponent_size));
    drm_xml_close(&writer, "PublicKey");
    drm_xml_close(&writer, ROOT);
    return drm_xml_finish(&writer);
}
