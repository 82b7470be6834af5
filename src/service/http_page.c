/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The web page of licences that are not issued silently (http_page.h).
 */
#include "service/http_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/xml/base64.h"
#include "engine/xml/license_request.h"
#include "service/hex.h"
#include "service/html.h"

#define RETURN_MAX_SIZE 512
#define NONCE_SIZE 16
#define SHOWN_MAX 20 /* contents; of more there is the number */

static const char style[] = "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
                            "textarea{width:100%;height:12em;font:12px monospace}"
                            "td,th{text-align:left;vertical-align:top;padding:.2em 1em .2em 0}"
                            "button{font:inherit;padding:.4em 1em}";

/* One page on its way out. */
struct page
{
    struct html html;
    const char *return_url;              /* NULL: none */
    size_t origin_size;
    char nonce[2 * NONCE_SIZE + 1];      /* lets the page's own style and script run, and nobody else's */
};

/* --- where it may be posted -------------------------------------------------------------------------------- */

static bool is_url_text(const char *text)
{
    for (; *text; ++text)
    {
        if (*text < '!' || *text > '~' || strchr("\"'<>\\^`{|}#", *text))
            return false;
    }
    return true;
}

bool http_page_return_is_fine(const char *url, size_t *origin_size)
{
    static const char *const hosts[] = {"http://127.0.0.1:", "http://[::1]:", "http://localhost:"};

    if (strlen(url) > RETURN_MAX_SIZE || !is_url_text(url))
        return false;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); ++i)
    {
        size_t size = strlen(hosts[i]);
        unsigned long port = 0;

        if (strncmp(url, hosts[i], size))
            continue;
        while (url[size] >= '0' && url[size] <= '9' && port <= 65535)
            port = port * 10 + (unsigned long)(url[size++] - '0');
        *origin_size = size;
        return port >= 1 && port <= 65535 && (!url[size] || url[size] == '/');
    }
    return false;
}

/* --- pages ------------------------------------------------------------------------------------------------ */

static void begin(struct page *page, const char *title)
{
    uint8_t nonce[NONCE_SIZE];

    drm_random(nonce, sizeof(nonce));
    hex_write(nonce, sizeof(nonce), page->nonce);
    html_put(&page->html, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    html_put(&page->html, title);
    html_put(&page->html, "</title>\n<style nonce=\"");
    html_put(&page->html, page->nonce);
    html_put(&page->html, "\">");
    html_put(&page->html, style);
    html_put(&page->html, "</style></head>\n<body><h1>");
    html_put(&page->html, title);
    html_put(&page->html, "</h1>\n");
}

/* Where the page's form may post to, as a policy names it: an IPv6 address there matches nothing (CSP 3, matching of
 * host parts), so that its scheme has to do. */
static struct drm_span form_target(const struct page *page)
{
    static const char v6[] = "http://[";

    if (!page->return_url)
        return drm_span("", 0);
    if (!strncmp(page->return_url, v6, strlen(v6)))
        return drm_span("http:", strlen("http:"));
    return drm_span(page->return_url, page->origin_size);
}

static enum MHD_Result finish(struct page *page, unsigned int status, struct MHD_Connection *connection,
                              struct http_request *request)
{
    const struct drm_span target = form_target(page);
    struct MHD_Response *response = NULL;
    char policy[RETURN_MAX_SIZE + 256];
    size_t size;

    html_put(&page->html, "</body></html>\n");
    size = page->html.out.size;
    if (DRM_FAILED(page->html.result))
    {
        drm_buffer_free(&page->html.out);
        return http_answer_result(&request->answer, connection, page->html.result);
    }
    if (request->connection)
        connection_begin_answer(request->connection, size);
    response = MHD_create_response_from_buffer(size, page->html.out.data, MHD_RESPMEM_MUST_FREE);
    if (!response)
    {
        drm_buffer_free(&page->html.out);
        return MHD_NO;
    }
    snprintf(policy, sizeof(policy),
             "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; form-action 'self' %.*s; "
             "frame-ancestors 'none'; base-uri 'none'", page->nonce, page->nonce,
             (int)target.size, (const char *)target.data);
    if (MHD_add_response_header(response, "Content-Security-Policy", policy) != MHD_YES
        || MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") != MHD_YES
        || MHD_add_response_header(response, "Referrer-Policy", "no-referrer") != MHD_YES)
    {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return http_answer_queue(&request->answer, connection, status, "text/html; charset=utf-8", size, response);
}

static void put_hidden(struct html *html, const char *name, struct drm_span value)
{
    html_put(html, "<input type=\"hidden\" name=\"");
    html_put(html, name);
    html_put(html, "\" value=\"");
    html_put_span(html, value);
    html_put(html, "\">\n");
}

static enum MHD_Result answer_failure(drm_result result, struct MHD_Connection *connection,
                                      struct http_request *request)
{
    struct page page = {.return_url = NULL};
    const char *words;
    unsigned int status = http_answer_meaning(result, &words);
    char code[16];

    snprintf(code, sizeof(code), "0x%08x", (unsigned int)result);
    begin(&page, "No licence");
    html_put(&page.html, "<p>This request cannot be granted: ");
    html_put_text(&page.html, words);
    html_put(&page.html, " (");
    html_put(&page.html, code);
    html_put(&page.html, ").</p>\n");
    return finish(&page, status, connection, request);
}

/* In base64 also where it came as XML: a browser changes the ends of lines. */
static void put_challenge(struct html *html, struct drm_span challenge)
{
    if (!challenge.size || challenge.data[0] != '<')
    {
        put_hidden(html, "challenge", challenge);
        return;
    }
    html_put(html, "<input type=\"hidden\" name=\"challenge\" value=\"");
    html_put_base64(html, challenge);
    html_put(html, "\">\n");
}

/* --- the page that asks ------------------------------------------------------------------------------------ */

struct listing
{
    struct html html; /* rows of a table */
    size_t count;
};

static drm_result list_content(void *context, const char *name, const struct drm_license *license)
{
    struct listing *listing = context;
    char key_id[DRM_KEY_ID_TEXT_SIZE];
    struct drm_buffer rights = {0};
    drm_result result = DRM_S_OK;

    if (listing->count++ >= SHOWN_MAX)
        return DRM_S_OK;
    drm_key_id_format(license->key_id, key_id);
    html_put(&listing->html, "<tr><td>");
    html_put_text(&listing->html, *name ? name : "(no name)");
    html_put(&listing->html, "</td><td>");
    if (DRM_SUCCEEDED(result = drm_rights_text_write(license, &rights)))
        html_put_span(&listing->html, drm_buffer_span(&rights));
    html_put(&listing->html, "</td><td><code>");
    html_put(&listing->html, key_id);
    html_put(&listing->html, "</code></td></tr>\n");
    drm_buffer_free(&rights);
    return DRM_FAILED(result) ? result : listing->html.result;
}

static enum MHD_Result answer_question(const struct http_routes *context, struct page *page, struct drm_span challenge,
                                       struct MHD_Connection *connection, struct http_request *request)
{
    struct listing listing = {.count = 0};
    char more[64];
    drm_result result = drm_authority_preview_licenses(context->authority, challenge, list_content, &listing);

    if (DRM_FAILED(result))
    {
        drm_buffer_free(&listing.html.out);
        return answer_failure(result, connection, request);
    }
    begin(page, "Licence");
    html_put(&page->html, "<p>A program on your machine asks for a licence:</p>\n<table>\n"
                          "<tr><th>Content</th><th>Rights</th><th>Key id</th></tr>\n");
    if (DRM_SUCCEEDED(page->html.result))
        page->html.result = drm_buffer_append(&page->html.out, listing.html.out.data, listing.html.out.size);
    drm_buffer_free(&listing.html.out);
    html_put(&page->html, "</table>\n");
    if (listing.count > SHOWN_MAX)
    {
        snprintf(more, sizeof(more), "<p>and %zu more.</p>\n", listing.count - SHOWN_MAX);
        html_put(&page->html, more);
    }
    html_put(&page->html, "<form method=\"post\">\n<input type=\"hidden\" name=\"nonsilent\" value=\"1\">\n");
    put_challenge(&page->html, challenge);
    if (page->return_url)
        put_hidden(&page->html, "return", drm_span(page->return_url, strlen(page->return_url)));
    html_put(&page->html, "<button name=\"confirm\" value=\"1\">Get the licence</button>\n</form>\n");
    return finish(page, 200, connection, request);
}

/* --- the page that hands over ------------------------------------------------------------------------------ */

static void put_response(struct html *html, struct drm_span response)
{
    html_put(html, "<textarea name=\"response\" readonly spellcheck=\"false\">");
    html_put_span(html, response);
    html_put(html, "</textarea>\n");
}

static void put_return_form(struct page *page, struct drm_span response)
{
    html_put(&page->html, "<form method=\"post\" id=\"hand-over\" action=\"");
    html_put_text(&page->html, page->return_url);
    html_put(&page->html, "\">\n");
    put_response(&page->html, response);
    html_put(&page->html, "<p><button>Hand it to the program</button></p>\n</form>\n<script nonce=\"");
    html_put(&page->html, page->nonce);
    html_put(&page->html, "\">document.getElementById(\"hand-over\").submit();</script>\n");
}

static enum MHD_Result answer_response(const struct http_routes *context, struct page *page, struct drm_span challenge,
                                       struct MHD_Connection *connection, struct http_request *request)
{
    struct drm_buffer response = {0};
    const char *user;
    drm_result result;

    if (DRM_SUCCEEDED(result = http_request_user(context, connection, &user)))
        result = drm_authority_issue_licenses(context->authority, challenge, false, user, &response);
    if (DRM_FAILED(result))
    {
        drm_buffer_free(&response);
        return answer_failure(result, connection, request);
    }
    begin(page, "Your licence");
    html_put(&page->html, "<p>It is good for the machine that asked, and for no other. <a download=\"response.xml\" "
                          "href=\"data:text/xml;base64,");
    html_put_base64(&page->html, drm_buffer_span(&response));
    html_put(&page->html, "\">Save it as response.xml</a>, or give this text to the program:</p>\n");
    if (page->return_url)
        put_return_form(page, drm_buffer_span(&response));
    else
        put_response(&page->html, drm_buffer_span(&response));
    drm_buffer_free(&response);
    return finish(page, 200, connection, request);
}

/* --- either ----------------------------------------------------------------------------------------------- */

/* A field as a text; *out stays NULL where the form does not have it. */
static drm_result read_field(struct drm_span form, const char *name, struct drm_buffer *buffer, const char **out)
{
    drm_result result = drm_license_form_field(form, name, buffer);

    if (result == DRM_E_NOT_FOUND)
        return DRM_S_OK;
    if (DRM_SUCCEEDED(result) && buffer->size && memchr(buffer->data, 0, buffer->size))
        result = DRM_E_BAD_REQUEST;
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = drm_buffer_append(buffer, "", 1)))
        *out = (const char *)buffer->data;
    return result;
}

enum MHD_Result http_answer_page(struct http_routes *context, struct MHD_Connection *connection,
                                 struct http_request *request, struct drm_span challenge)
{
    struct page page = {.return_url = NULL};
    struct drm_buffer return_buffer = {0}, confirm_buffer = {0};
    struct drm_span form = drm_buffer_span(&request->body);
    const char *confirm = NULL;
    enum MHD_Result answered;
    drm_result result;

    if (DRM_SUCCEEDED(result = read_field(form, "return", &return_buffer, &page.return_url))
        && DRM_SUCCEEDED(result = read_field(form, "confirm", &confirm_buffer, &confirm)))
    {
        if (page.return_url && !*page.return_url)
            page.return_url = NULL;
        if ((page.return_url && !http_page_return_is_fine(page.return_url, &page.origin_size))
            || (confirm && strcmp(confirm, "1")))
            result = DRM_E_BAD_REQUEST;
    }
    if (DRM_FAILED(result))
        answered = answer_failure(result, connection, request);
    else if (confirm)
        answered = answer_response(context, &page, challenge, connection, request);
    else
        answered = answer_question(context, &page, challenge, connection, request);
    drm_buffer_free(&confirm_buffer);
    drm_buffer_free(&return_buffer);
    return answered;
}
