/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wmdrmctl authority certify, revoke: certificates for others than machines. */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "common/hex.h"
#include "common/output.h"
#include "common/small_file.h"

#define KEY_SIZE 32
#define MAX_MODULUS_SIZE 512
#define ID_SIZE 32

static DWORD role_of(const wchar_t *name)
{
    if (name && !wcscmp(name, L"issuer"))
        return WMDRM_CERTIFY_ISSUER;
    return name && !wcscmp(name, L"application") ? WMDRM_CERTIFY_APPLICATION : 0;
}

/* --- certify ---------------------------------------------------------------------------------------------- */

struct certify_options
{
    const wchar_t *role, *name, *sign_key, *modulus, *days, *output;
};

/* What the options say; the bytes go into key. False: it was said what is wrong. */
static bool read_order(const struct command *command, const struct certify_options *given,
                       BYTE key[MAX_MODULUS_SIZE], WMDRM_CERTIFY_ORDER *out)
{
    const size_t modulus_size = given->modulus ? wcslen(given->modulus) / 2 : 0;
    const wchar_t *wrong = NULL;

    if (!(out->dwRole = role_of(given->role)))
        wrong = L"--role takes issuer or application";
    else if (!given->name)
        wrong = L"--name is missing";
    else if (!given->output)
        wrong = L"--output is missing";
    else if (given->days && (!arguments_parse_number(given->days, &out->dwDays) || !out->dwDays))
        wrong = L"--days takes a number from 1";
    else if (out->dwRole == WMDRM_CERTIFY_ISSUER)
    {
        if (given->modulus || !given->sign_key || !hex_parse(given->sign_key, key, KEY_SIZE))
            wrong = L"an issuer needs --sign-key with 64 hexadecimal digits, and no --rsa-modulus";
        out->pbSignKey = key;
        out->cbSignKey = KEY_SIZE;
    }
    else
    {
        if (given->sign_key || !modulus_size || modulus_size > MAX_MODULUS_SIZE
            || !hex_parse(given->modulus, key, modulus_size))
            wrong = L"an application needs --rsa-modulus in hexadecimal digits, and no --sign-key";
        out->pbModulus = key;
        out->cbModulus = (DWORD)modulus_size;
    }
    if (wrong)
        command_misused(command, wrong);
    return !wrong;
}

static enum exit_code certify(IWMDRMAuthority *authority, const WMDRM_CERTIFY_ORDER *order, const wchar_t *path)
{
    BYTE *certificate, id[ID_SIZE];
    wchar_t id_text[2 * ID_SIZE + 1];
    DWORD size;
    HRESULT hr = IWMDRMAuthority_Certify(authority, order, &certificate, &size, id);

    if (FAILED(hr))
        return exit_failure(L"the certificate was not made", hr);
    hr = small_file_write(path, certificate, size);
    CoTaskMemFree(certificate);
    if (FAILED(hr))
        return exit_failure(L"the certificate cannot be written", hr);
    hex_format(id, sizeof(id), id_text);
    output_line(L"%ls", id_text);
    return EXIT_DONE;
}

static enum exit_code run_certify(IWMDRMProvider *provider, const struct command *command, int count,
                                  wchar_t **arguments)
{
    struct certify_options given = {0};
    const struct argument_option options[] = {
        {.name = L"--role", .value = &given.role},
        {.name = L"--name", .value = &given.name},
        {.name = L"--sign-key", .value = &given.sign_key},
        {.name = L"--rsa-modulus", .value = &given.modulus},
        {.name = L"--days", .value = &given.days},
        {.name = L"--output", .value = &given.output},
    };
    WMDRM_CERTIFY_ORDER order = {0};
    BYTE key[MAX_MODULUS_SIZE];
    IWMDRMAuthority *authority;
    enum exit_code code;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 0, 0, &rest)
        || !read_order(command, &given, key, &order))
        return EXIT_USAGE;
    if (!(order.bstrName = SysAllocString(given.name)))
        return exit_failure(L"the certificate was not made", E_OUTOFMEMORY);
    code = EXIT_FAILED;
    if ((authority = command_open_authority(provider)))
    {
        code = certify(authority, &order, given.output);
        IWMDRMAuthority_Release(authority);
    }
    SysFreeString(order.bstrName);
    return code;
}

/* --- revoke ----------------------------------------------------------------------------------------------- */

static enum exit_code run_revoke(IWMDRMProvider *provider, const struct command *command, int count,
                                 wchar_t **arguments)
{
    const wchar_t *role = NULL;
    const struct argument_option options[] = {{.name = L"--role", .value = &role}};
    IWMDRMAuthority *authority;
    BYTE id[ID_SIZE];
    HRESULT hr;
    int rest;

    if (!command_parse(command, count, arguments, options, ARRAYSIZE(options), 1, 1, &rest))
        return EXIT_USAGE;
    if (!role_of(role))
        return command_misused(command, L"--role takes issuer or application");
    if (!hex_parse(arguments[0], id, sizeof(id)))
        return command_misused(command, L"a certificate's id has 64 hexadecimal digits");
    if (!(authority = command_open_authority(provider)))
        return EXIT_FAILED;
    hr = IWMDRMAuthority_RevokeCertificate(authority, role_of(role), id);
    IWMDRMAuthority_Release(authority);
    if (FAILED(hr))
        return exit_failure(L"the certificate was not revoked", hr);
    output_line(L"The certificate is revoked. Run \"drmupdate --refresh\" to let this machine know.");
    return EXIT_DONE;
}

const struct command command_authority_certify = {
    .name = L"authority certify",
    .arguments = L"--role ROLE --name NAME --output FILE [OPTION...]",
    .summary = L"certify an issuer of licences or an application",
    .help = L"  --role ROLE        issuer: makes licences in its own name (localimport);\r\n"
            L"                     application: exports content (CreateSecureDecryptor)\r\n"
            L"  --name NAME        whose it is; an issuer's licences carry it\r\n"
            L"  --sign-key HEX     the issuer's public key, 64 hexadecimal digits\r\n"
            L"  --rsa-modulus HEX  that of the application's RSA key with the exponent 65537\r\n"
            L"  --days N           how long it is valid; ten years, an issuer's one, without it\r\n"
            L"  --output FILE      must not be there yet\r\n"
            L"\r\n"
            L"Prints the certificate's id, by which it can be revoked.\r\n",
    .run = run_certify,
};

const struct command command_authority_revoke = {
    .name = L"authority revoke",
    .arguments = L"--role ROLE ID",
    .summary = L"put such a certificate on the revocation list, for ever",
    .help = L"  --role ROLE        issuer or application\r\n"
            L"  ID                 as \"authority certify\" printed it\r\n",
    .run = run_revoke,
};
