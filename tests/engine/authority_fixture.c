/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority under test, and machines that ask it (authority_fixture.h).
 */
#include "engine/authority_fixture.h"

struct drm_authority_options authority_options(struct fixture *fixture)
{
    return (struct drm_authority_options){
        .directory = fixture->host.directory, .name = "test authority", .host = &fixture->host.host};
}

void authority_reopen(struct fixture *fixture)
{
    struct drm_authority_options options = authority_options(fixture);

    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &fixture->authority), DRM_S_OK);
}

drm_result authority_try(struct fixture *fixture, enum drm_authority_mode mode)
{
    struct drm_authority_options options = authority_options(fixture);
    struct drm_authority *authority;
    drm_result result = drm_authority_open(&options, mode, &authority);

    if (DRM_SUCCEEDED(result))
        drm_authority_close(authority);
    return result;
}

int authority_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    test_host_init(&fixture->host);
    authority_reopen(fixture);
    *state = fixture;
    return 0;
}

int authority_teardown(void **state)
{
    struct fixture *fixture = *state;

    drm_authority_close(fixture->authority);
    test_host_free(&fixture->host);
    free(fixture);
    return 0;
}

/* --- machines --------------------------------------------------------------------------------------------- */

void machine_init(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
    drm_random(machine->id, sizeof(machine->id));
}

void machine_free(struct machine *machine)
{
    drm_buffer_free(&machine->chain);
    memset(machine, 0, sizeof(*machine));
}

void received_free(struct received *received)
{
    drm_buffer_free(&received->bytes);
    memset(received, 0, sizeof(*received));
}

void receive(struct drm_authority *authority, struct drm_authority_reply *reply, struct received *out)
{
    uint64_t size = drm_authority_reply_size(reply), offset;
    uint8_t hash[DRM_SHA256_SIZE], *place;
    uint32_t head_size;
    size_t read = 0;

    memset(out, 0, sizeof(*out));
    assert_int_equal(drm_buffer_extend(&out->bytes, (size_t)size, &place), DRM_S_OK);
    for (offset = 0; offset < size; offset += read)
    {
        assert_int_equal(drm_authority_reply_read(reply, offset, place + offset, (size_t)(size - offset), &read),
                         DRM_S_OK);
        assert_true(read > 0 && read <= size - offset);
    }
    assert_int_equal(drm_authority_reply_read(reply, size, hash, sizeof(hash), &read), DRM_S_OK);
    assert_int_equal(read, 0);

    head_size = drm_get_u32(place);
    assert_true(head_size <= size - DRM_ANSWER_LENGTH_SIZE);
    assert_int_equal(drm_answer_head_read(drm_span(place + DRM_ANSWER_LENGTH_SIZE, head_size),
                                          drm_authority_root(authority), &out->answer),
                     DRM_S_OK);
    offset = DRM_ANSWER_LENGTH_SIZE + head_size;
    for (size_t i = 0; i < out->answer.part_count; i++)
    {
        assert_true(out->answer.parts[i].size <= size - offset);
        out->parts[i] = place + offset;
        drm_sha256(out->parts[i], (size_t)out->answer.parts[i].size, hash);
        assert_memory_equal(hash, out->answer.parts[i].hash, sizeof(hash));
        offset += out->answer.parts[i].size;
    }
    assert_int_equal(offset, size);
}

const struct drm_part *received_part(const struct received *received, uint32_t list_type, const uint8_t **bytes)
{
    for (size_t i = 0; i < received->answer.part_count; i++)
    {
        if (received->answer.parts[i].list_type == list_type)
        {
            if (bytes)
                *bytes = received->parts[i];
            return &received->answer.parts[i];
        }
    }
    return NULL;
}

static struct drm_request make_request(const struct machine *machine, const uint8_t *seed,
                                       const uint8_t *encrypt_private, bool forced)
{
    struct drm_request request = {
        .kind = DRM_REQUEST_INDIVIDUALIZE, .installed = machine->version, .forced = forced};

    drm_random(request.nonce, sizeof(request.nonce));
    memcpy(request.machine_id, machine->id, sizeof(request.machine_id));
    memcpy(request.list_versions, machine->list_versions, sizeof(request.list_versions));
    memcpy(request.component_hash, machine->component_hash, sizeof(request.component_hash));
    assert_int_equal(drm_sign_public(seed, request.sign_key), DRM_S_OK);
    assert_int_equal(drm_x25519_public(encrypt_private, request.encrypt_key), DRM_S_OK);
    return request;
}

static void write_request(const struct machine *machine, const struct drm_request *request, const uint8_t *seed,
                          enum machine_signing signing, struct drm_buffer *out)
{
    struct drm_request_signer signer = {.seed = machine->seed, .chain = drm_buffer_span(&machine->chain)};

    assert_int_equal(drm_request_write(request, seed, signing == SIGNED ? &signer : NULL, out), DRM_S_OK);
}

void machine_write_request(const struct machine *machine, enum machine_signing signing, bool forced,
                           struct drm_buffer *out)
{
    uint8_t seed[DRM_SIGN_SEED_SIZE], encrypt_private[DRM_X25519_SIZE];
    struct drm_request request;

    drm_random(seed, sizeof(seed));
    drm_random(encrypt_private, sizeof(encrypt_private));
    request = make_request(machine, seed, encrypt_private, forced);
    write_request(machine, &request, seed, signing, out);
}

/* What the new certificate has to say. */
static void take_chain(struct drm_authority *authority, struct machine *machine, const struct drm_request *request,
                       const struct drm_answer *answer)
{
    struct drm_chain chain;

    drm_buffer_free(&machine->chain);
    assert_int_equal(drm_buffer_append(&machine->chain, answer->machine_chain.data, answer->machine_chain.size),
                     DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&machine->chain), &chain), DRM_S_OK);
    assert_int_equal(drm_chain_verify(&chain, drm_authority_root(authority), DRM_ROLE_MACHINE, answer->time),
                     DRM_S_OK);
    machine->certificate = chain.certificates[0];
    machine->version = answer->version;
    assert_memory_equal(machine->certificate.subject, machine->id, sizeof(machine->id));
    assert_memory_equal(machine->certificate.sign_key, request->sign_key, sizeof(request->sign_key));
    assert_true(machine->certificate.has_encrypt_key);
    assert_memory_equal(machine->certificate.encrypt_key, request->encrypt_key, sizeof(request->encrypt_key));
}

drm_result machine_individualize(struct drm_authority *authority, struct machine *machine,
                                 enum machine_signing signing, bool forced, struct received *out)
{
    uint8_t seed[DRM_SIGN_SEED_SIZE], encrypt_private[DRM_X25519_SIZE];
    struct drm_authority_reply *reply = NULL;
    struct drm_buffer encoded = {0};
    struct drm_request request;
    struct received own;
    drm_result result;

    drm_random(seed, sizeof(seed));
    drm_random(encrypt_private, sizeof(encrypt_private));
    request = make_request(machine, seed, encrypt_private, forced);
    write_request(machine, &request, seed, signing, &encoded);
    result = drm_authority_handle(authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&encoded), &reply);
    drm_buffer_free(&encoded);
    if (DRM_FAILED(result))
    {
        assert_null(reply);
        return result;
    }
    receive(authority, reply, &own);
    drm_authority_reply_free(reply);
    assert_int_equal(own.answer.kind, DRM_REQUEST_INDIVIDUALIZE);
    assert_memory_equal(own.answer.nonce, request.nonce, sizeof(request.nonce));
    assert_memory_equal(own.answer.machine_id, machine->id, sizeof(machine->id));
    if (!own.answer.up_to_date)
    {
        take_chain(authority, machine, &request, &own.answer);
        memcpy(machine->seed, seed, sizeof(seed));
        memcpy(machine->encrypt_private, encrypt_private, sizeof(encrypt_private));
    }
    if (out)
        *out = own;
    else
        received_free(&own);
    return result;
}

drm_result machine_refresh(struct drm_authority *authority, struct machine *machine, struct received *out)
{
    struct drm_request request = {.kind = DRM_REQUEST_REVOCATION};
    struct drm_authority_reply *reply = NULL;
    struct drm_buffer encoded = {0};
    drm_result result;

    drm_random(request.nonce, sizeof(request.nonce));
    memcpy(request.list_versions, machine->list_versions, sizeof(request.list_versions));
    assert_int_equal(drm_request_write(&request, NULL, NULL, &encoded), DRM_S_OK);
    result = drm_authority_handle(authority, DRM_REQUEST_REVOCATION, drm_buffer_span(&encoded), &reply);
    drm_buffer_free(&encoded);
    if (DRM_FAILED(result))
        return result;
    receive(authority, reply, out);
    drm_authority_reply_free(reply);
    assert_int_equal(out->answer.kind, DRM_REQUEST_REVOCATION);
    assert_memory_equal(out->answer.nonce, request.nonce, sizeof(request.nonce));
    return result;
}

/* --- lists ------------------------------------------------------------------------------------------------ */

struct drm_revocation_head check_list(struct drm_authority *authority, const uint8_t *bytes, size_t size,
                                      size_t *entries_offset)
{
    const uint8_t(*root)[DRM_SIGN_PUBLIC_SIZE] = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])drm_authority_root(authority);
    struct drm_revocation_reader *reader;
    struct drm_revocation_head head;

    assert_int_equal(drm_revocation_reader_create(root, 1, &reader), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, bytes, size), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_finish(reader, NULL, &head, entries_offset), DRM_S_OK);
    drm_revocation_reader_free(reader);
    return head;
}

struct drm_revocation_head current_list(struct drm_authority *authority, enum drm_revocation_type type,
                                        struct drm_buffer *bytes, const uint8_t **entries)
{
    struct drm_revocation_head head;
    size_t offset;

    assert_int_equal(drm_authority_read_list(authority, type, bytes), DRM_S_OK);
    head = check_list(authority, bytes->data, bytes->size, &offset);
    assert_int_equal(head.type, type);
    if (entries)
        *entries = bytes->data + offset;
    return head;
}

uint8_t *make_entries(uint32_t first, size_t count)
{
    uint8_t *entries = malloc(count * DRM_REVOCATION_ENTRY_SIZE), number[4];

    assert_non_null(entries);
    for (size_t i = 0; i < count; i++)
    {
        drm_put_u32(number, first + (uint32_t)i);
        drm_sha256(number, sizeof(number), entries + i * DRM_REVOCATION_ENTRY_SIZE);
    }
    return entries;
}
