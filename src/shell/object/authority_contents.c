/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contents of the embedded authority, and headers for them.
 */
#include "shell/object/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "engine/authority/contents.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

#define ALL_FLAGS (WMDRM_CONTENT_WITHDRAWN | WMDRM_CONTENT_INTERACTIVE)

static HRESULT open(IWMDRMAuthority *iface, struct drm_authority **out)
{
    struct drm_client *client;
    HRESULT hr = engine_get_client(license_management_from_IWMDRMAuthority(iface)->engine, &client);

    return FAILED(hr) ? hr : drm_client_administer(client, out);
}

/* --- adding ----------------------------------------------------------------------------------------------- */

/* A text of a fixed size; NULL is the empty one. E_INVALIDARG where it is too long. */
static HRESULT copy_text(const WCHAR *text, char *out, size_t size)
{
    char *narrow;
    HRESULT hr = value_text(text, &narrow);

    if (SUCCEEDED(hr) && narrow && strlen(narrow) >= size)
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        strcpy(out, narrow ? narrow : "");
    free(narrow);
    return hr;
}

static HRESULT read_content(const WMDRM_CONTENT *content, struct drm_content_item *out)
{
    HRESULT hr = S_OK;

    if (content->dwFlags & ~ALL_FLAGS)
        return E_INVALIDARG;
    if (content->bstrKID)
        hr = value_key_id(content->bstrKID, out->key_id);
    else
        drm_random(out->key_id, sizeof(out->key_id));
    if (FAILED(hr) || FAILED(hr = copy_text(content->bstrName, out->name, sizeof(out->name))))
        return hr;
    out->interactive = content->dwFlags & WMDRM_CONTENT_INTERACTIVE;
    out->per_machine = content->dwPerMachine;
    return copy_text(content->bstrRights, out->rights, sizeof(out->rights));
}

static HRESULT add(IWMDRMAuthority *iface, const WMDRM_CONTENT *content, const BYTE *key, BSTR *key_id)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_authority *authority = NULL;
    char text[DRM_KEY_ID_TEXT_SIZE];
    BSTR made = NULL;
    HRESULT hr;

    if (!item)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = read_content(content, item)))
    {
        drm_key_id_format(item->key_id, text);
        hr = value_give_text(text, &made); /* before: what is added can be told */
    }
    if (SUCCEEDED(hr) && SUCCEEDED(hr = open(iface, &authority)))
        hr = drm_authority_add_content(authority, item, key);
    drm_authority_close(authority);
    if (FAILED(hr))
        SysFreeString(made);
    else
        *key_id = made;
    free(item);
    return hr;
}

HRESULT STDMETHODCALLTYPE license_authority_AddContent(IWMDRMAuthority *iface, const WMDRM_CONTENT *content,
                                                       const BYTE *key, DWORD key_size, BSTR *key_id)
{
    HRESULT hr;

    trace_line("%p: AddContent", (void *)iface);
    if (key_id)
        *key_id = NULL;
    if (!content || !key_id || (!key && key_size))
        return E_POINTER;
    if (key && key_size != DRM_CONTENT_KEY_SIZE)
        return E_INVALIDARG;
    hr = add(iface, content, key, key_id);
    return FAILED(hr) ? trace_failure("AddContent", hr) : S_OK;
}

/* --- a table of them -------------------------------------------------------------------------------------- */

/* Texts of wrong lines; short of memory it is shorter. */
static void note_wrong_line(void *context, size_t line, const char *why)
{
    struct drm_buffer *wrong = context;
    char place[32] = "", text[256];

    if (line) /* else it is the table as a whole */
        snprintf(place, sizeof(place), "line %lu: ", (unsigned long)line);
    snprintf(text, sizeof(text), "%s%s%s", wrong->size ? "\n" : "", place, why);
    (void)!drm_buffer_append(wrong, text, strlen(text));
}

static HRESULT read_defaults(const WMDRM_CONTENT *content, struct drm_content_item *out)
{
    HRESULT hr;

    if (!content)
        return S_OK;
    if (content->dwFlags & ~ALL_FLAGS)
        return E_INVALIDARG;
    if (FAILED(hr = copy_text(content->bstrName, out->name, sizeof(out->name))))
        return hr;
    out->interactive = content->dwFlags & WMDRM_CONTENT_INTERACTIVE;
    out->per_machine = content->dwPerMachine;
    return copy_text(content->bstrRights, out->rights, sizeof(out->rights));
}

static HRESULT import_table(IWMDRMAuthority *iface, const WCHAR *table, const struct drm_content_item *defaults,
                            size_t *count, struct drm_buffer *wrong)
{
    struct drm_authority *authority = NULL;
    char *text;
    HRESULT hr = value_text(table, &text);

    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = open(iface, &authority)))
        hr = drm_authority_add_contents(authority, drm_span(text, text ? strlen(text) : 0), defaults, note_wrong_line,
                                        wrong, count);
    drm_authority_close(authority);
    if (text)
        drm_wipe(text, strlen(text)); /* content keys */
    free(text);
    return hr;
}

HRESULT STDMETHODCALLTYPE license_authority_ImportContents(IWMDRMAuthority *iface, BSTR table,
                                                           const WMDRM_CONTENT *defaults, DWORD *count, BSTR *wrong)
{
    struct drm_content_item *item;
    struct drm_buffer lines = {0};
    size_t added = 0;
    HRESULT hr;

    trace_line("%p: ImportContents", (void *)iface);
    if (count)
        *count = 0;
    if (wrong)
        *wrong = NULL;
    if (!table || !count || !wrong)
        return E_POINTER;
    if (!(item = calloc(1, sizeof(*item))))
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = read_defaults(defaults, item)))
        hr = import_table(iface, table, item, &added, &lines);
    if (SUCCEEDED(hr))
        *count = (DWORD)added;
    else if (lines.size && SUCCEEDED(drm_buffer_append(&lines, "", 1)))
        (void)value_give_text((const char *)lines.data, wrong); /* the result says enough where it cannot be told */
    drm_buffer_free(&lines);
    free(item);
    return FAILED(hr) ? trace_failure("ImportContents", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_authority_WithdrawContent(IWMDRMAuthority *iface, BSTR key_id)
{
    struct drm_authority *authority = NULL;
    uint8_t id[DRM_KEY_ID_SIZE];
    HRESULT hr;

    trace_line("%p: WithdrawContent", (void *)iface);
    if (!key_id)
        return E_POINTER;
    if (SUCCEEDED(hr = value_key_id(key_id, id)) && SUCCEEDED(hr = open(iface, &authority)))
        hr = drm_authority_withdraw_content(authority, id);
    drm_authority_close(authority);
    return FAILED(hr) ? trace_failure("WithdrawContent", hr) : S_OK;
}

/* --- listing ---------------------------------------------------------------------------------------------- */

struct listing
{
    WMDRM_CONTENT *contents;
    DWORD count, capacity;
};

static void free_contents(struct listing *listing)
{
    for (DWORD i = 0; i < listing->count; i++)
    {
        SysFreeString(listing->contents[i].bstrKID);
        SysFreeString(listing->contents[i].bstrName);
        SysFreeString(listing->contents[i].bstrRights);
    }
    CoTaskMemFree(listing->contents);
}

static drm_result list_content(void *context, const struct drm_content_item *item)
{
    struct listing *listing = context;
    char key_id[DRM_KEY_ID_TEXT_SIZE];
    WMDRM_CONTENT *content;
    HRESULT hr;

    if (listing->count == listing->capacity)
    {
        const DWORD capacity = listing->capacity ? 2 * listing->capacity : 16;
        WMDRM_CONTENT *grown = CoTaskMemRealloc(listing->contents, capacity * sizeof(*grown));

        if (!grown)
            return DRM_E_OUT_OF_MEMORY;
        listing->contents = grown;
        listing->capacity = capacity;
    }
    content = &listing->contents[listing->count++];
    *content = (WMDRM_CONTENT){
        .dwFlags = (item->withdrawn ? WMDRM_CONTENT_WITHDRAWN : 0)
                   | (item->interactive ? WMDRM_CONTENT_INTERACTIVE : 0),
        .dwPerMachine = item->per_machine,
        .ftAdded = value_file_time(item->added),
        .cLicenses = item->issued,
        .cMachines = item->machines,
    };
    drm_key_id_format(item->key_id, key_id);
    if (FAILED(hr = value_give_text(key_id, &content->bstrKID))
        || FAILED(hr = value_give_text(item->name, &content->bstrName)))
        return hr;
    return value_give_text(item->rights, &content->bstrRights);
}

HRESULT STDMETHODCALLTYPE license_authority_GetContents(IWMDRMAuthority *iface, DWORD *count,
                                                        WMDRM_CONTENT **contents)
{
    struct drm_authority *authority = NULL;
    struct listing listing = {0};
    HRESULT hr;

    trace_line("%p: GetContents", (void *)iface);
    if (count)
        *count = 0;
    if (contents)
        *contents = NULL;
    if (!count || !contents)
        return E_POINTER;
    if (SUCCEEDED(hr = open(iface, &authority)))
        hr = drm_authority_each_content(authority, list_content, &listing);
    drm_authority_close(authority);
    if (FAILED(hr))
    {
        free_contents(&listing);
        return trace_failure("GetContents", hr);
    }
    *count = listing.count;
    *contents = listing.contents;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE license_authority_GetContentKey(IWMDRMAuthority *iface, BSTR key_id, BYTE key[16])
{
    struct drm_authority *authority = NULL;
    uint8_t id[DRM_KEY_ID_SIZE], found[DRM_CONTENT_KEY_SIZE];
    HRESULT hr;

    trace_line("%p: GetContentKey", (void *)iface);
    if (!key_id || !key)
        return E_POINTER;
    memset(key, 0, sizeof(found));
    if (SUCCEEDED(hr = value_key_id(key_id, id)) && SUCCEEDED(hr = open(iface, &authority))
        && SUCCEEDED(hr = drm_authority_get_content_key(authority, id, found)))
        memcpy(key, found, sizeof(found));
    drm_authority_close(authority);
    drm_wipe(found, sizeof(found));
    return FAILED(hr) ? trace_failure("GetContentKey", hr) : S_OK;
}

/* --- headers ---------------------------------------------------------------------------------------------- */

static HRESULT make_header(const WCHAR *key_id, const WCHAR *url, const WCHAR *min_version, BSTR *out)
{
    struct drm_content_header *header = calloc(1, sizeof(*header));
    struct drm_buffer text = {0};
    char *version = NULL;
    HRESULT hr;

    if (!header)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = value_key_id(key_id, header->key_id))
        && SUCCEEDED(hr = copy_text(url, header->url, sizeof(header->url)))
        && SUCCEEDED(hr = value_text(min_version, &version)) && version)
        hr = drm_version_parse(version, &header->min_security);
    if (SUCCEEDED(hr) && SUCCEEDED(hr = drm_content_header_write(header, &text))
        && SUCCEEDED(hr = drm_buffer_append(&text, "", 1)))
        hr = value_give_text((const char *)text.data, out);
    drm_buffer_free(&text);
    free(version);
    free(header);
    return hr;
}

HRESULT STDMETHODCALLTYPE license_authority_MakeContentHeader(IWMDRMAuthority *iface, BSTR key_id, BSTR url,
                                                              BSTR min_version, BSTR *header)
{
    HRESULT hr;

    trace_line("%p: MakeContentHeader", (void *)iface);
    if (header)
        *header = NULL;
    if (!key_id || !header)
        return E_POINTER;
    hr = make_header(key_id, url, min_version, header);
    return FAILED(hr) ? trace_failure("MakeContentHeader", hr) : S_OK;
}
