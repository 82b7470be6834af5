/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings, their defaults and what they may say. */
#include "shell/platform/configuration.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <knownfolders.h>
#include <shlobj.h>

#include "shell/platform/setting.h"
#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"

#define STORE_NAME L"\\wmdrmsdk"
#define MAX_TIMEOUT_SECONDS 3600

static const struct setting setting_service_url = {L"WMDRM_SERVICE_URL", L"ServiceUrl"};
static const struct setting setting_trust_anchor = {L"WMDRM_TRUST_ANCHOR", L"TrustAnchor"};
static const struct setting setting_store_directory = {L"WMDRM_STORE_DIRECTORY", L"StoreDirectory"};
static const struct setting setting_log = {L"WMDRM_LOG", L"Log"};
static const struct setting setting_timeout = {L"WMDRM_TIMEOUT", L"Timeout"};

/* wmdrmsdk in the folder of programs' local data, which exists once for each user and does not roam: what rests in the
 * store opens on this machine only. */
static drm_result make_default_directory(char **out)
{
    drm_result result;
    PWSTR folder = NULL;
    size_t length;
    WCHAR *path;

    if (FAILED(SHGetKnownFolderPath(&FOLDERID_LocalAppData, KF_FLAG_DONT_VERIFY, NULL, &folder)) || !folder)
        return DRM_E_PATH_NOT_FOUND;
    length = wcslen(folder);
    if (!(path = malloc(length * sizeof(*path) + sizeof(STORE_NAME))))
    {
        CoTaskMemFree(folder);
        return DRM_E_OUT_OF_MEMORY;
    }
    memcpy(path, folder, length * sizeof(*path));
    memcpy(path + length, STORE_NAME, sizeof(STORE_NAME));
    CoTaskMemFree(folder);

    result = utf8_from_wide(path, out);
    free(path);
    return result == DRM_E_INVALID_ARGUMENT ? DRM_E_PATH_NOT_FOUND : result;
}

/* Replaces a path by the absolute one that it means now. Left relative, the program's next SetCurrentDirectory would
 * lead an object's operations to another store than its questions. */
static drm_result make_absolute(char **path)
{
    WCHAR *wide = NULL, *full = NULL;
    drm_result result;
    char *absolute;
    DWORD size;

    if (DRM_FAILED(result = utf8_to_wide(*path, &wide)))
        return result;
    size = GetFullPathNameW(wide, 0, NULL, NULL);
    if (!size)
        result = DRM_E_NOT_CONFIGURED;
    else if (!(full = malloc(size * sizeof(*full))))
        result = DRM_E_OUT_OF_MEMORY;
    else if (!(size = GetFullPathNameW(wide, size, full, NULL)))
        result = DRM_E_NOT_CONFIGURED;
    else if (DRM_SUCCEEDED(result = utf8_from_wide(full, &absolute)))
    {
        free(*path);
        *path = absolute;
    }
    free(full);
    free(wide);
    return result;
}

static drm_result load_directory(char **out)
{
    drm_result result;

    if (DRM_FAILED(result = setting_read(&setting_store_directory, FALSE, out)))
        return result;
    if (!*out)
        return make_default_directory(out);
    if (DRM_FAILED(result = make_absolute(out)))
        trace_line("configuration: StoreDirectory is no path");
    return result;
}

/* Whole seconds, digits alone. */
static drm_result load_timeout(uint32_t *out)
{
    uint32_t seconds = 0;
    drm_result result;
    char *text;
    size_t i;

    if (DRM_FAILED(result = setting_read(&setting_timeout, TRUE, &text)))
        return result;
    *out = CONFIGURATION_DEFAULT_TIMEOUT_MS;
    if (!text)
        return DRM_S_OK;
    for (i = 0; text[i] >= '0' && text[i] <= '9' && seconds <= MAX_TIMEOUT_SECONDS; ++i)
        seconds = seconds * 10 + (uint32_t)(text[i] - '0');
    if (text[i] || !seconds || seconds > MAX_TIMEOUT_SECONDS)
    {
        trace_line("configuration: Timeout is not a number of seconds from 1 to %d", MAX_TIMEOUT_SECONDS);
        result = DRM_E_NOT_CONFIGURED;
    }
    free(text);
    *out = seconds * 1000;
    return result;
}

drm_result configuration_load_log(char **out)
{
    return setting_read(&setting_log, FALSE, out);
}

drm_result configuration_load(struct configuration *out)
{
    struct configuration configuration = {0};
    drm_result result;

    if (DRM_FAILED(result = setting_read(&setting_service_url, FALSE, &configuration.service_url)) ||
        DRM_FAILED(result = setting_read(&setting_trust_anchor, FALSE, &configuration.trust_anchor)) ||
        DRM_FAILED(result = load_directory(&configuration.store_directory)) ||
        DRM_FAILED(result = load_timeout(&configuration.timeout_ms)))
    {
        configuration_free(&configuration);
        return result;
    }
    *out = configuration;
    return DRM_S_OK;
}

void configuration_free(struct configuration *configuration)
{
    free(configuration->service_url);
    free(configuration->trust_anchor);
    free(configuration->store_directory);
    memset(configuration, 0, sizeof(*configuration));
}

/* --- trust anchors ---------------------------------------------------------------------------------------- */

#define ANCHOR_DIGITS (2 * CONFIGURATION_ANCHOR_SIZE)
#define ANCHOR_SEPARATORS ", \t\r\n"

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool parse_anchor(const char *text, size_t size, uint8_t out[CONFIGURATION_ANCHOR_SIZE])
{
    size_t i;

    if (size != ANCHOR_DIGITS)
        return false;
    for (i = 0; i < CONFIGURATION_ANCHOR_SIZE; ++i)
    {
        const int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

drm_result configuration_parse_anchors(const char *text, uint8_t (**out)[CONFIGURATION_ANCHOR_SIZE], size_t *count)
{
    uint8_t (*keys)[CONFIGURATION_ANCHOR_SIZE];
    size_t used = 0, size, i;

    if (!text)
        text = "";
    text += strspn(text, ANCHOR_SEPARATORS);
    if (!*text)
    {
        *out = NULL;
        *count = 0;
        return DRM_S_OK;
    }
    /* Enough for the shortest separators. */
    if (!(keys = malloc((strlen(text) / ANCHOR_DIGITS + 1) * sizeof(*keys))))
        return DRM_E_OUT_OF_MEMORY;
    for (; *text; text += size, text += strspn(text, ANCHOR_SEPARATORS))
    {
        size = strcspn(text, ANCHOR_SEPARATORS);
        if (!parse_anchor(text, size, keys[used]))
        {
            free(keys);
            return DRM_E_NOT_CONFIGURED;
        }
        for (i = 0; i < used && memcmp(keys[i], keys[used], sizeof(*keys)); ++i)
            ;
        used += i == used;
    }
    *out = keys;
    *count = used;
    return DRM_S_OK;
}
