/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two messages of a registration. */
#include "engine/device/registration.h"

#include <string.h>

#include "engine/device/message_io.h"

#define SEED_HPKE 2         /* 1 would be RSA-OAEP, which only the original has */
#define SIGNATURE_ED25519 2 /* 1 would be OMAC */
#define SEED_INFO "wmdrmsdk device seed 1"
#define SIGNATURE_CONTEXT "wmdrmsdk device registration 1"

#define SEALED_SEED_SIZE (DRM_DEVICE_SEED_SIZE + DRM_HPKE_OVERHEAD)

/* --- requests --------------------------------------------------------------------------------------------- */

drm_result drm_registration_request_write(const struct drm_registration_request *request, struct drm_buffer *out)
{
    struct drm_message_writer writer;

    if (drm_id_is_zero(request->serial) || !request->chain.size)
        return DRM_E_INVALID_ARGUMENT;
    drm_message_write(&writer, out, DRM_DEVICE_REGISTRATION_REQUEST);
    drm_message_put(&writer, request->serial, sizeof(request->serial));
    drm_message_put_sized(&writer, request->chain);
    return drm_message_finish(&writer);
}

drm_result drm_registration_request_read(struct drm_span data, struct drm_registration_request *out)
{
    struct drm_registration_request request = {0};
    struct drm_message_reader reader;
    drm_result result = drm_message_begin(&reader, data, DRM_DEVICE_REGISTRATION_REQUEST);

    if (DRM_FAILED(result))
        return result;
    drm_message_fixed(&reader, request.serial, sizeof(request.serial));
    request.chain = drm_message_sized(&reader);
    if (DRM_FAILED(result = drm_message_end(&reader)))
        return result;
    if (drm_id_is_zero(request.serial) || !request.chain.size)
        return DRM_E_BAD_REQUEST;
    *out = request;
    return DRM_S_OK;
}

drm_result drm_device_chain_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], uint32_t roles,
                                 int64_t now, struct drm_chain *out)
{
    struct drm_chain chain;
    const struct drm_certificate *leaf = &chain.certificates[0];
    drm_result result = drm_chain_read(data, &chain);

    if (DRM_FAILED(result))
        return result;
    if (!(leaf->roles & roles) || !leaf->has_encrypt_key || drm_id_is_zero(leaf->subject))
        return DRM_E_INVALID_CERTIFICATE;
    if (DRM_FAILED(result = drm_chain_verify(&chain, anchor, leaf->roles, now)))
        return result;
    *out = chain;
    return DRM_S_OK;
}

/* --- responses -------------------------------------------------------------------------------------------- */

/* The seed belongs to this registration, session and place, and to this transmitter: nobody else can offer it under a
 * signature of his own. */
static drm_result bind_seed(struct drm_span prefix, struct drm_span chain, struct drm_buffer *out)
{
    uint8_t hash[DRM_SHA256_SIZE];
    drm_result result;

    drm_sha256(chain.data, chain.size, hash);
    result = drm_buffer_append(out, prefix.data, prefix.size);
    return DRM_FAILED(result) ? result : drm_buffer_append(out, hash, sizeof(hash));
}

static drm_result seal_seed(const struct drm_message_writer *writer, struct drm_span chain, const uint8_t *seed,
                            const uint8_t *recipient, struct drm_buffer *out)
{
    struct drm_buffer binding = {0};
    drm_result result = bind_seed(drm_message_written(writer), chain, &binding);

    if (DRM_SUCCEEDED(result))
        result = drm_hpke_seal(recipient, drm_span(SEED_INFO, sizeof(SEED_INFO) - 1), drm_buffer_span(&binding),
                               drm_span(seed, DRM_DEVICE_SEED_SIZE), out);
    drm_buffer_free(&binding);
    return result;
}

drm_result drm_registration_response_write(const struct drm_registration_response *response,
                                           const uint8_t seed[DRM_DEVICE_SEED_SIZE],
                                           const uint8_t recipient[DRM_X25519_SIZE],
                                           const uint8_t sign_seed[DRM_SIGN_SEED_SIZE], struct drm_buffer *out)
{
    uint8_t address[DRM_DEVICE_ADDRESS_MAX_SIZE], signature[DRM_SIGNATURE_SIZE];
    const size_t address_size = drm_device_address_write(&response->address, address);
    const size_t offset = 4 + 2 * DRM_DEVICE_ID_SIZE + 2 + address_size + 3 + SEALED_SEED_SIZE + 2
        + response->chain.size;
    struct drm_message_writer writer;
    struct drm_buffer sealed = {0};

    if (drm_id_is_zero(response->serial) || drm_id_is_zero(response->session) || !response->chain.size
        || offset > DRM_DEVICE_MAX_FIELD)
        return DRM_E_INVALID_ARGUMENT;
    drm_message_write(&writer, out, DRM_DEVICE_REGISTRATION_RESPONSE);
    drm_message_put_u16(&writer, (uint16_t)offset);
    drm_message_put(&writer, response->serial, sizeof(response->serial));
    drm_message_put(&writer, response->session, sizeof(response->session));
    drm_message_put_sized(&writer, drm_span(address, address_size));
    if (DRM_SUCCEEDED(writer.result))
        writer.result = seal_seed(&writer, response->chain, seed, recipient, &sealed);
    drm_message_put_u8(&writer, SEED_HPKE);
    drm_message_put_sized(&writer, drm_buffer_span(&sealed));
    drm_message_put_sized(&writer, response->chain);
    if (DRM_SUCCEEDED(writer.result))
        writer.result = drm_sign(sign_seed, SIGNATURE_CONTEXT, drm_message_written(&writer), signature);
    drm_message_put_u8(&writer, SIGNATURE_ED25519);
    drm_message_put_sized(&writer, drm_span(signature, sizeof(signature)));
    drm_buffer_free(&sealed);
    return drm_message_finish(&writer);
}

drm_result drm_registration_response_read(struct drm_span data, struct drm_registration_response *out)
{
    struct drm_registration_response response = {0};
    struct drm_message_reader reader;
    struct drm_span address, signature;
    uint8_t seed_type, signature_type;
    size_t offset;
    drm_result result = drm_message_begin(&reader, data, DRM_DEVICE_REGISTRATION_RESPONSE);

    if (DRM_FAILED(result))
        return result;
    offset = drm_message_u16(&reader);
    drm_message_fixed(&reader, response.serial, sizeof(response.serial));
    drm_message_fixed(&reader, response.session, sizeof(response.session));
    address = drm_message_sized(&reader);
    response.seed_binding = drm_span(data.data, reader.place);
    seed_type = drm_message_u8(&reader);
    response.sealed_seed = drm_message_sized(&reader);
    response.chain = drm_message_sized(&reader);
    response.signed_part = drm_span(data.data, reader.place);
    signature_type = drm_message_u8(&reader);
    signature = drm_message_sized(&reader);
    if (DRM_FAILED(result = drm_message_end(&reader)))
        return result;
    if (offset != response.signed_part.size || seed_type != SEED_HPKE || response.sealed_seed.size != SEALED_SEED_SIZE
        || signature_type != SIGNATURE_ED25519 || signature.size != DRM_SIGNATURE_SIZE || !response.chain.size
        || drm_id_is_zero(response.serial) || drm_id_is_zero(response.session))
        return DRM_E_BAD_REQUEST;
    if (DRM_FAILED(result = drm_device_address_read(address, &response.address)))
        return result;
    memcpy(response.signature, signature.data, sizeof(response.signature));
    *out = response;
    return DRM_S_OK;
}

drm_result drm_registration_response_verify(const struct drm_registration_response *response,
                                            const struct drm_chain *chain)
{
    return drm_verify(chain->certificates[0].sign_key, SIGNATURE_CONTEXT, response->signed_part, response->signature);
}

drm_result drm_registration_response_open(const struct drm_registration_response *response,
                                          const uint8_t private_key[DRM_X25519_SIZE],
                                          uint8_t seed[DRM_DEVICE_SEED_SIZE])
{
    struct drm_buffer binding = {0}, opened = {0};
    drm_result result = bind_seed(response->seed_binding, response->chain, &binding);

    if (DRM_SUCCEEDED(result))
        result = drm_hpke_open(private_key, drm_span(SEED_INFO, sizeof(SEED_INFO) - 1), drm_buffer_span(&binding),
                               response->sealed_seed, &opened);
    if (DRM_SUCCEEDED(result))
        memcpy(seed, opened.data, DRM_DEVICE_SEED_SIZE); /* its size was settled when it was read */
    drm_buffer_free(&opened);
    drm_buffer_free(&binding);
    return result;
}
