/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * publish, policy: what machines get with their next individualization.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/net/url.h"
#include "service/command.h"

static int check_component(const struct command_line *line, const char *path, const char *name)
{
    struct stat status;

    if (stat(path, &status))
        return command_fail(line, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return command_fail(line, "%s: a component is an ordinary file", path);
    if (!status.st_size || (uint64_t)status.st_size > DRM_COMPONENT_MAX_SIZE)
        return command_fail(line, "%s: a component has 1 to %llu bytes, this one %lld", path,
                            (unsigned long long)DRM_COMPONENT_MAX_SIZE, (long long)status.st_size);
    if (!*name || strlen(name) > DRM_CERTIFICATE_NAME_SIZE || !drm_text_is_valid(drm_span(name, strlen(name))))
        return command_misuse(line, "a component's name has 1 to %d bytes of UTF-8 text; give one with "
                                    "--component-name", DRM_CERTIFICATE_NAME_SIZE);
    return COMMAND_DONE;
}

int command_publish(int argc, char **argv)
{
    static const struct option options[] = {
        {"version", required_argument, NULL, 'v'},
        {"component", required_argument, NULL, 'c'},
        {"component-name", required_argument, NULL, 'n'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service publish --data DIR --version MAJOR.MINOR\n"
                 "                             [--component FILE [--component-name NAME]]\n\n"
                 "Publishes a security version: every machine that individualizes from now on gets it. The same\n"
                 "version again replaces the component; without --component there is none. A lower version is\n"
                 "refused.\n\n"
                 "  --version MAJOR.MINOR   2.10 is newer than 2.9\n"
                 "  --component FILE        a file that machines download with the package, at most 256 MiB\n"
                 "  --component-name NAME   how programs find it (the file's own name)\n"
                 COMMAND_COMMON_USAGE,
    };
    const char *version_text = NULL, *component = NULL, *name = NULL;
    struct drm_version version;
    struct service service;
    drm_result result;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 'v')
            version_text = optarg;
        else if (option == 'c')
            component = optarg;
        else
            name = optarg;
    }
    if (line.exit >= 0)
        return line.exit;
    if (!version_text)
        return command_misuse(&line, "--version is missing");
    if (DRM_FAILED(drm_version_parse(version_text, &version)))
        return command_misuse(&line, "\"%s\" is no version: two numbers up to 65535 with a dot between", version_text);
    if (name && !component)
        return command_misuse(&line, "--component-name names a component; give it with --component");
    if (component)
    {
        if (!name)
            name = strrchr(component, '/') ? strrchr(component, '/') + 1 : component;
        exit = check_component(&line, component, name);
        if (exit != COMMAND_DONE)
            return exit;
    }
    exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_publish(service.authority, version, component, name);
    exit = DRM_FAILED(result) ? command_fail_result(&line, version_text, result) : COMMAND_DONE;
    service_close(&service);
    return exit;
}

static int check_url(const struct command_line *line, const char *option, const char *text)
{
    if (text && *text && (strlen(text) >= DRM_ANSWER_URL_SIZE || !drm_url_is_valid(text)))
        return command_misuse(line, "%s takes an http: or https: URL without user name and fragment, or \"\" for none",
                              option);
    return COMMAND_DONE;
}

int command_policy(int argc, char **argv)
{
    static const struct option options[] = {
        {"individualizations-per-day", required_argument, NULL, 'i'},
        {"renewal-url", required_argument, NULL, 'r'},
        {"license-url", required_argument, NULL, 'l'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service policy --data DIR [OPTION...]\n\n"
                 "Changes what is given and leaves the rest; 'wmdrm-service status' shows it. Machines learn of it\n"
                 "with their next individualization.\n\n"
                 "  --individualizations-per-day N  how often one machine may do it a day; 0: no limit\n"
                 "  --renewal-url URL       where revoked components are renewed; \"\" for none\n"
                 "  --license-url URL       where licences are acquired; \"\" for none\n"
                 COMMAND_COMMON_USAGE,
    };
    struct drm_policy_change change = {.renewal_url = NULL};
    const char *limit = NULL;
    struct service service;
    uint64_t number = 0;
    uint32_t per_day;
    drm_result result;
    int option, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        if (option == 'i')
            limit = optarg;
        else if (option == 'r')
            change.renewal_url = optarg;
        else
            change.license_url = optarg;
    }
    if (line.exit >= 0)
        return line.exit;
    if (!limit && !change.renewal_url && !change.license_url)
        return command_misuse(&line, "there is nothing to change");
    if (limit && !command_read_number(&line, "--individualizations-per-day", limit, 0, 1000000, &number))
        return COMMAND_MISUSED;
    per_day = (uint32_t)number;
    if (limit)
        change.individualizations_per_day = &per_day;
    exit = check_url(&line, "--renewal-url", change.renewal_url);
    if (exit == COMMAND_DONE)
        exit = check_url(&line, "--license-url", change.license_url);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    result = drm_authority_change_policy(service.authority, &change);
    if (DRM_FAILED(result))
        exit = command_fail_result(&line, line.data, result);
    service_close(&service);
    return exit;
}
