/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths (base/path.h). On Windows the C runtime's wide functions take the place of the narrow ones, whose code page
 * cannot spell every name.
 */
#include "engine/base/path.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <direct.h>
#include <io.h>
#include <sys/stat.h>
#include <wchar.h>
#define DRM_SEPARATOR '\\'
/* The runtime cannot replace a file in one step, the system can: declared here, since the engine takes no header of
 * Windows. */
__declspec(dllimport) int __stdcall MoveFileExW(const wchar_t *from, const wchar_t *to, unsigned long flags);
__declspec(dllimport) unsigned long __stdcall GetLastError(void);
#define MOVE_REPLACE_AND_FLUSH 0x9
#else
#include <sys/stat.h>
#include <unistd.h>
#define DRM_SEPARATOR '/'
#endif

static bool is_separator(char c)
{
#ifdef _WIN32
    return c == '\\' || c == '/';
#else
    return c == '/';
#endif
}

char *drm_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory), name_length = strlen(name);
    bool separate = length && !is_separator(directory[length - 1]);
    char *path = malloc(length + separate + name_length + 1);

    if (!path)
        return NULL;
    memcpy(path, directory, length);
    if (separate)
        path[length++] = DRM_SEPARATOR;
    memcpy(path + length, name, name_length + 1);
    return path;
}

char *drm_path_append(const char *path, const char *suffix)
{
    const size_t length = strlen(path), suffix_length = strlen(suffix);
    char *out = malloc(length + suffix_length + 1);

    if (!out)
        return NULL;
    memcpy(out, path, length);
    memcpy(out + length, suffix, suffix_length + 1);
    return out;
}

/* errno values; those of Windows' last error that differ, as SQLite's file layer reports them. */
drm_result drm_result_from_system(int error, drm_result otherwise)
{
#ifdef _WIN32
    switch (error)
    {
    case 2:   /* ERROR_FILE_NOT_FOUND */
    case 3:   /* ERROR_PATH_NOT_FOUND */
    case 267: /* ERROR_DIRECTORY */
        return DRM_E_PATH_NOT_FOUND;
    case 5: /* ERROR_ACCESS_DENIED */
        return DRM_E_ACCESS_DENIED;
    case 19: /* ERROR_WRITE_PROTECT */
        return DRM_E_WRITE_PROTECTED;
    case 32: /* ERROR_SHARING_VIOLATION */
    case 33: /* ERROR_LOCK_VIOLATION */
        return DRM_E_BUSY;
    case 39:  /* ERROR_HANDLE_DISK_FULL */
    case 112: /* ERROR_DISK_FULL */
        return DRM_E_DISK_FULL;
    default:
        return otherwise;
    }
#else
    switch (error)
    {
    case ENOENT:
    case ENOTDIR:
        return DRM_E_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
        return DRM_E_ACCESS_DENIED;
    case EROFS:
        return DRM_E_WRITE_PROTECTED;
    case ENOSPC:
    case EDQUOT:
        return DRM_E_DISK_FULL;
    default:
        return otherwise;
    }
#endif
}

static drm_result result_from_errno(int error)
{
    switch (error)
    {
    case ENOENT:
    case ENOTDIR:
    case EINVAL: /* a name that no file can have */
        return DRM_E_PATH_NOT_FOUND;
    case EACCES:
    case EPERM:
        return DRM_E_ACCESS_DENIED;
    case EROFS:
        return DRM_E_WRITE_PROTECTED;
    case ENOSPC:
        return DRM_E_DISK_FULL;
    case ENOMEM:
        return DRM_E_OUT_OF_MEMORY;
    default:
        return DRM_E_IO;
    }
}

#ifdef _WIN32
/* UTF-8 to UTF-16, on the heap. What is no UTF-8 gives NULL, with errno set. */
static wchar_t *widen(const char *text)
{
    const unsigned char *in = (const unsigned char *)text;
    wchar_t *wide = malloc((strlen(text) + 1) * sizeof(*wide)), *out = wide;

    if (!wide)
        return NULL;
    while (*in)
    {
        uint32_t point = *in++;
        unsigned int more = point < 0x80 ? 0 : point < 0xE0 ? 1 : point < 0xF0 ? 2 : 3;

        if (more)
        {
            if (point < 0xC2 || point > 0xF4)
                goto malformed;
            point &= 0x3FU >> more;
            while (more--)
            {
                if ((*in & 0xC0) != 0x80)
                    goto malformed;
                point = point << 6 | (*in++ & 0x3FU);
            }
        }
        if (point >= 0x10000)
        {
            *out++ = (wchar_t)(0xD800 + ((point - 0x10000) >> 10));
            *out++ = (wchar_t)(0xDC00 + ((point - 0x10000) & 0x3FF));
        }
        else
            *out++ = (wchar_t)point;
    }
    *out = 0;
    return wide;

malformed:
    free(wide);
    errno = ENOENT;
    return NULL;
}

/* The runtime calls a write-protected disk "access denied"; the system's own number tells them apart. */
static drm_result make_one(const char *directory)
{
    wchar_t *wide = widen(directory);
    drm_result result = DRM_S_OK;

    if (!wide)
        return result_from_errno(errno);
    if (_wmkdir(wide) && errno != EEXIST)
        result = drm_result_from_system((int)_doserrno, result_from_errno(errno));
    free(wide);
    return result;
}

static int rename_one(const char *from, const char *to)
{
    wchar_t *wide_from = widen(from), *wide_to = widen(to);
    int result = wide_from && wide_to ? _wrename(wide_from, wide_to) : -1, error = errno;

    free(wide_from);
    free(wide_to);
    errno = error;
    return result;
}
static int delete_one(const char *path)
{
    wchar_t *wide = widen(path);
    int result = wide ? _wunlink(wide) : -1, error = errno;

    free(wide);
    errno = error;
    return result;
}

static bool exists(const char *path)
{
    wchar_t *wide = widen(path);
    bool there = wide && _waccess(wide, 0) == 0;

    free(wide);
    return there;
}

static bool is_folder(const char *path)
{
    wchar_t *wide = widen(path);
    struct _stat64 status;
    bool folder = wide && !_wstat64(wide, &status) && (status.st_mode & _S_IFDIR);

    free(wide);
    return folder;
}
#else
static drm_result make_one(const char *directory)
{
    /* For the owner alone: keys lie in it. */
    return mkdir(directory, 0700) && errno != EEXIST ? result_from_errno(errno) : DRM_S_OK;
}

static int rename_one(const char *from, const char *to)
{
    return rename(from, to);
}

static int delete_one(const char *path)
{
    return unlink(path);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return !stat(path, &status) && S_ISDIR(status.st_mode);
}
#endif

drm_result drm_path_make_directory(const char *directory)
{
    size_t length = strlen(directory);
    char *path = malloc(length + 1);
    drm_result result = DRM_S_OK, cause = DRM_S_OK;

    if (!path)
        return DRM_E_OUT_OF_MEMORY;
    memcpy(path, directory, length + 1);

    /* Each folder on the way, from the top. What cannot be made may be there already, or be a drive or share: only the
     * last one's failure counts. But where that is that the one above is missing, the cause is why that one was not
     * made. */
    for (size_t i = 1; i <= length; i++)
    {
        char end = path[i];

        if (end && (!is_separator(end) || is_separator(path[i - 1])))
            continue;
        path[i] = 0;
        result = make_one(path);
        path[i] = end;
        if (result != DRM_E_PATH_NOT_FOUND)
            cause = result;
    }
    if (result == DRM_E_PATH_NOT_FOUND && DRM_FAILED(cause))
        result = cause;
    free(path);
    return result;
}

bool drm_path_exists(const char *path)
{
    return exists(path);
}

bool drm_path_has_folder(const char *path)
{
    size_t length = strlen(path);
    char *folder = malloc(length + 2);
    bool there;

    if (!folder)
        return false;
    memcpy(folder, path, length);
    while (length && !is_separator(folder[length - 1]))
        length--;
    memcpy(folder + length, ".", 2);
    there = is_folder(folder);
    free(folder);
    return there;
}

drm_result drm_path_delete(const char *path)
{
    if (!delete_one(path) || errno == ENOENT)
        return DRM_S_OK;
#ifdef _WIN32
    if (errno == EACCES) /* as below */
        return DRM_E_BUSY;
#endif
    return result_from_errno(errno);
}

void drm_path_remove_directory(const char *directory)
{
#ifdef _WIN32
    wchar_t *wide = widen(directory);

    if (wide)
        (void)_wrmdir(wide);
    free(wide);
#else
    (void)rmdir(directory);
#endif
}

drm_result drm_path_rename(const char *from, const char *to)
{
    if (!rename_one(from, to))
        return DRM_S_OK;
    if (errno == ENOENT)
        return DRM_E_NOT_FOUND;
#ifdef _WIN32
    if (errno == EACCES) /* the runtime's word for a sharing violation too, and the likelier cause */
        return DRM_E_BUSY;
#endif
    return result_from_errno(errno);
}

drm_result drm_path_replace(const char *from, const char *to)
{
#ifdef _WIN32
    wchar_t *wide_from = widen(from), *wide_to = widen(to);
    drm_result result = DRM_S_OK;

    if (!wide_from || !wide_to)
        result = result_from_errno(errno);
    else if (!MoveFileExW(wide_from, wide_to, MOVE_REPLACE_AND_FLUSH))
    {
        const unsigned long error = GetLastError();

        /* A file that somebody has open may not be replaced, which is the likelier cause of ERROR_ACCESS_DENIED. */
        result = error == 5 || error == 32 ? DRM_E_BUSY : drm_result_from_system((int)error, DRM_E_IO);
    }
    free(wide_from);
    free(wide_to);
    return result;
#else
    return rename(from, to) ? result_from_errno(errno) : DRM_S_OK;
#endif
}
