/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"

static const char start_format[] =
    "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Licence</title>"
    "<p>Asking the issuer for a licence.</p>"
    "<form id=\"f\" method=\"post\" action=\"%s\">"
    "<input type=\"hidden\" name=\"nonsilent\" value=\"1\">"
    "<input type=\"hidden\" name=\"challenge\" value=\"%s\">"
    "<input type=\"hidden\" name=\"return\" value=\"%s\">"
    "<button>Continue</button></form>"
    "<script>document.getElementById(\"f\").submit()</script></html>";

static const char end_format[] =
    "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Licence</title>"
    "<p>%s</p><p>This page may be closed.</p></html>";

char *web_page_start(const wchar_t *issuer_url, const wchar_t *challenge, const wchar_t *own_url)
{
    char *action = html_escape(issuer_url), *value = html_escape(challenge), *own = html_escape(own_url);
    char *page = NULL;
    size_t size;

    if (action && value && own)
    {
        size = sizeof(start_format) + strlen(action) + strlen(value) + strlen(own);
        if ((page = malloc(size)))
            snprintf(page, size, start_format, action, value, own);
    }
    free(own);
    free(value);
    free(action);
    return page;
}

char *web_page_end(const wchar_t *message)
{
    char *text = html_escape(message), *page = NULL;
    size_t size;

    if (text)
    {
        size = sizeof(end_format) + strlen(text);
        if ((page = malloc(size)))
            snprintf(page, size, end_format, text);
    }
    free(text);
    return page;
}
