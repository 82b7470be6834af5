/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "content.h"

#include <string.h>
#include <oleauto.h>

#include "common/content_license.h"
#include "common/output.h"
#include "common/protect_file.h"
#include "common/small_file.h"

/* Of a licence that lives in this process alone, and only to encrypt with: the one that stays is whole. */
#define PROTECTING_RIGHTS L"Play; persist=no"

struct importing
{
    IWMDRMLicenseManagement *management;
    const struct license_maker *maker;
    const struct options *options;
    struct license_content content;
    BSTR response;  /* with the licence that stays */
    BSTR header;
};

static enum exit_code prepare(struct importing *importing)
{
    const struct options *options = importing->options;
    BSTR url = options->url ? SysAllocString(options->url) : NULL;
    IWMDRMAuthority *authority;
    HRESULT hr;

    if (FAILED(hr = license_content_create(&importing->content)))
        return exit_failure(L"no key was made", hr);
    if (FAILED(hr = license_make(importing->maker, &importing->content, options->rights, options->url,
                                 &importing->response)))
        return exit_failure(L"no licence was made", hr);
    hr = IWMDRMLicenseManagement_QueryInterface(importing->management, &IID_IWMDRMAuthority, (void **)&authority);
    if (SUCCEEDED(hr))
    {
        hr = IWMDRMAuthority_MakeContentHeader(authority, importing->content.key_id, url, NULL, &importing->header);
        IWMDRMAuthority_Release(authority);
    }
    SysFreeString(url);
    return FAILED(hr) ? exit_failure(L"cannot make the content's header", hr) : EXIT_DONE;
}

static HRESULT open_encryptor(struct importing *importing, IWMDRMEncrypt **out)
{
    BSTR response;
    HRESULT hr = license_make(importing->maker, &importing->content, PROTECTING_RIGHTS, NULL, &response);

    if (FAILED(hr))
        return hr;
    hr = IWMDRMLicenseManagement_StoreLicense(importing->management, response);
    SysFreeString(response);
    return FAILED(hr) ? hr : content_open(importing->management, importing->content.key_id, out, NULL);
}

static enum exit_code protect(struct importing *importing)
{
    const struct options *options = importing->options;
    struct protect_order order = {.input = options->input, .output = options->output,
                                  .block_size = PROTECT_BLOCK_SIZE, .overwrite = options->overwrite,
                                  .header = importing->header};
    enum exit_code code;
    HRESULT hr = open_encryptor(importing, &order.encryptor);

    if (FAILED(hr))
        return exit_failure(L"this machine does not take the licence", hr);
    code = protect_file(&order);
    IWMDRMEncrypt_Release(order.encryptor);
    return code;
}

static HRESULT write_license(const struct importing *importing)
{
    const wchar_t *text = importing->response;
    const int length = (int)SysStringLen(importing->response);
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, length, NULL, 0, NULL, NULL);
    char *bytes = CoTaskMemAlloc((SIZE_T)size);
    HRESULT hr;

    if (!bytes)
        return E_OUTOFMEMORY;
    WideCharToMultiByte(CP_UTF8, 0, text, length, bytes, size, NULL, NULL);
    hr = small_file_write(importing->options->license, bytes, (DWORD)size);
    CoTaskMemFree(bytes);
    return hr;
}

static enum exit_code store(struct importing *importing)
{
    HRESULT hr;

    if (importing->options->license && FAILED(hr = write_license(importing)))
        return exit_failure(L"the licence cannot be written", hr);
    hr = IWMDRMLicenseManagement_StoreLicense(importing->management, importing->response);
    if (SUCCEEDED(hr))
        return EXIT_DONE;
    if (importing->options->license)
        DeleteFileW(importing->options->license);
    return exit_failure(L"the licence was not stored", hr);
}

enum exit_code content_import(IWMDRMLicenseManagement *management, const struct license_maker *maker,
                              const struct options *options)
{
    struct importing importing = {.management = management, .maker = maker, .options = options};
    enum exit_code code = prepare(&importing);

    if (code == EXIT_DONE && (code = protect(&importing)) == EXIT_DONE)
    {
        code = store(&importing);
        if (code == EXIT_DONE)
            output_line(L"%ls", importing.content.key_id);
        else
            DeleteFileW(options->output);
    }
    SysFreeString(importing.header);
    SysFreeString(importing.response);
    license_content_free(&importing.content);
    return code;
}
