/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * certify: a certificate for an application, a device or an issuer of licences, over keys that their maker holds.
 */
#include <stdio.h>
#include <string.h>

#include "engine/xml/application_certificate.h"
#include "service/command.h"
#include "service/hex.h"
#include "service/small_file.h"

#define MILLISECONDS_A_DAY INT64_C(86400000)

static const struct
{
    const char *name;
    enum drm_role role;
} roles[] = {
    {"application", DRM_ROLE_APPLICATION},
    {"device", DRM_ROLE_DEVICE},
    {"network-device", DRM_ROLE_NETWORK_DEVICE},
    {"issuer", DRM_ROLE_ISSUER},
};

/* What the options say; NULL where one is missing. */
struct subject_options
{
    const char *role, *name, *sign_key, *encrypt_key, *rsa_modulus, *output, *days;
};

/* The public exponent is that of nearly all keys, 65537. */
static bool read_rsa_key(const char *modulus, struct drm_rsa_key *out)
{
    static const uint8_t exponent[] = {1, 0, 1};
    uint8_t bytes[DRM_RSA_MODULUS_SIZE];
    const size_t size = strlen(modulus) / 2;

    return size <= sizeof(bytes) && hex_read(modulus, bytes, size)
        && DRM_SUCCEEDED(drm_rsa_key_read(drm_span(bytes, size), drm_span(exponent, sizeof(exponent)), out));
}

static int read_subject(const struct command_line *line, const struct subject_options *given,
                        struct drm_certificate *out, struct drm_rsa_key *rsa, uint64_t *days)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    *days = 0;
    /* Who has an RSA key alone signs nothing: the other stays zero. */
    if (!given->role || !given->name || (!given->sign_key && !given->rsa_modulus) || !given->output)
        return command_misuse(line, "%s is missing", !given->role       ? "--role"
                                                     : !given->name     ? "--name"
                                                     : !given->output   ? "--output"
                                                                        : "--sign-key");
    for (i = 0; i < sizeof(roles) / sizeof(roles[0]); ++i)
    {
        if (!strcmp(given->role, roles[i].name))
            out->roles = roles[i].role;
    }
    if (!out->roles)
        return command_misuse(line, "there is no role \"%s\": application, device, network-device or issuer",
                              given->role);
    if (!*given->name || strlen(given->name) > DRM_CERTIFICATE_NAME_SIZE ||
        !drm_text_is_valid(drm_span(given->name, strlen(given->name))))
        return command_misuse(line, "--name takes 1 to %d bytes of UTF-8 text", DRM_CERTIFICATE_NAME_SIZE);
    strcpy(out->name, given->name);
    if (given->sign_key && !hex_read(given->sign_key, out->sign_key, sizeof(out->sign_key)))
        return command_misuse(line, "--sign-key takes an Ed25519 public key, 64 hexadecimal digits");
    if (given->rsa_modulus && (out->roles != DRM_ROLE_APPLICATION || !read_rsa_key(given->rsa_modulus, rsa)
                               || DRM_FAILED(drm_rsa_key_hash(rsa, out->rsa_key))))
        return command_misuse(line, "--rsa-modulus takes the modulus of an application's RSA key, %d to %d bits, in "
                                    "hexadecimal", DRM_RSA_MIN_BITS, DRM_RSA_MAX_BITS);
    out->has_rsa_key = given->rsa_modulus != NULL;
    if (given->encrypt_key && !hex_read(given->encrypt_key, out->encrypt_key, sizeof(out->encrypt_key)))
        return command_misuse(line, "--encrypt-key takes an X25519 public key, 64 hexadecimal digits");
    out->has_encrypt_key = given->encrypt_key != NULL;
    if (out->roles == DRM_ROLE_ISSUER && given->encrypt_key)
        return command_misuse(line, "an issuer receives no keys: --encrypt-key is for the other roles");
    if (given->days && !command_read_number(line, "--days", given->days, 1, 36500, days))
        return COMMAND_MISUSED;
    return COMMAND_DONE;
}

int command_certify(int argc, char **argv)
{
    static const struct option options[] = {
        {"role", required_argument, NULL, 'r'},
        {"name", required_argument, NULL, 'n'},
        {"sign-key", required_argument, NULL, 's'},
        {"encrypt-key", required_argument, NULL, 'e'},
        {"rsa-modulus", required_argument, NULL, 'R'},
        {"days", required_argument, NULL, 'D'},
        {"output", required_argument, NULL, 'o'},
        COMMAND_COMMON_OPTIONS,
    };
    struct command_line line = {
        .name = argv[0],
        .usage = "usage: wmdrm-service certify --data DIR --role ROLE --name NAME --sign-key HEX --output FILE\n"
                 "                             [OPTION...]\n\n"
                 "Issues a certificate over public keys; the private ones stay with whoever made them.\n"
                 "Writes it with the certificates of its issuers.\n\n"
                 "  --role ROLE             application, device, network-device, or issuer: somebody else\n"
                 "                          whose licences machines are to take\n"
                 "  --name NAME             whose it is, for people; an issuer's licences carry it\n"
                 "  --sign-key HEX          Ed25519 public key, 64 hexadecimal digits\n"
                 "  --encrypt-key HEX       X25519 public key, if it is to receive keys\n"
                 "  --rsa-modulus HEX       modulus of an application's RSA key with the exponent 65537, as\n"
                 "                          'openssl rsa -modulus' prints it; then --sign-key may be missing,\n"
                 "                          and FILE is XML for CreateSecureDecryptor\n"
                 "  --days N                how long it is valid; without this, for ever, of an issuer one year\n"
                 "  --output FILE           is replaced in one step; - is the standard output\n"
                 COMMAND_COMMON_USAGE,
    };
    struct subject_options given = {.role = NULL};
    struct drm_certificate subject;
    struct drm_buffer chain = {0}, text = {0};
    struct drm_rsa_key rsa;
    struct service service;
    int64_t now;
    uint64_t days;
    drm_result result;
    int option, error, exit;

    while ((option = command_next_option(&line, argc, argv, options)))
    {
        switch (option)
        {
            case 'r': given.role = optarg; break;
            case 'n': given.name = optarg; break;
            case 's': given.sign_key = optarg; break;
            case 'e': given.encrypt_key = optarg; break;
            case 'R': given.rsa_modulus = optarg; break;
            case 'D': given.days = optarg; break;
            default: given.output = optarg; break;
        }
    }
    if (line.exit >= 0)
        return line.exit;
    exit = read_subject(&line, &given, &subject, &rsa, &days);
    if (exit == COMMAND_DONE)
        exit = service_open(&line, NULL, &service);
    if (exit != COMMAND_DONE)
        return exit;
    drm_random(subject.serial, sizeof(subject.serial));
    now = service.host.host.clock.now(service.host.host.clock.context);
    if (days)
        subject.not_after = now + (int64_t)days * MILLISECONDS_A_DAY;
    /* Of an issuer the authority decides what is not said: a year, and from a day ago, for clocks that differ. */
    if (subject.roles != DRM_ROLE_ISSUER)
    {
        subject.not_before = now;
        if (!days)
            subject.not_after = DRM_TIME_MAX; /* 0 would be the authority's ten years */
    }
    result = drm_authority_certify(service.authority, &subject, &chain);
    if (DRM_SUCCEEDED(result) && subject.has_rsa_key)
        result = drm_application_certificate_write(drm_buffer_span(&chain), &rsa, &text);
    if (DRM_FAILED(result))
        exit = command_fail_result(&line, given.name, result);
    else if ((error = small_file_write(given.output, drm_buffer_span(subject.has_rsa_key ? &text : &chain), 0644,
                                       true)))
        exit = command_fail(&line, "%s: %s", given.output, strerror(error));
    drm_buffer_free(&chain);
    drm_buffer_free(&text);
    service_close(&service);
    return exit;
}
