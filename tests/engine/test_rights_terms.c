/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terms of a licence: bytes, round trips, one spelling, and what cannot be.
 */
#include "engine/rights_fixture.h"
#include "engine/rights_tests.h"

#define PLAY "800f00000002" "0000"

static struct drm_terms terms_of(const char *text)
{
    static struct rights_fixture fixture;

    rights_fixture_read(&fixture, text);
    return fixture.licenses[0].terms;
}

/* Everything a licence can say, each value unlike the others. */
static struct drm_terms full_terms(void)
{
    struct drm_terms terms = terms_of("Play Play*5 Copy*5[10,20)+24h Backup[,40) in=7 in=8 out=9");

    terms.priority = INT32_MAX;
    terms.not_before = 1;
    terms.not_after = DRM_TERMS_TIME_MAX;
    terms.rollback = DRM_ROLLBACK_DELETE;
    terms.min_security = (struct drm_version){2, 11};
    terms.min_app_level = 1000;
    terms.min_revinfo = UINT64_MAX;
    terms.sap_required = true;
    terms.sap_level = 150;
    terms.has_uplink = true;
    memset(terms.uplink, 0x11, sizeof(terms.uplink));
    terms.metered = true;
    terms.has_outputs = true;
    terms.outputs = (struct drm_output_levels){100, 200, 300, 400, 500, 65535};
    return terms;
}

static void assert_terms_equal(const struct drm_terms *a, const struct drm_terms *b)
{
    size_t i;

    assert_int_equal(a->priority, b->priority);
    assert_int_equal(a->not_before, b->not_before);
    assert_int_equal(a->not_after, b->not_after);
    assert_int_equal(a->rollback, b->rollback);
    assert_int_equal(drm_version_compare(a->min_security, b->min_security), 0);
    assert_int_equal(a->min_app_level, b->min_app_level);
    assert_true(a->min_revinfo == b->min_revinfo);
    assert_int_equal(a->sap_required, b->sap_required);
    assert_int_equal(a->sap_level, b->sap_level);
    assert_int_equal(a->has_uplink, b->has_uplink);
    assert_memory_equal(a->uplink, b->uplink, sizeof(a->uplink));
    assert_int_equal(a->metered, b->metered);
    assert_int_equal(a->has_outputs, b->has_outputs);
    assert_memory_equal(&a->outputs, &b->outputs, sizeof(a->outputs));
    assert_int_equal(a->copy_included_count, b->copy_included_count);
    if (a->copy_included_count > 0)
        assert_memory_equal(a->copy_included, b->copy_included, a->copy_included_count * 16);
    assert_int_equal(a->copy_excluded_count, b->copy_excluded_count);
    if (a->copy_excluded_count > 0)
        assert_memory_equal(a->copy_excluded, b->copy_excluded, a->copy_excluded_count * 16);
    assert_int_equal(a->grant_count, b->grant_count);
    for (i = 0; i < a->grant_count; i++)
    {
        assert_int_equal(a->grants[i].right, b->grants[i].right);
        assert_int_equal(a->grants[i].count, b->grants[i].count);
        assert_int_equal(a->grants[i].from, b->grants[i].from);
        assert_int_equal(a->grants[i].until, b->grants[i].until);
        assert_int_equal(a->grants[i].hours, b->grants[i].hours);
    }
}

static void terms_write__has_the_documented_bytes(void **state)
{
    static const struct
    {
        const char *terms;
        const char *bytes;
    } cases[] = {
        {"Play", PLAY},
        {"Play*5", "800f00000006" "0001" "00000005"},
        {"Copy[1,2)+24h", "800f00000016" "010e" "000000000036ee80" "00000000006ddd00" "00000018"},
        {"Play Backup", PLAY "800f00000002" "0700"},
        {"Play disable metered <,2)",
         "800300000008" "00000000006ddd00" "800400000001" "01" "800b00000000" PLAY},
        {"Play sec=2.11 app=150 sap", "800500000008" "000000020000000b" "800600000004" "00000096" "800800000000" PLAY},
        {"Copy opl=300", "800c0000000c" "0000000000000000" "0000012c" "800f00000002" "0100"},
    };
    struct drm_buffer bytes = {0};
    struct drm_terms terms, read;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
    {
        terms = terms_of(cases[i].terms);
        assert_int_equal(drm_terms_write(&terms, &bytes), DRM_S_OK);
        assert_hex(bytes.data, bytes.size, cases[i].bytes);
        assert_int_equal(drm_terms_read(drm_buffer_span(&bytes), &read), DRM_S_OK);
        assert_terms_equal(&terms, &read);
        drm_buffer_free(&bytes);
    }
}

static void terms_write__everything_round_trips(void **state)
{
    struct drm_terms terms = full_terms(), read;
    struct drm_buffer bytes = {0}, again = {0};

    (void)state;
    assert_int_equal(drm_buffer_append(&bytes, "before", 6), DRM_S_OK);
    assert_int_equal(drm_terms_write(&terms, &bytes), DRM_S_OK);
    assert_memory_equal(bytes.data, "before", 6);
    assert_int_equal(drm_terms_read(drm_span(bytes.data + 6, bytes.size - 6), &read), DRM_S_OK);
    assert_terms_equal(&terms, &read);
    assert_int_equal(drm_terms_write(&read, &again), DRM_S_OK);
    assert_true(drm_span_equal(drm_span(bytes.data + 6, bytes.size - 6), drm_buffer_span(&again)));
    assert_int_equal(drm_terms_rights(&read),
                     DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_COPY) | DRM_RIGHT_BIT(DRM_RIGHT_BACKUP));
    drm_buffer_free(&bytes);
    drm_buffer_free(&again);
}

static void terms_write__greatest_terms_fit(void **state)
{
    struct drm_terms terms = full_terms(), read;
    struct drm_buffer bytes = {0};
    size_t i;

    (void)state;
    terms.copy_included_count = terms.copy_excluded_count = DRM_TERMS_MAX_TECHNOLOGIES;
    terms.grant_count = DRM_TERMS_MAX_GRANTS;
    for (i = 0; i < DRM_TERMS_MAX_GRANTS; i++)
        terms.grants[i] = (struct drm_grant){(enum drm_right)(i / 2), 5, 1, 2, 3};
    assert_int_equal(drm_terms_write(&terms, &bytes), DRM_S_OK);
    assert_true(bytes.size <= DRM_TERMS_MAX_SIZE);
    assert_int_equal(drm_terms_read(drm_buffer_span(&bytes), &read), DRM_S_OK);
    assert_terms_equal(&terms, &read);
    assert_int_equal(drm_terms_rights(&read), DRM_RIGHT_BIT(DRM_RIGHTS) - 1);
    drm_buffer_free(&bytes);
}

/* Each changes terms that make sense into some that do not. */
static void no_grant(struct drm_terms *terms)
{
    terms->grant_count = 0;
}

static void too_many_grants(struct drm_terms *terms)
{
    terms->grant_count = DRM_TERMS_MAX_GRANTS + 1;
}

static void right_three_times(struct drm_terms *terms)
{
    terms->grants[2].right = DRM_RIGHT_PLAY;
}

static void unknown_right(struct drm_terms *terms)
{
    terms->grants[3].right = (enum drm_right)DRM_RIGHTS;
}

static void rights_out_of_order(struct drm_terms *terms)
{
    terms->grants[0].right = DRM_RIGHT_COPY;
}

static void count_of_nothing(struct drm_terms *terms)
{
    terms->grants[1].count = 0;
}

static void grant_that_ends_as_it_begins(struct drm_terms *terms)
{
    terms->grants[2].until = terms->grants[2].from;
}

static void grant_after_the_end_of_times(struct drm_terms *terms)
{
    terms->grants[2].until = DRM_TERMS_TIME_MAX + 1;
}

static void grant_before_the_beginning_of_times(struct drm_terms *terms)
{
    terms->grants[2].from = -1;
}

static void end_before_the_beginning(struct drm_terms *terms)
{
    terms->not_before = 50 * HOUR;
    terms->not_after = 49 * HOUR;
}

static void priority_of_more_than_an_integer(struct drm_terms *terms)
{
    terms->priority = UINT32_C(0x80000000);
}

static void unknown_rollback(struct drm_terms *terms)
{
    terms->rollback = (enum drm_rollback)3;
}

static void version_without_a_text(struct drm_terms *terms)
{
    terms->min_security.minor = DRM_VERSION_NUMBER_MAX + 1;
}

static void too_many_included(struct drm_terms *terms)
{
    terms->copy_included_count = DRM_TERMS_MAX_TECHNOLOGIES + 1;
}

static void too_many_excluded(struct drm_terms *terms)
{
    terms->copy_excluded_count = DRM_TERMS_MAX_TECHNOLOGIES + 1;
}

static void terms_write__refuses_what_cannot_be(void **state)
{
    static void (*const spoils[])(struct drm_terms *) = {
        no_grant, too_many_grants, right_three_times, unknown_right, rights_out_of_order, count_of_nothing,
        grant_that_ends_as_it_begins, grant_after_the_end_of_times, grant_before_the_beginning_of_times,
        end_before_the_beginning, priority_of_more_than_an_integer, unknown_rollback, version_without_a_text,
        too_many_included, too_many_excluded,
    };
    struct drm_buffer bytes = {0};
    size_t i;

    (void)state;
    assert_int_equal(drm_buffer_append(&bytes, "kept", 4), DRM_S_OK);
    for (i = 0; i < COUNT(spoils); i++)
    {
        struct drm_terms terms = full_terms();

        spoils[i](&terms);
        if (drm_terms_write(&terms, &bytes) != DRM_E_INVALID_ARGUMENT)
            fail_msg("case %u is written", (unsigned int)i);
        assert_int_equal(bytes.size, 4);
    }
    drm_buffer_free(&bytes);
}

static void terms_read__refuses_what_cannot_be(void **state)
{
    static const struct
    {
        const char *what;
        const char *bytes;
    } cases[] = {
        {"nothing", ""},
        {"no grant", "800100000004" "00000001"},
        {"an unknown critical field", PLAY "901000000000"},
        {"a grant that is not critical", "000f00000002" "0000"},
        {"fields out of order", PLAY "800100000004" "00000001"},
        {"a priority of 0, which is none", "800100000004" "00000000" PLAY},
        {"a priority above 2^31 - 1", "800100000004" "80000000" PLAY},
        {"a beginning of 0", "800200000008" "0000000000000000" PLAY},
        {"an end after the year 9999", "800300000008" "0000e677d21fdc00" PLAY},
        {"an end as it begins", "800200000008" "0000000000000001" "800300000008" "0000000000000001" PLAY},
        {"a rollback of 0", "800400000001" "00" PLAY},
        {"a rollback of 3", "800400000001" "03" PLAY},
        {"a version 0.0", "800500000008" "0000000000000000" PLAY},
        {"a version without a text", "800500000008" "0000000200010000" PLAY},
        {"an application level of 0", "800600000004" "00000000" PLAY},
        {"a list version of 0", "800700000008" "0000000000000000" PLAY},
        {"a path with a value", "800800000001" "01" PLAY},
        {"a path level of 0", "800900000004" "00000000" PLAY},
        {"a short key id", "800a0000000f" "111111111111111111111111111111" PLAY},
        {"metering with a value", "800b00000001" "01" PLAY},
        {"short levels", "800c0000000b" "0000000000000000000000" PLAY},
        {"no technology", "800d00000000" PLAY},
        {"half a technology", "800d00000018" "111111111111111111111111111111111111111111111111" PLAY},
        {"a grant without limits", "800f00000001" "00"},
        {"an unknown right", "800f00000002" "0900"},
        {"an unknown limit", "800f00000002" "0010"},
        {"a count of 0", "800f00000006" "000100000000"},
        {"a count without end, written out", "800f00000006" "0001ffffffff"},
        {"a cut count", "800f00000005" "0001000000"},
        {"a grant's beginning of 0", "800f0000000a" "0002" "0000000000000000"},
        {"a cut beginning", "800f00000009" "0002" "00000000000000"},
        {"an end of 0", "800f0000000a" "0004" "0000000000000000"},
        {"an end before its beginning", "800f00000012" "0006" "0000000000000002" "0000000000000001"},
        {"a grant after the year 9999", "800f0000000a" "0004" "ffffffffffffffff"},
        {"no hours", "800f00000006" "000800000000"},
        {"cut hours", "800f00000005" "0008000000"},
        {"more than its limits", "800f00000006" "000000000001"},
        {"rights out of order", "800f00000002" "0100" PLAY},
        {"a right three times", PLAY PLAY PLAY},
    };
    struct drm_terms terms;
    int failures = 0;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
    {
        struct drm_buffer bytes = {0};
        uint8_t *copy;

        append_hex(&bytes, cases[i].bytes);
        copy = exact_copy(bytes.data, bytes.size);
        if (drm_terms_read(drm_span(copy, bytes.size), &terms) != DRM_E_INVALID_LICENSE)
        {
            print_error("%s is read\n", cases[i].what);
            failures++;
        }
        free(copy);
        drm_buffer_free(&bytes);
    }
    assert_int_equal(failures, 0);
}

static void terms_read__unknown_optional_field_is_skipped(void **state)
{
    struct drm_buffer bytes = {0};
    struct drm_terms terms;

    (void)state;
    append_hex(&bytes, PLAY "001000000002" "abcd");
    assert_int_equal(drm_terms_read(drm_buffer_span(&bytes), &terms), DRM_S_OK);
    assert_int_equal(terms.grant_count, 1);
    drm_buffer_free(&bytes);
}

static void terms_read__too_large_is_refused(void **state)
{
    struct drm_buffer bytes = {0};
    struct drm_terms terms;
    uint8_t *place;

    (void)state;
    append_hex(&bytes, PLAY);
    /* An optional field that fills it up to the last byte, and one byte more. */
    append_hex(&bytes, "0010" "00000ff2");
    assert_int_equal(drm_buffer_extend(&bytes, 0xff2, &place), DRM_S_OK);
    memset(place, 0, 0xff2);
    assert_int_equal(bytes.size, DRM_TERMS_MAX_SIZE);
    assert_int_equal(drm_terms_read(drm_buffer_span(&bytes), &terms), DRM_S_OK);
    append_hex(&bytes, "00");
    bytes.data[13]++;
    assert_int_equal(drm_terms_read(drm_buffer_span(&bytes), &terms), DRM_E_INVALID_LICENSE);
    drm_buffer_free(&bytes);
}

/* Whatever one bit more or less makes of them: refused, or terms that are written with the same bytes. */
static void terms_read__each_bit_and_each_length(void **state)
{
    struct drm_terms terms = full_terms(), read;
    struct drm_buffer bytes = {0}, again = {0};
    size_t bit, size, accepted = 0;

    (void)state;
    assert_int_equal(drm_terms_write(&terms, &bytes), DRM_S_OK);
    for (bit = 0; bit < 8 * bytes.size; bit++)
    {
        uint8_t *copy = exact_copy(bytes.data, bytes.size);

        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (DRM_SUCCEEDED(drm_terms_read(drm_span(copy, bytes.size), &read)))
        {
            accepted++;
            assert_int_equal(drm_terms_write(&read, &again), DRM_S_OK);
            assert_true(drm_span_equal(drm_span(copy, bytes.size), drm_buffer_span(&again)));
            drm_buffer_truncate(&again, 0);
        }
        free(copy);
    }
    assert_true(accepted > 0);
    for (size = 0; size < bytes.size; size++)
    {
        uint8_t *copy = exact_copy(bytes.data, size);

        /* Grants end the terms: without one of them, the rest is terms too. */
        if (DRM_SUCCEEDED(drm_terms_read(drm_span(copy, size), &read)))
            assert_true(read.grant_count < terms.grant_count);
        free(copy);
    }
    drm_buffer_free(&bytes);
    drm_buffer_free(&again);
}

static void terms_rollback__only_where_something_ends(void **state)
{
    static const struct
    {
        const char *terms;
        enum drm_rollback expected;
    } cases[] = {
        {"Play disable", DRM_ROLLBACK_WAIT},
        {"Play[10,) disable", DRM_ROLLBACK_WAIT},
        {"<10,) Play*5 delete", DRM_ROLLBACK_WAIT},
        {"Play Copy[,20) disable", DRM_ROLLBACK_DISABLE},
        {"Play+24h delete", DRM_ROLLBACK_DELETE},
        {"<,20) Play delete", DRM_ROLLBACK_DELETE},
        {"<,20) Play", DRM_ROLLBACK_WAIT},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
    {
        const struct drm_terms terms = terms_of(cases[i].terms);

        if (drm_terms_rollback(&terms) != cases[i].expected)
            fail_msg("%s: %d", cases[i].terms, (int)drm_terms_rollback(&terms));
    }
}

static void right_names__there_and_back(void **state)
{
    int right;

    (void)state;
    for (right = 0; right < DRM_RIGHTS; right++)
        assert_int_equal(drm_right_from_name(drm_right_name((enum drm_right)right)), right);
    assert_int_equal(drm_right_from_name("play"), -1);
    assert_int_equal(drm_right_from_name(""), -1);
    assert_int_equal(drm_right_from_name("Playback"), -1);
}

int run_rights_terms_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_write__has_the_documented_bytes),
        cmocka_unit_test(terms_write__everything_round_trips),
        cmocka_unit_test(terms_write__greatest_terms_fit),
        cmocka_unit_test(terms_write__refuses_what_cannot_be),
        cmocka_unit_test(terms_read__refuses_what_cannot_be),
        cmocka_unit_test(terms_read__unknown_optional_field_is_skipped),
        cmocka_unit_test(terms_read__too_large_is_refused),
        cmocka_unit_test(terms_read__each_bit_and_each_length),
        cmocka_unit_test(terms_rollback__only_where_something_ends),
        cmocka_unit_test(right_names__there_and_back),
    };

    return cmocka_run_group_tests_name("rights: terms", tests, NULL, NULL);
}
