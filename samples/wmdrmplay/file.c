/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "common/output.h"

static HRESULT read_exactly(HANDLE handle, void *data, DWORD size)
{
    DWORD got;

    if (!ReadFile(handle, data, size, &got, NULL))
        return HRESULT_FROM_WIN32(GetLastError());
    return got == size ? S_OK : HRESULT_FROM_WIN32(ERROR_HANDLE_EOF);
}

static enum exit_code say(const wchar_t *what)
{
    output_error(L"%ls", what);
    return EXIT_FAILED;
}

static enum exit_code say_cut(HRESULT hr)
{
    return hr == HRESULT_FROM_WIN32(ERROR_HANDLE_EOF) ? say(L"the file is cut off") : exit_failure(L"cannot read", hr);
}

/* --- head ------------------------------------------------------------------------------------------------- */

static enum exit_code read_fixed_head(struct protected_file *file, ULONGLONG size)
{
    BYTE head[CONTAINER_HEAD_SIZE];
    bool is_ours;
    HRESULT hr;

    if (size < sizeof(head))
        return say(L"this is no protected file");
    if (FAILED(hr = read_exactly(file->handle, head, sizeof(head))))
        return say_cut(hr);
    if (!container_head_read(head, &file->head, &is_ours))
        return say(is_ours ? L"this protected file is of another version, or damaged" : L"this is no protected file");
    if (size != container_file_size(&file->head))
        return say(size < container_file_size(&file->head) ? L"the file is cut off"
                                                           : L"something was appended to the file");
    file->head_size = CONTAINER_HEAD_SIZE + file->head.header_size;
    if (!(file->head_bytes = malloc(file->head_size)))
        return exit_failure(L"cannot read", E_OUTOFMEMORY);
    memcpy(file->head_bytes, head, sizeof(head));
    return EXIT_DONE;
}

static enum exit_code read_header(struct protected_file *file)
{
    const char *text = (const char *)file->head_bytes + CONTAINER_HEAD_SIZE;
    const int size = (int)file->head.header_size;
    HRESULT hr;
    int length;

    if (FAILED(hr = read_exactly(file->handle, file->head_bytes + CONTAINER_HEAD_SIZE, file->head.header_size))
        || FAILED(hr = read_exactly(file->handle, file->head_tag, sizeof(file->head_tag))))
        return say_cut(hr);
    length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, size, NULL, 0);
    if (length <= 0)
        return say(L"the file is damaged: its content header is no text");
    if (!(file->header = SysAllocStringLen(NULL, (UINT)length)))
        return exit_failure(L"cannot read", E_OUTOFMEMORY);
    MultiByteToWideChar(CP_UTF8, 0, text, size, file->header, length);
    return EXIT_DONE;
}

enum exit_code protected_file_open(const wchar_t *path, struct protected_file *out)
{
    LARGE_INTEGER size;
    enum exit_code code;

    memset(out, 0, sizeof(*out));
    out->handle = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN,
                              NULL);
    if (out->handle == INVALID_HANDLE_VALUE || !GetFileSizeEx(out->handle, &size))
        return exit_failure(L"cannot open the file", HRESULT_FROM_WIN32(GetLastError()));
    code = read_fixed_head(out, (ULONGLONG)size.QuadPart);
    return code == EXIT_DONE ? read_header(out) : code;
}

void protected_file_close(struct protected_file *file)
{
    if (file->handle && file->handle != INVALID_HANDLE_VALUE)
        CloseHandle(file->handle);
    free(file->head_bytes);
    SysFreeString(file->header);
    memset(file, 0, sizeof(*file));
}

enum exit_code protected_file_check_head(const struct protected_file *file, const struct container_mac *mac)
{
    BYTE tag[CONTAINER_HEAD_TAG_SIZE];
    HRESULT hr = container_head_tag(mac, file->head_bytes, file->head_size, tag);

    if (FAILED(hr))
        return exit_failure(L"cannot check the file", hr);
    return container_tag_equal(tag, file->head_tag, sizeof(tag))
        ? EXIT_DONE : say(L"the file's head was altered, or is of other content");
}

/* --- blocks ----------------------------------------------------------------------------------------------- */

enum exit_code protected_file_read(struct protected_file *file, const struct container_mac *mac, BYTE *data,
                                   DWORD *size, ULONGLONG *counter_id)
{
    const ULONGLONG rest = file->head.size - file->done;
    const DWORD count = rest < file->head.block_size ? (DWORD)rest : file->head.block_size;
    BYTE tag[CONTAINER_TAG_SIZE];
    HRESULT hr;

    *size = 0;
    if (!count)
        return EXIT_DONE;
    if (FAILED(hr = read_exactly(file->handle, data, count + CONTAINER_TAG_SIZE)))
        return say_cut(hr);
    *counter_id = file->head.first_counter_id + file->block;
    if (FAILED(hr = container_block_tag(mac, *counter_id, data, count, tag)))
        return exit_failure(L"cannot check the file", hr);
    if (!container_tag_equal(tag, data + count, sizeof(tag)))
    {
        output_error(L"the file was altered: block %I64u is not what was protected", file->block);
        return EXIT_FAILED;
    }
    file->block++;
    file->done += count;
    *size = count;
    return EXIT_DONE;
}
