/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fetch URL [CERTIFICATE]: asks for a URL through the transport and prints its result, then its status, then the size
 * of the body. The certificate (DER) is one that the user trusts meanwhile. For tests whose server is another program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <wincrypt.h>

#include "shell/platform/winhttp_transport.h"

struct answer
{
    unsigned int status;
    uint64_t size;
};

static bool never_cancelled(void *context)
{
    (void)context;
    return false;
}

static void handler_phase(void *context, enum drm_http_phase phase)
{
    (void)context;
    (void)phase;
}

static drm_result handler_begin(void *context, const struct drm_http_head *head)
{
    struct answer *answer = context;

    answer->status = head->status;
    return DRM_S_OK;
}

static drm_result handler_data(void *context, const uint8_t *data, size_t size)
{
    struct answer *answer = context;

    (void)data;
    answer->size += size;
    return DRM_S_OK;
}

static WCHAR sandbox[64];

/* Gives the process a user's registry of its own, and in it a trusted root. */
static bool trust(const char *name)
{
    static BYTE encoded[16384];
    HCERTSTORE store;
    bool good;
    FILE *file;
    size_t size;
    HKEY key;

    if (!(file = fopen(name, "rb")))
        return false;
    size = fread(encoded, 1, sizeof(encoded), file);
    fclose(file);
    swprintf(sandbox, ARRAYSIZE(sandbox), L"Software\\wmdrmsdk-test-%lu", GetCurrentProcessId());
    if (RegCreateKeyExW(HKEY_CURRENT_USER, sandbox, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) ||
        RegOverridePredefKey(HKEY_CURRENT_USER, key))
        return false;
    store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"Root");
    if (!store)
        return false;
    good = CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, encoded, (DWORD)size,
                                            CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    return CertCloseStore(store, 0) && good; /* Wine writes it out only now */
}

static void distrust(void)
{
    RegOverridePredefKey(HKEY_CURRENT_USER, NULL);
    RegDeleteTreeW(HKEY_CURRENT_USER, sandbox);
}

int main(int argc, char **argv)
{
    const struct drm_task task = {.cancelled = never_cancelled};
    struct drm_http_request request = {.timeout_ms = 30000, .stall_ms = 30000, .stall_bytes = 1};
    struct answer answer = {0};
    const struct drm_http_handler handler = {.context = &answer, .phase = handler_phase, .begin = handler_begin,
                                             .data = handler_data};
    struct drm_transport transport;
    drm_result result;

    if (argc < 2 || argc > 3)
        return 2;
    if (argc == 3 && !trust(argv[2]))
    {
        fprintf(stderr, "fetch: the certificate cannot be trusted: error %lu\n", GetLastError());
        distrust();
        return 2;
    }
    request.url = argv[1];
    winhttp_transport_init(&transport);
    result = transport.perform(transport.context, &task, &request, &handler);
    printf("0x%08x %u %llu\n", (unsigned int)result, answer.status, (unsigned long long)answer.size);
    if (sandbox[0])
        distrust();
    return 0;
}
