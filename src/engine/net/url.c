/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URLs: which ones are accepted, and what a reference means beside one (RFC 3986).
 *
 * Strict on purpose: what two programs could read differently (backslashes, spaces, control bytes, user names) is
 * refused.
 */
#include "engine/net/url.h"

#include <stdint.h>
#include <string.h>

/* A run of characters in somebody's string; present tells an empty one ("?") from none. */
struct url_part
{
    const char *text;
    size_t size;
    bool present;
};

struct url_parts
{
    struct url_part scheme;    /* without its colon */
    struct url_part authority; /* without its slashes */
    struct url_part path;      /* always present, perhaps empty */
    struct url_part query;     /* without its question mark */
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of the ASCII letters alone, whatever the locale. */
static bool equals_ignoring_case(struct url_part part, const char *lower)
{
    size_t i;

    for (i = 0; i < part.size && lower[i]; ++i)
    {
        char c = part.text[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != lower[i])
            return false;
    }
    return i == part.size && !lower[i];
}

/* The length of a scheme at the start of text, 0 where there is none. */
static size_t scheme_size(const char *text)
{
    size_t i;

    if (!is_letter(text[0]))
        return 0;
    for (i = 1; is_letter(text[i]) || is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.'; ++i)
        ;
    return text[i] == ':' ? i : 0;
}

/* Splits any URL or reference; judges nothing and forgets the fragment (RFC 3986, appendix B). */
static void split(const char *text, struct url_parts *out)
{
    size_t size = scheme_size(text);

    *out = (struct url_parts){.scheme = {.text = text, .size = size, .present = size > 0}};
    if (size)
        text += size + 1;
    if (text[0] == '/' && text[1] == '/')
    {
        text += 2;
        size = strcspn(text, "/?#");
        out->authority = (struct url_part){.text = text, .size = size, .present = true};
        text += size;
    }
    size = strcspn(text, "?#");
    out->path = (struct url_part){.text = text, .size = size, .present = true};
    text += size;
    if (*text == '?')
    {
        ++text;
        out->query = (struct url_part){.text = text, .size = strcspn(text, "#"), .present = true};
    }
}

/* The characters of paths and queries; a percent sign only before two hexadecimal digits. */
static bool has_only_url_characters(struct url_part part)
{
    size_t i;

    for (i = 0; i < part.size; ++i)
    {
        char c = part.text[i];

        if (c == '%' && part.size - i > 2 && is_hex(part.text[i + 1]) && is_hex(part.text[i + 2]))
            continue;
        /* strchr would find the terminator, but no part contains one. */
        if (!is_letter(c) && !is_digit(c) && !strchr("-._~!$&'()*+,;=:@/?", c))
            return false;
    }
    return true;
}

/* A name or an IPv4 address. Percent-encoded names are refused: resolvers disagree about them. */
static bool is_host_name(struct url_part host)
{
    size_t i;

    if (!host.size || host.text[0] == '.')
        return false;
    for (i = 0; i < host.size; ++i)
    {
        char c = host.text[i];

        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_')
            return false;
    }
    return true;
}

static bool is_bracketed_address(struct url_part host)
{
    bool colon = false;
    size_t i;

    if (host.size < 4 || host.text[0] != '[' || host.text[host.size - 1] != ']')
        return false;
    for (i = 1; i + 1 < host.size; ++i)
    {
        char c = host.text[i];

        colon |= c == ':';
        if (!is_hex(c) && c != ':' && c != '.')
            return false;
    }
    return colon;
}

static bool is_port(struct url_part port)
{
    uint32_t value = 0;
    size_t i;

    if (!port.size || port.size > 5)
        return false;
    for (i = 0; i < port.size; ++i)
    {
        if (!is_digit(port.text[i]))
            return false;
        value = value * 10 + (uint32_t)(port.text[i] - '0');
    }
    return value >= 1 && value <= 65535;
}

/* host [":" port]; user information fails as a host, since no host has an at sign. */
static bool is_authority(struct url_part authority)
{
    struct url_part host = authority;
    size_t i;

    for (i = authority.size; i > 0; --i)
    {
        char c = authority.text[i - 1];

        if (c == ']')
            break;
        if (c == ':')
        {
            struct url_part port = {.text = authority.text + i, .size = authority.size - i};

            if (!is_port(port))
                return false;
            host.size = i - 1;
            break;
        }
    }
    return is_host_name(host) || is_bracketed_address(host);
}

bool drm_url_is_valid(const char *url)
{
    struct url_parts parts;

    if (strchr(url, '#'))
        return false;
    split(url, &parts);
    return (equals_ignoring_case(parts.scheme, "http") || equals_ignoring_case(parts.scheme, "https")) &&
           is_authority(parts.authority) && has_only_url_characters(parts.path) &&
           has_only_url_characters(parts.query);
}

bool drm_url_is_secure(const char *url)
{
    struct url_parts parts;

    split(url, &parts);
    return equals_ignoring_case(parts.scheme, "https");
}

/* --- making new ones -------------------------------------------------------------------------------------- */

/* Text of limited room, always terminated; remembers that something did not fit. */
struct url_writer
{
    char *out;
    size_t size;
    size_t used;
    bool full;
};

static void put(struct url_writer *writer, const char *text, size_t size)
{
    if (writer->full || size >= writer->size - writer->used)
    {
        writer->full = true;
        return;
    }
    memcpy(writer->out + writer->used, text, size);
    writer->used += size;
    writer->out[writer->used] = 0;
}

static void put_part(struct url_writer *writer, struct url_part part)
{
    put(writer, part.text, part.size);
}

static drm_result finish(const struct url_writer *writer)
{
    return writer->full || !drm_url_is_valid(writer->out) ? DRM_E_HTTP_INVALID_URL : DRM_S_OK;
}

drm_result drm_url_append(const char *base, const char *path, char *out, size_t size)
{
    struct url_writer writer = {.out = out, .size = size, .full = !size};
    size_t base_size = strlen(base);

    if (!drm_url_is_valid(base) || strchr(base, '?'))
        return DRM_E_HTTP_INVALID_URL;
    while (base[base_size - 1] == '/') /* ends at the host at the latest */
        --base_size;
    while (*path == '/')
        ++path;
    put(&writer, base, base_size);
    put(&writer, "/", 1);
    put(&writer, path, strlen(path));
    return finish(&writer);
}

/*
 * Resolves "." and ".." in a path, in place (RFC 3986, 5.2.4, for paths that begin with a slash). ".." at the top stays
 * at the top.
 */
static size_t remove_dot_segments(char *path, size_t size)
{
    size_t from = 0, to = 0;

    while (from < size)
    {
        /* path[from] is a slash, the segment is what follows it. */
        const char *segment = path + from + 1;
        const char *slash = memchr(segment, '/', size - from - 1);
        size_t length = slash ? (size_t)(slash - segment) : size - from - 1;
        bool dot = length == 1 && segment[0] == '.';
        bool dot_dot = length == 2 && segment[0] == '.' && segment[1] == '.';

        if (dot_dot)
        {
            while (to > 0 && path[--to] != '/')
                ;
        }
        if (!dot && !dot_dot)
        {
            memmove(path + to, path + from, length + 1);
            to += length + 1;
        }
        else if (!slash)
        {
            path[to++] = '/'; /* a dot segment at the end names a folder */
        }
        from += length + 1;
    }
    return to;
}

/* The path of a reference without scheme or authority, beside the path of its base (RFC 3986, 5.2.3). */
static void put_merged_path(struct url_writer *writer, const struct url_parts *base, struct url_part path)
{
    size_t folder = base->path.size;

    if (path.text[0] != '/')
    {
        while (folder > 0 && base->path.text[folder - 1] != '/')
            --folder;
        if (folder)
            put(writer, base->path.text, folder);
        else
            put(writer, "/", 1);
    }
    put_part(writer, path);
}

drm_result drm_url_resolve(const char *base, const char *reference, char *out, size_t size)
{
    struct url_writer writer = {.out = out, .size = size, .full = !size};
    struct url_parts from, to;
    struct url_part query;
    size_t path;

    if (!drm_url_is_valid(base))
        return DRM_E_HTTP_INVALID_URL;
    split(base, &from);
    split(reference, &to);
    /* "http:g" is relative to some readers and names a host to others; to a strict one (5.2.2) it is neither. */
    if (to.scheme.present && !to.authority.present)
        return DRM_E_HTTP_INVALID_URL;
    query = to.query;

    put_part(&writer, to.scheme.present ? to.scheme : from.scheme);
    put(&writer, "://", 3);
    put_part(&writer, to.authority.present ? to.authority : from.authority);
    path = writer.used;
    if (to.authority.present)
    {
        put_part(&writer, to.path);
    }
    else if (to.path.size)
    {
        put_merged_path(&writer, &from, to.path);
    }
    else
    {
        put_part(&writer, from.path);
        if (!query.present)
            query = from.query;
    }
    if (writer.full)
        return DRM_E_HTTP_INVALID_URL;
    writer.used = path + remove_dot_segments(out + path, writer.used - path);
    out[writer.used] = 0;
    if (query.present)
    {
        put(&writer, "?", 1);
        put_part(&writer, query);
    }
    return finish(&writer);
}
