/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The exchange over a scripted transport: what is asked, where redirects lead, what statuses mean.
 */
#include <stdio.h>

#include "engine/exchange_fixture.h"

static void exchange__posts_and_gives_the_answer(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .piece = 4}};
    const struct scripted_request *request = script.requests;

    (void)state;
    assert_int_equal(exchange_run(hops, 1, "http://h/base/"), DRM_S_OK);
    assert_string_equal(seen.trace, "CRVBDDD");
    assert_int_equal(seen.total, 10);
    assert_int_equal(seen.size, 10);
    assert_memory_equal(seen.data, "the answer", 10);
    assert_int_equal(round_trips, 1);
    assert_int_equal(script.request_count, 1);
    assert_string_equal(request->url, "http://h/base/v1/individualize");
    assert_string_equal(request->content_type, "application/vnd.wmdrmsdk");
    assert_int_equal(request->body.size, 11);
    assert_memory_equal(request->body.data, "the request", 11);
    assert_int_equal(request->timeout_ms, 30000);
    assert_int_equal(request->stall_ms, 30000);
    assert_int_equal(request->stall_bytes, DRM_EXCHANGE_STALL_BYTES);
}

static void exchange__answer_without_length_has_no_total(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER, .no_length = true, .piece = 5}};

    (void)state;
    assert_int_equal(exchange_run(hops, 1, "http://h"), DRM_S_OK);
    assert_string_equal(seen.trace, "CRVBDD");
    assert_int_equal(seen.total, 0);
    assert_int_equal(seen.size, 10);
    assert_int_equal(round_trips, 1);
}

static void exchange__round_trips_are_added(void **state)
{
    static const struct scripted_hop hops[] = {{ANSWER}};

    (void)state;
    exchange_prepare(hops, 1);
    round_trips = 7;
    assert_int_equal(exchange_run_prepared("http://h"), DRM_S_OK);
    assert_int_equal(round_trips, 8);
}

static void url__unusable_one_is_never_asked(void **state)
{
    static const char *const urls[] = {
        "", "h", "ftp://h/", "http://u:p@h/", "http://h/#f", "http://h/?q", "http://h:0",
    };
    static const struct scripted_hop hops[] = {{ANSWER}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(urls); ++i)
    {
        assert_int_equal(exchange_run(hops, 1, urls[i]), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(script.request_count, 0);
        assert_string_equal(seen.trace, "");
    }
}

static void redirect__posts_the_same_again(void **state)
{
    static const unsigned int statuses[] = {301, 302, 307, 308};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(statuses); ++i)
    {
        const struct scripted_hop hops[] = {
            {.status = statuses[i], .location = "https://other:444/x?y"},
            {ANSWER},
        };

        assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_S_OK);
        assert_string_equal(seen.trace, "CRCRVBD");
        assert_string_equal(seen.urls[0], "http://h/v1/individualize");
        assert_string_equal(seen.urls[1], "https://other:444/x?y");
        assert_int_equal(round_trips, 2);
        assert_int_equal(script.request_count, 2);
        assert_string_equal(script.requests[1].url, "https://other:444/x?y");
        assert_string_equal(script.requests[1].content_type, "application/vnd.wmdrmsdk");
        assert_memory_equal(script.requests[1].body.data, "the request", 11);
    }
}

static void redirect__location_may_be_relative(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/moved/here"},
        {.status = 307, .location = "../there?x#fragment"},
        {.status = 307, .location = "//third"},
        {.status = 307, .location = "?q"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, COUNT(hops), "http://h:81/a"), DRM_S_OK);
    assert_string_equal(seen.urls[1], "http://h:81/moved/here");
    assert_string_equal(seen.urls[2], "http://h:81/there?x");
    assert_string_equal(seen.urls[3], "http://third");
    assert_string_equal(seen.urls[4], "http://third?q");
    assert_int_equal(round_trips, 5);
}

static void redirect__query_is_nobodys_business(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "http://other/x?ticket=secret"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_S_OK);
    assert_non_null(strstr(logged, "http://other/x"));
    assert_null(strstr(logged, "ticket"));
}

/* A redirect's own body, however long, is not the answer and is not even read. */
static void redirect__its_body_is_not_read(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 302, .location = "/x", ANSWER, .repeat = 1000000},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_S_OK);
    assert_int_equal(script.requests[0].taken, 0);
    assert_int_equal(seen.size, 10);
}

static void redirect__five_are_followed(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/1"}, {.status = 307, .location = "/2"}, {.status = 307, .location = "/3"},
        {.status = 307, .location = "/4"}, {.status = 307, .location = "/5"}, {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, COUNT(hops), "http://h"), DRM_S_OK);
    assert_int_equal(round_trips, 6);
    assert_string_equal(script.requests[5].url, "http://h/5");
}

static void redirect__six_are_too_many(void **state)
{
    static const struct scripted_hop hops[] = {
        {.status = 307, .location = "/1"}, {.status = 307, .location = "/2"}, {.status = 307, .location = "/3"},
        {.status = 307, .location = "/4"}, {.status = 307, .location = "/5"}, {.status = 307, .location = "/6"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, COUNT(hops), "http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, 6);
    assert_int_equal(seen.size, 0);
}

static void redirect__loop_ends(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 302, .location = "/v1/individualize"}};

    (void)state;
    exchange_prepare(hops, 1);
    script.repeat_last = true;
    assert_int_equal(exchange_run_prepared("http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, DRM_EXCHANGE_MAX_REDIRECTS + 1);
    assert_int_equal(round_trips, DRM_EXCHANGE_MAX_REDIRECTS + 1);
    assert_string_equal(seen.trace, "CRCRCRCRCRCR");
}

static void redirect__without_location_is_refused(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 302}, {ANSWER}};

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_E_HTTP_REDIRECT_LOOP);
    assert_int_equal(script.request_count, 1);
    assert_int_equal(round_trips, 1);
}

static void redirect__to_what_is_no_url_is_refused(void **state)
{
    static const char *const locations[] = {
        "ftp://h/", "http://user@h/", "javascript:alert(1)", "http:x", "http://h/a b", "/a\r\nX: y", "//", "\\\\h\\x",
    };
    char too_long[DRM_EXCHANGE_MAX_URL + 1];
    size_t i;

    (void)state;
    memset(too_long, 'a', sizeof(too_long));
    too_long[0] = '/';
    too_long[sizeof(too_long) - 1] = 0;
    for (i = 0; i <= COUNT(locations); ++i)
    {
        const struct scripted_hop hops[] = {
            {.status = 307, .location = i < COUNT(locations) ? locations[i] : too_long},
            {ANSWER},
        };

        assert_int_equal(exchange_run(hops, 2, "http://h"), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(script.request_count, 1);
    }
}

static void redirect__never_leaves_https(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 307, .location = "http://h/"}, {ANSWER}};
    static const struct scripted_hop later[] = {
        {.status = 307, .location = "https://h/"},
        {.status = 307, .location = "/still"},
        {.status = 307, .location = "http://h/"},
        {ANSWER},
    };

    (void)state;
    assert_int_equal(exchange_run(hops, 2, "https://h"), DRM_E_HTTP_REDIRECT_DOWNGRADE);
    assert_int_equal(script.request_count, 1);
    assert_int_equal(exchange_run(later, COUNT(later), "http://h"), DRM_E_HTTP_REDIRECT_DOWNGRADE);
    assert_int_equal(script.request_count, 3);
}

static drm_result expected_of_status(unsigned int status)
{
    switch (status)
    {
        case 200: case 301: case 302: case 307: case 308: return DRM_S_OK;
        case 400: return DRM_E_BAD_REQUEST;
        case 404: return asked.for_package ? DRM_E_INDIV_NO_PACKAGE : DRM_RESULT_FROM_HTTP(404);
        case 410: return DRM_E_CERTIFICATE_REVOKED;
        case 429: return DRM_E_INDIV_LIMIT;
        case 503: return DRM_E_INDIV_UNAVAILABLE;
        default: return DRM_RESULT_FROM_HTTP(status);
    }
}

/* Every status that HTTP can carry. */
static void expect_each_status(void)
{
    unsigned int status;

    for (status = 100; status <= 599; ++status)
    {
        const struct scripted_hop hops[] = {{.status = status, ANSWER, .location = "http://moved/"}, {ANSWER}};
        bool moves = status == 301 || status == 302 || status == 307 || status == 308;
        drm_result expected = expected_of_status(status), result = exchange_run(hops, 2, "http://h");

        if (result != expected)
            fail_msg("status %u: 0x%08x instead of 0x%08x", status, (unsigned int)result, (unsigned int)expected);
        assert_int_equal(round_trips, moves ? 2 : 1);
        assert_int_equal(script.request_count, moves ? 2 : 1);
        if (DRM_FAILED(expected)) /* an error page is nobody's answer */
        {
            assert_string_equal(seen.trace, "CR");
            assert_int_equal(script.requests[0].taken, 0);
        }
    }
}

static void status__each_has_one_result(void **state)
{
    (void)state;
    expect_each_status();
}

static void status__for_a_package_404_says_there_is_none(void **state)
{
    (void)state;
    asked.for_package = true;
    expect_each_status();
}

/* --- what else a caller may say ------------------------------------------------------------------------------- */

/* All of the URL is the caller's, with a query too, and so is the type. */
static void exchange__without_a_path_asks_the_url_itself(void **state)
{
    static const struct scripted_hop hops[] = {{.status = 307, .location = "/b"}, {ANSWER}};
    static const char *const wrong[] = {"", "h", "ftp://h/", "http://u:p@h/", "http://h/#f"};
    char too_long[DRM_EXCHANGE_MAX_URL + 1];

    (void)state;
    asked.path = NULL;
    asked.content_type = "text/xml";
    assert_int_equal(exchange_run(hops, 2, "http://h/a?b=c"), DRM_S_OK);
    assert_string_equal(script.requests[0].url, "http://h/a?b=c");
    assert_string_equal(script.requests[0].content_type, "text/xml");
    assert_string_equal(script.requests[1].url, "http://h/b");
    assert_string_equal(script.requests[1].content_type, "text/xml");
    for (size_t i = 0; i < COUNT(wrong); i++)
    {
        assert_int_equal(exchange_run(hops, 2, wrong[i]), DRM_E_HTTP_INVALID_URL);
        assert_int_equal(script.request_count, 0);
    }
    memset(too_long, 'a', sizeof(too_long));
    memcpy(too_long, "http://h/", 9);
    too_long[sizeof(too_long) - 1] = 0;
    assert_int_equal(exchange_run(hops, 2, too_long), DRM_E_HTTP_INVALID_URL);
    too_long[sizeof(too_long) - 2] = 0;
    assert_int_equal(exchange_run(hops, 2, too_long), DRM_S_OK);
}

static unsigned int statuses_asked[4], status_count;

static drm_result status_of_a_licence(unsigned int status)
{
    statuses_asked[status_count++ % COUNT(statuses_asked)] = status;
    switch (status)
    {
        case 204: return DRM_E_UNABLE_TO_ACQUIRE;
        case 400: return DRM_E_NO_RIGHTS;
        case 426: return DRM_E_NEEDS_INDIVIDUALIZATION;
        default: return DRM_S_OK; /* as everybody's */
    }
}

static void status__means_to_a_caller_what_it_says(void **state)
{
    static const struct
    {
        unsigned int status;
        drm_result expected;
    } rows[] = {
        {204, DRM_E_UNABLE_TO_ACQUIRE}, {400, DRM_E_NO_RIGHTS},     {426, DRM_E_NEEDS_INDIVIDUALIZATION},
        {403, DRM_E_MACHINE_REFUSED},   {429, DRM_E_INDIV_LIMIT},   {500, DRM_RESULT_FROM_HTTP(500)},
        {410, DRM_E_CERTIFICATE_REVOKED},
    };

    (void)state;
    asked.result_of_status = status_of_a_licence;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        const struct scripted_hop hops[] = {{.status = 307, .location = "/x"}, {.status = rows[i].status, ANSWER}};

        status_count = 0;
        assert_int_equal(exchange_run(hops, 2, "http://h"), rows[i].expected);
        assert_int_equal(status_count, 1); /* redirects are none of its business */
        assert_int_equal(statuses_asked[0], rows[i].status);
        assert_int_equal(script.requests[1].taken, 0);
    }
    {
        static const struct scripted_hop good[] = {{ANSWER}};

        status_count = 0;
        assert_int_equal(exchange_run(good, 1, "http://h"), DRM_S_OK);
        assert_int_equal(status_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(exchange__posts_and_gives_the_answer),
        EXCHANGE_TEST(exchange__answer_without_length_has_no_total),
        EXCHANGE_TEST(exchange__round_trips_are_added),
        EXCHANGE_TEST(url__unusable_one_is_never_asked),
        EXCHANGE_TEST(redirect__posts_the_same_again),
        EXCHANGE_TEST(redirect__location_may_be_relative),
        EXCHANGE_TEST(redirect__query_is_nobodys_business),
        EXCHANGE_TEST(redirect__its_body_is_not_read),
        EXCHANGE_TEST(redirect__five_are_followed),
        EXCHANGE_TEST(redirect__six_are_too_many),
        EXCHANGE_TEST(redirect__loop_ends),
        EXCHANGE_TEST(redirect__without_location_is_refused),
        EXCHANGE_TEST(redirect__to_what_is_no_url_is_refused),
        EXCHANGE_TEST(redirect__never_leaves_https),
        EXCHANGE_TEST(status__each_has_one_result),
        EXCHANGE_TEST(status__for_a_package_404_says_there_is_none),
        EXCHANGE_TEST(exchange__without_a_path_asks_the_url_itself),
        EXCHANGE_TEST(status__means_to_a_caller_what_it_says),
    };
    int failed = cmocka_run_group_tests_name("exchange", tests, NULL, NULL);

    failed += run_exchange_answer_tests();
    return failed > 0;
}
