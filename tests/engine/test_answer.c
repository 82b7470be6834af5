/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/format/answer.h"
#include "support/mutation.h"
#include "support/test_authority.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Tags of a head's body, of a part and of the policy (docs/protocol.md). */
enum
{
    KIND = 0x8001, NONCE, MACHINE_ID, TIME, VERSION, LIST_VERSIONS, UP_TO_DATE, MACHINE_CHAIN, ISSUERS, POLICY, PART,
};
enum
{
    PART_KIND = 0x8001, PART_LIST_TYPE, PART_SIZE, PART_HASH, PART_NAME,
};
enum
{
    PER_DAY = 0x8001, RENEWAL_URL, LICENSE_URL,
};

static struct test_authority authority, other;
static struct drm_buffer issuers;

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    test_chain(&issuers, 5, &authority.certify.encoded, &authority.revocation.encoded, &authority.answer.encoded,
               &authority.root.encoded, &authority.certify.encoded);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drm_buffer_free(&issuers);
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

/* A package with everything in it. */
static struct drm_answer new_package(void)
{
    struct drm_answer answer = {
        .kind = DRM_REQUEST_INDIVIDUALIZE,
        .time = TEST_NOW,
        .version = DRM_VERSION_CURRENT,
        .list_versions = {1, 2, 3, 4, 5, 6},
        .machine_chain = drm_buffer_span(&authority.machine.chain),
        .issuers = drm_buffer_span(&issuers),
        .policy = {.individualizations_per_day = 12, .renewal_url = "https://example.org/renew",
                   .license_url = "https://example.org/license"},
        .part_count = DRM_REVOCATION_TYPES + 1,
    };

    memset(answer.nonce, 0x42, DRM_NONCE_SIZE);
    memcpy(answer.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    for (unsigned int i = 0; i < DRM_REVOCATION_TYPES; i++)
    {
        answer.parts[i] = (struct drm_part){.kind = DRM_PART_REVOCATION_LIST, .list_type = i + 1, .size = 1000 + i};
        memset(answer.parts[i].hash, (int)i + 1, DRM_SHA256_SIZE);
    }
    answer.parts[6] = (struct drm_part){.kind = DRM_PART_COMPONENT, .size = DRM_COMPONENT_MAX_SIZE, .name = "a file"};
    return answer;
}

/* The smallest there is: an anonymous refresh finds everything current. */
static struct drm_answer new_short_answer(void)
{
    return (struct drm_answer){.kind = DRM_REQUEST_REVOCATION, .time = TEST_NOW, .up_to_date = true};
}

static struct drm_buffer write_head(const struct drm_answer *answer, const struct test_signer *signer)
{
    struct drm_buffer out = {0}, head = {0};

    assert_int_equal(drm_answer_head_write(answer, signer->key.seed, drm_buffer_span(&signer->chain), &out), DRM_S_OK);
    assert_int_equal(drm_get_u32(out.data), out.size - DRM_ANSWER_LENGTH_SIZE);
    assert_int_equal(drm_buffer_append(&head, out.data + DRM_ANSWER_LENGTH_SIZE, out.size - DRM_ANSWER_LENGTH_SIZE),
                     DRM_S_OK);
    drm_buffer_free(&out);
    return head;
}

static drm_result read_span(struct drm_span head)
{
    struct drm_answer *answer = malloc(sizeof(*answer));
    drm_result result;

    assert_non_null(answer);
    result = drm_answer_head_read(head, authority.root.key.public_key, answer);
    free(answer);
    return result;
}

static drm_result read_written(const struct drm_answer *answer, const struct test_signer *signer)
{
    struct drm_buffer head = write_head(answer, signer);
    const drm_result result = read_span(drm_buffer_span(&head));

    drm_buffer_free(&head);
    return result;
}

static void assert_same(const struct drm_answer *a, const struct drm_answer *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->nonce, b->nonce, DRM_NONCE_SIZE);
    assert_memory_equal(a->machine_id, b->machine_id, DRM_ID_SIZE);
    assert_true(a->time == b->time);
    assert_int_equal(drm_version_compare(a->version, b->version), 0);
    assert_memory_equal(a->list_versions, b->list_versions, sizeof(a->list_versions));
    assert_int_equal(a->up_to_date, b->up_to_date);
    assert_true(drm_span_equal(a->machine_chain, b->machine_chain));
    assert_true(drm_span_equal(a->issuers, b->issuers));
    assert_int_equal(a->policy.individualizations_per_day, b->policy.individualizations_per_day);
    assert_string_equal(a->policy.renewal_url, b->policy.renewal_url);
    assert_string_equal(a->policy.license_url, b->policy.license_url);
    assert_int_equal(a->part_count, b->part_count);
    for (size_t i = 0; i < a->part_count; i++)
    {
        assert_int_equal(a->parts[i].kind, b->parts[i].kind);
        assert_int_equal(a->parts[i].list_type, b->parts[i].list_type);
        assert_true(a->parts[i].size == b->parts[i].size);
        assert_memory_equal(a->parts[i].hash, b->parts[i].hash, DRM_SHA256_SIZE);
        assert_string_equal(a->parts[i].name, b->parts[i].name);
    }
}

static void answer__every_field_comes_back(void **state)
{
    struct drm_answer written[3] = {new_package(), new_short_answer(), new_package()}, read;
    (void)state;

    written[2].up_to_date = true;
    written[2].machine_chain = written[2].issuers = drm_span(NULL, 0);
    written[2].part_count = 0;
    memset(written[2].policy.renewal_url, 'u', DRM_ANSWER_URL_SIZE - 1);
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer head = write_head(&written[i], &authority.answer);

        memset(&read, 0xee, sizeof(read));
        assert_int_equal(drm_answer_head_read(drm_buffer_span(&head), authority.root.key.public_key, &read), DRM_S_OK);
        assert_same(&read, &written[i]);
        drm_buffer_free(&head);
    }
}

static void answer__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.answer.chain);
    const struct drm_answer good = new_package();
    struct drm_answer *bad = malloc(22 * sizeof(*bad));
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    assert_non_null(bad);
    for (size_t i = 0; i < 22; i++)
        bad[i] = good;
    bad[n++].kind = (enum drm_request_kind)3;
    bad[n++].time = 0;
    bad[n++].time = -1;
    bad[n++].time = DRM_TIME_MAX + 1;
    bad[n++].version.minor = DRM_VERSION_NUMBER_MAX + 1;
    bad[n++].list_versions[0] = DRM_REVOCATION_MAX_VERSION + 1;
    bad[n++].up_to_date = true;                          /* with parts and a chain */
    bad[n++].machine_chain = drm_span(NULL, 0);          /* a new identity without its certificate */
    bad[n++].kind = DRM_REQUEST_REVOCATION;              /* with a chain */
    memset(bad[n++].machine_id, 0, DRM_ID_SIZE);
    bad[n++].part_count = DRM_ANSWER_MAX_PARTS + 1;
    bad[n++].parts[0].kind = (enum drm_part_kind)0;
    bad[n++].parts[0].list_type = 7;
    bad[n++].parts[0].list_type = 0;
    bad[n++].parts[0].list_type = 2;                     /* twice */
    bad[n++].parts[0].size = 0;
    bad[n++].parts[0].size = DRM_REVOCATION_MAX_SIZE + 1;
    bad[n++].parts[0].name[0] = 'x';
    bad[n++].parts[6].size = DRM_COMPONENT_MAX_SIZE + 1;
    bad[n++].parts[6].list_type = 1;
    memset(bad[n++].parts[6].name, 'n', DRM_CERTIFICATE_NAME_SIZE + 1);
    memcpy(bad[n++].policy.license_url, "\xff", 2);
    assert_int_equal(n, 22);
    for (size_t i = 0; i < n; i++)
    {
        assert_int_equal(drm_answer_head_write(&bad[i], authority.answer.key.seed, chain, &out),
                         DRM_E_INVALID_ARGUMENT);
    }
    assert_int_equal(drm_answer_head_write(&good, authority.answer.key.seed, drm_span(NULL, 0), &out),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
    free(bad);
}

/* --- bodies edited and signed again -------------------------------------------------------------------------- */

/* What is said of this body, signed as it should be. */
static drm_result read_body(struct drm_span body)
{
    struct drm_buffer head = {0};
    drm_result result;

    assert_int_equal(drm_signed_object_write(DRM_OBJECT_ANSWER, body, authority.answer.key.seed,
                                             drm_buffer_span(&authority.answer.chain), &head), DRM_S_OK);
    result = read_span(drm_buffer_span(&head));
    drm_buffer_free(&head);
    return result;
}

static struct drm_span body_of(const struct drm_buffer *head)
{
    struct drm_signed_object object;

    assert_int_equal(drm_signed_object_read(drm_buffer_span(head), DRM_OBJECT_ANSWER, &object), DRM_S_OK);
    return object.body;
}

static drm_result read_edited(const struct drm_answer *answer, enum test_edit edit, uint16_t tag, const void *data,
                              size_t size)
{
    struct drm_buffer head = write_head(answer, &authority.answer), body = {0};
    drm_result result;

    test_edit(body_of(&head), edit, tag, drm_span(data, size), &body);
    result = read_body(drm_buffer_span(&body));
    drm_buffer_free(&body);
    drm_buffer_free(&head);
    return result;
}

static void answer__values_out_of_range_are_refused(void **state)
{
    static const uint8_t kind[4] = {0, 0, 0, 3}, zero[48], high[8] = {0, 1}, versions[48] = {0x80}, two[1] = {2},
                         last[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdb, 0xff},
                         later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    const struct drm_answer package = new_package(), refresh = new_short_answer();
    (void)state;

    assert_int_equal(read_edited(&package, TEST_REPLACE, KIND, kind, 4), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, MACHINE_ID, zero, 16), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, TIME, zero, 8), DRM_E_BAD_NET_RESPONSE);
    /* The last moment that can be named is an expired one here; behind it is no answer at all. */
    assert_true(drm_get_u64(last) == (uint64_t)DRM_TIME_MAX && drm_get_u64(later) == (uint64_t)DRM_TIME_MAX + 1);
    assert_int_equal(read_edited(&package, TEST_REPLACE, TIME, last, 8), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, TIME, later, 8), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, VERSION, high, 8), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, LIST_VERSIONS, versions, 48), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, UP_TO_DATE, two, 1), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REPLACE, UP_TO_DATE, "\1", 1), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REMOVE, MACHINE_CHAIN, NULL, 0), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&refresh, TEST_INSERT, MACHINE_CHAIN, "chain", 5), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_edited(&package, TEST_REMOVE, ISSUERS, NULL, 0), DRM_S_OK);
    assert_int_equal(read_edited(&package, TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
    assert_int_equal(read_edited(&package, TEST_INSERT, 0x8063, "later", 5), DRM_E_BAD_NET_RESPONSE);
    for (uint16_t tag = KIND; tag <= POLICY; tag++)
    {
        if (tag != MACHINE_CHAIN && tag != ISSUERS)
            assert_int_equal(read_edited(&package, TEST_REMOVE, tag, NULL, 0), DRM_E_BAD_NET_RESPONSE);
        assert_int_equal(read_edited(&package, TEST_REPEAT, tag, NULL, 0), DRM_E_BAD_NET_RESPONSE);
        assert_int_equal(read_edited(&package, TEST_RETAG, tag, NULL, 0), DRM_E_BAD_NET_RESPONSE);
        if (tag != MACHINE_CHAIN && tag != ISSUERS)
            assert_int_equal(read_edited(&package, TEST_REPLACE, tag, "odd", 3), DRM_E_BAD_NET_RESPONSE);
    }
}

/* A part of these values, appended to out as a field's value. */
static struct drm_buffer part(uint32_t kind, uint32_t type, uint64_t size, struct drm_span name)
{
    struct drm_answer answer = new_package();
    struct drm_buffer head, out = {0}, next = {0};
    struct drm_span rest;
    uint8_t number[8];

    answer.part_count = 1;
    head = write_head(&answer, &authority.answer);
    rest = body_of(&head);
    while (drm_get_u16(rest.data) != PART)
    {
        const size_t step = 6 + drm_get_u32(rest.data + 2);

        rest = drm_span(rest.data + step, rest.size - step);
    }
    drm_put_u32(number, kind);
    test_edit(drm_span(rest.data + 6, rest.size - 6), TEST_REPLACE, PART_KIND, drm_span(number, 4), &out);
    drm_put_u32(number, type);
    test_edit(drm_buffer_span(&out), TEST_REPLACE, PART_LIST_TYPE, drm_span(number, 4), &next);
    drm_put_u64(number, size);
    drm_buffer_truncate(&out, 0);
    test_edit(drm_buffer_span(&next), TEST_REPLACE, PART_SIZE, drm_span(number, 8), &out);
    drm_buffer_truncate(&next, 0);
    test_edit(drm_buffer_span(&out), TEST_REPLACE, PART_NAME, name, &next);
    drm_buffer_free(&out);
    drm_buffer_free(&head);
    return next;
}

/* What is said of a package whose only part this is, repeated. */
static drm_result read_part_times(const struct drm_buffer *value, unsigned int count)
{
    struct drm_answer answer = new_package();
    struct drm_buffer head, body = {0};
    uint8_t header[6];
    drm_result result;

    answer.part_count = 0;
    head = write_head(&answer, &authority.answer);
    assert_int_equal(drm_buffer_append(&body, body_of(&head).data, body_of(&head).size), DRM_S_OK);
    drm_put_u16(header, PART);
    drm_put_u32(header + 2, (uint32_t)value->size);
    for (unsigned int i = 0; i < count; i++)
    {
        assert_int_equal(drm_buffer_append(&body, header, 6), DRM_S_OK);
        assert_int_equal(drm_buffer_append(&body, value->data, value->size), DRM_S_OK);
    }
    result = read_body(drm_buffer_span(&body));
    drm_buffer_free(&body);
    drm_buffer_free(&head);
    return result;
}

static drm_result read_part(uint32_t kind, uint32_t type, uint64_t size, const char *name, size_t name_size)
{
    struct drm_buffer value = part(kind, type, size, drm_span(name, name_size));
    const drm_result result = read_part_times(&value, 1);

    drm_buffer_free(&value);
    return result;
}

static void answer__parts_that_cannot_be_are_refused(void **state)
{
    const drm_result bad = DRM_E_BAD_NET_RESPONSE;
    struct drm_answer refresh = new_short_answer();
    struct drm_buffer list = part(DRM_PART_REVOCATION_LIST, 1, 5, drm_span("", 0));
    struct drm_buffer component = part(DRM_PART_COMPONENT, 0, 5, drm_span("", 0)), empty = {0};
    uint8_t long_name[DRM_CERTIFICATE_NAME_SIZE + 1];
    (void)state;

    memset(long_name, 'n', sizeof(long_name));
    assert_int_equal(read_part(1, 1, 1, "", 0), DRM_S_OK);
    assert_int_equal(read_part(1, 6, DRM_REVOCATION_MAX_SIZE, "", 0), DRM_S_OK);
    assert_int_equal(read_part(2, 0, DRM_COMPONENT_MAX_SIZE, "name", 4), DRM_S_OK);
    assert_int_equal(read_part(2, 0, 1, (const char *)long_name, DRM_CERTIFICATE_NAME_SIZE), DRM_S_OK);
    assert_int_equal(read_part(0, 1, 1, "", 0), bad);
    assert_int_equal(read_part(3, 0, 1, "", 0), bad);
    assert_int_equal(read_part(1, 0, 1, "", 0), bad);
    assert_int_equal(read_part(1, 7, 1, "", 0), bad);
    assert_int_equal(read_part(1, 1, 0, "", 0), bad);
    assert_int_equal(read_part(1, 1, DRM_REVOCATION_MAX_SIZE + 1, "", 0), bad);
    assert_int_equal(read_part(1, 1, UINT64_MAX, "", 0), bad);
    assert_int_equal(read_part(1, 1, 1, "x", 1), bad);
    assert_int_equal(read_part(2, 1, 1, "", 0), bad);
    assert_int_equal(read_part(2, 0, 0, "", 0), bad);
    assert_int_equal(read_part(2, 0, DRM_COMPONENT_MAX_SIZE + 1, "", 0), bad);
    assert_int_equal(read_part(2, 0, 1, (const char *)long_name, sizeof(long_name)), bad);
    assert_int_equal(read_part(2, 0, 1, "a\nb", 3), bad);
    assert_int_equal(read_part_times(&list, 1), DRM_S_OK);
    assert_int_equal(read_part_times(&list, 2), bad);
    assert_int_equal(read_part_times(&list, DRM_ANSWER_MAX_PARTS + 1), bad);
    assert_int_equal(read_part_times(&component, 1), DRM_S_OK);
    assert_int_equal(read_part_times(&component, 2), bad);
    assert_int_equal(read_part_times(&empty, 1), bad);
    /* A refresh brings lists, no component. */
    refresh.up_to_date = false;
    assert_int_equal(read_edited(&refresh, TEST_INSERT, PART, list.data, list.size), DRM_S_OK);
    assert_int_equal(read_edited(&refresh, TEST_INSERT, PART, component.data, component.size), bad);
    refresh.up_to_date = true;
    assert_int_equal(read_edited(&refresh, TEST_INSERT, PART, list.data, list.size), bad);
    drm_buffer_free(&component);
    drm_buffer_free(&list);
}

static void answer__policies_that_cannot_be_are_refused(void **state)
{
    const struct drm_answer refresh = new_short_answer();
    static const uint8_t per_day[10] = {0x80, 1, 0, 0, 0, 4}, empty_urls[12] = {0x80, 2, 0, 0, 0, 0, 0x80, 3};
    uint8_t url[DRM_ANSWER_URL_SIZE];
    (void)state;

    memset(url, 'u', sizeof(url));
    for (int i = 0; i < 3; i++)
    {
        /* A policy with a URL of the longest length, one more, or with a control character. */
        struct drm_buffer once = {0}, policy = {0};
        const size_t size = i == 1 ? sizeof(url) : sizeof(url) - 1;

        assert_int_equal(drm_buffer_append(&once, per_day, sizeof(per_day)), DRM_S_OK);
        assert_int_equal(drm_buffer_append(&once, empty_urls, sizeof(empty_urls)), DRM_S_OK);
        url[7] = i == 2 ? '\n' : 'u';
        test_edit(drm_buffer_span(&once), TEST_REPLACE, LICENSE_URL, drm_span(url, size), &policy);
        assert_int_equal(read_edited(&refresh, TEST_REPLACE, POLICY, policy.data, policy.size),
                         i ? DRM_E_BAD_NET_RESPONSE : DRM_S_OK);
        for (uint16_t tag = PER_DAY; !i && tag <= LICENSE_URL; tag++)
        {
            struct drm_buffer without = {0};

            test_edit(drm_buffer_span(&policy), TEST_REMOVE, tag, drm_span(NULL, 0), &without);
            assert_int_equal(read_edited(&refresh, TEST_REPLACE, POLICY, without.data, without.size),
                             DRM_E_BAD_NET_RESPONSE);
            drm_buffer_free(&without);
        }
        drm_buffer_free(&policy);
        drm_buffer_free(&once);
    }
}

/* --- signers -------------------------------------------------------------------------------------------------- */

static void answer__wrong_signers_are_refused(void **state)
{
    const struct drm_answer answer = new_package();
    struct test_signer forger = {.key = other.answer.key, .chain = authority.answer.chain};
    struct drm_buffer head = write_head(&answer, &authority.answer), edited = {0};
    (void)state;

    assert_int_equal(read_written(&answer, &authority.answer), DRM_S_OK);
    assert_int_equal(read_written(&answer, &other.answer), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&answer, &authority.revocation), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&answer, &authority.root), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&answer, &authority.machine), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&answer, &forger), DRM_E_SIGNATURE_FAILURE);
    test_edit(drm_buffer_span(&head), TEST_REMOVE, 0x8004, drm_span(NULL, 0), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_BAD_NET_RESPONSE);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&head), TEST_REPLACE, 0x8004, drm_span("junk", 4), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&head), TEST_INSERT, 0x0063, drm_span("unsigned", 8), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_BAD_NET_RESPONSE);
    drm_buffer_free(&edited);
    drm_buffer_free(&head);
}

static void answer__signer_must_be_valid_at_its_time(void **state)
{
    struct drm_answer answer = new_short_answer();
    (void)state;

    answer.time = TEST_NOW - TEST_DAY;
    assert_int_equal(read_written(&answer, &authority.answer), DRM_S_OK);
    answer.time = TEST_NOW - TEST_DAY - 1;
    assert_int_equal(read_written(&answer, &authority.answer), DRM_E_INVALID_CERTIFICATE);
    answer.time = TEST_NOW + TEST_DAY - 1;
    assert_int_equal(read_written(&answer, &authority.answer), DRM_S_OK);
    answer.time = TEST_NOW + TEST_DAY;
    assert_int_equal(read_written(&answer, &authority.answer), DRM_E_INVALID_CERTIFICATE);
}

static void answer__another_type_of_object_is_refused(void **state)
{
    const struct drm_answer answer = new_short_answer();
    struct drm_buffer head = write_head(&answer, &authority.answer), list = {0}, relabelled = {0};
    static const char html[] = "<html><body>200 OK</body></html>";
    uint8_t type[4];
    (void)state;

    assert_int_equal(read_span(drm_span(html, sizeof(html) - 1)), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(read_span(drm_buffer_span(&authority.answer.encoded)), DRM_E_BAD_NET_RESPONSE);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_REVOCATION_LIST, body_of(&head), authority.answer.key.seed,
                                             drm_buffer_span(&authority.answer.chain), &list), DRM_S_OK);
    assert_int_equal(read_span(drm_buffer_span(&list)), DRM_E_BAD_NET_RESPONSE);
    drm_put_u32(type, DRM_OBJECT_ANSWER);
    test_edit(drm_buffer_span(&list), TEST_REPLACE, 0x8001, drm_span(type, 4), &relabelled);
    assert_int_equal(read_span(drm_buffer_span(&relabelled)), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&relabelled);
    drm_buffer_free(&list);
    drm_buffer_free(&head);
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static bool accept(void *context, struct drm_span data)
{
    const drm_result result = read_span(data);

    (void)context;
    if (DRM_FAILED(result))
    {
        assert_true(result == DRM_E_BAD_NET_RESPONSE || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    }
    return DRM_SUCCEEDED(result);
}

static void answer__truncated_turned_or_mutated_is_refused(void **state)
{
    const struct drm_answer answers[] = {new_package(), new_short_answer()};
    (void)state;

    for (size_t i = 0; i < COUNT(answers); i++)
    {
        struct drm_buffer head = write_head(&answers[i], &authority.answer);

        test_every_truncation(drm_buffer_span(&head), accept, NULL);
        test_appended_byte(drm_buffer_span(&head), accept, NULL);
        test_mutations(drm_buffer_span(&head), 0x616e7377, 3000, accept, NULL);
        if (i) /* the short one: what the long one has more is all signed body */
            test_every_bit(drm_buffer_span(&head), accept, NULL);
        drm_buffer_free(&head);
    }
}

/* Bodies changed at random and signed again: what is accepted encodes to the very same bytes. */
static void answer__what_is_accepted_has_one_encoding(void **state)
{
    const struct drm_answer package = new_package();
    struct drm_buffer original = write_head(&package, &authority.answer);
    struct test_random random = {.state = 5};
    unsigned int accepted = 0;
    (void)state;

    for (int i = 0; i < 1500; i++)
    {
        struct drm_buffer mutated = {0}, head = {0}, again = {0};
        struct drm_answer *answer = malloc(sizeof(*answer));

        assert_non_null(answer);
        test_mutate(&random, body_of(&original), &mutated);
        if (mutated.size)
        {
            assert_int_equal(drm_signed_object_write(DRM_OBJECT_ANSWER, drm_buffer_span(&mutated),
                                                     authority.answer.key.seed,
                                                     drm_buffer_span(&authority.answer.chain), &head), DRM_S_OK);
            if (DRM_SUCCEEDED(drm_answer_head_read(drm_buffer_span(&head), authority.root.key.public_key, answer)))
            {
                accepted++;
                again = write_head(answer, &authority.answer);
                assert_true(drm_span_equal(drm_buffer_span(&again), drm_buffer_span(&head)));
            }
        }
        drm_buffer_free(&again);
        drm_buffer_free(&head);
        drm_buffer_free(&mutated);
        free(answer);
    }
    assert_true(accepted > 50);
    drm_buffer_free(&original);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer__every_field_comes_back),
        cmocka_unit_test(answer__writer_refuses_what_cannot_be),
        cmocka_unit_test(answer__values_out_of_range_are_refused),
        cmocka_unit_test(answer__parts_that_cannot_be_are_refused),
        cmocka_unit_test(answer__policies_that_cannot_be_are_refused),
        cmocka_unit_test(answer__wrong_signers_are_refused),
        cmocka_unit_test(answer__signer_must_be_valid_at_its_time),
        cmocka_unit_test(answer__another_type_of_object_is_refused),
        cmocka_unit_test(answer__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(answer__what_is_accepted_has_one_encoding),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
