/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine that asks the service for licences (licensing.h).
 */
#include "service/licensing.h"

#include <ctype.h>
#include <stdio.h>

#include "engine/check.h"
#include "engine/format/license_challenge.h"
#include "engine/xml/content_header.h"
#include "engine/xml/license_request.h"
#include "engine/xml/license_response_xml.h"

struct key_id_text add_content(const struct sandbox *sandbox, const char *const *more)
{
    static struct command_outcome outcome;
    const char *arguments[32] = {"content", "add", "--data", sandbox->data};
    struct key_id_text out;
    size_t count = 4;

    for (; *more; ++more)
    {
        assert_in_range(count, 0, COUNT(arguments) - 2);
        arguments[count++] = *more;
    }
    run_service_command(&outcome, NULL, arguments);
    if (outcome.exit_code)
        fail_msg("content add: %s", outcome.err);
    assert_int_equal(strlen(outcome.out), DRM_KEY_ID_TEXT_SIZE);
    memcpy(out.text, outcome.out, DRM_KEY_ID_TEXT_SIZE - 1);
    out.text[DRM_KEY_ID_TEXT_SIZE - 1] = 0;
    return out;
}

static void write_challenge(const struct machine *machine, struct drm_license_challenge *challenge,
                            struct drm_license_request *request)
{
    memcpy(challenge->machine_id, machine->id, sizeof(machine->id));
    challenge->installed = machine->installed;
    challenge->time = 1;
    challenge->rights = request->rights;
    assert_int_equal(drm_license_challenge_write(challenge, machine->seed, &request->challenge), DRM_S_OK);
}

void licensing_form(struct licensing *licensing, const struct machine *machine, const char *key_id, uint32_t rights,
                    bool nonsilent, struct drm_buffer *out)
{
    struct drm_license_request request = {
        .rights = rights, .client_version = "2.10.0.1", .security_version = "2.10.0.1", .app_security = 2000};
    struct drm_license_challenge challenge = {.rights = rights};
    struct drm_content_header header = {.url = "http://drm.example/acquire"};
    struct drm_buffer text = {0};

    licensing->machine = machine;
    drm_random(licensing->nonce, sizeof(licensing->nonce));
    memcpy(challenge.nonce, licensing->nonce, sizeof(challenge.nonce));
    assert_int_equal(drm_buffer_append(&request.chain, machine->chain.data, machine->chain.size), DRM_S_OK);
    if (key_id)
    {
        request.has_header = true;
        assert_int_equal(drm_key_id_parse(key_id, header.key_id), DRM_S_OK);
        assert_int_equal(drm_content_header_write(&header, &request.header), DRM_S_OK);
        drm_sha256(request.header.data, request.header.size, challenge.header_hash);
    }
    write_challenge(machine, &challenge, &request);
    assert_int_equal(drm_license_request_write(&request, &text), DRM_S_OK);
    assert_int_equal(drm_license_form_write(drm_buffer_span(&text), nonsilent, out), DRM_S_OK);
    drm_buffer_free(&text);
    drm_license_request_free(&request);
}

void form_add(struct drm_buffer *form, const char *name, struct drm_span value)
{
    char escaped[4];

    if (form->size)
        assert_int_equal(drm_buffer_append(form, "&", 1), DRM_S_OK);
    assert_int_equal(drm_buffer_append(form, name, strlen(name)), DRM_S_OK);
    assert_int_equal(drm_buffer_append(form, "=", 1), DRM_S_OK);
    for (size_t i = 0; i < value.size; i++)
    {
        /* As browsers do it: letters and digits stay. */
        snprintf(escaped, sizeof(escaped), isalnum(value.data[i]) ? "%c" : "%%%02X", value.data[i]);
        assert_int_equal(drm_buffer_append(form, escaped, strlen(escaped)), DRM_S_OK);
    }
}

/* --- judging ---------------------------------------------------------------------------------------------- */

static drm_result judge_license(const struct machine *machine, const struct drm_license_head *head,
                                const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_span bytes)
{
    struct drm_license *license = calloc(1, sizeof(*license));
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    struct drm_license_object object;
    uint32_t index;
    drm_result result;

    assert_non_null(license);
    if (DRM_SUCCEEDED(result = drm_license_read(bytes, &object, license))
        && DRM_SUCCEEDED(result = drm_license_prove(&object, head->count, head->root, &index)))
        result = drm_license_unwrap_key(key, machine->id, object.body, NULL, object.wrapped_key, content_key);
    free(license);
    return result;
}

static drm_result judge_head(const struct licensing *licensing, const struct drm_license_response_xml *xml,
                             struct drm_license_head *head, uint8_t key[DRM_AEAD_KEY_SIZE])
{
    drm_result result = drm_license_head_read(drm_buffer_span(&xml->head), licensing->machine->anchor, head);

    if (DRM_FAILED(result))
        return result;
    if (memcmp(head->machine_id, licensing->machine->id, DRM_ID_SIZE))
        return DRM_E_INVALID_MACHINE;
    if (memcmp(head->nonce, licensing->nonce, DRM_NONCE_SIZE))
        return DRM_E_PARAMETERS_MISMATCHED;
    if (head->count != xml->count)
        return DRM_E_INVALID_LICENSE;
    return drm_response_key_open(head, licensing->machine->decrypt_key, key);
}

drm_result licensing_judge(const struct licensing *licensing, struct drm_span text, size_t *count)
{
    struct drm_license_response_xml xml = {.count = 0};
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_license_head head;
    drm_result result;

    *count = 0;
    if (DRM_SUCCEEDED(result = drm_license_response_xml_read(text, &xml)))
        result = judge_head(licensing, &xml, &head, key);
    for (; *count < xml.count && DRM_SUCCEEDED(result); ++*count)
        result = judge_license(licensing->machine, &head, key, xml.licenses[*count]);
    drm_license_response_xml_free(&xml);
    return result;
}
