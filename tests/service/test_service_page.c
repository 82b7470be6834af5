/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The web page of licences that are not issued silently: what it asks, what it hands back, to whom, and what it
 * refuses.
 */
#include <signal.h>
#include <stdio.h>

#include "engine/check.h"
#include "engine/rights/right.h"
#include "service/http_client.h"
#include "service/http_page.h"
#include "service/licensing.h"

static struct sandbox sandbox;
static struct running_service service;
static struct machine machine;
static struct http_response response;
static struct licensing licensing;
static struct drm_buffer form;

static int start(void **state)
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];

    (void)state;
    sandbox_create(&sandbox, true);
    sandbox_anchor(&sandbox, anchor);
    START(&service, &sandbox, NULL);
    machine_init(&machine, anchor);
    return machine_individualize(&machine, service.port) == 200 ? 0 : -1;
}

static int stop(void **state)
{
    int exit_code = service_end(&service, SIGTERM);

    (void)state;
    machine_free(&machine);
    http_response_free(&response);
    drm_buffer_free(&form);
    sandbox_remove(&sandbox);
    return exit_code;
}

/* Posts the form; the page, terminated. */
static const char *post(int expected)
{
    http_response_free(&response);
    http_exchange(service.port, "POST", "/acquire", form.data, form.size, &response);
    if (response.status != expected)
        fail_msg("%d, not %d", response.status, expected);
    assert_int_equal(drm_buffer_append(&response.body, "", 1), DRM_S_OK);
    assert_string_equal(http_header(&response, "Content-Type"), "text/html; charset=utf-8");
    return (const char *)response.body.data;
}

static void begin_form(const char *key_id)
{
    drm_buffer_free(&form);
    licensing_form(&licensing, &machine, key_id, DRM_RIGHT_BIT(DRM_RIGHT_PLAY), true, &form);
}

static void add_field(const char *name, const char *value)
{
    form_add(&form, name, drm_span(value, strlen(value)));
}

/* The value of the first attribute or text between these, unescaped as far as our pages escape. */
static void cut_out(const char *page, const char *before, const char *after, struct drm_buffer *out)
{
    static const struct
    {
        const char *escaped;
        char character;
    } escapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    const char *text = strstr(page, before), *end;

    assert_non_null(text);
    text += strlen(before);
    end = strstr(text, after);
    assert_non_null(end);
    while (text < end)
    {
        size_t size = 1;
        char character = *text;

        for (size_t i = 0; i < COUNT(escapes); i++)
            if (!strncmp(text, escapes[i].escaped, strlen(escapes[i].escaped)))
            {
                character = escapes[i].character;
                size = strlen(escapes[i].escaped);
            }
        assert_int_equal(drm_buffer_append(out, &character, 1), DRM_S_OK);
        text += size;
    }
}

static size_t count_issued(const char *key_id)
{
    static struct command_outcome outcome;
    const char *found;

    RUN(&outcome, "content", "list", "--data", sandbox.data, "--key-id", key_id, "--json");
    assert_int_equal(outcome.exit_code, 0);
    found = strstr(outcome.out, "\"licenses\": ");
    assert_non_null(found);
    return strtoul(found + strlen("\"licenses\": "), NULL, 10);
}

/* --- the way of it ----------------------------------------------------------------------------------------- */

/* As a browser goes: the page's own form, with its hidden fields, is what is posted next. */
static void page__from_the_question_to_the_licence(void **state)
{
    struct key_id_text film =
        ADD_CONTENT(&sandbox, "--name", "<b>\"A film\" & 'more'</b>", "--rights", "Play(count=3)",
                    "--interactive", "yes");
    struct drm_buffer challenge = {0}, text = {0}, data = {0}, decoded = {0};
    const char *page;
    size_t count;

    (void)state;
    begin_form(film.text);
    add_field("return", "http://127.0.0.1:4711/secret?a=b&c=d");
    page = post(200);
    assert_non_null(strstr(page, "&lt;b&gt;&quot;A film&quot; &amp; &#39;more&#39;&lt;/b&gt;"));
    assert_null(strstr(page, "<b>"));
    assert_non_null(strstr(page, "Play(count=3)"));
    assert_non_null(strstr(page, film.text));
    assert_non_null(strstr(page, "name=\"confirm\" value=\"1\""));
    assert_null(strstr(page, "<script"));
    assert_non_null(strstr(http_header(&response, "Content-Security-Policy"), "default-src 'none'"));
    assert_non_null(strstr(http_header(&response, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_string_equal(http_header(&response, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(http_header(&response, "Cache-Control"), "no-store");
    assert_int_equal(count_issued(film.text), 0); /* nothing yet */

    cut_out(page, "name=\"challenge\" value=\"", "\"", &challenge);
    cut_out(page, "name=\"return\" value=\"", "\"", &text);
    drm_buffer_free(&form);
    add_field("nonsilent", "1");
    form_add(&form, "challenge", drm_buffer_span(&challenge));
    form_add(&form, "return", drm_buffer_span(&text));
    add_field("confirm", "1");
    page = post(200);
    assert_int_equal(count_issued(film.text), 1);
    assert_non_null(strstr(page, "action=\"http://127.0.0.1:4711/secret?a=b&amp;c=d\""));
    assert_non_null(strstr(page, ".submit()"));
    assert_non_null(strstr(http_header(&response, "Content-Security-Policy"),
                           "form-action 'self' http://127.0.0.1:4711;"));
    drm_buffer_free(&text);
    cut_out(page, "<textarea name=\"response\" readonly spellcheck=\"false\">", "</textarea>", &text);
    assert_int_equal(licensing_judge(&licensing, drm_buffer_span(&text), &count), DRM_S_OK);
    assert_int_equal(count, 1);
    /* What is saved as a file is the same. */
    cut_out(page, "download=\"response.xml\" href=\"data:text/xml;base64,", "\"", &data);
    assert_int_equal(drm_base64_read(drm_buffer_span(&data), &decoded), DRM_S_OK);
    assert_int_equal(decoded.size, text.size);
    assert_memory_equal(decoded.data, text.data, text.size);
    drm_buffer_free(&challenge);
    drm_buffer_free(&text);
    drm_buffer_free(&data);
    drm_buffer_free(&decoded);
}

/* Browsers match no IPv6 address in a policy: the form would be blocked. */
static void page__may_post_to_the_loopback_of_ipv6(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    const char *page;

    (void)state;
    begin_form(film.text);
    add_field("return", "http://[::1]:4711/secret");
    add_field("confirm", "1");
    page = post(200);
    assert_non_null(strstr(page, "action=\"http://[::1]:4711/secret\""));
    assert_non_null(strstr(http_header(&response, "Content-Security-Policy"), "form-action 'self' http:;"));
}

static void page__without_a_program_to_return_to(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct drm_buffer text = {0};
    const char *page;
    size_t count;

    (void)state;
    begin_form(film.text);
    add_field("return", "");
    page = post(200);
    assert_null(strstr(page, "name=\"return\""));
    assert_non_null(strstr(page, "(no name)"));
    add_field("confirm", "1");
    page = post(200);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<form"));
    cut_out(page, "<textarea name=\"response\" readonly spellcheck=\"false\">", "</textarea>", &text);
    assert_int_equal(licensing_judge(&licensing, drm_buffer_span(&text), &count), DRM_S_OK);
    drm_buffer_free(&text);
}

static void page__many_contents_are_counted(void **state)
{
    char words[32];
    const char *page;

    (void)state;
    for (unsigned int i = 0; i < 23; i++)
    {
        snprintf(words, sizeof(words), "film %u.", i);
        ADD_CONTENT(&sandbox, "--name", words);
    }
    begin_form(NULL);
    page = post(200);
    assert_non_null(strstr(page, "film 19."));
    assert_null(strstr(page, "film 20."));
    assert_non_null(strstr(page, "and 3 more."));
}

static void page__challenge_in_xml_survives_a_browser(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    struct drm_buffer xml = {0}, challenge = {0};
    const char *page;

    (void)state;
    begin_form(film.text);
    assert_int_equal(drm_base64_read(drm_span(form.data + strlen("nonsilent=1&challenge="),
                                              form.size - strlen("nonsilent=1&challenge=")), &xml), DRM_S_OK);
    drm_buffer_free(&form);
    add_field("nonsilent", "1");
    form_add(&form, "challenge", drm_buffer_span(&xml));
    page = post(200);
    cut_out(page, "name=\"challenge\" value=\"", "\"", &challenge);
    assert_int_not_equal(challenge.data[0], '<');
    drm_buffer_free(&form);
    add_field("nonsilent", "1");
    form_add(&form, "challenge", drm_buffer_span(&challenge));
    add_field("confirm", "1");
    post(200);
    drm_buffer_free(&xml);
    drm_buffer_free(&challenge);
}

/* --- refusing --------------------------------------------------------------------------------------------- */

static void page__refusals_are_pages_with_a_silent_requests_status(void **state)
{
    struct key_id_text copy = ADD_CONTENT(&sandbox, "--rights", "Copy"), newer;
    const char *page;

    (void)state;
    newer = ADD_CONTENT(&sandbox, "--rights", "Play; min-security=9.0");
    for (int confirm = 0; confirm < 2; confirm++)
    {
        begin_form(copy.text);
        if (confirm)
            add_field("confirm", "1");
        page = post(403);
        assert_non_null(strstr(page, "0xc00d2720"));
        begin_form(newer.text);
        if (confirm)
            add_field("confirm", "1");
        post(426);
        begin_form("AAECAwQFBgcICQoLDA0ODw==");
        if (confirm)
            add_field("confirm", "1");
        post(404);
    }
    drm_buffer_free(&form);
    add_field("nonsilent", "1");
    add_field("challenge", "nonsense");
    post(400);
}

static void page__fields_that_nobody_means(void **state)
{
    struct key_id_text film = ADD_CONTENT(&sandbox, NULL);
    static const struct
    {
        const char *name, *value;
    } fields[] = {
        {"confirm", "0"}, {"confirm", ""}, {"confirm", "yes"}, {"return", "https://127.0.0.1:1/"},
        {"return", "http://127.0.0.1/"}, {"return", "http://example.com:80/"}, {"return", "javascript:alert(1)"},
        {"return", "http://127.0.0.1:80@example.com/"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++)
    {
        begin_form(film.text);
        add_field(fields[i].name, fields[i].value);
        post(400);
    }
    begin_form(film.text);
    form_add(&form, "return", drm_span("http://127.0.0.1:1/\0", 20));
    post(400);
    begin_form(film.text);
    add_field("confirm", "1");
    add_field("confirm", "1");
    post(400);
    assert_int_equal(count_issued(film.text), 0);
}

static void return__only_programs_on_the_same_machine(void **state)
{
    static const struct
    {
        const char *url;
        size_t origin;
    } rows[] = {
        {"http://127.0.0.1:1", 18},
        {"http://127.0.0.1:65535/", 22},
        {"http://[::1]:8080/a/b?c=d&e", 17},
        {"http://localhost:80/%20", 19},
        {"http://127.0.0.1:0/", 0},
        {"http://127.0.0.1:65536/", 0},
        {"http://127.0.0.1:99999999999999999999/", 0},
        {"http://127.0.0.1:/", 0},
        {"http://127.0.0.1", 0},
        {"http://127.0.0.2:1/", 0},
        {"http://localhost.example.com:80/", 0},
        {"http://127.0.0.1:80.example.com/", 0},
        {"http://user@127.0.0.1:80/", 0},
        {"HTTP://127.0.0.1:80/", 0},
        {"http://127.0.0.1:80/#part", 0},
        {"http://127.0.0.1:80/a b", 0},
        {"http://127.0.0.1:80/\"onload=", 0},
        {"http://127.0.0.1:80/<", 0},
        {"http://127.0.0.1:80/\n", 0},
        {"http://127.0.0.1:80/\xc3\xa9", 0},
        {"http://127.0.0.1:80?a", 0},
        {"ftp://127.0.0.1:80/", 0},
        {"//127.0.0.1:80/", 0},
        {"", 0},
    };
    char url[600];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        size_t origin = 0;

        if (http_page_return_is_fine(rows[i].url, &origin) != (rows[i].origin > 0))
            fail_msg("%s", rows[i].url);
        if (rows[i].origin)
            assert_int_equal(origin, rows[i].origin);
    }
    memset(url, 'a', sizeof(url));
    memcpy(url, "http://127.0.0.1:1/", 19);
    url[512] = 0;
    assert_true(http_page_return_is_fine(url, &(size_t){0}));
    url[512] = 'a';
    url[513] = 0;
    assert_false(http_page_return_is_fine(url, &(size_t){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(page__from_the_question_to_the_licence, start, stop),
        cmocka_unit_test_setup_teardown(page__may_post_to_the_loopback_of_ipv6, start, stop),
        cmocka_unit_test_setup_teardown(page__without_a_program_to_return_to, start, stop),
        cmocka_unit_test_setup_teardown(page__many_contents_are_counted, start, stop),
        cmocka_unit_test_setup_teardown(page__challenge_in_xml_survives_a_browser, start, stop),
        cmocka_unit_test_setup_teardown(page__refusals_are_pages_with_a_silent_requests_status, start, stop),
        cmocka_unit_test_setup_teardown(page__fields_that_nobody_means, start, stop),
        cmocka_unit_test(return__only_programs_on_the_same_machine),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service page", tests, NULL, NULL);
}
