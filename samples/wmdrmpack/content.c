/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "content.h"

#include <string.h>
#include <oleauto.h>
#include <wmdrmsdkext.h>

#include "common/content_license.h"
#include "common/output.h"

/* New content at the embedded authority, which only this machine's owner can add. */
static HRESULT add_content(IWMDRMAuthority *authority, const struct options *options, BSTR *key_id)
{
    WMDRM_CONTENT content = {
        .bstrName = SysAllocString(options->name ? options->name : options->input),
        .bstrRights = SysAllocString(options->rights ? options->rights : L"Play"),
    };
    HRESULT hr = E_OUTOFMEMORY;

    if (content.bstrName && content.bstrRights)
        hr = IWMDRMAuthority_AddContent(authority, &content, NULL, 0, key_id);
    SysFreeString(content.bstrName);
    SysFreeString(content.bstrRights);
    return hr;
}

static HRESULT make_header(IWMDRMAuthority *authority, const struct options *options, struct content *content)
{
    BSTR url = options->url ? SysAllocString(options->url) : NULL;
    HRESULT hr = S_OK;

    if (options->url && !url)
        return E_OUTOFMEMORY;
    if (options->key_id)
        hr = (content->key_id = SysAllocString(options->key_id)) ? S_OK : E_OUTOFMEMORY;
    else
        hr = add_content(authority, options, &content->key_id);
    if (SUCCEEDED(hr))
        hr = IWMDRMAuthority_MakeContentHeader(authority, content->key_id, url, NULL, &content->header);
    SysFreeString(url);
    return hr;
}

static enum exit_code prepare_header(IWMDRMLicenseManagement *management, const struct options *options,
                                     struct content *content)
{
    IWMDRMAuthority *authority;
    HRESULT hr = IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMAuthority, (void **)&authority);

    if (FAILED(hr))
        return exit_failure(L"this wmdrmsdk.dll adds no content", hr);
    hr = make_header(authority, options, content);
    IWMDRMAuthority_Release(authority);
    return FAILED(hr) ? exit_failure(options->key_id ? L"cannot make the content's header" : L"cannot add content", hr)
                      : EXIT_DONE;
}

static enum exit_code open_license(IWMDRMProvider *provider, IWMDRMLicenseManagement *management,
                                   struct content *content)
{
    bool no_license;
    HRESULT hr = content_may_play(provider, content->key_id, &no_license);

    if (FAILED(hr))
        return exit_failure(L"cannot ask about licences", hr);
    if (hr == S_FALSE && no_license && FAILED(hr = content_acquire(management, content->header, NULL)))
        return exit_failure(L"no licence was acquired", hr);
    hr = content_open(management, content->key_id, &content->encryptor, NULL);
    return FAILED(hr) ? exit_failure(L"the content's licence does not open", hr) : EXIT_DONE;
}

enum exit_code content_prepare(IWMDRMProvider *provider, const struct options *options, struct content *out)
{
    IWMDRMLicenseManagement *management;
    enum exit_code code;
    HRESULT hr;

    memset(out, 0, sizeof(*out));
    if (FAILED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management)))
        return exit_failure(L"licences are not available", hr);
    code = prepare_header(management, options, out);
    if (code == EXIT_DONE)
        code = open_license(provider, management, out);
    IWMDRMLicenseManagement_Shutdown(management);
    IWMDRMLicenseManagement_Release(management);
    return code;
}

void content_free(struct content *content)
{
    SysFreeString(content->key_id);
    SysFreeString(content->header);
    if (content->encryptor)
        IWMDRMEncrypt_Release(content->encryptor);
    memset(content, 0, sizeof(*content));
}
