/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two messages about licences. */
#include "engine/device/license_message.h"

#include <string.h>

#include "engine/device/message_io.h"

#define CODE_NONE 0
#define CODE_HMAC 2
#define SIGNATURE_ED25519 2
#define SIGNATURE_CONTEXT "wmdrmsdk device license request 1"
#define LICENSE_ID_LABEL "wmdrmsdk device license 1"

/* --- requests --------------------------------------------------------------------------------------------- */

static void put_versions(struct drm_message_writer *writer, const uint64_t versions[DRM_REVOCATION_TYPES])
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        drm_message_put_u32(writer, (uint32_t)versions[i]);
        drm_message_put_u32(writer, (uint32_t)(versions[i] >> 32));
    }
}

static void get_versions(struct drm_message_reader *reader, uint64_t versions[DRM_REVOCATION_TYPES])
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        versions[i] = drm_message_u32(reader);
        versions[i] |= (uint64_t)drm_message_u32(reader) << 32;
    }
}

static void put_code(struct drm_message_writer *writer, const struct drm_device_session *session)
{
    uint8_t code[DRM_DEVICE_MAC_SIZE];

    if (session && DRM_SUCCEEDED(writer->result))
        writer->result = drm_device_mac(session->command_key, drm_message_written(writer), code);
    drm_message_put_u8(writer, session ? CODE_HMAC : CODE_NONE);
    drm_message_put_sized(writer, drm_span(code, session ? sizeof(code) : 0));
}

drm_result drm_device_license_request_write(const struct drm_device_license_request *request,
                                            const struct drm_device_session *session,
                                            const uint8_t sign_seed[DRM_SIGN_SEED_SIZE], struct drm_buffer *out)
{
    uint8_t signature[DRM_SIGNATURE_SIZE];
    struct drm_message_writer writer;

    if (!request->chain.size || request->action.size > DRM_DEVICE_ACTION_MAX_SIZE
        || drm_id_is_zero(request->rights_id) || drm_id_is_zero(request->session) != !session
        || !drm_revocation_versions_are_valid(request->list_versions))
        return DRM_E_INVALID_ARGUMENT;
    drm_message_write(&writer, out, DRM_DEVICE_LICENSE_REQUEST);
    drm_message_put_sized(&writer, request->chain);
    drm_message_put(&writer, request->serial, sizeof(request->serial));
    drm_message_put(&writer, request->session, sizeof(request->session));
    drm_message_put(&writer, request->rights_id, sizeof(request->rights_id));
    drm_message_put_sized(&writer, request->action);
    put_versions(&writer, request->list_versions);
    put_code(&writer, session);
    if (DRM_SUCCEEDED(writer.result))
        writer.result = drm_sign(sign_seed, SIGNATURE_CONTEXT, drm_message_written(&writer), signature);
    drm_message_put_u8(&writer, SIGNATURE_ED25519);
    drm_message_put_sized(&writer, drm_span(signature, sizeof(signature)));
    return drm_message_finish(&writer);
}

static bool makes_sense(const struct drm_device_license_request *request, uint8_t code_type)
{
    const bool registered = !drm_id_is_zero(request->session);

    return request->chain.size && !drm_id_is_zero(request->rights_id)
        && drm_revocation_versions_are_valid(request->list_versions) && drm_text_is_valid(request->action)
        && registered == !drm_id_is_zero(request->serial) && code_type == (registered ? CODE_HMAC : CODE_NONE)
        && request->code.size == (registered ? DRM_DEVICE_MAC_SIZE : 0);
}

drm_result drm_device_license_request_read(struct drm_span data, struct drm_device_license_request *out)
{
    struct drm_device_license_request request = {0};
    struct drm_message_reader reader;
    struct drm_span signature;
    uint8_t code_type, signature_type;
    drm_result result = drm_message_begin(&reader, data, DRM_DEVICE_LICENSE_REQUEST);

    if (DRM_FAILED(result))
        return result;
    request.chain = drm_message_sized(&reader);
    drm_message_fixed(&reader, request.serial, sizeof(request.serial));
    drm_message_fixed(&reader, request.session, sizeof(request.session));
    drm_message_fixed(&reader, request.rights_id, sizeof(request.rights_id));
    request.action = drm_message_sized(&reader);
    get_versions(&reader, request.list_versions);
    request.coded_part = drm_span(data.data, reader.place);
    code_type = drm_message_u8(&reader);
    request.code = drm_message_sized(&reader);
    request.signed_part = drm_span(data.data, reader.place);
    signature_type = drm_message_u8(&reader);
    signature = drm_message_sized(&reader);
    if (DRM_FAILED(result = drm_message_end(&reader)))
        return result;
    if (request.action.size > DRM_DEVICE_ACTION_MAX_SIZE)
        return DRM_E_ATTRIBUTE_TOO_LONG;
    if (!makes_sense(&request, code_type) || signature_type != SIGNATURE_ED25519
        || signature.size != DRM_SIGNATURE_SIZE)
        return DRM_E_BAD_REQUEST;
    memcpy(request.signature, signature.data, sizeof(request.signature));
    drm_sha256(data.data, data.size, request.hash);
    *out = request;
    return DRM_S_OK;
}

drm_result drm_device_license_request_verify(const struct drm_device_license_request *request,
                                             const struct drm_chain *chain)
{
    return drm_verify(chain->certificates[0].sign_key, SIGNATURE_CONTEXT, request->signed_part, request->signature);
}

/* --- responses -------------------------------------------------------------------------------------------- */

drm_result drm_device_license_response_write(const struct drm_device_license_response *response,
                                             struct drm_buffer *out)
{
    struct drm_message_writer writer;

    drm_message_write(&writer, out, DRM_DEVICE_LICENSE_RESPONSE);
    drm_message_put_sized(&writer, response->head);
    drm_message_put_sized(&writer, response->license);
    return drm_message_finish(&writer);
}

drm_result drm_device_license_response_read(struct drm_span data, struct drm_device_license_response *out)
{
    struct drm_device_license_response response;
    struct drm_message_reader reader;
    drm_result result = drm_message_begin(&reader, data, DRM_DEVICE_LICENSE_RESPONSE);

    if (DRM_FAILED(result))
        return result;
    response.head = drm_message_sized(&reader);
    response.license = drm_message_sized(&reader);
    if (DRM_FAILED(result = drm_message_end(&reader)))
        return result;
    *out = response;
    return DRM_S_OK;
}

void drm_device_license_id(const uint8_t transmitter[DRM_ID_SIZE], const uint8_t response_id[DRM_ID_SIZE],
                           uint8_t out[DRM_ID_SIZE])
{
    uint8_t named[sizeof(LICENSE_ID_LABEL) + 2 * DRM_ID_SIZE], hash[DRM_SHA256_SIZE];

    memcpy(named, LICENSE_ID_LABEL, sizeof(LICENSE_ID_LABEL)); /* with its zero byte */
    memcpy(named + sizeof(LICENSE_ID_LABEL), transmitter, DRM_ID_SIZE);
    memcpy(named + sizeof(LICENSE_ID_LABEL) + DRM_ID_SIZE, response_id, DRM_ID_SIZE);
    drm_sha256(named, sizeof(named), hash);
    memcpy(out, hash, DRM_ID_SIZE);
}
