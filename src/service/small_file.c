/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole files in and out of memory.
 */
#include "service/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/crypto/crypto.h"
#include "service/hex.h"

#define READ_SIZE 65536
#define UNIQUE_SIZE 8

int small_file_read(const char *path, size_t limit, struct drm_buffer *out)
{
    bool standard_input = !strcmp(path, "-");
    int file = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    size_t start = out->size;
    int error = 0;

    if (file < 0)
        return errno;
    for (;;)
    {
        uint8_t *place;
        ssize_t size;

        if (DRM_FAILED(drm_buffer_extend(out, READ_SIZE, &place)))
        {
            error = ENOMEM;
            break;
        }
        size = read(file, place, READ_SIZE);
        if (size < 0 && errno != EINTR)
            error = errno;
        out->size -= READ_SIZE - (size > 0 ? (size_t)size : 0);
        if (!error && out->size - start > limit)
            error = EFBIG;
        if (error || !size)
            break;
    }
    if (!standard_input)
        close(file);
    if (error)
        out->size = start;
    return error;
}

static int write_all(int file, struct drm_span data)
{
    size_t done = 0;

    while (done < data.size)
    {
        ssize_t size = write(file, data.data + done, data.size - done);

        if (size < 0 && errno != EINTR)
            return errno;
        if (size > 0)
            done += (size_t)size;
    }
    return 0;
}

/* Makes the name itself durable. A file system that cannot do it (EINVAL) is no reason to fail. */
static int flush_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash && slash > path ? (size_t)(slash - path) : 1;
    char folder[4096];
    int file, error;

    snprintf(folder, sizeof(folder), "%.*s", (int)size, slash ? path : ".");
    file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return errno;
    error = fsync(file) && errno != EINVAL ? errno : 0;
    close(file);
    return error;
}

int small_file_write(const char *path, struct drm_span data, mode_t mode, bool replace)
{
    char beside[4096], digits[2 * UNIQUE_SIZE + 1];
    uint8_t unique[UNIQUE_SIZE];
    int file, error;

    if (!strcmp(path, "-"))
        return write_all(STDOUT_FILENO, data);
    drm_random(unique, sizeof(unique));
    hex_write(unique, sizeof(unique), digits);
    if ((size_t)snprintf(beside, sizeof(beside), "%s.%s", path, digits) >= sizeof(beside))
        return ENAMETOOLONG;
    file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    error = write_all(file, data);
    if (!error && (fchmod(file, mode) || fsync(file)))
        error = errno;
    close(file);
    /* link, unlike rename, never replaces. */
    if (!error && (replace ? rename(beside, path) : link(beside, path)))
        error = errno;
    if (error || !replace)
        unlink(beside);
    return error ? error : flush_folder(path);
}
