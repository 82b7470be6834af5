/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The published vectors, vectors/formats.txt: objects of fixed keys with the fields that a reader finds in them. The
 * engine must still make the same bytes and read the same fields. With the argument --print it writes the file to
 * standard output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_authority.h"

static struct test_authority authority;
static struct drm_buffer text; /* the file as it should be */

/* --- writing text ---------------------------------------------------------------------------------------------- */

static void put(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof(line));
    assert_int_equal(drm_buffer_append(&text, line, (size_t)length), DRM_S_OK);
}

static void put_hex(const char *name, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    put("%s = ", name);
    for (size_t i = 0; i < size; i++)
        put("%02x", bytes[i]);
    put("\n");
}

static void put_number(const char *name, uint64_t value)
{
    put("%s = %llu\n", name, (unsigned long long)value);
}

static void put_version(const char *name, struct drm_version version)
{
    put("%s = %lu.%lu\n", name, (unsigned long)version.major, (unsigned long)version.minor);
}

static void put_versions(const uint64_t versions[DRM_REVOCATION_TYPES])
{
    put("list_versions =");
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        put(" %llu", (unsigned long long)versions[i]);
    put("\n");
}

/* Ends a section with the object itself, 48 bytes a line. */
static void put_object(const struct drm_buffer *object)
{
    put("object =\n");
    for (size_t i = 0; i < object->size; i++)
        put("%s%02x%s", i % 48 ? "" : "    ", object->data[i], i % 48 == 47 || i + 1 == object->size ? "\n" : "");
    put("\n");
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

static void put_certificate(const char *section, const struct drm_buffer *encoded, const char *issuer)
{
    struct drm_certificate certificate;

    assert_int_equal(drm_certificate_read(drm_buffer_span(encoded), &certificate), DRM_S_OK);
    put("[certificate %s, signed by %s]\n", section, issuer);
    put_hex("serial", certificate.serial, DRM_ID_SIZE);
    put("roles = 0x%03lx\n", (unsigned long)certificate.roles);
    put_hex("subject", certificate.subject, DRM_ID_SIZE);
    put("name = %s\n", certificate.name);
    put_hex("sign_key", certificate.sign_key, DRM_SIGN_PUBLIC_SIZE);
    if (certificate.has_encrypt_key)
        put_hex("encrypt_key", certificate.encrypt_key, DRM_X25519_SIZE);
    put_number("not_before", (uint64_t)certificate.not_before);
    put_number("not_after", (uint64_t)certificate.not_after);
    put_hex("issuer", certificate.issuer, DRM_SHA256_SIZE);
    put_number("security_level", certificate.security_level);
    put_version("security_version", certificate.security_version);
    put_hex("id", certificate.id, DRM_SHA256_SIZE);
    put_object(encoded);
}

static void put_signer(const char *name, const struct test_signer *signer, const char *issuer)
{
    put("[key %s]\n", name);
    put_hex("seed", signer->key.seed, DRM_SIGN_SEED_SIZE);
    put_hex("public", signer->key.public_key, DRM_SIGN_PUBLIC_SIZE);
    put("\n");
    put_certificate(name, &signer->encoded, issuer);
}

static void put_chain(void)
{
    struct drm_chain chain;

    assert_int_equal(drm_chain_read(drm_buffer_span(&authority.machine.chain), &chain), DRM_S_OK);
    assert_int_equal(drm_chain_verify(&chain, authority.root.key.public_key, DRM_ROLE_MACHINE, TEST_NOW), DRM_S_OK);
    put("[chain of the machine, valid under the root's key at %llu]\n", (unsigned long long)TEST_NOW);
    for (size_t i = 0; i < chain.count; i++)
        put_hex("certificate", chain.certificates[i].id, DRM_SHA256_SIZE);
    put_object(&authority.machine.chain);
}

static void put_list(enum drm_revocation_type type, uint8_t *entries, size_t count)
{
    struct drm_revocation_head head = {.type = type, .version = 5, .issued = TEST_NOW}, read;
    struct drm_revocation_reader *reader;
    struct drm_buffer list = {0};
    size_t offset = 0;

    assert_int_equal(drm_revocation_list_write(&head, entries, count, authority.revocation.key.seed,
                                               drm_buffer_span(&authority.revocation.chain), &list), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_create(
                         (const uint8_t (*)[DRM_SIGN_PUBLIC_SIZE])authority.root.key.public_key, 1, &reader), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, list.data, list.size), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_finish(reader, NULL, &read, &offset), DRM_S_OK);
    drm_revocation_reader_free(reader);
    put("[revocation list %s]\n", drm_revocation_type_name(read.type));
    put_number("version", read.version);
    put_number("issued", (uint64_t)read.issued);
    put_number("entry_size", read.entry_size);
    put_number("entry_count", read.entry_count);
    put_hex("entries_hash", read.entries_hash, DRM_SHA256_SIZE);
    for (size_t i = 0; i < read.entry_count; i++)
        put_hex("entry", list.data + offset + i * read.entry_size, read.entry_size);
    put_object(&list);
    drm_buffer_free(&list);
}

static void put_lists(void)
{
    uint8_t ids[3 * DRM_REVOCATION_ENTRY_SIZE], index[2 * DRM_REVINFO_ENTRY_SIZE];

    memcpy(ids, authority.machine.certificate.id, DRM_SHA256_SIZE);
    drm_sha256("another", 7, ids + DRM_SHA256_SIZE);
    memcpy(ids + 2 * DRM_SHA256_SIZE, ids, DRM_SHA256_SIZE); /* a duplicate, which the list does not keep */
    drm_revinfo_entry_put(DRM_REVOCATION_GRL, 5, index);
    drm_revinfo_entry_put(DRM_REVOCATION_APP, 3, index + DRM_REVINFO_ENTRY_SIZE);
    put_list(DRM_REVOCATION_HDCP, NULL, 0);
    put_list(DRM_REVOCATION_GRL, ids, 3);
    put_list(DRM_REVOCATION_REVINFO, index, 2);
}

static void put_request(const char *section, struct drm_request request, const struct test_key *key, bool by_identity)
{
    const struct drm_request_signer old = test_request_signer(&authority.machine);
    struct drm_request_identity identity;
    struct drm_buffer encoded = {0};

    for (size_t i = 0; i < DRM_NONCE_SIZE; i++)
        request.nonce[i] = (uint8_t)i;
    request.installed = (struct drm_version){.major = 2, .minor = 2};
    request.list_versions[DRM_REVOCATION_GRL - 1] = 4;
    if (key)
    {
        memcpy(request.sign_key, key->public_key, DRM_SIGN_PUBLIC_SIZE);
        assert_int_equal(drm_x25519_public(key->seed, request.encrypt_key), DRM_S_OK);
    }
    assert_int_equal(drm_request_write(&request, key ? key->seed : NULL, by_identity ? &old : NULL, &encoded),
                     DRM_S_OK);
    assert_int_equal(drm_request_read(drm_buffer_span(&encoded), authority.root.key.public_key, &request, &identity),
                     DRM_S_OK);
    put("[request, %s]\n", section);
    put_number("kind", request.kind);
    put_hex("nonce", request.nonce, DRM_NONCE_SIZE);
    put_hex("machine_id", request.machine_id, DRM_ID_SIZE);
    put_version("installed", request.installed);
    put_number("forced", request.forced);
    put_versions(request.list_versions);
    if (key)
    {
        put_hex("sign_key", request.sign_key, DRM_SIGN_PUBLIC_SIZE);
        put_hex("encrypt_key", request.encrypt_key, DRM_X25519_SIZE);
        put_hex("component_hash", request.component_hash, DRM_SHA256_SIZE);
    }
    if (identity.signed_by_identity)
        put_hex("identity", identity.certificate.id, DRM_SHA256_SIZE);
    put_object(&encoded);
    drm_buffer_free(&encoded);
}

static void put_requests(void)
{
    const struct test_key key = test_key("vectors new machine");
    struct drm_request first = {.kind = DRM_REQUEST_INDIVIDUALIZE}, refresh = {.kind = DRM_REQUEST_REVOCATION};

    put("[key of a new machine]\n");
    put_hex("seed", key.seed, DRM_SIGN_SEED_SIZE);
    put_hex("public", key.public_key, DRM_SIGN_PUBLIC_SIZE);
    put("\n");
    memcpy(first.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    put_request("first individualization", first, &key, false);
    first.forced = true;
    drm_sha256("component", 9, first.component_hash);
    put_request("individualization of a machine that has an identity", first, &key, true);
    put_request("refresh by nobody", refresh, NULL, false);
    memcpy(refresh.machine_id, first.machine_id, DRM_ID_SIZE);
    put_request("refresh by an identity", refresh, NULL, true);
}

static void put_answer(const char *section, const struct drm_answer *answer)
{
    struct drm_buffer encoded = {0};
    struct drm_answer *read = malloc(sizeof(*read));

    assert_non_null(read);
    assert_int_equal(drm_answer_head_write(answer, authority.answer.key.seed, drm_buffer_span(&authority.answer.chain),
                                           &encoded), DRM_S_OK);
    assert_int_equal(drm_answer_head_read(drm_span(encoded.data + DRM_ANSWER_LENGTH_SIZE,
                                                   encoded.size - DRM_ANSWER_LENGTH_SIZE),
                                          authority.root.key.public_key, read), DRM_S_OK);
    put("[head of an answer with its length, %s]\n", section);
    put_number("kind", read->kind);
    put_hex("nonce", read->nonce, DRM_NONCE_SIZE);
    put_hex("machine_id", read->machine_id, DRM_ID_SIZE);
    put_number("time", (uint64_t)read->time);
    put_version("version", read->version);
    put_versions(read->list_versions);
    put_number("up_to_date", read->up_to_date);
    put_number("machine_chain_size", read->machine_chain.size);
    put_number("issuers_size", read->issuers.size);
    put_number("individualizations_per_day", read->policy.individualizations_per_day);
    put("renewal_url = %s\nlicense_url = %s\n", read->policy.renewal_url, read->policy.license_url);
    for (size_t i = 0; i < read->part_count; i++)
    {
        put("part = %d %lu %llu %s\n", (int)read->parts[i].kind, (unsigned long)read->parts[i].list_type,
            (unsigned long long)read->parts[i].size, read->parts[i].name);
        put_hex("part_hash", read->parts[i].hash, DRM_SHA256_SIZE);
    }
    put_object(&encoded);
    drm_buffer_free(&encoded);
    free(read);
}

static void put_answers(void)
{
    struct drm_answer answer = {
        .kind = DRM_REQUEST_REVOCATION,
        .time = TEST_NOW,
        .version = {.major = 2, .minor = 10},
        .list_versions = {3, 0, 0, 7, 5, 1},
        .up_to_date = true,
    };

    for (size_t i = 0; i < DRM_NONCE_SIZE; i++)
        answer.nonce[i] = (uint8_t)i;
    put_answer("nothing to do", &answer);
    answer.kind = DRM_REQUEST_INDIVIDUALIZE;
    answer.up_to_date = false;
    memcpy(answer.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    answer.machine_chain = drm_buffer_span(&authority.machine.chain);
    answer.issuers = drm_buffer_span(&authority.certify.chain);
    answer.policy.individualizations_per_day = 20;
    snprintf(answer.policy.renewal_url, sizeof(answer.policy.renewal_url), "https://drm.example/renew");
    answer.part_count = 2;
    answer.parts[0] = (struct drm_part){.kind = DRM_PART_REVOCATION_LIST, .list_type = DRM_REVOCATION_GRL, .size = 772};
    drm_sha256("list", 4, answer.parts[0].hash);
    answer.parts[1] = (struct drm_part){.kind = DRM_PART_COMPONENT, .size = 9, .name = "component.bin"};
    drm_sha256("component", 9, answer.parts[1].hash);
    put_answer("a security package", &answer);
}

static void make_text(void)
{
    test_authority_create(&authority, "vectors");
    put("# Test vectors of the formats: docs/formats.md and docs/protocol.md describe every byte.\n"
        "# Numbers are decimal unless they begin with 0x, everything else is hexadecimal or text.\n"
        "# Made by: test_format_vectors --print\n\n");
    put_signer("root", &authority.root, "itself");
    put_signer("certify", &authority.certify, "root");
    put_signer("revocation", &authority.revocation, "root");
    put_signer("answer", &authority.answer, "root");
    put_signer("machine", &authority.machine, "certify");
    put_chain();
    put_lists();
    put_requests();
    put_answers();
    drm_buffer_truncate(&text, text.size - 1); /* the empty line behind the last section */
    test_authority_free(&authority);
}

/* --- comparing --------------------------------------------------------------------------------------------------- */

static void format_vectors__are_made_and_read_as_published(void **state)
{
    FILE *file = fopen(FORMAT_VECTORS, "rb");
    size_t size, line = 1;
    char *published;
    (void)state;

    assert_non_null(file);
    make_text();
    published = malloc(text.size + 2);
    assert_non_null(published);
    size = fread(published, 1, text.size + 2, file);
    fclose(file);
    for (size_t i = 0; i < size && i < text.size; i++)
    {
        if (published[i] != (char)text.data[i])
            fail_msg("%s differs in line %lu", FORMAT_VECTORS, (unsigned long)line);
        line += published[i] == '\n';
    }
    assert_int_equal(size, text.size);
    free(published);
    drm_buffer_free(&text);
}

int main(int argument_count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_vectors__are_made_and_read_as_published),
    };

    if (argument_count > 1 && strcmp(arguments[1], "--print") == 0)
    {
        make_text();
        fwrite(text.data, 1, text.size, stdout);
        drm_buffer_free(&text);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
