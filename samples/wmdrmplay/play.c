/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play.h"

#include <stdlib.h>
#include <nserror.h>
#include <oleauto.h>

#include "common/bar.h"
#include "common/cancel.h"
#include "common/content_license.h"
#include "common/output.h"
#include "file.h"
#include "sink.h"

/* --- licence ---------------------------------------------------------------------------------------------- */

static enum exit_code acquire(IWMDRMLicenseManagement *management, const struct options *options, BSTR header)
{
    BSTR url = options->url ? SysAllocString(options->url) : NULL;
    HRESULT hr = options->url && !url ? E_OUTOFMEMORY : content_acquire(management, header, url);

    SysFreeString(url);
    return FAILED(hr) ? exit_failure(L"no licence was acquired", hr) : EXIT_DONE;
}

/* Licences that are there but used up or expired do not keep from asking for another. */
static enum exit_code open_license(IWMDRMProvider *provider, IWMDRMLicenseManagement *management,
                                   const struct options *options, BSTR header, IWMDRMDecrypt **out)
{
    BSTR key_id = content_key_id(header);
    enum exit_code code = EXIT_DONE;
    bool no_license;
    HRESULT hr;

    if (!key_id)
    {
        output_error(L"the file is damaged: its content header names no key");
        return EXIT_FAILED;
    }
    hr = content_may_play(provider, key_id, &no_license);
    if (FAILED(hr))
        code = exit_failure(L"cannot ask about licences", hr);
    else if (hr == S_FALSE && !options->no_acquire)
        code = acquire(management, options, header);
    if (code == EXIT_DONE && FAILED(hr = content_open(management, key_id, NULL, out)))
        code = exit_failure(no_license && options->no_acquire ? L"there is no licence" : L"no licence opens the file",
                            hr);
    SysFreeString(key_id);
    return code;
}

static enum exit_code open_decryptor(IWMDRMProvider *provider, const struct options *options, BSTR header,
                                     IWMDRMDecrypt **out)
{
    IWMDRMLicenseManagement *management;
    enum exit_code code;
    HRESULT hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management);

    if (FAILED(hr))
        return exit_failure(L"licences are not available", hr);
    code = open_license(provider, management, options, header, out);
    IWMDRMLicenseManagement_Shutdown(management);
    IWMDRMLicenseManagement_Release(management);
    return code;
}

/* --- blocks ----------------------------------------------------------------------------------------------- */

struct playing
{
    struct protected_file file;
    struct container_mac mac;
    struct sink sink;
    IWMDRMDecrypt *decryptor;
    bool quiet; /* the standard output is for the content */
};

/* What goes out was checked before. *size is 0 at the end. */
static enum exit_code play_block(struct playing *playing, BYTE *block, DWORD *size)
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 0, 0};
    enum exit_code code = protected_file_read(&playing->file, &playing->mac, block, size, &where.qwCounterID);
    HRESULT hr;

    if (code != EXIT_DONE || !*size)
        return code;
    if (FAILED(hr = IWMDRMDecrypt_Decrypt(playing->decryptor, block, *size, &where)))
        return exit_failure(L"cannot decrypt", hr);
    return sink_write(&playing->sink, block, *size);
}

static enum exit_code play_blocks(struct playing *playing)
{
    BYTE *block = malloc(playing->file.head.block_size + CONTAINER_TAG_SIZE);
    enum exit_code code;
    DWORD size;

    if (!block)
        return exit_failure(L"cannot decrypt", E_OUTOFMEMORY);
    do
    {
        code = cancel_is_requested() ? exit_failure(L"playing ended", NS_E_DRM_OPERATION_CANCELED)
                                     : play_block(playing, block, &size);
        if (!playing->quiet)
            bar_show(L"Playing", playing->file.done, playing->file.head.size, L"");
    } while (code == EXIT_DONE && size);
    SecureZeroMemory(block, playing->file.head.block_size);
    free(block);
    return code;
}

static enum exit_code play_file(IWMDRMProvider *provider, const struct options *options, struct playing *playing)
{
    enum exit_code code = protected_file_open(options->input, &playing->file);
    HRESULT hr;

    if (code == EXIT_DONE)
        code = open_decryptor(provider, options, playing->file.header, &playing->decryptor);
    if (code != EXIT_DONE)
        return code;
    if (FAILED(hr = container_mac_open(&playing->mac, NULL, playing->decryptor)))
        return exit_failure(L"cannot check the file", hr);
    if ((code = protected_file_check_head(&playing->file, &playing->mac)) != EXIT_DONE
        || (code = sink_open(&playing->sink, options->output, options->overwrite)) != EXIT_DONE)
        return code;
    return sink_close(&playing->sink, play_blocks(playing));
}

enum exit_code play(IWMDRMProvider *provider, const struct options *options)
{
    struct playing playing = {.quiet = options->output && !wcscmp(options->output, L"-")};
    enum exit_code code = play_file(provider, options, &playing);
    wchar_t size[BAR_TEXT_SIZE];

    if (code == EXIT_DONE && !playing.quiet)
    {
        bar_format_size(size, playing.file.head.size);
        output_line(L"%ls, as it was protected", size);
    }
    container_mac_close(&playing.mac);
    if (playing.decryptor)
        IWMDRMDecrypt_Release(playing.decryptor);
    protected_file_close(&playing.file);
    return code;
}
