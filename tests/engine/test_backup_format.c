/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects of a backup: heads, ends, sealed records, and what an authority is asked with. */
#include "engine/check.h"
#include "engine/format/backup.h"
#include "support/mutation.h"
#include "support/test_license.h"

static struct test_authority authority, other;
static struct drm_buffer machine_key, authority_key;
static uint8_t key[DRM_AEAD_KEY_SIZE];

static struct drm_backup_head new_head(void)
{
    const struct drm_certificate *machine = &authority.machine.certificate;
    struct drm_backup_head head = {.section = 1, .sections = 3, .time = TEST_NOW, .has_authority_key = true};

    test_bytes("backup id", head.backup_id, DRM_ID_SIZE);
    memcpy(head.machine_id, machine->subject, DRM_ID_SIZE);
    memcpy(head.anchor, authority.root.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(head.encrypt_key, machine->encrypt_key, DRM_X25519_SIZE);
    memcpy(head.authority_encrypt_key, other.machine.certificate.encrypt_key, DRM_X25519_SIZE);
    head.machine_key = drm_buffer_span(&machine_key);
    head.authority_key = drm_buffer_span(&authority_key);
    return head;
}

static int set_up(void **state)
{
    struct drm_backup_head head;
    (void)state;

    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    test_bytes("section key", key, sizeof(key));
    head = new_head();
    assert_int_equal(drm_backup_key_seal(&head, false, head.encrypt_key, key, &machine_key), DRM_S_OK);
    assert_int_equal(drm_backup_key_seal(&head, true, head.authority_encrypt_key, key, &authority_key), DRM_S_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drm_buffer_free(&machine_key);
    drm_buffer_free(&authority_key);
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

static struct drm_buffer write_head(const struct drm_backup_head *head, const struct test_signer *signer)
{
    struct drm_buffer out = {0};

    assert_int_equal(drm_backup_head_write(head, signer->key.seed, drm_buffer_span(&signer->chain), &out), DRM_S_OK);
    return out;
}

static drm_result read_head(struct drm_span data)
{
    struct drm_certificate machine;
    struct drm_backup_head head;

    return drm_backup_head_read(data, authority.root.key.public_key, &head, &machine);
}

/* --- heads -------------------------------------------------------------------------------------------------------- */

static void backup_head__every_field_comes_back(void **state)
{
    struct drm_backup_head written[2] = {new_head(), new_head()}, read;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_certificate machine;
    (void)state;

    written[1].has_authority_key = false;
    written[1].authority_key = drm_span(NULL, 0);
    written[1].time = 0;
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer encoded = write_head(&written[i], &authority.machine);

        memset(&read, 0xee, sizeof(read));
        assert_int_equal(drm_backup_head_read(drm_buffer_span(&encoded), authority.root.key.public_key, &read,
                                              &machine), DRM_S_OK);
        assert_memory_equal(machine.sign_key, authority.machine.key.public_key, DRM_SIGN_PUBLIC_SIZE);
        assert_memory_equal(read.backup_id, written[i].backup_id, DRM_ID_SIZE);
        assert_int_equal(read.section, 1);
        assert_int_equal(read.sections, 3);
        assert_memory_equal(read.machine_id, written[i].machine_id, DRM_ID_SIZE);
        assert_memory_equal(read.anchor, written[i].anchor, DRM_SIGN_PUBLIC_SIZE);
        assert_true(read.time == written[i].time);
        assert_memory_equal(read.encrypt_key, written[i].encrypt_key, DRM_X25519_SIZE);
        assert_true(drm_span_equal(read.machine_key, written[i].machine_key));
        assert_int_equal(read.has_authority_key, written[i].has_authority_key);
        assert_true(drm_span_equal(read.authority_key, written[i].authority_key));
        assert_int_equal(drm_backup_head_peek(drm_buffer_span(&encoded), anchor), DRM_S_OK);
        assert_memory_equal(anchor, written[i].anchor, sizeof(anchor));
        drm_buffer_free(&encoded);
    }
}

static void backup_head__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    struct drm_backup_head bad[10], good = new_head();
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = good;
    memset(bad[n++].backup_id, 0, DRM_ID_SIZE);
    memset(bad[n++].machine_id, 0, DRM_ID_SIZE);
    bad[n++].section = 3;
    bad[n].section = 0;
    bad[n++].sections = 0;
    bad[n++].sections = DRM_BACKUP_MAX_SECTIONS + 1;
    bad[n++].time = -1;
    bad[n++].time = DRM_TIME_MAX + 1;
    bad[n++].machine_key.size--;
    bad[n++].authority_key.size--;
    bad[n++].has_authority_key = false;
    assert_int_equal(n, COUNT(bad));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drm_backup_head_write(&bad[i], authority.machine.key.seed, chain, &out),
                         DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_backup_head_write(&good, authority.machine.key.seed, drm_span(NULL, 0), &out),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

static void backup_head__wrong_signers_are_refused(void **state)
{
    struct test_signer forger = {.key = other.machine.key, .chain = authority.machine.chain};
    const struct test_signer *signers[] = {&authority.machine, &other.machine, &authority.issue, &forger};
    const drm_result results[] = {DRM_S_OK, DRM_E_INVALID_CERTIFICATE, DRM_E_INVALID_CERTIFICATE,
                                  DRM_E_SIGNATURE_FAILURE};
    struct drm_backup_head head = new_head();
    struct drm_certificate machine;
    struct drm_buffer encoded;
    (void)state;

    for (size_t i = 0; i < COUNT(signers); i++)
    {
        encoded = write_head(&head, signers[i]);
        assert_int_equal(read_head(drm_buffer_span(&encoded)), results[i]);
        drm_buffer_free(&encoded);
    }
    /* It must speak of the machine that signed it, of that one's key, and of the anchor by which it is judged. */
    head.machine_id[0] ^= 1;
    encoded = write_head(&head, &authority.machine);
    assert_int_equal(read_head(drm_buffer_span(&encoded)), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&encoded);
    head = new_head();
    head.encrypt_key[0] ^= 1;
    encoded = write_head(&head, &authority.machine);
    assert_int_equal(read_head(drm_buffer_span(&encoded)), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&encoded);
    head = new_head();
    encoded = write_head(&head, &authority.machine);
    assert_int_equal(drm_backup_head_read(drm_buffer_span(&encoded), other.root.key.public_key, &head, &machine),
                     DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&encoded);
}

static bool accept_head(void *context, struct drm_span data)
{
    const drm_result result = read_head(data);

    (void)context;
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_BACKUP_CORRUPT || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void backup_head__truncated_turned_or_mutated_is_refused(void **state)
{
    const struct drm_backup_head head = new_head();
    struct drm_buffer encoded = write_head(&head, &authority.machine);
    (void)state;

    test_every_truncation(drm_buffer_span(&encoded), accept_head, NULL);
    test_appended_byte(drm_buffer_span(&encoded), accept_head, NULL);
    test_every_bit(drm_buffer_span(&encoded), accept_head, NULL);
    test_mutations(drm_buffer_span(&encoded), 0x42434b50, 5000, accept_head, NULL);
    drm_buffer_free(&encoded);
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

static bool accept_end(void *context, struct drm_span data)
{
    struct drm_backup_end end;
    const drm_result result = drm_backup_end_read(data, authority.machine.key.public_key, &end);

    (void)context;
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_BACKUP_CORRUPT || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void backup_end__comes_back_and_is_no_head(void **state)
{
    const struct drm_backup_head head = new_head();
    struct drm_backup_end written = {.section = 2, .records = 77, .licenses = UINT64_C(1) << 40}, read;
    struct drm_buffer encoded = {0}, encoded_head = write_head(&head, &authority.machine);
    (void)state;

    test_bytes("backup id", written.backup_id, DRM_ID_SIZE);
    test_bytes("hash", written.hash, DRM_SHA256_SIZE);
    assert_int_equal(drm_backup_end_write(&written, authority.machine.key.seed, &encoded), DRM_S_OK);
    assert_int_equal(drm_backup_end_read(drm_buffer_span(&encoded), authority.machine.key.public_key, &read), DRM_S_OK);
    assert_memory_equal(read.backup_id, written.backup_id, DRM_ID_SIZE);
    assert_int_equal(read.section, written.section);
    assert_int_equal(read.records, written.records);
    assert_true(read.licenses == written.licenses);
    assert_memory_equal(read.hash, written.hash, DRM_SHA256_SIZE);
    assert_int_equal(drm_backup_end_read(drm_buffer_span(&encoded), other.machine.key.public_key, &read),
                     DRM_E_SIGNATURE_FAILURE);
    assert_false(accept_end(NULL, drm_buffer_span(&encoded_head)));
    assert_false(accept_head(NULL, drm_buffer_span(&encoded)));
    test_every_truncation(drm_buffer_span(&encoded), accept_end, NULL);
    test_appended_byte(drm_buffer_span(&encoded), accept_end, NULL);
    test_every_bit(drm_buffer_span(&encoded), accept_end, NULL);
    drm_buffer_free(&encoded_head);
    drm_buffer_free(&encoded);
}

/* --- keys and records --------------------------------------------------------------------------------------------- */

static void backup_key__opens_for_whom_it_is_sealed(void **state)
{
    struct drm_backup_head head = new_head();
    uint8_t opened[DRM_AEAD_KEY_SIZE];
    (void)state;

    assert_int_equal(drm_backup_key_open(&head, false, authority.machine.key.seed, opened), DRM_S_OK);
    assert_memory_equal(opened, key, sizeof(opened));
    assert_int_equal(drm_backup_key_open(&head, true, other.machine.key.seed, opened), DRM_S_OK);
    assert_memory_equal(opened, key, sizeof(opened));
    assert_int_equal(drm_backup_key_open(&head, true, authority.machine.key.seed, opened), DRM_E_DECRYPT_ERROR);
    /* One seal does not pass for the other. */
    head.authority_key = head.machine_key;
    assert_int_equal(drm_backup_key_open(&head, true, authority.machine.key.seed, opened), DRM_E_DECRYPT_ERROR);
    head = new_head();
    head.section++;
    assert_int_equal(drm_backup_key_open(&head, false, authority.machine.key.seed, opened), DRM_E_DECRYPT_ERROR);
    head = new_head();
    head.backup_id[3] ^= 1;
    assert_int_equal(drm_backup_key_open(&head, false, authority.machine.key.seed, opened), DRM_E_DECRYPT_ERROR);
}

static drm_result open_record(const struct drm_backup_head *head, uint32_t index, enum drm_backup_record type,
                              struct drm_span sealed)
{
    struct drm_buffer plain = {0};
    const drm_result result = drm_backup_record_open(key, head, index, type, sealed, &plain);

    if (DRM_SUCCEEDED(result))
    {
        assert_int_equal(plain.size, 7);
        assert_memory_equal(plain.data, "content", 7);
    }
    else
        assert_int_equal(plain.size, 0);
    drm_buffer_free(&plain);
    return result;
}

static void backup_record__stands_at_its_place_alone(void **state)
{
    const struct drm_backup_head head = new_head();
    struct drm_backup_head elsewhere = head;
    struct drm_buffer record = {0};
    struct drm_span sealed;
    (void)state;

    assert_int_equal(drm_backup_record_seal(key, &head, 5, DRM_BACKUP_RECORD_LICENSES, drm_span("content", 7), &record),
                     DRM_S_OK);
    assert_int_equal(record.data[0], DRM_BACKUP_RECORD_LICENSES);
    assert_int_equal(drm_get_u32(record.data + 1), record.size - DRM_BACKUP_RECORD_HEADER_SIZE);
    sealed = drm_span(record.data + DRM_BACKUP_RECORD_HEADER_SIZE, record.size - DRM_BACKUP_RECORD_HEADER_SIZE);
    assert_int_equal(open_record(&head, 5, DRM_BACKUP_RECORD_LICENSES, sealed), DRM_S_OK);
    assert_int_equal(open_record(&head, 4, DRM_BACKUP_RECORD_LICENSES, sealed), DRM_E_BACKUP_CORRUPT);
    assert_int_equal(open_record(&head, 5, DRM_BACKUP_RECORD_RESPONSE, sealed), DRM_E_BACKUP_CORRUPT);
    elsewhere.section = 0;
    assert_int_equal(open_record(&elsewhere, 5, DRM_BACKUP_RECORD_LICENSES, sealed), DRM_E_BACKUP_CORRUPT);
    elsewhere = head;
    elsewhere.backup_id[0] ^= 1;
    assert_int_equal(open_record(&elsewhere, 5, DRM_BACKUP_RECORD_LICENSES, sealed), DRM_E_BACKUP_CORRUPT);
    for (size_t size = 0; size < sealed.size; size++)
        assert_int_equal(open_record(&head, 5, DRM_BACKUP_RECORD_LICENSES, drm_span(sealed.data, size)),
                         DRM_E_BACKUP_CORRUPT);
    drm_buffer_free(&record);
}

struct counted
{
    size_t count;
    drm_result result;
};

static drm_result count_license(void *context, const struct drm_license_state *license_state, struct drm_span license)
{
    struct counted *counted = context;

    assert_int_equal(license_state->remaining[0], counted->count);
    assert_int_equal(license.size, 4 + counted->count % 3);
    counted->count++;
    return counted->result;
}

static drm_result ignore_license(void *context, const struct drm_license_state *license_state, struct drm_span license)
{
    (void)context;
    (void)license_state;
    (void)license;
    return DRM_S_OK;
}

static bool read_mutated(void *context, struct drm_span data)
{
    const drm_result result = drm_backup_licenses_read(data, ignore_license, NULL);

    (void)context;
    assert_true(result == DRM_S_OK || result == DRM_E_BACKUP_CORRUPT);
    return false; /* many a change is still a chunk: what seals it tells */
}

static void backup_chunk__licenses_come_back_until_it_is_full(void **state)
{
    struct drm_license_state license_state = {.count = 1};
    struct test_random random = {.state = 9};
    struct counted counted = {0};
    struct drm_buffer chunk = {0};
    bool full = false;
    size_t before;
    (void)state;

    for (uint32_t i = 0; i < 100; i++)
    {
        license_state.remaining[0] = i;
        assert_int_equal(drm_backup_licenses_add(&license_state, drm_span("license", 4 + i % 3), &chunk, &full),
                         DRM_S_OK);
        assert_false(full);
    }
    assert_int_equal(drm_backup_licenses_read(drm_buffer_span(&chunk), count_license, &counted), DRM_S_OK);
    assert_int_equal(counted.count, 100);
    counted = (struct counted){.result = DRM_E_DISK_FULL};
    assert_int_equal(drm_backup_licenses_read(drm_buffer_span(&chunk), count_license, &counted), DRM_E_DISK_FULL);
    assert_int_equal(counted.count, 1);
    for (int i = 0; i < 20000; i++)
    {
        struct drm_buffer mutated = {0};

        test_mutate(&random, drm_buffer_span(&chunk), &mutated);
        (void)read_mutated(NULL, drm_buffer_span(&mutated));
        drm_buffer_free(&mutated);
    }
    while (!full)
    {
        static const uint8_t license[4000];

        before = chunk.size;
        assert_int_equal(drm_backup_licenses_add(&license_state, drm_span(license, sizeof(license)), &chunk, &full),
                         DRM_S_OK);
    }
    assert_int_equal(chunk.size, before);
    assert_in_range(chunk.size, DRM_BACKUP_CHUNK_SIZE - 5000, DRM_BACKUP_CHUNK_SIZE);
    assert_int_equal(drm_backup_licenses_read(drm_span(NULL, 0), ignore_license, NULL), DRM_E_BACKUP_CORRUPT);
    drm_buffer_free(&chunk);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static bool accept_request(void *context, struct drm_span data)
{
    struct drm_restore_request request;
    struct drm_certificate machine;
    const drm_result result = drm_restore_request_read(data, authority.root.key.public_key, TEST_NOW, &request,
                                                       &machine);

    (void)context;
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_BAD_REQUEST || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static struct drm_restore_request new_request(void)
{
    struct drm_restore_request request = {.head = drm_span("head", 4), .records = drm_span("records", 7)};

    test_bytes("nonce", request.nonce, DRM_NONCE_SIZE);
    memcpy(request.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    return request;
}

static void restore_request__comes_back_or_is_refused(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    const uint8_t *seed = authority.machine.key.seed;
    struct drm_restore_request good = new_request(), bad[6], read;
    struct drm_buffer encoded = {0}, out = {0};
    struct drm_certificate machine;
    static uint8_t large[DRM_RESTORE_REQUEST_MAX_SIZE + 1];
    (void)state;

    assert_int_equal(drm_restore_request_write(&good, seed, chain, &encoded), DRM_S_OK);
    assert_int_equal(drm_restore_request_read(drm_buffer_span(&encoded), authority.root.key.public_key, TEST_NOW, &read,
                                              &machine), DRM_S_OK);
    assert_memory_equal(read.nonce, good.nonce, DRM_NONCE_SIZE);
    assert_memory_equal(read.machine_id, good.machine_id, DRM_ID_SIZE);
    assert_true(drm_span_equal(read.head, good.head));
    assert_true(drm_span_equal(read.records, good.records));
    test_every_truncation(drm_buffer_span(&encoded), accept_request, NULL);
    test_appended_byte(drm_buffer_span(&encoded), accept_request, NULL);
    test_every_bit(drm_buffer_span(&encoded), accept_request, NULL);
    test_mutations(drm_buffer_span(&encoded), 0x52535452, 3000, accept_request, NULL);
    assert_int_equal(drm_restore_request_read(drm_buffer_span(&encoded), authority.root.key.public_key,
                                              TEST_NOW + TEST_DAY, &read, &machine), DRM_E_INVALID_CERTIFICATE);
    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = good;
    memset(bad[0].nonce, 0, DRM_NONCE_SIZE);
    memset(bad[1].machine_id, 0, DRM_ID_SIZE);
    bad[2].head = drm_span(NULL, 0);
    bad[3].records = drm_span(NULL, 0);
    bad[4].records = drm_span(large, sizeof(large));
    bad[5].records = drm_span(large, sizeof(large) - 500); /* fits, but not with all around it */
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(drm_restore_request_write(&bad[i], seed, chain, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_restore_request_write(&good, seed, drm_span(NULL, 0), &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
    drm_buffer_free(&encoded);
}

static void restore_records__come_one_after_the_other(void **state)
{
    const struct drm_backup_piece pieces[] = {
        {.index = 7, .type = DRM_BACKUP_RECORD_RESPONSE, .sealed = drm_span("first", 5)},
        {.index = UINT32_MAX, .type = DRM_BACKUP_RECORD_LICENSES, .sealed = drm_span("second", 6)},
    };
    struct drm_buffer records = {0};
    struct drm_backup_piece read;
    struct drm_span rest;
    drm_result result;
    (void)state;

    for (size_t i = 0; i < COUNT(pieces); i++)
        assert_int_equal(drm_restore_records_add(&pieces[i], &records), DRM_S_OK);
    rest = drm_buffer_span(&records);
    for (size_t i = 0; i < COUNT(pieces); i++)
    {
        assert_true(drm_restore_records_next(&rest, &read, &result));
        assert_int_equal(read.index, pieces[i].index);
        assert_int_equal(read.type, pieces[i].type);
        assert_true(drm_span_equal(read.sealed, pieces[i].sealed));
    }
    assert_false(drm_restore_records_next(&rest, &read, &result));
    assert_int_equal(result, DRM_S_OK);
    /* Cut anywhere but between them; a record that may not stand there; a length past the end. */
    for (size_t size = 1; size < records.size; size++)
    {
        uint8_t *copy = exact_copy(records.data, size);

        rest = drm_span(copy, size);
        while (drm_restore_records_next(&rest, &read, &result))
            ;
        assert_int_equal(result, size == 9 + 5 ? DRM_S_OK : DRM_E_BAD_REQUEST);
        free(copy);
    }
    records.data[4] = DRM_BACKUP_RECORD_HEAD;
    rest = drm_buffer_span(&records);
    assert_false(drm_restore_records_next(&rest, &read, &result));
    assert_int_equal(result, DRM_E_BAD_REQUEST);
    records.data[4] = DRM_BACKUP_RECORD_LICENSES;
    records.data[5] = 0xff;
    rest = drm_buffer_span(&records);
    assert_false(drm_restore_records_next(&rest, &read, &result));
    assert_int_equal(result, DRM_E_BAD_REQUEST);
    drm_buffer_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backup_head__every_field_comes_back),
        cmocka_unit_test(backup_head__writer_refuses_what_cannot_be),
        cmocka_unit_test(backup_head__wrong_signers_are_refused),
        cmocka_unit_test(backup_head__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(backup_end__comes_back_and_is_no_head),
        cmocka_unit_test(backup_key__opens_for_whom_it_is_sealed),
        cmocka_unit_test(backup_record__stands_at_its_place_alone),
        cmocka_unit_test(backup_chunk__licenses_come_back_until_it_is_full),
        cmocka_unit_test(restore_request__comes_back_or_is_refused),
        cmocka_unit_test(restore_records__come_one_after_the_other),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
