/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URLs: which ones are accepted, and what a reference means beside one.
 */
#include "engine/check.h"
#include "engine/net/url.h"

static void url__ordinary_ones_are_valid(void **state)
{
    static const char *const urls[] = {
        "http://a",
        "https://service.example/",
        "HTTP://SERVICE.EXAMPLE:80/x",
        "http://127.0.0.1:8085/v1/individualize",
        "http://[::1]:8085/",
        "http://[2001:db8::7]",
        "http://[::ffff:10.0.0.1]/",
        "http://under_score.local/~user/a,b;c=d?e=f&g=%20",
        "http://h/?",
        "http://h?query/with?both",
        "http://h:1/",
        "http://h:65535/",
        "http://h/%e4%Fc",
        "http://h//double//slashes",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(urls); ++i)
    {
        if (!drm_url_is_valid(urls[i]))
            fail_msg("refused: %s", urls[i]);
    }
}

static void url__hostile_ones_are_refused(void **state)
{
    static const char *const urls[] = {
        "", ":", "/", "//host/", "http", "http:", "http:/", "http://", "http:///path", "https://:80/", "http:host/",
        "ftp://host/", "file:///etc/passwd", "javascript:alert(1)", "httpx://host/", "xhttp://host/", " http://host/",
        "1http://host/",
        "http://user@host/", "http://user:password@host/", "http://good.example:80@evil.example/", "http://@host/",
        "http://host/#fragment", "http://host#", "http://host/?q#f",
        "http://host:/", "http://host:0/", "http://host:65536/", "http://host:99999999999999999999/", "http://host:8x/",
        "http://host:-1/", "http://host:80:80/", "http://host: 80/",
        "http://ho st/", "http://host/a b", "http://host/a\tb", "http://host/\r\nHost: evil", "http://host\r\n/",
        "http://host\\@evil/", "http://host/\\..\\x", "http:\\\\host\\", "http://host/\x7f", "http://host/\x01",
        "http://h\xc3\xb6st/", "http://host/\xc3\xb6", "http://host/\xff",
        "http://host/%", "http://host/%4", "http://host/%4g", "http://host/?%zz", "http://ho%73t/",
        "http://host/<a>", "http://host/\"", "http://host/{x}", "http://host/a|b", "http://host/a^b", "http://host/`",
        "http://[::1", "http://::1]/", "http://[]/", "http://[]:80/", "http://[fe80::1%25eth0]/", "http://[v1.x]/",
        "http://[::1]x/", "http://[::1]:/", "http://[12345]/", "http://x[::1]/",
        "http://.host/", "http://ho*st/", "http://ho,st/", "http://?query",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(urls); ++i)
    {
        if (drm_url_is_valid(urls[i]))
            fail_msg("accepted: %s", urls[i]);
    }
}

static void url__only_https_is_secure(void **state)
{
    (void)state;
    assert_true(drm_url_is_secure("https://h/"));
    assert_true(drm_url_is_secure("HttpS://h/"));
    assert_false(drm_url_is_secure("http://h/"));
    assert_false(drm_url_is_secure("httpss://h/"));
    assert_false(drm_url_is_secure("http://https/"));
    assert_false(drm_url_is_secure(""));
}

static void append__joins_with_one_slash(void **state)
{
    static const struct
    {
        const char *base, *path, *expected;
    } rows[] = {
        {"http://h", "v1/x", "http://h/v1/x"},
        {"http://h/", "v1/x", "http://h/v1/x"},
        {"http://h//", "//v1/x", "http://h/v1/x"},
        {"https://h:8443/drm", "v1/x", "https://h:8443/drm/v1/x"},
        {"https://h/drm/", "/v1/x", "https://h/drm/v1/x"},
        {"http://h", "", "http://h/"},
    };
    char out[64];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); ++i)
    {
        assert_int_equal(drm_url_append(rows[i].base, rows[i].path, out, sizeof(out)), DRM_S_OK);
        assert_string_equal(out, rows[i].expected);
    }
}

static void append__refuses_what_it_cannot_join(void **state)
{
    char out[64];

    (void)state;
    assert_int_equal(drm_url_append("host", "x", out, sizeof(out)), DRM_E_HTTP_INVALID_URL);
    assert_int_equal(drm_url_append("http://h?query", "x", out, sizeof(out)), DRM_E_HTTP_INVALID_URL);
    assert_int_equal(drm_url_append("http://h", "a b", out, sizeof(out)), DRM_E_HTTP_INVALID_URL);
    assert_int_equal(drm_url_append("http://h", "a#b", out, sizeof(out)), DRM_E_HTTP_INVALID_URL);
    assert_int_equal(drm_url_append("http://h", "x", out, 0), DRM_E_HTTP_INVALID_URL);
}

/* Every smaller room fails, the exact one does, and nothing is written behind it. */
static void append__stays_in_its_room(void **state)
{
    static const char expected[] = "http://h/v1/x";
    char out[sizeof(expected) + 1];
    size_t size;

    (void)state;
    for (size = 0; size <= sizeof(expected); ++size) /* the last one is the exact one */
    {
        memset(out, '!', sizeof(out));
        assert_int_equal(drm_url_append("http://h", "v1/x", out, size),
                         size < sizeof(expected) ? DRM_E_HTTP_INVALID_URL : DRM_S_OK);
        assert_int_equal(out[size], '!');
    }
    assert_string_equal(out, expected);
}

/* RFC 3986, 5.4.1 and 5.4.2, the fragments dropped; NULL where the outcome is no URL of ours. */
static void resolve__agrees_with_the_rfc(void **state)
{
    static const struct
    {
        const char *reference, *expected;
    } rows[] = {
        {"g:h", NULL},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g"},
        {"g#s/../x", "http://a/b/c/g"},
        {"http:g", NULL},
    };
    char out[64];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); ++i)
    {
        drm_result result = drm_url_resolve("http://a/b/c/d;p?q", rows[i].reference, out, sizeof(out));

        if (result != (rows[i].expected ? DRM_S_OK : DRM_E_HTTP_INVALID_URL))
            fail_msg("\"%s\": 0x%08x", rows[i].reference, (unsigned int)result);
        if (rows[i].expected && strcmp(out, rows[i].expected))
            fail_msg("\"%s\": %s instead of %s", rows[i].reference, out, rows[i].expected);
    }
}

static void resolve__handles_the_edges(void **state)
{
    static const struct
    {
        const char *base, *reference, *expected;
    } rows[] = {
        {"http://h", "x", "http://h/x"},
        {"http://h", "", "http://h"},
        {"http://h", "../x", "http://h/x"},
        {"http://h?q", "x", "http://h/x"},
        {"http://h?q", "?", "http://h?"},
        {"http://h/a", "?r", "http://h/a?r"},
        {"https://h/a", "//g:81/b", "https://g:81/b"},
        {"http://h/a", "https://g", "https://g"},
        {"http://h/a", "HTTPS://g/./x/..", "HTTPS://g/"},
        {"http://h/a", "https://g?x", "https://g?x"},
        {"http://h/a/b", "x:y", NULL},
        {"http://h/a/b", "./x:y", "http://h/a/x:y"},
        {"http://h/a/b", "..//x", "http://h//x"},
        {"http://h/a/b", "/..//../x", "http://h/x"},
        {"http://h/a/b", "%2e%2e/x", "http://h/a/%2e%2e/x"},
        {"http://h/a", "//user@evil/", NULL},
        {"http://h/a", "//", NULL},
        {"http://h/a", "///x", NULL},
        {"http://h/a", "\\\\evil\\", NULL},
        {"http://h/a", " x", NULL},
        {"http://h/a", "x\r\n", NULL},
        {"http://h/a", "x\xc3\xa9", NULL},
        {"http://h/a", "//[::1]:8/x", "http://[::1]:8/x"},
        {"no url", "http://h/", NULL},
        {"http://h/#f", "http://h/", NULL},
    };
    char out[64];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); ++i)
    {
        drm_result result = drm_url_resolve(rows[i].base, rows[i].reference, out, sizeof(out));

        if (result != (rows[i].expected ? DRM_S_OK : DRM_E_HTTP_INVALID_URL))
            fail_msg("%s, \"%s\": 0x%08x", rows[i].base, rows[i].reference, (unsigned int)result);
        if (rows[i].expected && strcmp(out, rows[i].expected))
            fail_msg("%s, \"%s\": %s instead of %s", rows[i].base, rows[i].reference, out, rows[i].expected);
    }
}

static void resolve__stays_in_its_room(void **state)
{
    static const char expected[] = "http://a/b/g?y";
    char out[sizeof(expected) + 8];
    size_t size;
    bool fitted = false;

    (void)state;
    for (size = 0; size < sizeof(out); ++size)
    {
        drm_result result;

        memset(out, '!', sizeof(out));
        result = drm_url_resolve("http://a/b/c", "./g?y", out, size);
        assert_int_equal(out[size], '!');
        if (size < sizeof(expected))
            assert_int_equal(result, DRM_E_HTTP_INVALID_URL);
        if (result == DRM_S_OK)
        {
            assert_string_equal(out, expected);
            fitted = true;
        }
        else
        {
            assert_false(fitted); /* once it fits, more room never hurts */
        }
    }
    assert_true(fitted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url__ordinary_ones_are_valid),
        cmocka_unit_test(url__hostile_ones_are_refused),
        cmocka_unit_test(url__only_https_is_secure),
        cmocka_unit_test(append__joins_with_one_slash),
        cmocka_unit_test(append__refuses_what_it_cannot_join),
        cmocka_unit_test(append__stays_in_its_room),
        cmocka_unit_test(resolve__agrees_with_the_rfc),
        cmocka_unit_test(resolve__handles_the_edges),
        cmocka_unit_test(resolve__stays_in_its_room),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
